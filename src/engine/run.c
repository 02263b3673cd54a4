/*
 * run.c: runs checks and scouts; the needs and hints of methods/method.h.
 *
 * Everything that can run is run to rest by engine_step(). Methods are visited in list order, so a
 * result_of always looks at one already visited; one pass is enough, because a run never makes an
 * earlier method runnable: answers that are there at once are used within the run, others come later
 * through deliver().
 */
#include "engine/state.h"

#include <assert.h>

/* ---- questions ---- */

static struct pin *pin_find(struct transaction *t, const struct question *q, uint64_t hash)
{
    for (struct pin *p = t->buckets[hash % QUESTION_BUCKETS]; p; p = p->next_in_bucket)
        if (question_same(&p->question, q))
            return p;
    return NULL;
}

static void pin_answer(struct transaction *t, struct pin *p, const struct answer *held)
{
    p->answer = held;
    if (answer_failed(held))
        t->counts.failed++;
}

/* Sends a new question; pins the answer if it is there at once. NULL without memory. */
static struct pin *pin_new(struct transaction *t, const struct question *q, uint64_t hash)
{
    struct pin *p = ARENA_NEW(t->arena, struct pin);
    struct text lower = text_in(t->arena, NAME_TEXT_MAX + 1);
    text_add_lower(&lower, q->name);
    if (!p || lower.bad)
        return NULL;
    p->waiter.deliver = engine_deliver;
    p->owner = t;
    p->question = (struct question){ .name = text_slice(&lower), .type = q->type, .server = q->server };
    p->next_in_bucket = t->buckets[hash % QUESTION_BUCKETS];
    t->buckets[hash % QUESTION_BUCKETS] = p;
    *t->pins_end = p;
    t->pins_end = &p->next;
    if (t->deadline) {
        p->answer = answer_to(&p->question, ANSWER_TIMEOUT);
        return p->answer ? p : NULL;
    }
    t->counts.questions++;
    const struct answer *a = t->engine->env->dns->ask(t->engine->env->dns, &p->question, &p->waiter);
    if (a) {
        p->at_once = true;
        t->counts.cached++;
        pin_answer(t, p, a);
    } else {
        t->open++;
    }
    return p;
}

static struct pin *pin_get(struct transaction *t, const struct question *q, bool may_send, bool *is_new)
{
    uint64_t hash = slice_hash_nocase(q->name, t->engine->seed ^ q->type);
    struct pin *p = pin_find(t, q, hash);
    *is_new = false;
    if (p || !may_send)
        return p;
    *is_new = true;
    p = pin_new(t, q, hash);
    if (!p)
        t->own_failure = true;
    return p;
}

void engine_deliver(struct waiter *w, const struct answer *a)
{
    struct pin *p = (struct pin *)w;
    struct transaction *t = p->owner;
    assert(!p->answer && t->open > 0);
    t->open--;
    pin_answer(t, p, answer_hold(a));
    for (size_t i = 0; methods[i]; i++)
        t->states[i].scout_due = t->states[i].scout_due || (p->scouts >> i & 1) != 0;
    engine_step(t);
    /* Last: the host may end the transaction in here. */
    if (t->host)
        t->host_copy.progress(t->host_copy.context, &t->facts);
}

static void pin_timeout(struct transaction *t, struct pin *p)
{
    t->engine->env->dns->withdraw(t->engine->env->dns, &p->waiter);
    t->open--;
    const struct answer *a = answer_to(&p->question, ANSWER_TIMEOUT);
    if (!a) {
        /* Without memory for the answer itself: any held failure serves. */
        t->own_failure = true;
        a = answer_hold(t->engine->over_quota);
    }
    pin_answer(t, p, a);
}

void engine_pin_timeouts(struct transaction *t)
{
    for (struct pin *p = t->pins; p; p = p->next)
        if (!p->answer)
            pin_timeout(t, p);
}

