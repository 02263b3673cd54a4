/* drip_test: the sheet's vectors and ours, through the engine; see method_vectors.h for what must hold for each. */
#include "methods/serverdomains/drip.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "fakes/method_vectors.h"
#include "methods/list.h"

#define HELO .helo = "S.EXAMPLE.COM"
#define AT(address) address ".IPv4.relays._email_."
#define DEFAULT "*.IPv4.relays._email_.example.com. A 0.0.0.0\n"
#define SIX "2001_0db8_0000_0000_0000_0000_0000_0025.IPv6.relays._email_."

static const struct vector vectors[] = {
    { "server-domains.md 10", .ip = "192.0.2.99", .zone = DEFAULT, HELO, .result = "fail", .reason = "parent-speaks",
      .questions = "A 192_0_2_99.ipv4.relays._email_.s.example.com, A 192_0_2_99.ipv4.relays._email_.example.com",
      .holds = { "\"identity\":\"helo\"", "\"domain\":\"s.example.com\"", "\"record\":\"0.0.0.0\"", "\"statement\":true" },
      .explain = "s.example.com: if this host is yours, publish the address 192.0.2.99 at 192_0_2_99.IPv4.relays._email_.s.example.com" },
    { "a relay", .zone = AT("192_0_2_1") "s.example.com. A 192.0.2.1\n", HELO, .result = "pass", .reason = "relay", .explain = "",
      .holds = { "\"record\":\"192.0.2.1\"" } },
    { "a wildcard default", .zone = "*.ipv4.relays._email_.s.example.com. A 0.0.0.0\n", HELO, .result = "fail", .reason = "no-relay",
      .explain = "s.example.com: if this host is yours, publish the address 192.0.2.1 at 192_0_2_1.IPv4.relays._email_.s.example.com" },
    { "another address", .zone = AT("192_0_2_1") "s.example.com. A 192.0.2.2\n", HELO, .result = "fail", .reason = "no-relay" },
    { "several addresses say nothing", .zone = AT("192_0_2_1") "s.example.com. A 192.0.2.1\n" AT("192_0_2_1") "s.example.com. A 192.0.2.2\n", HELO,
      .result = "none", .reason = "no-record", .lacks = "\"statement\"" },
    { "... then the parent speaks", .zone = AT("192_0_2_1") "s.example.com. A 192.0.2.1\n" AT("192_0_2_1") "s.example.com. A 192.0.2.2\n" DEFAULT, HELO,
      .result = "fail", .reason = "parent-speaks" },
    { "another type says nothing", .zone = AT("192_0_2_1") "s.example.com. TXT \"x\"\n", HELO, .result = "none" },
    { "a parent's yes is no either", .zone = AT("192_0_2_1") "example.com. A 192.0.2.1\n", HELO, .result = "fail", .reason = "parent-speaks" },
    { "nothing", .zone = "$TTL 300\n", HELO, .result = "none", .reason = "no-record", .explain = "" },
    { "the question fails", .zone = "; servfail 192_0_2_1.ipv4.relays._email_.s.example.com\n" DEFAULT, HELO, .result = "temperror", .reason = "dns-failed" },
    { "the parent fails", .zone = "; timeout 192_0_2_1.ipv4.relays._email_.example.com\n", HELO, .result = "temperror" },
    { "a parent fails, another speaks", .zone = "; timeout 192_0_2_1.ipv4.relays._email_.b.example.com\n" DEFAULT, .helo = "a.b.example.com", .result = "fail" },
    { "never a top-level domain", .zone = "*.ipv4.relays._email_.com. A 0.0.0.0\n", HELO, .result = "none" },
    { "IPv6", .ip = "2001:db8::25", .zone = SIX "s.example.com. AAAA 2001:db8::25\n", HELO, .result = "pass",
      .questions = "AAAA 2001_0db8_0000_0000_0000_0000_0000_0025.ipv6.relays._email_.s.example.com" },
    { "IPv6, the default", .ip = "2001:db8::25", .zone = "*.ipv6.relays._email_.s.example.com. AAAA ::\n", HELO, .result = "fail" },
    { "mapped", .ip = "::ffff:192.0.2.1", .zone = AT("192_0_2_1") "s.example.com. A 192.0.2.1\n", HELO, .result = "pass" },
    { "an address literal", .zone = DEFAULT, .helo = "[192.0.2.1]", .result = "none", .reason = "no-identity", .questions = "" },
    { "one label", .zone = "*.ipv4.relays._email_.localhost. A 0.0.0.0\n", .helo = "localhost", .result = "none", .reason = "no-identity", .questions = "" },
    { "unknown client: no subject", .ip = "", .zone = DEFAULT, HELO, .result = "none", .reason = "no-subject", .questions = "" },
    { "exempt", .conf = "internal_networks = [ \"192.0.2.0/24\" ];", .zone = DEFAULT, HELO, .result = "policy", .reason = "exempt", .questions = "" },
};

static void all_vectors(void **state) { (void)state; vectors_play(&drip_method, 0, vectors, COUNT_OF(vectors)); }

static void builds_names(void **state)
{
    static const struct { const char *ip, *domain, *name; } names[] = {
        { "192.0.2.10", "mx.example", "192_0_2_10.IPv4.relays._email_.mx.example" },
        { "::ffff:192.0.2.10", "mx.example", "192_0_2_10.IPv4.relays._email_.mx.example" },
        { "::1", "mx.example", "0000_0000_0000_0000_0000_0000_0000_0001.IPv6.relays._email_.mx.example" },
        { "2001:db8:abcd::f", "b.c", "2001_0db8_abcd_0000_0000_0000_0000_000f.IPv6.relays._email_.b.c" },
    };
    static uint8_t giant[230];
    struct arena *a = arena_new(1u << 16);
    struct ip ip;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        assert_true(ip_parse(slice_str(names[i].ip), &ip));
        assert_true(slice_same(drip_name(a, &ip, slice_str(names[i].domain)), slice_str(names[i].name)));
    }
    for (size_t i = 0; i < sizeof giant; i++)
        giant[i] = i % 50 == 49 ? '.' : 'a';
    assert_int_equal(drip_name(a, &ip, slice_of(giant, sizeof giant)).len, 0);
    arena_free(a);
}

static void manual_has_the_options(void **state)
{
    (void)state;
    vectors_check_manual(&drip_method, __FILE__);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_vectors),
        cmocka_unit_test(builds_names),
        cmocka_unit_test(manual_has_the_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
