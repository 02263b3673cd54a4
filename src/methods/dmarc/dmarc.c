/*
 * dmarc.c: the method: discovery, alignment, policy (RFC 9989 4.9 to 4.10, 5.3).
 *
 * Order of needs: the author domain's own record; the rest of its walk only if there is none or relaxed
 * alignment needs the organizational domain; the results of spf and dkim; a walk for each passing
 * identifier that could share it. An organizational domain is always the name itself or above it, so an
 * identifier outside the author's organizational domain is not aligned, without a question.
 */
#include "methods/dmarc/dmarc.h"

#include "mail/taglist.h"
#include "methods/dmarc/dmarc_lint.h"
#include "methods/dmarc/dmarc_publish.h"
#include "methods/list.h"

#define DMARC_ASKS 40                /* threats.md T18 */
#define DMARC_HINTS (2 * DMARC_WALK_MAX + 1)
#define SIGNERS_HINTED_MAX 16        /* signatures whose d= is looked at early; the walk itself looks at all that passed */
#define IDENTIFIERS_MAX 24           /* spf and 20 signatures, with room */

enum discovery { DISCOVERY_TREEWALK = 0, DISCOVERY_PSL, DISCOVERY_COMPARE };

struct dmarc_conf { bool enabled; unsigned discovery; };

static const struct option dmarc_options[] = {
    OPTION_ENABLED(struct dmarc_conf, true),
    { "discovery", OPT_CHOICE, "treewalk", 0, 0, offsetof(struct dmarc_conf, discovery), "treewalk|psl|compare",
      "How organizational domains are found: RFC 9989's DNS tree walk; the public suffix list, as RFC 7489 did; or by the walk, with the list's answer noted where it differs." },
    { 0 }
};

static const struct reason dmarc_reasons[DMARC_REASON_COUNT] = {
    [DMARC_EXEMPT]               = { "exempt", 1601, AUTH_NONE, "not checked for this client" },
    [DMARC_OWN_FAILURE]          = { "own-failure", 1602, AUTH_TEMPERROR, "no memory" },
    [DMARC_OVER_QUOTA]           = { "over-quota", 1603, AUTH_TEMPERROR, "too many questions" },
    [DMARC_ALIGNED]              = { "aligned", 1610, AUTH_PASS, "an authenticated domain is aligned with the author's" },
    [DMARC_NOT_ALIGNED]          = { "not-aligned", 1611, AUTH_FAIL, "nothing aligned" },
    [DMARC_NO_RECORD]            = { "no-record", 1612, AUTH_NONE, "the author domain publishes no policy" },
    [DMARC_POLICY_UNUSABLE]      = { "policy-unusable", 1613, AUTH_NONE, "the policy record has no usable policy and no report address" },
    [DMARC_DNS_FAILED]           = { "dns-failed", 1614, AUTH_TEMPERROR, "the policy could not be looked up" },
    [DMARC_IDENTIFIER_UNKNOWN]   = { "identifier-unknown", 1615, AUTH_TEMPERROR, "an aligned identifier could not be authenticated for the moment" },
    [DMARC_SEVERAL_RECORDS]      = { "several-records", 1616, AUTH_NONE, "there is more than one policy record, and so none" },
    [DMARC_RECORD_MALFORMED]     = { "record-malformed", 1617, AUTH_NONE, "the policy record is malformed" },
    [DMARC_NO_FROM]              = { "no-from", 1620, AUTH_PERMERROR, "there is no From field" },
    [DMARC_SEVERAL_FROM]         = { "several-from", 1621, AUTH_PERMERROR, "there is more than one From field" },
    [DMARC_FROM_MALFORMED]       = { "from-malformed", 1622, AUTH_PERMERROR, "the From field is no list of addresses" },
    [DMARC_FROM_GROUP]           = { "from-group", 1623, AUTH_PERMERROR, "the From field names a group" },
    [DMARC_FROM_BAD_DOMAIN]      = { "from-bad-domain", 1624, AUTH_PERMERROR, "the From field has no usable domain" },
    [DMARC_FROM_SEVERAL_DOMAINS] = { "from-several-domains", 1625, AUTH_PERMERROR, "the From field names several domains" },
    [DMARC_HEADER_OVERFLOW]      = { "header-too-large", 1626, AUTH_PERMERROR, "the header exceeds its bounds" },
};

