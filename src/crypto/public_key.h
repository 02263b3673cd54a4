/*
 * public_key.h: public keys from DNS and verification with them.
 *
 * RSA keys come as DER SubjectPublicKeyInfo or RSAPublicKey (RFC 6376 3.6.1 text and practice), read
 * by our own strict, non-recursive DER reader and built with EVP_PKEY_fromdata (d2i_PUBKEY costs
 * 113 us more a key). Ed25519 keys are the 32 raw octets (RFC 8463 section 4), or the 44-octet SPKI.
 * A key object is kept as an answer's memo; making it costs ~13 us, a verification 16..105 us.
 */
#ifndef FRANK_CRYPTO_PUBLIC_KEY_H
#define FRANK_CRYPTO_PUBLIC_KEY_H

#include "crypto/digest.h"

enum key_type { KEY_NONE = 0, KEY_RSA, KEY_ED25519 };

enum key_problem {            /* why a key is refused; KEY_USABLE: not refused */
    KEY_USABLE = 0,
    KEY_MALFORMED,            /* not DER of a key, trailing octets, wrong algorithm, wrong length */
    KEY_TOO_SHORT,            /* RSA modulus under 1024 bits (RFC 8301 3.2) */
    KEY_TOO_LONG,             /* over 8192 bits: verification would cost too much (threats.md T14) */
    KEY_ODDITIES,             /* even modulus; exponent even, < 3 or > 2^32 */
    KEY_SMALL_ORDER,          /* Ed25519 point of small order, or not on the curve */
    KEY_NO_MEMORY
};

#define RSA_BITS_MIN 1024
#define RSA_BITS_MAX 8192

struct public_key;

/* Never NULL-checks beyond memory: *problem says why the result is NULL. bits_min allows a caller to
 * relax RSA_BITS_MIN (down to 512) for tests of old mail; pass RSA_BITS_MIN. */
struct public_key *public_key_rsa(struct slice der, unsigned bits_min, enum key_problem *problem, unsigned *bits);
struct public_key *public_key_ed25519(struct slice octets, enum key_problem *problem);
void public_key_free(struct public_key *);
enum key_type public_key_type(const struct public_key *);
unsigned public_key_bits(const struct public_key *);      /* RSA modulus; 256 for Ed25519 */

enum verify_outcome {
    VERIFY_ERROR = 0,         /* machine */
    VERIFY_REFUSED,           /* the library will not do it: a system's policy forbids this hash, or RSA keys of this length */
    VERIFY_BAD,
    VERIFY_GOOD
};
/*
 * public_key_verify: RSA: PKCS#1 v1.5 over this digest with full-length padding (library verify only,
 * threats.md T15); Ed25519: PureEdDSA over the digest octets (RFC 8463 section 3).
 */
enum verify_outcome public_key_verify(struct public_key *, enum hash_alg, struct slice digest, struct slice signature);
const char *key_problem_text(enum key_problem);

#endif
