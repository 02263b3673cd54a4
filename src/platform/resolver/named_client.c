#include "platform/resolver/named_client.h"

#include "base/arena.h"
#include "base/list.h"
#include "dns/packet.h"
#include "platform/resolver/named_exchange.h"
#include "platform/resolver/named_rate.h"

struct named;

struct flight {
    struct link open;
    struct named *named;
    struct waiter *waiter;
    struct exchange *exchange;
    struct loop_timer *timer;
    struct exchange_target target;
    struct question question;
    int64_t deadline_us;
    unsigned tries_left;
    bool garbled;                   /* something came, and was not to be believed */
    uint8_t name[NAME_TEXT_MAX];
};

struct named {
    struct resolver resolver;       /* first */
    struct loop *loop;
    struct resolver *rest;
    struct random *random;
    struct named_list allowed;
    struct named_rate rate;
    struct list open;
    unsigned open_count;
    uint64_t timeout_us, try_us;
};

static const struct answer *answer_or_failure(const struct answer *a)
{
    return a ? a : answer_without_memory();
}

/* ---- flights ---- */

static struct flight *flight_new(struct named *n, const struct question *q, struct waiter *w)
{
    struct flight *f = q->name.len <= NAME_TEXT_MAX && n->open_count < NAMED_IN_FLIGHT_MAX ? mem_zalloc(1, sizeof *f) : NULL;
    if (!f)
        return NULL;
    *f = (struct flight){ .named = n, .waiter = w, .tries_left = NAMED_TRIES, .deadline_us = loop_now_us(n->loop) + (int64_t)n->timeout_us };
    struct text t = text_fixed(f->name, sizeof f->name);
    text_add(&t, q->name);
    f->question = (struct question){ .name = text_slice(&t), .type = q->type, .server = q->server };
    list_add(&n->open, &f->open);
    n->open_count++;
    return f;
}

static void flight_free(struct flight *f)
{
    list_remove(&f->open);
    f->named->open_count--;
    exchange_free(f->exchange);
    loop_timer_free(f->timer);
    mem_free(f);
}

/* Gives the answer (ours to drop) and forgets the flight first: the waiter may ask again. */
static void land(struct flight *f, const struct answer *a)
{
    struct waiter *w = f->waiter;
    flight_free(f);
    w->resolver_data = NULL;
    w->deliver(w, a);
    answer_drop(a);
}

static bool packet_came(void *context, struct slice packet);
static void exchange_broke(void *context);

/* One more try. UNKNOWN: it is on its way; else how the question ends. */
static enum answer_status try_again(struct flight *f)
{
    struct named *n = f->named;
    int64_t now = loop_now_us(n->loop), left = f->deadline_us - now;
    exchange_free(f->exchange);
    f->exchange = NULL;
    if (left <= 0 || f->tries_left == 0)
        return f->garbled ? ANSWER_GARBLED : ANSWER_TIMEOUT;
    f->tries_left--;
    if (!named_rate_take(&n->rate, &f->target.server, now))
        return ANSWER_SERVFAIL;
    switch (exchange_new(n->loop, n->random, &f->target, &f->question, &(struct exchange_events){ packet_came, exchange_broke, f }, &f->exchange)) {
    case EXCHANGE_OWN_ADDRESS: return ANSWER_BLOCKED;
    case EXCHANGE_FAILED: return ANSWER_SERVFAIL;
    case EXCHANGE_STARTED: break;
    }
    return loop_timer_set(f->timer, left < (int64_t)n->try_us ? left : (int64_t)n->try_us) ? ANSWER_UNKNOWN : ANSWER_SERVFAIL;
}

static void try_or_land(struct flight *f)
{
    enum answer_status status = try_again(f);
    if (status != ANSWER_UNKNOWN)
        land(f, answer_or_failure(answer_to(&f->question, status)));
}

static void try_timed_out(void *context)
{
    try_or_land(context);
}

