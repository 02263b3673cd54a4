/*
 * callerid_publish.c: two m elements: what is written out, less what is excluded; and the domains whose documents
 * say the rest. An exclusion reaches only inside its own m.
 */
#include "methods/callerid/callerid_publish.h"

#include "methods/callerid/callerid.h"

#define ENTRIES_MAX 4000             /* within EP_ITEMS_MAX, with the m elements and room to spare */

struct draft {
    struct publication *p;
    struct ep_entry *at;
    size_t count;
    bool full;
};

static void add(struct draft *d, struct ep_entry e)
{
    d->full = d->full || d->count == ENTRIES_MAX;
    if (!d->full)
        d->at[d->count++] = e;
}

static void add_prefixes(struct draft *d, struct prefixes list, bool negated)
{
    for (size_t i = 0; i < list.count; i++) {
        struct prefix p = list.at[i];
        bool whole = p.bits == (p.address.family == IP_V4 ? 32 : 128);
        prefix_clear_host_bits(&p);
        add(d, (struct ep_entry){ .kind = whole && !negated ? EP_A : EP_R, .negated = negated, .prefix = p });
    }
}

/* An empty name is the document's own domain. */
static void add_named(struct draft *d, enum ep_kind kind, struct slice name)
{
    bool own = slice_same(name, d->p->plan->domain);
    add(d, (struct ep_entry){ .kind = kind, .name = own ? SLICE("") : name });
}

/* What is written out: networks, hosts, servers of providers that have no document. */
static bool add_written(struct draft *d, const struct plan *plan)
{
    struct ip_set written = { 0 };
    struct prefixes list;
    bool good = plan_add_networks(d->p->arena, &written, plan->networks);
    for (size_t i = 0; good && i < plan->hosts.count; i++) {
        if (plan->hosts.at[i].given)
            good = plan_add_host(d->p->arena, &written, &plan->hosts.at[i]);
        else
            add_named(d, EP_A, plan->hosts.at[i].name);
    }
    for (size_t i = 0; good && i < plan->providers.count; i++) {
        const struct plan_provider *provider = &plan->providers.at[i];
        if (plan_speaks(provider, "callerid"))
            continue;
        if (!provider->known)
            publish_remark(d->p, PUBLISH_STRICTER, "the servers of %.*s are not in the document: they are not known, and it has none to refer to",
                           PUBLISH_NAME(provider->domain));
        good = plan_add_networks(d->p->arena, &written, provider->networks);
    }
    if (!good || !plan_prefixes(d->p->arena, &written, &list))
        return false;
    add_prefixes(d, list, false);
    return true;
}

/* RFC 2821 5: without MX records <mx/> is the domain's own addresses. */
static void add_mx(struct draft *d, const struct plan *plan)
{
    bool none = (plan->mx_given || plan->mx_known) && plan->mx.count == 0;
    if (plan->mx_sends && !none)
        add_named(d, EP_MX, plan->domain);
}

static bool add_indirect(struct draft *d, const struct plan *plan)
{
    size_t before = d->count;
    for (size_t i = 0; i < plan->providers.count; i++)
        if (plan_speaks(&plan->providers.at[i], "callerid"))
            add(d, (struct ep_entry){ .kind = EP_INDIRECT, .name = plan->providers.at[i].domain });
    if (d->count > before && plan->excluded.count > 0)
        publish_remark(d->p, PUBLISH_LOOSER, "excluded addresses pass if the document of a provider lists them");
    return d->count > before;
}

static bool draft_document(struct draft *d, const struct plan *plan, struct ep *ep, struct ep_m ms[2])
{
    if (plan->never_sends) {
        ep->no_mail_servers = true;
        return true;
    }
    if (!add_written(d, plan))
        return false;
    add_mx(d, plan);
    if (d->count > 0) {
        add_prefixes(d, plan->excluded, true);
        ms[ep->m_count++] = (struct ep_m){ .count = d->count };
    }
    size_t first = d->count;
    if (add_indirect(d, plan))
        ms[ep->m_count++] = (struct ep_m){ .first = first, .count = d->count - first, .indirect = true };
    ep->ms = ms;
    ep->entries = d->at;
    ep->entry_count = d->count;
    return !d->full;
}

static bool publish_document(struct publication *p, const struct ep *ep)
{
    struct text document = text_in(p->arena, EP_OCTETS_MAX);
    struct slice records[EP_RECORDS_MAX];
    size_t count;
    text_add_ep(&document, ep);
    if (document.bad || !ep_split(p->arena, text_slice(&document), records, EP_RECORDS_MAX, &count))
        return false;
    for (size_t i = 0; i < count; i++)
        publish_txt(p, publish_name(p, "_ep", p->plan->domain), "", records[i]);
    if (count > 1)
        publish_remark(p, PUBLISH_NOTE, "a document of %zu records needs TCP at every receiver; providers that have documents make it shorter", count);
    return true;
}

void callerid_publish(const struct plan *plan, struct publication *p)
{
    struct draft d = { .p = p, .at = ARENA_ARRAY(p->arena, ENTRIES_MAX, struct ep_entry) };
    struct ep ep = { .has_out = true };
    struct ep_m ms[2];
    p->bad = p->bad || !d.at;
    if (p->bad)
        return;
    bool drafted = draft_document(&d, plan, &ep, ms);
    if (drafted && ep.m_count == 0 && !ep.no_mail_servers && !plan_is_known(plan)) {
        publish_nobody(p);
        return;
    }
    /* A document without m would say nothing, an empty m the MX hosts. */
    ep.no_mail_servers = ep.m_count == 0;
    if (!drafted || !publish_document(p, &ep)) {
        publish_remark(p, PUBLISH_NOTE, "nothing is published: the document would be longer than %d octets or have more than %d entries", EP_OCTETS_MAX, ENTRIES_MAX);
        return;
    }
    if (plan->ending != PLAN_STRICT && !plan->never_sends)
        publish_remark(p, PUBLISH_NOTE, "Caller ID has one answer for everybody else: fail");
}
