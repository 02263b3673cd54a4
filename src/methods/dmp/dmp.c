/*
 * dmp.c: the method, in the draft's order: the mail domain's word about the client's address, else whether
 * the domain takes part at all, else the HELO name's word.
 */
#include "methods/dmp/dmp.h"

#include "methods/dmp/dmp_lint.h"
#include "methods/dmp/dmp_publish.h"
#include "methods/dmp/dmp_record.h"

#define CLIENT_LABEL "_smtp-client"

struct dmp_conf { bool enabled, accept_nondmp, helo_alternative, altdomain, source_route; };

static const struct option dmp_options[] = {
    OPTION_ENABLED(struct dmp_conf, true),
    { "accept_nondmp", OPT_BOOL, "true", 0, 0, offsetof(struct dmp_conf, accept_nondmp), NULL,
      "Whether a domain that takes no part in DMP is none; else the HELO name must be allowed, or it fails." },
    { "helo_alternative", OPT_BOOL, "true", 0, 0, offsetof(struct dmp_conf, helo_alternative), NULL,
      "Whether a host that the mail domain does not allow may pass by the record of its own HELO name, as forwarders do. The result then speaks of the HELO name only." },
    { "altdomain", OPT_BOOL, "false", 0, 0, offsetof(struct dmp_conf, altdomain), NULL,
      "Whether the draft's proposed extensions are read: roles, and domains whose records also count for this one (at most 10, not theirs in turn)." },
    { "source_route", OPT_BOOL, "false", 0, 0, offsetof(struct dmp_conf, source_route), NULL,
      "Whether the first host of a source route in MAIL FROM (<@a,@b:user@c>) is examined in place of the domain." },
    { 0 }
};

/* `stored` numbers are kept in journals: never change or reuse one. */
static const struct reason dmp_reasons[DMP_REASONS] = {
    [DMP_EXEMPT]            = { "exempt", 2201, AUTH_POLICY, "not checked for this client" },
    [DMP_OWN_FAILURE]       = { "own-failure", 2202, AUTH_TEMPERROR, "the check itself failed" },
    [DMP_OVER_QUOTA]        = { "over-quota", 2203, AUTH_TEMPERROR, "too many questions" },
    [DMP_SENDER_ALLOWED]    = { "sender-allowed", 2210, AUTH_PASS, "the mail domain allows this client" },
    [DMP_HELO_ALLOWED]      = { "helo-allowed", 2211, AUTH_PASS, "the host's own domain allows this client" },
    [DMP_ALTDOMAIN_ALLOWED] = { "altdomain-allowed", 2212, AUTH_PASS, "a domain named by the mail domain allows this client" },
    [DMP_DENIED]            = { "denied", 2220, AUTH_FAIL, "the domain denies this client" },
    [DMP_NOT_LISTED]        = { "not-listed", 2221, AUTH_FAIL, "the domain takes part and does not list this client" },
    [DMP_CONFLICT]          = { "conflict", 2222, AUTH_FAIL, "the domain both allows and denies this client" },
    [DMP_NO_RECORD_REFUSED] = { "no-record-refused", 2223, AUTH_FAIL, "the domain takes no part, which is not accepted here" },
    [DMP_GLOBAL_WILDCARD]   = { "global-wildcard", 2224, AUTH_POLICY, "the domain allows whatever is asked" },
    [DMP_NO_RECORD]         = { "no-record", 2230, AUTH_NONE, "the domain takes no part in DMP" },
    [DMP_NO_IDENTITY]       = { "no-identity", 2231, AUTH_NONE, "no domain name that could have a record" },
    [DMP_DNS_FAILED]        = { "dns-failed", 2240, AUTH_TEMPERROR, "DNS did not answer" },
};

/* ---- names ---- */

/* <rev-address>.<type>._smtp-client. */
static void add_address_labels(struct text *t, const struct ip *client)
{
    text_add_ip_reversed(t, client);
    text_add_str(t, client->family == IP_V6 ? ".ip6." CLIENT_LABEL "." : ".in-addr." CLIENT_LABEL ".");
}

static struct slice address_name(struct check *c, struct slice domain)
{
    struct text t = text_in(c->run.scratch, 2 * NAME_TEXT_MAX);
    add_address_labels(&t, &c->run.txn->client);
    text_add(&t, domain);
    return text_slice(&t);
}

static struct slice participation_name(struct check *c, struct slice domain)
{
    return name_join(c->run.scratch, SLICE(CLIENT_LABEL), domain);
}

static struct slice probe_name(struct check *c, struct slice domain)
{
    return name_join(c->run.scratch, SLICE(DMP_PROBE_LABELS "." CLIENT_LABEL), domain);
}

