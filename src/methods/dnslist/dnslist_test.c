/*
 * dnslist_test: the sheet's vectors and ours, through the engine; see method_vectors.h for what must hold for each. Then
 * the reading of values and of lists, and what is looked after apart from messages.
 */
#include "methods/dnslist/dnslist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/provider.h"
#include "fakes/method_vectors.h"
#include "methods/dkim/test_mail.h"

#define LISTS(...) "methods = { dnslist = { lists = ( " __VA_ARGS__ " ); }; };"
#define BAD "\"bad.example\""
#define LIST(more) "{ name = \"l\"; zone = \"bad.example\"; " more " }"
#define NAMES(by) "{ zone = \"doms.example\"; by = \"" by "\"; }"
#define WHITE "{ name = \"wl\"; zone = \"white.example\"; kind = \"allow\"; trusted = true; }"

/* The test entries every list must have. */
#define GOOD(zone) "2.0.0.127." zone ". A 127.0.0.2\n"
#define GOOD6(zone) "2.0.0.0.0.0.f.7.f.f.f.f.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0." zone ". A 127.0.0.2\n"
#define GOODN(zone) "test." zone ". A 127.0.0.2\n"
#define HIT(zone) "99.2.0.192." zone ". A 127.0.0.2\n"
#define CLIENT .ip = "192.0.2.99"
#define SPF(domain) domain ". TXT \"v=spf1 ip4:192.0.2.99 -all\"\n"

/* ---- dnsbl.md, test vectors ---- */

static const struct vector sheet[] = {
    { "dnsbl.md 1", .conf = LISTS(BAD), CLIENT, .zone = GOOD("bad.example") HIT("bad.example"), .result = "fail", .reason = "listed",
      .holds = { "\"list\":\"bad.example\",\"listed\":true,\"codes\":[\"127.0.0.2\"]", "\"error\":null", "\"by\":\"address\"", "\"of\":\"192.0.2.99\"",
                 "\"text\":\"192.0.2.99 is on bad.example (127.0.0.2)\"" },
      .questions = "A 99.2.0.192.bad.example, A 2.0.0.127.bad.example, A 1.0.0.127.bad.example, TXT 99.2.0.192.bad.example",
      .explain = "192.0.2.99: find out why it is listed and stop that, then ask bad.example to take it off" },
    { "dnsbl.md 2", .conf = LISTS(BAD), CLIENT, .zone = GOOD("bad.example"), .result = "none", .reason = "not-listed",
      .holds = { "\"listed\":false,\"codes\":[]", "\"text\":\"192.0.2.99 is not on bad.example\"" }, .explain = "",
      .questions = "A 99.2.0.192.bad.example, A 2.0.0.127.bad.example, A 1.0.0.127.bad.example" },
    { "dnsbl.md 3: the bit", .conf = LISTS("\"bad.example=127.0.0.0&4\""), CLIENT, .zone = GOOD("bad.example") "99.2.0.192.bad.example. A 127.0.0.6\n",
      .result = "fail", .holds = { "\"codes\":[\"127.0.0.6\"]" } },
    { "dnsbl.md 3: exact", .conf = LISTS("\"bad.example=127.0.0.2\""), CLIENT, .zone = GOOD("bad.example") "99.2.0.192.bad.example. A 127.0.0.6\n",
      .result = "none", .reason = "other-values", .holds = { "\"listed\":false,\"codes\":[]", "with values that do not count here (127.0.0.6)" } },
    { "dnsbl.md 4", .conf = LISTS(BAD), CLIENT, .zone = GOOD("bad.example") "99.2.0.192.bad.example. A 203.0.113.1\n", .result = "none", .reason = "list-broken",
      .holds = { "\"listed\":false", "\"error\":\"list broken: it answers 203.0.113.1, which is outside 127.0.0.0/8\"" } },
    { "dnsbl.md 5", .conf = LISTS(BAD), CLIENT, .zone = GOOD("bad.example") "99.2.0.192.bad.example. A 127.255.255.254\n", .result = "temperror",
      .reason = "list-refuses", .holds = { "\"listed\":false", "\"error\":\"query refused (127.255.255.254)\"" } },
    { "dnsbl.md 6", .conf = LISTS(BAD), CLIENT, .zone = GOOD("bad.example") "; servfail 99.2.0.192.bad.example.\n", .result = "temperror", .reason = "dns-failed",
      .holds = { "\"listed\":false", "\"error\":\"no answer (servfail)\"" } },
    { "dnsbl.md 7", .conf = LISTS(BAD), CLIENT, .zone = GOOD("bad.example") HIT("bad.example") "1.0.0.127.bad.example. A 127.0.0.2\n", .result = "none",
      .reason = "list-broken", .holds = { "\"listed\":false,\"codes\":[]", "\"error\":\"list broken: 127.0.0.1 is listed\"" } },
    { "dnsbl.md 8", .conf = LISTS(BAD), CLIENT, .zone = HIT("bad.example"), .result = "none", .reason = "list-broken",
      .holds = { "\"error\":\"list broken: 127.0.0.2 is not listed\"" } },
    { "dnsbl.md 9", .conf = LISTS(NAMES("mailfrom")), .from = "u@spam.example", .zone = GOODN("doms.example") "spam.example.doms.example. A 127.0.0.2\n",
      .result = "fail", .holds = { "\"of\":\"spam.example\"", "\"by\":\"mailfrom\"" } },
    { "dnsbl.md 10: the block list is not asked", .conf = LISTS(BAD ", " WHITE), CLIENT, .zone = GOOD("bad.example") HIT("bad.example") GOOD("white.example") HIT("white.example"),
      .result = "none", .reason = "vouched", .holds = { "\"listed\":null,\"codes\":[]", "not asked: on a trusted list (wl)" } },
    { "dnsbl.md 10: the allow list passes", .conf = LISTS(BAD ", " WHITE), CLIENT, .zone = GOOD("bad.example") HIT("bad.example") GOOD("white.example") HIT("white.example"),
      .subject = 1, .result = "pass", .reason = "allowed", .explain = "" },
    { "dnsbl.md 11", .conf = LISTS("\"ugly.example.com\""), .ip = "2001:db8:1:2:3:4:567:89ab",
      .zone = GOOD6("ugly.example.com") "b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ugly.example.com. A 127.0.0.2\n", .result = "fail" },
    { "dnsbl.md 12", .conf = LISTS(BAD), .ip = "10.1.2.3", .zone = GOOD("bad.example") "3.2.1.10.bad.example. A 127.0.0.2\n", .result = "none",
      .reason = "nothing-to-ask", .holds = { "\"listed\":null" }, .questions = "" },
    { "dnsbl.md 13", .conf = LISTS("\"bad.example=127.0.1.2\""), CLIENT, .zone = GOOD("bad.example") "99.2.0.192.bad.example. A 127.0.1.1\n99.2.0.192.bad.example. A 127.0.1.2\n",
      .result = "fail", .holds = { "\"codes\":[\"127.0.1.1\",\"127.0.1.2\"]" } },
};

