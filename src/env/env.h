/*
 * env.h: the world as Frank sees it. Tests build their own.
 *
 * Evaluation is a pure function of (transaction, DNS answers, clock, stored state): whatever comes
 * from outside comes through here, so any run can be replayed.
 */
#ifndef FRANK_ENV_ENV_H
#define FRANK_ENV_ENV_H

#include "dns/answer.h"
#include "fact/fact.h"

/*
 * Who waits for an answer. Embedded in the asker's own record; must stay where it is until deliver
 * was called or the wait was withdrawn.
 */
struct waiter {
    /* Called exactly once, never from inside ask(). The answer is held for the callee only during the call. */
    void (*deliver)(struct waiter *, const struct answer *);
    struct waiter *next;          /* the resolver's, while waiting */
    void *resolver_data;          /* the resolver's */
};

/*
 * Answers questions. Every question has its deadline inside the resolver (default 8 s), which delivers
 * ANSWER_TIMEOUT. Identical questions may share one flight.
 */
struct resolver {
    /* The answer at once, held for the caller (who drops it), or NULL: deliver() will follow. */
    const struct answer *(*ask)(struct resolver *, const struct question *, struct waiter *);
    /* Nobody waits any more; deliver will not be called. The resolver may let the question finish for its cache. */
    void (*withdraw)(struct resolver *, struct waiter *);
};

/* Unix seconds, and a clock that never jumps, in microseconds. */
struct clock {
    int64_t (*now)(struct clock *);
    int64_t (*monotonic_us)(struct clock *);
};

struct random { void (*fill)(struct random *, void *at, size_t octets); };

/* Where one line per message goes. Errors are counted by the implementation, never returned: mail goes on (threats.md T42). */
struct journal { void (*write)(struct journal *, const struct fact *line); };

enum metric {
    METRIC_SESSIONS, METRIC_MESSAGES, METRIC_ACCEPTED, METRIC_REJECTED, METRIC_DEFERRED, METRIC_QUARANTINED, METRIC_DISCARDED,
    METRIC_QUESTIONS, METRIC_CACHED, METRIC_FAILED, METRIC_DEADLINES, METRIC_OWN_FAILURES, METRIC_FORGED_REMOVED, METRIC_COUNT
};
const char *metric_name(enum metric);

/* Plain counters of one worker. */
struct meter { uint64_t counts[METRIC_COUNT]; };

struct env {
    struct resolver *dns;
    struct clock *clock;
    struct random *random;
    struct journal *journal;      /* NULL: none */
    struct meter *meter;          /* NULL: not counted */
};

#endif
