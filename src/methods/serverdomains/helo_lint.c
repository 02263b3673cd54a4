#include "methods/serverdomains/helo_lint.h"

static bool has(const struct slice *names, size_t count, struct slice name)
{
    for (size_t i = 0; i < count; i++)
        if (name_same(names[i], name))
            return true;
    return false;
}

bool helo_lint_names(struct lint *l, struct slice names[HELO_LINT_NAMES_MAX], size_t *count)
{
    const struct rdata *hosts[ANSWER_RECORDS_MAX];
    const struct answer *mx = lint_ask(l, l->domain, RTYPE_MX);
    names[0] = l->domain;
    *count = 1;
    if (!mx)
        return false;
    if (lint_unanswered(l, l->domain, mx))
        return true;
    size_t n = path_exchanges(mx, hosts);
    for (size_t i = 0; i < n && *count < HELO_LINT_NAMES_MAX; i++)
        if (name_at_or_below(hosts[i]->mx.host, l->domain) && !has(names, *count, hosts[i]->mx.host))
            names[(*count)++] = hosts[i]->mx.host;
    return true;
}
