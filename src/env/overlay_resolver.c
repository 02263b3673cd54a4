#include "env/overlay_resolver.h"

#include "base/arena.h"

struct overlay_resolver { struct resolver resolver; struct zone *zone; struct resolver *rest; bool by_set; };

/* Why the other resolver is asked. */
enum purpose {
    PURPOSE_PLAIN,           /* a name the zone has nothing to say about */
    PURPOSE_WILDCARD,        /* one for which the zone has a wildcard, or something below it, should it not exist */
    PURPOSE_TARGET           /* where an alias of the zone leads */
};

/* A question on its way to the other resolver, on behalf of the one who asked here. */
struct flight {
    struct waiter waiter;                    /* ours, there */
    struct waiter *outer;                    /* theirs, here */
    struct overlay_resolver *overlay;
    struct arena *arena;                     /* holds the flight itself and its names */
    enum purpose purpose;
    struct question question;                /* as asked here */
    struct question passed_on;               /* as asked there */
    uint32_t ttl_seconds;                    /* PURPOSE_TARGET: of the aliases */
};

#define FLIGHT_OCTETS_MAX 4096               /* a flight and two names */

static struct overlay_resolver *overlay_of(struct resolver *r)
{
    return (struct overlay_resolver *)r;     /* its first member */
}

static const struct answer *or_failure(const struct answer *answer)
{
    return answer ? answer : answer_without_memory();
}

/* ---- what came back ---- */

/* The target's answer as one to the question that led there. */
static const struct answer *as_asked(const struct flight *f, const struct answer *got)
{
    struct slice rdata[ANSWER_RECORDS_MAX];
    for (size_t i = 0; i < got->count; i++)
        rdata[i] = got->records[i].raw;
    return or_failure(answer_make(&(struct answer_draft){
        .question = f->question,
        .status = got->status,
        .security = got->security == SECURITY_BOGUS ? SECURITY_BOGUS : SECURITY_UNKNOWN,
        .origin = ORIGIN_OVERLAY,
        .ttl_seconds = got->ttl_seconds < f->ttl_seconds ? got->ttl_seconds : f->ttl_seconds,
        .canonical = got->canonical,
        .count = got->count,
        .rdata = rdata,
    }));
}

/* The zone's own answer, or NULL and the flight's next leg when its aliases lead out of it. */
static const struct answer *answer_from_zone(struct flight *f)
{
    f->passed_on = (struct question){ .type = f->question.type, .server = f->question.server };
    f->purpose = PURPOSE_TARGET;
    if (zone_leaves(f->overlay->zone, &f->question, f->arena, &f->passed_on.name, &f->ttl_seconds))
        return NULL;
    return arena_failed(f->arena) ? answer_without_memory() : or_failure(zone_answer(f->overlay->zone, &f->question));
}

/* The answer to give, held; NULL: the flight goes out once more, then as PURPOSE_TARGET. */
static const struct answer *conclude(struct flight *f, const struct answer *got)
{
    switch (f->purpose) {
    case PURPOSE_TARGET:
        return as_asked(f, got);
    case PURPOSE_WILDCARD:
        return got->status == ANSWER_NXDOMAIN ? answer_from_zone(f) : answer_hold(got);
    case PURPOSE_PLAIN:
        break;
    }
    return answer_hold(got);
}

/* ---- going out ---- */

/* The answer to give, held, or NULL: the other resolver will deliver. */
static const struct answer *send_out(struct flight *f)
{
    struct resolver *rest = f->overlay->rest;
    const struct answer *answer = NULL, *got;
    while (!answer && (got = rest->ask(rest, &f->passed_on, &f->waiter)) != NULL) {
        answer = conclude(f, got);
        answer_drop(got);
    }
    return answer;
}

static void come_back(struct waiter *w, const struct answer *got)
{
    struct flight *f = (struct flight *)w;              /* its first member */
    const struct answer *answer = conclude(f, got);
    if (!answer)
        answer = send_out(f);
    if (!answer)
        return;
    struct waiter *outer = f->outer;
    arena_free(f->arena);
    outer->deliver(outer, answer);
    answer_drop(answer);
}

static struct flight *flight_new(struct overlay_resolver *overlay, const struct question *q, struct waiter *outer)
{
    struct arena *arena = arena_new(FLIGHT_OCTETS_MAX);
    struct flight *f = arena ? ARENA_NEW(arena, struct flight) : NULL;
    struct slice name = f ? slice_dup(arena, q->name) : (struct slice){ NULL, 0 };
    if (!f || name.len != q->name.len) {
        arena_free(arena);
        return NULL;
    }
    *f = (struct flight){
        .waiter.deliver = come_back, .outer = outer, .overlay = overlay, .arena = arena,
        .question = { name, q->type, q->server }, .passed_on = { name, q->type, q->server },
        .purpose = zone_covers(overlay->zone, name) ? PURPOSE_WILDCARD : PURPOSE_PLAIN,
    };
    outer->resolver_data = f;
    return f;
}

static const struct answer *finish(struct flight *f, const struct answer *answer)
{
    if (answer)
        arena_free(f->arena);
    return answer;
}

static const struct answer *overlay_ask(struct resolver *r, const struct question *q, struct waiter *outer)
{
    struct overlay_resolver *o = overlay_of(r);
    bool known = zone_has(o->zone, q->name, o->by_set ? q->type : 0) || !name_askable(q->name);
    const struct answer *answer = known ? or_failure(zone_answer(o->zone, q)) : NULL;
    /* Only an alias can make a known name lead to one that does not exist. */
    if (answer && (answer->status != ANSWER_NXDOMAIN || name_same(answer->canonical, q->name)))
        return answer;
    answer_drop(answer);
    struct flight *f = flight_new(o, q, outer);
    if (!f)
        return answer_without_memory();
    if (known && (answer = answer_from_zone(f)) != NULL)
        return finish(f, answer);
    return finish(f, send_out(f));
}

/* Only questions of the other resolver are ever open. */
static void overlay_withdraw(struct resolver *r, struct waiter *outer)
{
    struct flight *f = outer->resolver_data;
    struct resolver *rest = overlay_of(r)->rest;
    rest->withdraw(rest, &f->waiter);
    arena_free(f->arena);
}

static struct resolver *overlay_new(struct zone *zone, struct resolver *rest, bool by_set)
{
    struct overlay_resolver *o = mem_zalloc(1, sizeof *o);
    if (!o)
        return NULL;
    *o = (struct overlay_resolver){ .resolver = { overlay_ask, overlay_withdraw }, .zone = zone, .rest = rest, .by_set = by_set };
    zone_set_origin(zone, ORIGIN_OVERLAY);
    return &o->resolver;
}

struct resolver *overlay_resolver_new(struct zone *zone, struct resolver *rest)
{
    return overlay_new(zone, rest, false);
}

struct resolver *overlay_resolver_new_sets(struct zone *zone, struct resolver *rest)
{
    return overlay_new(zone, rest, true);
}

void overlay_resolver_free(struct resolver *r)
{
    mem_free(r);
}
