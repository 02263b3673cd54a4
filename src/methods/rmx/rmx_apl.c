#include "methods/rmx/rmx_apl.h"

#include <stdlib.h>

#include "methods/prefix.h"

#define AFDLENGTH_MASK 0x7f
#define NEGATED_BIT 0x80

/* RFC 3123 4: ADDRESSFAMILY PREFIX N AFDLENGTH AFDPART */
static bool take_item(struct cursor *c, struct apl_item *out)
{
    uint16_t family = take_u16(c);
    uint8_t bits = take_octet(c), length = take_octet(c);
    struct slice part = take(c, length & AFDLENGTH_MASK);
    *out = (struct apl_item){ .negated = (length & NEGATED_BIT) != 0 };
    if (c->bad)
        return false;
    if (family != 1 && family != 2)
        return true;                 /* IP_NONE: not an address of ours */
    return prefix_of_octets(family == 1 ? IP_V4 : IP_V6, part, bits, &out->prefix);
}

bool apl_parse(struct slice rdata, struct apl_item *items, size_t room, size_t *count)
{
    struct cursor c = cursor_of(rdata);
    while (!at_end(&c)) {
        struct apl_item item;
        if (!take_item(&c, &item))
            return false;
        if (item.prefix.address.family == IP_NONE)
            continue;
        if (*count == room)
            return false;
        items[(*count)++] = item;
    }
    return true;
}

static struct slice without_trailing_zeros(struct slice octets)
{
    while (octets.len > 0 && octets.at[octets.len - 1] == 0)
        octets.len--;
    return octets;
}

void text_add_apl_wire(struct text *t, const struct apl_item *items, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct prefix *p = &items[i].prefix;
        struct slice part = without_trailing_zeros(slice_of(p->address.octets, p->address.family == IP_V4 ? 4 : 16));
        text_add_octet(t, 0);
        text_add_octet(t, p->address.family == IP_V4 ? 1 : 2);
        text_add_octet(t, (uint8_t)p->bits);
        text_add_octet(t, (uint8_t)(part.len | (items[i].negated ? NEGATED_BIT : 0)));
        text_add(t, part);
    }
}

enum apl_match apl_judge(const struct apl_set *set, const struct ip *client)
{
    for (size_t i = 0; i < set->count; i++)
        if (prefix_covers(&set->items[i].prefix, client))
            return set->items[i].negated ? APL_NEGATED : APL_MATCH;
    return APL_NOTHING;
}

uint64_t apl_hosts(const struct apl_set *set)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < set->count; i++)
        if (!set->items[i].negated)
            sum = hosts_sum(sum, prefix_hosts(&set->items[i].prefix));
    return sum;
}

/* ---- a name's set ---- */

static int by_octets(const void *a, const void *b)
{
    return slice_compare((*(const struct rdata *const *)a)->raw, (*(const struct rdata *const *)b)->raw);
}

static size_t room_for(const struct answer *a)
{
    size_t octets = 0;
    for (size_t i = 0; i < a->count; i++)
        octets += a->records[i].raw.len;
    return octets / 4 < APL_ITEMS_MAX ? octets / 4 : APL_ITEMS_MAX;      /* an item has 4 octets at least */
}

void *apl_set_make(const struct answer *a)
{
    const struct rdata *order[ANSWER_RECORDS_MAX];
    size_t room = room_for(a);
    struct apl_set *set = mem_zalloc(1, sizeof *set + room * sizeof set->items[0]);
    if (!set)
        return NULL;
    for (size_t i = 0; i < a->count; i++)
        order[i] = &a->records[i];
    qsort(order, a->count, sizeof *order, by_octets);
    for (size_t i = 0; i < a->count && !set->broken; i++)
        set->broken = !apl_parse(order[i]->raw, set->items, room, &set->count);
    return set;
}

void apl_set_release(void *set)
{
    mem_free(set);
}
