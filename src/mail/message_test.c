#include "mail/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"

#define IS(slice, literal) assert_true(slice_same((slice), SLICE(literal)))

static int make_arena(void **state)
{
    *state = arena_new(64u << 20);
    return *state == NULL;
}

static int free_arena(void **state)
{
    arena_free(*state);
    return 0;
}

/* ---- one field ---- */

static const struct field_vector {
    const char *about;
    struct slice raw;
    bool is_field;
    struct slice name, value;
    bool blank, odd, disguised;
} field_vectors[] = {
#define FIELD(about, raw, name, value, blank, odd, disguised) \
    { about, SLICE_INIT(raw), true, SLICE_INIT(name), SLICE_INIT(value), blank, odd, disguised }
#define NONE(about, raw, disguised) { about, SLICE_INIT(raw), false, SLICE_INIT(""), SLICE_INIT(""), false, false, disguised }
    FIELD("plain", "Subject: x", "Subject", " x", false, false, false),
    FIELD("no blank", "Subject:x", "Subject", "x", false, false, false),
    FIELD("empty", "Subject:", "Subject", "", false, false, false),
    FIELD("blank before the colon (4.5.8)", "From \t: x", "From", " x", true, false, false),
    FIELD("fold before the colon", "From\r\n : x", "From", " x", true, false, false),
    FIELD("two folds before the colon", "From\r\n \r\n\t: x", "From", " x", true, false, false),
    FIELD("second colon", "A:b:c", "A", "b:c", false, false, false),
    FIELD("every odd ftext", "!\"#$%&'()*+,-./;<=>?@[\\]^_`{|}~: x", "!\"#$%&'()*+,-./;<=>?@[\\]^_`{|}~", " x", false, false, false),
    FIELD("fold in the value", "A: b\r\n c", "A", " b\r\n c", false, false, false),
    FIELD("fold of blanks only", "A: b\r\n \r\n c", "A", " b\r\n \r\n c", false, false, false),
    FIELD("8-bit value", "A: \xff", "A", " \xff", false, false, false),
    FIELD("NUL in the value", "A: b\0c", "A", " b\0c", false, true, false),
    FIELD("bare CR", "A: b\rc", "A", " b\rc", false, true, false),
    FIELD("bare LF", "A: b\nc", "A", " b\nc", false, true, false),
    FIELD("LF fold", "A: b\n c", "A", " b\n c", false, true, false),
    FIELD("CR CR LF fold", "A: b\r\r\n c", "A", " b\r\r\n c", false, true, false),
    FIELD("CR at the end", "A: b\r", "A", " b\r", false, true, false),
    FIELD("CRLF at the end", "A: b\r\n", "A", " b\r\n", false, true, false),
    FIELD("CRLF and no blank", "A: b\r\nc", "A", " b\r\nc", false, true, false),
    FIELD("From behind a bare CR", "A: b\rFrom: c", "A", " b\rFrom: c", false, true, true),
    FIELD("From behind a bare LF, disguised", "A: b\nF\0rO \x01m\t: c", "A", " b\nF\0rO \x01m\t: c", false, true, true),
    FIELD("From behind a CRLF a milter let through", "A: b\r\nFROM:c", "A", " b\r\nFROM:c", false, true, true),
    FIELD("From behind a fold is text", "A: b\r\n From: c", "A", " b\r\n From: c", false, false, false),
    FIELD("Fromage behind a CR is not From", "A: b\rFromage: c", "A", " b\rFromage: c", false, true, false),
    FIELD("From without colon behind a CR", "A: b\rFrom c", "A", " b\rFrom c", false, true, false),
    FIELD("second try in one line", "A: b\rfrfrom: c", "A", " b\rfrfrom: c", false, true, false),
    FIELD("line end inside the word", "A: b\rfr\nom: c", "A", " b\rfr\nom: c", false, true, true),
    FIELD("new line while reading the word", "A: b\rfr\rfrom: c", "A", " b\rfr\rfrom: c", false, true, true),
    NONE("nothing", "", false),
    NONE("no colon", "Subject x", false),
    NONE("no name", ": x", false),
    NONE("blank first", " A: b", false),
    NONE("blank in the name", "A b: c", false),
    NONE("mbox line", "From a@example.org Thu Jan  1 00:00:00 2026", false),
    NONE("NUL in the name", "A\0: b", false),
    NONE("NUL in From", "Fr\0om: b", true),
    NONE("NUL before From", "\0From: b", true),
    NONE("NUL behind From", "From\0: b", true),
    NONE("blank before From", " From: b", true),
    NONE("tab inside From", "fr\tOM: b", true),
    NONE("bare CR before the colon", "From\r: b", true),
    NONE("LF fold before the colon", "From\n : b", true),
    NONE("zero-width space", "From\xe2\x80\x8b: b", true),
    NONE("8-bit letter is no From", "Fr\xc3\xb6m: b", false),
    NONE("control", "Fro\x7fm: b", true),
    NONE("line before it", "junk\rFrom: b", true),
    NONE("X-From", "\0X-From: b", false),
    NONE("Fro", "\0Fro: b", false),
};

