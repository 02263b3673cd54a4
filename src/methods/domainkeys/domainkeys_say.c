#include "methods/domainkeys/domainkeys_say.h"

#include "methods/domainkeys/domainkeys.h"

#define TEXT_OCTETS_MAX 1024
#define PROPERTIES_MAX 2
#define HISTORIC "SHA-1, historic (RFC 4870)"

/* ---- one line for people ---- */

static bool is_of_the_key(enum domainkeys_reason reason)
{
    return (reason >= DOMAINKEYS_NO_KEY && reason <= DOMAINKEYS_KEY_TYPE) || reason == DOMAINKEYS_KEY_TOO_LONG;
}

static bool is_of_dns(enum domainkeys_reason reason)
{
    return reason == DOMAINKEYS_DNS_TIMEOUT || reason == DOMAINKEYS_DNS_FAILED;
}

static void add_good(struct text *t, const struct domainkeys_finding *f)
{
    text_add_str(t, "signed by ");
    text_add_shown(t, f->signature->domain, true);
    text_addf(t, " (rsa-sha1, %u bits%s)", f->key->bits, f->key->record.testing ? ", testing" : "");
}

/* The particulars behind the reason's own words. */
static void add_particulars(struct text *t, const struct domainkeys_finding *f, enum domainkeys_reason reason)
{
    const struct domainkeys_signature *s = f->signature;
    if (reason == DOMAINKEYS_TAG_MISSING)
        text_addf(t, " (%c=)", s->problem_tag);
    if (is_of_the_key(reason) || is_of_dns(reason)) {
        text_add_str(t, ": ");
        text_add_shown(t, is_of_dns(reason) ? f->asked : s->key_name, true);
    }
    if (reason == DOMAINKEYS_KEY_WEAK)
        text_addf(t, ": %u bits", f->key->bits);
    if (reason == DOMAINKEYS_FIELDS_ADDED)
        text_addf(t, ": %s", f->added);
}

static struct slice line_of(struct arena *arena, const struct domainkeys_finding *f)
{
    struct text t = text_in(arena, TEXT_OCTETS_MAX);
    if (f->reason == DOMAINKEYS_VERIFIED) {
        add_good(&t, f);
        return text_slice(&t);
    }
    text_add_str(&t, domainkeys_reasons[f->reason].text);
    add_particulars(&t, f, f->reason);
    if (f->cause != DOMAINKEYS_FINE && f->cause != DOMAINKEYS_NO_SIGNATURE) {
        text_add_str(&t, "; ");
        text_add_str(&t, domainkeys_reasons[f->cause].text);
        add_particulars(&t, f, f->cause);
    }
    return text_slice(&t);
}

/* ---- members ---- */

static bool is_from_sender(const struct domainkeys_finding *f)
{
    return f->sender.field && slice_same_nocase(f->sender.field->name, SLICE("Sender"));
}

static struct slice sender_text(struct arena *arena, const struct domainkeys_finding *f)
{
    struct text t = text_in(arena, TEXT_OCTETS_MAX);
    if (f->sender.address)
        text_add_address(&t, f->sender.address);
    return text_slice(&t);
}

static void add_text_or_null(struct arena *arena, struct fact *group, const char *name, struct slice text)
{
    if (text.len > 0)
        fact_add_text(arena, group, name, text);
    else
        fact_add_null(arena, group, name);
}

static const char *policy_word(const struct domainkeys_policy *policy)
{
    if (!policy || !policy->found)
        return NULL;
    return policy->all_signed ? "all" : "some";
}

