#include "methods/dkim/dkim_say.h"

#include "methods/dkim/dkim_verify.h"

#include <inttypes.h>

#define TEXT_OCTETS_MAX 1024
#define PROPERTIES_MAX 5

void text_add_age(struct text *t, int64_t seconds)
{
    int64_t days = seconds / 86400;
    if (days >= 730)
        text_addf(t, "%" PRId64 " years", days / 365);
    else if (days >= 90)
        text_addf(t, "%" PRId64 " months", days / 30);
    else
        text_addf(t, "%" PRId64 " days", days);
}

/* ---- one line for people ---- */

static void add_key_and_algorithm(struct text *t, const struct dkim_finding *f)
{
    text_add_shown(t, f->signature->algorithm, true);
    if (f->key && f->key->type == KEY_RSA)
        text_addf(t, ", %u bits", f->key->bits);
}

static void add_good(struct text *t, const struct dkim_finding *f)
{
    text_add_str(t, "signed by ");
    text_add_shown(t, f->signature->domain, true);
    text_add_str(t, " (");
    add_key_and_algorithm(t, f);
    if (f->key && f->key->testing)
        text_add_str(t, ", testing");
    text_add_str(t, ")");
}

static void add_gone(struct text *t, const struct dkim_finding *f, const struct txn *txn)
{
    text_add_str(t, "the key at ");
    text_add_shown(t, f->signature->key_name, true);
    text_add_str(t, " is gone and the mail is ");
    text_add_age(t, dkim_age(txn, f->signature));
    text_add_str(t, " old");
}

/* The particulars behind the reason's own words. */
static void add_particulars(struct text *t, const struct dkim_finding *f, const struct txn *txn)
{
    const struct dkim_signature *s = f->signature;
    if (s->problem != DKIM_FINE && f->reason == s->problem && s->problem_tag)
        text_addf(t, " (%s=)", s->problem_tag);
    if (f->reason == DKIM_NO_KEY || f->reason == DKIM_KEY_NONE_HERE || f->reason == DKIM_KEY_REVOKED
        || f->reason == DKIM_DNS_TIMEOUT || f->reason == DKIM_DNS_FAILED || f->reason == DKIM_KEY_SYNTAX) {
        text_add_str(t, ": ");
        text_add_shown(t, s->key_name, true);
    }
    if (f->reason == DKIM_KEY_WEAK && f->key)
        text_addf(t, ": %u bits", f->key->bits);
    if (f->reason == DKIM_FIELDS_ADDED && f->fields.added)
        text_addf(t, ": %s", f->fields.added);
    if (f->reason == DKIM_LENGTH_SHORT && f->body)
        text_addf(t, ": %" PRIu64 " of %" PRIu64 " octets are signed", s->length, f->body->body_octets);
    if (f->reason == DKIM_EXPIRED) {
        text_add_str(t, ", ");
        text_add_age(t, txn->now - s->expires);
        text_add_str(t, " ago");
    }
    if (f->key && f->key->hint && f->reason == f->key->problem)
        text_addf(t, "; %s", f->key->hint);
}

static struct slice line_of(const struct dkim_finding *f, const struct txn *txn)
{
    struct text t = text_in(txn->arena, TEXT_OCTETS_MAX);
    if (f->reason == DKIM_VERIFIED) {
        add_good(&t, f);
    } else if (f->reason == DKIM_KEY_GONE) {
        add_gone(&t, f, txn);
    } else {
        text_add_str(&t, dkim_reasons[f->reason].text);
        add_particulars(&t, f, txn);
    }
    return text_slice(&t);
}

/* ---- Authentication-Results ---- */

static struct slice without_blanks(struct arena *arena, struct slice text, size_t limit)
{
    struct text out = text_in(arena, limit);
    struct cursor c = cursor_of(text);
    for (skip_fws(&c); !at_end(&c) && out.len < limit; skip_fws(&c))
        text_add_octet(&out, take_octet(&c));
    return text_slice(&out);
}

static size_t same_start(struct slice a, struct slice b)
{
    size_t n = 0;
    while (n < a.len && n < b.len && a.at[n] == b.at[n])
        n++;
    return n;
}

/* RFC 6008 section 4: at least eight characters of b=, more where another signature starts alike. */
static struct slice header_b(struct run *run, const struct dkim_signature *s)
{
    const struct message *m = run->txn->message;
    struct slice own = without_blanks(run->txn->arena, s->b_text, HEADER_B_OCTETS_MAX);
    size_t needed = HEADER_B_OCTETS_MIN;
    for (size_t i = 0; i < m->count; i++) {
        if (m->fields[i] == s->field || !slice_same_nocase(m->fields[i]->name, s->field->name))
            continue;
        const struct dkim_signature *other = parsed(run, m->fields[i], dkim_signature_make);
        if (!other)
            continue;
        size_t same = same_start(own, without_blanks(run->scratch, other->b_text, HEADER_B_OCTETS_MAX));
        if (same >= needed)
            needed = same + 1;
    }
    return slice_first(own, needed);
}

