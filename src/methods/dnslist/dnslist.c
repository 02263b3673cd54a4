/* dnslist.c: the method: which keys of a message each list is asked about, and what counts before what. */
#include "methods/dnslist/dnslist.h"

#include "methods/dnslist/dnslist_words.h"

static const struct option dnslist_options[] = {
    OPTION_ENABLED(struct dnslist_conf, true),
    { "lists", OPT_NODE, "", 0, 0, offsetof(struct dnslist_conf, lists_node), NULL,
      "The lists that are asked, at most 16: each a string \"ZONE\" or \"ZONE=VALUES\", or a group as frank-dnslist(7) describes it. A list of open relays, for example: lists = ( { name = \"relays\"; zone = \"relays.example=127.0.0.2\"; kind = \"open-relay\"; } );" },
    { 0 }
};

/* ---- keys ---- */

struct keys {
    struct slice at[DNSLIST_KEYS_MAX], of[DNSLIST_KEYS_MAX];     /* before the zone; as people write it */
    unsigned count;
    enum dnslist_form form;
    bool unknown;                        /* there may be more: who is authenticated could not be told */
};

static void add_key(struct keys *k, struct slice key, struct slice of)
{
    for (unsigned i = 0; i < k->count; i++)
        if (slice_same(k->at[i], key))
            return;
    if (k->count == DNSLIST_KEYS_MAX)
        return;
    k->at[k->count] = key;
    k->of[k->count++] = of;
}

/* dnsbl.md, algorithm 1: who is known to be inside is not asked about. */
static void add_client(struct check *c, const struct dnslist_list *l, struct keys *k)
{
    const struct ip *client = &c->run.txn->client;
    struct text of = text_in(c->run.scratch, IP_TEXT_MAX);
    k->form = client->family == IP_V6 ? DNSLIST_IPV6 : DNSLIST_IPV4;
    if (client->family == IP_NONE || ip_is_private(client) || (client->family == IP_V6 && !l->ipv6))
        return;
    text_add_ip(&of, client);
    add_key(k, dnslist_address_key(c->run.scratch, client), text_slice(&of));
}

/* RFC 5782 has no rule for what is below a listed name: the exact one, then the registrable one if that is wanted. */
static void add_domain(struct check *c, const struct dnslist_list *l, struct slice domain, struct keys *k)
{
    if (name_labels(domain) < 2)
        return;
    add_key(k, domain, domain);
    struct slice parent = l->parents ? suffix_list_org_domain(c->run.txn->suffixes, c->run.scratch, domain) : (struct slice){ 0 };
    if (parent.len > 0)
        add_key(k, parent, parent);
}

struct domains { struct slice at[DNSLIST_DOMAINS_MAX]; unsigned count; };

static void add_distinct(struct domains *d, struct slice domain)
{
    for (unsigned i = 0; i < d->count; i++)
        if (slice_same(d->at[i], domain))
            return;
    if (domain.len > 0 && d->count < DNSLIST_DOMAINS_MAX)
        d->at[d->count++] = domain;
}

/* The author's domain, one above or below it. */
static bool is_authors(const struct txn *t, struct slice domain)
{
    for (unsigned i = 0; i < t->author.count; i++)
        if (name_at_or_below(domain, t->author.domains[i]) || name_at_or_below(t->author.domains[i], domain))
            return true;
    return false;
}

/* A host's name says nothing about whose mail it carries, unless there is no other sender (RFC 7208 2.4). */
static bool is_about_sender(const struct txn *t, const struct result *r)
{
    enum identity of = r->evidence.identity;
    return of == IDENTITY_MAILFROM || of == IDENTITY_SIGNER || (of == IDENTITY_HELO && t->mail_from.null);
}

static void add_authenticated_of(const struct txn *t, const struct results *set, bool authors, struct domains *d)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct result *r = &set->at[i];
        if (r->word == AUTH_PASS && is_about_sender(t, r) && is_authors(t, r->evidence.domain) == authors)
            add_distinct(d, r->evidence.domain);
    }
}

static bool any_unknown(const struct txn *t, const struct results *set)
{
    for (size_t i = 0; i < set->count; i++)
        if (set->at[i].word == AUTH_TEMPERROR && is_about_sender(t, &set->at[i]))
            return true;
    return false;
}

