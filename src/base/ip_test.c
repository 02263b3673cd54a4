#include "base/ip.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct ip ip_of(const char *text)
{
    struct ip ip;

    if (!ip_parse(slice_str(text), &ip))
        fail_msg("%s", text);
    return ip;
}

static void is_text(void (*add)(struct text *, const struct ip *), const struct ip *ip, const char *expected)
{
    char buffer[80];
    struct text t = text_fixed(buffer, sizeof buffer);

    add(&t, ip);
    if (!slice_same(text_slice(&t), slice_str(expected)))
        fail_msg("%.*s, not %s", (int)t.len, buffer, expected);
}

static void refuses(void **state)
{
    static const struct slice vectors[] = {
        { NULL, 0 }, SLICE_INIT("1"), SLICE_INIT("1.2.3"), SLICE_INIT("1.2.3."), SLICE_INIT("1.2.3.4."),
        SLICE_INIT("1.2.3.4.5"), SLICE_INIT(".1.2.3.4"), SLICE_INIT("1..2.3"), SLICE_INIT("1.2.3.256"),
        SLICE_INIT("1.2.3.999"), SLICE_INIT("1.2.3.0004"), SLICE_INIT("01.2.3.4"), SLICE_INIT("1.2.3.00"),
        SLICE_INIT("1.2.3.-4"), SLICE_INIT("1.2.3.+4"), SLICE_INIT(" 1.2.3.4"), SLICE_INIT("1.2.3.4 "),
        SLICE_INIT("1.2.3.4\0"), SLICE_INIT("1.2.3.4\n"), SLICE_INIT("0x1.2.3.4"), SLICE_INIT("1.2.3.a"),
        SLICE_INIT("1.2.3.\xb4"), SLICE_INIT("[1.2.3.4]"), SLICE_INIT("1.2.3.4/32"),
        SLICE_INIT("1.2.3.18446744073709551620"),
        SLICE_INIT(":"), SLICE_INIT(":::"), SLICE_INIT("::::"), SLICE_INIT(":1"), SLICE_INIT("1:"), SLICE_INIT("::1:"),
        SLICE_INIT(":1::"), SLICE_INIT("1::2::3"), SLICE_INIT("::1::"), SLICE_INIT("1:::2"), SLICE_INIT("1:2:3:4:5:6:7"),
        SLICE_INIT("1:2:3:4:5:6:7:8:9"), SLICE_INIT("1:2:3:4:5:6:7:8:"), SLICE_INIT(":1:2:3:4:5:6:7:8"),
        SLICE_INIT("1:2:3:4:5:6:7:8::"), SLICE_INIT("::1:2:3:4:5:6:7:8"), SLICE_INIT("1:2:3:4::5:6:7:8"),
        SLICE_INIT("12345::"), SLICE_INIT("::g"), SLICE_INIT("::1%eth0"), SLICE_INIT("[::1]"), SLICE_INIT("::1 "),
        SLICE_INIT("::1\0"), SLICE_INIT("::\xb1"), SLICE_INIT("::1."), SLICE_INIT("::1.2.3"), SLICE_INIT("::01.2.3.4"),
        SLICE_INIT("::1.2.3.256"), SLICE_INIT("::1.2.3.4:5"), SLICE_INIT("1.2.3.4::"), SLICE_INIT("::1.2.3.4.5"),
        SLICE_INIT("1:2:3:4:5:6:7:1.2.3.4"), SLICE_INIT("1:2:3:4:5:1.2.3.4"), SLICE_INIT("1:2:3:4:5:6::1.2.3.4"),
        SLICE_INIT("::a.2.3.4"),
        SLICE_INIT("0000:0000:0000:0000:0000:0000:255.255.255.2555"),   /* IP_TEXT_MAX + 1 */
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct ip ip = { .family = IP_V4 };

        if (ip_parse(vectors[i], &ip) || ip.family != IP_NONE)
            fail_msg("%.*s", (int)vectors[i].len, (const char *)vectors[i].at);
        assert_false(ip4_parse(vectors[i], &ip));
        assert_false(ip6_parse(vectors[i], &ip, true));
        assert_false(ip6_parse(vectors[i], &ip, false));
    }
}