/* ---- the state of one run ---- */

enum alignment { NOT_ALIGNED = 0, ALIGNED, ALIGNMENT_UNKNOWN, ALIGNMENT_NOT_YET, ALIGNMENT_NO_MEMORY };

struct identifier { struct slice domain; bool spf; enum auth_result word; enum alignment how; };

struct run_facts {
    struct check *c;
    const struct dmarc_conf *conf;
    struct slice author;
    struct dmarc_walk walk;
    struct slice org;                        /* empty: not needed so far */
    const struct dmarc_found *policy;
    struct dmarc_found psl_found;
    bool absent;
    enum dmarc_policy published, applied;    /* after sp and np; after t too */
    bool org_unknown;                        /* the walk failed above the author domain's own record */
    bool over_quota;
    bool aligned_spf, aligned_dkim, unknown;
    struct slice aligned_with;
};

/* The public suffix list instead of the walk: as configured, or because a list was handed over (--psl). */
static bool uses_list(const struct run_facts *f)
{
    return f->conf->discovery == DISCOVERY_PSL || (f->conf->discovery == DISCOVERY_TREEWALK && f->c->run.txn->suffixes_given);
}

/* ---- saying it ---- */

static void add_published(struct arena *a, struct fact *facts, const struct dmarc_record *r)
{
    struct fact *g = fact_add_group(a, facts, "published");
    if (r->p >= DMARC_POLICY_NONE)
        fact_add_str(a, g, "p", dmarc_policy_word(r->p));
    if (r->sp >= DMARC_POLICY_NONE)
        fact_add_str(a, g, "sp", dmarc_policy_word(r->sp));
    if (r->np >= DMARC_POLICY_NONE)
        fact_add_str(a, g, "np", dmarc_policy_word(r->np));
    fact_add_str(a, g, "adkim", r->strict_dkim ? "s" : "r");
    fact_add_str(a, g, "aspf", r->strict_spf ? "s" : "r");
    if (r->fo.len)
        fact_add_text(a, g, "fo", slice_dup(a, r->fo));
    fact_add_str(a, g, "t", r->testing ? "y" : "n");
    if (r->rua.len)
        fact_add_text(a, g, "rua", slice_dup(a, r->rua));
}

static struct fact *facts_of(struct run_facts *f, bool failed)
{
    struct arena *a = f->c->run.txn->arena;
    struct fact *facts = fact_group(a, NULL);
    fact_add_text(a, facts, "from", f->author);
    if (f->published >= DMARC_POLICY_NONE)
        fact_add_str(a, facts, "policy", dmarc_policy_word(f->published));
    else
        fact_add_null(a, facts, "policy");
    fact_add_str(a, facts, "disposition", failed && f->applied >= DMARC_POLICY_NONE ? dmarc_policy_word(f->applied) : "none");
    if (f->policy)
        fact_add_text(a, facts, "record_domain", slice_dup(a, f->policy->domain));
    if (f->org.len)
        fact_add_text(a, facts, "org_domain", slice_dup(a, f->org));
    fact_add_str(a, facts, "discovery", uses_list(f) ? "psl" : "treewalk");
    struct fact *aligned = fact_add_group(a, facts, "aligned");
    fact_add_flag(a, aligned, "spf", f->aligned_spf);
    fact_add_flag(a, aligned, "dkim", f->aligned_dkim);
    if (f->policy)
        add_published(a, facts, f->policy->record);
    if (f->walk.discarded.len)
        fact_add_text(a, facts, "discarded", slice_dup(a, f->walk.discarded));
    return facts;
}

static void add_psl_comparison(struct run_facts *f, struct fact *facts)
{
    struct arena *a = f->c->run.txn->arena;
    if (f->conf->discovery != DISCOVERY_COMPARE)
        return;
    struct slice org = suffix_list_org_domain(f->c->run.txn->suffixes, a, f->author);
    struct slice walked = f->org.len ? f->org : f->author;
    fact_add_text(a, facts, "psl_org_domain", slice_dup(a, org));
    fact_add_flag(a, facts, "discovery_differs", !name_same(org.len ? org : f->author, walked));
}

