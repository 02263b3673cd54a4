/*
 * dnslist_match.h: which answers of a list count: its value set (dnsbl.md, "Answer grammar").
 *
 *     value-set = octet 3( "." octet ) [ "&" number ]
 *     octet     = number / "[" part *( ";" part ) "]"
 *     part      = number [ ".." number ]
 *
 *     127.0.0.2          this value
 *     127.0.0.[2..11]    these
 *     127.0.0.[2;4;6]    or these
 *     127.0.0.0&4        those with this bit, in the octets the number reaches, which are written 0
 *
 * Postfix's postscreen and postconf(5) write the first three in the same way.
 */
#ifndef FRANK_METHODS_DNSLIST_MATCH_H
#define FRANK_METHODS_DNSLIST_MATCH_H

#include "base/ip.h"

#define DNSLIST_PARTS_MAX 16          /* of one octet (ours) */

struct dnslist_part { uint8_t low, high; };
struct dnslist_octet { struct dnslist_part parts[DNSLIST_PARTS_MAX]; unsigned count; };
struct dnslist_match {
    bool given;                       /* false: every value counts */
    struct dnslist_octet octets[4];
    uint32_t bits;                    /* 0: no bit test */
};

/* False + *error (static, which rule). */
MUST_CHECK bool dnslist_match_parse(struct slice, struct dnslist_match *out, const char **error);
/* Reads back the same; nothing when no set was given. */
void text_add_dnslist_match(struct text *, const struct dnslist_match *);
/* An IPv4 value. */
bool dnslist_matches(const struct dnslist_match *, const struct ip *value);

#endif
