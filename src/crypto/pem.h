/*
 * pem.h: key files of our own, as people keep them (RFC 7468): what of a key is published. Files are the
 * owner's, so the library's reader is good enough; the text may hold a private key and is the caller's to wipe.
 */
#ifndef FRANK_CRYPTO_PEM_H
#define FRANK_CRYPTO_PEM_H

#include "crypto/public_key.h"

#define PEM_OCTETS_MAX 65536

/*
 * The public half of a PUBLIC KEY, PRIVATE KEY or RSA PRIVATE KEY, as p= of a key record has it: DER
 * SubjectPublicKeyInfo of RSA, or the 32 octets of Ed25519 (RFC 8463 4). False: *error says why (static).
 * A key that is encrypted is refused; nobody is asked for a pass phrase.
 */
bool pem_public_key(struct arena *, struct slice text, enum key_type *, struct slice *octets, const char **error);

#endif
