#include "env/overlay_resolver.h"

struct overlay_resolver { struct resolver resolver; struct zone *zone; struct resolver *rest; };

static const struct answer *overlay_ask(struct resolver *r, const struct question *q, struct waiter *w)
{
    struct overlay_resolver *o = (struct overlay_resolver *)r;
    if (!zone_knows(o->zone, q->name))
        return o->rest->ask(o->rest, q, w);
    const struct answer *a = zone_answer(o->zone, q);
    return a ? a : answer_of_status(q->name, q->type, ANSWER_SERVFAIL);
}

/* Only questions of the other resolver are ever open. */
static void overlay_withdraw(struct resolver *r, struct waiter *w)
{
    struct overlay_resolver *o = (struct overlay_resolver *)r;
    o->rest->withdraw(o->rest, w);
}

struct resolver *overlay_resolver_new(struct zone *zone, struct resolver *rest)
{
    struct overlay_resolver *o = mem_zalloc(1, sizeof *o);
    if (!o)
        return NULL;
    *o = (struct overlay_resolver){ .resolver = { overlay_ask, overlay_withdraw }, .zone = zone, .rest = rest };
    return &o->resolver;
}

void overlay_resolver_free(struct resolver *r)
{
    mem_free(r);
}
