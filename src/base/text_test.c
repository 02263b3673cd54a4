#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static int make_arena(void **state)
{
    *state = arena_new(1 << 20);
    return *state == NULL;
}

static int drop_arena(void **state)
{
    arena_free(*state);
    return 0;
}

static void builds(void **state)
{
    struct text t = text_in(*state, 4096);

    assert_int_equal(text_slice(&t).len, 0);
    text_add(&t, slice_of(NULL, 0));
    text_add(&t, SLICE("ip4:"));
    text_addf(&t, "%u/%d", 17U, -1);
    text_add_octet(&t, 0);
    text_add_str(&t, "x");
    text_add_str(&t, NULL);
    text_add_lower(&t, SLICE("Ab[\xc1"));
    assert_true(slice_same(text_slice(&t), SLICE("ip4:17/-1\0xab[\xc1")));
    text_reset(&t);
    assert_int_equal(text_slice(&t).len, 0);
    text_add_str(&t, "again");
    assert_true(slice_same(text_slice(&t), SLICE("again")));
}

/* n-1, n, n+1 octets, added each way, into an arena and into a fixed buffer of n. */
static void limit_is_exact(void **state)
{
    static const char a600[] = "%0600u";
    uint8_t octets[602], buffer[601];

    memset(octets, '0', sizeof octets);
    for (size_t limit = 599; limit <= 601; limit++)
        for (unsigned way = 0; way < 8; way++) {
            bool fixed = way % 2 == 1;
            struct text t = fixed ? text_fixed(buffer, limit) : text_in(*state, limit);

            buffer[600] = 0xee;
            switch (way / 2) {
            case 0:
                text_add(&t, slice_of(octets, 600));
                break;
            case 1:
                text_add_lower(&t, slice_of(octets, 600));
                break;
            case 2:
                for (unsigned i = 0; i < 600; i++)
                    text_add_octet(&t, '0');
                break;
            case 3:
                text_addf(&t, a600, 0U);
                break;
            }
            assert_int_equal(t.bad, limit < 600);
            assert_true(slice_same(text_slice(&t), slice_of(octets, limit < 600 ? 0 : 600)));
            assert_int_equal(buffer[600], 0xee);   /* not even printf's NUL goes behind the end */
        }
}

static void short_format_fits_exactly(void **state)
{
    char buffer[4] = { 'z', 'z', 'z', 'z' };
    struct text t = text_fixed(buffer, 3);

    (void)state;
    text_addf(&t, "%u", 123U);
    assert_true(slice_same(text_slice(&t), SLICE("123")));
    assert_int_equal(buffer[3], 'z');
    text_addf(&t, "%u", 4U);
    assert_true(t.bad);
}

static void overflow_is_remembered(void **state)
{
    struct text t = text_in(*state, 4);

    text_add(&t, SLICE("abc"));
    text_add(&t, SLICE("de"));
    text_add(&t, SLICE("f"));   /* would fit, but what came before is missing */
    text_addf(&t, "%s", "g");
    text_addf(&t, "%0300u", 1U);
    text_add_octet(&t, 'h');
    text_add_lower(&t, SLICE("I"));
    assert_true(t.bad);
    assert_int_equal(text_slice(&t).len, 0);
    assert_int_equal(t.len, 3);
    text_reset(&t);
    text_add(&t, SLICE("abcd"));
    assert_true(slice_same(text_slice(&t), SLICE("abcd")));
}

static void no_memory_is_bad(void **state)
{
    struct text t = text_in(*state, 4096);
    struct arena *small = arena_new(100);
    struct text capped = text_in(small, 4096);

    mem_fail_at(1, true);
    text_add(&t, SLICE("abc"));
    mem_fail_at(0, false);
    assert_true(t.bad);
    text_reset(&t);
    mem_fail_at(2, true);   /* 1: the arena's block; 2: the long format's own buffer */
    text_add(&t, SLICE("abc"));
    text_addf(&t, "%0300u", 1U);
    mem_fail_at(0, false);
    assert_true(t.bad);
    for (unsigned i = 0; i < 20; i++)
        text_add(&capped, SLICE("0123456789"));
    assert_true(capped.bad && arena_failed(small));
    arena_free(small);
}

