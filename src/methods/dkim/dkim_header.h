/*
 * dkim_header.h: the hash over signed header fields (RFC 6376 3.7, 5.4.2), and what was seen on the way.
 */
#ifndef FRANK_METHODS_DKIM_DKIM_HEADER_H
#define FRANK_METHODS_DKIM_DKIM_HEADER_H

#include "methods/dkim/dkim_signature.h"

/* threats.md T11: an unsigned second field of these names changes what is read while the signature stays good. NULL-terminated. */
extern const char *const watched_fields[];

struct signed_fields {
    const struct field **at;          /* those of h= that are there, in h= order; fields are taken from below */
    size_t count;
    bool odd_octets;                  /* one of them, or the signature, holds NUL, or CR or LF alone; or the header has hidden lines */
    bool covers_itself;               /* the signature's own field is among them */
    const char *added;                /* T11: a field (its usual name) that readers see and that occurs more often than signed; or NULL */
};

/* Which fields a signature covers. False without memory. O(names x fields of these names), names <= DKIM_NAMES_MAX. */
MUST_CHECK bool dkim_select_fields(struct arena *, const struct message *, const struct dkim_signature *, struct signed_fields *out);
/* The hash RSA or Ed25519 is applied to: selected fields, then the signature's own without the value of b=. False: the library failed. */
MUST_CHECK bool dkim_header_hash(const struct signed_fields *, const struct dkim_signature *, uint8_t out[HASH_OCTETS_MAX]);

/*
 * A canon_sink that feeds a hasher. Relaxed fields come in pieces of a word; they are gathered, because a
 * call of the library costs more than copying one.
 */
#define GATHER_OCTETS 1024
struct gather { struct hasher *hasher; size_t len; uint8_t octets[GATHER_OCTETS]; };
void gather_sink(void *gather, struct slice octets);
void gather_flush(struct gather *);          /* before the hasher is used otherwise or ended */

#endif
