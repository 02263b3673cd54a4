#include "keys.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/param_build.h>
#include <openssl/x509.h>
#include <stdlib.h>

enum { PRIME_OCTETS = 128 };

void sha256(uint8_t out[32], struct bytes data)
{
    if (!EVP_Digest(data.at, data.len, out, NULL, EVP_sha256(), NULL))
        die("SHA-256 failed");
}

/* The first prime p at or after a seeded 1024-bit number, p - 1 coprime to e. */
static BIGNUM *seeded_prime(struct rng *r, BN_CTX *ctx)
{
    uint8_t octets[PRIME_OCTETS];
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(rng_next(r) >> 56);
    octets[0] |= 0xc0;
    octets[PRIME_OCTETS - 1] |= 1;
    BIGNUM *p = need(BN_bin2bn(octets, sizeof octets, NULL));
    while (BN_mod_word(p, 65537) == 1 || BN_check_prime(p, ctx, NULL) != 1)
        BN_add_word(p, 2);
    return p;
}

static void push(OSSL_PARAM_BLD *build, const char *name, const BIGNUM *n)
{
    if (!OSSL_PARAM_BLD_push_BN(build, name, n))
        die("RSA parameter %s", name);
}

static EVP_PKEY *pkey_from(const char *type, OSSL_PARAM *params, int selection)
{
    EVP_PKEY_CTX *make = need(EVP_PKEY_CTX_new_from_name(NULL, type, NULL));
    EVP_PKEY *pkey = NULL;
    if (EVP_PKEY_fromdata_init(make) <= 0 || EVP_PKEY_fromdata(make, &pkey, selection, params) <= 0)
        die("key cannot be made");
    EVP_PKEY_CTX_free(make);
    return pkey;
}

static EVP_PKEY *rsa_make(struct rng *r)
{
    BN_CTX *ctx = need(BN_CTX_new());
    BIGNUM *p = seeded_prime(r, ctx), *q = seeded_prime(r, ctx);
    if (BN_cmp(p, q) < 0)
        BN_swap(p, q);
    BIGNUM *n = need(BN_new()), *e = need(BN_new()), *p1 = need(BN_new()), *q1 = need(BN_new()), *phi = need(BN_new());
    BIGNUM *dp = need(BN_new()), *dq = need(BN_new());
    BN_set_word(e, 65537);
    BN_mul(n, p, q, ctx);
    BN_sub(p1, p, BN_value_one());
    BN_sub(q1, q, BN_value_one());
    BN_mul(phi, p1, q1, ctx);
    BIGNUM *d = need(BN_mod_inverse(NULL, e, phi, ctx)), *qinv = need(BN_mod_inverse(NULL, q, p, ctx));
    BN_mod(dp, d, p1, ctx);
    BN_mod(dq, d, q1, ctx);

    OSSL_PARAM_BLD *build = need(OSSL_PARAM_BLD_new());
    push(build, OSSL_PKEY_PARAM_RSA_N, n);
    push(build, OSSL_PKEY_PARAM_RSA_E, e);
    push(build, OSSL_PKEY_PARAM_RSA_D, d);
    push(build, OSSL_PKEY_PARAM_RSA_FACTOR1, p);
    push(build, OSSL_PKEY_PARAM_RSA_FACTOR2, q);
    push(build, OSSL_PKEY_PARAM_RSA_EXPONENT1, dp);
    push(build, OSSL_PKEY_PARAM_RSA_EXPONENT2, dq);
    push(build, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, qinv);
    OSSL_PARAM *params = need(OSSL_PARAM_BLD_to_param(build));
    EVP_PKEY *pkey = pkey_from("RSA", params, EVP_PKEY_KEYPAIR);

    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(build);
    BIGNUM *all[] = { p, q, n, e, p1, q1, phi, dp, dq, d, qinv };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        BN_free(all[i]);
    BN_CTX_free(ctx);
    return pkey;
}

