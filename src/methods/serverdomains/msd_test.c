/* msd_test: the sheet's vectors and ours, through the engine; see method_vectors.h for what must hold for each. */
#include "methods/serverdomains/msd.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "crypto/digest.h"
#include "fakes/method_vectors.h"
#include "methods/list.h"

#define HOST "1.2.0.192.in-addr.arpa. PTR mx1.isp.example\nmx1.isp.example. A 192.0.2.1\n"
#define BASE(items) "_serves._smtp.mx1.isp.example. TXT \"v=msd1" items "\"\n"
#define ENTRY(domain, word) domain "._serves._smtp.mx1.isp.example. TXT \"v=msd1 " word "\"\n"
#define SENDER .from = "u@example.com"
/* SHA-256 of "example.com", 40 digits */
#define HASHED "_ha379a6f6eeafb9a55e378c118034e2751e682fab"

static const struct vector sheet[] = {
    { "server-domains.md 11", .zone = HOST BASE(" d:example.com only"), SENDER, .result = "pass", .reason = "listed", .explain = "",
      .holds = { "\"domain\":\"example.com\"", "\"host\":\"mx1.isp.example\"", "\"identity\":\"mailfrom\"", "\"record\":\"v=msd1 d:example.com only\"",
                 "\"text\":\"mx1.isp.example serves example.com\"", "\"statement\":true" },
      .questions = "A helo.example, PTR 1.2.0.192.in-addr.arpa, A mx1.isp.example, TXT _serves._smtp.mx1.isp.example" },
    { "server-domains.md 11b", .zone = HOST BASE(" d:example.com only"), .from = "u@spam.example", .result = "fail", .reason = "not-listed",
      .holds = { "\"domain\":\"spam.example\"", "\"host\":\"mx1.isp.example\"", "mx1.isp.example does not serve spam.example", "\"statement\":true" },
      .explain = "mx1.isp.example: if this host sends for spam.example, add d:spam.example to the TXT record at _serves._smtp.mx1.isp.example" },
    { "server-domains.md 12", .zone = HOST BASE(" factored") ENTRY("example.org", "yes"), .from = "u@example.org", .result = "pass", .reason = "entry-yes",
      .holds = { "\"entry\":{\"record_domain\":\"example.org._serves._smtp.mx1.isp.example\"" } },
    { "server-domains.md 12b", .zone = HOST BASE(" factored") ENTRY("example.org", "yes"), SENDER, .result = "fail", .reason = "no-entry", .holds = { "\"entry\":null" },
      .explain = "mx1.isp.example: if this host sends for example.com, publish the TXT record \"v=msd1 yes\" at example.com._serves._smtp.mx1.isp.example" },
    { "server-domains.md 13", .zone = HOST BASE(" all"), SENDER, .result = "neutral", .reason = "anybody", .explain = "" },
    { "server-domains.md 14", .zone = "1.2.0.192.in-addr.arpa. PTR mx1.isp.example\nmx1.isp.example. A 192.0.2.2\n" BASE(" d:example.com"), SENDER,
      .result = "none", .reason = "no-host", .lacks = "\"statement\"", .explain = "", .holds = { "\"host\":null", "\"hosts\":[]" } },
};

