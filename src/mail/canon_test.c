#include "mail/canon.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "base/rounds_test.h"
#include "mail/canon_scan.h"

struct output { uint8_t at[1 << 16]; size_t len; };

static void collect(void *context, struct slice octets)
{
    struct output *o = context;

    assert_true(octets.len > 0 && octets.len <= sizeof o->at - o->len);
    memcpy(o->at + o->len, octets.at, octets.len);
    o->len += octets.len;
}

static struct slice collected(const struct output *o)
{
    return slice_of(o->at, o->len);
}

static struct output *out(void)
{
    static struct output o;

    o.len = 0;
    return &o;
}

/* ---- fields ---- */

static const struct { const char *about; struct slice raw, relaxed, nofws; } field_vectors[] = {
#define FIELD(about, raw, relaxed, nofws) { about, SLICE_INIT(raw), SLICE_INIT(relaxed), SLICE_INIT(nofws) }
    FIELD("RFC 6376 3.4.5, first", "A: X", "a:X", "A:X"),
    FIELD("RFC 6376 3.4.5, second", "B : Y\t\r\n\tZ  ", "b:Y Z", "B:YZ"),
    FIELD("blanks behind bare CRs", "A: b\r c\r  d\r\t\re\r\r\n f", "a:b\r c\r d\r \re\r f", "A:bcdef"),
    FIELD("empty", "A:", "a:", "A:"),
    FIELD("blanks only", "A: \t \r\n ", "a:", "A:"),
    FIELD("first line empty behind the colon", "Subject:\r\n text", "subject:text", "Subject:text"),
    FIELD("fold leaves exactly one blank", "To: <a@example.org>,\r\n\t <b@example.org>", "to:<a@example.org>, <b@example.org>", "To:<a@example.org>,<b@example.org>"),
    FIELD("no blank is invented", "To: a@example.org,b@example.org", "to:a@example.org,b@example.org", "To:a@example.org,b@example.org"),
    FIELD("continuation of blanks only", "A: b\r\n \t\r\n c", "a:b c", "A:bc"),
    FIELD("trailing folds", "A: b \r\n \r\n\t", "a:b", "A:b"),
    FIELD("fold before the colon", "A\r\n : b", "a:b", "A:b"),
    FIELD("colons", "A:b:c", "a:b:c", "A:b:c"),
    FIELD("only SP and TAB are blanks", "A: \v\f\xa0 x \xc2\xa0", "a:\v\f\xa0 x \xc2\xa0", "A:\v\f\xa0x\xc2\xa0"),
    FIELD("bare CR and LF stay", "A: b\r c\nd \r", "a:b\r c\nd \r", "A:bcd"),
    FIELD("CRLF without blank stays", "A: b\r\nc\r\n", "a:b\r\nc\r\n", "A:bc"),
    FIELD("CR before a fold stays", "A: b\r\r\n c", "a:b\r c", "A:bc"),
    FIELD("LF fold is no fold", "A: b\n c", "a:b\n c", "A:bc"),
    FIELD("NUL", "A: b\0 \0c", "a:b\0 \0c", "A:b\0\0c"),
    FIELD("case of the value stays", "AbC: DeF", "abc:DeF", "AbC:DeF"),
};

static void canonicalises_fields(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(field_vectors); i++) {
        struct output *o = out();

        canon_field(CANON_RELAXED, field_vectors[i].raw, collect, o);
        if (!slice_same(collected(o), field_vectors[i].relaxed))
            fail_msg("%s: \"%.*s\"", field_vectors[i].about, (int)o->len, (const char *)o->at);
        o = out();
        canon_field(CANON_DOMAINKEYS_NOFWS, field_vectors[i].raw, collect, o);
        if (!slice_same(collected(o), field_vectors[i].nofws))
            fail_msg("%s, nofws: \"%.*s\"", field_vectors[i].about, (int)o->len, (const char *)o->at);
        o = out();
        canon_field(CANON_SIMPLE, field_vectors[i].raw, collect, o);
        assert_true(slice_same(collected(o), field_vectors[i].raw));
        o = out();
        canon_field(CANON_DOMAINKEYS_SIMPLE, field_vectors[i].raw, collect, o);
        assert_true(slice_same(collected(o), field_vectors[i].raw));
    }
}