static struct slice text_of(struct run_facts *f, enum dmarc_reason reason)
{
    struct text t = text_in(f->c->run.txn->arena, 512);
    if (f->published < DMARC_POLICY_NONE)
        return slice_str(dmarc_reasons[reason].text);
    text_addf(&t, "p=%s%s, ", dmarc_policy_word(f->published), f->applied != f->published ? " (t=y)" : "");
    if (reason == DMARC_ALIGNED) {
        text_addf(&t, "aligned by %s: ", f->aligned_dkim ? (f->aligned_spf ? "dkim and spf" : "dkim") : "spf");
        text_add_shown(&t, f->aligned_with, false);
    } else {
        text_add_str(&t, dmarc_reasons[reason].text);
    }
    return text_slice(&t);
}

static void conclude(struct run_facts *f, enum dmarc_reason reason)
{
    struct arena *a = f->c->run.txn->arena;
    struct property *p = ARENA_ARRAY(a, 2, struct property);
    size_t n = 0;
    /* RFC 9989 9: header.from is the author domain, policy.dmarc what is asked for after all options */
    if (p && f->author.len)
        p[n++] = (struct property){ "header", "from", f->author };
    if (p && f->applied >= DMARC_POLICY_NONE)
        p[n++] = (struct property){ "policy", "dmarc", slice_str(dmarc_policy_word(f->applied)) };
    /* RFC 9989 4.10.1, dmarc.md 3.3: what DNS did not tell for the moment is no failure; the policy cannot be applied to it. */
    struct fact *facts = facts_of(f, dmarc_reasons[reason].word == AUTH_FAIL);
    add_psl_comparison(f, facts);
    say(f->c, reason, &(struct evidence){
        .identity = IDENTITY_FROM, .domain = f->author, .text = text_of(f, reason), .properties = p, .property_count = n,
        .facts = facts, .absent = f->absent, .statement = f->policy != NULL && reason != DMARC_POLICY_UNUSABLE,
    });
}

/* ---- the author domain ---- */

static enum dmarc_reason author_reason(const struct txn *t)
{
    if (t->message->overflow)
        return DMARC_HEADER_OVERFLOW;
    switch (t->author.problem) {
    case AUTHOR_OK: return t->author.count == 1 ? DMARC_ALIGNED : DMARC_FROM_SEVERAL_DOMAINS;
    case AUTHOR_NO_FROM: return DMARC_NO_FROM;
    case AUTHOR_SEVERAL_FROM: return DMARC_SEVERAL_FROM;
    case AUTHOR_MALFORMED: return DMARC_FROM_MALFORMED;
    case AUTHOR_GROUP: return DMARC_FROM_GROUP;
    case AUTHOR_BAD_DOMAIN: return DMARC_FROM_BAD_DOMAIN;
    case AUTHOR_TOO_MANY_DOMAINS: return DMARC_FROM_SEVERAL_DOMAINS;
    }
    return DMARC_FROM_MALFORMED;
}

/* ---- policy discovery ---- */

static const struct answer *ask_txt(void *context, struct slice name)
{
    struct run_facts *f = context;
    const struct answer *a = ask(f->c, name, RTYPE_TXT);
    f->over_quota = f->over_quota || (a && a->status == ANSWER_OVER_QUOTA);
    return a;
}

static void prefetch_walk(struct check *c, struct slice start)
{
    struct slice names[DMARC_WALK_MAX];
    unsigned n = dmarc_walk_names(start, names);
    for (unsigned i = 0; i < n; i++)
        prefetch(c, dmarc_query_name(c->run.scratch, names[i]), RTYPE_TXT);
}

/* RFC 7489 6.6.3: the author domain, then its organizational domain by the list. */
static enum dmarc_walk_end discover_by_list(struct run_facts *f)
{
    struct slice org = suffix_list_org_domain(f->c->run.txn->suffixes, f->c->run.txn->arena, f->author);
    f->org = org.len ? org : f->author;
    f->walk = (struct dmarc_walk){ .start = f->author };
    const struct slice names[2] = { f->author, f->org };
    for (unsigned i = 0; i < 2 && f->walk.count == 0; i++) {
        bool stop;
        enum dmarc_walk_end end = dmarc_walk_take(&f->walk, names[i], ask_txt(f, dmarc_query_name(f->c->run.scratch, names[i])), &stop);
        if (end != DMARC_WALK_DONE)
            return end;
    }
    f->policy = f->walk.count ? &f->walk.found[0] : NULL;
    return DMARC_WALK_DONE;
}