static const struct vector items[] = {
    { "no record", .zone = HOST, SENDER, .result = "none", .reason = "no-record", .lacks = "\"statement\"",
      .holds = { "\"hosts\":[{\"host\":\"mx1.isp.example\",\"result\":\"none\",\"reason\":\"no-record\"}]" } },
    { "an empty list", .zone = HOST BASE(""), SENDER, .result = "softfail", .reason = "not-in-open-list",
      .explain = "mx1.isp.example: if this host sends for example.com, add d:example.com to the TXT record at _serves._smtp.mx1.isp.example" },
    { "an empty list, complete", .zone = HOST BASE(" only"), SENDER, .result = "fail", .reason = "not-listed" },
    { "a list that may lack some", .zone = HOST BASE(" d:example.org"), SENDER, .result = "softfail" },
    { "d: is that domain only", .zone = HOST BASE(" d:example.com only"), .from = "u@mail.example.com", .result = "fail" },
    { "d:*. is what is below", .zone = HOST BASE(" d:*.example.com only"), .from = "u@mail.example.com", .result = "pass" },
    { "... and not itself", .zone = HOST BASE(" d:*.example.com only"), SENDER, .result = "fail" },
    { "... by whole labels", .zone = HOST BASE(" d:*.example.com only"), .from = "u@badexample.com", .result = "fail" },
    { "any case, many blanks", .zone = HOST "_serves._smtp.mx1.isp.example. TXT \"V=MSD1   D:Example.COM.  ONLY \"\n", SENDER, .result = "pass" },
    { "U-labels", .zone = HOST BASE(" d:xn--bcher-kva.example only"), .from = "u@b\xc3\xbc" "cher.example", .result = "pass" },
    { "notes are passed over", .zone = HOST BASE(" x=1 d:example.com"), SENDER, .result = "pass" },
    { "a bad item", .zone = HOST BASE(" d:example.com frob"), SENDER, .result = "permerror", .reason = "bad-item", .holds = { "\\\"frob\\\": no such item" },
      .lacks = "\"statement\"", .explain = "mx1.isp.example: repair (no such item) the TXT record at _serves._smtp.mx1.isp.example" },
    { "yes belongs into an entry", .zone = HOST BASE(" yes"), SENDER, .result = "permerror", .reason = "bad-item" },
    { "a bad name", .zone = HOST BASE(" d:-x"), SENDER, .result = "permerror", .reason = "bad-name" },
    { "two records", .zone = HOST BASE(" d:example.com") BASE(" only"), SENDER, .result = "permerror", .reason = "several-records" },
    { "another system's record", .zone = HOST "_serves._smtp.mx1.isp.example. TXT \"v=spf1 -all\"\n" BASE(" d:example.com"), SENDER, .result = "pass" },
    { "the record fails", .zone = HOST "; servfail _serves._smtp.mx1.isp.example\n", SENDER, .result = "temperror", .reason = "dns-failed" },
};

static const struct vector factored[] = {
    { "a list goes before entries", .zone = HOST BASE(" factored d:example.com") ENTRY("example.com", "no"), SENDER, .result = "pass", .reason = "listed" },
    { "no", .zone = HOST BASE(" factored") ENTRY("example.com", "no"), SENDER, .result = "fail", .reason = "entry-no",
      .explain = "mx1.isp.example: if this host sends for example.com, say \"v=msd1 yes\" in the TXT record at example.com._serves._smtp.mx1.isp.example" },
    { "no, also of a host for all", .zone = HOST BASE(" factored all") ENTRY("example.com", "no"), SENDER, .result = "fail", .reason = "entry-no" },
    { "all, without an entry", .zone = HOST BASE(" factored all"), SENDER, .result = "neutral", .reason = "anybody" },
    { "an entry of a host that is not factored", .zone = HOST BASE(" only") ENTRY("example.com", "yes"), SENDER, .result = "fail", .reason = "not-listed" },
    { "a broken entry", .zone = HOST BASE(" factored") ENTRY("example.com", "maybe"), SENDER, .result = "permerror", .reason = "bad-item",
      .explain = "mx1.isp.example: repair (no such item) the TXT record at example.com._serves._smtp.mx1.isp.example" },
    { "an entry that says both", .zone = HOST BASE(" factored") ENTRY("example.com", "yes no"), SENDER, .result = "permerror", .reason = "bad-entry" },
    { "an entry that says nothing", .zone = HOST BASE(" factored") ENTRY("example.com", "x=1"), SENDER, .result = "permerror", .reason = "bad-entry" },
    { "two entries", .zone = HOST BASE(" factored") ENTRY("example.com", "yes") ENTRY("example.com", "no"), SENDER, .result = "permerror", .reason = "several-records" },
    { "the entry fails", .zone = HOST BASE(" factored") "; servfail example.com._serves._smtp.mx1.isp.example\n", SENDER, .result = "temperror" },
    { "hashed", .zone = HOST BASE(" factored") ENTRY(HASHED, "yes"), SENDER, .result = "pass", .reason = "entry-yes",
      .holds = { "\"entry\":{\"record_domain\":\"" HASHED "._serves._smtp.mx1.isp.example\"" } },
    { "hashed, no", .zone = HOST BASE(" factored") ENTRY(HASHED, "no"), SENDER, .result = "fail", .reason = "entry-no" },
    { "the plain name goes first", .zone = HOST BASE(" factored") ENTRY("example.com", "yes") ENTRY(HASHED, "no"), SENDER, .result = "pass" },
    { "the hashed name fails", .zone = HOST BASE(" factored") "; servfail " HASHED "._serves._smtp.mx1.isp.example\n", SENDER, .result = "temperror" },
    { "a wildcard is all", .zone = HOST BASE(" factored") ENTRY("*", "yes"), SENDER, .result = "neutral", .reason = "wildcard",
      .explain = "mx1.isp.example: replace the wildcard below _serves._smtp.mx1.isp.example by an entry for each domain" },
    { "a wildcard that says no", .zone = HOST BASE(" factored") ENTRY("*", "no") ENTRY("example.com", "yes"), SENDER, .result = "pass" },
    { "... and for others", .zone = HOST BASE(" factored") ENTRY("*", "no"), SENDER, .result = "fail", .reason = "entry-no" },
    { "the probe fails", .zone = HOST BASE(" factored") ENTRY("example.com", "yes") "; servfail _any._serves._smtp.mx1.isp.example\n", SENDER, .result = "temperror" },
};

