#include "publish/plan_lists.h"
#include "publish/spf_follow.h"

/* ---- hosts ---- */

/* Asks for all of them; NOT_YET if one is not there yet. */
static enum plan_found complete_hosts(struct follow *f, struct plan_hosts *hosts, struct remarks *remarks)
{
    struct plan_host *at = ARENA_ARRAY(f->arena, hosts->count + 1, struct plan_host);
    enum plan_found all = PLAN_READY;
    if (!at)
        return PLAN_NO_MEMORY;
    for (size_t i = 0; i < hosts->count; i++) {
        at[i] = hosts->at[i];
        if (at[i].known)
            continue;
        unsigned preference = at[i].preference;
        enum followed how = follow_host(f, at[i].name, &at[i]);
        at[i].preference = preference;
        if (how == FOLLOW_NO_MEMORY)
            return PLAN_NO_MEMORY;
        if (how == FOLLOW_NOT_YET)
            all = PLAN_NOT_YET;
        else if (how == FOLLOW_FAILED)
            remark_add(f->arena, remarks, "plan", PUBLISH_NOTE, "DNS did not say what addresses %.*s has", PUBLISH_NAME(at[i].name));
        else if (at[i].count == 0)
            remark_add(f->arena, remarks, "plan", PUBLISH_NOTE, "%.*s has no addresses", PUBLISH_NAME(at[i].name));
    }
    hosts->at = at;
    return all;
}

/* ---- the MX set, where the plan does not say it ---- */

static enum plan_found complete_mx(struct follow *f, struct plan *plan, struct remarks *remarks)
{
    struct follow_hosts found;
    /* Hosts that only send may be listed beside those that receive, so these must be known, too. */
    if (plan->mx_given || plan->mx_known || (!plan->mx_sends && plan->hosts.count == 0))
        return complete_hosts(f, &plan->mx, remarks);
    enum followed how = follow_mx(f, plan->domain, &found);
    switch (how) {
    case FOLLOW_NOT_YET: return PLAN_NOT_YET;
    case FOLLOW_NO_MEMORY: return PLAN_NO_MEMORY;
    case FOLLOW_FAILED: case FOLLOW_UNSAYABLE: case FOLLOW_NONE:
        remark_add(f->arena, remarks, "plan", PUBLISH_NOTE, "DNS did not say what MX hosts %.*s has", PUBLISH_NAME(plan->domain));
        return PLAN_READY;
    case FOLLOW_ENDS:
        remark_add(f->arena, remarks, "plan", PUBLISH_NOTE, "%.*s has more than %d MX hosts", PUBLISH_NAME(plan->domain), SPF_MAX_ADDRESS_NAMES);
        return PLAN_READY;
    case FOLLOW_READY: break;
    }
    if (found.count == 0 && plan->mx_sends)
        remark_add(f->arena, remarks, "plan", PUBLISH_NOTE, "mx_sends, but %.*s has no MX hosts", PUBLISH_NAME(plan->domain));
    plan->mx_known = true;
    bool good = plan_hosts_dup(f->arena, found.at, found.count, &plan->mx) && plan_hosts_share(f->arena, &plan->hosts, &plan->mx);
    return good ? PLAN_READY : PLAN_NO_MEMORY;
}

/* ---- providers ---- */

enum plan_found plan_follow_provider(struct follow *f, struct plan_provider *provider, struct followed_domain *d, struct remarks *remarks)
{
    unsigned before = f->terms;
    enum followed how = follow_domain(f, provider->domain, d);
    d->ended = d->ended || how != FOLLOW_READY;
    switch (how) {
    case FOLLOW_NOT_YET: return PLAN_NOT_YET;
    case FOLLOW_NO_MEMORY: return PLAN_NO_MEMORY;
    case FOLLOW_FAILED: case FOLLOW_UNSAYABLE:
        remark_add(f->arena, remarks, "plan", PUBLISH_NOTE, "DNS did not say what servers %.*s has", PUBLISH_NAME(provider->domain));
        return PLAN_READY;
    case FOLLOW_NONE: case FOLLOW_ENDS:
        remark_add(f->arena, remarks, "plan", PUBLISH_STRICTER, "%.*s has no valid SPF record: to include it is permerror for everybody",
                   PUBLISH_NAME(provider->domain));
        return PLAN_READY;
    case FOLLOW_READY: break;
    }
    provider->lookups = f->terms - before;
    provider->lookups_known = true;
    if (d->unsaid)
        remark_add(f->arena, remarks, "plan", PUBLISH_NOTE, "some servers of %.*s depend on more than their address: they cannot be written out",
                   PUBLISH_NAME(provider->domain));
    if (provider->known)
        return PLAN_READY;
    provider->known = !d->unsaid;
    return plan_prefixes(f->arena, &d->pass, &provider->networks) ? PLAN_READY : PLAN_NO_MEMORY;
}

static enum plan_found complete_providers(struct arena *a, struct asker *asker, struct plan *plan, struct remarks *remarks)
{
    struct plan_provider *at = ARENA_ARRAY(a, plan->providers.count + 1, struct plan_provider);
    enum plan_found all = PLAN_READY;
    if (!at)
        return PLAN_NO_MEMORY;
    for (size_t i = 0; i < plan->providers.count; i++) {
        struct follow f = { .arena = a, .asker = asker };
        struct followed_domain followed;
        at[i] = plan->providers.at[i];
        if (at[i].lookups_known || !plan_speaks(&at[i], "spf"))
            continue;
        enum plan_found how = plan_follow_provider(&f, &at[i], &followed, remarks);
        if (how == PLAN_NO_MEMORY)
            return how;
        if (how == PLAN_NOT_YET)
            all = PLAN_NOT_YET;
    }
    plan->providers.at = at;
    return all;
}

enum plan_found plan_complete(struct arena *a, struct asker *asker, struct plan *plan, struct remarks *remarks)
{
    struct follow f = { .arena = a, .asker = asker };
    enum plan_found each[] = { complete_hosts(&f, &plan->hosts, remarks), complete_mx(&f, plan, remarks), complete_providers(a, asker, plan, remarks) };
    enum plan_found all = PLAN_READY;
    for (size_t i = 0; i < COUNT_OF(each); i++) {
        if (each[i] == PLAN_NO_MEMORY || arena_failed(a) || remarks->bad)
            return PLAN_NO_MEMORY;
        if (each[i] == PLAN_NOT_YET)
            all = PLAN_NOT_YET;
    }
    return all;
}
