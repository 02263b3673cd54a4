#include "methods/serverdomains/msd_publish.h"

#include "methods/serverdomains/msd_record.h"

static struct texts served(const struct plan *plan)
{
    return plan->served.count > 0 ? plan->served : (struct texts){ &plan->domain, 1 };
}

static bool is_below(struct slice domain)
{
    return slice_starts(domain, SLICE("*."));
}

/* An entry answers for one name; what is below a domain can only be listed. */
static struct msd_item item_of(struct slice domain)
{
    return is_below(domain) ? (struct msd_item){ MSD_BELOW, slice_from(domain, 2) } : (struct msd_item){ MSD_DOMAIN, domain };
}

static void publish_items(const struct plan *plan, struct publication *p, struct slice txt_name, struct slice rr_name, const struct msd_item *items, size_t count)
{
    struct text text = publish_text(p), rdata = publish_text(p);
    uint16_t type = plan_private_type(plan, "msd");
    text_add_msd(&text, items, count);
    publish_txt(p, txt_name, MSD_VERSION, text_slice(&text));
    if (type == 0)
        return;
    text_add_msd_rdata(&rdata, items, count);
    publish_record(p, rr_name, type, "", text_slice(&rdata));
}

static void publish_entries(const struct plan *plan, struct publication *p, struct slice host, const struct texts *domains)
{
    static const struct msd_item yes = { .tag = MSD_YES };
    for (size_t i = 0; i < domains->count; i++) {
        struct slice name = msd_entry_name(p->arena, domains->at[i], host);
        if (is_below(domains->at[i]))
            continue;
        if (name.len == 0 && !msd_hashed_name(p->arena, domains->at[i], host, &name))
            p->bad = true;
        else
            publish_items(plan, p, name, name, &yes, 1);
    }
}

static void publish_host(const struct plan *plan, struct publication *p, struct slice host)
{
    struct texts domains = served(plan);
    struct msd_item *items = ARENA_ARRAY(p->arena, domains.count + 3, struct msd_item);
    bool factored = plan->served_factored || domains.count > MSD_LISTED_MAX;
    size_t count = 0;
    if (!items) {
        p->bad = true;
        return;
    }
    for (size_t i = 0; i < domains.count; i++)
        if (!factored || is_below(domains.at[i]))
            items[count++] = item_of(domains.at[i]);
    if (factored)
        items[count++].tag = MSD_FACTORED;
    if (plan->serves_anybody)
        items[count++].tag = MSD_ALL;
    else if (plan->served_only)
        items[count++].tag = MSD_ONLY;
    if (count > MSD_ITEMS_MAX) {
        publish_remark(p, PUBLISH_NOTE, "nothing is published: a record may have %d items, and this plan needs more", MSD_ITEMS_MAX);
        return;
    }
    publish_items(plan, p, msd_base_name(p->arena, host), host, items, count);
    if (factored)
        publish_entries(plan, p, host, &domains);
}

static void publish_hosts_of(const struct plan *plan, struct publication *p, struct plan_hosts hosts)
{
    for (size_t i = 0; i < hosts.count; i++)
        if (plan_owns(plan, hosts.at[i].name))
            publish_host(plan, p, hosts.at[i].name);
}

void msd_publish(const struct plan *plan, struct publication *p)
{
    publish_hosts_of(plan, p, plan->hosts);
    if (plan->mx_sends)
        publish_hosts_of(plan, p, plan->mx);
    if (plan->served.count > MSD_LISTED_MAX && !plan->served_factored)
        publish_remark(p, PUBLISH_NOTE, "one record for each domain: a list holds %d", MSD_LISTED_MAX);
}