/* Step by step as RFC 6376 3.4.2 lists them; the raw field has a colon behind its name. */
static size_t field_by_the_book(struct slice raw, uint8_t *to)
{
    size_t len = 0, colon = slice_find(raw, ':'), value;
    uint8_t unfolded[64];
    size_t unfolded_len = 0, unfolded_colon = 0;

    for (size_t i = 0; i < raw.len; i++) {
        if (i == colon)
            unfolded_colon = unfolded_len;
        if (i + 2 < raw.len && raw.at[i] == '\r' && raw.at[i + 1] == '\n' && is_wsp(raw.at[i + 2]))
            i++;
        else
            unfolded[unfolded_len++] = i < colon ? to_lower(raw.at[i]) : raw.at[i];
    }
    for (size_t i = 0; i < unfolded_len; i++)
        if (!is_wsp(unfolded[i]))
            to[len++] = unfolded[i];
        else if (i > unfolded_colon && len > 0 && to[len - 1] != ' ')
            to[len++] = ' ';
    while (len > 0 && to[len - 1] == ' ')
        len--;
    value = slice_find(slice_of(to, len), ':') + 1;
    if (value < len && to[value] == ' ')
        memmove(to + value, to + value + 1, --len - value);
    return len;
}

/* The canonical form of what is left is the form of a field written without the hole, and the book's. */
static void leaves_out_a_hole_anywhere(void **state)
{
    static const char alphabet[] = " \t\r\n:Ab=;";
    unsigned seed = 1;

    (void)state;
    for (unsigned round = 0; round < test_rounds(20000); round++) {
        char raw[24] = "B:", rest[24];
        struct output with_hole, without;
        size_t len = 2, start, end;

        for (; len < sizeof raw; len++)
            raw[len] = alphabet[(size_t)rand_r(&seed) % (sizeof alphabet - 1)];
        start = 2 + (size_t)rand_r(&seed) % (len - 1);
        end = start + (size_t)rand_r(&seed) % (len - start + 1);
        memcpy(rest, raw, start);
        memcpy(rest + start, raw + end, len - end);
        for (enum canon form = CANON_SIMPLE; form < CANON_FORMS; form++) {
            with_hole.len = without.len = 0;
            canon_field_without(form, slice_of(raw, len), slice_of(raw + start, end - start), collect, &with_hole);
            canon_field(form, slice_of(rest, start + len - end), collect, &without);
            assert_true(slice_same(collected(&with_hole), collected(&without)));
        }
        without.len = 0;
        canon_field(CANON_RELAXED, slice_of(rest, start + len - end), collect, &without);
        uint8_t book[64];
        assert_true(slice_same(collected(&without), slice_of(book, field_by_the_book(slice_of(rest, start + len - end), book))));
    }
}

/* Long values: pieces are longer than what is gathered at once. */
static void strips_long_fields(void **state)
{
    static uint8_t in[3000], book[3000];
    unsigned seed = 3;

    (void)state;
    for (unsigned round = 0; round < 500; round++) {
        size_t len = (size_t)rand_r(&seed) % sizeof in, kept = 0;
        unsigned one_in = 2 + (unsigned)rand_r(&seed) % 400;
        struct output *o = out();

        for (size_t i = 0; i < len; i++) {
            in[i] = (unsigned)rand_r(&seed) % one_in ? 'x' : (uint8_t)" \t\r\n"[rand_r(&seed) % 4];
            if (in[i] == 'x')
                book[kept++] = 'x';
        }
        canon_field(CANON_DOMAINKEYS_NOFWS, slice_of(in, len), collect, o);
        assert_true(slice_same(collected(o), slice_of(book, kept)));
    }
}

/* Fields and bodies of each length end where their block ends: the sanitizer sees a read behind it. */
static void reads_nothing_behind_the_end(void **state)
{
    enum { MOST = 600 };
    uint8_t *in = malloc(MOST);

    (void)state;
    assert_non_null(in);
    memset(in, 'x', MOST);
    for (size_t len = 0; len <= MOST; len++)
        for (enum canon form = CANON_SIMPLE; form < CANON_FORMS; form++) {
            struct slice end = slice_of(in + MOST - len, len);
            struct body_canon b;
            struct output *o = out();

            canon_field(form, end, collect, o);
            o->len = 0;
            body_canon_begin(&b, form, collect, o);
            body_canon_push(&b, end);
            body_canon_end(&b);
            assert_int_equal(b.out_octets, o->len);
        }
    free(in);
}

