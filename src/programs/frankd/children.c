#include "programs/frankd/children.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/digest.h"
#include "platform/helper/helper.h"

#define YOUNG_US 1000000              /* who ends earlier is started again only after so long */

/* ---- fork ---- */

static void close_control_of_others(const struct family *f, const struct child *self)
{
    for (struct link *k = list_first(&f->generations); k; k = list_next(&f->generations, k)) {
        const struct generation *g = LIST_ITEM(k, struct generation, link);
        if (g->resolver.pid && &g->resolver != self)
            close(g->resolver.control);
        for (unsigned i = 0; i < g->plan->workers; i++)
            if (g->workers[i].pid && &g->workers[i] != self)
                close(g->workers[i].control);
    }
}

static void default_signals(void)
{
    static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR1, SIGPIPE };
    for (size_t i = 0; i < COUNT_OF(signals); i++)
        signal(signals[i], SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGHUP, SIG_IGN);          /* a reload is the parent's business, and so is ^C */
    signal(SIGINT, SIG_IGN);
}

/* In the child: what is the parent's goes; what is left is the job. */
static int child_main(struct child *c, int control)
{
    struct generation *g = c->generation;
    struct family *f = g->family;
    int fds[SETTINGS_LISTEN_MAX];
    size_t count = listeners_of(f->listeners, g->plan, fds);
    loop_free_in_child(f->loop);
    default_signals();
    close_control_of_others(f, c);
    if (f->status_fd >= 0)
        close(f->status_fd);
    if (!c->slot) {
        listeners_close(f->listeners);
        return resolver_main(&(struct resolver_job){ .plan = g->plan, .control = control, .log = f->log });
    }
    return worker_main(&(struct worker_job){
        .plan = g->plan, .slot = c->slot, .journal_tears = &f->counters->shared->journal_tears, .control = control, .log = f->log,
        .listeners = fds, .listener_count = count, .filter = f->worker_filter, .first = c == &g->workers[0],
    });
}

static pid_t fork_child(struct child *c, int pair[2])
{
    sigset_t all, old;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, &old);
    pid_t pid = fork();
    if (pid == 0) {
        close(pair[0]);
        int code = 1;
        /* Signals stay blocked until the parent's handlers are gone. */
        default_signals();
        sigprocmask(SIG_SETMASK, &old, NULL);
        code = child_main(c, pair[1]);
        exit(code);
    }
    sigprocmask(SIG_SETMASK, &old, NULL);
    return pid;
}

/* ---- control ---- */

/* A worker's questions go to the resolver over a pair of their own, which is the only one it has there. */
static void introduce(struct child *worker, struct child *resolver)
{
    int pair[2];
    if (!worker->pid || !resolver->pid || !helper_pair(pair))
        return;
    worker->introduced_us = loop_now_us(worker->generation->family->loop);
    helper_say(worker->control, WORD_RESOLVER, pair[0]);
    helper_say(resolver->control, (uint8_t)(WORD_ASKER + (worker - worker->generation->workers)), pair[1]);
    close(pair[0]);
    close(pair[1]);
}

/* A worker has no way to the resolver; not heard more than once in YOUNG_US, nor while there is none: a new one is introduced to all. */
static void introduce_again(struct child *worker)
{
    struct generation *g = worker->generation;
    if (worker->slot && g->resolver.pid && loop_now_us(g->family->loop) - worker->introduced_us >= YOUNG_US) {
        log_say(g->family->log, "a worker (%d) lost its channel to the resolver and gets another", (int)worker->pid);
        introduce(worker, &g->resolver);
    }
}

static void control_ready(void *context, unsigned interest)
{
    struct child *c = context;
    uint8_t word;
    int passed;
    (void)interest;
    enum helper_heard heard = helper_hear(c->control, &word, &passed);
    if (passed >= 0)
        close(passed);
    if (heard == HELPER_CLOSED)
        loop_watch_set(c->watch, 0);          /* SIGCHLD says the rest */
    if (heard == HELPER_HEARD && word == WORD_RESOLVER)
        introduce_again(c);
    if (heard != HELPER_HEARD || word != WORD_READY)
        return;
    c->ready = true;
    c->generation->family->changed(c->generation->family->context, c->generation);
}

static void child_forget(struct child *c)
{
    loop_watch_free(c->watch);
    close(c->control);
    counters_give(c->generation->family->counters, c->slot);
    c->watch = NULL;
    c->slot = NULL;
    c->pid = 0;
    c->ready = false;
}

static bool child_start(struct child *c, struct generation *g, bool worker)
{
    struct family *f = g->family;
    int pair[2];
    *c = (struct child){ .generation = g, .started_us = loop_now_us(f->loop) };
    c->slot = worker ? counters_take(f->counters, g->number) : NULL;
    if ((worker && !c->slot) || !helper_pair(pair)) {
        counters_give(f->counters, c->slot);
        c->slot = NULL;
        return false;
    }
    pid_t pid = fork_child(c, pair);
    close(pair[1]);
    c->control = pair[0];
    c->watch = pid > 0 ? loop_watch_new(f->loop, c->control, control_ready, c) : NULL;
    c->pid = pid > 0 ? pid : 0;
    if (c->slot)
        counters_name(f->counters, c->slot, pid);
    if (c->watch && loop_watch_set(c->watch, LOOP_READ))
        return true;
    if (pid > 0)
        kill(pid, SIGKILL);                   /* it ends as any other does */
    else
        child_forget(c);
    return false;
}

