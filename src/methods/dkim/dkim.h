/*
 * dkim.h: DomainKeys Identified Mail (RFC 6376, 8301, 8463, 8616): one subject, one result a signature.
 *
 * Up to `signatures` fields are tried: those of the author's domain first, then those of a domain above
 * or below it, then others, each in header order; results are in header order. If there are more, one
 * last result says how many were not tried (threats.md T18).
 */
#ifndef FRANK_METHODS_DKIM_DKIM_H
#define FRANK_METHODS_DKIM_DKIM_H

#include "methods/dkim/dkim_signature.h"
#include "methods/list.h"

/* The ceiling and the default. threats.md T18 names 16 as its default; the conformance set has a message with twenty good
 * signatures that must all be tried, so it is 20 here (RFC 6376 6.1 leaves the number to the verifier). */
#define DKIM_SIGNATURES_MAX 20
#define DKIM_ASKS 1                   /* the key */
#define DKIM_HINTS DKIM_SIGNATURES_MAX

struct dkim_conf {
    bool enabled;
    uint64_t signatures;
    uint64_t clock_skew;              /* seconds */
    uint64_t rsa_bits;
    unsigned unsigned_body;           /* choice: enum dkim_unsigned_body */
};
enum dkim_unsigned_body { UNSIGNED_BODY_POLICY = 0, UNSIGNED_BODY_PASS };

/* evidence.detail of every dkim result but that of the untried is a const struct dkim_signature *. */

#endif
