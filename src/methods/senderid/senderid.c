/*
 * senderid.c: the method: whose domain is examined (RFC 4406 4.1), and what SPF's evaluation makes of it in that scope.
 */
#include "methods/senderid/senderid.h"

#include "mail/submitter.h"
#include "methods/senderid/senderid_lint.h"
#include "methods/senderid/senderid_publish.h"
#include "methods/senderid/senderid_words.h"

enum { SCOPE_PRA, SCOPE_MFROM, SCOPE_BOTH };       /* option "scope" */

static const struct option senderid_options[] = {
    OPTION_ENABLED(struct senderid_conf, true),
    { "scope", OPT_CHOICE, "pra", 0, 0, offsetof(struct senderid_conf, scope), "pra|mfrom|both",
      "What is examined: the purported responsible address of the header, the MAIL FROM address by records of this scope, or both, the former first." },
    { "fallback", OPT_BOOL, "true", 0, 0, offsetof(struct senderid_conf, fallback), NULL,
      "Whether a v=spf1 record counts where the domain has no spf2.0 record for the scope (RFC 4406 4.4). Many of these records were written without the header in mind; with false only what is meant for Sender ID is read. Domains that such a record includes are not concerned." },
    { "ask_type_spf", OPT_BOOL, "false", 0, 0, offsetof(struct senderid_conf, ask_type_spf), NULL,
      "Whether records of type SPF (99) are asked for too; where there are any, TXT records do not count (RFC 4406 4.4). RFC 7208 gave that type up." },
    { 0 }
};

/* ---- claims ---- */

static bool both(const struct senderid_conf *conf)
{
    return conf->scope == SCOPE_BOTH;
}

static unsigned senderid_subjects(const struct txn *t)
{
    if (t->client.family == IP_NONE)
        return 0;
    return both(conf_of_method(t, &senderid_method)) ? 2 : 1;
}

static struct senderid_claim claim_by_header(struct run *run)
{
    const struct txn *t = run->txn;
    struct senderid_claim claim = { .scope = SPF_SCOPE_PRA, .identity = IDENTITY_PRA, .pra = pra_field(t->message) };
    if (claim.pra.field)
        claim.pra = pra_read(claim.pra, parsed_addresses(run, claim.pra.field));
    claim.domain = claim.pra.mailbox.normal_domain;
    claim.submitter = t->submitter.given ? &t->submitter : NULL;
    return claim;
}

/* The null sender stands for postmaster at the HELO name, as with SPF (RFC 7208 2.4). */
static struct senderid_claim claim_by_envelope(const struct txn *t)
{
    bool null = t->mail_from.null;
    return (struct senderid_claim){
        .scope = SPF_SCOPE_MFROM, .identity = null ? IDENTITY_HELO : IDENTITY_MAILFROM,
        .domain = null ? t->helo_domain : t->mail_from.normal_domain,
    };
}

static struct senderid_claim claim_of(struct run *run, const struct senderid_conf *conf, unsigned subject)
{
    return conf->scope == SCOPE_MFROM || subject > 0 ? claim_by_envelope(run->txn) : claim_by_header(run);
}

/* check_host()'s arguments: <sender> is the address of the claim (RFC 4406 4.1). */
static struct spf_query query_for(const struct txn *t, const struct senderid_conf *conf, const struct senderid_claim *claim)
{
    struct slice local = claim->scope == SPF_SCOPE_PRA ? claim->pra.mailbox.local : t->mail_from.local;
    return (struct spf_query){
        .scope = claim->scope, .client = t->client, .domain = claim->domain, .sender_domain = claim->domain,
        .sender_local = claim->identity == IDENTITY_HELO ? SLICE("postmaster") : local,
        .helo = t->helo, .receiver = t->session->receiver, .now = t->now, .void_max = SPF_VOID_MAX, .fetch_explanation = true,
        .no_stand_in = !conf->fallback, .ask_type_spf = conf->ask_type_spf,
    };
}

/* ---- what is said ---- */

/* RFC 4406 4.3: for the header's address, a domain that cannot have a record fails; for the envelope's it is none, as with SPF. */
static unsigned reason_of(const struct senderid_claim *claim, enum spf_reason evaluated, const struct spf_outcome *o)
{
    bool pra = claim->scope == SPF_SCOPE_PRA;
    if (evaluated == SPF_NO_RECORD)
        return SENDERID_NO_RECORD;
    if (evaluated == SPF_NOT_AUTHORISED && o->stood_in)
        return SENDERID_SPF_DENIES;
    if (pra && evaluated == SPF_NO_DOMAIN)
        return SENDERID_DOMAIN_ABSENT;
    return pra && evaluated == SPF_NO_IDENTITY ? SENDERID_MALFORMED_DOMAIN : (unsigned)evaluated;
}

/*
 * RFC 4405 4.2: a SUBMITTER that is not the header's address is refused. It makes no result better: a fail stays what it is, and what
 * may become one is still waited for.
 */
static unsigned reason_with_submitter(const struct senderid_claim *claim, unsigned reason)
{
    enum auth_result word = senderid_reason_table[reason].word;
    if (!claim->submitter || word == AUTH_FAIL || word == AUTH_TEMPERROR)
        return reason;
    if (!claim->submitter->well_formed)
        return SENDERID_SUBMITTER_MALFORMED;
    return submitter_is(claim->submitter, &claim->pra.mailbox) ? reason : SENDERID_SUBMITTER_DIFFERS;
}

