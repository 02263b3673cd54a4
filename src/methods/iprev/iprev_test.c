/* iprev_test: RFC 8601 section 3 and 2.7.3; see method_vectors.h for what must hold for each vector. */
#include "methods/iprev/iprev.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "fakes/method_vectors.h"
#include "methods/list.h"
#include "methods/path.h"

#define PTR "1.2.0.192.in-addr.arpa. PTR "
#define SIX "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR "

static const struct vector vectors[] = {
    { "confirmed", .zone = PTR "a.example.\na.example. A 192.0.2.1\n", .result = "pass", .reason = "confirmed",
      .holds = { "\"names\":[\"a.example\"]", "\"confirmed\":\"a.example\"", "\"identity\":\"client\"" }, .explain = "",
      .questions = "PTR 1.2.0.192.in-addr.arpa, A a.example" },
    { "one of several addresses", .zone = PTR "a.example.\na.example. A 192.0.2.9\na.example. A 192.0.2.1\n", .result = "pass" },
    { "one of several names", .zone = PTR "a.example.\n" PTR "b.example.\nb.example. A 192.0.2.1\n", .result = "pass", .holds = { "\"confirmed\":\"b.example\"" } },
    { "through aliases", .zone = "1.2.0.192.in-addr.arpa. CNAME 1.0-25.2.0.192.in-addr.arpa.\n1.0-25.2.0.192.in-addr.arpa. PTR a.example.\n"
                                 "a.example. CNAME b.example.\nb.example. A 192.0.2.1\n", .result = "pass" },
    { "IPv6", .ip = "2001:db8::1", .zone = SIX "a.example.\na.example. AAAA 2001:db8::1\n", .result = "pass" },
    { "IPv6: A records do not count", .ip = "2001:db8::1", .zone = SIX "a.example.\na.example. A 192.0.2.1\n", .result = "fail" },
    { "IPv4-mapped", .ip = "::ffff:192.0.2.1", .zone = PTR "a.example.\na.example. A 192.0.2.1\n", .result = "pass" },
    { "no PTR", .zone = "$TTL 300\n", .result = "permerror", .reason = "no-name",
      .explain = "192.0.2.1: give this address a PTR record whose name has this address" },
    { "NODATA for PTR", .zone = "1.2.0.192.in-addr.arpa. TXT \"x\"\n", .result = "permerror", .reason = "no-name" },
    { "the name leads elsewhere", .zone = PTR "a.example.\na.example. A 192.0.2.9\n", .result = "fail", .reason = "not-confirmed", .lacks = "\"confirmed\":",
      .explain = "192.0.2.1: give this address a PTR record whose name has this address" },
    { "the name has no address", .zone = PTR "a.example.\n", .result = "fail", .reason = "not-confirmed" },
    { "PTR fails", .zone = "; servfail 1.2.0.192.in-addr.arpa\n", .result = "temperror", .reason = "ptr-failed" },
    { "PTR is late", .zone = "; timeout 1.2.0.192.in-addr.arpa\n", .result = "temperror", .reason = "ptr-failed" },
    { "a name fails before one that is good", .zone = PTR "a.example.\n" PTR "b.example.\n; servfail a.example\nb.example. A 192.0.2.1\n", .result = "pass" },
    { "a name fails behind one that is good", .zone = PTR "a.example.\n" PTR "b.example.\n; servfail b.example\na.example. A 192.0.2.1\n", .result = "pass" },
    { "a name fails, none is good", .zone = PTR "a.example.\n" PTR "b.example.\n; servfail a.example\nb.example. A 192.0.2.9\n", .result = "temperror",
      .reason = "names-failed" },
    { "a name of odd octets", .zone = PTR "a\\027\\;b.example.\na\\027\\;b.example. A 192.0.2.1\n", .result = "pass", .holds = { "a\\\\x1b;b.example" } },
    { "exempt", .conf = "internal_networks = [ \"192.0.2.0/24\" ];", .result = "none", .reason = "exempt", .questions = "" },
    { "unknown client", .ip = "", .result = "none", .reason = "no-subject", .questions = "" },
};

static void names_of_the_client(void **state)
{
    (void)state;
    vectors_play(&iprev_method, 0, vectors, COUNT_OF(vectors));
}

/* Ten names are looked at, the first by name, whatever the order of arrival. */
static void has_a_bound(void **state)
{
    (void)state;
    for (unsigned good = PATH_NAMES_MAX - 2; good <= PATH_NAMES_MAX; good++) {
        struct arena *a = arena_new(1u << 20);
        struct player *p = player_new(&iprev_method, SLICE(""));
        struct text t = text_in(a, 1u << 14);
        for (unsigned i = 30; i-- > 0;)
            text_addf(&t, PTR "n%02u.example.\n", i);
        text_addf(&t, "n%02u.example. A 192.0.2.1\n", good);
        player_zone(p, text_slice(&t));
        struct played r = player_play(p, &(struct play){ .ip = SLICE("192.0.2.1"), .helo = SLICE("h.example") });
        assert_true(slice_same(fact_text(r.facts, "result"), good < PATH_NAMES_MAX ? SLICE("pass") : SLICE("fail")));
        assert_true(r.asked <= 1 + PATH_NAMES_MAX);
        player_free(p);
        arena_free(a);
    }
}

static void prints_the_address(void **state)
{
    static const struct { const char *ip, *zone, *field; } cases[] = {
        { "192.0.2.1", PTR "a.example.\na.example. A 192.0.2.1\n", PLAYER_RECEIVER "; iprev=pass policy.iprev=192.0.2.1" },
        { "192.0.2.1", "$TTL 300\n", PLAYER_RECEIVER "; iprev=permerror policy.iprev=192.0.2.1" },
        { "2001:db8::1", "$TTL 300\n", PLAYER_RECEIVER "; iprev=permerror policy.iprev=\"2001:db8::1\"" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct player *p = player_new(&iprev_method, SLICE(""));
        player_zone(p, slice_str(cases[i].zone));
        struct played r = player_play(p, &(struct play){ .ip = slice_str(cases[i].ip), .helo = SLICE("h.example") });
        if (!slice_same(r.authentication_results, slice_str(cases[i].field)))
            fail_msg("%.*s", (int)r.authentication_results.len, (const char *)r.authentication_results.at);
        player_free(p);
    }
}

static void manual_has_the_options(void **state)
{
    (void)state;
    vectors_check_manual(&iprev_method, __FILE__);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_the_client),
        cmocka_unit_test(has_a_bound),
        cmocka_unit_test(prints_the_address),
        cmocka_unit_test(manual_has_the_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
