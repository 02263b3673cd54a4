#include "programs/frank/examiner.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "programs/frank/comparison.h"

#define TICK_US 1000000                    /* how often waiting transactions are told the time */

struct examined {
    bool used;
    struct pool_task task;
    struct file_run run;
    int64_t ends_us;                       /* on the loop's clock */
};

struct examiner {
    const struct examiner_work *work;
    struct world *world;
    const struct pool_worker *me;
    struct loop_watch *tasks;              /* a new task ends a wait */
    struct examined at[POOL_AT_ONCE];
    unsigned count;                        /* used ones */
    struct arena *arena;                   /* of one line */
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

static void finish(struct examiner *e, struct examined *x)
{
    answer(e, &x->task, comparison_of(x->run.txn));
    int code = world_note_answers(e->world, x->run.txn);
    if (code != EX_OK)
        e->code = code;
    file_run_end(&x->run);
    x->used = false;
    e->count--;
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
    for (size_t i = 0; i < COUNT_OF(e->at); i++) {
        struct examined *x = &e->at[i];
        if (!x->used)
            continue;
        if (txn_progress(x->run.txn) == PROGRESS_WAIT && loop && now < x->ends_us)
            txn_time(x->run.txn, now);
        else if (txn_progress(x->run.txn) == PROGRESS_WAIT)
            txn_deadline(x->run.txn);
        if (txn_progress(x->run.txn) != PROGRESS_WAIT)
            finish(e, x);
    }
}

static void wait_for_more(struct examiner *e)
{
    struct loop *loop = e->world->loop;
    bool full = e->count == POOL_AT_ONCE || e->no_more;
    if (loop_watch_set(e->tasks, full ? 0 : LOOP_READ) && loop_turn(loop, TICK_US))
        return;
    for (size_t i = 0; i < COUNT_OF(e->at); i++)
        if (e->at[i].used)
            e->at[i].ends_us = 0;
}

/* ---- work ---- */

static void progress_ignored(void *context, struct txn *t)
{
    (void)context;
    (void)t;
}

static struct examined *free_place(struct examiner *e)
{
    size_t i = 0;
    while (e->at[i].used)
        i++;
    return &e->at[i];
}

static void begin(struct examiner *e, const struct pool_task *task)
{
    static const struct txn_host host = { .progress = progress_ignored };
    struct examined *x = free_place(e);
    struct file_facts facts = *e->work->facts;
    facts.has_from_line = task->has_sender;
    facts.from_line = slice_of(task->sender, task->sender_len);
    *x = (struct examined){ .task = *task };
    errno = 0;
    enum status status = file_run(e->world->engine, &task->part, &facts, world_now(e->world), &host, &x->run);
    if (status == STATUS_NO_MEMORY)
        out_of_memory();
    if (status != STATUS_OK) {
        int error = errno;
        file_run_end(&x->run);
        answer_trouble(e, task, error ? strerror(error) : status_text(status));
        return;
    }
    x->used = true;
    x->ends_us = e->world->loop ? loop_now_us(e->world->loop) + world_patience_us(e->world) : 0;
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
    if (code == EX_OK) {
        examine(&e);
        code = e.code;
    }
    loop_watch_free(e.tasks);
    int saved = code == EX_OK ? world_save_zone(e.world) : code;
    world_close(e.world);
    arena_free(e.arena);
    return saved;
}
