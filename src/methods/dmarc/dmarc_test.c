/*
 * dmarc_test: policy, alignment and author vectors through the engine, with spf and dkim; see method_vectors.h for what must
 * hold for each.
 */
#include "methods/dmarc/dmarc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/provider.h"
#include "fakes/method_vectors.h"
#include "methods/dkim/test_mail.h"
#include "methods/list.h"

#define PSL_CONF "methods = { dmarc = { discovery = \"psl\"; }; };"
#define COMPARE_CONF "methods = { dmarc = { discovery = \"compare\"; }; };"
#define REC(domain, tags) "_dmarc." domain ". TXT \"v=DMARC1; " tags "\"\n"
#define SPF(domain) domain ". TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
#define FROM(address) .header = "From: " address "\n"
#define POLICY(word) "\"policy\":\"" word "\""
#define DISPOSITION(word) "\"disposition\":\"" word "\""
#define EXISTS(domain) domain ". A 192.0.2.80\n"

static uint64_t with_spf_and_dkim(void)
{
    return (uint64_t)1 << method_index(&spf_method) | (uint64_t)1 << method_index(&dkim_method);
}

static void plays(const struct vector *vectors, size_t count)
{
    vectors_play(&dmarc_method, with_spf_and_dkim(), vectors, count);
}

/* ---- which policy (RFC 9989 4.10.1; dmarc.md 3.3, 3.4) ---- */

