/*
 * live.c: questions in flight. Each is on `open`, oldest first, so that one timer serves all deadlines; at
 * most in_flight_max of them are libunbound's, the others also on `queue`. An answer from libunbound is
 * made inside its callback and handed on from the loop (`done`): whoever gets an answer asks again, and
 * libunbound is not to be entered from its own callback.
 */
#include "platform/resolver/live.h"

#include <unbound-event.h>

#include "base/list.h"
#include "dns/packet.h"
#include "platform/resolver/live_settings.h"

#define QUEUE_FACTOR 8              /* questions that wait, per question in flight; more fail at once */
#define NAME_PRESENTED_MAX 1100     /* 255 octets, each as \DDD */
#define FREE_FLIGHTS_MAX 256
#define CLASS_IN 1

struct live;

struct flight {
    struct link open, queued, done;
    struct live *live;
    struct waiter *waiter;
    struct question question;
    int64_t deadline_us;
    int async_id;
    bool sent, asking;
    const struct answer *answer;    /* held; set by the callback */
    struct flight *next_free;
    uint8_t name[NAME_TEXT_MAX + 1];
};

struct live {
    struct resolver resolver;       /* first */
    struct loop *loop;
    struct ub_ctx *context;
    struct loop_timer *deadline, *delivery;
    struct list open, queue, done;
    uint64_t timeout_us;
    unsigned in_flight, in_flight_max, queued, queue_max;
    struct flight *free;
    unsigned free_count;
    bool sending;                   /* the queue is being emptied further up the stack */
};

/* ---- flights ---- */

static struct flight *flight_new(struct live *l, const struct question *q, struct waiter *w)
{
    struct flight *f = l->free;
    if (q->name.len > NAME_TEXT_MAX + 1)
        return NULL;
    if (f) {
        l->free = f->next_free;
        l->free_count--;
    } else {
        f = mem_alloc(sizeof *f);
    }
    if (!f)
        return NULL;
    *f = (struct flight){ .live = l, .waiter = w, .deadline_us = loop_now_us(l->loop) + (int64_t)l->timeout_us };
    for (size_t i = 0; i < q->name.len; i++)
        f->name[i] = q->name.at[i];
    f->question = (struct question){ .name = slice_of(f->name, q->name.len), .type = q->type };
    w->resolver_data = f;
    return f;
}

static void flight_free(struct flight *f)
{
    struct live *l = f->live;
    list_remove(&f->open);
    list_remove(&f->done);
    if (link_listed(&f->queued)) {
        list_remove(&f->queued);
        l->queued--;
    }
    answer_drop(f->answer);
    if (l->free_count == FREE_FLIGHTS_MAX) {
        mem_free(f);
        return;
    }
    f->next_free = l->free;
    l->free = f;
    l->free_count++;
}

/* libunbound may finish it for its cache; we hear no more of it. */
static void flight_recall(struct flight *f)
{
    if (!f->sent || f->answer)
        return;
    ub_cancel(f->live->context, f->async_id);
    f->live->in_flight--;
    f->sent = false;
}

static void deadline_set(struct live *l)
{
    const struct flight *first = LIST_FIRST(&l->open, struct flight, open);
    if (first)
        loop_timer_set(l->deadline, first->deadline_us - loop_now_us(l->loop));
    else
        loop_timer_clear(l->deadline);
}

/* Gives the answer (held by us) and forgets the flight, before the waiter is called: it may ask again. */
static void hand_over(struct flight *f, const struct answer *a)
{
    struct waiter *w = f->waiter;
    flight_free(f);
    w->resolver_data = NULL;
    w->deliver(w, a);
    answer_drop(a);
}

static const struct answer *failure(const struct question *q, enum answer_status status)
{
    const struct answer *a = answer_to(q, status);
    return a ? a : answer_without_memory();
}

/* ---- libunbound ---- */

