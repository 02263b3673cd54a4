#include "methods/mxout/mxout_lint.h"

#include "methods/lint_path.h"
#include "methods/mxout/mxout.h"
#include "methods/mxout/mxout_publish.h"

static void show(struct lint *l, const struct answer *mx)
{
    for (size_t i = 0; i < mx->count; i++) {
        struct text t = text_in(l->arena, LINT_TEXT_MAX);
        text_addf(&t, "%u ", (unsigned)mx->records[i].mx.preference);
        text_add(&t, mx->records[i].mx.host);
        lint_record(l, l->domain, RTYPE_MX, text_slice(&t));
    }
}

static bool is_null_mx(const struct answer *mx)
{
    return mx->count == 1 && slice_same(mx->records[0].mx.host, SLICE("."));
}

static void look_at_literals(struct lint *l, const struct answer *mx)
{
    struct ip literal;
    for (size_t i = 0; i < mx->count; i++)
        if (ip_parse(mx->records[i].mx.host, &literal))
            lint_say_entry(l, LINT_ERROR, "mx-is-address", l->domain, mx->records[i].mx.host,
                           "an MX record names a host, no address: nobody is meant",
                           "give the host a name, and name that");
}

static void look_at_set(struct lint *l, size_t hosts, size_t send_only)
{
    if (hosts > 0 && send_only == hosts)
        lint_say(l, LINT_ERROR, "all-send-only", l->domain,
                 "all hosts have the preference that says \"for sending only\": nobody receives the domain's mail",
                 "give the hosts that receive mail another preference than 65535");
    if (hosts > PATH_MX_MAX)
        lint_say(l, LINT_WARNING, "many-mx-hosts", l->domain, "more than 10 MX hosts: only the last 10 by preference are looked at",
                 "register the hosts that only send last, and fewer in all");
}

/* Those that receive are looked at as such elsewhere, and need not send. */
void mxout_lint(struct lint *l)
{
    const struct rdata *hosts[ANSWER_RECORDS_MAX];
    const struct answer *mx = lint_ask(l, l->domain, RTYPE_MX);
    if (!mx || lint_unanswered(l, l->domain, mx) || !answer_has_data(mx))
        return;
    show(l, mx);
    if (is_null_mx(mx))
        lint_say(l, LINT_NOTE, "null-mx", l->domain, "the domain registers no server: by its MX set it never sends", NULL);
    size_t n = path_exchanges(mx, hosts), first = 0;
    while (first < n && hosts[first]->mx.preference < MXOUT_SEND_ONLY)
        first++;
    look_at_literals(l, mx);
    look_at_set(l, n, n - first);
    first = n - first > PATH_MX_MAX ? n - PATH_MX_MAX : first;
    for (size_t i = first; i < n; i++)
        lint_host_hint(l, hosts[i]->mx.host);
    for (size_t i = first; i < n; i++)
        if (!lint_host(l, l->domain, hosts[i]->mx.host, hosts[i]->mx.host))
            return;
}