static void utf8_is_strict(void **state)
{
    static const struct { const char *name; struct slice text; size_t len; uint32_t code; } vectors[] = {
        { "nothing",               { NULL, 0 }, 0, 0 },
        { "NUL",                   SLICE_INIT("\0"), 1, 0 },
        { "last of one",           SLICE_INIT("\x7f"), 1, 0x7f },
        { "lone tail",             SLICE_INIT("\x80"), 0, 0 },
        { "overlong, c0",          SLICE_INIT("\xc0\x80"), 0, 0 },
        { "overlong, c1",          SLICE_INIT("\xc1\xbf"), 0, 0 },
        { "first of two",          SLICE_INIT("\xc2\x80"), 2, 0x80 },
        { "last of two",           SLICE_INIT("\xdf\xbf"), 2, 0x7ff },
        { "two, cut",              SLICE_INIT("\xc3"), 0, 0 },
        { "two, no tail",          SLICE_INIT("\xc3\x28"), 0, 0 },
        { "two, tail is a start",  SLICE_INIT("\xc3\xc3"), 0, 0 },
        { "overlong, e0",          SLICE_INIT("\xe0\x9f\xbf"), 0, 0 },
        { "first of three",        SLICE_INIT("\xe0\xa0\x80"), 3, 0x800 },
        { "before the surrogates", SLICE_INIT("\xed\x9f\xbf"), 3, 0xd7ff },
        { "first surrogate",       SLICE_INIT("\xed\xa0\x80"), 0, 0 },
        { "last surrogate",        SLICE_INIT("\xed\xbf\xbf"), 0, 0 },
        { "behind the surrogates", SLICE_INIT("\xee\x80\x80"), 3, 0xe000 },
        { "last of three",         SLICE_INIT("\xef\xbf\xbf"), 3, 0xffff },
        { "three, cut",            SLICE_INIT("\xe2\x82"), 0, 0 },
        { "three, bad third",      SLICE_INIT("\xe2\x82\xc0"), 0, 0 },
        { "overlong, f0",          SLICE_INIT("\xf0\x8f\xbf\xbf"), 0, 0 },
        { "first of four",         SLICE_INIT("\xf0\x90\x80\x80"), 4, 0x10000 },
        { "last of all",           SLICE_INIT("\xf4\x8f\xbf\xbf"), 4, 0x10ffff },
        { "beyond the last",       SLICE_INIT("\xf4\x90\x80\x80"), 0, 0 },
        { "f5",                    SLICE_INIT("\xf5\x80\x80\x80"), 0, 0 },
        { "four, cut",             SLICE_INIT("\xf0\x9f\x98"), 0, 0 },
        { "four, bad fourth",      SLICE_INIT("\xf0\x9f\x98\x7f"), 0, 0 },
        { "ff",                    SLICE_INIT("\xff"), 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        uint32_t code = 77;

        if (utf8_next(vectors[i].text, &code) != vectors[i].len || code != vectors[i].code)
            fail_msg("%s", vectors[i].name);
        if (vectors[i].text.len > 0 && utf8_valid(vectors[i].text) != (vectors[i].len > 0))
            fail_msg("%s", vectors[i].name);
    }
    assert_true(utf8_valid(slice_of(NULL, 0)));
    assert_true(utf8_valid(SLICE("gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80!")));
    assert_false(utf8_valid(SLICE("gr\xc3\xbc\xc3")));
    assert_true(ascii_only(slice_of(NULL, 0)));
    assert_true(ascii_only(SLICE("\0\x7f")));
    assert_false(ascii_only(SLICE("abc\x80")));
}

static void shows(void **state)
{
    static const struct { const char *name; struct slice text, ascii, utf8; } vectors[] = {
        { "nothing",           { NULL, 0 }, { NULL, 0 }, { NULL, 0 } },
        { "printable",         SLICE_INIT(" az~\"<>"), SLICE_INIT(" az~\"<>"), SLICE_INIT(" az~\"<>") },
        { "backslash",         SLICE_INIT("a\\x"), SLICE_INIT("a\\\\x"), SLICE_INIT("a\\\\x") },
        { "line ends",         SLICE_INIT("a\r\nb"), SLICE_INIT("a\\x0d\\x0ab"), SLICE_INIT("a\\x0d\\x0ab") },
        { "C0, ESC, DEL",      SLICE_INIT("\0\t\x1b[\x7f"), SLICE_INIT("\\x00\\x09\\x1b[\\x7f"),
                               SLICE_INIT("\\x00\\x09\\x1b[\\x7f") },
        { "a letter",          SLICE_INIT("\xc3\xbc"), SLICE_INIT("\\xc3\\xbc"), SLICE_INIT("\xc3\xbc") },
        { "C1 in UTF-8",       SLICE_INIT("\xc2\x9b"), SLICE_INIT("\\xc2\\x9b"), SLICE_INIT("\\xc2\\x9b") },
        { "behind C1",         SLICE_INIT("\xc2\xa0"), SLICE_INIT("\\xc2\\xa0"), SLICE_INIT("\xc2\xa0") },
        { "bare C1",           SLICE_INIT("\x9b"), SLICE_INIT("\\x9b"), SLICE_INIT("\\x9b") },
        { "cut sequence",      SLICE_INIT("\xc3"), SLICE_INIT("\\xc3"), SLICE_INIT("\\xc3") },
        { "bidi override",     SLICE_INIT("\xe2\x80\xae"), SLICE_INIT("\\xe2\\x80\\xae"), SLICE_INIT("\\xe2\\x80\\xae") },
        { "bidi isolate",      SLICE_INIT("\xe2\x81\xa6"), SLICE_INIT("\\xe2\\x81\\xa6"), SLICE_INIT("\\xe2\\x81\\xa6") },
        { "Arabic letter mark", SLICE_INIT("\xd8\x9c"), SLICE_INIT("\\xd8\\x9c"), SLICE_INIT("\\xd8\\x9c") },
        { "line separator",    SLICE_INIT("\xe2\x80\xa8"), SLICE_INIT("\\xe2\\x80\\xa8"), SLICE_INIT("\\xe2\\x80\\xa8") },
        { "zero width space",  SLICE_INIT("\xe2\x80\x8b"), SLICE_INIT("\\xe2\\x80\\x8b"), SLICE_INIT("\\xe2\\x80\\x8b") },
        { "byte order mark",   SLICE_INIT("\xef\xbb\xbf"), SLICE_INIT("\\xef\\xbb\\xbf"), SLICE_INIT("\\xef\\xbb\\xbf") },
        { "tag character",     SLICE_INIT("\xf3\xa0\x81\x81"), SLICE_INIT("\\xf3\\xa0\\x81\\x81"),
                               SLICE_INIT("\\xf3\\xa0\\x81\\x81") },
        { "a face",            SLICE_INIT("\xf0\x9f\x98\x80"), SLICE_INIT("\\xf0\\x9f\\x98\\x80"),
                               SLICE_INIT("\xf0\x9f\x98\x80") },
    };

    for (size_t i = 0; i < COUNT_OF(vectors); i++)
        if (!slice_same(slice_shown(*state, vectors[i].text, false), vectors[i].ascii) ||
            !slice_same(slice_shown(*state, vectors[i].text, true), vectors[i].utf8))
            fail_msg("%s", vectors[i].name);
}

static void shows_a_bounded_part(void **state)
{
    uint8_t octets[1027];
    struct slice shown;

    for (size_t len = 1023; len <= 1025; len++) {
        memset(octets, 'a', sizeof octets);
        shown = slice_shown(*state, slice_of(octets, len), false);
        assert_int_equal(shown.len, len <= 1024 ? len : 1024 + 3);
        memset(octets, 1, sizeof octets);   /* the longest form there is */
        shown = slice_shown(*state, slice_of(octets, len), false);
        assert_int_equal(shown.len, len <= 1024 ? 4 * len : 4 * 1024 + 3);
    }
    memset(octets, 'a', sizeof octets);
    memcpy(octets + 1023, "\xc3\xbc", 2);   /* across the bound: not cut in two */
    shown = slice_shown(*state, slice_of(octets, 1025), true);
    assert_int_equal(shown.len, 1023 + 3);
    assert_true(slice_ends_nocase(shown, SLICE("a...")));
    memcpy(octets + 1022, "\xc3\xbc", 2);   /* just before it */
    shown = slice_shown(*state, slice_of(octets, 1024), true);
    assert_int_equal(shown.len, 1024);
}

static void makes_html(void **state)
{
    static const struct { const char *name; struct slice text, html; } vectors[] = {
        { "nothing",            { NULL, 0 }, { NULL, 0 } },
        { "plain",              SLICE_INIT("a b.c@d"), SLICE_INIT("a b.c@d") },
        { "an element",         SLICE_INIT("<script>"), SLICE_INIT("&lt;script&gt;") },
        { "an attribute's end", SLICE_INIT("\" onload='x'"), SLICE_INIT("&quot; onload=&#39;x&#39;") },
        { "a reference",        SLICE_INIT("&lt;&#60;"), SLICE_INIT("&amp;lt;&amp;#60;") },
        { "a comment",          SLICE_INIT("--><!--"), SLICE_INIT("--&gt;&lt;!--") },
        { "controls",           SLICE_INIT("\0\t\r\n\x1b"), SLICE_INIT("\\x00\\x09\\x0d\\x0a\\x1b") },
        { "backslash",          SLICE_INIT("a\\x1b"), SLICE_INIT("a\\x1b") },
        { "UTF-8",              SLICE_INIT("\xc3\xbc<"), SLICE_INIT("\xc3\xbc&lt;") },
        { "overlong <",         SLICE_INIT("\xc0\xbc"), SLICE_INIT("\\xc0\\xbc") },
        { "bidi",               SLICE_INIT("\xe2\x80\xae"), SLICE_INIT("\\xe2\\x80\\xae") },
        { "fullwidth < is none", SLICE_INIT("\xef\xbc\x9c"), SLICE_INIT("\xef\xbc\x9c") },
    };

    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct text t = text_in(*state, 1024);

        text_add_html(&t, vectors[i].text);
        if (!slice_same(text_slice(&t), vectors[i].html))
            fail_msg("%s: %.*s", vectors[i].name, (int)t.len, (const char *)t.at);
    }
}

/* No octet, alone or before any other, lets anything out of an element or an attribute; nothing grows beyond the bound. */
static void html_holds_every_octet(void **state)
{
    uint8_t pair[2], room[2 * HTML_GROWTH];

    (void)state;
    for (unsigned i = 0; i < 65536; i++) {
        struct text t = text_fixed(room, sizeof room);

        pair[0] = (uint8_t)(i >> 8);
        pair[1] = (uint8_t)i;
        text_add_html(&t, slice_of(pair, 2));
        assert_false(t.bad);
        for (size_t k = 0; k < t.len; k++)
            if (room[k] == '<' || room[k] == '>' || room[k] == '"' || room[k] == '\'' || room[k] < 0x20)
                fail_msg("%02x %02x", pair[0], pair[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(builds, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(limit_is_exact, make_arena, drop_arena),
        cmocka_unit_test(short_format_fits_exactly),
        cmocka_unit_test_setup_teardown(overflow_is_remembered, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(no_memory_is_bad, make_arena, drop_arena),
        cmocka_unit_test(utf8_is_strict),
        cmocka_unit_test_setup_teardown(shows, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(shows_a_bounded_part, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(makes_html, make_arena, drop_arena),
        cmocka_unit_test(html_holds_every_octet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
