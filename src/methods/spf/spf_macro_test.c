#include "methods/spf/spf_macro.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define V(letter) of[(letter) - 'a']

/* RFC 7208 7.4: the example's sender and client; c, r and t added. */
static const struct spf_macro_values rfc_example = {
    .V('s') = SLICE_INIT("strong-bad@email.example.com"), .V('l') = SLICE_INIT("strong-bad"),
    .V('o') = SLICE_INIT("email.example.com"), .V('d') = SLICE_INIT("email.example.com"), .V('i') = SLICE_INIT("192.0.2.3"),
    .V('p') = SLICE_INIT("mx.example.org"), .V('v') = SLICE_INIT("in-addr"), .V('h') = SLICE_INIT("helo.example"),
    .V('c') = SLICE_INIT("192.0.2.3"), .V('r') = SLICE_INIT("mx.receiver.example"), .V('t') = SLICE_INIT("1700000000"),
};

static struct slice expanded(struct slice string, enum spf_macro_use use, const struct spf_macro_values *v, struct text *t)
{
    text_reset(t);
    spf_macro_expand(string, use, v, t);
    return text_slice(t);
}

static void expands(void **state)
{
    static const struct { const char *name, *string, *expected; } vectors[] = {
        { "7.4 %{s}", "%{s}", "strong-bad@email.example.com" },
        { "7.4 %{o}", "%{o}", "email.example.com" },
        { "7.4 %{d}", "%{d}", "email.example.com" },
        { "7.4 %{d4}", "%{d4}", "email.example.com" },
        { "7.4 %{d3}", "%{d3}", "email.example.com" },
        { "7.4 %{d2}", "%{d2}", "example.com" },
        { "7.4 %{d1}", "%{d1}", "com" },
        { "7.4 %{dr}", "%{dr}", "com.example.email" },
        { "7.4 %{d2r}", "%{d2r}", "example.email" },
        { "7.4 %{l}", "%{l}", "strong-bad" },
        { "7.4 %{l-}", "%{l-}", "strong.bad" },
        { "7.4 %{lr}", "%{lr}", "strong-bad" },
        { "7.4 %{lr-}", "%{lr-}", "bad.strong" },
        { "7.4 %{l1r-}", "%{l1r-}", "strong" },
        { "7.4 spamhaus", "%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com" },
        { "7.4 lp", "%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com" },
        { "7.4 lp and ip", "%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "bad.strong.lp.3.2.0.192.in-addr._spf.example.com" },
        { "7.4 ip and lp", "%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "3.2.0.192.in-addr.strong.lp._spf.example.com" },
        { "7.4 trusted", "%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net" },
        { "percent, blank, URL blank", "a%%b%_c%-d", "a%b c%20d" },
        { "letters in any case", "%{D2R}", "example.email" },
        { "upper case escapes", "%{S}", "strong-bad%40email.example.com" },
        { "escape is not applied to literals", "~!%{L}!", "~!strong-bad!" },
        { "all delimiters", "%{s.-+,/_=}", "strong.bad@email.example.com" },
        { "only the given delimiters split", "%{s-}", "strong.bad@email.example.com" },
        { "a number larger than the parts", "%{d99999999999999999999}", "email.example.com" },
        { "leading zeros of a number", "%{d002}", "example.com" },
        { "helo, host, receiver, time and client", "%{h} %{p} %{r} %{t} %{c}",
          "helo.example mx.example.org mx.receiver.example 1700000000 192.0.2.3" },
        { "nothing", "", "" },
    };
    char buffer[256];
    struct text t = text_fixed(buffer, sizeof buffer);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct spf_macro_facts facts;
        assert_true(spf_macro_check(slice_str(vectors[i].string), SPF_USE_TEXT, &facts));
        struct slice got = expanded(slice_str(vectors[i].string), SPF_USE_TEXT, &rfc_example, &t);
        if (t.bad || !slice_same(got, slice_str(vectors[i].expected)))
            fail_msg("%s: %.*s", vectors[i].name, (int)got.len, (const char *)got.at);
    }
}

static void splits_odd_values(void **state)
{
    static const struct { const char *name, *string, *local, *expected; } vectors[] = {
        { "empty parts stay", "%{l+}", "a++b", "a..b" },
        { "delimiters at the ends", "%{lr+}", "+a+", ".a." },
        { "only a delimiter", "%{l1+}", "+", "" },
        { "no value", "%{l2r}", "", "" },
        { "no value, one part", "%{l1}", "", "" },
        { "all of octets that are escaped", "%{L}", "/?#[]@!$&'()*+,;= \"%\\^`{|}<>", "%2F%3F%23%5B%5D%40%21%24%26%27%28%29%2A%2B%2C%3B%3D"
          "%20%22%25%5C%5E%60%7B%7C%7D%3C%3E" },
        { "octets that are not", "%{L}", "AZaz09-._~", "AZaz09-._~" },
        { "transformed, then escaped", "%{L1r-}", "a=b-c", "a%3Db" },
        { "the value is not read for macros", "%{l}", "%{d}%%", "%{d}%%" },
    };
    char buffer[256];
    struct text t = text_fixed(buffer, sizeof buffer);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct spf_macro_values v = rfc_example;
        v.V('l') = slice_str(vectors[i].local);
        struct slice got = expanded(slice_str(vectors[i].string), SPF_USE_DOMAIN, &v, &t);
        if (t.bad || !slice_same(got, slice_str(vectors[i].expected)))
            fail_msg("%s: %.*s", vectors[i].name, (int)got.len, (const char *)got.at);
    }
}

