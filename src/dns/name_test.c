#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dns/name.h"

#define L63 "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz0"
#define L61 "abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxy"
#define N253 L63 "." L63 "." L63 "." L61

static const struct { const char *name; struct slice text; bool askable, hostname; } names[] = {
    { "nothing", SLICE_INIT(""), false, false },
    { "root", SLICE_INIT("."), true, false },
    { "two dots", SLICE_INIT(".."), false, false },
    { "one label", SLICE_INIT("com"), true, true },
    { "trailing dot", SLICE_INIT("com."), true, true },
    { "two trailing dots", SLICE_INIT("com.."), false, false },
    { "leading dot", SLICE_INIT(".com"), false, false },
    { "empty label", SLICE_INIT("a..b"), false, false },
    { "label of 63", SLICE_INIT(L63 ".x"), true, true },
    { "label of 64", SLICE_INIT(L63 "a.x"), false, false },
    { "252 octets", SLICE_INIT(L63 "." L63 "." L63 ".bcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxy"), true, true },
    { "253 octets", SLICE_INIT(N253), true, true },
    { "253 octets and a dot", SLICE_INIT(N253 "."), true, true },
    { "254 octets", SLICE_INIT(N253 "z"), false, false },
    { "NUL is an octet", SLICE_INIT("a\0b.c"), true, false },
    { "8-bit is an octet", SLICE_INIT("\xff.c"), true, false },
    { "blank is an octet", SLICE_INIT("a b.c"), true, false },
    { "underscore", SLICE_INIT("_dmarc.example"), true, true },
    { "hyphen inside", SLICE_INIT("a-b.c"), true, true },
    { "hyphen first", SLICE_INIT("-b.c"), true, false },
    { "hyphen last", SLICE_INIT("b-.c"), true, false },
    { "hyphen last in the last label", SLICE_INIT("b.c-"), true, false },
    { "star", SLICE_INIT("*.c"), true, false },
};

static void assert_slice(struct slice got, struct slice want)
{
    assert_int_equal(got.len, want.len);
    if (want.len > 0)
        assert_memory_equal(got.at, want.at, want.len);
}

static void what_can_be_asked(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (name_askable(names[i].text) != names[i].askable || name_is_hostname(names[i].text) != names[i].hostname)
            fail_msg("%s", names[i].name);
}

static void labels(void **state)
{
    (void)state;
    assert_int_equal(name_labels(SLICE("")), 0);
    assert_int_equal(name_labels(SLICE(".")), 0);
    assert_int_equal(name_labels(SLICE("a")), 1);
    assert_int_equal(name_labels(SLICE("a.b.c.")), 3);
    assert_slice(name_parent(SLICE("a.b.c")), SLICE("b.c"));
    assert_slice(name_parent(SLICE("a.b.")), SLICE("b"));
    assert_slice(name_parent(SLICE("a")), SLICE(""));
    assert_slice(name_parent(SLICE("")), SLICE(""));
    assert_slice(name_last_labels(SLICE("a.b.c.d"), 2), SLICE("c.d"));
    assert_slice(name_last_labels(SLICE("a.b."), 5), SLICE("a.b"));
    assert_slice(name_last_labels(SLICE("a.b"), 0), SLICE(""));
    assert_slice(name_undotted(SLICE(".")), SLICE("."));
}

static const struct { const char *name, *below, *above; bool is; } belows[] = {
    { "itself", "example.org", "example.org", true },
    { "case and final dots", "A.Example.ORG.", "example.org", true },
    { "whole labels only (T08)", "notexample.org", "example.org", false },
    { "the other way round", "org", "example.org", false },
    { "everything is below the root", "x", ".", true },
    { "nothing is below nothing", "x", "", false },
    { "prefix is not suffix", "example.org.evil", "example.org", false },
};

static void ancestry(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(belows); i++)
        if (name_at_or_below(slice_str(belows[i].below), slice_str(belows[i].above)) != belows[i].is)
            fail_msg("%s", belows[i].name);
    assert_true(name_same(SLICE("Example.ORG."), SLICE("example.org")));
    assert_false(name_same(SLICE("example.org"), SLICE("example.com")));
}

