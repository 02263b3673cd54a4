/*
 * spf_words.h: what an SPF result says to people, and to programs as facts.
 */
#ifndef FRANK_METHODS_SPF_SPF_WORDS_H
#define FRANK_METHODS_SPF_SPF_WORDS_H

#include "methods/spf/spf.h"

#define SPF_TEXT_COLUMNS 64         /* ours: what a line for people should fit (issue: the report has 80 columns, 16 of them before this) */
#define SPF_TEXT_QUOTED 40          /* ours: octets of one term that are shown */

/*
 * What spf_evaluate() says, as rows of a method's reasons: every method built on it has them in its own table, at the same
 * indexes. `stored` numbers are kept in journals: never change or reuse one.
 */
#define SPF_REASON_ROWS(base) \
    [SPF_EXEMPT] = { "exempt", (base) + 1, AUTH_NONE, "session is exempt from sender checks" }, \
    [SPF_OWN_FAILURE] = { "own-failure", (base) + 2, AUTH_TEMPERROR, "the check itself failed" }, \
    [SPF_OVER_QUOTA] = { "over-quota", (base) + 3, AUTH_PERMERROR, "evaluation needs more questions than are allowed" }, \
    [SPF_AUTHORISED] = { "authorised", (base) + 10, AUTH_PASS, "client is authorised" }, \
    [SPF_NOT_AUTHORISED] = { "not-authorised", (base) + 11, AUTH_FAIL, "client is not authorised" }, \
    [SPF_DOUBTFUL] = { "doubtful", (base) + 12, AUTH_SOFTFAIL, "client is probably not authorised" }, \
    [SPF_NO_ASSERTION] = { "no-assertion", (base) + 13, AUTH_NEUTRAL, "the record asserts nothing about this client" }, \
    [SPF_NO_MATCH] = { "no-match", (base) + 14, AUTH_NEUTRAL, "the record does not mention this client" }, \
    [SPF_NO_IDENTITY] = { "no-identity", (base) + 20, AUTH_NONE, "no domain name that could have a record" }, \
    [SPF_NO_DOMAIN] = { "no-domain", (base) + 21, AUTH_NONE, "domain does not exist" }, \
    [SPF_NO_RECORD] = { "no-record", (base) + 22, AUTH_NONE, "no SPF record" }, \
    [SPF_DNS_TIMEOUT] = { "dns-timeout", (base) + 30, AUTH_TEMPERROR, "no answer from DNS in time" }, \
    [SPF_DNS_FAILED] = { "dns-failed", (base) + 31, AUTH_TEMPERROR, "DNS server failure" }, \
    [SPF_DNS_GARBLED] = { "dns-garbled", (base) + 32, AUTH_TEMPERROR, "DNS answer is not usable" }, \
    [SPF_SEVERAL_RECORDS] = { "several-records", (base) + 40, AUTH_PERMERROR, "more than one SPF record" }, \
    [SPF_TOO_MANY_TERMS] = { "too-many-terms", (base) + 41, AUTH_PERMERROR, "more than 10 terms ask DNS (RFC 7208 4.6.4)" }, \
    [SPF_TOO_MANY_VOIDS] = { "too-many-voids", (base) + 42, AUTH_PERMERROR, "too many terms ask for what does not exist (RFC 7208 4.6.4)" }, \
    [SPF_TOO_MANY_MX] = { "too-many-mx", (base) + 43, AUTH_PERMERROR, "more than 10 MX hosts (RFC 7208 4.6.4)" }, \
    [SPF_INCLUDE_NONE] = { "include-none", (base) + 44, AUTH_PERMERROR, "the included domain has no SPF record" }, \
    [SPF_REDIRECT_NONE] = { "redirect-none", (base) + 45, AUTH_PERMERROR, "the domain of redirect= has no SPF record" }, \
    [SPF_EXPANSION_TOO_LONG] = { "expansion-too-long", (base) + 46, AUTH_PERMERROR, "macros expand beyond all bounds" }, \
    [SPF_BAD_OCTET] = { "bad-octet", (base) + 50, AUTH_PERMERROR, "holds a control or non-ASCII octet" }, \
    [SPF_BAD_NAME] = { "bad-name", (base) + 51, AUTH_PERMERROR, "is neither a mechanism nor a modifier" }, \
    [SPF_UNKNOWN_MECHANISM] = { "unknown-mechanism", (base) + 52, AUTH_PERMERROR, "no such mechanism" }, \
    [SPF_ARGUMENT_MISSING] = { "argument-missing", (base) + 53, AUTH_PERMERROR, "lacks its argument" }, \
    [SPF_ARGUMENT_UNEXPECTED] = { "argument-unexpected", (base) + 54, AUTH_PERMERROR, "takes no such argument" }, \
    [SPF_BAD_ADDRESS] = { "bad-address", (base) + 55, AUTH_PERMERROR, "not an address of this family" }, \
    [SPF_BAD_LENGTH] = { "bad-length", (base) + 56, AUTH_PERMERROR, "not a prefix length" }, \
    [SPF_BAD_DOMAIN] = { "bad-domain", (base) + 57, AUTH_PERMERROR, "not a domain name of two labels or a macro at the end" }, \
    [SPF_BAD_MACRO] = { "bad-macro", (base) + 58, AUTH_PERMERROR, "not a macro of RFC 7208 section 7" }, \
    [SPF_MODIFIER_TWICE] = { "modifier-twice", (base) + 59, AUTH_PERMERROR, "modifier occurs twice" }

extern const struct reason spf_reason_table[SPF_REASONS];

/* One line: "\"ip4:192.0.2.0/24 -all\" does not cover 203.0.113.9". In the arena. */
struct slice spf_words_text(struct arena *, const struct spf_query *, enum identity, enum spf_reason, const struct spf_outcome *);
/* The JSON members beyond result and reason (interface.md, `frank spf`). otherwise: our own explanation, may be empty. */
struct fact *spf_words_facts(struct arena *, const struct spf_query *, enum identity, enum spf_reason, const struct spf_outcome *,
                             struct slice text, struct slice otherwise);
/* method.h: explain */
struct slice spf_words_explain(struct arena *, const struct txn *, const struct result *);

#endif
