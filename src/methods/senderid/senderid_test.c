/* senderid_test: the sheet's vectors (senderid.md) and ours, through the engine; see method_vectors.h for what must hold for each. */
#include "methods/senderid/senderid.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>

#include <cmocka.h>

#include "fakes/method_vectors.h"
#include "methods/list.h"

#define CONF(options) "methods = { senderid = { " options " }; };"
#define FROM(address) .header = "From: " address "\n"
#define OTHER .ip = "192.0.2.2"

/* ---- the address: RFC 4407; its own table is mail/pra_test.c ---- */

#define EVERYBODY \
    "x.example. TXT \"spf2.0/pra +all\"\ny.example. TXT \"spf2.0/pra +all\"\nz.example. TXT \"spf2.0/pra +all\"\nw.example. TXT \"spf2.0/pra +all\"\n"
#define HOP "Received: from a by b; x\n"

static const struct vector addresses[] = {
    { "senderid.md 1", .zone = EVERYBODY, FROM("a@x.example"), .result = "pass", .reason = "authorised", .questions = "TXT x.example",
      .holds = { "\"pra\":\"a@x.example\"", "\"scope\":\"pra\"", "\"field\":\"From\"", "\"identity\":\"pra\"", "\"domain\":\"x.example\"", "\"record_version\":\"spf2.0\"" } },
    { "senderid.md 2", .zone = EVERYBODY, .header = "From: a@x.example\nSender: b@y.example\n", .result = "pass", .questions = "TXT y.example",
      .holds = { "\"pra\":\"b@y.example\"", "\"field\":\"Sender\"" } },
    { "senderid.md 3", .zone = EVERYBODY, .header = "Resent-From: c@z.example\nFrom: a@x.example\nSender: b@y.example\n", .result = "pass",
      .questions = "TXT z.example", .holds = { "\"pra\":\"c@z.example\"", "\"field\":\"Resent-From\"" } },
    { "senderid.md 4", .zone = EVERYBODY, .header = "Resent-From: c@z.example\n" HOP "Resent-Sender: d@w.example\nFrom: a@x.example\n", .result = "pass",
      .holds = { "\"pra\":\"c@z.example\"" } },
    { "senderid.md 5", .zone = EVERYBODY, .header = "Resent-Sender: d@w.example\nResent-From: c@z.example\nFrom: a@x.example\n", .result = "pass",
      .holds = { "\"pra\":\"d@w.example\"" } },
    { "senderid.md 6", .zone = EVERYBODY, .header = "Resent-From: c@z.example\nResent-Sender: d@w.example\nFrom: a@x.example\n", .result = "pass",
      .holds = { "\"pra\":\"d@w.example\"" } },
    { "senderid.md 7", .zone = EVERYBODY, .header = "From: a@x.example\nFrom: b@x.example\n", .result = "permerror", .reason = "several-from", .questions = "",
      .holds = { "\"pra\":null", "\"field\":null", "\"text\":\"nobody is responsible: several From fields\"" },
      .explain = "the sending program must write one From field (RFC 5322 3.6)" },
    { "senderid.md 8", .zone = EVERYBODY, FROM("a@x.example, b@x.example"), .result = "permerror", .reason = "several-addresses", .questions = "",
      .holds = { "\"pra\":null", "\"field\":\"From\"", "\"text\":\"nobody is responsible: several addresses in From\"" },
      .explain = "the sending program must write one address with a domain name into From, or add a Sender field that has one" },
    { "senderid.md 9", .zone = EVERYBODY, .header = "Sender:   \nFrom: a@x.example\n", .result = "pass", .holds = { "\"pra\":\"a@x.example\"" } },
    { "no From", .header = "Subject: x\n", .result = "permerror", .reason = "no-from", .explain = "the sending program must write one From field (RFC 5322 3.6)" },
    { "two Sender", .header = "Sender: a@x.example\nSender: a@x.example\nFrom: a@x.example\n", .result = "permerror", .reason = "several-sender",
      .explain = "the sending program must write one Sender field at most (RFC 5322 3.6)" },
    { "malformed Sender", .header = "Sender: hello\nFrom: a@x.example\n", .zone = EVERYBODY, .result = "permerror", .reason = "malformed-address",
      .explain = "the sending program must write one address with a domain name into Sender" },
    { "group", FROM("friends: a@x.example;"), .zone = EVERYBODY, .result = "permerror", .reason = "group" },
    { "address literal", FROM("a@[192.0.2.1]"), .result = "permerror", .reason = "address-without-domain", .questions = "" },
    { "a name for people is none", .zone = "j.example. TXT \"spf2.0/pra -all\"\n" EVERYBODY, FROM("\"j@j.example\" <a@x.example>"), .result = "pass",
      .questions = "TXT x.example" },
    { "U-labels", .zone = "xn--bcher-kva.example. TXT \"spf2.0/pra -all\"\n", FROM("a@b\xc3\xbc" "cher.example"), .result = "fail",
      .holds = { "\"pra\":\"a@xn--bcher-kva.example\"" } },
    { "quoted local part", .zone = EVERYBODY, FROM("\"a b\"@x.example"), .result = "pass", .holds = { "\"pra\":\"\\\"a b\\\"@x.example\"" } },
    { "unknown client: no subject", .ip = "", .zone = EVERYBODY, FROM("a@x.example"), .result = "none", .reason = "no-subject", .holds = { "\"pra\":null" } },
    { "exempt", .conf = "internal_networks = [ \"192.0.2.0/24\" ];", .zone = EVERYBODY, FROM("a@x.example"), .result = "none", .reason = "exempt", .questions = "",
      .explain = "" },
};