static void test_sheet(void **state)
{
    (void)state;
    vectors_play(&dnslist_method, 0, sheet, COUNT_OF(sheet));
}

/* ---- answers ---- */

static const struct vector answers[] = {
    { "the list's reason", .conf = LISTS(BAD), CLIENT, .zone = GOOD("bad.example") HIT("bad.example") "99.2.0.192.bad.example. TXT \"see http://bad.example/?192.0.2.99\"\n",
      .result = "fail", .holds = { "\"text\":\"see http://bad.example/?192.0.2.99\"" } },
    { "of several reasons one, whatever their order", .conf = LISTS(BAD), CLIENT, .zone = GOOD("bad.example") HIT("bad.example")
      "99.2.0.192.bad.example. TXT \"b\"\n99.2.0.192.bad.example. TXT \"a\"\n", .result = "fail", .holds = { "\"text\":\"a\"" } },
    { "a reason with octets that are not to be shown", .conf = LISTS(BAD), CLIENT, .zone = GOOD("bad.example") HIT("bad.example")
      "99.2.0.192.bad.example. TXT \"a\\013\\010b\\255\"\n", .result = "fail", .holds = { "\"text\":\"a??b?\"" } },
    { "the reason fails: still listed", .conf = LISTS(BAD), CLIENT, .zone = GOOD("bad.example") HIT("bad.example") "; servfail 99.2.0.192.bad.example. TXT\n",
      .result = "fail", .holds = { "\"listed\":true" } },
    { "no data is not listed", .conf = LISTS(BAD), CLIENT, .zone = GOOD("bad.example") "99.2.0.192.bad.example. TXT \"listed\"\n", .result = "none", .reason = "not-listed" },
    { "an alias", .conf = LISTS(BAD), CLIENT, .zone = GOOD("bad.example") "99.2.0.192.bad.example. CNAME yes.bad.example.\nyes.bad.example. A 127.0.0.3\n",
      .result = "fail", .holds = { "\"codes\":[\"127.0.0.3\"]" } },
    { "a bad value beside a good one", .conf = LISTS(BAD), CLIENT, .zone = GOOD("bad.example") HIT("bad.example") "99.2.0.192.bad.example. A 192.0.2.1\n",
      .result = "none", .reason = "list-broken" },
    { "127.0.0.1 is no listing", .conf = LISTS(BAD), CLIENT, .zone = GOOD("bad.example") "99.2.0.192.bad.example. A 127.0.0.1\n", .result = "none",
      .reason = "list-broken", .holds = { "it answers 127.0.0.1, which is no listing" } },
    { "refused beside a value", .conf = LISTS(BAD), CLIENT, .zone = GOOD("bad.example") HIT("bad.example") "99.2.0.192.bad.example. A 127.255.255.255\n",
      .result = "temperror", .reason = "list-refuses" },
    { "time-out", .conf = LISTS(BAD), CLIENT, .zone = GOOD("bad.example") "; timeout 99.2.0.192.bad.example.\n", .result = "temperror",
      .holds = { "\"error\":\"no answer (timeout)\"" } },
    { "an open relay", .conf = LISTS(LIST("kind = \"open-relay\";")), CLIENT, .zone = GOOD("bad.example") HIT("bad.example"), .result = "fail", .reason = "open-relay",
      .explain = "192.0.2.99 passes on anybody's mail: let it take mail for its own users and domains only, then ask bad.example to take it off" },
    { "a name of its own", .conf = LISTS(LIST("")), CLIENT, .zone = GOOD("bad.example") HIT("bad.example"), .result = "fail",
      .holds = { "\"list\":\"l\"", "\"zone\":\"bad.example\"" } },
    { "a mapped client is IPv4", .conf = LISTS(BAD), .ip = "::ffff:192.0.2.99", .zone = GOOD("bad.example") HIT("bad.example"), .result = "fail" },
    { "the second of three", .conf = LISTS("\"a.example\", " BAD ", \"c.example\""), CLIENT, .subject = 1,
      .zone = GOOD("a.example") GOOD("bad.example") GOOD("c.example") HIT("bad.example"), .result = "fail",
      .holds = { "\"list\":\"a.example\",\"listed\":false", "\"list\":\"bad.example\",\"listed\":true", "\"list\":\"c.example\",\"listed\":false" } },
    { "the same zone twice, asked once", .conf = LISTS("{ name = \"a\"; zone = \"bad.example=127.0.0.2\"; }, { name = \"b\"; zone = \"bad.example=127.0.0.4\"; }"), CLIENT,
      .zone = GOOD("bad.example") HIT("bad.example"), .result = "fail", .holds = { "\"list\":\"a\",\"listed\":true", "\"list\":\"b\",\"listed\":false" },
      .questions = "A 99.2.0.192.bad.example, A 2.0.0.127.bad.example, A 1.0.0.127.bad.example, TXT 99.2.0.192.bad.example" },
};

