#include "methods/dkim/replay_test.h"

#include "base/rounds_test.h"
#include "dns/zone.h"
#include "engine/engine.h"
#include "methods/list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define WAITING_MAX 256
#define ORDERS 100                 /* issue: every vector in 100 seeded orders */

struct replay_world {
    struct resolver resolver;      /* first */
    struct clock clock;
    struct random random;
    struct env env;
    struct zone *zone;
    struct config *config;
    struct engine *engines[2];     /* with and without scouts */
    struct waiter *waiting[WAITING_MAX];
    struct question questions[WAITING_MAX];
    size_t count;
    bool late;
    uint64_t state;
    unsigned asked;
    int64_t now;
};

static uint64_t next_random(struct replay_world *w)
{
    /* xorshift64*: deterministic, good enough to shuffle */
    w->state ^= w->state >> 12;
    w->state ^= w->state << 25;
    w->state ^= w->state >> 27;
    return w->state * UINT64_C(2685821657736338717);
}

static const struct answer *replay_ask(struct resolver *resolver, const struct question *question, struct waiter *waiter)
{
    struct replay_world *w = (struct replay_world *)resolver;
    w->asked++;
    if (!w->late)
        return zone_answer(w->zone, question);
    assert_true(w->count < WAITING_MAX);
    w->waiting[w->count] = waiter;
    w->questions[w->count++] = *question;
    return NULL;
}

static void forget(struct replay_world *w, size_t i)
{
    w->waiting[i] = w->waiting[w->count - 1];
    w->questions[i] = w->questions[w->count - 1];
    w->count--;
}

static void replay_withdraw(struct resolver *resolver, struct waiter *waiter)
{
    struct replay_world *w = (struct replay_world *)resolver;
    for (size_t i = 0; i < w->count; i++) {
        if (w->waiting[i] == waiter) {
            forget(w, i);
            return;
        }
    }
}

static void deliver_one(struct replay_world *w)
{
    size_t i = (size_t)(next_random(w) % w->count);
    struct waiter *waiter = w->waiting[i];
    const struct answer *a = zone_answer(w->zone, &w->questions[i]);
    forget(w, i);
    waiter->deliver(waiter, a);
    answer_drop(a);
}

/* Some of what is open arrives, or nothing. */
static void let_some_arrive(struct replay_world *w)
{
    while (w->late && w->count > 0 && next_random(w) % 3 == 0)
        deliver_one(w);
}

static int64_t replay_now(struct clock *clock)
{
    (void)clock;
    return 0;
}

static void replay_fill(struct random *random, void *at, size_t octets)
{
    (void)random;
    memset(at, 7, octets);
}

struct replay_world *replay_open(const char *zone, const char *config)
{
    struct replay_world *w = test_calloc(1, sizeof *w);
    struct zone_error zone_error;
    struct config_error config_error;
    size_t count;
    w->resolver = (struct resolver){ .ask = replay_ask, .withdraw = replay_withdraw };
    w->clock = (struct clock){ .now = replay_now, .monotonic_us = replay_now };
    w->random = (struct random){ .fill = replay_fill };
    w->env = (struct env){ .dns = &w->resolver, .clock = &w->clock, .random = &w->random };
    w->zone = zone_new();
    if (!zone_read(w->zone, slice_str(zone), &zone_error))
        fail_msg("zone line %u: %s", zone_error.line, zone_error.text);
    const struct section *sections = engine_sections(&count);
    w->config = config_parse("test.conf", slice_str(config), sections, count, &config_error);
    if (!w->config)
        fail_msg("config: %s", config_error.text);
    for (unsigned i = 0; i < 2; i++) {
        struct engine_options options = {
            .no_scouts = i == 1, .only = UINT64_C(1) << method_index(&dkim_method) | UINT64_C(1) << method_index(&arc_method),
        };
        w->engines[i] = engine_new(&w->env, w->config, &options, &config_error);
        assert_non_null(w->engines[i]);
        assert_true(engine_set_authserv_id(w->engines[i], SLICE("mx.example")));
    }
    return w;
}

void replay_close(struct replay_world *w)
{
    engine_free(w->engines[0]);
    engine_free(w->engines[1]);
    config_free(w->config);
    zone_free(w->zone);
    test_free(w);
}

/* ---- feeding ---- */

struct feeding { struct replay_world *world; struct txn *txn; };

static void feed_field(void *context, struct slice raw)
{
    struct feeding *f = context;
    txn_field(f->txn, raw);
    let_some_arrive(f->world);
}

static void feed_end_of_header(void *context)
{
    struct feeding *f = context;
    txn_end_of_header(f->txn);
    let_some_arrive(f->world);
}

static void feed_body(void *context, struct slice octets)
{
    struct feeding *f = context;
    while (octets.len > 0) {
        size_t piece = f->world->late ? (size_t)(next_random(f->world) % octets.len) + 1 : octets.len;
        txn_body(f->txn, slice_first(octets, piece));
        octets = slice_from(octets, piece);
        let_some_arrive(f->world);
    }
}

