/*
 * dnsmail.c: the method, in the sheet's order: the author's domain, the ids, what their servers say, the origin, the chain to
 * each recipient, and at last the body.
 */
#include "methods/dnsmail/dnsmail.h"

#include "mail/date.h"
#include "methods/dnsmail/dnsmail_chain.h"
#include "methods/dnsmail/dnsmail_lint.h"
#include "methods/dnsmail/dnsmail_publish.h"
#include "methods/dnsmail/dnsmail_words.h"

struct dnsmail_conf { bool enabled, require; uint64_t timeout; };

static const struct option dnsmail_options[] = {
    OPTION_ENABLED(struct dnsmail_conf, true),
    { "require", OPT_BOOL, "false", 0, 0, offsetof(struct dnsmail_conf, require), NULL,
      "Whether a message without DNS-Mail-ID fails if its author's domain names DNS Mail servers. Asks one question more about each message." },
    { "timeout", OPT_DURATION, "15s", 1, 300, offsetof(struct dnsmail_conf, timeout), NULL,
      "How long answers are waited for before the result is temperror. A server that is silent takes 6 seconds; then the next of its list is asked." },
    { 0 }
};

/* bh: DKIM's relaxed body (dnsmail.md, replay) */
static struct digest_spec body_digest(void)
{
    return (struct digest_spec){ .hash = HASH_SHA256, .canon = CANON_RELAXED, .length = DIGEST_WHOLE };
}

/* ---- what the message says ---- */

/* The one mailbox of the one From field. */
static bool author_of_message(struct check *c, struct dnsmail_address *out)
{
    const struct txn *t = c->run.txn;
    struct address_list list;
    const struct field *from = t->author.problem == AUTHOR_OK && t->author.count == 1 ? message_field(t->message, SLICE("From"), 1) : NULL;
    if (!from || !address_list_parse(c->run.scratch, from->value, &list) || list.count != 1)
        return false;
    *out = (struct dnsmail_address){ .local = list.at[0].local, .domain = list.at[0].normal_domain };
    return out->local.len > 0 && name_labels(out->domain) >= 2;
}

static bool date_of_message(const struct txn *t, int64_t *out)
{
    const struct field *date = message_count(t->message, SLICE("Date")) == 1 ? message_field(t->message, SLICE("Date"), 1) : NULL;
    return date && !date->odd_octets && date_parse(date->value, out);
}

/* ---- ids ---- */

static enum dnsmail_reason reason_of_list(enum dnsmail_list list)
{
    switch (list) {
    case DNSMAIL_LIST_WAIT: return DNSMAIL_NOT_YET;
    case DNSMAIL_LIST_NONE: return DNSMAIL_NO_LIST;
    case DNSMAIL_LIST_FAILED: return DNSMAIL_DNS_FAILED;
    case DNSMAIL_LIST_OVER_QUOTA: return DNSMAIL_OVER_QUOTA;
    case DNSMAIL_LIST_THERE: return DNSMAIL_REGISTERED;
    case DNSMAIL_LIST_OWN_FAILURE: break;
    }
    return DNSMAIL_OWN_FAILURE;
}

/* "all say no -> if the message's Date is <10 min old temperror": a date of the future is no excuse beyond what clocks may differ. */
static bool is_young(int64_t date, int64_t now)
{
    return date > now - DNSMAIL_LAG_SECONDS && date <= now + DNSMAIL_FUTURE_MAX_SECONDS;
}

static enum dnsmail_reason reason_of_entry(const struct dnsmail_entry *e, int64_t date, int64_t now)
{
    switch (e->found) {
    case DNSMAIL_ID_FOUND: return dnsmail_entry_judge(e, now);
    case DNSMAIL_ID_ABSENT: return is_young(date, now) ? DNSMAIL_NOT_THERE_YET : DNSMAIL_NOT_REGISTERED;
    case DNSMAIL_ID_NO_SERVERS: return DNSMAIL_NO_SERVERS;
    case DNSMAIL_ID_MALFORMED: return DNSMAIL_BAD_RECORD;
    case DNSMAIL_ID_BLOCKED: return DNSMAIL_BLOCKED;
    case DNSMAIL_ID_LIST_FAILED: return DNSMAIL_DNS_FAILED;
    case DNSMAIL_ID_SERVER_FAILED: return DNSMAIL_SERVER_FAILED;
    case DNSMAIL_ID_OVER_QUOTA: return DNSMAIL_OVER_QUOTA;
    case DNSMAIL_ID_UNKNOWN: case DNSMAIL_ID_OWN_FAILURE: break;
    }
    return DNSMAIL_OWN_FAILURE;
}

/* Of several ids: what is certain decides, then what is not known, then what must not be asked; the first of equals. */
static unsigned weight(enum dnsmail_reason reason)
{
    switch (dnsmail_reason_table[reason].word) {
    case AUTH_FAIL: case AUTH_PERMERROR: return 3;
    case AUTH_TEMPERROR: return 2;
    case AUTH_POLICY: return 1;
    case AUTH_PASS: case AUTH_NONE: case AUTH_NEUTRAL: case AUTH_SOFTFAIL: break;
    }
    return 0;
}

