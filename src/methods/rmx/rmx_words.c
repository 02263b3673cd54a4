#include "methods/rmx/rmx_words.h"

#define TEXT_OCTETS 512
#define RECORD_SHOWN 1024            /* octets of a record in facts */

/* `stored` numbers are kept in journals: never change or reuse one. */
const struct reason rmx_reason_table[RMX_REASONS] = {
    [RMX_EXEMPT]           = { "exempt", 2101, AUTH_POLICY, "not checked for this client" },
    [RMX_OWN_FAILURE]      = { "own-failure", 2102, AUTH_TEMPERROR, "the check itself failed" },
    [RMX_OVER_QUOTA]       = { "over-quota", 2103, AUTH_PERMERROR, "the record needs more questions than are allowed" },

    [RMX_GRANTED]          = { "granted", 2110, AUTH_PASS, "the client is in the list" },
    [RMX_DENIED]           = { "denied", 2111, AUTH_FAIL, "an entry of the list denies the client" },
    [RMX_NEVER_SENDS]      = { "never-sends", 2112, AUTH_FAIL, "the domain never sends mail" },
    [RMX_NOT_IN_LIST]      = { "not-in-list", 2113, AUTH_FAIL, "not in list" },
    [RMX_TOO_LOOSE]        = { "too-loose", 2114, AUTH_POLICY, "the list admits more hosts than we accept" },

    [RMX_NO_RECORD]        = { "no-record", 2120, AUTH_NONE, "no RMX record" },
    [RMX_NO_IDENTITY]      = { "no-identity", 2121, AUTH_NONE, "no domain name that could have a record" },
    [RMX_DNS_FAILED]       = { "dns-failed", 2130, AUTH_TEMPERROR, "DNS did not answer" },

    [RMX_BAD_TAG]          = { "bad-tag", 2140, AUTH_PERMERROR, "no such tag" },
    [RMX_NO_TAG]           = { "no-tag", 2141, AUTH_PERMERROR, "lacks a tag with its colon" },
    [RMX_BAD_ADDRESS]      = { "bad-address", 2142, AUTH_PERMERROR, "not an address of this family" },
    [RMX_BAD_LENGTH]       = { "bad-length", 2143, AUTH_PERMERROR, "not a prefix length" },
    [RMX_BAD_NAME]         = { "bad-name", 2144, AUTH_PERMERROR, "not a domain name" },
    [RMX_BAD_DATA]         = { "bad-data", 2145, AUTH_PERMERROR, "takes no data after the colon" },
    [RMX_BAD_NEGATION]     = { "bad-negation", 2146, AUTH_PERMERROR, "cannot be negated" },
    [RMX_CUT]              = { "cut", 2147, AUTH_PERMERROR, "the record ends within an entry" },
    [RMX_TOO_MANY_ENTRIES] = { "too-many-entries", 2148, AUTH_PERMERROR, "more than 128 entries" },
    [RMX_BAD_APL]          = { "bad-apl", 2149, AUTH_PERMERROR, "names no valid address prefix list (RFC 3123)" },
    [RMX_FULL_MISPLACED]   = { "full-misplaced", 2150, AUTH_PERMERROR, "full: has no meaning in the record of a full address" },
};

/* The faults of records; the first is RMX_BAD_TAG. */
static bool is_mistake(enum rmx_reason reason)
{
    return reason >= RMX_BAD_TAG;
}

/* ---- text ---- */

static void add_entry_quoted(struct text *t, const struct rmx_entry *e)
{
    text_add_octet(t, '"');
    text_add_rmx_entry(t, e);
    text_add_octet(t, '"');
}

static void add_mistake(struct text *t, enum rmx_reason reason, const struct rmx_outcome *o)
{
    if (o->entry) {
        add_entry_quoted(t, o->entry);
        text_add_str(t, ": ");
    } else if (o->set && o->set->where.len > 0) {
        text_add_octet(t, '"');
        text_add_shown(t, slice_first(o->set->where, 60), false);
        text_add_str(t, o->set->where.len > 60 ? "...\": " : "\": ");
    }
    text_add_str(t, rmx_reason_table[reason].text);
}

struct slice rmx_words_text(struct arena *a, const struct txn *txn, enum rmx_reason reason, const struct rmx_outcome *o)
{
    struct text t = text_in(a, TEXT_OCTETS);
    if (is_mistake(reason)) {
        add_mistake(&t, reason, o);
    } else if ((reason == RMX_GRANTED || reason == RMX_DENIED) && o->entry) {
        add_entry_quoted(&t, o->entry);
        text_add_str(&t, reason == RMX_GRANTED ? " covers " : " denies ");
        text_add_ip(&t, &txn->client);
    } else {
        text_add_str(&t, rmx_reason_table[reason].text);
    }
    return text_slice(&t);
}

