/* txn.c: events of one transaction become facts; each fact that completes a stage lets methods run. */
#include "engine/state.h"

#include "mail/received.h"

#include <assert.h>
#include <string.h>

static const char id_alphabet[] = "0123456789abcdefghjkmnpqrstvwxyz";     /* no i l o u: it is read aloud */

static void id_make(struct transaction *t)
{
    uint8_t octets[sizeof t->id];
    t->engine->env->random->fill(t->engine->env->random, octets, sizeof octets);
    for (size_t i = 0; i < sizeof octets; i++)
        t->id[i] = (uint8_t)id_alphabet[octets[i] % 32];
}

static struct transaction *transaction_take(struct engine *e)
{
    struct transaction *t = e->pool;
    if (t) {
        e->pool = t->next_free;
        e->pooled--;
        return t;
    }
    t = mem_zalloc(1, sizeof *t);
    if (!t)
        return NULL;
    t->arena = arena_new(e->conf.transaction_octets);
    if (t->arena)
        return t;
    mem_free(t);
    return NULL;
}

static void transaction_give(struct engine *e, struct transaction *t)
{
    struct arena *arena = t->arena;
    arena_free(t->failure_arena);
    if (e->pooled == POOLED_TRANSACTIONS) {
        arena_free(arena);
        mem_free(t);
        return;
    }
    arena_reset(arena);
    memset(t, 0, sizeof *t);
    t->arena = arena;
    t->next_free = e->pool;
    e->pool = t;
    e->pooled++;
}

static void states_begin(struct transaction *t)
{
    for (size_t i = 0; methods[i]; i++)
        t->states[i] = (struct method_state){
            .method = methods[i], .hints_left = methods[i]->hints,
            .enabled = (t->engine->enabled >> i & 1) && (!t->tending || methods[i]->tend),
        };
}

static void helo_set(struct transaction *t, struct slice helo)
{
    t->facts.helo = helo;
    t->facts.helo_domain = (struct slice){ 0 };
    struct slice normal;
    if (domain_normal(t->arena, helo, &normal))
        t->facts.helo_domain = normal;
}

/* A scout begins at its stage, and runs again at each one up to its check's own: every stage has new facts. */
static bool scout_runs_at(const struct method *m, enum stage before, enum stage now)
{
    return m->scout && m->scout_when <= now && (m->scout_when > before || m->when >= now);
}

/* Moves to a later stage; scouts that have something new to look at become due. */
static void stage_reach(struct transaction *t, enum stage stage)
{
    if (t->facts.stage >= stage)
        return;
    enum stage before = t->facts.stage;
    t->facts.stage = stage;
    for (size_t i = 0; methods[i]; i++)
        if (t->states[i].enabled && scout_runs_at(methods[i], before, stage))
            t->states[i].scout_due = true;
    engine_step(t);
}

static struct transaction *transaction_begin(struct session *session, int64_t now, const struct txn_host *host)
{
    struct session_state *s = (struct session_state *)session;
    struct transaction *t = transaction_take(s->engine);
    if (!t)
        return NULL;
    s->live++;
    s->engine->live++;
    t->engine = s->engine;
    if (host) {
        t->host_copy = *host;
        t->host = &t->host_copy;
    }
    t->pins_end = &t->pins;
    message_init(&t->message, t->arena);
    t->facts = (struct txn){
        .session = session, .now = now, .arena = t->arena, .conf = s->engine->config,
        .suffixes = s->engine->suffixes, .suffixes_given = !s->engine->own_suffixes, .message = &t->message,
    };
    id_make(t);
    return t;
}

struct txn *txn_begin(struct session *session, int64_t now, const struct txn_host *host)
{
    struct transaction *t = transaction_begin(session, now, host);
    if (!t)
        return NULL;
    if (!session->via_relay)
        t->facts.client = session->peer;
    states_begin(t);
    stage_reach(t, STAGE_CONNECT);
    if (session->helo.len > 0) {
        if (!session->via_relay)
            helo_set(t, session->helo);
        stage_reach(t, STAGE_HELO);
    }
    return &t->facts;
}

