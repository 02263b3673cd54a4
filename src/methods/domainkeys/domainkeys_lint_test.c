/* domainkeys_lint_test: what DomainKeys' lint says of records, good and bad. */
#include "methods/domainkeys/domainkeys.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "publish/test_lint.h"

#define K1024 \
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDO9rSgfYvHYD5elUZ1Vep7Gygfh4Hi/rv/JKsIXit1T6dQTy7RLXR6Q6JkzV+wT6J7ryq8LjN3XkCunVGL" \
    "1lINhaFtDvSFBAvXwcYlpx0sCXYY/kz9+sJvkFhpZd4OJ/UqHkQ0MOY74PwzYVBLbl/QJ2jhqFsT+P9CG32BvuAawQIDAQAB"
#define K1024_EVEN \
    "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDO9rSgfYvHYD5elUZ1Vep7Gygfh4Hi/rv/JKsIXit1T6dQTy7RLXR6Q6JkzV+wT6J7ryq8LjN3XkCunVGL" \
    "1lINhaFtDvSFBAvXwcYlpx0sCXYY/kz9+sJvkFhpZd4OJ/UqHkQ0MOY74PwzYVBLbl/QJ2jhqFsT+P9CG32BvuAawAIDAQAB"
/* A modulus of 8200 bits, nearly all of them 0. */
#define A39 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define A195 " \"" A39 A39 A39 A39 A39 "\""
#define LONG_KEY "s1._domainkey.example.com. TXT \"p=MIIEIzANBgkqhkiG9w0BAQEFAAOCBBAAMIIECwKCBAIAg\"" A195 A195 A195 A195 A195 A195 A195 " \"ECAwEAAQ==\"\n"
#define K768 \
    "MHwwDQYJKoZIhvcNAQEBBQADawAwaAJhAMg1LPXrdEQ8+NcrZ/imW/UL04nLcM1wZbStq1jW9mk5ge0ZTT6kvq/uCEFHh2+h2JQHSmSdMb7zMsSv8Y72SVUj" \
    "qcU0tmDDzZq9RNdPs5FycHf4Sorbbrdoz/02bzVWqwIDAQAB"
#define POLICY(text) "_domainkey.example.com. TXT \"" text "\"\n"
#define KEY(text) "s1._domainkey.example.com. TXT \"" text "\"\n"
#define SIGNS POLICY("o=~")

static void codes(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        { "example.com. A 192.0.2.1\n", "0" },
        { "*.example.com. TXT \"v=spf1 -all\"\n", "0" },
        { KEY("k=rsa; p=" K1024), "0" },             /* DKIM's, as far as anybody knows */
        { SIGNS KEY("k=rsa; p=" K1024), "2" },
        { SIGNS KEY("v=DKIM1; k=rsa; p=" K1024), "1" },
        { POLICY("frob"), "1 error:bad-policy" },
        { POLICY("o=!"), "1 error:bad-policy" },
        { POLICY("o=~") POLICY("o=~; n=twice"), "2 warning:several-policies" },
        { POLICY("t=y; o=~"), "1 warning:testing" },
        { POLICY("o=-"), "1 note:all-signed" },
        { SIGNS KEY("k=rsa; p=" K768), "2 warning:key-weak" },
        { SIGNS KEY("t=y; p=" K1024), "2 warning:key-testing" },
        { SIGNS KEY("g=*; p=" K1024), "2 warning:granularity" },
        { SIGNS KEY("p=" K1024) KEY("k=rsa; p=" K1024), "3 warning:several-keys" },
        { SIGNS KEY("p="), "2 note:key-revoked" },
        { SIGNS KEY("frob"), "2 error:key-syntax" },
        { SIGNS KEY("p=AAAA"), "2 error:key-data" },
        { SIGNS KEY("k=dsa; p=" K1024), "2 error:key-type" },
        { SIGNS KEY("p=" K1024_EVEN), "2 error:key-odd" },
        { SIGNS LONG_KEY, "2 error:key-too-long" },
        { "; servfail _domainkey.example.com TXT\n", "0 unknown:dns-failed" },
        { SIGNS "; timeout s1._domainkey.example.com TXT\n", "1 unknown:dns-failed" },
    };
    static const struct lint_case guessed[] = { { SIGNS "mail._domainkey.example.com. TXT \"p=" K768 "\"\n", "2 warning:key-weak" }, { SIGNS, "1" } };
    assert_lint_cases(&domainkeys_method, "example.com", "", "s1", cases, COUNT_OF(cases));
    assert_lint_cases(&domainkeys_method, "example.com", "", "", guessed, COUNT_OF(guessed));
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(codes) };
    return crypto_start() == STATUS_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