/* ---- bodies: the rules of RFC 6376 and 4870 one octet at a time, on the whole body ---- */

/* Line by line: blanks at the end go, other runs become one SP, empty lines at the end go. */
static size_t relaxed_by_the_book(struct slice in, uint8_t *to)
{
    size_t len = 0, keep = 0;

    for (size_t i = 0; i < in.len;) {
        bool ends = false;
        size_t start = len;

        while (i < in.len && !ends) {
            uint8_t octet = in.at[i++];

            if (octet == '\r' && i < in.len && in.at[i] == '\n') {
                i++;
                ends = true;
            } else if (is_wsp(octet)) {
                if (len == start || to[len - 1] != ' ')
                    to[len++] = ' ';
            } else {
                to[len++] = octet;
            }
        }
        if (len > start && to[len - 1] == ' ')
            len--;
        bool empty = len == start;
        to[len++] = '\r';
        to[len++] = '\n';
        if (!empty)
            keep = len;
    }
    return keep;
}

static size_t simple_by_the_book(struct slice in, uint8_t *to)
{
    size_t len = in.len;

    while (len >= 2 && in.at[len - 2] == '\r' && in.at[len - 1] == '\n')
        len -= 2;
    if (len > 0)
        memcpy(to, in.at, len);
    to[len++] = '\r';
    to[len++] = '\n';
    return len;
}

/* RFC 4870 3.4.2.1 and 3.4.2.2, with the line between header and body as the first. */
static size_t domainkeys_by_the_book(struct slice in, bool nofws, uint8_t *to)
{
    size_t len = 0, keep = 0;
    bool separator = true;

    for (size_t i = 0; i < in.len || separator; separator = false) {
        bool ends = separator;
        size_t start = len;

        while (i < in.len && !ends) {
            uint8_t octet = in.at[i++];

            if (octet == '\r' && i < in.len && in.at[i] == '\n') {
                i++;
                ends = true;
            } else if (!nofws || (!is_wsp(octet) && octet != '\r' && octet != '\n')) {
                to[len++] = octet;
            }
        }
        bool empty = len == start;
        to[len++] = '\r';
        to[len++] = '\n';
        if (!empty)
            keep = len;
    }
    return keep;
}

static struct slice by_the_book(enum canon form, struct slice in, uint8_t *to)
{
    size_t len = 0;

    switch (form) {
    case CANON_SIMPLE: len = simple_by_the_book(in, to); break;
    case CANON_RELAXED: len = relaxed_by_the_book(in, to); break;
    case CANON_DOMAINKEYS_SIMPLE: len = domainkeys_by_the_book(in, false, to); break;
    case CANON_DOMAINKEYS_NOFWS: len = domainkeys_by_the_book(in, true, to); break;
    }
    return slice_of(to, len);
}

static void push_in_two(enum canon form, struct slice in, size_t cut, struct output *o)
{
    struct body_canon b;

    body_canon_begin(&b, form, collect, o);
    body_canon_push(&b, slice_first(in, cut));
    body_canon_push(&b, slice_from(in, cut));
    body_canon_end(&b);
    assert_int_equal(b.out_octets, o->len);
}

static void push_in_pieces(enum canon form, struct slice in, size_t piece, struct output *o)
{
    struct body_canon b;

    body_canon_begin(&b, form, collect, o);
    for (size_t at = 0; at < in.len; at += piece)
        body_canon_push(&b, slice_first(slice_from(in, at), piece));
    body_canon_end(&b);
    assert_int_equal(b.out_octets, o->len);
}

