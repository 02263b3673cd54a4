/*
 * path.h: the shared skeleton of the address-authorisation family (rmx, dmp, mxout, later callerid, imx,
 * serverdomains): (claimed domain, client address) -> questions -> "is this address in the answer?"
 *
 *     switch (path_judge(c, &rmx_member, context, entries, count, sizeof *entries, &which)) {
 *     case PATH_WAIT:       return;                    // not yet
 *     case PATH_HIT:        entries[which] decided
 *     case PATH_MISS:       nothing matched
 *     case PATH_BROKEN:     entries[which] leads to data that are not what they should be
 *     case PATH_FAILED:     say temperror
 *     case PATH_OVER_QUOTA: say over-quota
 *     }
 *
 * It prefetches every question the entries name, then judges the entries in their order; it owns the
 * loop, the bounds and what a temporary failure means. A member supplies the questions of one entry and
 * the reading of their answers. Records of one answer have no order of their own: what is bounded or
 * tried one after the other here is sorted first, so that the order of arrival changes nothing.
 */
#ifndef FRANK_METHODS_PATH_H
#define FRANK_METHODS_PATH_H

#include "methods/method.h"

#define PATH_ENTRIES_MAX 128        /* entries of one record set (ours); members refuse longer sets */
#define PATH_NAMES_MAX 10           /* names of the client taken from PTR (RFC 7208 4.6.4 has the same) */
#define PATH_MX_MAX 10              /* hosts of one MX set (RFC 7208 4.6.4) */

/* Of several, the larger one weighs more: not knowing is never a miss (threats.md T28). */
enum path_outcome {
    PATH_MISS = 0,                  /* the answer is there, the client is not in it */
    PATH_HIT,
    PATH_WAIT,                      /* a need was missing: return at once */
    PATH_BROKEN,                    /* the answer is there and is not what it should be */
    PATH_FAILED,                    /* temporary failure */
    PATH_OVER_QUOTA                 /* the method's questions are used up */
};
/* FAILED or OVER_QUOTA: whether the client is in it is not known. */
bool path_unknown(enum path_outcome);
/* What this answer is before its records are looked at: WAIT (NULL), FAILED, OVER_QUOTA, HIT (data), MISS (none). */
enum path_outcome path_answer(const struct answer *);

struct path_member {
    void (*hint)(struct check *, void *context, const void *entry);    /* prefetches; NULL: none */
    enum path_outcome (*judge)(struct check *, void *context, const void *entry);
};

/* `count` entries of `octets` each, at most PATH_ENTRIES_MAX (asserted); the first that does not miss ends it, *which tells it.
 * The context is the member's, for one run. */
enum path_outcome path_judge(struct check *, const struct path_member *, void *context, const void *entries, size_t count, size_t octets,
                             size_t *which);

/*
 * Who claims to send: the domain of MAIL FROM, or for the null sender what HELO said. False: that is no
 * domain of two labels or more, there is nothing to examine. *identity is set in any case.
 */
bool path_claim(const struct txn *, struct slice *domain, enum identity *);
unsigned path_subjects(const struct txn *);                            /* method.subjects: 1, or 0 without a client address */

uint16_t path_address_type(const struct txn *);                        /* A or AAAA, by the client's family */
/* Is the client one of the addresses of this host? A null answer is a miss. */
enum path_outcome path_host(struct check *, struct slice host);
void path_host_hint(struct check *, struct slice host);

/* The exchanges of an MX answer that name a host, by preference and then name: "." (RFC 7505) and address literals are left out. */
size_t path_exchanges(const struct answer *mx, const struct rdata *out[ANSWER_RECORDS_MAX]);

/* Is the client one of the hosts of this domain's MX set? Of more than PATH_MX_MAX hosts the last ones by preference
 * count: what only sends stands there (mx-outbound.md). Exchanges that are "." or an address literal are left out. */
struct path_mx {
    bool exists;                    /* there is an MX set, or an implicit one with addresses */
    bool null_mx;                   /* RFC 7505: the domain takes no mail */
    bool absent;                    /* the domain does not exist (NXDOMAIN) */
    struct slice host;              /* the exchange that matched; borrowed from its answer */
    unsigned preference;
    unsigned hosts_asked;
};
/* implicit: without MX records the domain's own addresses count (RFC 5321 5.1). skip_private: addresses of private networks do not count. */
enum path_outcome path_mx(struct check *, struct slice domain, bool implicit, bool skip_private, struct path_mx *out);
void path_mx_hint(struct check *, struct slice domain);

/*
 * The names the client's PTR records give, unconfirmed: HIT and *count > 0. With `within`, only those at or
 * below that domain (an empty slice: all). Sorted, then bounded; texts are borrowed from the answer.
 * path_host() tells whether one leads back to the client (RFC 8601 3).
 */
enum path_outcome path_names(struct check *, struct slice within, struct slice names[PATH_NAMES_MAX], size_t *count);
void path_names_hint(struct check *);
/*
 * The first `most` of them that lead back to the client, those that cannot be looked up counted: WAIT, or MISS with what could
 * be found. *unknown becomes the weightiest failure met, or stays.
 */
enum path_outcome path_confirmed(struct check *, size_t most, struct slice names[PATH_NAMES_MAX], size_t *count, enum path_outcome *unknown);
/* 1.2.0.192.in-addr.arpa, or the nibbles below ip6.arpa; in scratch. */
struct slice path_reverse_name(struct run *);

/* For scouts: hints the question and, as answers are there, what follows from them. */
void path_scout_host(struct scout *, struct slice host);
void path_scout_mx(struct scout *, struct slice domain);
/* Gives the names so far known to lead back to the client. */
void path_scout_names(struct scout *, struct slice within, struct slice names[PATH_NAMES_MAX], size_t *count);

#endif