/* "Every id in the message must verify." REGISTERED: they do. NOT_YET: one is not known yet. */
static enum dnsmail_reason judge_ids(struct check *c, struct dnsmail_case *f, int64_t date)
{
    enum dnsmail_reason worst = DNSMAIL_REGISTERED;
    if (!dnsmail_ids_ask_lists(c, &f->ids))
        return DNSMAIL_NOT_YET;
    for (unsigned i = 0; i < f->ids.count && weight(worst) < 3; i++) {
        struct dnsmail_entry *e = &f->ids.at[i];
        if (!dnsmail_entry_ask(c, e))
            return DNSMAIL_NOT_YET;
        enum dnsmail_reason reason = reason_of_entry(e, date, c->run.txn->now);
        if (weight(reason) <= weight(worst))
            continue;
        worst = reason;
        f->culprit = e;
    }
    return worst;
}

/* ---- recipients ---- */

/* The worse of two for one message: a verdict holds for all its recipients. */
static bool is_worse(enum dnsmail_reason a, enum dnsmail_reason b)
{
    static const unsigned badness[DNSMAIL_REASONS] = {
        [DNSMAIL_REGISTERED] = 1, [DNSMAIL_FORWARDED] = 2, [DNSMAIL_ORIGIN_ONLY] = 3, [DNSMAIL_CHAIN_BROKEN] = 4, [DNSMAIL_OWN_FAILURE] = 5,
    };
    return badness[a] > badness[b];
}

static enum dnsmail_reason judge_envelope(const struct txn *t, struct dnsmail_chain *chain, struct dnsmail_case *f)
{
    enum dnsmail_reason worst = DNSMAIL_NOT_YET;
    for (size_t i = 0; i < t->recipient_count; i++) {
        const struct path *p = &t->recipients[i];
        struct dnsmail_address to = { .local = p->local, .domain = p->normal_domain };
        enum dnsmail_reason reason = p->normal_domain.len > 0 ? dnsmail_chain_delivers(chain, &to) : DNSMAIL_ORIGIN_ONLY;
        if (!is_worse(reason, worst))
            continue;
        worst = reason;
        f->recipient = p->raw;
    }
    f->recipients = t->recipient_count;
    /* Those beyond RECIPIENTS_MAX are counted, not kept. */
    return t->recipient_total > t->recipient_count && is_worse(DNSMAIL_ORIGIN_ONLY, worst) ? DNSMAIL_ORIGIN_ONLY : worst;
}

/* Without an envelope (a file): whoever of these it was delivered to, one named by a record is enough. */
static enum dnsmail_reason judge_header(struct check *c, struct dnsmail_chain *chain, struct dnsmail_case *f)
{
    static const char *const fields[] = { "Delivered-To", "To", "Cc" };
    enum dnsmail_reason best = DNSMAIL_ORIGIN_ONLY;
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        struct address_list list;
        const struct field *field = message_field(c->run.txn->message, slice_str(fields[i]), 1);
        if (!field || !address_list_parse(c->run.scratch, field->value, &list))
            continue;
        for (size_t k = 0; k < list.count; k++) {
            struct dnsmail_address to = { .local = list.at[k].local, .domain = list.at[k].normal_domain };
            enum dnsmail_reason reason = dnsmail_chain_delivers(chain, &to);
            if (reason != DNSMAIL_CHAIN_BROKEN && is_worse(best, reason))
                best = reason;
        }
        f->recipients += list.count;
    }
    return chain->failed ? DNSMAIL_OWN_FAILURE : best;
}

/* ---- the whole ---- */

/* REGISTERED or FORWARDED only if every body hash is this message's. NOT_YET: the body is not there. */
static enum dnsmail_reason judge_body(struct check *c, struct dnsmail_case *f, enum dnsmail_reason otherwise)
{
    if (!dnsmail_has_body_hash(&f->ids))
        return otherwise;
    const struct digest *d = digest(c, body_digest());
    if (!d)
        return DNSMAIL_NOT_YET;
    if (d->len == 0)
        return DNSMAIL_TOO_MANY_DIGESTS;
    f->culprit = dnsmail_body_differs(&f->ids, slice_of(d->octets, d->len));
    return f->culprit ? DNSMAIL_BODY_DIFFERS : otherwise;
}

static enum dnsmail_reason judge_chain(struct check *c, struct dnsmail_case *f, const struct dnsmail_address *author, int64_t date)
{
    struct dnsmail_chain chain;
    enum dnsmail_reason reason = dnsmail_chain_begin(&chain, c->run.scratch, &f->ids, author, date);
    if (reason == DNSMAIL_REGISTERED)
        reason = c->run.txn->recipient_count > 0 ? judge_envelope(c->run.txn, &chain, f) : judge_header(c, &chain, f);
    bool may_pass = reason == DNSMAIL_REGISTERED || reason == DNSMAIL_FORWARDED || reason == DNSMAIL_ORIGIN_ONLY;
    return may_pass ? judge_body(c, f, reason) : reason;
}

