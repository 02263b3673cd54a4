#include "base/ip.h"

#include <string.h>

#define IP4_OCTETS 4U
#define IP6_OCTETS 16U
#define IP6_GROUPS 8U

static const uint8_t mapped_start[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };   /* RFC 4291 2.5.5.2 */

static const struct ip no_address = { .family = IP_NONE };

/* Octets of an address of this family. */
static unsigned width(enum ip_family family)
{
    switch (family) {
    case IP_NONE: return 0;
    case IP_V4:   return IP4_OCTETS;
    case IP_V6:   return IP6_OCTETS;
    }
    return 0;
}

static bool is_mapped(const struct ip *ip)
{
    return ip->family == IP_V6 && memcmp(ip->octets, mapped_start, sizeof mapped_start) == 0;
}

/* The IPv4 address inside a mapped one. */
static struct ip unmapped(const struct ip *mapped)
{
    struct ip ip = { .family = IP_V4 };

    memcpy(ip.octets, mapped->octets + sizeof mapped_start, IP4_OCTETS);
    return ip;
}

/* ---- reading ---- */

/* dec-octet of RFC 3986: 0..255, no leading zero */
static uint8_t take_dec_octet(struct cursor *c)
{
    struct slice digits = take_while(c, is_digit);
    uint64_t value = 0;

    if (digits.len > 3 || (digits.len > 1 && digits.at[0] == '0') || !number_of(digits, 0, 255, &value))
        c->bad = true;
    return (uint8_t)value;
}

static void take_quad(struct cursor *c, uint8_t *to)
{
    for (unsigned i = 0; i < IP4_OCTETS; i++) {
        if (i > 0)
            expect(c, '.');
        to[i] = take_dec_octet(c);
    }
}

bool ip4_parse(struct slice text, struct ip *out)
{
    struct cursor c = cursor_of(text);
    struct ip ip = { .family = IP_V4 };

    take_quad(&c, ip.octets);
    *out = !c.bad && at_end(&c) ? ip : no_address;
    return out->family == IP_V4;
}

