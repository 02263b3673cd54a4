/*
 * zone.h: master files (RFC 1035 section 5) as a source of answers, and answers as master-file text.
 *
 * For tests, --zone, --overlay and --save-zone. Supported: $ORIGIN, $TTL, parentheses, quoted and
 * unquoted strings (those over 255 octets become several; none at all is empty RDATA), \DDD and \X,
 * "@", blank owners, class IN, TTLs with units, types A AAAA MX TXT SPF PTR CNAME NS SOA RP SRV APL
 * TLSA and RFC 3597 TYPEn \# forms. Names are absolute with or without the final dot when no $ORIGIN was
 * given. Other types of real zones (DNSKEY, CAA, RRSIG ...) are skipped and, asked, are SERVFAIL: that
 * they are there is known, what they say is not. Zone cuts do not exist: all files make one tree. The
 * same record twice stays twice.
 *
 * Comment lines "; timeout NAME [TYPE]" and "; servfail NAME [TYPE]" (conformance/README.md): without
 * a TYPE they hold for every type the name has no record of here. "; nodata NAME TYPE" and
 * "; nxdomain NAME" say what saved zones must tell apart; other readers take them for comments. A
 * name in a directive exists. Records of the asked type go before directives, those before aliases.
 *
 * A question for a named server (question.server) is answered from the same tree, as if each server had all of it.
 * A directive that ends in "@ADDRESS" holds for that server alone, and goes before the records:
 *
 *     ; servfail id1.example.org TXT @192.0.2.53
 *     ; nxdomain id1.example.org @192.0.2.53
 */
#ifndef FRANK_DNS_ZONE_H
#define FRANK_DNS_ZONE_H

#include "dns/answer.h"

struct zone;

struct zone_error { unsigned line; char text[160]; };

struct zone *zone_new(void);                                            /* NULL without memory */
/* Adds a master file's text; false with *error set (line, which rule):
 * then it holds a part of it and is good for zone_free only. The text need not outlive the call. */
MUST_CHECK bool zone_read(struct zone *, struct slice text, struct zone_error *error);
void zone_free(struct zone *);
void zone_set_origin(struct zone *, enum answer_origin);                /* of its answers; ORIGIN_ZONE unless set */
bool zone_knows(const struct zone *, struct slice name);                /* the name or something below it, or a directive for it */
/* The name itself has records of this type, an alias, or a directive that answers for it; type 0: records or directives of any. */
bool zone_has(const struct zone *, struct slice name, uint16_t type);
bool zone_covers(const struct zone *, struct slice name);               /* it knows the name, or has a wildcard that answers for it */
/* The question's aliases lead from this zone to a name it does not cover: that name (lower case, in
 * the arena) and the smallest TTL on the way. For asking elsewhere. */
bool zone_leaves(const struct zone *, const struct question *, struct arena *, struct slice *target, uint32_t *ttl_seconds);
/*
 * zone_answer: held by the caller; never NULL but for memory. Follows CNAMEs (<= CNAME_CHAIN_MAX; a
 * longer chain or a loop is SERVFAIL), RFC 4592 wildcards, empty non-terminals are NODATA. Names
 * not in the zone: NXDOMAIN. The TTL of a negative answer is the SOA's (RFC 2308 5), without SOA the
 * first $TTL, without both 300 s. Answers are made once per question and kept by the zone, memos
 * included, up to 65536 at a time; one hash look-up when it is there. Reading more text forgets them.
 */
const struct answer *zone_answer(struct zone *, const struct question *);
/* One answer as master-file lines (CNAME chain collapsed to the question's name; all but data as the
 * directives above, GARBLED as servfail; nothing for what was never sent): reading it back gives the
 * same answers. */
void text_add_zone_lines(struct text *, const struct answer *);
/* RDATA in its type's text form, or \# if it has none that reads back the same. */
void text_add_zone_rdata(struct text *, uint16_t type, struct slice rdata);

#endif
