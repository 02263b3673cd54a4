#include "crypto/edwards.h"

#include <openssl/bn.h>
#include <string.h>

#define POINT_OCTETS 32

/* The curve's prime 2^255 - 19 and d = -121665/121666 (RFC 8032 5.1), big-endian. */
static const uint8_t prime[POINT_OCTETS] = {
    0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xed,
};
static const uint8_t curve_d[POINT_OCTETS] = {
    0x52, 0x03, 0x6c, 0xee, 0x2b, 0x6f, 0xfe, 0x73, 0x8c, 0xc7, 0x40, 0x79, 0x77, 0x79, 0xe8, 0x98,
    0x00, 0x70, 0x0a, 0x4d, 0x41, 0x41, 0xd8, 0xab, 0x75, 0xeb, 0x4d, 0xca, 0x13, 0x59, 0x78, 0xa3,
};

/* Points of small order: their y, big-endian; the sign of x does not matter. */
static const uint8_t small_order[][POINT_OCTETS] = {
    { 0 },                                                   /* order 4 */
    { [31] = 1 },                                            /* order 1 */
    { 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
      0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xec },     /* order 2: p - 1 */
    { 0x7a, 0x03, 0xac, 0x92, 0x77, 0xfd, 0xc7, 0x4e, 0xc6, 0xcc, 0x39, 0x2c, 0xfa, 0x53, 0x20, 0x2a,
      0x0f, 0x67, 0x10, 0x0d, 0x76, 0x0b, 0x3c, 0xba, 0x4f, 0xd8, 0x4d, 0x3d, 0x70, 0x6a, 0x17, 0xc7 },     /* order 8 */
    { 0x05, 0xfc, 0x53, 0x6d, 0x88, 0x02, 0x38, 0xb1, 0x39, 0x33, 0xc6, 0xd3, 0x05, 0xac, 0xdf, 0xd5,
      0xf0, 0x98, 0xef, 0xf2, 0x89, 0xf4, 0xc3, 0x45, 0xb0, 0x27, 0xb2, 0xc2, 0x8f, 0x95, 0xe8, 0x26 },     /* order 8: p - that */
};

/* x^2 = (y^2 - 1) / (d y^2 + 1) has a root exactly if (y^2 - 1)(d y^2 + 1) is a square (RFC 8032 5.1.3). */
static enum edwards_point has_root(const BIGNUM *y, const BIGNUM *p, const BIGNUM *d, BN_CTX *context)
{
    BN_CTX_start(context);
    BIGNUM *square = BN_CTX_get(context), *u = BN_CTX_get(context), *v = BN_CTX_get(context);
    enum edwards_point found = POINT_NO_MEMORY;
    if (v && BN_mod_sqr(square, y, p, context) && BN_sub(u, square, BN_value_one()) && BN_mod_mul(v, square, d, p, context)
        && BN_add_word(v, 1) && BN_mod_mul(u, u, v, p, context)) {
        int kronecker = BN_kronecker(u, p, context);
        if (kronecker >= -1)
            found = kronecker == 1 ? POINT_GOOD : POINT_BAD;
    }
    BN_CTX_end(context);
    return found;
}

static enum edwards_point on_curve(const uint8_t y_octets[POINT_OCTETS])
{
    BN_CTX *context = BN_CTX_new();
    BIGNUM *y = BN_bin2bn(y_octets, POINT_OCTETS, NULL), *p = BN_bin2bn(prime, POINT_OCTETS, NULL);
    BIGNUM *d = BN_bin2bn(curve_d, POINT_OCTETS, NULL);
    enum edwards_point found = context && y && p && d ? has_root(y, p, d, context) : POINT_NO_MEMORY;
    BN_free(d);
    BN_free(p);
    BN_free(y);
    BN_CTX_free(context);
    return found;
}

enum edwards_point edwards_point_check(const uint8_t octets[32])
{
    uint8_t y[POINT_OCTETS];
    for (size_t i = 0; i < POINT_OCTETS; i++)
        y[i] = octets[POINT_OCTETS - 1 - i];
    y[0] &= 0x7f;                                            /* the sign of x */
    if (memcmp(y, prime, POINT_OCTETS) >= 0)
        return POINT_BAD;
    for (size_t i = 0; i < sizeof small_order / sizeof small_order[0]; i++)
        if (memcmp(y, small_order[i], POINT_OCTETS) == 0)
            return POINT_BAD;
    return on_curve(y);
}