/* What the subjects of an impatient method wait for is not waited for any longer. */
static bool impatience_pins(struct transaction *t, struct method_state *m)
{
    bool pinned = false;
    for (unsigned i = 0; i < m->subject_count; i++) {
        const struct subject *s = &m->subjects[i];
        if (s->done || !s->waits_pin || s->waits_pin->answer)
            continue;
        pin_timeout(t, s->waits_pin);
        pinned = true;
    }
    return pinned;
}

void txn_time(struct txn *txn, int64_t now_us)
{
    struct transaction *t = transaction_of(txn);
    bool pinned = false;
    for (size_t i = 0; methods[i] && !t->finished; i++) {
        struct method_state *m = &t->states[i];
        if (!m->counted || m->settled || !methods[i]->patience)
            continue;
        if (m->waits_since_us == 0)
            m->waits_since_us = now_us;
        m->impatient = now_us - m->waits_since_us >= (int64_t)methods[i]->patience(t->engine->method_conf[i]) * 1000000;
        pinned = (m->impatient && impatience_pins(t, m)) || pinned;
    }
    if (pinned)
        engine_step(t);
}

/* Nobody needs what is still open: only hints can be. */
void engine_withdraw(struct transaction *t)
{
    for (struct pin *p = t->pins; p && t->open > 0; p = p->next) {
        if (p->answer)
            continue;
        t->engine->env->dns->withdraw(t->engine->env->dns, &p->waiter);
        t->open--;
        p->question.type = 0;        /* never found again */
    }
}

/* ---- runs ---- */

static struct run run_begin(struct run_state *r, struct transaction *t, struct method_state *m, struct subject *s)
{
    *r = (struct run_state){ .t = t, .m = m, .s = s };
    struct arena *scratch = t->engine->scratch;
    assert(!t->engine->scratch_busy);
    t->engine->scratch_busy = true;
    arena_reset(scratch);
    return (struct run){
        .txn = &t->facts, .method = m->method, .scratch = scratch, .engine = r,
        .subject = s ? (unsigned)(s - m->subjects) : 0,
    };
}

static void run_end(struct transaction *t)
{
    t->engine->scratch_busy = false;
}

static void subject_done(struct transaction *t, struct method_state *m, struct subject *s, unsigned reason, const struct evidence *ev)
{
    unsigned n = (unsigned)(s - m->subjects);
    assert(reason > 0 && reason < m->method->reason_count);
    m->results[n] = (struct result){
        .method = m->method, .subject = n, .reason = reason, .word = m->method->reasons[reason].word,
    };
    if (ev)
        m->results[n].evidence = *ev;
    s->done = true;
    if (++m->subjects_done == m->subject_count)
        m->settled = true;
    (void)t;
}

static void run_check(struct transaction *t, struct method_state *m, struct subject *s)
{
    struct run_state r;
    struct check c = { .run = run_begin(&r, t, m, s) };
    s->started = true;
    s->waits_pin = NULL;
    s->waits_digest = false;
    s->waits_method = NULL;
    (t->tending ? m->method->tend : m->method->check)(&c);
    run_end(t);
    /* Own failure: a run without memory or digests says nothing of its own (threats.md T42). */
    if (t->own_failure || arena_failed(t->arena) || arena_failed(t->engine->scratch)) {
        t->own_failure = true;
        subject_done(t, m, s, m->method->reason_own_failure, NULL);
        return;
    }
    if (r.missing > 0)
        return;
    assert(r.said);
    /* A method that failed, without memory or for its library, is Frank failing: no rule may mistake it for a result. */
    t->own_failure = t->own_failure || r.reason == m->method->reason_own_failure;
    subject_done(t, m, s, r.reason, &r.evidence);
}

static bool subject_runnable(const struct transaction *t, const struct subject *s)
{
    if (s->done)
        return false;
    if (!s->started)
        return true;
    if (s->waits_pin)
        return s->waits_pin->answer != NULL;
    if (s->waits_digest)
        return t->body_ended;
    return s->waits_method && t->states[method_index(s->waits_method)].settled;
}

static enum stage method_starts_at(const struct transaction *t, const struct method *m)
{
    if (m->needs_client && t->facts.session->via_relay && m->when < STAGE_HEADERS)
        return STAGE_HEADERS;
    return m->when;
}

