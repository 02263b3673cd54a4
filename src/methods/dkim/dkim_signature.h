/*
 * dkim_signature.h: a DKIM-Signature field (RFC 6376 3.5, RFC 8301, 8463, 8616) as data, and its two
 * relatives with the same syntax, ARC-Message-Signature and ARC-Seal (RFC 8617 4.1.2, 4.1.3).
 *
 *     const struct dkim_signature *s = parsed(&c->run, field, dkim_signature_make);
 *     if (s->problem != DKIM_FINE) say(c, s->problem, ...);
 *
 * Everything that can be judged without clock, DNS and message is judged here, once; nobody downstream
 * looks at the text again. On a problem the members read before it are still there, for display.
 */
#ifndef FRANK_METHODS_DKIM_DKIM_SIGNATURE_H
#define FRANK_METHODS_DKIM_DKIM_SIGNATURE_H

#include "crypto/public_key.h"
#include "mail/canon.h"
#include "mail/message.h"
#include "methods/dkim/dkim_reason.h"

#define DKIM_NAMES_MAX 128            /* h= entries (threats.md T18) */
#define DKIM_TIME_MAX 999999999999    /* 12 digits, RFC 6376 3.5 */
#define ARC_INSTANCE_MAX 50           /* RFC 8617 4.2.1 */

enum signature_kind { SIGNATURE_DKIM = 0, SIGNATURE_ARC_MESSAGE, SIGNATURE_ARC_SEAL, SIGNATURE_KINDS };
enum chain_value { CHAIN_UNSET = 0, CHAIN_NONE, CHAIN_PASS, CHAIN_FAIL };       /* cv= */

struct dkim_signature {
    const struct field *field;
    enum signature_kind kind;
    enum dkim_reason problem;         /* DKIM_FINE: well formed */
    const char *problem_tag;          /* which tag, or NULL */

    struct slice algorithm;           /* a= as written */
    enum key_type key;
    enum hash_alg hash;
    struct slice b, bh;               /* decoded */
    struct slice b_text;              /* b= as written, for header.b */
    struct slice hole;                /* what of field->raw is left out when the field itself is hashed (3.7) */
    enum canon header_canon, body_canon;
    struct slice domain;              /* d=, normal form */
    struct slice selector;            /* s=, normal form */
    struct slice key_name;            /* selector._domainkey.domain */
    struct slice identity;            /* i= with its encoding undone, or "@" domain */
    struct slice identity_domain;     /* normal form */
    const struct slice *names;        /* h= */
    size_t name_count;
    uint64_t length;                  /* l=, or UINT64_MAX: all */
    int64_t signed_at, expires;       /* t=, x=; -1: not given */
    struct slice copied;              /* z= as written; diagnostics only, never trusted */
    unsigned instance;                /* ARC: i=, 1..50 */
    enum chain_value chain;           /* ARC-Seal: cv= */
};

/* For parsed(): never NULL but for memory. O(length of the field). */
void *dkim_signature_make(struct arena *, const struct field *);
void *arc_message_signature_make(struct arena *, const struct field *);
void *arc_seal_make(struct arena *, const struct field *);

/* dkim-quoted-printable (RFC 6376 2.11) undone, FWS dropped; what is not "=" and two upper-case hex digits stays as it is. */
struct slice dkim_unquoted(struct arena *, struct slice);

#endif
