/*
 * pool.h: messages spread over processes, and their results back in the order of the messages.
 *
 * The parent walks a source and hands each message out as an open file and a range in it; a worker, forked from the parent,
 * answers it with one line of text. Lines are handed on in the order of the messages, whoever was first, so many workers give
 * what one gives. Between the source and the result are at most POOL_WINDOW_MAX messages: memory is constant.
 *
 *     struct pool_sink sink = { on_line, on_lost, on_trouble, on_time, me };
 *     enum status s = pool_run(&(struct pool_work){ jobs, work, context }, source, &sink);
 *
 *     static int work(void *context, const struct pool_worker *me)          // in the worker
 *     {
 *         struct pool_task task;
 *         while (pool_take(me, true, &task) == POOL_TASK) {
 *             ... pool_answer(me, task.serial, line) ...                    // in any order
 *             close(task.part.fd);
 *         }
 *         return EX_OK;
 *     }
 *
 * A worker that dies loses nothing: what it had not answered goes to a fresh one, message by message, and what ends that one
 * too is told as lost.
 */
#ifndef FRANK_PROGRAMS_POOL_H
#define FRANK_PROGRAMS_POOL_H

#include "frontend/source/source.h"

#define POOL_JOBS_MAX 128
#define POOL_AT_ONCE 8                     /* messages one worker has: while it waits for the DNS of one it reads the next */
#define POOL_WINDOW_MAX 256
#define POOL_LINE_MAX (1u << 20)           /* of one answer: what fact_from_json reads */
#define POOL_SENDER_MAX 1024               /* of a From_ line; longer ones name nobody */

/* ---- in the worker ---- */

struct pool_worker { int tasks, results; };

struct pool_task {
    uint64_t serial;
    struct file_part part;                 /* its descriptor is the worker's to close */
    bool has_sender;
    size_t sender_len;
    uint8_t sender[POOL_SENDER_MAX];
};

enum pool_taken { POOL_TASK, POOL_NOTHING_NOW, POOL_NO_MORE };
enum pool_taken pool_take(const struct pool_worker *, bool wait, struct pool_task *);
/* The line has no line end in it. False: the parent is gone. */
MUST_CHECK bool pool_answer(const struct pool_worker *, uint64_t serial, struct slice line);

/* ---- in the parent ---- */

struct pool_work {
    unsigned jobs;                         /* 1..POOL_JOBS_MAX; a worker is forked when there is something for it to do */
    int (*work)(void *context, const struct pool_worker *);      /* its result is the worker's exit code */
    void *context;
};

struct pool_place { struct slice file; uint64_t number; bool in_place; };      /* as in source_item */

struct pool_sink {
    void (*line)(void *context, const struct pool_place *, struct slice line);      /* in order */
    void (*lost)(void *context, const struct pool_place *);                         /* in order: it ended every worker that had it */
    void (*trouble)(void *context, const struct source_item *);                     /* at once */
    void (*time)(void *context);                                                    /* a few times a second */
    void *context;
};

/* STATUS_OK, also when some were lost; STATUS_UNAVAILABLE: no worker can be had, or none lives; STATUS_NO_MEMORY. */
MUST_CHECK enum status pool_run(const struct pool_work *, struct source *, const struct pool_sink *);

#endif
