/*
 * arc.h: Authenticated Received Chain (RFC 8617): one subject, the chain as it is now.
 *
 * pass means only that the chain is intact. What a sealer claims counts for sealers the operator named,
 * and only to explain a DMARC failure to the verdict, never to change a result (threats.md T20): facts
 * hold `trusted_result` with the claims of the oldest sealer from which on every sealer is trusted: sealer, i, dmarc, from
 * (the author domain that dmarc result is about), spf, dkim. Not if the newest message signature leaves From, or a second
 * copy of a field people read, uncovered: then `open` is true.
 */
#ifndef FRANK_METHODS_ARC_ARC_H
#define FRANK_METHODS_ARC_ARC_H

#include "methods/arc/arc_chain.h"
#include "methods/dkim/dkim.h"
#include "methods/dkim/dkim_key.h"
#include "methods/list.h"

#define ARC_ASKS 100                  /* threats.md T18 */
#define ARC_HINTS 100
/* What dkim can use of the message's 120 public-key operations is left to it, so neither ever depends on which came first: 60
 * here, and 51 of them are enough for the longest chain. */
#define ARC_KEY_OPERATIONS (PUBLIC_KEY_OPERATIONS_MAX - DKIM_SIGNATURES_MAX * DKIM_KEYS_MAX)
/* Older message signatures tried for oldest-pass; no result depends on them. */
#define ARC_OLDER_MAX 20

struct arc_conf {
    bool enabled;
    uint64_t clock_skew;              /* seconds */
    uint64_t rsa_bits;
    struct texts trusted_sealers;     /* d= of seals, normal form */
};

#endif
