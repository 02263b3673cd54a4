#include "mail/domain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static int make_arena(void **state)
{
    *state = arena_new(16u << 20);
    return *state == NULL;
}

static int free_arena(void **state)
{
    arena_free(*state);
    return 0;
}

#define L63 "a23456789012345678901234567890123456789012345678901234567890123"

/* An empty form means: no domain. */
static const struct { const char *about; struct slice text, normal; } vectors[] = {
#define V(about, text, normal) { about, SLICE_INIT(text), SLICE_INIT(normal) }
    V("plain", "example.org", "example.org"),
    V("case", "EXAMPLE.Org", "example.org"),
    V("trailing dot", "example.org.", "example.org"),
    V("one label", "localhost", "localhost"),
    V("underscore", "_dmarc.Example.org", "_dmarc.example.org"),
    V("digits", "1.2", "1.2"),
    V("label of 63", L63 ".org", L63 ".org"),
    V("name of 253",
      L63 "." L63 "." L63 ".a234567890123456789012345678901234567890123456789012345678901",
      L63 "." L63 "." L63 ".a234567890123456789012345678901234567890123456789012345678901"),
    V("A-label", "XN--BCHER-KVA.example", "xn--bcher-kva.example"),
    V("U-label", "b\xc3\xbc" "cher.example", "xn--bcher-kva.example"),
    V("U-label, capitals", "B\xc3\x9c" "CHER.Example", "xn--bcher-kva.example"),
    V("U-label, decomposed", "bu\xcc\x88" "cher.example", "xn--bcher-kva.example"),
    V("U-label and trailing dot", "b\xc3\xbc" "cher.example.", "xn--bcher-kva.example"),
    V("non-transitional: sharp s", "fa\xc3\x9f.example", "xn--fa-hia.example"),
    V("ideographic full stop", "example\xe3\x80\x82org", "example.org"),
    V("fullwidth full stop", "example\xef\xbc\x8eorg", "example.org"),
    V("halfwidth ideographic stop", "example\xef\xbd\xa1org", "example.org"),
    V("fullwidth letters", "\xef\xbd\x85xample.org", "example.org"),
    V("soft hyphen goes", "exam\xc2\xadple.org", "example.org"),
    V("Cyrillic look-alike is another name", "ex\xd0\xb0mple.org", "xn--exmple-4nf.org"),
    V("nothing", "", ""),
    V("root", ".", ""),
    V("two trailing dots", "example.org..", ""),
    V("leading dot", ".example.org", ""),
    V("empty label", "example..org", ""),
    V("label of 64", L63 "4.org", ""),
    V("name of 254", L63 "." L63 "." L63 ".a2345678901234567890123456789012345678901234567890123456789012", ""),
    V("hyphen first", "-example.org", ""),
    V("hyphen last", "example-.org", ""),
    V("blank", "exam ple.org", ""),
    V("blank first", " example.org", ""),
    V("TAB last", "example.org\t", ""),
    V("NUL", "example.org\0", ""),
    V("NUL inside", "exam\0ple.org", ""),
    V("CRLF", "example.org\r\n", ""),
    V("parenthesis (OpenDMARC 111)", "example.net(.example.com", ""),
    V("comment", "example.net(x)", ""),
    V("quote", "\"example.net\"", ""),
    V("semicolon", "example.net;x", ""),
    V("address literal", "[192.0.2.1]", ""),
    V("colon", "2001:db8::1", ""),
    V("at-sign", "a@example.org", ""),
    V("slash", "example.org/x", ""),
    V("backslash", "example\\.org", ""),
    V("Latin-1", "b\xfc" "cher.example", ""),
    V("overlong dot", "example\xc0\xaeorg", ""),
    V("overlong slash", "example\xe0\x80\xaf.org", ""),
    V("surrogate", "ex\xed\xa0\x80.org", ""),
    V("beyond U+10FFFF", "ex\xf4\x90\x80\x80.org", ""),
    V("cut sequence", "example.org\xc3", ""),
    V("fullwidth at-sign", "a\xef\xbc\xa0" "b.example", ""),
    V("fullwidth parenthesis", "a\xef\xbc\x88" "b.example", ""),
    V("fullwidth solidus", "a\xef\xbc\x8f" "b.example", ""),
    V("no-break space", "exam\xc2\xa0ple.org", ""),
    V("ideographic space", "exam\xe3\x80\x80ple.org", ""),
    V("right-to-left override", "exam\xe2\x80\xaeple.org", ""),
    V("private use", "\xee\x80\x80.org", ""),
    V("two dots by ideographic stop", "example.\xe3\x80\x82org", ""),
    V("NUL in a U-label", "b\xc3\xbc\0cher.example", ""),
    V("U-label too long", "\xc3\xbc" L63 ".org", ""),
};

