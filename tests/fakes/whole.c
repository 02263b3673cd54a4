#include "fakes/whole.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JSON_OCTETS (1u << 22)
#define ARENA_OCTETS (1u << 28)

struct whole {
    struct env env;
    struct random random;
    struct resolver dns;                 /* passes on to the play's */
    struct shuffle_resolver *shuffle;
    struct config *config;
    struct engine *engine[2];            /* with scouts, without */
    struct arena *arena;
};

static void must(bool truth, const char *what)
{
    if (truth)
        return;
    fprintf(stderr, "whole: %s\n", what);
    abort();
}

/* ---- the world ---- */

static struct whole *whole_of(struct resolver *r)
{
    return (struct whole *)(void *)((char *)r - offsetof(struct whole, dns));
}

static const struct answer *pass_on_ask(struct resolver *r, const struct question *q, struct waiter *w)
{
    struct resolver *s = shuffle_resolver(whole_of(r)->shuffle);
    return s->ask(s, q, w);
}

static void pass_on_withdraw(struct resolver *r, struct waiter *w)
{
    struct resolver *s = shuffle_resolver(whole_of(r)->shuffle);
    s->withdraw(s, w);
}

static void random_fill(struct random *r, void *at, size_t octets)
{
    (void)r;
    memset(at, 7, octets);
}

static struct engine *make_engine(struct whole *w, uint64_t only, bool no_scouts)
{
    struct config_error error = { 0 };
    struct engine *e = engine_new(&w->env, w->config, &(struct engine_options){ .only = only, .no_scouts = no_scouts }, &error);
    must(e != NULL, error.text);
    must(engine_set_authserv_id(e, SLICE(WHOLE_RECEIVER)), "no memory");
    return e;
}

struct whole *whole_new_only(struct slice config, uint64_t only)
{
    size_t count;
    struct config_error error = { 0 };
    const struct section *sections = engine_sections(&count);
    struct whole *w = calloc(1, sizeof *w);
    must(w != NULL && crypto_start() == STATUS_OK, "no memory");
    w->dns = (struct resolver){ pass_on_ask, pass_on_withdraw };
    w->random.fill = random_fill;
    w->env = (struct env){ .dns = &w->dns, .random = &w->random };
    w->arena = arena_new(ARENA_OCTETS);
    w->config = config_parse("test.conf", config, sections, count, &error);
    must(w->arena && w->config, error.text);
    w->engine[0] = make_engine(w, only, false);
    w->engine[1] = make_engine(w, only, true);
    return w;
}

struct whole *whole_new(struct slice config)
{
    return whole_new_only(config, 0);
}

void whole_free(struct whole *w)
{
    if (!w)
        return;
    engine_free(w->engine[0]);
    engine_free(w->engine[1]);
    config_free(w->config);
    arena_free(w->arena);
    free(w);
}

void whole_forget(struct whole *w)
{
    arena_reset(w->arena);
}

const struct engine *whole_engine(const struct whole *w)
{
    return w->engine[0];
}

/* ---- a play ---- */

struct play {
    struct whole *w;
    struct txn *t;
    uint64_t dice;                       /* xorshift; the seed's */
    bool by_stages, refused;
};

static unsigned roll(struct play *p, unsigned sides)
{
    p->dice ^= p->dice << 13;
    p->dice ^= p->dice >> 7;
    p->dice ^= p->dice << 17;
    return (unsigned)(p->dice >> 33) % sides;
}

/* Answers may come between any two events, or wait till the end. */
static void some_answers(struct play *p)
{
    for (unsigned n = roll(p, 4); n > 0; n--)
        shuffle_deliver_one(p->w->shuffle);
}

/* What a milter does at a stage: its reply is held while a rule could act. */
static void stage_reply(struct play *p)
{
    some_answers(p);
    if (!p->by_stages || p->refused)
        return;
    enum progress progress;
    while ((progress = txn_progress(p->t)) == PROGRESS_WAIT)
        must(shuffle_deliver_one(p->w->shuffle), "a stage waits and nothing is open");
    p->refused = progress == PROGRESS_ACT;
}

static void on_field(void *context, struct slice raw)
{
    struct play *p = context;
    if (p->refused)
        return;
    txn_field(p->t, raw);
    some_answers(p);
}

static void on_end_of_header(void *context)
{
    struct play *p = context;
    if (p->refused)
        return;
    txn_end_of_header(p->t);
    stage_reply(p);
}

static void on_body(void *context, struct slice octets)
{
    struct play *p = context;
    if (p->refused)
        return;
    txn_body(p->t, octets);
    some_answers(p);
}