struct txn *txn_tend(struct engine *e, int64_t now, const struct txn_host *host)
{
    struct session *session = session_of_nobody(e);
    struct transaction *t = session ? transaction_begin(session, now, host) : NULL;
    if (!t) {
        session_end(session);
        return NULL;
    }
    t->tending = true;
    states_begin(t);
    /* There is no message: what needs DNS and configuration alone can run at once. */
    stage_reach(t, STAGE_MESSAGE);
    return &t->facts;
}

void txn_helo(struct txn *txn, struct slice helo)
{
    struct transaction *t = transaction_of(txn);
    assert(t->facts.stage < STAGE_HELO);
    struct session_state *s = (struct session_state *)(void *)(uintptr_t)txn->session;
    session_set_helo(&s->facts, helo);
    if (!txn->session->via_relay)
        helo_set(t, s->facts.helo);
    stage_reach(t, STAGE_HELO);
}

void txn_submitter(struct txn *txn, struct slice value)
{
    struct transaction *t = transaction_of(txn);
    assert(t->facts.stage < STAGE_MAIL);
    submitter_parse(t->arena, value, &t->facts.submitter);
}

void txn_mail(struct txn *txn, struct slice path, bool smtputf8)
{
    struct transaction *t = transaction_of(txn);
    assert(t->facts.stage < STAGE_MAIL);
    (void)smtputf8;
    path_parse(t->arena, slice_dup(t->arena, path), &t->facts.mail_from);       /* the path's parts point into it */
    stage_reach(t, STAGE_MAIL);
}

static bool recipients_grow(struct transaction *t)
{
    if (t->facts.recipient_count < t->recipient_room)
        return true;
    size_t room = t->recipient_room ? t->recipient_room * 2 : 4;
    struct path *more = ARENA_ARRAY(t->arena, room, struct path);
    if (!more)
        return false;
    if (t->facts.recipient_count)
        memcpy(more, t->recipients, t->facts.recipient_count * sizeof *more);
    t->recipients = more;
    t->recipient_room = room;
    return true;
}

void txn_rcpt(struct txn *txn, struct slice path)
{
    struct transaction *t = transaction_of(txn);
    t->facts.recipient_total++;
    if (t->facts.recipient_count < RECIPIENTS_MAX && recipients_grow(t)) {
        path_parse(t->arena, slice_dup(t->arena, path), &t->recipients[t->facts.recipient_count++]);
        t->facts.recipients = t->recipients;
    }
    stage_reach(t, STAGE_RCPT);
}

void txn_set_queue_id(struct txn *txn, struct slice id)
{
    struct transaction *t = transaction_of(txn);
    if (!slice_same(t->facts.queue_id, id))
        t->facts.queue_id = slice_dup(t->arena, slice_first(id, SESSION_TEXT_MAX));
}

/*
 * A field that was not kept: over a bound, no field, or no memory. Forged results must go all the same
 * (threats.md T31), so those beyond the bounds are judged as they pass; without memory nothing may pass.
 */
static void field_missed(struct transaction *t, struct slice name, struct slice value)
{
    if (arena_failed(t->arena)) {
        t->fields_lost = true;
        return;
    }
    if (t->message.overflow)
        engine_note_missed(t, slice_trim(name, " \t"), value);
}

void txn_field(struct txn *txn, struct slice raw)
{
    struct transaction *t = transaction_of(txn);
    const struct field *f = message_add(&t->message, raw);
    struct slice name, value;
    if (f)
        engine_scouts_at_field(t, f);
    else if (slice_cut(raw, ':', &name, &value))
        field_missed(t, name, value);
}

void txn_field_parts(struct txn *txn, struct slice name, struct slice value)
{
    struct transaction *t = transaction_of(txn);
    const struct field *f = message_add_parts(&t->message, name, value);
    if (f)
        engine_scouts_at_field(t, f);
    else
        field_missed(t, name, value);
}

/*
 * Behind our own gateways the client is whoever the topmost Received field not written about another
 * gateway names (verdict.md, order of evaluation 3). None: the client stays unknown.
 */
