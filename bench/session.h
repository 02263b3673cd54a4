/*
 * session.h: SMTP sessions of a pretended MTA, each with one connection to every milter of a chain.
 *
 * Order as in Postfix: each envelope event goes to all milters in turn; the content goes whole to the
 * first, then, with the fields it inserted, to the next. Where a milter asked for no reply nothing waits.
 */
#ifndef BENCH_SESSION_H
#define BENCH_SESSION_H

#include "manifest.h"
#include "milter.h"
#include "results.h"

enum { LANES_MAX = 4 };

/* One mail, ready for each milter of the chain (their options may differ). */
struct mail { struct bytes octets; struct stream made[LANES_MAX]; const struct entry *expected; };

struct setup {
    const char *addresses[LANES_MAX];          /* "unix:/path" or "inet:port@127.0.0.1" */
    unsigned lanes;
    const char *authserv_id;
    unsigned checks;                           /* CHECK_* */
    bool lenient, expect_refusal;
    size_t write_size;                         /* octets a send at most; 0: no bound */
    int poll_fd;
    struct mail *mails;                        /* all of the corpus */
    const unsigned *order;                     /* which mail is the nth */
    unsigned messages, order_count, per_connection;
    unsigned started;                          /* messages given out so far */
};

/* Called when a message is over: what was measured. */
struct outcome {
    const struct mail *mail;
    double eom_ms, message_ms;                 /* wait after end of message, all milters; MAIL to verdict */
    uint8_t verdict;                           /* the reply's command: 'c', 'a', 'r', 't', 'y' (a refusal with a text), 'd', 'q' */
    bool before_data, right;
    size_t octets;                             /* sent to all milters for this message */
};
typedef void outcome_fn(void *context, const struct outcome *);

struct session;
struct session *session_new(struct setup *, outcome_fn *, void *context);
void session_free(struct session *);

/* Goes on as far as possible without waiting. false: it has no more messages and is closed. */
bool session_drive(struct session *);
/* A connection could not be made because the listener's queue is full: drive it again a little later. */
bool session_stalled(const struct session *);

struct lane;
/* epoll's data.ptr: a lane is ready. Errors of a daemon end the session's message, counted in *broken. */
bool lane_ready(struct lane *, uint32_t events, unsigned *broken);

#endif
