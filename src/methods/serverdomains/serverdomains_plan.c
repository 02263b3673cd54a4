#include "methods/serverdomains/serverdomains_plan.h"

bool plan_names_all_hosts(const struct plan *plan)
{
    bool receivers_named = plan->receives_nothing || plan->mx_sends || (plan->mx_given && plan->mx.count == 0);
    return plan->networks.count == 0 && plan->ending == PLAN_STRICT && receivers_named;
}

static bool has(struct plan_hosts hosts, struct slice name)
{
    for (size_t i = 0; i < hosts.count; i++)
        if (slice_same(hosts.at[i].name, name))
            return true;
    return false;
}

bool plan_has_host(const struct plan *plan, struct slice name)
{
    return has(plan->hosts, name) || (plan->mx_sends && has(plan->mx, name));
}
