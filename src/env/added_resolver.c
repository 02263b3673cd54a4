#include "env/added_resolver.h"

#include "base/arena.h"

struct added_resolver {
    struct resolver resolver;
    struct zone *zone;
    struct resolver *rest;
    void (*tell)(void *context, const struct answer *);      /* NULL: nobody */
    void *context;
};

/* A question on its way to the other resolver, and what the zone has to add. */
struct journey {
    struct waiter waiter;                    /* ours, there; first: deliver() converts back */
    const struct added_resolver *added;
    struct waiter *outer;                    /* theirs, here */
    const struct answer *own;                /* held; NULL: the zone has nothing to say */
    bool by_name;                            /* the zone has the name, not a wildcard for it */
};

static struct added_resolver *added_of(struct resolver *r)
{
    return (struct added_resolver *)r;       /* its first member */
}

/* ---- two answers to one question ---- */

static bool is_among(const struct slice *rdata, size_t count, struct slice one)
{
    for (size_t i = 0; i < count; i++)
        if (slice_same(rdata[i], one))
            return true;
    return false;
}

static const struct answer *together(const struct answer *own, const struct answer *theirs)
{
    struct slice rdata[2 * ANSWER_RECORDS_MAX];
    size_t count = 0;
    for (size_t i = 0; i < theirs->count; i++)
        rdata[count++] = theirs->records[i].raw;
    for (size_t i = 0; i < own->count; i++)
        if (!is_among(rdata, count, own->records[i].raw))
            rdata[count++] = own->records[i].raw;
    const struct answer *both = answer_make(&(struct answer_draft){
        .question = theirs->question, .status = ANSWER_DATA, .origin = ORIGIN_OVERLAY,
        .ttl_seconds = own->ttl_seconds < theirs->ttl_seconds ? own->ttl_seconds : theirs->ttl_seconds,
        .canonical = theirs->canonical, .count = count, .rdata = rdata,
    });
    return both ? both : answer_without_memory();
}

/* Held. */
static const struct answer *conclude(const struct journey *j, const struct answer *theirs)
{
    bool aliased = !name_same(theirs->canonical, theirs->question.name);
    if (j->added->tell)
        j->added->tell(j->added->context, theirs);
    if (!j->own)
        return answer_hold(theirs);
    if (answer_failed(j->own) || (theirs->status == ANSWER_NXDOMAIN && !aliased))
        return answer_hold(j->own);
    if (!answer_has_data(j->own) || !j->by_name || aliased || answer_failed(theirs))
        return answer_hold(theirs);
    return answer_has_data(theirs) ? together(j->own, theirs) : answer_hold(j->own);
}

/* ---- asking ---- */

static void journey_end(struct journey *j)
{
    answer_drop(j->own);
    mem_free(j);
}

static void come_back(struct waiter *w, const struct answer *theirs)
{
    struct journey *j = (struct journey *)w;
    struct waiter *outer = j->outer;
    const struct answer *answer = conclude(j, theirs);
    journey_end(j);
    outer->deliver(outer, answer);
    answer_drop(answer);
}

/* NULL without memory. A name the zone does not have is the other resolver's to judge; so is a question to a server. */
static struct journey *journey_new(struct added_resolver *a, const struct question *q, struct waiter *outer)
{
    struct journey *j = mem_alloc(sizeof *j);
    if (!j)
        return NULL;
    *j = (struct journey){ .waiter.deliver = come_back, .added = a, .outer = outer, .by_name = zone_knows(a->zone, q->name) };
    bool is_ours = q->server.family == IP_NONE && zone_covers(a->zone, q->name);
    j->own = is_ours ? zone_answer(a->zone, q) : NULL;
    if (!is_ours || j->own)
        return j;
    mem_free(j);
    return NULL;
}

static const struct answer *added_ask(struct resolver *r, const struct question *q, struct waiter *outer)
{
    struct added_resolver *a = added_of(r);
    struct journey *j = journey_new(a, q, outer);
    if (!j)
        return answer_without_memory();
    outer->resolver_data = j;
    const struct answer *theirs = a->rest->ask(a->rest, q, &j->waiter);
    if (!theirs)
        return NULL;
    const struct answer *answer = conclude(j, theirs);
    answer_drop(theirs);
    journey_end(j);
    return answer;
}

static void added_withdraw(struct resolver *r, struct waiter *outer)
{
    struct journey *j = outer->resolver_data;
    struct resolver *rest = added_of(r)->rest;
    rest->withdraw(rest, &j->waiter);
    journey_end(j);
}

struct resolver *added_resolver_new(struct zone *zone, struct resolver *rest)
{
    struct added_resolver *a = mem_zalloc(1, sizeof *a);
    if (!a)
        return NULL;
    *a = (struct added_resolver){ .resolver = { added_ask, added_withdraw }, .zone = zone, .rest = rest };
    zone_set_origin(zone, ORIGIN_OVERLAY);
    return &a->resolver;
}

void added_resolver_tell(struct resolver *r, void (*tell)(void *context, const struct answer *), void *context)
{
    added_of(r)->tell = tell;
    added_of(r)->context = context;
}

void added_resolver_free(struct resolver *r)
{
    mem_free(r);
}
