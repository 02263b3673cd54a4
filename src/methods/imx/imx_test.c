/* imx_test: the sheet's vectors and ours, through the engine; see method_vectors.h for what must hold for each. */
#include "methods/imx/imx.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "fakes/method_vectors.h"
#include "methods/list.h"

#define CONF(line) "methods = { imx = { " line " }; };"
#define MX "example.com. MX 10 mx.example.com\nmx.example.com. A 192.0.2.1\n"
#define IMX(items) "_imx.example.com. TXT \"v=imx1" items "\"\n"
#define SHEET MX IMX(" ip4:192.0.2.16/29 only") "b.example. MX 10 mx.b.example\nmx.b.example. A 198.51.100.2\n"
#define SENDER .from = "u@example.com"

static const struct vector sheet[] = {
    { "imx.md 1", .zone = SHEET, SENDER, .result = "pass", .reason = "mx", .questions = "MX example.com, A mx.example.com",
      .holds = { "\"by\":\"mx\"", "\"identity\":\"mailfrom\"", "\"domain\":\"example.com\"", "\"host\":\"mx.example.com\"", "\"statement\":true",
                 "mx.example.com is an MX of example.com" }, .explain = "" },
    { "imx.md 2", .zone = SHEET, .ip = "192.0.2.18", SENDER, .result = "pass", .reason = "imx",
      .holds = { "\"by\":\"imx\"", "\"entry\":\"ip4:192.0.2.16/29\"", "\"record\":\"v=imx1 ip4:192.0.2.16/29 only\"",
                 "\"record_domain\":\"_imx.example.com\"", "\"record_type\":\"TXT\"", "covers 192.0.2.18" }, .explain = "" },
    { "imx.md 3", .zone = SHEET, .ip = "192.0.2.30", SENDER, .result = "fail", .reason = "not-listed",
      .holds = { "\"statement\":true", "\"by\":null", "\"entry\":null", "\"addresses\":8" },
      .explain = "example.com: if this host is yours, add ip4:192.0.2.30 to the TXT record at _imx.example.com" },
    { "imx.md 4", .zone = MX IMX(" ip4:192.0.2.16/29"), .ip = "192.0.2.30", SENDER, .result = "softfail", .reason = "not-in-open-list",
      .explain = "example.com: if this host is yours, add ip4:192.0.2.30 to the TXT record at _imx.example.com" },
    { "imx.md 5", .zone = SHEET, .ip = "203.0.113.9", .from = "u@b.example", .result = "softfail", .reason = "not-an-mx",
      .explain = "b.example: if this host is yours, publish \"v=imx1 ip4:203.0.113.9\" as TXT record at _imx.b.example" },
    { "imx.md 6", .zone = SHEET, .from = "u@c.example", .result = "none", .reason = "no-mx", .explain = "", .lacks = "\"statement\"" },
    { "imx.md 7", .conf = "internal_networks = [ \"192.0.2.0/24\" ];", .zone = SHEET, SENDER, .result = "policy", .reason = "exempt",
      .questions = "" },
    { "imx.md 8", .zone = MX IMX(" none"), .ip = "192.0.2.18", SENDER, .result = "fail", .reason = "none-but-mx",
      .explain = "example.com: if this host is yours, put ip4:192.0.2.18 in the place of \"none\" in the TXT record at _imx.example.com" },
    { "imx.md 9", .zone = MX IMX(" ip4:192.0.2.18") IMX(" only"), .ip = "192.0.2.18", SENDER, .result = "permerror", .reason = "several-records",
      .lacks = "\"statement\"", .explain = "example.com: repair (more than one IMX record) the TXT record at _imx.example.com" },
    { "imx.md 10", .zone = MX "; servfail _imx.example.com\n", .ip = "192.0.2.18", SENDER, .result = "temperror", .reason = "dns-failed" },
    { "imx.md 11", .zone = MX IMX(" frob"), .ip = "192.0.2.18", SENDER, .result = "permerror", .reason = "bad-item", .holds = { "\\\"frob\\\": no such item" },
      .explain = "example.com: repair (no such item) the TXT record at _imx.example.com" },
    { "imx.md 11b", .zone = MX IMX(" frob=1 ip4:192.0.2.18"), .ip = "192.0.2.18", SENDER, .result = "pass", .reason = "imx",
      .holds = { "\"record\":\"v=imx1 frob=1 ip4:192.0.2.18\"" } },
    { "imx.md 12", .conf = CONF("other_domains = true;"), .zone = SHEET, .ip = "198.51.100.2", .helo = "mx.b.example", SENDER, .result = "pass",
      .reason = "other-domain",
      .holds = { "\"by\":\"other-domain\"", "\"owner\":\"b.example\"", "\"identity\":\"helo\"", "\"domain\":\"mx.b.example\"",
                 "\"sender\":\"example.com\"", "mx.b.example is an MX of b.example" } },
    { "imx.md 12 without extension 7", .zone = SHEET, .ip = "198.51.100.2", .helo = "mx.b.example", SENDER, .result = "fail" },
};