/* ---- which record speaks: RFC 4406 4.4 ---- */

#define TEN "v.example. TXT \"v=spf1 -all\"\nv.example. TXT \"spf2.0/pra ip4:192.0.2.1 -all\"\n"
#define MFROM_ONLY "v.example. TXT \"spf2.0/mfrom ip4:192.0.2.1 -all\"\n"
#define MFROM .conf = CONF("scope = \"mfrom\";"), .from = "b@v.example"

static const struct vector records[] = {
    { "senderid.md 10, pra", .zone = TEN, FROM("a@v.example"), .result = "pass", .holds = { "\"record_version\":\"spf2.0\"" } },
    { "senderid.md 10, mfrom", .zone = TEN, MFROM, .result = "fail", .reason = "spf-record-denies",
      .holds = { "\"record_version\":\"v=spf1\"", "\"scope\":\"mfrom\"", "\"identity\":\"mailfrom\"" } },
    { "senderid.md 11", .zone = MFROM_ONLY, FROM("a@v.example"), .result = "none", .reason = "no-scope-record", .holds = { "\"quiet\":true" },
      .explain = "v.example: publish a TXT record such as \"spf2.0/pra mx -all\"" },
    { "senderid.md 11, mfrom", .zone = MFROM_ONLY, MFROM, .result = "pass" },
    { "senderid.md 12, whole words only", .zone = "v.example. TXT \"spf2.0/prattle +all\"\n", FROM("a@v.example"), .result = "none" },
    { "senderid.md 12, twice", .zone = "v.example. TXT \"spf2.0/pra +all\"\nv.example. TXT \"spf2.0/pra -all\"\n", FROM("a@v.example"), .result = "permerror",
      .reason = "several-records" },
    { "senderid.md 12, no such domain", .zone = "x.example. A 192.0.2.1\n", FROM("a@v.example"), .result = "fail", .reason = "domain-absent",
      .holds = { "\"fail_reason\":\"Domain Does Not Exist\"", "\"absent\":true", "\"pra\":\"a@v.example\"" }, .lacks = "\"statement\"",
      .explain = "the sending program must use an address in a domain that exists, not in v.example" },
    { "... for the envelope it is none", .zone = "x.example. A 192.0.2.1\n", MFROM, .result = "none", .reason = "no-domain", .holds = { "\"absent\":true" } },
    { "a domain of one label (senderid.md)", FROM("a@localhost"), .result = "fail", .reason = "malformed-domain", .questions = "",
      .holds = { "\"fail_reason\":\"Malformed Domain\"" }, .lacks = "\"absent\"" },
    { "... for the envelope it is none", .conf = CONF("scope = \"mfrom\";"), .from = "a@localhost", .result = "none", .reason = "no-identity" },
    { "both scopes in one record", .zone = "v.example. TXT \"spf2.0/mfrom,pra ip4:192.0.2.1 -all\"\n", FROM("a@v.example"), .result = "pass" },
    { "a further scope is passed over", .zone = "v.example. TXT \"spf2.0/mfrom,pra,fubar -all\"\n", FROM("a@v.example"), .result = "fail", .reason = "not-authorised",
      .holds = { "\"fail_reason\":\"Not Permitted\"", "\"statement\":true" }, .lacks = "\"quiet\"",
      .explain = "v.example: if this host is yours, add ip4:192.0.2.1 to the spf2.0/pra record" },
    { "any case", .zone = "v.example. TXT \"SPF2.0/PRA -all\"\n", FROM("a@v.example"), .result = "fail" },
    { "any minor version", .zone = "v.example. TXT \"spf2.917/pra -all\"\n", FROM("a@v.example"), .result = "fail" },
    { "no minor version", .zone = "v.example. TXT \"spf2./pra -all\"\n", FROM("a@v.example"), .result = "none" },
    { "another major version", .zone = "v.example. TXT \"spf3.0/pra -all\"\n", FROM("a@v.example"), .result = "none" },
    { "an empty scope", .zone = "v.example. TXT \"spf2.0/pra, -all\"\n", FROM("a@v.example"), .result = "none" },
    { "scopes in two records", .zone = "v.example. TXT \"spf2.0/pra -all\"\nv.example. TXT \"spf2.0/mfrom +all\"\n", FROM("a@v.example"), .result = "fail" },
    { "two of SPF's own behind one of ours", .zone = "v.example. TXT \"v=spf1 a\"\nv.example. TXT \"v=spf1 mx\"\nv.example. TXT \"spf2.0/pra -all\"\n",
      FROM("a@v.example"), .result = "fail" },
    { "v=spf1 stands in", .zone = "v.example. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n", FROM("a@v.example"), .result = "pass", .reason = "authorised",
      .holds = { "\"record_version\":\"v=spf1\"", "\"quiet\":true", "\"identity\":\"none\"", "\"text\":\"by its SPF record\"" } },
    { "... and denies", .zone = "v.example. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n", OTHER, FROM("a@v.example"), .result = "fail", .reason = "spf-record-denies",
      .holds = { "\"fail_reason\":\"Not Permitted\"", "\"quiet\":true", "\"identity\":\"none\"" },
      .explain = "v.example: if this host is yours, add ip4:192.0.2.2 to the SPF record; if that is meant for envelopes only, publish \"spf2.0/pra ?all\" beside it" },
    { "... or doubts", .zone = "v.example. TXT \"v=spf1 ~all\"\n", FROM("a@v.example"), .result = "softfail", .reason = "doubtful" },
    { "... beside a record for another scope", .zone = MFROM_ONLY "v.example. TXT \"v=spf1 -all\"\n", FROM("a@v.example"), .result = "fail",
      .reason = "spf-record-denies" },
    { "... unless it is switched off", .conf = CONF("fallback = false;"), .zone = "v.example. TXT \"v=spf1 -all\"\n", FROM("a@v.example"), .result = "none",
      .reason = "no-scope-record" },
    { "... twice", .zone = "v.example. TXT \"v=spf1 a\"\nv.example. TXT \"v=spf1 mx\"\n", FROM("a@v.example"), .result = "permerror", .reason = "several-records",
      .holds = { "\"quiet\":true" } },
    { "the way out of it (RFC 4406 3.4)", .zone = "v.example. TXT \"v=spf1 -all\"\nv.example. TXT \"spf2.0/pra ?all\"\n", FROM("a@v.example"), .result = "neutral",
      .reason = "no-assertion" },
    { "a broken record for the scope is not stood in for", .zone = "v.example. TXT \"v=spf1 +all\"\nv.example. TXT \"spf2.0/pra ip4:x\"\n", FROM("a@v.example"),
      .result = "permerror", .reason = "bad-address",
      .explain = "v.example: repair \"ip4:x\" in the SPF record of v.example: not an address of this family" },
    { "a broken record for another scope does no harm", .zone = "v.example. TXT \"spf2.0/mfrom ip4:x\"\nv.example. TXT \"spf2.0/pra -all\"\n", FROM("a@v.example"),
      .result = "fail" },
    { "other TXT records", .zone = "v.example. TXT \"hello\"\nv.example. TXT \"\"\n", FROM("a@v.example"), .result = "none" },
    { "no TXT record", .zone = "v.example. A 192.0.2.1\n", FROM("a@v.example"), .result = "none", .reason = "no-scope-record" },
    { "silence", .zone = "; timeout v.example TXT\n", FROM("a@v.example"), .result = "temperror", .reason = "dns-timeout" },
    { "failure", .zone = "; servfail v.example TXT\n", FROM("a@v.example"), .result = "temperror", .reason = "dns-failed" },
};