static void test_answers(void **state)
{
    (void)state;
    vectors_play(&dnslist_method, 0, answers, COUNT_OF(answers));
}

/* ---- in order or not (RFC 5782 5) ---- */

static const struct vector orders[] = {
    { "a list of the world", .conf = LISTS(BAD), CLIENT, .zone = "*.bad.example. A 127.0.0.2\n", .result = "none", .reason = "list-broken",
      .holds = { "127.0.0.1 is listed" } },
    { "parked", .conf = LISTS(BAD), CLIENT, .zone = "*.bad.example. A 203.0.113.7\n", .result = "none", .reason = "list-broken",
      .holds = { "it answers 203.0.113.7" } },
    { "gone: nothing is there", .conf = LISTS(BAD), CLIENT, .zone = "$TTL 300\n", .result = "none", .reason = "list-broken", .holds = { "127.0.0.2 is not listed" } },
    { "refuses everybody", .conf = LISTS(BAD), CLIENT, .zone = "*.bad.example. A 127.255.255.254\n", .result = "temperror", .reason = "list-refuses" },
    { "whether it is in order is not known: a listing is not believed", .conf = LISTS(BAD), CLIENT, .zone = HIT("bad.example") "; servfail 2.0.0.127.bad.example.\n",
      .result = "temperror", .reason = "dns-failed" },
    { "whether it is in order is not known: not listed", .conf = LISTS(BAD), CLIENT, .zone = "; servfail 2.0.0.127.bad.example.\n", .result = "none",
      .reason = "not-listed" },
    { "one entry fails, the other is wrong", .conf = LISTS(BAD), CLIENT,
      .zone = HIT("bad.example") "; servfail 2.0.0.127.bad.example.\n1.0.0.127.bad.example. A 127.0.0.2\n", .result = "none", .reason = "list-broken" },
    { "switched off", .conf = LISTS(LIST("self_test = false;")), CLIENT, .zone = HIT("bad.example"), .result = "fail",
      .questions = "A 99.2.0.192.bad.example, TXT 99.2.0.192.bad.example" },
    { "the test entry counts whatever values are wanted", .conf = LISTS("\"bad.example=127.0.0.9\""), CLIENT, .zone = GOOD("bad.example") "99.2.0.192.bad.example. A 127.0.0.9\n",
      .result = "fail" },
    { "IPv6 has its own entries", .conf = LISTS(BAD), .ip = "2001:db8::1", .zone = GOOD("bad.example")
      "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.bad.example. A 127.0.0.2\n", .result = "none", .reason = "list-broken",
      .holds = { "::ffff:127.0.0.2 is not listed" } },
    { "IPv6 not wanted", .conf = LISTS(LIST("ipv6 = false;")), .ip = "2001:db8::1", .zone = GOOD("bad.example"), .result = "none", .reason = "nothing-to-ask", .questions = "" },
    { "names have theirs", .conf = LISTS(NAMES("mailfrom")), .from = "u@spam.example", .zone = GOOD("doms.example") "spam.example.doms.example. A 127.0.0.2\n",
      .result = "none", .reason = "list-broken", .holds = { "test is not listed" } },
    { "the list of all names", .conf = LISTS(NAMES("mailfrom")), .from = "u@spam.example", .zone = "*.doms.example. A 127.0.0.2\n", .result = "none",
      .reason = "list-broken", .holds = { "invalid is listed" } },
};

