#include "methods/serverdomains/mtamark_lint.h"

#include "methods/lint_path.h"
#include "methods/serverdomains/mtamark_record.h"

/* Receivers ask for marks at whole octets of IPv4 and at three sizes of IPv6 (mtamark_names). */
static bool is_asked(struct slice domain)
{
    if (name_at_or_below(domain, SLICE("in-addr.arpa"))) {
        unsigned octets = name_labels(domain) - 2;
        return octets >= 1 && octets <= 4;
    }
    unsigned nibbles = name_labels(domain) - 2;
    return nibbles == 8 || nibbles == 16 || nibbles == 32;
}

/* A mail domain's name does not tell whose addresses it has: there the marks are looked at by address. */
void mtamark_lint(struct lint *l)
{
    if (!name_at_or_below(l->domain, SLICE("in-addr.arpa")) && !name_at_or_below(l->domain, SLICE("ip6.arpa")))
        return;
    struct slice owner = lint_name(l, "_send._smtp._srv", l->domain);
    const struct answer *a = lint_ask(l, owner, RTYPE_TXT);
    if (!a || lint_unanswered(l, owner, a))
        return;
    for (size_t i = 0; i < a->count; i++) {
        struct slice text = a->records[i].text;
        lint_record(l, owner, RTYPE_TXT, text);
        if (!slice_same(text, SLICE("0")) && !slice_same(text, SLICE("1")))
            lint_say_entry(l, LINT_WARNING, "other-value", owner, text, "neither 0 nor 1: read as 0, no mail server",
                           "publish 1 for a mail server, 0 for none");
    }
    if (a->count > 1)
        lint_say(l, LINT_WARNING, "several-records", owner, "several records: receivers take one of them, and 0 goes before 1", "leave one of them");
    if (a->count > 0 && !is_asked(l->domain))
        lint_say(l, LINT_WARNING, "never-asked", owner,
                 "receivers do not ask at this level: only for whole octets of IPv4, and for /32, /64 and /128 of IPv6",
                 "publish the mark at a name they ask for");
}