/* RFC 8601 / verdict.md: exempt sessions are not examined for who may send. */
static bool method_exempted(const struct transaction *t, const struct method *m)
{
    return m->needs_client && t->facts.session->exempt != EXEMPT_NO && !t->tending;
}

static unsigned named_subjects(const struct transaction *t, const struct method *m)
{
    struct named_subject s;
    unsigned n = 0;
    while (m->named_subject && m->named_subject(t->engine->method_conf[method_index(m)], n, &s))
        n++;
    return n;
}

static unsigned subjects_of(const struct transaction *t, const struct method *m, bool exempted)
{
    if (t->tending)
        return named_subjects(t, m);
    /* One result says that it was not examined; none where there was nothing to examine anyway. */
    if (exempted)
        return !m->named_subject || named_subjects(t, m) > 0;
    return m->subjects ? m->subjects(&t->facts) : 1;
}

static void method_count_subjects(struct transaction *t, struct method_state *m)
{
    const struct method *method = m->method;
    m->counted = true;
    bool exempted = method_exempted(t, method);
    unsigned n = subjects_of(t, method, exempted);
    assert(n <= method->subjects_max || exempted);
    m->subjects = ARENA_ARRAY(t->arena, n ? n : 1, struct subject);
    m->results = ARENA_ARRAY(t->arena, n ? n : 1, struct result);
    if (!m->subjects || !m->results) {
        t->own_failure = true;
        m->settled = true;
        return;
    }
    m->subject_count = n;
    m->set = (struct results){ .at = m->results, .count = n };
    m->settled = n == 0;
    if (exempted && n > 0)
        subject_done(t, m, &m->subjects[0], method->reason_exempt, &(struct evidence){ .quiet = true });
}

static void method_step(struct transaction *t, struct method_state *m)
{
    if (!m->enabled || m->settled)
        return;
    if (!m->counted) {
        if (t->facts.stage < method_starts_at(t, m->method))
            return;
        method_count_subjects(t, m);
    }
    for (unsigned i = 0; i < m->subject_count && !m->settled; i++)
        if (subject_runnable(t, &m->subjects[i]))
            run_check(t, m, &m->subjects[i]);
}

static void scout_step(struct transaction *t, struct method_state *m)
{
    if (!m->scout_due)
        return;
    m->scout_due = false;
    if (m->hints_left == 0)
        return;                      /* it can do nothing but hint (threats.md T18) */
    if (m->settled || method_exempted(t, m->method))
        return;
    if (m->method->needs_client && t->facts.session->via_relay && t->facts.stage < STAGE_HEADERS)
        return;
    struct run_state r;
    struct scout s = { .run = run_begin(&r, t, m, NULL) };
    t->counts.scout_runs++;
    m->method->scout(&s);
    run_end(t);
}

static bool all_settled(const struct transaction *t)
{
    for (size_t i = 0; methods[i]; i++)
        if (t->states[i].enabled && !t->states[i].settled)
            return false;
    return true;
}

void engine_step(struct transaction *t)
{
    if (t->stepping || t->finished || t->judged)
        return;
    t->stepping = true;
    for (size_t i = 0; methods[i]; i++)
        method_step(t, &t->states[i]);
    if (!t->deadline && !t->engine->no_scouts && !t->tending)
        for (size_t i = 0; methods[i]; i++)
            scout_step(t, &t->states[i]);
    t->stepping = false;
    if (t->facts.stage == STAGE_MESSAGE && all_settled(t)) {
        t->finished = true;
        engine_withdraw(t);
    }
    /* Everything asked was answered, and yet somebody waits: our bug (design.md), never a stranger's doing. */
    assert(t->finished || t->open > 0 || t->facts.stage < STAGE_MESSAGE);
}

void engine_scouts_at_field(struct transaction *t, const struct field *field)
{
    if (t->engine->no_scouts || t->judged)
        return;
    for (size_t i = 0; methods[i]; i++) {
        const char *const *names = methods[i]->scout_fields;
        if (!t->states[i].enabled || !methods[i]->scout || !names)
            continue;
        for (size_t k = 0; names[k]; k++)
            if (slice_same_nocase(field->name, slice_str(names[k])))
                t->states[i].scout_due = true;
        scout_step(t, &t->states[i]);
    }
}

