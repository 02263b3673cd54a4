/* judge.c: asks verdict at each stage, and says when a reply may go out. */
#include "engine/state.h"

bool engine_has_failed(const struct transaction *t)
{
    return t->own_failure || t->fields_lost || arena_failed(t->arena);
}

static struct slice sender_address(struct transaction *t)
{
    return t->facts.mail_from.null ? (struct slice){ 0 } : t->facts.mail_from.raw;
}

/* May this subject's result be seen at this stage? One that settles later is not, whenever it came: the order of answers must not choose. */
static bool is_due(const struct transaction *t, size_t i, unsigned subject)
{
    struct named_subject s;
    if (!methods[i]->named_subject || !methods[i]->named_subject(t->engine->method_conf[i], subject, &s))
        return true;
    return s.settles <= t->facts.stage;
}

/* Of a method that has begun: everything there can be at this stage is there. */
static bool is_settled(const struct transaction *t, size_t i)
{
    const struct method_state *m = &t->states[i];
    for (unsigned k = 0; k < m->subject_count; k++)
        if (!m->subjects[k].done && is_due(t, i, k))
            return false;
    return true;
}

static bool all_due(const struct transaction *t, size_t i)
{
    for (unsigned k = 0; k < t->states[i].subject_count; k++)
        if (!is_due(t, i, k))
            return false;
    return true;
}

/* All results so far in list and subject order, whatever order they came in. */
static void flatten(struct transaction *t, struct arena *arena)
{
    size_t n = 0;
    for (size_t i = 0; methods[i]; i++)
        n += t->states[i].subject_count;
    t->flat = ARENA_ARRAY(arena, n ? n : 1, struct result);
    t->flat_count = 0;
    if (!t->flat) {
        t->own_failure = true;
        return;
    }
    for (size_t i = 0; methods[i]; i++)
        for (unsigned k = 0; k < t->states[i].subject_count; k++)
            if (t->states[i].subjects[k].done && is_due(t, i, k))
                t->flat[t->flat_count++] = t->states[i].results[k];
}

static uint64_t settled_mask(const struct transaction *t)
{
    uint64_t mask = 0;
    for (size_t i = 0; methods[i]; i++)
        if (!t->states[i].enabled || (t->states[i].settled && all_due(t, i)))
            mask |= (uint64_t)1 << i;
    return mask;
}

void engine_fill_case(struct transaction *t, struct arena *arena, struct case_facts *f)
{
    flatten(t, arena);
    *f = (struct case_facts){
        .stage = t->facts.stage, .now = t->facts.now, .exempt = t->facts.session->exempt, .client = t->facts.client,
        .helo_domain = t->facts.helo_domain, .mailfrom_domain = t->facts.mail_from.normal_domain,
        .mail_from = sender_address(t), .null_sender = t->facts.mail_from.null,
        .author = t->facts.author.problem, .results = t->flat, .result_count = t->flat_count,
        .settled = settled_mask(t), .own_failure = engine_has_failed(t),
    };
    f->from_domain_count = t->facts.author.count;
    if (t->facts.author.count > 0)
        f->from_domain = t->facts.author.domains[0];
    f->recipients = t->facts.recipients;
    f->recipient_count = t->facts.recipient_count;
    if (!t->recipients_seen && f->recipient_count > RECIPIENTS_FEW)
        t->recipients_seen = ARENA_NEW(t->arena, struct recipients_seen);
    f->seen = t->recipients_seen;
}

/* Our own failure is no rule's business: deferred, or passed unauthenticated, as configured (threats.md T42). */
void engine_judge_own_failure(struct transaction *t)
{
    bool pass = t->engine->conf.on_failure == 1 && !t->fields_lost;
    t->verdict.disposition = pass ? DISPOSITION_ACCEPT : DISPOSITION_DEFER;
    t->verdict.rule = SLICE("own-failure");
    t->verdict.reason = SLICE("the message could not be examined");
    t->verdict.reply = (struct reply){ 0 };
    if (!pass)
        t->verdict.reply = (struct reply){ 451, SLICE("4.3.0"), SLICE("This message could not be examined now; please try again later") };
    t->verdict_final = true;
    t->verdict.dry_run = false;
    t->verdict.cite_count = 0;
}

