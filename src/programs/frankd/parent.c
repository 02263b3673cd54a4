/* parent.c: signals, reloads, the status socket, and the end. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/clock/clock.h"
#include "programs/frankd/children.h"

#define ERROR_MAX 640
#define STATUS_ROOM (256u << 10)
#define KILL_AFTER_US 3000000          /* beyond stop_timeout */
#define STATUS_REST_US 1000000         /* after somebody who asked could not be taken: no descriptor is left */

struct parent {
    struct family family;
    const struct parent_options *options;
    struct generation *serving, *starting;      /* NULL: none */
    unsigned last_number, reloads, reloads_refused;
    bool reload_wanted, wait_said, stopping, failed;
    struct loop_watch *signals[4], *status_watch;
    struct loop_timer *kill_timer, *look_timer, *status_timer;
    char last_error[ERROR_MAX];
    char *status_path;
    int64_t started;
};

static void look_again(struct parent *p);

/* ---- what is said outside ---- */

static void say_ready(struct parent *p)
{
    char line[1024];
    struct text t = text_fixed(line, sizeof line - 1);
    const struct plan *plan = p->serving->plan;
    const struct texts *listen = &milter_settings(plan->config)->listen;
    text_addf(&t, "ready: %u workers on ", plan->workers);
    for (size_t i = 0; i < listen->count; i++) {
        text_add_str(&t, i ? ", " : "");
        text_add_shown(&t, slice_first(listen->at[i], 128), false);
    }
    line[t.bad ? 0 : t.len] = '\0';
    fprintf(stderr, "frankd: %s\n", line);
    if (p->family.log == LOG_TO_SYSLOG)
        log_say(LOG_TO_SYSLOG, "%s", line);
    notify(p->options->notify_socket, "READY=1\nSTATUS=serving\n");
    if (p->options->ready_fd >= 0) {
        (void)!write(p->options->ready_fd, "R", 1);
        close(p->options->ready_fd);
    }
}

static void say_refused(struct parent *p, const char *error)
{
    char state[ERROR_MAX + 64];
    snprintf(p->last_error, sizeof p->last_error, "%s", error);
    p->reloads_refused++;
    log_say(p->family.log, "the old configuration stays: %s", error);
    snprintf(state, sizeof state, "READY=1\nSTATUS=the old configuration stays: %s\n", error);
    notify(p->options->notify_socket, state);
}

/* ---- generations come and go ---- */

/* Its workers answer: the one before accepts no more. */
static void take_over(struct parent *p)
{
    struct generation *old = p->serving;
    bool first = !old;
    p->serving = p->starting;
    p->starting = NULL;
    p->serving->state = GENERATION_SERVING;
    if (old) {
        old->state = GENERATION_LEAVING;
        generation_say(old, WORD_LEAVE);
        p->reloads++;
        p->last_error[0] = '\0';
        log_say(p->family.log, "reloaded %s", p->serving->plan->path);
        notify(p->options->notify_socket, "READY=1\nSTATUS=serving\n");
    }
    listeners_keep_only(p->family.listeners, p->serving->plan);
    if (first)
        say_ready(p);
}

/* Without a configuration that serves, at the very start, one that cannot is the end of us: nobody hears READY=1. */
static void refuse(struct parent *p, const char *why)
{
    if (p->serving) {
        say_refused(p, why);
        listeners_keep_only(p->family.listeners, p->serving->plan);
    } else {
        p->failed = p->stopping = true;
        log_say(p->family.log, "%s", why);
    }
}

/* One that does not start is given up whole. */
static void give_up(struct parent *p, const char *why)
{
    struct generation *g = p->starting;
    p->starting = NULL;
    g->state = GENERATION_LEAVING;
    generation_kill(g, SIGKILL);
    refuse(p, why);
}

static unsigned count_generations(const struct parent *p)
{
    unsigned n = 0;
    for (struct link *k = list_first(&p->family.generations); k; k = list_next(&p->family.generations, k))
        n++;
    return n;
}

static void begin_generation(struct parent *p, struct plan *plan)
{
    char error[ERROR_MAX];
    bool opened = listeners_open(p->family.listeners, plan, error, sizeof error);
    struct generation *g = opened ? generation_new(&p->family, plan, p->last_number + 1) : NULL;
    if (!g) {
        plan_free(plan);
        refuse(p, opened ? "no memory" : error);
        return;
    }
    p->last_number++;
    p->starting = g;
    if (!generation_start(g))
        give_up(p, "a process cannot be started");
}

/* Once for each reload: a client that does not come to the end of its message may keep it waiting for hours. */
static void say_waiting(struct parent *p)
{
    if (p->wait_said)
        return;
    p->wait_said = true;
    log_say(p->family.log, "a reload waits: messages are still under way with %u earlier configurations", GENERATIONS_MAX - 1);
    notify(p->options->notify_socket, "READY=1\nSTATUS=a reload waits for messages under way with earlier configurations\n");
}