static enum dmarc_walk_end discover_by_walk(struct run_facts *f)
{
    prefetch_walk(f->c, f->author);
    enum dmarc_walk_end end = dmarc_walk_run(f->c->run.scratch, f->author, ask_txt, f, &f->walk);
    bool own_record = f->walk.count > 0 && name_same(f->walk.found[0].domain, f->author);
    /* With a record of its own the domain has its policy; only relaxed alignment misses the rest of the walk. */
    f->org_unknown = end == DMARC_WALK_FAILED && own_record;
    if (end != DMARC_WALK_DONE && !f->org_unknown)
        return end;
    f->org = f->org_unknown ? (struct slice){ 0 } : dmarc_org_domain(&f->walk);
    f->policy = f->org_unknown ? &f->walk.found[0] : dmarc_policy_of(&f->walk);
    return DMARC_WALK_DONE;
}

/* RFC 9989 4.10.1: an unusable p, sp or np counts as p=none if reports are wanted, else the record does not count. */
static bool record_is_faulty(const struct dmarc_record *r)
{
    return r->p == DMARC_POLICY_INVALID || r->sp == DMARC_POLICY_INVALID || r->np == DMARC_POLICY_INVALID;
}

static bool record_is_usable(const struct dmarc_record *r)
{
    return !record_is_faulty(r) || r->has_report_uri;
}

static enum dmarc_policy existing_policy(const struct dmarc_record *r)
{
    return r->sp != DMARC_POLICY_ABSENT ? r->sp : r->p;
}

static enum dmarc_policy missing_policy(const struct dmarc_record *r)
{
    return r->np != DMARC_POLICY_ABSENT ? r->np : existing_policy(r);
}

static enum dmarc_policy or_none(enum dmarc_policy p)
{
    return p >= DMARC_POLICY_NONE ? p : DMARC_POLICY_NONE;
}

static enum dmarc_policy lowered(enum dmarc_policy p)
{
    return p == DMARC_POLICY_REJECT ? DMARC_POLICY_QUARANTINE : DMARC_POLICY_NONE;
}

/*
 * Does the author domain exist? RFC 9989 4.10.1: NXDOMAIN whatever type is asked; TXT is what spf asks too. Asked only
 * when the domain has no record of its own. WAIT, FAILED, or HIT with f->absent set.
 */
static enum dmarc_walk_end look_for_author(struct run_facts *f)
{
    const struct answer *a = ask_txt(f, f->author);
    if (!a)
        return DMARC_WALK_NOT_YET;
    f->absent = a->status == ANSWER_NXDOMAIN;
    return answer_failed(a) ? DMARC_WALK_FAILED : DMARC_WALK_DONE;
}

/* Which of p, sp and np holds. Existence matters to the policy only where np differs; else it is for the class. */
static enum dmarc_walk_end choose_policy(struct run_facts *f)
{
    const struct dmarc_record *r = f->policy->record;
    enum dmarc_policy p = r->p;
    if (!name_same(f->policy->domain, f->author)) {
        enum dmarc_walk_end known = look_for_author(f);
        p = f->absent ? missing_policy(r) : existing_policy(r);
        bool depends = !record_is_faulty(r) && missing_policy(r) != existing_policy(r);
        if (known == DMARC_WALK_NOT_YET || (known == DMARC_WALK_FAILED && depends))
            return known;
    }
    f->published = record_is_faulty(r) ? DMARC_POLICY_NONE : or_none(p);
    f->applied = r->testing ? lowered(f->published) : f->published;
    return DMARC_WALK_DONE;
}

/* ---- alignment ---- */

static enum alignment by_list(struct run_facts *f, struct slice domain)
{
    struct slice org = suffix_list_org_domain(f->c->run.txn->suffixes, f->c->run.scratch, domain);
    return name_same(org.len ? org : domain, f->org) ? ALIGNED : NOT_ALIGNED;
}

