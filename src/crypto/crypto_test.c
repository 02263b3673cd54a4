/* Digests, public keys and verification (threats.md T13, T14, T15). */
#include "base/codec.h"
#include "crypto/der.h"
#include "crypto/edwards.h"
#include "crypto/public_key.h"
#include "crypto/refusal_test.h"
#include "crypto/test_signer.h"

#include <openssl/bn.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define CPU_PER_KEY_MS 5           /* threats.md T14 */

static struct arena *arena;

static int start(void **state)
{
    (void)state;
    arena = arena_new(1u << 22);
    return crypto_start() == STATUS_OK && crypto_start() == STATUS_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static struct slice hex(const char *text)
{
    struct slice out;
    assert_true(hex_decode(arena, slice_str(text), &out));
    return out;
}

static struct slice concat(struct slice a, struct slice b)
{
    struct text t = text_in(arena, 1u << 17);
    text_add(&t, a);
    text_add(&t, b);
    assert_false(t.bad);
    return text_slice(&t);
}

static void assert_slices(struct slice a, struct slice b)
{
    assert_int_equal(a.len, b.len);
    if (a.len)
        assert_memory_equal(a.at, b.at, a.len);
}

/* ---- digests ---- */

static const struct { enum hash_alg alg; const char *text, *base64; } digests[] = {
    { HASH_SHA256, "", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" },
    { HASH_SHA256, "\r\n", "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=" },
    { HASH_SHA1, "", "2jmj7l5rSw0yVb/vlWAYkK/YBwk=" },
    { HASH_SHA1, "\r\n", "uoq1oCgLlTqpdDX/iUbLy7J1Wic=" },
    { HASH_SHA256, "abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=" },
};

static void digests_in_pieces(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(digests); i++) {
        struct slice text = slice_str(digests[i].text), want;
        assert_true(base64_decode(arena, slice_str(digests[i].base64), false, &want));
        uint8_t out[HASH_OCTETS_MAX];
        assert_true(hash_once(digests[i].alg, text, out));
        assert_slices(slice_of(out, hash_octets(digests[i].alg)), want);
        struct hasher *h = hasher_new(digests[i].alg);
        for (size_t cut = 0; cut <= text.len; cut++) {      /* the object is ready again after each end */
            hasher_add(h, slice_first(text, cut));
            hasher_add(h, slice_from(text, cut));
            assert_true(hasher_end(h, out));
            assert_slices(slice_of(out, hash_octets(digests[i].alg)), want);
        }
        hasher_add(h, SLICE("forgotten"));
        hasher_reset(h, digests[i].alg);
        hasher_add(h, text);
        assert_true(hasher_end(h, out));
        assert_slices(slice_of(out, hash_octets(digests[i].alg)), want);
        /* a copy goes its own way, from any point */
        struct hasher *copy = hasher_new(HASH_SHA1);
        for (size_t cut = 0; cut <= text.len; cut++) {
            hasher_add(h, slice_first(text, cut));
            assert_true(hasher_copy(copy, h));
            hasher_add(h, SLICE("something else"));
            hasher_add(copy, slice_from(text, cut));
            assert_true(hasher_end(copy, out));
            assert_slices(slice_of(out, hash_octets(digests[i].alg)), want);
            assert_true(hasher_end(h, out));
        }
        hasher_free(copy);
        hasher_free(h);
    }
    assert_null(hasher_new(HASH_NONE));
    hasher_free(NULL);
    assert_string_equal(hash_name(HASH_SHA256), "sha256");
    assert_string_equal(hash_name(HASH_SHA1), "sha1");
}

/* T13: bh= that is a prefix, empty, or longer */
static void digests_compare_by_length_first(void **state)
{
    (void)state;
    assert_true(digest_same(SLICE("abcd"), SLICE("abcd")));
    assert_false(digest_same(SLICE("abcd"), SLICE("abce")));
    assert_false(digest_same(SLICE("abcd"), SLICE("abc")));
    assert_false(digest_same(SLICE("abc"), SLICE("abcd")));
    assert_false(digest_same(SLICE("abcd"), SLICE("")));
    assert_true(digest_same(SLICE(""), (struct slice){ NULL, 0 }));
}

/* ---- DER ---- */

static struct slice der(uint8_t tag, struct slice contents)
{
    struct text t = text_in(arena, 1u << 17);
    text_add_octet(&t, tag);
    if (contents.len >= 0x100) {
        text_add_octet(&t, 0x82);
        text_add_octet(&t, (uint8_t)(contents.len >> 8));
    } else if (contents.len >= 0x80) {
        text_add_octet(&t, 0x81);
    }
    text_add_octet(&t, (uint8_t)contents.len);
    text_add(&t, contents);
    assert_false(t.bad);
    return text_slice(&t);
}

static struct slice der_number(struct slice n)
{
    bool sign = n.len > 0 && (n.at[0] & 0x80);
    return der(DER_INTEGER, sign ? concat(SLICE("\0"), n) : n);
}

static struct slice rsa_public_key(struct slice n, struct slice e)
{
    return der(DER_SEQUENCE, concat(der_number(n), der_number(e)));
}

#define RSA_ALGORITHM "300d06092a864886f70d0101010500"

static struct slice spki(const char *algorithm, struct slice key)
{
    return der(DER_SEQUENCE, concat(hex(algorithm), der(DER_BIT_STRING, concat(SLICE("\0"), key))));
}

/* A modulus of this many bits: top bit, then a pattern, then the last octet. */
static struct slice modulus(unsigned bits, uint8_t last)
{
    size_t len = (bits + 7) / 8;
    uint8_t *n = arena_alloc(arena, len);
    assert_non_null(n);
    for (size_t i = 0; i < len; i++)
        n[i] = (uint8_t)(0x5b + 31 * i);
    unsigned top = (bits + 7) % 8;
    n[0] = (uint8_t)((n[0] & ((1u << top) - 1)) | 1u << top);
    n[len - 1] = last;
    return slice_of(n, len);
}

static const struct { const char *name, *octets; bool ok; } der_keys[] = {
    { "bare numbers",                        "3006 020113 020103", true },
    { "behind the algorithm",                "301a " RSA_ALGORITHM " 030900 3006 020113 020103", true },
    { "sign octet where it is needed",       "3007 02020080 020103", true },
    { "empty",                               "", false },
    { "no sequence",                         "020113", false },
    { "empty sequence",                      "3000", false },
    { "one number",                          "3003 020113", false },
    { "three numbers",                       "3009 020113 020103 020103", false },
    { "octet behind",                        "3006 020113 020103 00", false },
    { "length too short",                    "3005 020113 020103", false },
    { "length too long",                     "3007 020113 020103", false },
    { "indefinite length",                   "3080 020113 020103 0000", false },
    { "length in long form without need",    "308106 020113 020103", false },
    { "length with leading zero",            "30820006 020113 020103", false },
    { "length of three octets",              "3083000006 020113 020103", false },
    { "length of 2^32-1",                    "3084ffffffff 020113 020103", false },
    { "negative modulus",                    "3006 020183 020103", false },
    { "negative exponent",                   "3006 020113 020183", false },
    { "zero in long form",                   "3007 02020013 020103", false },
    { "zero",                                "3006 020100 020103", false },
    { "number without octets",               "3005 0200 020103", false },
    { "no NULL parameters",                  "3018 300b06092a864886f70d010101 030900 3006 020113 020103", false },
    { "NULL with contents",                  "301b 300e06092a864886f70d010101050100 030900 3006 020113 020103", false },
    { "parameters behind NULL",              "301c 300f06092a864886f70d01010105000500 030900 3006 020113 020103", false },
    { "another algorithm (DSA)",             "3014 300906072a8648ce380401 030900 3006 020113 020103", false },
    { "RSASSA-PSS",                          "301a 300d06092a864886f70d01010a0500 030900 3006 020113 020103", false },
    { "unused bits",                         "301a " RSA_ALGORITHM " 030901 3006 020113 020103", false },
    { "no unused-bits octet",                "3011 " RSA_ALGORITHM " 0300", false },
    { "octet behind the key",                "301b " RSA_ALGORITHM " 030a00 3006 020113 020103 00", false },
    { "octet behind the bit string",         "301b " RSA_ALGORITHM " 030900 3006 020113 020103 00", false },
    { "octet string instead",                "301a " RSA_ALGORITHM " 040900 3006 020113 020103", false },
};

static void der_is_strict(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(der_keys); i++) {
        struct slice n, e, octets = hex(der_keys[i].octets);
        if (der_rsa_public_key(octets, &n, &e) != der_keys[i].ok)
            fail_msg("%s", der_keys[i].name);
    }
    /* "open or close it": a thousand nested sequences cost no stack */
    struct text nest = text_in(arena, 1u << 14);
    for (size_t i = 0; i < 4096; i++)
        text_add_octet(&nest, i % 2 ? 0x80 : 0x30);
    struct slice n, e;
    assert_false(der_rsa_public_key(text_slice(&nest), &n, &e));
}

