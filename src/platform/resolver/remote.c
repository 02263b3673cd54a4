#include "platform/resolver/remote.h"

#include <string.h>

#include "base/list.h"
#include "base/table.h"
#include "platform/helper/helper.h"
#include "platform/resolver/dns_records.h"

#define FREE_FLIGHTS_MAX 256

struct remote;

struct flight {
    struct link open;               /* oldest first */
    struct remote *remote;
    struct waiter *waiters;
    struct question question;
    int64_t deadline_us;
    uint32_t id;
    size_t key_len;
    uint8_t key[QUESTION_KEY_MAX];  /* its name stands at its beginning */
    struct flight *next_free;
};

struct remote {
    struct resolver resolver;       /* first */
    struct loop *loop;
    struct helper_channel *channel; /* NULL: no resolver process now */
    struct cache *cache;
    struct table *by_key;           /* text_add_question_key */
    struct table *by_id;
    struct list open;
    struct loop_timer *deadline;
    uint64_t timeout_us;
    void (*lost)(void *context);    /* NULL: nobody asks */
    void *lost_context;
    uint32_t last_id;
    struct flight *free;
    unsigned free_count;
};

/* ---- flights ---- */

static struct flight *flight_take(struct remote *r)
{
    struct flight *f = r->free;
    if (!f)
        return mem_alloc(sizeof *f);
    r->free = f->next_free;
    r->free_count--;
    return f;
}

static void flight_give(struct remote *r, struct flight *f)
{
    if (r->free_count == FREE_FLIGHTS_MAX) {
        mem_free(f);
        return;
    }
    f->next_free = r->free;
    r->free = f;
    r->free_count++;
}

static struct slice id_key(const struct flight *f)
{
    return slice_of(&f->id, sizeof f->id);
}

static struct slice key_of(const struct flight *f)
{
    return slice_of(f->key, f->key_len);
}

static size_t key_write(uint8_t room[QUESTION_KEY_MAX], const struct question *q)
{
    struct text t = text_fixed(room, QUESTION_KEY_MAX);
    text_add_question_key(&t, q);
    return t.len;
}

static struct flight *flight_new(struct remote *r, const struct question *q)
{
    struct flight *f = flight_take(r);
    if (!f)
        return NULL;
    *f = (struct flight){
        .remote = r, .id = ++r->last_id, .deadline_us = loop_now_us(r->loop) + (int64_t)(r->timeout_us + REMOTE_GRACE_US),
    };
    f->key_len = key_write(f->key, q);
    f->question = (struct question){ .name = slice_of(f->key, q->name.len), .type = q->type, .server = q->server };
    if (!table_put(r->by_key, key_of(f), f)) {
        flight_give(r, f);
        return NULL;
    }
    if (!table_put(r->by_id, id_key(f), f)) {
        table_remove(r->by_key, key_of(f));
        flight_give(r, f);
        return NULL;
    }
    list_add(&r->open, &f->open);
    return f;
}

static void flight_forget(struct flight *f)
{
    table_remove(f->remote->by_key, key_of(f));
    table_remove(f->remote->by_id, id_key(f));
    list_remove(&f->open);
}

static void deadline_set(struct remote *r)
{
    const struct flight *first = LIST_FIRST(&r->open, struct flight, open);
    if (first)
        loop_timer_set(r->deadline, first->deadline_us - loop_now_us(r->loop));
    else
        loop_timer_clear(r->deadline);
}

static const struct answer *failure(const struct question *q, enum answer_status status)
{
    const struct answer *a = answer_to(q, status);
    return a ? a : answer_without_memory();
}

/* Gives the answer (ours to drop) to all who wait. Each may ask again, or withdraw another meanwhile. */
static void land(struct flight *f, const struct answer *a)
{
    struct waiter *w;
    flight_forget(f);
    while ((w = f->waiters)) {
        f->waiters = w->next;
        w->resolver_data = NULL;
        w->deliver(w, a);
    }
    answer_drop(a);
    flight_give(f->remote, f);
}

static bool flight_send(struct flight *f)
{
    uint8_t room[QUESTION_KEY_MAX];
    struct text t = text_fixed(room, sizeof room);
    dns_write_question(&t, &f->question);
    return f->remote->channel && !t.bad && helper_send(f->remote->channel, f->id, DNS_QUESTION, text_slice(&t));
}

/* ---- the resolver process says ---- */

static int64_t now_seconds(const struct remote *r)
{
    return loop_now_us(r->loop) / 1000000;
}

static void record_came(void *context, const struct helper_record *record)
{
    struct remote *r = context;
    struct flight *f = table_get(r->by_id, slice_of(&record->id, sizeof record->id));
    if (!f || record->kind != DNS_ANSWER)
        return;                     /* an answer after its deadline */
    const struct answer *a = dns_read_answer(record->payload, &f->question);
    if (!a)
        a = failure(&f->question, ANSWER_GARBLED);
    cache_put(r->cache, a, now_seconds(r));
    land(f, a);
}

