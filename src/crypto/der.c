#include "crypto/der.h"

#define LENGTH_OCTETS_MAX 2      /* no key of 8192 bits needs a longer element than 65535 octets */

static size_t take_length(struct cursor *c)
{
    uint8_t first = take_octet(c);
    if (first < 0x80)
        return first;
    /* 0x80, the indefinite form, has no place in DER. */
    size_t count = first & 0x7fu, length = 0;
    if (count == 0 || count > LENGTH_OCTETS_MAX) {
        c->bad = true;
        return 0;
    }
    for (size_t i = 0; i < count; i++)
        length = length << 8 | take_octet(c);
    if (length < 0x80 || (count > 1 && length < 0x100))
        c->bad = true;
    return length;
}

struct slice take_der(struct cursor *c, enum der_tag tag)
{
    expect(c, (uint8_t)tag);
    return take(c, take_length(c));
}

struct slice take_der_positive(struct cursor *c)
{
    struct slice n = take_der(c, DER_INTEGER);
    if (n.len == 0 || (n.at[0] & 0x80)) {
        c->bad = true;
        return (struct slice){ NULL, 0 };
    }
    if (n.at[0] != 0)
        return n;
    if (n.len == 1 || !(n.at[1] & 0x80))
        c->bad = true;
    return slice_from(n, 1);
}

struct slice take_der_octet_bits(struct cursor *c)
{
    struct cursor inside = cursor_of(take_der(c, DER_BIT_STRING));
    expect(&inside, 0);                                  /* unused bits */
    struct slice octets = take_rest(&inside);
    c->bad = c->bad || inside.bad;
    return octets;
}

/* RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER }     RFC 8017 A.1.1 */
static bool rsa_numbers(struct slice octets, struct slice *modulus, struct slice *exponent)
{
    struct cursor outer = cursor_of(octets);
    struct cursor c = cursor_of(take_der(&outer, DER_SEQUENCE));
    *modulus = take_der_positive(&c);
    *exponent = take_der_positive(&c);
    return !outer.bad && at_end(&outer) && !c.bad && at_end(&c);
}

/* SubjectPublicKeyInfo ::= SEQUENCE { algorithm AlgorithmIdentifier, subjectPublicKey BIT STRING } */
static bool spki_key(struct slice octets, struct slice oid, bool null_parameters, struct slice *key)
{
    struct cursor outer = cursor_of(octets);
    struct cursor c = cursor_of(take_der(&outer, DER_SEQUENCE));
    struct cursor algorithm = cursor_of(take_der(&c, DER_SEQUENCE));
    *key = take_der_octet_bits(&c);
    bool right = slice_same(take_der(&algorithm, DER_OID), oid);
    if (null_parameters)
        right = take_der(&algorithm, DER_NULL).len == 0 && right;
    return right && !outer.bad && at_end(&outer) && !c.bad && at_end(&c) && !algorithm.bad && at_end(&algorithm);
}

bool der_rsa_public_key(struct slice octets, struct slice *modulus, struct slice *exponent)
{
    /* rsaEncryption 1.2.840.113549.1.1.1; its parameters are NULL (RFC 3279 2.3.1) */
    struct slice key, rsa_encryption = SLICE("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01");
    if (spki_key(octets, rsa_encryption, true, &key))
        return rsa_numbers(key, modulus, exponent);
    return rsa_numbers(octets, modulus, exponent);
}

bool der_ed25519_public_key(struct slice octets, struct slice *key)
{
    /* id-Ed25519 1.3.101.112; "the parameters component MUST be absent" (RFC 8410 section 3) */
    return spki_key(octets, SLICE("\x2b\x65\x70"), false, key);
}