/* Is this domain aligned with the author's? */
static enum alignment aligned(struct run_facts *f, struct slice domain, bool strict)
{
    struct dmarc_walk walk;
    if (name_same(domain, f->author))
        return ALIGNED;
    if (strict)
        return NOT_ALIGNED;
    if (f->org_unknown)
        return name_same(name_last_labels(domain, 1), name_last_labels(f->author, 1)) ? ALIGNMENT_UNKNOWN : NOT_ALIGNED;
    if (!name_at_or_below(domain, f->org))
        return NOT_ALIGNED;
    if (uses_list(f))
        return by_list(f, domain);
    prefetch_walk(f->c, domain);
    switch (dmarc_walk_run(f->c->run.scratch, domain, ask_txt, f, &walk)) {
    case DMARC_WALK_NOT_YET: return ALIGNMENT_NOT_YET;
    case DMARC_WALK_NO_MEMORY: return ALIGNMENT_NO_MEMORY;
    case DMARC_WALK_FAILED: return ALIGNMENT_UNKNOWN;
    case DMARC_WALK_DONE: break;
    }
    return name_same(dmarc_org_domain(&walk), f->org) ? ALIGNED : NOT_ALIGNED;
}

static void identifier_add(struct identifier *list, size_t *n, const struct result *r, bool spf)
{
    bool counts = r->word == AUTH_PASS || r->word == AUTH_TEMPERROR;
    if (counts && r->evidence.domain.len > 0 && *n < IDENTIFIERS_MAX)
        list[(*n)++] = (struct identifier){ .domain = r->evidence.domain, .spf = spf, .word = r->word };
}

/* RFC 9989 4.4: the MAIL FROM identity; for the null sender postmaster@HELO. A HELO check's pass never counts (threats.md T07). */
static bool spf_counts(const struct txn *t, const struct result *r)
{
    return r->evidence.identity == IDENTITY_MAILFROM || (t->mail_from.null && r->evidence.identity == IDENTITY_HELO);
}

static bool gather_identifiers(struct check *c, struct identifier *list, size_t *n)
{
    const struct results *spf = result_of(c, &spf_method);
    if (!spf)
        return false;
    const struct results *dkim = result_of(c, &dkim_method);
    if (!dkim)
        return false;
    for (size_t i = 0; i < spf->count; i++)
        if (spf_counts(c->run.txn, &spf->at[i]))
            identifier_add(list, n, &spf->at[i], true);
    for (size_t i = 0; i < dkim->count; i++)
        identifier_add(list, n, &dkim->at[i], false);
    return true;
}

static void note_alignment(struct run_facts *f, const struct identifier *id, enum alignment how)
{
    if (how == ALIGNMENT_UNKNOWN || (how == ALIGNED && id->word == AUTH_TEMPERROR)) {
        f->unknown = true;
        return;
    }
    if (how != ALIGNED)
        return;
    f->aligned_spf = f->aligned_spf || id->spf;
    f->aligned_dkim = f->aligned_dkim || !id->spf;
    if (f->aligned_with.len == 0)
        f->aligned_with = id->domain;
}

/* ---- the walks that will be needed, while spf and dkim still wait ---- */

static void *make_signer(struct arena *a, const struct field *field)
{
    struct slice *domain = ARENA_NEW(a, struct slice);
    struct tag_list tags = tag_list_parse(a, TAGS_DKIM, field->value);
    const struct tag *d = tag_find(&tags, "d");
    if (domain && d)
        domain_normal(a, d->value, domain);
    return domain;
}

static void hint_identifier(struct run_facts *f, struct slice domain, bool strict)
{
    if (!strict && !name_same(domain, f->author) && name_at_or_below(domain, f->org))
        prefetch_walk(f->c, domain);
}

static void hint_identifiers(struct run_facts *f)
{
    const struct txn *t = f->c->run.txn;
    const struct dmarc_record *r = f->policy->record;
    if (f->org_unknown || uses_list(f))
        return;
    hint_identifier(f, t->mail_from.null ? t->helo_domain : t->mail_from.normal_domain, r->strict_spf);
    for (unsigned nth = 1; nth <= SIGNERS_HINTED_MAX; nth++) {
        const struct field *field = message_field(t->message, SLICE("DKIM-Signature"), nth);
        const struct slice *signer = field ? parsed(&f->c->run, field, make_signer) : NULL;
        if (!signer)
            return;
        hint_identifier(f, *signer, r->strict_dkim);
    }
}

