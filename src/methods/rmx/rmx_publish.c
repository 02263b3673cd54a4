#include "methods/rmx/rmx_publish.h"

#include "methods/rmx/rmx.h"
#include "methods/rmx/rmx_apl.h"
#include "methods/rmx/rmx_record.h"

/* Entries in the making. Too many: `full`, and nothing is published. */
struct draft { struct rmx_entry at[PATH_ENTRIES_MAX]; size_t count; unsigned asks; bool full; };

static void add(struct draft *d, struct rmx_entry e)
{
    d->full = d->full || d->count == COUNT_OF(d->at);
    if (!d->full)
        d->at[d->count++] = e;
}

static void add_prefixes(struct draft *d, struct prefixes list, bool negated)
{
    for (size_t i = 0; i < list.count; i++) {
        struct rmx_entry e = { .tag = list.at[i].address.family == IP_V4 ? RMX_IPV4 : RMX_IPV6, .negated = negated, .prefix = list.at[i] };
        prefix_clear_host_bits(&e.prefix);
        add(d, e);
    }
}

static void add_name(struct draft *d, enum rmx_tag tag, struct slice name, unsigned asks)
{
    add(d, (struct rmx_entry){ .tag = tag, .name = name });
    d->asks += asks;
}

/* An ISP's list is named; the servers of one that has none are written out. */
static bool add_provider(struct draft *d, struct publication *p, struct ip_set *written, const struct plan_provider *provider)
{
    if (provider->apl.len > 0) {
        add_name(d, RMX_APL, provider->apl, 1);
        return true;
    }
    if (!provider->known)
        publish_remark(p, PUBLISH_STRICTER, "the servers of %.*s are not in the list: they are not known, and RMX cannot name that domain",
                       PUBLISH_NAME(provider->domain));
    return plan_add_networks(p->arena, written, provider->networks);
}

static bool add_senders(struct draft *d, const struct plan *plan, struct publication *p)
{
    struct ip_set written = { 0 };
    struct prefixes list;
    bool good = true;
    add_prefixes(d, plan->excluded, true);
    if (plan->apl.len > 0 && plan->networks.count > 0)
        add_name(d, RMX_APL, plan->apl, 1);
    else
        good = plan_add_networks(p->arena, &written, plan->networks);
    for (size_t i = 0; i < plan->hosts.count; i++) {
        const struct plan_host *h = &plan->hosts.at[i];
        if (h->given)
            good = good && plan_add_host(p->arena, &written, h);
        else
            add_name(d, RMX_HOST, h->name, 1);
    }
    if (plan->mx_sends)
        add_name(d, RMX_MX, SLICE(""), 1 + PATH_MX_MAX);
    for (size_t i = 0; i < plan->providers.count; i++)
        good = good && add_provider(d, p, &written, &plan->providers.at[i]);
    good = good && plan_prefixes(p->arena, &written, &list);
    if (good)
        add_prefixes(d, list, false);
    return good;
}

/* A prefix list has its items tried in order: what is excluded stands first. */
static void publish_list(const struct plan *plan, struct publication *p)
{
    struct apl_item items[RMX_PUBLISHED_ITEMS_MAX];
    size_t count = 0;
    struct text rdata = publish_text(p);
    for (size_t i = 0; i < plan->excluded.count; i++)
        items[count++] = (struct apl_item){ .prefix = plan->excluded.at[i], .negated = true };
    for (size_t i = 0; i < plan->networks.count; i++)
        items[count++] = (struct apl_item){ .prefix = plan->networks.at[i] };
    for (size_t i = 0; i < count; i++)
        prefix_clear_host_bits(&items[i].prefix);
    text_add_apl_wire(&rdata, items, count);
    publish_record(p, plan->apl, RTYPE_APL, "", text_slice(&rdata));
    if (!plan_owns(plan, plan->apl))
        publish_remark(p, PUBLISH_NOTE, "the address prefix list stands in the zone of %.*s, which is not below %.*s", PUBLISH_NAME(plan->apl),
                       PUBLISH_NAME(plan->domain));
}

static void publish_entries(const struct plan *plan, struct publication *p, const struct draft *d)
{
    struct text text = publish_text(p), rdata = publish_text(p);
    uint16_t type = plan_private_type(plan, "rmx");
    text_add_rmx(&text, d->at, d->count);
    publish_txt(p, publish_name(p, "_rmx", plan->domain), "", text_slice(&text));
    if (type == 0)
        return;
    text_add_rmx_rdata(&rdata, d->at, d->count);
    publish_record(p, plan->domain, type, "", text_slice(&rdata));
}

void rmx_publish(const struct plan *plan, struct publication *p)
{
    struct draft d = { .count = 0 };
    bool has_list = plan->apl.len > 0 && plan->networks.count > 0;
    if (plan->never_sends)
        add(&d, (struct rmx_entry){ .tag = RMX_UNUSED });
    else if (!add_senders(&d, plan, p))
        d.full = true;
    if (!d.full && d.count == plan->excluded.count && !plan_is_known(plan)) {
        publish_nobody(p);
        return;
    }
    d.full = d.full || (has_list && plan->excluded.count + plan->networks.count > RMX_PUBLISHED_ITEMS_MAX);
    if (d.full) {
        publish_remark(p, PUBLISH_NOTE, "nothing is published: a record may have %d entries, and this plan needs more", PATH_ENTRIES_MAX);
        return;
    }
    if (d.asks >= RMX_ASKS)
        publish_remark(p, PUBLISH_STRICTER, "the record names %u hosts and lists that must be looked up, more than receivers may follow (%d)", d.asks, RMX_ASKS);
    if (plan->ending != PLAN_STRICT && !plan->never_sends)
        publish_remark(p, PUBLISH_NOTE, "RMX has one answer for everybody else: fail");
    publish_entries(plan, p, &d);
    if (has_list)
        publish_list(plan, p);
}