static const struct vector policies[] = {
    { "none published", FROM("a@example.com"), .zone = EXISTS("example.com"), .result = "none", .reason = "no-record", .holds = { "\"policy\":null", DISPOSITION("none") },
      .lacks = "\"absent\"", .explain = "" },
    { "own record: p", FROM("a@example.com"), .zone = REC("example.com", "p=reject; sp=none; np=none"), .result = "fail", .reason = "not-aligned",
      .holds = { POLICY("reject"), DISPOSITION("reject"), "\"record_domain\":\"example.com\"", "\"org_domain\":\"example.com\"", "\"discovery\":\"treewalk\"",
                 "\"from\":\"example.com\"" },
      .explain = "example.com: sign this mail with DKIM as d=example.com, or send it with an envelope sender in that domain from a host its SPF record lists" },
    { "p=none fails and asks nothing", FROM("a@example.com"), .zone = REC("example.com", "p=none"), .result = "fail", .holds = { POLICY("none"), DISPOSITION("none") } },
    { "no p is none", FROM("a@example.com"), .zone = "_dmarc.example.com. TXT \"v=DMARC1\"\n", .result = "fail", .holds = { POLICY("none") } },
    { "from above: sp", FROM("a@x.example.com"), .zone = REC("example.com", "p=reject; sp=quarantine") EXISTS("x.example.com"), .result = "fail",
      .holds = { POLICY("quarantine"), "\"record_domain\":\"example.com\"" } },
    { "from above without sp: p", FROM("a@x.example.com"), .zone = REC("example.com", "p=quarantine") EXISTS("x.example.com"), .result = "fail",
      .holds = { POLICY("quarantine") } },
    { "from above: np for a name that does not exist", FROM("a@x.example.com"), .zone = REC("example.com", "p=none; sp=quarantine; np=reject"), .result = "fail",
      .holds = { POLICY("reject"), "\"absent\":true" } },
    { "NODATA exists", FROM("a@x.example.com"), .zone = REC("example.com", "p=none; sp=quarantine; np=reject") "x.example.com. MX 0 .\n", .result = "fail",
      .holds = { POLICY("quarantine") }, .lacks = "\"absent\"" },
    { "an empty non-terminal exists", FROM("a@x.example.com"), .zone = REC("example.com", "p=none; sp=quarantine; np=reject") EXISTS("y.x.example.com"),
      .result = "fail", .holds = { POLICY("quarantine") } },
    { "np without sp falls to p for names that exist", FROM("a@x.example.com"), .zone = REC("example.com", "p=none; np=reject") EXISTS("x.example.com"),
      .result = "fail", .holds = { POLICY("none") } },
    { "existence unknown where it matters", FROM("a@x.example.com"), .zone = REC("example.com", "p=none; np=reject") "; servfail x.example.com\n",
      .result = "temperror", .reason = "dns-failed" },
    { "existence unknown where it does not", FROM("a@x.example.com"), .from = "b@example.org", .zone = REC("example.com", "p=reject") "; servfail x.example.com\n",
      .result = "fail", .holds = { POLICY("reject") } },
    { "own record: existence is not asked", FROM("a@example.com"), .from = "b@b.example", .zone = REC("example.com", "p=none; np=reject"), .result = "fail",
      .holds = { POLICY("none") } },
    { "own record wins over the organizational domain's", FROM("a@x.example.com"), .zone = REC("example.com", "p=reject") REC("x.example.com", "p=none"),
      .result = "fail", .holds = { POLICY("none"), "\"record_domain\":\"x.example.com\"", "\"org_domain\":\"example.com\"" } },
    { "a record in between does not count", FROM("a@b.x.example.com"), .zone = REC("example.com", "p=reject") REC("x.example.com", "p=none") EXISTS("b.x.example.com"),
      .result = "fail", .holds = { POLICY("reject"), "\"record_domain\":\"example.com\"" } },
    { "PSD: the domain below it has none", FROM("a@mega.bank.example"), .zone = REC("bank.example", "p=none; sp=reject; psd=y") EXISTS("mega.bank.example"),
      .result = "fail", .holds = { POLICY("reject"), "\"record_domain\":\"bank.example\"", "\"org_domain\":\"mega.bank.example\"" } },
    { "PSD itself", FROM("a@bank.example"), .zone = REC("bank.example", "p=quarantine; sp=reject; psd=y"), .result = "fail", .holds = { POLICY("quarantine") } },
    { "t=y: reject acts as quarantine", FROM("a@example.com"), .zone = REC("example.com", "p=reject; t=y"), .result = "fail",
      .holds = { POLICY("reject"), DISPOSITION("quarantine"), "p=reject (t=y)" } },
    { "t=y: quarantine acts as none", FROM("a@x.example.com"), .zone = REC("example.com", "p=reject; sp=quarantine; t=y") EXISTS("x.example.com"), .result = "fail",
      .holds = { POLICY("quarantine"), DISPOSITION("none") } },
    { "t=y: none stays", FROM("a@example.com"), .zone = REC("example.com", "p=none; t=y"), .result = "fail", .holds = { DISPOSITION("none") } },
    { "unusable p, reports wanted: none", FROM("a@example.com"), .zone = REC("example.com", "p=rejct; rua=mailto:d@example.com"), .result = "fail",
      .holds = { POLICY("none") } },
    { "unusable p, no reports: no DMARC", FROM("a@example.com"), .zone = REC("example.com", "p=rejct"), .result = "none", .reason = "policy-unusable",
      .holds = { "\"policy\":null" }, .lacks = "\"statement\"" },
    { "unusable sp counts as p=none, for p too", FROM("a@example.com"), .zone = REC("example.com", "p=reject; sp=x; rua=mailto:d@example.com"), .result = "fail",
      .holds = { POLICY("none") } },
    { "unusable np, from above", FROM("a@x.example.com"), .zone = REC("example.com", "p=reject; np=x; rua=mailto:d@example.com"), .result = "fail",
      .holds = { POLICY("none") } },
    { "unusable np, no reports", FROM("a@x.example.com"), .zone = REC("example.com", "p=reject; np=x"), .result = "none", .reason = "policy-unusable",
      .explain = "example.com: correct p=, sp= or np= in the TXT record at _dmarc.example.com: none, quarantine or reject" },
    { "several records: none", FROM("a@example.com"), .zone = REC("example.com", "p=reject") REC("example.com", "p=none"), .result = "none",
      .reason = "several-records", .holds = { "\"discarded\":\"example.com\"" },
      .explain = "example.com: leave one TXT record with v=DMARC1 at _dmarc.example.com" },
    { "several below, one above", FROM("a@x.example.com"), .zone = REC("x.example.com", "p=none") REC("x.example.com", "p=none") REC("example.com", "p=reject"),
      .result = "fail", .holds = { POLICY("reject"), "\"discarded\":\"x.example.com\"" } },
    { "a doubled tag", FROM("a@example.com"), .zone = REC("example.com", "p=reject; p=none"), .result = "none", .reason = "record-malformed",
      .explain = "example.com: write each tag once in the TXT record at _dmarc.example.com" },
    { "the domain does not exist", FROM("a@nowhere.example"), .zone = "$TTL 300\n", .result = "none", .reason = "no-record", .holds = { "\"absent\":true" } },
    { "own record fails", FROM("a@example.com"), .zone = "; servfail _dmarc.example.com\n", .result = "temperror", .reason = "dns-failed" },
    { "a name above fails, no own record", FROM("a@x.example.com"), .zone = REC("example.com", "p=reject") "; timeout _dmarc.com\n", .result = "temperror" },
    { "a name above fails, own record: the policy is known", FROM("a@example.com"), .from = "b@b.example", .zone = REC("example.com", "p=reject") "; timeout _dmarc.com\n",
      .result = "fail", .holds = { POLICY("reject") } },
    { "exactly the From domain passes, whatever is above", FROM("a@example.com"), .from = "b@example.com", .result = "pass",
      .zone = REC("example.com", "p=reject") SPF("example.com") "; timeout _dmarc.com\n" },
    { "a cousin may be aligned: not known", FROM("a@x.example.com"), .from = "b@example.com", .result = "temperror", .reason = "identifier-unknown",
      .zone = REC("x.example.com", "p=reject") SPF("example.com") "; timeout _dmarc.com\n",
      .holds = { POLICY("reject"), DISPOSITION("none") } },
};

