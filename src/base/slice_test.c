#include "base/slice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "base/status.h"

#define EMPTY { NULL, 0 }

static int sign(int n)
{
    return (n > 0) - (n < 0);
}

static void compares(void **state)
{
    static const struct { const char *name; struct slice a, b; int exact, nocase; } vectors[] = {
        { "nothing and nothing",        EMPTY, EMPTY, 0, 0 },
        { "nothing and empty",          EMPTY, SLICE_INIT(""), 0, 0 },
        { "nothing is before NUL",      EMPTY, SLICE_INIT("\0"), -1, -1 },
        { "a prefix comes first",       SLICE_INIT("ab"), SLICE_INIT("abc"), -1, -1 },
        { "NUL counts",                 SLICE_INIT("a\0b"), SLICE_INIT("a\0c"), -1, -1 },
        { "NUL is no end",              SLICE_INIT("a"), SLICE_INIT("a\0"), -1, -1 },
        { "case",                       SLICE_INIT("From"), SLICE_INIT("fROM"), -1, 0 },
        { "case over eight octets",     SLICE_INIT("DKIM-Signature"), SLICE_INIT("dkim-signaturE"), -1, 0 },
        { "8-bit is unsigned",          SLICE_INIT("\x7f"), SLICE_INIT("\x80"), -1, -1 },
        { "@ is not a small `",         SLICE_INIT("@"), SLICE_INIT("`"), -1, -1 },
        { "[ is not a small {",         SLICE_INIT("["), SLICE_INIT("{"), -1, -1 },
        { "8-bit has no case",          SLICE_INIT("\xc1"), SLICE_INIT("\xe1"), -1, -1 },
        { "8-bit has no case, long",    SLICE_INIT("\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xc1"),
                                        SLICE_INIT("\xc1\xc1\xc1\xc1\xc1\xc1\xc1\xe1"), -1, -1 },
        { "the ninth octet differs",    SLICE_INIT("aaaaaaaab"), SLICE_INIT("aaaaaaaac"), -1, -1 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct slice a = vectors[i].a, b = vectors[i].b;

        if (sign(slice_compare(a, b)) != vectors[i].exact || sign(slice_compare(b, a)) != -vectors[i].exact ||
            sign(slice_compare_nocase(a, b)) != vectors[i].nocase ||
            sign(slice_compare_nocase(b, a)) != -vectors[i].nocase ||
            slice_same(a, b) != (vectors[i].exact == 0) || slice_same_nocase(a, b) != (vectors[i].nocase == 0))
            fail_msg("%s", vectors[i].name);
    }
}

/* The word at a time must fold exactly what the octet at a time folds, at each place. */
static void folds_every_octet(void **state)
{
    (void)state;
    for (unsigned octet = 0; octet < 256; octet++)
        for (size_t place = 0; place < 19; place++) {
            uint8_t a[19], b[19];

            memset(a, 'Q', sizeof a);
            memset(b, 'q', sizeof b);
            a[place] = (uint8_t)octet;
            b[place] = to_lower((uint8_t)octet);
            assert_true(slice_same_nocase(slice_of(a, 19), slice_of(b, 19)));
            assert_true(slice_hash_nocase(slice_of(a, 19), 5) == slice_hash(slice_of(b, 19), 5));
            b[place] = (uint8_t)(octet ^ 1);
            assert_false(slice_same_nocase(slice_of(a, 19), slice_of(b, 19)));
        }
}

static void finds_ends(void **state)
{
    static const struct { const char *name; struct slice s, part; bool starts, starts_nocase, ends_nocase; } vectors[] = {
        { "nothing in nothing", EMPTY, EMPTY, true, true, true },
        { "nothing in text",    SLICE_INIT("a"), EMPTY, true, true, true },
        { "text in nothing",    EMPTY, SLICE_INIT("a"), false, false, false },
        { "whole",              SLICE_INIT("v=spf1"), SLICE_INIT("v=spf1"), true, true, true },
        { "case",               SLICE_INIT("V=SPF1 "), SLICE_INIT("v=spf1"), false, true, false },
        { "too short",          SLICE_INIT("v=spf"), SLICE_INIT("v=spf1"), false, false, false },
        { "suffix",             SLICE_INIT("mail.Example.ORG"), SLICE_INIT(".example.org"), false, false, true },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++)
        if (slice_starts(vectors[i].s, vectors[i].part) != vectors[i].starts ||
            slice_starts_nocase(vectors[i].s, vectors[i].part) != vectors[i].starts_nocase ||
            slice_ends_nocase(vectors[i].s, vectors[i].part) != vectors[i].ends_nocase)
            fail_msg("%s", vectors[i].name);
}

static void gives_parts(void **state)
{
    struct slice s = SLICE("abc"), nothing = EMPTY;

    (void)state;
    assert_true(slice_same(slice_from(s, 0), s));
    assert_true(slice_same(slice_from(s, 2), SLICE("c")));
    assert_int_equal(slice_from(s, 3).len, 0);
    assert_ptr_equal(slice_from(s, 3).at, s.at + 3);
    assert_int_equal(slice_from(s, 4).len, 0);
    assert_int_equal(slice_from(s, SIZE_MAX).len, 0);
    assert_int_equal(slice_from(nothing, 1).len, 0);
    assert_int_equal(slice_first(s, 0).len, 0);
    assert_true(slice_same(slice_first(s, 2), SLICE("ab")));
    assert_true(slice_same(slice_first(s, 3), s));
    assert_true(slice_same(slice_first(s, 4), s));
    assert_int_equal(slice_first(nothing, 9).len, 0);
    assert_int_equal(slice_str(NULL).len, 0);
    assert_true(slice_same(slice_str("abc"), s));
}

static void trims(void **state)
{
    static const struct { struct slice s, trimmed, without_fws; } vectors[] = {
        { EMPTY, EMPTY, EMPTY },
        { SLICE_INIT(" "), SLICE_INIT(" "), EMPTY },
        { SLICE_INIT("..."), EMPTY, SLICE_INIT("...") },
        { SLICE_INIT(".a.b."), SLICE_INIT("a.b"), SLICE_INIT(".a.b.") },
        { SLICE_INIT("\r\n\t a b \t\r\n"), SLICE_INIT("\r\n\t a b \t\r\n"), SLICE_INIT("a b") },
        { SLICE_INIT("\0 a"), SLICE_INIT("\0 a"), SLICE_INIT("\0 a") },   /* NUL ends no set and is in none */
        { SLICE_INIT("\va\f"), SLICE_INIT("\va\f"), SLICE_INIT("\va\f") },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        assert_true(slice_same(slice_trim(vectors[i].s, "."), vectors[i].trimmed));
        assert_true(slice_same(slice_trim_fws(vectors[i].s), vectors[i].without_fws));
    }
}

static void finds_and_cuts(void **state)
{
    static const struct { struct slice s; size_t first, last; bool has; struct slice head, tail; } vectors[] = {
        { EMPTY, 0, 0, false, EMPTY, EMPTY },
        { SLICE_INIT("abc"), 3, 3, false, SLICE_INIT("abc"), EMPTY },
        { SLICE_INIT("="), 0, 0, true, EMPTY, EMPTY },
        { SLICE_INIT("a=b"), 1, 1, true, SLICE_INIT("a"), SLICE_INIT("b") },
        { SLICE_INIT("=a="), 0, 2, true, EMPTY, SLICE_INIT("a=") },
        { SLICE_INIT("a\0=b"), 2, 2, true, SLICE_INIT("a\0"), SLICE_INIT("b") },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct slice head, tail;

        assert_int_equal(slice_find(vectors[i].s, '='), vectors[i].first);
        assert_int_equal(slice_find_last(vectors[i].s, '='), vectors[i].last);
        assert_int_equal(slice_has(vectors[i].s, '='), vectors[i].has);
        assert_int_equal(slice_cut(vectors[i].s, '=', &head, &tail), vectors[i].has);
        assert_true(slice_same(head, vectors[i].head));
        assert_true(slice_same(tail, vectors[i].tail));
    }
}

static void hashes_see_every_octet(void **state)
{
    uint8_t octets[40] = { 0 };

    (void)state;
    for (size_t len = 0; len <= sizeof octets; len++) {
        struct slice s = slice_of(octets, len);
        uint64_t hash = slice_hash(s, 1);

        assert_true(hash == slice_hash(s, 1));
        assert_true(hash != slice_hash(s, 2));
        assert_true(len == sizeof octets || hash != slice_hash(slice_of(octets, len + 1), 1));
        for (size_t i = 0; i < len; i++) {
            octets[i] = 1;
            assert_true(hash != slice_hash(s, 1));
            octets[i] = 0;
        }
    }
    assert_true(slice_hash(slice_of(NULL, 0), 3) == slice_hash(SLICE(""), 3));
}

static void hashes_ignore_case(void **state)
{
    struct slice upper = SLICE("SELECTOR._DOMAINKEY.EXAMPLE.ORG"), lower = SLICE("selector._domainkey.example.org");

    (void)state;
    for (size_t len = 0; len <= upper.len; len++)
        assert_true(slice_hash_nocase(slice_first(upper, len), 9) == slice_hash_nocase(slice_first(lower, len), 9));
    assert_true(slice_hash(upper, 9) != slice_hash(lower, 9));
    assert_true(slice_hash_nocase(SLICE("@"), 9) != slice_hash_nocase(SLICE("`"), 9));
}

/* Counters as keys, low bits as slots: no slot of 1024 gets far more than its share of 16. */
static void hashes_spread(void **state)
{
    unsigned filled[1024] = { 0 };

    (void)state;
    for (uint32_t key = 0; key < 16 * COUNT_OF(filled); key++)
        filled[slice_hash(slice_of(&key, sizeof key), 0) % COUNT_OF(filled)]++;
    for (size_t i = 0; i < COUNT_OF(filled); i++)
        assert_in_range(filled[i], 1, 48);
}

static void classes_are_ascii(void **state)
{
    unsigned alpha = 0, digit = 0, alnum = 0, hex = 0, wsp = 0, printable = 0, folded = 0;

    (void)state;
    for (unsigned i = 0; i < 256; i++) {
        uint8_t octet = (uint8_t)i;

        alpha += is_alpha(octet);
        digit += is_digit(octet);
        alnum += is_alnum(octet);
        hex += is_hex(octet);
        wsp += is_wsp(octet);
        printable += is_printable(octet);
        folded += to_lower(octet) != octet;
        assert_false(octet >= 0x80 && (is_alnum(octet) || is_hex(octet) || is_printable(octet)));
    }
    assert_int_equal(alpha, 52);
    assert_int_equal(digit, 10);
    assert_int_equal(alnum, 62);
    assert_int_equal(hex, 22);
    assert_int_equal(wsp, 2);
    assert_int_equal(printable, 95);
    assert_int_equal(folded, 26);
    assert_true(is_wsp(' ') && is_wsp('\t') && is_hex('f') && is_hex('F') && !is_hex('g'));
}

static void statuses_have_words(void **state)
{
    (void)state;
    for (int i = STATUS_OK; i <= STATUS_BUG; i++)
        for (int j = STATUS_OK; j < i; j++)
            assert_string_not_equal(status_text((enum status)i), status_text((enum status)j));
}

static void words_have_places(void **state)
{
    static const struct { const char *words, *word; int place; } vectors[] = {
        { "none|quarantine|reject", "none", 0 }, { "none|quarantine|reject", "reject", 2 }, { "one", "one", 0 },
        { "none|quarantine|reject", "None", -1 }, { "none|quarantine|reject", "non", -1 }, { "none|quarantine|reject", "none|quarantine", -1 },
        { "none|quarantine|reject", "", -1 }, { "a||b", "", 1 }, { "", "", 0 }, { "", "a", -1 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        unsigned place = 77;
        bool found = word_index(vectors[i].words, slice_str(vectors[i].word), &place);
        assert_int_equal(found, vectors[i].place >= 0);
        assert_int_equal(place, found ? (unsigned)vectors[i].place : 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares),
        cmocka_unit_test(folds_every_octet),
        cmocka_unit_test(finds_ends),
        cmocka_unit_test(gives_parts),
        cmocka_unit_test(trims),
        cmocka_unit_test(finds_and_cuts),
        cmocka_unit_test(hashes_see_every_octet),
        cmocka_unit_test(hashes_ignore_case),
        cmocka_unit_test(hashes_spread),
        cmocka_unit_test(classes_are_ascii),
        cmocka_unit_test(words_have_places),
        cmocka_unit_test(statuses_have_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
