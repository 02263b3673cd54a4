/*
 * dkim.c: the method: which signatures are tried, the order of RFC 6376 6.1, and what is said of each.
 */
#include "methods/dkim/dkim.h"

#include "methods/dkim/dkim_forensics.h"
#include "methods/dkim/dkim_header.h"
#include "methods/dkim/dkim_lint.h"
#include "methods/dkim/dkim_publish.h"
#include "methods/dkim/dkim_say.h"
#include "methods/dkim/dkim_verify.h"

#include <assert.h>

#define FIELD_NAME SLICE("DKIM-Signature")

static const struct option dkim_options[] = {
    OPTION_ENABLED(struct dkim_conf, true),
    { "signatures", OPT_UINT, "20", 1, DKIM_SIGNATURES_MAX, offsetof(struct dkim_conf, signatures), NULL,
      "Signatures of one message that are tried, those of the author's domain first; further ones get the reason too-many-signatures." },
    { "clock_skew", OPT_DURATION, "300s", 0, 86400, offsetof(struct dkim_conf, clock_skew), NULL,
      "How far a signature's time (t=) may lie ahead, and its expiry (x=) behind, of our clock." },
    { "rsa_bits", OPT_UINT, "1024", 1024, 4096, offsetof(struct dkim_conf, rsa_bits), NULL,
      "Shortest RSA key, in bits, whose signature can pass (RFC 8301 section 3.2: never less than 1024)." },
    { "unsigned_body", OPT_CHOICE, "policy", 0, 0, offsetof(struct dkim_conf, unsigned_body), "policy|pass",
      "Result of a good signature whose l= leaves the end of the body unsigned. Anything can stand there: pass is for tests." },
    { .type = OPT_END },
};

/* ---- which signatures are tried ---- */

enum rank { RANK_AUTHOR = 0, RANK_LINE, RANK_RELATED, RANK_STRANGER, RANK_UNREADABLE, RANKS };

/* How close a signer is to the author. An organizational domain needs DNS; sharing two labels stands for it here, where
 * only the order of work depends on it. */
static enum rank rank_of(const struct author *author, const struct dkim_signature *s)
{
    enum rank best = RANK_STRANGER;
    if (s->problem != DKIM_FINE)
        return RANK_UNREADABLE;
    for (unsigned i = 0; i < author->count; i++) {
        struct slice domain = author->domains[i];
        if (name_same(domain, s->domain))
            return RANK_AUTHOR;
        if (name_at_or_below(domain, s->domain) || name_at_or_below(s->domain, domain))
            best = RANK_LINE;
        else if (best > RANK_RELATED && name_same(name_last_labels(domain, 2), name_last_labels(s->domain, 2)))
            best = RANK_RELATED;
    }
    return best;
}

static unsigned signatures_tried(const struct txn *txn)
{
    const struct dkim_conf *conf = conf_of_method(txn, &dkim_method);
    return (unsigned)conf->signatures;
}

static unsigned dkim_subjects(const struct txn *txn)
{
    unsigned count = message_count(txn->message, FIELD_NAME), tried = signatures_tried(txn);
    return count <= tried ? count : tried + 1;
}

/* Among more signatures than are tried: the field of this subject; NULL without memory. Looks at each field twice. */
static const struct dkim_signature *chosen_signature(struct run *run, unsigned tried)
{
    const struct message *m = run->txn->message;
    unsigned of_rank[RANKS] = { 0 };
    for (size_t pass = 0; pass < 2; pass++) {
        unsigned place = 0, room = tried, taken[RANKS] = { 0 };
        for (size_t i = 0; i < m->count; i++) {
            if (!slice_same_nocase(m->fields[i]->name, FIELD_NAME))
                continue;
            const struct dkim_signature *s = parsed(run, m->fields[i], dkim_signature_make);
            if (!s)
                return NULL;
            enum rank rank = rank_of(&run->txn->author, s);
            if (pass == 0) {
                of_rank[rank]++;
                continue;
            }
            unsigned before = taken[rank]++;
            for (size_t better = 0; better < rank; better++)
                before += of_rank[better];
            if (before < room && place++ == run->subject)
                return s;
        }
    }
    return NULL;
}

static const struct dkim_signature *subject_signature(struct run *run)
{
    const struct message *m = run->txn->message;
    unsigned tried = signatures_tried(run->txn);
    if (message_count(m, FIELD_NAME) > tried)
        return chosen_signature(run, tried);
    const struct field *field = message_field(m, FIELD_NAME, run->subject + 1);
    return field ? parsed(run, field, dkim_signature_make) : NULL;
}

/* ---- one signature ---- */

/* RFC 6376 6.1.1 and what our policy adds to it: everything that needs no key. */
static enum dkim_reason before_the_key(const struct run *run, const struct dkim_signature *s)
{
    const struct dkim_conf *conf = conf_of(run);
    if (run->txn->message->overflow)
        return DKIM_HEADER_OVERFLOW;
    if (s->problem != DKIM_FINE)
        return s->problem;
    if (s->hash == HASH_SHA1)
        return DKIM_SHA1;
    return dkim_time_reason(s, run->txn->now, (int64_t)conf->clock_skew);
}

/* A key that is not there: for old mail that is how rotation looks. */
static enum dkim_reason missing_key_reason(const struct txn *txn, const struct dkim_signature *s, enum dkim_reason reason)
{
    return reason == DKIM_NO_KEY && dkim_age(txn, s) >= DKIM_OLD_SECONDS ? DKIM_KEY_GONE : reason;
}

