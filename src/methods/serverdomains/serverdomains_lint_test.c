/* serverdomains_lint_test: what the server domains' lint says of records, good and bad. */
#include "methods/list.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "publish/test_lint.h"

#define MX "example.com. MX 10 mx.example.com.\n"
#define HOST "mx.example.com. A 192.0.2.1\n"
#define CSA(numbers, target) "_client._smtp.example.com. SRV " numbers " " target "\n"
#define CSA_MX "_client._smtp.mx.example.com. SRV 1 2 0 mx.example.com.\n"

static void csa(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        { MX HOST, "0" },
        { MX HOST CSA("1 1 1", "example.com.") CSA_MX, "2 mx.example.com" },
        { MX HOST CSA_MX, "1 mx.example.com" },
        { MX HOST CSA("1 3 0", "example.com."), "1" },
        { "example.com. MX 10 mx.isp.example.\n_client._smtp.mx.isp.example. SRV 9 9 9 mx.isp.example.\n", "0" },
        { CSA("2 2 0", "mx.example.com.") HOST, "1 error:other-version" },
        { CSA("1 4 0", "mx.example.com.") HOST, "1 error:bad-weight" },
        { CSA("1 0 0", "mx.example.com.") HOST, "1 warning:weight-zero" },
        { CSA("1 1 2", "mx.example.com.") HOST, "1 warning:unknown-bits" },
        { CSA("1 2 0", "mx.example.com.") CSA("1 1 0", "example.com.") HOST, "2 error:conflict" },
        { CSA("1 2 0", "."), "1 error:no-target" },
        { CSA("1 2 0", "mx.example.com."), "1 warning:host-without-address mx.example.com" },
        { CSA("1 1 1", "example.com.") MX HOST, "1 note:host-not-listed" },
        { CSA("1 2 0", "1.example.") CSA("1 2 0", "2.example.") CSA("1 2 0", "3.example.") CSA("1 2 0", "4.example.") CSA("1 2 0", "5.example.")
          CSA("1 2 0", "6.example.") CSA("1 2 0", "7.example.") CSA("1 2 0", "8.example.") CSA("1 2 0", "9.example.") CSA("1 2 0", "10.example.")
          CSA("1 2 0", "11.example."), "11 error:too-many-targets" },
        { "; servfail example.com MX\n", "0 unknown:dns-failed" },
        { "; servfail _client._smtp.example.com SRV\n", "0 unknown:dns-failed" },
        { CSA("1 2 0", "mx.example.com.") "; timeout mx.example.com A\n", "1 unknown:dns-failed mx.example.com" },
    };
    assert_lint_cases(&csa_method, "example.com", "", "", cases, COUNT_OF(cases));
}

#define MSD(host, items) "_serves._smtp." host ". TXT \"v=msd1" items "\"\n"
#define ENTRY(name, word) name "._serves._smtp.mx.example.com. TXT \"v=msd1 " word "\"\n"
#define MSD_RR "methods: { msd: { rr_type = 65282; }; };"

static void msd(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        { MX HOST, "0" },
        { MX MSD("mx.example.com", " d:example.com only"), "1" },
        { MX MSD("mx.example.com", " factored only") ENTRY("example.com", "yes"), "2" },
        { MX MSD("mx.example.com", " factored") "_ha379a6f6eeafb9a55e378c118034e2751e682fab._serves._smtp.mx.example.com. TXT \"v=msd1 yes\"\n",
                 "2" },
        { MSD("example.com", " d:*.customer.example"), "1" },
        { MX MSD("mx.example.com", " d:other.example only"), "1 warning:not-served" },
        { MX MSD("mx.example.com", " factored"), "1 warning:not-served" },
        { MX MSD("mx.example.com", " factored") ENTRY("example.com", "no"), "2 warning:not-served" },
        { MX MSD("mx.example.com", " factored") ENTRY("example.com", "perhaps"), "2 error:bad-item warning:not-served" },
        { MX MSD("mx.example.com", " factored") ENTRY("example.com", "yes no"), "2 error:bad-entry warning:not-served" },
        { MX MSD("mx.example.com", " factored") ENTRY("*", "yes"), "2 warning:wildcard" },
        { MSD("example.com", " all"), "1 warning:serves-anybody" },
        { MSD("example.com", " only"), "1 note:serves-nobody" },
        { MSD("example.com", " frob"), "1 error:bad-item" },
        { MSD("example.com", " d:a..b"), "1 error:bad-name" },
        { MSD("example.com", " all") MSD("example.com", " only"), "2 error:several-records" },
        { "; servfail example.com MX\n", "0 unknown:dns-failed" },
        { "; servfail _serves._smtp.example.com TXT\n", "0 unknown:dns-failed" },
        { MX MSD("mx.example.com", " factored") ENTRY("example.com", "yes") "; timeout _any._serves._smtp.mx.example.com TXT\n",
                 "2 unknown:dns-failed" },
    };
    static const struct lint_case types[] = {
        { "example.com. TYPE65282 \\# 3 010500\n", "1 note:serves-nobody" },
        { "example.com. TYPE65282 \\# 4 01050101\n", "1 error:bad-data" },
        { "example.com. TYPE65282 \\# 2 0101\n", "1 error:cut" },
        { "example.com. TYPE65282 \\# 3 010500\n" MSD("example.com", " all"), "2 note:serves-nobody" },
    };
    assert_lint_cases(&msd_method, "example.com", "", "", cases, COUNT_OF(cases));
    assert_lint_cases(&msd_method, "example.com", MSD_RR, "", types, COUNT_OF(types));
}

