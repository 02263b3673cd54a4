#include "programs/frank/who_seen.h"

#include <stdlib.h>

#include "dns/name.h"
#include "mail/address.h"
#include "platform/journal/about.h"

#define SEEN_OCTETS_MAX (16u << 20)
#define RECORD_DOMAINS_MAX 16            /* domains of one record; an author field has AUTHOR_DOMAINS_MAX, and MAIL FROM one */

bool who_seen_open(struct who_seen *s, uint64_t seed, const struct ip *ip, struct slice domain)
{
    *s = (struct who_seen){ .ip = *ip, .domain = domain, .names = table_new(seed), .arena = arena_new(SEEN_OCTETS_MAX) };
    return s->names && s->arena;
}

void who_seen_close(struct who_seen *s)
{
    table_free(s->names);
    arena_free(s->arena);
}

/* ---- what a record names ---- */

struct named { struct slice name; bool sender, author; };
struct names { struct named at[RECORD_DOMAINS_MAX]; size_t count; };

static void add_name(struct names *n, struct slice name, bool sender)
{
    size_t i = 0;
    if (name.len == 0 || name.len > WHO_SEEN_TEXT_MAX)
        return;
    while (i < n->count && !slice_same(n->at[i].name, name))
        i++;
    if (i == RECORD_DOMAINS_MAX)
        return;
    if (i == n->count)
        n->at[n->count++] = (struct named){ .name = name };
    n->at[i].sender = n->at[i].sender || sender;
    n->at[i].author = n->at[i].author || !sender;
}

static void find_domains(struct arena *a, const struct fact *record, struct names *out)
{
    const struct fact *authors = fact_find(fact_find(record, "author"), "domains");
    struct path path;
    *out = (struct names){ .count = 0 };
    if (path_parse(a, fact_text(fact_find(record, "session"), "mail_from"), &path))
        add_name(out, path.normal_domain, true);
    for (const struct fact *f = authors ? authors->first : NULL; f; f = f->next)
        if (f->kind == FACT_TEXT)
            add_name(out, f->text, false);
}

static bool is_address(const struct who_seen *s, struct slice text)
{
    struct ip ip;
    return ip_parse(text, &ip) && ip_same(&ip, &s->ip);
}

static bool is_from_domain(const struct who_seen *s, const struct names *domains)
{
    for (size_t i = 0; i < domains->count; i++)
        if (name_at_or_below(domains->at[i].name, s->domain))
            return true;
    return false;
}

/* ---- counting ---- */

static bool count_name(struct who_seen *s, const struct named *n)
{
    struct who_seen_tally *t = table_get(s->names, n->name);
    if (!t && table_count(s->names) == WHO_SEEN_NAMES_MAX) {
        s->uncounted++;
        return true;
    }
    if (!t) {
        t = ARENA_NEW(s->arena, struct who_seen_tally);
        struct slice own = slice_dup(s->arena, n->name);
        if (!t || !own.at || !table_put(s->names, own, t))
            return false;
        t->name = own;
    }
    t->messages++;
    t->sender = t->sender || n->sender;
    t->author = t->author || n->author;
    return true;
}

static void count_verdict(struct who_seen *s, const struct fact *record)
{
    struct slice word = fact_text(fact_find(record, "verdict"), "disposition");
    for (unsigned d = 0; d <= DISPOSITION_DISCARD; d++)
        if (slice_same(word, slice_str(disposition_name((enum disposition)d)))) {
            s->by_disposition[d]++;
            return;
        }
    s->other++;
}

static size_t keep_text(uint8_t room[WHO_SEEN_TEXT_MAX], struct slice text)
{
    struct text t = text_fixed(room, WHO_SEEN_TEXT_MAX);
    text_add(&t, slice_first(text, WHO_SEEN_TEXT_MAX));
    return t.len;
}

static void keep_newest(struct who_seen *s, const struct fact *record, int64_t time)
{
    struct who_seen_message *m = &s->newest[s->messages % WHO_SEEN_NEWEST];
    struct slice told = fact_text(fact_find(record, "action"), "told");
    m->time = time;
    m->id_len = keep_text(m->id, fact_text(record, "id"));
    m->told_len = keep_text(m->told, told.len ? told : fact_text(fact_find(record, "verdict"), "disposition"));
}