static void makes_one_form(void **state)
{
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct slice normal;
        bool ok = domain_normal(*state, vectors[i].text, &normal);

        if (ok != (vectors[i].normal.len > 0) || !slice_same(normal, vectors[i].normal))
            fail_msg("%s: %d \"%.*s\"", vectors[i].about, ok, (int)normal.len, (const char *)normal.at);
        if (ok) {
            struct slice again;

            assert_true(domain_normal(*state, normal, &again) && slice_same(again, normal));
        }
    }
}

/* threats.md T12: each octet alone, first, inside and last. */
static void only_names_pass(void **state)
{
    for (unsigned octet = 0; octet < 256; octet++) {
        uint8_t inside[] = { 'a', (uint8_t)octet, 'b' };
        bool expected = is_alnum((uint8_t)octet) || octet == '-' || octet == '_' || octet == '.';
        struct slice normal;

        assert_int_equal(domain_normal(*state, slice_of(inside, 3), &normal), expected);
        assert_int_equal(domain_normal(*state, slice_of(inside, 2), &normal), expected && octet != '-');
        assert_int_equal(domain_normal(*state, slice_of(inside + 1, 2), &normal), expected && octet != '-' && octet != '.');
    }
}

static void bounds_what_libidn2_sees(void **state)
{
    enum { most = 1024 };
    uint8_t text[most + 1];
    struct slice normal;

    /* Ignored code points vanish, so even a long text may have a short form. */
    memset(text, 'a', sizeof text);
    for (size_t len = most - 1; len <= most + 1; len++) {
        for (size_t i = len % 2; i < len; i += 2)
            memcpy(text + i, "\xc2\xad", 2);
        assert_int_equal(domain_normal(*state, slice_of(text, len), &normal), len % 2 == 1 && len <= most);
    }
}

static void fails_without_memory(void **state)
{
    struct arena *a = arena_new(4);
    struct slice normal;

    (void)state;
    assert_false(domain_normal(a, SLICE("example.org"), &normal));
    assert_false(domain_normal(a, SLICE("b\xc3\xbc" "cher.example"), &normal));
    assert_int_equal(normal.len, 0);
    arena_free(a);
}

/* ---- suffix lists ---- */

/* A list as large as suffix_list_read wants them: `head`, made-up rules, the known ones. */
static struct slice list_text(struct arena *arena, const char *head, unsigned rules, bool known)
{
    struct text t = text_in(arena, 1u << 20);

    text_add_str(&t, "// ===BEGIN ICANN DOMAINS===\n");
    text_add_str(&t, head);
    if (known)
        text_add_str(&t, "com\norg\nde\nuk\nco.uk\njp\n*.kobe.jp\n!city.kobe.jp\n*.ck\n!www.ck\n");
    for (unsigned i = 0; i < rules; i++)
        text_addf(&t, "made-up-rule-%u.example\n", i);
    text_add_str(&t, "// ===END ICANN DOMAINS===\n");
    assert_false(t.bad);
    return text_slice(&t);
}