/* ---- all identifiers ---- */

static bool is_strict(const struct run_facts *f, const struct identifier *id)
{
    return id->spf ? f->policy->record->strict_spf : f->policy->record->strict_dkim;
}

/* The same domain needs no second walk. */
static const struct identifier *seen_before(const struct run_facts *f, const struct identifier *list, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (name_same(list[k].domain, list[i].domain) && is_strict(f, &list[k]) == is_strict(f, &list[i]))
            return &list[k];
    return NULL;
}

static enum dmarc_walk_end align(struct run_facts *f)
{
    struct identifier list[IDENTIFIERS_MAX];
    size_t n = 0;
    hint_identifiers(f);
    if (!gather_identifiers(f->c, list, &n))
        return DMARC_WALK_NOT_YET;
    for (size_t i = 0; i < n; i++) {
        const struct identifier *before = seen_before(f, list, i);
        list[i].how = before ? before->how : aligned(f, list[i].domain, is_strict(f, &list[i]));
        if (list[i].how == ALIGNMENT_NOT_YET || list[i].how == ALIGNMENT_NO_MEMORY)
            return list[i].how == ALIGNMENT_NOT_YET ? DMARC_WALK_NOT_YET : DMARC_WALK_NO_MEMORY;
        note_alignment(f, &list[i], list[i].how);
    }
    return DMARC_WALK_DONE;
}

/* ---- the method ---- */

static enum dmarc_reason reason_without_policy(const struct run_facts *f)
{
    if (f->walk.discarded.len == 0)
        return DMARC_NO_RECORD;
    return f->walk.several ? DMARC_SEVERAL_RECORDS : DMARC_RECORD_MALFORMED;
}

static enum dmarc_reason reason_of(const struct run_facts *f, enum dmarc_walk_end end)
{
    if (end == DMARC_WALK_FAILED)
        return f->over_quota ? DMARC_OVER_QUOTA : DMARC_DNS_FAILED;
    if (!f->policy)
        return reason_without_policy(f);
    if (!record_is_usable(f->policy->record))
        return DMARC_POLICY_UNUSABLE;
    if (f->aligned_spf || f->aligned_dkim)
        return DMARC_ALIGNED;
    if (!f->unknown)
        return DMARC_NOT_ALIGNED;
    return f->over_quota ? DMARC_OVER_QUOTA : DMARC_IDENTIFIER_UNKNOWN;
}

static void dmarc_check(struct check *c)
{
    const struct txn *t = c->run.txn;
    struct run_facts f = { .c = c, .conf = conf_of(&c->run) };
    if (author_reason(t) != DMARC_ALIGNED) {
        conclude(&f, author_reason(t));
        return;
    }
    f.author = t->author.domains[0];
    enum dmarc_walk_end end = uses_list(&f) ? discover_by_list(&f) : discover_by_walk(&f);
    if (end == DMARC_WALK_DONE && !f.policy)
        end = look_for_author(&f) == DMARC_WALK_NOT_YET ? DMARC_WALK_NOT_YET : DMARC_WALK_DONE;
    bool usable = end == DMARC_WALK_DONE && f.policy && record_is_usable(f.policy->record);
    if (usable)
        end = choose_policy(&f);
    if (usable && end == DMARC_WALK_DONE)
        end = align(&f);
    if (end == DMARC_WALK_NO_MEMORY)
        say(c, DMARC_OWN_FAILURE, NULL);
    else if (end != DMARC_WALK_NOT_YET)
        conclude(&f, reason_of(&f, end));
}

static void *make_author(struct arena *a, const struct field *from)
{
    struct slice *domain = ARENA_NEW(a, struct slice);
    struct address_list list;
    if (domain && address_list_parse(a, from->value, &list) && list.count > 0)
        *domain = list.at[0].normal_domain;
    return domain;
}

