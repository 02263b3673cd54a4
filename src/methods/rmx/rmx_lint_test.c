/* rmx_lint_test: what RMX's lint says of records, good and bad. */
#include "methods/rmx/rmx.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "publish/test_lint.h"

#define DOMAIN "example.com"
#define RMX(text) "_rmx.example.com. TXT \"" text "\"\n"
#define HOST "out.example.com. A 192.0.2.7\n"
#define RR "methods: { rmx: { rr_type = 65280; }; };"

static void codes(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        /* not spoken */
        { "example.com. TXT \"v=spf1 -all\"\n", "0" },
        { "*.example.com. TXT \"v=spf1 -all\"\n", "0" },
        /* good */
        { RMX("!ipv4:192.0.2.66 ipv4:192.0.2.0/24 host:out.example.com") HOST, "1 192.0.2.0/24 out.example.com" },
        { RMX("unused:"), "1" },
        { RMX("apl:apl.example.com") "apl.example.com. APL !1:192.0.2.1/32 1:192.0.2.0/24\n", "1 192.0.2.0/24" },
        { RMX("mx:") "example.com. MX 10 out.example.com.\n" HOST, "1 out.example.com" },
        { RMX("domain:"), "1" },
        /* each mistake */
        { RMX("bogus:1"), "1 error:bad-tag" },
        { RMX("192.0.2.1"), "1 error:no-tag" },
        { RMX("ipv4:192.0.2"), "1 error:bad-address" },
        { RMX("ipv4:192.0.2.1/33"), "1 error:bad-length" },
        { RMX("host:a..b"), "1 error:bad-name" },
        { RMX("unused:x"), "1 error:bad-data" },
        { RMX("!unused:"), "1 error:bad-negation" },
        { RMX("apl:apl.example.com") "apl.example.com. APL \\# 3 000120\n", "1 error:bad-apl" },
        /* the list */
        { RMX("ipv4:192.0.2.1") RMX("ipv4:192.0.2.2"), "2 warning:several-records 192.0.2.1/32 192.0.2.2/32" },
        { RMX(""), "1 warning:grants-nobody" },
        { RMX("!ipv4:192.0.2.1"), "1 warning:grants-nobody" },
        { RMX("ipv4:192.0.2.1 unused:"), "1 warning:unused-and-hosts 192.0.2.1/32" },
        { RMX("ipv4:192.0.2.0/24 !ipv4:192.0.2.66"), "1 warning:never-reached 192.0.2.0/24" },
        { RMX("unused: ipv4:192.0.2.1"), "1 warning:unused-and-hosts warning:never-reached 192.0.2.1/32" },
        { RMX("domain:a.example domain:b.example domain:c.example domain:d.example domain:e.example domain:f.example"), "1 warning:over-quota" },
        { RMX("full: ipv4:192.0.2.1"), "1 note:full-addresses 192.0.2.1/32" },
        /* who sends */
        { RMX("ipv4:0.0.0.0/0"), "1 error:everybody 0.0.0.0/0" },
        { RMX("ipv4:11.0.0.0/8"), "1 warning:wide-network 11.0.0.0/8" },
        { RMX("ipv6:2001::/16"), "1 warning:wide-network 2001::/16" },
        { RMX("ipv4:10.0.0.0/16"), "1 warning:private-network 10.0.0.0/16" },
        { RMX("host:out.example.com"), "1 warning:host-without-address out.example.com" },
        { RMX("host:out.example.com") "out.example.com. A 10.0.0.1\n", "1 warning:private-host out.example.com" },
        { RMX("!host:out.example.com ipv4:192.0.2.1"), "1 192.0.2.1/32" },
        { RMX("apl:apl.example.com"), "1 warning:no-apl" },
        { RMX("mx:"), "1 warning:no-mx" },
        { RMX("mx:") "example.com. MX 0 .\n", "1 warning:no-mx" },
        { RMX("mx:") "example.com. MX 10 192.0.2.1.\nexample.com. MX 20 out.example.com.\n" HOST, "1 out.example.com" },
        /* DNS does not answer */
        { "; servfail _rmx.example.com TXT\n", "0 unknown:dns-failed" },
        { RMX("host:out.example.com") "; timeout out.example.com A\n", "1 unknown:dns-failed out.example.com" },
        { RMX("apl:apl.example.com") "; servfail apl.example.com APL\n", "1 unknown:dns-failed" },
        { RMX("mx:") "; servfail example.com MX\n", "1 unknown:dns-failed" },
    };
    assert_lint_cases(&rmx_method, DOMAIN, "", "", cases, COUNT_OF(cases));
}