static const struct vector identities[] = {
    { "no domain: an address literal", .zone = SHEET, .from = "u@[192.0.2.1]", .result = "none", .reason = "no-identity", .questions = "" },
    { "no domain: one label", .zone = "com. MX 10 mx.example.com\n" SHEET, .from = "u@com", .result = "none", .reason = "no-identity", .questions = "" },
    { "null sender: the HELO name", .zone = SHEET, .helo = "example.com", .from = "<>", .ip = "192.0.2.18", .result = "pass",
      .holds = { "\"identity\":\"helo\"", "\"domain\":\"example.com\"" } },
    { "null sender, HELO no name", .zone = SHEET, .helo = "[192.0.2.1]", .from = "<>", .result = "none", .reason = "no-identity", .questions = "" },
    { "unknown client: no subject", .zone = SHEET, .ip = "", SENDER, .result = "none", .reason = "no-subject", .questions = "" },
    { "IPv4-mapped client is IPv4", .zone = SHEET, .ip = "::ffff:192.0.2.18", SENDER, .result = "pass" },
    { "IPv6 client", .zone = MX IMX(" ip6:2001:db8::/64 only"), .ip = "2001:db8::25", SENDER, .result = "pass", .holds = { "\"networks6\":1" } },
    { "IPv6 MX", .zone = MX "mx.example.com. AAAA 2001:db8::1\n", .ip = "2001:db8::1", SENDER, .result = "pass" },
    { "IPv6 client not listed", .zone = SHEET, .ip = "2001:db8::25", SENDER, .result = "fail",
      .explain = "example.com: if this host is yours, add ip6:2001:db8::25 to the TXT record at _imx.example.com" },
};

static const struct vector mx_sets[] = {
    { "no implicit MX", .zone = "example.com. A 192.0.2.1\n", SENDER, .result = "none", .reason = "no-mx", .lacks = "\"absent\"" },
    { "the domain does not exist", .zone = "$TTL 300\n", SENDER, .result = "none", .holds = { "\"absent\":true" } },
    { "... which is nothing for a HELO name", .zone = "$TTL 300\n", .from = "<>", .result = "none", .lacks = "\"absent\"" },
    { "the null MX has no host", .zone = "example.com. MX 0 .\n", SENDER, .result = "softfail", .reason = "not-an-mx", .holds = { "\"absent\":true" } },
    { "a record without MX", .zone = IMX(" ip4:192.0.2.1"), SENDER, .result = "pass", .reason = "imx" },
    { "a record without MX, not listed", .zone = IMX(" ip4:192.0.2.2 only"), SENDER, .result = "fail" },
    { "MX fails, the record has it", .zone = "; servfail example.com MX\n" IMX(" ip4:192.0.2.1"), SENDER, .result = "pass" },
    { "MX fails, the record does not", .zone = "; servfail example.com MX\n" IMX(" only"), SENDER, .result = "temperror" },
    { "MX fails, the record is broken", .zone = "; servfail example.com MX\n" IMX(" frob"), SENDER, .result = "temperror" },
    { "an MX host fails, another is it", .zone = MX "example.com. MX 5 m.example.com\n; servfail m.example.com\n", SENDER, .result = "pass" },
    { "an MX host fails, none is it", .zone = MX "example.com. MX 5 m.example.com\n; servfail m.example.com\n", .ip = "192.0.2.9", SENDER,
      .result = "temperror" },
    { "an MX passes whatever the record", .zone = MX IMX(" frob"), SENDER, .result = "pass", .reason = "mx" },
    { "... and even if that fails", .zone = MX "; timeout _imx.example.com\n", SENDER, .result = "pass" },
};

