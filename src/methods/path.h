/*
 * path.h: the shared skeleton of the address-authorisation family (rmx, dmp, mxout, later callerid, imx,
 * serverdomains): (claimed domain, client address) -> questions -> "is this address in the answer?"
 *
 *     switch (path_judge(c, &rmx_member, entries, count, sizeof *entries, &which)) {
 *     case PATH_WAIT:   return;                        // not yet
 *     case PATH_FAILED: say temperror
 *     case PATH_HIT:    entries[which] decided
 *     case PATH_MISS:   nothing matched
 *     }
 *
 * It prefetches every question the entries name, then judges the entries in their order; it owns the
 * loop, the bounds and what a temporary failure means. A member supplies the questions of one entry and
 * the reading of their answers.
 */
#ifndef FRANK_METHODS_PATH_H
#define FRANK_METHODS_PATH_H

#include "methods/method.h"

#define PATH_ENTRIES_MAX 128        /* entries of one record set that are judged (ours) */
#define PATH_NAMES_MAX 10           /* names of the client taken from PTR (RFC 7208 4.6.4 has the same) */
#define PATH_MX_MAX 10              /* hosts of one MX set (RFC 7208 4.6.4) */

enum path_outcome {
    PATH_MISS = 0,                  /* the answer is there, the client is not in it */
    PATH_HIT,
    PATH_WAIT,                      /* a need was missing: return at once */
    PATH_FAILED                     /* temporary failure: never a miss (threats.md T28) */
};

struct path_member {
    void (*hint)(struct check *, const void *entry);                   /* prefetches; NULL: none */
    enum path_outcome (*judge)(struct check *, const void *entry);
};

/* At most PATH_ENTRIES_MAX entries of `octets` each; *which: the entry that ended it. */
enum path_outcome path_judge(struct check *, const struct path_member *, const void *entries, size_t count, size_t octets, size_t *which);

/*
 * Who claims to send: the domain of MAIL FROM, or for the null sender what HELO said. False: neither is a
 * domain, there is nothing to examine.
 */
bool path_claim(const struct txn *, struct slice *domain, enum identity *);

uint16_t path_address_type(const struct txn *);                        /* A or AAAA, by the client's family */
/* Is the client one of the addresses of this host? A null answer is a miss. */
enum path_outcome path_host(struct check *, struct slice host);
void path_host_hint(struct check *, struct slice host);

/* Is the client one of the hosts of this domain's MX set? */
struct path_mx {
    bool exists;                    /* there is an MX set (or an implicit one) */
    bool null_mx;                   /* RFC 7505: the domain takes no mail */
    struct slice host;              /* the exchange that matched */
    unsigned preference;
};
/* implicit: without MX records the domain's own addresses count (RFC 5321 5.1). skip_private: addresses of private networks do not count. */
enum path_outcome path_mx(struct check *, struct slice domain, bool implicit, bool skip_private, struct path_mx *out);
void path_mx_hint(struct check *, struct slice domain);

/* The client's names that lead back to it (RFC 8601 3). PATH_HIT: *count > 0. Texts live in the run's scratch memory. */
enum path_outcome path_names(struct check *, struct slice names[PATH_NAMES_MAX], size_t *count);
void path_names_hint(struct check *);

/* One text for people: "domain (identity)": in the transaction's arena. */
struct slice path_text(struct check *, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