static const struct answer *answer_from(const struct question *q, int rcode, const void *packet, int length, int secured)
{
    static const enum answer_security securities[] = { SECURITY_INSECURE, SECURITY_BOGUS, SECURITY_SECURE };
    enum answer_security security = secured >= 0 && secured <= 2 ? securities[secured] : SECURITY_UNKNOWN;
    const struct answer *a;
    if (security == SECURITY_BOGUS)
        a = answer_make(&(struct answer_draft){ .question = *q, .status = ANSWER_SERVFAIL, .security = security, .origin = ORIGIN_LIVE });
    else if (rcode != 0 || !packet || length < 0)
        a = answer_make(&(struct answer_draft){ .question = *q, .status = ANSWER_SERVFAIL, .origin = ORIGIN_LIVE });
    else
        a = packet_read(q, slice_of(packet, (size_t)length), security, ORIGIN_LIVE);
    return a ? a : answer_without_memory();
}

/* "rcode" is 0 for NXDOMAIN too: the real one is in the packet. */
static void resolved(void *context, int rcode, void *packet, int length, int secured, char *why_bogus, int was_limited)
{
    struct flight *f = context;
    struct live *l = f->live;
    (void)why_bogus;
    (void)was_limited;
    f->answer = answer_from(&f->question, rcode, packet, length, secured);
    l->in_flight--;
    if (f->asking)
        return;
    list_remove(&f->open);
    list_add(&l->done, &f->done);
    loop_timer_set(l->delivery, 0);
}

/* False: libunbound refused it. It may have answered already (f->answer). */
static bool send(struct flight *f)
{
    struct live *l = f->live;
    char name[NAME_PRESENTED_MAX];
    struct text t = text_fixed(name, sizeof name - 1);
    text_add_presentation_name(&t, f->question.name);
    if (t.bad)
        return false;
    name[t.len] = '\0';
    f->sent = f->asking = true;
    l->in_flight++;
    bool good = ub_resolve_event(l->context, name, f->question.type, CLASS_IN, f, resolved, &f->async_id) == 0;
    f->asking = false;
    if (!good && !f->answer) {
        l->in_flight--;
        f->sent = false;
    }
    return good;
}

/* Whatever waited may go now. What libunbound answers at once, or refuses, is delivered from the loop like the rest. */
static void queue_go_on(struct live *l)
{
    while (l->in_flight < l->in_flight_max && !list_empty(&l->queue)) {
        struct flight *f = LIST_FIRST(&l->queue, struct flight, queued);
        list_remove(&f->queued);
        l->queued--;
        if (!send(f))
            f->answer = failure(&f->question, ANSWER_SERVFAIL);
        if (f->answer) {
            list_remove(&f->open);
            list_add(&l->done, &f->done);
            loop_timer_set(l->delivery, 0);
        }
    }
}

/* ---- the loop calls ---- */

static void deliver_done(void *context)
{
    struct live *l = context;
    struct list now;
    list_init(&now);
    /* What is added meanwhile has a turn of its own. */
    for (struct link *k; (k = list_first(&l->done));) {
        list_remove(k);
        list_add(&now, k);
    }
    while (!list_empty(&now)) {
        struct flight *f = LIST_FIRST(&now, struct flight, done);
        const struct answer *a = f->answer;
        f->answer = NULL;
        hand_over(f, a);
    }
    queue_go_on(l);
    deadline_set(l);
}

static void deadline_struck(void *context)
{
    struct live *l = context;
    int64_t now = loop_now_us(l->loop);
    for (;;) {
        struct flight *f = LIST_FIRST(&l->open, struct flight, open);
        if (!f || f->deadline_us > now)
            break;
        const struct answer *a = failure(&f->question, ANSWER_TIMEOUT);
        flight_recall(f);
        hand_over(f, a);
    }
    queue_go_on(l);
    deadline_set(l);
}

/* ---- env's resolver ---- */

