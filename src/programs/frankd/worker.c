/* worker.c: a process that examines mail. */
#include "programs/frankd/frankd.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "crypto/digest.h"
#include "env/zone_resolver.h"
#include "platform/clock/clock.h"
#include "platform/heap/heap.h"
#include "platform/helper/helper.h"
#include "platform/resolver/remote.h"
#include "programs/frankd/tender.h"

#define RESOLVER_WAIT_US 1000000    /* for a new way to the resolver, before it is asked for: one that died is replaced unasked */
#define LARGE_OCTETS 32768          /* blocks of messages, which go; between them are cached answers, which stay */

struct worker {
    const struct worker_job *job;
    struct loop *loop;
    struct system_clock clock;
    struct env *env;                        /* the engine's: our copy of the plan's */
    struct engine *engine;
    struct journal_sink *journal;
    struct resolver *zone_dns, *remote_dns;
    struct heap_keeper *keeper;
    struct tender *tender;                  /* of the first worker */
    struct milter_front front;
    struct milter_server *server;
    struct loop_watch *control, *term;
    struct loop_timer *leave, *resolver_missed;
    bool stopping;
};

/* ---- the life of messages ---- */

static void decided(void *context, const struct milter_decision *d)
{
    struct worker *w = context;
    heap_keeper_stir(w->keeper);
    journal_message(w->journal, &(struct journal_entry){
        .txn = d->txn, .told = d->action, .deleted = d->deleted, .inserted = d->inserted, .waited_us = d->waited_us, .peer_name = d->peer_name,
    });
    if (w->remote_dns)
        w->job->slot->cache = remote_resolver_counts(w->remote_dns);
}

static bool examines(const void *context)
{
    return engine_live(((const struct worker *)context)->engine) > 0;
}

static void rest(void *context)
{
    struct worker *w = context;
    engine_rest(w->engine);
    milter_front_clear(&w->front);
}

static void peer_wrong(void *context, const char *what)
{
    struct worker *w = context;
    /* The first few are said; a stranger must not fill the log. */
    if (w->job->slot->peers_wrong++ < 16)
        log_say(w->job->log, "a milter session ended: %s", what);
}

/* ---- leaving ---- */

static void emptied(void *context)
{
    loop_stop(((struct worker *)context)->loop);
}

static void leave_timer(void *context)
{
    struct worker *w = context;
    if (w->stopping)
        loop_stop(w->loop);                 /* what has not ended by now is deferred by its MTA */
    else
        milter_server_drain(w->server);
}

static void leave(struct worker *w, bool stop)
{
    const struct process_settings *p = process_settings(w->job->plan->config);
    if (w->stopping)
        return;
    w->stopping = stop;
    loop_timer_set(w->leave, (int64_t)(stop ? p->stop_seconds : p->drain_seconds) * 1000000);
    milter_server_stop_accepting(w->server);
    if (stop)
        milter_server_drain(w->server);
}

static void control_ready(void *context, unsigned interest)
{
    struct worker *w = context;
    uint8_t word;
    int passed;
    (void)interest;
    switch (helper_hear(w->job->control, &word, &passed)) {
    case HELPER_NOTHING:
        return;
    case HELPER_CLOSED:                     /* the parent is gone */
        loop_watch_set(w->control, 0);
        leave(w, true);
        return;
    case HELPER_HEARD:
        break;
    }
    if (word == WORD_RESOLVER && passed >= 0 && w->remote_dns)
        remote_resolver_connect(w->remote_dns, passed);
    else if (passed >= 0)
        close(passed);
    if (word == WORD_LEAVE || word == WORD_STOP)
        leave(w, word == WORD_STOP);
}

static void term_came(void *context, unsigned interest)
{
    (void)interest;
    leave(context, true);
}

/* ---- the way to the resolver ---- */

static void resolver_lost(void *context)
{
    loop_timer_set(((struct worker *)context)->resolver_missed, RESOLVER_WAIT_US);
}

/* Its channel broke, or never came, though both processes live: without another every question would fail from now on. */
static void ask_for_resolver(void *context)
{
    struct worker *w = context;
    if (remote_resolver_connected(w->remote_dns))
        return;
    (void)!helper_say(w->job->control, WORD_RESOLVER, -1);
    loop_timer_set(w->resolver_missed, RESOLVER_WAIT_US);
}

/* ---- opening ---- */

