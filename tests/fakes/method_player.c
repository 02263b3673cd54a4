#include "fakes/method_player.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JSON_OCTETS (1u << 20)
#define ARENA_OCTETS (1u << 28)

struct player {
    const struct method *method;
    uint64_t others;
    struct env env;
    struct clock clock;
    struct random random;
    struct resolver dns;                 /* passes on to the play's */
    struct shuffle_resolver *shuffle;
    struct zone *zone;
    struct config *config;
    struct engine *engine[2];            /* with scouts, without */
    struct arena *arena;
};

static void must(bool truth, const char *what)
{
    if (truth)
        return;
    fprintf(stderr, "method_player: %s\n", what);
    abort();
}

/* ---- the world ---- */

static struct player *player_of(struct resolver *r)
{
    return (struct player *)(void *)((char *)r - offsetof(struct player, dns));
}

static const struct answer *pass_on_ask(struct resolver *r, const struct question *q, struct waiter *w)
{
    struct resolver *s = shuffle_resolver(player_of(r)->shuffle);
    return s->ask(s, q, w);
}

static void pass_on_withdraw(struct resolver *r, struct waiter *w)
{
    struct resolver *s = shuffle_resolver(player_of(r)->shuffle);
    s->withdraw(s, w);
}

static int64_t clock_now(struct clock *c)
{
    (void)c;
    return PLAYER_NOW;
}

static int64_t clock_monotonic(struct clock *c)
{
    (void)c;
    return 0;
}

static void random_fill(struct random *r, void *at, size_t octets)
{
    (void)r;
    memset(at, 7, octets);
}

static void make_engine(struct player *p, bool no_scouts)
{
    struct config_error error = { 0 };
    struct engine_options options = { .only = p->others | (uint64_t)1 << method_index(p->method), .no_scouts = no_scouts };
    struct engine *e = engine_new(&p->env, p->config, &options, &error);
    must(e != NULL, error.text);
    must(engine_set_authserv_id(e, SLICE(PLAYER_RECEIVER)), "no memory");
    p->engine[no_scouts] = e;
}

struct player *player_new(const struct method *method, struct slice config)
{
    return player_new_among(method, 0, config);
}

struct player *player_new_among(const struct method *method, uint64_t others, struct slice config)
{
    size_t count;
    struct config_error error = { 0 };
    const struct section *sections = engine_sections(&count);
    struct player *p = calloc(1, sizeof *p);
    must(p != NULL, "no memory");
    p->method = method;
    p->others = others;
    p->dns = (struct resolver){ pass_on_ask, pass_on_withdraw };
    p->clock = (struct clock){ clock_now, clock_monotonic };
    p->random.fill = random_fill;
    p->env = (struct env){ .dns = &p->dns, .clock = &p->clock, .random = &p->random };
    p->arena = arena_new(ARENA_OCTETS);
    p->config = config_parse("test.conf", config, sections, count, &error);
    must(p->arena && p->config, error.text);
    make_engine(p, false);
    make_engine(p, true);
    player_zone(p, SLICE("$TTL 300\n"));
    return p;
}

void player_free(struct player *p)
{
    engine_free(p->engine[0]);
    engine_free(p->engine[1]);
    config_free(p->config);
    arena_free(p->arena);
    zone_free(p->zone);
    free(p);
}

void player_zone(struct player *p, struct slice text)
{
    struct zone_error error = { 0 };
    zone_free(p->zone);
    p->zone = zone_new();
    must(p->zone != NULL, "no memory");
    if (!zone_read(p->zone, text, &error))
        fprintf(stderr, "line %u: ", error.line), must(false, error.text);
}

void player_forget(struct player *p)
{
    arena_reset(p->arena);
}

/* ---- a play ---- */

/* Answers may come between any two events, or wait till the end. */
static void some_answers(struct player *p, uint64_t seed, unsigned place)
{
    for (unsigned n = (unsigned)(seed >> (2 * place) & 3); n > 0; n--)
        shuffle_deliver_one(p->shuffle);
}

/* A field with its continuation lines, which are folds on the wire. */
static struct slice take_field(struct player *p, struct slice *rest)
{
    struct text t = text_in(p->arena, 2 * rest->len + 1);
    struct slice line;
    do {
        struct slice all = *rest;
        slice_cut(all, '\n', &line, rest);
        text_add_str(&t, t.len > 0 ? "\r\n" : "");
        text_add(&t, line);
    } while (rest->len > 0 && is_wsp(rest->at[0]));
    must(!t.bad, "no memory");
    return text_slice(&t);
}

