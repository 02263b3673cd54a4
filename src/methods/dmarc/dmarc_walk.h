/*
 * dmarc_walk.h: the DNS Tree Walk (RFC 9989 4.10) and what is chosen from it.
 */
#ifndef FRANK_METHODS_DMARC_DMARC_WALK_H
#define FRANK_METHODS_DMARC_DMARC_WALK_H

#include "methods/dmarc/dmarc_record.h"

#define DMARC_WALK_MAX 8             /* RFC 9989 4.10: at most eight queries */

struct dmarc_found { struct slice domain; const struct dmarc_record *record; };

struct dmarc_walk {
    struct slice start;
    struct dmarc_found found[DMARC_WALK_MAX];      /* longest name first */
    unsigned count;
    struct slice discarded;                        /* the first name whose records do not count; empty: none */
    bool several;                                  /* ... because there are several; else the one is malformed */
};

/* The names a walk from `start` may ask about, in order ("a.b.example" -> itself, "b.example", "example"); returns how many. Without "_dmarc.". */
unsigned dmarc_walk_names(struct slice start, struct slice names[DMARC_WALK_MAX]);
/* _dmarc.NAME in the arena. */
struct slice dmarc_query_name(struct arena *, struct slice domain);

/* Answers TXT questions: the answer, or NULL = not yet. */
typedef const struct answer *(*dmarc_asker)(void *context, struct slice name);
enum dmarc_walk_end { DMARC_WALK_NOT_YET = 0, DMARC_WALK_FAILED, DMARC_WALK_NO_MEMORY, DMARC_WALK_DONE };
/* What one name of the walk says: DONE, or why it is not known. *stop: psd=y or psd=n, the walk ends here. At most DMARC_WALK_MAX names. */
enum dmarc_walk_end dmarc_walk_take(struct dmarc_walk *, struct slice domain, const struct answer *, bool *stop);
/* Asks in order, stops at psd=y or psd=n. A question that fails fails the walk: what is behind it might matter. */
enum dmarc_walk_end dmarc_walk_run(struct arena *, struct slice start, dmarc_asker, void *context, struct dmarc_walk *out);

/* RFC 9989 4.10.2 over a finished walk; never empty. */
struct slice dmarc_org_domain(const struct dmarc_walk *);
/* The record that holds for the walk's start (4.10.1): its own, else the organizational domain's, else the PSD's. NULL: none. */
const struct dmarc_found *dmarc_policy_of(const struct dmarc_walk *);

#endif