/* The first From may not be the only one: a hint too many, never a wrong result. */
static void dmarc_scout(struct scout *s)
{
    const struct field *from = message_field(s->run.txn->message, SLICE("From"), 1);
    const struct slice *author = from ? parsed(&s->run, from, make_author) : NULL;
    struct slice names[DMARC_WALK_MAX];
    unsigned n = author ? dmarc_walk_names(*author, names) : 0;
    for (unsigned i = 0; i < n; i++)
        hint(s, dmarc_query_name(s->run.scratch, names[i]), RTYPE_TXT);
}

/* ---- what the domain's owner can do ---- */

static struct slice record_place(const struct result *r)
{
    struct slice place = fact_text(r->evidence.facts, "discarded");
    if (place.len == 0)
        place = fact_text(r->evidence.facts, "record_domain");
    return place.len > 0 ? place : r->evidence.domain;
}

static struct slice dmarc_explain(struct arena *a, const struct txn *t, const struct result *r)
{
    struct text s = text_in(a, 1024);
    struct slice place = record_place(r);
    (void)t;
    switch ((enum dmarc_reason)r->reason) {
    case DMARC_NOT_ALIGNED:
        text_add_shown(&s, r->evidence.domain, false);
        text_add_str(&s, ": sign this mail with DKIM as d=");
        text_add_shown(&s, r->evidence.domain, false);
        text_add_str(&s, ", or send it with an envelope sender in that domain from a host its SPF record lists");
        break;
    case DMARC_POLICY_UNUSABLE:
        text_add_shown(&s, place, false);
        text_add_str(&s, ": correct p=, sp= or np= in the TXT record at _dmarc.");
        text_add_shown(&s, place, false);
        text_add_str(&s, ": none, quarantine or reject");
        break;
    case DMARC_SEVERAL_RECORDS:
        text_add_shown(&s, place, false);
        text_add_str(&s, ": leave one TXT record with v=DMARC1 at _dmarc.");
        text_add_shown(&s, place, false);
        break;
    case DMARC_RECORD_MALFORMED:
        text_add_shown(&s, place, false);
        text_add_str(&s, ": write each tag once in the TXT record at _dmarc.");
        text_add_shown(&s, place, false);
        break;
    case DMARC_NO_FROM: case DMARC_SEVERAL_FROM: case DMARC_FROM_MALFORMED: case DMARC_FROM_GROUP: case DMARC_FROM_BAD_DOMAIN:
    case DMARC_FROM_SEVERAL_DOMAINS: case DMARC_HEADER_OVERFLOW:
        text_add_str(&s, "send mail with one From field that holds one address");
        break;
    case DMARC_EXEMPT: case DMARC_OWN_FAILURE: case DMARC_OVER_QUOTA: case DMARC_ALIGNED: case DMARC_NO_RECORD: case DMARC_DNS_FAILED:
    case DMARC_IDENTIFIER_UNKNOWN: case DMARC_REASON_COUNT:
        break;
    }
    return text_slice(&s);
}

bool dmarc_walk_org_domain(struct arena *a, struct slice domain, dmarc_asker asker, void *context, struct slice *org)
{
    struct dmarc_walk walk;
    if (dmarc_walk_run(a, domain, asker, context, &walk) != DMARC_WALK_DONE)
        return false;
    *org = dmarc_org_domain(&walk);
    return true;
}

static const char *const dmarc_scout_fields[] = { "From", NULL };

static const char *const dmarc_members[] = { "from", "policy", "disposition", "record_domain", "org_domain", "discovery", "aligned", NULL };

const struct method dmarc_method = {
    .members = dmarc_members,
    .name = "dmarc", .title = "Author domain alignment and policy: DMARC (RFC 9989)",
    .when = STAGE_HEADERS, .registered = true, .identities = 1u << IDENTITY_FROM,
    .subjects_max = 1, .asks = DMARC_ASKS, .hints = DMARC_HINTS,
    .options = dmarc_options, .conf_size = sizeof(struct dmarc_conf),
    .reasons = dmarc_reasons, .reason_count = DMARC_REASON_COUNT,
    .reason_exempt = DMARC_EXEMPT, .reason_own_failure = DMARC_OWN_FAILURE,
    .check = dmarc_check, .scout = dmarc_scout, .scout_when = STAGE_HEADERS, .scout_fields = dmarc_scout_fields,
    .explain = dmarc_explain,
    .publish = dmarc_publish,
    .lint = dmarc_lint,
};
