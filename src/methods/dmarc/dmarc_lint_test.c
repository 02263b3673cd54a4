#include "methods/dmarc/dmarc_lint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "methods/dmarc/dmarc.h"
#include "publish/test_lint.h"

#define O "_dmarc.example.com"
#define R(text) O ". TXT \"" text "\"\n"
#define RECORD(text) "record " O " TXT " text "\n"
#define RUA "rua=mailto:d@example.com"
#define NO_REPORTS "note no-reports " O ": there is no rua=: nobody reports who sends with this domain\n"
#define NONE "note policy-none " O ": p=none asks for reports only: nobody is stopped\n"
#define COUNTS " is neither none, quarantine nor reject: the record counts as p=none, or without rua= for nothing -> correct it"

static const struct { const char *zone, *said; } vectors[] = {
    { "", "" },
    { "_dmarc.example.com. TXT \"something else\"\n", "" },
    { R("v=DMARC1; p=reject; " RUA), RECORD("v=DMARC1; p=reject; " RUA) "merits 0xc\n" },
    { R("v=DMARC1; p=quarantine; adkim=s; " RUA), RECORD("v=DMARC1; p=quarantine; adkim=s; " RUA) "merits 0x2c\n" },
    { R("v=DMARC1; p=none"), RECORD("v=DMARC1; p=none") NONE NO_REPORTS "merits 0x4\n" },
    { R("v=DMARC1; p=reject; t=y; " RUA), RECORD("v=DMARC1; p=reject; t=y; " RUA)
      "note testing " O ": t=y: receivers apply the policy one step less strictly (RFC 9989 4.7)\nmerits 0x4\n" },
    /* records that do not count */
    { R("v=DMARC1; p=none") R("v=DMARC1; p=reject"), RECORD("v=DMARC1; p=none") RECORD("v=DMARC1; p=reject")
      "error several-records " O ": several DMARC records: receivers take none (RFC 9989 4.10) -> leave one of them\n" },
    { R("v=dmarc1; p=none"), RECORD("v=dmarc1; p=none")
      "error not-a-record " O ": a record does not begin with \"v=DMARC1\", in these letters: receivers do not see it -> let it begin with "
                              "\"v=DMARC1;\"\n" },
    { R("v=DMARC1; p=none; p=reject"), RECORD("v=DMARC1; p=none; p=reject")
      "error malformed " O ": a tag occurs twice, or there are too many: receivers do not take the record -> leave each tag once\n" },
    { "; servfail " O " TXT\n", "unknown dns-failed " O ": DNS did not answer for TXT (servfail)\n" },
    { "; servfail _dmarc.com TXT\n",
      "unknown dns-failed example.com: DNS did not answer for a name above: the organizational domain is not known\n" },
    /* policies */
    { R("v=DMARC1; " RUA), RECORD("v=DMARC1; " RUA)
      "error policy-missing " O ": there is no p=: receivers take the record for p=none -> add p=none, p=quarantine or p=reject\nmerits 0x4\n" },
    { R("v=DMARC1; p=block"), RECORD("v=DMARC1; p=block") "error policy-unusable " O ": p=" COUNTS "\n" NO_REPORTS },
    { R("v=DMARC1; p=reject; sp=x; " RUA),
      RECORD("v=DMARC1; p=reject; sp=x; " RUA) "error policy-unusable " O ": sp= or np=" COUNTS ", or remove it\nmerits 0x4\n" },
    { R("v=DMARC1; p=reject; sp=none; " RUA), RECORD("v=DMARC1; p=reject; sp=none; " RUA)
      "warning subdomains-weaker " O ": sp= is weaker than p=: whoever invents a subdomain gets by -> let sp= be as strict as p=, or remove "
                                     "it\nmerits 0xc\n" },
    { R("v=DMARC1; p=reject; np=quarantine; " RUA), RECORD("v=DMARC1; p=reject; np=quarantine; " RUA)
      "warning nonexistent-weaker " O ": np= is weaker than what holds for other subdomains, and no mail comes from names that do not exist -> let "
                                      "np= be reject\nmerits 0xc\n" },
    /* tags */
    { R("v=DMARC1; p=reject; pct=50; ri=3600; " RUA), RECORD("v=DMARC1; p=reject; pct=50; ri=3600; " RUA)
      "note tag-gone " O ": \"pct\" is gone in RFC 9989: receivers that follow it apply the policy to all messages; t=y asks for less\n"
      "note tag-gone " O ": \"ri\" is gone in RFC 9989\nmerits 0xc\n" },
    { R("v=DMARC1; p=reject; rau=mailto:x@example.com; " RUA), RECORD("v=DMARC1; p=reject; rau=mailto:x@example.com; " RUA)
      "warning unknown-tag " O ": \"rau\" is no tag of DMARC: receivers pass over it -> correct or remove it\nmerits 0xc\n" },
    { R("v=DMARC1; p=reject; nonsense; " RUA), RECORD("v=DMARC1; p=reject; nonsense; " RUA)
      "warning syntax " O ": \"nonsense; " RUA "\" is no tag=value: receivers pass over it, or over the record -> correct the record from there "
                                               "on\nmerits 0xc\n" },
    /* reports */
    { R("v=DMARC1; p=reject; rua=mailto:d@other.example"), RECORD("v=DMARC1; p=reject; rua=mailto:d@other.example")
      "warning report-unauthorised " O ": other.example does not say that it takes reports about this domain: none are sent there (RFC 9990 4) -> "
      "ask other.example to publish at example.com._report._dmarc.other.example TXT \"v=DMARC1;\"\nmerits 0xc\n" },
    { R("v=DMARC1; p=reject; rua=mailto:d@other.example!10m") "example.com._report._dmarc.other.example. TXT \"v=DMARC1;\"\n",
      RECORD("v=DMARC1; p=reject; rua=mailto:d@other.example!10m") "merits 0xc\n" },
    { R("v=DMARC1; p=reject; rua=mailto:d@sub.example.com, https://x.example/"),
      RECORD("v=DMARC1; p=reject; rua=mailto:d@sub.example.com, https://x.example/")
      "warning report-address " O ": \"https://x.example/\" is no mailto: address, and reports are sent to nothing else -> write "
                                  "mailto:box@domain\nmerits 0xc\n" },
};

