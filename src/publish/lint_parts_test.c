#include "publish/lint_reverse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "publish/test_lint.h"

#define E "example.com. "
#define SENDS E "TXT \"v=spf1 mx -all\"\n"
#define SENT "record example.com TXT v=spf1 mx -all\n"
#define NEVER E "TXT \"v=spf1 -all\"\n"
#define MX E "MX 10 m.example.com.\n"
#define M4 "m.example.com. A 192.0.2.1\n"
#define SUB "_submission._tcp.example.com"
#define SUBS "_submissions._tcp.example.com"

static const struct { const char *names, *zone, *said; } vectors[] = {
    /* who receives */
    { "mx", MX M4, "record example.com MX 10 m.example.com\n" },
    { "mx", MX "m.example.com. AAAA 2001:db8::1\n", "record example.com MX 10 m.example.com\n" },
    { "mx", "", "error no-such-domain example.com: there is no such domain in DNS -> register it, or look for a spelling mistake\nmerits 0x200\n" },
    { "mx", "; servfail example.com MX\n", "unknown dns-failed example.com: DNS did not answer for MX (servfail)\n" },
    { "mx", MX, "record example.com MX 10 m.example.com\n"
      "error no-address example.com: the MX record names \"m.example.com\", which does not exist -> publish its address, or remove the record\n" },
    { "mx", MX "m.example.com. TXT \"x\"\n", "record example.com MX 10 m.example.com\n"
      "error no-address example.com: the MX record names \"m.example.com\", which has no address -> publish its address, or remove the record\n" },
    { "mx", MX "m.example.com. CNAME x.example.com.\nx.example.com. A 192.0.2.1\n", "record example.com MX 10 m.example.com\n"
      "error alias example.com: the MX record names \"m.example.com\", an alias: not allowed (RFC 2181 10.3) -> name the host the alias leads to\n" },
    { "mx", E "MX 10 192.0.2.1.\n", "record example.com MX 10 192.0.2.1\n"
      "error address-for-name example.com: the MX record names \"192.0.2.1\", an address: it must be a name -> give the host a name, and name "
      "that\n" },
    { "mx", MX "; timeout m.example.com A\nm.example.com. AAAA 2001:db8::1\n",
      "record example.com MX 10 m.example.com\nunknown dns-failed m.example.com: DNS did not answer for A (timeout)\n" },
    { "mx", E "MX 0 .\n", "record example.com MX 0 .\n" },
    { "mx", E "MX 0 .\n" MX M4, "record example.com MX 0 .\nrecord example.com MX 10 m.example.com\n"
      "error null-mx-and-others example.com: a null MX record stands beside others (RFC 7505 3) -> remove it, or the others\n" },
    { "spf,mx", E "TXT \"v=spf1 ip4:192.0.2.1 -all\"\n" E "MX 0 .\n",
      "record example.com TXT v=spf1 ip4:192.0.2.1 -all\nmerits 0x1\nnetwork 192.0.2.1/32\nrecord example.com MX 0 .\n"
      "note null-mx-sends example.com: the domain takes no mail but sends: many receivers refuse mail that cannot be answered (RFC 7505 4.2)\n" },
    { "spf,mx", NEVER E "MX 0 .\n", "record example.com TXT v=spf1 -all\nmerits 0x41\nrecord example.com MX 0 .\n" },
    { "mx", E "A 192.0.2.1\n",
      "note no-mx example.com: there is no MX record: mail goes to the domain's own addresses; if it takes none, MX 0 \".\" says so (RFC 7505)\n" },
    { "mx", E "TXT \"x\"\n", "note nobody-receives example.com: the domain has neither MX records nor an address: it takes no mail\n" },
    { "spf,mx", E "TXT \"v=spf1 ip4:192.0.2.1 -all\"\n", "record example.com TXT v=spf1 ip4:192.0.2.1 -all\nmerits 0x1\nnetwork 192.0.2.1/32\n"
      "warning nobody-receives example.com: the domain sends, and has neither MX records nor an address: answers and bounces are lost, and many "
      "receivers refuse its mail -> "
      "publish MX records\n" },
    /* where users submit */
    { "services", "", "" },
    { "services", SUBS ". SRV 0 1 465 m.example.com.\n" M4, "record " SUBS " SRV 0 1 465 m.example.com\n" },
    { "services", SUBS ". SRV 0 0 0 .\n", "record " SUBS " SRV 0 0 0 .\n" },
    { "services", SUBS ". SRV 0 1 465 n.example.com.\n", "record " SUBS " SRV 0 1 465 n.example.com\n"
      "error no-address " SUBS ": the SRV record names \"n.example.com\", which does not exist -> publish its address, or remove the record\n" },
    { "services", SUBS ". SRV 0 1 465 n.example.com.\nn.example.com. CNAME m.example.com.\n" M4, "record " SUBS " SRV 0 1 465 n.example.com\n"
      "error alias " SUBS ": the SRV record names \"n.example.com\", an alias: not allowed (RFC 2782) -> name the host the alias leads to\n" },
    { "services", SUBS ". SRV 0 1 0 m.example.com.\n" M4, "record " SUBS " SRV 0 1 0 m.example.com\n"
      "error port-zero " SUBS ": the port is 0: nobody can connect -> give the port, or \".\" as the host if the service is not offered\n" },
    { "services", SUBS ". SRV 0 1 587 m.example.com.\n" M4, "record " SUBS " SRV 0 1 587 m.example.com\n"
      "warning port-of-another " SUBS ": port 587 is that of _submission._tcp: one speaks TLS from the start, the other does not -> "
      "publish it under that name, or give this service's own port\n" },
    { "services", SUBS ". SRV 0 1 4650 m.example.com.\n" M4,
      "record " SUBS " SRV 0 1 4650 m.example.com\nnote port-unusual " SUBS ": port 4650 is not the usual one, 465\n" },
    { "services", SUBS ". SRV 0 1 465 m.example.com.\n" SUBS ". SRV 5 1 465 M.example.com.\n" M4,
      "record " SUBS " SRV 0 1 465 m.example.com\nrecord " SUBS " SRV 5 1 465 M.example.com\n"
      "warning twice " SUBS ": the same host and port stand in two records -> leave one of them, with the priority that is meant\n" },
    { "services", SUBS ". SRV 0 0 0 .\n" SUBS ". SRV 0 1 465 m.example.com.\n" M4,
      "record " SUBS " SRV 0 0 0 .\nrecord " SUBS " SRV 0 1 465 m.example.com\n"
      "error none-and-others " SUBS ": \".\" says that the service is not offered, and stands beside others (RFC 2782) -> remove it, or the "
                                    "others\n" },
    { "services", SUB ". SRV 0 1 587 m.example.com.\n" M4, "record " SUB " SRV 0 1 587 m.example.com\n"
      "note no-implicit-tls " SUB ": there is no _submissions._tcp beside it, which clients should prefer (RFC 8314 5.1)\n" },
    { "services", SUB ". SRV 0 1 587 m.example.com.\n" SUBS ". SRV 0 0 0 .\n" M4,
      "record " SUBS " SRV 0 0 0 .\nrecord " SUB " SRV 0 1 587 m.example.com\n" },
    { "services", "; timeout " SUBS " SRV\n", "unknown dns-failed " SUBS ": DNS did not answer for SRV (timeout)\n" },
    /* encryption */
    { "transport", "", "" },
    { "transport", "_mta-sts.example.com. TXT \"v=STSv1; id=1\"\nmta-sts.example.com. A 192.0.2.1\n_smtp._tls.example.com. TXT \"v=TLSRPTv1; "
                   "rua=mailto:t@example.com\"\n",
      "record _mta-sts.example.com TXT v=STSv1; id=1\nrecord _smtp._tls.example.com TXT v=TLSRPTv1; rua=mailto:t@example.com\n" },
    { "transport", "_mta-sts.example.com. TXT \"v=STSv1; id=1\"\n", "record _mta-sts.example.com TXT v=STSv1; id=1\n"
      "error no-policy-host mta-sts.example.com: the host the policy is fetched from has no address (RFC 8461 3.3) -> publish its address, and serve "
      "/.well-known/mta-sts.txt there\n" },
    { "transport", "_mta-sts.example.com. TXT \"v=STSv1; id=\"\nmta-sts.example.com. A 192.0.2.1\n", "record _mta-sts.example.com TXT v=STSv1; id=\n"
      "error id-missing _mta-sts.example.com: there is no id=: senders do not fetch the policy (RFC 8461 3.1) -> add id= and change it with the "
      "policy\n" },
    { "transport", "_mta-sts.example.com. TXT \"v=STSv1; id=1\"\n_mta-sts.example.com. TXT \"v=STSv1; id=2\"\n",
      "record _mta-sts.example.com TXT v=STSv1; id=1\nrecord _mta-sts.example.com TXT v=STSv1; id=2\n"
      "error several-records _mta-sts.example.com: several records: senders take the domain for one without a policy (RFC 8461 3.1) -> leave one of "
      "them\n" },
    { "transport", "_smtp._tls.example.com. TXT \"v=TLSRPTv1\"\n", "record _smtp._tls.example.com TXT v=TLSRPTv1\n"
      "error no-address _smtp._tls.example.com: there is no rua=: nobody knows where to report (RFC 8460 3) -> add rua=mailto:box@domain\n" },
    { "transport",
      "_smtp._tls.example.com. TXT \"v=TLSRPTv1; rua=mailto:a@b.example\"\n_smtp._tls.example.com. TXT \"v=TLSRPTv1; rua=mailto:c@b.example\"\n",
      "record _smtp._tls.example.com TXT v=TLSRPTv1; rua=mailto:a@b.example\nrecord _smtp._tls.example.com TXT v=TLSRPTv1; rua=mailto:c@b.example\n"
      "error several-records _smtp._tls.example.com: several records: senders take none (RFC 8460 3) -> leave one of them\n" },
    { "transport", MX "_25._tcp.m.example.com. TLSA 3 1 1 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef\n",
      "record _25._tcp.m.example.com TLSA 1 record\n" },
    { "transport", "; timeout _mta-sts.example.com TXT\n; timeout _smtp._tls.example.com TXT\n",
      "unknown dns-failed _mta-sts.example.com: DNS did not answer for TXT (timeout)\n"
      "unknown dns-failed _smtp._tls.example.com: DNS did not answer for TXT (timeout)\n" },
    /* reverse names */
    { "spf,reverse", SENDS MX M4 "1.2.0.192.in-addr.arpa. PTR M.example.com.\n",
      SENT "merits 0x1\nhost m.example.com\nrecord 1.2.0.192.in-addr.arpa PTR M.example.com\nmerits 0x80\n" },
    { "spf,reverse", SENDS MX M4, SENT "merits 0x1\nhost m.example.com\n"
      "warning no-reverse-name 192.0.2.1: the address has no reverse name: many receivers refuse its mail -> "
      "ask whoever the address is from for a PTR record with the host's name\nmerits 0x100\n" },
    { "spf,reverse", SENDS MX M4 "1.2.0.192.in-addr.arpa. PTR x.example.net.\n", SENT "merits 0x1\nhost m.example.com\n"
      "warning not-confirmed 192.0.2.1: its reverse name \"x.example.net\" does not lead back to it: many receivers refuse its mail -> "
      "publish the address at that name, or let the PTR record name the host\nmerits 0x100\n" },
    { "spf,reverse", SENDS MX M4 "1.2.0.192.in-addr.arpa. PTR x.example.net.\n; timeout x.example.net A\n", SENT "merits 0x1\nhost m.example.com\n"
      "unknown dns-failed x.example.net: DNS did not answer for A (timeout)\n" },
    { "spf,reverse", SENDS MX M4 "; timeout 1.2.0.192.in-addr.arpa PTR\n", SENT "merits 0x1\nhost m.example.com\n"
      "unknown dns-failed 1.2.0.192.in-addr.arpa: DNS did not answer for PTR (timeout)\n" },
    { "spf,reverse", SENDS MX M4 "1.2.0.192.in-addr.arpa. PTR a.x.\n1.2.0.192.in-addr.arpa. PTR b.x.\n1.2.0.192.in-addr.arpa. PTR "
                                 "c.x.\n1.2.0.192.in-addr.arpa. PTR d.x.\n"
      "1.2.0.192.in-addr.arpa. PTR m.example.com.\n", SENT "merits 0x1\nhost m.example.com\n"
      "note many-names 192.0.2.1: the address has many reverse names, and none of the first 4 leads back to it\n" },
    { "spf,reverse", E "TXT \"v=spf1 ip4:10.0.0.1 ip4:192.0.2.0/24 -all\"\n",
      "record example.com TXT v=spf1 ip4:10.0.0.1 ip4:192.0.2.0/24 -all\nmerits 0x1\nnetwork 10.0.0.1/32\nnetwork 192.0.2.0/24\n"
      "note private-address 10.0.0.1: a private address: nobody outside ever sees mail from it\n"
      "note networks-not-looked-at example.com: 1 network of more than 8 addresses is not looked at\n" },
    { "spf,reverse", E "TXT \"v=spf1 ip6:2001:db8::1 -all\"\nm.example.com. AAAA 2001:db8::1\n"
      "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa. PTR m.example.com.\n",
      "record example.com TXT v=spf1 ip6:2001:db8::1 -all\nmerits 0x1\nnetwork 2001:db8::1/128\n"
      "record 1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR m.example.com\nmerits 0x80\n" },
};

