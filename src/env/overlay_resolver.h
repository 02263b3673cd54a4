/*
 * overlay_resolver.h: names a zone knows from that zone, the rest from another resolver: "try a record
 * before publishing it" (--overlay).
 *
 * A name is the zone's if the zone has it, something below it, or a directive for it; it is then the zone's
 * for every type. Both are borrowed.
 */
#ifndef FRANK_ENV_OVERLAY_RESOLVER_H
#define FRANK_ENV_OVERLAY_RESOLVER_H

#include "dns/zone.h"
#include "env/env.h"

struct resolver *overlay_resolver_new(struct zone *, struct resolver *rest);      /* NULL without memory */
void overlay_resolver_free(struct resolver *);                                    /* NULL allowed */

#endif