/* ---- generations ---- */

static void start_again(void *context)
{
    struct generation *g = context;
    if (!generation_start(g))
        loop_timer_set(g->again, YOUNG_US);
}

struct generation *generation_new(struct family *f, struct plan *p, unsigned number)
{
    struct generation *g = mem_zalloc(1, sizeof *g);
    if (!g)
        return NULL;
    *g = (struct generation){ .family = f, .plan = p, .number = number };
    g->again = loop_timer_new(f->loop, start_again, g);
    if (g->again) {
        list_add(&f->generations, &g->link);
        return g;
    }
    mem_free(g);
    return NULL;
}

void generation_free(struct generation *g)
{
    list_remove(&g->link);
    loop_timer_free(g->again);
    plan_free(g->plan);
    mem_free(g);
}

static bool wants_workers(const struct generation *g)
{
    return g->state != GENERATION_LEAVING;
}

/*
 * What is the same in all workers is made before they are: it costs its time once, and its memory is shared until somebody
 * writes to it. A worker in which it failed sees that for itself.
 */
static void prepare_workers(struct generation *g)
{
    struct family *f = g->family;
    (void)!crypto_start();
    if (!f->worker_filter && process_settings(g->plan->config)->sandbox)
        f->worker_filter = sandbox_filter_new(SANDBOX_WORKER);
}

bool generation_start(struct generation *g)
{
    bool resolver_new = false, good = true;
    if (plan_needs_resolver(g->plan) && !g->resolver.pid && (wants_workers(g) || generation_workers(g) > 0)) {
        resolver_new = child_start(&g->resolver, g, false);
        good = resolver_new;
    }
    /* The resolver is busy with itself meanwhile, and needs nothing of it. */
    prepare_workers(g);
    for (unsigned i = 0; i < g->plan->workers; i++) {
        struct child *w = &g->workers[i];
        bool worker_new = !w->pid && wants_workers(g);
        if (worker_new && !child_start(w, g, true)) {
            good = false;
            continue;
        }
        if (worker_new || resolver_new)
            introduce(w, &g->resolver);
    }
    return good;
}

bool generation_ready(const struct generation *g)
{
    if (plan_needs_resolver(g->plan) && !g->resolver.ready)
        return false;
    for (unsigned i = 0; i < g->plan->workers; i++)
        if (!g->workers[i].ready)
            return false;
    return true;
}

unsigned generation_workers(const struct generation *g)
{
    unsigned n = 0;
    for (unsigned i = 0; i < g->plan->workers; i++)
        n += g->workers[i].pid != 0;
    return n;
}

unsigned generation_running(const struct generation *g)
{
    return generation_workers(g) + (g->resolver.pid != 0);
}

void generation_say(struct generation *g, enum word word)
{
    for (unsigned i = 0; i < g->plan->workers; i++)
        if (g->workers[i].pid)
            helper_say(g->workers[i].control, (uint8_t)word, -1);
}

void generation_kill(struct generation *g, int signal)
{
    for (unsigned i = 0; i < g->plan->workers; i++)
        if (g->workers[i].pid)
            kill(g->workers[i].pid, signal);
    if (g->resolver.pid)
        kill(g->resolver.pid, signal);
}

static struct child *child_with(struct generation *g, pid_t pid)
{
    if (g->resolver.pid == pid)
        return &g->resolver;
    for (unsigned i = 0; i < g->plan->workers; i++)
        if (g->workers[i].pid == pid)
            return &g->workers[i];
    return NULL;
}

static void say_how_it_ended(const struct generation *g, const struct child *c, pid_t pid, int status)
{
    const char *what = c == &g->resolver ? "the resolver" : "a worker";
    if (WIFSIGNALED(status))
        log_say(g->family->log, "%s (%d) was ended by signal %d", what, (int)pid, WTERMSIG(status));
    else if (WEXITSTATUS(status) != 0)
        log_say(g->family->log, "%s (%d) ended with %d", what, (int)pid, WEXITSTATUS(status));
}

bool generation_ended(struct generation *g, pid_t pid, int status)
{
    struct child *c = child_with(g, pid);
    if (!c)
        return false;
    struct family *f = g->family;
    bool young = loop_now_us(f->loop) - c->started_us < YOUNG_US;
    say_how_it_ended(g, c, pid, status);
    child_forget(c);
    /* Leaving workers may end; a resolver that still has askers may not. */
    bool missed = c == &g->resolver ? wants_workers(g) || generation_workers(g) > 0 : wants_workers(g);
    if (missed && g->state != GENERATION_STARTING) {
        f->restarts++;
        loop_timer_set(g->again, young ? YOUNG_US : 0);
    }
    if (g->state == GENERATION_LEAVING && generation_workers(g) == 0 && g->resolver.pid)
        helper_say(g->resolver.control, WORD_STOP, -1);
    f->changed(f->context, g);
    return true;
}
