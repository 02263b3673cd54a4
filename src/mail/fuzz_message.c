/*
 * fuzz_message: a stream split whole and in pieces gives the same fields and body; what a message keeps of them can
 * be found from both ends, and has an author or a named reason why not.
 * covers: src/mail/message.c src/mail/splitter.c src/mail/author.c
 */
#include "mail/address.h"
#include "mail/message.h"

#include <stdlib.h>

#define ARENA_OCTETS (32u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

struct seen {
    struct message message;
    struct text all;             /* fields and body, with marks between */
    unsigned ends;
};

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void see_field(void *context, struct slice raw)
{
    struct seen *s = context;

    must(s->ends == 0);
    text_add(&s->all, raw);
    text_add_octet(&s->all, 0xff);
    (void)!message_add(&s->message, raw);
}

static void see_end(void *context)
{
    struct seen *s = context;

    s->ends++;
    text_add_octet(&s->all, 0xfe);
}

static void see_body(void *context, struct slice octets)
{
    struct seen *s = context;

    must(s->ends == 1);
    text_add(&s->all, octets);
}

static void split(struct arena *arena, struct slice in, bool lf_is_crlf, size_t piece, struct seen *s)
{
    struct splitter_sink sink = { see_field, see_end, see_body, s };
    struct splitter *splitter = splitter_new(arena, &sink, lf_is_crlf);

    *s = (struct seen){ .all = text_in(arena, ARENA_OCTETS / 4) };
    message_init(&s->message, arena);
    for (size_t at = 0; at < in.len; at += piece)
        splitter_push(splitter, slice_first(slice_from(in, at), piece));
    splitter_end(splitter);
    must(s->ends == 1 && !splitter_failed(splitter));
}

static void look_up(struct arena *arena, const struct message *m)
{
    for (size_t i = 0; i < m->count; i++) {
        struct field *f = m->fields[i];
        unsigned count = message_count(m, f->name);

        must(f->nth <= count && message_field(m, f->name, f->nth) == f);
        must(message_field_from_below(m, f->name, count - f->nth + 1) == f);
        must(message_field(m, f->name, count + 1) == NULL && message_field_from_below(m, f->name, count + 1) == NULL);
        must(field_unfolded(arena, f).len <= f->value.len);
        struct message copy;
        message_init(&copy, arena);
        must(message_add_parts(&copy, f->name, f->value) != NULL);
    }
}

static void check_author(struct arena *arena, const struct message *m)
{
    struct author author = author_of(arena, m);

    must((author.problem == AUTHOR_OK) == (author.count > 0));
    must(author.problem != AUTHOR_OK || (message_count(m, SLICE("From")) == 1 && !m->disguised_from && !m->overflow));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct arena *arena = arena_new(ARENA_OCTETS);
    bool lf_is_crlf = len > 0 && at[0] % 2 == 1;
    size_t piece = len > 0 ? 1 + at[0] / 2u : 1;
    struct slice in = slice_from(slice_of(at, len), 1);
    struct seen whole, pieces;

    split(arena, in, lf_is_crlf, in.len + 1, &whole);
    split(arena, in, lf_is_crlf, piece, &pieces);
    must(slice_same(text_slice(&whole.all), text_slice(&pieces.all)));
    look_up(arena, &whole.message);
    check_author(arena, &whole.message);
    arena_free(arena);
    return 0;
}