static const struct vector records[] = {
    { "empty list", .zone = MX IMX(""), .ip = "192.0.2.9", SENDER, .result = "softfail", .holds = { "\"record\":\"v=imx1\"" } },
    { "empty list, complete", .zone = MX IMX(" only"), .ip = "192.0.2.9", SENDER, .result = "fail", .reason = "not-listed" },
    { "none and only", .zone = MX IMX(" none only"), .ip = "192.0.2.9", SENDER, .result = "fail", .reason = "none-but-mx" },
    { "none and hosts", .zone = MX IMX(" none ip4:192.0.2.9"), .ip = "192.0.2.9", SENDER, .result = "permerror", .reason = "none-and-hosts" },
    { "any case, many blanks", .zone = "_imx.example.com. TXT \"V=IMX1   IP4:192.0.2.1  ONLY  \"\n", SENDER, .result = "pass",
      .holds = { "\"record\":\"v=imx1 ip4:192.0.2.1 only\"" } },
    { "strings are joined", .zone = "_imx.example.com. TXT \"v=imx1 ip4:192.\" \"0.2.1\"\n", SENDER, .result = "pass" },
    { "another system's record", .zone = MX "_imx.example.com. TXT \"v=spf1 -all\"\n", .ip = "192.0.2.9", SENDER, .result = "softfail", .reason = "not-an-mx" },
    { "another version", .zone = MX "_imx.example.com. TXT \"v=imx10 only\"\n", .ip = "192.0.2.9", SENDER, .result = "softfail", .reason = "not-an-mx" },
    { "beside another system's", .zone = "_imx.example.com. TXT \"x\"\n" IMX(" ip4:192.0.2.1"), SENDER, .result = "pass" },
    { "one bad item spoils all", .zone = IMX(" ip4:192.0.2.1 ip4:x"), SENDER, .result = "permerror", .reason = "bad-address" },
    { "a: names a host", .zone = IMX(" a:relay.example.com only") "relay.example.com. A 192.0.2.1\n", SENDER, .result = "pass",
      .holds = { "\"entry\":\"a:relay.example.com\"" } },
    { "a: another host", .zone = IMX(" a:relay.example.com only") "relay.example.com. A 192.0.2.2\n", SENDER, .result = "fail" },
    { "a: no such host", .zone = IMX(" a:relay.example.com only"), SENDER, .result = "fail" },
    { "a: fails, another is it", SENDER, .result = "pass",
      .zone = IMX(" a:r.example.com a:s.example.com only") "; servfail r.example.com\ns.example.com. A 192.0.2.1\n" },
    { "a: fails, none is it", SENDER, .result = "temperror",
      .zone = IMX(" a:r.example.com a:s.example.com only") "; servfail s.example.com\nr.example.com. A 192.0.2.2\n" },
    { "a network saves the names' questions", .zone = IMX(" a:r.example.com ip4:192.0.2.1"), SENDER, .result = "pass",
      .questions = "MX example.com, TXT _imx.example.com" },
};

