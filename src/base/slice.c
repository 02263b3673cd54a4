#include "base/slice.h"

#include <string.h>

#include "base/compiler.h"

/* ---- making and comparing ---- */

struct slice slice_of(const void *at, size_t len)
{
    return (struct slice){ .at = at, .len = len };
}

struct slice slice_str(const char *text)
{
    if (text == NULL)
        return (struct slice){ .at = NULL, .len = 0 };
    return slice_of(text, strlen(text));
}

/* memcmp and memchr must not see NULL, not even with a length of 0. */
static int compare_octets(const uint8_t *a, const uint8_t *b, size_t count)
{
    return count == 0 ? 0 : memcmp(a, b, count);
}

bool slice_same(struct slice a, struct slice b)
{
    return a.len == b.len && compare_octets(a.at, b.at, a.len) == 0;
}

/* Eight octets at once, each ASCII capital made small. */
static uint64_t lower_word(uint64_t word)
{
    const uint64_t each = UINT64_C(0x0101010101010101);
    const uint64_t high = each * 0x80;
    uint64_t low7 = word & ~high;
    uint64_t at_least_A = low7 + each * (0x80 - 'A');   /* high bit set where octet >= 'A' */
    uint64_t beyond_Z = low7 + each * (0x7f - 'Z');     /* high bit set where octet > 'Z' */
    uint64_t capital = at_least_A & ~beyond_Z & ~word & high;

    return word | capital >> 2;   /* 0x80 >> 2 is the 0x20 between the cases */
}

static uint64_t load_word(const uint8_t *at)
{
    uint64_t word;

    memcpy(&word, at, sizeof word);
    return word;
}

bool slice_same_nocase(struct slice a, struct slice b)
{
    size_t i = 0;

    if (a.len != b.len)
        return false;
    for (; a.len - i >= sizeof(uint64_t); i += sizeof(uint64_t))
        if (lower_word(load_word(a.at + i)) != lower_word(load_word(b.at + i)))
            return false;
    for (; i < a.len; i++)
        if (to_lower(a.at[i]) != to_lower(b.at[i]))
            return false;
    return true;
}

