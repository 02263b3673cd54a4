/*
 * domainkeys_say.h: what was found, put into words: one line for people, JSON facts, the properties of
 * Authentication-Results (RFC 8601 2.7.1), a repair for the domain's owner.
 */
#ifndef FRANK_METHODS_DOMAINKEYS_DOMAINKEYS_SAY_H
#define FRANK_METHODS_DOMAINKEYS_DOMAINKEYS_SAY_H

#include "methods/domainkeys/domainkeys_header.h"
#include "methods/domainkeys/domainkeys_record.h"

struct domainkeys_finding {
    enum domainkeys_reason reason;
    enum domainkeys_reason cause;                /* what o=- or t=y overruled; DOMAINKEYS_FINE: nothing */
    struct domainkeys_sender sender;
    const struct domainkeys_signature *signature;    /* the one that was examined, or the first of no use; NULL: none */
    const struct domainkeys_key *key;            /* NULL: none was looked at */
    const struct domainkeys_policy *policy;      /* NULL: not asked for, or none */
    const char *added;                           /* for fields-added */
    struct slice asked;                          /* the name that was asked last */
};

void domainkeys_say(struct check *, const struct domainkeys_finding *);
struct slice domainkeys_explain(struct arena *, const struct txn *, const struct result *);

#endif
