/* milter_wire_test.c: frames cut at every octet, refusals first; what is written can be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "frontend/milter/milter_wire.h"

static const char *decode_error(struct slice octets)
{
    struct buffers b = { .count = 0 };
    struct milter_decoder d = { .buffers = &b };
    struct milter_frame f;
    static const char *bad;
    while (milter_next(&d, &octets, &f))
        ;
    bad = d.bad;
    milter_decoder_clear(&d);
    buffers_free(&b);
    return bad;
}

static void test_lengths(void **state)
{
    (void)state;
    static const struct { struct slice octets; bool good; } vectors[] = {
        { { (const uint8_t *)"\0\0\0\0Q", 5 }, false }, { { (const uint8_t *)"\200\0\0\0Q", 5 }, false },
        { { (const uint8_t *)"\377\377\377\377Q", 5 }, false }, { { (const uint8_t *)"\0\20\0\1L", 5 }, false },
        { { (const uint8_t *)"\0\20\0\1B", 5 }, false }, { { (const uint8_t *)"\0\20\0\0L", 5 }, true },
        { { (const uint8_t *)"\0\20\0\0B", 5 }, true }, { { (const uint8_t *)"\0\0\0\1Q", 5 }, true },
        { { (const uint8_t *)"\0\0\0\1Q\0\0\0\0Q", 10 }, false },
    };
    for (size_t i = 0; i < COUNT_OF(vectors); i++)
        if (!decode_error(vectors[i].octets) != vectors[i].good)
            fail_msg("%zu", i);
}

/* What was decoded, pieces of a body put together: command and data of each frame. */
static void decode_in_pieces(struct slice octets, size_t first, size_t step, uint8_t *out, size_t *len)
{
    struct buffers b = { .count = 0 };
    struct milter_decoder d = { .buffers = &b };
    struct milter_frame f;
    bool begun = false;
    *len = 0;
    for (size_t at = 0; at < octets.len;) {
        struct slice piece = slice_first(slice_from(octets, at), at == 0 ? first : step);
        at += piece.len;
        uint8_t *copy = malloc(piece.len ? piece.len : 1);      /* its own block, so that reading beyond is seen */
        memcpy(copy, piece.at, piece.len);
        struct slice rest = slice_of(copy, piece.len);
        while (milter_next(&d, &rest, &f)) {
            if (!begun)
                out[(*len)++] = f.command;
            memcpy(out + *len, f.data.at, f.data.len);
            *len += f.data.len;
            begun = !f.last;
            if (f.last)
                out[(*len)++] = '|';
        }
        free(copy);
        assert_null(d.bad);
        assert_int_equal(rest.len, 0);
    }
    assert_false(milter_in_frame(&d));
    milter_decoder_clear(&d);
    buffers_free(&b);
}

static void test_every_cut(void **state)
{
    (void)state;
    static const char octets[] = "\0\0\0\15Oaaaabbbbcccc\0\0\0\1N\0\0\0\10Bbody12\n\0\0\0\1B\0\0\0\3Exy\0\0\0\1E\0\0\0\5Ln\0v\0\0\0\0\1Q";
    static const char expected[] = "Oaaaabbbbcccc|N|Bbody12\n|B|Exy|E|Ln\0v\0|Q|";
    struct slice all = slice_of(octets, sizeof octets - 1);
    uint8_t out[128];
    size_t len;
    for (size_t first = 1; first <= all.len; first++)
        for (size_t step = 1; step < 7; step++) {
            decode_in_pieces(all, first, step, out, &len);
            assert_int_equal(len, sizeof expected - 1);
            assert_memory_equal(out, expected, len);
        }
}

static void test_collected_bound(void **state)
{
    (void)state;
    struct buffers b = { .count = 0 };
    struct milter_decoder d = { .buffers = &b };
    struct milter_frame f;
    static uint8_t big[MILTER_FRAME_MAX + 4] = { 0, 0x10, 0, 0, 'L' };
    size_t frames = 0;
    while (!d.bad && frames < 100) {
        struct slice rest = slice_of(big, sizeof big);
        frames += milter_next(&d, &rest, &f);
    }
    assert_true(frames >= 63 && frames <= 64);
    milter_decoder_clear(&d);
    big[4] = 'B';                                     /* bodies are streamed: no bound */
    for (frames = 0; frames < 80; frames++) {
        struct slice rest = slice_of(big, sizeof big);
        while (milter_next(&d, &rest, &f))
            ;
        assert_null(d.bad);
    }
    milter_decoder_clear(&d);
    buffers_free(&b);
}

