/*
 * arc.c: the method: validation in the order of RFC 8617 5.2.
 */
#include "methods/arc/arc.h"

#include "methods/arc/arc_say.h"
#include "methods/dkim/dkim_header.h"
#include "methods/dkim/dkim_verify.h"

#include <assert.h>

static_assert(ARC_KEY_OPERATIONS > ARC_INSTANCE_MAX, "a chain of 50 sets needs 51 operations");

static const struct option arc_options[] = {
    OPTION_ENABLED(struct arc_conf, true),
    { "trusted_sealers", OPT_DOMAINS, "", 0, 0, offsetof(struct arc_conf, trusted_sealers), NULL,
      "Domains (d= of ARC-Seal) whose account of a message on its way here may explain a DMARC failure to the verdict. A chain is followed "
      "back only as far as every sealer is one of these. It never turns a DMARC result into pass." },
    { "clock_skew", OPT_DURATION, "300s", 0, 86400, offsetof(struct arc_conf, clock_skew), NULL,
      "How far the newest message signature's time (t=) may lie ahead, and its expiry (x=) behind, of our clock." },
    { "rsa_bits", OPT_UINT, "1024", 1024, 4096, offsetof(struct arc_conf, rsa_bits), NULL,
      "Shortest RSA key, in bits, whose signatures count (RFC 8301 section 3.2: never less than 1024)." },
    { .type = OPT_END },
};

/* ---- one signature of the chain ---- */

struct proof {
    enum dkim_reason reason;
    unsigned operations;
    bool open;                                /* From, or a second copy of a field people read, is not covered (threats.md T11) */
};

struct proving {
    const struct dkim_signature *signature;
    const struct answer *answer;
    const struct digest *body;                /* NULL for seals */
    const uint8_t *seal_hash;                 /* NULL for message signatures */
    unsigned operations_left;
};

static bool covers_from(const struct dkim_signature *s)
{
    for (size_t i = 0; i < s->name_count; i++)
        if (slice_same_nocase(s->names[i], SLICE("From")))
            return true;
    return false;
}

static enum dkim_reason message_hash(struct check *c, const struct proving *p, struct proof *proof, uint8_t out[HASH_OCTETS_MAX])
{
    const struct dkim_signature *s = p->signature;
    struct signed_fields fields;
    enum dkim_reason reason = dkim_body_reason(s, p->body);
    if (reason != DKIM_FINE)
        return reason;
    /* Whatever stands behind l= is anybody's; a chain that vouches for it would be worse than none. */
    if (dkim_leaves_body_unsigned(s, p->body))
        return DKIM_LENGTH_SHORT;
    if (!dkim_select_fields(c->run.scratch, c->run.txn->message, s, &fields))
        return DKIM_OWN_FAILURE;
    if (fields.covers_itself)
        return DKIM_COVERS_ITSELF;
    if (fields.odd_octets)
        return DKIM_ODD_OCTETS;
    proof->open = fields.added != NULL || !covers_from(s);
    return dkim_header_hash(&fields, s, out) ? DKIM_FINE : DKIM_OWN_FAILURE;
}

static enum dkim_reason prove_with(struct check *c, const struct proving *p, struct proof *proof)
{
    const struct arc_conf *conf = conf_of(&c->run);
    const struct dkim_signature *s = p->signature;
    enum dkim_reason reason = dkim_answer_reason(p->answer);
    if (reason != DKIM_FINE)
        return reason;
    const struct dkim_keys *keys = memo(&c->run, p->answer, dkim_keys_make, dkim_keys_release);
    if (!keys)
        return DKIM_OWN_FAILURE;
    struct dkim_choice choice = dkim_choose_keys(keys, s, (unsigned)conf->rsa_bits);
    if (choice.reason != DKIM_FINE)
        return choice.reason;
    if (choice.count > p->operations_left)
        return DKIM_BUDGET;
    proof->operations = (unsigned)choice.count;
    if (p->seal_hash)
        return dkim_try_keys(&c->run, &choice, s, slice_of(p->seal_hash, hash_octets(s->hash)));
    uint8_t hash[HASH_OCTETS_MAX];
    reason = message_hash(c, p, proof, hash);
    return reason == DKIM_FINE ? dkim_try_keys(&c->run, &choice, s, slice_of(hash, hash_octets(s->hash))) : reason;
}

static void *prove(struct check *c, void *argument)
{
    struct proof *proof = ARENA_NEW(c->run.txn->arena, struct proof);
    if (proof)
        proof->reason = prove_with(c, argument, proof);
    return proof;
}

