/* fuzz_ip: every reader of addresses; what was read is written, read again and the same. */
#include "base/ip.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static struct slice written(char *buffer, size_t octets, const struct prefix *p, bool with_bits)
{
    struct text t = text_fixed(buffer, octets);

    if (with_bits)
        text_add_prefix(&t, p);
    else
        text_add_ip(&t, &p->address);
    must(!t.bad);
    return text_slice(&t);
}

static void check_address(struct slice text)
{
    char buffer[IP_TEXT_MAX], labels[63];
    struct prefix p = { .bits = 0 };
    struct ip again;
    struct text t = text_fixed(labels, sizeof labels);

    if (!ip_parse(text, &p.address))
        return;
    must(ip_parse(written(buffer, sizeof buffer, &p, false), &again));
    must(ip_same(&p.address, &again));
    must(!(ip_is_loopback(&again) && !ip_is_private(&again)));
    text_add_ip_dotted(&t, &again);
    must(!t.bad);
    text_reset(&t);
    text_add_ip_reversed(&t, &again);
    must(!t.bad);
}

static void check_prefix(struct slice text)
{
    char buffer[IP_TEXT_MAX + sizeof "/128" - 1];
    struct prefix p, again;

    if (!prefix_parse(text, &p))
        return;
    must(prefix_has_bits(&p) && prefix_covers(&p, &p.address));
    must(prefix_parse(written(buffer, sizeof buffer, &p, true), &again));
    must(ip_same(&p.address, &again.address) && p.bits == again.bits);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct slice text = slice_of(at, len);
    struct ip mapped, plain;

    check_address(text);
    check_prefix(text);
    if (ip6_parse(text, &mapped, true)) {
        must(ip6_parse(text, &plain, false) && mapped.family == IP_V6);
        must(ip_from_octets(mapped.octets, sizeof mapped.octets, &mapped) && ip_same(&mapped, &plain));
    }
    return 0;
}