static void parts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++)
        assert_lint_of(vectors[i].names, "example.com", "", vectors[i].zone, vectors[i].said);
}

static unsigned times(const char *text, const char *word)
{
    unsigned n = 0;
    for (const char *at = text; (at = strstr(at, word)) != NULL; at++)
        n++;
    return n;
}

/* Small networks are looked at whole, and no more addresses than the bound. */
static void bounds(void **state)
{
    (void)state;
    struct arena *a = arena_new((size_t)32 << 20);
    struct text got;
    static char room[16384];
    struct text zone = text_fixed(room, sizeof room);
    test_lint_run(a, "spf,reverse", "example.com", "", E "TXT \"v=spf1 ip4:192.0.2.8/29 -all\"\n", &got);
    assert_int_equal(times(slice_to_string(a, text_slice(&got)), "warning no-reverse-name"), 8);
    arena_reset(a);
    text_add_str(&zone, E "TXT \"v=spf1");
    for (unsigned i = 0; i < 70; i++)
        text_addf(&zone, " ip4:192.0.2.%u", i);
    text_addf(&zone, " -all\"\n%c", '\0');
    test_lint_run(a, "spf,reverse", "example.com", "", room, &got);
    const char *text = slice_to_string(a, text_slice(&got));
    assert_int_equal(times(text, "warning no-reverse-name"), REVERSE_ADDRESSES_MAX);
    assert_int_equal(times(text, "note senders-not-looked-at"), 1);
    arena_free(a);
}

