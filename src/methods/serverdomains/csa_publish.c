#include "methods/serverdomains/csa_publish.h"

#include "methods/serverdomains/csa_record.h"
#include "methods/serverdomains/serverdomains_plan.h"

static void publish(struct publication *p, struct slice name, enum csa_weight weight, unsigned port)
{
    publish_srv(p, publish_name(p, "_client._smtp", name), CSA_VERSION, (unsigned)weight, port, name);
}

static void publish_hosts_of(const struct plan *plan, struct publication *p, struct plan_hosts hosts, unsigned domain_port)
{
    for (size_t i = 0; i < hosts.count; i++) {
        const struct plan_host *h = &hosts.at[i];
        if (!plan_owns(plan, h->name))
            continue;
        publish(p, h->name, CSA_AUTHORISED, slice_same(h->name, plan->domain) ? domain_port : 0);
        if (plan_may_exclude(plan, h))
            publish_remark(p, PUBLISH_LOOSER, "whatever address %.*s has passes, also an excluded one", PUBLISH_NAME(h->name));
    }
}

/* "Explicit" at the domain makes every name below it that has no record fail. */
void csa_publish(const struct plan *plan, struct publication *p)
{
    unsigned port = plan_names_all_hosts(plan) ? CSA_PORT_EXPLICIT : 0;
    publish_hosts_of(plan, p, plan->hosts, port);
    if (plan->mx_sends)
        publish_hosts_of(plan, p, plan->mx, port);
    if (!plan_has_host(plan, plan->domain))
        publish(p, plan->domain, CSA_NOT_AUTHORISED, port);
    if (plan->networks.count > 0)
        publish_remark(p, PUBLISH_NOTE, "CSA is about names: what a host in one of the networks says in HELO needs a record of its own (hosts)");
}