static void splits_fields(void **state)
{
    for (size_t i = 0; i < COUNT_OF(field_vectors); i++) {
        const struct field_vector *v = &field_vectors[i];
        struct message m;
        const struct field *f;

        message_init(&m, *state);
        f = message_add(&m, v->raw);
        if ((f != NULL) != v->is_field || m.malformed == v->is_field || m.disguised_from != v->disguised)
            fail_msg("%s: field %d malformed %d disguised %d", v->about, f != NULL, m.malformed, m.disguised_from);
        if (f == NULL)
            continue;
        if (!slice_same(f->name, v->name) || !slice_same(f->value, v->value) || !slice_same(f->raw, v->raw)
            || f->blank_before_colon != v->blank || f->odd_octets != v->odd)
            fail_msg("%s: name, value, blank %d or odd %d", v->about, f->blank_before_colon, f->odd_octets);
        assert_ptr_not_equal(f->raw.at, v->raw.at);
    }
}

static void takes_name_and_value_apart(void **state)
{
    struct message m;
    const struct field *f;

    message_init(&m, *state);
    f = message_add_parts(&m, SLICE("From "), SLICE(" a@example.org"));
    assert_non_null(f);
    IS(f->raw, "From : a@example.org");
    IS(f->name, "From");
    assert_true(f->blank_before_colon);
    f = message_add_parts(&m, SLICE("A"), SLICE(""));
    IS(f->raw, "A:");
    assert_null(message_add_parts(&m, SLICE(""), SLICE("x")));
    assert_true(m.malformed && !m.disguised_from);
    f = message_add_parts(&m, SLICE("A:b"), SLICE("c"));     /* one tokenizer: the first colon counts */
    IS(f->name, "A");
    assert_null(message_add_parts(&m, SLICE("Fr om"), SLICE("c")));
    assert_true(m.disguised_from);
}

/* ---- finding ---- */

static void finds_from_both_ends(void **state)
{
    struct message m;
    static const char *const names[] = { "A", "b", "a", "B", "A " };

    message_init(&m, *state);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_non_null(message_add_parts(&m, slice_str(names[i]), slice_of(&"12345"[i], 1)));
    assert_int_equal(m.count, 5);
    assert_int_equal(m.octets, 4 * 5 + 6);
    assert_int_equal(message_count(&m, SLICE("a")), 3);
    assert_int_equal(message_count(&m, SLICE("B")), 2);
    assert_int_equal(message_count(&m, SLICE("C")), 0);
    IS(message_field(&m, SLICE("a"), 1)->value, "1");
    IS(message_field(&m, SLICE("A"), 2)->value, "3");
    IS(message_field(&m, SLICE("A"), 3)->value, "5");
    IS(message_field_from_below(&m, SLICE("A"), 1)->value, "5");
    IS(message_field_from_below(&m, SLICE("A"), 3)->value, "1");
    IS(message_field_from_below(&m, SLICE("b"), 2)->value, "2");
    assert_int_equal(message_field(&m, SLICE("A"), 3)->nth, 3);
    assert_int_equal(message_field(&m, SLICE("A"), 3)->index, 4);
    for (unsigned nth = 4; nth != 1; nth = nth == 4 ? 0 : 1) {
        assert_null(message_field(&m, SLICE("A"), nth));
        assert_null(message_field_from_below(&m, SLICE("A"), nth));
    }
    assert_null(message_field(&m, SLICE("C"), 1));
    for (size_t i = 0; i < m.count; i++)
        assert_int_equal(m.fields[i]->index, i);
}