static void finds_organizational_domains(void **state)
{
    static const struct { const char *domain, *org; } cases[] = {
        { "com", "" }, { "example.com", "example.com" }, { "a.b.example.com", "example.com" }, { "co.uk", "" }, { "uk", "" },
        { "example.co.uk", "example.co.uk" }, { "a.example.co.uk", "example.co.uk" }, { "x.kobe.jp", "" },
        { "a.x.kobe.jp", "a.x.kobe.jp" }, { "city.kobe.jp", "city.kobe.jp" }, { "www.city.kobe.jp", "city.kobe.jp" },
        { "www.ck", "www.ck" }, { "test.ck", "" }, { "unlisted", "" }, { "example.unlisted", "example.unlisted" },
        { "a.example.unlisted", "example.unlisted" },
    };
    const char *error;
    struct suffix_list *list = suffix_list_read(list_text(*state, "", 1200, true), &error);

    assert_non_null(list);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct slice org = suffix_list_org_domain(list, *state, slice_str(cases[i].domain));

        if (!slice_same(org, slice_str(cases[i].org)))
            fail_msg("%s: \"%.*s\"", cases[i].domain, (int)org.len, (const char *)org.at);
        assert_int_equal(suffix_list_is_suffix(list, *state, slice_str(cases[i].domain)), cases[i].org[0] == '\0');
    }
    assert_int_equal(suffix_list_org_domain(list, *state, SLICE("")).len, 0);
    assert_int_equal(suffix_list_org_domain(list, *state, SLICE("a\0.com")).len, 0);
    suffix_list_free(list);
    suffix_list_free(NULL);
}

/* threats.md T49: empty, cut and poisoned lists are refused. */
static void refuses_bad_lists(void **state)
{
    struct slice good = list_text(*state, "", 1200, true);
    struct text large = text_in(*state, SUFFIX_LIST_OCTETS_MAX + 1000);
    const struct { const char *about; struct slice text; } bad[] = {
        { "empty", SLICE_INIT("") },
        { "a few rules", SLICE_INIT("com\norg\n") },
        { "cut", slice_first(good, 9999) },
        { "too few rules", list_text(*state, "//                                                            \n", 900, true) },
        { "nothing known", list_text(*state, "", 2000, false) },
        { "a suffix too much", list_text(*state, "example.com\n", 2000, true) },
        { "everything under com", list_text(*state, "*.com\n", 2000, true) },
        { "Latin-1", list_text(*state, "b\xfc" "cher\n", 2000, true) },
        { "binary form", list_text(*state, "", 2000, true) },
    };
    const char *error;

    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct slice text = bad[i].text;

        if (i == COUNT_OF(bad) - 1) {
            struct text t = text_in(*state, 1u << 20);

            text_add_str(&t, ".DAFSA@PSL_0   \n");
            text_add(&t, text);
            text = text_slice(&t);
        }
        if (suffix_list_read(text, &error) != NULL || error == NULL)
            fail_msg("%s", bad[i].about);
    }
    text_add(&large, good);
    while (large.len <= SUFFIX_LIST_OCTETS_MAX)
        text_add_str(&large, "// nothing but a long comment, over and over again\n");
    assert_null(suffix_list_read(text_slice(&large), &error));
    for (uint64_t nth = 1; nth <= 2; nth++) {
        mem_fail_at(nth, false);
        assert_null(suffix_list_read(good, &error));
        mem_fail_at(0, false);
        assert_non_null(error);
    }
}

static void has_the_systems_list(void **state)
{
    struct suffix_list *list = suffix_list_builtin();

    assert_non_null(list);
    assert_true(slice_same(suffix_list_org_domain(list, *state, SLICE("mail.example.co.uk")), SLICE("example.co.uk")));
    assert_true(slice_same(suffix_list_org_domain(list, *state, SLICE("www.xn--85x722f.xn--55qx5d.cn")), SLICE("xn--85x722f.xn--55qx5d.cn")));
    assert_true(suffix_list_is_suffix(list, *state, SLICE("com")));
    suffix_list_free(list);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(makes_one_form, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(only_names_pass, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(bounds_what_libidn2_sees, make_arena, free_arena),
        cmocka_unit_test(fails_without_memory),
        cmocka_unit_test_setup_teardown(finds_organizational_domains, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(refuses_bad_lists, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(has_the_systems_list, make_arena, free_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