static size_t properties_of(struct run *run, const struct dkim_signature *s, struct property *out)
{
    const struct property all[PROPERTIES_MAX] = {
        { "header", "d", s->domain }, { "header", "i", s->domain.len ? s->identity : (struct slice){ NULL, 0 } },
        { "header", "s", s->selector }, { "header", "a", s->algorithm }, { "header", "b", header_b(run, s) },
    };
    size_t count = 0;
    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (all[i].value.len > 0)
            out[count++] = all[i];
    return count;
}

/* ---- facts ---- */

static void add_text_or_null(struct arena *arena, struct fact *group, const char *name, struct slice text)
{
    if (text.len > 0)
        fact_add_text(arena, group, name, text);
    else
        fact_add_null(arena, group, name);
}

static struct slice canonicalization(struct arena *arena, const struct dkim_signature *s)
{
    struct text t = text_in(arena, 32);
    text_addf(&t, "%s/%s", canon_name(s->header_canon), canon_name(s->body_canon));
    return text_slice(&t);
}

static const struct fact *facts_of(struct arena *arena, const struct dkim_finding *f, struct slice line)
{
    const struct dkim_signature *s = f->signature;
    struct fact *group = fact_group(arena, NULL);
    add_text_or_null(arena, group, "domain", s->domain);
    add_text_or_null(arena, group, "selector", s->selector);
    add_text_or_null(arena, group, "algorithm", s->algorithm);
    add_text_or_null(arena, group, "identity", s->identity);
    if (f->key && f->key->bits)
        fact_add_number(arena, group, "key_bits", f->key->bits);
    else
        fact_add_null(arena, group, "key_bits");
    fact_add_flag(arena, group, "testing", f->key && f->key->testing);
    fact_add_text(arena, group, "canonicalization", canonicalization(arena, s));
    if (s->signed_at >= 0)
        fact_add_number(arena, group, "signed_at", s->signed_at);
    if (s->expires >= 0)
        fact_add_number(arena, group, "expires", s->expires);
    fact_add_text(arena, group, "text", line);
    return group;
}

/* ---- say ---- */

void dkim_say(struct check *c, const struct dkim_finding *f)
{
    const struct dkim_signature *s = f->signature;
    struct arena *arena = c->run.txn->arena;
    struct property *properties = ARENA_ARRAY(arena, PROPERTIES_MAX, struct property);
    if (f->reason == DKIM_OWN_FAILURE || !properties) {
        say(c, DKIM_OWN_FAILURE, &(struct evidence){ .identity = IDENTITY_SIGNER, .domain = s->domain, .detail = s });
        return;
    }
    struct slice line = line_of(f, c->run.txn);
    struct evidence evidence = {
        .identity = IDENTITY_SIGNER,
        .domain = s->domain,
        .text = line,
        .properties = properties,
        .property_count = properties_of(&c->run, s, properties),
        .ar_reason = f->reason == DKIM_VERIFIED ? (struct slice){ NULL, 0 } : slice_str(dkim_reasons[f->reason].text),
        .facts = facts_of(arena, f, line),
        .detail = s,
    };
    say(c, f->reason, &evidence);
}

void dkim_say_untried(struct check *c, unsigned count)
{
    struct arena *arena = c->run.txn->arena;
    struct text t = text_in(arena, TEXT_OCTETS_MAX);
    text_addf(&t, "%u more signature%s not tried", count, count == 1 ? " was" : "s were");
    struct fact *group = fact_group(arena, NULL);
    fact_add_null(arena, group, "domain");
    fact_add_null(arena, group, "selector");
    fact_add_null(arena, group, "algorithm");
    fact_add_null(arena, group, "identity");
    fact_add_null(arena, group, "key_bits");
    fact_add_flag(arena, group, "testing", false);
    fact_add_number(arena, group, "untried", count);
    fact_add_text(arena, group, "text", text_slice(&t));
    say(c, DKIM_TOO_MANY, &(struct evidence){
        .identity = IDENTITY_SIGNER, .text = text_slice(&t), .facts = group, .ar_reason = slice_str(dkim_reasons[DKIM_TOO_MANY].text),
    });
}

/* ---- repair ---- */

