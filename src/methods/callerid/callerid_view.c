#include "methods/callerid/callerid_view.h"

#include <assert.h>

static_assert(EP_ITEMS_MAX < EP_NO_ENTRY, "indexes of entries are of 16 bits");

/* Exclusions are addresses alone and need no question; they reach no further than their m. */
static bool excludes(const struct ep *ep, const struct ep_m *m, const struct ip *client)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct ep_entry *e = &ep->entries[m->first + i];
        if (e->negated && prefix_covers(&e->prefix, client))
            return true;
    }
    return false;
}

bool ep_is_open(const struct ep *ep, const struct ep_m *m, const struct ip *client)
{
    return !m->indirect && !excludes(ep, m, client);
}

const struct ep_entry *ep_listed(const struct ep *ep, const struct ep_m *m, const struct ip *client)
{
    for (size_t i = 0; i < m->count; i++) {
        const struct ep_entry *e = &ep->entries[m->first + i];
        if (e->prefix.address.family != IP_NONE && !e->negated && prefix_covers(&e->prefix, client))
            return e;
    }
    return NULL;
}

bool ep_entry_asks(const struct ep_entry *e)
{
    return e->kind == EP_INDIRECT || e->kind == EP_MX || (e->kind == EP_A && e->prefix.address.family == IP_NONE);
}

/* ---- making ---- */

struct making { const struct ep *ep; const struct ip *client; struct ep_step *listed, *asking; struct ep_view view; };

static void add_asking(struct making *k, size_t m, size_t entry)
{
    if (k->asking)
        k->asking[k->view.asking_count] = (struct ep_step){ (uint16_t)m, (uint16_t)entry };
    k->view.asking_count++;
}

static void add_listed(struct making *k, size_t m, const struct ep_entry *e)
{
    if (k->listed)
        k->listed[k->view.listed_count] = (struct ep_step){ (uint16_t)m, (uint16_t)(e - k->ep->entries) };
    k->view.listed_count++;
}

static void look_at_m(struct making *k, size_t nth)
{
    const struct ep_m *m = &k->ep->ms[nth];
    bool open = ep_is_open(k->ep, m, k->client);
    const struct ep_entry *listed = open ? ep_listed(k->ep, m, k->client) : NULL;
    if (listed)
        add_listed(k, nth, listed);
    if (open && m->count == 0)
        add_asking(k, nth, EP_NO_ENTRY);
    for (size_t i = m->first; i < m->first + m->count; i++)
        if (ep_entry_asks(&k->ep->entries[i]) && (open || k->ep->entries[i].kind == EP_INDIRECT))
            add_asking(k, nth, i);
}

static void look_at_all(struct making *k)
{
    k->view = (struct ep_view){ .listed = k->listed, .asking = k->asking };
    for (size_t i = 0; i < k->ep->m_count; i++)
        look_at_m(k, i);
}

struct ep_view *ep_view_make(struct arena *arena, const struct ep *ep, const struct ip *client)
{
    struct making k = { .ep = ep, .client = client };
    struct ep_view *view = ARENA_NEW(arena, struct ep_view);
    look_at_all(&k);                     /* how many */
    k.listed = ARENA_ARRAY(arena, k.view.listed_count + 1, struct ep_step);
    k.asking = ARENA_ARRAY(arena, k.view.asking_count + 1, struct ep_step);
    if (!view || !k.listed || !k.asking)
        return NULL;
    look_at_all(&k);
    *view = k.view;
    return view;
}