static enum dnsmail_reason judge_fields(struct check *c, struct dnsmail_case *f, const struct dnsmail_address *author)
{
    int64_t date;
    if (f->ids.fields > DNSMAIL_IDS_MAX)
        return DNSMAIL_TOO_MANY_IDS;
    if (f->ids.bad)
        return DNSMAIL_BAD_ID;
    if (!date_of_message(c->run.txn, &date))
        return DNSMAIL_BAD_DATE;
    enum dnsmail_reason reason = judge_ids(c, f, date);
    return reason == DNSMAIL_REGISTERED ? judge_chain(c, f, author, date) : reason;
}

static enum dnsmail_reason judge(struct check *c, struct dnsmail_case *f)
{
    const struct dnsmail_servers *servers;
    struct dnsmail_address author;
    bool has_author = author_of_message(c, &author);
    if (has_author)
        f->domain = slice_dup(c->run.txn->arena, author.domain);
    if (!has_author)
        return f->ids.fields == 0 ? DNSMAIL_NO_ID : DNSMAIL_BAD_FROM;
    enum dnsmail_reason reason = reason_of_list(dnsmail_list_of(c, author.domain, &servers));
    if (reason != DNSMAIL_REGISTERED)
        return reason;
    return f->ids.fields == 0 ? DNSMAIL_REQUIRED : judge_fields(c, f, &author);
}

/* The domain's own servers spoke of this message; what a forwarder's say is no statement of the author's domain. */
static bool is_statement(enum dnsmail_reason reason, const struct dnsmail_case *f)
{
    bool own = f->culprit && slice_same(f->culprit->id.domain, f->domain);
    return reason == DNSMAIL_REGISTERED || reason == DNSMAIL_FORWARDED || reason == DNSMAIL_FROM_DIFFERS || reason == DNSMAIL_DATE_DIFFERS ||
        (own && dnsmail_reason_table[reason].word == AUTH_FAIL);
}

static void conclude(struct check *c, const struct dnsmail_case *f, enum dnsmail_reason reason)
{
    struct arena *a = c->run.txn->arena;
    struct property *p = f->domain.len > 0 ? ARENA_NEW(a, struct property) : NULL;
    if (p)
        *p = (struct property){ "header", "from", f->domain };
    say(c, reason, &(struct evidence){
        .identity = IDENTITY_FROM, .domain = f->domain, .text = dnsmail_words_text(a, reason, f), .properties = p, .property_count = p ? 1 : 0,
        .facts = dnsmail_words_facts(a, reason, f), .statement = is_statement(reason, f),
        .quiet = reason == DNSMAIL_NO_ID || reason == DNSMAIL_NO_LIST,
    });
}

static void dnsmail_check(struct check *c)
{
    struct dnsmail_case f = { .culprit = NULL };
    dnsmail_ids_collect(&c->run, &f.ids);
    /* Which records hold a body hash is known only when the body may be gone. */
    if (f.ids.count > 0)
        order(c, body_digest());
    enum dnsmail_reason reason = judge(c, &f);
    if (reason != DNSMAIL_NOT_YET)
        conclude(c, &f, reason);
}

/* Mail without ids, nearly all there is, costs nothing. */
static unsigned dnsmail_subjects(const struct txn *t)
{
    const struct dnsmail_conf *conf = conf_of_method(t, &dnsmail_method);
    return conf->require || message_count(t->message, SLICE(DNSMAIL_FIELD)) > 0 ? 1 : 0;
}

/* As fields stream in: whom to ask about their ids. */
static void dnsmail_scout(struct scout *s)
{
    struct dnsmail_ids ids;
    dnsmail_ids_collect(&s->run, &ids);
    for (unsigned i = 0; i < ids.count; i++)
        hint(s, dnsmail_list_name(s->run.scratch, ids.at[i].id.domain), RTYPE_TXT);
}

static uint64_t dnsmail_patience(const void *conf)
{
    return ((const struct dnsmail_conf *)conf)->timeout;
}

static const char *const dnsmail_scout_fields[] = { DNSMAIL_FIELD, NULL };
static const char *const dnsmail_members[] = { "domain", "ids", "recipients", NULL };

const struct method dnsmail_method = {
    .members = dnsmail_members,
    .name = "dnsmail", .title = "DNS Mail, messages registered in DNS (2006)",
    .when = STAGE_HEADERS,
    .identities = 1u << IDENTITY_FROM,
    .subjects_max = 1, .asks = DNSMAIL_ASKS, .hints = DNSMAIL_HINTS,
    .options = dnsmail_options, .conf_size = sizeof(struct dnsmail_conf),
    .reasons = dnsmail_reason_table, .reason_count = DNSMAIL_REASONS,
    .reason_exempt = DNSMAIL_EXEMPT, .reason_own_failure = DNSMAIL_OWN_FAILURE,
    .subjects = dnsmail_subjects, .check = dnsmail_check, .scout = dnsmail_scout, .scout_when = STAGE_HEADERS, .scout_fields = dnsmail_scout_fields,
    .patience = dnsmail_patience, .explain = dnsmail_words_explain,
    .publish = dnsmail_publish, .lint = dnsmail_lint,
};
