#include "fakes/method_vectors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/rounds_test.h"
#include "methods/list.h"

#define ORDERS 100

static struct slice or_else(const char *text, const char *otherwise)
{
    return slice_str(text ? text : otherwise);
}

struct play vector_as_play(const struct vector *v)
{
    return (struct play){
        .ip = or_else(v->ip, "192.0.2.1"), .helo = or_else(v->helo, "helo.example"), .from = or_else(v->from, ""),
        .submitter = or_else(v->submitter, ""), .rcpt = or_else(v->rcpt, ""), .now = v->now,
        .header = or_else(v->header, ""), .body = slice_str(v->body),
        .auth_user = or_else(v->auth_user, ""),
        .stored = v->stored, .received_at = v->received_at, .noop = v->noop,
    };
}

bool vector_has(struct slice in, const char *piece)
{
    for (size_t i = 0; i < in.len; i++)
        if (slice_starts(slice_from(in, i), slice_str(piece)))
            return true;
    return false;
}

/* The result of the vector's subject: the method's object, or that of a list. */
static const struct fact *object_of(const struct vector *v, const struct played *r)
{
    const struct fact *f = r->facts;
    if (!f || f->kind != FACT_LIST)
        return f;
    f = f->first;
    for (unsigned i = 0; f && i < v->subject; i++)
        f = f->next;
    return f;
}

#define SHOWN(s) (int)(s).len, (const char *)(s).at

static void compare(const struct vector *v, const struct played *r)
{
    if (!slice_same(fact_text(object_of(v, r), "result"), slice_str(v->result)))
        fail_msg("%s: not %s: %.*s", v->name, v->result, SHOWN(r->json));
    if (v->reason && !slice_same(fact_text(object_of(v, r), "reason"), slice_str(v->reason)))
        fail_msg("%s: not for %s: %.*s", v->name, v->reason, SHOWN(r->json));
    for (size_t i = 0; i < VECTOR_HOLDS_MAX && v->holds[i]; i++)
        if (!vector_has(r->json, v->holds[i]))
            fail_msg("%s: lacks %s: %.*s", v->name, v->holds[i], SHOWN(r->json));
    if (v->lacks && vector_has(r->json, v->lacks))
        fail_msg("%s: has %s: %.*s", v->name, v->lacks, SHOWN(r->json));
    if (v->explain && !slice_same(r->explain, slice_str(v->explain)))
        fail_msg("%s: explained as: %.*s", v->name, SHOWN(r->explain));
}

/* Of one method alone: others ask too. */
static unsigned question_bound(const struct method *m, uint64_t others)
{
    unsigned bound = 0;
    for (size_t i = 0; methods[i]; i++)
        if (methods[i] == m || (others >> i & 1))
            bound += methods[i]->subjects_max * methods[i]->asks + methods[i]->hints;
    return bound;
}

static void play_in_all_orders(struct player *p, const struct vector *v, const struct played *first, unsigned bound)
{
    struct play play = vector_as_play(v);
    for (uint64_t seed = 1; seed <= test_rounds(ORDERS); seed++) {
        play.dns = (struct shuffle_options){ .seed = seed, .at_once_per_thousand = (unsigned)(seed % 3) * 300, .contradict = true };
        play.no_scouts = seed % 2;
        struct played again = player_play(p, &play);
        if (again.asked_twice || again.asked > bound)
            fail_msg("%s: order %u asks %u questions, or one twice", v->name, (unsigned)seed, again.asked);
        if (!slice_same(first->json, again.json))
            fail_msg("%s: order %u differs:\n%.*s\n%.*s", v->name, (unsigned)seed, SHOWN(first->json), SHOWN(again.json));
    }
}

static void play_with_failures(struct player *p, const struct vector *v, unsigned questions)
{
    static const enum answer_status failures[] = { ANSWER_TIMEOUT, ANSWER_SERVFAIL, ANSWER_GARBLED };
    struct play play = vector_as_play(v);
    play.no_scouts = true;
    for (unsigned nth = 1; nth <= questions; nth++) {
        for (size_t f = 0; f < COUNT_OF(failures); f++) {
            play.dns = (struct shuffle_options){ .seed = 1, .fail_nth = nth, .fail_status = failures[f] };
            struct played failed = player_play(p, &play);
            struct slice got = fact_text(object_of(v, &failed), "result");
            if (!slice_same(got, slice_str(v->result)) && !slice_same(got, SLICE("temperror")))
                fail_msg("%s: question %u failing gives %.*s", v->name, nth, SHOWN(got));
        }
    }
}

static void play_vector(const struct method *m, uint64_t others, const struct vector *v)
{
    struct player *p = player_new_among(m, others, or_else(v->conf, ""));
    struct play play = vector_as_play(v);
    player_zone(p, or_else(v->zone, "$TTL 300\n"));
    play.no_scouts = true;
    struct played first = player_play(p, &play);
    compare(v, &first);
    if (v->questions && !slice_same(first.questions, slice_str(v->questions)))
        fail_msg("%s: asked %.*s", v->name, SHOWN(first.questions));
    play_in_all_orders(p, v, &first, question_bound(m, others));
    play_with_failures(p, v, first.asked);
    player_free(p);
}

void vectors_play(const struct method *m, uint64_t others, const struct vector *vectors, size_t count)
{
    for (size_t i = 0; i < count; i++)
        play_vector(m, others, &vectors[i]);
}

#define PAGE_OCTETS_MAX (1u << 16)

void vectors_check_manual(const struct method *m, const char *source_file)
{
    const struct section section = { m->name, m->options, m->conf_size, m->title };
    vectors_check_manual_section(m, &section, source_file);
}

void vectors_check_manual_section(const struct method *m, const struct section *section, const char *source_file)
{
    static char page[PAGE_OCTETS_MAX], list[PAGE_OCTETS_MAX];
    char path[512];
    struct slice here = slice_str(source_file);
    struct text t = text_fixed(path, sizeof path), expected = text_fixed(list, sizeof list - 1);
    text_add(&t, slice_first(here, slice_find_last(here, '/') + 1));
    text_addf(&t, "frank-%s.7", m->name);
    text_add_octet(&t, '\0');
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("cannot open %s (paths are relative to the build folder)", path);
    size_t len = fread(page, 1, sizeof page, f);
    fclose(f);
    assert_true(config_manual(section, &expected) && expected.len > 0);
    list[expected.len] = '\0';
    if (!vector_has(slice_of(page, len), list))
        fail_msg("%s lacks this list:\n%s", path, list);
}