static bool open_dns(struct worker *w)
{
    const struct dns_settings *s = dns_settings(w->job->plan->config);
    uint64_t seed;
    if (w->job->plan->zone) {
        w->zone_dns = zone_resolver_new(w->job->plan->zone);
        w->env->dns = w->zone_dns;
        return w->zone_dns != NULL;
    }
    w->env->random->fill(w->env->random, &seed, sizeof seed);
    w->resolver_missed = loop_timer_new(w->loop, ask_for_resolver, w);
    w->remote_dns = remote_resolver_new(w->loop, &(struct remote_options){
        .question_timeout_us = s->timeout_seconds * 1000000, .cache_octets = s->cache_octets, .seed = seed, .lost = resolver_lost, .context = w,
    });
    w->env->dns = w->remote_dns;
    /* The parent may have had none to give. */
    return w->remote_dns && w->resolver_missed && loop_timer_set(w->resolver_missed, RESOLVER_WAIT_US);
}

static bool open_engine(struct worker *w)
{
    system_clock_init(&w->clock);
    w->engine = w->job->plan->engine;
    w->env = &w->job->plan->env;
    w->env->clock = &w->clock.clock;
    w->env->meter = &w->job->slot->meter;
    return open_dns(w);
}

static bool open_server(struct worker *w)
{
    const struct milter_settings *s = milter_settings(w->job->plan->config);
    w->front = (struct milter_front){ .engine = w->engine, .env = w->env, .decided = decided, .complained = peer_wrong, .context = w };
    w->server = milter_server_new(w->loop, &w->front, (size_t)s->sessions, &w->job->slot->milter, emptied, w);
    if (!w->server)
        return false;
    for (size_t i = 0; i < w->job->listener_count; i++)
        if (!milter_server_listen(w->server, w->job->listeners[i]))
            return false;
    return true;
}

static bool open_control(struct worker *w)
{
    w->control = loop_watch_new(w->loop, w->job->control, control_ready, w);
    w->term = loop_signal_new(w->loop, SIGTERM, term_came, w);
    w->leave = loop_timer_new(w->loop, leave_timer, w);
    w->keeper = heap_keeper_new(w->loop, examines, rest, w);
    if (w->job->first)
        w->tender = tender_new(w->loop, w->engine, w->env, w->job->log);
    return w->control && w->term && w->leave && w->keeper && (w->tender || !w->job->first) && loop_watch_set(w->control, LOOP_READ);
}

static bool open_all(struct worker *w)
{
    const struct config *c = w->job->plan->config;
    w->loop = loop_new();
    if (!w->loop || crypto_start() != STATUS_OK || !open_engine(w) || !open_control(w))
        return false;
    w->journal = journal_open(w->loop, journal_settings(c), w->job->log, w->job->plan->authserv_id, &w->job->slot->journal,
                              w->job->journal_tears);
    return w->journal && open_server(w);
}

static void close_in(const struct worker_job *job)
{
    struct sandbox_report r;
    sandbox_close(SANDBOX_WORKER, job->filter, &r);
    job->slot->landlock = r.landlock;
    job->slot->seccomp = r.seccomp;
    if (job->first && (!r.landlock || !r.seccomp))
        log_say(job->log, "the sandbox is not whole: landlock %s, seccomp %s", r.landlock ? "on" : "off", r.seccomp ? "on" : "off");
}

static void close_all(struct worker *w)
{
    milter_server_free(w->server);
    milter_front_clear(&w->front);
    tender_free(w->tender);
    zone_resolver_free(w->zone_dns);
    remote_resolver_free(w->remote_dns);
    journal_close(w->journal);
    loop_watch_free(w->control);
    loop_watch_free(w->term);
    loop_timer_free(w->leave);
    loop_timer_free(w->resolver_missed);
    heap_keeper_free(w->keeper);
    loop_free(w->loop);
}

/* Who stops all processes at once (systemd does) sends two: the second must not end a worker that goes by itself. */
static void hold_signals(void)
{
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, NULL);
}

int worker_main(const struct worker_job *job)
{
    struct worker w = { .job = job };
    int code = 1;
    prctl(PR_SET_NAME, "frankd: worker", 0, 0, 0);
    heap_set_large(LARGE_OCTETS);
    if (!sandbox_become(&job->plan->user)) {
        log_say(job->log, "a worker cannot become its user");
        return 1;
    }
    if (open_all(&w)) {
        if (process_settings(job->plan->config)->sandbox)
            close_in(job);
        if (helper_say(job->control, WORD_READY, -1) && loop_run(w.loop))
            code = 0;
    } else {
        log_say(job->log, "a worker cannot start: no memory, or the crypto library does not work");
    }
    hold_signals();
    close_all(&w);
    return code;
}