static void hint_domain(struct check *c, struct slice domain)
{
    prefetch(c, address_name(c, domain), RTYPE_TXT);
    prefetch(c, participation_name(c, domain), RTYPE_TXT);
}

/* ---- what one domain says ---- */

enum word {
    WORD_WAIT = 0,
    WORD_ALLOW, WORD_DENY,
    WORD_WILDCARD,                   /* allows, but would allow anything */
    WORD_NOT_LISTED, WORD_CONFLICT,  /* NODMP of a participant */
    WORD_NO_PART,                    /* NODMP of a domain that takes no part */
    WORD_FAILED, WORD_OVER_QUOTA
};

/* WAIT, FAILED, OVER_QUOTA, or HIT with the set (NULL: the name has no such records). */
static enum path_outcome ask_set(struct check *c, struct slice name, const struct dmp_set **set)
{
    const struct answer *a = ask(c, name, RTYPE_TXT);
    enum path_outcome o = path_answer(a);
    *set = NULL;
    if (o == PATH_MISS)
        return PATH_HIT;
    if (o != PATH_HIT)
        return o;
    *set = memo(&c->run, a, dmp_set_make, dmp_set_release);
    return *set ? PATH_HIT : PATH_FAILED;
}

static enum word word_of(enum path_outcome o)
{
    if (o == PATH_WAIT)
        return WORD_WAIT;
    return o == PATH_OVER_QUOTA ? WORD_OVER_QUOTA : WORD_FAILED;
}

/* "dmp=allow" at *._smtp-client is invalid: receivers may refuse such mail. */
static enum word allowed(struct check *c, struct slice domain)
{
    const struct dmp_set *set;
    enum path_outcome o = ask_set(c, probe_name(c, domain), &set);
    if (o != PATH_HIT)
        return word_of(o);
    return set && set->allow ? WORD_WILDCARD : WORD_ALLOW;
}

/* P(name): does the domain take part? A misspelt record is none. *alt: the extension's list, if it is read. */
static enum word participation(struct check *c, const struct dmp_conf *conf, struct slice domain, const struct dmp_record **alt)
{
    const struct dmp_set *set;
    enum path_outcome o = ask_set(c, participation_name(c, domain), &set);
    if (o != PATH_HIT)
        return word_of(o);
    if (set && conf->altdomain && set->altdomain.kind == DMP_ALTDOMAIN)
        *alt = &set->altdomain;
    return set && (set->participant || (conf->altdomain && set->roles)) ? WORD_NOT_LISTED : WORD_NO_PART;
}

/* R(name): ALLOW, DENY, WILDCARD, or WORD_NO_PART for NODMP so far; *conflict: both are there. */
static enum word address_word(struct check *c, struct slice domain, bool *conflict)
{
    const struct dmp_set *set;
    enum path_outcome o = ask_set(c, address_name(c, domain), &set);
    *conflict = set && set->allow && set->deny;
    if (o != PATH_HIT)
        return word_of(o);
    if (!set || set->allow == set->deny)
        return WORD_NO_PART;
    return set->deny ? WORD_DENY : allowed(c, domain);
}

static enum word domain_word(struct check *c, const struct dmp_conf *conf, struct slice domain, bool *conflict, const struct dmp_record **alt)
{
    hint_domain(c, domain);
    enum word word = address_word(c, domain, conflict);
    bool settled = word != WORD_NO_PART && !(word == WORD_DENY && conf->altdomain);
    if (settled)
        return word;
    enum word part = participation(c, conf, domain, alt);
    if (word == WORD_DENY && (part == WORD_NOT_LISTED || part == WORD_NO_PART))
        return WORD_DENY;
    return part == WORD_NOT_LISTED && *conflict ? WORD_CONFLICT : part;
}

/* ---- the decision ---- */

struct decision {
    const struct dmp_conf *conf;
    struct slice mail, helo;                 /* empty: none */
    struct slice alternative;                /* the altdomain that allowed, or whose wildcard was met */
    enum identity identity;
    enum dmp_reason sender_reason;           /* what the mail domain said when the HELO name decided */
    bool conflict;
};

static enum dmp_reason reason_of_word(enum word word)
{
    switch (word) {
    case WORD_WAIT: return DMP_NOT_YET;
    case WORD_ALLOW: return DMP_SENDER_ALLOWED;
    case WORD_DENY: return DMP_DENIED;
    case WORD_WILDCARD: return DMP_GLOBAL_WILDCARD;
    case WORD_NOT_LISTED: return DMP_NOT_LISTED;
    case WORD_CONFLICT: return DMP_CONFLICT;
    case WORD_NO_PART: return DMP_NO_RECORD;
    case WORD_FAILED: return DMP_DNS_FAILED;
    case WORD_OVER_QUOTA: return DMP_OVER_QUOTA;
    }
    return DMP_OWN_FAILURE;
}