static void der_is_refused_when_cut_anywhere(void **state)
{
    (void)state;
    struct slice whole = test_key_public(arena, TEST_KEY_RSA_2048), n, e;
    assert_true(der_rsa_public_key(whole, &n, &e));
    assert_int_equal(n.len, 256);
    for (size_t cut = 0; cut < whole.len; cut++)
        assert_false(der_rsa_public_key(slice_first(whole, cut), &n, &e));
    for (unsigned octet = 0; octet < 256; octet++)
        assert_false(der_rsa_public_key(concat(whole, slice_of(&(uint8_t){ (uint8_t)octet }, 1)), &n, &e));
    assert_false(der_rsa_public_key(concat(whole, whole), &n, &e));
}

/* ---- keys (T14) ---- */

static double cpu_ms(void)
{
    struct timespec t;
    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t), 0);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* 5 ms; where everything is slower (valgrind, sanitizers), three times what the longest honest key costs there. */
static double key_limit_ms(void)
{
    static double limit;
    if (limit > 0)
        return limit;
    uint8_t digest[HASH_OCTETS_MAX] = { 1 };
    enum key_problem problem;
    unsigned bits;
    double before = cpu_ms();
    struct public_key *key = public_key_rsa(rsa_public_key(modulus(RSA_BITS_MAX, 0x0d), hex("010001")), RSA_BITS_MIN, &problem, &bits);
    assert_int_equal(public_key_verify(key, HASH_SHA256, slice_of(digest, 32), modulus(RSA_BITS_MAX - 1, 0x77)), VERIFY_BAD);
    double honest = cpu_ms() - before;
    public_key_free(key);
    limit = 3 * honest > CPU_PER_KEY_MS ? 3 * honest : CPU_PER_KEY_MS;
    return limit;
}

