#include "publish/parts.h"

/* ---- who receives ---- */

void publish_receivers(const struct plan *plan, struct publication *p)
{
    if (plan->receives_nothing)
        publish_mx(p, plan->domain, "", 0, SLICE("."));      /* RFC 7505 3 */
    for (size_t i = 0; plan->mx_given && i < plan->mx.count; i++)
        publish_mx(p, plan->domain, "", plan->mx.at[i].preference, plan->mx.at[i].name);
}

/* ---- where users submit and fetch ---- */

const struct known_service known_services[] = {
    { "submissions", 465 },        /* RFC 8314 5.1 */
    { "submission", 587 },         /* RFC 6186 3.1 */
    { "imaps", 993 }, { "imap", 143 },
    { "pop3s", 995 }, { "pop3", 110 },
    { "sieve", 4190 },             /* RFC 5804 1.8 */
    { "jmap", 443 },               /* RFC 8620 2.2 */
    { NULL, 0 },
};

void publish_services(const struct plan *plan, struct publication *p)
{
    for (size_t i = 0; i < plan->services.count; i++) {
        const struct plan_service *s = &plan->services.at[i];
        struct text prefix = publish_text(p);
        text_addf(&prefix, "_%s._tcp", s->name);
        struct slice owner = name_join(p->arena, text_slice(&prefix), plan->domain);
        bool none = slice_same(s->host, SLICE("."));
        publish_srv(p, owner, 0, none ? 0 : 1, none ? 0 : s->port, s->host);      /* RFC 6186 3.4: "." is not offered */
    }
}

/* ---- hosts ---- */

static void publish_host(const struct plan *plan, struct publication *p, const struct plan_host *host)
{
    for (size_t i = 0; host->given && plan_owns(plan, host->name) && i < host->count; i++)
        publish_address(p, host->name, &host->addresses[i]);
}

void publish_hosts(const struct plan *plan, struct publication *p)
{
    for (size_t i = 0; i < plan->hosts.count; i++)
        publish_host(plan, p, &plan->hosts.at[i]);
    for (size_t i = 0; plan->mx_given && i < plan->mx.count; i++)
        publish_host(plan, p, &plan->mx.at[i]);
}
