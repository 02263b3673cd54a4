/*
 * domainkeys_signature.h: a DomainKey-Signature field (RFC 4870 3.3) as data.
 *
 *     const struct domainkeys_signature *s = parsed(&c->run, field, domainkeys_signature_make);
 *     if (s->problem != DOMAINKEYS_FINE) ...
 *
 * What can be judged without DNS and the other fields is judged here, once. "Any irregularity" makes the
 * field worthless; the members read before it are still there, for display.
 */
#ifndef FRANK_METHODS_DOMAINKEYS_DOMAINKEYS_SIGNATURE_H
#define FRANK_METHODS_DOMAINKEYS_DOMAINKEYS_SIGNATURE_H

#include "methods/domainkeys/domainkeys_reason.h"

#define DOMAINKEYS_FIELD "DomainKey-Signature"
#define DOMAINKEYS_NAMES_MAX 128      /* h= entries (threats.md T18) */

struct domainkeys_signature {
    const struct field *field;
    enum domainkeys_reason problem;   /* DOMAINKEYS_FINE: well formed */
    char problem_tag;                 /* which tag, or 0 */

    struct slice b;                   /* decoded */
    enum canon canon;                 /* of header and body */
    struct slice domain;              /* d=, normal form */
    struct slice selector;            /* s=, normal form */
    struct slice key_name;            /* selector._domainkey.domain */
    const struct slice *names;        /* h=; NULL: all fields below this one are signed */
    size_t name_count;
};

/* For parsed(): never NULL but for memory. O(length of the field). */
void *domainkeys_signature_make(struct arena *, const struct field *);

/* Is the field among those hashed? Only below the signature, and if there is h= only with a name it lists (RFC 4870 3.3). */
bool domainkeys_signs(const struct domainkeys_signature *, const struct field *);

#endif