static void give_message(struct play *p, struct slice message)
{
    struct splitter *s = splitter_new(p->w->arena, &(struct splitter_sink){ on_field, on_end_of_header, on_body, p }, false);
    must(s != NULL, "no memory");
    while (message.len > 0 && !p->refused) {
        size_t n = message.len > 65536 ? 65536 : 1 + roll(p, 2000);
        splitter_push(s, slice_first(message, n));
        message = slice_from(message, n);
    }
    if (!p->refused)
        splitter_end(s);
}

static void give_events(struct play *p, const struct whole_case *c)
{
    stage_reply(p);
    if (!p->refused && c->helo.len > 0)
        txn_helo(p->t, c->helo);
    stage_reply(p);
    if (!p->refused)
        txn_mail(p->t, c->mail_from, true);
    stage_reply(p);
    for (unsigned n = 0; !p->refused && n < (c->recipients ? c->recipients : 1); n++) {
        txn_rcpt(p->t, SLICE("you@receiver.example"));
        stage_reply(p);
    }
    if (!p->refused)
        give_message(p, c->message);
    if (p->refused)
        return;
    txn_end_of_message(p->t);
    while (shuffle_deliver_one(p->w->shuffle))
        ;
    must(txn_progress(p->t) == PROGRESS_DONE, "all is answered and the transaction is not done");
}

/* ---- what was told ---- */

static struct slice json_of(struct arena *a, const struct fact *f)
{
    struct text json = text_in(a, JSON_OCTETS);
    must(fact_to_json(f, false, &json), "no JSON");
    return text_slice(&json);
}

/* How many questions were asked, or came from a cache, may differ with their order. */
static struct slice comparable(struct arena *a, const struct fact *record)
{
    struct fact *kept = fact_group(a, NULL);
    for (const struct fact *f = record->first; f; f = f->next)
        if (strcmp(f->name, "dns") != 0)
            fact_adopt(a, kept, f->name, f);
    return json_of(a, kept);
}

static void copy_actions(struct arena *a, struct txn *t, struct told *told)
{
    const struct action *actions = txn_actions(t, &told->action_count);
    struct action *copies = ARENA_ARRAY(a, told->action_count ? told->action_count : 1, struct action);
    must(copies != NULL, "no memory");
    for (size_t i = 0; i < told->action_count; i++) {
        copies[i] = actions[i];
        copies[i].name = slice_dup(a, actions[i].name);
        copies[i].value = slice_dup(a, actions[i].value);
    }
    told->actions = copies;
}

static struct told tell(struct play *p, const struct whole_how *how)
{
    struct arena *a = p->w->arena;
    struct told told = { .asked = shuffle_asked(p->w->shuffle), .asked_twice = shuffle_asked_twice(p->w->shuffle), .counts = txn_counts(p->t) };
    const struct fact *record = txn_record(p->t);
    const char *error;
    size_t count;
    told.json = comparable(a, record);
    must(fact_from_json(a, json_of(a, record), &told.record, &error), "JSON that cannot be read");
    const struct result *all = txn_all_results(p->t, &count);
    must(count <= WHOLE_WORDS_MAX, "too many results");
    for (size_t i = 0; i < count; i++)
        told.words[told.count++] = (struct whole_word){ all[i].method, all[i].subject, all[i].word };
    copy_actions(a, p->t, &told);
    if (how->dns.fail_nth > 0 && how->dns.fail_nth <= told.asked) {
        told.failed_type = shuffle_question(p->w->shuffle, how->dns.fail_nth - 1).type;
        told.failed_name = slice_dup(a, shuffle_question(p->w->shuffle, how->dns.fail_nth - 1).name);
    }
    return told;
}

struct told whole_play(struct whole *w, const struct whole_case *c, const struct whole_how *how)
{
    struct session_facts facts = { 0 };
    if (c->ip.len > 0)
        must(ip_parse(c->ip, &facts.peer), "not an address");
    w->shuffle = shuffle_resolver_new(c->zone, how->dns);
    struct session *s = session_begin(w->engine[how->no_scouts], &facts);
    struct txn *t = s ? txn_begin(s, c->now, NULL) : NULL;
    must(t != NULL, "no memory");
    struct play p = { .w = w, .t = t, .dice = how->dns.seed * 0x9e3779b97f4a7c15u + 0x2545f4914f6cdd1du, .by_stages = how->by_stages };
    give_events(&p, c);
    struct told told = tell(&p, how);
    txn_end(t);
    session_end(s);
    shuffle_resolver_free(w->shuffle);
    w->shuffle = NULL;
    return told;
}