/* ---- alignment by SPF (RFC 9989 4.4, 4.10.2; dmarc.md 3.6, 3.9) ---- */

static const struct vector alignments[] = {
    { "the same domain", FROM("a@example.com"), .from = "b@example.com", .zone = REC("example.com", "p=reject") SPF("example.com"), .result = "pass",
      .reason = "aligned", .holds = { "\"aligned\":{\"spf\":true,\"dkim\":false}", POLICY("reject"), DISPOSITION("none"), "aligned by spf: example.com" } },
    { "letter case, final dot", FROM("a@EXAMPLE.com"), .from = "b@Example.COM.", .zone = REC("example.com", "p=reject") SPF("example.com"), .result = "pass" },
    { "U-label and A-label", .header = "From: a@b\xc3\xbc" "cher.example\n", .from = "b@xn--bcher-kva.example", .result = "pass",
      .zone = REC("xn--bcher-kva.example", "p=reject") SPF("xn--bcher-kva.example") },
    { "relaxed: below", FROM("a@example.com"), .from = "b@bounce.example.com", .zone = REC("example.com", "p=reject") SPF("bounce.example.com"), .result = "pass" },
    { "relaxed: above", FROM("a@x.example.com"), .from = "b@example.com", .zone = REC("example.com", "p=reject") SPF("example.com") EXISTS("x.example.com"),
      .result = "pass" },
    { "relaxed: beside", FROM("a@x.example.com"), .from = "b@y.example.com", .zone = REC("example.com", "p=reject") SPF("y.example.com") EXISTS("x.example.com"),
      .result = "pass" },
    { "strict: below is not the same", FROM("a@example.com"), .from = "b@bounce.example.com", .zone = REC("example.com", "p=reject; aspf=s") SPF("bounce.example.com"),
      .result = "fail" },
    { "strict: the same", FROM("a@example.com"), .from = "b@example.com", .zone = REC("example.com", "p=reject; aspf=s") SPF("example.com"), .result = "pass" },
    { "adkim says nothing of SPF", FROM("a@example.com"), .from = "b@bounce.example.com", .result = "pass",
      .zone = REC("example.com", "p=reject; adkim=s") SPF("bounce.example.com") },
    { "never by characters", FROM("a@ample.com"), .from = "b@example.com", .zone = REC("ample.com", "p=reject") SPF("example.com"), .result = "fail" },
    { "another domain", FROM("a@example.com"), .from = "b@example.org", .zone = REC("example.com", "p=reject") SPF("example.org"), .result = "fail" },
    { "no pass, no alignment", FROM("a@example.com"), .from = "b@example.com", .ip = "203.0.113.9", .zone = REC("example.com", "p=reject") SPF("example.com"),
      .result = "fail" },
    { "psd=n below: another organization", FROM("a@example.com"), .from = "b@x.example.com", .result = "fail",
      .zone = REC("example.com", "p=reject") REC("x.example.com", "p=none; psd=n") SPF("x.example.com") },
    { "psd=y above: two organizations", FROM("a@one.bank.example"), .from = "b@two.bank.example", .result = "fail",
      .zone = REC("one.bank.example", "p=reject") REC("bank.example", "p=none; psd=y") SPF("two.bank.example") },
    { "the PSD itself does not speak for those below", FROM("a@one.bank.example"), .from = "b@bank.example", .result = "fail",
      .zone = REC("one.bank.example", "p=reject") REC("bank.example", "p=none; psd=y") SPF("bank.example") },
    { "a parent that publishes nothing is no organization", FROM("a@x.example.com"), .from = "b@example.com", .result = "fail",
      .zone = REC("x.example.com", "p=reject") SPF("example.com") },
    { "long names meet at seven labels or below", FROM("a@a.b.c.d.e.f.g.example.com"), .from = "b@example.com", .result = "pass",
      .zone = REC("example.com", "p=reject") SPF("example.com") EXISTS("a.b.c.d.e.f.g.example.com") },
    { "null sender: the HELO name", FROM("a@example.com"), .from = "<>", .helo = "mail.example.com", .result = "pass",
      .zone = REC("example.com", "p=reject") SPF("mail.example.com") },
    { "else HELO never counts (T07)", FROM("a@example.com"), .from = "b@b.example", .helo = "example.com", .result = "fail",
      .zone = REC("example.com", "p=reject") SPF("example.com") },
    { "the identifier's own walk fails", FROM("a@example.com"), .from = "b@y.example.com", .result = "temperror", .reason = "identifier-unknown",
      .zone = REC("example.com", "p=reject") SPF("y.example.com") "; servfail _dmarc.y.example.com\n",
      .holds = { POLICY("reject"), DISPOSITION("none") } },
    { "... and nobody asks if it is strict", FROM("a@example.com"), .from = "b@y.example.com", .result = "fail",
      .zone = REC("example.com", "p=reject; aspf=s") SPF("y.example.com") "; servfail _dmarc.y.example.com\n" },
    { "the aligned identifier is not known", FROM("a@example.com"), .from = "b@example.com", .result = "temperror", .reason = "identifier-unknown",
      .zone = REC("example.com", "p=reject") "; servfail example.com TXT\n",
      .holds = { POLICY("reject"), DISPOSITION("none") } },
    { "another's failure does not matter", FROM("a@example.com"), .from = "b@b.example", .result = "fail",
      .zone = REC("example.com", "p=reject") "; servfail b.example TXT\n" },
};