static void a_list_that_is_not_in_order_says_nothing(void **state)
{
    (void)state;
    vectors_play(&dnslist_method, 0, orders, COUNT_OF(orders));
}

/* ---- who is asked about ---- */

#define LONG63 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct vector keys[] = {
    { "unknown client", .conf = LISTS(BAD), .ip = "", .zone = GOOD("bad.example"), .result = "none", .reason = "nothing-to-ask", .questions = "" },
    { "loopback", .conf = LISTS(BAD), .ip = "127.0.0.2", .zone = GOOD("bad.example"), .result = "none", .reason = "nothing-to-ask", .questions = "" },
    { "link-local", .conf = LISTS(BAD), .ip = "fe80::1", .zone = GOOD6("bad.example"), .result = "none", .reason = "nothing-to-ask", .questions = "" },
    { "internal network", .conf = "internal_networks = \"192.0.2.0/24\";" LISTS(BAD), CLIENT, .zone = GOOD("bad.example") HIT("bad.example"), .result = "policy",
      .reason = "exempt", .questions = "" },
    { "logged in", .conf = LISTS(BAD), CLIENT, .auth_user = "alice", .zone = GOOD("bad.example") HIT("bad.example"), .result = "policy", .reason = "exempt",
      .holds = { "\"listed\":null" }, .questions = "" },
    { "the null sender has no domain", .conf = LISTS(NAMES("mailfrom")), .from = "", .zone = GOODN("doms.example"), .result = "none", .reason = "nothing-to-ask" },
    { "an internationalised sender", .conf = LISTS(NAMES("mailfrom")), .from = "u@B\xc3\xbc" "CHER.example.",
      .zone = GOODN("doms.example") "xn--bcher-kva.example.doms.example. A 127.0.0.2\n", .result = "fail", .holds = { "\"of\":\"xn--bcher-kva.example\"" } },
    { "a name too long to be asked", .conf = LISTS(NAMES("mailfrom")), .from = "u@" LONG63 "." LONG63 "." LONG63 ".aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example",
      .zone = GOODN("doms.example"), .result = "none", .reason = "not-listed" },
    { "below a listed name: not without being told", .conf = LISTS(NAMES("mailfrom")), .from = "u@x.spam.example",
      .zone = GOODN("doms.example") "spam.example.doms.example. A 127.0.0.2\n", .result = "none", .reason = "not-listed" },
    { "the registrable domain", .conf = LISTS("{ zone = \"doms.example\"; by = \"mailfrom\"; parents = true; }"), .from = "u@a.b.spam.com",
      .zone = GOODN("doms.example") "spam.com.doms.example. A 127.0.0.2\n", .result = "fail", .holds = { "\"of\":\"spam.com\"" },
      .questions = "A a.b.spam.com.doms.example, A spam.com.doms.example, A test.doms.example, A invalid.doms.example, TXT spam.com.doms.example" },
    { "the exact name first", .conf = LISTS("{ zone = \"doms.example\"; by = \"mailfrom\"; parents = true; }"), .from = "u@a.spam.com",
      .zone = GOODN("doms.example") "spam.com.doms.example. A 127.0.0.2\na.spam.com.doms.example. A 127.0.0.3\n", .result = "fail", .holds = { "\"of\":\"a.spam.com\"" } },
    { "the exact name fails, the one above is listed", .conf = LISTS("{ zone = \"doms.example\"; by = \"mailfrom\"; parents = true; }"), .from = "u@a.spam.com",
      .zone = GOODN("doms.example") "spam.com.doms.example. A 127.0.0.2\n; servfail a.spam.com.doms.example.\n", .result = "fail" },
    { "the exact name fails, the one above is not listed", .conf = LISTS("{ zone = \"doms.example\"; by = \"mailfrom\"; parents = true; }"), .from = "u@a.spam.com",
      .zone = GOODN("doms.example") "; servfail a.spam.com.doms.example.\n", .result = "temperror" },
    { "HELO", .conf = LISTS(NAMES("helo")), .helo = "MX.spam.example", .zone = GOODN("doms.example") "mx.spam.example.doms.example. A 127.0.0.2\n", .result = "fail",
      .holds = { "\"by\":\"helo\"" } },
    { "an address literal in HELO", .conf = LISTS(NAMES("helo")), .helo = "[192.0.2.1]", .zone = GOODN("doms.example"), .result = "none", .reason = "nothing-to-ask" },
    { "HELO of one label", .conf = LISTS(NAMES("helo")), .helo = "localhost", .zone = GOODN("doms.example"), .result = "none", .reason = "nothing-to-ask" },
};

