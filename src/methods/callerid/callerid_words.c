#include "methods/callerid/callerid_words.h"

#define TEXT_OCTETS 640
#define RECORD_SHOWN 1024            /* octets of a document in facts */
#define ADDRESS_SHOWN 512
#define WHERE_SHOWN 60

/* `stored` numbers are kept in journals: never change or reuse one. */
const struct reason callerid_reason_table[CALLERID_REASONS] = {
    [CALLERID_EXEMPT]            = { "exempt", 2401, AUTH_POLICY, "not checked for this client" },
    [CALLERID_OWN_FAILURE]       = { "own-failure", 2402, AUTH_TEMPERROR, "the check itself failed" },
    [CALLERID_OVER_QUOTA]        = { "over-quota", 2403, AUTH_PERMERROR, "the policy document needs more questions than are allowed" },

    [CALLERID_LISTED]            = { "listed", 2410, AUTH_PASS, "the client is an outgoing server of the domain" },
    [CALLERID_KNOWN_FORWARDER]   = { "known-forwarder", 2411, AUTH_PASS, "the client is an outgoing server of a forwarder we know" },
    [CALLERID_NOT_LISTED]        = { "not-listed", 2412, AUTH_FAIL, "not an outgoing server of the domain" },
    [CALLERID_NEVER_SENDS]       = { "never-sends", 2413, AUTH_FAIL, "the domain has no outgoing servers" },
    [CALLERID_NO_PROOF]          = { "no-proof", 2414, AUTH_FAIL, "the domain's servers always send an enhanced NOOP, and this client did not" },
    [CALLERID_DIRECT_ONLY]       = { "direct-only", 2415, AUTH_POLICY, "the From domain allows delivery by its own servers only" },

    [CALLERID_NO_RECORD]         = { "no-record", 2420, AUTH_NONE, "no policy document" },
    [CALLERID_TESTING]           = { "testing", 2421, AUTH_NONE, "the policy document is a test" },
    [CALLERID_OUT_OF_SCOPE]      = { "out-of-scope", 2422, AUTH_NONE, "the policy document is about something else" },
    [CALLERID_NOT_A_POLICY]      = { "not-a-policy", 2423, AUTH_NONE, "what is published is no policy document" },
    [CALLERID_SAYS_NOTHING]      = { "says-nothing", 2424, AUTH_NONE, "the policy document does not say who sends" },
    [CALLERID_UNDECIDED]         = { "undecided", 2425, AUTH_NONE, "a part of the policy document leads nowhere" },
    [CALLERID_TOO_OLD]           = { "too-old", 2426, AUTH_NONE, "too old: received too long ago to be checked" },
    [CALLERID_NO_DOMAIN]         = { "no-domain", 2427, AUTH_NONE, "the responsible address has no domain that could have a policy document" },
    [CALLERID_NO_EDGE]           = { "no-edge", 2428, AUTH_NONE, "no Received field is our edge's, so the client is not known" },

    [CALLERID_DNS_FAILED]        = { "dns-failed", 2430, AUTH_TEMPERROR, "DNS did not answer" },

    [CALLERID_NO_ADDRESS]        = { "no-address", 2440, AUTH_PERMERROR, "no responsible address" },
    [CALLERID_BAD_ADDRESS]       = { "bad-address", 2441, AUTH_PERMERROR, "no responsible address: the field that names it cannot be read" },
    [CALLERID_SEVERAL_ADDRESSES] = { "several-addresses", 2442, AUTH_PERMERROR, "no responsible address: there can be one only" },
    [CALLERID_BAD_HEADER]        = { "bad-header", 2443, AUTH_PERMERROR, "no responsible address: the header cannot be trusted" },

    [CALLERID_BAD_XML]           = { "bad-xml", 2450, AUTH_PERMERROR, "not XML" },
    [CALLERID_BAD_ELEMENT]       = { "bad-element", 2451, AUTH_PERMERROR, "no such element here" },
    [CALLERID_ELEMENT_TWICE]     = { "element-twice", 2452, AUTH_PERMERROR, "stands twice" },
    [CALLERID_BAD_TEXT]          = { "bad-text", 2453, AUTH_PERMERROR, "text between elements" },
    [CALLERID_BAD_BOOLEAN]       = { "bad-boolean", 2454, AUTH_PERMERROR, "neither true nor false" },
    [CALLERID_BAD_NUMBER]        = { "bad-number", 2455, AUTH_PERMERROR, "not a number" },
    [CALLERID_BAD_A]             = { "bad-a", 2456, AUTH_PERMERROR, "neither an address nor a host name" },
    [CALLERID_BAD_RANGE]         = { "bad-range", 2457, AUTH_PERMERROR, "not an address with a prefix length" },
    [CALLERID_BAD_NAME]          = { "bad-name", 2458, AUTH_PERMERROR, "not a domain name" },
    [CALLERID_BAD_SCOPE]         = { "bad-scope", 2459, AUTH_PERMERROR, "not a scope" },
    [CALLERID_TOO_MANY_ITEMS]    = { "too-many-items", 2460, AUTH_PERMERROR, "more than 4096 elements" },
    [CALLERID_RECORD_TOO_LONG]   = { "record-too-long", 2461, AUTH_PERMERROR, "a TXT record of more than 2048 characters" },
    [CALLERID_NO_MARK]           = { "no-mark", 2462, AUTH_PERMERROR, "one of several TXT records lacks its two characters" },
    [CALLERID_SAME_MARK]         = { "same-mark", 2463, AUTH_PERMERROR, "two TXT records begin with the same two characters" },
    [CALLERID_TOO_DEEP]          = { "too-deep", 2464, AUTH_PERMERROR, "indirect leads through more than 10 documents" },
};