static void codes_with_options(void **state)
{
    (void)state;
    static const struct lint_case legacy[] = { { RMX("192.0.2.1"), "1 192.0.2.1/32" } };
    static const struct lint_case both_forms[] = {
        { "example.com. TYPE65280 \\# 2 0118\n", "1 error:cut" },
        { RMX("ipv4:192.0.2.0/24") "example.com. TYPE65280 \\# 5 0118C00002\n", "2 192.0.2.0/24" },
        { RMX("ipv4:192.0.2.1") "example.com. TYPE65280 \\# 5 0118C00002\n", "2 warning:forms-differ 192.0.2.0/24" },
        { "example.com. TYPE65280 \\# 5 0118C00002\n", "1 192.0.2.0/24" },
        { "; servfail example.com TYPE65280\n", "0 unknown:dns-failed" },
    };
    assert_lint_cases(&rmx_method, DOMAIN, "methods: { rmx: { legacy = true; }; };", "", legacy, COUNT_OF(legacy));
    assert_lint_cases(&rmx_method, DOMAIN, RR, "", both_forms, COUNT_OF(both_forms));
}

static void many(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct text entries = text_in(a, 60000), hosts = text_in(a, 60000);
    text_add_str(&entries, "_rmx.example.com. TXT (");
    for (unsigned i = 0; i < PATH_ENTRIES_MAX + 1; i++)
        text_addf(&entries, " \"ipv4:192.0.2.%u \"", i);
    text_addf(&entries, ")\n%c", '\0');
    text_add_str(&hosts, RMX("mx:"));
    for (unsigned i = 0; i < 11; i++)
        text_addf(&hosts, "example.com. MX %u h%u.example.com.\nh%u.example.com. A 192.0.2.1\n", i, i, i);
    text_addf(&hosts, "%c", '\0');
    const struct lint_case cases[] = {
        { (const char *)entries.at, "1 error:too-many-entries" },
        { (const char *)hosts.at, "1 warning:many-mx-hosts h0.example.com h1.example.com h2.example.com h3.example.com h4.example.com h5.example.com "
                                  "h6.example.com h7.example.com h8.example.com h9.example.com" },
    };
    assert_lint_cases(&rmx_method, DOMAIN, "", "", cases, COUNT_OF(cases));
    arena_free(a);
}

static void sentences(void **state)
{
    (void)state;
    assert_lint(&rmx_method, DOMAIN, "", RMX("ipv4:192.0.2.0/24 !ipv4:192.0.2.66"),
                "record _rmx.example.com TXT ipv4:192.0.2.0/24 !ipv4:192.0.2.66\n"
                "warning never-reached _rmx.example.com: \"!ipv4:192.0.2.66\": never matches, as \"ipv4:192.0.2.0/24\" stands before it"
                " -> put it first, or take it out\n"
                "network 192.0.2.0/24\n");
    test_lint_options = RR;
    assert_lint(&rmx_method, DOMAIN, "", "example.com. TYPE65280 \\# 6 0118C0000206\n",
                "record example.com TYPE65280 ipv4:192.0.2.0/24 unused:\n"
                "warning unused-and-hosts example.com: \"unused:\" says that the domain never sends, and other entries say who sends"
                " -> take out \"unused:\", or all else\n"
                "network 192.0.2.0/24\n");
    assert_lint(&rmx_method, DOMAIN, "", "example.com. TYPE65280 \\# 1 7F\n",
                "record example.com TYPE65280 \\\\# 1 7f\nerror bad-tag example.com: no such tag -> use one of the tags ipv4:, ipv6:, host:, apl:,"
                " domain:, unused:, full: and mx:\n");
    test_lint_options = "";
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(codes), cmocka_unit_test(codes_with_options), cmocka_unit_test(many),
                                                                cmocka_unit_test(sentences) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