static const struct fact *facts_of(struct arena *arena, const struct domainkeys_finding *f, struct slice sender, struct slice line)
{
    static const struct slice nothing = { NULL, 0 };
    const struct domainkeys_signature *s = f->signature;
    struct fact *group = fact_group(arena, NULL);
    add_text_or_null(arena, group, "domain", s ? s->domain : nothing);
    add_text_or_null(arena, group, "selector", s ? s->selector : nothing);
    add_text_or_null(arena, group, "sender", sender);
    fact_add_str(arena, group, "header", !f->sender.field ? NULL : is_from_sender(f) ? "sender" : "from");
    if (f->key && f->key->bits)
        fact_add_number(arena, group, "key_bits", f->key->bits);
    else
        fact_add_null(arena, group, "key_bits");
    fact_add_flag(arena, group, "testing", (f->key && f->key->record.testing) || (f->policy && f->policy->testing));
    fact_add_str(arena, group, "policy", policy_word(f->policy));
    if (s && s->problem == DOMAINKEYS_FINE) {
        fact_add_str(arena, group, "algorithm", "rsa-sha1");
        fact_add_str(arena, group, "canonicalization", canon_name(s->canon));
        fact_add_flag(arena, group, "historic", true);
    }
    if (f->cause != DOMAINKEYS_FINE)
        fact_add_str(arena, group, "cause", domainkeys_reasons[f->cause].name);
    if (is_of_dns(f->reason))
        fact_add_text(arena, group, "unanswered", slice_dup(arena, f->asked));
    fact_add_text(arena, group, "text", line);
    return group;
}

static size_t properties_of(const struct domainkeys_finding *f, struct slice sender, struct property *out)
{
    size_t count = 0;
    if (f->signature && f->signature->domain.len > 0)
        out[count++] = (struct property){ "header", "d", f->signature->domain };
    if (sender.len > 0)
        out[count++] = (struct property){ "header", is_from_sender(f) ? "sender" : "from", sender };
    return count;
}

/* ---- say ---- */

/* Mail that has nothing to do with DomainKeys gets no word about it. */
static bool is_quiet(const struct message *m, enum domainkeys_reason reason)
{
    bool is_unsigned = message_count(m, SLICE(DOMAINKEYS_FIELD)) == 0;
    return is_unsigned && (reason == DOMAINKEYS_NO_SIGNATURE || reason == DOMAINKEYS_HEADER_OVERFLOW);
}

/* threats.md T21: a reader of the field is told what such a pass is worth. */
static struct slice authres_reason(enum domainkeys_reason reason)
{
    return reason == DOMAINKEYS_VERIFIED ? SLICE(HISTORIC) : slice_str(domainkeys_reasons[reason].text);
}

void domainkeys_say(struct check *c, const struct domainkeys_finding *f)
{
    struct arena *arena = c->run.txn->arena;
    struct property *properties = ARENA_ARRAY(arena, PROPERTIES_MAX, struct property);
    if (f->reason == DOMAINKEYS_OWN_FAILURE || !properties) {
        say(c, DOMAINKEYS_OWN_FAILURE, NULL);
        return;
    }
    struct slice line = line_of(arena, f), sender = sender_text(arena, f);
    say(c, f->reason, &(struct evidence){
        .identity = !f->sender.field ? IDENTITY_NONE : is_from_sender(f) ? IDENTITY_PRA : IDENTITY_FROM,
        .domain = f->sender.field ? f->sender.address->normal_domain : (struct slice){ NULL, 0 },
        .text = line,
        .properties = properties,
        .property_count = properties_of(f, sender, properties),
        .ar_reason = authres_reason(f->reason),
        .facts = facts_of(arena, f, sender, line),
        .statement = f->reason == DOMAINKEYS_VERIFIED || (f->policy && f->policy->all_signed && !f->policy->testing),
        .quiet = is_quiet(c->run.txn->message, f->reason),
        .detail = f->signature,
    });
}

/* ---- repair ---- */

enum repair { REPAIR_NOTHING = 0, REPAIR_PUBLISH, REPAIR_RECORD, REPAIR_KEY, REPAIR_SIGNER, REPAIR_HEADER, REPAIR_POLICY, REPAIR_SERVER };