/* False: not known yet. A sender who signs for many must not push the domain people see out of the bound: the author's come first. */
static bool add_authenticated(struct check *c, const struct dnslist_list *l, struct keys *k)
{
    const struct txn *t = c->run.txn;
    const struct results *spf = result_of(c, &spf_method), *dkim = result_of(c, &dkim_method);
    struct domains d = { .count = 0 };
    if (!spf || !dkim)
        return false;
    for (unsigned authors = 2; authors-- > 0;) {
        add_authenticated_of(t, spf, authors, &d);
        add_authenticated_of(t, dkim, authors, &d);
    }
    for (unsigned i = 0; i < d.count; i++)
        add_domain(c, l, d.at[i], k);
    k->unknown = any_unknown(t, spf) || any_unknown(t, dkim);
    return true;
}

/* False: not known yet. */
static bool keys_of(struct check *c, const struct dnslist_list *l, struct keys *k)
{
    const struct txn *t = c->run.txn;
    *k = (struct keys){ .form = DNSLIST_NAMES };
    switch (l->by) {
    case DNSLIST_BY_ADDRESS: add_client(c, l, k); break;
    case DNSLIST_BY_MAILFROM: add_domain(c, l, t->mail_from.null ? (struct slice){ 0 } : t->mail_from.normal_domain, k); break;
    case DNSLIST_BY_HELO: add_domain(c, l, t->helo_domain, k); break;
    case DNSLIST_BY_AUTHENTICATED: return add_authenticated(c, l, k);
    default: break;
    }
    return true;
}

/* ---- one list ---- */

static const struct answer *ask_in_check(void *context, struct slice name, uint16_t type)
{
    return ask(context, name, type);
}

static struct dnslist_asker asker_of(struct check *c)
{
    return (struct dnslist_asker){ .ask = ask_in_check, .context = c, .scratch = c->run.scratch };
}

static void hint_self_test(struct check *c, const struct dnslist_list *l, enum dnslist_form form)
{
    if (!l->self_test)
        return;
    prefetch(c, dnslist_must_have(c->run.scratch, form, l->zone), RTYPE_A);
    prefetch(c, dnslist_must_lack(c->run.scratch, form, l->zone), RTYPE_A);
}

static void hint_list(struct check *c, const struct dnslist_list *l, const struct keys *k)
{
    for (unsigned i = 0; i < k->count; i++) {
        struct slice name = dnslist_name(c->run.scratch, k->at[i], l->zone);
        if (name.len > 0)
            prefetch(c, name, RTYPE_A);
    }
    if (k->count > 0)
        hint_self_test(c, l, k->form);
}

/* The first key that is listed ends it, as does a list that is not in order; of the rest what weighs most counts. */
static unsigned ask_keys(struct check *c, const struct dnslist_list *l, const struct keys *k, struct dnslist_look *out)
{
    struct dnslist_asker asker = asker_of(c);
    unsigned which = 0;
    *out = (struct dnslist_look){ .found = DNSLIST_NOT_THERE };
    for (unsigned i = 0; i < k->count && out->found < DNSLIST_THERE; i++) {
        struct dnslist_look look = dnslist_look_up(&asker, k->at[i], l->zone, &l->match);
        if (look.found <= out->found)
            continue;
        *out = look;
        which = i;
    }
    return which;
}

/* A list that is not in order has said nothing; one whose order could not be told is believed when it denies, not when it lists. */
static void weigh_self_test(const struct dnslist_look *test, struct dnslist_look *look)
{
    bool unsure = test->found != DNSLIST_NOT_THERE && look->found == DNSLIST_THERE;
    if (unsure || test->found > DNSLIST_THERE)
        *look = *test;
}

static bool is_no(enum dnslist_found found)
{
    return found == DNSLIST_NOT_THERE || found == DNSLIST_OTHER_VALUES;
}

/* Without its reason. WAIT: return at once. */
static void examine(struct check *c, const struct dnslist_list *l, const struct keys *k, struct dnslist_finding *f, unsigned *which)
{
    struct dnslist_asker asker = asker_of(c);
    *which = ask_keys(c, l, k, &f->look);
    f->of = k->count > 0 ? k->of[*which] : (struct slice){ 0 };
    if (f->look.found != DNSLIST_WAIT && l->self_test && k->count > 0) {
        struct dnslist_look test = dnslist_self_test(&asker, k->form, l->zone);
        weigh_self_test(&test, &f->look);
    }
    if (k->unknown && is_no(f->look.found))
        f->look = (struct dnslist_look){ .found = DNSLIST_UNHEARD, .detail = SLICE("which domains are authenticated is not known") };
}

