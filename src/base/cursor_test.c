#include "base/cursor.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/compiler.h"

#define IS(slice, literal) assert_true(slice_same((slice), SLICE(literal)))

static void reads_in_order(void **state)
{
    struct cursor c = cursor_of(SLICE("name = 42;rest \t\r\nX"));

    (void)state;
    IS(take_while(&c, is_alpha), "name");
    skip_wsp(&c);
    expect(&c, '=');
    skip_fws(&c);
    assert_int_equal(take_number(&c, 0, 128), 42);
    assert_true(accept_octet(&c, ';'));
    assert_false(accept_octet(&c, ';'));
    IS(take_until(&c, ' '), "rest");
    skip_wsp(&c);
    assert_int_equal(peek(&c), '\r');
    skip_fws(&c);
    assert_int_equal(peek(&c), 'X');
    assert_int_equal(peek_at(&c, 1), -1);
    IS(take_rest(&c), "X");
    assert_true(at_end(&c) && !c.bad);
    assert_int_equal(peek(&c), -1);
    IS(take_rest(&c), "");
    IS(take_until(&c, 'x'), "");
    IS(take(&c, 0), "");
    assert_false(c.bad);
}

static void takes_exactly(void **state)
{
    (void)state;
    for (size_t count = 0; count <= 4; count++) {
        struct cursor c = cursor_of(SLICE("abc"));
        struct slice s = take(&c, count);

        assert_int_equal(c.bad, count == 4);
        assert_int_equal(s.len, count == 4 ? 0 : count);
    }
    struct cursor c = cursor_of(SLICE("abc"));
    assert_int_equal(take(&c, SIZE_MAX).len, 0);
    assert_true(c.bad);
}

static void accepts_text(void **state)
{
    struct cursor c = cursor_of(SLICE("v=SPF1 v=spf1\xff"));

    (void)state;
    assert_false(accept_text(&c, SLICE("v=spf1")));
    assert_true(accept_nocase(&c, SLICE("v=spf1")));
    assert_false(accept_nocase(&c, SLICE("v=spf1")));
    assert_true(accept_text(&c, SLICE(" v=spf1")));
    assert_false(accept_text(&c, SLICE("\xff\xff")));
    assert_true(accept_text(&c, SLICE("")));
    assert_int_equal(take_octet(&c), 0xff);
    assert_false(c.bad);
    assert_int_equal(take_octet(&c), 0);
    assert_true(c.bad);
}

static void reads_network_order(void **state)
{
    struct cursor c = cursor_of(SLICE("\xff\x01\xff\x02\x03\x04\x05"));

    (void)state;
    assert_int_equal(take_u16(&c), 0xff01);
    assert_true(take_u32(&c) == UINT32_C(0xff020304));
    assert_int_equal(take_u16(&c), 0);
    assert_true(c.bad);
    c = cursor_of(SLICE("\1\2\3"));
    assert_int_equal(take_u32(&c), 0);
    assert_true(c.bad);
}

/* Once bad, every read yields nothing and changes nothing. */
static void stays_bad(void **state)
{
    struct cursor c = cursor_of(SLICE("12"));
    struct slice before = c.rest;

    (void)state;
    expect(&c, 'x');
    assert_true(c.bad && at_end(&c));
    assert_int_equal(peek(&c), -1);
    assert_int_equal(peek_at(&c, 1), -1);
    assert_int_equal(take_octet(&c), 0);
    assert_int_equal(take(&c, 0).len, 0);
    assert_int_equal(take_while(&c, is_digit).len, 0);
    assert_int_equal(take_until(&c, '2').len, 0);
    assert_int_equal(take_rest(&c).len, 0);
    assert_false(accept_octet(&c, '1'));
    assert_false(accept_text(&c, SLICE("1")));
    assert_false(accept_text(&c, SLICE("")));
    assert_false(accept_nocase(&c, SLICE("1")));
    assert_int_equal(take_u16(&c), 0);
    assert_int_equal(take_u32(&c), 0);
    assert_int_equal(take_number(&c, 0, 99), 0);
    expect(&c, '1');
    skip_wsp(&c);
    skip_fws(&c);
    assert_ptr_equal(c.rest.at, before.at);
    assert_int_equal(c.rest.len, before.len);
}

static void reads_numbers(void **state)
{
    static const struct { const char *name; struct slice text; uint64_t min, max; bool ok; uint64_t value; } vectors[] = {
        { "nothing",               { NULL, 0 }, 0, 9, false, 0 },
        { "a sign",                SLICE_INIT("+1"), 0, 9, false, 0 },
        { "minus",                 SLICE_INIT("-1"), 0, 9, false, 0 },
        { "a blank before",        SLICE_INIT(" 1"), 0, 9, false, 0 },
        { "a blank behind",        SLICE_INIT("1 "), 0, 9, false, 0 },
        { "NUL behind",            SLICE_INIT("1\0"), 0, 9, false, 0 },
        { "hex",                   SLICE_INIT("0x1"), 0, 9, false, 0 },
        { "8-bit",                 SLICE_INIT("\xb1"), 0, 9, false, 0 },
        { "below min",             SLICE_INIT("4"), 5, 9, false, 0 },
        { "min",                   SLICE_INIT("5"), 5, 9, true, 5 },
        { "max",                   SLICE_INIT("9"), 5, 9, true, 9 },
        { "above max",             SLICE_INIT("10"), 5, 9, false, 0 },
        { "leading zeros",         SLICE_INIT("0000000000000000000000000000005"), 5, 9, true, 5 },
        { "zero",                  SLICE_INIT("0"), 0, 0, true, 0 },
        { "largest - 1",           SLICE_INIT("18446744073709551614"), 0, UINT64_MAX, true, UINT64_MAX - 1 },
        { "largest",               SLICE_INIT("18446744073709551615"), 0, UINT64_MAX, true, UINT64_MAX },
        { "largest + 1",           SLICE_INIT("18446744073709551616"), 0, UINT64_MAX, false, 0 },
        { "wraps to a small one",  SLICE_INIT("18446744073709551621"), 0, UINT64_MAX, false, 0 },
        { "a digit too many",      SLICE_INIT("184467440737095516150"), 0, UINT64_MAX, false, 0 },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        uint64_t value = 77;

        if (number_of(vectors[i].text, vectors[i].min, vectors[i].max, &value) != vectors[i].ok)
            fail_msg("%s", vectors[i].name);
        assert_true(value == (vectors[i].ok ? vectors[i].value : 77));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_in_order),
        cmocka_unit_test(takes_exactly),
        cmocka_unit_test(accepts_text),
        cmocka_unit_test(reads_network_order),
        cmocka_unit_test(stays_bad),
        cmocka_unit_test(reads_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
