/* dmp_test: the sheet's vectors and ours, through the engine; see method_vectors.h for what must hold for each. */
#include "methods/dmp/dmp.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "fakes/method_vectors.h"
#include "methods/dmp/dmp_record.h"
#include "methods/list.h"

#define CONF(line) "methods = { dmp = { " line " }; };"
#define SHEET \
    "_smtp-client.example.com. TXT \"dmp=\"\n" \
    "1.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\n" \
    "*._smtp-client.example.com. TXT \"dmp=deny\"\n" \
    "_smtp-client.sender.example.com. TXT \"dmp=\"\n" \
    "1.2.0.192.in-addr._smtp-client.sender.example.com. TXT \"dmp=allow\"\n" \
    "*._smtp-client.sender.example.com. TXT \"dmp=deny\"\n" \
    "5.2.0.192.in-addr._smtp-client.othersender.example.org. TXT \"dmp=allow\"\n"
#define DENIES "5.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=deny\"\n"
#define OTHER .helo = "othersender.example.org"
#define SENDER .from = "u@example.com"

static const struct vector sheet[] = {
    { "dmp.md 1", .zone = SHEET, .helo = "sender.example.com", SENDER, .result = "pass", .reason = "sender-allowed",
      .holds = { "\"identity\":\"mailfrom\"", "\"domain\":\"example.com\"", "\"statement\":true" }, .explain = "" },
    { "dmp.md 2", .zone = SHEET DENIES, .ip = "192.0.2.5", OTHER, SENDER, .result = "pass", .reason = "helo-allowed",
      .holds = { "\"identity\":\"helo\"", "\"domain\":\"othersender.example.org\"", "\"mailfrom\":\"fail\"", "\"mailfrom_reason\":\"denied\"",
                 "\"mailfrom_domain\":\"example.com\"" } },
    { "dmp.md 3", .zone = SHEET, .helo = "sender.example.com", .from = "<>", .result = "pass", .reason = "helo-allowed",
      .holds = { "\"identity\":\"helo\"" }, .lacks = "\"mailfrom" },
    { "dmp.md 4", .zone = SHEET, .ip = "192.0.2.7", .helo = "sender.example.com", .from = "<>", .result = "fail", .reason = "not-listed",
      .holds = { "\"domain\":\"sender.example.com\"" },
      .explain = "sender.example.com: if this host is yours, add the TXT record \"dmp=allow\" at 7.2.0.192.in-addr._smtp-client.sender.example.com" },
    { "dmp.md 5", .zone = SHEET, .from = "u@nodmp.example", .result = "none", .reason = "no-record", .lacks = "\"statement\"",
      .questions = "TXT 1.2.0.192.in-addr._smtp-client.nodmp.example, TXT _smtp-client.nodmp.example" },
    { "dmp.md 5b", .conf = CONF("accept_nondmp = false;"), .zone = SHEET, .from = "u@nodmp.example", .result = "fail", .reason = "no-record-refused",
      .lacks = "\"statement\"", .holds = { "\"domain\":\"nodmp.example\"" },
      .explain = "nodmp.example: publish the TXT record \"dmp=\" at _smtp-client.nodmp.example, and \"dmp=allow\" for each address that sends" },
    { "dmp.md 6", .zone = SHEET "; servfail 9.2.0.192.in-addr._smtp-client.example.com\n", .ip = "192.0.2.9", SENDER, .result = "temperror",
      .reason = "dns-failed" },
    { "dmp.md 7", .zone = SHEET DENIES "; servfail 5.2.0.192.in-addr._smtp-client.helo.example\n", .ip = "192.0.2.5", SENDER, .result = "temperror" },
    { "dmp.md 8", .zone = SHEET DENIES, .ip = "192.0.2.5", SENDER, .result = "fail", .reason = "denied",
      .holds = { "\"domain\":\"example.com\"", "\"identity\":\"mailfrom\"" },
      .explain = "example.com: if this host is yours, add the TXT record \"dmp=allow\" at 5.2.0.192.in-addr._smtp-client.example.com" },
    { "dmp.md 9", .zone = SHEET, .ip = "192.0.2.7", SENDER, .result = "fail", .reason = "not-listed" },
    { "dmp.md 10", .conf = CONF("helo_alternative = false;"), .zone = SHEET DENIES, .ip = "192.0.2.5", OTHER, SENDER, .result = "fail", .reason = "denied",
      .questions = "TXT 5.2.0.192.in-addr._smtp-client.example.com" },
    { "dmp.md 11", .zone = "_smtp-client.example.com. TXT \"dmp=\"\n1.2.0.192.in-addr._smtp-client.example.com. TXT \"DMP=ALLOW\"\n"
                           "1.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=deny\"\n", SENDER, .result = "fail", .reason = "conflict",
      .holds = { "\"conflict\":true" },
      .explain = "example.com: remove \"dmp=allow\" or \"dmp=deny\", which both stand at 1.2.0.192.in-addr._smtp-client.example.com" },
    { "dmp.md 12", .zone = "1.2.0.192.in-addr._smtp-client.example.com. TXT \"DMP=Allow\"\n", SENDER, .result = "pass" },
};