#define L60 "a23456789012345678901234567890123456789012345678901234567890"
#define LONG L60 "." L60 "." L60 ".example.com"
static const struct vector long_names[] = {
    { "an entry too long for a name", .zone = "1.2.0.192.in-addr.arpa. PTR " L60 ".isp.example\n" L60 ".isp.example. A 192.0.2.1\n"
                                              "_serves._smtp." L60 ".isp.example. TXT \"v=msd1 factored\"\n"
                                              "_h0da3c1e47f28c8ef3903ec0316e7e863368e051f._serves._smtp." L60 ".isp.example. TXT \"v=msd1 yes\"\n",
      .from = "u@" LONG, .result = "pass", .reason = "entry-yes" },
    { "... without an entry", .zone = "1.2.0.192.in-addr.arpa. PTR " L60 ".isp.example\n" L60 ".isp.example. A 192.0.2.1\n"
                                              "_serves._smtp." L60 ".isp.example. TXT \"v=msd1 factored\"\n",
      .from = "u@" LONG, .result = "fail", .reason = "no-entry", .explain = L60 ".isp.example: if this host sends for " LONG ", publish the TXT record \"v=msd1 yes\" at "
      "_h0da3c1e47f28c8ef3903ec0316e7e863368e051f._serves._smtp." L60 ".isp.example" },
};