/* ---- evaluation keeps the scope ---- */

#define TARGET "t.example. TXT \"spf2.0/pra ip4:192.0.2.1 -all\"\nt.example. TXT \"v=spf1 -all\"\n"

static const struct vector evaluations[] = {
    { "include", .zone = TARGET "v.example. TXT \"spf2.0/pra include:t.example -all\"\n", FROM("a@v.example"), .result = "pass" },
    { "include by a record that stands in", .zone = TARGET "v.example. TXT \"v=spf1 include:t.example -all\"\n", FROM("a@v.example"), .result = "pass" },
    { "include of what only SPF reads", .zone = "t.example. TXT \"v=spf1 ip4:192.0.2.1 -all\"\nv.example. TXT \"spf2.0/pra include:t.example -all\"\n", FROM("a@v.example"),
      .result = "pass", .holds = { "\"record_version\":\"spf2.0\"", "\"identity\":\"pra\"" } },
    { "... also where none may stand in for the domain itself", .conf = CONF("fallback = false;"), FROM("a@v.example"),
      .zone = "t.example. TXT \"v=spf1 ip4:192.0.2.1 -all\"\nv.example. TXT \"spf2.0/pra include:t.example -all\"\n", .result = "pass" },
    { "include of another scope", .zone = "t.example. TXT \"spf2.0/mfrom +all\"\nv.example. TXT \"spf2.0/pra include:t.example -all\"\n", FROM("a@v.example"),
      .result = "permerror", .reason = "include-none" },
    { "redirect", .zone = TARGET "v.example. TXT \"spf2.0/pra redirect=t.example\"\n", OTHER, FROM("a@v.example"), .result = "fail", .reason = "not-authorised" },
    { "redirect to another scope", .zone = "t.example. TXT \"spf2.0/mfrom +all\"\nv.example. TXT \"spf2.0/pra redirect=t.example\"\n", FROM("a@v.example"),
      .result = "permerror", .reason = "redirect-none" },
    /* Ours: RFC 4406 4.3 speaks of check_host(), which an include calls again; a broken reference stays one (RFC 7208 5.2, 6.1). */
    { "include of a domain that does not exist", .zone = "v.example. TXT \"spf2.0/pra include:gone.example -all\"\n", FROM("a@v.example"), .result = "permerror",
      .reason = "include-none" },
    { "redirect to a domain that does not exist", .zone = "v.example. TXT \"spf2.0/pra redirect=gone.example\"\n", FROM("a@v.example"), .result = "permerror",
      .reason = "redirect-none" },
    { "<sender> is the responsible address", .zone = "v.example. TXT \"spf2.0/pra exists:%{l}.%{o}.%{d}.%{h}.e.example -all\"\na.v.example.v.example.h.example.e.example. A 127.0.0.2\n",
      .helo = "h.example", .from = "b@w.example", FROM("a@v.example"), .result = "pass" },
    { "exp=", .zone = "v.example. TXT \"spf2.0/pra -all exp=e.example\"\ne.example. TXT \"%{s} may not\"\n", FROM("a@v.example"), .result = "fail",
      .holds = { "\"explanation\":\"a@v.example may not\"" } },
    { "unknown modifiers are ignored, where the draft had positional ones too", .zone = "v.example. TXT \"spf2.0/pra ip4:192.0.2.1 pos=x -all y=z\"\n", FROM("a@v.example"),
      .result = "pass" },
    { "limits are SPF's", .zone = "v.example. TXT \"spf2.0/pra a:1.example a:2.example a:3.example -all\"\n", FROM("a@v.example"), .result = "permerror",
      .reason = "too-many-voids" },
    { "an include of itself", .zone = "v.example. TXT \"spf2.0/pra include:v.example -all\"\n", FROM("a@v.example"), .result = "permerror", .reason = "too-many-terms" },
    { "IPv6", .ip = "2001:db8::1", .zone = "v.example. TXT \"spf2.0/pra ip6:2001:db8::/64 -all\"\n", FROM("a@v.example"), .result = "pass" },
};