/* Several requests while one is under way are one. At most GENERATIONS_MAX live; what is beyond waits. */
static void reload_if_possible(struct parent *p)
{
    char error[ERROR_MAX];
    if (!p->reload_wanted || p->stopping || p->starting || !p->serving)
        return;
    if (count_generations(p) >= GENERATIONS_MAX) {
        say_waiting(p);
        return;
    }
    p->reload_wanted = p->wait_said = false;
    struct plan *plan = plan_read(p->options->config, error, sizeof error);
    if (plan)
        begin_generation(p, plan);
    else
        say_refused(p, error);
}

static void free_those_gone(struct parent *p)
{
    struct link *next;
    for (struct link *k = list_first(&p->family.generations); k; k = next) {
        struct generation *g = LIST_ITEM(k, struct generation, link);
        next = list_next(&p->family.generations, k);
        bool over = g->state == GENERATION_LEAVING || p->stopping;
        if (!over || generation_running(g) > 0)
            continue;
        if (p->serving == g)
            p->serving = NULL;
        generation_free(g);
    }
}

static void look_again(struct parent *p)
{
    if (p->starting && generation_ready(p->starting))
        take_over(p);
    free_those_gone(p);
    reload_if_possible(p);
    if (p->stopping && list_empty(&p->family.generations))
        loop_stop(p->family.loop);
}

static void changed(void *context, struct generation *g)
{
    struct parent *p = context;
    /* A child that ended before it was ready takes its generation with it. */
    if (p->starting == g && generation_running(g) < g->plan->workers + (plan_needs_resolver(g->plan) ? 1U : 0U))
        give_up(p, "a process of the new configuration ended before it was ready");
    /* From the loop: whoever calls us may be walking through the generations. */
    loop_timer_set(p->look_timer, 0);
}

static void look_due(void *context)
{
    look_again(context);
}

/* ---- signals ---- */

static void stop(struct parent *p)
{
    uint64_t longest = 0;
    if (p->stopping)
        return;
    p->stopping = true;
    p->starting = NULL;
    notify(p->options->notify_socket, "STOPPING=1\n");
    for (struct link *k = list_first(&p->family.generations); k; k = list_next(&p->family.generations, k)) {
        struct generation *g = LIST_ITEM(k, struct generation, link);
        uint64_t seconds = process_settings(g->plan->config)->stop_seconds;
        g->state = GENERATION_LEAVING;
        generation_say(g, WORD_STOP);
        longest = seconds > longest ? seconds : longest;
        if (generation_workers(g) == 0)
            generation_kill(g, SIGKILL);
    }
    loop_timer_set(p->kill_timer, (int64_t)longest * 1000000 + KILL_AFTER_US);
    listeners_free(p->family.listeners);
    p->family.listeners = NULL;
    look_again(p);
}

static void term_came(void *context, unsigned interest)
{
    (void)interest;
    stop(context);
}

static void hup_came(void *context, unsigned interest)
{
    struct parent *p = context;
    (void)interest;
    p->reload_wanted = true;
    look_again(p);
}

static void child_ended(struct parent *p, pid_t pid, int status)
{
    for (struct link *k = list_first(&p->family.generations); k; k = list_next(&p->family.generations, k))
        if (generation_ended(LIST_ITEM(k, struct generation, link), pid, status))
            return;
}

static void chld_came(void *context, unsigned interest)
{
    struct parent *p = context;
    int status;
    pid_t pid;
    (void)interest;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
        child_ended(p, pid, status);
    look_again(p);
}

static void kill_due(void *context)
{
    struct parent *p = context;
    for (struct link *k = list_first(&p->family.generations); k; k = list_next(&p->family.generations, k))
        generation_kill(LIST_ITEM(k, struct generation, link), SIGKILL);
}

/* ---- status ---- */

static void write_status(struct parent *p, int fd)
{
    struct arena *a = arena_new(STATUS_ROOM * 2);
    struct system_clock clock;
    system_clock_init(&clock);
    struct status_facts f = {
        .started = p->started, .now = clock.clock.now(&clock.clock), .generation = p->serving ? p->serving->number : 0,
        .generations = count_generations(p), .reloads = p->reloads, .reloads_refused = p->reloads_refused,
        .restarts = p->family.restarts, .config = p->options->config, .last_error = p->last_error,
    };
    struct text t = text_in(a, STATUS_ROOM);
    if (a && counters_print(p->family.counters, &f, &t))
        (void)!send(fd, t.at, t.len, MSG_NOSIGNAL | MSG_DONTWAIT);
    arena_free(a);
}

