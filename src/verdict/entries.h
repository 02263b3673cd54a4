/*
 * entries.h: lists of who: networks, domains, mailboxes, as postmasters write them.
 *
 *     "192.0.2.0/24" "2001:db8::1"    an address or network
 *     "example.org"                   this domain
 *     ".example.org"                  this domain and everything below it
 *     "user@example.org"              one mailbox; the local part without regard to case
 *     "<>"                            the null sender
 *     "owner:Example, Inc."           every domain of this owner, by the owner table (owners.h)
 *
 * Immutable once read; a look-up is O(labels * log n) or O(prefix lengths * log n).
 */
#ifndef FRANK_VERDICT_ENTRIES_H
#define FRANK_VERDICT_ENTRIES_H

#include "mail/address.h"
#include "verdict/owners.h"

#define ENTRIES_MAX 200000            /* of one list (ours): a larger one belongs in a DNS list */

struct slices { struct slice *at; size_t count; };

struct entries {
    struct slices networks;           /* family, bits, masked octets; sorted, as the other three */
    struct slices domains, below, mailboxes;
    struct slices owned_by;           /* lower case */
    const struct owners *table;       /* NULL: there is no owner table, and no such entry */
    uint64_t lengths4;                /* bit per prefix length in use */
    uint64_t lengths6[3];
    bool null_sender;
    size_t count;
};

/* A string or a list of strings; NULL is an empty list. owners: NULL if there is no table. NULL + *error. */
const struct entries *entries_read(struct arena *, const struct owners *, const struct conf_node *, struct config_error *);
/* "a|b|c" of a condition; where is for the error. */
const struct entries *entries_of_values(struct arena *, const struct owners *, struct slice values, const struct conf_node *where, struct config_error *);

bool entries_have_ip(const struct entries *, const struct ip *);
bool entries_have_domain(const struct entries *, struct slice normal_domain);
/* A path's mailbox or its domain; the null path: the null sender. */
bool entries_have_path(const struct entries *, const struct path *);
/* A path as SMTP had it (no <>), only as a mailbox. */
bool entries_have_mailbox(const struct entries *, struct arena *, struct slice path);
/* Does it name anything that is told by domain? */
bool entries_name_domains(const struct entries *);

#endif