/* ---- options ---- */

#define TYPE_SPF .conf = CONF("ask_type_spf = true;")
#define BOTH .conf = CONF("scope = \"both\";")

static const struct vector options[] = {
    { "type SPF is not asked", .zone = "v.example. SPF \"spf2.0/pra -all\"\nv.example. TXT \"spf2.0/pra +all\"\n", FROM("a@v.example"), .result = "pass",
      .questions = "TXT v.example" },
    { "type SPF puts TXT aside (RFC 4406 4.4, 1)", TYPE_SPF, .zone = "v.example. SPF \"spf2.0/pra -all\"\nv.example. TXT \"spf2.0/pra +all\"\n", FROM("a@v.example"),
      .result = "fail" },
    { "... whatever it says", TYPE_SPF, .zone = "v.example. SPF \"hello\"\nv.example. TXT \"spf2.0/pra -all\"\n", FROM("a@v.example"), .result = "none" },
    { "... also of included domains", TYPE_SPF, FROM("a@v.example"), .result = "pass",
      .zone = "v.example. TXT \"spf2.0/pra include:t.example -all\"\nt.example. SPF \"spf2.0/pra +all\"\nt.example. TXT \"spf2.0/pra -all\"\n" },
    { "no type SPF", TYPE_SPF, .zone = "v.example. TXT \"spf2.0/pra -all\"\n", FROM("a@v.example"), .result = "fail", .questions = "SPF v.example, TXT v.example" },
    { "type SPF fails", TYPE_SPF, .zone = "; servfail v.example SPF\nv.example. TXT \"spf2.0/pra +all\"\n", FROM("a@v.example"), .result = "temperror" },
    { "no such domain, by type SPF", TYPE_SPF, .zone = "x.example. A 192.0.2.1\n", FROM("a@v.example"), .result = "fail", .reason = "domain-absent" },
    { "the null sender is its HELO name", .conf = CONF("scope = \"mfrom\";"), .helo = "v.example", .from = "<>", .result = "pass",
      .zone = "v.example. TXT \"spf2.0/mfrom exists:%{l}.x.example -all\"\npostmaster.x.example. A 127.0.0.2\n", .holds = { "\"identity\":\"helo\"" }, .lacks = "\"pra\":\"" },
    { "both: the header's first", BOTH, .zone = "v.example. TXT \"spf2.0/pra +all\"\nw.example. TXT \"spf2.0/mfrom -all\"\n", .from = "b@w.example", FROM("a@v.example"),
      .result = "pass", .holds = { "\"others\":[{\"result\":\"fail\"", "\"scope\":\"mfrom\"", "\"domain\":\"w.example\"" } },
    { "both, and nobody responsible", BOTH, .zone = "w.example. TXT \"spf2.0/mfrom -all\"\n", .from = "b@w.example", .header = "Subject: x\n", .result = "permerror",
      .reason = "no-from", .holds = { "\"others\":[{\"result\":\"fail\"" } },
};

