#include "methods/serverdomains/csa_publish.h"

#include "methods/serverdomains/csa_record.h"

static void publish(struct publication *p, struct slice name, enum csa_weight weight, unsigned port)
{
    publish_srv(p, publish_name(p, "_client._smtp", name), CSA_VERSION, (unsigned)weight, port, name);
}

/* True: the domain itself is one of them. */
static bool publish_hosts_of(const struct plan *plan, struct publication *p, struct plan_hosts hosts, unsigned domain_port)
{
    bool is_host = false;
    for (size_t i = 0; i < hosts.count; i++) {
        struct slice name = hosts.at[i].name;
        bool domain = slice_same(name, plan->domain);
        if (plan_owns(plan, name))
            publish(p, name, CSA_AUTHORISED, domain ? domain_port : 0);
        is_host = is_host || domain;
    }
    return is_host;
}

/*
 * "Explicit" makes every name below the domain that has no record fail. It is said only where the plan knows
 * all names there are: who sends from a network says whatever name it has.
 */
void csa_publish(const struct plan *plan, struct publication *p)
{
    bool named = plan->networks.count == 0 && plan->ending == PLAN_STRICT && (plan->never_sends ? plan->receives_nothing : plan->mx_sends || plan->mx.count == 0);
    unsigned port = named ? CSA_PORT_EXPLICIT : 0;
    bool is_host = publish_hosts_of(plan, p, plan->hosts, port);
    if (plan->mx_sends)
        is_host = publish_hosts_of(plan, p, plan->mx, port) || is_host;
    if (!is_host)
        publish(p, plan->domain, CSA_NOT_AUTHORISED, port);
    if (plan->networks.count > 0)
        publish_remark(p, PUBLISH_NOTE, "CSA is about names: what a host in one of the networks says in HELO needs a record of its own (hosts)");
}