/* ---- needs ---- */

static bool trail_room(struct transaction *t, struct subject *s)
{
    if (s->trail_count < s->trail_room)
        return true;
    unsigned room = s->trail_room ? s->trail_room * 2 : 8;
    struct pin **more = ARENA_ARRAY(t->arena, room, struct pin *);
    if (!more)
        return false;
    for (unsigned i = 0; i < s->trail_count; i++)
        more[i] = s->trail[i];
    s->trail = more;
    s->trail_room = room;
    return true;
}

/* As checks are sequential, each run's asks begin with those of the run before (design.md). */
static void trail_follow(struct transaction *t, struct subject *s, unsigned at, struct pin *p)
{
    if (at < s->trail_count) {
        assert(s->trail[at] == p);
        return;
    }
    if (trail_room(t, s))
        s->trail[s->trail_count++] = p;
}

static const struct answer *ask_question(struct check *c, const struct question *q)
{
    struct run_state *r = c->run.engine;
    struct transaction *t = r->t;
    bool is_new;
    if (r->asks >= r->m->method->asks) {
        t->counts.over_quota++;
        return t->engine->over_quota;
    }
    struct pin *p = pin_get(t, q, true, &is_new);
    if (!p) {
        r->missing++;           /* the run ends as an own failure */
        return NULL;
    }
    /* A run that already lacks something may wander: only asks before its first lack are the trail. */
    if (r->missing == 0)
        trail_follow(t, r->s, r->asks, p);
    r->asks++;
    if (!p->answer && r->m->impatient && r->missing == 0)
        pin_timeout(t, p);
    if (p->answer)
        return p->answer;
    if (r->missing++ == 0)
        r->s->waits_pin = p;
    return NULL;
}

/* NULL: it can be asked. */
static const struct answer *refusal_of(const struct engine *e, const struct question *q)
{
    if (!name_askable(q->name))
        return e->bad_name;
    return q->server.family != IP_NONE && named_port(&e->named, &q->server) == 0 ? e->blocked : NULL;
}

static const struct answer *ask_if_possible(struct check *c, const struct question *q)
{
    const struct run_state *r = c->run.engine;
    const struct answer *refused = refusal_of(r->t->engine, q);
    return refused ? refused : ask_question(c, q);
}

const struct answer *ask(struct check *c, struct slice name, uint16_t rtype)
{
    return ask_if_possible(c, &(struct question){ .name = name_undotted(name), .type = rtype });
}

const struct answer *ask_server(struct check *c, const struct ip *server, struct slice name, uint16_t rtype)
{
    const struct run_state *r = c->run.engine;
    if (server->family == IP_NONE)
        return r->t->engine->blocked;
    return ask_if_possible(c, &(struct question){ .name = name_undotted(name), .type = rtype, .server = *server });
}

const struct digest *digest(struct check *c, struct digest_spec spec)
{
    struct run_state *r = c->run.engine;
    struct body_digest *d = bodies_find(r->t, spec);
    if (!d)
        return &r->t->engine->no_digest;     /* more than DIGESTS_MAX were ordered, or never ordered */
    if (r->t->body_ended)
        return &d->value;
    if (r->missing++ == 0)
        r->s->waits_digest = true;
    return NULL;
}

const struct results *result_of(struct check *c, const struct method *other)
{
    static const struct results none = { .at = NULL, .count = 0 };
    struct run_state *r = c->run.engine;
    size_t i = method_index(other);
    assert(methods[i] && i < method_index(c->run.method));
    const struct method_state *m = &r->t->states[i];
    if (!m->enabled)
        return &none;
    if (m->settled)
        return &m->set;
    if (r->missing++ == 0)
        r->s->waits_method = other;
    return NULL;
}

/* ---- hints ---- */

