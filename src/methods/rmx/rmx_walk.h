/*
 * rmx_walk.h: finds the record of a claimed domain and walks its entries.
 */
#ifndef FRANK_METHODS_RMX_RMX_WALK_H
#define FRANK_METHODS_RMX_RMX_WALK_H

#include "methods/rmx/rmx.h"

struct rmx_claim { struct slice domain; enum identity identity; struct slice local; };

/* What was found on the way; for words and facts. All of it lives at least as long as the run. */
struct rmx_outcome {
    struct slice owner;                      /* the name the deciding record set stands at; empty: none found */
    uint16_t type;                           /* ... and its type */
    const struct rmx_set *set;
    const struct rmx_entry *entry;           /* that decided; NULL: none */
    bool full;                               /* the set is that of the full address */
    bool absent;                             /* the claimed domain does not exist */
    uint64_t apl_hosts;                      /* that the APL list of the deciding entry admits */
};

/* RMX_NOT_YET: of RMX_FINE. */
enum rmx_reason rmx_reason_of_fault(enum rmx_fault);

/* RMX_NOT_YET: a need was missing. */
enum rmx_reason rmx_evaluate(struct check *, const struct rmx_conf *, const struct rmx_claim *, struct rmx_outcome *);
/* Hints what rmx_evaluate will ask, as far as answers are there. */
void rmx_foresee(struct scout *, const struct rmx_conf *, const struct rmx_claim *);

#endif
