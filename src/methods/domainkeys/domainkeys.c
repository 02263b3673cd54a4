/*
 * domainkeys.c: the method, in the order of RFC 4870 3.5 and 3.6: the sender, a signature that can speak for it, its key,
 * the proof, and without a good signature what the domain's policy says of that.
 */
#include "methods/domainkeys/domainkeys.h"

#include "methods/domainkeys/domainkeys_lint.h"
#include "methods/domainkeys/domainkeys_say.h"
#include "methods/plan.h"

static const struct option domainkeys_options[] = {
    OPTION_ENABLED(struct domainkeys_conf, true),
    { "rsa_bits", OPT_UINT, "1024", DOMAINKEYS_BITS_LEAST, 4096, offsetof(struct domainkeys_conf, rsa_bits), NULL,
      "Shortest RSA key, in bits, whose signature can pass; with a shorter one the result is policy. RFC 4870 wants 512; a key of 512 bits is broken in hours." },
    { .type = OPT_END },
};

enum once_key { ONCE_HEADER = 1, ONCE_PROOF };

/* ---- which signature ---- */

/* The topmost of use; else the topmost at all, with what is wrong with it. */
static enum domainkeys_reason choose_signature(struct run *run, struct domainkeys_finding *f)
{
    const struct message *m = run->txn->message;
    enum domainkeys_reason first = DOMAINKEYS_FINE;
    unsigned looked_at = 0;
    for (size_t i = 0; i < m->count; i++) {
        if (!slice_same_nocase(m->fields[i]->name, SLICE(DOMAINKEYS_FIELD)))
            continue;
        if (looked_at++ == DOMAINKEYS_SIGNATURES_MAX)
            return DOMAINKEYS_TOO_MANY;
        const struct domainkeys_signature *s = parsed(run, m->fields[i], domainkeys_signature_make);
        if (!s)
            return DOMAINKEYS_OWN_FAILURE;
        enum domainkeys_reason reason = domainkeys_fits(s, &f->sender);
        if (reason == DOMAINKEYS_FINE || looked_at == 1) {
            first = reason;
            f->signature = s;
        }
        if (reason == DOMAINKEYS_FINE)
            break;
    }
    return first;
}

/* Everything that needs neither key nor body. */
static enum domainkeys_reason before_the_key(struct check *c, struct domainkeys_finding *f)
{
    const struct message *m = c->run.txn->message;
    if (m->overflow)
        return DOMAINKEYS_HEADER_OVERFLOW;
    if (!domainkeys_sender_of(&c->run, &f->sender))
        return DOMAINKEYS_OWN_FAILURE;
    if (message_count(m, SLICE(DOMAINKEYS_FIELD)) == 0)
        return DOMAINKEYS_NO_SIGNATURE;
    if (!f->sender.field)
        return DOMAINKEYS_SENDER_UNKNOWN;
    enum domainkeys_reason reason = choose_signature(&c->run, f);
    if (reason != DOMAINKEYS_FINE)
        return reason;
    return hash_usable(HASH_SHA1) ? DOMAINKEYS_FINE : DOMAINKEYS_SHA1_REFUSED;
}

/* ---- the key ---- */

static enum domainkeys_reason answer_reason(const struct answer *a)
{
    if (a->status == ANSWER_OVER_QUOTA)
        return DOMAINKEYS_OVER_QUOTA;
    if (answer_failed(a))
        return a->status == ANSWER_TIMEOUT ? DOMAINKEYS_DNS_TIMEOUT : DOMAINKEYS_DNS_FAILED;
    return answer_has_data(a) ? DOMAINKEYS_FINE : DOMAINKEYS_NO_KEY;
}

static enum domainkeys_reason key_reason(const struct run *run, const struct domainkeys_finding *f)
{
    const struct domainkeys_conf *conf = conf_of(run);
    const struct domainkeys_key *key = f->key;
    struct slice g = key->record.granularity;
    if (key->problem != DOMAINKEYS_FINE && key->problem != DOMAINKEYS_KEY_WEAK)
        return key->problem;
    /* RFC 4870 3.2.3: "this value MUST exactly match the local part of the sending address": no pattern, in this case. */
    if (g.len > 0 && !slice_same(g, f->sender.address->local))
        return DOMAINKEYS_GRANULARITY;
    return key->problem == DOMAINKEYS_KEY_WEAK || key->bits < conf->rsa_bits ? DOMAINKEYS_KEY_WEAK : DOMAINKEYS_FINE;
}