/* ---- author domains (dmarc.md 3.1; threats.md T01, T02) ---- */

static const struct vector authors[] = {
    { "no From", .header = "To: a@example.com\n", .result = "permerror", .reason = "no-from", .explain = "send mail with one From field that holds one address" },
    { "two From fields", .header = "From: a@example.com\nFrom: a@example.com\n", .result = "permerror", .reason = "several-from" },
    { "malformed", .header = "From: a@example.com, b@\n", .result = "permerror", .reason = "from-malformed" },
    { "a group", .header = "From: us: a@example.com;\n", .result = "permerror", .reason = "from-group" },
    { "an address literal", .header = "From: a@[192.0.2.1]\n", .result = "permerror", .reason = "from-bad-domain" },
    { "two domains", .header = "From: a@example.com, b@example.org\n", .result = "permerror", .reason = "from-several-domains" },
    { "two addresses of one domain", .header = "From: a@example.com, b@EXAMPLE.com\n", .zone = REC("example.com", "p=reject"), .result = "fail" },
};

/* ---- by the list of public suffixes (dmarc.md 8) ---- */

static const struct vector by_list[] = {
    { "psl: organizational domain", .conf = PSL_CONF, FROM("a@a.b.example.co.uk"), .zone = REC("example.co.uk", "p=none; sp=reject") EXISTS("a.b.example.co.uk"),
      .result = "fail", .holds = { POLICY("reject"), "\"org_domain\":\"example.co.uk\"", "\"discovery\":\"psl\"" } },
    { "psl: names between are not asked", .conf = PSL_CONF, FROM("a@a.b.example.co.uk"), .zone = REC("b.example.co.uk", "p=reject") EXISTS("a.b.example.co.uk"),
      .result = "none" },
    { "psl: aligned above a silent parent", .conf = PSL_CONF, FROM("a@x.example.com"), .from = "b@example.com", .result = "pass",
      .zone = REC("x.example.com", "p=reject") SPF("example.com") },
    { "psl: two below one suffix", .conf = PSL_CONF, FROM("a@one.co.uk"), .from = "b@two.co.uk", .result = "fail",
      .zone = REC("one.co.uk", "p=reject") SPF("two.co.uk") },
    { "psl: several records", .conf = PSL_CONF, FROM("a@example.com"), .zone = REC("example.com", "p=reject") REC("example.com", "p=none"), .result = "none",
      .reason = "several-records" },
    { "psl: a failure", .conf = PSL_CONF, FROM("a@x.example.com"), .zone = "; servfail _dmarc.example.com\n", .result = "temperror" },
    { "compare: the same", .conf = COMPARE_CONF, FROM("a@x.example.com"), .zone = REC("example.com", "p=reject") EXISTS("x.example.com"), .result = "fail",
      .holds = { "\"psl_org_domain\":\"example.com\"", "\"discovery_differs\":false", "\"discovery\":\"treewalk\"" } },
    { "compare: a parent that publishes nothing", .conf = COMPARE_CONF, FROM("a@x.example.com"), .from = "b@example.com", .result = "fail",
      .zone = REC("x.example.com", "p=reject") SPF("example.com"), .holds = { "\"psl_org_domain\":\"example.com\"", "\"discovery_differs\":true" } },
};

