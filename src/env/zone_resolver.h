/*
 * zone_resolver.h: a resolver over a zone, which answers at once: --zone, offline use, tests.
 *
 * ask() never returns NULL while there is memory, so deliver() is never called. The zone is borrowed.
 */
#ifndef FRANK_ENV_ZONE_RESOLVER_H
#define FRANK_ENV_ZONE_RESOLVER_H

#include "dns/zone.h"
#include "env/env.h"

struct resolver *zone_resolver_new(struct zone *);        /* NULL without memory */
void zone_resolver_free(struct resolver *);               /* NULL allowed */

#endif