static EVP_PKEY *ed25519_make(struct rng *r)
{
    uint8_t secret[32];
    for (size_t i = 0; i < sizeof secret; i++)
        secret[i] = (uint8_t)(rng_next(r) >> 56);
    return need(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, sizeof secret));
}

static char *record_of(enum key_kind kind, EVP_PKEY *pkey)
{
    struct buf b = { 0 };
    buf_text(&b, kind == KEY_RSA ? "v=DKIM1; k=rsa; p=" : "v=DKIM1; k=ed25519; p=");
    if (kind == KEY_RSA) {
        unsigned char *der = NULL;
        int len = i2d_PUBKEY(pkey, &der);
        if (len <= 0)
            die("public key cannot be encoded");
        base64_add(&b, (struct bytes){ der, (size_t)len });
        OPENSSL_free(der);
    } else {
        uint8_t raw[32];
        size_t len = sizeof raw;
        if (!EVP_PKEY_get_raw_public_key(pkey, raw, &len))
            die("public key cannot be read");
        base64_add(&b, (struct bytes){ raw, len });
    }
    char *record = copy_text(buf_view(&b));
    buf_free(&b);
    return record;
}

struct key key_make(enum key_kind kind, uint64_t seed, uint64_t stream)
{
    struct rng r = rng_seed(seed, stream);
    EVP_PKEY *pkey = kind == KEY_RSA ? rsa_make(&r) : ed25519_make(&r);
    return (struct key){ .kind = kind, .pkey = pkey, .record = record_of(kind, pkey) };
}

struct key key_from_record(struct bytes txt)
{
    struct key key = { .kind = KEY_RSA };
    struct buf octets = { 0 };
    while (txt.len) {
        struct bytes tag = cut(&txt, ';'), name = trim(cut(&tag, '=')), value = trim(tag);
        if (same(name, BYTES("k")) && same(value, BYTES("ed25519")))
            key.kind = KEY_ED25519;
        if (same(name, BYTES("p"))) {
            buf_free(&octets);
            octets = base64_read(value);
        }
    }
    const unsigned char *at = octets.at;
    if (octets.len && key.kind == KEY_RSA)
        key.pkey = d2i_PUBKEY(NULL, &at, (long)octets.len);
    else if (octets.len == 32)
        key.pkey = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, octets.at, octets.len);
    buf_free(&octets);
    return key;
}

void key_free(struct key *key)
{
    EVP_PKEY_free(key->pkey);
    free(key->record);
    *key = (struct key){ 0 };
}

/* RFC 8463 3: Ed25519 signs the SHA-256 hash as its message. */
struct buf key_sign(const struct key *key, struct bytes data)
{
    uint8_t hash[32];
    EVP_MD_CTX *ctx = need(EVP_MD_CTX_new());
    if (key->kind == KEY_ED25519) {
        sha256(hash, data);
        data = (struct bytes){ hash, sizeof hash };
    }
    struct buf out = { .at = zalloc(512, 1), .cap = 512 };
    out.len = out.cap;
    if (EVP_DigestSignInit(ctx, NULL, key->kind == KEY_RSA ? EVP_sha256() : NULL, NULL, key->pkey) <= 0 ||
        EVP_DigestSign(ctx, out.at, &out.len, data.at, data.len) <= 0)
        die("signing failed");
    EVP_MD_CTX_free(ctx);
    return out;
}

bool key_verify(const struct key *key, struct bytes data, struct bytes signature)
{
    uint8_t hash[32];
    EVP_MD_CTX *ctx = need(EVP_MD_CTX_new());
    if (key->kind == KEY_ED25519) {
        sha256(hash, data);
        data = (struct bytes){ hash, sizeof hash };
    }
    bool good = EVP_DigestVerifyInit(ctx, NULL, key->kind == KEY_RSA ? EVP_sha256() : NULL, NULL, key->pkey) > 0 &&
                EVP_DigestVerify(ctx, signature.at, signature.len, data.at, data.len) > 0;
    EVP_MD_CTX_free(ctx);
    return good;
}