/* RFC 8601 2.7.3: the field that the address came from. Only its domain, as no local part is authenticated. */
static const struct property *property_of(struct arena *a, const struct senderid_claim *claim)
{
    struct property *p = claim->domain.len > 0 ? ARENA_NEW(a, struct property) : NULL;
    if (!p)
        return NULL;
    *p = (struct property){ .ptype = "smtp", .name = identity_name(claim->identity), .value = claim->domain };
    if (claim->scope != SPF_SCOPE_PRA)
        return p;
    struct text name = text_in(a, claim->pra.field->name.len + 1);
    text_add_lower(&name, claim->pra.field->name);
    *p = (struct property){ .ptype = "header", .name = slice_to_string(a, text_slice(&name)), .value = claim->domain };
    return p->name ? p : NULL;
}

/* A term of the record covers the client. */
static bool is_statement(enum spf_reason evaluated)
{
    return evaluated >= SPF_AUTHORISED && evaluated <= SPF_NO_ASSERTION;
}

static void say_evaluated(struct check *c, const struct senderid_claim *claim, const struct spf_query *q, enum spf_reason evaluated,
                          const struct spf_outcome *o)
{
    struct arena *a = c->run.txn->arena;
    unsigned reason = reason_with_submitter(claim, reason_of(claim, evaluated, o));
    /*
     * A record of SPF's own was written about envelopes: a host that may send with the domain there need not be one that checks what its
     * users write into the header. So what it says in its place is reported, and neither whitens nor blackens a domain (verdict.md).
     */
    struct evidence ev = { .identity = o->stood_in ? IDENTITY_NONE : claim->identity, .domain = claim->domain };
    ev.text = senderid_words_text(a, claim, reason, q, o);
    ev.facts = senderid_words_facts(a, claim, reason, evaluated, q, o, ev.text);
    ev.properties = property_of(a, claim);
    ev.property_count = ev.properties ? 1 : 0;
    ev.absent = evaluated == SPF_NO_DOMAIN;
    ev.statement = is_statement(evaluated);
    ev.quiet = senderid_reason_table[reason].word == AUTH_NONE || (o->stood_in && (reason < SPF_REASONS || reason == SENDERID_SPF_DENIES));
    say(c, reason, &ev);
}

/* RFC 4407 2, step 6 */
static void say_nobody(struct check *c, const struct senderid_claim *claim)
{
    struct arena *a = c->run.txn->arena;
    unsigned reason = SENDERID_NO_FROM + (unsigned)(claim->pra.problem - PRA_NO_FROM);
    struct evidence ev = { .identity = IDENTITY_PRA, .text = senderid_words_text(a, claim, reason, NULL, NULL) };
    ev.facts = senderid_words_facts(a, claim, reason, SPF_NOT_YET, NULL, NULL, ev.text);
    say(c, reason, &ev);
}

/* ---- the method ---- */

static void senderid_check(struct check *c)
{
    const struct txn *t = c->run.txn;
    const struct senderid_conf *conf = conf_of(&c->run);
    struct senderid_claim claim = claim_of(&c->run, conf, c->run.subject);
    struct spf_outcome outcome;
    if (claim.scope == SPF_SCOPE_PRA && claim.pra.problem != PRA_FOUND) {
        say_nobody(c, &claim);
        return;
    }
    struct spf_query query = query_for(t, conf, &claim);
    enum spf_reason reason = spf_evaluate(c, &query, &outcome);
    if (reason == SPF_NOT_YET)
        return;
    /* What is said outlives the run. */
    query.domain = claim.domain = slice_dup(t->arena, claim.domain);
    say_evaluated(c, &claim, &query, reason, &outcome);
}

static void foresee(struct scout *s, const struct senderid_claim *claim)
{
    struct spf_query query = query_for(s->run.txn, conf_of(&s->run), claim);
    if (claim->domain.len > 0)
        spf_foresee(s, &query);
}

/* The address the header names so far, or will name by what MAIL said. */
static void senderid_scout(struct scout *s)
{
    const struct txn *t = s->run.txn;
    const struct senderid_conf *conf = conf_of(&s->run);
    if (t->client.family == IP_NONE)
        return;
    if (conf->scope != SCOPE_PRA) {
        struct senderid_claim claim = claim_by_envelope(t);
        foresee(s, &claim);
    }
    if (conf->scope == SCOPE_MFROM)
        return;
    struct senderid_claim claim = claim_by_header(&s->run);
    if (t->message->count == 0)
        claim.domain = t->submitter.mailbox.normal_domain;
    foresee(s, &claim);
}

static const char *const senderid_members[] = { "pra", "scope", "field", "identity", "domain", "record_version", "explanation", "terms", "void", METHOD_TRACE, NULL };
static const char *const senderid_fields[] = { "From", "Sender", "Resent-From", "Resent-Sender", NULL };

const struct method senderid_method = {
    .name = "senderid", .authres_name = "sender-id",
    .title = "Sender ID (RFC 4405, 4406, 4407)",
    .members = senderid_members,
    .when = STAGE_HEADERS,
    .needs_client = true,
    .registered = true, .historic = true,
    .identities = 1u << IDENTITY_PRA | 1u << IDENTITY_MAILFROM | 1u << IDENTITY_HELO,
    .subjects_max = 2,
    .asks = SENDERID_ASKS,
    .hints = SENDERID_HINTS,
    .options = senderid_options,
    .conf_size = sizeof(struct senderid_conf),
    .reasons = senderid_reason_table,
    .reason_count = SENDERID_REASONS,
    .reason_exempt = SPF_EXEMPT,
    .reason_own_failure = SPF_OWN_FAILURE,
    .subjects = senderid_subjects,
    .check = senderid_check,
    .scout = senderid_scout,
    .scout_when = STAGE_MAIL,
    .scout_fields = senderid_fields,
    .explain = senderid_words_explain,
    .publish = senderid_publish, .lint = senderid_lint,
};
