#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dns/cache.h"

static struct question question(const char *name, uint16_t type)
{
    return (struct question){ .name = slice_str(name), .type = type };
}

static struct answer *a_record(const char *name, uint32_t ttl_seconds)
{
    struct slice one = SLICE("\1\2\3\4");
    return answer_make(&(struct answer_draft){
        .question = question(name, RTYPE_A), .status = ANSWER_DATA, .ttl_seconds = ttl_seconds, .count = 1, .rdata = &one });
}

static void put(struct cache *cache, const char *name, uint32_t ttl_seconds, int64_t now)
{
    struct answer *a = a_record(name, ttl_seconds);
    cache_put(cache, a, now);
    answer_drop(a);
}

static bool has(struct cache *cache, const char *name, uint16_t type, int64_t now)
{
    struct question q = question(name, type);
    const struct answer *a = cache_get(cache, &q, now);
    answer_drop(a);
    return a != NULL;
}

static void keyed_by_name_and_type(void **state)          /* threats.md T27 */
{
    (void)state;
    struct cache *cache = cache_new(1 << 20, 1);
    put(cache, "a.x", 60, 0);
    assert_true(has(cache, "a.x", RTYPE_A, 0));
    assert_true(has(cache, "A.X.", RTYPE_A, 0));
    assert_false(has(cache, "a.x", RTYPE_TXT, 0));
    assert_false(has(cache, "b.x", RTYPE_A, 0));
    assert_false(has(cache, "", RTYPE_A, 0));
    struct cache_counts counts = cache_counts(cache);
    assert_int_equal(counts.hits, 2);
    assert_int_equal(counts.misses, 3);
    assert_int_equal(counts.entries, 1);
    cache_free(cache);
}

static const struct { const char *name; enum answer_status status; uint32_t ttl; int64_t kept; } lifetimes[] = {
    { "data", ANSWER_DATA, 60, 60 }, { "NODATA", ANSWER_NODATA, 60, 60 }, { "NXDOMAIN", ANSWER_NXDOMAIN, 60, 60 },
    { "TTL 0", ANSWER_NODATA, 0, 0 }, { "TTL 1", ANSWER_NODATA, 1, 1 },
    { "below the longest", ANSWER_NODATA, CACHE_TTL_MAX_SECONDS - 1, CACHE_TTL_MAX_SECONDS - 1 },
    { "the longest", ANSWER_NODATA, CACHE_TTL_MAX_SECONDS, CACHE_TTL_MAX_SECONDS },
    { "beyond the longest", ANSWER_NODATA, CACHE_TTL_MAX_SECONDS + 1, CACHE_TTL_MAX_SECONDS },
    { "2^32-1", ANSWER_NODATA, UINT32_MAX, CACHE_TTL_MAX_SECONDS },
    { "SERVFAIL", ANSWER_SERVFAIL, 60, CACHE_FAILURE_SECONDS }, { "TIMEOUT", ANSWER_TIMEOUT, 0, CACHE_FAILURE_SECONDS },
    { "GARBLED", ANSWER_GARBLED, 0, CACHE_FAILURE_SECONDS }, { "OVER_QUOTA", ANSWER_OVER_QUOTA, 60, 0 },
    { "BAD_NAME", ANSWER_BAD_NAME, 60, 0 }, { "BLOCKED", ANSWER_BLOCKED, 60, 0 }, { "UNKNOWN", ANSWER_UNKNOWN, 60, 0 },
};

static void kept_for_its_ttl(void **state)
{
    (void)state;
    struct slice one = SLICE("\1\2\3\4");
    for (size_t i = 0; i < COUNT_OF(lifetimes); i++) {
        struct cache *cache = cache_new(1 << 20, 1);
        bool data = lifetimes[i].status == ANSWER_DATA;
        struct answer *a = answer_make(&(struct answer_draft){ .question = question("a", RTYPE_A), .status = lifetimes[i].status,
            .ttl_seconds = lifetimes[i].ttl, .count = data, .rdata = &one });
        cache_put(cache, a, 1000);
        answer_drop(a);
        int64_t end = 1000 + lifetimes[i].kept;
        if (has(cache, "a", RTYPE_A, end - 1) != (lifetimes[i].kept > 0) || has(cache, "a", RTYPE_A, end))
            fail_msg("%s", lifetimes[i].name);
        assert_int_equal(cache_counts(cache).entries, 0);
        assert_int_equal(cache_counts(cache).octets, 0);
        cache_free(cache);
    }
}

