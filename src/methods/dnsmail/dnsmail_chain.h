/*
 * dnsmail_chain.h: from the author's record over the forwarders' to the recipient: steps 4 to 6 of dnsmail.md. Pure.
 *
 *     struct dnsmail_chain chain;
 *     reason = dnsmail_chain_begin(&chain, scratch, ids, &author, date);      // REGISTERED, or what is wrong with the origin
 *     reason = dnsmail_chain_delivers(&chain, &recipient);                    // for each
 */
#ifndef FRANK_METHODS_DNSMAIL_DNSMAIL_CHAIN_H
#define FRANK_METHODS_DNSMAIL_DNSMAIL_CHAIN_H

#include "methods/dnsmail/dnsmail_ids.h"

#define DNSMAIL_AGE_MAX_SECONDS (10 * 86400)      /* of a record (dnsmail.md, date) */
#define DNSMAIL_FUTURE_MAX_SECONDS 3600
#define DNSMAIL_LAG_SECONDS 600                   /* a message so young may be ahead of its record (dnsmail.md, several servers) */

struct dnsmail_chain {
    struct arena *scratch;
    const struct dnsmail_ids *ids;                /* all of them DNSMAIL_ID_FOUND */
    unsigned char *hop[DNSMAIL_IDS_MAX];          /* of each record: 0 not reached, 1 an origin, n the n-th hop */
    bool failed;                                  /* no memory, or the crypto library failed */
};

/* Do the records of one id stand for themselves: written by the domain they name, neither too old nor of the future?
 * DNSMAIL_REGISTERED, or why not. */
enum dnsmail_reason dnsmail_entry_judge(const struct dnsmail_entry *, int64_t now);
/* Is there a record of the author's domain for this author and date? Then follows it. REGISTERED, or why not. */
enum dnsmail_reason dnsmail_chain_begin(struct dnsmail_chain *, struct arena *scratch, const struct dnsmail_ids *, const struct dnsmail_address *author,
                                        int64_t date);
/* REGISTERED, FORWARDED, CHAIN_BROKEN (a record names the recipient, but nothing leads to it) or ORIGIN_ONLY. */
enum dnsmail_reason dnsmail_chain_delivers(struct dnsmail_chain *, const struct dnsmail_address *recipient);
/* The id whose record holds another body hash than this; NULL: none. */
const struct dnsmail_entry *dnsmail_body_differs(const struct dnsmail_ids *, struct slice digest);
bool dnsmail_has_body_hash(const struct dnsmail_ids *);

#endif
