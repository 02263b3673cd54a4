#include "methods/serverdomains/serverdomains.h"

size_t helo_parents(struct slice name, struct slice parents[HELO_PARENTS_MAX])
{
    size_t n = 0;
    unsigned labels = name_labels(name);
    if (labels > HELO_PARENT_LABELS_MAX + 1)
        labels = HELO_PARENT_LABELS_MAX + 1;
    while (labels > 2)
        parents[n++] = name_last_labels(name, --labels);
    return n;
}

struct slice helo_name(const struct txn *t)
{
    return name_labels(t->helo_domain) >= 2 ? t->helo_domain : (struct slice){ 0 };
}

const struct property *domain_property(struct arena *a, enum identity identity, struct slice domain)
{
    struct property *p = domain.len > 0 ? ARENA_NEW(a, struct property) : NULL;
    if (p)
        *p = (struct property){ "smtp", identity_name(identity), domain };
    return p;
}
