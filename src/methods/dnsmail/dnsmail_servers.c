/* dnsmail_servers.c: the list of servers that a domain publishes. */
#include "methods/dnsmail/dnsmail_record.h"

static bool has_server(const struct dnsmail_servers *s, const struct ip *ip)
{
    for (unsigned i = 0; i < s->count; i++)
        if (ip_same(&s->at[i], ip))
            return true;
    return false;
}

/* The next address of a list; blanks around it and empty items do not count. False: there is none, or *bad. */
static bool next_server(struct slice *rest, struct ip *out, bool *bad)
{
    while (rest->len > 0) {
        struct slice item;
        slice_cut(*rest, ',', &item, rest);
        item = slice_trim(item, " \t");
        if (item.len == 0)
            continue;
        *bad = !ip_parse(item, out);
        return !*bad;
    }
    return false;
}

bool dnsmail_servers_add(struct dnsmail_servers *s, struct slice text)
{
    struct ip ip;
    bool bad = false, some = false;
    for (struct slice rest = text; next_server(&rest, &ip, &bad);)
        some = true;
    if (bad || !some)
        return false;
    for (struct slice rest = text; s->count < DNSMAIL_SERVERS_MAX && next_server(&rest, &ip, &bad);)
        if (!has_server(s, &ip))
            s->at[s->count++] = ip;
    return true;
}

void text_add_dnsmail_servers(struct text *t, const struct dnsmail_servers *s)
{
    for (unsigned i = 0; i < s->count; i++) {
        text_add_str(t, i > 0 ? "," : "");
        text_add_ip(t, &s->at[i]);
    }
}

/* The first text behind `last` in octet order; NULL at the end. Records of one set have no order of their own. */
static const struct slice *next_text(const struct answer *a, const struct slice *last)
{
    const struct slice *best = NULL;
    for (size_t i = 0; i < a->count; i++) {
        const struct slice *text = &a->records[i].text;
        if ((!last || slice_compare(*text, *last) > 0) && (!best || slice_compare(*text, *best) < 0))
            best = text;
    }
    return best;
}

void *dnsmail_servers_make(const struct answer *a)
{
    struct dnsmail_servers *s = mem_zalloc(1, sizeof *s);
    for (const struct slice *text = NULL; s && (text = next_text(a, text)) != NULL;)
        dnsmail_servers_add(s, *text);
    return s;
}

void dnsmail_servers_release(void *s)
{
    mem_free(s);
}