static struct pin *hint_pin(struct run_state *r, const struct question *q)
{
    if (refusal_of(r->t->engine, q))
        return NULL;
    bool is_new;
    struct pin *p = pin_get(r->t, q, r->m->hints_left > 0 && !r->t->deadline, &is_new);
    if (p && is_new)
        r->m->hints_left--;
    return p;
}

void prefetch(struct check *c, struct slice name, uint16_t rtype)
{
    struct run_state *r = c->run.engine;
    if (!r->t->engine->no_scouts)
        hint_pin(r, &(struct question){ .name = name_undotted(name), .type = rtype });
}

void prefetch_server(struct check *c, const struct ip *server, struct slice name, uint16_t rtype)
{
    struct run_state *r = c->run.engine;
    if (!r->t->engine->no_scouts && server->family != IP_NONE)
        hint_pin(r, &(struct question){ .name = name_undotted(name), .type = rtype, .server = *server });
}

const struct answer *hint(struct scout *s, struct slice name, uint16_t rtype)
{
    struct run_state *r = s->run.engine;
    struct pin *p = hint_pin(r, &(struct question){ .name = name_undotted(name), .type = rtype });
    if (!p)
        return NULL;
    if (!p->answer)
        p->scouts |= UINT64_C(1) << (r->m - r->t->states);
    return p->answer;
}

void order(struct check *c, struct digest_spec spec)
{
    struct run_state *r = c->run.engine;
    bodies_order(r->t, spec);
}

/* ---- things made once ---- */

void *memo(struct run *run, const struct answer *a, void *(*make)(const struct answer *), void (*release)(void *))
{
    struct run_state *r = run->engine;
    void *made = answer_memo(a, make, release);
    /* Tried again it might be made, and the next run would ask something else: this one is the last. */
    if (!made)
        r->t->own_failure = true;
    return made;
}

struct parsed {
    void *(*make)(struct arena *, const struct field *);
    void *value;
    struct parsed *next;
};

void *parsed(struct run *run, const struct field *field, void *(*make)(struct arena *, const struct field *))
{
    struct run_state *r = run->engine;
    for (struct parsed *p = field->parsed; p; p = p->next)
        if (p->make == make)
            return p->value;
    struct parsed *p = ARENA_NEW(r->t->arena, struct parsed);
    if (!p)
        return NULL;
    p->make = make;
    p->value = make(r->t->arena, field);
    p->next = field->parsed;
    /* The field belongs to this transaction's message, whose array is ours to annotate. */
    r->t->message.fields[field->index]->parsed = p;
    return p->value;
}

static void *make_addresses(struct arena *arena, const struct field *field)
{
    struct address_list *list = ARENA_NEW(arena, struct address_list);
    return list && address_list_parse(arena, field->value, list) ? list : NULL;
}

const struct address_list *parsed_addresses(struct run *run, const struct field *field)
{
    return parsed(run, field, make_addresses);
}

void *once(struct check *c, unsigned key, void *(*fn)(struct check *, void *), void *arg)
{
    struct run_state *r = c->run.engine;
    for (struct once_value *v = r->s->onces; v; v = v->next)
        if (v->key == key)
            return v->value;
    struct once_value *v = ARENA_NEW(r->t->arena, struct once_value);
    if (!v)
        return NULL;
    v->key = key;
    v->value = fn(c, arg);
    v->next = r->s->onces;
    r->s->onces = v;
    return v->value;
}

bool spend_key_operations(struct run *run, unsigned n)
{
    struct run_state *r = run->engine;
    if (n > PUBLIC_KEY_OPERATIONS_MAX - r->t->counts.key_operations)
        return false;
    r->t->counts.key_operations += n;
    return true;
}

void say(struct check *c, unsigned reason, const struct evidence *ev)
{
    struct run_state *r = c->run.engine;
    if (r->missing > 0)
        return;                              /* what a run that lacked something says is discarded */
    assert(!r->said);
    r->said = true;
    r->reason = reason;
    if (ev)
        r->evidence = *ev;
}

const void *conf_of(const struct run *run)
{
    return conf_of_method(run->txn, run->method);
}

const void *conf_of_method(const struct txn *t, const struct method *method)
{
    return transaction_of(t)->engine->method_conf[method_index(method)];
}
