/* The same as canon_scan_portable.c has, 64 or 16 octets a step. Compiled only where there is SSE2 (meson.build). */
#include "mail/canon_scan.h"

#include <emmintrin.h>

/* Which of 16 octets stop the run; loads at[-1] too. */
static inline __m128i stops(const uint8_t *at)
{
    const __m128i sp = _mm_set1_epi8(' ');
    __m128i here = _mm_loadu_si128((const __m128i *)(const void *)at);
    __m128i before = _mm_loadu_si128((const __m128i *)(const void *)(at - 1));
    __m128i behind_sp = _mm_cmpeq_epi8(before, sp);
    __m128i behind_lf = _mm_cmpeq_epi8(before, _mm_set1_epi8('\n'));
    __m128i second_sp = _mm_and_si128(behind_sp, _mm_cmpeq_epi8(here, sp));
    __m128i late_cr = _mm_and_si128(_mm_or_si128(behind_sp, behind_lf), _mm_cmpeq_epi8(here, _mm_set1_epi8('\r')));

    return _mm_or_si128(_mm_or_si128(second_sp, late_cr), _mm_cmpeq_epi8(here, _mm_set1_epi8('\t')));
}

static inline unsigned mask_of(__m128i octets)
{
    return (unsigned)_mm_movemask_epi8(octets);
}

/* Offset of the first stop among 64 octets of which at least one stops. */
static size_t first_of(__m128i a, __m128i b, __m128i c, __m128i d)
{
    uint64_t mask = (uint64_t)mask_of(a) | (uint64_t)mask_of(b) << 16 | (uint64_t)mask_of(c) << 32 | (uint64_t)mask_of(d) << 48;

    return (size_t)__builtin_ctzll(mask);
}

size_t canon_scan_sse2(const uint8_t *at, size_t len)
{
    size_t i = 1;

    if (len == 0 || at[0] == '\t')
        return 0;
    for (; len - i >= 64; i += 64) {
        __m128i a = stops(at + i), b = stops(at + i + 16), c = stops(at + i + 32), d = stops(at + i + 48);

        if (mask_of(_mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d))) != 0)
            return i + first_of(a, b, c, d);
    }
    for (; len - i >= 16; i += 16) {
        __m128i a = stops(at + i);

        if (mask_of(a) != 0)
            return i + first_of(a, _mm_setzero_si128(), _mm_setzero_si128(), _mm_setzero_si128());
    }
    /* Fewer than 16 are left; the octet before them decides nothing that the portable loop does not see. */
    return i - 1 + canon_scan_portable(at + i - 1, len - i + 1);
}

static inline __m128i load(const uint8_t *at)
{
    return _mm_loadu_si128((const __m128i *)(const void *)at);
}

static inline unsigned either_of(__m128i octets, char a, char b)
{
    return mask_of(_mm_or_si128(_mm_cmpeq_epi8(octets, _mm_set1_epi8(a)), _mm_cmpeq_epi8(octets, _mm_set1_epi8(b))));
}

size_t nofws_scan_sse2(const uint8_t *at, size_t len)
{
    size_t i = 0;

    for (; len - i >= 16; i += 16) {
        __m128i here = load(at + i);
        unsigned mask = either_of(here, ' ', '\t') | either_of(here, '\r', '\n');

        if (mask != 0)
            return i + (unsigned)__builtin_ctz(mask);
    }
    return i + nofws_scan_portable(at + i, len - i);
}

static inline uint8_t *put(uint8_t *to, const uint8_t *at, unsigned octets)
{
    _mm_storeu_si128((__m128i *)(void *)to, load(at));
    return to + octets;
}

/* 16 octets without those of the mask: each piece between two blanks is copied with what follows it, and the next one is
 * put over that. Reads and writes up to 16 octets more. */
static inline uint8_t *put_pieces(uint8_t *to, const uint8_t *at, unsigned mask)
{
    unsigned start = 0;

    for (; mask != 0; mask &= mask - 1) {
        unsigned blank = (unsigned)__builtin_ctz(mask);

        to = put(to, at + start, blank - start);
        start = blank + 1;
    }
    return put(to, at + start, 16 - start);
}

size_t nofws_squeeze_sse2(uint8_t *to, const uint8_t *at, size_t len, size_t *taken)
{
    uint8_t *end = to;
    size_t i = 0;

    for (; len - i >= 32; i += 16) {
        __m128i here = load(at + i);

        if (either_of(here, '\r', '\n') != 0)
            break;
        end = put_pieces(end, at + i, either_of(here, ' ', '\t'));
    }
    size_t written = (size_t)(end - to) + nofws_squeeze_portable(end, at + i, len - i, taken);
    *taken += i;
    return written;
}