static void judge_in(struct transaction *t, struct arena *arena)
{
    struct case_facts facts;
    engine_fill_case(t, arena, &facts);
    t->verdict = (struct verdict){ 0 };
    t->verdict_final = false;
    if (!facts.own_failure)
        verdict_judge(t->engine->rules, arena, &facts, &t->verdict, &t->verdict_final);
    /* For good, in whatever memory it was: another judgement of the same message must not come out otherwise. */
    t->own_failure = facts.own_failure || engine_has_failed(t) || arena_failed(arena);
    if (t->own_failure)
        engine_judge_own_failure(t);
}

static void judge_for_good(struct transaction *t)
{
    judge_in(t, t->arena);
    t->judged = true;
    /* Nothing that comes later changes it: no more runs, and nobody waits for what is still open. */
    engine_withdraw(t);
    engine_count_verdict(t);
}

static bool refuses(enum disposition d)
{
    return d == DISPOSITION_REJECT || d == DISPOSITION_DEFER || d == DISPOSITION_DISCARD;
}

/* The methods a verdict at this stage needs, as far as they have begun, must be done with what settles by now: otherwise
 * the order of answers would choose the stage (design.md). */
static bool held(const struct transaction *t, uint64_t needed)
{
    for (size_t i = 0; methods[i]; i++)
        if ((needed >> i & 1) && t->states[i].enabled && t->states[i].counted && !is_settled(t, i))
            return true;
    return false;
}

/* An answer is under way to a method that has begun, whether the refusal rests on it or not: what is written down of a message must not
 * depend on which answers came first. Each question has its deadline, so this ends. */
static bool is_asking(const struct transaction *t)
{
    for (size_t i = 0; methods[i]; i++) {
        const struct method_state *m = &t->states[i];
        for (unsigned k = 0; m->enabled && m->counted && k < m->subject_count; k++)
            if (!m->subjects[k].done && m->subjects[k].waits_pin)
                return true;
    }
    return false;
}

/* What a refusal may say more (method.h, hints_reply) is still looked for: its words must not depend on which answers came first. */
static bool is_hint_open(const struct transaction *t)
{
    if (t->verdict.disposition != DISPOSITION_REJECT)
        return false;
    for (size_t i = 0; methods[i]; i++)
        if (methods[i]->hints_reply && t->states[i].enabled && t->states[i].counted && !is_settled(t, i))
            return true;
    return false;
}

/* ---- refusing one recipient ---- */

static bool refused_grow(struct transaction *t)
{
    if (t->refused_count < t->refused_room)
        return true;
    size_t room = t->refused_room ? t->refused_room * 2 : 4;
    struct slice *more = ARENA_ARRAY(t->arena, room, struct slice);
    if (!more)
        return false;
    for (size_t i = 0; i < t->refused_count; i++)
        more[i] = t->refused[i];
    t->refused = more;
    t->refused_room = room;
    return true;
}

/* Would the message be refused here without its newest recipient? */
static bool refused_without_newest(struct transaction *t)
{
    t->facts.recipient_count--;
    arena_reset(t->engine->scratch);
    judge_in(t, t->engine->scratch);
    t->facts.recipient_count++;
    return t->verdict_final && refuses(t->verdict.disposition);
}

/*
 * RFC 5321 3.3: a recipient that is refused is no recipient, and the message goes on to the others. False: the refusal rests on
 * something else. A discard is the whole message's: there is no way to tell a mail server otherwise.
 */