/* ---- one subject ---- */

/* THERE with the list's name, UNHEARD, WAIT, or NOT_THERE: nobody vouches. */
static enum dnslist_found vouched(struct check *c, const struct dnslist_list *asked, struct slice *by)
{
    const struct dnslist_conf *conf = conf_of(&c->run);
    enum dnslist_found all = DNSLIST_NOT_THERE;
    for (unsigned i = 0; i < conf->count; i++) {
        const struct dnslist_list *l = &conf->lists[i];
        struct dnslist_finding f = { .of = { 0 } };
        struct keys k;
        unsigned which;
        /* What is known only at the end vouches for nothing that is wanted before. */
        if (!l->trusted || (l->by == DNSLIST_BY_AUTHENTICATED && asked->by != DNSLIST_BY_AUTHENTICATED))
            continue;
        if (!keys_of(c, l, &k))
            return DNSLIST_WAIT;
        hint_list(c, l, &k);
        examine(c, l, &k, &f, &which);
        *by = l->name;
        if (f.look.found == DNSLIST_WAIT || f.look.found == DNSLIST_THERE)
            return f.look.found;
        if (f.look.found == DNSLIST_UNHEARD || f.look.found == DNSLIST_QUOTA)
            all = DNSLIST_UNHEARD;
    }
    return all;
}

static enum dnslist_reason vouched_for(const struct keys *k, struct dnslist_finding *f)
{
    f->of = k->of[0];
    return DNSLIST_VOUCHED;
}

/* A listing that might have been outweighed counts as not known, as it does in Postfix (permit_dnswl_client). */
static enum dnslist_reason perhaps_vouched_for(struct dnslist_finding *f)
{
    f->look = (struct dnslist_look){ .found = DNSLIST_UNHEARD, .detail = SLICE("listed, but a trusted list that may vouch did not answer") };
    return DNSLIST_DNS_FAILED;
}

static enum dnslist_reason reason_for(struct check *c, const struct dnslist_list *l, struct dnslist_finding *f)
{
    struct dnslist_asker asker = asker_of(c);
    struct keys k;
    unsigned which;
    if (!keys_of(c, l, &k))
        return DNSLIST_NOT_YET;
    if (k.count == 0 && !k.unknown)
        return DNSLIST_NOTHING_TO_ASK;
    hint_list(c, l, &k);
    enum dnslist_found vouch = l->kind == DNSLIST_ALLOW || k.count == 0 ? DNSLIST_NOT_THERE : vouched(c, l, &f->voucher);
    if (vouch == DNSLIST_WAIT)
        return DNSLIST_NOT_YET;
    if (vouch == DNSLIST_THERE)
        return vouched_for(&k, f);
    f->voucher = (struct slice){ 0 };
    examine(c, l, &k, f, &which);
    if (f->look.found == DNSLIST_THERE && vouch == DNSLIST_UNHEARD)
        return perhaps_vouched_for(f);
    if (f->look.found == DNSLIST_THERE && dnslist_reason_of(&asker, k.at[which], l->zone, &f->txt) == DNSLIST_WAIT)
        return DNSLIST_NOT_YET;
    return dnslist_reason_of_finding(l, f);
}

static void dnslist_check(struct check *c)
{
    const struct dnslist_conf *conf = conf_of(&c->run);
    const struct dnslist_list *l = &conf->lists[c->run.subject];
    struct dnslist_finding f = { .of = { 0 } };
    if (l->by == DNSLIST_BY_AUTHENTICATED)
        hint_self_test(c, l, DNSLIST_NAMES);         /* its turn comes last: what can be known is known by then */
    enum dnslist_reason reason = reason_for(c, l, &f);
    if (reason == DNSLIST_NOT_YET)
        return;
    struct evidence ev = dnslist_evidence(c->run.txn->arena, l, reason, &f);
    say(c, reason, &ev);
}

/* ---- apart from messages ---- */

/* In order for IPv4: most likely it knows of no other addresses. */
static struct slice for_ipv6(struct arena *a, struct slice text)
{
    struct text t = text_in(a, 512);
    text_add_str(&t, "for IPv6 clients: ");
    text_add(&t, text);
    text_add_str(&t, " (if it has no IPv6 addresses: ipv6 = false)");
    return text_slice(&t);
}

