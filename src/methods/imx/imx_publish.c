#include "methods/imx/imx_publish.h"

#include "methods/imx/imx.h"
#include "methods/prefix.h"

/* Items in the making. Too many: `full`, and nothing is published. */
struct draft { struct imx_item at[IMX_ITEMS_MAX]; size_t count, names; bool full, private; };

static void add(struct draft *d, struct imx_item item)
{
    d->full = d->full || d->count == COUNT_OF(d->at);
    if (!d->full)
        d->at[d->count++] = item;
}

static void add_prefixes(struct draft *d, struct prefixes list)
{
    for (size_t i = 0; i < list.count; i++) {
        add(d, (struct imx_item){ .tag = list.at[i].address.family == IP_V4 ? IMX_IP4 : IMX_IP6, .prefix = list.at[i] });
        d->private = d->private || ip_is_private(&list.at[i].address);
    }
}

/* There is no exclusion in this dialect: what a name leads to can only be narrowed by writing it out. */
static bool add_host(struct draft *d, const struct plan *plan, struct publication *p, struct ip_set *written, const struct plan_host *h)
{
    bool narrowed = plan->excluded.count > 0;
    if (h->given || (narrowed && h->known))
        return plan_add_host(p->arena, written, h);
    if (narrowed)
        publish_remark(p, PUBLISH_LOOSER, "whatever address %.*s has passes: it is not known whether it is an excluded one", PUBLISH_NAME(h->name));
    add(d, (struct imx_item){ .tag = IMX_HOST, .name = h->name });
    d->names++;
    return true;
}

static bool add_senders(struct draft *d, const struct plan *plan, struct publication *p)
{
    struct ip_set written = { 0 };
    struct prefixes list;
    bool good = plan_add_networks(p->arena, &written, plan->networks);
    for (size_t i = 0; good && i < plan->hosts.count; i++)
        good = add_host(d, plan, p, &written, &plan->hosts.at[i]);
    for (size_t i = 0; good && i < plan->providers.count; i++) {
        const struct plan_provider *provider = &plan->providers.at[i];
        if (!provider->known)
            publish_remark(p, PUBLISH_STRICTER, "the servers of %.*s are not in the list: they are not known, and IMX cannot name that domain",
                           PUBLISH_NAME(provider->domain));
        good = plan_add_networks(p->arena, &written, provider->networks);
    }
    if (!good || !plan_remove_networks(p->arena, &written, plan->excluded) || !plan_prefixes(p->arena, &written, &list))
        return false;
    add_prefixes(d, list);
    return true;
}

/* MX hosts pass before the record is looked at. */
static void remark_mx(const struct plan *plan, struct publication *p)
{
    bool has_mx = !plan->receives_nothing && (plan->mx.count > 0 || !(plan->mx_given || plan->mx_known));
    if (has_mx && !plan->mx_sends)
        publish_remark(p, PUBLISH_LOOSER, "MX hosts pass, too; IMX has no word against it");
    if (has_mx && plan->mx_sends && plan->excluded.count > 0)
        publish_remark(p, PUBLISH_LOOSER, "MX hosts pass at excluded addresses, too");
}

static void remark_bounds(const struct draft *d, const struct plan *plan, struct publication *p)
{
    struct imx_record r = { .count = d->count, .items = d->at };
    for (size_t i = 0; i < d->count; i++) {
        if (d->at[i].tag == IMX_IP4)
            r.hosts4 = hosts_sum(r.hosts4, prefix_hosts(&d->at[i].prefix));
        if (d->at[i].tag == IMX_IP6)
            r.networks6 = hosts_sum(r.networks6, prefix_hosts(&d->at[i].prefix));
    }
    if (imx_is_too_loose(&r))
        publish_remark(p, PUBLISH_STRICTER, "more than a /16 of IPv4 or a /32 of IPv6 in all: receivers take such a list for none (policy)");
    if (2 + plan->mx.count + d->names > IMX_OWN_ASKS)
        publish_remark(p, PUBLISH_STRICTER, "MX hosts and names together are more look-ups than receivers make (%d)", IMX_OWN_ASKS);
    if (d->private)
        publish_remark(p, PUBLISH_STRICTER, "private addresses in the list are for this organisation's own receivers: others ignore them");
}

static void publish_items(const struct plan *plan, struct publication *p, const struct draft *d)
{
    struct text text = publish_text(p), rdata = publish_text(p);
    uint16_t type = plan_private_type(plan, "imx");
    text_add_imx(&text, d->at, d->count);
    publish_txt(p, publish_name(p, "_imx", plan->domain), IMX_VERSION, text_slice(&text));
    if (type == 0)
        return;
    text_add_imx_rdata(&rdata, d->at, d->count);
    publish_record(p, plan->domain, type, "", text_slice(&rdata));
}

void imx_publish(const struct plan *plan, struct publication *p)
{
    struct draft d = { .count = 0 };
    if (!plan->never_sends && !add_senders(&d, plan, p))
        d.full = true;
    bool nobody_else = d.count == 0, strict = plan->ending == PLAN_STRICT;
    if (nobody_else && !plan->mx_sends && !plan_is_known(plan)) {
        publish_nobody(p);
        return;
    }
    if (nobody_else && (strict || plan->never_sends))
        add(&d, (struct imx_item){ .tag = IMX_NONE });
    else if (strict)
        add(&d, (struct imx_item){ .tag = IMX_ONLY });
    remark_mx(plan, p);
    if (d.count == 0) {                  /* without a record, who is no MX is softfail */
        publish_absent(p, publish_name(p, "_imx", plan->domain), RTYPE_TXT, IMX_VERSION);
        return;
    }
    if (d.full || d.names > IMX_NAMES_MAX) {
        publish_remark(p, PUBLISH_NOTE, "nothing is published: a record may have %d items, %d of them names, and this plan needs more", IMX_ITEMS_MAX, IMX_NAMES_MAX);
        return;
    }
    if (plan->ending == PLAN_NEUTRAL && !plan->never_sends)
        publish_remark(p, PUBLISH_NOTE, "IMX has no neutral answer for everybody else: it is softfail");
    remark_bounds(&d, plan, p);
    publish_items(plan, p, &d);
}
