#include "programs/frank/examiner.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "programs/frank/comparison.h"

#define TICK_US 1000000                    /* how often waiting transactions are told the time */

/* A message goes through these in turn; without as_if it ends with the first. */
enum phase {
    PHASE_REAL = 0,                        /* examined in the world as it is */
    PHASE_HELD,                            /* waits until the other world has room again */
    PHASE_DERIVING,                        /* what its domains would publish is found out */
    PHASE_AS_IF                            /* examined in the world that would be */
};

struct examined {
    bool used;
    enum phase phase;
    struct pool_task task;
    struct file_run run, other;            /* in the world as it is, and as if */
    int64_t ends_us;                       /* on the loop's clock */
    struct fact *comparison;
    struct slice claims[COMPARISON_CLAIMS_MAX];
    size_t claim_count;
};

struct examiner {
    const struct examiner_work *work;
    struct world *world;
    const struct pool_worker *me;
    struct loop_watch *tasks;              /* a new task ends a wait */
    struct examined at[POOL_AT_ONCE];
    unsigned count;                        /* used ones */
    struct arena *arena;                   /* of one line */
    struct as_if *as_if;                   /* NULL: not wanted */
    unsigned elsewhere;                    /* messages being derived or examined there */
    bool no_more;
    int code;
};

/* ---- answers ---- */

static void answer(struct examiner *e, const struct pool_task *task, const struct fact *root)
{
    arena_reset(e->arena);
    struct text line = text_in(e->arena, POOL_LINE_MAX);
    bool good = fact_to_json(root, false, &line) && !line.bad;
    struct slice text = good ? text_slice(&line) : SLICE("{\"trouble\":\"its results are too large to tell\"}");
    if (!pool_answer(e->me, task->serial, text))
        e->no_more = true;
    close(task->part.fd);
}

static void answer_trouble(struct examiner *e, const struct pool_task *task, const char *why)
{
    struct arena *a = arena_new(4096);
    struct fact *root = a ? fact_group(a, NULL) : NULL;
    if (!root)
        out_of_memory();
    fact_add_str(a, root, "trouble", why);
    answer(e, task, root);
    arena_free(a);
}

static void note_code(struct examiner *e, int code)
{
    if (code != EX_OK)
        e->code = code;
}

static void finish(struct examiner *e, struct examined *x)
{
    answer(e, &x->task, x->comparison);
    note_code(e, world_note_answers(e->world, x->run.txn));
    if (x->phase == PHASE_AS_IF)
        file_run_end(&x->other);
    file_run_end(&x->run);
    x->used = false;
    e->count--;
}

/* ---- reading ---- */

static void progress_ignored(void *context, struct txn *t)
{
    (void)context;
    (void)t;
}

/* False: it was answered that the message cannot be read. */
static bool read_message(struct examiner *e, struct examined *x, struct engine *engine, struct file_run *run)
{
    static const struct txn_host host = { .progress = progress_ignored };
    struct file_facts facts = *e->work->facts;
    facts.has_from_line = x->task.has_sender;
    facts.from_line = slice_of(x->task.sender, x->task.sender_len);
    errno = 0;
    enum status status = file_run(engine, &x->task.part, &facts, world_now(e->world), &host, run);
    if (status == STATUS_NO_MEMORY)
        out_of_memory();
    x->ends_us = e->world->loop ? loop_now_us(e->world->loop) + world_patience_us(e->world) : 0;
    if (status == STATUS_OK)
        return true;
    int error = errno;
    file_run_end(run);
    answer_trouble(e, &x->task, error ? strerror(error) : status_text(status));
    return false;
}

/* ---- phases ---- */

/* Nothing of the message is left waiting. */
static bool is_done(struct examiner *e, struct txn *t, int64_t ends_us, int64_t now)
{
    if (txn_progress(t) == PROGRESS_WAIT && e->world->loop && now < ends_us)
        txn_time(t, now);
    else if (txn_progress(t) == PROGRESS_WAIT)
        txn_deadline(t);
    return txn_progress(t) != PROGRESS_WAIT;
}

static void real_done(struct examiner *e, struct examined *x)
{
    x->comparison = comparison_of(x->run.txn);
    if (!e->as_if) {
        finish(e, x);
        return;
    }
    x->claim_count = comparison_claims(x->run.txn, x->comparison, x->claims);
    x->phase = PHASE_HELD;
}

static void rest_if_full(struct examiner *e)
{
    if (!as_if_full(e->as_if) || e->elsewhere > 0)
        return;
    note_code(e, as_if_note_answers(e->as_if));
    as_if_rest(e->as_if);
}

static bool let_in(struct examiner *e, struct examined *x)
{
    rest_if_full(e);
    if (as_if_full(e->as_if))
        return false;
    x->phase = PHASE_DERIVING;
    e->elsewhere++;
    return true;
}

