/*
 * fuzz_authres: what is read is written and reads the same; the text as a value comes back whole; nothing that reads
 * as ours is left.
 * covers: src/mail/authres_parse.c src/mail/authres_print.c src/mail/authres_trust.c
 */
#include "mail/authres.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

/* The same, or, where octets had to be written as \xHH, at least not shorter. */
static void must_be_same(struct slice in, struct slice out)
{
    bool printable = true;

    for (size_t i = 0; i < in.len; i++)
        printable = printable && is_printable(in.at[i]);
    must(printable ? slice_same(in, out) : out.len >= in.len);
}

static size_t written_count(const struct authres_result *r)
{
    size_t count = 0;

    for (size_t i = 0; i < r->count; i++)
        count += r->properties[i].value.len < AUTHRES_PIECE_MAX / 6;
    return count;
}

/* Long values may be left out: such results are not compared. */
static bool all_short(const struct authres *a)
{
    bool is = a->authserv_id.len <= AUTHRES_PIECE_MAX / 5;

    for (size_t i = 0; i < a->count; i++) {
        const struct authres_result *r = &a->results[i];

        is = is && written_count(r) == r->count && r->reason.len < AUTHRES_PIECE_MAX / 6 && r->method.len + r->result.len < 100;
        for (size_t k = 0; k < r->count; k++)
            is = is && r->properties[k].ptype.len + r->properties[k].name.len < 100;
    }
    return is;
}

static void check_round_trip(struct arena *arena, const struct authres *in, bool fold)
{
    struct text t = text_in(arena, 1u << 22);
    struct authres out;

    if (!all_short(in))
        return;
    must(authres_print(in, fold, &t));
    must(authres_parse(arena, text_slice(&t), &out) == AUTHRES_GOOD && in->count == out.count);
    must_be_same(in->authserv_id, out.authserv_id);
    for (size_t i = 0; i < in->count; i++) {
        const struct authres_result *a = &in->results[i], *b = &out.results[i];

        must(slice_same(a->method, b->method) && slice_same(a->result, b->result) && a->count == b->count);
        must_be_same(a->reason, b->reason);
        for (size_t k = 0; k < a->count; k++)
            must_be_same(a->properties[k].value, b->properties[k].value);
    }
}

static void check_as_value(struct arena *arena, struct slice value, bool fold)
{
    struct authres_property p = { SLICE("smtp"), SLICE("mailfrom"), value };
    struct authres_result r = { .method = SLICE("spf"), .method_version = 1, .result = SLICE("pass"), .reason = value, .properties = &p, .count = 1 };
    struct authres a = { .authserv_id = SLICE("mx.example.org"), .version = 1, .results = &r, .count = 1 };

    check_round_trip(arena, &a, fold);
    if (value.len == 0 || value.len > 100)
        return;
    a.authserv_id = value;
    check_round_trip(arena, &a, fold);
}

static void check_trust(struct arena *arena, struct slice value)
{
    static const struct slice ids[] = { SLICE_INIT("mx.example.org"), SLICE_INIT("xn--bcher-kva.example") };
    struct message m;
    struct authres_set set;

    message_init(&m, arena);
    (void)!message_add_parts(&m, SLICE("Received"), SLICE(" from a (mx.example.org [192.0.2.1]) by mx.example.org; x"));
    (void)!message_add_parts(&m, SLICE("Authentication-Results"), value);
    (void)!message_add_parts(&m, SLICE("Received"), value);
    (void)!message_add_parts(&m, SLICE("Authentication-Results"), SLICE("mx.example.org; none"));
    must(authres_trusted(arena, &m, ids, COUNT_OF(ids), ids, COUNT_OF(ids), &set));
    must(authres_trusted(arena, &m, ids, COUNT_OF(ids), NULL, 0, &set));
    must(set.count == 1 || authres_is_forged(arena, value, ids, COUNT_OF(ids), false));
    must(authres_is_forged(arena, value, ids, COUNT_OF(ids), true));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct arena *arena = arena_new(64u << 20);
    struct slice text = slice_of(at, len);
    struct authres parsed;

    if (authres_parse(arena, text, &parsed) == AUTHRES_GOOD)
        check_round_trip(arena, &parsed, len % 2 == 0);
    check_as_value(arena, text, len % 2 == 0);
    check_trust(arena, text);
    arena_free(arena);
    return 0;
}
