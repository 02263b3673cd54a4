/*
 * der.h: as much of DER (X.690) as a public key needs: strict, without recursion. Private to crypto/.
 *
 *     struct slice inside;
 *     struct cursor c = cursor_of(octets);
 *     inside = take_der(&c, DER_SEQUENCE);     // bad if the tag or length is not DER
 */
#ifndef FRANK_CRYPTO_DER_H
#define FRANK_CRYPTO_DER_H

#include "base/cursor.h"

enum der_tag { DER_INTEGER = 0x02, DER_BIT_STRING = 0x03, DER_NULL = 0x05, DER_OID = 0x06, DER_SEQUENCE = 0x30 };

/* Contents of the next element, which must have this tag and the shortest definite length (X.690 10.1). */
struct slice take_der(struct cursor *, enum der_tag);
/* The octets of a positive INTEGER in shortest form (8.3.2), without its sign octet; bad otherwise. */
struct slice take_der_positive(struct cursor *);
/* A BIT STRING of whole octets. */
struct slice take_der_octet_bits(struct cursor *);

/*
 * The numbers of an RSA key: SubjectPublicKeyInfo (RFC 5280 4.1.2.7 with RFC 3279 2.3.1) or bare
 * RSAPublicKey (RFC 8017 A.1.1), nothing behind it. False: it is neither.
 */
bool der_rsa_public_key(struct slice, struct slice *modulus, struct slice *exponent);
/* The 32 octets in an Ed25519 SubjectPublicKeyInfo (RFC 8410 section 4). */
bool der_ed25519_public_key(struct slice, struct slice *octets);

#endif
