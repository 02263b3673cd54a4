#include "dns/cache.h"

#include "base/table.h"

/* Each entry is in the table and in one list by last use. */
struct entry {
    struct entry *newer, *older;
    const struct answer *answer;
    int64_t expires_seconds;
    size_t octets;
    size_t key_len;
    uint8_t key[];                           /* text_add_question_key */
};

struct cache {
    struct table *table;
    struct entry *newest, *oldest;
    size_t octets_max;
    struct cache_counts counts;
};

/* What an entry costs besides itself and its answer: its share of a table at half load. */
#define TABLE_SHARE_OCTETS 96

struct key { uint8_t octets[QUESTION_KEY_MAX]; size_t len; };

static bool key_of(const struct question *q, struct key *key)
{
    struct text text = text_fixed(key->octets, sizeof key->octets);
    text_add_question_key(&text, q);
    key->len = text.len;
    return !text.bad;
}

struct cache *cache_new(size_t octets_max, uint64_t seed)
{
    struct cache *cache = mem_zalloc(1, sizeof *cache);
    if (!cache)
        return NULL;
    cache->octets_max = octets_max;
    cache->table = table_new(seed);
    if (cache->table)
        return cache;
    mem_free(cache);
    return NULL;
}

/* ---- the list ---- */

static void unlink_entry(struct cache *cache, struct entry *e)
{
    if (e->newer)
        e->newer->older = e->older;
    else
        cache->newest = e->older;
    if (e->older)
        e->older->newer = e->newer;
    else
        cache->oldest = e->newer;
}

static void link_newest(struct cache *cache, struct entry *e)
{
    e->newer = NULL;
    e->older = cache->newest;
    if (cache->newest)
        cache->newest->newer = e;
    else
        cache->oldest = e;
    cache->newest = e;
}

static void remove_entry(struct cache *cache, struct entry *e)
{
    table_remove(cache->table, slice_of(e->key, e->key_len));
    unlink_entry(cache, e);
    cache->counts.entries--;
    cache->counts.octets -= e->octets;
    answer_drop(e->answer);
    mem_free(e);
}

void cache_clear(struct cache *cache)
{
    while (cache->newest)
        remove_entry(cache, cache->newest);
}

void cache_free(struct cache *cache)
{
    if (!cache)
        return;
    cache_clear(cache);
    table_free(cache->table);
    mem_free(cache);
}

/* ---- use ---- */

const struct answer *cache_get(struct cache *cache, const struct question *q, int64_t now_seconds)
{
    struct key key;
    struct entry *e = key_of(q, &key) ? table_get(cache->table, slice_of(key.octets, key.len)) : NULL;
    if (e && e->expires_seconds <= now_seconds) {
        remove_entry(cache, e);
        e = NULL;
    }
    if (!e) {
        cache->counts.misses++;
        return NULL;
    }
    cache->counts.hits++;
    if (e != cache->newest) {
        unlink_entry(cache, e);
        link_newest(cache, e);
    }
    return answer_hold(e->answer);
}

/* How long an answer may be kept; 0: not at all. What a named server has not, it may be about to get. */
static uint32_t lifetime_seconds(const struct answer *a)
{
    if (answer_is_void(a) && a->question.server.family != IP_NONE)
        return CACHE_FAILURE_SECONDS;
    switch (a->status) {
    case ANSWER_DATA: case ANSWER_NODATA: case ANSWER_NXDOMAIN:
        return a->ttl_seconds < CACHE_TTL_MAX_SECONDS ? a->ttl_seconds : CACHE_TTL_MAX_SECONDS;
    case ANSWER_SERVFAIL: case ANSWER_TIMEOUT: case ANSWER_GARBLED:
        return CACHE_FAILURE_SECONDS;
    case ANSWER_UNKNOWN: case ANSWER_OVER_QUOTA: case ANSWER_BAD_NAME: case ANSWER_BLOCKED:
        return 0;                            /* of one transaction, not of the world */
    }
    return 0;
}

static struct entry *new_entry(const struct answer *a, const struct key *key, int64_t expires_seconds)
{
    struct entry *e = mem_zalloc(1, sizeof *e + key->len);
    if (!e)
        return NULL;
    struct text at = text_fixed(e->key, key->len);
    text_add(&at, slice_of(key->octets, key->len));
    e->key_len = key->len;
    e->answer = a;
    e->expires_seconds = expires_seconds;
    e->octets = sizeof *e + key->len + TABLE_SHARE_OCTETS + a->octets;
    return e;
}

void cache_put(struct cache *cache, const struct answer *a, int64_t now_seconds)
{
    struct key key;
    uint32_t lifetime = lifetime_seconds(a);
    if (lifetime == 0 || !key_of(&a->question, &key))
        return;
    struct entry *old = table_get(cache->table, slice_of(key.octets, key.len));
    if (old)
        remove_entry(cache, old);
    struct entry *e = new_entry(a, &key, now_seconds + lifetime);
    if (!e)
        return;
    if (e->octets > cache->octets_max || !table_put(cache->table, slice_of(e->key, e->key_len), e)) {
        mem_free(e);
        return;
    }
    answer_hold(a);
    link_newest(cache, e);
    cache->counts.entries++;
    cache->counts.octets += e->octets;
    while (cache->counts.octets > cache->octets_max) {
        remove_entry(cache, cache->oldest);
        cache->counts.evicted++;
    }
}

struct cache_counts cache_counts(const struct cache *cache)
{
    return cache->counts;
}
