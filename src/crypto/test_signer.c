#include "crypto/test_signer.h"

#include "crypto/provider.h"
#include "crypto/test_keys.h"

#include <openssl/rsa.h>
#include <openssl/x509.h>

static EVP_PKEY *private_key(enum test_key which)
{
    static const struct { const uint8_t *at; size_t len; } keys[] = {
        [TEST_KEY_RSA_512] = { test_key_rsa_512, sizeof test_key_rsa_512 },
        [TEST_KEY_RSA_1024] = { test_key_rsa_1024, sizeof test_key_rsa_1024 },
        [TEST_KEY_RSA_2048] = { test_key_rsa_2048, sizeof test_key_rsa_2048 },
        [TEST_KEY_RSA_2048_E3] = { test_key_rsa_2048_e3, sizeof test_key_rsa_2048_e3 },
        [TEST_KEY_ED25519] = { test_key_ed25519, sizeof test_key_ed25519 },
    };
    const unsigned char *at = keys[which].at;
    return d2i_AutoPrivateKey(NULL, &at, (long)keys[which].len);
}

struct slice test_key_public(struct arena *arena, enum test_key which)
{
    EVP_PKEY *pkey = private_key(which);
    unsigned char *der = NULL;
    int len = pkey ? i2d_PUBKEY(pkey, &der) : 0;
    struct slice all = len > 0 ? slice_dup(arena, slice_of(der, (size_t)len)) : (struct slice){ NULL, 0 };
    OPENSSL_free(der);
    EVP_PKEY_free(pkey);
    return which == TEST_KEY_ED25519 ? slice_from(all, all.len - 32) : all;
}

static bool sign_rsa(EVP_PKEY *pkey, enum hash_alg alg, struct slice digest, uint8_t *out, size_t *len)
{
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);
    bool good = context && EVP_PKEY_sign_init(context) == 1 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
        && EVP_PKEY_CTX_set_signature_md(context, provider_hash(alg)) == 1
        && EVP_PKEY_sign(context, out, len, digest.at, digest.len) == 1;
    EVP_PKEY_CTX_free(context);
    return good;
}

static bool sign_ed25519(EVP_PKEY *pkey, struct slice digest, uint8_t *out, size_t *len)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool good = context && EVP_DigestSignInit_ex(context, NULL, NULL, NULL, NULL, pkey, NULL) == 1
        && EVP_DigestSign(context, out, len, digest.at, digest.len) == 1;
    EVP_MD_CTX_free(context);
    return good;
}

struct slice test_key_sign(struct arena *arena, enum test_key which, enum hash_alg alg, struct slice digest)
{
    uint8_t out[512] = { 0 };
    size_t len = sizeof out;
    EVP_PKEY *pkey = private_key(which);
    bool good = pkey && (which == TEST_KEY_ED25519 ? sign_ed25519(pkey, digest, out, &len) : sign_rsa(pkey, alg, digest, out, &len));
    EVP_PKEY_free(pkey);
    return good ? slice_dup(arena, slice_of(out, len)) : (struct slice){ NULL, 0 };
}
