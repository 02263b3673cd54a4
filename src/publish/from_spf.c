/*
 * from_spf.c: the plan an SPF record amounts to.
 *
 * A plan has no order: what it excludes is excluded whatever else says. So of what a record denies, only
 * that is excluded which nothing before it had already allowed.
 */
#include "mail/domain.h"
#include "publish/plan_lists.h"
#include "publish/plan_make.h"
#include "publish/spf_follow.h"

struct derivation {
    struct follow follow;
    struct arena *arena;
    struct plan *plan;
    struct remarks *remarks;
    const struct spf_record *record;
    struct slice domain;             /* whose record: another after redirect= */
    struct ip_set allowed;           /* by the terms so far */
    bool has_all;
};

static void shown(const struct spf_record *r, const struct spf_term *t, uint8_t room[200], struct slice *out)
{
    struct text text = text_fixed(room, 200);
    text_add_shown(&text, slice_first(spf_term_text(r, t), 45), false);
    *out = text_slice(&text);
}

static void remark_term(struct derivation *d, const struct spf_term *t, enum remark_kind kind, const char *words)
{
    uint8_t room[200];
    struct slice text;
    shown(d->record, t, room, &text);
    remark_add(d->arena, d->remarks, "spf", kind, "%.*s: %s", PUBLISH_NAME(text), words);
}

/* ---- who sends ---- */

static bool is_plain(const struct spf_term *t)
{
    return t->bits4 == 32 && t->bits6 == 128;
}

static bool add_set(struct derivation *d, struct prefixes *list, const struct ip_set *set)
{
    struct prefixes fresh;
    return plan_prefixes(d->arena, set, &fresh) && plan_networks_add(d->arena, list, fresh.at, fresh.count);
}

static bool allow_host(struct derivation *d, struct slice name)
{
    struct plan_host host;
    return follow_host(&d->follow, name, &host) == FOLLOW_READY && plan_hosts_add(d->arena, &d->plan->hosts, &host);
}

/* A host of somebody's MX set; its name may be one that no record can say. */
static bool allow_found(struct derivation *d, const struct plan_host *host)
{
    struct ip_set addresses = { 0 };
    if (plan_is_full_name(host->name))
        return plan_hosts_add(d->arena, &d->plan->hosts, host);
    return plan_add_host(d->arena, &addresses, host) && add_set(d, &d->plan->networks, &addresses);
}

/* "mx" of the domain itself is what the plan calls mx_sends; of another, its hosts as they are now. */
static bool allow_mx(struct derivation *d, const struct spf_term *t, struct slice name)
{
    struct follow_hosts found;
    bool good = follow_mx(&d->follow, name, &found) == FOLLOW_READY;
    if (good && slice_same(name, d->plan->domain)) {
        d->plan->mx_sends = d->plan->mx_known = true;
        return plan_hosts_dup(d->arena, found.at, found.count, &d->plan->mx);
    }
    for (size_t i = 0; good && i < found.count; i++)
        good = allow_found(d, &found.at[i]);
    remark_term(d, t, PUBLISH_NOTE, "taken as the hosts that domain has now");
    return good;
}

/* Names stay names where the plan has them; the answers are pinned already. */
static bool allow(struct derivation *d, const struct spf_term *t, const struct ip_set *match)
{
    struct slice name;
    if (!ip_set_join(d->arena, &d->allowed, match) || !follow_target(&d->follow, d->record, t, d->domain, &name))
        return false;
    if ((t->kind == SPF_A || t->kind == SPF_MX) && is_plain(t) && plan_is_full_name(name))
        return t->kind == SPF_A ? allow_host(d, name) : allow_mx(d, t, name);
    if (t->kind == SPF_A || t->kind == SPF_MX)
        remark_term(d, t, PUBLISH_NOTE, "written out as the networks these hosts are in now");
    return add_set(d, &d->plan->networks, match);
}

