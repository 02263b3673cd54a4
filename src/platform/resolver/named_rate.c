#include "platform/resolver/named_rate.h"

/* A token is so many microseconds; the bucket holds `burst` of them. All zero is full. */
bool named_rate_take(struct named_rate *r, const struct ip *target, int64_t now_us)
{
    uint64_t place = slice_hash(slice_of(target->octets, target->family == IP_V6 ? 16 : 4), r->seed) % NAMED_BUCKETS;
    int64_t token_us = 1000000 / (int64_t)r->per_second;
    int64_t full_at_us = r->bucket[place].full_at_us > now_us ? r->bucket[place].full_at_us : now_us;
    if (full_at_us + token_us - now_us > token_us * (int64_t)r->burst)
        return false;
    r->bucket[place].full_at_us = full_at_us + token_us;
    return true;
}
