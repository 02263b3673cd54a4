/*
 * lint_path.h: what the lints of the path family share: an entry of a record that names a host, a network or an MX set, and
 * sentences about one entry.
 *
 *     for (i ...) lint_host_hint(l, names[i]);              // all at once
 *     for (i ...)
 *         if (!lint_host(l, owner, entry_text, names[i]))
 *             return;                                       // not yet
 */
#ifndef FRANK_METHODS_LINT_PATH_H
#define FRANK_METHODS_LINT_PATH_H

#include "methods/lint.h"
#include "methods/path.h"
#include "methods/record.h"

#define LINT_ENTRY_SHOWN 120         /* octets of an entry in a sentence (ours) */
#define LINT_WIDE_BITS4 16           /* a network with fewer bits is wider than any mail system (imx.md has the same bound) */
#define LINT_WIDE_BITS6 32

/* "ENTRY": TEXT. An empty entry: TEXT alone. */
void lint_say_entry(struct lint *, enum lint_level, const char *code, struct slice owner, struct slice entry, const char *text, const char *repair);

/* Something could not be looked at here, for want of memory or of the library (unknown). */
void lint_own_failure(struct lint *, struct slice owner);

/* A record in the generic form of RFC 3597 ("\# 4 C0000201"), for RDATA that cannot be read. */
void lint_record_raw(struct lint *, struct slice owner, uint16_t rtype, struct slice raw);

/*
 * The records of a version (record.h) of a TXT or private-type answer. printed: what the only one of a private type says; empty:
 * its RDATA are shown.
 */
void lint_records_of(struct lint *, const struct answer *, struct slice version, struct slice printed);

/* Notes who sends; says everybody (error), wide-network, private-network. */
void lint_network(struct lint *, struct slice owner, struct slice entry, const struct prefix *);
/* Notes who sends; says host-without-address, private-host. Asks for both families. False: not yet. */
MUST_CHECK bool lint_host(struct lint *, struct slice owner, struct slice entry, struct slice host);
void lint_host_hint(struct lint *, struct slice host);
/* The hosts of an MX set, at most PATH_MX_MAX. Says no-mx, many-mx-hosts, and what lint_host says. False: not yet. */
MUST_CHECK bool lint_mx(struct lint *, struct slice owner, struct slice entry, struct slice domain);


#endif
