#include "methods/spf/spf_lint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "methods/spf/spf.h"
#include "publish/test_lint.h"

#define R(text) "example.com. TXT \"" text "\"\n"
#define RECORD(text) "record example.com TXT " text "\n"
#define PERM "; receivers answer permerror -> correct the term\n"
#define A4 "a.example.com. A 192.0.2.1\n"

static const struct { const char *zone, *said; } vectors[] = {
    { "", "" },
    { "example.com. A 192.0.2.1\n", "" },
    { R("site-verification=1"), "" },
    { R("v=spf1 -all"), RECORD("v=spf1 -all") "merits 0x41\n" },
    { R("v=spf1 ip4:192.0.2.1 ip6:2001:db8::/48 ~all"), RECORD("v=spf1 ip4:192.0.2.1 ip6:2001:db8::/48 ~all")
      "merits 0x1\nnetwork 192.0.2.1/32\nnetwork 2001:db8::/48\n" },
    { R("v=spf1 a:a.example.com mx -all") A4 "example.com. MX 10 b.example.com.\n",
      RECORD("v=spf1 a:a.example.com mx -all") "merits 0x1\nhost a.example.com\nhost b.example.com\n" },
    /* the record itself */
    { R("v=spf1 -all") R("v=spf1 mx -all"), RECORD("v=spf1 -all") RECORD("v=spf1 mx -all")
      "error several-records example.com: several v=spf1 records: receivers answer permerror (RFC 7208 4.5) -> join them into one, with one \"all\" "
      "at its end\n" },
    { R("v=spf1 ip4:192.0.2 -all"),
      RECORD("v=spf1 ip4:192.0.2 -all") "error bad-address example.com: \"ip4:192.0.2\": not an address of this family" PERM },
    { R("v=spf1 mx: -all"), RECORD("v=spf1 mx: -all") "error argument-missing example.com: \"mx:\": lacks its argument" PERM },
    { R("v=spf1 ipv4:192.0.2.1 -all"),
      RECORD("v=spf1 ipv4:192.0.2.1 -all") "error unknown-mechanism example.com: \"ipv4:192.0.2.1\": no such mechanism" PERM },
    { R("v=spf1 \\001 -all"), RECORD("v=spf1 \\x01 -all") "error bad-octet example.com: \"\\x01\": holds a control or non-ASCII octet" PERM },
    { R("v=spf1; -all"), RECORD("v=spf1; -all")
      "error not-a-record example.com: a record does not begin with \"v=spf1\" and a blank: receivers do not see it -> let it begin with \"v=spf1 "
      "\"\n" },
    { R("v=spf10 -all"), "" },
    { R("v=spf1 -all") "example.com. SPF \"v=spf1 -all\"\n", RECORD("v=spf1 -all") "record example.com SPF v=spf1 -all\n"
      "note type-spf example.com: there is a record of type SPF (99), which receivers do not ask for any more (RFC 7208 3.1)\nmerits 0x41\n" },
    { "; timeout example.com TXT\n", "unknown dns-failed example.com: DNS did not answer for TXT (timeout)\n" },
    /* its end */
    { R("v=spf1 ip4:192.0.2.1"), RECORD("v=spf1 ip4:192.0.2.1") "warning no-all example.com: the record ends without \"all\": strangers are neutral "
                                                                "-> end the record with -all or ~all\n"
      "merits 0x1\nnetwork 192.0.2.1/32\n" },
    { R("v=spf1 +all"),
      RECORD("v=spf1 +all") "error everybody example.com: \"+all\" passes everybody -> end the record with -all or ~all\nmerits 0x1\n" },
    { R("v=spf1 ?all"), RECORD("v=spf1 ?all") "warning neutral-all example.com: \"?all\" says nothing about strangers -> end the record with -all or "
                                              "~all\nmerits 0x1\n" },
    { R("v=spf1 -all mx"), RECORD("v=spf1 -all mx") "warning behind-all example.com: \"mx\" stands behind \"all\", where no receiver gets to -> put "
                                                    "\"all\" at the end\nmerits 0x41\n" },
    { R("v=spf1 redirect=x.example -all") "x.example. TXT \"v=spf1 -all\"\n", RECORD("v=spf1 redirect=x.example -all")
      "warning redirect-unused example.com: \"redirect=x.example\" counts for nothing beside \"all\" (RFC 7208 6.1) -> remove one of the two\nmerits "
      "0x41\n" },
    { R("v=spf1 ipv4=192.0.2.1 -all"), RECORD("v=spf1 ipv4=192.0.2.1 -all")
      "note unknown-modifier example.com: \"ipv4=192.0.2.1\" is a modifier that receivers pass over\nmerits 0x41\n" },
    { R("v=spf1 exp=e.example -all"), RECORD("v=spf1 exp=e.example -all")
      "warning no-explanation example.com: \"exp=e.example\" leads to no single text: nothing is explained -> publish one TXT record there\nmerits "
      "0x41\n" },
    /* networks */
    { R("v=spf1 ip4:0.0.0.0/0 -all"), RECORD("v=spf1 ip4:0.0.0.0/0 -all")
      "error everybody example.com: \"ip4:0.0.0.0/0\" covers all addresses -> name the networks that send\nmerits 0x1\nnetwork 0.0.0.0/0\n" },
    { R("v=spf1 ip4:10.0.0.0/16 -all"), RECORD("v=spf1 ip4:10.0.0.0/16 -all")
      "warning huge-network example.com: \"ip4:10.0.0.0/16\" covers very many addresses: whoever has one of them may send -> name the hosts or small "
      "networks that send\n"
      "merits 0x1\nnetwork 10.0.0.0/16\n" },
    { R("v=spf1 a:a.example.com//20 -all") A4, RECORD("v=spf1 a:a.example.com//20 -all")
      "warning huge-network example.com: \"a:a.example.com//20\" covers very many addresses: whoever has one of them may send -> name the hosts or "
      "small networks that send\n"
      "merits 0x1\nhost a.example.com\n" },
    { R("v=spf1 include:p.example -all") "p.example. TXT \"v=spf1 ip4:10.0.0.0/8 ip4:192.168.0.0/16 -all\"\n", RECORD("v=spf1 include:p.example -all")
      "warning huge-network p.example: \"ip4:10.0.0.0/8\" covers very many addresses: whoever has one of them may send -> "
      "ask whoever publishes it, or name the servers that send for you\nmerits 0x1\n" },
    /* what is asked */
    { R("v=spf1 a:no.example.com -all"), RECORD("v=spf1 a:no.example.com -all")
      "warning void-lookup example.com: \"a:no.example.com\" has no address: it authorises nobody -> remove the term, or publish what it "
      "names\nmerits 0x1\n" },
    { R("v=spf1 a:n1.example.com mx:n2.example.com exists:n3.example.com -all"),
      RECORD("v=spf1 a:n1.example.com mx:n2.example.com exists:n3.example.com -all")
      "warning void-lookup example.com: \"a:n1.example.com\" has no address: it authorises nobody -> remove the term, or publish what it names\n"
      "warning void-lookup example.com: \"mx:n2.example.com\" has no MX records: it authorises nobody -> remove the term, or publish what it names\n"
      "error too-many-voids example.com: more than 2 terms ask for what does not exist: permerror (RFC 7208 4.6.4) -> remove the terms that are "
      "named below\n"
      "warning void-lookup example.com: \"exists:n3.example.com\" does not exist: it authorises nobody -> remove the term, or publish what it "
      "names\n" },
    { R("v=spf1 exists:a.example.com -all") A4, RECORD("v=spf1 exists:a.example.com -all")
      "error everybody example.com: \"exists:a.example.com\" exists for every client: it passes everybody -> "
      "let the name depend on the client, as in exists:%{i}._spf.example.com, or remove it\nmerits 0x1\n" },
    { R("v=spf1 ptr -all"), RECORD("v=spf1 ptr -all")
      "warning ptr example.com: \"ptr\" should not be used (RFC 7208 5.5): it is slow, and many receivers pass over it -> name the hosts or networks "
      "that send\nmerits 0x1\n" },
    { R("v=spf1 exists:%{i}.x.example a:%{p}.x.example -all"), RECORD("v=spf1 exists:%{i}.x.example a:%{p}.x.example -all")
      "note macros example.com: \"exists:%{i}.x.example\" is another question for each message: what it authorises is not looked at\n"
      "warning ptr example.com: \"a:%{p}.x.example\" rests on reverse names, which many receivers do not look up (RFC 7208 7.2) -> use another macro "
      "than %{p}\nmerits 0x1\n" },
    { R("v=spf1 a:t.example.com -all") "; timeout t.example.com A\n", RECORD("v=spf1 a:t.example.com -all")
      "unknown dns-failed t.example.com: DNS did not answer for A (timeout)\nmerits 0x1\nhost t.example.com\n" },
    /* records of others */
    { R("v=spf1 include:n.example -all"), RECORD("v=spf1 include:n.example -all")
      "error include-none example.com: \"include:n.example\" names a domain without an SPF record: permerror -> remove the term, or correct the "
      "name\n" },
    { R("v=spf1 redirect=n.example"), RECORD("v=spf1 redirect=n.example")
      "error redirect-none example.com: \"redirect=n.example\" names a domain without an SPF record: permerror -> remove the term, or correct the "
      "name\n" },
    { R("v=spf1 redirect=r.example") "r.example. TXT \"v=spf1 ip4:192.0.2.1 -all\"\n", RECORD("v=spf1 redirect=r.example")
      "record r.example TXT v=spf1 ip4:192.0.2.1 -all\nmerits 0x1\nnetwork 192.0.2.1/32\n" },
    { R("v=spf1 include:p.example -all") "p.example. TXT \"v=spf1 -all\"\np.example. TXT \"v=spf1 mx -all\"\n",
      RECORD("v=spf1 include:p.example -all")
      "error several-records-there example.com: \"include:p.example\" names a domain with several SPF records: permerror -> ask its owner to leave "
      "one of them, or remove the term\n" },
    { R("v=spf1 include:p.example -all") "p.example. TXT \"v=spf1 nonsense -all\"\n", RECORD("v=spf1 include:p.example -all")
      "error unknown-mechanism p.example: \"nonsense\": no such mechanism; receivers answer permerror -> "
      "ask whoever publishes that record to repair it, or remove the term that refers to it\n" },
    { R("v=spf1 include:example.com -all"), RECORD("v=spf1 include:example.com -all")
      "error too-many-terms example.com: more than 10 terms ask DNS, with those of included records: permerror (RFC 7208 4.6.4) -> "
      "\"include:example.com\" alone costs 11: write its networks out, or give it a subdomain of its own\n" },
    { R("v=spf1 include:p.example a:a.example.com -all") A4 "p.example. TXT \"v=spf1 a:a.example.com a:a.example.com a:a.example.com a:a.example.com "
                                                            "a:a.example.com a:a.example.com a:a.example.com -all\"\n",
      RECORD("v=spf1 include:p.example a:a.example.com -all")
      "warning near-term-limit example.com: 9 of the 10 terms that may ask DNS are used, with those of included records; when a provider adds one or "
      "two more it is permerror -> "
      "\"include:p.example\" alone costs 8: write its networks out, or give it a subdomain of its own\nmerits 0x1\nhost a.example.com\n" },
};

