/* callerid_lint_test: what Caller ID's lint says of records, good and bad. */
#include "methods/callerid/callerid.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "publish/test_lint.h"

#define TXT(text) "_ep.example.com. TXT \"" text "\"\n"
#define EP "<ep xmlns='http://ms.net/1'>"
#define OUT(inner) TXT(EP "<out>" inner "</out></ep>")
#define M(inner) OUT("<m>" inner "</m>")
#define HOST "out.example.com. A 192.0.2.7\n"
#define MX "example.com. MX 10 out.example.com.\n"

static void codes(void **state)
{
    (void)state;
    static const struct lint_case cases[] = {
        { "example.com. TXT \"v=spf1 -all\"\n", "0" },
        { "*.example.com. TXT \"v=spf1 -all\"\n", "0" },
        { M("<a>192.0.2.1</a><r>192.0.2.64/26</r><r>!192.0.2.70/32</r><a>out.example.com</a>") HOST, "1 192.0.2.1/32 192.0.2.64/26 out.example.com" },
        { TXT("02</m></out></ep>") TXT("01" EP "<out><m><a>192.0.2.1</a>"), "2 192.0.2.1/32" },
        { OUT("<m/>") MX HOST, "1 out.example.com" },
        { M("<mx/>") MX HOST, "1 out.example.com" },
        { OUT("<noMailServers/>"), "1" },
        { M("<indirect>isp.example</indirect>") "_ep.isp.example. TXT \"" EP "<out><m><a>192.0.2.9</a></m></out></ep>\"\n", "1" },
        { M("<indirect>isp.example</indirect>") "isp.example. MX 10 out.example.com.\n" HOST, "1 out.example.com" },
        /* as a whole */
        { TXT("<other/>"), "1 error:not-a-policy" },
        { TXT("<ep"), "1 error:bad-xml" },
        { TXT("<!DOCTYPE x>" EP "</ep>"), "1 error:bad-xml" },
        { OUT("<n/>"), "1 error:bad-element" },
        { TXT(EP "<out/><out/></ep>"), "1 error:element-twice" },
        { OUT("text"), "1 error:bad-text" },
        { TXT("<ep xmlns='http://ms.net/1' testing='maybe'></ep>"), "1 error:bad-boolean" },
        { TXT(EP "<in><hashedPuzzle nMin='x'/></in></ep>"), "1 error:bad-number" },
        { M("<a>a..b</a>"), "1 error:bad-a" },
        { M("<r>192.0.2.0/33</r>"), "1 error:bad-range" },
        { M("<indirect>a..b</indirect>"), "1 error:bad-name" },
        { TXT(EP "<scope/></ep>"), "1 error:bad-scope" },
        { TXT("01" EP) TXT("01</ep>"), "2 error:same-mark" },
        { TXT("0") TXT("01" EP "</ep>"), "2 error:no-mark" },
        { TXT("<ep xmlns='http://ms.net/1' testing='true'><out><m><a>192.0.2.1</a></m></out></ep>"), "1 warning:testing 192.0.2.1/32" },
        { TXT(EP "<scope><domain>other.example</domain></scope><out><noMailServers/></out></ep>"), "1 error:out-of-scope" },
        { TXT(EP "<scope><domain>example.com</domain></scope><out><noMailServers/></out></ep>"), "1" },
        { TXT(EP "<out directOnly='true'/></ep>"), "1 warning:says-nothing" },
        { M("<mx>1.example</mx><mx>2.example</mx><mx>3.example</mx><mx>4.example</mx><mx>5.example</mx><mx>6.example</mx><mx>7.example</mx>"
            "<mx>8.example</mx><mx>9.example</mx><mx>10.example</mx>"),
          "1 warning:over-quota warning:no-mx warning:no-mx warning:no-mx warning:no-mx "
            "warning:no-mx warning:no-mx warning:no-mx warning:no-mx warning:no-mx warning:no-mx" },
        /* one entry */
        { M("<a>192.0.2.1</a><a>192.0.2.2</a><r>!192.0.2.1/32</r>"), "1 warning:never-matches 192.0.2.2/32" },
        { M("<indirect>example.com</indirect>"), "1 error:indirect-loop" },
        { M("<indirect>isp.example</indirect>") "_ep.isp.example. TXT \"<ep\"\n", "1 error:indirect-broken" },
        { M("<indirect>isp.example</indirect>"), "1 warning:no-mx" },
        { M("<r>0.0.0.0/0</r>"), "1 error:everybody 0.0.0.0/0" },
        { M("<r>11.0.0.0/8</r>"), "1 warning:wide-network 11.0.0.0/8" },
        { M("<a>10.0.0.1</a>"), "1 warning:private-network 10.0.0.1/32" },
        { M("<a>out.example.com</a>"), "1 warning:host-without-address out.example.com" },
        { M("<a/>") "example.com. A 192.0.2.1\n", "1 example.com" },
        { "; servfail _ep.example.com TXT\n", "0 unknown:dns-failed" },
        { M("<indirect>isp.example</indirect>") "; servfail _ep.isp.example TXT\n", "1 unknown:dns-failed" },
        { M("<mx/>") "; timeout example.com MX\n", "1 unknown:dns-failed" },
    };
    assert_lint_cases(&callerid_method, "example.com", "", "", cases, COUNT_OF(cases));
}

static void long_ones(void **state)
{
    (void)state;
    struct arena *a = arena_new(8 << 20);
    struct text record = text_in(a, 60000), items = text_in(a, 1 << 20);
    text_add_str(&record, "_ep.example.com. TXT (");
    for (unsigned i = 0; i < 9; i++)
        text_addf(&record, " \"%0250u\"", i);
    text_addf(&record, ")\n%c", '\0');
    text_add_str(&items, "_ep.example.com. TXT \"01" EP "<out><m>\"\n_ep.example.com. TXT \"zz</m></out></ep>\"\n");
    for (unsigned i = 0; i < 20; i++) {
        text_addf(&items, "_ep.example.com. TXT ( \"%02u\"", i + 2);
        for (unsigned k = 0; k < 10; k++) {
            text_add_str(&items, " \"");
            for (unsigned n = 0; n < 34; n++)
                text_add_str(&items, "<mx/>");
            text_add_str(&items, "\"");
        }
        text_add_str(&items, ")\n");
    }
    text_addf(&items, "%c", '\0');
    const struct lint_case cases[] = {
        { (const char *)record.at, "1 error:record-too-long" },
        { (const char *)items.at, "22 error:too-many-items" },
    };
    assert_lint_cases(&callerid_method, "example.com", "", "", cases, COUNT_OF(cases));
    arena_free(a);
}

static void sentences(void **state)
{
    (void)state;
    assert_lint(&callerid_method, "example.com", "", TXT("<!DOCTYPE x>" EP "</ep>"),
                "record _ep.example.com TXT <!DOCTYPE x><ep xmlns='http://ms.net/1'></ep>\n"
                "error bad-xml _ep.example.com: the document has a document type (octet 11)"
                " -> repair the document: receivers take one with a mistake for nothing\n");
}

int main(void)
{
    static const struct CMUnitTest tests[] = { cmocka_unit_test(codes), cmocka_unit_test(long_ones), cmocka_unit_test(sentences) };
    return crypto_start() == STATUS_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
