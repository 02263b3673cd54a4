#include "methods/dmarc/dmarc_walk.h"

#define LABELS_KEPT 7                /* RFC 9989 4.10 step 4: names of eight and more labels continue with seven */

unsigned dmarc_walk_names(struct slice start, struct slice names[DMARC_WALK_MAX])
{
    unsigned n = 0, labels = name_labels(start);
    struct slice target = start;
    while (target.len > 0 && n < DMARC_WALK_MAX) {
        names[n] = target;
        target = n == 0 && labels > LABELS_KEPT ? name_last_labels(start, LABELS_KEPT) : name_parent(target);
        n++;
    }
    return n;
}

struct slice dmarc_query_name(struct arena *a, struct slice domain)
{
    return name_join(a, SLICE("_dmarc"), domain);
}

/* 4.10 step 2: more than one record left: all are discarded. A doubled tag makes a list invalid, RFC 6376 3.2 says. */
static bool counts(struct dmarc_walk *w, struct slice domain, const struct dmarc_set *set)
{
    bool good = set->kept == 1 && !set->malformed;
    if (set->kept > 0 && !good && w->discarded.len == 0) {
        w->discarded = domain;
        w->several = set->kept > 1;
    }
    return good;
}

enum dmarc_walk_end dmarc_walk_take(struct dmarc_walk *w, struct slice domain, const struct answer *a, bool *stop)
{
    *stop = false;
    if (!a)
        return DMARC_WALK_NOT_YET;
    if (answer_failed(a))
        return DMARC_WALK_FAILED;
    if (!answer_has_data(a))
        return DMARC_WALK_DONE;
    const struct dmarc_set *set = answer_memo(a, dmarc_set_make, dmarc_set_release);
    if (!set)
        return DMARC_WALK_NO_MEMORY;
    if (counts(w, domain, set)) {
        w->found[w->count++] = (struct dmarc_found){ domain, &set->record };
        *stop = set->record.psd != DMARC_PSD_UNKNOWN;
    }
    return DMARC_WALK_DONE;
}

enum dmarc_walk_end dmarc_walk_run(struct arena *arena, struct slice start, dmarc_asker ask_txt, void *context, struct dmarc_walk *out)
{
    struct slice names[DMARC_WALK_MAX];
    unsigned n = dmarc_walk_names(start, names);
    *out = (struct dmarc_walk){ .start = start };
    bool stop = false;
    enum dmarc_walk_end end = DMARC_WALK_DONE;
    for (unsigned i = 0; i < n && !stop && end == DMARC_WALK_DONE; i++)
        end = dmarc_walk_take(out, names[i], ask_txt(context, dmarc_query_name(arena, names[i])), &stop);
    return end;
}

struct slice dmarc_org_domain(const struct dmarc_walk *w)
{
    for (unsigned i = 0; i < w->count; i++) {
        const struct dmarc_found *f = &w->found[i];
        if (f->record->psd == DMARC_PSD_NO)
            return f->domain;
        /* 4.10.2: one label below the PSD, counted from the start of the walk: the walk may have skipped labels */
        if (f->record->psd == DMARC_PSD_YES && !name_same(f->domain, w->start))
            return name_last_labels(w->start, name_labels(f->domain) + 1);
    }
    return w->count > 0 ? w->found[w->count - 1].domain : w->start;
}

const struct dmarc_found *dmarc_policy_of(const struct dmarc_walk *w)
{
    if (w->count == 0)
        return NULL;
    if (name_same(w->found[0].domain, w->start))
        return &w->found[0];
    struct slice org = dmarc_org_domain(w);
    for (unsigned i = 0; i < w->count; i++)
        if (name_same(w->found[i].domain, org))
            return &w->found[i];
    const struct dmarc_found *last = &w->found[w->count - 1];
    return last->record->psd == DMARC_PSD_YES ? last : NULL;
}
