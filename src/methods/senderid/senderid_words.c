#include "methods/senderid/senderid_words.h"

#include "mail/submitter.h"
#include "methods/spf/spf_words.h"

#define TEXT_OCTETS 1024

/* `stored` numbers are kept in journals: never change or reuse one. Up to 2559 they are the evaluation's. */
const struct reason senderid_reason_table[SENDERID_REASONS] = {
    SPF_REASON_ROWS(2500),
    [SENDERID_DOMAIN_ABSENT]       = { "domain-absent", 2560, AUTH_FAIL, "the responsible address has a domain that does not exist" },
    [SENDERID_MALFORMED_DOMAIN]    = { "malformed-domain", 2561, AUTH_FAIL, "the responsible address has no domain of two labels" },
    [SENDERID_NO_RECORD]           = { "no-scope-record", 2562, AUTH_NONE, "no record for this scope" },
    [SENDERID_SPF_DENIES]          = { "spf-record-denies", 2563, AUTH_FAIL, "client is not authorised, by a record that is meant for envelopes" },
    [SENDERID_NO_FROM]             = { "no-from", 2570, AUTH_PERMERROR, "nobody is responsible: no From field" },
    [SENDERID_SEVERAL_SENDER]      = { "several-sender", 2571, AUTH_PERMERROR, "nobody is responsible: several Sender fields" },
    [SENDERID_SEVERAL_FROM]        = { "several-from", 2572, AUTH_PERMERROR, "nobody is responsible: several From fields" },
    [SENDERID_MALFORMED]           = { "malformed-address", 2573, AUTH_PERMERROR, "nobody is responsible: no well-formed address" },
    [SENDERID_SEVERAL_MAILBOXES]   = { "several-addresses", 2574, AUTH_PERMERROR, "nobody is responsible: several addresses" },
    [SENDERID_GROUP]               = { "group", 2575, AUTH_PERMERROR, "nobody is responsible: a group" },
    [SENDERID_NO_DOMAIN]           = { "address-without-domain", 2576, AUTH_PERMERROR, "nobody is responsible: an address without domain name" },
    [SENDERID_HEADER_CUT]          = { "header-cut", 2577, AUTH_PERMERROR, "nobody is responsible: the header is too large to be read whole" },
    [SENDERID_SUBMITTER_DIFFERS]   = { "submitter-differs", 2580, AUTH_FAIL, "SUBMITTER is not the responsible address" },
    [SENDERID_SUBMITTER_MALFORMED] = { "submitter-malformed", 2581, AUTH_FAIL, "SUBMITTER is no address" },
};

static bool is_about_address(unsigned reason)
{
    return reason >= SENDERID_NO_FROM && reason <= SENDERID_HEADER_CUT;
}

static const char *scope_name(enum spf_scope scope)
{
    return scope == SPF_SCOPE_PRA ? "pra" : "mfrom";
}

/* ---- text ---- */

struct slice senderid_address(struct arena *a, const struct address *mailbox)
{
    struct text t = text_in(a, mailbox->local.len * 2 + mailbox->normal_domain.len + 4);
    struct address shown = { .local = mailbox->local, .domain = mailbox->normal_domain };
    text_add_address(&t, &shown);
    return text_slice(&t);
}

static void add_quoted(struct text *t, struct slice foreign)
{
    text_add_octet(t, '"');
    text_add_shown(t, slice_first(foreign, SPF_TEXT_QUOTED), false);
    text_add(t, foreign.len > SPF_TEXT_QUOTED ? SLICE("...\"") : SLICE("\""));
}

struct slice senderid_words_text(struct arena *a, const struct senderid_claim *claim, unsigned reason, const struct spf_query *q,
                                 const struct spf_outcome *o)
{
    struct text t = text_in(a, TEXT_OCTETS);
    if (reason == SENDERID_SPF_DENIES || (q && reason >= SPF_AUTHORISED && reason <= SPF_NO_MATCH && o->stood_in))
        return SLICE("by its SPF record");       /* whose terms SPF's own result shows */
    if (q && reason < SPF_REASONS)
        return spf_words_text(a, q, claim->identity, (enum spf_reason)reason, o);
    if (is_about_address(reason)) {
        text_add_str(&t, senderid_reason_table[reason].text);
        if (claim->pra.field) {
            text_add_str(&t, " in ");
            text_add_shown(&t, slice_first(claim->pra.field->name, SPF_TEXT_QUOTED), false);
        }
        return text_slice(&t);
    }
    add_quoted(&t, reason == SENDERID_SUBMITTER_DIFFERS ? claim->submitter->mailbox.raw : claim->domain);
    text_add_str(&t, ": ");
    text_add_str(&t, senderid_reason_table[reason].text);
    return text_slice(&t);
}

/* ---- facts ---- */

/* What check_host() says besides Fail (senderid.md; it is part of the reply RFC 4406 5.3 proposes). */
static const char *fail_reason(unsigned reason)
{
    switch (reason) {
    case SPF_NOT_AUTHORISED: case SENDERID_SPF_DENIES:
        return "Not Permitted";
    case SENDERID_MALFORMED_DOMAIN:
        return "Malformed Domain";
    case SENDERID_DOMAIN_ABSENT:
        return "Domain Does Not Exist";
    default:                        /* indexes of a table, not an enum */
        return NULL;
    }
}

