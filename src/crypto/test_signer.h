/*
 * test_signer.h: signs for tests, so that their tables hold messages and not signatures. Not part of
 * libfrank: test programs name test_signer.c among their files.
 */
#ifndef FRANK_CRYPTO_TEST_SIGNER_H
#define FRANK_CRYPTO_TEST_SIGNER_H

#include "crypto/digest.h"

enum test_key { TEST_KEY_RSA_512, TEST_KEY_RSA_1024, TEST_KEY_RSA_2048, TEST_KEY_RSA_2048_E3, TEST_KEY_ED25519 };

/* As p= of a key record has it: DER SubjectPublicKeyInfo, or the 32 octets of Ed25519. Empty: it failed. */
struct slice test_key_public(struct arena *, enum test_key);
/* RSA: PKCS#1 v1.5 over this digest; Ed25519: over the digest's octets. Empty: it failed. */
struct slice test_key_sign(struct arena *, enum test_key, enum hash_alg, struct slice digest);

#endif
