/*
 * milter_session.h: one milter connection as a state machine: octets in, engine calls, octets out. No sockets,
 * no clock of its own: the server (or a test, or a fuzz target) brings both.
 *
 *     struct milter_session *s = milter_session_new(&front, false, &host);
 *     milter_session_read(s, octets);                  // as they come, any pieces
 *     send milter_session_output(s); milter_session_wrote(s, n);
 *     if (milter_session_over(s)) close and milter_session_free(s);
 *     if (now >= milter_session_due_us(s)) milter_session_tick(s);
 *
 * While the session waits for DNS (milter_session_waits) it needs no input; what it is given then it keeps.
 * host.woken is called when DNS answers made it go on: there may be output, or it may be over.
 *
 * The contract with MTAs is in interface.md. What it means here:
 *   - an answer is asked for (no NR flag) only for stages at which a rule may act; the body's never
 *   - a transaction begins at CONNECT, so that its first questions leave early, or at the MAIL of later messages
 *   - an answer that needs results waits for them; after end of message with PROGRESS every 10 s
 *   - deletions last index first, then insertions at 0, then the reply
 *   - anything out of order, or no frame at all, ends this session and no other (threats.md T40)
 *   - without memory the answer is "tempfail"; if even that cannot be written the session ends
 */
#ifndef FRANK_FRONTEND_MILTER_MILTER_SESSION_H
#define FRANK_FRONTEND_MILTER_MILTER_SESSION_H

#include "engine/engine.h"
#include "frontend/milter/milter_wire.h"

#define MILTER_VERSION_MIN 2
#define MILTER_VERSION_MAX 6
#define MILTER_PROGRESS_US 10000000LL                /* interface.md */
#define MILTER_OUTPUT_MAX (1u << 20)                 /* unsent octets; beyond it the session takes no more input */

/* Silence that ends a session (threats.md T41). */
#define MILTER_IDLE_US (7210 * 1000000LL)            /* a negotiated peer between frames: MTAs keep idle sessions for two hours */
#define MILTER_IDLE_NEW_US 10000000LL                /* before it negotiated */
#define MILTER_IDLE_FRAME_US 60000000LL              /* inside a frame, from its first octet */
#define MILTER_IDLE_DEAF_US 60000000LL               /* while it does not take what we answer */

struct milter_session;

/* Said once per transaction that has a verdict, when it is over; the transaction ends right after. */
struct milter_decision {
    struct txn *txn;
    const char *action;              /* what the MTA was told: "accept", "reject", "defer", "discard", "quarantine", "hold" */
    unsigned deleted, inserted;      /* header fields */
    int64_t waited_us;               /* from end of message to the answer; 0: answered earlier */
    bool peer_named;
    struct slice peer_name;          /* what the MTA calls the client */
};

/* What all sessions of one worker share. All members are the caller's. */
struct milter_front {
    struct engine *engine;
    const struct env *env;                           /* clock */
    void (*decided)(void *context, const struct milter_decision *);      /* NULL: nobody wants to know */
    void (*complained)(void *context, const char *what);                 /* a session ended because of its peer; static text; may be NULL */
    void *context;
    struct buffers buffers;
    struct buffer scratch;                           /* a field whose folds become CRLF */
};
/* Gives back what the front's own members hold. All sessions must be gone. */
void milter_front_clear(struct milter_front *);

struct milter_host { void (*woken)(void *context, struct milter_session *); void *context; };

/* overloaded: the peer is told to come back later, or passes unexamined if on_failure says accept. NULL without memory. */
struct milter_session *milter_session_new(struct milter_front *, bool overloaded, const struct milter_host *);
void milter_session_free(struct milter_session *);                       /* at any moment; NULL allowed */
void milter_session_read(struct milter_session *, struct slice octets);
struct slice milter_session_output(const struct milter_session *);
void milter_session_wrote(struct milter_session *, size_t octets);
bool milter_session_over(const struct milter_session *);                 /* close it once the output is sent, or given up by a tick */
bool milter_session_waits(const struct milter_session *);                /* wants no input now */
bool milter_session_between(const struct milter_session *);              /* between messages: may be closed without harm */
int64_t milter_session_due_us(const struct milter_session *);            /* monotonic; when to tick next */
void milter_session_tick(struct milter_session *);
const struct txn *milter_session_txn(const struct milter_session *);    /* the message it is about; NULL between messages */

#endif
