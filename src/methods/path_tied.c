#include "methods/path_tied.h"

static void add_once(struct path_tied *list, struct path_tie one)
{
    for (size_t i = 0; i < list->count; i++)
        if (slice_same(list->at[i].domain, one.domain))
            return;
    if (list->count < PATH_TIED_MAX)
        list->at[list->count++] = one;
}

void path_tie_name(const struct suffix_list *suffixes, struct arena *a, struct path_tied *list, struct slice name, bool helo)
{
    struct slice normal;
    if (!domain_normal(a, name, &normal))
        return;
    struct slice org = suffix_list_org_domain(suffixes, a, normal), domain = normal;
    for (unsigned up = 0; up <= PATH_PARENTS_MAX && name_at_or_below(domain, org); up++) {
        add_once(list, (struct path_tie){ domain, normal, helo });
        domain = name_parent(domain);
    }
}

struct path_tied *path_tied_of(struct arena *a, const struct suffix_list *suffixes, const struct slice *names, size_t count, struct slice helo)
{
    struct path_tied *list = ARENA_NEW(a, struct path_tied);
    for (size_t i = 0; list && i < count; i++)
        path_tie_name(suffixes, a, list, names[i], false);
    if (list)
        path_tie_name(suffixes, a, list, helo, true);
    return list;
}