bool who_seen_take(struct who_seen *s, struct arena *a, const struct fact *record)
{
    struct names domains;
    struct slice client = fact_text(fact_find(record, "session"), "ip");
    find_domains(a, record, &domains);
    if (s->ip.family != IP_NONE ? !is_address(s, client) : !is_from_domain(s, &domains))
        return true;
    int64_t time = fact_number(record, "time", 0);
    s->first = s->messages == 0 || time < s->first ? time : s->first;
    s->last = s->messages == 0 || time > s->last ? time : s->last;
    count_verdict(s, record);
    keep_newest(s, record, time);
    s->messages++;
    if (s->ip.family == IP_NONE)
        return client.len == 0 || client.len > WHO_SEEN_TEXT_MAX || count_name(s, &(struct named){ .name = client });
    bool good = true;
    for (size_t i = 0; i < domains.count; i++)
        good = count_name(s, &domains.at[i]) && good;
    return good;
}

/* A name in A-labels may stand in the journal as it was written, in U-labels. */
bool who_seen_may_hold(const struct who_seen *s, struct slice line)
{
    char room[IP_TEXT_MAX + 1];
    struct text t = text_fixed(room, sizeof room);
    struct journal_key key;
    text_add_ip(&t, &s->ip);
    struct slice text = s->ip.family != IP_NONE ? text_slice(&t) : s->domain;
    for (struct slice rest = text; s->ip.family == IP_NONE && rest.len > 0; rest = name_parent(rest))
        if (slice_starts(rest, SLICE("xn--")))
            return true;
    return !journal_key_of(text, &key) || journal_may_hold(&key, line);
}

/* ---- what it comes to ---- */

static int more_first(const void *x, const void *y)
{
    const struct who_seen_tally *a = *(const struct who_seen_tally *const *)x, *b = *(const struct who_seen_tally *const *)y;
    if (a->messages != b->messages)
        return a->messages < b->messages ? 1 : -1;
    return slice_compare(a->name, b->name);
}

size_t who_seen_names(const struct who_seen *s, struct arena *a, const struct who_seen_tally ***out, size_t max)
{
    size_t count = table_count(s->names), n = 0, position = 0;
    struct slice key;
    void *value;
    *out = ARENA_ARRAY(a, count + 1, const struct who_seen_tally *);
    while (*out && n < count && table_next(s->names, &position, &key, &value))
        (*out)[n++] = value;
    if (*out)
        qsort(*out, n, sizeof **out, more_first);
    return n < max ? n : max;
}

static void add_names(const struct who_seen *s, struct arena *a, struct fact *to)
{
    const struct who_seen_tally **names;
    bool of_address = s->ip.family != IP_NONE;
    size_t count = who_seen_names(s, a, &names, WHO_SEEN_SHOWN);
    struct fact *list = fact_add_list(a, to, of_address ? "domains" : "addresses");
    for (size_t i = 0; i < count; i++) {
        struct fact *g = fact_add_group(a, list, NULL);
        fact_add_text(a, g, of_address ? "domain" : "ip", slice_dup(a, names[i]->name));
        fact_add_number(a, g, "messages", (int64_t)names[i]->messages);
    }
    fact_add_number(a, to, of_address ? "domains_seen" : "addresses_seen", (int64_t)table_count(s->names));
}

static void add_newest(const struct who_seen *s, struct arena *a, struct fact *to)
{
    struct fact *list = fact_add_list(a, to, "newest");
    for (uint64_t i = 0; i < WHO_SEEN_NEWEST && i < s->messages; i++) {
        const struct who_seen_message *m = &s->newest[(s->messages - 1 - i) % WHO_SEEN_NEWEST];
        struct fact *g = fact_add_group(a, list, NULL);
        fact_add_number(a, g, "time", m->time);
        fact_add_text(a, g, "id", slice_dup(a, slice_of(m->id, m->id_len)));
        fact_add_text(a, g, "told", slice_dup(a, slice_of(m->told, m->told_len)));
    }
}

void who_seen_facts(const struct who_seen *s, struct arena *a, struct fact *to)
{
    fact_add_number(a, to, "messages", (int64_t)s->messages);
    if (s->messages > 0) {
        fact_add_number(a, to, "first", s->first);
        fact_add_number(a, to, "last", s->last);
    } else {
        fact_add_null(a, to, "first");
        fact_add_null(a, to, "last");
    }
    struct fact *g = fact_add_group(a, to, "verdicts");
    for (unsigned d = 0; d <= DISPOSITION_DISCARD; d++)
        fact_add_number(a, g, disposition_name((enum disposition)d), (int64_t)s->by_disposition[d]);
    if (s->other > 0)
        fact_add_number(a, g, "other", (int64_t)s->other);
    add_names(s, a, to);
    add_newest(s, a, to);
}
