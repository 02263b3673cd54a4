#include "crypto/public_key.h"

#include "crypto/der.h"
#include "crypto/edwards.h"
#include "crypto/provider.h"

#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#define RSA_OCTETS_MAX (RSA_BITS_MAX / 8)
#define EXPONENT_OCTETS_MAX 5              /* 2^32 and below */
#define ED25519_OCTETS 32
#define ED25519_SPKI_OCTETS 44

struct public_key {
    enum key_type type;
    unsigned bits;
    EVP_PKEY *pkey;
    EVP_PKEY_CTX *rsa[2];                  /* ready to verify, made at first use: [0] SHA-256, [1] SHA-1 */
    EVP_MD_CTX *ed25519;                   /* kept for its allocation only */
};

/* ---- RSA ---- */

static unsigned bit_length(struct slice number)
{
    unsigned bits = (unsigned)number.len * 8;
    for (uint8_t top = number.at[0]; !(top & 0x80); top = (uint8_t)(top << 1))
        bits--;
    return bits;
}

/* Odd, 3 <= e <= 2^32 (threats.md T14): an exponent as long as the modulus makes verification 100 times slower. */
static bool exponent_sane(struct slice e)
{
    if (e.len > EXPONENT_OCTETS_MAX)
        return false;
    uint64_t value = 0;
    for (size_t i = 0; i < e.len; i++)
        value = value << 8 | e.at[i];
    return value >= 3 && value <= UINT64_C(1) << 32 && (value & 1) == 1;
}

static enum key_problem rsa_judge(struct slice modulus, struct slice exponent, unsigned bits_min, unsigned *bits)
{
    if (modulus.len > RSA_OCTETS_MAX) {
        /* Told apart only so far that the text can say it: the number itself is of no use. */
        *bits = (unsigned)(modulus.len > UINT16_MAX ? UINT16_MAX : modulus.len) * 8;
        return KEY_TOO_LONG;
    }
    *bits = bit_length(modulus);
    if (*bits < bits_min)
        return KEY_TOO_SHORT;
    return (modulus.at[modulus.len - 1] & 1) && exponent_sane(exponent) ? KEY_USABLE : KEY_ODDITIES;
}

/* Big-endian octets as an OSSL_PARAM integer, which has the machine's order. */
static OSSL_PARAM number_param(const char *name, struct slice number, uint8_t *native)
{
    const union { uint16_t word; uint8_t octets[2]; } order = { .word = 1 };
    for (size_t i = 0; i < number.len; i++)
        native[i] = order.octets[0] ? number.at[number.len - 1 - i] : number.at[i];
    return OSSL_PARAM_construct_BN(name, native, number.len);
}