/* Zones of files do not say whether they are signed; resolvers do. */
static const struct answer *tlsa, *mx, *nothing;

static const struct answer *signed_ask(struct asker *asker, struct slice name, uint16_t rtype)
{
    (void)asker, (void)name;
    return rtype == RTYPE_TLSA ? tlsa : rtype == RTYPE_MX ? mx : nothing;
}

static void pins_without_signatures(void **state)
{
    (void)state;
    struct arena *a = arena_new((size_t)8 << 20);
    struct asker asker = { signed_ask };
    struct slice pin = SLICE("\3\1\1" "0123456789abcdef0123456789abcdef"), host = SLICE("\0\12\1m\0"), part = SLICE("transport");
    struct lint_report report;
    struct lint_request request = { .domain = SLICE("example.com"), .names = { &part, 1 } };
    mx = answer_make(&(struct answer_draft){ .question = { .name = SLICE("example.com"), .type = RTYPE_MX }, .status = ANSWER_DATA, .count = 1,
                                             .rdata = &host });
    tlsa = answer_make(&(struct answer_draft){ .question = { .name = SLICE("_25._tcp.m"), .type = RTYPE_TLSA }, .status = ANSWER_DATA, .count = 1,
                                               .rdata = &pin, .security = SECURITY_INSECURE });
    nothing = answer_of_status(SLICE("x"), RTYPE_TXT, ANSWER_NXDOMAIN);
    assert_int_equal(lint_domain(a, &asker, &request, &report), PLAN_READY);
    assert_int_equal(report.sections[0].finding_count, 1);
    assert_string_equal(report.sections[0].findings[0].code, "not-signed");
    answer_drop(mx);
    answer_drop(tlsa);
    answer_drop(nothing);
    arena_free(a);
}

static void names_of_parts(void **state)
{
    (void)state;
    static const char *const names[] = { "mx", "services", "transport", "reverse", "spf", "dkim", "dmarc" };
    for (size_t i = 0; i < COUNT_OF(names); i++)
        assert_true(lint_knows(slice_str(names[i])));
    assert_false(lint_knows(SLICE("iprev")));
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(parts), cmocka_unit_test(bounds), cmocka_unit_test(pins_without_signatures),
                                        cmocka_unit_test(names_of_parts) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