/* One key read and, if it is usable, tried on a signature; CPU milliseconds spent. */
static double cost_of_rsa(struct slice octets, unsigned bits_min, enum key_problem *problem, unsigned *bits)
{
    double before = cpu_ms();
    struct public_key *key = public_key_rsa(octets, bits_min, problem, bits);
    assert_true((key != NULL) == (*problem == KEY_USABLE));
    if (key) {
        uint8_t digest[HASH_OCTETS_MAX] = { 1 };
        assert_int_equal(public_key_verify(key, HASH_SHA256, slice_of(digest, sizeof digest), modulus(*bits - 1, 0x77)), VERIFY_BAD);
        assert_int_equal(public_key_bits(key), *bits);
        assert_int_equal(public_key_type(key), KEY_RSA);
    }
    public_key_free(key);
    return cpu_ms() - before;
}

static void try_rsa(const char *name, struct slice octets, unsigned bits_min, enum key_problem want, unsigned want_bits)
{
    enum key_problem problem;
    unsigned bits;
    /* The second time counts: the first pays for loading code. */
    (void)cost_of_rsa(octets, bits_min, &problem, &bits);
    double spent = cost_of_rsa(octets, bits_min, &problem, &bits);
    if (problem != want || (want_bits && bits != want_bits))
        fail_msg("%s: %s, %u bits", name, key_problem_text(problem), bits);
    if (spent > key_limit_ms())
        fail_msg("%s: %.1f ms", name, spent);
}