static const struct answer *live_ask(struct resolver *r, const struct question *q, struct waiter *w)
{
    struct live *l = (struct live *)r;
    bool room = l->in_flight < l->in_flight_max && list_empty(&l->queue);
    if (!room && l->queued == l->queue_max)
        return failure(q, ANSWER_SERVFAIL);
    struct flight *f = flight_new(l, q, w);
    if (!f)
        return failure(q, ANSWER_SERVFAIL);
    bool first = list_empty(&l->open);
    if (!room) {
        list_add(&l->queue, &f->queued);
        l->queued++;
    } else if (!send(f) || f->answer) {
        const struct answer *a = f->answer ? f->answer : failure(q, ANSWER_SERVFAIL);
        f->answer = NULL;
        flight_free(f);
        w->resolver_data = NULL;
        return a;
    }
    list_add(&l->open, &f->open);
    if (first)
        deadline_set(l);
    return NULL;
}

static void live_withdraw(struct resolver *r, struct waiter *w)
{
    struct live *l = (struct live *)r;
    struct flight *f = w->resolver_data;
    if (!f)
        return;
    w->resolver_data = NULL;
    flight_recall(f);
    flight_free(f);
    /* Its place goes to one that waits, but from the loop: withdrawing happens inside other calls. */
    if (!list_empty(&l->queue))
        loop_timer_set(l->delivery, 0);
}

/* ---- begin and end ---- */

static void warmed(void *context, int rcode, void *packet, int length, int secured, char *why_bogus, int was_limited)
{
    (void)context;
    (void)rcode;
    (void)packet;
    (void)length;
    (void)secured;
    (void)why_bogus;
    (void)was_limited;
}

/* The context is final, and the trust anchor read, with its first question: one that it answers itself. */
static bool finalise(struct live *l)
{
    int id;
    return ub_resolve_event(l->context, "localhost.", RTYPE_A, CLASS_IN, l, warmed, &id) == 0;
}

static bool live_open(struct live *l, const struct live_options *o, const char **error)
{
    *error = "no memory";
    l->deadline = loop_timer_new(l->loop, deadline_struck, l);
    l->delivery = loop_timer_new(l->loop, deliver_done, l);
    if (!l->deadline || !l->delivery)
        return false;
    l->context = live_context_new(l->loop, o, error);
    if (!l->context)
        return false;
    *error = "the DNS library does not start";
    return finalise(l);
}

struct resolver *live_resolver_new(struct loop *loop, const struct live_options *o, const char **error)
{
    struct live *l = mem_zalloc(1, sizeof *l);
    *error = "no memory";
    if (!l)
        return NULL;
    *l = (struct live){
        .resolver = { .ask = live_ask, .withdraw = live_withdraw }, .loop = loop,
        .timeout_us = o->question_timeout_us ? o->question_timeout_us : LIVE_QUESTION_TIMEOUT_US,
        .in_flight_max = o->in_flight_max ? o->in_flight_max : LIVE_IN_FLIGHT_MAX,
    };
    l->queue_max = l->in_flight_max * QUEUE_FACTOR;
    list_init(&l->open);
    list_init(&l->queue);
    list_init(&l->done);
    if (live_open(l, o, error))
        return &l->resolver;
    live_resolver_free(&l->resolver);
    return NULL;
}

static void free_all(struct list *flights, bool by_done)
{
    struct link *k;
    while ((k = list_first(flights))) {
        struct flight *f = by_done ? LIST_ITEM(k, struct flight, done) : LIST_ITEM(k, struct flight, open);
        flight_recall(f);
        flight_free(f);
    }
}

void live_resolver_free(struct resolver *r)
{
    struct live *l = (struct live *)r;
    if (!l)
        return;
    free_all(&l->open, false);
    free_all(&l->done, true);
    while (l->free) {
        struct flight *f = l->free;
        l->free = f->next_free;
        mem_free(f);
    }
    if (l->context)
        ub_ctx_delete(l->context);
    loop_timer_free(l->deadline);
    loop_timer_free(l->delivery);
    mem_free(l);
}
