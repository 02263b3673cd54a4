#include "methods/spf/spf_words.h"

#include "methods/spf/spf_trace.h"

const struct reason spf_reason_table[SPF_REASONS] = { SPF_REASON_ROWS(1000) };

#define SPF_TEXT_RECORD_LEAST 24     /* columns of a record even beside a long address */

static bool is_evaluated(enum spf_reason reason)
{
    return reason >= SPF_AUTHORISED && reason <= SPF_NO_MATCH;
}

static bool is_syntax(enum spf_reason reason)
{
    return reason >= SPF_BAD_OCTET;
}

/* ---- a record in one line ---- */

/* The terms without the version; just that if there are none. */
static struct slice body_of(struct slice record)
{
    struct slice version, terms;
    slice_cut(record, ' ', &version, &terms);
    terms = slice_trim(terms, " ");
    return terms.len > 0 ? terms : version;
}

/* Whole words from the left, up to max octets. */
static struct slice leading_words(struct slice body, size_t max)
{
    struct slice head = slice_first(body, max + 1);
    return slice_trim(slice_first(body, slice_find_last(head, ' ') < head.len ? slice_find_last(head, ' ') : 0), " ");
}

/* The record's terms in about so many columns; the last one, mostly "-all", always shows. */
static void add_shortened(struct text *out, struct slice record, size_t columns)
{
    struct slice body = body_of(record);
    if (body.len <= columns) {
        text_add_shown(out, body, false);
        return;
    }
    size_t blank = slice_find_last(body, ' ');
    struct slice last = slice_first(blank < body.len ? slice_from(body, blank + 1) : body, columns / 2);
    struct slice head = leading_words(body, columns - last.len - (sizeof " ... " - 1));
    text_add_shown(out, head, false);
    text_add(out, head.len > 0 ? SLICE(" ... ") : SLICE("... "));
    text_add_shown(out, last, false);
}

/* ---- text ---- */

static void add_quoted(struct text *out, struct slice foreign)
{
    text_add_octet(out, '"');
    text_add_shown(out, slice_first(foreign, SPF_TEXT_QUOTED), false);
    text_add(out, foreign.len > SPF_TEXT_QUOTED ? SLICE("...\"") : SLICE("\""));
}

/* Is it the final "all" that decided, so that the whole record speaks? */
static bool by_all(const struct spf_outcome *o)
{
    struct slice term = slice_trim(o->outer_term, "+-~?");
    return o->outer_term.len == 0 || slice_same_nocase(term, SLICE("all"));
}

static void add_by_all(struct text *out, const char *verb, const struct spf_outcome *o, struct slice client)
{
    size_t others = slice_str(verb).len + client.len + sizeof "\"\"" - 1;
    size_t columns = others + SPF_TEXT_RECORD_LEAST < SPF_TEXT_COLUMNS ? SPF_TEXT_COLUMNS - others : SPF_TEXT_RECORD_LEAST;
    text_add_octet(out, '"');
    add_shortened(out, o->record, columns);
    text_add_octet(out, '"');
    text_add_str(out, verb);
}

static void add_evaluated(struct text *out, const struct spf_query *q, enum spf_reason reason, const struct spf_outcome *o)
{
    char room[IP_TEXT_MAX];
    struct text client = text_fixed(room, sizeof room);
    bool pass = reason == SPF_AUTHORISED;
    text_add_ip(&client, &q->client);
    if (by_all(o)) {
        add_by_all(out, pass ? " covers any address, so " : " does not cover ", o, text_slice(&client));
    } else {
        add_quoted(out, o->outer_term);
        text_add(out, pass ? SLICE(" covers ") : SLICE(" matches "));
    }
    text_add(out, text_slice(&client));
}

static void add_identity(struct text *out, const struct spf_query *q, enum identity identity)
{
    struct slice name = identity == IDENTITY_HELO ? q->helo : q->domain;
    text_add(out, identity == IDENTITY_HELO ? SLICE("HELO") : SLICE("MAIL FROM"));
    if (name.len == 0)
        return;
    text_add_octet(out, ' ');
    add_quoted(out, name);
}

struct slice spf_words_text(struct arena *a, const struct spf_query *q, enum identity identity, enum spf_reason reason,
                            const struct spf_outcome *o)
{
    struct text t = text_in(a, 1024);
    if (is_evaluated(reason)) {
        add_evaluated(&t, q, reason, o);
        return text_slice(&t);
    }
    if (reason == SPF_NO_IDENTITY) {
        add_identity(&t, q, identity);
    } else {
        if (o->term.len > 0) {
            add_quoted(&t, o->term);
            text_add(&t, SLICE(" of "));
        }
        text_add_shown(&t, o->domain, false);
    }
    text_add(&t, SLICE(": "));
    text_add_str(&t, spf_reason_table[reason].text);
    return text_slice(&t);
}