/* ---- facts ---- */

struct fact *rmx_words_facts(struct arena *a, const struct rmx_claim *claim, const struct rmx_outcome *o)
{
    struct fact *g = fact_group(a, NULL);
    fact_add_str(a, g, "identity", identity_name(claim->identity));
    fact_add_text(a, g, "domain", claim->domain);
    if (!o->set)
        return g;
    char type[16];
    fact_add_text(a, g, "record_domain", slice_dup(a, o->owner));
    fact_add_text(a, g, "record_type", slice_dup(a, slice_str(rtype_name(o->type, type))));
    fact_add_flag(a, g, "full_address", o->full);
    if (o->set->fault == RMX_FINE) {
        struct text record = text_in(a, RECORD_SHOWN);
        text_add_rmx(&record, o->set->entries, o->set->count);
        if (!record.bad)
            fact_add_text(a, g, "record", text_slice(&record));
    } else {
        fact_add_text(a, g, "mistake", slice_dup(a, slice_first(o->set->where, RECORD_SHOWN)));
    }
    if (o->entry) {
        struct text entry = text_in(a, TEXT_OCTETS);
        text_add_rmx_entry(&entry, o->entry);
        fact_add_text(a, g, "entry", text_slice(&entry));
    }
    return g;
}

/* ---- what the domain's owner can do ---- */

static void add_place(struct text *t, const struct fact *facts)
{
    text_add_str(t, "the ");
    text_add_shown(t, fact_text(facts, "record_type"), false);
    text_add_str(t, " record at ");
    text_add_shown(t, fact_text(facts, "record_domain"), false);
}

static void add_client(struct text *t, const struct ip *client)
{
    text_add_str(t, client->family == IP_V4 ? "ipv4:" : "ipv6:");
    text_add_ip(t, client);
}

static void add_advice(struct text *t, const struct txn *txn, enum rmx_reason reason, const struct fact *facts)
{
    switch (reason) {
    case RMX_NOT_IN_LIST:
        text_add_str(t, "if this host is yours, add ");
        add_client(t, &txn->client);
        text_add_str(t, " to ");
        break;
    case RMX_DENIED:
        text_add_str(t, "if this host is yours, remove \"");
        text_add_shown(t, fact_text(facts, "entry"), false);
        text_add_str(t, "\" from ");
        break;
    case RMX_NEVER_SENDS:
        text_add_str(t, "if this host is yours, put ");
        add_client(t, &txn->client);
        text_add_str(t, " in the place of \"unused:\" in ");
        break;
    case RMX_TOO_LOOSE:
        text_add_str(t, "list only the hosts that really send in ");
        break;
    case RMX_OVER_QUOTA:
        text_add_str(t, "replace host:, apl:, domain: and mx: by ipv4: and ipv6: in ");
        break;
    case RMX_BAD_TAG: case RMX_NO_TAG: case RMX_BAD_ADDRESS: case RMX_BAD_LENGTH: case RMX_BAD_NAME: case RMX_BAD_DATA:
    case RMX_BAD_NEGATION: case RMX_CUT: case RMX_TOO_MANY_ENTRIES: case RMX_BAD_APL: case RMX_FULL_MISPLACED:
        text_addf(t, "repair (%s) ", rmx_reason_table[reason].text);
        break;
    case RMX_NOT_YET: case RMX_EXEMPT: case RMX_OWN_FAILURE: case RMX_GRANTED: case RMX_NO_RECORD: case RMX_NO_IDENTITY: case RMX_DNS_FAILED:
    case RMX_REASONS:
        return;
    }
    add_place(t, facts);
}

struct slice rmx_words_explain(struct arena *a, const struct txn *txn, const struct result *r)
{
    struct text prefix = text_in(a, TEXT_OCTETS), advice = text_in(a, 2 * TEXT_OCTETS);
    add_advice(&advice, txn, (enum rmx_reason)r->reason, r->evidence.facts);
    if (advice.len == 0)
        return (struct slice){ 0 };
    text_add_shown(&prefix, r->evidence.domain, false);
    text_add_str(&prefix, ": ");
    text_add(&prefix, text_slice(&advice));
    return text_slice(&prefix);
}
