#include "crypto/digest.h"

#include "crypto/provider.h"

#include <openssl/crypto.h>

struct hasher {
    EVP_MD_CTX *context;
    enum hash_alg alg;
    bool running;                /* initialised for alg and not ended */
    bool failed;                 /* sticks until the digest ends or is reset */
};

size_t hash_octets(enum hash_alg alg)
{
    switch (alg) {
    case HASH_NONE: return 0;
    case HASH_SHA256: return 32;
    case HASH_SHA1: return 20;
    }
    return 0;
}

const char *hash_name(enum hash_alg alg)
{
    switch (alg) {
    case HASH_NONE: return "none";
    case HASH_SHA256: return "sha256";
    case HASH_SHA1: return "sha1";
    }
    return "none";
}

bool hash_usable(enum hash_alg alg)
{
    return provider_hash(alg) != NULL;
}

struct hasher *hasher_new(enum hash_alg alg)
{
    if (!hash_usable(alg))
        return NULL;
    struct hasher *h = mem_zalloc(1, sizeof *h);
    if (!h)
        return NULL;
    h->context = EVP_MD_CTX_new();
    if (!h->context) {
        mem_free(h);
        return NULL;
    }
    h->alg = alg;
    return h;
}

/* Started by the first octet or the end, so that an object kept for reuse costs nothing. */
static bool hasher_running(struct hasher *h)
{
    if (!h->running) {
        const EVP_MD *md = provider_hash(h->alg);
        h->failed = !md || EVP_DigestInit_ex2(h->context, md, NULL) != 1;
        h->running = true;
    }
    return !h->failed;
}

void hasher_add(struct hasher *h, struct slice octets)
{
    if (octets.len > 0 && hasher_running(h) && EVP_DigestUpdate(h->context, octets.at, octets.len) != 1)
        h->failed = true;
}

bool hasher_end(struct hasher *h, uint8_t out[HASH_OCTETS_MAX])
{
    bool good = hasher_running(h) && EVP_DigestFinal_ex(h->context, out, NULL) == 1;
    h->running = false;
    h->failed = false;
    if (!good)
        provider_forget_errors();
    return good;
}

void hasher_reset(struct hasher *h, enum hash_alg alg)
{
    h->alg = alg;
    h->running = false;
    h->failed = false;
}

bool hasher_copy(struct hasher *to, const struct hasher *from)
{
    hasher_reset(to, from->alg);
    if (from->running && (from->failed || EVP_MD_CTX_copy_ex(to->context, from->context) != 1)) {
        provider_forget_errors();
        return false;
    }
    to->running = from->running;
    return true;
}

void hasher_free(struct hasher *h)
{
    if (!h)
        return;
    EVP_MD_CTX_free(h->context);
    mem_free(h);
}

bool hash_once(enum hash_alg alg, struct slice octets, uint8_t out[HASH_OCTETS_MAX])
{
    const EVP_MD *md = provider_hash(alg);
    bool good = md && EVP_Digest(octets.at, octets.len, out, NULL, md, NULL) == 1;
    if (!good)
        provider_forget_errors();
    return good;
}

bool digest_same(struct slice a, struct slice b)
{
    return a.len == b.len && (a.len == 0 || CRYPTO_memcmp(a.at, b.at, a.len) == 0);
}
