#include "base/codec.h"

#include <setjmp.h>
#include <stdarg.h>

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

enum codec { BASE64, BASE64_FWS, BASE32, HEX };

static bool decode(struct arena *a, enum codec codec, struct slice text, struct slice *out)
{
    switch (codec) {
    case BASE64:     return base64_decode(a, text, false, out);
    case BASE64_FWS: return base64_decode(a, text, true, out);
    case BASE32:     return base32_decode(a, text, out);
    case HEX:        return hex_decode(a, text, out);
    }
    return false;
}

static void encode(struct text *t, enum codec codec, struct slice octets)
{
    switch (codec) {
    case BASE64:
    case BASE64_FWS: base64_encode(t, octets); break;
    case BASE32:     base32_encode(t, octets); break;
    case HEX:        hex_encode(t, octets); break;
    }
}

static void refuses(void **state)
{
    static const struct { const char *name; enum codec codec; struct slice text; } vectors[] = {
        { "one digit",                 BASE64, SLICE_INIT("Z") },
        { "two digits, no padding",    BASE64, SLICE_INIT("Zg") },
        { "half the padding",          BASE64, SLICE_INIT("Zg=") },
        { "three digits, no padding",  BASE64, SLICE_INIT("Zm8") },
        { "three pads",                BASE64, SLICE_INIT("Z===") },
        { "only pads",                 BASE64, SLICE_INIT("====") },
        { "a pad too many",            BASE64, SLICE_INIT("Zm8==") },
        { "four pads too many",        BASE64, SLICE_INIT("Zm9v====") },
        { "a digit behind a pad",      BASE64, SLICE_INIT("Zg=v") },
        { "a group behind padding",    BASE64, SLICE_INIT("Zg==Zm9v") },
        { "one behind padding",        BASE64, SLICE_INIT("Zm8=Zm8=") },
        { "bits behind one octet",     BASE64, SLICE_INIT("Zh==") },
        { "bits behind two octets",    BASE64, SLICE_INIT("Zm9=") },
        { "URL alphabet",              BASE64, SLICE_INIT("-_-_") },
        { "NUL",                       BASE64, SLICE_INIT("Zm9\0") },
        { "8-bit",                     BASE64, SLICE_INIT("Zm9\xf6") },
        { "a blank",                   BASE64, SLICE_INIT("Zm 9v") },
        { "a line end at the end",     BASE64, SLICE_INIT("Zm9v\n") },
        { "a vertical tab",            BASE64_FWS, SLICE_INIT("Zm\v9v") },
        { "digit and blanks",          BASE64_FWS, SLICE_INIT(" Z ") },
        { "behind padding and blanks", BASE64_FWS, SLICE_INIT("Zg== \r\n Zg==") },
        { "one digit",                 BASE32, SLICE_INIT("m") },
        { "one digit, no bits",        BASE32, SLICE_INIT("a") },
        { "three digits, no bits",     BASE32, SLICE_INIT("aaa") },
        { "six digits, no bits",       BASE32, SLICE_INIT("aaaaaa") },
        { "three digits",              BASE32, SLICE_INIT("mza") },
        { "six digits",                BASE32, SLICE_INIT("mzxw6y") },
        { "bits behind the last",      BASE32, SLICE_INIT("mz") },
        { "0",                         BASE32, SLICE_INIT("m0") },
        { "1",                         BASE32, SLICE_INIT("m1") },
        { "8",                         BASE32, SLICE_INIT("m8") },
        { "padding",                   BASE32, SLICE_INIT("my======") },
        { "a blank",                   BASE32, SLICE_INIT("m y") },
        { "NUL",                       BASE32, SLICE_INIT("my\0\0") },
        { "8-bit",                     BASE32, SLICE_INIT("m\xd9") },
        { "odd",                       HEX, SLICE_INIT("6") },
        { "odd",                       HEX, SLICE_INIT("666") },
        { "g",                         HEX, SLICE_INIT("6g") },
        { "a blank inside an octet",   HEX, SLICE_INIT("6 6") },
        { "a blank before",            HEX, SLICE_INIT(" 66") },
        { "a blank behind",            HEX, SLICE_INIT("66 ") },
        { "only a blank",              HEX, SLICE_INIT(" ") },
        { "a line end",                HEX, SLICE_INIT("66\n66") },
        { "0x",                        HEX, SLICE_INIT("0x66") },
        { "NUL",                       HEX, SLICE_INIT("66\0\0") },
        { "8-bit",                     HEX, SLICE_INIT("\xb6\xb6") },
    };

    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct slice out = SLICE("left over");

        if (decode(*state, vectors[i].codec, vectors[i].text, &out) || out.len != 0)
            fail_msg("%s: %.*s", vectors[i].name, (int)vectors[i].text.len, (const char *)vectors[i].text.at);
    }
    assert_false(arena_failed(*state));
}

