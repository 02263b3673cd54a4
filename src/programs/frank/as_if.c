#include "programs/frank/as_if.h"

#include "env/added_resolver.h"
#include "programs/frank/asker.h"

#define SCRATCH_OCTETS_MAX (64u << 20)      /* one domain's plan and records */
#define BOOKS_OCTETS_MAX (64u << 20)
#define ZONE_TEXT_OCTETS_MAX (16u << 20)    /* one domain's records as text */
#define RECORDS_LOOKED_FOR 4                /* of one method, to find out whether the domain really publishes it (ours) */
#define LIMITS_KEPT 4                       /* of one domain's plan, and of its records */
#define LIMIT_TEXT_MAX 200
#define ANSWERS_KEPT 2000                   /* the asker's, until it forgets */

struct as_if {
    struct world *world;
    struct world_asker asker;
    struct env env;                         /* the world's, with another resolver */
    struct zone *zone;                      /* what was derived */
    struct resolver *added;
    struct engine *engine;
    struct table *domains;                  /* struct as_if_domain */
    struct arena *books, *scratch;
    size_t records;
};

const char *as_if_found_name(enum as_if_found f)
{
    switch (f) {
    case AS_IF_DERIVED: return "derived";
    case AS_IF_NO_SPF: return "no-spf";
    case AS_IF_BROKEN: return "broken";
    case AS_IF_FAILED: return "failed";
    case AS_IF_TOO_LARGE: return "too-large";
    }
    return "failed";
}

/* ---- opening ---- */

/* What it comes to is said when the file is written. */
static void note(void *context, const struct answer *theirs)
{
    (void)world_note_answer(context, theirs);
}

static void open_zone(struct as_if *a)
{
    a->zone = zone_new();
    a->added = a->zone ? added_resolver_new(a->zone, a->world->env.dns) : NULL;
    if (!a->added)
        out_of_memory();
    a->env.dns = a->added;
    /* What is derived leads to questions that nothing real asks. */
    added_resolver_tell(a->added, note, a->world);
}

static void close_zone(struct as_if *a)
{
    added_resolver_free(a->added);
    zone_free(a->zone);
}

struct as_if *as_if_open(struct world *w)
{
    struct as_if *a = mem_zalloc(1, sizeof *a);
    uint64_t seed;
    if (!a)
        out_of_memory();
    w->env.random->fill(w->env.random, &seed, sizeof seed);
    a->world = w;
    a->env = w->env;
    a->domains = table_new(seed);
    a->books = arena_new(BOOKS_OCTETS_MAX);
    a->scratch = arena_new(SCRATCH_OCTETS_MAX);
    if (!a->domains || !a->books || !a->scratch)
        out_of_memory();
    world_asker_open(&a->asker, w);
    open_zone(a);
    if (world_engine(w, &a->env, 0, 0, &a->engine) == EX_OK)
        return a;
    as_if_close(a);
    return NULL;
}

void as_if_close(struct as_if *a)
{
    if (!a)
        return;
    engine_free(a->engine);
    world_asker_close(&a->asker);
    close_zone(a);
    table_free(a->domains);
    arena_free(a->books);
    arena_free(a->scratch);
    mem_free(a);
}

struct engine *as_if_engine(const struct as_if *a)
{
    return a->engine;
}

const struct as_if_domain *as_if_domain(const struct as_if *a, struct slice domain)
{
    return table_get(a->domains, domain);
}

int as_if_note_answers(const struct as_if *a)
{
    return world_asker_note(&a->asker);
}

bool as_if_full(const struct as_if *a)
{
    return table_count(a->domains) >= AS_IF_DOMAINS_MAX || a->records >= AS_IF_RECORDS_MAX || table_count(a->asker.known) >= ANSWERS_KEPT;
}

void as_if_rest(struct as_if *a)
{
    world_asker_forget(&a->asker);
    close_zone(a);
    open_zone(a);
    table_clear(a->domains);
    arena_reset(a->books);
    a->records = 0;
}

/* ---- what the domain really publishes ---- */

static const struct method *method_of(const struct published *r)
{
    return method_named(slice_str(r->by));             /* NULL: a part, such as "mx" */
}

/* Is one of its sort there? An MX set has records of many purposes: there it is the record itself. */
static bool is_there(const struct answer *a, const struct published *r)
{
    for (size_t i = 0; i < a->count; i++) {
        const struct rdata *found = &a->records[i];
        if (found->type == RTYPE_MX ? slice_same(found->raw, r->rdata) : found->type != RTYPE_TXT || slice_starts_nocase(found->text, r->kind))
            return true;
    }
    return false;
}

