/* named_rate.h: how much is sent to one target: a bucket of tokens for each, in constant memory. Private to this room. */
#ifndef FRANK_PLATFORM_RESOLVER_NAMED_RATE_H
#define FRANK_PLATFORM_RESOLVER_NAMED_RATE_H

#include "base/ip.h"

#define NAMED_BUCKETS 1024                  /* targets whose places collide share one; which ones depends on the seed */

struct named_rate {
    uint64_t seed;
    uint32_t per_second, burst;
    struct { int64_t full_at_us; } bucket[NAMED_BUCKETS];      /* when it will be full again, if nothing more is taken */
};

/* One packet to this target: may it be sent now? */
bool named_rate_take(struct named_rate *, const struct ip *target, int64_t now_us);

#endif
