/* arc_say.h: a chain and what became of it, in words, facts and properties. */
#ifndef FRANK_METHODS_ARC_ARC_SAY_H
#define FRANK_METHODS_ARC_ARC_SAY_H

#include "methods/arc/arc.h"

struct arc_finding {
    enum arc_reason reason;
    unsigned instance;                    /* where it failed; 0: nowhere in particular */
    enum dkim_reason detail;              /* why a signature failed; DKIM_FINE: nothing to add */
    const struct arc_chain *chain;
    bool open;                            /* what people read can have been added after sealing: no trust in what was sealed */
    unsigned oldest_pass;                 /* RFC 8617 5.2 step 5: 0 if all message signatures verify; with ARC_INTACT only */
};

void arc_say(struct check *, const struct arc_finding *);

/* The lowest instance from which on all sealers are trusted; 0: the newest is not. */
unsigned arc_first_trusted(const struct arc_chain *, const struct texts *trusted);

#endif
