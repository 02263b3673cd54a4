/*
 * serverdomains.h: what mail servers, and the owners of their names and addresses, say of themselves
 * (server-domains.md). Four methods in one room:
 *
 *     csa      the HELO name's domain: may this host use that name?        (draft-ietf-marid-csv-csa-02)
 *     mtamark  the address's owner: is there a mail server?                 (draft-stumpf-dns-mtamark-04)
 *     msd      the host: which domains does it serve?                       (Frank's own design)
 *     drip     the HELO name's domain: is this one of its relays?           (draft-brand-drip-02)
 */
#ifndef FRANK_METHODS_SERVERDOMAINS_SERVERDOMAINS_H
#define FRANK_METHODS_SERVERDOMAINS_SERVERDOMAINS_H

#include "methods/path.h"

#define HELO_PARENT_LABELS_MAX 6     /* csv-csa-02: no deeper than 6 labels from the root */
#define HELO_PARENTS_MAX (HELO_PARENT_LABELS_MAX - 1)

/* The parents of a HELO name that may speak for it, nearest first; never a top-level domain. */
size_t helo_parents(struct slice name, struct slice parents[HELO_PARENTS_MAX]);
/* The HELO name, if it is a domain of two labels or more; else empty. */
struct slice helo_name(const struct txn *);

/* Authentication-Results: smtp.helo or smtp.mailfrom of this domain; NULL without one, or without memory. */
const struct property *domain_property(struct arena *, enum identity, struct slice domain);

#endif
