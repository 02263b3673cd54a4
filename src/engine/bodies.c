/*
 * bodies.c: body digests, each computed once per distinct (hash, canonical form, length, prefix), while the
 * body streams by (RFC 6376 3.7, RFC 4870 3.4.2). Constant memory, any chunking.
 */
#include "engine/state.h"

static void form_sink(void *context, struct slice octets);

static struct hasher *hasher_take(struct engine *e, enum hash_alg alg)
{
    if (e->hasher_count == 0)
        return hasher_new(alg);
    struct hasher *h = e->hashers[--e->hasher_count];
    hasher_reset(h, alg);
    return h;
}

static void hasher_give(struct engine *e, struct hasher *h)
{
    if (!h)
        return;
    if (e->hasher_count < POOLED_HASHERS)
        e->hashers[e->hasher_count++] = h;
    else
        hasher_free(h);
}

/* A prefix that is ordered again in a later run lies where it lay. */
static bool prefix_same(struct slice a, struct slice b)
{
    return a.len == b.len && (a.at == b.at || slice_same(a, b));
}

static bool spec_same(struct digest_spec a, struct digest_spec b)
{
    return a.hash == b.hash && a.canon == b.canon && a.length == b.length && prefix_same(a.prefix, b.prefix);
}

struct body_digest *bodies_find(struct transaction *t, struct digest_spec spec)
{
    for (size_t i = 0; i < t->digest_count; i++)
        if (spec_same(t->digests[i].spec, spec))
            return &t->digests[i];
    return NULL;
}

struct body_digest *bodies_order(struct transaction *t, struct digest_spec spec)
{
    struct body_digest *known = bodies_find(t, spec);
    if (known || t->orders_closed || t->digest_count == DIGESTS_MAX)
        return known;
    struct hasher *h = hasher_take(t->engine, spec.hash);
    if (!h) {
        t->own_failure = true;
        return NULL;
    }
    struct body_digest *d = &t->digests[t->digest_count++];
    *d = (struct body_digest){ .spec = spec, .hasher = h };
    hasher_add(h, spec.prefix);
    struct body_form *form = &t->forms[spec.canon];
    if (!form->used) {
        form->used = true;
        form->owner = t;
        form->form = spec.canon;
        body_canon_begin(&form->canon, spec.canon, form_sink, form);
    }
    return d;
}

/* Canonical octets of one form go to every digest of that form, up to its length. */
static void form_sink(void *context, struct slice octets)
{
    struct body_form *form = context;
    struct transaction *t = form->owner;
    for (size_t i = 0; i < t->digest_count; i++) {
        struct body_digest *d = &t->digests[i];
        if (d->spec.canon != form->form || d->fed >= d->spec.length)
            continue;
        uint64_t room = d->spec.length - d->fed;
        struct slice part = room < octets.len ? slice_first(octets, (size_t)room) : octets;
        hasher_add(d->hasher, part);
        d->fed += part.len;
    }
}

void bodies_push(struct transaction *t, struct slice octets)
{
    for (size_t i = 0; i < COUNT_OF(t->forms); i++)
        if (t->forms[i].used)
            body_canon_push(&t->forms[i].canon, octets);
}

void bodies_end(struct transaction *t)
{
    for (size_t i = 0; i < COUNT_OF(t->forms); i++)
        if (t->forms[i].used)
            body_canon_end(&t->forms[i].canon);
    for (size_t i = 0; i < t->digest_count; i++) {
        struct body_digest *d = &t->digests[i];
        d->value.hashed = d->fed;
        d->value.body_octets = t->forms[d->spec.canon].canon.out_octets;
        if (hasher_end(d->hasher, d->value.octets))
            d->value.len = hash_octets(d->spec.hash);
        else
            t->own_failure = true;
    }
    t->body_ended = true;
}

/* True when no digest can change any more and each one that is limited has seen that more follows. */
bool bodies_enough(const struct transaction *t)
{
    for (size_t i = 0; i < t->digest_count; i++) {
        const struct body_digest *d = &t->digests[i];
        if (d->fed < d->spec.length || t->forms[d->spec.canon].canon.out_octets <= d->spec.length)
            return false;
    }
    return true;
}

void bodies_release(struct transaction *t)
{
    for (size_t i = 0; i < t->digest_count; i++)
        hasher_give(t->engine, t->digests[i].hasher);
    t->digest_count = 0;
}