static void add_submitter(struct arena *a, struct fact *g, const struct senderid_claim *claim)
{
    const struct submitter *s = claim->submitter;
    if (!s)
        return;
    struct fact *said = fact_add_group(a, g, "submitter");
    if (s->well_formed)
        fact_add_text(a, said, "address", s->mailbox.raw);
    else
        fact_add_null(a, said, "address");
    fact_add_flag(a, said, "same", claim->pra.problem == PRA_FOUND && submitter_is(s, &claim->pra.mailbox));
}

static void add_pra(struct arena *a, struct fact *g, const struct senderid_claim *claim)
{
    fact_add_str(a, g, "scope", scope_name(claim->scope));
    if (claim->scope != SPF_SCOPE_PRA)
        return;
    if (claim->pra.problem == PRA_FOUND)
        fact_add_text(a, g, "pra", senderid_address(a, &claim->pra.mailbox));
    else
        fact_add_null(a, g, "pra");
    if (claim->pra.field)
        fact_add_text(a, g, "field", claim->pra.field->name);
    add_submitter(a, g, claim);
}

static struct fact *unevaluated(struct arena *a, const struct senderid_claim *claim, struct slice text)
{
    struct fact *g = fact_group(a, NULL);
    fact_add_str(a, g, "identity", identity_name(claim->identity));
    fact_add_text(a, g, "domain", claim->domain);
    fact_add_text(a, g, "text", text);
    return g;
}

struct fact *senderid_words_facts(struct arena *a, const struct senderid_claim *claim, unsigned reason, enum spf_reason evaluated,
                                  const struct spf_query *q, const struct spf_outcome *o, struct slice text)
{
    struct fact *g = q ? spf_words_facts(a, q, claim->identity, evaluated, o, text, (struct slice){ 0 }) : unevaluated(a, claim, text);
    add_pra(a, g, claim);
    if (o && o->record.len > 0)
        fact_add_str(a, g, "record_version", o->stood_in ? "v=spf1" : "spf2.0");
    if (fail_reason(reason))
        fact_add_str(a, g, "fail_reason", fail_reason(reason));
    return g;
}

/* ---- what can be done ---- */

static void add_domain(struct text *t, const struct result *r)
{
    text_add_shown(t, r->evidence.domain, false);
    text_add_str(t, ": ");
}

static void add_allow_client(struct text *t, const struct txn *txn, const struct result *r)
{
    bool stood_in = slice_same(fact_text(r->evidence.facts, "record_version"), SLICE("v=spf1"));
    add_domain(t, r);
    text_add_str(t, txn->client.family == IP_V4 ? "if this host is yours, add ip4:" : "if this host is yours, add ip6:");
    text_add_ip(t, &txn->client);
    text_add_str(t, stood_in ? " to the SPF record; if that is meant for envelopes only, publish \"spf2.0/" : " to the spf2.0/");
    text_add_shown(t, fact_text(r->evidence.facts, "scope"), false);
    text_add_str(t, stood_in ? " ?all\" beside it" : " record");
}

static void add_one_address(struct text *t, const struct result *r)
{
    struct slice field = fact_text(r->evidence.facts, "field");
    if (slice_same_nocase(field, SLICE("From"))) {
        text_add_str(t, "the sending program must write one address with a domain name into From, or add a Sender field that has one");
        return;
    }
    text_add_str(t, "the sending program must write one address with a domain name into ");
    text_add_shown(t, slice_first(field, SPF_TEXT_QUOTED), false);
}

struct slice senderid_words_explain(struct arena *a, const struct txn *txn, const struct result *r)
{
    struct text t = text_in(a, TEXT_OCTETS);
    switch (r->reason) {
    case SPF_NOT_AUTHORISED: case SPF_DOUBTFUL: case SENDERID_SPF_DENIES:
        add_allow_client(&t, txn, r);
        break;
    case SENDERID_NO_RECORD:
        add_domain(&t, r);
        text_add_str(&t, "publish a TXT record such as \"spf2.0/");
        text_add_shown(&t, fact_text(r->evidence.facts, "scope"), false);
        text_add_str(&t, " mx -all\"");
        break;
    case SENDERID_DOMAIN_ABSENT: case SENDERID_MALFORMED_DOMAIN:
        text_add_str(&t, "the sending program must use an address in a domain that exists, not in ");
        text_add_shown(&t, r->evidence.domain, false);
        break;
    case SENDERID_NO_FROM: case SENDERID_SEVERAL_FROM:
        text_add_str(&t, "the sending program must write one From field (RFC 5322 3.6)");
        break;
    case SENDERID_SEVERAL_SENDER:
        text_add_str(&t, "the sending program must write one Sender field at most (RFC 5322 3.6)");
        break;
    case SENDERID_MALFORMED: case SENDERID_SEVERAL_MAILBOXES: case SENDERID_GROUP: case SENDERID_NO_DOMAIN:
        add_one_address(&t, r);
        break;
    case SENDERID_SUBMITTER_DIFFERS: case SENDERID_SUBMITTER_MALFORMED:
        text_add_str(&t, "the sending server must give the address of the field ");
        text_add_shown(&t, slice_first(fact_text(r->evidence.facts, "field"), SPF_TEXT_QUOTED), false);
        text_add_str(&t, " as SUBMITTER (RFC 4405 4.1)");
        break;
    default:                        /* indexes of a table, not an enum; SPF knows what is wrong with a record */
        return r->reason < SPF_REASONS ? spf_words_explain(a, txn, r) : (struct slice){ 0 };
    }
    return text_slice(&t);
}
