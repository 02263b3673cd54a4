#include "methods/rmx/rmx_prefix.h"

#include <string.h>

static unsigned width(enum ip_family family)
{
    return family == IP_V4 ? 4 : 16;
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