/* The proof of one signature, made once; its reason is DKIM_FINE while something is not there yet. */
enum once_kind { ONCE_MESSAGE = 1, ONCE_SEAL, ONCE_HASHES };

static unsigned once_key(enum once_kind kind, unsigned instance)
{
    return (unsigned)kind << 8 | instance;
}

static void *make_hashes(struct check *c, void *argument)
{
    struct arc_hashes *hashes = ARENA_NEW(c->run.txn->arena, struct arc_hashes);
    if (hashes)
        arc_seal_hashes(argument, hashes);
    return hashes;
}

/* Runs of one check keep count of operations in the order of validation, so the count is the same in every run. */
struct walk {
    struct check *check;
    struct arc_chain *chain;
    unsigned operations;
    bool newest_open;                         /* of the newest message signature */
};

static enum dkim_reason proof_reason(struct walk *w, unsigned key, struct proving *p)
{
    p->operations_left = ARC_KEY_OPERATIONS - w->operations;
    const struct proof *proof = once(w->check, key, prove, p);
    if (!proof)
        return DKIM_OWN_FAILURE;
    w->operations += proof->operations;
    if (key == once_key(ONCE_MESSAGE, w->chain->count))
        w->newest_open = proof->open;
    return proof->reason;
}

/* DKIM_VERIFIED, DKIM_FINE for "not yet", or why it fails. */
static enum dkim_reason try_message(struct walk *w, unsigned i)
{
    const struct arc_conf *conf = conf_of(&w->check->run);
    const struct dkim_signature *s = w->chain->sets[i].message;
    enum dkim_reason reason = dkim_time_reason(s, w->check->run.txn->now, (int64_t)conf->clock_skew);
    if (reason != DKIM_FINE)
        return reason;
    struct proving p = { .signature = s, .answer = ask(w->check, s->key_name, RTYPE_TXT) };
    if (!p.answer)
        return DKIM_FINE;
    p.body = digest(w->check, dkim_digest_spec(s));
    return p.body ? proof_reason(w, once_key(ONCE_MESSAGE, i), &p) : DKIM_FINE;
}

static enum dkim_reason try_seal(struct walk *w, unsigned i)
{
    const struct dkim_signature *s = w->chain->sets[i].seal;
    struct proving p = { .signature = s, .answer = ask(w->check, s->key_name, RTYPE_TXT) };
    if (!p.answer)
        return DKIM_FINE;
    const struct arc_hashes *hashes = once(w->check, once_key(ONCE_HASHES, 0), make_hashes, w->chain);
    if (!hashes || !hashes->good)
        return DKIM_OWN_FAILURE;
    p.seal_hash = hashes->at[i];
    return proof_reason(w, once_key(ONCE_SEAL, i), &p);
}

/* ---- the chain ---- */

static enum arc_reason reason_of(enum dkim_reason reason, bool seal)
{
    if (reason == DKIM_OWN_FAILURE)
        return ARC_OWN_FAILURE;
    if (reason == DKIM_DNS_TIMEOUT || reason == DKIM_DNS_FAILED)
        return ARC_KEY_UNKNOWN;
    if (reason == DKIM_OVER_QUOTA)
        return ARC_OVER_QUOTA;
    if (reason == DKIM_BUDGET)
        return ARC_BUDGET;
    if (seal)
        return ARC_SEAL_FAILS;
    return reason == DKIM_BODY_DIFFERS ? ARC_AMS_BODY : ARC_AMS_FAILS;
}

static void say_failed(struct walk *w, enum dkim_reason detail, unsigned instance, bool seal)
{
    arc_say(w->check, &(struct arc_finding){ .reason = reason_of(detail, seal), .instance = instance, .detail = detail, .chain = w->chain });
}

/* The lowest instance still tried for oldest-pass. */
static unsigned lowest_tried(const struct arc_chain *chain)
{
    return chain->count > ARC_OLDER_MAX ? chain->count - ARC_OLDER_MAX : 1;
}

/* Body hashes wait for nothing; keys leave all at once. */
static void order_and_prefetch(struct walk *w)
{
    for (unsigned i = w->chain->count; i >= lowest_tried(w->chain); i--)
        order(w->check, dkim_digest_spec(w->chain->sets[i].message));
    for (unsigned i = w->chain->count; i > 0; i--) {
        prefetch(w->check, w->chain->sets[i].seal->key_name, RTYPE_TXT);
        if (i >= lowest_tried(w->chain))
            prefetch(w->check, w->chain->sets[i].message->key_name, RTYPE_TXT);
    }
}

