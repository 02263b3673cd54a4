#include "platform/resolver/server.h"

#include "base/list.h"
#include "base/table.h"
#include "platform/heap/heap.h"
#include "platform/helper/helper.h"
#include "platform/resolver/dns_records.h"

#define OPEN_MAX_PER_ASKER 16384            /* as many as a worker may have in flight (remote.h) */

struct asker {
    struct link link;
    unsigned number;
    struct dns_server *server;
    struct helper_channel *channel;
    struct table *open;                     /* id -> struct served */
};

struct served {
    struct waiter waiter;                   /* first */
    struct asker *asker;
    uint32_t id;
};

struct dns_server {
    struct loop *loop;
    struct resolver *resolver;
    uint64_t seed;
    struct list askers;
    unsigned count;
    struct heap_keeper *keeper;
    struct arena *arena;                    /* one answer's payload */
};

/* An answer that cannot be sent is as good as none: the asker's deadline strikes. */
static void answer_out(struct asker *k, uint32_t id, const struct answer *a)
{
    struct text t = text_in(k->server->arena, HELPER_PAYLOAD_MAX);
    dns_write_answer(&t, a);
    if (!t.bad)
        (void)!helper_send(k->channel, id, DNS_ANSWER, text_slice(&t));
    arena_reset(k->server->arena);
}

static void served_free(struct served *s)
{
    table_remove(s->asker->open, slice_of(&s->id, sizeof s->id));
    mem_free(s);
}

static void deliver(struct waiter *w, const struct answer *a)
{
    struct served *s = (struct served *)w;
    struct asker *k = s->asker;
    uint32_t id = s->id;
    served_free(s);
    answer_out(k, id, a);
}

static void refuse(struct asker *k, uint32_t id, const struct question *q)
{
    const struct answer *a = answer_to(q, ANSWER_SERVFAIL);
    if (!a)
        return;
    answer_out(k, id, a);
    answer_drop(a);
}

static void question_came(struct asker *k, const struct helper_record *r)
{
    struct question q;
    heap_keeper_stir(k->server->keeper);
    if (!dns_read_question(r->payload, &q))
        return;
    struct served *s = table_count(k->open) < OPEN_MAX_PER_ASKER ? mem_zalloc(1, sizeof *s) : NULL;
    if (!s) {
        refuse(k, r->id, &q);
        return;
    }
    *s = (struct served){ .waiter.deliver = deliver, .asker = k, .id = r->id };
    if (table_get(k->open, slice_of(&s->id, sizeof s->id)) || !table_put(k->open, slice_of(&s->id, sizeof s->id), s)) {
        mem_free(s);
        refuse(k, r->id, &q);
        return;
    }
    const struct answer *a = k->server->resolver->ask(k->server->resolver, &q, &s->waiter);
    if (!a)
        return;
    deliver(&s->waiter, a);
    answer_drop(a);
}

static void question_cancelled(struct asker *k, uint32_t id)
{
    struct served *s = table_get(k->open, slice_of(&id, sizeof id));
    if (!s)
        return;
    k->server->resolver->withdraw(k->server->resolver, &s->waiter);
    served_free(s);
}

static void record_came(void *context, const struct helper_record *r)
{
    struct asker *k = context;
    if (r->kind == DNS_QUESTION)
        question_came(k, r);
    else if (r->kind == DNS_CANCEL)
        question_cancelled(k, r->id);
}

static void asker_free(struct asker *k)
{
    size_t position = 0;
    void *value;
    struct slice key;
    while (table_next(k->open, &position, &key, &value)) {
        struct served *s = value;
        k->server->resolver->withdraw(k->server->resolver, &s->waiter);
        served_free(s);
    }
    list_remove(&k->link);
    k->server->count--;
    helper_channel_free(k->channel);
    table_free(k->open);
    mem_free(k);
}

static void asker_gone(void *context)
{
    asker_free(context);
}

static struct asker *asker_numbered(const struct dns_server *s, unsigned number)
{
    for (struct link *l = list_first(&s->askers); l; l = list_next(&s->askers, l))
        if (LIST_ITEM(l, struct asker, link)->number == number)
            return LIST_ITEM(l, struct asker, link);
    return NULL;
}

bool dns_server_add(struct dns_server *s, int fd, unsigned number)
{
    struct asker *earlier = asker_numbered(s, number);
    if (earlier)
        asker_free(earlier);
    struct asker *k = mem_zalloc(1, sizeof *k);
    struct helper_channel *channel = helper_channel_new(s->loop, fd, &(struct helper_events){ record_came, asker_gone, k });
    struct table *open = table_new(s->seed);
    if (!k || !channel || !open) {
        helper_channel_free(channel);
        table_free(open);
        mem_free(k);
        return false;
    }
    *k = (struct asker){ .number = number, .server = s, .channel = channel, .open = open };
    list_add(&s->askers, &k->link);
    s->count++;
    return true;
}

unsigned dns_server_askers(const struct dns_server *s)
{
    return s->count;
}

static bool busy(const void *context)
{
    const struct dns_server *s = context;
    for (struct link *k = list_first(&s->askers); k; k = list_next(&s->askers, k))
        if (table_count(LIST_ITEM(k, struct asker, link)->open) > 0)
            return true;
    return false;
}

struct dns_server *dns_server_new(struct loop *l, struct resolver *r, uint64_t seed)
{
    struct dns_server *s = mem_zalloc(1, sizeof *s);
    if (!s)
        return NULL;
    *s = (struct dns_server){ .loop = l, .resolver = r, .seed = seed, .arena = arena_new(4 * HELPER_PAYLOAD_MAX) };
    list_init(&s->askers);
    s->keeper = heap_keeper_new(l, busy, NULL, s);
    if (s->arena && s->keeper)
        return s;
    dns_server_free(s);
    return NULL;
}

void dns_server_free(struct dns_server *s)
{
    struct link *k;
    if (!s)
        return;
    while ((k = list_first(&s->askers)))
        asker_free(LIST_ITEM(k, struct asker, link));
    heap_keeper_free(s->keeper);
    arena_free(s->arena);
    mem_free(s);
}
