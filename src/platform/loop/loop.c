#include "platform/loop/loop.h"

#include <event2/event.h>
#include <signal.h>
#include <time.h>

#include "base/arena.h"

struct loop {
    struct event_base *base;
    struct loop_timer *turn;             /* ends a bounded turn */
    bool stopping;
};

struct loop_watch {
    struct loop *loop;
    struct event *read, *write;          /* write is NULL for signals, and until somebody wants to write */
    unsigned interest;
    int fd;
    void (*ready)(void *, unsigned);
    void *context;
};

struct loop_timer {
    struct event *event;
    void (*fire)(void *);
    void *context;
};

static void turn_over(void *context)
{
    (void)context;
}

static struct event_base *base_new(void)
{
    struct event_config *config = event_config_new();
    if (!config)
        return NULL;
    event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
    struct event_base *base = event_base_new_with_config(config);
    event_config_free(config);
    return base;
}

struct loop *loop_new(void)
{
    struct loop *l = mem_zalloc(1, sizeof *l);
    if (!l)
        return NULL;
    l->base = base_new();
    l->turn = l->base ? loop_timer_new(l, turn_over, NULL) : NULL;
    if (l->turn)
        return l;
    loop_free(l);
    return NULL;
}

void loop_free(struct loop *l)
{
    if (!l)
        return;
    loop_timer_free(l->turn);
    if (l->base)
        event_base_free(l->base);
    mem_free(l);
}

void loop_free_in_child(struct loop *l)
{
    if (!l)
        return;
    /* Without it, taking events off would take them off the parent's epoll set, which the child shares. */
    if (event_reinit(l->base) == 0)
        loop_free(l);
}

void *loop_event_base(struct loop *l)
{
    return l->base;
}

bool loop_turn(struct loop *l, int64_t max_us)
{
    if (max_us >= 0 && !loop_timer_set(l->turn, max_us))
        return false;
    int code = event_base_loop(l->base, EVLOOP_ONCE);
    loop_timer_clear(l->turn);
    return code >= 0;
}

bool loop_run(struct loop *l)
{
    l->stopping = false;
    while (!l->stopping)
        if (event_base_loop(l->base, EVLOOP_NO_EXIT_ON_EMPTY) < 0)
            return false;
    return true;
}

void loop_stop(struct loop *l)
{
    l->stopping = true;
    event_base_loopbreak(l->base);
}

int64_t loop_now_us(struct loop *l)
{
    struct timespec t;
    (void)l;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* ---- descriptors ---- */

static void watch_fired(evutil_socket_t fd, short what, void *context)
{
    struct loop_watch *w = context;
    (void)fd;
    unsigned interest = (what & EV_READ ? LOOP_READ : 0U) | (what & EV_WRITE ? LOOP_WRITE : 0U);
    w->ready(w->context, interest & w->interest);
}

static struct loop_watch *watch_new(struct loop *l, int fd, short what, void (*ready)(void *, unsigned), void *context)
{
    struct loop_watch *w = mem_zalloc(1, sizeof *w);
    if (!w)
        return NULL;
    *w = (struct loop_watch){ .loop = l, .fd = fd, .ready = ready, .context = context };
    w->read = event_new(l->base, fd, (short)(what | EV_PERSIST), watch_fired, w);
    if (w->read)
        return w;
    mem_free(w);
    return NULL;
}

struct loop_watch *loop_watch_new(struct loop *l, int fd, void (*ready)(void *, unsigned), void *context)
{
    return watch_new(l, fd, EV_READ, ready, context);
}

static bool set_one(struct event *e, bool was, bool wanted)
{
    if (was == wanted)
        return true;
    return (wanted ? event_add(e, NULL) : event_del(e)) == 0;
}

bool loop_watch_set(struct loop_watch *w, unsigned interest)
{
    if ((interest & LOOP_WRITE) && !w->write)
        w->write = event_new(w->loop->base, w->fd, EV_WRITE | EV_PERSIST, watch_fired, w);
    if ((interest & LOOP_WRITE) && !w->write)
        return false;
    unsigned was = w->interest;
    w->interest = interest;
    return set_one(w->read, was & LOOP_READ, interest & LOOP_READ)
        && (!w->write || set_one(w->write, was & LOOP_WRITE, interest & LOOP_WRITE));
}

void loop_watch_free(struct loop_watch *w)
{
    if (!w)
        return;
    event_free(w->read);
    if (w->write)
        event_free(w->write);
    mem_free(w);
}

static void signal_fired(evutil_socket_t fd, short what, void *context)
{
    struct loop_watch *w = context;
    (void)fd;
    (void)what;
    w->ready(w->context, 0);
}

struct loop_watch *loop_signal_new(struct loop *l, int signal, void (*fire)(void *, unsigned), void *context)
{
    struct loop_watch *w = mem_zalloc(1, sizeof *w);
    if (!w)
        return NULL;
    *w = (struct loop_watch){ .loop = l, .fd = -1, .ready = fire, .context = context };
    w->read = event_new(l->base, signal, EV_SIGNAL | EV_PERSIST, signal_fired, w);
    if (w->read && event_add(w->read, NULL) == 0)
        return w;
    if (w->read)
        event_free(w->read);
    mem_free(w);
    return NULL;
}

/* ---- timers ---- */

static void timer_fired(evutil_socket_t fd, short what, void *context)
{
    struct loop_timer *t = context;
    (void)fd;
    (void)what;
    t->fire(t->context);
}

struct loop_timer *loop_timer_new(struct loop *l, void (*fire)(void *), void *context)
{
    struct loop_timer *t = mem_zalloc(1, sizeof *t);
    if (!t)
        return NULL;
    *t = (struct loop_timer){ .fire = fire, .context = context };
    t->event = event_new(l->base, -1, 0, timer_fired, t);
    if (t->event)
        return t;
    mem_free(t);
    return NULL;
}

bool loop_timer_set(struct loop_timer *t, int64_t after_us)
{
    if (after_us < 0)
        after_us = 0;
    struct timeval when = { .tv_sec = (time_t)(after_us / 1000000), .tv_usec = (suseconds_t)(after_us % 1000000) };
    return event_add(t->event, &when) == 0;
}

void loop_timer_clear(struct loop_timer *t)
{
    event_del(t->event);
}

void loop_timer_free(struct loop_timer *t)
{
    if (!t)
        return;
    event_free(t->event);
    mem_free(t);
}