/* ---- SUBMITTER: RFC 4405 ---- */

#define LISTS "lists.example. TXT \"spf2.0/pra ip4:192.0.2.1 -all\"\n"
#define BY_LIST .header = "From: a@x.example\nSender: l@lists.example\n"

static const struct vector submitters[] = {
    { "it is the responsible address", .zone = LISTS, BY_LIST, .submitter = "l@LISTS.example", .result = "pass",
      .holds = { "\"submitter\":{\"address\":\"l@LISTS.example\",\"same\":true}" } },
    { "not given", .zone = LISTS, BY_LIST, .result = "pass", .lacks = "\"submitter\"" },
    { "it is not (4.2)", .zone = LISTS, BY_LIST, .submitter = "m@lists.example", .result = "fail", .reason = "submitter-differs",
      .holds = { "\"submitter\":{\"address\":\"m@lists.example\",\"same\":false}", "\"text\":\"\\\"m@lists.example\\\": SUBMITTER is not the responsible address\"" },
      .explain = "the sending server must give the address of the field Sender as SUBMITTER (RFC 4405 4.1)" },
    { "it is no address", .zone = LISTS, BY_LIST, .submitter = "<>", .result = "fail", .reason = "submitter-malformed", .holds = { "\"submitter\":{\"address\":null,\"same\":false}" } },
    { "in xtext", .zone = LISTS, .header = "From: l+x@lists.example\n", .submitter = "l+2Bx@lists.example", .result = "pass" },
    /* It makes nothing better: */
    { "a fail stays what it is", .zone = LISTS, OTHER, BY_LIST, .submitter = "m@lists.example", .result = "fail", .reason = "not-authorised", .holds = { "\"statement\":true" } },
    { "a missing domain too", .zone = "x.example. A 192.0.2.1\n", BY_LIST, .submitter = "m@x.example", .result = "fail", .reason = "domain-absent", .holds = { "\"absent\":true" } },
    { "not knowing too", .zone = "; servfail lists.example TXT\n", BY_LIST, .submitter = "m@x.example", .result = "temperror", .reason = "dns-failed" },
    { "no record, and another address", .zone = "lists.example. A 192.0.2.1\n", BY_LIST, .submitter = "m@x.example", .result = "fail", .reason = "submitter-differs" },
    { "SPF's record stands in, and another address", .zone = "lists.example. TXT \"v=spf1 +all\"\n", BY_LIST, .submitter = "m@x.example", .result = "fail",
      .reason = "submitter-differs", .lacks = "\"quiet\"" },
    { "nobody is responsible", .zone = LISTS, .header = "Subject: x\n", .submitter = "l@lists.example", .result = "permerror", .reason = "no-from",
      .holds = { "\"submitter\":{\"address\":\"l@lists.example\",\"same\":false}" } },
    { "for the envelope it says nothing", .conf = CONF("scope = \"mfrom\";"), .zone = "w.example. TXT \"spf2.0/mfrom +all\"\n", .from = "b@w.example", .submitter = "m@x.example",
      .result = "pass", .lacks = "\"submitter\"" },
};

