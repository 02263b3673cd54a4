#include "crypto/pem.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "crypto/provider.h"

static int no_pass_phrase(char *buffer, int size, int writing, void *context)
{
    (void)buffer, (void)size, (void)writing, (void)context;
    return -1;
}

static EVP_PKEY *key_of(struct slice text)
{
    EVP_PKEY *key = NULL;
    for (unsigned private = 0; private < 2 && !key; private++) {
        BIO *in = BIO_new_mem_buf(text.at, (int)text.len);
        if (in && private)
            key = PEM_read_bio_PrivateKey(in, NULL, no_pass_phrase, NULL);
        else if (in)
            key = PEM_read_bio_PUBKEY(in, NULL, no_pass_phrase, NULL);
        BIO_free(in);
    }
    return key;
}

static bool rsa_octets(struct arena *a, EVP_PKEY *key, struct slice *out)
{
    unsigned char *der = NULL;
    int len = i2d_PUBKEY(key, &der);
    *out = len > 0 ? slice_dup(a, slice_of(der, (size_t)len)) : SLICE("");
    OPENSSL_free(der);
    return out->len > 0;
}

static bool ed25519_octets(struct arena *a, EVP_PKEY *key, struct slice *out)
{
    uint8_t raw[32];
    size_t len = sizeof raw;
    bool good = EVP_PKEY_get_raw_public_key(key, raw, &len) == 1 && len == sizeof raw;
    *out = good ? slice_dup(a, slice_of(raw, len)) : SLICE("");
    return out->len > 0;
}

static bool public_octets(struct arena *a, EVP_PKEY *key, enum key_type *type, struct slice *octets, const char **error)
{
    *type = EVP_PKEY_is_a(key, "RSA") ? KEY_RSA : EVP_PKEY_is_a(key, "ED25519") ? KEY_ED25519 : KEY_NONE;
    *error = "no memory";
    if (*type == KEY_NONE) {
        *error = "neither an RSA nor an Ed25519 key";
        return false;
    }
    int bits = EVP_PKEY_get_bits(key);
    if (*type == KEY_RSA && (bits < RSA_BITS_MIN || bits > RSA_BITS_MAX)) {
        *error = bits < RSA_BITS_MIN ? "the RSA key is shorter than 1024 bits (RFC 8301 3.2)" : "the RSA key is longer than 8192 bits";
        return false;
    }
    return *type == KEY_RSA ? rsa_octets(a, key, octets) : ed25519_octets(a, key, octets);
}

bool pem_public_key(struct arena *a, struct slice text, enum key_type *type, struct slice *octets, const char **error)
{
    *error = "no PEM key that can be read without a pass phrase";
    if (text.len == 0 || text.len > PEM_OCTETS_MAX)
        return false;
    EVP_PKEY *key = key_of(text);
    bool good = key && public_octets(a, key, type, octets, error);
    EVP_PKEY_free(key);
    provider_forget_errors();
    return good;
}