enum repair_kind { REPAIR_NOTHING = 0, REPAIR_PUBLISH, REPAIR_RECORD, REPAIR_SIGNER, REPAIR_KEY, REPAIR_BODY, REPAIR_HEADER, REPAIR_SERVER };

static enum repair_kind repair_of(enum dkim_reason reason)
{
    switch (reason) {
    case DKIM_NO_KEY: case DKIM_KEY_NONE_HERE: case DKIM_KEY_REVOKED:
        return REPAIR_PUBLISH;
    case DKIM_KEY_SYNTAX: case DKIM_KEY_DATA: case DKIM_KEY_TYPE: case DKIM_KEY_HASH: case DKIM_KEY_SERVICE: case DKIM_KEY_STRICT:
    case DKIM_KEY_TOO_MANY:
        return REPAIR_RECORD;
    case DKIM_KEY_WEAK: case DKIM_KEY_TOO_LONG: case DKIM_KEY_ODD:
        return REPAIR_KEY;
    case DKIM_BODY_DIFFERS: case DKIM_LENGTH_OVER_BODY:
        return REPAIR_BODY;
    case DKIM_SIGNATURE_DIFFERS: case DKIM_FIELDS_ADDED:
        return REPAIR_HEADER;
    case DKIM_DNS_TIMEOUT: case DKIM_DNS_FAILED:
        return REPAIR_SERVER;
    case DKIM_COVERS_ITSELF: case DKIM_LENGTH_SHORT: case DKIM_ODD_OCTETS: case DKIM_SHA1: case DKIM_TOO_MANY_NAMES: case DKIM_SYNTAX:
    case DKIM_TAG_TWICE: case DKIM_ALGORITHM_UNKNOWN: case DKIM_CANON_UNKNOWN: case DKIM_QUERY_UNKNOWN: case DKIM_TAG_MISSING:
    case DKIM_VERSION: case DKIM_B_MALFORMED: case DKIM_BH_MALFORMED: case DKIM_D_MALFORMED: case DKIM_S_MALFORMED:
    case DKIM_I_MALFORMED: case DKIM_I_FOREIGN: case DKIM_H_MALFORMED: case DKIM_FROM_UNSIGNED: case DKIM_L_MALFORMED:
    case DKIM_T_MALFORMED: case DKIM_X_MALFORMED: case DKIM_X_BEFORE_T: case DKIM_FUTURE: case DKIM_C_MALFORMED:
    case DKIM_CV_MALFORMED: case DKIM_H_FORBIDDEN:
        return REPAIR_SIGNER;
    case DKIM_FINE: case DKIM_EXEMPT: case DKIM_OWN_FAILURE: case DKIM_OVER_QUOTA: case DKIM_DEADLINE: case DKIM_VERIFIED:
    case DKIM_TOO_MANY: case DKIM_HEADER_OVERFLOW: case DKIM_TOO_MANY_DIGESTS: case DKIM_BUDGET: case DKIM_EXPIRED: case DKIM_KEY_GONE:
    case DKIM_REASON_COUNT:
        return REPAIR_NOTHING;
    }
    return REPAIR_NOTHING;
}

static void add_repair(struct text *t, enum repair_kind kind, const struct dkim_signature *s, const struct reason *reason)
{
    static const char *const before[] = {
        [REPAIR_NOTHING] = "", [REPAIR_PUBLISH] = "publish the public key at ", [REPAIR_RECORD] = "correct the key record at ",
        [REPAIR_SIGNER] = "correct the signer's settings: ",
        [REPAIR_KEY] = "make a new key of 2048 bits, and publish it instead of ",
        [REPAIR_BODY] = "if your own hosts changed the body, sign behind the last of them",
        [REPAIR_HEADER] = "sign behind the last host that changes header fields, list each once more than it occurs, and check the key at ",
        [REPAIR_SERVER] = "the name servers do not answer for ",
    };
    text_add_str(t, before[kind]);
    if (kind == REPAIR_SIGNER)
        text_add_str(t, reason->text);
    else if (kind != REPAIR_BODY)
        text_add_shown(t, s->key_name, true);
}

struct slice dkim_explain(struct arena *arena, const struct txn *txn, const struct result *result)
{
    (void)txn;
    const struct dkim_signature *s = result->evidence.detail;
    enum repair_kind kind = repair_of((enum dkim_reason)result->reason);
    struct text t = text_in(arena, TEXT_OCTETS_MAX);
    if (!s || s->domain.len == 0 || kind == REPAIR_NOTHING)
        return (struct slice){ NULL, 0 };
    text_add_shown(&t, s->domain, true);
    text_add_str(&t, ": ");
    add_repair(&t, kind, s, &dkim_reasons[result->reason]);
    return text_slice(&t);
}