/* The mistakes of documents; the first is CALLERID_BAD_XML. */
static bool is_mistake(enum callerid_reason reason)
{
    return reason >= CALLERID_BAD_XML;
}

/* ---- text ---- */

static void add_quoted(struct text *t, struct slice s)
{
    text_add_octet(t, '"');
    text_add_shown(t, slice_first(s, WHERE_SHOWN), false);
    text_add_str(t, s.len > WHERE_SHOWN ? "...\"" : "\"");
}

static void add_mistake(struct text *t, enum callerid_reason reason, const struct callerid_outcome *o)
{
    const struct ep_mistake *m = o->set ? &o->set->mistake : NULL;
    if (m && m->where.len > 0) {
        add_quoted(t, m->where);
        text_add_str(t, ": ");
    }
    if (m && reason == CALLERID_BAD_XML)
        text_addf(t, "the document %s (octet %llu)", xml_fault_text(m->xml), (unsigned long long)m->offset);
    else
        text_add_str(t, callerid_reason_table[reason].text);
}

static void add_match(struct text *t, const struct callerid_finding *f)
{
    const struct callerid_outcome *o = &f->out;
    if (o->entry) {
        text_add_ep_entry(t, o->entry);
        text_add_str(t, " covers ");
    } else {
        text_add_str(t, "the MX set of ");
        text_add_shown(t, o->mx_domain, false);
        text_add_str(t, " has ");
    }
    text_add_ip(t, &f->client);
}

struct slice callerid_words_text(struct arena *a, enum callerid_reason reason, const struct callerid_finding *f)
{
    struct text t = text_in(a, TEXT_OCTETS);
    if (is_mistake(reason)) {
        add_mistake(&t, reason, &f->out);
    } else if (reason == CALLERID_LISTED || reason == CALLERID_KNOWN_FORWARDER) {
        add_match(&t, f);
    } else if (reason == CALLERID_DIRECT_ONLY) {
        text_add_shown(&t, f->from_domain, false);
        text_add_str(&t, " allows delivery by its own servers only");
    } else if (reason == CALLERID_UNDECIDED && f->out.loop.len > 0) {
        text_add_str(&t, "indirect leads back to ");
        text_add_shown(&t, f->out.loop, false);
    } else {
        text_add_str(&t, callerid_reason_table[reason].text);
    }
    return text_slice(&t);
}