/* True: all domains are there, and the message was read once more. */
static bool derived(struct examiner *e, struct examined *x)
{
    bool ready = true;
    for (size_t i = 0; i < x->claim_count; i++)
        ready = as_if_ready(e->as_if, x->claims[i]) && ready;
    if (!ready)
        return false;
    x->phase = PHASE_AS_IF;
    if (read_message(e, x, as_if_engine(e->as_if), &x->other))
        return true;
    file_run_end(&x->run);
    x->used = false;
    e->count--;
    e->elsewhere--;
    return false;
}

static void as_if_done(struct examiner *e, struct examined *x)
{
    comparison_add_as_if(x->comparison, x->run.txn, x->other.txn, e->as_if, x->claims, x->claim_count);
    finish(e, x);
    e->elsewhere--;
}

/* Takes the message as far as it gets. */
static void step(struct examiner *e, struct examined *x, int64_t now)
{
    if (x->phase == PHASE_REAL && is_done(e, x->run.txn, x->ends_us, now))
        real_done(e, x);
    if (x->used && x->phase == PHASE_HELD && !let_in(e, x))
        return;
    if (x->used && x->phase == PHASE_DERIVING && !derived(e, x))
        return;
    if (x->used && x->phase == PHASE_AS_IF && is_done(e, x->other.txn, x->ends_us, now))
        as_if_done(e, x);
}

/* ---- waiting ---- */

static void woken(void *context, unsigned interest)
{
    (void)context;
    (void)interest;
}

static void settle(struct examiner *e)
{
    struct loop *loop = e->world->loop;
    int64_t now = loop ? loop_now_us(loop) : 0;
    for (size_t i = 0; i < COUNT_OF(e->at); i++)
        if (e->at[i].used)
            step(e, &e->at[i], now);
}

static void wait_for_more(struct examiner *e)
{
    struct loop *loop = e->world->loop;
    bool full = e->count == POOL_AT_ONCE || e->no_more;
    if (loop_watch_set(e->tasks, full ? 0 : LOOP_READ) && loop_turn(loop, TICK_US))
        return;
    /* Nothing that is waited for can come any more. The parent gives the messages to another. */
    complain("the event loop failed");
    _exit(EX_SOFTWARE);
}

/* ---- work ---- */

static struct examined *free_place(struct examiner *e)
{
    size_t i = 0;
    while (e->at[i].used)
        i++;
    return &e->at[i];
}

static void begin(struct examiner *e, const struct pool_task *task)
{
    struct examined *x = free_place(e);
    *x = (struct examined){ .task = *task };
    if (!read_message(e, x, e->world->engine, &x->run))
        return;
    x->used = true;
    e->count++;
}

static void take_tasks(struct examiner *e)
{
    struct pool_task task;
    while (!e->no_more && e->count < POOL_AT_ONCE) {
        switch (pool_take(e->me, e->count == 0, &task)) {
        case POOL_TASK: begin(e, &task); break;
        case POOL_NO_MORE: e->no_more = true; break;
        case POOL_NOTHING_NOW: return;
        }
        settle(e);
    }
}

static void examine(struct examiner *e)
{
    while (!e->no_more || e->count > 0) {
        take_tasks(e);
        if (e->count > 0 && e->world->loop)
            wait_for_more(e);
        settle(e);
    }
}

static int open_as_if(struct examiner *e)
{
    if (e->work->as_if)
        e->as_if = as_if_open(e->world);
    return e->as_if || !e->work->as_if ? EX_OK : EX_CONFIG;
}

static int watch_tasks(struct examiner *e)
{
    if (!e->world->loop)
        return EX_OK;
    e->tasks = loop_watch_new(e->world->loop, e->me->tasks, woken, e);
    return e->tasks ? EX_OK : EX_UNAVAILABLE;
}

int examine_all(void *context, const struct pool_worker *me)
{
    const struct examiner_work *work = context;
    struct examiner e = { .work = work, .world = work->world, .me = me, .arena = arena_new(4 * POOL_LINE_MAX) };
    if (!e.arena)
        out_of_memory();
    int code = world_start(e.world, 0, 0);
    if (code == EX_OK)
        code = watch_tasks(&e);
    if (code == EX_OK)
        code = open_as_if(&e);
    if (code == EX_OK) {
        examine(&e);
        if (e.as_if)
            note_code(&e, as_if_note_answers(e.as_if));
        code = e.code;
    }
    as_if_close(e.as_if);
    loop_watch_free(e.tasks);
    int saved = code == EX_OK ? world_save_zone(e.world) : code;
    world_close(e.world);
    arena_free(e.arena);
    return saved;
}
