/* spf_target.c: the names that terms speak of: macro values, target names, validated host names. */
#include "methods/spf/spf_walk.h"

/* ---- macro values ---- */

static struct slice *value_of(struct spf_walk *w, char letter)
{
    return &w->values.of[letter - 'a'];
}

/*
 * %{i}: dotted, for use in names. Hexadecimal digits in upper case: names do not care, and in explanations that is what the
 * common test suite and RFC 4408's examples have (RFC 7208 7.4 shows lower case, and asks for neither).
 */
static void add_dotted(struct text *out, const struct ip *ip)
{
    char buffer[64];
    struct text t = text_fixed(buffer, sizeof buffer);
    text_add_ip_dotted(&t, ip);
    for (size_t i = 0; i < t.len; i++)
        text_add_octet(out, buffer[i] >= 'a' && buffer[i] <= 'f' ? (uint8_t)(buffer[i] - 'a' + 'A') : (uint8_t)buffer[i]);
}

static struct slice client_text(struct spf_walk *w, void (*add)(struct text *, const struct ip *))
{
    struct text t = text_in(w->run->scratch, 64);
    add(&t, &w->query->client);
    return text_slice(&t);
}

static struct slice sender_text(struct spf_walk *w, struct slice local)
{
    struct text t = text_in(w->run->scratch, SPF_EXPANSION_MAX);
    text_add(&t, local);
    text_add_octet(&t, '@');
    text_add(&t, w->query->sender_domain);
    return text_slice(&t);
}

static struct slice time_text(struct spf_walk *w)
{
    struct text t = text_in(w->run->scratch, 24);
    text_addf(&t, "%lld", (long long)w->query->now);
    return text_slice(&t);
}

/* 7.2, all but "d" and "p", which change from term to term. */
static void make_values(struct spf_walk *w)
{
    const struct spf_query *q = w->query;
    struct slice local = q->sender_local.len > 0 ? q->sender_local : SLICE("postmaster");
    w->has_values = true;
    *value_of(w, 's') = sender_text(w, local);
    *value_of(w, 'l') = local;
    *value_of(w, 'o') = q->sender_domain;
    *value_of(w, 'i') = client_text(w, add_dotted);
    *value_of(w, 'c') = client_text(w, text_add_ip);
    *value_of(w, 'v') = q->client.family == IP_V4 ? SLICE("in-addr") : SLICE("ip6");
    *value_of(w, 'h') = q->helo;
    *value_of(w, 'r') = q->receiver.len > 0 ? q->receiver : SLICE("unknown");
    *value_of(w, 't') = time_text(w);
}

/* Expands with <domain>; %{p}, if it occurs, is looked up first. */
static enum spf_target expand(struct spf_walk *w, struct slice domain, struct slice string, enum spf_macro_use use, bool host_name,
                              struct text *out)
{
    if (!w->has_values)
        make_values(w);
    *value_of(w, 'd') = domain;
    if (host_name) {
        const struct answer *ptr;
        struct slice host;
        if (spf_walk_host(w, domain, true, &host, &ptr) == SPF_TARGET_NOT_YET)
            return SPF_TARGET_NOT_YET;
        *value_of(w, 'p') = host.len > 0 ? host : SLICE("unknown");
    }
    spf_macro_expand(string, use, &w->values, out);
    return out->bad ? SPF_TARGET_TOO_LONG : SPF_TARGET_READY;
}

enum spf_target spf_walk_target(struct spf_walk *w, const struct spf_frame *f, const struct spf_term *t, struct slice *name)
{
    struct slice spec = spf_term_spec(f->record, t);
    *name = spec.len > 0 ? spf_name_shortened(spec) : f->domain;
    if (!t->macros)
        return SPF_TARGET_READY;
    /* RFC 8616 4: with a non-ASCII local part, terms that hold %{s} or %{l} do not match anything. */
    if (t->local_part && !w->local_is_ascii)
        return SPF_TARGET_UNUSABLE;
    /* design.md, scouts: never a name that holds the sender's local part. */
    if (t->local_part && w->scout)
        return SPF_TARGET_UNUSABLE;
    struct text out = text_in(w->run->scratch, SPF_EXPANSION_MAX);
    enum spf_target e = expand(w, f->domain, spec, SPF_USE_DOMAIN, t->host_name, &out);
    *name = spf_name_shortened(text_slice(&out));
    return e;
}