/* ---- facts ---- */

static struct slice address_text(struct arena *a, const struct pra *p)
{
    struct text t = text_in(a, ADDRESS_SHOWN);
    if (p->address.domain.len > 0)
        text_add_address(&t, &p->address);
    return text_slice(&t);
}

static struct slice header_text(struct arena *a, const struct pra *p)
{
    struct text t = text_in(a, ADDRESS_SHOWN);
    if (p->field)
        text_add_lower(&t, p->field->name);
    return text_slice(&t);
}

/* As RFC 8601 2.7.2 has it for Sender ID: the field, and what it says. */
const struct property *callerid_words_property(struct arena *a, const struct callerid_finding *f)
{
    static const char *const fields[] = { "resent-sender", "resent-from", "sender", "from" };
    struct slice header = header_text(a, f->pra), address = address_text(a, f->pra);
    for (size_t i = 0; address.len > 0 && i < COUNT_OF(fields); i++) {
        struct property *p = slice_same(header, slice_str(fields[i])) ? ARENA_NEW(a, struct property) : NULL;
        if (p) {
            *p = (struct property){ "header", fields[i], address };
            return p;
        }
    }
    return NULL;
}

static void add_document(struct arena *a, struct fact *g, const struct callerid_outcome *o)
{
    const struct ep_set *set = o->set;
    if (o->owner.len > 0)
        fact_add_text(a, g, "record_domain", slice_dup(a, o->owner));
    if (!set)
        return;
    fact_add_number(a, g, "records", (int64_t)set->records);
    if (set->mistake.fault == EP_FINE) {
        struct text record = text_in(a, RECORD_SHOWN);
        text_add_ep(&record, &set->ep);
        if (!record.bad)
            fact_add_text(a, g, "record", text_slice(&record));
    } else if (set->mistake.where.len > 0) {
        fact_add_text(a, g, "mistake", slice_dup(a, slice_first(set->mistake.where, RECORD_SHOWN)));
    }
    if (o->entry) {
        struct text entry = text_in(a, TEXT_OCTETS);
        text_add_ep_entry(&entry, o->entry);
        fact_add_text(a, g, "entry", text_slice(&entry));
    }
}

struct fact *callerid_words_facts(struct arena *a, const struct txn *txn, enum callerid_reason reason, const struct callerid_finding *f)
{
    static const char *const noop_words[] = { [NOOP_UNKNOWN] = "unknown", [NOOP_VALID] = "valid", [NOOP_INVALID] = "invalid" };
    const struct callerid_outcome *o = &f->out;
    struct fact *g = fact_group(a, NULL);
    if (f->pra->address.domain.len > 0)
        fact_add_text(a, g, "pra", address_text(a, f->pra));
    if (f->pra->field)
        fact_add_text(a, g, "header", header_text(a, f->pra));
    if (f->pra->address.normal_domain.len > 0)
        fact_add_text(a, g, "domain", f->pra->address.normal_domain);
    if (f->client.family != IP_NONE) {
        struct text client = text_in(a, IP_TEXT_MAX + 1);
        text_add_ip(&client, &f->client);
        fact_add_text(a, g, "client", text_slice(&client));
    }
    add_document(a, g, o);
    if (o->documents > 0)
        fact_add_number(a, g, "documents", o->documents);
    if (o->mx_domain.len > 0)
        fact_add_text(a, g, "mx_domain", slice_dup(a, o->mx_domain));
    if (o->wants_proof)
        fact_add_str(a, g, "noop", noop_words[txn->session->noop]);
    if (reason == CALLERID_DIRECT_ONLY || reason == CALLERID_KNOWN_FORWARDER)
        fact_add_text(a, g, "from_domain", slice_dup(a, f->from_domain));
    return g;
}