/* Nothing the HELO name says can change these. */
static bool is_final(enum word word)
{
    switch (word) {
    case WORD_WAIT: case WORD_ALLOW: case WORD_WILDCARD: case WORD_FAILED: case WORD_OVER_QUOTA: return true;
    case WORD_DENY: case WORD_NOT_LISTED: case WORD_CONFLICT: case WORD_NO_PART: return false;
    }
    return true;
}

/* The listed domains in order until one allows; what is not known ends it as it does for the domain itself. */
static enum word alternatives_word(struct check *c, const struct dmp_record *alt, struct decision *d)
{
    for (unsigned i = 0; i < alt->domain_count; i++)
        prefetch(c, address_name(c, alt->domains[i]), RTYPE_TXT);
    for (unsigned i = 0; i < alt->domain_count; i++) {
        bool conflict;
        enum word word = address_word(c, alt->domains[i], &conflict);
        if (!is_final(word))
            continue;
        d->alternative = alt->domains[i];
        return word;
    }
    return WORD_NO_PART;
}

/* An address literal or a name without a dot is no FQDN: it takes no part, and nothing is asked. */
static enum dmp_reason decide_by_helo(struct check *c, struct decision *d)
{
    const struct dmp_record *alt = NULL;
    bool conflict = false, null_sender = c->run.txn->mail_from.null;
    enum word word = WORD_NO_PART;
    if (d->helo.len > 0)
        word = domain_word(c, d->conf, d->helo, &conflict, &alt);
    if (null_sender) {
        d->identity = IDENTITY_HELO;
        d->conflict = conflict;
        if (word == WORD_NO_PART && d->helo.len == 0 && d->conf->accept_nondmp)
            return DMP_NO_IDENTITY;
        if (word == WORD_NO_PART && !d->conf->accept_nondmp)
            return DMP_NO_RECORD_REFUSED;
        return word == WORD_ALLOW ? DMP_HELO_ALLOWED : reason_of_word(word);
    }
    if (word == WORD_ALLOW) {
        d->identity = IDENTITY_HELO;
        return DMP_HELO_ALLOWED;
    }
    /* The mail domain's record takes precedence in what is said; a name that allows anybody changes nothing. */
    return is_final(word) && word != WORD_WILDCARD ? reason_of_word(word) : d->sender_reason;
}

static enum dmp_reason decide(struct check *c, struct decision *d)
{
    const struct dmp_record *alt = NULL;
    if (c->run.txn->mail_from.null)
        return decide_by_helo(c, d);
    d->identity = IDENTITY_MAILFROM;
    enum word word = domain_word(c, d->conf, d->mail, &d->conflict, &alt);
    if (is_final(word))
        return reason_of_word(word);
    if (alt) {
        enum word other = alternatives_word(c, alt, d);
        if (is_final(other))
            return other == WORD_ALLOW ? DMP_ALTDOMAIN_ALLOWED : reason_of_word(other);
    }
    if (word == WORD_NO_PART && d->conf->accept_nondmp)
        return DMP_NO_RECORD;
    d->sender_reason = word == WORD_NO_PART ? DMP_NO_RECORD_REFUSED : reason_of_word(word);
    return d->conf->helo_alternative ? decide_by_helo(c, d) : d->sender_reason;
}

/* ---- saying it ---- */

static struct fact *facts_of(struct arena *a, const struct decision *d, enum dmp_reason reason, struct slice domain)
{
    struct fact *g = fact_group(a, NULL);
    fact_add_str(a, g, "identity", identity_name(d->identity));
    fact_add_text(a, g, "domain", domain);
    if (reason == DMP_HELO_ALLOWED && d->sender_reason != DMP_NOT_YET) {
        /* The host may send, which says nothing for the mail domain. */
        fact_add_text(a, g, "mailfrom_domain", d->mail);
        fact_add_str(a, g, "mailfrom", d->sender_reason == DMP_NO_RECORD_REFUSED ? "none" : auth_result_word(dmp_reasons[d->sender_reason].word));
        fact_add_str(a, g, "mailfrom_reason", dmp_reasons[d->sender_reason].name);
    }
    if (d->alternative.len > 0)
        fact_add_text(a, g, "altdomain", slice_dup(a, d->alternative));
    if (d->conflict)
        fact_add_flag(a, g, "conflict", true);
    return g;
}

/* The domain spoke about this client: by a record for its address, or by taking part without one. */
static bool is_statement(enum dmp_reason reason)
{
    return reason >= DMP_SENDER_ALLOWED && reason <= DMP_CONFLICT;
}