/* Who waits is not kept until the deadline: nobody knows when there will be a resolver process again. */
static void resolver_gone(void *context)
{
    struct remote *r = context;
    struct list lost;
    struct link *k;
    helper_channel_free(r->channel);
    r->channel = NULL;
    list_init(&lost);
    while ((k = list_first(&r->open))) {
        list_remove(k);
        list_add(&lost, k);
    }
    while ((k = list_first(&lost))) {
        struct flight *f = LIST_ITEM(k, struct flight, open);
        land(f, failure(&f->question, ANSWER_SERVFAIL));
    }
    deadline_set(r);
    if (r->lost)
        r->lost(r->lost_context);
}

bool remote_resolver_connected(const struct resolver *resolver)
{
    return ((const struct remote *)resolver)->channel != NULL;
}

void remote_resolver_connect(struct resolver *resolver, int fd)
{
    struct remote *r = (struct remote *)resolver;
    struct helper_channel *old = r->channel;
    r->channel = helper_channel_new(r->loop, fd, &(struct helper_events){ record_came, resolver_gone, r });
    helper_channel_free(old);
    if (!r->channel && r->lost)
        r->lost(r->lost_context);
    for (struct link *k = list_first(&r->open); k; k = list_next(&r->open, k))
        if (!flight_send(LIST_ITEM(k, struct flight, open)))
            return;                 /* their deadlines will strike */
}

static void deadline_struck(void *context)
{
    struct remote *r = context;
    int64_t now = loop_now_us(r->loop);
    for (;;) {
        struct flight *f = LIST_FIRST(&r->open, struct flight, open);
        if (!f || f->deadline_us > now)
            break;
        land(f, failure(&f->question, ANSWER_TIMEOUT));
    }
    deadline_set(r);
}

/* ---- env's resolver ---- */

static const struct answer *remote_ask(struct resolver *resolver, const struct question *q, struct waiter *w)
{
    struct remote *r = (struct remote *)resolver;
    uint8_t key[QUESTION_KEY_MAX];
    const struct answer *cached = cache_get(r->cache, q, now_seconds(r));
    if (cached)
        return cached;
    if (q->name.len > NAME_TEXT_MAX)
        return failure(q, ANSWER_BAD_NAME);
    struct flight *f = table_get(r->by_key, slice_of(key, key_write(key, q)));
    if (!f) {
        bool first = list_empty(&r->open);
        f = r->channel && table_count(r->by_id) < REMOTE_IN_FLIGHT_MAX ? flight_new(r, q) : NULL;
        if (!f)
            return failure(q, ANSWER_SERVFAIL);
        if (!flight_send(f)) {
            flight_forget(f);
            flight_give(r, f);
            return failure(q, ANSWER_SERVFAIL);
        }
        if (first)
            deadline_set(r);
    }
    w->next = f->waiters;
    w->resolver_data = f;
    f->waiters = w;
    return NULL;
}

/* The question goes on for the cache, unless so many are open that others need its place. */
static void remote_withdraw(struct resolver *resolver, struct waiter *w)
{
    struct remote *r = (struct remote *)resolver;
    struct flight *f = w->resolver_data;
    if (!f)
        return;
    w->resolver_data = NULL;
    for (struct waiter **p = &f->waiters; *p; p = &(*p)->next)
        if (*p == w) {
            *p = w->next;
            break;
        }
    if (f->waiters || !link_listed(&f->open) || table_count(r->by_id) < REMOTE_IN_FLIGHT_MAX / 2)
        return;
    if (r->channel && !helper_send(r->channel, f->id, DNS_CANCEL, (struct slice){ 0 }))
        return;
    flight_forget(f);
    flight_give(r, f);
}

/* ---- begin and end ---- */

struct resolver *remote_resolver_new(struct loop *l, const struct remote_options *o)
{
    struct remote *r = mem_zalloc(1, sizeof *r);
    if (!r)
        return NULL;
    *r = (struct remote){
        .resolver = { .ask = remote_ask, .withdraw = remote_withdraw }, .loop = l, .timeout_us = o->question_timeout_us,
        .lost = o->lost, .lost_context = o->context,
        .cache = cache_new(o->cache_octets, o->seed), .by_key = table_new(o->seed), .by_id = table_new(o->seed),
        .deadline = loop_timer_new(l, deadline_struck, r),
    };
    list_init(&r->open);
    if (r->cache && r->by_key && r->by_id && r->deadline)
        return &r->resolver;
    remote_resolver_free(&r->resolver);
    return NULL;
}

void remote_resolver_free(struct resolver *resolver)
{
    struct remote *r = (struct remote *)resolver;
    struct link *k;
    if (!r)
        return;
    helper_channel_free(r->channel);
    while ((k = list_first(&r->open))) {
        struct flight *f = LIST_ITEM(k, struct flight, open);
        list_remove(k);
        mem_free(f);
    }
    while (r->free) {
        struct flight *f = r->free;
        r->free = f->next_free;
        mem_free(f);
    }
    cache_free(r->cache);
    table_free(r->by_key);
    table_free(r->by_id);
    loop_timer_free(r->deadline);
    mem_free(r);
}

struct cache_counts remote_resolver_counts(const struct resolver *resolver)
{
    return cache_counts(((const struct remote *)resolver)->cache);
}