static bool exclude(struct derivation *d, const struct spf_term *t, const struct ip_set *match)
{
    struct ip_set fresh;
    if (t->qualifier != '-')
        remark_term(d, t, PUBLISH_NOTE, "a plan knows allowed and not allowed; this is not allowed");
    return ip_set_difference(d->arena, match, &d->allowed, &fresh) && add_set(d, &d->plan->excluded, &fresh);
}

/* ---- terms ---- */

static enum plan_found take_all(struct derivation *d, const struct spf_term *t)
{
    static const struct prefix everybody[] = { { .address.family = IP_V4 }, { .address.family = IP_V6 } };
    d->has_all = true;
    d->plan->ending = t->qualifier == '~' ? PLAN_SOFT : t->qualifier == '-' ? PLAN_STRICT : PLAN_NEUTRAL;
    if (t->qualifier != '+')
        return PLAN_READY;
    remark_term(d, t, PUBLISH_NOTE, "the record allows the whole world");
    return plan_networks_add(d->arena, &d->plan->networks, everybody, COUNT_OF(everybody)) ? PLAN_READY : PLAN_NO_MEMORY;
}

static enum plan_found take_include(struct derivation *d, const struct spf_term *t, bool *ends)
{
    static const struct slice spf = SLICE_INIT("spf");
    struct plan_provider provider = { .speaks = { &spf, 1 } };
    struct followed_domain followed;
    *ends = ++d->follow.terms > SPF_MAX_TERMS;
    if (*ends)
        return PLAN_READY;
    if (!follow_target(&d->follow, d->record, t, d->domain, &provider.domain) || !plan_is_full_name(provider.domain)) {
        remark_term(d, t, t->qualifier == '+' ? PUBLISH_STRICTER : PUBLISH_LOOSER, "depends on more than the client's address: left out");
        return PLAN_READY;
    }
    enum plan_found how = plan_follow_provider(&d->follow, &provider, &followed, d->remarks);
    if (how != PLAN_READY)
        return how;
    *ends = followed.ended;
    if (!provider.known)
        remark_term(d, t, t->qualifier == '+' ? PUBLISH_STRICTER : PUBLISH_LOOSER, "not all of its servers are known");
    if (t->qualifier != '+')
        return exclude(d, t, &followed.pass) ? PLAN_READY : PLAN_NO_MEMORY;
    bool good = ip_set_join(d->arena, &d->allowed, &followed.pass) && plan_providers_add(d->arena, &d->plan->providers, &provider);
    return good ? PLAN_READY : PLAN_NO_MEMORY;
}

/* *ends: receivers say permerror or temperror to everybody this term and those before it do not match. */
static enum plan_found take_term(struct derivation *d, const struct spf_term *t, bool *ends)
{
    struct ip_set match;
    *ends = false;
    if (t->kind == SPF_ALL)
        return take_all(d, t);
    if (t->kind == SPF_INCLUDE)
        return take_include(d, t, ends);
    switch (follow_match(&d->follow, d->record, t, d->domain, &match)) {
    case FOLLOW_NOT_YET: return PLAN_NOT_YET;
    case FOLLOW_NO_MEMORY: return PLAN_NO_MEMORY;
    case FOLLOW_UNSAYABLE: case FOLLOW_NONE:
        remark_term(d, t, t->qualifier == '+' ? PUBLISH_STRICTER : PUBLISH_LOOSER, "depends on more than the client's address: left out");
        return PLAN_READY;
    case FOLLOW_FAILED:
        remark_term(d, t, PUBLISH_STRICTER, "DNS did not answer; nothing behind it is taken");
        *ends = true;
        return PLAN_READY;
    case FOLLOW_ENDS: *ends = true; return PLAN_READY;
    case FOLLOW_READY: break;
    }
    bool good = t->qualifier == '+' ? allow(d, t, &match) : exclude(d, t, &match);
    return good ? PLAN_READY : PLAN_NO_MEMORY;
}