static void give_header(struct player *p, struct txn *t, struct slice header)
{
    if (header.len == 0)
        header = SLICE("From: someone@author.example\n");
    while (header.len > 0) {
        struct slice field = take_field(p, &header);
        if (field.len > 0)
            txn_field(t, field);
    }
}

static void give_recipients(struct txn *t, struct slice rcpts)
{
    struct slice rcpt;
    for (bool more = rcpts.len > 0; more;) {
        more = slice_cut(rcpts, ' ', &rcpt, &rcpts);
        txn_rcpt(t, rcpt);
    }
}

static void give_events(struct player *p, struct txn *t, const struct play *play)
{
    uint64_t seed = play->dns.seed * 0x9e3779b97f4a7c15u;
    txn_helo(t, play->helo);
    some_answers(p, seed, 0);
    if (play->submitter.len > 0)
        txn_submitter(t, play->submitter);
    txn_mail(t, play->from, !ascii_only(play->from));
    give_recipients(t, play->rcpt);
    some_answers(p, seed, 1);
    give_header(p, t, play->header);
    txn_end_of_header(t);
    some_answers(p, seed, 2);
    txn_body(t, play->body.at ? play->body : SLICE("text\r\n"));
    txn_end_of_message(t);
    while (shuffle_deliver_one(p->shuffle))
        ;
    must(txn_progress(t) == PROGRESS_DONE, "all is answered and the transaction is not done");
}

static struct slice listed_questions(struct player *p)
{
    struct text t = text_in(p->arena, JSON_OCTETS);
    char type[16];
    for (unsigned i = 0; i < shuffle_asked(p->shuffle); i++) {
        struct question q = shuffle_question(p->shuffle, i);
        text_addf(&t, "%s%s ", i > 0 ? ", " : "", rtype_name(q.type, type));
        text_add_shown(&t, q.name, false);
        text_add_str(&t, q.server.family != IP_NONE ? " @" : "");
        text_add_ip(&t, &q.server);
    }
    return text_slice(&t);
}

static struct slice explained(struct player *p, const struct txn *t)
{
    const struct results *all = txn_results(t, p->method);
    if (!p->method->explain || !all || all->count == 0)
        return (struct slice){ 0 };
    return p->method->explain(p->arena, t, &all->at[p->method->principal ? p->method->principal(all) : 0]);
}

static struct played take_results(struct player *p, struct txn *t, const struct play *play)
{
    struct played r = { .asked = shuffle_asked(p->shuffle), .asked_twice = shuffle_asked_twice(p->shuffle) };
    const struct fact *facts = fact_find(txn_record(t), p->method->name);
    struct text json = text_in(p->arena, JSON_OCTETS);
    const char *error;
    if (facts) {
        must(fact_to_json(facts, false, &json), "no JSON");
        r.json = text_slice(&json);
        must(fact_from_json(p->arena, r.json, &r.facts, &error), "JSON that cannot be read");
    }
    r.authentication_results = slice_dup(p->arena, txn_authentication_results(t));
    r.explain = explained(p, t);
    r.questions = listed_questions(p);
    if (play->dns.fail_nth > 0 && play->dns.fail_nth <= r.asked)
        r.failed_type = shuffle_question(p->shuffle, play->dns.fail_nth - 1).type;
    return r;
}

struct played player_play(struct player *p, const struct play *play)
{
    struct session_facts facts = {
        .auth_user = play->auth_user, .client_from_message = play->stored, .received_at = play->received_at, .noop = play->noop,
    };
    if (play->ip.len > 0)
        must(ip_parse(play->ip, &facts.peer), "not an address");
    p->shuffle = shuffle_resolver_new(p->zone, play->dns);
    struct session *s = session_begin(p->engine[play->no_scouts], &facts);
    struct txn *t = s ? txn_begin(s, play->now ? play->now : PLAYER_NOW, NULL) : NULL;
    must(t != NULL, "no memory");
    give_events(p, t, play);
    struct played r = take_results(p, t, play);
    txn_end(t);
    session_end(s);
    shuffle_resolver_free(p->shuffle);
    p->shuffle = NULL;
    return r;
}
