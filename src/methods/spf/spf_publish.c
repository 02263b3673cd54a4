#include "methods/spf/spf_publish.h"

#include "methods/prefix.h"
#include "methods/spf/spf.h"

/* The mechanisms that say who sends, and what they make receivers look up. */
struct spf_published { struct text terms; unsigned lookups; bool lookups_known; };

static void add_network(struct text *t, const struct prefix *given, const char *qualifier)
{
    struct prefix p = *given;
    prefix_clear_host_bits(&p);
    text_addf(t, " %sip%c:", qualifier, p.address.family == IP_V4 ? '4' : '6');
    text_add_network(t, &p);
}

static void add_networks(struct text *t, struct prefixes list, const char *qualifier)
{
    for (size_t i = 0; i < list.count; i++)
        add_network(t, &list.at[i], qualifier);
}

static void add_named(struct spf_published *s, const char *mechanism, struct slice name, struct slice domain)
{
    text_addf(&s->terms, " %s", mechanism);
    if (!slice_same(name, domain)) {
        text_add_octet(&s->terms, ':');
        text_add(&s->terms, name);
    }
    s->lookups++;
}

static bool written_out(const struct plan *plan, bool given, bool known)
{
    return given || (plan->flatten && known);
}

static bool add_host(struct spf_published *s, const struct plan *plan, struct publication *p, struct ip_set *written, const struct plan_host *h)
{
    if (written_out(plan, h->given, h->known))
        return plan_add_host(p->arena, written, h);
    if (h->known && h->count == 0)
        publish_remark(p, PUBLISH_NOTE, "%.*s has no address: receivers count that as a void look-up, and more than %d are permerror", PUBLISH_NAME(h->name),
                       SPF_VOID_MAX);
    add_named(s, "a", h->name, plan->domain);
    return true;
}

static bool add_hosts(struct spf_published *s, const struct plan *plan, struct publication *p, struct ip_set *written)
{
    for (size_t i = 0; i < plan->hosts.count; i++)
        if (!add_host(s, plan, p, written, &plan->hosts.at[i]))
            return false;
    if (!plan->mx_sends)
        return true;
    bool known = (plan->mx_given || plan->mx_known) && plan->flatten;
    for (size_t i = 0; i < plan->mx.count; i++)
        known = known && plan->mx.at[i].known;
    if (known)
        return plan_add_hosts(p->arena, written, plan->mx);
    if (plan->mx.count > SPF_MAX_ADDRESS_NAMES)
        publish_remark(p, PUBLISH_STRICTER, "the domain has more than %d MX hosts, and \"mx\" is then permerror (RFC 7208 4.6.4)", SPF_MAX_ADDRESS_NAMES);
    add_named(s, "mx", plan->domain, plan->domain);
    return true;
}

static bool add_provider(struct spf_published *s, const struct plan *plan, struct publication *p, struct ip_set *written,
                         const struct plan_provider *provider)
{
    bool named = plan_speaks(provider, "spf");
    if (provider->known && (plan->flatten || !named))
        return plan_add_networks(p->arena, written, provider->networks);
    if (!named) {
        publish_remark(p, PUBLISH_STRICTER, "the servers of %.*s are not in the record: they are not known, and the domain has no SPF record to include",
                       PUBLISH_NAME(provider->domain));
        return plan_add_networks(p->arena, written, provider->networks);
    }
    add_named(s, "include", provider->domain, SLICE(""));
    s->lookups += provider->lookups;
    s->lookups_known = s->lookups_known && provider->lookups_known;
    return true;
}

static bool add_senders(struct spf_published *s, const struct plan *plan, struct publication *p)
{
    struct ip_set written = { 0 };
    struct prefixes list;
    struct text networks = publish_text(p);
    add_networks(&s->terms, plan->excluded, "-");
    struct text before = s->terms;
    s->terms = publish_text(p);
    if (!plan_add_networks(p->arena, &written, plan->networks) || !add_hosts(s, plan, p, &written))
        return false;
    for (size_t i = 0; i < plan->providers.count; i++)
        if (!add_provider(s, plan, p, &written, &plan->providers.at[i]))
            return false;
    if (!plan_prefixes(p->arena, &written, &list))
        return false;
    /* What asks nothing stands first: a match there ends the evaluation. */
    struct text named = s->terms;
    add_networks(&networks, list, "");
    s->terms = before;
    text_add(&s->terms, text_slice(&networks));
    text_add(&s->terms, text_slice(&named));
    s->terms.bad = s->terms.bad || networks.bad || named.bad;
    return true;
}