static const struct vector loose[] = {
    { "a /16 is not too loose", .zone = IMX(" ip4:192.0.0.0/16"), SENDER, .result = "pass" },
    { "a /15 is", .zone = IMX(" ip4:192.0.0.0/15"), SENDER, .result = "policy", .reason = "too-loose", .holds = { "\"addresses\":131072", "\"by\":\"imx\"" },
      .explain = "example.com: list only the hosts that really send in the TXT record at _imx.example.com" },
    { "a /16 and a host are", .zone = IMX(" ip4:192.0.0.0/16 ip4:198.51.100.1"), SENDER, .result = "policy" },
    { "what lies in another does not count", .zone = IMX(" ip4:192.0.2.0/24 ip4:192.0.0.0/16 ip4:192.0.2.1 ip4:192.0.2.1"), SENDER, .result = "pass",
      .holds = { "\"addresses\":65536" } },
    { "a /32 of IPv6 is not", .zone = IMX(" ip6:2001:db8::/32"), .ip = "2001:db8::1", SENDER, .result = "pass" },
    { "a /31 of IPv6 is", .zone = IMX(" ip6:2001:db8::/31"), .ip = "2001:db8::1", SENDER, .result = "policy" },
    { "an MX passes all the same", .zone = MX IMX(" ip4:0.0.0.0/0"), SENDER, .result = "pass", .reason = "mx" },
    { "too loose excuses nobody", .zone = IMX(" ip4:128.0.0.0/1 only"), .ip = "1.2.3.4", SENDER, .result = "fail" },
    { "the other family's range counts too", .zone = IMX(" ip4:192.0.2.1 ip6::://0"), SENDER, .result = "permerror" },
    { "... when it can be read", .zone = IMX(" ip4:192.0.2.1 ip6:::/0"), SENDER, .result = "policy" },
};

#define INSIDE CONF("own_domains = [ \"example.com\" ];")
static const struct vector private_addresses[] = {
    { "an outsider takes no private address", .zone = IMX(" ip4:10.0.0.0/24 only"), .ip = "10.0.0.1", SENDER, .result = "fail" },
    { "nor a private MX", .zone = "example.com. MX 10 m.example.com\nm.example.com. A 10.0.0.1\n", .ip = "10.0.0.1", SENDER, .result = "softfail" },
    { "nor one in a wide range", .zone = IMX(" ip4:0.0.0.0/0 only"), .ip = "10.0.0.1", SENDER, .result = "fail" },
    { "they spoil nothing", .zone = IMX(" ip4:10.0.0.0/24 ip4:192.0.2.1"), SENDER, .result = "pass" },
    { "an insider does", .conf = INSIDE, .zone = IMX(" ip4:10.0.0.0/24 only"), .ip = "10.0.0.1", SENDER, .result = "pass" },
    { "an insider, by name", .conf = INSIDE, .zone = IMX(" a:r.example.com only") "r.example.com. A 10.0.0.1\n", .ip = "10.0.0.1", SENDER, .result = "pass" },
    { "an insider, by MX", .conf = INSIDE, .zone = "example.com. MX 10 m.example.com\nm.example.com. A 10.0.0.1\n", .ip = "10.0.0.1", SENDER, .result = "pass" },
    { "an insider, below the domain", .conf = INSIDE, .zone = "_imx.a.example.com. TXT \"v=imx1 ip6:fd00::/48\"\n", .ip = "fd00::1",
      .from = "u@a.example.com", .result = "pass" },
    { "an insider of another domain", .conf = INSIDE, .zone = "_imx.badexample.com. TXT \"v=imx1 ip4:10.0.0.1 only\"\n", .ip = "10.0.0.1",
      .from = "u@badexample.com", .result = "fail" },
};