static void test_keys(void **state)
{
    (void)state;
    vectors_play(&dnslist_method, 0, keys, COUNT_OF(keys));
}

/* ---- allow lists ---- */

#define BOTH GOOD("bad.example") HIT("bad.example") GOOD("white.example")
#define UNTRUSTED "{ zone = \"white.example\"; kind = \"allow\"; }"

static const struct vector allowing[] = {
    { "not trusted: the block list speaks", .conf = LISTS(UNTRUSTED ", " BAD), CLIENT, .zone = BOTH HIT("white.example"), .subject = 1, .result = "fail" },
    { "not on the trusted list", .conf = LISTS(WHITE ", " BAD), CLIENT, .zone = BOTH, .subject = 1, .result = "fail" },
    { "the trusted list is broken", .conf = LISTS(WHITE ", " BAD), CLIENT, .zone = BOTH HIT("white.example") "1.0.0.127.white.example. A 127.0.0.2\n", .subject = 1,
      .result = "fail" },
    { "the trusted list refuses", .conf = LISTS(WHITE ", " BAD), CLIENT, .zone = BOTH "99.2.0.192.white.example. A 127.255.255.254\n", .subject = 1, .result = "fail" },
    { "the trusted list is not heard", .conf = LISTS(WHITE ", " BAD), CLIENT, .zone = BOTH "; servfail 99.2.0.192.white.example.\n", .subject = 1, .result = "temperror",
      .holds = { "listed, but a trusted list that may vouch did not answer" } },
    { "the trusted list is not heard, nothing is listed", .conf = LISTS(WHITE ", " BAD), CLIENT, .subject = 1, .result = "none", .reason = "not-listed",
      .zone = GOOD("bad.example") GOOD("white.example") "; servfail 99.2.0.192.white.example.\n" },
    { "a trusted list vouches for names too", .conf = LISTS(WHITE ", " NAMES("mailfrom")), CLIENT, .from = "u@spam.example", .subject = 1, .result = "none", .reason = "vouched",
      .zone = GOOD("white.example") HIT("white.example") GOODN("doms.example") "spam.example.doms.example. A 127.0.0.2\n" },
    { "the second trusted list vouches", .conf = LISTS(WHITE ", { zone = \"w2.example\"; kind = \"allow\"; trusted = true; }, " BAD), CLIENT, .subject = 2,
      .zone = BOTH GOOD("w2.example") HIT("w2.example"), .result = "none", .reason = "vouched", .holds = { "(w2.example)" } },
    { "a domain's list does not vouch for an address in time", .conf = LISTS("{ zone = \"white.example\"; by = \"authenticated\"; kind = \"allow\"; trusted = true; }, " BAD), CLIENT,
      .zone = BOTH, .subject = 1, .result = "fail" },
};

static void test_allowing(void **state)
{
    (void)state;
    vectors_play(&dnslist_method, 0, allowing, COUNT_OF(allowing));
}

/* ---- authenticated domains ---- */

static uint64_t with_spf_and_dkim(void)
{
    return (uint64_t)1 << method_index(&spf_method) | (uint64_t)1 << method_index(&dkim_method);
}