static void finds_the_address(void **state) { (void)state; vectors_play(&senderid_method, 0, addresses, COUNT_OF(addresses)); }
static void selects_the_record(void **state) { (void)state; vectors_play(&senderid_method, 0, records, COUNT_OF(records)); }
static void keeps_the_scope(void **state) { (void)state; vectors_play(&senderid_method, 0, evaluations, COUNT_OF(evaluations)); }
static void obeys_options(void **state) { (void)state; vectors_play(&senderid_method, 0, options, COUNT_OF(options)); }
static void honours_the_submitter(void **state) { (void)state; vectors_play(&senderid_method, 0, submitters, COUNT_OF(submitters)); }

/* ---- Authentication-Results ---- */

/* RFC 8601 2.7.3: header and the field; what SPF's own record says in the place of another is left to SPF. */
static void names_the_field(void **state)
{
    static const struct { const char *zone, *header, *results; } plays[] = {
        { LISTS, "From: a@x.example\nSENDER: l@lists.example\n", "mx.receiver.example; sender-id=pass header.sender=lists.example" },
        { LISTS, "Resent-From: l@lists.example\nFrom: a@x.example\n", "mx.receiver.example; sender-id=pass header.resent-from=lists.example" },
        { "x.example. A 192.0.2.1\n", "From: a@gone.example\n", "mx.receiver.example; sender-id=fail header.from=gone.example" },
        { "x.example. A 192.0.2.1\n", "Subject: x\n", "mx.receiver.example; sender-id=permerror" },
        { "x.example. A 192.0.2.1\n", "From: a@x.example\n", "mx.receiver.example; none" },
        { "x.example. TXT \"v=spf1 -all\"\n", "From: a@x.example\n", "mx.receiver.example; none" },
    };
    struct player *p = player_new(&senderid_method, SLICE(""));
    (void)state;
    for (size_t i = 0; i < COUNT_OF(plays); i++) {
        player_zone(p, slice_str(plays[i].zone));
        struct played r = player_play(p, &(struct play){ .ip = SLICE("192.0.2.1"), .helo = SLICE("h"), .header = slice_str(plays[i].header) });
        if (!slice_same(r.authentication_results, slice_str(plays[i].results)))
            fail_msg("%s: %.*s", plays[i].header, (int)r.authentication_results.len, (const char *)r.authentication_results.at);
    }
    player_free(p);
}