static void lints(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++)
        assert_lint(&spf_method, "example.com", "", vectors[i].zone, vectors[i].said);
}

static void many_mx_hosts(void **state)
{
    (void)state;
    static char room[8192];
    struct text zone = text_fixed(room, sizeof room);
    text_add_str(&zone, R("v=spf1 mx -all"));
    for (unsigned i = 0; i < 11; i++)
        text_addf(&zone, "example.com. MX 10 m%u.example.com.\n", i);
    text_add_octet(&zone, '\0');
    assert_lint(&spf_method, "example.com", "", room, RECORD("v=spf1 mx -all")
                "error too-many-mx example.com: \"mx\" leads to more than 10 MX hosts: permerror (RFC 7208 4.6.4) -> write the addresses instead\n");
}

static void more_than_fits(void **state)
{
    (void)state;
    static char room[8192];
    struct arena *a = arena_new((size_t)32 << 20);
    struct text zone = text_fixed(room, sizeof room), got;
    text_add_str(&zone, "example.com. TXT \"v=spf1");
    for (unsigned i = 0; i < 30; i++)
        text_addf(&zone, " ip4:192.0.2.%u", i);
    text_addf(&zone, " -all\"\n%c", '\0');
    test_lint_run(a, "spf", "example.com", "", room, &got);
    assert_null(strstr(slice_to_string(a, text_slice(&got)), "answer-over-512"));
    arena_reset(a);
    text_reset(&zone);
    text_add_str(&zone, R("another=1234567890123456789012345678901234567890") "example.com. TXT \"v=spf1");
    for (unsigned i = 0; i < 30; i++)
        text_addf(&zone, " ip4:192.0.2.%u", i);
    text_addf(&zone, " -all\"\n%c", '\0');
    test_lint_run(a, "spf", "example.com", "", room, &got);
    assert_non_null(strstr(slice_to_string(a, text_slice(&got)),
                           "note answer-over-512 example.com: the TXT records of the domain make an answer of about "));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lints),
        cmocka_unit_test(many_mx_hosts),
        cmocka_unit_test(more_than_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
