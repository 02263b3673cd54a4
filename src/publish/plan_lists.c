#include "publish/plan_lists.h"

#include <string.h>

/* A copy of an array with `more` added behind; lists of a plan are short and grow a handful of times. */
static void *extended(struct arena *a, const void *at, size_t count, const void *more, size_t more_count, size_t octets_each)
{
    uint8_t *copy = arena_array(a, count + more_count + 1, octets_each);
    if (copy && count > 0)
        memcpy(copy, at, count * octets_each);
    if (copy && more_count > 0)
        memcpy(copy + count * octets_each, more, more_count * octets_each);
    return copy;
}

bool plan_hosts_dup(struct arena *a, const struct plan_host *at, size_t count, struct plan_hosts *out)
{
    *out = (struct plan_hosts){ extended(a, NULL, 0, at, count, sizeof *at), count };
    return out->at != NULL;
}

bool plan_hosts_add(struct arena *a, struct plan_hosts *list, const struct plan_host *host)
{
    for (size_t i = 0; i < list->count; i++)
        if (slice_same(list->at[i].name, host->name))
            return true;
    list->at = extended(a, list->at, list->count, host, 1, sizeof *host);
    list->count += list->at != NULL;
    return list->at != NULL;
}

static void share(struct plan_host *from, struct plan_host *to)
{
    if (!from->given || to->given || !slice_same(from->name, to->name))
        return;
    unsigned preference = to->preference;
    *to = *from;
    to->preference = preference;
}

bool plan_hosts_share(struct arena *a, struct plan_hosts *one, struct plan_hosts *other)
{
    struct plan_host *at = extended(a, one->at, one->count, NULL, 0, sizeof *at), *others = extended(a, other->at, other->count, NULL, 0, sizeof *at);
    if (!at || !others)
        return false;
    for (size_t i = 0; i < one->count; i++)
        for (size_t j = 0; j < other->count; j++) {
            share(&at[i], &others[j]);
            share(&others[j], &at[i]);
        }
    one->at = at;
    other->at = others;
    return true;
}

bool plan_providers_add(struct arena *a, struct plan_providers *list, const struct plan_provider *provider)
{
    for (size_t i = 0; i < list->count; i++)
        if (slice_same(list->at[i].domain, provider->domain))
            return true;
    list->at = extended(a, list->at, list->count, provider, 1, sizeof *provider);
    list->count += list->at != NULL;
    return list->at != NULL;
}

bool plan_networks_add(struct arena *a, struct prefixes *list, const struct prefix *at, size_t count)
{
    list->at = extended(a, list->at, list->count, at, count, sizeof *at);
    list->count += list->at ? count : 0;
    return list->at != NULL;
}
