/* edwards.h: is this octet string a point worth trusting? Private to crypto/. */
#ifndef FRANK_CRYPTO_EDWARDS_H
#define FRANK_CRYPTO_EDWARDS_H

#include "base/slice.h"

enum edwards_point { POINT_GOOD = 0, POINT_BAD, POINT_NO_MEMORY };

/*
 * edwards_point_check: 32 octets as RFC 8032 5.1.3 decodes them. POINT_BAD for y >= p, a y that no x
 * belongs to (about half of all), and the eight points of small order, for which one signature can fit
 * any message (threats.md T14).
 */
enum edwards_point edwards_point_check(const uint8_t octets[32]);

#endif
