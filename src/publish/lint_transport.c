#include "publish/lint_parts.h"

/* TXT records of a name that begin with this version: said, counted. */
static unsigned say_records(struct lint *l, struct slice owner, const struct answer *a, struct slice version, struct slice *last)
{
    unsigned count = 0;
    for (size_t i = 0; i < a->count; i++) {
        struct slice text = a->records[i].text;
        if (!slice_starts(text, version))
            continue;
        lint_record(l, owner, RTYPE_TXT, text);
        *last = text;
        count++;
    }
    return count;
}

static bool has_tag(struct slice text, struct slice name)
{
    struct slice tag;
    while (text.len > 0) {
        (void)slice_cut(text, ';', &tag, &text);
        tag = slice_trim(tag, " \t");
        if (slice_starts(tag, name) && tag.len > name.len)
            return true;
    }
    return false;
}

/* RFC 8461 3.1 */
static void look_at_policy(struct lint *l)
{
    struct slice owner = lint_name(l, "_mta-sts", l->domain), host = lint_name(l, "mta-sts", l->domain), text;
    const struct answer *a = lint_ask(l, owner, RTYPE_TXT);
    if (!a || lint_unanswered(l, owner, a))
        return;
    unsigned count = say_records(l, owner, a, SLICE("v=STSv1"), &text);
    if (count > 1)
        lint_say(l, LINT_ERROR, "several-records", owner, "several records: senders take the domain for one without a policy (RFC 8461 3.1)",
                 "leave one of them");
    if (count != 1)
        return;
    if (!has_tag(text, SLICE("id=")))
        lint_say(l, LINT_ERROR, "id-missing", owner, "there is no id=: senders do not fetch the policy (RFC 8461 3.1)",
                 "add id= and change it with the policy");
    const struct answer *four = lint_ask(l, host, RTYPE_A), *six = lint_ask(l, host, RTYPE_AAAA);
    if (four && six && !answer_failed(four) && !answer_failed(six) && answer_is_void(four) && answer_is_void(six))
        lint_say(l, LINT_ERROR, "no-policy-host", host, "the host the policy is fetched from has no address (RFC 8461 3.3)",
                 "publish its address, and serve /.well-known/mta-sts.txt there");
}

/* RFC 8460 3 */
static void look_at_reports(struct lint *l)
{
    struct slice owner = lint_name(l, "_smtp._tls", l->domain), text;
    const struct answer *a = lint_ask(l, owner, RTYPE_TXT);
    if (!a || lint_unanswered(l, owner, a))
        return;
    unsigned count = say_records(l, owner, a, SLICE("v=TLSRPTv1"), &text);
    if (count > 1)
        lint_say(l, LINT_ERROR, "several-records", owner, "several records: senders take none (RFC 8460 3)", "leave one of them");
    else if (count == 1 && !has_tag(text, SLICE("rua=")))
        lint_say(l, LINT_ERROR, "no-address", owner, "there is no rua=: nobody knows where to report (RFC 8460 3)", "add rua=mailto:box@domain");
}

/* RFC 7672 2.2: without DNSSEC a TLSA record counts for nothing. */
static void look_at_pins(struct lint *l, struct slice host)
{
    struct slice owner = lint_name(l, "_25._tcp", host);
    const struct answer *a = lint_ask(l, owner, RTYPE_TLSA);
    if (!a || answer_failed(a) || !answer_has_data(a))
        return;
    struct text t = text_in(l->arena, LINT_TEXT_MAX);
    text_addf(&t, "%zu record%s", a->count, a->count == 1 ? "" : "s");
    lint_record(l, owner, RTYPE_TLSA, text_slice(&t));
    if (a->security == SECURITY_INSECURE)
        lint_say(l, LINT_NOTE, "not-signed", owner, "the zone is not signed with DNSSEC: senders pass over TLSA records (RFC 7672 2.2)", NULL);
}

void lint_transport(struct lint *l)
{
    const struct answer *mx = lint_ask(l, l->domain, RTYPE_MX);
    look_at_policy(l);
    look_at_reports(l);
    for (size_t i = 0; mx && i < mx->count; i++)
        if (!slice_same(mx->records[i].mx.host, SLICE(".")))
            look_at_pins(l, mx->records[i].mx.host);
}