/* ---- records ---- */

static enum plan_found found_of(enum followed how)
{
    switch (how) {
    case FOLLOW_NOT_YET: return PLAN_NOT_YET;
    case FOLLOW_READY: return PLAN_READY;
    case FOLLOW_FAILED: return PLAN_FAILED;
    case FOLLOW_ENDS: case FOLLOW_UNSAYABLE: return PLAN_BROKEN;
    case FOLLOW_NONE: return PLAN_NONE;
    case FOLLOW_NO_MEMORY: return PLAN_NO_MEMORY;
    }
    return PLAN_FAILED;
}

static enum plan_found take_terms(struct derivation *d, bool *ends)
{
    *ends = false;
    for (size_t i = 0; i < d->record->count && !*ends && !d->has_all; i++) {
        enum plan_found how = take_term(d, &d->record->terms[i], ends);
        if (how != PLAN_READY)
            return how;
    }
    if (*ends)
        remark_add(d->arena, d->remarks, "spf", PUBLISH_STRICTER, "receivers do not get to the end of the record of %.*s: it needs too much, or refers to what is not there",
                   PUBLISH_NAME(d->domain));
    return PLAN_READY;
}

/* Another record goes on; *more if there is one. The first record's domain stays the plan's. */
static enum plan_found take_redirect(struct derivation *d, bool *more)
{
    const struct spf_term *t = &d->record->redirect;
    struct slice name;
    *more = d->record->has_redirect && !d->has_all;
    if (!*more)
        return PLAN_READY;
    if (++d->follow.terms > SPF_MAX_TERMS || !follow_target(&d->follow, d->record, t, d->domain, &name)) {
        remark_term(d, t, PUBLISH_STRICTER, "cannot be followed");
        *more = false;
        return PLAN_READY;
    }
    enum followed how = follow_record(&d->follow, name, &d->record);
    if (how == FOLLOW_READY || how == FOLLOW_NOT_YET || how == FOLLOW_NO_MEMORY) {
        d->domain = name;
        return found_of(how);
    }
    /* RFC 7208 6.1: permerror for everybody who gets here. */
    remark_add(d->arena, d->remarks, "spf", PUBLISH_NOTE, "redirect leads to %.*s, which has no valid SPF record", PUBLISH_NAME(name));
    *more = false;
    return PLAN_READY;
}

static enum plan_found settle(struct derivation *d)
{
    struct plan *p = d->plan;
    if (!d->has_all)
        p->ending = PLAN_NEUTRAL;
    if (p->networks.count + p->hosts.count + p->providers.count > 0 || p->mx_sends)
        return PLAN_READY;
    p->excluded = (struct prefixes){ 0 };
    p->never_sends = p->ending != PLAN_NEUTRAL;
    /* "?all" alone says nothing of anybody. */
    return p->never_sends ? PLAN_READY : PLAN_NONE;
}

enum plan_found plan_from_spf(struct arena *a, struct asker *asker, struct slice domain, struct plan *out, struct remarks *remarks)
{
    struct derivation d = { .follow = { .arena = a, .asker = asker }, .arena = a, .plan = out, .remarks = remarks, .domain = domain };
    bool ends = false, more = true;
    *out = (struct plan){ .domain = domain, .ttl_seconds = PLAN_TTL_SECONDS, .served_only = true };
    enum plan_found how = found_of(follow_record(&d.follow, domain, &d.record));
    while (how == PLAN_READY && more) {
        follow_prefetch(&d.follow, d.record, d.domain);
        how = take_terms(&d, &ends);
        more = !ends;
        if (how == PLAN_READY && more)
            how = take_redirect(&d, &more);
    }
    if (how == PLAN_READY)
        how = settle(&d);
    return arena_failed(a) || remarks->bad ? PLAN_NO_MEMORY : how;
}