static void msd_many(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct text zone = text_in(a, 60000);
    text_add_str(&zone, "_serves._smtp.example.com. TXT ( \"v=msd1\"");
    for (unsigned i = 0; i < 1025; i++)
        text_addf(&zone, " \" d:%u.example\"", i);
    text_addf(&zone, ")\n%c", '\0');
    assert_lint_cases(&msd_method, "example.com", "", "", &(struct lint_case){ (const char *)zone.at, "1 error:too-many-items" }, 1);
    arena_free(a);
}

#define NO4(name) "*.ipv4.relays._email_." name ". A 0.0.0.0\n"
#define NO6(name) "*.ipv6.relays._email_." name ". AAAA ::\n"
#define RELAY "192_0_2_1.ipv4.relays._email_.mx.example.com. A 192.0.2.1\n"

static void drip(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        { MX HOST, "0" },
        { "*.example.com. A 192.0.2.80\n" MX HOST, "0" },
        { MX HOST RELAY NO4("mx.example.com") NO6("mx.example.com") NO4("example.com") NO6("example.com"), "5 mx.example.com" },
        { MX HOST RELAY, "1 mx.example.com" },
        { NO4("example.com"), "1 warning:one-family" },
        { NO6("example.com"), "1 warning:one-family" },
        { MX HOST NO4("mx.example.com") NO6("mx.example.com"), "2 note:own-address" },
        { NO4("example.com") NO6("example.com") "*.ipv4.relays._email_.example.com. A 192.0.2.9\n", "3 error:several-addresses" },
        { "; servfail example.com MX\n", "0 unknown:dns-failed" },
        { "; servfail relays._email_.example.com A\n", "0 unknown:dns-failed" },
        { "; servfail 255_255_255_255.ipv4.relays._email_.example.com A\n", "0 unknown:dns-failed" },
        { MX HOST "; servfail 192_0_2_1.ipv4.relays._email_.mx.example.com A\n", "0 unknown:dns-failed" },
    };
    assert_lint_cases(&drip_method, "example.com", "", "", cases, COUNT_OF(cases));
}

#define MARK(name, text) "_send._smtp._srv." name " TXT \"" text "\"\n"

static void mtamark(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        { "", "0" },
        { MARK("2.0.192.in-addr.arpa.", "0"), "1" },
        { MARK("2.0.192.in-addr.arpa.", "yes"), "1 warning:other-value" },
        { MARK("2.0.192.in-addr.arpa.", "0") MARK("2.0.192.in-addr.arpa.", "1"), "2 warning:several-records" },
        { "; servfail _send._smtp._srv.2.0.192.in-addr.arpa TXT\n", "0 unknown:dns-failed" },
    };
    static const struct lint_case wide[] = { { MARK("8.b.d.0.1.0.0.2.ip6.arpa.", "0"), "1" } };
    static const struct lint_case odd[] = { { MARK("b.d.0.1.0.0.2.ip6.arpa.", "0"), "1 warning:never-asked" } };
    static const struct lint_case top[] = { { MARK("in-addr.arpa.", "0"), "1 warning:never-asked" } };
    static const struct lint_case mail[] = { { MARK("example.com.", "yes"), "0" } };
    assert_lint_cases(&mtamark_method, "2.0.192.in-addr.arpa", "", "", cases, COUNT_OF(cases));
    assert_lint_cases(&mtamark_method, "8.b.d.0.1.0.0.2.ip6.arpa", "", "", wide, COUNT_OF(wide));
    assert_lint_cases(&mtamark_method, "b.d.0.1.0.0.2.ip6.arpa", "", "", odd, COUNT_OF(odd));
    assert_lint_cases(&mtamark_method, "in-addr.arpa", "", "", top, COUNT_OF(top));
    assert_lint_cases(&mtamark_method, "example.com", "", "", mail, COUNT_OF(mail));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(csa), cmocka_unit_test(msd), cmocka_unit_test(msd_many), cmocka_unit_test(drip), cmocka_unit_test(mtamark),
    };
    return crypto_start() == STATUS_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
