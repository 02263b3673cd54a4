/* dmp_lint_test: what DMP's lint says of records, good and bad. */
#include "methods/dmp/dmp.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "publish/test_lint.h"

#define PART "_smtp-client.example.com. TXT \"dmp=\"\n"
#define DENY "*._smtp-client.example.com. TXT \"dmp=deny\"\n"
#define ONE "1.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\n"

static void codes(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        { "example.com. TXT \"v=spf1 -all\"\n", "0" },
        { "*.example.com. TXT \"v=spf1 -all\"\n", "0" },
        { "*.example.com. A 192.0.2.1\n", "0" },
        { PART DENY ONE, "2" },
        { PART DENY, "2 note:lists-nobody" },
        { PART ONE, "1 note:no-default" },
        { PART, "1 note:no-default note:lists-nobody" },
        { "_smtp-client.example.com. TXT \"dmp=yes\"\n", "1 error:bad-record" },
        { "_smtp-client.example.com. TXT \"dmp=allow\"\n", "1 error:misplaced" },
        { "_smtp-client.example.com. TXT \"dmp=host\"\n", "1 warning:extension-only" },
        { "_smtp-client.example.com. TXT \"dmp=altdomain:b.example.,c.example.\"\n" PART DENY ONE "_smtp-client.b.example. TXT \"dmp=\"\n",
          "3 warning:altdomain-silent" },
        { PART "*._smtp-client.example.com. TXT \"dmp=allow\"\n", "2 error:global-wildcard" },
        { PART DENY "*.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\n", "3 warning:everybody" },
        { PART DENY "*.ip6._smtp-client.example.com. TXT \"dmp=allow\"\n", "3 warning:everybody" },
        { DENY ONE, "1 error:no-participation" },
        { "; servfail _smtp-client.example.com TXT\n", "0 unknown:dns-failed" },
        { PART "; timeout x.invalid-type._smtp-client.example.com TXT\n", "0 unknown:dns-failed" },
        { "_smtp-client.example.com. TXT \"dmp=altdomain:b.example\"\n" PART DENY ONE "; servfail _smtp-client.b.example TXT\n",
          "3 unknown:dns-failed" },
    };
    assert_lint_cases(&dmp_method, "example.com", "", "", cases, COUNT_OF(cases));
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(codes) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