/* ---- the proof ---- */

static void *make_signed(struct check *c, void *signature)
{
    struct arena *arena = c->run.txn->arena;
    struct domainkeys_signed *fields = ARENA_NEW(arena, struct domainkeys_signed);
    return fields && domainkeys_sign_header(arena, c->run.txn->message, signature, fields) ? fields : NULL;
}

static struct digest_spec spec_of(const struct domainkeys_signature *s, const struct domainkeys_signed *fields)
{
    return (struct digest_spec){ .hash = HASH_SHA1, .canon = s->canon, .length = DIGEST_WHOLE, .prefix = fields->octets };
}

struct proof {
    const struct domainkeys_signature *signature;
    const struct domainkeys_key *key;
    const struct digest *digest;
    enum domainkeys_reason reason;
};

static enum domainkeys_reason verify(struct run *run, const struct proof *p)
{
    if (p->digest->len == 0)
        return DOMAINKEYS_TOO_MANY_DIGESTS;
    if (!spend_key_operations(run, 1))
        return DOMAINKEYS_BUDGET;
    switch (public_key_verify(p->key->key, HASH_SHA1, slice_of(p->digest->octets, p->digest->len), p->signature->b)) {
    case VERIFY_GOOD: return DOMAINKEYS_VERIFIED;
    case VERIFY_BAD: return DOMAINKEYS_DIFFERS;
    case VERIFY_REFUSED: return DOMAINKEYS_SHA1_REFUSED;
    case VERIFY_ERROR: return DOMAINKEYS_OWN_FAILURE;
    }
    return DOMAINKEYS_OWN_FAILURE;
}

/* Once: the policy may have to be waited for behind it. What it reads is pinned: field, answer and body. */
static void *make_proof(struct check *c, void *at)
{
    struct proof *p = ARENA_NEW(c->run.txn->arena, struct proof);
    if (!p)
        return NULL;
    *p = *(const struct proof *)at;
    p->reason = verify(&c->run, p);
    return p;
}

/* A good signature is not yet a pass. */
static enum domainkeys_reason after_the_proof(enum domainkeys_reason reason, const struct domainkeys_signed *fields)
{
    if (reason != DOMAINKEYS_VERIFIED)
        return reason;
    if (fields->odd_octets)
        return DOMAINKEYS_ODD_OCTETS;
    return fields->added ? DOMAINKEYS_FIELDS_ADDED : DOMAINKEYS_VERIFIED;
}

/* Key and proof of a usable signature; DOMAINKEYS_FINE: not yet. */
static enum domainkeys_reason examine(struct check *c, struct domainkeys_finding *f)
{
    union { const struct domainkeys_signature *in; void *out; } signature = { .in = f->signature };
    const struct domainkeys_signed *fields = once(c, ONCE_HEADER, make_signed, signature.out);
    if (!fields)
        return DOMAINKEYS_OWN_FAILURE;
    /* Before the first need: the body does not wait for the key. */
    order(c, spec_of(f->signature, fields));
    f->added = fields->added;
    f->asked = f->signature->key_name;
    const struct answer *answer = ask(c, f->asked, RTYPE_TXT);
    if (!answer)
        return DOMAINKEYS_FINE;
    enum domainkeys_reason reason = answer_reason(answer);
    if (reason != DOMAINKEYS_FINE)
        return reason;
    f->key = memo(&c->run, answer, domainkeys_key_make, domainkeys_key_release);
    if (!f->key)
        return DOMAINKEYS_OWN_FAILURE;
    reason = key_reason(&c->run, f);
    if (reason != DOMAINKEYS_FINE)
        return reason;
    const struct digest *body = digest(c, spec_of(f->signature, fields));
    if (!body)
        return DOMAINKEYS_FINE;
    const struct proof *proof = once(c, ONCE_PROOF, make_proof, &(struct proof){ f->signature, f->key, body, DOMAINKEYS_FINE });
    return proof ? after_the_proof(proof->reason, fields) : DOMAINKEYS_OWN_FAILURE;
}

/* ---- the policy ---- */

static void overrule(struct domainkeys_finding *f, enum domainkeys_reason reason)
{
    f->cause = f->reason;
    f->reason = reason;
}