static void an_empty_message_has_nothing(void **state)
{
    struct message m;

    message_init(&m, *state);
    assert_int_equal(message_count(&m, SLICE("From")), 0);
    assert_null(message_field(&m, SLICE("From"), 1));
    assert_null(message_field_from_below(&m, SLICE("From"), 1));
}

/* ---- bounds: n-1, n, n+1 ---- */

static void bounds_fields(void **state)
{
    struct message m;

    message_init(&m, *state);
    for (unsigned i = 0; i < MESSAGE_FIELDS_MAX; i++) {
        assert_non_null(message_add(&m, SLICE("A: b")));
        assert_false(m.overflow);
    }
    assert_null(message_add(&m, SLICE("A: b")));
    assert_true(m.overflow);
    assert_int_equal(m.count, MESSAGE_FIELDS_MAX);
    assert_int_equal(message_field_from_below(&m, SLICE("A"), MESSAGE_FIELDS_MAX)->nth, 1);
}

static void bounds_octets(void **state)
{
    uint8_t *octets = malloc(MESSAGE_HEADER_OCTETS_MAX);

    assert_non_null(octets);
    memset(octets, 'x', MESSAGE_HEADER_OCTETS_MAX);
    octets[1] = ':';
    for (int over = -1; over <= 1; over++) {
        struct message m;
        struct field *f;

        message_init(&m, *state);
        assert_non_null(message_add(&m, SLICE("A: b")));
        f = message_add(&m, slice_of(octets, MESSAGE_HEADER_OCTETS_MAX - 6 - 2 + (unsigned)over));
        assert_int_equal(f == NULL, over > 0);
        assert_int_equal(m.overflow, over > 0);
        f = message_add(&m, SLICE("B:"));
        assert_null(f);
        assert_true(m.overflow);
        message_init(&m, *state);
        f = message_add_parts(&m, SLICE("A"), slice_of(octets, MESSAGE_HEADER_OCTETS_MAX - 4 + (unsigned)over));
        assert_int_equal(f == NULL, over > 0);
        assert_int_equal(m.overflow, over > 0);
    }
    free(octets);
}

static void survives_without_memory(void **state)
{
    (void)state;
    for (size_t cap = 0; cap < 60000; cap += 997) {
        struct arena *a = arena_new(cap);
        struct message m;
        size_t added = 0;

        if (a == NULL)
            continue;
        message_init(&m, a);
        for (unsigned i = 0; i < 100; i++)
            added += message_add(&m, SLICE("Subject: something of some length")) != NULL;
        assert_int_equal(added, m.count);
        assert_int_equal(message_count(&m, SLICE("subject")), m.count);
        assert_int_equal(arena_failed(a), added < 100);
        arena_free(a);
    }
}

/* ---- the splitter ---- */

struct seen {
    struct arena *arena;
    struct message m;
    struct text fields, body;      /* fields: each in [] */
    unsigned ends;
};

static void see_field(void *context, struct slice raw)
{
    struct seen *s = context;

    text_add_octet(&s->fields, '[');
    text_add(&s->fields, raw);
    text_add_octet(&s->fields, ']');
    assert_int_equal(s->ends, 0);
    (void)!message_add(&s->m, raw);
}

static void see_end(void *context)
{
    ((struct seen *)context)->ends++;
}

static void see_body(void *context, struct slice octets)
{
    struct seen *s = context;

    assert_int_equal(s->ends, 1);
    text_add(&s->body, octets);
}