/* of_forms: DomainKeys' two begin with the separating line. */
static const struct { const char *about; struct slice in, of_forms[CANON_FORMS]; } body_vectors[] = {
#define BODY(about, in, simple, relaxed, domainkeys_simple, nofws) \
    { about, SLICE_INIT(in), { SLICE_INIT(simple), SLICE_INIT(relaxed), SLICE_INIT(domainkeys_simple), SLICE_INIT(nofws) } }
    BODY("RFC 6376 3.4.5", " C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n", "\r\n C \r\nD \t E\r\n", "\r\nC\r\nDE\r\n"),
    BODY("empty", "", "\r\n", "", "", ""),
    BODY("one empty line", "\r\n", "\r\n", "", "", ""),
    BODY("empty lines", "\r\n\r\n\r\n", "\r\n", "", "", ""),
    BODY("no final CRLF", "a", "a\r\n", "a\r\n", "\r\na\r\n", "\r\na\r\n"),
    BODY("final CR", "a\r", "a\r\r\n", "a\r\r\n", "\r\na\r\r\n", "\r\na\r\n"),
    BODY("final CR CR LF", "a\r\r\n", "a\r\r\n", "a\r\r\n", "\r\na\r\r\n", "\r\na\r\n"),
    BODY("blank lines at the end", "a\r\n \t\r\n\r\n", "a\r\n \t\r\n", "a\r\n", "\r\na\r\n \t\r\n", "\r\na\r\n"),
    BODY("blanks only", " \t ", " \t \r\n", "", "\r\n \t \r\n", ""),
    BODY("blanks only and CRLF", " \r\n", " \r\n", "", "\r\n \r\n", ""),
    BODY("blank run at a line's start", "\t \ta\r\n", "\t \ta\r\n", " a\r\n", "\r\n\t \ta\r\n", "\r\na\r\n"),
    BODY("empty lines first", "\r\n\r\na\r\n", "\r\n\r\na\r\n", "\r\n\r\na\r\n", "\r\n\r\n\r\na\r\n", "\r\n\r\n\r\na\r\n"),
    BODY("blank lines in the middle", "a\r\n \r\n\t\r\nb", "a\r\n \r\n\t\r\nb\r\n", "a\r\n\r\n\r\nb\r\n", "\r\na\r\n \r\n\t\r\nb\r\n", "\r\na\r\n\r\n\r\nb\r\n"),
    BODY("bare LF is an octet", "a \n\n \nb\n\n", "a \n\n \nb\n\n\r\n", "a \n\n \nb\n\n\r\n", "\r\na \n\n \nb\n\n\r\n", "\r\nab\r\n"),
    BODY("bare CR is an octet", "a \r b\r\r", "a \r b\r\r\r\n", "a \r b\r\r\r\n", "\r\na \r b\r\r\r\n", "\r\nab\r\n"),
    BODY("blank, CR, blank, CRLF", " \r \r\n", " \r \r\n", " \r\r\n", "\r\n \r \r\n", ""),
    BODY("LF CR LF", "a\n\r\n\r\n", "a\n\r\n", "a\n\r\n", "\r\na\n\r\n", "\r\na\r\n"),
    BODY("NUL and 8-bit", "\0 \xff\t\r\n", "\0 \xff\t\r\n", "\0 \xff\r\n", "\r\n\0 \xff\t\r\n", "\r\n\0\xff\r\n"),
    BODY("a line of blanks and CRs", "a\r\n \r\t\r\r\n", "a\r\n \r\t\r\r\n", "a\r\n \r \r\r\n", "\r\na\r\n \r\t\r\r\n", "\r\na\r\n"),
    BODY("CR, blank, LF end no line", "a\r \nb", "a\r \nb\r\n", "a\r \nb\r\n", "\r\na\r \nb\r\n", "\r\nab\r\n"),
    BODY("dots are not unstuffed", "..\r\n.\r\n", "..\r\n.\r\n", "..\r\n.\r\n", "\r\n..\r\n.\r\n", "\r\n..\r\n.\r\n"),
};

static void canonicalises_bodies_cut_at_every_octet(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(body_vectors); i++)
        for (size_t cut = 0; cut <= body_vectors[i].in.len; cut++)
            for (enum canon form = CANON_SIMPLE; form < CANON_FORMS; form++) {
                struct output *o = out();

                push_in_two(form, body_vectors[i].in, cut, o);
                if (!slice_same(collected(o), body_vectors[i].of_forms[form]))
                    fail_msg("%s, form %d, cut at %zu: \"%.*s\"", body_vectors[i].about, (int)form, cut, (int)o->len, (const char *)o->at);
            }
}

