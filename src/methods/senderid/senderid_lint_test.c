/* senderid_lint_test: what Sender ID's lint says of records, good and bad. */
#include "methods/senderid/senderid.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "publish/test_lint.h"

#define TXT(text) "example.com. TXT \"" text "\"\n"
#define PRA(terms) TXT("spf2.0/pra " terms)
#define HOST "out.example.com. A 192.0.2.7\n"

static void codes(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        { "example.com. A 192.0.2.1\n", "0" },
        { TXT("something else"), "0" },
        { TXT("v=spf1 -all") PRA("ip4:192.0.2.0/24 a:out.example.com mx -all") "example.com. MX 10 out.example.com.\n" HOST,
              "1 192.0.2.0/24 out.example.com" },
        { TXT("spf2.0/mfrom,pra ip4:192.0.2.1 ~ip4:10.0.0.1 a:%{i}.example.com -all"), "1 192.0.2.1/32" },
        { PRA("include:b.example redirect=c.example") "b.example. TXT \"v=spf1 -all\"\nc.example. TXT \"spf2.0/pra -all\"\n", "1" },
        { TXT("v=spf1 mx -all"), "0 note:spf-stands-in" },
        { TXT("v=spf1 -all"), "0" },
        { TXT("v=spf1 mx -all") TXT("spf2.0/mfrom ip4:192.0.2.1 -all"), "1 note:spf-stands-in 192.0.2.1/32" },
        { TXT("spf2.0/prattle +all"), "1 error:no-scope" },
        { PRA("-all") PRA("?all"), "2 error:several-records" },
        { PRA("frob -all"), "1 error:unknown-mechanism" },
        { PRA("ip4:192.0.2 -all"), "1 error:bad-address" },
        { PRA("+all"), "1 error:everybody" },
        { PRA("ip4:0.0.0.0/0 -all"), "1 error:everybody 0.0.0.0/0" },
        { PRA("ip6:2001::/16 -all"), "1 warning:wide-network 2001::/16" },
        { PRA("ip4:10.0.0.0/16 -all"), "1 warning:private-network 10.0.0.0/16" },
        { PRA("a -all"), "1 warning:host-without-address example.com" },
        { PRA("mx -all"), "1 warning:no-mx" },
        { PRA("include:b.example -all"), "1 error:no-such-record" },
        { PRA("redirect=b.example"), "1 error:no-such-record" },
        { PRA("exists:1.example exists:2.example exists:3.example exists:4.example exists:5.example exists:6.example exists:7.example "
              "exists:8.example exists:9.example exists:10.example redirect=b.example") "b.example. TXT \"v=spf1 -all\"\n",
          "1 error:too-many-terms" },
        { "; servfail example.com TXT\n", "0 unknown:dns-failed" },
        { PRA("include:b.example -all") "; timeout b.example TXT\n", "1 unknown:dns-failed" },
    };
    static const struct lint_case types[] = {
        { TXT("v=spf1 -all") "example.com. SPF \"spf2.0/pra ip4:192.0.2.1 -all\"\n", "1 192.0.2.1/32" },
        { PRA("ip4:192.0.2.1 -all"), "1 192.0.2.1/32" },
    };
    assert_lint_cases(&senderid_method, "example.com", "", "", cases, COUNT_OF(cases));
    assert_lint_cases(&senderid_method, "example.com", "methods: { senderid: { ask_type_spf = true; }; };", "", types, COUNT_OF(types));
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(codes) };
    return crypto_start() == STATUS_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