/* h16 = 1*4HEXDIG */
static void take_group(struct cursor *c, uint8_t *to)
{
    struct slice digits = take_while(c, is_hex);
    unsigned value = 0;

    if (digits.len < 1 || digits.len > 4)
        c->bad = true;
    for (size_t i = 0; i < digits.len && !c->bad; i++) {
        uint8_t digit = to_lower(digits.at[i]);
        value = value << 4 | (unsigned)(is_digit(digit) ? digit - '0' : digit - 'a' + 10);
    }
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

/* Whether a dotted quad comes next rather than a group. */
static bool quad_is_next(const struct cursor *c)
{
    struct cursor ahead = *c;

    (void)take_while(&ahead, is_digit);
    return peek(&ahead) == '.';
}

/* The octets read so far, and where "::" stood among them. */
struct groups {
    uint8_t octets[IP6_OCTETS];
    size_t len;
    size_t gap;        /* offset in octets of "::" */
    bool has_gap;
};

/* A group or the closing quad; false when it was the quad, behind which nothing may stand. */
static bool take_piece(struct cursor *c, struct groups *g)
{
    bool quad = quad_is_next(c);
    size_t need = quad ? 4 : 2;

    if (need > sizeof g->octets - g->len) {
        c->bad = true;
        return false;
    }
    if (quad)
        take_quad(c, g->octets + g->len);
    else
        take_group(c, g->octets + g->len);
    g->len += need;
    return !quad;
}

/* "::", at most once */
static bool accept_gap(struct cursor *c, struct groups *g)
{
    if (!accept_text(c, SLICE("::")))
        return false;
    if (g->has_gap)
        c->bad = true;
    g->has_gap = true;
    g->gap = g->len;
    return true;
}

/* Pieces joined by ":" or, once, by "::", which may also stand at either end. */
static void take_pieces(struct cursor *c, struct groups *g)
{
    if (accept_gap(c, g) && at_end(c))
        return;
    while (take_piece(c, g) && !at_end(c)) {   /* bounded: each piece adds to g->len, at most 16 */
        if (!accept_gap(c, g))
            expect(c, ':');
        else if (at_end(c))
            return;
    }
}

/* RFC 4291 2.2: "::" stands for one or more groups of zeros. */
static bool spread(const struct groups *g, struct ip *ip)
{
    size_t behind = g->len - g->gap;

    if (!g->has_gap) {
        memcpy(ip->octets, g->octets, sizeof ip->octets);
        return g->len == IP6_OCTETS;
    }
    memcpy(ip->octets, g->octets, g->gap);
    memcpy(ip->octets + IP6_OCTETS - behind, g->octets + g->gap, behind);
    return g->len <= IP6_OCTETS - 2;
}

bool ip6_parse(struct slice text, struct ip *out, bool keep_mapped)
{
    struct cursor c = cursor_of(text);
    struct groups g = { .len = 0 };
    struct ip ip = { .family = IP_V6 };

    *out = no_address;
    if (text.len > IP_TEXT_MAX)
        return false;
    take_pieces(&c, &g);
    if (c.bad || !at_end(&c) || !spread(&g, &ip))
        return false;
    *out = is_mapped(&ip) && !keep_mapped ? unmapped(&ip) : ip;
    return true;
}

bool ip_parse(struct slice text, struct ip *out)
{
    return slice_has(text, ':') ? ip6_parse(text, out, false) : ip4_parse(text, out);
}

bool ip_from_octets(const uint8_t *octets, size_t count, struct ip *out)
{
    struct ip ip = { .family = count == IP4_OCTETS ? IP_V4 : IP_V6 };

    if (count != IP4_OCTETS && count != IP6_OCTETS) {
        *out = no_address;
        return false;
    }
    memcpy(ip.octets, octets, count);
    *out = is_mapped(&ip) ? unmapped(&ip) : ip;   /* octets may lie in *out */
    return true;
}

/* bits without leading zeros, 0..most */
static bool parse_bits(struct slice text, unsigned most, unsigned *out)
{
    uint64_t bits;

    if (text.len > 3 || (text.len > 1 && text.at[0] == '0') || !number_of(text, 0, most, &bits))
        return false;
    *out = (unsigned)bits;
    return true;
}

bool prefix_parse(struct slice text, struct prefix *out)
{
    struct slice address, length;
    bool has_length = slice_cut(text, '/', &address, &length);
    struct prefix p = { .bits = 0 };

    *out = p;
    if (!(slice_has(address, ':') ? ip6_parse(address, &p.address, true) : ip4_parse(address, &p.address)))
        return false;
    p.bits = width(p.address.family) * 8;
    if (has_length && !parse_bits(length, p.bits, &p.bits))
        return false;
    if (is_mapped(&p.address) && p.bits >= sizeof mapped_start * 8) {
        p.address = unmapped(&p.address);
        p.bits -= (unsigned)sizeof mapped_start * 8;
    }
    *out = p;
    return true;
}

/* ---- comparing ---- */

bool ip_same(const struct ip *a, const struct ip *b)
{
    return a->family == b->family && a->family != IP_NONE &&
           memcmp(a->octets, b->octets, width(a->family)) == 0;
}

bool prefix_has_bits(const struct prefix *p)
{
    return p->bits <= width(p->address.family) * 8;
}

void prefix_clear_host_bits(struct prefix *p)
{
    unsigned whole = p->bits / 8, rest = p->bits % 8;
    if (whole >= sizeof p->address.octets)
        return;
    p->address.octets[whole] &= (uint8_t)~(0xff >> rest);
    memset(p->address.octets + whole + 1, 0, sizeof p->address.octets - whole - 1);
}

bool prefix_covers(const struct prefix *p, const struct ip *ip)
{
    unsigned whole = p->bits / 8, rest = p->bits % 8;

    if (ip->family == IP_NONE || p->address.family != ip->family || !prefix_has_bits(p))
        return false;
    if (memcmp(p->address.octets, ip->octets, whole) != 0)
        return false;
    return rest == 0 || (p->address.octets[whole] ^ ip->octets[whole]) >> (8 - rest) == 0;
}

static bool any_covers(const struct prefix *prefixes, size_t count, const struct ip *ip)
{
    for (size_t i = 0; i < count; i++)
        if (prefix_covers(&prefixes[i], ip))
            return true;
    return false;
}

bool ip_is_loopback(const struct ip *ip)
{
    static const struct prefix loopback[] = {
        { { { 127 }, IP_V4 }, 8 },
        { { { [15] = 1 }, IP_V6 }, 128 },
    };

    return any_covers(loopback, COUNT_OF(loopback), ip);
}

bool ip_is_private(const struct ip *ip)
{
    static const struct prefix private[] = {
        { { { 0 }, IP_V4 }, 8 },            /* this network, unspecified: RFC 1122 3.2.1.3 */
        { { { 10 }, IP_V4 }, 8 },           /* RFC 1918 */
        { { { 169, 254 }, IP_V4 }, 16 },    /* link-local: RFC 3927 */
        { { { 172, 16 }, IP_V4 }, 12 },     /* RFC 1918 */
        { { { 192, 168 }, IP_V4 }, 16 },    /* RFC 1918 */
        { { { 224 }, IP_V4 }, 4 },          /* multicast: RFC 5771 */
        { { { 0 }, IP_V6 }, 128 },          /* unspecified: RFC 4291 2.5.2 */
        { { { 0xfc }, IP_V6 }, 7 },         /* unique local: RFC 4193 */
        { { { 0xfe, 0x80 }, IP_V6 }, 10 },  /* link-local: RFC 4291 2.5.6 */
        { { { 0xff }, IP_V6 }, 8 },         /* multicast: RFC 4291 2.7 */
    };

    return ip_is_loopback(ip) || any_covers(private, COUNT_OF(private), ip);
}

/* ---- printing ---- */

static void add_quad(struct text *t, const uint8_t *octets)
{
    for (unsigned i = 0; i < IP4_OCTETS; i++)
        text_addf(t, i == 0 ? "%u" : ".%u", octets[i]);
}

static unsigned group_at(const struct ip *ip, unsigned index)
{
    return (unsigned)ip->octets[2 * index] << 8 | ip->octets[2 * index + 1];
}

/* Groups [start, start + count) that "::" stands for. */
struct zeros {
    unsigned start, count;
};

/* RFC 5952 4.2: the longest run of at least two, the first of equals. */
static struct zeros longest_zeros(const struct ip *ip)
{
    struct zeros best = { .start = IP6_GROUPS, .count = 1 }, run = { 0 };

    for (unsigned i = 0; i < IP6_GROUPS; i++) {
        if (group_at(ip, i) != 0) {
            run = (struct zeros){ .start = i + 1, .count = 0 };
            continue;
        }
        run.count++;
        if (run.count > best.count)
            best = run;
    }
    return best;
}

static void add_groups(struct text *t, const struct ip *ip)
{
    struct zeros zeros = longest_zeros(ip);

    for (unsigned i = 0; i < IP6_GROUPS; i++) {
        if (i == zeros.start) {
            text_add(t, SLICE("::"));
            i += zeros.count - 1;
            continue;
        }
        if (i > 0 && i != zeros.start + zeros.count)
            text_add_octet(t, ':');
        text_addf(t, "%x", group_at(ip, i));
    }
}

void text_add_ip(struct text *t, const struct ip *ip)
{
    switch (ip->family) {
    case IP_NONE:
        break;
    case IP_V4:
        add_quad(t, ip->octets);
        break;
    case IP_V6:
        if (is_mapped(ip)) {   /* RFC 5952 5: a well-known prefix shows the IPv4 address */
            text_add(t, SLICE("::ffff:"));
            add_quad(t, ip->octets + sizeof mapped_start);
        } else {
            add_groups(t, ip);
        }
        break;
    }
}

void text_add_prefix(struct text *t, const struct prefix *p)
{
    if (p->address.family == IP_NONE)
        return;
    text_add_ip(t, &p->address);
    text_addf(t, "/%u", p->bits);
}

/* Nibble 0 is the first of the text form. */
static void add_nibble(struct text *t, const struct ip *ip, unsigned index)
{
    uint8_t octet = ip->octets[index / 2];

    text_add_octet(t, (uint8_t)"0123456789abcdef"[index % 2 == 0 ? octet >> 4 : octet & 15]);
}

/* Octets or nibbles joined by dots, last first if `reversed`. */
static void add_labels(struct text *t, const struct ip *ip, bool reversed)
{
    unsigned octets = width(ip->family), count = ip->family == IP_V6 ? octets * 2 : octets;

    for (unsigned i = 0; i < count; i++) {
        unsigned index = reversed ? count - 1 - i : i;

        if (i > 0)
            text_add_octet(t, '.');
        if (ip->family == IP_V6)
            add_nibble(t, ip, index);
        else
            text_addf(t, "%u", ip->octets[index]);
    }
}

void text_add_ip_reversed(struct text *t, const struct ip *ip)
{
    add_labels(t, ip, true);
}

void text_add_ip_dotted(struct text *t, const struct ip *ip)
{
    add_labels(t, ip, false);
}
