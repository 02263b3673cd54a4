/*
 * spf_record.h: SPF records, read and printed (RFC 7208 section 12).
 *
 * A record is parsed whole before anything of it is evaluated: a syntax error anywhere is permerror
 * (4.6). Parsed terms point into the record's text by offset and are small, because they are kept as
 * the memo of the answer they came from. Terms that no evaluation can reach (behind "all", behind the
 * eleventh mechanism that asks DNS) are checked but not kept, so a memo stays within a small multiple
 * of its answer.
 */
#ifndef FRANK_METHODS_SPF_SPF_RECORD_H
#define FRANK_METHODS_SPF_SPF_RECORD_H

#include "methods/spf/spf.h"

#define SPF_UNKNOWN_MODIFIERS_KEPT 4       /* ours: for people; further ones are checked only */

enum spf_kind {
    SPF_ALL, SPF_INCLUDE, SPF_A, SPF_MX, SPF_PTR, SPF_IP4, SPF_IP6, SPF_EXISTS,
    SPF_REDIRECT, SPF_EXP, SPF_UNKNOWN_MODIFIER
};

struct spf_term {
    uint8_t kind;                  /* enum spf_kind */
    uint8_t qualifier;             /* '+', '-', '~', '?'; modifiers: 0 */
    uint8_t bits4, bits6;          /* prefix lengths; 32 and 128 unless given */
    bool macros, local_part, host_name;      /* of the domain-spec, see spf_macro_facts */
    uint32_t at, len;              /* the term as written, in the record's text */
    uint32_t spec_at, spec_len;    /* its domain-spec, without prefix lengths; may be empty */
    uint8_t network[16];           /* ip4, ip6 */
};

struct spf_record {
    struct slice text;             /* borrowed */
    enum spf_reason problem;       /* SPF_NOT_YET (zero): well formed; else which rule is broken ... */
    struct slice problem_term;     /* ... by which term */
    const struct spf_term *terms;  /* mechanisms in order; modifiers are not here */
    size_t count;
    bool has_all, has_redirect, has_exp;
    struct spf_term redirect, exp;
    struct { uint32_t at, len; } unknown[SPF_UNKNOWN_MODIFIERS_KEPT];      /* modifiers, as written, in text */
    unsigned unknown_count;
};

/* Scopes (bit 1 << enum spf_scope) that a TXT record's text speaks for; 0: it is no such record. */
unsigned spf_record_scopes(struct slice text);

/*
 * Reads a record whose version spf_record_scopes knew. `room` must hold the terms that are kept: called
 * with NULL it counts them (out->count) and keeps none.
 */
void spf_record_parse(struct slice text, struct spf_term *room, struct spf_record *out);

struct slice spf_term_text(const struct spf_record *, const struct spf_term *);
struct slice spf_term_spec(const struct spf_record *, const struct spf_term *);
bool spf_term_asks(const struct spf_term *);      /* counts against SPF_MAX_TERMS */
bool spf_term_covers(const struct spf_term *, const struct ip *client, const struct ip *address);   /* by its prefix lengths */

/* Canonical form: names in lower case, no "+", no full prefix lengths, single blanks. parse(print(x)) is x. */
void text_add_spf_term(struct text *, const struct spf_record *, const struct spf_term *);
void text_add_spf_record(struct text *, const struct spf_record *);

/* The records of one TXT answer, by scope: made once per answer (method.h, memo), one block. */
struct spf_records {
    unsigned count[SPF_SCOPES];              /* how many speak for this scope (4.5: only one may) */
    const struct spf_record *at[SPF_SCOPES]; /* the one; NULL unless count is 1 */
};
void *spf_records_make(const struct answer *);
void spf_records_free(void *);

#endif