static size_t shorter(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int compare_lengths(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

int slice_compare(struct slice a, struct slice b)
{
    int order = compare_octets(a.at, b.at, shorter(a.len, b.len));

    return order != 0 ? order : compare_lengths(a.len, b.len);
}

int slice_compare_nocase(struct slice a, struct slice b)
{
    size_t both = shorter(a.len, b.len);

    for (size_t i = 0; i < both; i++) {
        int order = to_lower(a.at[i]) - to_lower(b.at[i]);
        if (order != 0)
            return order;
    }
    return compare_lengths(a.len, b.len);
}

bool slice_starts(struct slice s, struct slice prefix)
{
    return s.len >= prefix.len && slice_same(slice_first(s, prefix.len), prefix);
}

bool slice_starts_nocase(struct slice s, struct slice prefix)
{
    return s.len >= prefix.len && slice_same_nocase(slice_first(s, prefix.len), prefix);
}

bool slice_ends_nocase(struct slice s, struct slice suffix)
{
    return s.len >= suffix.len && slice_same_nocase(slice_from(s, s.len - suffix.len), suffix);
}

/* ---- parts ---- */

struct slice slice_from(struct slice s, size_t offset)
{
    if (offset == 0)
        return s;   /* also keeps NULL + 0 out of the arithmetic below */
    if (offset > s.len)
        offset = s.len;
    if (s.at == NULL)
        return s;
    return slice_of(s.at + offset, s.len - offset);
}

struct slice slice_first(struct slice s, size_t count)
{
    return slice_of(s.at, shorter(s.len, count));
}

struct slice slice_trim(struct slice s, const char *octets)
{
    struct slice drop = slice_str(octets);

    while (s.len > 0 && slice_has(drop, s.at[s.len - 1]))
        s.len--;
    while (s.len > 0 && slice_has(drop, s.at[0]))
        s = slice_from(s, 1);
    return s;
}

struct slice slice_trim_fws(struct slice s)
{
    return slice_trim(s, " \t\r\n");
}

size_t slice_find(struct slice s, uint8_t octet)
{
    const uint8_t *found = s.len == 0 ? NULL : memchr(s.at, octet, s.len);

    return found == NULL ? s.len : (size_t)(found - s.at);
}

size_t slice_find_last(struct slice s, uint8_t octet)
{
    for (size_t i = s.len; i > 0; i--)
        if (s.at[i - 1] == octet)
            return i - 1;
    return s.len;
}

bool slice_has(struct slice s, uint8_t octet)
{
    return slice_find(s, octet) < s.len;
}

bool slice_cut(struct slice s, uint8_t octet, struct slice *head, struct slice *tail)
{
    size_t at = slice_find(s, octet);

    *head = slice_first(s, at);
    *tail = slice_from(s, at + 1);
    return at < s.len;
}

/* ---- hashing ----
 *
 * Each eight octets are mixed into a secret state and multiplied by a secret odd number, 64 x 64 to
 * 128 bits, of which both halves are kept. Whoever does not know the seed knows neither the state
 * nor the multiplier, so a difference put into one word cannot be cancelled by the next one. For
 * tables only: this is not a cryptographic hash, and its values differ between byte orders.
 */
#if defined(HAVE_UINT128)
static uint64_t multiply_fold(uint64_t a, uint64_t b)
{
    uint128 product = (uint128)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}
#else
static uint64_t multiply_fold(uint64_t a, uint64_t b)
{
    uint64_t a_low = a & UINT32_MAX, a_high = a >> 32, b_low = b & UINT32_MAX, b_high = b >> 32;
    uint64_t low = a_low * b_low, cross = a_high * b_low, other = a_low * b_high;
    uint64_t middle = (low >> 32) + (cross & UINT32_MAX) + other;

    return (a * b) ^ (a_high * b_high + (cross >> 32) + (middle >> 32));
}
#endif

/* Any 64 odd-looking bits do; these are the fractional parts of the square roots of 2, 3 and 5. */
#define ROOT_2 UINT64_C(0x6a09e667f3bcc908)
#define ROOT_3 UINT64_C(0xbb67ae8584caa73b)
#define ROOT_5 UINT64_C(0x3c6ef372fe94f82b)

/* 1 to 7 octets as one word; together with the length it tells all of them apart. */
static uint64_t load_short(struct slice s)
{
    uint32_t first, last;

    if (s.len < sizeof first)
        return (uint64_t)s.at[0] << 16 | (uint64_t)s.at[s.len / 2] << 8 | s.at[s.len - 1];
    memcpy(&first, s.at, sizeof first);
    memcpy(&last, s.at + s.len - sizeof last, sizeof last);
    return (uint64_t)first << 32 | last;
}

static uint64_t same_word(uint64_t word)
{
    return word;
}

/* `fold` is a constant at both calls and disappears. */
static inline uint64_t hash_with(struct slice s, uint64_t seed, uint64_t (*fold)(uint64_t))
{
    uint64_t factor = multiply_fold(seed ^ ROOT_2, ROOT_3) | 1;
    uint64_t state = seed ^ ROOT_5 ^ (uint64_t)s.len * ROOT_3;
    size_t i = 0;

    for (; s.len - i > sizeof(uint64_t); i += sizeof(uint64_t))
        state = multiply_fold(state ^ fold(load_word(s.at + i)), factor);
    if (s.len >= sizeof(uint64_t))   /* the last eight, overlapping those before */
        state = multiply_fold(state ^ fold(load_word(s.at + s.len - sizeof(uint64_t))), factor);
    else if (s.len > 0)
        state = multiply_fold(state ^ fold(load_short(s)), factor);
    return multiply_fold(state ^ factor, ROOT_3);
}

uint64_t slice_hash(struct slice s, uint64_t seed)
{
    return hash_with(s, seed, same_word);
}

uint64_t slice_hash_nocase(struct slice s, uint64_t seed)
{
    return hash_with(s, seed, lower_word);
}

/* ---- ASCII classes ---- */

bool is_alpha(uint8_t octet)
{
    return (octet >= 'a' && octet <= 'z') || (octet >= 'A' && octet <= 'Z');
}

bool is_digit(uint8_t octet)
{
    return octet >= '0' && octet <= '9';
}

bool is_alnum(uint8_t octet)
{
    return is_alpha(octet) || is_digit(octet);
}

bool is_hex(uint8_t octet)
{
    return is_digit(octet) || (octet >= 'a' && octet <= 'f') || (octet >= 'A' && octet <= 'F');
}

bool is_wsp(uint8_t octet)
{
    return octet == ' ' || octet == '\t';
}

bool is_printable(uint8_t octet)
{
    return octet >= 0x20 && octet <= 0x7e;
}

uint8_t to_lower(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + ('a' - 'A')) : octet;
}

bool word_index(const char *words, struct slice word, unsigned *out)
{
    struct slice rest = slice_str(words), head;
    bool more = true;

    for (unsigned i = 0; more; i++) {
        more = slice_cut(rest, '|', &head, &rest);
        if (slice_same(head, word)) {
            *out = i;
            return true;
        }
    }
    return false;
}
