/*
 * msd.h: MSD, mail server domains: a mail server says for which domains it sends, so that nobody can bless somebody
 * else's relay with a record of his own (server-domains.md; Frank's own design after one sentence of 2003).
 *
 * The statement is the host's. It confirms or takes away what the domain says, and by itself proves nothing.
 */
#ifndef FRANK_METHODS_SERVERDOMAINS_MSD_H
#define FRANK_METHODS_SERVERDOMAINS_MSD_H

#include "methods/serverdomains/msd_record.h"
#include "methods/serverdomains/serverdomains.h"

extern const struct method msd_method;

#define MSD_ASKS 30                  /* server-domains.md */
#define MSD_HINTS 30
#define MSD_HOSTS_MAX 3              /* server-domains.md: names of one client whose records are looked at */

enum msd_reason {
    MSD_NOT_YET = 0, MSD_EXEMPT, MSD_OWN_FAILURE, MSD_OVER_QUOTA,
    MSD_LISTED, MSD_ENTRY_YES, MSD_NOT_LISTED, MSD_ENTRY_NO, MSD_NO_ENTRY, MSD_NOT_IN_OPEN_LIST, MSD_ANYBODY, MSD_WILDCARD,
    MSD_NO_RECORD, MSD_NO_HOST, MSD_NO_IDENTITY, MSD_DNS_FAILED,
    MSD_BAD_ITEM, MSD_BAD_NAME, MSD_BAD_DATA, MSD_CUT, MSD_TOO_MANY_ITEMS, MSD_SEVERAL_RECORDS, MSD_BAD_ENTRY,
    MSD_REASONS
};

enum msd_reason msd_reason_of_fault(enum msd_fault);         /* MSD_NOT_YET: of MSD_FINE */

struct msd_conf { bool enabled; uint64_t rr_type; };

/* What one host said. Borrowed from answers, or in the transaction's arena. */
struct msd_word {
    enum msd_reason reason;
    struct slice host;
    const struct answer *base, *entry;           /* NULL: there is none */
    const struct msd_record *base_record, *entry_record;
};

/* All that was found. */
struct msd_finding {
    struct slice domain;
    struct msd_word words[MSD_HOSTS_MAX];        /* in the order of asking; behind one that passes nobody is asked */
    size_t count;
    const struct msd_word *decides;              /* NULL: none */
};

#endif
