#include "methods/dnsmail/dnsmail_lint.h"

#include "dns/named.h"
#include "methods/dnsmail/dnsmail_record.h"
#include "methods/lint_path.h"

/* A wildcard for another system's TXT records answers here too; most of those begin "v=". */
static bool is_foreign(struct slice text)
{
    return slice_starts_nocase(text, SLICE("v=")) || slice_starts_nocase(text, SLICE("spf2"));
}

/* The dnsmail_servers_add() of each record apart tells which of them are lists. */
static bool look_at_text(struct lint *l, struct slice owner, struct slice text)
{
    struct dnsmail_servers one = { .count = 0 };
    bool is_list = dnsmail_servers_add(&one, text);
    if (!is_list && is_foreign(text))
        return false;
    lint_record(l, owner, RTYPE_TXT, text);
    if (!is_list)
        lint_say_entry(l, LINT_ERROR, "bad-list", owner, text, "no list of addresses, and so it says nothing",
                       "write the addresses of the servers with commas between them; host names are not read");
    return is_list;
}

static unsigned items_of(struct slice text)
{
    unsigned n = 0;
    for (struct slice item, rest = text; rest.len > 0;) {
        slice_cut(rest, ',', &item, &rest);
        n += slice_trim(item, " \t").len > 0 ? 1 : 0;
    }
    return n;
}

static void look_at_servers(struct lint *l, struct slice owner, const struct dnsmail_servers *s)
{
    for (unsigned i = 0; i < s->count; i++) {
        struct text t = text_in(l->arena, IP_TEXT_MAX + 1);
        text_add_ip(&t, &s->at[i]);
        if (named_port(NULL, &s->at[i]) == 0)
            lint_say_entry(l, LINT_ERROR, "never-asked", owner, text_slice(&t), "no address of the public Internet: receivers never ask there",
                           "list the public address of the server");
    }
}

void dnsmail_lint(struct lint *l)
{
    struct slice owner = lint_name(l, "dnsmail", l->domain);
    const struct answer *a = lint_ask(l, owner, RTYPE_TXT);
    unsigned items = 0;
    if (!a || lint_unanswered(l, owner, a) || !answer_has_data(a))
        return;
    for (size_t i = 0; i < a->count; i++)
        if (look_at_text(l, owner, a->records[i].text))
            items += items_of(a->records[i].text);
    const struct dnsmail_servers *s = answer_memo(a, dnsmail_servers_make, dnsmail_servers_release);
    if (!s) {
        lint_own_failure(l, owner);
        return;
    }
    if (items > DNSMAIL_SERVERS_MAX && s->count == DNSMAIL_SERVERS_MAX)
        lint_say(l, LINT_WARNING, "many-servers", owner, "more than the 8 servers that receivers ask: the others are left out",
                 "list 8 servers at most");
    look_at_servers(l, owner, s);
}
