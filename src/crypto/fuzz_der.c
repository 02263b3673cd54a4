/*
 * Public keys from DNS: the input is a key; if it is usable, it is also asked about a signature, the input again.
 * No octets of a stranger's may look like want of memory.
 *
 * covers: src/crypto/der.c src/crypto/public_key.c src/crypto/edwards.c
 */
#include "crypto/public_key.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void try_key(struct public_key *key, enum key_problem problem, struct slice signature)
{
    static const uint8_t hash[HASH_OCTETS_MAX] = { 0 };
    must((key != NULL) == (problem == KEY_USABLE) && problem != KEY_NO_MEMORY);
    must(key_problem_text(problem) != NULL);
    if (!key)
        return;
    enum hash_alg alg = signature.len % 2 && public_key_type(key) == KEY_RSA ? HASH_SHA1 : HASH_SHA256;
    for (unsigned i = 0; i < 2; i++)
        must(public_key_verify(key, alg, slice_of(hash, hash_octets(alg)), signature) == VERIFY_BAD);
    must(public_key_verify(key, alg, slice_of(hash, 0), signature) == VERIFY_ERROR);
    must(public_key_verify(key, alg, slice_of(hash, hash_octets(alg)), SLICE("")) == VERIFY_BAD);
    public_key_free(key);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool started;
    if (!started && crypto_start() != STATUS_OK)
        return 0;
    started = true;
    enum key_problem problem;
    unsigned bits;
    struct slice input = slice_of(data, size);
    struct public_key *key = public_key_rsa(input, RSA_BITS_MIN, &problem, &bits);
    must(!key || (public_key_bits(key) == bits && bits >= RSA_BITS_MIN && bits <= RSA_BITS_MAX && public_key_type(key) == KEY_RSA));
    try_key(key, problem, input);
    key = public_key_ed25519(input, &problem);
    try_key(key, problem, input);
    return 0;
}
