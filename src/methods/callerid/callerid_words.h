/* callerid_words.h: what Caller ID says to people and to programs. */
#ifndef FRANK_METHODS_CALLERID_WORDS_H
#define FRANK_METHODS_CALLERID_WORDS_H

#include "methods/callerid/callerid_pra.h"
#include "methods/callerid/callerid_walk.h"

extern const struct reason callerid_reason_table[CALLERID_REASONS];

struct callerid_finding {
    const struct pra *pra;
    struct ip client;                        /* IP_NONE: it did not come to that */
    struct slice from_domain;
    struct callerid_outcome out;
};

/* All in the arena or static. */
const struct property *callerid_words_property(struct arena *, const struct callerid_finding *);      /* NULL: there is no address */
struct slice callerid_words_text(struct arena *, enum callerid_reason, const struct callerid_finding *);
struct fact *callerid_words_facts(struct arena *, const struct txn *, enum callerid_reason, const struct callerid_finding *);
struct slice callerid_words_explain(struct arena *, const struct txn *, const struct result *);

#endif