/* The server's host says that nobody is there, or the connection ended: not worth the rest of this try's time. */
static void exchange_broke(void *context)
{
    struct flight *f = context;
    if (f->tries_left > 0)
        try_or_land(f);
    else
        land(f, answer_or_failure(answer_to(&f->question, f->garbled ? ANSWER_GARBLED : ANSWER_SERVFAIL)));
}

/* A packet that is not the question's answer may be a forger's: the true one may still come. */
static bool packet_came(void *context, struct slice packet)
{
    struct flight *f = context;
    const struct answer *a = packet_read(&f->question, packet, SECURITY_INSECURE, ORIGIN_LIVE);
    if (a && a->status == ANSWER_GARBLED) {
        answer_drop(a);
        f->garbled = true;
        return false;
    }
    land(f, answer_or_failure(a));
    return true;
}

/* ---- env's resolver ---- */

/* NULL: it is on its way. */
static const struct answer *take_off(struct named *n, const struct question *q, struct waiter *w, uint16_t port)
{
    struct flight *f = flight_new(n, q, w);
    if (!f)
        return answer_or_failure(answer_to(q, ANSWER_SERVFAIL));
    f->target = (struct exchange_target){ .server = q->server, .port = port, .own_allowed = named_listed(&n->allowed, &q->server) };
    f->timer = loop_timer_new(n->loop, try_timed_out, f);
    enum answer_status status = f->timer ? try_again(f) : ANSWER_SERVFAIL;
    w->resolver_data = status == ANSWER_UNKNOWN ? f : NULL;
    if (status == ANSWER_UNKNOWN)
        return NULL;
    flight_free(f);
    return answer_or_failure(answer_to(q, status));
}

static const struct answer *named_ask(struct resolver *r, const struct question *q, struct waiter *w)
{
    struct named *n = (struct named *)r;
    if (q->server.family == IP_NONE)
        return n->rest->ask(n->rest, q, w);
    uint16_t port = named_port(&n->allowed, &q->server);
    return port ? take_off(n, q, w, port) : answer_or_failure(answer_to(q, ANSWER_BLOCKED));
}

static bool is_ours(const struct named *n, const struct waiter *w)
{
    for (struct link *k = list_first(&n->open); k; k = list_next(&n->open, k))
        if (LIST_ITEM(k, struct flight, open)->waiter == w)
            return true;
    return false;
}

/* A waiter's data are whoever's it waits for. */
static void named_withdraw(struct resolver *r, struct waiter *w)
{
    struct named *n = (struct named *)r;
    if (!is_ours(n, w)) {
        n->rest->withdraw(n->rest, w);
        return;
    }
    flight_free(w->resolver_data);
    w->resolver_data = NULL;
}

/* ---- begin and end ---- */

struct resolver *named_client_new(struct loop *l, struct resolver *rest, const struct named_options *o)
{
    struct named *n = mem_zalloc(1, sizeof *n);
    if (!n)
        return NULL;
    *n = (struct named){
        .resolver = { .ask = named_ask, .withdraw = named_withdraw }, .loop = l, .rest = rest, .random = o->random,
        .rate = { .per_second = NAMED_PER_SECOND, .burst = NAMED_BURST }, .try_us = o->try_us ? o->try_us : NAMED_TRY_US,
    };
    n->timeout_us = o->question_timeout_us ? o->question_timeout_us : NAMED_TRIES * n->try_us;
    if (o->allowed)
        n->allowed = *o->allowed;
    o->random->fill(o->random, &n->rate.seed, sizeof n->rate.seed);
    list_init(&n->open);
    return &n->resolver;
}

void named_client_free(struct resolver *r)
{
    struct named *n = (struct named *)r;
    if (!n)
        return;
    while (!list_empty(&n->open))
        flight_free(LIST_FIRST(&n->open, struct flight, open));
    mem_free(n);
}