static void every_octet_is_escaped_or_unreserved(void **state)
{
    (void)state;
    for (unsigned octet = 0; octet < 256; octet++) {
        uint8_t local[3] = { 'a', (uint8_t)octet, 'z' };
        char buffer[16], expected[16];
        struct spf_macro_values v = { .V('l') = { local, sizeof local } };
        struct text t = text_fixed(buffer, sizeof buffer), e = text_fixed(expected, sizeof expected);
        struct slice got = expanded(SLICE("%{L}"), SPF_USE_DOMAIN, &v, &t);
        text_addf(&e, is_alnum((uint8_t)octet) || (octet && memchr("-._~", (int)octet, 4)) ? "a%cz" : "a%%%02Xz", octet);
        if (!slice_same(got, text_slice(&e)))
            fail_msg("octet %u: %.*s", octet, (int)got.len, (const char *)got.at);
    }
}

static void refuses(void **state)
{
    static const struct { struct slice string; bool domain, modifier, text; } vectors[] = {
        /* good where */
        { SLICE_INIT("%{d}"), true, true, true },
        { SLICE_INIT("%{c}"), false, true, true },
        { SLICE_INIT("%{R}"), false, true, true },
        { SLICE_INIT("%{t}"), false, true, true },
        { SLICE_INIT("two words"), false, false, true },
        /* good nowhere */
        { SLICE_INIT("%"), false, false, false },
        { SLICE_INIT("a%"), false, false, false },
        { SLICE_INIT("%a"), false, false, false },
        { SLICE_INIT("%{"), false, false, false },
        { SLICE_INIT("%{d"), false, false, false },
        { SLICE_INIT("%{}"), false, false, false },
        { SLICE_INIT("%{x}"), false, false, false },
        { SLICE_INIT("%{dd}"), false, false, false },
        { SLICE_INIT("%{d0}"), false, false, false },
        { SLICE_INIT("%{d00}"), false, false, false },
        { SLICE_INIT("%{dr2}"), false, false, false },
        { SLICE_INIT("%{drr}"), false, false, false },
        { SLICE_INIT("%{d-r}"), false, false, false },
        { SLICE_INIT("%{d:}"), false, false, false },
        { SLICE_INIT("%{d }"), false, false, false },
        { SLICE_INIT("%{ d}"), false, false, false },
        { SLICE_INIT("%(d)"), false, false, false },
        { SLICE_INIT("%{d\0}"), false, false, false },
        { SLICE_INIT("%{\xc4}"), false, false, false },
        { SLICE_INIT("a\0b"), false, false, false },
        { SLICE_INIT("a\tb"), false, false, false },
        { SLICE_INIT("a\x7f"), false, false, false },
        { SLICE_INIT("\xc3\xa4"), false, false, false },
    };
    struct spf_macro_facts facts;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        assert_int_equal(spf_macro_check(vectors[i].string, SPF_USE_DOMAIN, &facts), vectors[i].domain);
        assert_int_equal(spf_macro_check(vectors[i].string, SPF_USE_MODIFIER, &facts), vectors[i].modifier);
        assert_int_equal(spf_macro_check(vectors[i].string, SPF_USE_TEXT, &facts), vectors[i].text);
    }
}