/* Every body of up to 7 octets of the alphabet that matters, in two pieces and octet by octet. */
static void agrees_with_the_book_on_all_short_bodies(void **state)
{
    static const uint8_t alphabet[] = { ' ', '\t', '\r', '\n', 'x' };
    uint8_t in[7], book[32];

    (void)state;
    for (unsigned len = 0; len <= sizeof in; len++) {
        unsigned count = 1;

        for (unsigned i = 0; i < len; i++)
            count *= COUNT_OF(alphabet);
        for (unsigned n = 0; n < count; n++) {
            struct slice body = slice_of(in, len);

            for (unsigned i = 0, rest = n; i < len; i++, rest /= COUNT_OF(alphabet))
                in[i] = alphabet[rest % COUNT_OF(alphabet)];
            for (enum canon form = CANON_SIMPLE; form < CANON_FORMS; form++) {
                struct slice expected = by_the_book(form, body, book);

                for (size_t piece = 1; piece <= 3; piece++) {
                    struct output *o = out();

                    push_in_pieces(form, body, piece, o);
                    assert_true(slice_same(collected(o), expected));
                }
            }
        }
    }
}

/* ---- long random bodies; where blanks are rare the fast loop runs far ---- */

static size_t random_body(uint8_t *to, size_t most, unsigned *seed)
{
    size_t len = (size_t)rand_r(seed) % (most + 1);
    unsigned one_in = 2 + (unsigned)rand_r(seed) % 60;
    static const uint8_t special[] = "   \t\r\n\r\n\r\n\n\r";

    for (size_t i = 0; i < len; i++)
        to[i] = (unsigned)rand_r(seed) % one_in == 0 ? special[(size_t)rand_r(seed) % (sizeof special - 1)] : 'x';
    for (size_t i = 60; i + 1 < len; i += 62)
        memcpy(to + i, "\r\n", 2);
    return len;
}

static void agrees_with_the_book_on_random_bodies(void **state)
{
    static uint8_t in[3000], book[6004];
    unsigned seed = 20260101;

    (void)state;
    for (unsigned round = 0; round < test_rounds(1500); round++) {
        struct slice body = slice_of(in, random_body(in, sizeof in, &seed));
        size_t cut = (size_t)rand_r(&seed) % (body.len + 1), piece = 1 + (size_t)rand_r(&seed) % 200;

        for (enum canon form = CANON_SIMPLE; form < CANON_FORMS; form++) {
            struct slice expected = by_the_book(form, body, book);
            struct output *o = out();

            push_in_two(form, body, cut, o);
            assert_true(slice_same(collected(o), expected));
            o = out();
            push_in_pieces(form, body, piece, o);
            assert_true(slice_same(collected(o), expected));
        }
    }
}

static void one_body_cut_at_every_octet(void **state)
{
    static uint8_t in[2000], book[4004];
    unsigned seed = 5;
    struct slice body = { .len = 0 };

    (void)state;
    while (body.len < 1000)
        body = slice_of(in, random_body(in, sizeof in, &seed));
    for (enum canon form = CANON_SIMPLE; form < CANON_FORMS; form++) {
        struct slice expected = by_the_book(form, body, book);

        for (size_t cut = 0; cut <= body.len; cut++) {
            struct output *o = out();

            push_in_two(form, body, cut, o);
            assert_true(slice_same(collected(o), expected));
        }
    }
}

/* The inner loops: every alignment and length, a stop of each kind at every place. */
static void both_scans_agree(void **state)
{
    static const char *const stops[] = { "\t", "  ", " \r", "\n\r", " ", "\r\n", "\r", "\n" };
    uint8_t *in = malloc(200);

    (void)state;
    assert_non_null(in);
    for (size_t len = 0; len <= 150; len++)
        for (size_t kind = 0; kind < COUNT_OF(stops); kind++)
            for (size_t at = 0; at < len; at++) {
                uint8_t *start = in + 200 - len;         /* ends where the block ends: the sanitizer sees a read behind it */

                memset(start, 'x', len);
                for (size_t i = 0; stops[kind][i] != '\0' && at + i < len; i++)
                    start[at + i] = (uint8_t)stops[kind][i];
                assert_int_equal(canon_scan(start, len), canon_scan_portable(start, len));
                assert_int_equal(nofws_scan(start, len), nofws_scan_portable(start, len));
                assert_int_equal(nofws_scan(start, len), at);
            }
    free(in);
}

