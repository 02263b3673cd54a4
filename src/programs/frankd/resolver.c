/* resolver.c: the process that asks the network. It goes when nobody asks any more and the parent let it go. */
#include "programs/frankd/frankd.h"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "platform/clock/clock.h"
#include "platform/heap/heap.h"
#include "platform/helper/helper.h"
#include "platform/resolver/live.h"
#include "platform/resolver/named_client.h"
#include "platform/resolver/server.h"

#define LINGER_US 1000000             /* after the parent's last word: how often is looked whether somebody still asks */

struct asked {
    const struct resolver_job *job;
    struct loop *loop;
    struct resolver *live, *named;
    struct dns_server *server;
    struct loop_watch *control;
    struct loop_timer *linger;
};

static void look_for_askers(void *context)
{
    struct asked *r = context;
    if (dns_server_askers(r->server) == 0)
        loop_stop(r->loop);
    else
        loop_timer_set(r->linger, LINGER_US);
}

static void control_ready(void *context, unsigned interest)
{
    struct asked *r = context;
    uint8_t word = 0;
    int passed;
    (void)interest;
    enum helper_heard heard = helper_hear(r->job->control, &word, &passed);
    if (heard == HELPER_NOTHING)
        return;
    if (heard == HELPER_HEARD && word >= WORD_ASKER && passed >= 0) {
        (void)!dns_server_add(r->server, passed, word - WORD_ASKER);
        return;
    }
    if (passed >= 0)
        close(passed);
    if (heard == HELPER_CLOSED)
        loop_watch_set(r->control, 0);
    if (heard == HELPER_CLOSED || word == WORD_STOP)
        look_for_askers(r);
}

static bool open_live(struct asked *r)
{
    const struct dns_settings *s = dns_settings(r->job->plan->config);
    const char *error = "no memory";
    r->loop = loop_new();
    r->live = r->loop ? live_resolver_new(r->loop, &(struct live_options){
        .forward = s->resolver.at, .forward_count = s->resolver.count, .question_timeout_us = s->timeout_seconds * 1000000,
        .cache_octets = (size_t)s->resolver_cache_octets, .validate = s->validate, .in_flight_max = (unsigned)s->in_flight,
    }, &error) : NULL;
    if (!r->live)
        log_say(r->job->log, "the resolver cannot start: %s", error);
    return r->live != NULL;
}

/* The plan was checked: its list has no bad entry. */
static bool open_named(struct asked *r)
{
    struct named_list allowed;
    struct config_error error;
    if (!engine_named_list(r->job->plan->config, &allowed, &error))
        return false;
    r->named = named_client_new(r->loop, r->live, &(struct named_options){
        .allowed = &allowed, .random = system_random(), .question_timeout_us = dns_settings(r->job->plan->config)->timeout_seconds * 1000000 });
    return r->named != NULL;
}

static bool open_all(struct asked *r)
{
    uint64_t seed;
    struct random *random = system_random();
    if (!open_live(r) || !open_named(r))
        return false;
    random->fill(random, &seed, sizeof seed);
    r->server = dns_server_new(r->loop, r->named, seed);
    r->control = loop_watch_new(r->loop, r->job->control, control_ready, r);
    r->linger = loop_timer_new(r->loop, look_for_askers, r);
    return r->server && r->control && r->linger && loop_watch_set(r->control, LOOP_READ);
}

static void close_all(struct asked *r)
{
    dns_server_free(r->server);
    named_client_free(r->named);
    live_resolver_free(r->live);
    loop_watch_free(r->control);
    loop_timer_free(r->linger);
    loop_free(r->loop);
}

int resolver_main(const struct resolver_job *job)
{
    struct asked r = { .job = job };
    struct sandbox_report report;
    int code = 1;
    prctl(PR_SET_NAME, "frankd: dns", 0, 0, 0);
    signal(SIGTERM, SIG_IGN);         /* it goes after those who ask */
    if (sandbox_become(&job->plan->user) && open_all(&r)) {
        if (process_settings(job->plan->config)->sandbox)
            sandbox_close(SANDBOX_RESOLVER, NULL, &report);
        if (helper_say(job->control, WORD_READY, -1) && loop_run(r.loop))
            code = 0;
    }
    close_all(&r);
    return code;
}
