#include "dns/zone_parts.h"

/* ---- pieces ---- */

static void add_u16(struct text *out, uint64_t number)
{
    text_add_octet(out, (uint8_t)(number >> 8 & 0xff));
    text_add_octet(out, (uint8_t)(number & 0xff));
}

static void add_u32(struct text *out, uint32_t number)
{
    add_u16(out, number >> 16);
    add_u16(out, number & 0xffff);
}

static bool complain_token(struct zone_reader *r, const char *words, struct token token)
{
    return zone_complain(r, words, token.kind == TOKEN_END ? SLICE("(end of the entry)") : token.raw);
}

static bool take_end(struct zone_reader *r)
{
    struct token token = zone_take_token(r);
    return token.kind == TOKEN_END ? !r->failed : complain_token(r, "nothing may follow here", token);
}

static bool take_name(struct zone_reader *r, struct text *rdata)
{
    uint8_t wire[NAME_WIRE_MAX];
    size_t len;
    struct token token = zone_take_token(r);
    if (token.kind != TOKEN_WORD)
        return complain_token(r, "a domain name is expected", token);
    if (!zone_name_to_wire(r, token.raw, wire, &len))
        return false;
    text_add(rdata, slice_of(wire, len));
    return true;
}

static bool take_integer(struct zone_reader *r, uint64_t max, uint64_t *number)
{
    struct token token = zone_take_token(r);
    if (token.kind != TOKEN_WORD || !number_of(token.raw, 0, max, number))
        return complain_token(r, "a number in range is expected", token);
    return true;
}

static bool take_integer_16(struct zone_reader *r, struct text *rdata)
{
    uint64_t number;
    if (!take_integer(r, UINT16_MAX, &number))
        return false;
    add_u16(rdata, number);
    return true;
}

static bool take_integer_8(struct zone_reader *r, struct text *rdata)
{
    uint64_t number;
    if (!take_integer(r, UINT8_MAX, &number))
        return false;
    text_add_octet(rdata, (uint8_t)number);
    return true;
}

static unsigned nibble(uint8_t digit)
{
    return is_digit(digit) ? digit - (unsigned)'0' : to_lower(digit) - (unsigned)'a' + 10;
}

/* Words of hexadecimal digits, each a whole number of octets (RFC 3597 5), to the end of the entry. */
static bool take_hex(struct zone_reader *r, struct text *rdata)
{
    for (;;) {
        struct token token = zone_take_token(r);
        if (token.kind == TOKEN_END)
            return !r->failed;
        struct cursor c = cursor_of(token.raw);
        while (!at_end(&c)) {
            uint8_t high = take_octet(&c), low = take_octet(&c);
            if (c.bad || !is_hex(high) || !is_hex(low))
                return complain_token(r, "pairs of hexadecimal digits are expected", token);
            text_add_octet(rdata, (uint8_t)(nibble(high) << 4 | nibble(low)));
        }
    }
}

/* ---- types ---- */

static bool take_a(struct zone_reader *r, struct text *rdata)
{
    struct token token = zone_take_token(r);
    struct ip ip;
    if (token.kind != TOKEN_WORD || !ip4_parse(token.raw, &ip))
        return complain_token(r, "an IPv4 address is expected", token);
    text_add(rdata, slice_of(ip.octets, 4));
    return take_end(r);
}

static bool take_aaaa(struct zone_reader *r, struct text *rdata)
{
    struct token token = zone_take_token(r);
    struct ip ip;
    if (token.kind != TOKEN_WORD || !ip6_parse(token.raw, &ip, true))
        return complain_token(r, "an IPv6 address is expected", token);
    text_add(rdata, slice_of(ip.octets, 16));
    return take_end(r);
}

static bool take_one_name(struct zone_reader *r, struct text *rdata)
{
    return take_name(r, rdata) && take_end(r);
}

static bool take_mx(struct zone_reader *r, struct text *rdata)
{
    return take_integer_16(r, rdata) && take_name(r, rdata) && take_end(r);
}

static bool take_srv(struct zone_reader *r, struct text *rdata)
{
    return take_integer_16(r, rdata) && take_integer_16(r, rdata) && take_integer_16(r, rdata) && take_name(r, rdata) && take_end(r);
}

/* MNAME RNAME SERIAL REFRESH RETRY EXPIRE MINIMUM (RFC 1035 3.3.13) */
static bool take_soa(struct zone_reader *r, struct text *rdata)
{
    if (!take_name(r, rdata) || !take_name(r, rdata))
        return false;
    for (unsigned i = 0; i < 5; i++) {
        struct token token = zone_take_token(r);
        uint32_t number;
        if (token.kind != TOKEN_WORD || !zone_ttl_of(token.raw, &number))
            return complain_token(r, "a number or time is expected", token);
        add_u32(rdata, number);
    }
    return take_end(r);
}

/* mbox-dname txt-dname (RFC 1183 2.2) */
static bool take_rp(struct zone_reader *r, struct text *rdata)
{
    return take_name(r, rdata) && take_name(r, rdata) && take_end(r);
}

static bool take_tlsa(struct zone_reader *r, struct text *rdata)
{
    return take_integer_8(r, rdata) && take_integer_8(r, rdata) && take_integer_8(r, rdata) && take_hex(r, rdata);
}

/* A string of more than 255 octets becomes several: those who read it join them again. */
static void add_string(struct text *rdata, struct slice string)
{
    do {
        struct slice part = slice_first(string, STRING_MAX);
        text_add_octet(rdata, (uint8_t)part.len);
        text_add(rdata, part);
        string = slice_from(string, part.len);
    } while (string.len > 0);
}