#define RR_CONF CONF("rr_type = 65281;")
static const struct vector record_types[] = {
    { "as a record type", .conf = RR_CONF, .zone = "example.com. TYPE65281 \\# 10 0101041DC00002100500\n", .ip = "192.0.2.18", SENDER, .result = "permerror",
      .reason = "bad-address" },
    { "as a record type, in full", .conf = RR_CONF, .zone = "example.com. TYPE65281 \\# 10 0101051DC00002100500\n", .ip = "192.0.2.18", SENDER,
      .result = "pass", .holds = { "\"record_type\":\"TYPE65281\"", "\"record_domain\":\"example.com\"", "\"record\":\"v=imx1 ip4:192.0.2.16/29 only\"" } },
    { "both: the record type wins", .conf = RR_CONF, .zone = "example.com. TYPE65281 \\# 3 010400\n" IMX(" ip4:192.0.2.1"), SENDER, .result = "fail",
      .reason = "none-but-mx", .explain = "example.com: if this host is yours, put ip4:192.0.2.1 in the place of \"none\" in the TYPE65281 record at example.com" },
    { "another version: the TXT form", .conf = RR_CONF, .zone = "example.com. TYPE65281 \\# 3 020400\n" IMX(" ip4:192.0.2.1"), SENDER, .result = "pass" },
    { "TXT only", .conf = RR_CONF, .zone = IMX(" ip4:192.0.2.1"), SENDER, .result = "pass" },
    { "record type fails", .conf = RR_CONF, .zone = IMX(" ip4:192.0.2.1") "; servfail example.com TYPE65281\n", SENDER, .result = "temperror" },
    { "record type off", .zone = "example.com. TYPE65281 \\# 3 010400\n", SENDER, .result = "none", .questions = "MX example.com, TXT _imx.example.com" },
    { "two of them", .conf = RR_CONF, .zone = "example.com. TYPE65281 \\# 3 010400\nexample.com. TYPE65281 \\# 3 010500\n", SENDER, .result = "permerror",
      .reason = "several-records" },
    { "empty list", .conf = RR_CONF, .zone = "example.com. TYPE65281 \\# 1 01\n", SENDER, .result = "softfail", .reason = "not-in-open-list" },
    { "cut", .conf = RR_CONF, .zone = "example.com. TYPE65281 \\# 3 010105\n", SENDER, .result = "permerror", .reason = "cut" },
};

#define OTHERS CONF("other_domains = true;")
#define PTR "2.100.51.198.in-addr.arpa. PTR mx.b.example\n"
static const struct vector other_domains[] = {
    { "by a confirmed name", .conf = OTHERS, .zone = SHEET PTR, .ip = "198.51.100.2", SENDER, .result = "pass", .reason = "other-domain",
      .holds = { "\"identity\":\"client\"", "\"domain\":\"mx.b.example\"", "\"owner\":\"b.example\"" } },
    { "by a name that does not lead back", .conf = OTHERS, .zone = SHEET "3.100.51.198.in-addr.arpa. PTR mx.b.example\n", .ip = "198.51.100.3", SENDER,
      .result = "fail", .reason = "not-listed" },
    { "the sender's own list goes first", .conf = OTHERS, .zone = MX IMX(" ip4:198.51.100.2") PTR, .ip = "198.51.100.2", SENDER, .result = "pass",
      .reason = "imx", .questions = "MX example.com, A mx.example.com, TXT _imx.example.com" },
    { "the record fails, another domain helps", .conf = OTHERS, .zone = "b.example. MX 10 mx.b.example\nmx.b.example. A 198.51.100.2\n; servfail _imx.example.com\n" PTR,
      .ip = "198.51.100.2", SENDER, .result = "pass" },
    { "the names fail", .conf = OTHERS, .zone = SHEET "; servfail 3.100.51.198.in-addr.arpa\n", .ip = "198.51.100.3", SENDER, .result = "temperror" },
    { "another domain fails", .conf = OTHERS, .zone = IMX(" only") "; servfail b.example MX\n", .helo = "mx.b.example", SENDER, .result = "temperror" },
    { "without a record nor MX", .conf = OTHERS, .zone = SHEET, .ip = "198.51.100.3", .from = "u@c.example", .result = "none" },
};