/* What the domain says of mail without a good signature. */
static void apply_policy(struct domainkeys_finding *f)
{
    enum auth_result word = domainkeys_reasons[f->reason].word;
    bool testing = (f->key && f->key->record.testing) || f->policy->testing;
    if (testing && (word != AUTH_NONE || f->policy->all_signed))
        overrule(f, DOMAINKEYS_TESTING);
    else if (f->policy->all_signed && word != AUTH_FAIL)
        overrule(f, DOMAINKEYS_ALL_SIGNED);
}

static bool is_open_to_policy(const struct domainkeys_finding *f)
{
    enum auth_result word = domainkeys_reasons[f->reason].word;
    return f->sender.field && (word == AUTH_NONE || word == AUTH_FAIL || word == AUTH_PERMERROR);
}

/* False: not yet. RFC 4870 3.6.2: asked for only if the message is unsigned or does not verify. */
static bool consult_policy(struct check *c, struct domainkeys_finding *f)
{
    static const struct domainkeys_policy none = { .all_signed = false };
    if (!is_open_to_policy(f))
        return true;
    /* "a policy cannot switch off a selector's testing": nothing it could say would change this. */
    if (f->key && f->key->record.testing) {
        overrule(f, DOMAINKEYS_TESTING);
        return true;
    }
    f->asked = name_join(c->run.scratch, SLICE("_domainkey"), f->sender.address->normal_domain);
    const struct answer *answer = ask(c, f->asked, RTYPE_TXT);
    if (!answer)
        return false;
    enum domainkeys_reason reason = answer_reason(answer);
    f->policy = &none;
    if (reason == DOMAINKEYS_FINE)
        f->policy = memo(&c->run, answer, domainkeys_policy_make, domainkeys_policy_release);
    if (!f->policy)
        f->reason = DOMAINKEYS_OWN_FAILURE;
    else if (reason != DOMAINKEYS_FINE && reason != DOMAINKEYS_NO_KEY)
        overrule(f, reason);
    else
        apply_policy(f);
    return true;
}

/* ---- the method ---- */

static void domainkeys_check(struct check *c)
{
    struct domainkeys_finding f = { .signature = NULL };
    f.reason = before_the_key(c, &f);
    if (f.reason == DOMAINKEYS_FINE)
        f.reason = examine(c, &f);
    if (f.reason != DOMAINKEYS_FINE && consult_policy(c, &f))
        domainkeys_say(c, &f);
}

static void domainkeys_scout(struct scout *s)
{
    const struct field *field = message_field(s->run.txn->message, SLICE(DOMAINKEYS_FIELD), 1);
    const struct domainkeys_signature *signature = field ? parsed(&s->run, field, domainkeys_signature_make) : NULL;
    if (signature && signature->problem == DOMAINKEYS_FINE)
        hint(s, signature->key_name, RTYPE_TXT);
}

/* The keys that DKIM publishes serve here too, and Frank signs nothing with DomainKeys: there is one thing to say, "all mail is
 * signed", of a domain that has none. */
static void domainkeys_publish(const struct plan *plan, struct publication *p)
{
    struct domainkeys_policy policy = { .all_signed = true };
    struct text t = publish_text(p);
    if (!plan->never_sends)
        return;
    text_add_domainkeys_policy(&t, &policy);
    publish_txt(p, publish_name(p, "_domainkey", plan->domain), "", text_slice(&t));
}

static const char *const scout_fields[] = { DOMAINKEYS_FIELD, NULL };

static const char *const domainkeys_members[] = { "domain", "selector", "sender", "header", "key_bits", "testing", "policy", NULL };

const struct method domainkeys_method = {
    .members = domainkeys_members,
    .name = "domainkeys", .title = "DomainKeys (RFC 4870, historic)",
    .when = STAGE_HEADERS, .registered = true,
    .identities = 1u << IDENTITY_FROM | 1u << IDENTITY_PRA,
    .subjects_max = 1, .asks = DOMAINKEYS_ASKS, .hints = DOMAINKEYS_HINTS, .key_operations = DOMAINKEYS_KEY_OPERATIONS,
    .options = domainkeys_options, .conf_size = sizeof(struct domainkeys_conf),
    .reasons = domainkeys_reasons, .reason_count = DOMAINKEYS_REASONS,
    .reason_exempt = DOMAINKEYS_EXEMPT, .reason_own_failure = DOMAINKEYS_OWN_FAILURE,
    .check = domainkeys_check, .scout = domainkeys_scout, .scout_when = STAGE_HEADERS, .scout_fields = scout_fields,
    .explain = domainkeys_explain, .publish = domainkeys_publish, .lint = domainkeys_lint,
};
