/*
 * overlay_resolver.h: names a zone knows from that zone, the rest from another resolver: "try a record
 * before publishing it" (--overlay).
 *
 * A name is the zone's if the zone has records or a directive for it; it is then the zone's for every type. A name that
 * only has something below it is not: _rmx.example.com hides no MX record of example.com. What would hold once
 * the zone is published holds here:
 *   an alias in the zone whose target is not in it is followed at the other resolver
 *     (s1._domainkey.example.org CNAME s1.provider.example), and the answer is to the alias's question;
 *   a wildcard in the zone answers for names that do not exist at the other resolver, and hides none.
 * An alias at the other resolver that leads into the zone is not seen: that resolver follows it itself.
 *
 * Answers from the zone have ORIGIN_OVERLAY (the zone is told so). Zone and resolver are borrowed and
 * must outlive this one; every open question is withdrawn or delivered before it is freed.
 */
#ifndef FRANK_ENV_OVERLAY_RESOLVER_H
#define FRANK_ENV_OVERLAY_RESOLVER_H

#include "dns/zone.h"
#include "env/env.h"

struct resolver *overlay_resolver_new(struct zone *, struct resolver *rest);      /* NULL without memory */
/* The same by record set: only what the zone has of the asked type goes before the rest, so that records can be added to
 * names that have others. */
struct resolver *overlay_resolver_new_sets(struct zone *, struct resolver *rest);
void overlay_resolver_free(struct resolver *);                                    /* NULL allowed */

#endif