static const struct vector more[] = {
    { "conflict of a domain that takes no part", SENDER, .result = "none", .reason = "no-record", .holds = { "\"conflict\":true" },
      .zone = "1.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\n1.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=deny\"\n" },
    { "other TXT is ignored", SENDER, .result = "pass",
      .zone = "1.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\n1.2.0.192.in-addr._smtp-client.example.com. TXT \"v=spf1\"\n" },
    { "only other TXT", .zone = "1.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow \"\n", SENDER, .result = "none" },
    { "strings are joined", .zone = "1.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=\" \"allow\"\n", SENDER, .result = "pass" },
    { "a misspelt participation record is none", SENDER, .result = "none",
      .zone = "_smtp-client.example.com. TXT \"dmp=yes\"\n" },
    { "the extension's roles are no participation unless read", .zone = "_smtp-client.example.com. TXT \"dmp=domain,host\"\n", SENDER, .result = "none" },
    { "a network's wildcard is legal", .zone = "*.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\n", SENDER, .result = "pass" },
    { "a family's wildcard is legal", .zone = "*.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\n", SENDER, .result = "pass" },
    { "the global wildcard is not", .zone = "*._smtp-client.example.com. TXT \"dmp=allow\"\n", SENDER, .result = "policy", .reason = "global-wildcard",
      .lacks = "\"statement\"",
      .explain = "example.com: replace the TXT record \"dmp=allow\" at *._smtp-client by records for the addresses that send" },
    { "the HELO name's global wildcard changes nothing", .ip = "192.0.2.5", OTHER, SENDER, .result = "fail", .reason = "denied",
      .zone = DENIES "*._smtp-client.othersender.example.org. TXT \"dmp=allow\"\n" },
    { "... and for the null sender is policy", OTHER, .from = "<>", .result = "policy", .reason = "global-wildcard",
      .zone = "*._smtp-client.othersender.example.org. TXT \"dmp=allow\"\n", .holds = { "\"identity\":\"helo\"" } },
    { "IPv6", .ip = "2001:db8::25", SENDER, .result = "pass",
      .zone = "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._smtp-client.example.com. TXT \"dmp=allow\"\n" },
    { "IPv6 not listed", .ip = "2001:db8::25", SENDER, .result = "fail", .zone = "_smtp-client.example.com. TXT \"dmp=\"\n",
      .explain = "example.com: if this host is yours, add the TXT record \"dmp=allow\" at "
                 "5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._smtp-client.example.com" },
    { "IPv4-mapped client", .ip = "::ffff:192.0.2.1", .zone = SHEET, SENDER, .result = "pass" },
    { "participation fails", .zone = "; servfail _smtp-client.example.com\n", SENDER, .result = "temperror" },
    { "... but the address is allowed", SENDER, .result = "pass",
      .zone = "; servfail _smtp-client.example.com\n1.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=allow\"\n" },
    { "HELO takes part and does not list it", .zone = DENIES "_smtp-client.othersender.example.org. TXT \"dmp=\"\n", .ip = "192.0.2.5", OTHER, SENDER,
      .result = "fail", .reason = "denied" },
    { "null sender, HELO takes no part", .from = "<>", .result = "none", .reason = "no-record" },
    { "null sender, HELO takes no part, refused", .conf = CONF("accept_nondmp = false;"), .from = "<>", .result = "fail", .reason = "no-record-refused" },
    { "null sender, HELO no name: nothing is asked", .from = "<>", .helo = "[192.0.2.1]", .result = "none", .reason = "no-identity", .questions = "" },
    { "null sender, HELO no name, refused", .conf = CONF("accept_nondmp = false;"), .from = "<>", .helo = "localhost", .result = "fail",
      .reason = "no-record-refused", .questions = "", .explain = "" },
    { "MAIL FROM without domain", .from = "u@[192.0.2.1]", .result = "none", .reason = "no-identity", .questions = "" },
    { "HELO no name: the mail domain's word stands", .zone = DENIES, .ip = "192.0.2.5", .helo = "localhost", SENDER, .result = "fail",
      .questions = "TXT 5.2.0.192.in-addr._smtp-client.example.com" },
    { "not accepted, HELO allowed", .conf = CONF("accept_nondmp = false;"), OTHER, .from = "u@nodmp.example", .ip = "192.0.2.5", .zone = SHEET,
      .result = "pass", .reason = "helo-allowed", .holds = { "\"mailfrom\":\"none\"" } },
    { "a name too long to ask has no record", .ip = "2001:db8::25", .result = "none", .questions = "",
      .from = "u@aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
              "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example" },
    { "route ignored", .zone = SHEET, .from = "<@hop.example,@b.example:u@example.com>", .result = "pass" },
    { "route followed", .conf = CONF("source_route = true;"), .from = "<@hop.example,@b.example:u@example.com>", .result = "pass",
      .zone = "1.2.0.192.in-addr._smtp-client.hop.example. TXT \"dmp=allow\"\n", .holds = { "\"domain\":\"hop.example\"" } },
    { "no route to follow", .conf = CONF("source_route = true;"), .zone = SHEET, SENDER, .result = "pass" },
    { "exempt", .conf = "internal_networks = [ \"192.0.2.0/24\" ];", .zone = SHEET, SENDER, .result = "policy", .reason = "exempt", .explain = "" },
    { "unknown client", .ip = "", .zone = SHEET, SENDER, .result = "none", .reason = "no-subject" },
};