static void wire_and_back(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 16);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        uint8_t wire[NAME_WIRE_MAX];
        size_t len;
        assert_int_equal(name_to_wire(names[i].text, wire, &len), names[i].askable);
        if (!names[i].askable)
            continue;
        struct cursor c = cursor_of(slice_of(wire, len));
        assert_slice(take_wire_name(&c, a), name_undotted(names[i].text));
        assert_false(c.bad);
        assert_int_equal(c.rest.len, 0);
        for (size_t cut = 0; cut < len; cut++) {
            c = cursor_of(slice_of(wire, cut));
            assert_int_equal(take_wire_name(&c, a).len, 0);
            assert_true(c.bad);
        }
    }
    arena_free(a);
}

static const struct { const char *name; struct slice wire; bool bad; } wires[] = {
    { "pointer", SLICE_INIT("\xc0\x0c"), true },
    { "pointer behind a label", SLICE_INIT("\1a\xc0\x0c"), true },
    { "reserved label type 01", SLICE_INIT("\x40\0"), true },
    { "reserved label type 10", SLICE_INIT("\x80\0"), true },
    { "dot in a label has no text", SLICE_INIT("\3a.b\1c\0"), false },
    { "a label that is a dot", SLICE_INIT("\1.\0"), false },
};

static void wire_names_without_text(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 16);
    for (size_t i = 0; i < COUNT_OF(wires); i++) {
        struct cursor c = cursor_of(wires[i].wire);
        assert_int_equal(take_wire_name(&c, a).len, 0);
        if (c.bad != wires[i].bad)
            fail_msg("%s", wires[i].name);
    }
    arena_free(a);
}

static void a_wire_name_has_255_octets_at_most(void **state)
{
    (void)state;
    uint8_t wire[300];
    for (size_t labels = 125; labels <= 129; labels++) {
        for (size_t i = 0; i < labels; i++) {
            wire[2 * i] = 1;
            wire[2 * i + 1] = 'a';
        }
        wire[2 * labels] = 0;
        uint8_t text[NAME_TEXT_MAX];
        size_t len;
        struct cursor c = cursor_of(slice_of(wire, 2 * labels + 1));
        assert_int_equal(take_wire_name_to(&c, text, &len), labels <= NAME_LABELS_MAX);
        assert_int_equal(len, labels <= NAME_LABELS_MAX ? 2 * labels - 1 : 0);
    }
}

static void presentation(void **state)
{
    (void)state;
    char buffer[64];
    struct text t = text_fixed(buffer, sizeof buffer);
    text_add_presentation_name(&t, SLICE("*.a_b-c.x/y.\0\"\\;@ \xff.org"));
    assert_slice(text_slice(&t), SLICE("*.a_b-c.x/y.\\000\\034\\092\\059\\064\\032\\255.org."));
    text_reset(&t);
    text_add_presentation_name(&t, SLICE("."));
    assert_slice(text_slice(&t), SLICE("."));
}

static void joining(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 16);
    assert_slice(name_join(a, SLICE("_dmarc"), SLICE("example.org.")), SLICE("_dmarc.example.org"));
    assert_slice(name_join(a, SLICE("a"), SLICE(".")), SLICE("a"));
    assert_slice(name_join(a, SLICE(""), SLICE("b")), SLICE("b"));
    arena_free(a);
    a = arena_new(0);
    assert_int_equal(name_join(a, SLICE("a"), SLICE("b")).len, 0);
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_can_be_asked),
        cmocka_unit_test(labels),
        cmocka_unit_test(ancestry),
        cmocka_unit_test(wire_and_back),
        cmocka_unit_test(wire_names_without_text),
        cmocka_unit_test(a_wire_name_has_255_octets_at_most),
        cmocka_unit_test(presentation),
        cmocka_unit_test(joining),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
