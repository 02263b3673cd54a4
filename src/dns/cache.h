/*
 * cache.h: question (name, type, server) -> answer, in bounded memory, by TTL. One per worker; not thread-safe.
 *
 * Negative answers are kept too; failures (SERVFAIL, TIMEOUT, GARBLED) for CACHE_FAILURE_SECONDS, and so is the "no" of a
 * server asked by name.
 * Past the memory bound the least recently used go first. Evicting never disturbs a
 * transaction that holds the answer.
 */
#ifndef FRANK_DNS_CACHE_H
#define FRANK_DNS_CACHE_H

#include "dns/answer.h"

#define CACHE_TTL_MAX_SECONDS 86400
#define CACHE_FAILURE_SECONDS 5

struct cache;

struct cache *cache_new(size_t octets_max, uint64_t seed);
void cache_free(struct cache *);
/* A live answer, held for the caller, or NULL. now in seconds, any monotonic origin. */
const struct answer *cache_get(struct cache *, const struct question *, int64_t now_seconds);
void cache_put(struct cache *, const struct answer *, int64_t now_seconds);      /* holds it itself; silently skips when memory fails */
void cache_clear(struct cache *);
struct cache_counts { uint64_t hits, misses, evicted; size_t entries, octets; };
struct cache_counts cache_counts(const struct cache *);

#endif
