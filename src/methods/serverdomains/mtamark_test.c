/* mtamark_test: the sheet's vectors and ours, through the engine; see method_vectors.h for what must hold for each. */
#include "methods/serverdomains/mtamark.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "fakes/method_vectors.h"
#include "methods/list.h"

#define MARK "_send._smtp._srv."
#define CONF(line) "methods = { mtamark = { " line " }; };"
#define SIX "8.b.d.0.1.0.0.2.ip6.arpa"
#define SIX_64 "0.0.0.0.0.0.0.0." SIX
#define SIX_128 "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0." SIX_64

static const struct vector sheet[] = {
    { "server-domains.md 6", .ip = "10.0.0.1", .zone = MARK "1.0.0.10.in-addr.arpa. TXT \"1\"\n", .result = "pass", .reason = "mta", .explain = "",
      .holds = { "\"record_domain\":\"_send._smtp._srv.1.0.0.10.in-addr.arpa\"", "\"record\":\"1\"", "\"statement\":true", "\"identity\":\"client\"" },
      .questions = "TXT _send._smtp._srv.1.0.0.10.in-addr.arpa" },
    { "server-domains.md 7", .ip = "10.0.0.9", .zone = MARK "0.0.10.in-addr.arpa. TXT \"0\"\n", .result = "fail", .reason = "no-mta",
      .holds = { "\"record_domain\":\"_send._smtp._srv.0.0.10.in-addr.arpa\"", "\"statement\":true" },
      .explain = "10.0.0.9: if this host sends mail, publish the TXT record \"1\" at _send._smtp._srv.9.0.0.10.in-addr.arpa" },
    { "server-domains.md 8", .zone = MARK "1.2.0.192.in-addr.arpa. TXT \"yes\"\n", .result = "fail", .reason = "no-mta", .holds = { "\"record\":\"yes\"" } },
    { "server-domains.md 9", .ip = "2001:db8::25", .result = "none", .reason = "unmarked", .explain = "", .lacks = "\"statement\"",
      .questions = "TXT _send._smtp._srv." SIX_128 ", TXT _send._smtp._srv." SIX_64 ", TXT _send._smtp._srv." SIX },
};