#define AUTH_LIST NAMES("authenticated")
#define DOMS GOODN("doms.example") "spam.example.doms.example. A 127.0.0.2\n"

static const struct vector by_spf[] = {
    { "SPF passes", .conf = LISTS(AUTH_LIST), CLIENT, .from = "u@spam.example", .zone = DOMS SPF("spam.example"), .result = "fail",
      .holds = { "\"by\":\"authenticated\"", "\"of\":\"spam.example\"" } },
    { "SPF fails: the domain is only claimed", .conf = LISTS(AUTH_LIST), CLIENT, .from = "u@spam.example", .zone = DOMS "spam.example. TXT \"v=spf1 -all\"\n",
      .result = "none", .reason = "nothing-to-ask" },
    { "SPF is not known", .conf = LISTS(AUTH_LIST), CLIENT, .from = "u@spam.example", .zone = DOMS "; servfail spam.example.\n", .result = "temperror", .reason = "dns-failed",
      .holds = { "which domains are authenticated is not known" } },
    { "a HELO name that passes is no sender", .conf = LISTS(AUTH_LIST), CLIENT, .helo = "spam.example", .from = "u@good.example", .zone = DOMS SPF("spam.example") SPF("good.example"),
      .result = "none", .reason = "not-listed", .holds = { "\"of\":\"good.example\"" } },
    { "the null sender is its HELO name", .conf = LISTS(AUTH_LIST), CLIENT, .helo = "spam.example", .from = "", .zone = DOMS SPF("spam.example"), .result = "fail" },
    { "an allow list of domains", .conf = LISTS("{ zone = \"doms.example\"; by = \"authenticated\"; kind = \"allow\"; }"), CLIENT, .from = "u@spam.example",
      .zone = DOMS SPF("spam.example"), .result = "pass" },
    { "a trusted one vouches for authenticated domains", CLIENT, .from = "u@spam.example", .subject = 1, .result = "none", .reason = "vouched",
      .conf = LISTS("{ zone = \"white.example\"; by = \"authenticated\"; kind = \"allow\"; trusted = true; }, " AUTH_LIST),
      .zone = DOMS SPF("spam.example") GOODN("white.example") "spam.example.white.example. A 127.0.0.2\n" },
};

static void test_by_spf(void **state)
{
    (void)state;
    vectors_play(&dnslist_method, with_spf_and_dkim(), by_spf, COUNT_OF(by_spf));
}

/* Seven signatures, the author's last: the bound must not keep it from being asked. */
static void test_by_dkim(void **state)
{
    static const char *const signers[] = { "a.example", "b.example", "c.example", "d.example", "e.example", "f.example", "spam.example" };
    struct arena *a = arena_new(1u << 24);
    struct slice mail = SLICE("From: x@spam.example\r\n\r\ntext\r\n");
    struct text zone = text_in(a, 1u << 16), tags = text_in(a, 512);
    (void)state;
    for (size_t i = COUNT_OF(signers); i-- > 0;) {
        text_reset(&tags);
        text_addf(&tags, "v=1; a=ed25519-sha256; d=%s; s=s; h=from; ", signers[i]);
        text_add_octet(&tags, '\0');
        mail = test_mail_signed(a, TEST_KEY_ED25519, SLICE("DKIM-Signature"), (const char *)tags.at, mail);
        text_addf(&zone, "s._domainkey.%s. TXT \"", signers[i]);
        text_add(&zone, test_key_record(a, TEST_KEY_ED25519, ""));
        text_add_str(&zone, "\"\n");
    }
    text_add_str(&zone, DOMS);
    text_add_octet(&zone, '\0');
    struct text header = text_in(a, 1u << 16);
    for (size_t i = 0; i + 3 < mail.len && !slice_starts(slice_from(mail, i), SLICE("\r\n\r\n")); i++)
        if (mail.at[i] != '\r')
            text_add_octet(&header, mail.at[i]);
    text_add_str(&header, "\n");
    text_add_octet(&header, '\0');
    const struct vector v[] = {
        { "the author's signature counts before others", .conf = LISTS(AUTH_LIST), .zone = (const char *)zone.at, .header = (const char *)header.at,
          .result = "fail", .holds = { "\"of\":\"spam.example\"" } },
    };
    assert_false(zone.bad || header.bad || arena_failed(a));
    vectors_play(&dnslist_method, with_spf_and_dkim(), v, COUNT_OF(v));
    arena_free(a);
}

/* ---- Authentication-Results ---- */