/*
 * 5.2 step 5, after the seals because no result depends on it: down from the newest as long as message signatures
 * verify. False: not yet. *oldest: 0 if all do, else the lowest of the unbroken run (or the lowest tried).
 */
static bool find_oldest_pass(struct walk *w, unsigned *oldest)
{
    unsigned i = w->chain->count;
    for (; i > lowest_tried(w->chain); i--) {
        enum dkim_reason reason = try_message(w, i - 1);
        if (reason == DKIM_FINE)
            return false;
        if (reason != DKIM_VERIFIED)
            break;
    }
    *oldest = i == 1 ? 0 : i;
    return true;
}

static void validate(struct walk *w)
{
    struct arc_finding f = { .reason = ARC_INTACT, .chain = w->chain };
    unsigned newest = w->chain->count;
    order_and_prefetch(w);
    enum dkim_reason reason = try_message(w, newest);
    if (reason == DKIM_FINE)
        return;
    if (reason != DKIM_VERIFIED) {
        say_failed(w, reason, newest, false);
        return;
    }
    for (unsigned i = newest; i > 0; i--) {
        reason = try_seal(w, i);
        if (reason == DKIM_FINE)
            return;
        if (reason != DKIM_VERIFIED) {
            say_failed(w, reason, i, true);
            return;
        }
    }
    f.open = w->newest_open;
    if (find_oldest_pass(w, &f.oldest_pass))
        arc_say(w->check, &f);
}

static void *read_field(void *context, const struct field *field, void *(*make)(struct arena *, const struct field *))
{
    return parsed(context, field, make);
}

static void arc_check(struct check *c)
{
    const struct arc_reader reader = { .read = read_field, .context = &c->run };
    struct walk w = { .check = c, .chain = ARENA_NEW(c->run.scratch, struct arc_chain) };
    if (!w.chain || !arc_chain_collect(c->run.txn->message, &reader, w.chain)) {
        say(c, ARC_OWN_FAILURE, NULL);
        return;
    }
    if (w.chain->problem == ARC_FINE) {
        validate(&w);
        return;
    }
    const struct dkim_signature *malformed = w.chain->problem_field;
    enum dkim_reason detail = !malformed ? DKIM_FINE : malformed->problem != DKIM_FINE ? malformed->problem : DKIM_SHA1;
    arc_say(c, &(struct arc_finding){
        .reason = detail == DKIM_OWN_FAILURE ? ARC_OWN_FAILURE : w.chain->problem, .instance = w.chain->problem_instance,
        .detail = detail, .chain = w.chain,
    });
}

/* ---- the scout ---- */

static void arc_scout(struct scout *s)
{
    const struct message *m = s->run.txn->message;
    unsigned hinted = 0;
    for (size_t i = 0; i < m->count && hinted < ARC_HINTS; i++) {
        const struct field *f = m->fields[i];
        bool seal = slice_same_nocase(f->name, SLICE("ARC-Seal"));
        if (!seal && !slice_same_nocase(f->name, SLICE("ARC-Message-Signature")))
            continue;
        const struct dkim_signature *signature = parsed(&s->run, f, seal ? arc_seal_make : arc_message_signature_make);
        hinted++;
        if (signature && signature->problem == DKIM_FINE && signature->hash != HASH_SHA1)
            hint(s, signature->key_name, RTYPE_TXT);
    }
}

static const char *const scout_fields[] = { "ARC-Seal", "ARC-Message-Signature", NULL };

static const char *const arc_members[] = { "sets", "sealers", NULL };

const struct method arc_method = {
    .members = arc_members,
    .name = "arc",
    .title = "Authenticated Received Chain (RFC 8617)",
    .when = STAGE_HEADERS,
    .registered = true,
    .subjects_max = 1,
    .asks = ARC_ASKS,
    .hints = ARC_HINTS,
    .key_operations = ARC_KEY_OPERATIONS,
    .options = arc_options,
    .conf_size = sizeof(struct arc_conf),
    .reasons = arc_reasons,
    .reason_count = ARC_REASON_COUNT,
    .reason_exempt = ARC_EXEMPT,
    .reason_own_failure = ARC_OWN_FAILURE,
    .check = arc_check,
    .scout = arc_scout,
    .scout_when = STAGE_HEADERS,
    .scout_fields = scout_fields,
};