static void lints(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++)
        assert_lint(&dmarc_method, "example.com", "", vectors[i].zone, vectors[i].said);
}

/* The walk: what holds for a subdomain is said of the name where it stands. */
static void inherited(void **state)
{
    (void)state;
    assert_lint(&dmarc_method, "a.b.example.com", "", R("v=DMARC1; p=reject; sp=quarantine; " RUA),
                RECORD("v=DMARC1; p=reject; sp=quarantine; " RUA) "note inherited " O ": the policy of the organizational domain holds\n"
                "warning subdomains-weaker " O ": sp= is weaker than p=: whoever invents a subdomain gets by -> let sp= be as strict as p=, or "
                                               "remove it\nmerits 0xc\n");
    assert_lint(&dmarc_method, "a.b.example.com", "", R("v=DMARC1; p=reject; sp=none; rua=mailto:x@example.com,mailto:y@far.example"),
                RECORD("v=DMARC1; p=reject; sp=none; "
                       "rua=mailto:x@example.com,mailto:y@far.example") "note inherited " O ": the policy of the organizational domain holds\n"
                "warning subdomains-weaker " O ": sp= is weaker than p=: whoever invents a subdomain gets by -> let sp= be as strict as p=, or "
                                               "remove it\n"
                "warning report-unauthorised " O ": far.example does not say that it takes reports about this domain: none are sent there (RFC 9990 "
                                                 "4) -> "
                "ask far.example to publish at example.com._report._dmarc.far.example TXT \"v=DMARC1;\"\nmerits 0x4\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(lints), cmocka_unit_test(inherited) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