/* Who connects is told, and reads; nothing is read from it. */
static void status_asked(void *context, unsigned interest)
{
    struct parent *p = context;
    (void)interest;
    int fd = accept4(p->family.status_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) {
        /* Who waits still waits, and would be seen again and again. */
        bool gone = errno == EAGAIN || errno == EINTR || errno == ECONNABORTED;
        if (!gone && loop_timer_set(p->status_timer, STATUS_REST_US))
            loop_watch_set(p->status_watch, 0);
        return;
    }
    write_status(p, fd);
    close(fd);
}

static void status_rested(void *context)
{
    loop_watch_set(((struct parent *)context)->status_watch, LOOP_READ);
}

static void open_status(struct parent *p, const struct plan *plan)
{
    char error[ERROR_MAX];
    struct slice path = process_settings(plan->config)->status;
    p->family.status_fd = -1;
    if (path.len == 0)
        return;
    p->status_path = mem_alloc(path.len + 1);
    if (!p->status_path)
        return;
    memcpy(p->status_path, path.at, path.len);
    p->status_path[path.len] = '\0';
    p->family.status_fd = unix_listener(p->status_path, 0660, (gid_t)-1, error, sizeof error);
    if (p->family.status_fd >= 0) {
        p->status_watch = loop_watch_new(p->family.loop, p->family.status_fd, status_asked, p);
        p->status_timer = loop_timer_new(p->family.loop, status_rested, p);
        if (p->status_watch && p->status_timer && loop_watch_set(p->status_watch, LOOP_READ))
            return;
    }
    log_say(p->family.log, "no status socket: %s", p->family.status_fd < 0 ? error : "no memory");
}

static void close_status(struct parent *p)
{
    loop_watch_free(p->status_watch);
    loop_timer_free(p->status_timer);
    if (p->family.status_fd >= 0) {
        close(p->family.status_fd);
        unlink(p->status_path);
    }
    mem_free(p->status_path);
}

/* ---- begin and end ---- */

/* Each session is a descriptor of its worker. */
static void raise_descriptors(void)
{
    struct rlimit r;
    if (getrlimit(RLIMIT_NOFILE, &r) != 0)
        return;
    r.rlim_cur = r.rlim_max > 1u << 20 ? 1u << 20 : r.rlim_max;
    setrlimit(RLIMIT_NOFILE, &r);
}

static bool open_all(struct parent *p, const struct plan *plan)
{
    struct loop *l = loop_new();
    p->family.loop = l;
    if (!l)
        return false;
    signal(SIGUSR1, SIG_IGN);         /* what log rotation sends to other daemons; SIGHUP is what reopens here */
    p->family.counters = counters_new();
    p->family.listeners = listeners_new();
    p->signals[0] = loop_signal_new(l, SIGTERM, term_came, p);
    p->signals[1] = loop_signal_new(l, SIGINT, term_came, p);
    p->signals[2] = loop_signal_new(l, SIGHUP, hup_came, p);
    p->signals[3] = loop_signal_new(l, SIGCHLD, chld_came, p);
    p->kill_timer = loop_timer_new(l, kill_due, p);
    p->look_timer = loop_timer_new(l, look_due, p);
    open_status(p, plan);
    return p->family.counters && p->family.listeners && p->signals[0] && p->signals[1] && p->signals[2] && p->signals[3] && p->kill_timer
        && p->look_timer;
}

static void close_all(struct parent *p)
{
    close_status(p);
    listeners_free(p->family.listeners);
    for (size_t i = 0; i < COUNT_OF(p->signals); i++)
        loop_watch_free(p->signals[i]);
    loop_timer_free(p->kill_timer);
    loop_timer_free(p->look_timer);
    loop_free(p->family.loop);
    sandbox_filter_free(p->family.worker_filter);
    counters_free(p->family.counters);
}

static int64_t wall_clock(void)
{
    struct system_clock c;
    system_clock_init(&c);
    return c.clock.now(&c.clock);
}

int parent_main(struct plan *plan, const struct parent_options *options)
{
    struct parent p = {
        .options = options, .started = wall_clock(),
        .family = { .log = process_settings(plan->config)->log, .status_fd = -1, .changed = changed, .context = &p },
    };
    list_init(&p.family.generations);
    log_open(p.family.log);
    raise_descriptors();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);         /* a file at its limit is one that cannot be written; the children inherit it */
    if (!open_all(&p, plan)) {
        plan_free(plan);
        log_say(p.family.log, "no memory");
        p.failed = true;
    } else {
        begin_generation(&p, plan);
        free_those_gone(&p);
        if (!list_empty(&p.family.generations))
            loop_run(p.family.loop);
        else
            p.failed = true;
    }
    close_all(&p);
    return p.failed ? 1 : 0;
}