static void dnslist_tend(struct check *c)
{
    const struct dnslist_conf *conf = conf_of(&c->run);
    const struct dnslist_list *l = &conf->lists[c->run.subject];
    struct dnslist_asker asker = asker_of(c);
    bool addresses = l->by == DNSLIST_BY_ADDRESS, six = addresses && l->ipv6;
    struct dnslist_finding f = { .of = { 0 } };
    if (l->self_test) {
        hint_self_test(c, l, addresses ? DNSLIST_IPV4 : DNSLIST_NAMES);
        if (six)
            hint_self_test(c, l, DNSLIST_IPV6);
        f.look = dnslist_self_test(&asker, addresses ? DNSLIST_IPV4 : DNSLIST_NAMES, l->zone);
    }
    six = six && l->self_test && f.look.found == DNSLIST_NOT_THERE;
    if (six)
        f.look = dnslist_self_test(&asker, DNSLIST_IPV6, l->zone);
    if (f.look.found == DNSLIST_WAIT)
        return;
    enum dnslist_reason reason = f.look.found == DNSLIST_NOT_THERE ? DNSLIST_IN_ORDER : dnslist_reason_of_finding(l, &f);
    struct evidence ev = dnslist_evidence(c->run.txn->arena, l, reason, &f);
    if (reason == DNSLIST_IN_ORDER)
        ev.text = slice_str(dnslist_reason_table[reason].text);
    else if (six)
        ev.text = for_ipv6(c->run.txn->arena, ev.text);
    say(c, reason, &ev);
}

/* ---- the method ---- */

static bool dnslist_named(const void *at, unsigned i, struct named_subject *out)
{
    const struct dnslist_conf *conf = at;
    if (i >= conf->count)
        return false;
    *out = (struct named_subject){ conf->lists[i].name, conf->lists[i].by == DNSLIST_BY_AUTHENTICATED ? STAGE_MESSAGE : STAGE_MAIL };
    return true;
}

static unsigned dnslist_subjects(const struct txn *t)
{
    return ((const struct dnslist_conf *)conf_of_method(t, &dnslist_method))->count;
}

/* A listing stands for all, then an allowance: a list that is trusted has kept the others from being asked. */
static size_t dnslist_principal(const struct results *set)
{
    size_t best = 0;
    for (size_t i = 0; i < set->count; i++) {
        if (set->at[i].word == AUTH_FAIL)
            return i;
        if (set->at[i].word == AUTH_PASS && set->at[best].word != AUTH_PASS)
            best = i;
    }
    return best;
}

#define BIT(reason) (UINT64_C(1) << (reason))
static const struct method_word dnslist_words[] = {
    { "listed", BIT(DNSLIST_LISTED) | BIT(DNSLIST_LISTED_RELAY), BIT(DNSLIST_LISTED) | BIT(DNSLIST_LISTED_RELAY) | BIT(DNSLIST_ALLOWED) },
    { "open-relay", BIT(DNSLIST_LISTED_RELAY), BIT(DNSLIST_LISTED_RELAY) },
    { "broken", BIT(DNSLIST_BROKEN) | BIT(DNSLIST_REFUSED), BIT(DNSLIST_BROKEN) | BIT(DNSLIST_REFUSED) },
    { NULL, 0, 0 }
};

static const char *const dnslist_members[] = { "list", "listed", "codes", "error", "zone", "by", "of", NULL };

const struct method dnslist_method = {
    .members = dnslist_members,
    .name = "dnslist", .title = "DNS lists: block, open-relay and allow lists (RFC 5782)",
    .when = STAGE_MAIL, .needs_client = true, .many = true, .dispensable = true, .authres_name = "dnsbl",
    /* Its results speak of none; this keeps classes from waiting for it. */
    .identities = 1u << IDENTITY_CLIENT,
    .subjects_max = DNSLIST_LISTS_MAX, .asks = DNSLIST_ASKS, .hints = DNSLIST_HINTS,
    .options = dnslist_options, .conf_size = sizeof(struct dnslist_conf),
    .reasons = dnslist_reason_table, .reason_count = DNSLIST_REASONS,
    .reason_exempt = DNSLIST_EXEMPT, .reason_own_failure = DNSLIST_OWN_FAILURE,
    .subjects = dnslist_subjects, .check = dnslist_check, .tend = dnslist_tend, .prepare = dnslist_prepare,
    .named_subject = dnslist_named, .subject_member = "list", .words = dnslist_words,
    .principal = dnslist_principal, .explain = dnslist_explain,
};