static const struct {
    const char *about;
    bool lf;
    struct slice in, fields, body;
} split_vectors[] = {
#define SPLIT(about, lf, in, fields, body) { about, lf, SLICE_INIT(in), SLICE_INIT(fields), SLICE_INIT(body) }
    SPLIT("plain", false, "A: b\r\nC: d\r\n\r\nbody\r\n", "[A: b][C: d]", "body\r\n"),
    SPLIT("folds", false, "A: b\r\n c\r\n\td\r\nE: f\r\n\r\n", "[A: b\r\n c\r\n\td][E: f]", ""),
    SPLIT("fold of blanks is no empty line", false, "A: b\r\n \r\nC: d\r\n\r\nx", "[A: b\r\n ][C: d]", "x"),
    SPLIT("nothing", false, "", "", ""),
    SPLIT("empty line first", false, "\r\nFrom: a", "", "From: a"),
    SPLIT("no empty line", false, "A: b\r\n", "[A: b]", ""),
    SPLIT("no line end", false, "A: b", "[A: b]", ""),
    SPLIT("ends in CR", false, "A: b\r", "[A: b\r]", ""),
    SPLIT("ends in CR behind a line", false, "A: b\r\n\r", "[A: b][\r]", ""),
    SPLIT("CR CR LF is no empty line", false, "A: b\r\n\r\r\nC: d\r\n\r\n", "[A: b][\r][C: d]", ""),
    SPLIT("CR CR LF ends no line cleanly", false, "A: b\r\r\nC: d\r\n\r\n", "[A: b\r][C: d]", ""),
    SPLIT("bare LF is an octet", false, "A: b\nC: d\n\nx\r\n\r\ny", "[A: b\nC: d\n\nx]", "y"),
    SPLIT("LF first", false, "\nA: b\r\n\r\n", "[\nA: b]", ""),
    SPLIT("LF CR", false, "A: b\n\r\nC: d\r\n\r\n", "[A: b\n][C: d]", ""),
    SPLIT("NUL", false, "A: \0b\r\n\0\r\n\r\n\0", "[A: \0b][\0]", "\0"),
    SPLIT("blank line first", false, " A: b\r\nC: d\r\n\r\n", "[ A: b][C: d]", ""),
    SPLIT("line without colon", false, "junk\r\n more\r\nC: d\r\n\r\n", "[junk\r\n more][C: d]", ""),
    SPLIT("bare CR at a line's start", false, "A: b\r\n\rC: d\r\n\r\n", "[A: b][\rC: d]", ""),
    SPLIT("body keeps everything", false, "A: b\r\n\r\n\n\r\r\n\0\xff", "[A: b]", "\n\r\r\n\0\xff"),
    SPLIT("LF file", true, "A: b\n c\nD: e\n\nx\ny\n", "[A: b\r\n c][D: e]", "x\r\ny\r\n"),
    SPLIT("LF file with CRLF in it", true, "A: b\r\n c\nD: e\r\n\nx\r\ny\n\r\n", "[A: b\r\n c][D: e]", "x\r\ny\r\n\r\n"),
    SPLIT("LF file, CRLF empty line", true, "A: b\n\r\n\nx", "[A: b]", "\r\nx"),
    SPLIT("LF file, bare CR", true, "A: b\rc\n\rd\n\n\r\rx", "[A: b\rc][\rd]", "\r\rx"),
    SPLIT("LF file, empty lines", true, "\n\n\n", "", "\r\n\r\n"),
    SPLIT("LF file, blank line", true, "A: b\n \nC: d", "[A: b\r\n ][C: d]", ""),
};

/* Runs `in` through a splitter in pieces of at most `piece` octets, the first one of `first`. */
static void split(struct seen *s, struct arena *arena, struct slice in, bool lf, size_t first, size_t piece)
{
    struct splitter_sink sink = { see_field, see_end, see_body, s };
    struct splitter *splitter = splitter_new(arena, &sink, lf);

    assert_non_null(splitter);
    *s = (struct seen){ .arena = arena, .fields = text_in(arena, 1u << 23), .body = text_in(arena, 1u << 23) };
    message_init(&s->m, arena);
    splitter_push(splitter, slice_first(in, first));
    for (size_t at = first; at < in.len; at += piece)
        splitter_push(splitter, slice_first(slice_from(in, at), piece));
    splitter_end(splitter);
    splitter_end(splitter);
    assert_int_equal(s->ends, 1);
    assert_false(splitter_failed(splitter));
}

static void splits_streams_cut_anywhere(void **state)
{
    for (size_t i = 0; i < COUNT_OF(split_vectors); i++) {
        struct slice in = split_vectors[i].in;

        for (size_t first = 0; first <= in.len; first++)
            for (size_t piece = 1; piece <= in.len + 2; piece += in.len + 1) {
                struct seen s;

                split(&s, *state, in, split_vectors[i].lf, first, piece);
                if (!slice_same(text_slice(&s.fields), split_vectors[i].fields) || !slice_same(text_slice(&s.body), split_vectors[i].body))
                    fail_msg("%s, cut at %zu", split_vectors[i].about, first);
            }
        arena_reset(*state);
    }
}

