#include "base/ip_set.h"

#include <string.h>

#define ROOM_LEAST 16

static unsigned width(enum ip_family family)
{
    return family == IP_V4 ? 4 : 16;
}

/* IPv4 before IPv6, then by octets. Unused octets of IPv4 are zero. */
static int compare(const struct ip *a, const struct ip *b)
{
    if (a->family != b->family)
        return a->family < b->family ? -1 : 1;
    return memcmp(a->octets, b->octets, width(a->family));
}

/* The address after (or before) this one; false where its family ends. */
static bool step(struct ip *ip, bool up)
{
    for (unsigned i = width(ip->family); i-- > 0;) {
        uint8_t at_end = up ? 0xff : 0;
        if (ip->octets[i] != at_end) {
            ip->octets[i] = (uint8_t)(up ? ip->octets[i] + 1 : ip->octets[i] - 1);
            return true;
        }
        ip->octets[i] = up ? 0 : 0xff;
    }
    return false;
}

static struct ip_range range_of(const struct prefix *p)
{
    struct prefix first = *p;
    prefix_clear_host_bits(&first);
    memset(first.address.octets + width(p->address.family), 0, sizeof first.address.octets - width(p->address.family));
    struct ip_range r = { first.address, first.address };
    for (unsigned bit = p->bits; bit < 8 * width(p->address.family); bit++)
        r.last.octets[bit / 8] |= (uint8_t)(0x80 >> (bit % 8));
    return r;
}

/* Index of the first range that ends at or after this address; the count if none does. */
static size_t first_reaching(const struct ip_set *s, const struct ip *ip)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare(&s->at[middle].last, ip) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Ranges [from, to) are replaced by `count` others. */
static bool replace(struct arena *a, struct ip_set *s, size_t from, size_t to, const struct ip_range *by, size_t count)
{
    size_t total = s->count - (to - from) + count;
    if (total > s->room) {
        size_t room = s->room > 0 ? 2 * s->room : ROOM_LEAST;
        struct ip_range *grown = s->room > 0 ? arena_grow(a, s->at, s->room * sizeof *s->at, room * sizeof *s->at)
                                             : ARENA_ARRAY(a, room, struct ip_range);
        if (!grown)
            return false;
        s->at = grown;
        s->room = room;
    }
    if (s->count > to)
        memmove(&s->at[from + count], &s->at[to], (s->count - to) * sizeof *s->at);
    if (count > 0)
        memcpy(&s->at[from], by, count * sizeof *by);
    s->count = total;
    return true;
}

static bool add_range(struct arena *a, struct ip_set *s, struct ip_range r)
{
    struct ip before = r.first, after = r.last;
    if (!step(&before, false))
        before = r.first;
    if (!step(&after, true))
        after = r.last;
    size_t from = first_reaching(s, &before), to = from;
    for (; to < s->count && compare(&s->at[to].first, &after) <= 0; to++) {
        if (compare(&s->at[to].first, &r.first) < 0)
            r.first = s->at[to].first;
        if (compare(&s->at[to].last, &r.last) > 0)
            r.last = s->at[to].last;
    }
    return replace(a, s, from, to, &r, 1);
}

static bool remove_range(struct arena *a, struct ip_set *s, struct ip_range r)
{
    struct ip_range rest[2];
    size_t from = first_reaching(s, &r.first), to = from, count = 0;
    while (to < s->count && compare(&s->at[to].first, &r.last) <= 0)
        to++;
    if (to == from)
        return true;
    if (compare(&s->at[from].first, &r.first) < 0) {
        rest[count] = (struct ip_range){ s->at[from].first, r.first };
        (void)step(&rest[count++].last, false);
    }
    if (compare(&s->at[to - 1].last, &r.last) > 0) {
        rest[count] = (struct ip_range){ r.last, s->at[to - 1].last };
        (void)step(&rest[count++].first, true);
    }
    return replace(a, s, from, to, rest, count);
}

bool ip_set_add(struct arena *a, struct ip_set *s, const struct prefix *p)
{
    return add_range(a, s, range_of(p));
}

bool ip_set_remove(struct arena *a, struct ip_set *s, const struct prefix *p)
{
    return remove_range(a, s, range_of(p));
}

bool ip_set_join(struct arena *a, struct ip_set *s, const struct ip_set *other)
{
    for (size_t i = 0; i < other->count; i++)
        if (!add_range(a, s, other->at[i]))
            return false;
    return true;
}

bool ip_set_subtract(struct arena *a, struct ip_set *s, const struct ip_set *other)
{
    for (size_t i = 0; i < other->count && s->count > 0; i++)
        if (!remove_range(a, s, other->at[i]))
            return false;
    return true;
}

bool ip_set_difference(struct arena *a, const struct ip_set *from, const struct ip_set *other, struct ip_set *out)
{
    *out = (struct ip_set){ 0 };
    return ip_set_join(a, out, from) && ip_set_subtract(a, out, other);
}

enum ip_set_part ip_set_part(const struct ip_set *s, const struct prefix *p)
{
    struct ip_range r = range_of(p);
    size_t i = first_reaching(s, &r.first);
    if (i == s->count || compare(&s->at[i].first, &r.last) > 0)
        return IP_SET_NONE;
    return compare(&s->at[i].first, &r.first) <= 0 && compare(&s->at[i].last, &r.last) >= 0 ? IP_SET_ALL : IP_SET_SOME;
}

bool ip_set_covers(const struct ip_set *s, const struct ip *ip)
{
    if (ip->family == IP_NONE)
        return false;
    size_t i = first_reaching(s, ip);
    return i < s->count && compare(&s->at[i].first, ip) <= 0;
}

/* The largest prefix that begins at r->first and does not go beyond r->last. */
static struct prefix largest(const struct ip_range *r)
{
    struct prefix p = { .address = r->first, .bits = 8 * width(r->first.family) };
    while (p.bits > 0) {
        struct prefix wider = { .address = p.address, .bits = p.bits - 1 };
        struct ip_range reach = range_of(&wider);
        if (compare(&reach.first, &r->first) != 0 || compare(&reach.last, &r->last) > 0)
            break;
        p = wider;
    }
    return p;
}

struct prefix *ip_set_prefixes(struct arena *a, const struct ip_set *s, size_t max, size_t *count)
{
    size_t room = s->count + ROOM_LEAST;
    struct prefix *out = ARENA_ARRAY(a, room, struct prefix);
    *count = 0;
    for (size_t i = 0; i < s->count && out; i++) {
        struct ip_range left = s->at[i];
        for (bool more = true; more && out;) {
            if (*count == max)
                return NULL;
            if (*count == room) {
                out = arena_grow(a, out, room * sizeof *out, 2 * room * sizeof *out);
                room *= 2;
                if (!out)
                    return NULL;
            }
            struct prefix p = largest(&left);
            out[(*count)++] = p;
            left.first = range_of(&p).last;
            more = compare(&left.first, &left.last) != 0;
            (void)step(&left.first, true);
        }
    }
    return out;
}
