/* world.c: the results of one case by method, and the worlds in which a temperror was something else. */
#include "verdict/rule.h"

#include <string.h>

enum stage settle_stage(const struct method *m)
{
    /* What runs on the envelope is complete with it. What reads the header may also want the body, or another that does. */
    if (m->when >= STAGE_HEADERS)
        return STAGE_MESSAGE;
    return m->when < STAGE_CONNECT ? STAGE_CONNECT : m->when;
}

bool world_settled(const struct world *w, const struct method *m)
{
    return w->facts->stage >= settle_stage(m) && (w->facts->settled >> method_index(m) & 1);
}

/* One good signature is enough. */
static size_t first_pass(const struct results *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->at[i].word == AUTH_PASS)
            return i;
    return 0;
}

const struct result *set_principal(const struct method *m, const struct results *set)
{
    size_t main = 0;

    if (set->count == 0)
        return NULL;
    if (m->principal)
        main = m->principal(set);
    else if (m->many)
        main = first_pass(set);
    return &set->at[main < set->count ? main : 0];
}

bool result_is_imagined(const struct result *r)
{
    return r->reason == 0;                /* the sentinel no method says */
}

/* A method's results lie together and in order, as the engine gives them: then they are used where they are. */
static bool lie_in_order(const struct result *at, size_t count, const struct method *m)
{
    for (size_t i = 0; i < count; i++)
        if (at[i].method != m || (i > 0 && at[i].subject < at[i - 1].subject))
            return false;
    return true;
}

static void insert_by_subject(struct result *at, size_t count, const struct result *r)
{
    size_t i = count;

    while (i > 0 && at[i - 1].subject > r->subject) {
        at[i] = at[i - 1];
        i--;
    }
    at[i] = *r;
}

static bool gather(const struct case_facts *f, struct arena *arena, const struct method *m, size_t first, size_t count, struct results *out)
{
    struct result *copy;
    size_t n = 0;

    if (lie_in_order(f->results + first, count, m)) {
        *out = (struct results){ .at = f->results + first, .count = count };
        return true;
    }
    copy = ARENA_ARRAY(arena, count, struct result);
    for (size_t i = first; copy && n < count && i < f->result_count; i++)
        if (f->results[i].method == m)
            insert_by_subject(copy, n++, &f->results[i]);
    *out = (struct results){ .at = copy, .count = n };
    return copy != NULL;
}

bool world_of(const struct case_facts *f, struct arena *arena, struct world *w)
{
    size_t first[METHODS_MAX], count[METHODS_MAX] = { 0 };
    size_t methods_there = methods_count();

    *w = (struct world){ .facts = f, .arena = arena };
    for (size_t i = 0; i < f->result_count; i++) {
        size_t m = method_index(f->results[i].method);
        if (m >= methods_there || m >= METHODS_MAX)
            continue;
        if (count[m]++ == 0)
            first[m] = i;
        /* What can be done without decides nothing by failing. */
        if (f->results[i].word == AUTH_TEMPERROR && !methods[m]->dispensable)
            w->failing |= (uint64_t)1 << m;
    }
    for (size_t m = 0; m < methods_there && m < METHODS_MAX; m++)
        if (count[m] > 0 && !gather(f, arena, methods[m], first[m], count[m], &w->sets[m]))
            return false;
    return true;
}

static const struct fact *known_fact(const struct result *r, const char *name)
{
    const struct fact *f = fact_find(r->evidence.facts, name);

    return f && f->kind == FACT_TEXT ? f : NULL;
}

/* The k-th alternative to a temperror: a word said with the domain's authority, or a domain that is not there. */
static void imagine(struct result *r, unsigned k)
{
    const struct fact *policy = known_fact(r, "policy");
    bool asks_nothing = policy && slice_same(policy->text, SLICE("none"));

    r->reason = 0;
    r->word = k < ALTERNATIVES - 1 ? (enum auth_result)k : AUTH_NONE;
    r->evidence.absent = k == ALTERNATIVES - 1;
    r->evidence.statement = !asks_nothing;
}

bool world_imagine(struct world *w)
{
    for (size_t m = 0; m < METHODS_MAX; m++) {
        struct results *list;
        if (!(w->failing >> m & 1))
            continue;
        list = ARENA_ARRAY(w->arena, ALTERNATIVES, struct results);
        for (unsigned k = 0; list && k < ALTERNATIVES; k++) {
            struct result *copy = ARENA_ARRAY(w->arena, w->sets[m].count, struct result);
            if (copy == NULL)
                return false;
            memcpy(copy, w->sets[m].at, w->sets[m].count * sizeof *copy);
            for (size_t i = 0; i < w->sets[m].count; i++)
                if (copy[i].word == AUTH_TEMPERROR)
                    imagine(&copy[i], k);
            list[k] = (struct results){ .at = copy, .count = w->sets[m].count };
        }
        if (list == NULL)
            return false;
        w->alternatives[m] = list;
    }
    return true;
}
