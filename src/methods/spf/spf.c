#include "methods/spf/spf.h"

#include "methods/spf/spf_lint.h"
#include "methods/spf/spf_publish.h"
#include "methods/spf/spf_words.h"

struct spf_conf {
    bool enabled;
    uint64_t void_max, timeout;
    bool explanation;
    struct slice default_explanation;
};

static const struct option spf_options[] = {
    OPTION_ENABLED(struct spf_conf, true),
    { "void_max", OPT_UINT, "2", 0, SPF_MAX_TERMS, offsetof(struct spf_conf, void_max), NULL,
      "Terms of one evaluation that may ask for names or records that do not exist; one more is permerror (RFC 7208 4.6.4)." },
    { "timeout", OPT_DURATION, "20s", 1, 300, offsetof(struct spf_conf, timeout), NULL,
      "How long SPF's answers are waited for before the result is temperror; RFC 7208 4.6.4 wants at least 20 seconds." },
    { "explanation", OPT_BOOL, "true", 0, 0, offsetof(struct spf_conf, explanation), NULL,
      "Whether, after a fail, the text that the domain names with exp= is asked for. It is shown in reports and kept in the journal." },
    { "default_explanation", OPT_TEXT, "", 0, 0, offsetof(struct spf_conf, default_explanation), NULL,
      "Explanation of a fail when the domain gives none (RFC 7208 6.2); empty for none." },
    { 0 }
};

/* ---- subjects ---- */

/* MAIL FROM always comes first: it is what DMARC takes, and for the null sender it is the only one. */
enum { SUBJECT_MAILFROM, SUBJECT_HELO, SUBJECTS_MAX };

static unsigned spf_subjects(const struct txn *t)
{
    if (t->client.family == IP_NONE)
        return 0;
    return t->mail_from.null ? 1 : SUBJECTS_MAX;
}

/* RFC 7208 2.4: the MAIL FROM identity of the null sender is postmaster@HELO; we report it as what it is, the HELO identity. */
static enum identity identity_of(const struct txn *t, unsigned subject)
{
    return subject == SUBJECT_HELO || t->mail_from.null ? IDENTITY_HELO : IDENTITY_MAILFROM;
}

static struct spf_query query_for(const struct txn *t, const struct spf_conf *conf, enum identity identity)
{
    bool helo = identity == IDENTITY_HELO;
    struct slice domain = helo ? t->helo_domain : t->mail_from.normal_domain;
    return (struct spf_query){
        .scope = SPF_SCOPE_SPF1, .client = t->client, .domain = domain, .sender_domain = domain,
        .sender_local = helo ? SLICE("postmaster") : t->mail_from.local,
        .helo = t->helo, .receiver = t->session->receiver, .now = t->now,
        .void_max = (unsigned)conf->void_max, .fetch_explanation = conf->explanation,
    };
}

/* ---- evidence ---- */

/* RFC 8601 2.7.2; only the domain, as SPF authenticates no local part (authres.md 2.8) */
static const struct property *property_of(struct arena *a, enum identity identity, struct slice domain)
{
    struct property *p = ARENA_NEW(a, struct property);
    if (p)
        *p = (struct property){ .ptype = "smtp", .name = identity_name(identity), .value = domain };
    return p;
}

/* The domain published a statement that a term of it applies to this client. */
static bool is_statement(enum spf_reason reason)
{
    return reason >= SPF_AUTHORISED && reason <= SPF_NO_ASSERTION;
}

static void say_outcome(struct check *c, const struct spf_query *q, enum identity identity, enum spf_reason reason,
                        const struct spf_outcome *o)
{
    const struct spf_conf *conf = conf_of(&c->run);
    const struct txn *t = c->run.txn;
    struct evidence ev = { .identity = identity, .domain = q->domain };
    ev.text = spf_words_text(t->arena, q, identity, reason, o);
    ev.facts = spf_words_facts(t->arena, q, identity, reason, o, ev.text, conf->default_explanation);
    ev.properties = q->domain.len > 0 ? property_of(t->arena, identity, q->domain) : NULL;
    ev.property_count = ev.properties ? 1 : 0;
    ev.absent = reason == SPF_NO_DOMAIN;
    ev.statement = is_statement(reason);
    /* Beside a MAIL FROM result, a HELO name without record tells nobody anything. */
    ev.quiet = c->run.subject == SUBJECT_HELO && spf_reason_table[reason].word == AUTH_NONE;
    say(c, reason, &ev);
}

/* ---- the method ---- */

static void spf_check(struct check *c)
{
    enum identity identity = identity_of(c->run.txn, c->run.subject);
    struct spf_query query = query_for(c->run.txn, conf_of(&c->run), identity);
    struct spf_outcome outcome;
    enum spf_reason reason = spf_evaluate(c, &query, &outcome);
    if (reason == SPF_NOT_YET)
        return;
    say_outcome(c, &query, identity, reason, &outcome);
}

static void foresee(struct scout *s, enum identity identity)
{
    struct spf_query query = query_for(s->run.txn, conf_of(&s->run), identity);
    spf_foresee(s, &query);
}

static void spf_scout(struct scout *s)
{
    const struct txn *t = s->run.txn;
    if (t->client.family == IP_NONE)
        return;
    if (t->stage >= STAGE_MAIL && !t->mail_from.null)
        foresee(s, IDENTITY_MAILFROM);
    foresee(s, IDENTITY_HELO);
}

static uint64_t spf_patience(const void *conf)
{
    return ((const struct spf_conf *)conf)->timeout;
}

static const char *const spf_members[] = { "identity", "domain", "explanation", "terms", "void", METHOD_TRACE, NULL };

const struct method spf_method = {
    .members = spf_members,
    .name = "spf",
    .title = "Sender Policy Framework (RFC 7208)",
    .when = STAGE_MAIL,
    .needs_client = true,
    .registered = true,
    .subjects_max = SUBJECTS_MAX,
    .asks = SPF_ASKS,
    .hints = SPF_HINTS,
    .options = spf_options,
    .conf_size = sizeof(struct spf_conf),
    .reasons = spf_reason_table,
    .reason_count = SPF_REASONS,
    .reason_exempt = SPF_EXEMPT,
    .reason_own_failure = SPF_OWN_FAILURE,
    .subjects = spf_subjects,
    .check = spf_check, .patience = spf_patience,
    .scout = spf_scout,
    .scout_when = STAGE_HELO,
    .explain = spf_words_explain,
    .publish = spf_publish,
    .lint = spf_lint,
};