/* ---- what the domain's owner can do ---- */

static void add_place(struct text *t, const struct fact *facts)
{
    text_add_str(t, "the policy document at ");
    text_add_shown(t, fact_text(facts, "record_domain"), false);
}

static void add_client(struct text *t, const struct fact *facts)
{
    text_add_str(t, "<a>");
    text_add_shown(t, fact_text(facts, "client"), false);
    text_add_str(t, "</a>");
}

static void add_advice(struct text *t, enum callerid_reason reason, const struct fact *facts)
{
    switch (reason) {
    case CALLERID_NOT_LISTED:
        text_add_str(t, "if this host is yours, add ");
        add_client(t, facts);
        text_add_str(t, " to an <m> of ");
        break;
    case CALLERID_NEVER_SENDS:
        text_add_str(t, "if this host is yours, put <m>");
        add_client(t, facts);
        text_add_str(t, "</m> in the place of <noMailServers/> in ");
        break;
    case CALLERID_NO_PROOF:
        text_add_str(t, "let this host send the enhanced NOOP, or take eNoop='true' out of ");
        break;
    case CALLERID_DIRECT_ONLY:
        text_add_str(t, "if its users' mail is forwarded or sent to lists, take directOnly='true' out of ");
        break;
    case CALLERID_OVER_QUOTA:
        text_add_str(t, "replace names, mx and indirect by addresses and ranges in ");
        break;
    case CALLERID_TOO_DEEP:
        text_add_str(t, "let indirect lead through fewer documents than ");
        break;
    case CALLERID_BAD_XML: case CALLERID_BAD_ELEMENT: case CALLERID_ELEMENT_TWICE: case CALLERID_BAD_TEXT: case CALLERID_BAD_BOOLEAN:
    case CALLERID_BAD_NUMBER: case CALLERID_BAD_A: case CALLERID_BAD_RANGE: case CALLERID_BAD_NAME: case CALLERID_BAD_SCOPE:
    case CALLERID_TOO_MANY_ITEMS: case CALLERID_RECORD_TOO_LONG: case CALLERID_NO_MARK: case CALLERID_SAME_MARK:
        text_addf(t, "repair (%s) ", callerid_reason_table[reason].text);
        break;
    case CALLERID_NOT_YET: case CALLERID_EXEMPT: case CALLERID_OWN_FAILURE: case CALLERID_LISTED: case CALLERID_KNOWN_FORWARDER: case CALLERID_NO_RECORD:
    case CALLERID_TESTING: case CALLERID_OUT_OF_SCOPE: case CALLERID_NOT_A_POLICY: case CALLERID_SAYS_NOTHING: case CALLERID_UNDECIDED:
    case CALLERID_TOO_OLD: case CALLERID_NO_DOMAIN: case CALLERID_NO_EDGE: case CALLERID_DNS_FAILED: case CALLERID_NO_ADDRESS:
    case CALLERID_BAD_ADDRESS: case CALLERID_SEVERAL_ADDRESSES: case CALLERID_BAD_HEADER: case CALLERID_REASONS:
        return;
    }
    add_place(t, facts);
}

struct slice callerid_words_explain(struct arena *a, const struct txn *txn, const struct result *r)
{
    const struct fact *facts = r->evidence.facts;
    struct text prefix = text_in(a, 2 * TEXT_OCTETS), advice = text_in(a, 2 * TEXT_OCTETS);
    bool about_from = r->reason == CALLERID_DIRECT_ONLY;
    (void)txn;
    add_advice(&advice, (enum callerid_reason)r->reason, facts);
    if (advice.len == 0)
        return (struct slice){ 0 };
    text_add_shown(&prefix, about_from ? fact_text(facts, "from_domain") : r->evidence.domain, false);
    text_add_str(&prefix, ": ");
    text_add(&prefix, text_slice(&advice));
    return text_slice(&prefix);
}
