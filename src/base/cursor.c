#include "base/cursor.h"

struct cursor cursor_of(struct slice s)
{
    return (struct cursor){ .rest = s, .bad = false };
}

/* What may still be read: nothing once bad. */
static size_t left(const struct cursor *c)
{
    return c->bad ? 0 : c->rest.len;
}

/* The next count octets; the caller knows that they are there. */
static struct slice consume(struct cursor *c, size_t count)
{
    struct slice taken = slice_first(c->rest, count);

    c->rest = slice_from(c->rest, count);
    return taken;
}

static struct slice nothing(void)
{
    return (struct slice){ .at = NULL, .len = 0 };
}

bool at_end(const struct cursor *c)
{
    return left(c) == 0;
}

int peek(const struct cursor *c)
{
    return peek_at(c, 0);
}

int peek_at(const struct cursor *c, size_t offset)
{
    return offset < left(c) ? c->rest.at[offset] : -1;
}

uint8_t take_octet(struct cursor *c)
{
    struct slice one = take(c, 1);

    return one.len == 1 ? one.at[0] : 0;
}

struct slice take(struct cursor *c, size_t count)
{
    if (count > left(c))
        c->bad = true;
    if (c->bad)
        return nothing();
    return consume(c, count);
}

struct slice take_while(struct cursor *c, bool (*is)(uint8_t))
{
    size_t count = 0, most = left(c);

    while (count < most && is(c->rest.at[count]))
        count++;
    return take(c, count);
}

struct slice take_until(struct cursor *c, uint8_t octet)
{
    return take(c, c->bad ? 0 : slice_find(c->rest, octet));
}

struct slice take_rest(struct cursor *c)
{
    return take(c, left(c));
}

bool accept_octet(struct cursor *c, uint8_t octet)
{
    if (peek(c) != octet)
        return false;
    consume(c, 1);
    return true;
}

bool accept_text(struct cursor *c, struct slice text)
{
    if (c->bad || !slice_starts(c->rest, text))
        return false;
    consume(c, text.len);
    return true;
}

bool accept_nocase(struct cursor *c, struct slice text)
{
    if (c->bad || !slice_starts_nocase(c->rest, text))
        return false;
    consume(c, text.len);
    return true;
}

void expect(struct cursor *c, uint8_t octet)
{
    if (!accept_octet(c, octet))
        c->bad = true;
}

static bool is_fws(uint8_t octet)
{
    return is_wsp(octet) || octet == '\r' || octet == '\n';
}

void skip_wsp(struct cursor *c)
{
    (void)take_while(c, is_wsp);
}

void skip_fws(struct cursor *c)
{
    (void)take_while(c, is_fws);
}

uint16_t take_u16(struct cursor *c)
{
    struct slice s = take(c, 2);

    return s.len == 2 ? (uint16_t)((unsigned)s.at[0] << 8 | s.at[1]) : 0;
}

uint32_t take_u32(struct cursor *c)
{
    struct slice s = take(c, 4);

    if (s.len != 4)
        return 0;
    return (uint32_t)s.at[0] << 24 | (uint32_t)s.at[1] << 16 | (uint32_t)s.at[2] << 8 | s.at[3];
}

/* 1*DIGIT, nothing else, no larger than max. */
static bool number_from_digits(struct slice digits, uint64_t max, uint64_t *out)
{
    uint64_t value = 0;

    for (size_t i = 0; i < digits.len; i++) {
        uint64_t digit = (uint64_t)(digits.at[i] - '0');

        if (value > (UINT64_MAX - digit) / 10)
            return false;
        value = value * 10 + digit;
        if (value > max)
            return false;
    }
    *out = value;
    return digits.len > 0;
}

uint64_t take_number(struct cursor *c, uint64_t min, uint64_t max)
{
    struct cursor after = *c;
    struct slice digits = take_while(&after, is_digit);
    uint64_t value = 0;

    if (c->bad || !number_from_digits(digits, max, &value) || value < min) {
        c->bad = true;
        return 0;
    }
    *c = after;
    return value;
}

bool number_of(struct slice s, uint64_t min, uint64_t max, uint64_t *out)
{
    struct cursor c = cursor_of(s);
    uint64_t value = take_number(&c, min, max);

    if (c.bad || !at_end(&c))
        return false;
    *out = value;
    return true;
}
