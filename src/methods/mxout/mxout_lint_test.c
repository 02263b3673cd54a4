/* mxout_lint_test: what mxout's lint says of records, good and bad. */
#include "methods/mxout/mxout.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "publish/test_lint.h"

#define MX(preference, host) "example.com. MX " preference " " host ".\n"
#define HOSTS "mx.example.com. A 192.0.2.1\nout.example.com. A 192.0.2.7\n"

static void codes(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        { "example.com. A 192.0.2.1\n", "0" },
        { MX("10", "mx.example.com") HOSTS, "1" },
        { MX("10", "mx.example.com") MX("65535", "out.example.com") HOSTS, "2 out.example.com" },
        { "example.com. MX 0 .\n", "1 note:null-mx" },
        { MX("10", "192.0.2.1"), "1 error:mx-is-address" },
        { MX("65535", "out.example.com") HOSTS, "1 error:all-send-only out.example.com" },
        { MX("10", "mx.example.com") MX("65535", "out.example.com"), "2 warning:host-without-address out.example.com" },
        { MX("10", "mx.example.com") MX("65535", "out.example.com") "out.example.com. A 10.0.0.1\n", "2 warning:private-host out.example.com" },
        { MX("1", "a.example") MX("2", "a.example") MX("3", "a.example") MX("4", "a.example") MX("5", "a.example") MX("6", "a.example")
          MX("7", "a.example") MX("8", "a.example") MX("9", "a.example") MX("10", "a.example") MX("65535", "out.example.com") HOSTS,
          "11 warning:many-mx-hosts out.example.com" },
        { "; servfail example.com MX\n", "0 unknown:dns-failed" },
        { MX("10", "mx.example.com") MX("65535", "out.example.com") "; timeout out.example.com AAAA\n", "2 unknown:dns-failed out.example.com" },
    };
    assert_lint_cases(&mxout_method, "example.com", "", "", cases, COUNT_OF(cases));
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(codes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