static const struct { const char *name; unsigned bits; uint8_t last; const char *exponent; enum key_problem problem; } rsa_keys[] = {
    { "2048, 65537",                   2048, 0x0d, "010001",     KEY_USABLE },
    { "1024",                          1024, 0x0d, "010001",     KEY_USABLE },
    { "1023",                          1023, 0x0d, "010001",     KEY_TOO_SHORT },
    { "1025",                          1025, 0x0d, "010001",     KEY_USABLE },
    { "768",                            768, 0x0d, "010001",     KEY_TOO_SHORT },
    { "512",                            512, 0x0d, "010001",     KEY_TOO_SHORT },
    { "16",                              16, 0x0d, "03",         KEY_TOO_SHORT },
    { "4096",                          4096, 0x0d, "010001",     KEY_USABLE },
    { "4097",                          4097, 0x0d, "010001",     KEY_USABLE },
    { "8191",                          8191, 0x0d, "010001",     KEY_USABLE },
    { "8192",                          8192, 0x0d, "010001",     KEY_USABLE },
    { "8193",                          8193, 0x0d, "010001",     KEY_TOO_LONG },
    { "16384",                        16384, 0x0d, "010001",     KEY_TOO_LONG },
    { "131072",                      131072, 0x0d, "010001",     KEY_TOO_LONG },
    { "8192, e of 32 ones",            8192, 0x0d, "ffffffff",   KEY_USABLE },
    { "even modulus",                  2048, 0x0c, "010001",     KEY_ODDITIES },
    { "e = 1",                         2048, 0x0d, "01",         KEY_ODDITIES },
    { "e = 2",                         2048, 0x0d, "02",         KEY_ODDITIES },
    { "e = 3",                         2048, 0x0d, "03",         KEY_USABLE },
    { "e even",                        2048, 0x0d, "010002",     KEY_ODDITIES },
    { "e = 2^32 - 1",                  2048, 0x0d, "ffffffff",   KEY_USABLE },
    { "e = 2^32",                      2048, 0x0d, "0100000000", KEY_ODDITIES },
    { "e = 2^32 + 1",                  2048, 0x0d, "0100000001", KEY_ODDITIES },
    { "e of six octets",               2048, 0x0d, "010000000001", KEY_ODDITIES },
};

static void rsa_keys_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rsa_keys); i++) {
        struct slice n = modulus(rsa_keys[i].bits, rsa_keys[i].last), e = hex(rsa_keys[i].exponent);
        struct slice bare = rsa_public_key(n, e);
        enum key_problem want = rsa_keys[i].problem;
        unsigned bits = want == KEY_TOO_LONG ? 0 : rsa_keys[i].bits;
        try_rsa(rsa_keys[i].name, bare, RSA_BITS_MIN, want, bits);
        try_rsa(rsa_keys[i].name, spki(RSA_ALGORITHM, bare), RSA_BITS_MIN, want, bits);
    }
    struct slice n = modulus(2048, 0x0d);
    try_rsa("e as long as the modulus", rsa_public_key(n, modulus(2048, 0x0b)), RSA_BITS_MIN, KEY_ODDITIES, 2048);
    try_rsa("e as long as a modulus of 8192", rsa_public_key(modulus(8192, 0x0d), modulus(8192, 0x0b)), RSA_BITS_MIN, KEY_ODDITIES, 8192);
    try_rsa("not DER", SLICE("v=DKIM1"), RSA_BITS_MIN, KEY_MALFORMED, 0);
    try_rsa("512 where it is allowed", test_key_public(arena, TEST_KEY_RSA_512), 512, KEY_USABLE, 512);
    try_rsa("512 where it is not", test_key_public(arena, TEST_KEY_RSA_512), RSA_BITS_MIN, KEY_TOO_SHORT, 512);
}