static void conclude(struct check *c, const struct decision *d, enum dmp_reason reason)
{
    struct arena *a = c->run.txn->arena;
    struct slice domain = d->identity == IDENTITY_HELO ? d->helo : d->mail;
    struct property *p = domain.len > 0 ? ARENA_NEW(a, struct property) : NULL;
    if (p)
        *p = (struct property){ "smtp", identity_name(d->identity), domain };
    say(c, reason, &(struct evidence){
        .identity = d->identity, .domain = domain, .text = slice_str(dmp_reasons[reason].text),
        .properties = p, .property_count = p ? 1 : 0, .facts = facts_of(a, d, reason, domain), .statement = is_statement(reason),
    });
}

static struct slice or_none(struct slice domain)
{
    return name_labels(domain) >= 2 ? domain : (struct slice){ 0 };
}

static void dmp_check(struct check *c)
{
    const struct txn *t = c->run.txn;
    struct decision d = { .conf = conf_of(&c->run), .helo = or_none(t->helo_domain) };
    bool routed = d.conf->source_route && t->mail_from.route_first.len > 0;
    d.mail = or_none(routed ? t->mail_from.route_first : t->mail_from.normal_domain);
    if (!t->mail_from.null && d.mail.len == 0) {
        d.identity = IDENTITY_MAILFROM;
        conclude(c, &d, DMP_NO_IDENTITY);
        return;
    }
    enum dmp_reason reason = decide(c, &d);
    if (reason != DMP_NOT_YET)
        conclude(c, &d, reason);
}

static void add_address_name(struct text *t, const struct ip *client, struct slice domain)
{
    add_address_labels(t, client);
    text_add_shown(t, domain, false);
}

static void add_advice(struct text *s, const struct ip *client, enum dmp_reason reason, struct slice domain)
{
    switch (reason) {
    case DMP_DENIED: case DMP_NOT_LISTED:
        text_add_str(s, "if this host is yours, add the TXT record \"dmp=allow\" at ");
        add_address_name(s, client, domain);
        break;
    case DMP_CONFLICT:
        text_add_str(s, "remove \"dmp=allow\" or \"dmp=deny\", which both stand at ");
        add_address_name(s, client, domain);
        break;
    case DMP_NO_RECORD_REFUSED:
        text_add_str(s, "publish the TXT record \"dmp=\" at " CLIENT_LABEL ".");
        text_add_shown(s, domain, false);
        text_add_str(s, ", and \"dmp=allow\" for each address that sends");
        break;
    case DMP_GLOBAL_WILDCARD:
        text_add_str(s, "replace the TXT record \"dmp=allow\" at *." CLIENT_LABEL " by records for the addresses that send");
        break;
    case DMP_NOT_YET: case DMP_EXEMPT: case DMP_OWN_FAILURE: case DMP_OVER_QUOTA: case DMP_SENDER_ALLOWED: case DMP_HELO_ALLOWED:
    case DMP_ALTDOMAIN_ALLOWED: case DMP_NO_RECORD: case DMP_NO_IDENTITY: case DMP_DNS_FAILED: case DMP_REASONS:
        break;
    }
}

static struct slice dmp_explain(struct arena *a, const struct txn *t, const struct result *r)
{
    struct text s = text_in(a, 1024);
    struct slice domain = fact_text(r->evidence.facts, "altdomain");
    if (domain.len == 0)
        domain = r->evidence.domain;
    text_add_shown(&s, domain, false);
    text_add_str(&s, ": ");
    size_t before = s.len;
    if (domain.len > 0)
        add_advice(&s, &t->client, (enum dmp_reason)r->reason, domain);
    return s.len > before ? text_slice(&s) : (struct slice){ 0 };
}

static const char *const dmp_members[] = { "identity", "domain", NULL };

const struct method dmp_method = {
    .members = dmp_members,
    .name = "dmp", .title = "DMP, Designated Mailers Protocol (draft-fecyk-dmp-02)",
    .when = STAGE_MAIL, .needs_client = true,
    .identities = 1u << IDENTITY_HELO | 1u << IDENTITY_MAILFROM,
    .subjects_max = 1, .asks = DMP_ASKS, .hints = DMP_HINTS,
    .options = dmp_options, .conf_size = sizeof(struct dmp_conf),
    .reasons = dmp_reasons, .reason_count = DMP_REASONS,
    .reason_exempt = DMP_EXEMPT, .reason_own_failure = DMP_OWN_FAILURE,
    .subjects = path_subjects, .check = dmp_check, .explain = dmp_explain,
    .publish = dmp_publish, .lint = dmp_lint,
};
