/*
 * spf.h: Sender Policy Framework, RFC 7208 (with RFC 8616 for internationalised mail).
 *
 * A domain says in a TXT record which addresses may send mail in its name. The method examines up to
 * two subjects: the MAIL FROM identity, and the HELO name (only if there is a sender; for the null
 * sender the MAIL FROM identity is postmaster@HELO, and is the only one).
 *
 * Whoever builds on SPF (Sender ID) includes this header and calls spf_evaluate() from its own check():
 *
 *     struct spf_outcome out;
 *     enum spf_reason reason = spf_evaluate(c, &query, &out);
 *     if (reason == SPF_NOT_YET)
 *         return;                           // asked; run again when the answer is there
 */
#ifndef FRANK_METHODS_SPF_SPF_H
#define FRANK_METHODS_SPF_SPF_H

#include "methods/method.h"

#define SPF_MAX_TERMS 10            /* RFC 7208 4.6.4: terms that ask DNS, over the whole evaluation */
#define SPF_MAX_ADDRESS_NAMES 10    /* RFC 7208 4.6.4: address look-ups for one mx, ptr or %{p} */
#define SPF_VOID_MAX 2              /* RFC 7208 4.6.4: void look-ups, the recommended default */
#define SPF_ASKS 120                /* threats.md T18: questions per identity */
#define SPF_HINTS 60                /* ours: ten terms for each identity and forty host addresses */
#define SPF_EXPLANATION_MAX 200     /* threats.md T25: octets of a domain's explanation that are kept */

extern const struct method spf_method;

/* Why an evaluation ended; indexes spf_method.reasons, which has the RFC 8601 word and the text of each. */
enum spf_reason {
    SPF_NOT_YET = 0,              /* an answer is missing, it is now asked */
    SPF_EXEMPT,
    SPF_OWN_FAILURE,
    SPF_OVER_QUOTA,
    /* a record was found and evaluated to its end: RFC 7208 2.6.2 to 2.6.5 */
    SPF_AUTHORISED,
    SPF_NOT_AUTHORISED,
    SPF_DOUBTFUL,
    SPF_NO_ASSERTION,
    SPF_NO_MATCH,
    /* nothing to evaluate: 2.6.1 */
    SPF_NO_IDENTITY,
    SPF_NO_DOMAIN,
    SPF_NO_RECORD,
    /* 2.6.6 */
    SPF_DNS_TIMEOUT,
    SPF_DNS_FAILED,
    SPF_DNS_GARBLED,
    /* 2.6.7 */
    SPF_SEVERAL_RECORDS,
    SPF_TOO_MANY_TERMS,
    SPF_TOO_MANY_VOIDS,
    SPF_TOO_MANY_MX,
    SPF_INCLUDE_NONE,
    SPF_REDIRECT_NONE,
    SPF_EXPANSION_TOO_LONG,
    SPF_BAD_OCTET,
    SPF_BAD_NAME,
    SPF_UNKNOWN_MECHANISM,
    SPF_ARGUMENT_MISSING,
    SPF_ARGUMENT_UNEXPECTED,
    SPF_BAD_ADDRESS,
    SPF_BAD_LENGTH,
    SPF_BAD_DOMAIN,
    SPF_BAD_MACRO,
    SPF_MODIFIER_TWICE,
    SPF_REASONS
};

/* Which records of a domain speak: SPF's own, or Sender ID's for a scope (RFC 4406 section 3 and 4.4). */
enum spf_scope { SPF_SCOPE_SPF1 = 0, SPF_SCOPE_MFROM, SPF_SCOPE_PRA };
#define SPF_SCOPES 3

/* The arguments of check_host() (RFC 7208 4.1) and what macros may tell. Slices are borrowed for the call. */
struct spf_query {
    enum spf_scope scope;
    struct ip client;
    struct slice domain;           /* <domain>: normal form; empty or a single label gives SPF_NO_IDENTITY */
    struct slice sender_local;     /* local part of <sender>, unquoted; empty: "postmaster" (4.3) */
    struct slice sender_domain;    /* domain of <sender>, normal form */
    struct slice helo;             /* as given: %{h} */
    struct slice receiver;         /* our host: %{r}; empty: "unknown" */
    int64_t now;                   /* %{t} */
    unsigned void_max;
    bool fetch_explanation;        /* after a fail ask for the text that exp= names (6.2) */
    bool no_stand_in;              /* Sender ID's scopes: a record of SPF's own does not stand in for <domain>'s missing one */
    bool ask_type_spf;             /* RFC 4406 4.4: records of type SPF (99) are asked for too, and where there are any, those of type TXT do not count */
};

struct spf_trace;

/* What there is to say beyond the reason. In the run's scratch arena and the pinned answers: copy what is kept. */
struct spf_outcome {
    unsigned terms, voids;         /* counted as in 4.6.4 */
    struct slice domain;           /* whose record decided, or could not be had or read */
    struct slice record;           /* that record; empty if there is none */
    struct slice term;             /* the term of it that decided or is wrong; empty if none did */
    struct slice outer_term;       /* the term of <domain>'s own record; the same unless within an include */
    struct slice explanation;      /* expanded, printable ASCII; empty if the domain gave none that is usable */
    const struct spf_trace *trace; /* spf_trace.h */
    bool stood_in;                 /* <domain> has no record for the scope: one of SPF's own spoke in its place */
};

/*
 * check_host(), RFC 7208 section 4, explanation included. With a scope of Sender ID, RFC 4406 4.4 selects the records, of
 * included and redirected domains too; what its 4.3 makes of a <domain> that does not exist is the caller's business.
 *   returns  SPF_NOT_YET (return at once), else the reason; *out is filled then
 *   cost     at most SPF_ASKS questions; no recursion, no allocation but scratch; O(records' length)
 */
enum spf_reason spf_evaluate(struct check *, const struct spf_query *, struct spf_outcome *out);

/*
 * The same walk for a scout: hints every question whose answer the evaluation may still need, as far
 * as answers are there; goes no further than the evaluation certainly goes; hints no name that holds
 * the sender's local part.
 */
void spf_foresee(struct scout *, const struct spf_query *);

#endif