/* False: something was asked that is not there yet. */
static bool find_real(struct as_if *a, const struct publication *p, uint64_t *real)
{
    unsigned looked[METHODS_MAX] = { 0 };
    bool all = true;
    for (size_t i = 0; i < p->count; i++) {
        const struct published *r = &p->records[i];
        const struct method *m = method_of(r);
        if (!m || r->absent || looked[method_index(m)]++ >= RECORDS_LOOKED_FOR)
            continue;
        const struct answer *answer = a->asker.asker.ask(&a->asker.asker, r->owner, r->type);
        all = all && answer;
        if (answer && is_there(answer, r))
            *real |= (uint64_t)1 << method_index(m);
    }
    return all;
}

/* ---- publishing in memory ---- */

static void keep_limit(struct as_if *a, const struct remark *r, const struct method *m, struct as_if_domain *d)
{
    struct as_if_limit *limit = ARENA_NEW(a->books, struct as_if_limit);
    if (!limit)
        out_of_memory();
    *limit = (struct as_if_limit){ m, r->kind == PUBLISH_STRICTER, slice_dup(a->books, slice_first(r->text, LIMIT_TEXT_MAX)), d->limits };
    d->limits = limit;
}

/* Of the plan, which is not all the SPF record says, and of the dialects, which do not say all of the plan. */
static void keep_limits(struct as_if *a, const struct remarks *of_plan, const struct remarks *of_records, struct as_if_domain *d)
{
    unsigned kept = 0;
    for (size_t i = 0; i < of_plan->count && kept < LIMITS_KEPT; i++)
        if (of_plan->at[i].kind != PUBLISH_NOTE) {
            keep_limit(a, &of_plan->at[i], NULL, d);
            kept++;
        }
    for (size_t i = 0; i < of_records->count && kept < 2 * LIMITS_KEPT; i++) {
        const struct method *m = method_named(slice_str(of_records->at[i].by));
        if (m && of_records->at[i].kind != PUBLISH_NOTE && (d->methods >> method_index(m) & 1)) {
            keep_limit(a, &of_records->at[i], m, d);
            kept++;
        }
    }
}

/* Leaves the records of methods that are not really there. */
static void choose_records(struct publication *p, uint64_t real, uint64_t *derived)
{
    size_t count = 0;
    for (size_t i = 0; i < p->count; i++) {
        const struct method *m = method_of(&p->records[i]);
        if (!m || p->records[i].absent || (real >> method_index(m) & 1))
            continue;
        *derived |= (uint64_t)1 << method_index(m);
        p->records[count++] = p->records[i];
    }
    p->count = count;
}

static enum as_if_found put_records(struct as_if *a, const struct publication *p)
{
    struct zone_error error;
    struct text t = text_in(a->scratch, ZONE_TEXT_OCTETS_MAX);
    if (p->count > AS_IF_RECORDS_MAX)
        return AS_IF_TOO_LARGE;
    text_add_publication(&t, p);
    if (t.bad)
        return AS_IF_TOO_LARGE;
    /* Half a zone is no zone, and nothing else can come of it: our own records in our own form. */
    if (!zone_read(a->zone, text_slice(&t), &error))
        out_of_memory();
    a->records += p->count;
    return AS_IF_DERIVED;
}

/* False: not yet. */
static bool publish(struct as_if *a, const struct plan *plan, const struct remarks *remarks, struct as_if_domain *d)
{
    const struct texts all = { .count = 0 };
    struct publication p;
    uint64_t real = 0, derived = 0;
    if (!publish_plan(a->scratch, plan, &all, &p)) {
        d->found = AS_IF_TOO_LARGE;
        return true;
    }
    if (!find_real(a, &p, &real))
        return false;
    choose_records(&p, real, &derived);
    d->found = put_records(a, &p);
    d->methods = d->found == AS_IF_DERIVED ? derived : 0;
    keep_limits(a, remarks, &p.remarks, d);
    return true;
}

/* False: not yet. */
static bool derive(struct as_if *a, struct slice domain, struct as_if_domain *d)
{
    struct plan plan;
    struct remarks remarks = { .count = 0 };
    arena_reset(a->scratch);
    switch (plan_from_spf(a->scratch, &a->asker.asker, domain, &plan, &remarks)) {
    case PLAN_NOT_YET: return false;
    case PLAN_READY: return publish(a, &plan, &remarks, d);
    case PLAN_NONE: d->found = AS_IF_NO_SPF; return true;
    case PLAN_BROKEN: d->found = AS_IF_BROKEN; return true;
    case PLAN_FAILED: d->found = AS_IF_FAILED; return true;
    case PLAN_NO_MEMORY: d->found = AS_IF_TOO_LARGE; return true;
    }
    return true;
}

bool as_if_ready(struct as_if *a, struct slice domain)
{
    struct as_if_domain found = { .found = AS_IF_FAILED };
    if (table_get(a->domains, domain))
        return true;
    if (!derive(a, domain, &found))
        return false;
    struct as_if_domain *d = ARENA_NEW(a->books, struct as_if_domain);
    struct slice key = slice_dup(a->books, domain);
    if (!d || !key.at || !table_put(a->domains, key, d))
        out_of_memory();
    *d = found;
    return true;
}
