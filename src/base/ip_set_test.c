#include "base/ip_set.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct prefix prefix_of(const char *text)
{
    struct prefix p;
    assert_true(prefix_parse(slice_str(text), &p));
    return p;
}

/* Words "192.0.2.0/24 -192.0.2.66": added, and with "-" removed, in this order. */
static struct ip_set set_of(struct arena *a, const char *words)
{
    struct ip_set s = { 0 };
    struct slice rest = slice_str(words), word;
    while (rest.len > 0) {
        (void)slice_cut(rest, ' ', &word, &rest);
        struct prefix p;
        bool minus = word.at[0] == '-';
        assert_true(prefix_parse(slice_from(word, minus ? 1 : 0), &p));
        assert_true(minus ? ip_set_remove(a, &s, &p) : ip_set_add(a, &s, &p));
    }
    return s;
}

static void joins_and_takes_out(void **state)
{
    static const struct { const char *words, *prefixes; } vectors[] = {
        { "", "" },
        { "192.0.2.1", "192.0.2.1/32" },
        { "192.0.2.77/24", "192.0.2.0/24" },
        { "192.0.2.0/25 192.0.2.128/25", "192.0.2.0/24" },
        { "192.0.2.128/25 192.0.2.0/25", "192.0.2.0/24" },
        { "192.0.2.0/24 192.0.2.9", "192.0.2.0/24" },
        { "192.0.2.9 192.0.2.0/24", "192.0.2.0/24" },
        { "192.0.2.1 192.0.2.2", "192.0.2.1/32 192.0.2.2/32" },
        { "192.0.2.0 192.0.2.1 192.0.2.2 192.0.2.3", "192.0.2.0/30" },
        { "192.0.2.0 192.0.2.2 192.0.2.4 192.0.2.0/29", "192.0.2.0/29" },
        { "192.0.2.0/30 -192.0.2.1", "192.0.2.0/32 192.0.2.2/31" },
        { "192.0.2.0/30 -192.0.2.0", "192.0.2.1/32 192.0.2.2/31" },
        { "192.0.2.0/30 -192.0.2.3", "192.0.2.0/31 192.0.2.2/32" },
        { "192.0.2.0/30 -192.0.2.0/24", "" },
        { "192.0.2.0/30 -198.51.100.0/24", "192.0.2.0/30" },
        { "192.0.2.0 192.0.2.2 192.0.2.4 -192.0.2.1/30", "192.0.2.4/32" },
        { "192.0.2.0/31 198.51.100.0/31 203.0.113.0/31 -198.51.100.0", "192.0.2.0/31 198.51.100.1/32 203.0.113.0/31" },
        { "0.0.0.0/0", "0.0.0.0/0" },
        { "0.0.0.0 255.255.255.255", "0.0.0.0/32 255.255.255.255/32" },
        { "0.0.0.0/1 128.0.0.0/1", "0.0.0.0/0" },
        { "0.0.0.0/0 -128.0.0.0/1", "0.0.0.0/1" },
        { "0.0.0.0/0 -0.0.0.0/0", "" },
        { "2001:db8::/32 192.0.2.1", "192.0.2.1/32 2001:db8::/32" },
        { "255.255.255.255 ::", "255.255.255.255/32 ::/128" },
        { "::/0 -8000::/1 -::/2", "4000::/2" },
        { "2001:db8::/127 -2001:db8::1", "2001:db8::/128" },
        { "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct arena *a = arena_new(1 << 20);
        struct ip_set s = set_of(a, vectors[i].words);
        size_t count;
        struct text out = text_in(a, 4096);
        struct prefix *p = ip_set_prefixes(a, &s, 100, &count);
        assert_non_null(p);
        for (size_t k = 0; k < count; k++) {
            text_add_str(&out, k > 0 ? " " : "");
            text_add_prefix(&out, &p[k]);
            if (p[k].bits == 32 || p[k].bits == 128)
                assert_true(ip_set_covers(&s, &p[k].address));
        }
        struct slice got = text_slice(&out);
        if (!slice_same(got, slice_str(vectors[i].prefixes)))
            fail_msg("%s: %.*s", vectors[i].words, (int)got.len, (const char *)got.at);
        arena_free(a);
    }
}

/* Against a plain array of 256 truths. */
static void agrees_with_an_array(void **state)
{
    uint64_t seed = 1;
    (void)state;
    for (unsigned round = 0; round < 300; round++) {
        struct arena *a = arena_new(1 << 20);
        struct ip_set s = { 0 };
        bool truth[256] = { false };
        for (unsigned step = 0; step < 30; step++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            struct prefix p = { .address = { { 192, 0, 2, (uint8_t)(seed >> 40) }, IP_V4 }, .bits = 24 + (unsigned)((seed >> 50) % 9) };
            bool add = (seed >> 60) % 3 != 0;
            assert_true(add ? ip_set_add(a, &s, &p) : ip_set_remove(a, &s, &p));
            for (unsigned i = 0; i < 256; i++) {
                struct ip ip = { { 192, 0, 2, (uint8_t)i }, IP_V4 };
                if (prefix_covers(&p, &ip))
                    truth[i] = add;
            }
        }
        for (unsigned i = 0; i < 256; i++) {
            struct ip ip = { { 192, 0, 2, (uint8_t)i }, IP_V4 };
            assert_int_equal(ip_set_covers(&s, &ip), truth[i]);
        }
        size_t count, total = 0;
        struct prefix *p = ip_set_prefixes(a, &s, 256, &count);
        assert_non_null(p);
        for (size_t k = 0; k < count; k++)
            total += (size_t)1 << (32 - p[k].bits);
        for (unsigned i = 0; i < 256; i++)
            total -= truth[i];
        assert_int_equal(total, 0);
        arena_free(a);
    }
}

static void knows_parts_and_differences(void **state)
{
    static const struct { const char *network; enum ip_set_part part; } vectors[] = {
        { "192.0.2.0/24", IP_SET_SOME }, { "192.0.2.0/25", IP_SET_ALL }, { "192.0.2.0", IP_SET_ALL }, { "192.0.2.127", IP_SET_ALL },
        { "192.0.2.128", IP_SET_NONE }, { "192.0.2.128/25", IP_SET_SOME }, { "192.0.2.130", IP_SET_ALL }, { "0.0.0.0/0", IP_SET_SOME },
        { "203.0.113.0/24", IP_SET_NONE }, { "::/0", IP_SET_NONE }, { "10.0.0.0/8", IP_SET_NONE },
    };
    struct arena *a = arena_new(1 << 20);
    struct ip_set s = set_of(a, "192.0.2.0/25 192.0.2.130"), other = set_of(a, "192.0.2.64/26 192.0.2.129 192.0.2.130"), rest;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct prefix p = prefix_of(vectors[i].network);
        if (ip_set_part(&s, &p) != vectors[i].part)
            fail_msg("%s", vectors[i].network);
    }
    assert_true(ip_set_difference(a, &s, &other, &rest));
    assert_int_equal(rest.count, 1);
    assert_int_equal(ip_set_part(&rest, &(struct prefix){ prefix_of("192.0.2.0").address, 26 }), IP_SET_ALL);
    assert_int_equal(s.count, 2);
    assert_true(ip_set_join(a, &rest, &other));
    assert_int_equal(rest.count, 2);
    arena_free(a);
}

static void keeps_its_bounds(void **state)
{
    struct arena *a = arena_new(1 << 20), *small = arena_new(64);
    struct ip none = { .family = IP_NONE };
    struct ip_set s = set_of(a, "192.0.2.1 192.0.2.3 192.0.2.5"), t = { 0 };
    struct prefix p = prefix_of("192.0.2.1");
    size_t count;
    (void)state;
    assert_null(ip_set_prefixes(a, &s, 2, &count));
    assert_non_null(ip_set_prefixes(a, &s, 3, &count));
    assert_false(ip_set_covers(&s, &none));
    assert_false(ip_set_add(small, &t, &p));
    assert_int_equal(t.count, 0);
    arena_free(a);
    arena_free(small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joins_and_takes_out),
        cmocka_unit_test(agrees_with_an_array),
        cmocka_unit_test(knows_parts_and_differences),
        cmocka_unit_test(keeps_its_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