static void test_connection(void **state)
{
    (void)state;
    static const struct { struct slice data; bool good; uint8_t family; unsigned port; const char *ip; } vectors[] = {
        { { NULL, 0 }, false, 0, 0, "" }, { SLICE_INIT("host"), false, 0, 0, "" }, { SLICE_INIT("host\0"), false, 0, 0, "" },
        { SLICE_INIT("host\0X"), false, 0, 0, "" }, { SLICE_INIT("host\0" "4"), false, 0, 0, "" }, { SLICE_INIT("host\0" "4\0"), false, 0, 0, "" },
        { SLICE_INIT("host\0" "4\0\31" "192.0.2.1"), false, 0, 0, "" },
        { SLICE_INIT("host\0" "4\0\31" "192.0.2.1\0"), true, '4', 25, "192.0.2.1" },
        { SLICE_INIT("host\0" "4\0\31" "192.0.2.256\0"), true, '4', 25, "" },
        { SLICE_INIT("host\0" "4\0\31" "2001:db8::1\0"), true, '4', 25, "" },
        { SLICE_INIT("host\0" "6\0\31" "2001:db8::1\0"), true, '6', 25, "2001:db8::1" },
        { SLICE_INIT("host\0" "6\0\31" "IPv6:2001:db8::1\0"), true, '6', 25, "2001:db8::1" },
        { SLICE_INIT("host\0" "6\0\31" "::ffff:192.0.2.1\0"), true, '6', 25, "192.0.2.1" },
        { SLICE_INIT("host\0" "L\0\0" "/path\0"), true, 'L', 0, "" },
        { SLICE_INIT("unknown\0U"), true, 'U', 0, "" },
    };
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct milter_connection c;
        char room[64];
        struct text t = text_fixed(room, sizeof room);
        if (milter_read_connection(vectors[i].data, &c) != vectors[i].good)
            fail_msg("%zu", i);
        if (!vectors[i].good)
            continue;
        text_add_ip(&t, &c.ip);
        assert_int_equal(c.family, vectors[i].family);
        assert_int_equal(c.port, vectors[i].port);
        assert_true(slice_same(text_slice(&t), slice_str(vectors[i].ip)));
    }
}

static void test_macros(void **state)
{
    (void)state;
    struct milter_strings m;
    uint8_t command;
    assert_false(milter_read_macros((struct slice){ 0 }, &command, &m));
    assert_false(milter_read_macros(SLICE("Mi\0queue"), &command, &m));                       /* no NUL at the end */
    assert_true(milter_read_macros(SLICE("M"), &command, &m));
    assert_int_equal(m.count, 0);
    assert_true(milter_read_macros(SLICE("Mi\0A1\0{auth_authen}\0alice\0auth_type\0\0odd\0"), &command, &m));
    assert_int_equal(command, 'M');
    assert_int_equal(m.count, 6);
    assert_true(slice_same(milter_macro(&m, SLICE("i")), SLICE("A1")));
    assert_true(slice_same(milter_macro(&m, SLICE("auth_authen")), SLICE("alice")));
    assert_int_equal(milter_macro(&m, SLICE("auth_type")).len, 0);
    assert_int_equal(milter_macro(&m, SLICE("odd")).len, 0);
    assert_int_equal(milter_macro(&m, SLICE("A1")).len, 0);                               /* a value is no name */
    char many[1 + 200 * 4];
    many[0] = 'C';
    for (size_t i = 0; i < 200; i++)
        memcpy(many + 1 + i * 4, "x\0y", 4);
    assert_true(milter_read_macros(slice_of(many, sizeof many), &command, &m));
    assert_int_equal(m.count, MILTER_STRINGS_MAX);
}

static void test_header(void **state)
{
    (void)state;
    struct slice name, value;
    assert_false(milter_read_header((struct slice){ 0 }, &name, &value));
    assert_false(milter_read_header(SLICE("name\0"), &name, &value));
    assert_false(milter_read_header(SLICE("name\0value"), &name, &value));
    assert_false(milter_read_header(SLICE("\0value\0"), &name, &value));
    assert_false(milter_read_header(SLICE("name\0value\0more\0"), &name, &value));
    assert_true(milter_read_header(SLICE("name\0\0"), &name, &value));
    assert_true(milter_read_header(SLICE("name\0 a\n b\0"), &name, &value));
    assert_true(slice_same(value, SLICE(" a\n b")));
}

/* One frame's data, and that nothing follows it. */
static struct slice only_frame(struct buffer *out, uint8_t answer)
{
    static struct buffers b;
    struct milter_decoder d = { .buffers = &b };
    struct milter_frame f;
    struct slice octets = buffer_slice(out);
    assert_true(milter_next(&d, &octets, &f));
    assert_int_equal(octets.len, 0);
    assert_int_equal(f.command, answer);
    return f.data;
}

