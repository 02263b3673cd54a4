/*
 * loop.h: waiting for sockets and time. libevent 2.1 stays behind this room.
 *
 * One loop per process, one thread. Callbacks run from loop_run / loop_turn only.
 */
#ifndef FRANK_PLATFORM_LOOP_LOOP_H
#define FRANK_PLATFORM_LOOP_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_watch;      /* interest in one descriptor */
struct loop_timer;

struct loop *loop_new(void);                                     /* NULL without memory */
/* NULL allowed, here and in the other free functions. Watches and timers must be freed before. */
void loop_free(struct loop *);
/* What a child does, after fork, with its copy of the parent's loop: frees it without touching the parent's. Watches and timers of
 * it must not be used, nor freed, any more. */
void loop_free_in_child(struct loop *);
void *loop_event_base(struct loop *);                            /* for libunbound's event interface only */
/* Handles what is ready; waits at most max_us (-1: until something is). False: error of the loop itself. */
bool loop_turn(struct loop *, int64_t max_us);
/* Until loop_stop. */
bool loop_run(struct loop *);
void loop_stop(struct loop *);
int64_t loop_now_us(struct loop *);                              /* monotonic */

enum loop_interest { LOOP_READ = 1, LOOP_WRITE = 2 };
struct loop_watch *loop_watch_new(struct loop *, int fd, void (*ready)(void *context, unsigned interest), void *context);
bool loop_watch_set(struct loop_watch *, unsigned interest);     /* 0: none */
void loop_watch_free(struct loop_watch *);                       /* does not close the descriptor; NULL allowed */
struct loop_timer *loop_timer_new(struct loop *, void (*fire)(void *context), void *context);
bool loop_timer_set(struct loop_timer *, int64_t after_us);      /* one shot; replaces */
void loop_timer_clear(struct loop_timer *);
void loop_timer_free(struct loop_timer *);
/* SIGTERM, SIGHUP, SIGCHLD ... as events. */
struct loop_watch *loop_signal_new(struct loop *, int signal, void (*fire)(void *context, unsigned), void *context);

#endif