/* RFC 4648 section 10, and the largest digits. */
static void agrees_both_ways(void **state)
{
    static const struct { enum codec codec; struct slice octets, text; } vectors[] = {
        { BASE64, { NULL, 0 },            { NULL, 0 } },
        { BASE64, SLICE_INIT("f"),        SLICE_INIT("Zg==") },
        { BASE64, SLICE_INIT("fo"),       SLICE_INIT("Zm8=") },
        { BASE64, SLICE_INIT("foo"),      SLICE_INIT("Zm9v") },
        { BASE64, SLICE_INIT("foob"),     SLICE_INIT("Zm9vYg==") },
        { BASE64, SLICE_INIT("fooba"),    SLICE_INIT("Zm9vYmE=") },
        { BASE64, SLICE_INIT("foobar"),   SLICE_INIT("Zm9vYmFy") },
        { BASE64, SLICE_INIT("\0\0\0"),   SLICE_INIT("AAAA") },
        { BASE64, SLICE_INIT("\xff\xff\xfe"), SLICE_INIT("///+") },
        { BASE32, { NULL, 0 },            { NULL, 0 } },
        { BASE32, SLICE_INIT("f"),        SLICE_INIT("my") },
        { BASE32, SLICE_INIT("fo"),       SLICE_INIT("mzxq") },
        { BASE32, SLICE_INIT("foo"),      SLICE_INIT("mzxw6") },
        { BASE32, SLICE_INIT("foob"),     SLICE_INIT("mzxw6yq") },
        { BASE32, SLICE_INIT("fooba"),    SLICE_INIT("mzxw6ytb") },
        { BASE32, SLICE_INIT("foobar"),   SLICE_INIT("mzxw6ytboi") },
        { BASE32, SLICE_INIT("\xff\xff\xff\xff\xff"), SLICE_INIT("77777777") },
        { HEX,    { NULL, 0 },            { NULL, 0 } },
        { HEX,    SLICE_INIT("foobar"),   SLICE_INIT("666f6f626172") },
        { HEX,    SLICE_INIT("\0\xff"),   SLICE_INIT("00ff") },
    };

    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct text t = text_in(*state, 64);
        struct slice out;

        encode(&t, vectors[i].codec, vectors[i].octets);
        assert_true(slice_same(text_slice(&t), vectors[i].text));
        assert_true(decode(*state, vectors[i].codec, vectors[i].text, &out));
        assert_true(slice_same(out, vectors[i].octets));
    }
}

static void accepts_other_spellings(void **state)
{
    static const struct { enum codec codec; struct slice text, octets; } vectors[] = {
        { BASE64_FWS, SLICE_INIT(" \r\n\tZ m\r\n 8\t= "), SLICE_INIT("fo") },
        { BASE64_FWS, SLICE_INIT("Zg=\r\n ="), SLICE_INIT("f") },
        { BASE64_FWS, SLICE_INIT(" \t"), { NULL, 0 } },
        { BASE64_FWS, SLICE_INIT("Zm9vYm\r\n\tFyZm9v Zm9vZ g=="), SLICE_INIT("foobarfoofoof") },
        { BASE64_FWS, SLICE_INIT("Zm9v\r\n\tZm9v\r\n"), SLICE_INIT("foofoo") },
        { BASE32, SLICE_INIT("MZXW6YTBOI"), SLICE_INIT("foobar") },
        { HEX, SLICE_INIT("66 6F\t \t6f"), SLICE_INIT("foo") },
    };

    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct slice out;

        assert_true(decode(*state, vectors[i].codec, vectors[i].text, &out));
        assert_true(slice_same(out, vectors[i].octets));
    }
}

static void every_octet_and_length_returns(void **state)
{
    uint8_t octets[256];

    for (unsigned i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(i * 167 + 13);   /* each value once */
    for (size_t len = 0; len <= sizeof octets; len++)
        for (enum codec codec = BASE64; codec <= HEX; codec++) {
            struct text t = text_in(*state, 1024);
            struct slice out;

            encode(&t, codec, slice_of(octets, len));
            assert_true(decode(*state, codec, text_slice(&t), &out));
            assert_true(slice_same(out, slice_of(octets, len)));
            arena_reset(*state);
        }
}

static void only_the_alphabet_is_read(void **state)
{
    unsigned base64 = 0, base32 = 0, hex = 0;

    for (unsigned i = 0; i < 256; i++) {
        uint8_t text[4] = { (uint8_t)i, 'A', 'A', 'A' };
        struct slice out;

        base64 += base64_decode(*state, slice_of(text, 4), false, &out);
        base32 += base32_decode(*state, slice_of(text, 2), &out);
        hex += hex_decode(*state, slice_of(text, 2), &out);
    }
    assert_int_equal(base64, 64);
    assert_int_equal(base32, 32 + 26);
    assert_int_equal(hex, 22);
}

static void no_memory_is_told(void **state)
{
    struct arena *a = arena_new(5);
    struct slice out;

    (void)state;
    assert_true(base64_decode(a, SLICE("Zm9v"), false, &out));
    arena_reset(a);
    for (enum codec codec = BASE64; codec <= HEX; codec++) {
        assert_false(decode(a, codec, SLICE("666666666666"), &out));
        assert_int_equal(out.len, 0);
        assert_true(arena_failed(a));
        arena_reset(a);
    }
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(refuses, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(agrees_both_ways, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(accepts_other_spellings, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(every_octet_and_length_returns, make_arena, drop_arena),
        cmocka_unit_test_setup_teardown(only_the_alphabet_is_read, make_arena, drop_arena),
        cmocka_unit_test(no_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
