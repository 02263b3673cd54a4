/*
 * callerid_walk.h: is the client one of the outgoing servers of a domain? The draft's sets, as membership
 * with three values: a match anywhere decides; without one, what could not be looked at leaves it open.
 *
 * OutGoing(d) is empty with noMailServers, else the union over each m: of what its indirect names lead to; or of its
 * a, r and mx, less its own "!" ranges; or, with nothing in it, of d's MX hosts. Documents are taken one after the other from
 * a list that indirect adds to, so nothing here recurses.
 */
#ifndef FRANK_METHODS_CALLERID_WALK_H
#define FRANK_METHODS_CALLERID_WALK_H

#include "methods/callerid/callerid.h"

struct callerid_query {
    const struct callerid_conf *conf;
    struct slice domain;                     /* responsible */
    struct slice from_domain;                /* of the first mailbox of From, if another one; empty: nothing to look at */
    struct ip client;
    enum noop_proof noop;
    bool forwarder_known;                    /* directOnly of the From domain does not count */
};

/* What was found on the way. All of it lives at least as long as the run. */
struct callerid_outcome {
    struct slice owner;                      /* name of the document that decided, or has the mistake; empty: none */
    const struct ep_set *set;                /* that document; NULL: none */
    const struct ep_entry *entry;            /* that lists the client; NULL: none, or the MX set in its place */
    struct slice mx_domain;                  /* whose MX set lists it */
    struct slice loop;                       /* an indirect name that leads back to a document it came from */
    bool wants_proof;                        /* of the hosts that matched */
    unsigned documents;                      /* looked at */
};

enum callerid_reason callerid_reason_of_fault(enum ep_fault);       /* CALLERID_NOT_YET: of EP_FINE */

/* Why a name has no document that counts, and where it would be. */
struct callerid_place { struct slice owner; const struct ep_set *set; enum callerid_reason absence; };

/* HIT: place->set counts. MISS: place->absence says why none does. BROKEN: place->set->mistake; or, with CALLERID_OWN_FAILURE, no memory. */
enum path_outcome callerid_fetch(struct check *, const struct callerid_conf *, struct slice domain, struct callerid_place *);

/* CALLERID_NOT_YET: a need was missing. */
enum callerid_reason callerid_evaluate(struct check *, const struct callerid_query *, struct callerid_outcome *);
/* Hints what callerid_evaluate will ask, as far as answers are there. */
void callerid_foresee(struct scout *, const struct callerid_query *);

/* Of an address's family. */
uint16_t callerid_address_type(const struct ip *);
bool callerid_holds(const struct answer *, const struct ip *);

#endif
