/*
 * provider.c: crypto_start: fetches algorithms, once a process, and verifies one good RSA and one good
 * Ed25519 signature, so that a library that cannot is known before mail comes, and nothing is loaded
 * behind a closed sandbox.
 */
#include "crypto/provider.h"

#include "crypto/public_key.h"
#include "crypto/self_test.h"

#include <openssl/crypto.h>
#include <openssl/err.h>

static struct {
    EVP_MD *sha256, *sha1;
    enum status status;
} fetched;

static CRYPTO_ONCE fetched_once = CRYPTO_ONCE_STATIC_INIT;

const EVP_MD *provider_hash(enum hash_alg alg)
{
    switch (alg) {
    case HASH_NONE: return NULL;
    case HASH_SHA256: return fetched.sha256;
    case HASH_SHA1: return fetched.sha1;
    }
    return NULL;
}

void provider_forget_errors(void)
{
    ERR_clear_error();
}

bool provider_out_of_memory(void)
{
    return ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_MALLOC_FAILURE;
}

static bool rsa_works(struct slice digest)
{
    enum key_problem problem;
    unsigned bits;
    struct public_key *key = public_key_rsa(slice_of(self_test_rsa_key, sizeof self_test_rsa_key), RSA_BITS_MIN, &problem, &bits);
    if (!key)
        return false;
    struct slice signature = slice_of(self_test_rsa_signature, sizeof self_test_rsa_signature);
    bool good = public_key_verify(key, HASH_SHA256, digest, signature) == VERIFY_GOOD;
    public_key_free(key);
    return good;
}

static bool ed25519_works(struct slice digest)
{
    enum key_problem problem;
    struct public_key *key = public_key_ed25519(slice_of(self_test_ed25519_key, sizeof self_test_ed25519_key), &problem);
    if (!key)
        return false;
    struct slice signature = slice_of(self_test_ed25519_signature, sizeof self_test_ed25519_signature);
    bool good = public_key_verify(key, HASH_SHA256, digest, signature) == VERIFY_GOOD;
    public_key_free(key);
    return good;
}

static void fetch_all(void)
{
    fetched.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    /* A system's policy may have removed SHA-1; whoever needs it asks hash_usable(). */
    fetched.sha1 = EVP_MD_fetch(NULL, "SHA1", NULL);
    uint8_t digest[HASH_OCTETS_MAX];
    bool good = hash_once(HASH_SHA256, SLICE("frank"), digest) && rsa_works(slice_of(digest, sizeof digest))
        && ed25519_works(slice_of(digest, sizeof digest));
    fetched.status = good ? STATUS_OK : STATUS_UNAVAILABLE;
    provider_forget_errors();
}

enum status crypto_start(void)
{
    if (CRYPTO_THREAD_run_once(&fetched_once, fetch_all) != 1)
        return STATUS_UNAVAILABLE;
    return fetched.status;
}
