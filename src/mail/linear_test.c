/*
 * Four times the input costs about four times as much, whatever a stranger repeats (threats.md T19): quadratic work
 * would cost sixteen times. CPU time, the best of several runs; what is too quick to measure passes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "mail/address.h"
#include "mail/authres.h"
#include "mail/canon.h"
#include "mail/date.h"
#include "mail/received.h"
#include "mail/taglist.h"

#if defined(HAVE_ADDRESS_SANITIZER)
#define SMALL 15000
#else
#define SMALL 60000
#endif
#define TRIES 3
#define TOO_QUICK 0.003      /* seconds for the large input: below, fresh pages cost more than the work. What is quadratic takes many seconds */
#define RATIO_MAX 9.0
#define LOOKS 10             /* at what seems to cost more, before it is believed: other work on the machine makes single figures large */

static void drop(void *context, struct slice octets)
{
    *(size_t *)context += octets.len;
}

/* ---- what is measured ---- */

static void relaxed_body(struct arena *arena, struct slice in)
{
    size_t out = 0;
    struct body_canon b;

    (void)arena;
    body_canon_begin(&b, CANON_RELAXED, drop, &out);
    for (size_t at = 0; at < in.len; at += 4096)
        body_canon_push(&b, slice_first(slice_from(in, at), 4096));
    body_canon_end(&b);
}

static void simple_body_octet_by_octet(struct arena *arena, struct slice in)
{
    size_t out = 0;
    struct body_canon b;

    (void)arena;
    body_canon_begin(&b, CANON_SIMPLE, drop, &out);
    for (size_t at = 0; at < in.len; at++)
        body_canon_push(&b, slice_first(slice_from(in, at), 1));
    body_canon_end(&b);
}

static void relaxed_field(struct arena *arena, struct slice in)
{
    size_t out = 0;

    (void)arena;
    canon_field(CANON_RELAXED, in, drop, &out);
    canon_field_without(CANON_RELAXED, in, slice_first(slice_from(in, in.len / 2), 9), drop, &out);
}

static void address_list(struct arena *arena, struct slice in)
{
    struct address_list list;
    struct path path;

    (void)!address_list_parse(arena, in, &list);
    (void)path_parse(arena, in, &path);
}

static void authres(struct arena *arena, struct slice in)
{
    static const struct slice ids[] = { SLICE_INIT("mx.example.org") };
    struct authres a;

    (void)authres_parse(arena, slice_first(in, AUTHRES_OCTETS_MAX), &a);
    (void)authres_is_forged(arena, in, ids, 1, false);
}

static void received(struct arena *arena, struct slice in)
{
    struct received r;

    (void)received_parse(arena, in, &r);
}

static void tags(struct arena *arena, struct slice in)
{
    (void)tag_list_parse(arena, TAGS_DKIM, in);
    (void)tag_list_parse(arena, TAGS_DMARC, in);
}

static void date(struct arena *arena, struct slice in)
{
    int64_t seconds;

    (void)arena;
    (void)date_parse(in, &seconds);
}

static void keep_field(void *context, struct slice raw)
{
    (void)!message_add(context, raw);
}

static void header_ends(void *context)
{
    (void)context;
}

static void body_octets(void *context, struct slice octets)
{
    (void)context;
    (void)octets;
}

static void split(struct arena *arena, struct slice in)
{
    struct message m;
    struct splitter_sink sink = { keep_field, header_ends, body_octets, &m };
    struct splitter *s = splitter_new(arena, &sink, true);

    message_init(&m, arena);
    for (size_t at = 0; at < in.len; at += 1000)
        splitter_push(s, slice_first(slice_from(in, at), 1000));
    splitter_end(s);
    (void)author_of(arena, &m);
    for (size_t i = 0; i < m.count; i++)
        (void)field_unfolded(arena, m.fields[i]);
}

static void (*const measured[])(struct arena *, struct slice) = {
    relaxed_body, simple_body_octet_by_octet, relaxed_field, address_list, authres, received, tags, date, split,
};

/* ---- what strangers repeat: a head once, then a unit ---- */

static const struct { const char *head, *unit; } inputs[] = {
    { "", " " }, { "", "\t" }, { "", "\r\n" }, { "", "\r" }, { "", "\n" }, { "A:", "\r\n " }, { "A:x", "  x" }, { "A:x", " \rx" }, { "A:", "\r\r\n " },
    { "", "(" }, { "", "()" }, { "x", "\\" }, { "\"", "\\\"" }, { "", "\"\"" }, { "", "," }, { "", "a," }, { "", "a@b," }, { "", "a.(x)" }, { "a@", "b." },
    { "a@[", "1 " }, { "<", "@a," }, { "<", "," }, { "", "." }, { "", "a " }, { "g:", "a@b," }, { "", ";" }, { "", "a=b;" }, { "", "=" }, { "x;", "y=z;" },
    { "x;y=z", " a.b=c" }, { "x;y=z", " a=c" }, { "x;y=z (", "mx.example.or" }, { "", "from " }, { "from a ", "(b [x])" }, { "from a (", "[ " }, { "by ", "by " },
    { "", "A: b\r\n" }, { "", "From\r" }, { "x", "\rFro" }, { "", "\xc3\xb6" }, { "", "xn--a." }, { "", "a@" },
};

static double cpu_seconds(void (*run)(struct arena *, struct slice), struct arena *arena, struct slice in)
{
    double best = 1e9;

    for (unsigned i = 0; i < TRIES; i++) {
        clock_t start = clock();

        run(arena, in);
        double took = (double)(clock() - start) / CLOCKS_PER_SEC;
        if (took < best)
            best = took;
        arena_reset(arena);
        if (best < TOO_QUICK)
            break;
    }
    return best;
}

/* False: each time it was looked at. */
static bool grows_as_the_input(void (*run)(struct arena *, struct slice), struct arena *arena, const uint8_t *octets, double *small, double *large)
{
    for (unsigned i = 0; i < LOOKS; i++) {
        *large = cpu_seconds(run, arena, slice_of(octets, 4 * SMALL));
        if (*large < TOO_QUICK)
            return true;
        *small = cpu_seconds(run, arena, slice_of(octets, SMALL));
        if (*large <= RATIO_MAX * *small)
            return true;
    }
    return false;
}

static void costs_grow_as_the_input(void **state)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    uint8_t *octets = malloc(4 * SMALL);

    (void)state;
    assert_true(arena != NULL && octets != NULL);
    for (size_t i = 0; i < COUNT_OF(inputs); i++) {
        size_t head = strlen(inputs[i].head), unit = strlen(inputs[i].unit);

        for (size_t k = 0; k < 4 * SMALL; k++)
            octets[k] = (uint8_t)(k < head ? inputs[i].head[k] : inputs[i].unit[(k - head) % unit]);
        for (size_t f = 0; f < COUNT_OF(measured); f++) {
            double small, large;

            if (!grows_as_the_input(measured[f], arena, octets, &small, &large))
                fail_msg("\"%s\" and \"%s\" over and over, function %zu: %.4f s, four times as much %.4f s", inputs[i].head, inputs[i].unit, f,
                         small, large);
        }
    }
    free(octets);
    arena_free(arena);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(costs_grow_as_the_input),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
