#include "methods/prefix.h"

#include <string.h>

static unsigned width(enum ip_family family)
{
    return family == IP_V4 ? 4 : 16;
}

enum prefix_fault prefix_of_text(struct slice text, enum ip_family family, struct prefix *out)
{
    struct slice address, length;
    uint64_t bits = 8 * width(family);
    bool has_length = slice_cut(text, '/', &address, &length);
    *out = (struct prefix){ .bits = 0 };
    if (!(family == IP_V4 ? ip4_parse(address, &out->address) : ip6_parse(address, &out->address, true)))
        return PREFIX_BAD_ADDRESS;
    if (has_length && !number_of(length, 0, bits, &bits))
        return PREFIX_BAD_LENGTH;
    out->bits = (unsigned)bits;
    prefix_clear_host_bits(out);
    return PREFIX_FINE;
}

void text_add_network(struct text *t, const struct prefix *p)
{
    text_add_ip(t, &p->address);
    if (p->bits != 8 * width(p->address.family))
        text_addf(t, "/%u", p->bits);
}

bool prefix_of_octets(enum ip_family family, struct slice octets, unsigned bits, struct prefix *out)
{
    *out = (struct prefix){ .bits = bits };
    if (octets.len > width(family) || bits > 8 * width(family))
        return false;
    out->address.family = family;
    if (octets.len > 0)
        memcpy(out->address.octets, octets.at, octets.len);
    prefix_clear_host_bits(out);
    return true;
}

uint64_t prefix_hosts(const struct prefix *p)
{
    unsigned host_bits = p->address.family == IP_V4 ? 32 - p->bits : p->bits < 64 ? 64 - p->bits : 0;
    return host_bits < 64 ? (uint64_t)1 << host_bits : UINT64_MAX;
}

uint64_t hosts_sum(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}