static void tells_what_a_string_holds(void **state)
{
    static const struct { const char *string; bool macros, local, host; size_t tail; } vectors[] = {
        { "example.org", false, false, false, 0 },
        { "a.%{d}", true, false, false, 6 },
        { "%{L}.x.org", true, true, false, 4 },
        { "%{s}%{p}", true, true, true, 8 },
        { "a%%b", true, false, false, 3 },
        { "", false, false, false, 0 },
    };
    struct spf_macro_facts f;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        assert_true(spf_macro_check(slice_str(vectors[i].string), SPF_USE_DOMAIN, &f));
        assert_int_equal(f.macros, vectors[i].macros);
        assert_int_equal(f.local_part, vectors[i].local);
        assert_int_equal(f.host_name, vectors[i].host);
        assert_int_equal(f.tail, vectors[i].tail);
    }
}

/* threats.md T24: what does not fit is bad, at the octet. */
static void overflow_is_bad(void **state)
{
    char buffer[32];
    (void)state;
    for (size_t room = 0; room <= sizeof buffer; room++) {
        struct text t = text_fixed(buffer, room);
        spf_macro_expand(SLICE("%{S}"), SPF_USE_DOMAIN, &rfc_example, &t);
        assert_int_equal(t.bad, room < sizeof "strong-bad%40email.example.com" - 1);
        assert_true(t.len <= room);
    }
}

static void parts_are_bounded(void **state)
{
    static uint8_t dots[SPF_MACRO_PARTS_MAX + 1];
    static uint8_t buffer[2 * sizeof dots];
    memset(dots, '.', sizeof dots);
    (void)state;
    for (size_t parts = SPF_MACRO_PARTS_MAX - 1; parts <= SPF_MACRO_PARTS_MAX + 1; parts++) {
        struct spf_macro_values v = { .V('l') = { dots, parts - 1 } };
        struct text t = text_fixed(buffer, sizeof buffer);
        spf_macro_expand(SLICE("%{lr}"), SPF_USE_DOMAIN, &v, &t);
        assert_int_equal(t.bad, parts > SPF_MACRO_PARTS_MAX);
    }
}

static void long_names_lose_labels_on_the_left(void **state)
{
    static char name[600];
    (void)state;
    memset(name, 'x', sizeof name);
    for (size_t i = 9; i < sizeof name; i += 10)
        name[i] = '.';
    assert_int_equal(spf_name_shortened(slice_of(name + 10, 253)).len, 253);
    assert_int_equal(spf_name_shortened(slice_of(name + 10, 254)).len, 244);
    assert_int_equal(spf_name_shortened(slice_of(name + 10, 255)).len, 245);
    assert_int_equal(spf_name_shortened(slice_of(name, 599)).len, 249);
    /* a final dot is no octet of the name */
    assert_int_equal(spf_name_shortened(slice_of(name + 6, 254)).len, 253);
    memset(name, 'x', sizeof name);
    assert_int_equal(spf_name_shortened(slice_of(name, 254)).len, 0);
    assert_true(slice_same(spf_name_shortened(SLICE("a.example.")), SLICE("a.example")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses),
        cmocka_unit_test(expands),
        cmocka_unit_test(splits_odd_values),
        cmocka_unit_test(every_octet_is_escaped_or_unreserved),
        cmocka_unit_test(tells_what_a_string_holds),
        cmocka_unit_test(overflow_is_bad),
        cmocka_unit_test(parts_are_bounded),
        cmocka_unit_test(long_names_lose_labels_on_the_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