static void expect_authres(const char *conf, const char *zone, const char *field)
{
    struct player *p = player_new(&dnslist_method, slice_str(conf));
    player_zone(p, slice_str(zone));
    struct played r = player_play(p, &(struct play){ .ip = SLICE("192.0.2.99"), .helo = SLICE("helo.example"), .from = SLICE("u@s.example") });
    if (!slice_same(r.authentication_results, slice_str(field)))
        fail_msg("%s\n%.*s", conf, (int)r.authentication_results.len, (const char *)r.authentication_results.at);
    player_free(p);
}

static void test_authres(void **state)
{
    (void)state;
    expect_authres(LISTS(BAD), GOOD("bad.example") HIT("bad.example"), PLAYER_RECEIVER "; none");
    expect_authres("authres = { legacy = true; };" LISTS(BAD), GOOD("bad.example") HIT("bad.example") "99.2.0.192.bad.example. TXT \"see \\\"us\\\"\"\n",
                   PLAYER_RECEIVER "; x-dnsbl=fail dns.zone=bad.example policy.ip=127.0.0.2 policy.txt=\"see \\\"us\\\"\"");
    expect_authres("authres = { legacy = true; };" LISTS(BAD), GOOD("bad.example"), PLAYER_RECEIVER "; none");
    expect_authres("authres = { legacy = true; };" LISTS(BAD), HIT("bad.example"),
                   PLAYER_RECEIVER "; x-dnsbl=none reason=\"list broken: 127.0.0.2 is not listed\" dns.zone=bad.example");
    expect_authres(LISTS(WHITE), GOOD("white.example") "99.2.0.192.white.example. A 127.0.10.3\n99.2.0.192.white.example. A 127.0.10.1\n",
                   PLAYER_RECEIVER "; dnswl=pass dns.zone=white.example policy.ip=\"127.0.10.1,127.0.10.3\"");
    expect_authres(LISTS(WHITE), GOOD("white.example"), PLAYER_RECEIVER "; none");
}

static void t30_a_lists_words_start_no_other_result(void **state)
{
    (void)state;
    expect_authres("authres = { legacy = true; };" LISTS(BAD), GOOD("bad.example") HIT("bad.example")
                   "99.2.0.192.bad.example. TXT \"x\\013\\010 ; spf=pass smtp.mailfrom=bank.example (\\255\"\n",
                   PLAYER_RECEIVER "; x-dnsbl=fail dns.zone=bad.example policy.ip=127.0.0.2 policy.txt=\"x?? ; spf=pass smtp.mailfrom=bank.example (?\"");
}

/* ---- reading the configuration ---- */

static const struct { const char *lists, *says; } refused[] = {
    { "\"\"", "name of a domain" },
    { "\"a..example\"", "name of a domain" },
    { "\"bl.example=\"", "wanted: 127.0.0.2" },
    { "\"bl.example=127.0.0.[2..\"", "wanted: 127.0.0.2" },
    { "3", "a group { ... } is wanted" },
    { "{ }", "name of a domain" },
    { "{ zone = \"bl.example\"; by = \"sender\"; }", "by wants one of" },
    { "{ zone = \"bl.example\"; colour = \"black\"; }", "no option \"colour\"" },
    { "{ zone = \"bl.example\"; name = \"a b\"; }", "letters, digits" },
    { "{ zone = \"bl.example\"; trusted = true; }", "trusted is for" },
    { "{ zone = \"bl.example\"; kind = \"allow\"; by = \"mailfrom\"; }", "lets every forger in" },
    { "{ zone = \"bl.example\"; kind = \"allow\"; by = \"helo\"; }", "lets every forger in" },
    { "\"bl.example\", \"bl.example=127.0.0.2\"", "two lists are called \"bl.example\"" },
    { "{ zone = \"a.example\"; kind = \"allow\"; trusted = true; }, { zone = \"b.example\"; kind = \"allow\"; trusted = true; }, { zone = \"c.example\"; kind = \"allow\"; trusted = true; }",
      "there may be 2 trusted lists" },
    { "\"a1.example\", \"a2.example\", \"a3.example\", \"a4.example\", \"a5.example\", \"a6.example\", \"a7.example\", \"a8.example\", \"a9.example\", \"b1.example\", "
      "\"b2.example\", \"b3.example\", \"b4.example\", \"b5.example\", \"b6.example\", \"b7.example\", \"b8.example\"", "there may be 16 lists" },
};

static struct config *config_of(const char *lists)
{
    char room[4096];
    struct text t = text_fixed(room, sizeof room);
    struct config_error e;
    size_t count;
    const struct section *sections = engine_sections(&count);
    text_addf(&t, "methods = { dnslist = { lists = (\n%s ); }; };", lists);
    struct config *c = config_parse("frank.conf", text_slice(&t), sections, count, &e);
    if (!c)
        fail_msg("%s: %s", lists, e.text);
    return c;
}