#define BASE_OF(host, items) "_serves._smtp." host ". TXT \"v=msd1" items "\"\n"
#define TWO HOST "1.2.0.192.in-addr.arpa. PTR a.isp.example\na.isp.example. A 192.0.2.1\n"
static const struct vector hosts[] = {
    { "by the HELO name", .zone = "helo.example. A 192.0.2.1\n" BASE_OF("helo.example", " d:example.com only"), SENDER, .result = "pass",
      .holds = { "\"host\":\"helo.example\"" } },
    { "by a HELO name that is another's", .zone = "helo.example. A 192.0.2.2\n" BASE_OF("helo.example", " d:example.com only"), SENDER, .result = "none",
      .reason = "no-host" },
    { "HELO and PTR are one", .zone = HOST BASE(" only"), .helo = "MX1.isp.example", SENDER, .result = "fail",
      .holds = { "\"hosts\":[{\"host\":\"mx1.isp.example\",\"result\":\"fail\",\"reason\":\"not-listed\"}]" } },
    { "one of two names serves the domain", .zone = TWO BASE(" d:example.com only") BASE_OF("a.isp.example", " only"), SENDER, .result = "pass",
      .holds = { "\"host\":\"mx1.isp.example\"", "{\"host\":\"a.isp.example\",\"result\":\"fail\",\"reason\":\"not-listed\"}" } },
    { "one of two names has a record", .zone = TWO BASE(" only"), SENDER, .result = "fail", .holds = { "\"host\":\"mx1.isp.example\"" } },
    { "softfail outweighs fail", .zone = TWO BASE(" only") BASE_OF("a.isp.example", ""), SENDER, .result = "softfail" },
    { "neutral outweighs softfail", .zone = TWO BASE(" all") BASE_OF("a.isp.example", ""), SENDER, .result = "neutral" },
    { "permerror outweighs neutral", .zone = TWO BASE(" all") BASE_OF("a.isp.example", " frob"), SENDER, .result = "permerror" },
    { "temperror outweighs permerror", .zone = TWO "; servfail _serves._smtp.mx1.isp.example\n" BASE_OF("a.isp.example", " frob"), SENDER, .result = "temperror" },
    { "pass outweighs temperror", .zone = TWO "; servfail _serves._smtp.a.isp.example\n" BASE(" d:example.com"), SENDER, .result = "pass" },
    { "PTR fails", .zone = "; servfail 1.2.0.192.in-addr.arpa\n", SENDER, .result = "temperror" },
    { "PTR fails, the HELO name serves", .zone = "; servfail 1.2.0.192.in-addr.arpa\nhelo.example. A 192.0.2.1\n" BASE_OF("helo.example", " d:example.com"), SENDER,
      .result = "pass" },
    { "PTR fails, the HELO name does not", .zone = "; servfail 1.2.0.192.in-addr.arpa\nhelo.example. A 192.0.2.1\n" BASE_OF("helo.example", " only"), SENDER,
      .result = "temperror" },
    { "a name fails", .zone = HOST "1.2.0.192.in-addr.arpa. PTR a.isp.example\n; servfail a.isp.example\n" BASE(" only"), SENDER, .result = "temperror" },
    { "the HELO name fails", .zone = HOST "; servfail helo.example\n" BASE(" only"), SENDER, .result = "temperror" },
    { "three names are enough", SENDER, .result = "fail",
      .zone = "1.2.0.192.in-addr.arpa. PTR d.example\n1.2.0.192.in-addr.arpa. PTR c.example\n1.2.0.192.in-addr.arpa. PTR b.example\n1.2.0.192.in-addr.arpa. PTR a.example\n"
              "a.example. A 192.0.2.1\nb.example. A 192.0.2.1\nc.example. A 192.0.2.1\nd.example. A 192.0.2.1\n"
              BASE_OF("a.example", " only") BASE_OF("d.example", " d:example.com") },
    { "... the HELO name is one of them", SENDER, .result = "fail",
      .zone = "1.2.0.192.in-addr.arpa. PTR c.example\n1.2.0.192.in-addr.arpa. PTR b.example\n1.2.0.192.in-addr.arpa. PTR a.example\n"
              "a.example. A 192.0.2.1\nb.example. A 192.0.2.1\nc.example. A 192.0.2.1\nhelo.example. A 192.0.2.1\n"
              BASE_OF("helo.example", " only") BASE_OF("c.example", " d:example.com") },
    { "IPv6", .ip = "2001:db8::25", SENDER, .result = "pass",
      .zone = "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR mx1.isp.example\nmx1.isp.example. AAAA 2001:db8::25\n" BASE(" d:example.com") },
    { "the null sender", .zone = HOST BASE(" only"), .from = "<>", .result = "none", .reason = "no-identity", .questions = "" },
    { "one label", .zone = HOST BASE(" d:com"), .from = "u@com", .result = "none", .reason = "no-identity", .questions = "" },
    { "an address literal", .zone = HOST BASE(" only"), .from = "u@[192.0.2.1]", .result = "none", .reason = "no-identity", .questions = "" },
    { "unknown client: no subject", .ip = "", SENDER, .result = "none", .reason = "no-subject", .questions = "" },
    { "exempt", .conf = "internal_networks = [ \"192.0.2.0/24\" ];", .zone = HOST BASE(" only"), SENDER, .result = "policy", .reason = "exempt", .questions = "" },
};

#define RR_CONF "methods = { msd = { rr_type = 65282; }; };"
static const struct vector record_types[] = {
    { "a base at the host", .conf = RR_CONF, .zone = HOST "mx1.isp.example. TYPE65282 \\# 18 01010D076578616D706C6503636F6D000500\n", SENDER, .result = "pass",
      .holds = { "\"record_type\":\"TYPE65282\"", "\"record_domain\":\"mx1.isp.example\"", "\"record\":\"v=msd1 d:example.com only\"" } },
    { "it wins", .conf = RR_CONF, .zone = HOST "mx1.isp.example. TYPE65282 \\# 3 010500\n" BASE(" d:example.com"), SENDER, .result = "fail",
      .explain = "mx1.isp.example: if this host sends for example.com, add d:example.com to the TYPE65282 record at mx1.isp.example" },
    { "an entry", .conf = RR_CONF, .zone = HOST BASE(" factored") "example.com._serves._smtp.mx1.isp.example. TYPE65282 \\# 3 010600\n", SENDER, .result = "pass" },
    { "an entry, no", .conf = RR_CONF, .zone = HOST "mx1.isp.example. TYPE65282 \\# 3 010400\nexample.com._serves._smtp.mx1.isp.example. TYPE65282 \\# 3 010700\n", SENDER,
      .result = "fail", .reason = "entry-no" },
    { "another version", .conf = RR_CONF, .zone = HOST "mx1.isp.example. TYPE65282 \\# 3 020500\n" BASE(" d:example.com"), SENDER, .result = "pass" },
    { "fails", .conf = RR_CONF, .zone = HOST "; servfail mx1.isp.example TYPE65282\n" BASE(" d:example.com"), SENDER, .result = "temperror" },
    { "off", .zone = HOST "mx1.isp.example. TYPE65282 \\# 3 010500\n", SENDER, .result = "none" },
};

