/*
 * children.h: the processes of one generation: started, told things, and forgotten when they end. Private to the parent.
 */
#ifndef FRANK_PROGRAMS_FRANKD_CHILDREN_H
#define FRANK_PROGRAMS_FRANKD_CHILDREN_H

#include "base/list.h"
#include "programs/frankd/frankd.h"

struct family;

struct child {
    pid_t pid;                     /* 0: not running */
    int control;
    struct slot *slot;             /* workers */
    struct loop_watch *watch;
    int64_t started_us, introduced_us;         /* to the resolver: 0, not yet */
    bool ready;
    struct generation *generation;
};

enum generation_state { GENERATION_STARTING, GENERATION_SERVING, GENERATION_LEAVING };

struct generation {
    struct link link;
    struct family *family;
    struct plan *plan;             /* owned */
    unsigned number;
    enum generation_state state;
    struct child resolver, workers[SETTINGS_WORKERS_MAX];
    struct loop_timer *again;      /* starts those that died too young */
};

/* What all generations share: the parent's own things. */
struct family {
    struct loop *loop;
    struct list generations;       /* oldest first */
    struct counters *counters;
    struct listeners *listeners;
    struct sandbox_filter *worker_filter;      /* made before the first worker; NULL: not yet, or not possible */
    int status_fd;
    unsigned log;
    unsigned restarts;
    /* A child said that it is ready, or ended: look what follows from it. */
    void (*changed)(void *context, struct generation *);
    void *context;
};

/* Takes the plan over. NULL without memory. */
struct generation *generation_new(struct family *, struct plan *, unsigned number);
void generation_free(struct generation *);                  /* its processes must be gone */
/* Starts what does not run; false: a fork failed. */
bool generation_start(struct generation *);
bool generation_ready(const struct generation *);
unsigned generation_running(const struct generation *);     /* processes */
unsigned generation_workers(const struct generation *);     /* of them workers */
void generation_say(struct generation *, enum word);        /* to its workers */
void generation_kill(struct generation *, int signal);
/* A process ended. False: it is not of this generation. */
bool generation_ended(struct generation *, pid_t, int status);

#endif