/* Header fields are bounded, and so is what a large one costs. */
static void a_cut_header_has_nobody(void **state)
{
    static uint8_t header[8 * MESSAGE_FIELDS_MAX];
    struct text t = text_fixed(header, sizeof header);
    struct player *p = player_new(&senderid_method, SLICE(""));
    (void)state;
    player_zone(p, SLICE("x.example. TXT \"spf2.0/pra +all\"\n"));
    text_add_str(&t, "From: a@x.example\n");
    for (size_t i = 0; i < MESSAGE_FIELDS_MAX; i++)
        text_add_str(&t, "X: y\n");
    struct played r = player_play(p, &(struct play){ .ip = SLICE("192.0.2.1"), .helo = SLICE("h"), .header = text_slice(&t) });
    assert_true(slice_same(fact_text(r.facts, "reason"), SLICE("header-cut")));
    player_free(p);
}

/* Each of many fields wakes the scout; what it reads each time is parsed once (threats.md T18). 0.04 s; it was 12 s. */
static void a_large_field_is_parsed_once(void **state)
{
    static uint8_t header[MESSAGE_HEADER_OCTETS_MAX];
    struct text t = text_fixed(header, sizeof header);
    struct player *p = player_new(&senderid_method, SLICE(""));
    (void)state;
    player_zone(p, SLICE("x.example. TXT \"spf2.0/pra +all\"\n"));
    text_add_str(&t, "Resent-From: a@x.example (");
    while (t.len < 900000)
        text_add_octet(&t, 'x');
    text_add_str(&t, ")\n");
    for (size_t i = 1; i < MESSAGE_FIELDS_MAX; i++)
        text_add_str(&t, "From: a@x.example\n");
    clock_t before = clock();
    struct played r = player_play(p, &(struct play){ .ip = SLICE("192.0.2.1"), .helo = SLICE("h"), .header = text_slice(&t) });
    assert_true(slice_same(fact_text(r.facts, "result"), SLICE("pass")));
    assert_true((double)(clock() - before) / CLOCKS_PER_SEC < 3);
    player_free(p);
}

/* The evaluation's reasons have their own numbers here, and no two are the same. */
static void reasons_are_told_apart(void **state)
{
    const struct reason *r = senderid_method.reasons;
    (void)state;
    for (unsigned i = 1; i < senderid_method.reason_count; i++) {
        assert_non_null(r[i].name);
        assert_true(r[i].stored > 2500 && r[i].stored < 2600);
        for (unsigned k = 1; k < i; k++)
            assert_true(r[k].stored != r[i].stored && !slice_same(slice_str(r[k].name), slice_str(r[i].name)));
    }
    for (unsigned i = 1; i < SPF_REASONS; i++)
        assert_true(slice_same(slice_str(r[i].name), slice_str(spf_method.reasons[i].name)) && r[i].word == spf_method.reasons[i].word);
}

static void manual_has_the_options(void **state)
{
    (void)state;
    vectors_check_manual(&senderid_method, __FILE__);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_address),
        cmocka_unit_test(selects_the_record),
        cmocka_unit_test(keeps_the_scope),
        cmocka_unit_test(obeys_options),
        cmocka_unit_test(honours_the_submitter),
        cmocka_unit_test(names_the_field),
        cmocka_unit_test(a_cut_header_has_nobody),
        cmocka_unit_test(a_large_field_is_parsed_once),
        cmocka_unit_test(reasons_are_told_apart),
        cmocka_unit_test(manual_has_the_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
