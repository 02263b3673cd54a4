/*
 * zone.h: master files (RFC 1035 section 5) as a source of answers, and answers as master-file text.
 *
 * For tests, --zone, --overlay and --save-zone. Supported: $ORIGIN, $TTL, parentheses, quoted and
 * unquoted strings, \DDD and \X, "@", blank owners, class IN, TTLs with units, types A AAAA MX TXT
 * SPF PTR CNAME NS SOA SRV APL TLSA and RFC 3597 TYPEn \# forms. Names are absolute with or without
 * the final dot when no $ORIGIN was given. Comment lines "; timeout NAME [TYPE]" and
 * "; servfail NAME [TYPE]" (conformance/README.md): without a TYPE they hold for every type the
 * name has no record of here.
 */
#ifndef FRANK_DNS_ZONE_H
#define FRANK_DNS_ZONE_H

#include "dns/answer.h"

struct zone;

struct zone_error { unsigned line; char text[160]; };

struct zone *zone_new(void);                                            /* NULL without memory */
/* Adds a master file's text; false with *error set (line, which rule). The text need not outlive the call. */
MUST_CHECK bool zone_read(struct zone *, struct slice text, struct zone_error *error);
void zone_free(struct zone *);
bool zone_knows(const struct zone *, struct slice name);                /* the name or something below it, or a directive for it */
/*
 * zone_answer: held by the caller; never NULL but for memory. Follows CNAMEs (<= CNAME_CHAIN_MAX; a
 * longer chain or a loop is SERVFAIL), RFC 4592 wildcards, empty non-terminals are NODATA. Names
 * not in the zone: NXDOMAIN. Answers are made once per question and kept by the zone, memos included.
 */
const struct answer *zone_answer(struct zone *, const struct question *);
/* One answer as master-file lines (CNAME chain collapsed to the question's name; NXDOMAIN as a
 * comment; failures as the directives above): reading it back gives the same answers. */
void text_add_zone_lines(struct text *, const struct answer *);

#endif