static void sheet_vectors(void **state) { (void)state; vectors_play(&msd_method, 0, sheet, COUNT_OF(sheet)); }
static void the_list(void **state) { (void)state; vectors_play(&msd_method, 0, items, COUNT_OF(items)); }
static void the_entries(void **state) { (void)state; vectors_play(&msd_method, 0, factored, COUNT_OF(factored)); }
static void names_too_long(void **state) { (void)state; vectors_play(&msd_method, 0, long_names, COUNT_OF(long_names)); }
static void the_hosts(void **state) { (void)state; vectors_play(&msd_method, 0, hosts, COUNT_OF(hosts)); }
static void both_record_types(void **state) { (void)state; vectors_play(&msd_method, 0, record_types, COUNT_OF(record_types)); }

/* Ten names of which the last three lead back, each factored, without entries: with both record types. */
static void thirty_questions(void **state)
{
    (void)state;
    struct arena *a = arena_new(1u << 20);
    struct player *p = player_new(&msd_method, SLICE(RR_CONF));
    struct text t = text_in(a, 1u << 16);
    for (unsigned i = 0; i < 10; i++)
        text_addf(&t, "1.2.0.192.in-addr.arpa. PTR h%u.example\nh%u.example. A 192.0.2.%u\n_serves._smtp.h%u.example. TXT \"v=msd1 factored\"\n", i, i, i > 6 ? 1 : 2, i);
    player_zone(p, text_slice(&t));
    struct play play = { .ip = SLICE("192.0.2.1"), .from = SLICE("u@example.com"), .no_scouts = true };
    struct played r = player_play(p, &play);
    assert_true(slice_same(fact_text(r.facts, "reason"), SLICE("no-entry")));
    assert_true(r.asked <= MSD_ASKS);
    play.no_scouts = false;
    r = player_play(p, &play);
    assert_true(slice_same(fact_text(r.facts, "reason"), SLICE("no-entry")));
    assert_true(r.asked <= MSD_ASKS + MSD_HINTS);
    player_free(p);
    arena_free(a);
}

static void prints_as_experimental(void **state)
{
    (void)state;
    struct player *p = player_new(&msd_method, SLICE("authres = { legacy = true; };"));
    player_zone(p, SLICE(HOST BASE(" d:example.com only")));
    struct played r = player_play(p, &(struct play){ .ip = SLICE("192.0.2.1"), .from = SLICE("u@example.com") });
    assert_true(slice_same(r.authentication_results, SLICE(PLAYER_RECEIVER "; x-msd=pass smtp.mailfrom=example.com policy.host=mx1.isp.example")));
    r = player_play(p, &(struct play){ .ip = SLICE("192.0.2.2"), .from = SLICE("u@example.com") });
    assert_true(slice_same(r.authentication_results, SLICE(PLAYER_RECEIVER "; none")));
    player_free(p);
}

static void manual_has_the_options(void **state)
{
    (void)state;
    vectors_check_manual(&msd_method, __FILE__);
}

int main(void)
{
    if (crypto_start() != STATUS_OK)
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sheet_vectors),
        cmocka_unit_test(the_list),
        cmocka_unit_test(the_entries),
        cmocka_unit_test(names_too_long),
        cmocka_unit_test(the_hosts),
        cmocka_unit_test(both_record_types),
        cmocka_unit_test(thirty_questions),
        cmocka_unit_test(prints_as_experimental),
        cmocka_unit_test(manual_has_the_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