static void chooses_the_policy(void **state) { (void)state; plays(policies, COUNT_OF(policies)); }
static void aligns_spf(void **state) { (void)state; plays(alignments, COUNT_OF(alignments)); }
static void takes_one_author(void **state) { (void)state; plays(authors, COUNT_OF(authors)); }
static void discovers_by_list(void **state) { (void)state; plays(by_list, COUNT_OF(by_list)); }

/* ---- alignment by DKIM: messages signed here; the player's body is "text" ---- */

/* The header of a mail signed as each of these domains, lines ended by LF; and the zone with their keys. */
static const char *signed_header(struct arena *a, const char *from, const char *const *domains, const char *rot)
{
    struct text first = text_in(a, 4096);
    text_addf(&first, "From: %s\r\nSubject: x\r\n\r\ntext\r\n", from);
    struct slice mail = text_slice(&first);
    for (size_t i = 0; domains[i]; i++) {
        struct text tags = text_in(a, 400);
        text_addf(&tags, "v=1; a=ed25519-sha256; c=relaxed/relaxed; d=%s; s=%s; h=from:subject; ", domains[i], rot ? rot : "s1");
        text_add_octet(&tags, '\0');
        mail = test_mail_signed(a, TEST_KEY_ED25519, SLICE("DKIM-Signature"), (const char *)tags.at, mail);
        assert_true(mail.len > 0);
    }
    struct text header = text_in(a, 1u << 16);
    for (size_t i = 0; i + 3 < mail.len && memcmp(mail.at + i, "\r\n\r\n", 4) != 0; i++)
        if (mail.at[i] != '\r')
            text_add_octet(&header, mail.at[i]);
    text_add_str(&header, "\n");
    text_add_octet(&header, '\0');
    assert_false(header.bad);
    return (const char *)header.at;
}

static const char *zone_with_keys(struct arena *a, const char *records, const char *const *domains)
{
    struct text zone = text_in(a, 1u << 16);
    text_add_str(&zone, records);
    for (size_t i = 0; domains[i]; i++) {
        struct slice key = test_key_record(a, TEST_KEY_ED25519, "");
        text_addf(&zone, "s1._domainkey.%s. TXT \"", domains[i]);
        text_add(&zone, key);
        text_add_str(&zone, "\"\n");
    }
    text_add_octet(&zone, '\0');
    return (const char *)zone.at;
}

