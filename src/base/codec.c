#include "base/codec.h"

#include "base/cursor.h"

/* ---- base64, RFC 4648 section 4 ---- */

static const char base64_alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Value + 1; 0 is not in the alphabet. */
static const uint8_t base64_values[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,
    ['I'] = 9,  ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
    ['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
    ['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
    ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
    ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
    ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
    ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63, ['/'] = 64,
};

/*
 * Whole groups of four digits, as many as follow each other: nearly all of any text. The loop stops
 * at the first group holding anything else, which the careful reading below then judges.
 */
static size_t decode_plain(struct cursor *c, uint8_t *to)
{
    struct slice text = c->rest;
    size_t groups = 0;

    for (; text.len - 4 * groups >= 4; groups++) {
        const uint8_t *digit = text.at + 4 * groups;
        uint8_t v0 = base64_values[digit[0]], v1 = base64_values[digit[1]];
        uint8_t v2 = base64_values[digit[2]], v3 = base64_values[digit[3]];
        uint32_t bits;

        if (v0 == 0 || v1 == 0 || v2 == 0 || v3 == 0)
            break;
        bits = (v0 - 1U) << 18 | (v1 - 1U) << 12 | (v2 - 1U) << 6 | (v3 - 1U);
        to[3 * groups] = (uint8_t)(bits >> 16);
        to[3 * groups + 1] = (uint8_t)(bits >> 8);
        to[3 * groups + 2] = (uint8_t)bits;
    }
    (void)take(c, 4 * groups);
    return 3 * groups;
}

/* One group being read: up to four digits, and how many of them are "=". */
struct quad {
    uint32_t bits;
    unsigned digits, pads;
};

static bool quad_add(struct quad *q, uint8_t octet)
{
    uint32_t value = base64_values[octet];

    if (octet == '=') {
        q->pads++;
        value = 1;   /* as if it were "A" */
    }
    if (value == 0 || (q->pads > 0 && octet != '='))
        return false;
    q->bits = q->bits << 6 | (value - 1);
    q->digits++;
    return true;
}

/* RFC 4648 3.5: pad bits that are not zero may be refused; they would be a second spelling. */
static bool quad_is_proper(const struct quad *q)
{
    uint32_t unused_bits = q->pads == 1 ? 0xff : q->pads == 2 ? 0xffff : 0;

    return q->pads <= 2 && (q->bits & unused_bits) == 0;
}

static size_t quad_write(const struct quad *q, uint8_t *to)
{
    size_t count = 3 - q->pads;

    for (size_t i = 0; i < count; i++)
        to[i] = (uint8_t)(q->bits >> (16 - 8 * i));
    return count;
}

/* One group with what may stand between its digits; false if it is none. */
static bool take_quad(struct cursor *c, bool blanks, struct quad *q)
{
    while (q->digits < 4) {
        if (blanks)
            skip_fws(c);
        if (at_end(c) || !quad_add(q, take_octet(c)))
            return false;
    }
    return quad_is_proper(q);
}

static bool decode_groups(struct cursor *c, bool blanks, uint8_t *to, size_t *len)
{
    struct quad q = { 0 };

    for (*len = 0; q.pads == 0;) {
        q = (struct quad){ 0 };
        *len += decode_plain(c, to + *len);
        if (blanks)
            skip_fws(c);
        if (at_end(c))
            return true;
        if (!take_quad(c, blanks, &q))
            return false;
        *len += quad_write(&q, to + *len);
    }
    if (blanks)
        skip_fws(c);
    return at_end(c);   /* nothing may stand behind the padding */
}

bool base64_decode(struct arena *arena, struct slice text, bool skip_blanks, struct slice *out)
{
    struct cursor c = cursor_of(text);
    uint8_t *octets = arena_alloc(arena, text.len / 4 * 3);
    size_t len;

    *out = slice_of(NULL, 0);
    if (octets == NULL || !decode_groups(&c, skip_blanks, octets, &len))
        return false;
    *out = slice_of(octets, len);
    return true;
}

void base64_encode(struct text *t, struct slice s)
{
    while (s.len > 0) {
        struct slice in = slice_first(s, 3);
        uint32_t bits = (uint32_t)in.at[0] << 16;
        uint8_t group[4];

        if (in.len > 1)
            bits |= (uint32_t)in.at[1] << 8;
        if (in.len > 2)
            bits |= in.at[2];
        for (unsigned i = 0; i < 4; i++)
            group[i] = i <= in.len ? (uint8_t)base64_alphabet[bits >> (18 - 6 * i) & 0x3f] : '=';
        text_add(t, slice_of(group, sizeof group));
        s = slice_from(s, in.len);
    }
}

/* ---- base32, RFC 4648 section 6 ---- */

static const char base32_alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";

/* 0..31, or -1. */
static int base32_value(uint8_t octet)
{
    octet = to_lower(octet);
    if (is_alpha(octet))
        return octet - 'a';
    return octet >= '2' && octet <= '7' ? octet - '2' + 26 : -1;
}

bool base32_decode(struct arena *arena, struct slice text, struct slice *out)
{
    size_t len = 0, octets_at_most = text.len / 8 * 5 + text.len % 8 * 5 / 8;
    uint8_t *octets = arena_alloc(arena, octets_at_most);
    uint32_t bits = 0;
    unsigned held = 0;   /* bits not yet written, less than 8 between rounds */

    *out = slice_of(NULL, 0);
    if (octets == NULL)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        int value = base32_value(text.at[i]);

        if (value < 0)
            return false;
        bits = (bits << 5 | (uint32_t)value) & 0xfff;
        held += 5;
        if (held >= 8) {
            held -= 8;
            octets[len++] = (uint8_t)(bits >> held);
        }
    }
    if (held >= 5 || (bits & ((1U << held) - 1)) != 0)   /* a digit too many, or a second spelling */
        return false;
    *out = slice_of(octets, len);
    return true;
}

void base32_encode(struct text *t, struct slice s)
{
    uint32_t bits = 0;
    unsigned held = 0;

    for (size_t i = 0; i < s.len; i++) {
        bits = (bits << 8 | s.at[i]) & 0xfff;
        for (held += 8; held >= 5; held -= 5)
            text_add_octet(t, (uint8_t)base32_alphabet[bits >> (held - 5) & 0x1f]);
    }
    if (held > 0)
        text_add_octet(t, (uint8_t)base32_alphabet[bits << (5 - held) & 0x1f]);
}

/* ---- hex, RFC 4648 section 8 ---- */

static const char hex_alphabet[] = "0123456789abcdef";

static uint8_t hex_value(uint8_t digit)
{
    return (uint8_t)(is_digit(digit) ? digit - '0' : to_lower(digit) - 'a' + 10);
}

static uint8_t take_hex_octet(struct cursor *c)
{
    struct slice pair = take(c, 2);

    if (pair.len != 2 || !is_hex(pair.at[0]) || !is_hex(pair.at[1])) {
        c->bad = true;
        return 0;
    }
    return (uint8_t)(hex_value(pair.at[0]) << 4 | hex_value(pair.at[1]));
}

bool hex_decode(struct arena *arena, struct slice text, struct slice *out)
{
    struct cursor c = cursor_of(text);
    uint8_t *octets = arena_alloc(arena, text.len / 2);
    size_t len = 0;

    *out = slice_of(NULL, 0);
    if (octets == NULL)
        return false;
    while (!at_end(&c)) {
        uint8_t octet = take_hex_octet(&c);

        if (c.bad)
            return false;
        octets[len++] = octet;
        skip_wsp(&c);
    }
    if (text.len > 0 && is_wsp(text.at[text.len - 1]))   /* blanks stand between octets only */
        return false;
    *out = slice_of(octets, len);
    return true;
}

void hex_encode(struct text *t, struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        uint8_t pair[2] = { (uint8_t)hex_alphabet[s.at[i] >> 4], (uint8_t)hex_alphabet[s.at[i] & 15] };

        text_add(t, slice_of(pair, sizeof pair));
    }
}
