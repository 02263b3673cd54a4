/* named_test.c: who is asked by name, at which port; the administrator's list. */
#include "dns/named.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void servers(void **state)
{
    (void)state;
    static const struct { const char *address; uint16_t port; } vectors[] = {
        { "192.0.2.53", 53 }, { "198.51.100.1", 53 }, { "8.8.8.8", 53 }, { "2001:db8::53", 53 }, { "2a00:1450::1", 53 },
        { "126.255.255.255", 53 }, { "128.0.0.1", 53 }, { "9.255.255.255", 53 }, { "11.0.0.0", 53 }, { "172.15.255.255", 53 }, { "172.32.0.0", 53 },
        { "100.63.255.255", 53 }, { "100.128.0.0", 53 }, { "192.0.1.255", 53 }, { "223.255.255.255", 53 }, { "198.17.255.255", 53 }, { "198.20.0.0", 53 },
        { "127.0.0.1", 0 }, { "127.255.255.255", 0 }, { "0.0.0.0", 0 }, { "0.1.2.3", 0 }, { "10.1.2.3", 0 }, { "172.16.0.1", 0 },
        { "172.31.255.255", 0 }, { "192.168.1.1", 0 }, { "169.254.169.254", 0 }, { "100.64.0.1", 0 }, { "192.0.0.8", 0 }, { "192.88.99.1", 0 },
        { "198.18.0.1", 0 }, { "198.19.255.255", 0 }, { "224.0.0.1", 0 }, { "239.1.1.1", 0 }, { "240.0.0.1", 0 }, { "255.255.255.255", 0 },
        { "::", 0 }, { "::1", 0 }, { "::192.0.2.1", 0 }, { "::ffff:10.0.0.1", 0 }, { "::ffff:192.0.2.53", 53 }, { "64:ff9b::a00:1", 0 },
        { "64:ff9b:1::1", 0 }, { "100::1", 0 }, { "2001::1", 0 }, { "2001:1ff:ffff::1", 0 }, { "2001:200::1", 53 }, { "2002:a00:1::1", 0 },
        { "1fff:ffff::1", 0 }, { "2000::1", 53 }, { "3fff:ffff::1", 53 }, { "4000::1", 0 }, { "fc00::1", 0 }, { "fdff::1", 0 }, { "fe80::1", 0 },
        { "fec0::1", 0 }, { "ff02::1", 0 },
    };
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct ip ip;
        assert_true(ip_parse(slice_str(vectors[i].address), &ip));
        if (named_port(NULL, &ip) != vectors[i].port)
            fail_msg("%s: port %u", vectors[i].address, (unsigned)named_port(NULL, &ip));
    }
    assert_int_equal(named_port(NULL, &(struct ip){ .family = IP_NONE }), 0);
}

/* However an address is written into the octets of IPv6, it is not reached through them. */
static void mapped_octets_are_not_asked(void **state)
{
    (void)state;
    struct ip ip = { .octets = { [10] = 0xff, 0xff, 10, 0, 0, 1 }, .family = IP_V6 };
    assert_int_equal(named_port(NULL, &ip), 0);
}

static void entries(void **state)
{
    (void)state;
    static const struct { const char *text; bool good; uint16_t port; unsigned bits; } vectors[] = {
        { "10.0.0.53", true, 0, 32 }, { "10.0.0.0/8", true, 0, 8 }, { "127.0.0.1:5353", true, 5353, 32 }, { "::1", true, 0, 128 },
        { "fd00::/8", true, 0, 8 }, { "[::1]:5353", true, 5353, 128 }, { "127.0.0.1:65535", true, 65535, 32 },
        { "", false, 0, 0 }, { "10.0.0.0/8:53", false, 0, 0 }, { "[fd00::/8]:53", false, 0, 0 }, { "127.0.0.1:", false, 0, 0 },
        { "127.0.0.1:0", false, 0, 0 }, { "127.0.0.1:65536", false, 0, 0 }, { "[::1]", false, 0, 0 }, { "[::1]53", false, 0, 0 },
        { "[::1", false, 0, 0 }, { "[", false, 0, 0 }, { "[]:53", false, 0, 0 }, { "localhost", false, 0, 0 }, { "10.0.0.0/33", false, 0, 0 },
        { "127.0.0.1:53:53", false, 0, 0 }, { "127.0.0.1:+5", false, 0, 0 },
    };
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct named_entry e;
        bool good = named_entry_parse(slice_str(vectors[i].text), &e);
        if (good != vectors[i].good || (good && (e.port != vectors[i].port || e.network.bits != vectors[i].bits)))
            fail_msg("\"%s\"", vectors[i].text);
    }
}

static void the_list_decides_first(void **state)
{
    (void)state;
    static const struct { const char *address; uint16_t port; } vectors[] = {
        { "10.0.0.1", 53 }, { "10.0.0.2", 5300 }, { "10.0.1.1", 0 }, { "127.0.0.1", 5353 }, { "127.0.0.2", 0 }, { "::1", 5354 },
        { "192.0.2.53", 53 }, { "192.0.2.54", 54 },
    };
    static const char *const texts[] = { "10.0.0.2:5300", "10.0.0.0/24", "127.0.0.1:5353", "[::1]:5354", "192.0.2.54:54", "127.0.0.1:9999" };
    struct named_list list = { .count = 0 };
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        assert_true(named_list_add(&list, slice_str(texts[i])));
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct ip ip;
        assert_true(ip_parse(slice_str(vectors[i].address), &ip));
        assert_int_equal(named_port(&list, &ip), vectors[i].port);
        assert_int_equal(named_listed(&list, &ip), vectors[i].port != 0 && !slice_same(slice_str(vectors[i].address), SLICE("192.0.2.53")));
    }
    assert_false(named_list_add(&list, SLICE("x")));
    while (list.count < NAMED_ENTRIES_MAX)
        assert_true(named_list_add(&list, SLICE("10.1.1.1")));
    assert_false(named_list_add(&list, SLICE("10.1.1.1")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(servers), cmocka_unit_test(mapped_octets_are_not_asked), cmocka_unit_test(entries), cmocka_unit_test(the_list_decides_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