static void aligns_dkim(void **state)
{
    static const struct { const char *name, *from, *domains[6], *records, *selector, *result, *reason, *holds; } cases[] = {
        { "the same domain", "a@example.com", { "example.com" }, REC("example.com", "p=reject; adkim=s"), NULL, "pass", "aligned",
          "\"aligned\":{\"spf\":false,\"dkim\":true}" },
        { "relaxed: below", "a@example.com", { "mail.example.com" }, REC("example.com", "p=reject"), NULL, "pass", "aligned", NULL },
        { "relaxed: above", "a@x.example.com", { "example.com" }, REC("example.com", "p=reject") EXISTS("x.example.com"), NULL, "pass", "aligned", NULL },
        { "strict", "a@example.com", { "mail.example.com" }, REC("example.com", "p=reject; adkim=s"), NULL, "fail", "not-aligned", NULL },
        { "one good beside strangers", "a@example.com", { "list.example", "esp.example", "example.com", "other.example" }, REC("example.com", "p=reject"), NULL,
          "pass", "aligned", NULL },
        { "strangers only", "a@example.com", { "list.example", "esp.example" }, REC("example.com", "p=reject"), NULL, "fail", "not-aligned", NULL },
        { "by characters", "a@ample.com", { "example.com" }, REC("ample.com", "p=reject"), NULL, "fail", "not-aligned", NULL },
        { "psd=n between", "a@example.com", { "x.example.com" }, REC("example.com", "p=reject") REC("x.example.com", "psd=n"), NULL, "fail", "not-aligned", NULL },
        { "twice the same domain", "a@example.com", { "y.example.com", "y.example.com", "y.example.com" }, REC("example.com", "p=reject"), NULL, "pass", "aligned",
          NULL },
        { "no key", "a@example.com", { "example.com" }, REC("example.com", "p=reject"), "s2", "fail", "not-aligned", NULL },
        { "key not to be had, aligned", "a@example.com", { "example.com" }, REC("example.com", "p=reject") "; servfail s2._domainkey.example.com\n", "s2",
          "temperror", "identifier-unknown", NULL },
        { "key not to be had, a stranger's", "a@example.com", { "other.example" }, REC("example.com", "p=reject") "; servfail s2._domainkey.other.example\n", "s2",
          "fail", "not-aligned", NULL },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena *a = arena_new(16u << 20);
        struct vector v = {
            .name = cases[i].name, .zone = zone_with_keys(a, cases[i].records, cases[i].domains), .from = "b@unrelated.example",
            .header = signed_header(a, cases[i].from, cases[i].domains, cases[i].selector),
            .result = cases[i].result, .reason = cases[i].reason, .holds = { cases[i].holds },
        };
        plays(&v, 1);
        arena_free(a);
    }
}

/* Sixteen signatures by names eight labels deep, none of them aligned: the quota has a name of its own (threats.md T18). */
static void has_a_quota(void **state)
{
    static char names[16][64];
    const char *domains[17] = { NULL };
    (void)state;
    struct arena *a = arena_new(16u << 20);
    struct text zone = text_in(a, 1u << 16);
    text_add_str(&zone, REC("example.com", "p=reject"));
    for (unsigned i = 0; i < 16; i++) {
        struct text name = text_fixed(names[i], sizeof names[i]);
        text_addf(&name, "a%u.b.c.d.e.example.com", i);
        text_add_octet(&name, '\0');
        domains[i] = names[i];
        text_addf(&zone, "_dmarc.%s. TXT \"v=DMARC1; psd=n\"\n", names[i]);
    }
    text_add_octet(&zone, '\0');
    struct player *p = player_new_among(&dmarc_method, with_spf_and_dkim(), SLICE(""));
    player_zone(p, slice_str(zone_with_keys(a, (const char *)zone.at, domains)));
    struct slice header = slice_str(signed_header(a, "a@example.com", domains, NULL));
    struct played r = player_play(p, &(struct play){ .ip = SLICE("192.0.2.1"), .helo = SLICE("h.example"), .from = SLICE("b@b.example"), .header = header });
    assert_true(slice_same(fact_text(r.facts, "reason"), SLICE("not-aligned")));       /* one question each: psd=n ends the walk */
    player_free(p);
    /* Five questions each, all but the first the same ones: they count as asked. */
    p = player_new_among(&dmarc_method, with_spf_and_dkim(), SLICE(""));
    player_zone(p, slice_str(zone_with_keys(a, REC("example.com", "p=reject") REC("e.example.com", "psd=n"), domains)));
    r = player_play(p, &(struct play){ .ip = SLICE("192.0.2.1"), .helo = SLICE("h.example"), .from = SLICE("b@b.example"), .header = header });
    assert_true(slice_same(fact_text(r.facts, "reason"), SLICE("over-quota")));
    assert_true(slice_same(fact_text(r.facts, "result"), SLICE("temperror")));
    player_free(p);
    arena_free(a);
}

static void manual_has_the_options(void **state)
{
    (void)state;
    vectors_check_manual(&dmarc_method, __FILE__);
}

static int start(void **state)
{
    (void)state;
    return crypto_start() == STATUS_OK ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chooses_the_policy),
        cmocka_unit_test(aligns_spf),
        cmocka_unit_test(takes_one_author),
        cmocka_unit_test(discovers_by_list),
        cmocka_unit_test(aligns_dkim),
        cmocka_unit_test(has_a_quota),
        cmocka_unit_test(manual_has_the_options),
    };
    return cmocka_run_group_tests(tests, start, NULL);
}