/* T25, RFC 7208 6.2: US-ASCII; we keep printable octets only, and not more than a reply line holds. */
static struct slice printable(struct slice text)
{
    text = slice_first(text, SPF_EXPLANATION_MAX);
    for (size_t i = 0; i < text.len; i++)
        if (!is_printable(text.at[i]))
            return (struct slice){ 0 };
    return text;
}

enum spf_target spf_walk_explanation(struct spf_walk *w, const struct spf_frame *f, struct slice string, struct slice *text)
{
    struct spf_macro_facts facts;
    *text = (struct slice){ 0 };
    if (!spf_macro_check(string, SPF_USE_TEXT, &facts))
        return SPF_TARGET_UNUSABLE;
    struct text out = text_in(w->run->scratch, SPF_EXPANSION_MAX);
    enum spf_target e = expand(w, f->domain, string, SPF_USE_TEXT, facts.host_name, &out);
    *text = printable(text_slice(&out));
    return e;
}

/* ---- validated host names, 5.5 ---- */

static struct slice reverse_name(struct spf_walk *w)
{
    if (w->reverse_name.len == 0) {
        struct text t = text_in(w->run->scratch, NAME_TEXT_MAX);
        text_add_ip_reversed(&t, &w->query->client);
        text_add(&t, w->query->client.family == IP_V4 ? SLICE(".in-addr.arpa") : SLICE(".ip6.arpa"));
        w->reverse_name = text_slice(&t);
    }
    return w->reverse_name;
}

/* Which names are tried first: the target itself, names below it, others. */
enum rank { RANK_SAME, RANK_BELOW, RANK_OTHER };

static enum rank rank_of(struct slice name, struct slice target)
{
    if (name_same(name, target))
        return RANK_SAME;
    return name_at_or_below(name, target) ? RANK_BELOW : RANK_OTHER;
}

/* 4.6.4: of more than ten names the rest is ignored. */
static size_t names_in(const struct answer *ptr)
{
    return ptr->count < SPF_MAX_ADDRESS_NAMES ? ptr->count : SPF_MAX_ADDRESS_NAMES;
}

static bool answer_holds(const struct answer *a, const struct ip *client)
{
    for (size_t i = 0; i < a->count; i++)
        if (ip_same(&a->records[i].ip, client))
            return true;
    return false;
}

/* One rank's names in the order they came; a name whose addresses cannot be had is skipped (5.5). */
static enum spf_target validate(struct spf_walk *w, const struct answer *ptr, struct slice target, enum rank rank, struct slice *name)
{
    bool missing = false;
    for (size_t i = 0; i < names_in(ptr); i++) {
        struct slice host = ptr->records[i].host;
        if (rank_of(host, target) != rank)
            continue;
        const struct answer *a = spf_walk_ask(w, host, spf_walk_address_type(w));
        if (!a && w->check)
            return SPF_TARGET_NOT_YET;
        missing = missing || !a;
        if (!a || answer_failed(a) || !answer_holds(a, &w->query->client))
            continue;
        *name = host;
        return SPF_TARGET_READY;
    }
    return missing ? SPF_TARGET_NOT_YET : SPF_TARGET_READY;
}

enum spf_target spf_walk_host(struct spf_walk *w, struct slice target, bool any, struct slice *name, const struct answer **ptr)
{
    *name = (struct slice){ 0 };
    *ptr = spf_walk_ask(w, reverse_name(w), RTYPE_PTR);
    if (!*ptr)
        return SPF_TARGET_NOT_YET;
    /* 5.5: a DNS error makes ptr not match; 7.3: and %{p} "unknown". */
    if (answer_failed(*ptr))
        return SPF_TARGET_READY;
    enum rank last = any ? RANK_OTHER : RANK_BELOW;
    for (size_t i = 0; i < names_in(*ptr); i++)
        if (rank_of((*ptr)->records[i].host, target) <= last)
            spf_walk_prefetch(w, (*ptr)->records[i].host, spf_walk_address_type(w));
    for (enum rank rank = RANK_SAME; rank <= last; rank++) {
        enum spf_target e = validate(w, *ptr, target, rank, name);
        if (e == SPF_TARGET_NOT_YET || name->len > 0)
            return e;
    }
    return SPF_TARGET_READY;
}