static const struct { const char *name, *octets; enum key_problem problem; } ed25519_keys[] = {
    { "RFC 8032 test 1",              "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", KEY_USABLE },
    { "the same as SPKI",             "302a300506032b6570032100 d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", KEY_USABLE },
    { "SPKI of X25519",               "302a300506032b656e032100 d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", KEY_MALFORMED },
    { "SPKI with parameters",         "302c300706032b65700500032100 d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", KEY_MALFORMED },
    { "31 octets",                    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f70751", KEY_MALFORMED },
    { "33 octets",                    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a00", KEY_MALFORMED },
    { "no octets",                    "", KEY_MALFORMED },
    { "order 1",                      "0100000000000000000000000000000000000000000000000000000000000000", KEY_SMALL_ORDER },
    { "order 1, sign set",            "0100000000000000000000000000000000000000000000000000000000000080", KEY_SMALL_ORDER },
    { "order 2",                      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", KEY_SMALL_ORDER },
    { "order 2, sign set",            "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", KEY_SMALL_ORDER },
    { "order 4",                      "0000000000000000000000000000000000000000000000000000000000000000", KEY_SMALL_ORDER },
    { "order 4, sign set",            "0000000000000000000000000000000000000000000000000000000000000080", KEY_SMALL_ORDER },
    { "order 8",                      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", KEY_SMALL_ORDER },
    { "order 8, sign set",            "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa", KEY_SMALL_ORDER },
    { "order 8, the other",           "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", KEY_SMALL_ORDER },
    { "order 8, the other, sign set", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85", KEY_SMALL_ORDER },
    { "y = p",                        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", KEY_SMALL_ORDER },
    { "y = p + 1",                    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", KEY_SMALL_ORDER },
    { "all ones",                     "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", KEY_SMALL_ORDER },
    { "y = 2 is not on the curve",    "0200000000000000000000000000000000000000000000000000000000000000", KEY_SMALL_ORDER },
    { "y = 3 is",                     "0300000000000000000000000000000000000000000000000000000000000000", KEY_USABLE },
};

static void ed25519_keys_are_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ed25519_keys); i++) {
        double before = cpu_ms();
        enum key_problem problem;
        struct public_key *key = public_key_ed25519(hex(ed25519_keys[i].octets), &problem);
        if (problem != ed25519_keys[i].problem || (key == NULL) == (problem == KEY_USABLE))
            fail_msg("%s: %s", ed25519_keys[i].name, key_problem_text(problem));
        public_key_free(key);
        assert_true(cpu_ms() - before < key_limit_ms());
    }
    public_key_free(NULL);
}

/* ---- verification ---- */

static struct public_key *key_of(enum test_key which)
{
    enum key_problem problem;
    unsigned bits;
    struct slice octets = test_key_public(arena, which);
    struct public_key *key = which == TEST_KEY_ED25519 ? public_key_ed25519(octets, &problem) : public_key_rsa(octets, 512, &problem, &bits);
    assert_non_null(key);
    return key;
}

static struct slice flipped(struct slice octets, size_t at, uint8_t bit)
{
    struct slice copy = slice_dup(arena, octets);
    uint8_t *octet = (uint8_t *)(uintptr_t)&copy.at[at];
    *octet ^= bit;
    return copy;
}

static void verify_each(enum test_key which, enum hash_alg alg)
{
    uint8_t octets[HASH_OCTETS_MAX], other[HASH_OCTETS_MAX];
    assert_true(hash_once(alg, SLICE("signed"), octets) && hash_once(alg, SLICE("not signed"), other));
    struct slice digest = slice_of(octets, hash_octets(alg)), wrong = slice_of(other, hash_octets(alg));
    struct slice signature = test_key_sign(arena, which, alg, digest);
    struct public_key *key = key_of(which);
    for (unsigned again = 0; again < 3; again++) {       /* contexts are kept */
        assert_int_equal(public_key_verify(key, alg, digest, signature), VERIFY_GOOD);
        assert_int_equal(public_key_verify(key, alg, wrong, signature), VERIFY_BAD);
    }
    for (size_t i = 0; i < signature.len; i += 7)
        assert_int_equal(public_key_verify(key, alg, digest, flipped(signature, i, 0x10)), VERIFY_BAD);
    /* T13: a signature of another length */
    assert_int_equal(public_key_verify(key, alg, digest, (struct slice){ NULL, 0 }), VERIFY_BAD);
    for (size_t len = 1; len < signature.len; len += 13)
        assert_int_equal(public_key_verify(key, alg, digest, slice_first(signature, len)), VERIFY_BAD);
    assert_int_equal(public_key_verify(key, alg, digest, concat(signature, SLICE("\0"))), VERIFY_BAD);
    assert_int_equal(public_key_verify(key, alg, digest, concat(SLICE("\0"), signature)), VERIFY_BAD);
    assert_int_equal(public_key_verify(key, alg, digest, concat(signature, signature)), VERIFY_BAD);
    /* our own mistakes are no verdict about the mail */
    assert_int_equal(public_key_verify(key, alg, slice_first(digest, 19), signature), VERIFY_ERROR);
    assert_int_equal(public_key_verify(key, HASH_NONE, digest, signature), VERIFY_ERROR);
    assert_int_equal(public_key_verify(key, alg, digest, signature), VERIFY_GOOD);
    public_key_free(key);
}

static void signatures_verify(void **state)
{
    (void)state;
    verify_each(TEST_KEY_RSA_512, HASH_SHA256);
    verify_each(TEST_KEY_RSA_1024, HASH_SHA256);
    verify_each(TEST_KEY_RSA_2048, HASH_SHA256);
    verify_each(TEST_KEY_RSA_512, HASH_SHA1);
    verify_each(TEST_KEY_RSA_1024, HASH_SHA1);
    verify_each(TEST_KEY_RSA_2048, HASH_SHA1);
    verify_each(TEST_KEY_RSA_2048_E3, HASH_SHA256);
    verify_each(TEST_KEY_ED25519, HASH_SHA256);
}

/* A signature made for SHA-1 is none for SHA-256 and the other way round, whatever the lengths. */
static void hashes_are_not_mixed(void **state)
{
    (void)state;
    uint8_t octets[HASH_OCTETS_MAX] = { 7 };
    struct public_key *key = key_of(TEST_KEY_RSA_2048);
    struct slice sha1 = slice_of(octets, 20), sha256 = slice_of(octets, 32);
    assert_int_equal(public_key_verify(key, HASH_SHA256, sha256, test_key_sign(arena, TEST_KEY_RSA_2048, HASH_SHA1, sha1)), VERIFY_BAD);
    assert_int_equal(public_key_verify(key, HASH_SHA1, sha1, test_key_sign(arena, TEST_KEY_RSA_2048, HASH_SHA256, sha256)), VERIFY_BAD);
    public_key_free(key);
}

/* The smallest number whose cube is at least this one. */
static BIGNUM *cube_root_up(const BIGNUM *n, BN_CTX *context)
{
    BIGNUM *low = BN_new(), *high = BN_new(), *middle = BN_new(), *cube = BN_new(), *three = BN_new();
    assert_true(BN_set_word(three, 3) && BN_lshift(high, BN_value_one(), BN_num_bits(n) / 3 + 2));
    while (BN_cmp(low, high) < 0) {
        assert_true(BN_add(middle, low, high) && BN_rshift1(middle, middle) && BN_exp(cube, middle, three, context));
        if (BN_cmp(cube, n) >= 0)
            BN_copy(high, middle);
        else
            assert_true(BN_add(low, middle, BN_value_one()));
    }
    BN_free(low);
    BN_free(middle);
    BN_free(cube);
    BN_free(three);
    return high;
}

/* T15: 00 01 FF..FF 00 DigestInfo, then anything: with e = 3 a cube root of that needs no private key. */
static void short_padding_forgery_fails(void **state)
{
    (void)state;
    uint8_t digest[HASH_OCTETS_MAX];
    assert_true(hash_once(HASH_SHA256, SLICE("forged"), digest));
    struct slice info = concat(hex("3031300d060960864801650304020105000420"), slice_of(digest, 32));
    struct public_key *key = key_of(TEST_KEY_RSA_2048_E3);
    BN_CTX *context = BN_CTX_new();
    for (size_t padding = 1; padding <= 16; padding++) {
        uint8_t block[256] = { 0, 1 };
        memset(block + 2, 0xff, padding);
        memcpy(block + 3 + padding, info.at, info.len);
        BIGNUM *n = BN_bin2bn(block, sizeof block, NULL);
        BIGNUM *root = cube_root_up(n, context), *cube = BN_new(), *three = BN_new();
        assert_true(BN_set_word(three, 3) && BN_exp(cube, root, three, context));
        uint8_t cubed[256], forged[256];
        assert_int_equal(BN_bn2binpad(cube, cubed, sizeof cubed), 256);
        assert_memory_equal(cubed, block, 3 + padding + info.len);       /* it is the forgery it claims to be */
        assert_int_equal(BN_bn2binpad(root, forged, sizeof forged), 256);
        assert_int_equal(public_key_verify(key, HASH_SHA256, slice_of(digest, 32), slice_of(forged, 256)), VERIFY_BAD);
        BN_free(n);
        BN_free(root);
        BN_free(cube);
        BN_free(three);
    }
    BN_CTX_free(context);
    public_key_free(key);
}

/* RFC 8032 5.1.7: S + L is not a second form of the same signature. */
static void ed25519_has_one_form(void **state)
{
    (void)state;
    uint8_t digest[HASH_OCTETS_MAX] = { 9 };
    struct slice good = test_key_sign(arena, TEST_KEY_ED25519, HASH_SHA256, slice_of(digest, 32));
    struct slice order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
    uint8_t other[64];
    memcpy(other, good.at, 64);
    unsigned carry = 0;
    for (size_t i = 0; i < 32; i++) {
        carry += (unsigned)other[32 + i] + order.at[i];
        other[32 + i] = (uint8_t)carry;
        carry >>= 8;
    }
    struct public_key *key = key_of(TEST_KEY_ED25519);
    assert_int_equal(public_key_verify(key, HASH_SHA256, slice_of(digest, 32), good), VERIFY_GOOD);
    assert_int_equal(public_key_verify(key, HASH_SHA256, slice_of(digest, 32), slice_of(other, 64)), VERIFY_BAD);
    public_key_free(key);
}

/* A policy of the system is no fault of the mail, and none of the machine. */
static void a_refusal_is_told_apart(void **state)
{
    (void)state;
    uint8_t octets[HASH_OCTETS_MAX];
    assert_true(hash_usable(HASH_SHA1) && hash_usable(HASH_SHA256) && !hash_usable(HASH_NONE));
    assert_true(hash_once(HASH_SHA1, SLICE("signed"), octets));
    struct slice digest = slice_of(octets, 20), signature = test_key_sign(arena, TEST_KEY_RSA_1024, HASH_SHA1, digest);
    struct public_key *key = key_of(TEST_KEY_RSA_1024);
    refuse_sha1_signatures(true);
    assert_int_equal(public_key_verify(key, HASH_SHA1, digest, signature), VERIFY_REFUSED);
    assert_true(hash_once(HASH_SHA256, SLICE("signed"), octets));
    struct slice other = test_key_sign(arena, TEST_KEY_RSA_1024, HASH_SHA256, slice_of(octets, 32));
    assert_int_equal(public_key_verify(key, HASH_SHA256, slice_of(octets, 32), other), VERIFY_GOOD);
    refuse_sha1_signatures(false);
    assert_true(hash_once(HASH_SHA1, SLICE("signed"), octets));
    assert_int_equal(public_key_verify(key, HASH_SHA1, digest, signature), VERIFY_GOOD);
    public_key_free(key);
}

static void problems_have_words(void **state)
{
    (void)state;
    for (int p = KEY_USABLE; p <= KEY_NO_MEMORY; p++)
        assert_true(strlen(key_problem_text((enum key_problem)p)) > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_in_pieces),
        cmocka_unit_test(digests_compare_by_length_first),
        cmocka_unit_test(der_is_strict),
        cmocka_unit_test(der_is_refused_when_cut_anywhere),
        cmocka_unit_test(rsa_keys_are_judged),
        cmocka_unit_test(ed25519_keys_are_judged),
        cmocka_unit_test(signatures_verify),
        cmocka_unit_test(hashes_are_not_mixed),
        cmocka_unit_test(short_padding_forgery_fails),
        cmocka_unit_test(ed25519_has_one_form),
        cmocka_unit_test(a_refusal_is_told_apart),
        cmocka_unit_test(problems_have_words),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
