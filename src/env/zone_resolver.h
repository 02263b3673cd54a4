/*
 * zone_resolver.h: a resolver over a zone, which answers at once: --zone, offline use, tests.
 *
 * ask() never returns NULL, so deliver() is never called; without memory the answer is a failure
 * (answer_without_memory). The zone is borrowed and may be read into between questions.
 */
#ifndef FRANK_ENV_ZONE_RESOLVER_H
#define FRANK_ENV_ZONE_RESOLVER_H

#include "dns/zone.h"
#include "env/env.h"

struct resolver *zone_resolver_new(struct zone *);        /* NULL without memory */
void zone_resolver_free(struct resolver *);               /* NULL allowed */

#endif