static void an_endless_field_overflows(void **state)
{
    size_t len = 2 * (size_t)MESSAGE_HEADER_OCTETS_MAX;
    char *octets = malloc(len);
    struct seen s;

    assert_non_null(octets);
    memset(octets, 'x', len);
    memcpy(octets, "A:", 2);
    memcpy(octets + len - 12, "\r\nB: c\r\n\r\nyz", 12);
    split(&s, *state, slice_of(octets, len), false, 100, 65536);
    assert_true(s.m.overflow);
    assert_int_equal(s.fields.len, 1 + MESSAGE_HEADER_OCTETS_MAX + 1 + 1 + 6);
    IS(text_slice(&s.body), "yz");
    free(octets);
}

/* T06: NUL, bare CR, bare LF and CR CR LF at every place of a header leave a mark on a field or on the message. */
static void odd_octets_never_pass_unseen(void **state)
{
    static const struct slice header = SLICE_INIT("From: a@example.org\r\nSubject: b\r\n c\r\nTo : d\r\n\r\n");
    static const struct slice odd[] = { SLICE_INIT("\0"), SLICE_INIT("\r"), SLICE_INIT("\n"), SLICE_INIT("\r\r"), SLICE_INIT("\n\n"), SLICE_INIT("\r\r\n") };

    for (size_t i = 0; i < COUNT_OF(odd); i++)
        for (size_t at = 0; at < header.len; at++) {
            struct text t = text_in(*state, 200);
            struct seen s;
            bool marked = false;

            text_add(&t, slice_first(header, at));
            text_add(&t, odd[i]);
            text_add(&t, slice_from(header, at));
            if (slice_starts(text_slice(&t), header))
                continue;                      /* it stands in the body */
            split(&s, *state, text_slice(&t), false, 0, 7);
            for (size_t k = 0; k < s.m.count; k++)
                marked = marked || s.m.fields[k]->odd_octets;
            if (!marked && !s.m.malformed)
                fail_msg("odd %zu at %zu: %.*s", i, at, (int)s.fields.len, (const char *)s.fields.at);
            arena_reset(*state);
        }
}

/* threats.md T19: what one field costs does not grow with the fields before it. Work is counted, not timed. */
static void many_junk_lines_cost_nothing(void **state)
{
    size_t lines = 200000;
    char *octets = malloc(3 * lines);
    struct seen s;

    assert_non_null(octets);
    for (size_t i = 0; i < lines; i++)
        memcpy(octets + 3 * i, "x\r\n", 3);
    split(&s, *state, slice_of(octets, 3 * lines), false, 0, 4096);
    assert_int_equal(s.m.count, 0);
    assert_true(s.m.malformed);
    free(octets);
}

static void unfolds(void **state)
{
    static const struct { struct slice raw, shown; } vectors[] = {
        { SLICE_INIT("A: b"), SLICE_INIT("b") },
        { SLICE_INIT("A:\r\n b\r\n\tc \r\n "), SLICE_INIT("b\tc") },
        { SLICE_INIT("A: b\r\n \r\n  c"), SLICE_INIT("b   c") },
        { SLICE_INIT("A: b\rc\nd"), SLICE_INIT("b\rc\nd") },
        { SLICE_INIT("A: \r\n "), SLICE_INIT("") },
        { SLICE_INIT("A:"), SLICE_INIT("") },
    };

    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct message m;

        message_init(&m, *state);
        assert_true(slice_same(field_unfolded(*state, message_add(&m, vectors[i].raw)), vectors[i].shown));
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(splits_fields, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(takes_name_and_value_apart, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(finds_from_both_ends, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(an_empty_message_has_nothing, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(bounds_fields, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(bounds_octets, make_arena, free_arena),
        cmocka_unit_test(survives_without_memory),
        cmocka_unit_test_setup_teardown(splits_streams_cut_anywhere, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(odd_octets_never_pass_unseen, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(an_endless_field_overflows, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(many_junk_lines_cost_nothing, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(unfolds, make_arena, free_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