#define ALT .conf = CONF("altdomain = true;")
#define ALLOW(domain) "1.2.0.192.in-addr._smtp-client." domain ". TXT \"dmp=allow\"\n"
static const struct vector extensions[] = {
    { "altdomain allows", ALT, SENDER, .result = "pass", .reason = "altdomain-allowed", .holds = { "\"altdomain\":\"b.example\"", "\"domain\":\"example.com\"" },
      .zone = "_smtp-client.example.com. TXT \"dmp=altdomain:a.example.,b.example.\"\n" ALLOW("b.example") },
    { "altdomain is not read unless switched on", SENDER, .result = "none",
      .zone = "_smtp-client.example.com. TXT \"dmp=altdomain:b.example.\"\n" ALLOW("b.example") },
    { "a denied address may still be an alternative's", ALT, SENDER, .result = "pass", .reason = "altdomain-allowed",
      .zone = "1.2.0.192.in-addr._smtp-client.example.com. TXT \"dmp=deny\"\n_smtp-client.example.com. TXT \"dmp=altdomain:b.example.\"\n" ALLOW("b.example") },
    { "none of them allows", ALT, SENDER, .result = "fail", .reason = "not-listed", .zone = "_smtp-client.example.com. TXT \"dmp=altdomain:a.example.,b.example.\"\n" },
    { "no recursion", ALT, SENDER, .result = "fail", .reason = "not-listed",
      .zone = "_smtp-client.example.com. TXT \"dmp=altdomain:a.example.\"\n_smtp-client.a.example. TXT \"dmp=altdomain:b.example.\"\n" ALLOW("b.example") },
    { "an alternative fails before one allows", ALT, SENDER, .result = "temperror",
      .zone = "_smtp-client.example.com. TXT \"dmp=altdomain:a.example.,b.example.\"\n; servfail 1.2.0.192.in-addr._smtp-client.a.example\n" ALLOW("b.example") },
    { "an alternative fails behind one that allows", ALT, SENDER, .result = "pass",
      .zone = "_smtp-client.example.com. TXT \"dmp=altdomain:b.example.,a.example.\"\n; servfail 1.2.0.192.in-addr._smtp-client.a.example\n" ALLOW("b.example") },
    { "an alternative's global wildcard", ALT, SENDER, .result = "policy", .reason = "global-wildcard",
      .zone = "_smtp-client.example.com. TXT \"dmp=altdomain:b.example.\"\n*._smtp-client.b.example. TXT \"dmp=allow\"\n",
      .explain = "b.example: replace the TXT record \"dmp=allow\" at *._smtp-client by records for the addresses that send" },
    { "alternatives before HELO", ALT, SENDER, .ip = "192.0.2.5", OTHER, .result = "pass", .reason = "altdomain-allowed",
      .zone = SHEET "_smtp-client.example.com. TXT \"dmp=altdomain:b.example.\"\n5.2.0.192.in-addr._smtp-client.b.example. TXT \"dmp=allow\"\n" },
    { "roles take part", ALT, SENDER, .result = "fail", .reason = "not-listed", .zone = "_smtp-client.example.com. TXT \"dmp=domain,forwarder\"\n" },
    { "ten alternatives", ALT, SENDER, .result = "pass",
      .zone = "_smtp-client.example.com. TXT \"dmp=altdomain:a.ex.,b.ex.,c.ex.,d.ex.,e.ex.,f.ex.,g.ex.,h.ex.,i.ex.,j.ex.\"\n" ALLOW("j.ex") },
    { "eleven are no record", ALT, SENDER, .result = "none",
      .zone = "_smtp-client.example.com. TXT \"dmp=altdomain:a.ex.,b.ex.,c.ex.,d.ex.,e.ex.,f.ex.,g.ex.,h.ex.,i.ex.,j.ex.,k.ex.\"\n" ALLOW("j.ex") },
    { "two lists: the first in octet order", ALT, SENDER, .result = "fail",
      .zone = "_smtp-client.example.com. TXT \"dmp=altdomain:b.example.\"\n_smtp-client.example.com. TXT \"dmp=altdomain:a.example.\"\n" ALLOW("b.example") },
};