/* A good signature is not yet a pass. */
static enum dkim_reason after_the_proof(const struct run *run, const struct dkim_signature *s, const struct digest *body,
                                        const struct signed_fields *fields)
{
    const struct dkim_conf *conf = conf_of(run);
    if (fields->odd_octets)
        return DKIM_ODD_OCTETS;
    if (dkim_leaves_body_unsigned(s, body) && conf->unsigned_body == UNSIGNED_BODY_POLICY)
        return DKIM_LENGTH_SHORT;
    return fields->added ? DKIM_FIELDS_ADDED : DKIM_VERIFIED;
}

/* RFC 6376 6.1.3, in its order: the body's hash costs nothing any more, the signature does. */
static enum dkim_reason prove(struct check *c, const struct dkim_signature *s, struct dkim_choice *choice,
                              const struct digest *body, struct signed_fields *fields)
{
    uint8_t hash[HASH_OCTETS_MAX];
    enum dkim_reason reason = dkim_body_reason(s, body);
    if (reason != DKIM_FINE)
        return reason;
    if (!dkim_select_fields(c->run.scratch, c->run.txn->message, s, fields))
        return DKIM_OWN_FAILURE;
    if (fields->covers_itself)
        return DKIM_COVERS_ITSELF;
    if (!dkim_header_hash(fields, s, hash))
        return DKIM_OWN_FAILURE;
    reason = dkim_try_keys(&c->run, choice, s, slice_of(hash, hash_octets(s->hash)));
    return reason == DKIM_VERIFIED ? after_the_proof(&c->run, s, body, fields) : reason;
}

static void examine(struct check *c, const struct dkim_signature *s)
{
    struct dkim_finding f = { .signature = s };
    const struct dkim_conf *conf = conf_of(&c->run);
    f.reason = before_the_key(&c->run, s);
    if (f.reason != DKIM_FINE) {
        dkim_say(c, &f);
        return;
    }
    /* Before the first need: the body does not wait for the key. */
    order(c, dkim_digest_spec(s));
    const struct answer *answer = ask(c, s->key_name, RTYPE_TXT);
    if (!answer)
        return;
    f.reason = missing_key_reason(c->run.txn, s, dkim_answer_reason(answer));
    if (f.reason != DKIM_FINE) {
        dkim_say(c, &f);
        return;
    }
    const struct dkim_keys *keys = memo(&c->run, answer, dkim_keys_make, dkim_keys_release);
    struct dkim_choice choice = keys ? dkim_choose_keys(keys, s, (unsigned)conf->rsa_bits) : (struct dkim_choice){ .reason = DKIM_OWN_FAILURE };
    f.reason = choice.reason;
    if (f.reason == DKIM_FINE) {
        f.body = digest(c, dkim_digest_spec(s));
        if (!f.body)
            return;
        f.reason = prove(c, s, &choice, f.body, &f.fields);
    }
    f.key = choice.shown;
    dkim_say(c, &f);
}

static void dkim_check(struct check *c)
{
    unsigned tried = signatures_tried(c->run.txn);
    if (c->run.subject >= tried) {
        dkim_say_untried(c, message_count(c->run.txn->message, FIELD_NAME) - tried);
        return;
    }
    const struct dkim_signature *s = subject_signature(&c->run);
    if (!s) {
        say(c, DKIM_OWN_FAILURE, NULL);
        return;
    }
    examine(c, s);
}

/* ---- the scout ---- */

static void dkim_scout(struct scout *s)
{
    const struct message *m = s->run.txn->message;
    unsigned hinted = 0;
    for (size_t i = 0; i < m->count && hinted < DKIM_HINTS; i++) {
        if (!slice_same_nocase(m->fields[i]->name, FIELD_NAME))
            continue;
        const struct dkim_signature *signature = parsed(&s->run, m->fields[i], dkim_signature_make);
        hinted++;
        if (signature && signature->problem == DKIM_FINE && signature->hash != HASH_SHA1)
            hint(s, signature->key_name, RTYPE_TXT);
    }
}

static bool dkim_covers(const struct result *result, struct slice field)
{
    const struct dkim_signature *s = result->evidence.detail;
    for (size_t i = 0; s && i < s->name_count; i++)
        if (slice_same_nocase(s->names[i], field))
            return true;
    return false;
}

static const char *const scout_fields[] = { "DKIM-Signature", NULL };

static const char *const dkim_members[] = { "domain", "selector", "algorithm", "identity", "key_bits", "testing", NULL };

const struct method dkim_method = {
    .members = dkim_members,
    .name = "dkim",
    .title = "DomainKeys Identified Mail (RFC 6376)",
    .when = STAGE_HEADERS,
    .many = true, .nothing = "no signature",
    .registered = true,
    .subjects_max = DKIM_SIGNATURES_MAX + 1,
    .asks = DKIM_ASKS,
    .hints = DKIM_HINTS,
    .key_operations = DKIM_KEYS_MAX,
    .options = dkim_options,
    .conf_size = sizeof(struct dkim_conf),
    .reasons = dkim_reasons,
    .reason_count = DKIM_REASON_COUNT,
    .reason_exempt = DKIM_EXEMPT,
    .reason_own_failure = DKIM_OWN_FAILURE,
    .subjects = dkim_subjects,
    .check = dkim_check,
    .scout = dkim_scout,
    .scout_when = STAGE_HEADERS,
    .scout_fields = scout_fields,
    .explain = dkim_explain,
    .covers = dkim_covers,
    .second_reading = &dkim_second_reading,
    .publish = dkim_publish,
    .lint = dkim_lint,
};
