/*
 * domainkeys_record.h: what a domain publishes for DomainKeys (RFC 4870 3.2.3, 3.6): key records at
 * SELECTOR._domainkey.DOMAIN and the policy record at _domainkey.DOMAIN, as text and as data.
 *
 *     const struct domainkeys_key *k = memo(&c->run, answer, domainkeys_key_make, domainkeys_key_release);
 *
 * DKIM keeps its keys under the same names, and most of its records are read here too: v= is an unknown tag. But g= is
 * no pattern, and names of more than one letter make the record malformed. Of several records under one name the
 * first by octet order counts that can be read.
 */
#ifndef FRANK_METHODS_DOMAINKEYS_DOMAINKEYS_RECORD_H
#define FRANK_METHODS_DOMAINKEYS_DOMAINKEYS_RECORD_H

#include "crypto/public_key.h"
#include "dns/answer.h"
#include "methods/domainkeys/domainkeys_reason.h"

#define DOMAINKEYS_BITS_LEAST 512     /* RFC 4870 3.2.3: verifiers must support 512 to 2048 bits; what passes here is an option */

/* ---- as text ---- */

struct domainkeys_key_record {
    struct slice granularity;         /* g=; empty: any local part */
    struct slice type;                /* k=; "rsa" if the record does not say */
    struct slice note;                /* n= */
    struct slice data;                /* p= as written; empty: revoked */
    bool testing;                     /* t=y */
};
/* False: not a key record. Slices borrow the text. */
bool domainkeys_key_parse(struct slice text, struct domainkeys_key_record *out);
/* parse(print(x)) == x */
void text_add_domainkeys_key(struct text *, const struct domainkeys_key_record *);

struct domainkeys_policy {
    bool found;                       /* there is a record that can be read */
    bool all_signed;                  /* o=-; else o=~: some mail is signed */
    bool testing;                     /* t=y */
    struct slice report, note;        /* r=, n= */
};
bool domainkeys_policy_parse(struct slice text, struct domainkeys_policy *out);
void text_add_domainkeys_policy(struct text *, const struct domainkeys_policy *);

/* ---- of an answer ---- */

struct domainkeys_key {
    enum domainkeys_reason problem;   /* DOMAINKEYS_FINE: the key is ready */
    struct domainkeys_key_record record;
    struct public_key *key;           /* NULL on a problem */
    unsigned bits;                    /* known also of keys that are too short */
};
/* answer_memo's makers and releasers; answers with data. Slices borrow the answer. NULL without memory. */
void *domainkeys_key_make(const struct answer *);
void domainkeys_key_release(void *);
/* Without a record that can be read: the default policy, not found. */
void *domainkeys_policy_make(const struct answer *);
void domainkeys_policy_release(void *);

#endif