static EVP_PKEY *rsa_from_numbers(struct slice modulus, struct slice exponent)
{
    uint8_t n[RSA_OCTETS_MAX], e[EXPONENT_OCTETS_MAX];
    OSSL_PARAM params[] = {
        number_param(OSSL_PKEY_PARAM_RSA_N, modulus, n), number_param(OSSL_PKEY_PARAM_RSA_E, exponent, e), OSSL_PARAM_construct_end(),
    };
    EVP_PKEY *pkey = NULL;
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    if (context && EVP_PKEY_fromdata_init(context) == 1 && EVP_PKEY_fromdata(context, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
        pkey = NULL;
    EVP_PKEY_CTX_free(context);
    return pkey;
}

static struct public_key *key_of(enum key_type type, unsigned bits, EVP_PKEY *pkey)
{
    struct public_key *key = pkey ? mem_zalloc(1, sizeof *key) : NULL;
    if (!key) {
        EVP_PKEY_free(pkey);
        provider_forget_errors();
        return NULL;
    }
    key->type = type;
    key->bits = bits;
    key->pkey = pkey;
    return key;
}

struct public_key *public_key_rsa(struct slice der, unsigned bits_min, enum key_problem *problem, unsigned *bits)
{
    struct slice modulus, exponent;
    *bits = 0;
    *problem = KEY_MALFORMED;
    if (!der_rsa_public_key(der, &modulus, &exponent))
        return NULL;
    *problem = rsa_judge(modulus, exponent, bits_min, bits);
    if (*problem != KEY_USABLE)
        return NULL;
    struct public_key *key = key_of(KEY_RSA, *bits, rsa_from_numbers(modulus, exponent));
    if (!key)
        *problem = KEY_NO_MEMORY;
    return key;
}

/* ---- Ed25519 ---- */

struct public_key *public_key_ed25519(struct slice octets, enum key_problem *problem)
{
    *problem = KEY_MALFORMED;
    if (octets.len == ED25519_SPKI_OCTETS && !der_ed25519_public_key(octets, &octets))
        return NULL;
    if (octets.len != ED25519_OCTETS)
        return NULL;
    switch (edwards_point_check(octets.at)) {
    case POINT_GOOD:
        break;
    case POINT_BAD:
        *problem = KEY_SMALL_ORDER;
        return NULL;
    case POINT_NO_MEMORY:
        *problem = KEY_NO_MEMORY;
        return NULL;
    }
    EVP_PKEY *pkey = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, octets.at, octets.len);
    struct public_key *key = key_of(KEY_ED25519, 256, pkey);
    *problem = key ? KEY_USABLE : KEY_NO_MEMORY;
    return key;
}

void public_key_free(struct public_key *key)
{
    if (!key)
        return;
    EVP_PKEY_CTX_free(key->rsa[0]);
    EVP_PKEY_CTX_free(key->rsa[1]);
    EVP_MD_CTX_free(key->ed25519);
    EVP_PKEY_free(key->pkey);
    mem_free(key);
}

enum key_type public_key_type(const struct public_key *key)
{
    return key->type;
}

unsigned public_key_bits(const struct public_key *key)
{
    return key->bits;
}

/* ---- verification ---- */

static enum verify_outcome outcome_of(int returned)
{
    if (returned == 1)
        return VERIFY_GOOD;
    /* Whatever else the library complains about is the stranger's signature. */
    bool machine = provider_out_of_memory();
    provider_forget_errors();
    return machine ? VERIFY_ERROR : VERIFY_BAD;
}

/* A context that is ready to verify costs 3 us a message; one is kept for each hash. What the library will not do with this
 * hash or a key of this length it says here, before it saw a signature. */
static EVP_PKEY_CTX *rsa_context(struct public_key *key, enum hash_alg alg, enum verify_outcome *why)
{
    EVP_PKEY_CTX **kept = &key->rsa[alg == HASH_SHA256 ? 0 : 1];
    if (*kept)
        return *kept;
    const EVP_MD *md = provider_hash(alg);
    EVP_PKEY_CTX *context = md ? EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL) : NULL;
    if (!context || EVP_PKEY_verify_init(context) != 1 || EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) != 1
        || EVP_PKEY_CTX_set_signature_md(context, md) != 1) {
        *why = (md && !context) || provider_out_of_memory() ? VERIFY_ERROR : VERIFY_REFUSED;
        EVP_PKEY_CTX_free(context);
        provider_forget_errors();
        return NULL;
    }
    *kept = context;
    return context;
}

static enum verify_outcome verify_rsa(struct public_key *key, enum hash_alg alg, struct slice digest, struct slice signature)
{
    enum verify_outcome why = VERIFY_ERROR;
    EVP_PKEY_CTX *context = rsa_context(key, alg, &why);
    if (!context)
        return why;
    return outcome_of(EVP_PKEY_verify(context, signature.at, signature.len, digest.at, digest.len));
}

static enum verify_outcome verify_ed25519(struct public_key *key, struct slice digest, struct slice signature)
{
    if (!key->ed25519)
        key->ed25519 = EVP_MD_CTX_new();
    if (!key->ed25519 || EVP_DigestVerifyInit_ex(key->ed25519, NULL, NULL, NULL, NULL, key->pkey, NULL) != 1) {
        provider_forget_errors();
        return VERIFY_ERROR;
    }
    return outcome_of(EVP_DigestVerify(key->ed25519, signature.at, signature.len, digest.at, digest.len));
}

enum verify_outcome public_key_verify(struct public_key *key, enum hash_alg alg, struct slice digest, struct slice signature)
{
    if (digest.len != hash_octets(alg) || digest.len == 0)
        return VERIFY_ERROR;
    if (signature.len == 0)
        return VERIFY_BAD;
    switch (key->type) {
    case KEY_NONE: return VERIFY_ERROR;
    case KEY_RSA: return verify_rsa(key, alg, digest, signature);
    case KEY_ED25519: return verify_ed25519(key, digest, signature);
    }
    return VERIFY_ERROR;
}

const char *key_problem_text(enum key_problem problem)
{
    switch (problem) {
    case KEY_USABLE: return "key is usable";
    case KEY_MALFORMED: return "key data is not a key of its type";
    case KEY_TOO_SHORT: return "RSA key is shorter than 1024 bits";
    case KEY_TOO_LONG: return "RSA key is longer than 8192 bits";
    case KEY_ODDITIES: return "RSA key has an even modulus or an unusable exponent";
    case KEY_SMALL_ORDER: return "Ed25519 key is no point of the curve, or one of small order";
    case KEY_NO_MEMORY: return "no memory for the key";
    }
    return "key is not usable";
}