static void sheet_vectors(void **state) { (void)state; vectors_play(&dmp_method, 0, sheet, COUNT_OF(sheet)); }
static void further_vectors(void **state) { (void)state; vectors_play(&dmp_method, 0, more, COUNT_OF(more)); }
static void proposed_extensions(void **state) { (void)state; vectors_play(&dmp_method, 0, extensions, COUNT_OF(extensions)); }

/* ---- records ---- */

static void reads_and_prints_records(void **state)
{
    static const struct { const char *text; enum dmp_kind kind; const char *printed; } vectors[] = {
        { "", DMP_OTHER, "" },
        { "dmp", DMP_OTHER, "" },
        { "dmp =", DMP_OTHER, "" },
        { " dmp=", DMP_OTHER, "" },
        { "dmp=allow ", DMP_OTHER, "" },
        { "dmp=allow.", DMP_OTHER, "" },
        { "dmp=allowed", DMP_OTHER, "" },
        { "dmp=allow,deny", DMP_OTHER, "" },
        { "dmp=host,", DMP_OTHER, "" },
        { "dmp=,host", DMP_OTHER, "" },
        { "dmp=altdomain", DMP_OTHER, "" },
        { "dmp=altdomain:", DMP_OTHER, "" },
        { "dmp=altdomain:a..b", DMP_OTHER, "" },
        { "dmp=altdomain:a.example.,", DMP_OTHER, "" },
        { "dmp=altdomain:b\xc3\xbc" "cher.example.", DMP_OTHER, "" },
        { "x=altdomain:a.example.", DMP_OTHER, "" },
        { "dmp=other:a.example.", DMP_OTHER, "" },
        { "dmp=", DMP_PARTICIPANT, "dmp=" },
        { "DMP=", DMP_PARTICIPANT, "dmp=" },
        { "dmp=ALLOW", DMP_ALLOW, "dmp=allow" },
        { "Dmp=Deny", DMP_DENY, "dmp=deny" },
        { "dmp=Host", DMP_ROLES, "dmp=host" },
        { "dmp=forwarder,domain,host,host", DMP_ROLES, "dmp=domain,host,forwarder" },
        { "dmp=altdomain:a.example,B.example.", DMP_ALTDOMAIN, "dmp=altdomain:a.example.,B.example." },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        char room[200];
        struct dmp_record r, again;
        struct text t = text_fixed(room, sizeof room);
        dmp_parse(slice_str(vectors[i].text), &r);
        text_add_dmp(&t, &r);
        if (r.kind != vectors[i].kind || !slice_same(text_slice(&t), slice_str(vectors[i].printed)))
            fail_msg("%s: kind %d, %.*s", vectors[i].text, (int)r.kind, (int)t.len, room);
        dmp_parse(text_slice(&t), &again);
        assert_int_equal(again.kind, r.kind);
        assert_int_equal(again.roles, r.roles);
        assert_int_equal(again.domain_count, r.domain_count);
    }
    struct dmp_record r;
    dmp_parse(slice_of("dmp=allow\0", 10), &r);
    assert_int_equal(r.kind, DMP_OTHER);
}

static void manual_has_the_options(void **state)
{
    (void)state;
    vectors_check_manual(&dmp_method, __FILE__);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_prints_records),
        cmocka_unit_test(sheet_vectors),
        cmocka_unit_test(further_vectors),
        cmocka_unit_test(proposed_extensions),
        cmocka_unit_test(manual_has_the_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
