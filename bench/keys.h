/*
 * keys.h: signing keys made from a seed, and signatures as DKIM and ARC use them.
 *
 * Keys are derived, not random, so that a corpus is the same everywhere. They protect nothing.
 */
#ifndef BENCH_KEYS_H
#define BENCH_KEYS_H

#include "util.h"

#include <openssl/evp.h>

enum key_kind { KEY_RSA, KEY_ED25519 };

struct key {
    enum key_kind kind;
    EVP_PKEY *pkey;
    char *record;                 /* the TXT record that publishes it */
};

struct key key_make(enum key_kind, uint64_t seed, uint64_t stream);   /* RSA: 2048 bits, e = 65537 */
struct key key_from_record(struct bytes txt);                         /* public half only; pkey NULL: no such key */
void key_free(struct key *);

struct buf key_sign(const struct key *, struct bytes data);           /* rsa-sha256 or ed25519-sha256 (RFC 8463) */
bool key_verify(const struct key *, struct bytes data, struct bytes signature);

void sha256(uint8_t out[32], struct bytes data);

#endif
