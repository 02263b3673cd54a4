/*
 * spfwalk.h: a small SPF evaluator over a zone: ip4, ip6, a, mx, include, all, redirect; no macros.
 *
 * Gives the generator's expected result and the length of the longest chain of questions each of
 * which could not be asked before the answer to the one before: the floor of any evaluator's waiting time.
 */
#ifndef BENCH_SPFWALK_H
#define BENCH_SPFWALK_H

#include "zone.h"

struct spf_walk {
    const char *result;       /* RFC 7208 2.6, static */
    unsigned chain;           /* questions one after the other, at least 1 */
    unsigned questions;       /* all of them, MX hosts included */
};

/* terms that ask are counted as RFC 7208 4.6.4 says: more than 10 is permerror */
struct spf_walk spf_walk(const struct zone *, const char *domain, const char *ip);

#endif