/* Blanks anywhere in a piece of any length that ends its block, and a line end at any place. */
static void both_squeezes_agree(void **state)
{
    enum { MOST = 150, ROUNDS = 400 };
    uint8_t *in = malloc(MOST), here[MOST + SQUEEZE_SPARE], there[MOST + SQUEEZE_SPARE];
    unsigned seed = 7;

    (void)state;
    assert_non_null(in);
    for (size_t len = 0; len <= MOST; len++)
        for (unsigned round = 0; round < ROUNDS; round++) {
            uint8_t *start = in + MOST - len;
            size_t taken, expected;

            for (size_t i = 0; i < len; i++)
                start[i] = (unsigned)rand_r(&seed) % (1 + round / 8) ? (uint8_t)('a' + i % 26) : (uint8_t)" \t"[i % 2];
            if (round % 2 && len > 0)
                start[(size_t)rand_r(&seed) % len] = round % 4 == 1 ? '\r' : '\n';
            size_t n = nofws_squeeze(here, start, len, &taken), m = nofws_squeeze_portable(there, start, len, &expected);
            assert_true(taken == expected && slice_same(slice_of(here, n), slice_of(there, m)));
        }
    free(in);
}

/* ---- constant memory, linear time, no copy of long runs ---- */

struct counted { const uint8_t *from, *to; uint64_t octets, own; unsigned calls; };

static void count_octets(void *context, struct slice octets)
{
    struct counted *c = context;

    c->calls++;
    c->octets += octets.len;
    if (octets.at >= c->from && octets.at < c->to)
        c->own += octets.len;
}

static void hands_on_long_runs_without_copying(void **state)
{
    size_t len = 1 << 20;
    uint8_t *in = malloc(len);
    struct body_canon b;
    struct counted c;

    (void)state;
    assert_non_null(in);
    memset(in, 'x', len);
    for (size_t i = 70; i + 1 < len; i += 72) {
        memcpy(in + i, "\r\n", 2);
        in[i - 40] = ' ';
    }
    for (enum canon form = CANON_SIMPLE; form <= CANON_DOMAINKEYS_SIMPLE; form++) {
        c = (struct counted){ .from = in, .to = in + len };
        body_canon_begin(&b, form, count_octets, &c);
        body_canon_push(&b, slice_of(in, len));
        body_canon_end(&b);
        assert_true(c.own + 64 > c.octets && c.calls < 8);
    }
    /* nofws takes the line ends of long lines only. */
    memset(in, 'x', len);
    c = (struct counted){ .from = in, .to = in + len };
    body_canon_begin(&b, CANON_DOMAINKEYS_NOFWS, count_octets, &c);
    body_canon_push(&b, slice_of(in, len));
    body_canon_end(&b);
    assert_true(c.own == len && c.calls < 8);
    free(in);
}

static void counts_empty_lines_instead_of_keeping_them(void **state)
{
    static uint8_t crlfs[2 << 16];
    struct body_canon b;
    struct counted c = { .calls = 0 };

    (void)state;
    for (size_t i = 0; i < sizeof crlfs; i++)
        crlfs[i] = i % 2 == 0 ? '\r' : '\n';
    for (enum canon form = CANON_SIMPLE; form < CANON_FORMS; form++) {
        uint64_t separator = form >= CANON_DOMAINKEYS_SIMPLE ? 2 : 0;

        c = (struct counted){ .calls = 0 };
        body_canon_begin(&b, form, count_octets, &c);
        body_canon_push(&b, SLICE("a"));
        for (unsigned i = 0; i < 16; i++)
            body_canon_push(&b, slice_of(crlfs, sizeof crlfs));
        assert_int_equal(b.out_octets, separator + 1);
        body_canon_push(&b, SLICE("b"));
        body_canon_push(&b, slice_of(crlfs, sizeof crlfs));
        body_canon_end(&b);
        assert_int_equal(b.out_octets, separator + 1 + 16 * sizeof crlfs + 1 + 2);
        assert_int_equal(c.octets, b.out_octets);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(canonicalises_fields),
        cmocka_unit_test(leaves_out_a_hole_anywhere),
        cmocka_unit_test(strips_long_fields),
        cmocka_unit_test(reads_nothing_behind_the_end),
        cmocka_unit_test(canonicalises_bodies_cut_at_every_octet),
        cmocka_unit_test(agrees_with_the_book_on_all_short_bodies),
        cmocka_unit_test(agrees_with_the_book_on_random_bodies),
        cmocka_unit_test(one_body_cut_at_every_octet),
        cmocka_unit_test(both_scans_agree),
        cmocka_unit_test(both_squeezes_agree),
        cmocka_unit_test(hands_on_long_runs_without_copying),
        cmocka_unit_test(counts_empty_lines_instead_of_keeping_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
