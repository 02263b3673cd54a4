/*
 * frankd.h: the daemon's processes and what they share.
 *
 *     main      reads the command line, checks the configuration, becomes the parent
 *     parent    binds the sockets; starts, watches and restarts the others; reloads; parses no foreign octets
 *     worker    one per core: milter sessions, engine, answer cache; no files, no network of its own
 *     resolver  libunbound; the only one that reaches the network; not needed for dns.zone
 *
 * A configuration and its processes are a generation. A reload starts a new one; when its workers are ready the old
 * ones stop accepting, and go when their last session ends.
 *
 * Parent and child have a pair of sockets (platform/helper's words). A child whose parent is gone stops
 * gracefully. What each worker counts stands in memory the parent shares.
 */
#ifndef FRANK_PROGRAMS_FRANKD_H
#define FRANK_PROGRAMS_FRANKD_H

#include <assert.h>

#include "dns/cache.h"
#include "dns/zone.h"
#include "engine/engine.h"
#include "frontend/milter/milter_server.h"
#include "platform/journal/journal.h"
#include "platform/sandbox/sandbox.h"
#include "platform/settings/settings.h"

#define GENERATIONS_MAX 3                  /* threats.md T45 */

/* What parent and child say to each other. */
enum word {
    WORD_READY = 'R',       /* child: my sockets answer */
    WORD_LEAVE = 'L',       /* parent: accept no more; drain after drain_timeout */
    WORD_STOP = 'S',        /* parent: accept no more; end between messages, after stop_timeout anyway */
    WORD_RESOLVER = 'D',    /* parent to a worker, with a descriptor: your questions go there. Worker, without: I have none */
    WORD_ASKER = 0x80,      /* and up, parent to a resolver, with a descriptor: the questions of the worker of this number */
};
static_assert(WORD_ASKER + SETTINGS_WORKERS_MAX <= 0x100, "words are octets");

/* ---- plan.c: a configuration that was checked whole ---- */

struct plan {
    char *path;                            /* of the file */
    struct arena *arena;
    struct config *config;
    struct env env;                        /* the engine's; each worker fills in its own copy */
    struct engine *engine;
    struct zone *zone;                     /* NULL: live DNS */
    struct slice authserv_id;
    struct sandbox_user user;
    unsigned workers;
};
/* NULL + *error (one line for people). Reads the zone files too. */
struct plan *plan_read(const char *path, char *error, size_t room);
void plan_free(struct plan *);             /* NULL allowed */
bool plan_needs_resolver(const struct plan *);

/* ---- listen.c: sockets that outlive generations ---- */

struct listeners;
struct listeners *listeners_new(void);
void listeners_free(struct listeners *);   /* closes them; removes unix sockets */
/* Opens what the plan names and is not open yet. False + *error; then nothing changed. */
bool listeners_open(struct listeners *, const struct plan *, char *error, size_t room);
/* Closes what this plan does not name. */
void listeners_keep_only(struct listeners *, const struct plan *);
/* The descriptors of the plan, in its order; returns how many. */
size_t listeners_of(const struct listeners *, const struct plan *, int fds[SETTINGS_LISTEN_MAX]);
/* A unix socket of ours at this path; a dead one that is ours is replaced. -1 + *error. */
int unix_listener(const char *path, unsigned mode, gid_t group, char *error, size_t room);
void listeners_close(struct listeners *);  /* descriptors only: what a child does */

/* ---- counters.c ---- */

#define SLOTS_MAX (GENERATIONS_MAX * SETTINGS_WORKERS_MAX)

/* What one worker counts, in memory that it and the parent share: the parent shows it, and rests nothing on it. */
struct slot {
    struct meter meter;
    struct milter_server_counts milter;
    struct journal_counts journal;
    struct cache_counts cache;
    uint64_t peers_wrong;                  /* sessions ended because their peer broke the protocol, or was silent */
    uint8_t landlock, seccomp;             /* 0: off */
};
struct shared_counts {
    struct slot slots[SLOTS_MAX];
    unsigned journal_tears;                /* journal.h: of all workers, which write it */
};
/* Whose the slots are is the parent's own, where no worker can write. */
struct counters {
    struct shared_counts *shared;
    struct slot gone;                      /* sums of workers that are no more */
    struct slot_owner { pid_t pid; unsigned generation; } owners[SLOTS_MAX];      /* pid 0: free; -1: not yet started */
};
struct counters *counters_new(void);       /* NULL without memory */
void counters_free(struct counters *);     /* NULL allowed */
struct slot *counters_take(struct counters *, unsigned generation);           /* NULL: none free */
void counters_name(struct counters *, const struct slot *, pid_t);            /* the worker it was taken for */
void counters_give(struct counters *, struct slot *);                         /* its counts stay in the sum */
/* What `frank status` shows, as JSON with a line end. */
struct status_facts { int64_t started, now; unsigned generation, generations, reloads, reloads_refused, restarts; const char *config; const char *last_error; };
bool counters_print(const struct counters *, const struct status_facts *, struct text *out);

/* ---- worker.c, resolver.c: what a child is; these return its exit code ---- */

struct worker_job {
    struct plan *plan;
    struct slot *slot;
    unsigned *journal_tears;
    int control;
    const int *listeners;
    size_t listener_count;
    const struct sandbox_filter *filter;   /* NULL: it makes its own */
    unsigned log;
    bool first;
};
int worker_main(const struct worker_job *);
struct resolver_job { const struct plan *plan; int control; unsigned log; };
int resolver_main(const struct resolver_job *);

/* ---- parent.c ---- */

struct parent_options { const char *config, *notify_socket; bool foreground; int ready_fd; };
/* The whole life of the daemon, from a checked plan (taken over) to the exit code. */
int parent_main(struct plan *, const struct parent_options *);

/* ---- notify.c: sd_notify(3) without its library ---- */
void notify(const char *socket_path, const char *state);      /* NULL path: nobody listens */

#endif
