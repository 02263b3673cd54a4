#include "methods/serverdomains/drip_publish.h"

#include "methods/serverdomains/drip.h"
#include "methods/serverdomains/serverdomains_plan.h"

/* "No" is any other address; the draft's default is the unspecified one. */
static void publish_no(struct publication *p, struct slice name)
{
    static const struct ip no4 = { .family = IP_V4 }, no6 = { .family = IP_V6 };
    publish_address(p, publish_name(p, "*.ipv4.relays._email_", name), &no4);
    publish_address(p, publish_name(p, "*.ipv6.relays._email_", name), &no6);
}

static void publish_host(const struct plan *plan, struct publication *p, const struct plan_host *host)
{
    if (!plan_owns(plan, host->name))
        return;
    if (!host->known) {
        publish_remark(p, PUBLISH_STRICTER, "nothing is published for %.*s, whose addresses are not known", PUBLISH_NAME(host->name));
        return;
    }
    for (size_t i = 0; i < host->count; i++)
        if (!plan_excludes(plan, &host->addresses[i]))
            publish_address(p, drip_name(p->arena, &host->addresses[i], host->name), &host->addresses[i]);
    publish_no(p, host->name);
}

void drip_publish(const struct plan *plan, struct publication *p)
{
    size_t before = p->count;
    for (size_t i = 0; i < plan->hosts.count; i++)
        publish_host(plan, p, &plan->hosts.at[i]);
    for (size_t i = 0; plan->mx_sends && i < plan->mx.count; i++)
        publish_host(plan, p, &plan->mx.at[i]);
    /* A parent that speaks makes every name below it that does not fail. */
    if (plan_names_all_hosts(plan) && !plan_has_host(plan, plan->domain))
        publish_no(p, plan->domain);
    if (p->count > before)
        publish_remark(p, PUBLISH_NOTE, "address records with an underscore in their name: BIND takes them with check-names ignore only");
}
