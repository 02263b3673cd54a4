/*
 * digest.h: SHA-256, SHA-1, over octets that come in pieces. A thin face over OpenSSL (algorithms are
 * fetched once, by crypto_start, before any sandbox closes).
 */
#ifndef FRANK_CRYPTO_DIGEST_H
#define FRANK_CRYPTO_DIGEST_H

#include "base/arena.h"
#include "base/status.h"

enum hash_alg { HASH_NONE = 0, HASH_SHA256, HASH_SHA1 };

#define HASH_OCTETS_MAX 32

/* Fetches algorithms and does one dummy RSA and one Ed25519 verification, so that nothing is
 * loaded from disk later. Idempotent. One call per process (or thread) before everything else. */
MUST_CHECK enum status crypto_start(void);

size_t hash_octets(enum hash_alg);                   /* 32, 20, 0 */
const char *hash_name(enum hash_alg);                /* "sha256" */
bool hash_usable(enum hash_alg);                     /* the library has it: a system's policy may have removed SHA-1 */

struct hasher;                                       /* one running digest */
struct hasher *hasher_new(enum hash_alg);            /* NULL without memory or algorithm */
void hasher_add(struct hasher *, struct slice);
/* Ends the digest and makes the object ready for the next one. False when the library failed. */
MUST_CHECK bool hasher_end(struct hasher *, uint8_t out[HASH_OCTETS_MAX]);
void hasher_reset(struct hasher *, enum hash_alg);   /* forgets what it has; reuse without allocation */
/* `to` goes on where `from` is now; for hashes of many beginnings of one text. False: the library failed. */
MUST_CHECK bool hasher_copy(struct hasher *to, const struct hasher *from);
void hasher_free(struct hasher *);
MUST_CHECK bool hash_once(enum hash_alg, struct slice, uint8_t out[HASH_OCTETS_MAX]);
/* Lengths compared first, then in constant time (threats.md T13). */
bool digest_same(struct slice, struct slice);

#endif
