#include "methods/serverdomains/csa_record.h"

#include <stdlib.h>

bool csa_read(const struct rdata *r, struct csa_record *out)
{
    *out = (struct csa_record){ .weight = CSA_NOT_AUTHORISED };
    if (r->type != RTYPE_SRV || r->srv.priority != CSA_VERSION || r->srv.weight > CSA_UNPROVEN)
        return false;
    if (r->srv.weight > 0)
        out->weight = (enum csa_weight)r->srv.weight;
    out->port = r->srv.port;
    out->target = r->srv.host;
    return true;
}

void text_add_csa(struct text *t, const struct csa_record *r)
{
    text_addf(t, "%u %u %u ", CSA_VERSION, (unsigned)r->weight, (unsigned)r->port);
    text_add_presentation_name(t, r->target);
}

/* ---- the records of a name ---- */

static int by_content(const void *a, const void *b)
{
    const struct csa_record *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight < y->weight ? -1 : 1;
    if (x->port != y->port)
        return x->port < y->port ? -1 : 1;
    return slice_compare_nocase(x->target, y->target);
}

static size_t sorted_records(const struct answer *a, struct csa_record out[ANSWER_RECORDS_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < a->count && i < ANSWER_RECORDS_MAX; i++)
        n += csa_read(&a->records[i], &out[n]) ? 1 : 0;
    qsort(out, n, sizeof out[0], by_content);
    return n;
}

static void add_target(struct csa_set *set, struct slice target)
{
    if (slice_same(target, SLICE(".")))
        return;
    for (size_t i = 0; i < set->target_count; i++)
        if (name_same(set->targets[i], target))
            return;
    if (set->target_count < CSA_TARGETS_MAX)
        set->targets[set->target_count++] = target;
    else
        set->too_many = true;
}

void csa_set_of(const struct answer *a, struct csa_set *out)
{
    struct csa_record records[ANSWER_RECORDS_MAX];
    size_t n = sorted_records(a, records);
    *out = (struct csa_set){ .records = (unsigned)n };
    for (size_t i = 0; i < n; i++) {
        out->conflict = out->conflict || records[i].weight != records[0].weight;
        out->explicit_names = out->explicit_names || (records[i].port & CSA_PORT_EXPLICIT) != 0;
        out->weight = records[i].weight;
        if (records[i].weight == CSA_AUTHORISED)
            add_target(out, records[i].target);
    }
}

void text_add_csa_records(struct text *t, const struct answer *a)
{
    struct csa_record records[ANSWER_RECORDS_MAX];
    size_t n = sorted_records(a, records);
    for (size_t i = 0; i < n; i++) {
        text_add_str(t, i > 0 ? ", " : "");
        text_add_csa(t, &records[i]);
    }
}
