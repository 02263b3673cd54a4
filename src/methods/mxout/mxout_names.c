#include "methods/mxout/mxout_names.h"

bool mxout_same_owner(const struct suffix_list *suffixes, struct arena *a, struct slice x, struct slice y)
{
    struct slice of_x = suffix_list_org_domain(suffixes, a, x), of_y = suffix_list_org_domain(suffixes, a, y);
    return of_x.len > 0 ? name_same(of_x, of_y) : name_same(x, y);
}

bool mxout_is_denied(const struct texts *owners, struct slice domain)
{
    for (size_t i = 0; i < owners->count; i++)
        if (name_at_or_below(domain, owners->at[i]))
            return true;
    return false;
}

/* ---- names that speak for themselves ---- */

#define MXOUT_LABEL "mxout"
enum { NAMES_ARE_MAIL_HOSTS = 1, OTHERS_ARE_NOT = 2 };

/* x of the A record 127.0.0.x at mxout.BASE, if it is one of those judged here: the strictest of several. */
static enum path_outcome convention(struct check *c, struct slice base, unsigned *x)
{
    const struct answer *a = ask(c, name_join(c->run.scratch, SLICE(MXOUT_LABEL), base), RTYPE_A);
    enum path_outcome o = path_answer(a);
    *x = 0;
    for (size_t i = 0; o == PATH_HIT && i < a->count; i++) {
        const uint8_t *octets = a->records[i].ip.octets;
        bool known = octets[0] == 127 && octets[1] == 0 && octets[2] == 0 && octets[3] <= OTHERS_ARE_NOT;
        if (known && octets[3] > *x)
            *x = octets[3];
    }
    return o;
}

/* LABELS.mxout.BASE: BASE; empty: the name is not of this form. */
static struct slice base_of(struct slice name)
{
    for (struct slice rest = name_parent(name); rest.len > 0; rest = name_parent(rest)) {
        struct slice label, base;
        slice_cut(rest, '.', &label, &base);
        if (slice_same(label, SLICE(MXOUT_LABEL)))
            return base;
    }
    return (struct slice){ 0 };
}

static enum path_outcome judge_in_base(struct check *c, struct slice base, bool conforms)
{
    unsigned x;
    enum path_outcome o = convention(c, base, &x);
    if (o != PATH_HIT)
        return o;
    if (conforms)
        return x >= NAMES_ARE_MAIL_HOSTS ? PATH_HIT : PATH_MISS;
    return x == OTHERS_ARE_NOT ? PATH_BROKEN : PATH_MISS;
}

enum path_outcome mxout_judge_name(struct check *c, const struct suffix_list *suffixes, struct slice name, struct slice *base)
{
    struct path_tied bases = { .count = 0 };
    struct slice normal;
    if (!domain_normal(c->run.scratch, name, &normal))
        return PATH_MISS;
    *base = base_of(normal);
    if (base->len > 0)
        return suffix_list_is_suffix(suffixes, c->run.scratch, *base) ? PATH_MISS : judge_in_base(c, *base, true);
    path_tie_name(suffixes, c->run.scratch, &bases, name, false);
    for (size_t i = 0; i < bases.count; i++) {
        *base = bases.at[i].domain;
        enum path_outcome o = judge_in_base(c, *base, false);
        if (o != PATH_MISS)
            return o;
    }
    return PATH_MISS;
}
