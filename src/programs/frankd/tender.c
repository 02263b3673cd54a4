#include "programs/frankd/tender.h"

#include "platform/journal/journal.h"

#define FIRST_US 1000000              /* the resolver is introduced by then */
#define EVERY_US INT64_C(3600000000)  /* dnsbl.md, health checks */
#define SUBJECTS_MAX 64               /* of one method that are remembered */

struct tender {
    struct loop *loop;
    struct engine *engine;
    const struct env *env;
    unsigned log;
    struct loop_timer *next, *deadline;
    struct txn_host host;
    struct txn *txn;                  /* NULL: nothing under way */
    uint8_t reasons[METHODS_MAX][SUBJECTS_MAX];          /* of the last look; 0: there was none */
};

static void compare(struct tender *t, size_t m, const struct result *r)
{
    struct slice name = fact_text(r->evidence.facts, methods[m]->subject_member);
    struct slice text = r->evidence.text;
    uint8_t *last = &t->reasons[m][r->subject];
    bool changed = *last != r->reason, first = *last == 0;
    *last = (uint8_t)r->reason;
    /* What is in order from the start needs no word. */
    if (changed && !(first && r->word == AUTH_PASS))
        log_say(t->log, "%s.%.*s: %.*s", methods[m]->name, (int)name.len, (const char *)name.at, (int)text.len, (const char *)text.at);
}

static void finish(struct tender *t)
{
    for (size_t m = 0; methods[m]; m++) {
        const struct results *set = methods[m]->tend ? txn_results(t->txn, methods[m]) : NULL;
        for (size_t i = 0; set && i < set->count && i < SUBJECTS_MAX; i++)
            compare(t, m, &set->at[i]);
    }
    txn_end(t->txn);
    t->txn = NULL;
    loop_timer_clear(t->deadline);
    loop_timer_set(t->next, EVERY_US);
}

static void progressed(void *context, struct txn *txn)
{
    struct tender *t = context;
    if (t->txn == txn && txn_progress(txn) == PROGRESS_DONE)
        finish(t);
}

void tender_look(struct tender *t)
{
    if (t->txn)
        return;
    t->txn = txn_tend(t->engine, t->env->clock->now(t->env->clock), &t->host);
    if (!t->txn) {
        loop_timer_set(t->next, EVERY_US);
        return;
    }
    loop_timer_set(t->deadline, (int64_t)engine_conf(t->engine)->message_timeout_seconds * 1000000);
    if (txn_progress(t->txn) == PROGRESS_DONE)
        finish(t);
}

static void look(void *context)
{
    tender_look(context);
}

static void deadline_struck(void *context)
{
    struct tender *t = context;
    if (!t->txn)
        return;
    txn_deadline(t->txn);
    if (txn_progress(t->txn) == PROGRESS_DONE)
        finish(t);
}

struct tender *tender_new(struct loop *loop, struct engine *engine, const struct env *env, unsigned log)
{
    struct tender *t = mem_zalloc(1, sizeof *t);
    if (!t)
        return NULL;
    *t = (struct tender){ .loop = loop, .engine = engine, .env = env, .log = log, .host = { progressed, t } };
    t->next = loop_timer_new(loop, look, t);
    t->deadline = loop_timer_new(loop, deadline_struck, t);
    if (t->next && t->deadline && loop_timer_set(t->next, FIRST_US))
        return t;
    tender_free(t);
    return NULL;
}

void tender_free(struct tender *t)
{
    if (!t)
        return;
    txn_end(t->txn);
    loop_timer_free(t->next);
    loop_timer_free(t->deadline);
    mem_free(t);
}
