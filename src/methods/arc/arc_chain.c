#include "methods/arc/arc_chain.h"

#include "mail/lexer.h"
#include "methods/dkim/dkim_header.h"

/* ---- ARC-Authentication-Results ---- */

/* arc-info = instance [CFWS] ";" authres-payload; instance = [CFWS] "i" [CFWS] "=" [CFWS] position     RFC 8617 4.1.1, 4.2.1 */
void *arc_results_make(struct arena *arena, const struct field *field)
{
    struct arc_results *r = ARENA_NEW(arena, struct arc_results);
    struct cursor c = cursor_of(field->value);
    if (!r)
        return NULL;
    skip_cfws(&c);
    expect(&c, 'i');
    skip_cfws(&c);
    expect(&c, '=');
    skip_cfws(&c);
    struct slice digits = take_while(&c, is_digit);
    skip_cfws(&c);
    expect(&c, ';');
    r->payload = take_rest(&c);
    uint64_t n;
    if (!c.bad && digits.len <= 2 && number_of(digits, 1, ARC_INSTANCE_MAX, &n))
        r->instance = (unsigned)n;
    return r;
}

/* ---- collecting ---- */

static void complain(struct arc_chain *chain, enum arc_reason problem, unsigned instance, const struct dkim_signature *field)
{
    if (chain->problem != ARC_FINE)
        return;
    chain->problem = problem;
    chain->problem_instance = instance;
    chain->problem_field = field;
}

/* The set of an instance, whose slot must still be free. */
static struct arc_set *set_of(struct arc_chain *chain, unsigned instance)
{
    if (instance > chain->count)
        chain->count = instance;
    return &chain->sets[instance];
}

static void put_results(struct arc_chain *chain, const struct field *field, const struct arc_results *r)
{
    if (r->instance == 0) {
        complain(chain, ARC_AAR_MALFORMED, 0, NULL);
        return;
    }
    struct arc_set *set = set_of(chain, r->instance);
    if (set->results)
        complain(chain, ARC_INSTANCES, r->instance, NULL);
    set->results_field = field;
    set->results = r;
}

static void put_signature(struct arc_chain *chain, const struct dkim_signature *s, enum arc_reason malformed)
{
    bool seal = s->kind == SIGNATURE_ARC_SEAL;
    if (s->problem != DKIM_FINE || s->hash == HASH_SHA1)
        complain(chain, malformed, s->instance, s);
    if (s->instance == 0)
        return;
    struct arc_set *set = set_of(chain, s->instance);
    const struct dkim_signature **slot = seal ? &set->seal : &set->message;
    if (*slot)
        complain(chain, ARC_INSTANCES, s->instance, NULL);
    *slot = s;
}

static bool put_field(const struct arc_reader *reader, struct arc_chain *chain, const struct field *f)
{
    if (slice_same_nocase(f->name, SLICE("ARC-Authentication-Results"))) {
        const struct arc_results *r = reader->read(reader->context, f, arc_results_make);
        if (r)
            put_results(chain, f, r);
        return r != NULL;
    }
    bool seal = slice_same_nocase(f->name, SLICE("ARC-Seal"));
    if (!seal && !slice_same_nocase(f->name, SLICE("ARC-Message-Signature")))
        return true;
    const struct dkim_signature *s = reader->read(reader->context, f, seal ? arc_seal_make : arc_message_signature_make);
    if (s)
        put_signature(chain, s, seal ? ARC_SEAL_MALFORMED : ARC_AMS_MALFORMED);
    return s != NULL;
}

/* ---- judging ---- */

static void judge_sets(struct arc_chain *chain)
{
    for (unsigned i = 1; i <= chain->count; i++) {
        const struct arc_set *set = &chain->sets[i];
        if (!set->results && !set->message && !set->seal)
            complain(chain, ARC_INSTANCES, i, NULL);
        else if (!set->results || !set->message || !set->seal)
            complain(chain, ARC_INCOMPLETE, i, NULL);
        else if (set->results_field->odd_octets || set->message->field->odd_octets || set->seal->field->odd_octets)
            complain(chain, ARC_ODD_OCTETS, i, NULL);
    }
}