/* No string at all makes empty RDATA, which is no TXT record (RFC 1035 3.3.14) but can be on the wire. */
static bool take_txt(struct zone_reader *r, struct text *rdata)
{
    for (;;) {
        struct token token = zone_take_token(r);
        if (token.kind == TOKEN_END)
            return !r->failed;
        struct text string = text_fixed(r->string, sizeof r->string);
        if (!text_add_unescaped(&string, token.raw) || string.bad)
            return complain_token(r, "a bad escape, or too long", token);
        add_string(rdata, text_slice(&string));
    }
}

/* ---- APL: RFC 3123 ---- */

static const struct { uint64_t family; size_t octets; } apl_families[] = { { 1, 4 }, { 2, 16 } };

#define APL_NEGATED 0x80

/* Section 4: trailing zero octets MUST NOT be included. */
static struct slice without_trailing_zeros(struct slice octets)
{
    while (octets.len > 0 && octets.at[octets.len - 1] == 0)
        octets.len--;
    return octets;
}

/* {[!]afi:address/prefix}  section 5 */
static bool add_apl_item(struct text *rdata, struct slice word)
{
    struct cursor c = cursor_of(word);
    bool negated = accept_octet(&c, '!');
    uint64_t family = take_number(&c, 1, COUNT_OF(apl_families)), bits;
    expect(&c, ':');
    struct slice address = take_until(&c, '/');
    expect(&c, '/');
    if (c.bad)
        return false;
    size_t octets = apl_families[family - 1].octets;
    struct ip ip;
    if (!number_of(take_rest(&c), 0, 8 * octets, &bits) || !(family == 1 ? ip4_parse(address, &ip) : ip6_parse(address, &ip, true)))
        return false;
    struct slice part = without_trailing_zeros(slice_of(ip.octets, octets));
    add_u16(rdata, family);
    text_add_octet(rdata, (uint8_t)bits);
    text_add_octet(rdata, (uint8_t)(part.len | (negated ? APL_NEGATED : 0)));
    text_add(rdata, part);
    return true;
}

static bool take_apl(struct zone_reader *r, struct text *rdata)
{
    for (;;) {
        struct token token = zone_take_token(r);
        if (token.kind == TOKEN_END)
            return !r->failed;
        if (token.kind != TOKEN_WORD || !add_apl_item(rdata, token.raw))
            return complain_token(r, "[!]afi:address/prefix is expected", token);
    }
}

/* ---- any type: RFC 3597 5 ---- */

static bool take_generic(struct zone_reader *r, struct text *rdata)
{
    uint64_t octets;
    if (!take_integer(r, RDATA_MAX, &octets) || !take_hex(r, rdata))
        return false;
    return rdata->len == octets || zone_complain(r, "\\# has another length than it says", (struct slice){ NULL, 0 });
}

/* ---- the table ---- */

static bool (*const takes[])(struct zone_reader *, struct text *) = {
    [RTYPE_A] = take_a, [RTYPE_NS] = take_one_name, [RTYPE_CNAME] = take_one_name, [RTYPE_SOA] = take_soa,
    [RTYPE_PTR] = take_one_name, [RTYPE_MX] = take_mx, [RTYPE_TXT] = take_txt, [RTYPE_RP] = take_rp, [RTYPE_AAAA] = take_aaaa,
    [RTYPE_SRV] = take_srv, [RTYPE_APL] = take_apl, [RTYPE_TLSA] = take_tlsa, [RTYPE_SPF] = take_txt,
};

/*
 * Types a real zone may hold and no method asks for. Their data are skipped. DNAME is not among them:
 * it would change other names' answers.
 */
static const struct { const char *name; uint16_t type; } unread_types[] = {
    { "HINFO", 13 }, { "AFSDB", 18 }, { "LOC", 29 }, { "NAPTR", 35 }, { "CERT", 37 }, { "DS", 43 }, { "SSHFP", 44 },
    { "IPSECKEY", 45 }, { "RRSIG", 46 }, { "NSEC", 47 }, { "DNSKEY", 48 }, { "NSEC3", 50 }, { "NSEC3PARAM", 51 }, { "SMIMEA", 53 },
    { "CDS", 59 }, { "CDNSKEY", 60 }, { "OPENPGPKEY", 61 }, { "CSYNC", 62 }, { "ZONEMD", 63 }, { "SVCB", 64 }, { "HTTPS", 65 },
    { "URI", 256 }, { "CAA", 257 },
};

bool zone_type_of(struct slice word, uint16_t *type, bool *unread)
{
    *unread = false;
    if (rtype_from_name(word, type))
        return *type != 0;
    *unread = true;
    for (size_t i = 0; i < COUNT_OF(unread_types); i++)
        if (slice_same_nocase(word, slice_str(unread_types[i].name))) {
            *type = unread_types[i].type;
            return true;
        }
    return false;
}

/* Is "\#" next? Then it is taken. */
static bool accept_generic(struct zone_reader *r)
{
    struct cursor c = r->c;
    unsigned line = r->line, groups = r->groups;
    struct token token = zone_take_token(r);
    if (token.kind == TOKEN_WORD && slice_same(token.raw, SLICE("\\#")))
        return true;
    r->c = c;
    r->line = line;
    r->groups = groups;
    return false;
}

bool zone_take_rdata(struct zone_reader *r, uint16_t type, struct text *rdata)
{
    bool known = type < COUNT_OF(takes) && takes[type];
    bool good = accept_generic(r) ? take_generic(r, rdata)
              : known             ? takes[type](r, rdata)
                                  : zone_complain(r, "this type needs its data as \\# length hex", (struct slice){ NULL, 0 });
    if (good && rdata->bad)
        return zone_complain(r, "the record is longer than 65535 octets", (struct slice){ NULL, 0 });
    return good;
}
