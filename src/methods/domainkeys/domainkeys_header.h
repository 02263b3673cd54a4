/*
 * domainkeys_header.h: what DomainKeys reads in a header: who sends, and which octets are signed.
 */
#ifndef FRANK_METHODS_DOMAINKEYS_DOMAINKEYS_HEADER_H
#define FRANK_METHODS_DOMAINKEYS_DOMAINKEYS_HEADER_H

#include "methods/domainkeys/domainkeys_signature.h"

/*
 * The sending address (RFC 4870 2.3): that of the one Sender field if there is one, else the first of the one
 * From field. Not known if either occurs twice or does not parse, From is missing, Sender has several addresses, or the address
 * has no domain name.
 */
struct domainkeys_sender {
    const struct field *field;        /* NULL: not known */
    const struct address *address;
};
/* False without memory. */
MUST_CHECK bool domainkeys_sender_of(struct run *, struct domainkeys_sender *out);

/* Can this signature speak for the sender? DOMAINKEYS_FINE, or why not. */
enum domainkeys_reason domainkeys_fits(const struct domainkeys_signature *, const struct domainkeys_sender *);

struct domainkeys_signed {
    struct slice octets;              /* canonical: the signed fields, each ended by CRLF */
    bool odd_octets;                  /* one of them holds NUL, or CR or LF alone; or the header has hidden lines (T06) */
    const char *added;                /* T11: a field that readers see and that stands again above the signature; or NULL */
};
/* In the arena. False without memory. O(octets of the header, fields x names). */
MUST_CHECK bool domainkeys_sign_header(struct arena *, const struct message *, const struct domainkeys_signature *,
                                       struct domainkeys_signed *out);

#endif