static void ignore_progress(void *context, struct txn *t)
{
    (void)context;
    (void)t;
}

static const struct fact *outcome_of(struct arena *arena, struct txn *t)
{
    static const char *const names[] = { "dkim", "arc", "authentication_results" };
    const struct fact *record = txn_record(t), *copy = NULL;
    struct fact *out = fact_group(arena, NULL);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (fact_find(record, names[i]))
            fact_adopt(arena, out, names[i], fact_find(record, names[i]));
    /* The transaction's arena goes away: through JSON into ours. */
    struct text json = text_in(arena, 1u << 20);
    const char *error = NULL;
    assert_true(fact_to_json(out, false, &json));
    if (!fact_from_json(arena, text_slice(&json), &copy, &error))
        fail_msg("%s", error);
    return copy;
}

const struct fact *replay_run(struct replay_world *w, struct arena *arena, const struct replay *r)
{
    static const struct txn_host host = { .progress = ignore_progress };
    w->late = r->seed != 0;
    w->state = r->seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    w->asked = 0;
    struct session_facts facts = { .receiver = SLICE_INIT("mx.example"), .peer = { .octets = { 192, 0, 2, 1 }, .family = IP_V4 } };
    struct session *session = session_begin(w->engines[r->no_scouts], &facts);
    struct feeding f = { .world = w, .txn = txn_begin(session, r->at, &host) };
    txn_helo(f.txn, SLICE("client.example"));
    txn_mail(f.txn, SLICE("a@a.example"), false);
    struct arena *own = arena_new(64u << 20);
    const struct splitter_sink sink = { feed_field, feed_end_of_header, feed_body, &f };
    struct splitter *splitter = splitter_new(own, &sink, false);
    splitter_push(splitter, r->mail);
    splitter_end(splitter);
    txn_end_of_message(f.txn);
    if (r->deadline)
        txn_deadline(f.txn);
    while (w->count > 0)
        deliver_one(w);
    assert_int_equal(txn_progress(f.txn), PROGRESS_DONE);
    const struct fact *out = outcome_of(arena, f.txn);
    txn_end(f.txn);
    session_end(session);
    arena_free(own);
    return out;
}

static struct slice json_of(struct arena *arena, const struct fact *f)
{
    struct text t = text_in(arena, 1u << 20);
    assert_true(fact_to_json(f, false, &t));
    return text_slice(&t);
}

const struct fact *replay_all(struct replay_world *w, struct arena *arena, struct slice mail, int64_t at)
{
    const struct fact *first = replay_run(w, arena, &(struct replay){ .mail = mail, .at = at });
    struct slice want = json_of(arena, first);
    /* An even number: the last one goes without scouts, and its questions are counted (replay_questions). */
    for (uint64_t seed = 1; seed <= 2 * test_rounds(ORDERS / 2); seed++) {
        struct arena *own = arena_new(32u << 20);
        const struct fact *other = replay_run(w, own, &(struct replay){ .mail = mail, .at = at, .seed = seed, .no_scouts = seed % 2 == 0 });
        struct slice got = json_of(own, other);
        if (!slice_same(got, want))
            fail_msg("seed %u:\n%.*s\n%.*s", (unsigned)seed, (int)want.len, (const char *)want.at, (int)got.len, (const char *)got.at);
        arena_free(own);
    }
    return first;
}

struct slice replay_words(struct arena *arena, const struct fact *outcome, const char *method)
{
    struct text t = text_in(arena, 4096);
    const struct fact *value = fact_find(outcome, method);
    bool list = value && value->kind == FACT_LIST;
    for (const struct fact *one = list ? value->first : value; one; one = list ? one->next : NULL) {
        if (text_slice(&t).len > 0)
            text_add_str(&t, "; ");
        text_add(&t, fact_text(one, "result"));
        text_add_octet(&t, ' ');
        text_add(&t, fact_text(one, "reason"));
    }
    return text_slice(&t);
}

unsigned replay_questions(const struct replay_world *w)
{
    return w->asked;
}

void manual_has_options(const char *source_file, const char *page, const char *section)
{
    static char text[1u << 16];
    char path[512], list[1u << 13];
    struct text p = text_fixed(path, sizeof path), expected = text_fixed(list, sizeof list);
    struct slice here = slice_str(source_file);
    size_t count;
    const struct section *sections = engine_sections(&count);
    text_add(&p, slice_first(here, slice_find_last(here, '/') + 1));
    text_add_str(&p, page);
    text_add_octet(&p, '\0');
    FILE *f = fopen(path, "rb");
    if (!f)
        fail_msg("cannot open %s (paths are relative to the build folder)", path);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    for (size_t i = 0; i < count; i++)
        if (slice_same(slice_str(sections[i].name), slice_str(section)))
            assert_true(config_manual(&sections[i], &expected));
    text_add_octet(&expected, '\0');
    assert_true(!expected.bad && expected.len > 100);
    if (!strstr(text, list))
        fail_msg("%s lacks this list:\n%s", page, list);
}