static void test_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct config *c = config_of(refused[i].lists);
        struct config_error e = { .line = 0 };
        assert_null(rules_read(c, &e));
        if (!strstr(e.text, refused[i].says) || e.line != 2 || strcmp(e.file, "frank.conf") != 0)
            fail_msg("%s: %s:%u: %s", refused[i].lists, e.file, e.line, e.text);
        config_free(c);
    }
}

/* ---- apart from messages ---- */

struct look { const char *lists, *zone, *reason, *says; };
static const struct look looks[] = {
    { BAD, GOOD("bad.example") GOOD6("bad.example"), "in-order", "the list is in order" },
    { LIST("ipv6 = false;"), GOOD("bad.example"), "in-order", "" },
    { BAD, GOOD("bad.example"), "list-broken", "for IPv6 clients: list broken: ::ffff:127.0.0.2 is not listed (if it has no IPv6 addresses: ipv6 = false)" },
    { BAD, "*.bad.example. A 127.0.0.2\n", "list-broken", "list broken: 127.0.0.1 is listed" },
    { BAD, "; timeout 2.0.0.127.bad.example.\n", "dns-failed", "no answer (timeout)" },
    { BAD, "*.bad.example. A 127.255.255.254\n", "list-refuses", "query refused (127.255.255.254)" },
    { NAMES("helo"), GOODN("doms.example"), "in-order", "" },
    { NAMES("authenticated"), "$TTL 300\n", "list-broken", "list broken: test is not listed" },
    { LIST("self_test = false;"), "$TTL 300\n", "in-order", "" },
};

struct small_world { struct env env; struct clock clock; struct random random; struct zone *zone; };

static void random_fill(struct random *r, void *at, size_t octets)
{
    (void)r;
    memset(at, 7, octets);
}

static void tend_once(const struct look *look)
{
    struct small_world w = { .random = { random_fill } };
    struct zone_error ze = { .line = 0 };
    struct config_error e = { .line = 0 };
    struct config *c = config_of(look->lists);
    w.zone = zone_new();
    assert_true(w.zone && zone_read(w.zone, slice_str(look->zone), &ze));
    struct shuffle_resolver *s = shuffle_resolver_new(w.zone, (struct shuffle_options){ .seed = 3 });
    w.env = (struct env){ .dns = shuffle_resolver(s), .clock = &w.clock, .random = &w.random };
    struct engine *engine = engine_new(&w.env, c, NULL, &e);
    assert_non_null(engine);
    struct txn *t = txn_tend(engine, PLAYER_NOW, NULL);
    while (shuffle_deliver_one(s))
        ;
    assert_int_equal(txn_progress(t), PROGRESS_DONE);
    const struct results *set = txn_results(t, &dnslist_method);
    assert_int_equal(set->count, 1);
    const struct result *r = &set->at[0];
    if (strcmp(dnslist_method.reasons[r->reason].name, look->reason) != 0)
        fail_msg("%s: %s", look->lists, dnslist_method.reasons[r->reason].name);
    if (look->says[0] && !slice_same(r->evidence.text, slice_str(look->says)))
        fail_msg("%s: %.*s", look->lists, (int)r->evidence.text.len, (const char *)r->evidence.text.at);
    assert_true(slice_same(fact_text(r->evidence.facts, "list"), ((const struct dnslist_conf *)config_section(c, "methods.dnslist"))->lists[0].name));
    txn_end(t);
    engine_free(engine);
    shuffle_resolver_free(s);
    zone_free(w.zone);
    config_free(c);
}

static void test_tending(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(looks); i++)
        tend_once(&looks[i]);
}

/* ---- the page ---- */

static void test_manual(void **state)
{
    (void)state;
    vectors_check_manual(&dnslist_method, __FILE__);
    vectors_check_manual_section(&dnslist_method, &dnslist_list_section, __FILE__);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sheet), cmocka_unit_test(test_answers), cmocka_unit_test(a_list_that_is_not_in_order_says_nothing), cmocka_unit_test(test_keys),
        cmocka_unit_test(test_allowing), cmocka_unit_test(test_by_spf), cmocka_unit_test(test_by_dkim), cmocka_unit_test(test_authres), cmocka_unit_test(t30_a_lists_words_start_no_other_result),
        cmocka_unit_test(test_refused), cmocka_unit_test(test_tending), cmocka_unit_test(test_manual),
    };
    if (crypto_start() != STATUS_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
