/*
 * as_if.h: a world in which every domain that publishes SPF has said the same in all dialects (frank compare --as-if).
 *
 * A domain's plan is derived from its SPF record as it is, and the records of every method are published in memory, beside what DNS
 * has. A method whose records the domain really publishes keeps the real ones, and a domain without SPF stays as it is.
 *
 *     if (as_if_ready(a, domain) ... for all domains a message claims)      // else: run the loop, ask again
 *         examine it with as_if_engine(a)
 *     as_if_domain(a, domain)->methods            // which methods' records were derived: bits, method_index
 *
 * Memory is bounded: once as_if_full() says so no new message is begun, and when none is left, as_if_rest() forgets all domains.
 */
#ifndef FRANK_PROGRAMS_AS_IF_H
#define FRANK_PROGRAMS_AS_IF_H

#include "programs/frank/world.h"

#define AS_IF_DOMAINS_MAX 1000             /* in memory at a time (ours) */
#define AS_IF_RECORDS_MAX 20000            /* of them together */

enum as_if_found {
    AS_IF_DERIVED = 0,
    AS_IF_NO_SPF,          /* the domain publishes none: nothing can be derived */
    AS_IF_BROKEN,          /* its record is permerror to everybody */
    AS_IF_FAILED,          /* DNS did not answer */
    AS_IF_TOO_LARGE        /* its records would be more than we keep */
};
const char *as_if_found_name(enum as_if_found);      /* "derived", "no-spf", "broken", "failed", "too-large" */

/* What cannot be said: by a plan of the SPF record (method NULL), by a dialect of the plan. Who relies on it stops what he should not, or the
 * reverse. */
struct as_if_limit { const struct method *method; bool stricter; struct slice text; struct as_if_limit *next; };

struct as_if_domain {
    enum as_if_found found;
    uint64_t methods;                      /* whose records were derived */
    struct as_if_limit *limits;            /* of these */
};

struct as_if;
/* NULL after complaining. */
struct as_if *as_if_open(struct world *);
void as_if_close(struct as_if *);                    /* NULL allowed */
struct engine *as_if_engine(const struct as_if *);
/* Is the domain in this world? If not, what is missing was asked: run the loop and ask again. */
bool as_if_ready(struct as_if *, struct slice domain);
const struct as_if_domain *as_if_domain(const struct as_if *, struct slice domain);      /* NULL: never made ready */
/* For --save-zone: what was asked to derive plans. EX_OK, or an exit code after complaining. */
int as_if_note_answers(const struct as_if *);
bool as_if_full(const struct as_if *);
void as_if_rest(struct as_if *);

#endif