static void each_family_has_its_own_text(void **state)
{
    struct ip ip;

    (void)state;
    assert_true(ip4_parse(SLICE("1.2.3.4"), &ip));
    assert_false(ip6_parse(SLICE("1.2.3.4"), &ip, false));
    assert_false(ip4_parse(SLICE("::1"), &ip));
    assert_false(ip4_parse(SLICE("::ffff:1.2.3.4"), &ip));
    assert_true(ip6_parse(SLICE("::1"), &ip, false));
}

/* RFC 5952 section 4 and 5: what is read, and how it is written. */
static void writes_one_form(void **state)
{
    static const struct { const char *read, *written; } vectors[] = {
        { "0.0.0.0", "0.0.0.0" },
        { "255.255.255.255", "255.255.255.255" },
        { "192.0.2.1", "192.0.2.1" },
        { "::", "::" },
        { "0:0:0:0:0:0:0:0", "::" },
        { "::1", "::1" },
        { "1::", "1::" },
        { "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8" },
        { "2001:0DB8:0000:0000:0000:00A0:000B:0ABC", "2001:db8::a0:b:abc" },
        { "2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },       /* 4.2.2: one group is not shortened */
        { "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },               /* 4.2.3: the longest */
        { "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },         /* 4.2.3: the first of equals */
        { "0:0:1:0:0:1:0:0", "::1:0:0:1:0:0" },
        { "1:0:0:2:3:4:5:6", "1::2:3:4:5:6" },
        { "1:2:3:4:5:6:0:0", "1:2:3:4:5:6::" },
        { "1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0" },
        { "::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8" },
        { "::1.2.3.4", "::102:304" },
        { "1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304" },
        { "1::1.2.3.4", "1::102:304" },
        { "64:ff9b::192.0.2.33", "64:ff9b::c000:221" },
        { "::ffff:192.0.2.1", "192.0.2.1" },                     /* mapped is IPv4 */
        { "::FFFF:c000:0201", "192.0.2.1" },
        { "0000:0000:0000:0000:0000:ffff:255.255.255.255", "255.255.255.255" },
        { "::fffe:1.2.3.4", "::fffe:102:304" },
        { "::1:ffff:1.2.3.4", "::1:ffff:102:304" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct ip ip = ip_of(vectors[i].read), again = ip_of(vectors[i].written);

        is_text(text_add_ip, &ip, vectors[i].written);
        assert_true(ip_same(&ip, &again));
    }
}

/* The C library's reader as a second opinion, over every set of zero groups. */
static void agrees_with_the_system(void **state)
{
    (void)state;
    for (unsigned zeros = 0; zeros < 256; zeros++) {
        struct ip ip = { .family = IP_V6 }, again;
        uint8_t other[16];
        char buffer[IP_TEXT_MAX + 1] = { 0 };
        struct text t = text_fixed(buffer, IP_TEXT_MAX);

        for (unsigned i = 0; i < 8; i++)
            if ((zeros >> i & 1) == 0) {
                ip.octets[2 * i] = (uint8_t)(i * 16);
                ip.octets[2 * i + 1] = (uint8_t)(0xa0 + i);
            }
        text_add_ip(&t, &ip);
        assert_false(t.bad);
        assert_int_equal(inet_pton(AF_INET6, buffer, other), 1);
        assert_memory_equal(other, ip.octets, 16);
        assert_true(ip6_parse(text_slice(&t), &again, true));
        assert_true(ip_same(&ip, &again));
    }
}

static void keeps_mapped_when_asked(void **state)
{
    struct ip ip;

    (void)state;
    assert_true(ip6_parse(SLICE("::ffff:192.0.2.1"), &ip, true));
    assert_int_equal(ip.family, IP_V6);
    is_text(text_add_ip, &ip, "::ffff:192.0.2.1");
    assert_true(ip6_parse(SLICE("::ffff:192.0.2.1"), &ip, false));
    assert_int_equal(ip.family, IP_V4);
}

static void reads_octets(void **state)
{
    static const uint8_t octets[17] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 192, 0, 2, 1, 9 };
    struct ip ip;

    (void)state;
    for (size_t count = 0; count <= 17; count++) {
        assert_int_equal(ip_from_octets(octets, count, &ip), count == 4 || count == 16);
        assert_int_equal(ip.family != IP_NONE, count == 4 || count == 16);
    }
    assert_true(ip_from_octets(octets, 16, &ip));
    is_text(text_add_ip, &ip, "192.0.2.1");
    assert_true(ip_from_octets(octets + 1, 16, &ip));
    is_text(text_add_ip, &ip, "::ff:ffc0:2:109");
    assert_true(ip_from_octets(octets + 12, 4, &ip));
    is_text(text_add_ip, &ip, "192.0.2.1");
}

static void reads_prefixes(void **state)
{
    static const struct { const char *read, *written; } vectors[] = {
        { "", NULL }, { "/", NULL }, { "/8", NULL }, { "1.2.3.4/", NULL }, { "1.2.3.4/33", NULL },
        { "1.2.3.4/032", NULL }, { "1.2.3.4/00", NULL }, { "1.2.3.4/+8", NULL }, { "1.2.3.4/ 8", NULL },
        { "1.2.3.4/8 ", NULL }, { "1.2.3.4/8/8", NULL }, { "1.2.3.4//8", NULL }, { "1.2.3/8", NULL },
        { "::/129", NULL }, { "::/0128", NULL }, { "::ffff:1.2.3.4/129", NULL }, { "::1/4294967296", NULL },
        { "1.2.3.4/18446744073709551616", NULL },
        { "1.2.3.4", "1.2.3.4/32" },
        { "1.2.3.4/0", "1.2.3.4/0" },
        { "1.2.3.4/31", "1.2.3.4/31" },
        { "1.2.3.4/32", "1.2.3.4/32" },
        { "2001:DB8::", "2001:db8::/128" },
        { "2001:db8::/32", "2001:db8::/32" },
        { "::/0", "::/0" },
        { "::1/127", "::1/127" },
        { "::ffff:1.2.3.4", "1.2.3.4/32" },
        { "::ffff:1.2.3.4/128", "1.2.3.4/32" },
        { "::ffff:1.2.3.4/97", "1.2.3.4/1" },
        { "::ffff:1.2.3.4/96", "1.2.3.4/0" },
        { "::ffff:1.2.3.4/95", "::ffff:1.2.3.4/95" },
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        char buffer[80];
        struct text t = text_fixed(buffer, sizeof buffer);
        struct prefix p;
        bool ok = prefix_parse(slice_str(vectors[i].read), &p);

        text_add_prefix(&t, &p);   /* adds nothing when it was refused */
        if (ok != (vectors[i].written != NULL) || !slice_same(text_slice(&t), slice_str(vectors[i].written)))
            fail_msg("%s", vectors[i].read);
    }
}

static void covers(void **state)
{
    static const struct { const char *prefix, *ip; bool covers; } vectors[] = {
        { "192.0.2.0/24", "192.0.2.255", true },
        { "192.0.2.0/24", "192.0.3.0", false },
        { "192.0.2.77/24", "192.0.2.1", true },       /* host bits do not matter */
        { "192.0.2.0/23", "192.0.3.255", true },
        { "192.0.2.0/23", "192.0.4.0", false },
        { "192.0.2.0/25", "192.0.2.127", true },
        { "192.0.2.0/25", "192.0.2.128", false },
        { "192.0.2.1/32", "192.0.2.1", true },
        { "192.0.2.1/32", "192.0.2.0", false },
        { "192.0.2.1/31", "192.0.2.0", true },
        { "0.0.0.0/0", "255.255.255.255", true },
        { "0.0.0.0/1", "128.0.0.0", false },
        { "0.0.0.0/0", "::1", false },
        { "::/0", "1.2.3.4", false },
        { "::/0", "::ffff:1.2.3.4", false },          /* it is IPv4 */
        { "::ffff:0:0/96", "1.2.3.4", true },
        { "::/0", "ffff::", true },
        { "2001:db8::/32", "2001:db8:ffff::1", true },
        { "2001:db8::/32", "2001:db9::", false },
        { "2001:db8::/33", "2001:db8:8000::", false },
        { "2001:db8::1/127", "2001:db8::", true },
        { "2001:db8::1/128", "2001:db8::1", true },
        { "2001:db8::1/128", "2001:db8::2", false },
    };
    struct prefix p = { .bits = 0 };
    struct ip none = { .family = IP_NONE };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct ip ip = ip_of(vectors[i].ip);

        assert_true(prefix_parse(slice_str(vectors[i].prefix), &p));
        assert_true(prefix_has_bits(&p));
        if (prefix_covers(&p, &ip) != vectors[i].covers)
            fail_msg("%s %s", vectors[i].prefix, vectors[i].ip);
        assert_false(prefix_covers(&p, &none));
    }
    p = (struct prefix){ .address = none, .bits = 0 };
    assert_false(prefix_covers(&p, &none));
    p = (struct prefix){ .address = ip_of("1.2.3.4"), .bits = 33 };
    assert_false(prefix_has_bits(&p));
    assert_false(prefix_covers(&p, &p.address));
    p = (struct prefix){ .address = ip_of("::1"), .bits = 129 };
    assert_false(prefix_has_bits(&p));
    assert_false(prefix_covers(&p, &p.address));
}

static void compares(void **state)
{
    struct ip a = ip_of("1.2.3.4"), b = ip_of("1.2.3.4"), none = { .family = IP_NONE }, six = ip_of("102:304::");

    (void)state;
    b.octets[4] = 1;   /* behind an IPv4 address: means nothing */
    assert_true(ip_same(&a, &b));
    assert_false(ip_same(&a, &six));
    assert_false(ip_same(&none, &none));
    b = ip_of("1.2.3.5");
    assert_false(ip_same(&a, &b));
}

static void writes_labels(void **state)
{
    struct ip four = ip_of("192.0.2.1"), six = ip_of("2001:db8::cb01"), none = { .family = IP_NONE };

    (void)state;
    is_text(text_add_ip_reversed, &four, "1.2.0.192");
    is_text(text_add_ip_dotted, &four, "192.0.2.1");
    is_text(text_add_ip_dotted, &six,   /* RFC 7208 7.4 */
            "2.0.0.1.0.d.b.8.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.c.b.0.1");
    is_text(text_add_ip_reversed, &six,
            "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2");
    is_text(text_add_ip, &none, "");
    is_text(text_add_ip_reversed, &none, "");
    is_text(text_add_ip_dotted, &none, "");
}

static void knows_special_addresses(void **state)
{
    static const struct { const char *ip; bool loopback, private; } vectors[] = {
        { "126.255.255.255", false, false }, { "127.0.0.0", true, true }, { "127.255.255.255", true, true },
        { "128.0.0.0", false, false }, { "0.0.0.0", false, true }, { "1.0.0.0", false, false },
        { "9.255.255.255", false, false }, { "10.0.0.0", false, true }, { "10.255.255.255", false, true },
        { "11.0.0.0", false, false }, { "172.15.255.255", false, false }, { "172.16.0.0", false, true },
        { "172.31.255.255", false, true }, { "172.32.0.0", false, false }, { "192.167.255.255", false, false },
        { "192.168.0.0", false, true }, { "192.168.255.255", false, true }, { "192.169.0.0", false, false },
        { "169.253.255.255", false, false }, { "169.254.0.0", false, true }, { "169.255.0.0", false, false },
        { "223.255.255.255", false, false }, { "224.0.0.0", false, true }, { "239.255.255.255", false, true },
        { "240.0.0.0", false, false }, { "192.0.2.1", false, false }, { "198.51.100.1", false, false },
        { "203.0.113.1", false, false },
        { "::", false, true }, { "::1", true, true }, { "::2", false, false }, { "2001:db8::1", false, false },
        { "fbff::", false, false }, { "fc00::", false, true }, { "fdff::", false, true }, { "fe00::", false, false },
        { "fe7f::", false, false }, { "fe80::1", false, true }, { "febf::", false, true }, { "fec0::", false, false },
        { "feff::", false, false }, { "ff00::", false, true }, { "ffff::", false, true },
        { "::ffff:127.0.0.1", true, true }, { "::ffff:10.0.0.1", false, true }, { "::ffff:8.8.8.8", false, false },
    };
    struct ip none = { .family = IP_NONE };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct ip ip = ip_of(vectors[i].ip);

        if (ip_is_loopback(&ip) != vectors[i].loopback || ip_is_private(&ip) != vectors[i].private)
            fail_msg("%s", vectors[i].ip);
    }
    assert_false(ip_is_loopback(&none) || ip_is_private(&none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses),
        cmocka_unit_test(each_family_has_its_own_text),
        cmocka_unit_test(writes_one_form),
        cmocka_unit_test(agrees_with_the_system),
        cmocka_unit_test(keeps_mapped_when_asked),
        cmocka_unit_test(reads_octets),
        cmocka_unit_test(reads_prefixes),
        cmocka_unit_test(covers),
        cmocka_unit_test(compares),
        cmocka_unit_test(writes_labels),
        cmocka_unit_test(knows_special_addresses),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
