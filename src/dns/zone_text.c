#include "dns/zone_parts.h"

/* ---- RDATA by type; false: not to be had as text, use the generic form ---- */

static bool add_name(struct text *out, struct cursor *c)
{
    uint8_t name[NAME_TEXT_MAX];
    size_t len;
    if (!take_wire_name_to(c, name, &len))
        return false;
    text_add_presentation_name(out, slice_of(name, len));
    return true;
}

static bool add_address(struct text *out, struct slice octets, enum ip_family family)
{
    struct ip ip = { .family = family };
    if (octets.len > sizeof ip.octets)
        return false;
    for (size_t i = 0; i < octets.len; i++)
        ip.octets[i] = octets.at[i];
    text_add_ip(out, &ip);
    return true;
}

static bool add_a(struct text *out, struct cursor *c)
{
    return add_address(out, take(c, 4), IP_V4);
}

static bool add_aaaa(struct text *out, struct cursor *c)
{
    return add_address(out, take(c, 16), IP_V6);
}

static bool add_mx(struct text *out, struct cursor *c)
{
    text_addf(out, "%u ", (unsigned)take_u16(c));
    return add_name(out, c);
}

static bool add_srv(struct text *out, struct cursor *c)
{
    for (unsigned i = 0; i < 3; i++)
        text_addf(out, "%u ", (unsigned)take_u16(c));
    return add_name(out, c);
}

static bool add_two_names(struct text *out, struct cursor *c)
{
    if (!add_name(out, c))
        return false;
    text_add_octet(out, ' ');
    return add_name(out, c);
}

static bool add_soa(struct text *out, struct cursor *c)
{
    if (!add_two_names(out, c))
        return false;
    for (unsigned i = 0; i < 5; i++)
        text_addf(out, " %lu", (unsigned long)take_u32(c));
    return true;
}

/* A quoted <character-string>: octets outside printable ASCII, quote and backslash as \DDD. */
static void add_quoted(struct text *out, struct slice string)
{
    text_add_octet(out, '"');
    for (size_t i = 0; i < string.len; i++) {
        uint8_t octet = string.at[i];
        if (is_printable(octet) && octet != '"' && octet != '\\')
            text_add_octet(out, octet);
        else
            text_addf(out, "\\%03u", (unsigned)octet);
    }
    text_add_octet(out, '"');
}

static bool add_txt(struct text *out, struct cursor *c)
{
    for (bool first = true; !at_end(c); first = false) {
        if (!first)
            text_add_octet(out, ' ');
        add_quoted(out, take(c, take_octet(c)));
    }
    return true;
}

static bool add_tlsa(struct text *out, struct cursor *c)
{
    for (unsigned i = 0; i < 3; i++)
        text_addf(out, "%u ", (unsigned)take_octet(c));
    struct slice data = take_rest(c);
    for (size_t i = 0; i < data.len; i++)
        text_addf(out, "%02x", (unsigned)data.at[i]);
    return true;
}

/* One item of RFC 3123 4; only the forms that reading makes again octet by octet. */
static bool add_apl_item(struct text *out, struct cursor *c)
{
    uint16_t family = take_u16(c);
    uint8_t bits = take_octet(c), length = take_octet(c);
    struct slice part = take(c, length & 0x7f);
    size_t octets = family == 1 ? 4 : 16;
    if (c->bad || family < 1 || family > 2 || bits > 8 * octets || part.len > octets || (part.len > 0 && part.at[part.len - 1] == 0))
        return false;
    text_addf(out, "%s%u:", (length & 0x80) != 0 ? "!" : "", (unsigned)family);
    add_address(out, part, family == 1 ? IP_V4 : IP_V6);
    text_addf(out, "/%u", (unsigned)bits);
    return true;
}

static bool add_apl(struct text *out, struct cursor *c)
{
    for (bool first = true; !at_end(c); first = false) {
        if (!first)
            text_add_octet(out, ' ');
        if (!add_apl_item(out, c))
            return false;
    }
    return true;
}

static bool (*const adds[])(struct text *, struct cursor *) = {
    [RTYPE_A] = add_a, [RTYPE_NS] = add_name, [RTYPE_CNAME] = add_name, [RTYPE_SOA] = add_soa,
    [RTYPE_PTR] = add_name, [RTYPE_MX] = add_mx, [RTYPE_TXT] = add_txt, [RTYPE_RP] = add_two_names, [RTYPE_AAAA] = add_aaaa,
    [RTYPE_SRV] = add_srv, [RTYPE_APL] = add_apl, [RTYPE_TLSA] = add_tlsa, [RTYPE_SPF] = add_txt,
};

/* RFC 3597 5: \# length hexadecimal */
static void add_generic(struct text *out, struct slice rdata)
{
    text_addf(out, "\\# %zu", rdata.len);
    if (rdata.len > 0)
        text_add_octet(out, ' ');
    for (size_t i = 0; i < rdata.len; i++)
        text_addf(out, "%02x", (unsigned)rdata.at[i]);
}

void text_add_zone_rdata(struct text *out, uint16_t type, struct slice rdata)
{
    size_t before = out->len;
    struct cursor c = cursor_of(rdata);
    if (rdata.len > 0 && type < COUNT_OF(adds) && adds[type]) {
        if (adds[type](out, &c) && !c.bad && at_end(&c))
            return;
        if (!out->bad)
            out->len = before;
    }
    add_generic(out, rdata);
}

/* ---- answers ---- */

static void add_directive(struct text *out, const char *word, const struct question *q, bool with_type)
{
    char buffer[16];
    text_addf(out, "; %s ", word);
    text_add_presentation_name(out, q->name);
    if (with_type)
        text_addf(out, " %s", rtype_name(q->type, buffer));
    if (q->server.family != IP_NONE) {
        text_add_str(out, " @");
        text_add_ip(out, &q->server);
    }
    text_add_octet(out, '\n');
}

static void add_records(struct text *out, const struct answer *answer)
{
    char buffer[16];
    for (size_t i = 0; i < answer->count; i++) {
        text_add_presentation_name(out, answer->question.name);
        text_addf(out, " %lu IN %s ", (unsigned long)answer->ttl_seconds, rtype_name(answer->question.type, buffer));
        text_add_zone_rdata(out, answer->question.type, answer->records[i].raw);
        text_add_octet(out, '\n');
    }
}

void text_add_zone_lines(struct text *out, const struct answer *answer)
{
    if (!name_askable(answer->question.name) || answer->question.type == 0)
        return;
    switch (answer->status) {
    case ANSWER_DATA: add_records(out, answer); return;
    case ANSWER_NODATA: add_directive(out, "nodata", &answer->question, true); return;
    case ANSWER_NXDOMAIN: add_directive(out, "nxdomain", &answer->question, false); return;
    case ANSWER_SERVFAIL: case ANSWER_GARBLED: add_directive(out, "servfail", &answer->question, true); return;
    case ANSWER_TIMEOUT: add_directive(out, "timeout", &answer->question, true); return;
    case ANSWER_UNKNOWN: case ANSWER_OVER_QUOTA: case ANSWER_BAD_NAME: case ANSWER_BLOCKED: return;     /* nobody was asked */
    }
}
