/* fuzz_callerid_record: a policy document; what can be read is printed and reads back the same. */
#include "methods/callerid/callerid_record.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static struct slice printed(struct arena *a, const struct ep *ep)
{
    struct text t = text_in(a, 16u << 20);
    text_add_ep(&t, ep);
    must(!t.bad);
    return text_slice(&t);
}

static void check_inside(const struct ep *ep)
{
    size_t entries = 0;
    for (size_t i = 0; i < ep->m_count; i++) {
        must(ep->ms[i].first == entries);
        entries += ep->ms[i].count;
    }
    must(entries == ep->entry_count && ep->m_count + entries + ep->cdl_count + ep->edge_count + ep->puzzle_count <= EP_ITEMS_MAX);
    for (size_t i = 0; i < ep->entry_count; i++) {
        const struct ep_entry *e = &ep->entries[i];
        bool address = e->prefix.address.family != IP_NONE;
        must(e->kind != EP_R || address);
        must(!address || (prefix_has_bits(&e->prefix) && e->name.len == 0));
        must(e->kind != EP_INDIRECT || e->name.len > 0);
        must(!e->negated || e->kind == EP_R);
    }
}

/* Escapes make it longer, so that it may not fit the bound of a document again. */
static void check_reads_back(struct arena *a, const struct ep *ep)
{
    struct ep again;
    struct ep_mistake m;
    struct slice text = printed(a, ep);
    if (text.len > EP_OCTETS_MAX / 2)
        return;
    must(ep_parse(a, text, 2, &again, &m) == EP_FINE);
    check_inside(&again);
    must(slice_same(printed(a, &again), text));
    must(again.testing == ep->testing && again.no_mail_servers == ep->no_mail_servers && again.direct_only == ep->direct_only);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct arena *a = arena_new(64u << 20);
    struct ep ep;
    struct ep_mistake m;
    if (ep_parse(a, slice_of(at, len), 1, &ep, &m) == EP_FINE) {
        check_inside(&ep);
        check_reads_back(a, &ep);
    }
    must(m.fault < EP_FAULTS && m.fault != EP_FAULT_MEMORY);
    arena_free(a);
    return 0;
}