static enum repair repair_of(enum domainkeys_reason reason)
{
    switch (reason) {
    case DOMAINKEYS_NO_KEY: case DOMAINKEYS_KEY_REVOKED:
        return REPAIR_PUBLISH;
    case DOMAINKEYS_KEY_SYNTAX: case DOMAINKEYS_KEY_DATA: case DOMAINKEYS_KEY_TYPE: case DOMAINKEYS_GRANULARITY:
        return REPAIR_RECORD;
    case DOMAINKEYS_KEY_WEAK: case DOMAINKEYS_KEY_TOO_LONG: case DOMAINKEYS_KEY_ODD:
        return REPAIR_KEY;
    case DOMAINKEYS_DIFFERS: case DOMAINKEYS_FIELDS_ADDED:
        return REPAIR_HEADER;
    case DOMAINKEYS_ALL_SIGNED:
        return REPAIR_POLICY;
    case DOMAINKEYS_DNS_TIMEOUT: case DOMAINKEYS_DNS_FAILED:
        return REPAIR_SERVER;
    case DOMAINKEYS_SYNTAX: case DOMAINKEYS_TAG_TWICE: case DOMAINKEYS_TAG_MISSING: case DOMAINKEYS_ALGORITHM_UNKNOWN:
    case DOMAINKEYS_CANON_UNKNOWN: case DOMAINKEYS_QUERY_UNKNOWN: case DOMAINKEYS_B_MALFORMED: case DOMAINKEYS_D_MALFORMED:
    case DOMAINKEYS_S_MALFORMED: case DOMAINKEYS_H_MALFORMED: case DOMAINKEYS_D_FOREIGN: case DOMAINKEYS_SENDER_UNSIGNED:
    case DOMAINKEYS_ODD_OCTETS:
        return REPAIR_SIGNER;
    case DOMAINKEYS_FINE: case DOMAINKEYS_EXEMPT: case DOMAINKEYS_OWN_FAILURE: case DOMAINKEYS_OVER_QUOTA: case DOMAINKEYS_VERIFIED:
    case DOMAINKEYS_NO_SIGNATURE: case DOMAINKEYS_TESTING: case DOMAINKEYS_HEADER_OVERFLOW: case DOMAINKEYS_TOO_MANY_DIGESTS:
    case DOMAINKEYS_BUDGET: case DOMAINKEYS_SHA1_REFUSED: case DOMAINKEYS_SENDER_UNKNOWN: case DOMAINKEYS_TOO_MANY: case DOMAINKEYS_REASONS:
        return REPAIR_NOTHING;
    }
    return REPAIR_NOTHING;
}

/* The name a repair is about. */
static struct slice place_of(enum repair repair, const struct result *r)
{
    const struct domainkeys_signature *s = r->evidence.detail;
    if (repair == REPAIR_POLICY)
        return r->evidence.domain;
    if (repair == REPAIR_SERVER)
        return fact_text(r->evidence.facts, "unanswered");
    if (repair == REPAIR_SIGNER)
        return slice_str(domainkeys_reasons[r->reason].text);
    return s ? s->key_name : (struct slice){ NULL, 0 };
}

struct slice domainkeys_explain(struct arena *arena, const struct txn *txn, const struct result *result)
{
    static const char *const before[] = {
        [REPAIR_NOTHING] = "", [REPAIR_PUBLISH] = "publish the public key at ", [REPAIR_RECORD] = "correct the key record at ",
        [REPAIR_KEY] = "make a new RSA key of 2048 bits, and publish it instead of ",
        [REPAIR_SIGNER] = "correct the signer's settings, or sign with DKIM only: ",
        [REPAIR_HEADER] = "sign behind the last of your hosts that changes the message, and check the key at ",
        [REPAIR_POLICY] = "if DKIM is all you sign with, remove \"o=-\" from the TXT record at _domainkey.",
        [REPAIR_SERVER] = "the name servers do not answer for ",
    };
    const struct domainkeys_signature *s = result->evidence.detail;
    enum repair repair = repair_of((enum domainkeys_reason)result->reason);
    struct slice domain = s && repair != REPAIR_POLICY ? s->domain : result->evidence.domain, place = place_of(repair, result);
    struct text t = text_in(arena, TEXT_OCTETS_MAX);
    (void)txn;
    if (repair == REPAIR_NOTHING || domain.len == 0 || place.len == 0)
        return (struct slice){ NULL, 0 };
    text_add_shown(&t, domain, true);
    text_add_str(&t, ": ");
    text_add_str(&t, before[repair]);
    text_add_shown(&t, place, true);
    return text_slice(&t);
}
