#include "publish/lint_parts.h"

static const struct lint_host_words words = { "the MX record", "RFC 2181 10.3" };

static bool sends(const struct lint *l)
{
    unsigned merits = lint_report_so_far(l)->merits;
    return (merits & LINT_PATH_RECORD) && !(merits & LINT_SENDS_NOTHING);
}

static bool is_null(const struct rdata *r)
{
    return slice_same(r->mx.host, SLICE("."));
}

static void say_record(struct lint *l, const struct rdata *r)
{
    struct text t = text_in(l->arena, LINT_TEXT_MAX);
    text_addf(&t, "%u ", r->mx.preference);
    text_add(&t, r->mx.host);
    lint_record(l, l->domain, RTYPE_MX, text_slice(&t));
}

/* RFC 7505: "." alone says that the domain takes no mail. */
static void look_at_null(struct lint *l, const struct answer *a)
{
    if (a->count > 1)
        lint_say(l, LINT_ERROR, "null-mx-and-others", l->domain, "a null MX record stands beside others (RFC 7505 3)", "remove it, or the others");
    else if (sends(l))
        lint_say(l, LINT_NOTE, "null-mx-sends", l->domain,
                 "the domain takes no mail but sends: many receivers refuse mail that cannot be answered (RFC 7505 4.2)", NULL);
}

static void look_at_records(struct lint *l, const struct answer *a)
{
    for (size_t i = 0; i < a->count; i++)
        say_record(l, &a->records[i]);
    for (size_t i = 0; i < a->count; i++) {
        if (is_null(&a->records[i]))
            look_at_null(l, a);
        else
            (void)lint_look_at_host(l, l->domain, a->records[i].mx.host, &words);
    }
}

/* RFC 5321 5.1: without MX records the domain's own addresses are what receives. */
static void look_at_addresses(struct lint *l)
{
    const struct answer *four = lint_ask(l, l->domain, RTYPE_A), *six = lint_ask(l, l->domain, RTYPE_AAAA);
    if (!four || !six || lint_unanswered(l, l->domain, four) || lint_unanswered(l, l->domain, six))
        return;
    if (answer_has_data(four) || answer_has_data(six))
        lint_say(l, LINT_NOTE, "no-mx", l->domain,
                 "there is no MX record: mail goes to the domain's own addresses; if it takes none, MX 0 \".\" says so (RFC 7505)", NULL);
    else if (sends(l))
        lint_say(l, LINT_WARNING, "nobody-receives", l->domain,
                 "the domain sends, and has neither MX records nor an address: answers and bounces are lost, and many receivers refuse its mail",
                 "publish MX records");
    else
        lint_say(l, LINT_NOTE, "nobody-receives", l->domain, "the domain has neither MX records nor an address: it takes no mail", NULL);
}

void lint_receivers(struct lint *l)
{
    const struct answer *a = lint_ask(l, l->domain, RTYPE_MX);
    if (!a || lint_unanswered(l, l->domain, a))
        return;
    if (a->status == ANSWER_NXDOMAIN) {
        lint_say(l, LINT_ERROR, "no-such-domain", l->domain, "there is no such domain in DNS", "register it, or look for a spelling mistake");
        lint_merit(l, LINT_NO_SUCH_DOMAIN);
    } else if (answer_has_data(a))
        look_at_records(l, a);
    else
        look_at_addresses(l);
}