static const struct vector more[] = {
    { "all four octets", .result = "none", .questions = "TXT _send._smtp._srv.1.2.0.192.in-addr.arpa, TXT _send._smtp._srv.2.0.192.in-addr.arpa, "
      "TXT _send._smtp._srv.0.192.in-addr.arpa, TXT _send._smtp._srv.192.in-addr.arpa" },
    { "the most specific mark counts", .zone = MARK "1.2.0.192.in-addr.arpa. TXT \"1\"\n" MARK "2.0.192.in-addr.arpa. TXT \"0\"\n" MARK "192.in-addr.arpa. TXT \"0\"\n",
      .result = "pass" },
    { "... also against one", .zone = MARK "2.0.192.in-addr.arpa. TXT \"0\"\n" MARK "0.192.in-addr.arpa. TXT \"1\"\n", .result = "fail" },
    { "a /16", .zone = MARK "0.192.in-addr.arpa. TXT \"1\"\n", .result = "pass" },
    { "a /8", .zone = MARK "192.in-addr.arpa. TXT \"0\"\n", .result = "fail" },
    { "IPv6 /128", .ip = "2001:db8::25", .zone = MARK SIX_128 ". TXT \"1\"\n" MARK SIX ". TXT \"0\"\n", .result = "pass" },
    { "IPv6 /64", .ip = "2001:db8::25", .zone = MARK SIX_64 ". TXT \"1\"\n", .result = "pass" },
    { "IPv6 /32", .ip = "2001:db8::25", .zone = MARK SIX ". TXT \"0\"\n", .result = "fail",
      .explain = "2001:db8::25: if this host sends mail, publish the TXT record \"1\" at _send._smtp._srv." SIX_128 },
    { "IPv6 /48 is no level", .ip = "2001:db8::25", .zone = MARK "0.0.0.0." SIX ". TXT \"1\"\n", .result = "none" },
    { "mapped client", .ip = "::ffff:192.0.2.1", .zone = MARK "1.2.0.192.in-addr.arpa. TXT \"1\"\n", .result = "pass" },
    { "empty text is 0", .zone = MARK "1.2.0.192.in-addr.arpa. TXT \"\"\n", .result = "fail" },
    { "blanks are 0", .zone = MARK "1.2.0.192.in-addr.arpa. TXT \" 1\"\n", .result = "fail" },
    { "01 is 0", .zone = MARK "1.2.0.192.in-addr.arpa. TXT \"01\"\n", .result = "fail" },
    { "joined strings", .zone = MARK "1.2.0.192.in-addr.arpa. TXT \"\" \"1\"\n", .result = "pass" },
    { "several: the first in octet order", .zone = MARK "1.2.0.192.in-addr.arpa. TXT \"1\"\n" MARK "1.2.0.192.in-addr.arpa. TXT \"0\"\n", .result = "fail",
      .holds = { "\"record\":\"0\"" } },
    { "several, 1 before another", .zone = MARK "1.2.0.192.in-addr.arpa. TXT \"x\"\n" MARK "1.2.0.192.in-addr.arpa. TXT \"1\"\n", .result = "pass" },
    { "a level fails before the mark", .zone = "; servfail _send._smtp._srv.1.2.0.192.in-addr.arpa\n" MARK "2.0.192.in-addr.arpa. TXT \"1\"\n",
      .result = "temperror", .reason = "dns-failed" },
    { "a level fails behind the mark", .zone = "; servfail _send._smtp._srv.192.in-addr.arpa\n" MARK "2.0.192.in-addr.arpa. TXT \"1\"\n", .result = "pass" },
    { "a level is late", .zone = "; timeout _send._smtp._srv.192.in-addr.arpa\n", .result = "temperror" },
    { "unmarked = yes", .conf = CONF("unmarked = \"yes\";"), .result = "pass", .reason = "unmarked-yes", .lacks = "\"statement\"", .explain = "" },
    { "unmarked = no", .conf = CONF("unmarked = \"no\";"), .result = "fail", .reason = "unmarked-no", .lacks = "\"statement\"",
      .explain = "192.0.2.1: if this host sends mail, publish the TXT record \"1\" at _send._smtp._srv.1.2.0.192.in-addr.arpa" },
    { "unmarked changes no mark", .conf = CONF("unmarked = \"no\";"), .zone = MARK "192.in-addr.arpa. TXT \"1\"\n", .result = "pass" },
    { "unknown client: no subject", .ip = "", .result = "none", .reason = "no-subject", .questions = "" },
    { "exempt", .conf = "internal_networks = [ \"192.0.2.0/24\" ];", .result = "policy", .reason = "exempt", .questions = "" },
};

static void sheet_vectors(void **state) { (void)state; vectors_play(&mtamark_method, 0, sheet, COUNT_OF(sheet)); }
static void further_vectors(void **state) { (void)state; vectors_play(&mtamark_method, 0, more, COUNT_OF(more)); }

static void survives_printing(void **state)
{
    (void)state;
    for (enum mtamark mark = MTAMARK_NO_MTA; mark <= MTAMARK_MTA; mark++) {
        char room[4];
        struct text t = text_fixed(room, sizeof room);
        text_add_mtamark(&t, mark);
        assert_int_equal(mtamark_parse(text_slice(&t)), mark);
    }
}

static void prints_as_experimental(void **state)
{
    (void)state;
    struct player *p = player_new(&mtamark_method, SLICE("authres = { legacy = true; };"));
    player_zone(p, SLICE(MARK "1.2.0.192.in-addr.arpa. TXT \"1\"\n"));
    struct played r = player_play(p, &(struct play){ .ip = SLICE("192.0.2.1"), .from = SLICE("u@example.com") });
    assert_true(slice_same(r.authentication_results, SLICE(PLAYER_RECEIVER "; x-mtamark=pass policy.iprev=192.0.2.1")));
    r = player_play(p, &(struct play){ .ip = SLICE("198.51.100.1"), .from = SLICE("u@example.com") });
    assert_true(slice_same(r.authentication_results, SLICE(PLAYER_RECEIVER "; none")));
    player_free(p);
}

static void manual_has_the_options(void **state)
{
    (void)state;
    vectors_check_manual(&mtamark_method, __FILE__);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sheet_vectors),
        cmocka_unit_test(further_vectors),
        cmocka_unit_test(survives_printing),
        cmocka_unit_test(prints_as_experimental),
        cmocka_unit_test(manual_has_the_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
