/* imx_lint_test: what IMX's lint says of records, good and bad. */
#include "methods/imx/imx.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "publish/test_lint.h"

#define IMX(items) "_imx.example.com. TXT \"v=imx1" items "\"\n"
#define MX "example.com. MX 10 mx.example.com.\n"
#define HOST "out.example.com. A 192.0.2.7\n"
#define RR "methods: { imx: { rr_type = 65281; }; };"
#define TEN " a:1.example a:2.example a:3.example a:4.example a:5.example a:6.example a:7.example a:8.example a:9.example a:10.example"
#define NINE_MX MX "example.com. MX 2 2.example.\nexample.com. MX 3 3.example.\nexample.com. MX 4 4.example.\nexample.com. MX 5 5.example.\n" \
    "example.com. MX 6 6.example.\nexample.com. MX 7 7.example.\nexample.com. MX 8 8.example.\nexample.com. MX 9 9.example.\n"
#define ADDRESSES "1.example. A 192.0.2.1\n2.example. A 192.0.2.2\n3.example. A 192.0.2.3\n4.example. A 192.0.2.4\n5.example. A 192.0.2.5\n" \
    "6.example. A 192.0.2.6\n7.example. A 192.0.2.7\n8.example. A 192.0.2.8\n9.example. A 192.0.2.9\n10.example. A 192.0.2.10\n"

static void codes(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        { MX, "0" },
        { "*.example.com. TXT \"v=spf1 -all\"\n", "0" },
        { IMX(" ip4:192.0.2.16/29 a:out.example.com only") MX HOST, "1 192.0.2.16/29 out.example.com" },
        { IMX(" none") MX, "1" },
        { IMX(" frob=1 ip4:192.0.2.18 only") MX, "1 192.0.2.18/32" },
        { IMX(" ip4:192.0.2.18") MX, "1 note:open-list 192.0.2.18/32" },
        { IMX(" none"), "1 note:lists-nobody" },
        { IMX(" frob"), "1 error:bad-item" },
        { IMX(" ip4:192.0.2"), "1 error:bad-address" },
        { IMX(" ip4:192.0.2.1/33"), "1 error:bad-length" },
        { IMX(" a:a..b"), "1 error:bad-name" },
        { IMX(TEN " a:11.example"), "1 error:too-many-names" },
        { IMX(" none ip4:192.0.2.1"), "1 error:none-and-hosts" },
        { IMX(" none") IMX(" only"), "2 error:several-records" },
        { IMX(TEN " only") NINE_MX ADDRESSES, "1 warning:over-quota 1.example 2.example 3.example 4.example 5.example 6.example 7.example 8.example "
                                              "9.example 10.example" },
        { IMX(" ip4:11.0.0.0/15 only") MX, "1 error:too-loose warning:wide-network 11.0.0.0/15" },
        { IMX(" ip4:0.0.0.0/0 only") MX, "1 error:too-loose error:everybody 0.0.0.0/0" },
        { IMX(" ip4:10.0.0.0/16 only") MX, "1 note:private-network" },
        { IMX(" a:out.example.com only") MX, "1 warning:host-without-address out.example.com" },
        { "; servfail _imx.example.com TXT\n", "0 unknown:dns-failed" },
        { IMX(" only ip4:192.0.2.1") "; timeout example.com MX\n", "1 unknown:dns-failed 192.0.2.1/32" },
        { IMX(" a:out.example.com only") MX "; timeout out.example.com A\n", "1 unknown:dns-failed out.example.com" },
    };
    static const struct lint_case types[] = {
        { MX "example.com. TYPE65281 \\# 9 010104 20C0000201 00\n", "1 error:bad-address" },
        { MX "example.com. TYPE65281 \\# 10 0101 0520C0000201 0500\n", "1 192.0.2.1/32" },
        { MX "example.com. TYPE65281 \\# 4 01050101\n", "1 error:bad-data" },
        { MX "example.com. TYPE65281 \\# 2 0101\n", "1 error:cut" },
        { MX IMX(" none") "example.com. TYPE65281 \\# 10 0101 0520C0000201 0500\n", "2 192.0.2.1/32" },
        { MX "; servfail example.com TYPE65281\n", "0 unknown:dns-failed" },
    };
    assert_lint_cases(&imx_method, "example.com", "", "", cases, COUNT_OF(cases));
    assert_lint_cases(&imx_method, "example.com", RR, "", types, COUNT_OF(types));
}

static void many(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct text zone = text_in(a, 60000);
    text_add_str(&zone, "_imx.example.com. TXT ( \"v=imx1\"");
    for (unsigned i = 0; i < IMX_ITEMS_MAX + 1; i++)
        text_addf(&zone, " \" ip4:192.0.2.%u\"", i);
    text_addf(&zone, ")\n%c", '\0');
    assert_lint_cases(&imx_method, "example.com", "", "", &(struct lint_case){ (const char *)zone.at, "1 error:too-many-items" }, 1);
    arena_free(a);
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(codes), cmocka_unit_test(many) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
