/*
 * fuzz_canon: no canonical form depends on how the body was cut, all are fixed points, and the inner loops agree.
 * covers: src/mail/canon.c src/mail/canon_scan_sse2.c src/mail/canon_scan_portable.c
 */
#include "mail/canon.h"

#include <stdlib.h>
#include <string.h>

#include "mail/canon_scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void collect(void *context, struct slice octets)
{
    must(octets.len > 0);
    text_add(context, octets);
}

static struct slice body(struct arena *arena, enum canon form, struct slice in, size_t piece)
{
    struct text out = text_in(arena, 2 * in.len + 4);
    struct body_canon b;

    body_canon_begin(&b, form, collect, &out);
    for (size_t i = 0; i < in.len; i += piece)
        body_canon_push(&b, slice_first(slice_from(in, i), piece));
    body_canon_end(&b);
    must(!out.bad && b.out_octets == out.len);
    return text_slice(&out);
}

static struct slice field(struct arena *arena, enum canon form, struct slice in, struct slice hole)
{
    struct text out = text_in(arena, in.len + 2);

    if (hole.len == 0)
        canon_field(form, in, collect, &out);
    else
        canon_field_without(form, in, hole, collect, &out);
    must(!out.bad);
    return text_slice(&out);
}

static void check_field(struct arena *arena, enum canon form, struct slice in, size_t cut)
{
    struct slice once = field(arena, form, in, slice_first(in, 0)), hole = slice_from(in, in.len - in.len / 4);

    must(slice_same(field(arena, form, once, slice_first(once, 0)), once) || form == CANON_RELAXED);
    uint8_t *rest = arena_alloc(arena, in.len);
    if (in.len > 0)
        memcpy(rest, in.at, in.len - hole.len);
    must(slice_same(field(arena, form, in, hole), field(arena, form, slice_of(rest, in.len - hole.len), slice_first(in, 0))));
    hole = slice_first(slice_from(in, cut), in.len / 3);
    (void)field(arena, form, in, hole);
}

/* Without the line that separates header and body, which is no part of the body. */
static struct slice without_separator(enum canon form, struct slice whole)
{
    if (form == CANON_SIMPLE || form == CANON_RELAXED || whole.len == 0)
        return whole;
    must(slice_starts(whole, SLICE("\r\n")));
    return slice_from(whole, 2);
}

static void check_squeeze(struct arena *arena, struct slice in)
{
    uint8_t *here = arena_alloc(arena, in.len + SQUEEZE_SPARE), *there = arena_alloc(arena, in.len + SQUEEZE_SPARE);
    size_t taken, expected;
    size_t len = nofws_squeeze(here, in.at, in.len, &taken), portable = nofws_squeeze_portable(there, in.at, in.len, &expected);

    must(taken == expected && slice_same(slice_of(here, len), slice_of(there, portable)));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct arena *arena = arena_new(64u << 20);
    size_t piece = len > 0 ? 1u + at[0] : 1;
    struct slice in = slice_from(slice_of(at, len), 1);

    for (enum canon form = CANON_SIMPLE; form < CANON_FORMS; form++) {
        struct slice whole = body(arena, form, in, in.len + 1);

        must(slice_same(body(arena, form, in, piece), whole));
        must(slice_same(body(arena, form, in, 1), whole));
        must(slice_same(body(arena, form, without_separator(form, whole), piece), whole));
        check_field(arena, form, in, piece);
    }
    for (size_t i = 0; i < in.len && i < 20; i++) {
        must(canon_scan(in.at + i, in.len - i) == canon_scan_portable(in.at + i, in.len - i));
        must(nofws_scan(in.at + i, in.len - i) == nofws_scan_portable(in.at + i, in.len - i));
        check_squeeze(arena, slice_from(in, i));
    }
    arena_free(arena);
    return 0;
}