static void sheet_vectors(void **state) { (void)state; vectors_play(&imx_method, 0, sheet, COUNT_OF(sheet)); }
static void who_is_examined(void **state) { (void)state; vectors_play(&imx_method, 0, identities, COUNT_OF(identities)); }
static void the_mx_set(void **state) { (void)state; vectors_play(&imx_method, 0, mx_sets, COUNT_OF(mx_sets)); }
static void the_record(void **state) { (void)state; vectors_play(&imx_method, 0, records, COUNT_OF(records)); }
static void lists_too_loose(void **state) { (void)state; vectors_play(&imx_method, 0, loose, COUNT_OF(loose)); }
static void addresses_inside(void **state) { (void)state; vectors_play(&imx_method, 0, private_addresses, COUNT_OF(private_addresses)); }
static void both_record_types(void **state) { (void)state; vectors_play(&imx_method, 0, record_types, COUNT_OF(record_types)); }
static void valid_mx_of_others(void **state) { (void)state; vectors_play(&imx_method, 0, other_domains, COUNT_OF(other_domains)); }

/* ---- bounds ---- */

/* So many MX hosts and a: names; the last name is the client's. */
static struct slice zone_with(struct arena *a, unsigned exchanges, unsigned names)
{
    struct text t = text_in(a, 1u << 16);
    for (unsigned i = 0; i < exchanges; i++)
        text_addf(&t, "example.com. MX 10 m%u.example\n", i);
    text_add_str(&t, "_imx.example.com. TXT \"v=imx1 only");
    for (unsigned i = 0; i < names; i++)
        text_addf(&t, " a:h%u.example", i);
    text_addf(&t, "\"\nh%u.example. A 192.0.2.1\n", names - 1);
    return text_slice(&t);
}

static void twenty_questions(void **state)
{
    static const struct { unsigned exchanges, names; const char *result, *reason; } cases[] = {
        { 0, 10, "pass", "imx" },
        { 8, 10, "pass", "imx" },           /* 1 + 8 + 1 + 10 */
        { 9, 10, "permerror", "over-quota" },
        { 10, 8, "pass", "imx" },
        { 0, 11, "permerror", "too-many-names" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena *a = arena_new(1u << 20);
        struct player *p = player_new(&imx_method, SLICE(""));
        player_zone(p, zone_with(a, cases[i].exchanges, cases[i].names));
        struct played r = player_play(p, &(struct play){ .ip = SLICE("192.0.2.1"), .from = SLICE("u@example.com") });
        if (!slice_same(fact_text(r.facts, "result"), slice_str(cases[i].result)) || !slice_same(fact_text(r.facts, "reason"), slice_str(cases[i].reason)))
            fail_msg("case %zu: %.*s", i, (int)r.json.len, (const char *)r.json.at);
        assert_true(r.asked <= IMX_OWN_ASKS + 2);       /* hints may be two more than the names that are judged */
        player_free(p);
        arena_free(a);
    }
}

static void prints_as_experimental(void **state)
{
    (void)state;
    struct player *p = player_new(&imx_method, SLICE("authres = { legacy = true; };" OTHERS));
    player_zone(p, SLICE(SHEET));
    struct played r = player_play(p, &(struct play){ .ip = SLICE("198.51.100.2"), .helo = SLICE("mx.b.example"), .from = SLICE("u@example.com") });
    assert_true(slice_same(r.authentication_results, SLICE(PLAYER_RECEIVER "; x-imx=pass smtp.helo=mx.b.example policy.owner=b.example")));
    r = player_play(p, &(struct play){ .ip = SLICE("198.51.100.2"), .from = SLICE("u@c.example") });
    assert_true(slice_same(r.authentication_results, SLICE(PLAYER_RECEIVER "; none")));
    player_free(p);
}

static void manual_has_the_options(void **state)
{
    (void)state;
    vectors_check_manual(&imx_method, __FILE__);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sheet_vectors),
        cmocka_unit_test(who_is_examined),
        cmocka_unit_test(the_mx_set),
        cmocka_unit_test(the_record),
        cmocka_unit_test(lists_too_loose),
        cmocka_unit_test(addresses_inside),
        cmocka_unit_test(both_record_types),
        cmocka_unit_test(valid_mx_of_others),
        cmocka_unit_test(twenty_questions),
        cmocka_unit_test(prints_as_experimental),
        cmocka_unit_test(manual_has_the_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