/* What a named server said is nobody else's answer, and its "no" is asked again soon. */
static void keyed_by_server_too(void **state)
{
    (void)state;
    struct slice one = SLICE("\1\2\3\4");
    struct ip servers[4] = { { .family = IP_NONE } };
    assert_true(ip_parse(SLICE("192.0.2.1"), &servers[1]) && ip_parse(SLICE("192.0.2.2"), &servers[2]) && ip_parse(SLICE("c000:201::"), &servers[3]));
    for (enum answer_status s = ANSWER_DATA; s <= ANSWER_NXDOMAIN; s++)
        for (size_t i = 0; i < COUNT_OF(servers); i++) {
            struct cache *cache = cache_new(1 << 20, 1);
            struct question q = { .name = SLICE("a.x"), .type = RTYPE_A, .server = servers[i] };
            struct answer *a = answer_make(&(struct answer_draft){
                .question = q, .status = s, .ttl_seconds = 60, .count = s == ANSWER_DATA, .rdata = &one });
            cache_put(cache, a, 0);
            for (size_t k = 0; k < COUNT_OF(servers); k++) {
                q.server = servers[k];
                const struct answer *got = cache_get(cache, &q, 0);
                assert_true((got == a) == (k == i) && (got == NULL) == (k != i));
                answer_drop(got);
            }
            q.server = servers[i];
            const struct answer *later = cache_get(cache, &q, CACHE_FAILURE_SECONDS);
            assert_true((later != NULL) == (i == 0 || s == ANSWER_DATA));
            answer_drop(later);
            answer_drop(a);
            cache_free(cache);
        }
}

static void the_newer_answer_replaces(void **state)
{
    (void)state;
    struct cache *cache = cache_new(1 << 20, 1);
    put(cache, "a", 60, 0);
    put(cache, "a", 10, 5);
    assert_int_equal(cache_counts(cache).entries, 1);
    assert_false(has(cache, "a", RTYPE_A, 15));
    cache_clear(cache);
    put(cache, "a", 60, 0);
    cache_clear(cache);
    assert_false(has(cache, "a", RTYPE_A, 0));
    cache_free(cache);
}

static void the_least_recently_used_go_first(void **state)
{
    (void)state;
    struct cache *cache = cache_new(1 << 20, 1);
    put(cache, "a", 60, 0);
    size_t each = cache_counts(cache).octets;
    cache_free(cache);
    cache = cache_new(3 * each, 1);
    put(cache, "a", 60, 0);
    put(cache, "b", 60, 0);
    put(cache, "c", 60, 0);
    assert_int_equal(cache_counts(cache).entries, 3);
    struct question q = question("b", RTYPE_A);
    const struct answer *held = cache_get(cache, &q, 0);
    assert_true(has(cache, "a", RTYPE_A, 0));
    put(cache, "d", 60, 0);
    assert_false(has(cache, "c", RTYPE_A, 0));
    put(cache, "e", 60, 0);
    assert_false(has(cache, "b", RTYPE_A, 0));
    assert_true(has(cache, "a", RTYPE_A, 0));
    assert_int_equal(cache_counts(cache).evicted, 2);
    assert_int_equal(held->count, 1);                   /* who holds it keeps it */
    answer_drop(held);
    cache_free(cache);
    cache = cache_new(each - 1, 1);
    put(cache, "a", 60, 0);
    assert_int_equal(cache_counts(cache).entries, 0);
    cache_free(cache);
}

static void many_entries_stay_within_the_bound(void **state)
{
    (void)state;
    struct cache *cache = cache_new(1 << 16, 1);
    for (unsigned i = 0; i < 20000; i++) {
        char name[16];
        struct text text = text_fixed(name, sizeof name);
        text_addf(&text, "n%u", i % 5000);
        text_add_octet(&text, 0);
        if (i % 3)
            put(cache, name, 1 + i % 60, i / 100);
        else
            (void)has(cache, name, RTYPE_A, i / 100);
        assert_true(cache_counts(cache).octets <= 1 << 16);
    }
    assert_true(cache_counts(cache).evicted > 0);
    cache_free(cache);
}

static void without_memory_it_just_forgets(void **state)
{
    (void)state;
    for (uint64_t k = 1; k < 12; k++) {
        struct answer *a = a_record("a", 60);
        mem_fail_at(k, true);
        struct cache *cache = cache_new(1 << 20, 1);
        if (cache)
            cache_put(cache, a, 0);
        mem_fail_at(0, false);
        answer_drop(a);
        if (cache)
            put(cache, "b", 60, 0);
        cache_free(cache);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keyed_by_name_and_type),
        cmocka_unit_test(kept_for_its_ttl), cmocka_unit_test(keyed_by_server_too),
        cmocka_unit_test(the_newer_answer_replaces),
        cmocka_unit_test(the_least_recently_used_go_first),
        cmocka_unit_test(many_entries_stay_within_the_bound),
        cmocka_unit_test(without_memory_it_just_forgets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