/* 5.2 step 2: the newest seal's own verdict; step 3: none at 1, pass above. */
static void judge_chain_values(struct arc_chain *chain)
{
    if (chain->sets[chain->count].seal->chain == CHAIN_FAIL)
        complain(chain, ARC_CV_FAIL, chain->count, NULL);
    for (unsigned i = 1; i <= chain->count; i++)
        if (chain->sets[i].seal->chain != (i == 1 ? CHAIN_NONE : CHAIN_PASS))
            complain(chain, ARC_CV_WRONG, i, NULL);
}

/* A seal is made after the message signature, which therefore cannot cover one of its own set or a later one. */
static void judge_coverage(struct arc_chain *chain)
{
    for (unsigned i = 1; i <= chain->count; i++) {
        const struct dkim_signature *s = chain->sets[i].message;
        for (size_t k = 0; k < s->name_count; k++)
            if (slice_same_nocase(s->names[k], SLICE("ARC-Seal")))
                complain(chain, ARC_AMS_COVERS_SEAL, i, NULL);
    }
}

bool arc_chain_collect(const struct message *m, const struct arc_reader *reader, struct arc_chain *chain)
{
    static const char *const names[] = { "ARC-Seal", "ARC-Message-Signature", "ARC-Authentication-Results" };
    unsigned most = 0;
    *chain = (struct arc_chain){ .problem = ARC_FINE };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        unsigned count = message_count(m, slice_str(names[i]));
        most = count > most ? count : most;
    }
    if (most == 0)
        complain(chain, ARC_NO_CHAIN, 0, NULL);
    if (m->overflow && most > 0)
        complain(chain, ARC_HEADER_OVERFLOW, 0, NULL);
    if (most > ARC_INSTANCE_MAX)
        complain(chain, ARC_TOO_MANY_SETS, 0, NULL);
    if (chain->problem != ARC_FINE)
        return true;
    for (size_t i = 0; i < m->count; i++)
        if (!put_field(reader, chain, m->fields[i]))
            return false;
    judge_sets(chain);
    if (chain->problem == ARC_FINE)
        judge_chain_values(chain);
    if (chain->problem == ARC_FINE)
        judge_coverage(chain);
    return true;
}

/* ---- what the seals sign ---- */

static void add_whole(struct gather *g, const struct field *field)
{
    canon_field(CANON_RELAXED, field->raw, gather_sink, g);
    gather_sink(g, SLICE("\r\n"));
}

/* All sets below are in `all` already: this one's first two fields follow, then, in a copy, the seal without its value. */
static bool hash_one(struct gather *all, struct gather *own, const struct arc_set *set, uint8_t out[HASH_OCTETS_MAX])
{
    add_whole(all, set->results_field);
    add_whole(all, set->message->field);
    gather_flush(all);
    if (!hasher_copy(own->hasher, all->hasher))
        return false;
    canon_field_without(CANON_RELAXED, set->seal->field->raw, set->seal->hole, gather_sink, own);
    gather_flush(own);
    add_whole(all, set->seal->field);
    return hasher_end(own->hasher, out);
}

void arc_seal_hashes(const struct arc_chain *chain, struct arc_hashes *out)
{
    struct gather all, own;
    all.len = own.len = 0;
    all.hasher = hasher_new(HASH_SHA256);
    own.hasher = hasher_new(HASH_SHA256);
    out->good = all.hasher && own.hasher;
    for (unsigned i = 1; i <= chain->count && out->good; i++)
        out->good = hash_one(&all, &own, &chain->sets[i], out->at[i]);
    hasher_free(all.hasher);
    hasher_free(own.hasher);
}