static void test_answers(void **state)
{
    (void)state;
    struct buffers b = { .count = 0 };
    struct buffer out = { .len = 0 };
    static const struct milter_macro_list lists[] = { { 0, "j" }, { 5, "i {x}" } };
    assert_true(milter_put_insert(&b, &out, 0, SLICE("A-R"), SLICE(" x;\r\n\ty\r\n")));
    assert_true(slice_same(only_frame(&out, 'i'), SLICE("\0\0\0\0A-R\0 x;\n\ty\n\0")));
    buffer_clear(&b, &out);
    assert_true(milter_put_delete(&b, &out, 258, SLICE("A-R")));
    assert_true(slice_same(only_frame(&out, 'm'), SLICE("\0\0\1\2A-R\0\0")));
    buffer_clear(&b, &out);
    assert_true(milter_put_hold(&b, &out, SLICE("why")));
    assert_true(slice_same(only_frame(&out, 'q'), SLICE("why\0")));
    buffer_clear(&b, &out);
    assert_true(milter_put_negotiation(&b, &out, &(struct milter_negotiation){ 6, 0x111, 0x80 }, lists, 2));
    assert_true(slice_same(only_frame(&out, 'O'), SLICE("\0\0\0\6\0\0\1\21\0\0\0\200\0\0\0\0j\0\0\0\0\5i {x}\0")));
    buffer_clear(&b, &out);
    buffers_free(&b);
}

static const char *reply(const char *text)
{
    static char shown[16384];
    struct buffers b = { .count = 0 };
    struct buffer out = { .len = 0 };
    assert_true(milter_put_reply(&b, &out, 550, SLICE("5.7.1"), slice_str(text)));
    struct slice data = only_frame(&out, 'y');
    assert_true(data.len < sizeof shown);
    memcpy(shown, data.at, data.len);
    assert_int_equal(data.at[data.len - 1], 0);
    assert_int_equal(strlen(shown), data.len - 1);
    buffer_clear(&b, &out);
    buffers_free(&b);
    return shown;
}

static void test_replies(void **state)
{
    (void)state;
    char text[5001];
    assert_string_equal(reply("words"), "550 5.7.1 words");
    assert_string_equal(reply(""), "550 5.7.1 ");
    assert_string_equal(reply("a\r\n250 ok\xc3\xa9\x7f"), "550 5.7.1 a??250 ok???");
    assert_string_equal(reply("100%s of 5%"), "550 5.7.1 100%%s of 5%%");
    /* Long text breaks at a blank, or where it must; each line has the code, the last without "-". */
    memset(text, 'w', 400);
    text[400] = '\0';
    assert_null(strchr(reply(text), '\r'));
    memset(text, 'w', 401);
    text[401] = '\0';
    const char *said = reply(text);
    assert_memory_equal(said, "550-5.7.1 www", 13);
    assert_string_equal(strchr(said, '\r'), "\r\n550 5.7.1 w");
    text[300] = ' ';
    assert_int_equal(strchr(reply(text), '\r') - reply(text), 10 + 300);
    memset(text, 'y', 5000);
    text[5000] = '\0';
    said = reply(text);
    unsigned lines = 1;
    for (const char *c = said; (c = strstr(c, "\r\n")); c += 2, lines++)
        assert_memory_equal(c + 2, "550", 3);
    assert_int_equal(lines, 10);                      /* 4000 octets are said */
}

static void test_buffers(void **state)
{
    (void)state;
    struct buffers b = { .count = 0 };
    struct buffer f = { .len = 0 };
    static uint8_t big[3 * BUFFER_OCTETS];
    assert_true(buffer_add(&b, &f, SLICE("abc")));
    buffer_use(&b, &f, 1);
    assert_true(slice_same(buffer_slice(&f), SLICE("bc")));
    assert_true(buffer_add(&b, &f, slice_of(big, BUFFER_OCTETS - 2)));      /* fits once the front moves */
    assert_int_equal(f.room, BUFFER_OCTETS);
    assert_true(slice_same(slice_first(buffer_slice(&f), 2), SLICE("bc")));
    assert_true(buffer_add(&b, &f, slice_of(big, 1)));                      /* not any more */
    assert_true(f.room > BUFFER_OCTETS);
    assert_int_equal(b.count, 1);
    buffer_use(&b, &f, buffer_slice(&f).len);
    assert_null(f.at);
    for (unsigned i = 0; i < BUFFERS_KEPT + 3; i++) {
        struct buffer one[2] = { { .len = 0 }, { .len = 0 } };
        assert_true(buffer_reserve(&b, &one[0], 1) && buffer_reserve(&b, &one[1], sizeof big));
        buffer_clear(&b, &one[0]);
        buffer_clear(&b, &one[1]);
    }
    assert_int_equal(b.count, 1);
    buffers_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths), cmocka_unit_test(test_every_cut), cmocka_unit_test(test_collected_bound),
        cmocka_unit_test(test_connection), cmocka_unit_test(test_macros), cmocka_unit_test(test_header), cmocka_unit_test(test_answers),
        cmocka_unit_test(test_replies), cmocka_unit_test(test_buffers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
