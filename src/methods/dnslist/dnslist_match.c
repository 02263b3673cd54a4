#include "methods/dnslist/dnslist_match.h"

#define BITS_MAX 0xffffffu            /* of the octets behind 127 */

/* ---- reading ---- */

/* part = number [ ".." number ] */
static bool take_part(struct cursor *c, struct dnslist_part *out)
{
    uint64_t low = take_number(c, 0, 255), high = low;
    if (accept_text(c, SLICE("..")))
        high = take_number(c, 0, 255);
    *out = (struct dnslist_part){ (uint8_t)low, (uint8_t)high };
    return !c->bad && low <= high;
}

static bool take_list(struct cursor *c, struct dnslist_octet *out)
{
    do {
        if (out->count == DNSLIST_PARTS_MAX || !take_part(c, &out->parts[out->count]))
            return false;
        out->count++;
    } while (accept_octet(c, ';'));
    expect(c, ']');
    return !c->bad;
}

static bool take_match_octet(struct cursor *c, struct dnslist_octet *out)
{
    out->count = 0;
    if (accept_octet(c, '['))
        return take_list(c, out);
    uint64_t number = take_number(c, 0, 255);
    out->parts[out->count++] = (struct dnslist_part){ (uint8_t)number, (uint8_t)number };
    return !c->bad;
}

static bool is_just(const struct dnslist_octet *o, uint8_t value)
{
    return o->count == 1 && o->parts[0].low == value && o->parts[0].high == value;
}

/* The bits of the mask that lie in this octet. */
static uint8_t bits_in(uint32_t bits, unsigned octet)
{
    return (uint8_t)(bits >> (8 * (3 - octet)));
}

static bool take_bits(struct cursor *c, struct dnslist_match *out, const char **error)
{
    if (!accept_octet(c, '&'))
        return true;
    out->bits = (uint32_t)take_number(c, 1, BITS_MAX);
    *error = "behind \"&\" stands a number from 1 to 16777215";
    if (c->bad)
        return false;
    *error = "an octet whose bits are tested is written 0: 127.0.0.0&4";
    for (unsigned i = 1; i < 4; i++)
        if (bits_in(out->bits, i) != 0 && !is_just(&out->octets[i], 0))
            return false;
    return true;
}

bool dnslist_match_parse(struct slice text, struct dnslist_match *out, const char **error)
{
    struct cursor c = cursor_of(text);
    *out = (struct dnslist_match){ .given = true };
    *error = "wanted: 127.0.0.2, 127.0.0.[2..11], 127.0.0.[2;4;6] or 127.0.0.0&4";
    for (unsigned i = 0; i < 4; i++) {
        if (i > 0)
            expect(&c, '.');
        if (!take_match_octet(&c, &out->octets[i]))
            return false;
    }
    *error = "a list answers with addresses in 127.0.0.0/8 (RFC 5782 2.1)";
    if (!is_just(&out->octets[0], 127))
        return false;
    if (!take_bits(&c, out, error))
        return false;
    *error = "there is something behind the value set";
    return !c.bad && at_end(&c);
}

/* ---- printing ---- */

static void add_part(struct text *t, const struct dnslist_part *p)
{
    text_addf(t, "%u", p->low);
    if (p->high != p->low)
        text_addf(t, "..%u", p->high);
}

static void add_octet(struct text *t, const struct dnslist_octet *o)
{
    bool list = o->count != 1 || o->parts[0].low != o->parts[0].high;
    text_add_str(t, list ? "[" : "");
    for (unsigned i = 0; i < o->count; i++) {
        text_add_str(t, i ? ";" : "");
        add_part(t, &o->parts[i]);
    }
    text_add_str(t, list ? "]" : "");
}

void text_add_dnslist_match(struct text *t, const struct dnslist_match *m)
{
    for (unsigned i = 0; m->given && i < 4; i++) {
        text_add_str(t, i ? "." : "");
        add_octet(t, &m->octets[i]);
    }
    if (m->given && m->bits != 0)
        text_addf(t, "&%u", m->bits);
}

/* ---- comparing ---- */

static bool octet_matches(const struct dnslist_octet *o, uint8_t value)
{
    for (unsigned i = 0; i < o->count; i++)
        if (value >= o->parts[i].low && value <= o->parts[i].high)
            return true;
    return false;
}

bool dnslist_matches(const struct dnslist_match *m, const struct ip *value)
{
    uint8_t met = 0;
    if (!m->given)
        return true;
    for (unsigned i = 0; i < 4; i++) {
        uint8_t tested = bits_in(m->bits, i);
        met |= tested & value->octets[i];
        if (tested == 0 && !octet_matches(&m->octets[i], value->octets[i]))
            return false;
    }
    return m->bits == 0 || met != 0;
}