/* ---- facts ---- */

struct fact *spf_words_facts(struct arena *a, const struct spf_query *q, enum identity identity, enum spf_reason reason,
                             const struct spf_outcome *o, struct slice text, struct slice otherwise)
{
    struct fact *g = fact_group(a, NULL);
    struct slice explanation = o->explanation.len > 0 ? o->explanation : otherwise;
    fact_add_str(a, g, "identity", identity_name(identity));
    fact_add_text(a, g, "domain", q->domain);
    fact_add_text(a, g, "text", text);
    /* 6.2: only a fail is explained. */
    if (reason == SPF_NOT_AUTHORISED && explanation.len > 0)
        fact_add_text(a, g, "explanation", slice_dup(a, explanation));
    else
        fact_add_null(a, g, "explanation");
    fact_add_number(a, g, "terms", o->terms);
    fact_add_number(a, g, "void", o->voids);
    struct fact *decided = fact_add_group(a, g, "decided");
    fact_add_text(a, decided, "domain", slice_dup(a, o->domain));
    fact_add_text(a, decided, "term", slice_dup(a, slice_first(o->term, SPF_TRACE_RECORD_OCTETS)));
    if (o->trace)
        spf_trace_add_facts(o->trace, a, g);
    return g;
}

/* ---- what a domain owner can do ---- */

static void add_allow_client(struct text *out, const struct ip *client)
{
    text_add(out, SLICE("if this host is yours, add "));
    text_add(out, client->family == IP_V4 ? SLICE("ip4:") : SLICE("ip6:"));
    text_add_ip(out, client);
}

static void add_repair_term(struct text *out, const struct fact *decided, const char *advice)
{
    text_add(out, SLICE("repair "));
    add_quoted(out, fact_text(decided, "term"));
    text_add(out, SLICE(" in the SPF record of "));
    text_add_shown(out, fact_text(decided, "domain"), false);
    text_add(out, SLICE(": "));
    text_add_str(out, advice);
}

static const char *advice_for(enum spf_reason reason)
{
    switch (reason) {
    case SPF_NO_RECORD:
        return "publish a TXT record such as \"v=spf1 mx -all\"";
    case SPF_SEVERAL_RECORDS:
        return "merge its SPF records into one";
    case SPF_TOO_MANY_TERMS:
        return "replace include, a and mx terms by ip4 and ip6 until 10 or fewer ask DNS";
    case SPF_TOO_MANY_VOIDS:
        return "remove the terms whose names do not exist";
    case SPF_OVER_QUOTA: case SPF_TOO_MANY_MX:
        return "replace mx by the ip4 and ip6 addresses that really send";
    case SPF_EXPANSION_TOO_LONG:
        return "shorten the macros";
    case SPF_INCLUDE_NONE: case SPF_REDIRECT_NONE:
        return "remove the term, or let that domain publish a record";
    case SPF_BAD_OCTET: case SPF_BAD_NAME: case SPF_UNKNOWN_MECHANISM: case SPF_ARGUMENT_MISSING: case SPF_ARGUMENT_UNEXPECTED:
    case SPF_BAD_ADDRESS: case SPF_BAD_LENGTH: case SPF_BAD_DOMAIN: case SPF_BAD_MACRO: case SPF_MODIFIER_TWICE:
        return spf_reason_table[reason].text;
    case SPF_NOT_YET: case SPF_EXEMPT: case SPF_OWN_FAILURE: case SPF_AUTHORISED: case SPF_NOT_AUTHORISED: case SPF_DOUBTFUL:
    case SPF_NO_ASSERTION: case SPF_NO_MATCH: case SPF_NO_IDENTITY: case SPF_NO_DOMAIN: case SPF_DNS_TIMEOUT: case SPF_DNS_FAILED:
    case SPF_DNS_GARBLED: case SPF_REASONS:
        break;
    }
    return NULL;
}

struct slice spf_words_explain(struct arena *a, const struct txn *txn, const struct result *r)
{
    enum spf_reason reason = (enum spf_reason)r->reason;
    const struct fact *decided = fact_find(r->evidence.facts, "decided");
    const char *advice = advice_for(reason);
    struct text t = text_in(a, 1024);
    text_add_shown(&t, r->evidence.domain, false);
    text_add(&t, SLICE(": "));
    if (is_evaluated(reason) && reason != SPF_AUTHORISED)
        add_allow_client(&t, &txn->client);
    else if (advice && (is_syntax(reason) || reason == SPF_INCLUDE_NONE || reason == SPF_REDIRECT_NONE) && decided)
        add_repair_term(&t, decided, advice);
    else if (advice)
        text_add_str(&t, advice);
    else
        return (struct slice){ 0 };
    return text_slice(&t);
}
