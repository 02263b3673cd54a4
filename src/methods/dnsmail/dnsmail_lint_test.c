/* dnsmail_lint_test: what DNS Mail's lint says of records, good and bad. */
#include "methods/dnsmail/dnsmail.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "publish/test_lint.h"

#define TXT(text) "dnsmail.example.com. TXT \"" text "\"\n"

static void codes(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        { "example.com. A 192.0.2.1\n", "0" },
        { "*.example.com. TXT \"v=spf1 -all\"\n*.example.com. TXT \"spf2.0/pra -all\"\n", "0" },
        { TXT("8.8.8.8, 2606:4700::1"), "1" },
        { TXT("8.8.8.8") TXT("9.9.9.9"), "2" },
        { TXT("ns.example.com"), "1 error:bad-list" },
        { TXT("8.8.8.8,ns.example.com") TXT("9.9.9.9"), "2 error:bad-list" },
        { TXT("127.0.0.1"), "1 error:never-asked" },
        { TXT("8.8.8.8,10.0.0.53"), "1 error:never-asked" },
        { TXT("8.0.0.1,8.0.0.2,8.0.0.3,8.0.0.4,8.0.0.5,8.0.0.6,8.0.0.7,8.0.0.8"), "1" },
        { TXT("8.0.0.1,8.0.0.2,8.0.0.3,8.0.0.4,8.0.0.5,8.0.0.6,8.0.0.7,8.0.0.8,8.0.0.9"), "1 warning:many-servers" },
        { "; servfail dnsmail.example.com TXT\n", "0 unknown:dns-failed" },
    };
    assert_lint_cases(&dnsmail_method, "example.com", "", "", cases, COUNT_OF(cases));
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(codes) };
    return crypto_start() == STATUS_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