static bool refuse_newest_alone(struct transaction *t)
{
    if (t->facts.stage != STAGE_RCPT || t->facts.recipient_count == 0 || t->verdict.disposition == DISPOSITION_DISCARD)
        return false;
    if (refused_without_newest(t) || !refused_grow(t))
        return false;
    /* The first one's words are kept; those of further ones need last only until they are said. */
    arena_reset(t->engine->scratch);
    judge_in(t, t->refused_count == 0 ? t->arena : t->engine->scratch);
    t->flat = NULL;
    t->flat_count = 0;
    if (t->refused_count == 0)
        t->refusal = t->verdict;
    t->refused[t->refused_count++] = t->facts.recipients[--t->facts.recipient_count].raw;
    if (t->recipients_seen)
        recipients_forget(t->recipients_seen, t->facts.recipient_count);
    return true;
}

void txn_abandoned(struct txn *txn)
{
    struct transaction *t = transaction_of(txn);
    if (t->judged || t->refused_count == 0)
        return;
    struct case_facts facts;
    engine_fill_case(t, t->arena, &facts);
    t->verdict = t->refusal;
    t->judged = true;
    engine_count_verdict(t);
}

enum progress txn_progress(struct txn *txn)
{
    struct transaction *t = transaction_of(txn);
    enum stage stage = t->facts.stage;
    if (t->tending)
        return t->finished ? PROGRESS_DONE : PROGRESS_WAIT;
    if (t->judged)
        return t->finished || stage == STAGE_MESSAGE ? PROGRESS_DONE : PROGRESS_ACT;
    if (stage == STAGE_MESSAGE) {
        if (!t->finished)
            return PROGRESS_WAIT;
        judge_for_good(t);
        return PROGRESS_DONE;
    }
    if (engine_has_failed(t)) {
        /* Nothing is refused early for our failure unless it must be deferred anyway. */
        if (t->engine->conf.on_failure == 1 && !t->fields_lost)
            return PROGRESS_GO;
    } else if (!rules_may_act_at(t->engine->rules, stage)) {
        return PROGRESS_GO;
    } else if (held(t, rules_methods_at(t->engine->rules, stage))) {
        return PROGRESS_WAIT;
    }
    /* Recipients beyond RECIPIENTS_MAX bring no news, however many come. */
    if (stage == STAGE_RCPT && t->passed_recipients > 0 && t->passed_recipients == t->facts.recipient_count)
        return PROGRESS_GO;
    /* First in scratch memory: a thousand recipients ask a thousand times, and the answer is nearly always "go on". */
    arena_reset(t->engine->scratch);
    judge_in(t, t->engine->scratch);
    t->flat = NULL;
    t->flat_count = 0;
    if (!t->verdict_final || !refuses(t->verdict.disposition)) {
        t->passed_recipients = stage == STAGE_RCPT ? t->facts.recipient_count : 0;
        return PROGRESS_GO;
    }
    if (is_hint_open(t))
        return PROGRESS_WAIT;
    if (refuse_newest_alone(t))
        return PROGRESS_ACT;
    if (is_asking(t))
        return PROGRESS_WAIT;
    judge_for_good(t);
    return PROGRESS_ACT;
}

void engine_count_verdict(struct transaction *t)
{
    static const enum metric metrics[] = {
        [DISPOSITION_DEFER] = METRIC_DEFERRED, [DISPOSITION_ACCEPT] = METRIC_ACCEPTED, [DISPOSITION_REJECT] = METRIC_REJECTED,
        [DISPOSITION_QUARANTINE] = METRIC_QUARANTINED, [DISPOSITION_DISCARD] = METRIC_DISCARDED,
    };
    struct meter *m = t->engine->env->meter;
    if (!m)
        return;
    m->counts[METRIC_MESSAGES]++;
    if (engine_has_failed(t))
        m->counts[METRIC_OWN_FAILURES]++;
    m->counts[metrics[t->verdict.disposition]]++;
}

const struct verdict *txn_verdict(const struct txn *txn)
{
    return &transaction_of(txn)->verdict;
}

const struct results *txn_results(const struct txn *txn, const struct method *m)
{
    const struct method_state *s = &transaction_of(txn)->states[method_index(m)];
    return s->settled ? &s->set : NULL;
}

const struct result *txn_all_results(const struct txn *txn, size_t *count)
{
    const struct transaction *t = transaction_of(txn);
    *count = t->flat_count;
    return t->flat;
}
