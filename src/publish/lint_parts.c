#include "publish/lint_parts.h"

const struct lint_part lint_parts[] = {
    { "mx", "Who receives (RFC 5321, RFC 7505)", lint_receivers, true },
    { "services", "Where users submit and fetch (RFC 6186, RFC 8314)", lint_services, false },
    { "transport", "Encryption on the way in (RFC 8461, RFC 8460, RFC 7672)", lint_transport, false },
    { "reverse", "Reverse names of those who send (RFC 8601 2.7.3)", lint_reverse, true },
    { .name = NULL },
};

/* ---- hosts that records name ---- */

static void say_of_host(struct lint *l, const char *code, struct slice owner, const char *record, struct slice host, const char *behind,
                        const char *repair)
{
    struct text t = text_in(l->arena, LINT_TEXT_MAX);
    text_addf(&t, "%s names \"", record);
    text_add(&t, host);
    text_addf(&t, "\", %s", behind);
    lint_say_text(l, LINT_ERROR, code, owner, text_slice(&t), slice_str(repair));
}

bool lint_look_at_host(struct lint *l, struct slice owner, struct slice host, const struct lint_host_words *words)
{
    struct ip ip;
    if (ip_parse(host, &ip)) {
        say_of_host(l, "address-for-name", owner, words->record, host, "an address: it must be a name", "give the host a name, and name that");
        return false;
    }
    const struct answer *alias = lint_ask(l, host, RTYPE_CNAME), *four = lint_ask(l, host, RTYPE_A), *six = lint_ask(l, host, RTYPE_AAAA);
    if (!alias || !four || !six)
        return true;
    if (answer_has_data(alias)) {
        struct text t = text_in(l->arena, LINT_TEXT_MAX);
        text_addf(&t, "an alias: not allowed (%s)", words->rule);
        text_add_octet(&t, '\0');
        say_of_host(l, "alias", owner, words->record, host, (const char *)t.at, "name the host the alias leads to");
        return false;
    }
    if (lint_unanswered(l, host, four) || lint_unanswered(l, host, six))
        return false;
    if (answer_has_data(four) || answer_has_data(six))
        return true;
    bool missing = four->status == ANSWER_NXDOMAIN || four->status == ANSWER_BAD_NAME;
    say_of_host(l, "no-address", owner, words->record, host, missing ? "which does not exist" : "which has no address",
                "publish its address, or remove the record");
    return false;
}