static void client_from_received(struct transaction *t)
{
    for (unsigned hop = 1; hop <= RELAY_HOPS_MAX; hop++) {
        const struct field *f = message_field(&t->message, SLICE("Received"), hop);
        struct received r;
        if (!f || !received_parse(t->arena, f->value, &r) || r.client.family == IP_NONE)
            return;
        if (engine_is_relay(t->engine, &r.client))
            continue;
        t->facts.client = r.client;
        helo_set(t, r.helo);
        return;
    }
}

void txn_end_of_header(struct txn *txn)
{
    struct transaction *t = transaction_of(txn);
    t->message.complete = true;
    if (txn->session->via_relay)
        client_from_received(t);
    t->facts.author = author_of(t->arena, &t->message);
    stage_reach(t, STAGE_HEADERS);
    t->orders_closed = true;        /* design.md: `order` after the engine came to rest here is a bug */
}

void txn_body(struct txn *txn, struct slice octets)
{
    struct transaction *t = transaction_of(txn);
    t->facts.body_octets += octets.len;
    bodies_push(t, octets);
}

bool txn_body_enough(const struct txn *txn)
{
    return bodies_enough(transaction_of(txn));
}

void txn_end_of_message(struct txn *txn)
{
    struct transaction *t = transaction_of(txn);
    bodies_end(t);
    stage_reach(t, STAGE_MESSAGE);
}

void txn_deadline(struct txn *txn)
{
    struct transaction *t = transaction_of(txn);
    if (t->finished || t->deadline)
        return;
    t->deadline = true;
    t->counts.deadline = true;
    if (t->engine->env->meter)
        t->engine->env->meter->counts[METRIC_DEADLINES]++;
    engine_pin_timeouts(t);
    engine_step(t);
}

void txn_own_failure(struct txn *txn)
{
    transaction_of(txn)->own_failure = true;
}

void txn_end(struct txn *txn)
{
    if (!txn)
        return;
    struct transaction *t = transaction_of(txn);
    struct session_state *s = (struct session_state *)(void *)(uintptr_t)txn->session;
    engine_withdraw(t);
    if (t->engine->env->meter) {
        uint64_t *counts = t->engine->env->meter->counts;
        counts[METRIC_QUESTIONS] += t->counts.questions;
        counts[METRIC_CACHED] += t->counts.cached;
        counts[METRIC_FAILED] += t->counts.failed;
    }
    for (struct pin *p = t->pins; p; p = p->next)
        answer_drop(p->answer);
    bodies_release(t);
    s->live--;
    s->engine->live--;
    struct engine *engine = t->engine;
    if (t->tending)
        session_end(&s->facts);
    transaction_give(engine, t);
}

struct txn_counts txn_counts(const struct txn *txn)
{
    const struct transaction *t = transaction_of(txn);
    struct txn_counts c = t->counts;
    c.memory = arena_used(t->arena);
    return c;
}

/* Was it needed before, by this subject or an earlier one of the method? */
static bool needed_before(const struct method_state *m, unsigned subject, unsigned at)
{
    const struct pin *p = m->subjects[subject].trail[at];
    for (unsigned i = 0; i <= subject; i++)
        for (unsigned k = 0; k < (i < subject ? m->subjects[i].trail_count : at); k++)
            if (m->subjects[i].trail[k] == p)
                return true;
    return false;
}

unsigned txn_questions_of(const struct txn *txn, const struct method *method)
{
    const struct method_state *m = &transaction_of(txn)->states[method_index(method)];
    unsigned count = 0;
    for (unsigned i = 0; m->counted && i < m->subject_count; i++)
        for (unsigned k = 0; k < m->subjects[i].trail_count; k++)
            count += !needed_before(m, i, k);
    return count;
}

void txn_pinned(const struct txn *txn, void (*each)(void *, const struct answer *), void *context)
{
    const struct transaction *t = transaction_of(txn);
    for (const struct pin *p = t->pins; p; p = p->next)
        if (p->answer)
            each(context, p->answer);
}

struct slice txn_id(const struct txn *txn)
{
    const struct transaction *t = transaction_of(txn);
    return slice_of(t->id, sizeof t->id);
}