static struct spf_published published_terms(const struct plan *plan, struct publication *p, const struct texts *more)
{
    struct spf_published s = { .terms = publish_text(p), .lookups_known = more->count == 0 };
    if (plan->never_sends)
        return s;
    p->bad = p->bad || !add_senders(&s, plan, p);
    for (size_t i = 0; i < more->count; i++)
        add_named(&s, "include", more->at[i], SLICE(""));
    return s;
}

static const char *ending_of(const struct plan *plan)
{
    switch (plan->ending) {
    case PLAN_STRICT: return " -all";
    case PLAN_SOFT: return " ~all";
    case PLAN_NEUTRAL: return " ?all";
    }
    return " -all";
}

static void remark_limits(const struct spf_published *s, const struct plan *plan, struct publication *p, size_t octets)
{
    const char *at_least = s->lookups_known ? "" : "at least ";
    if (s->lookups > SPF_MAX_TERMS)
        publish_remark(p, PUBLISH_STRICTER, "the record makes receivers look up %s%u names; beyond %d they say permerror (RFC 7208 4.6.4); write addresses "
                       "instead of names, or use flatten", at_least, s->lookups, SPF_MAX_TERMS);
    else if (s->lookups >= SPF_LOOKUPS_WARN)
        publish_remark(p, PUBLISH_NOTE, "the record makes receivers look up %s%u names; %d is the most (RFC 7208 4.6.4)", at_least, s->lookups, SPF_MAX_TERMS);
    else if (!s->lookups_known)
        publish_remark(p, PUBLISH_NOTE, "what included domains make receivers look up is not known; %d is the most", SPF_MAX_TERMS);
    if (octets > SPF_TEXT_WARN)
        publish_remark(p, PUBLISH_NOTE, "the record has %zu octets; answers over 512 need TCP or EDNS at every receiver (RFC 7208 3.4)", octets);
    bool flattened = plan->flatten && (plan->providers.count > 0 || plan->hosts.count > 0 || plan->mx_sends);
    if (flattened && !plan->never_sends)
        publish_remark(p, PUBLISH_NOTE, "flattened: addresses of others are written out as they are now; when one of them changes, mail from there fails "
                       "until this record is published again");
}

/* RFC 7208 10.1.3: what a host says in HELO is checked, too. */
static void publish_helo(const struct plan *plan, struct publication *p, const struct plan_host *h)
{
    struct text t = publish_text(p);
    if (!plan_owns(plan, h->name) || slice_same(h->name, plan->domain))
        return;
    text_add_str(&t, "v=spf1");
    if (!h->given && plan_may_exclude(plan, h))
        add_networks(&t, plan->excluded, "-");
    for (size_t i = 0; h->given && i < h->count; i++)
        if (!plan_excludes(plan, &h->addresses[i]))
            add_network(&t, &(struct prefix){ h->addresses[i], h->addresses[i].family == IP_V4 ? 32 : 128 }, "");
    text_add_str(&t, h->given ? " -all" : " a -all");
    publish_txt(p, h->name, "v=spf1", text_slice(&t));
}

void spf_publish_version(const struct plan *plan, struct publication *p, const char *version, const char *kind, const struct texts *more)
{
    struct spf_published s = published_terms(plan, p, more);
    struct text record = publish_text(p);
    text_add_str(&record, version);
    text_add(&record, text_slice(&s.terms));
    text_add_str(&record, ending_of(plan));
    if (s.terms.bad || record.bad) {
        publish_remark(p, PUBLISH_NOTE, "nothing is published: the record would be longer than %d octets", PUBLISH_TEXT_MAX);
        return;
    }
    publish_txt(p, plan->domain, kind, text_slice(&record));
    remark_limits(&s, plan, p, record.len);
}

void spf_publish(const struct plan *plan, struct publication *p)
{
    spf_publish_version(plan, p, "v=spf1", "v=spf1", &(struct texts){ .count = 0 });
    for (size_t i = 0; i < plan->hosts.count; i++)
        publish_helo(plan, p, &plan->hosts.at[i]);
    for (size_t i = 0; plan->mx_sends && i < plan->mx.count; i++)
        publish_helo(plan, p, &plan->mx.at[i]);
}
