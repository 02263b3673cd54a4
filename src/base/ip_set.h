/*
 * ip_set.h: sets of addresses as ranges, to join networks, take some out, and write the rest as prefixes.
 *
 *     struct ip_set s = { 0 };
 *     ip_set_add(arena, &s, &network);
 *     ip_set_remove(arena, &s, &excluded);
 *     struct prefix *p = ip_set_prefixes(arena, &s, PREFIXES_MAX, &count);
 *
 * Without memory the arena has failed and the set is what it was.
 */
#ifndef FRANK_BASE_IP_SET_H
#define FRANK_BASE_IP_SET_H

#include "base/ip.h"

struct ip_range { struct ip first, last; };              /* of one family; both ends are in it */
struct ip_set { struct ip_range *at; size_t count, room; };      /* sorted (IPv4 first), apart from each other by an address at least */

/* O(n) each; adding in ascending order is O(1). */
MUST_CHECK bool ip_set_add(struct arena *, struct ip_set *, const struct prefix *);
MUST_CHECK bool ip_set_remove(struct arena *, struct ip_set *, const struct prefix *);
MUST_CHECK bool ip_set_join(struct arena *, struct ip_set *, const struct ip_set *other);
MUST_CHECK bool ip_set_subtract(struct arena *, struct ip_set *, const struct ip_set *other);
/* A copy without `other`; an empty set that other sets can be added to is { 0 }. */
MUST_CHECK bool ip_set_difference(struct arena *, const struct ip_set *, const struct ip_set *other, struct ip_set *out);
bool ip_set_covers(const struct ip_set *, const struct ip *);
/* How much of a network is in the set. */
enum ip_set_part { IP_SET_NONE = 0, IP_SET_SOME, IP_SET_ALL };
enum ip_set_part ip_set_part(const struct ip_set *, const struct prefix *);
/* The fewest prefixes that make it, ascending; NULL without memory or when there are more than `max`. */
struct prefix *ip_set_prefixes(struct arena *, const struct ip_set *, size_t max, size_t *count);

#endif
