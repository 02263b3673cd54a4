#include "publish/publish.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "dns/zone.h"
#include "methods/list.h"
#include "publish/plan_file.h"

#define ARENA_OCTETS ((size_t)16 << 20)

static struct publication publication_of(struct arena *a, const char *text, const char *names, struct plan *plan)
{
    struct config_error e = { .line = 0 };
    struct publication p;
    struct slice words[8], rest = slice_str(names);
    struct texts list = { words, 0 };
    while (rest.len > 0)
        (void)slice_cut(rest, ',', &words[list.count++], &rest);
    struct plan_file *f = plan_file_read(a, "p.plan", slice_str(text), &e);
    if (!f || plan_file_next(f, a, NULL, plan, &e) != PLAN_NEXT_PLAN)
        fail_msg("%s: %s", text, e.text);
    assert_true(publish_plan(a, plan, &list, &p));
    return p;
}

/* The records without "-- headings", names without final dot, TTL and IN. */
static struct slice lines_of(struct arena *a, const struct publication *p)
{
    struct text full = text_in(a, 1 << 20), t = text_in(a, 1 << 20);
    text_add_publication(&full, p);
    struct slice rest = text_slice(&full), line;
    while (rest.len > 0) {
        (void)slice_cut(rest, '\n', &line, &rest);
        if (slice_starts(line, SLICE("; -- ")))
            continue;
        struct slice owner, ttl, word, data;
        if (slice_starts(line, SLICE(";"))) {
            text_add(&t, slice_first(line, slice_find(line, ':')));
            text_add_str(&t, "\n");
            continue;
        }
        (void)slice_cut(line, ' ', &owner, &data);
        (void)slice_cut(data, ' ', &ttl, &data);
        (void)slice_cut(data, ' ', &word, &data);
        text_add(&t, slice_first(owner, owner.len - 1));
        text_add_str(&t, " ");
        text_add(&t, data);
        text_add_str(&t, "\n");
    }
    return text_slice(&t);
}

#define D "domain = \"example.com\"; "

static const struct { const char *name, *plan, *methods, *records; } vectors[] = {
    /* spf */
    { "spf: mx and a network", D "mx_sends = true; networks = \"192.0.2.0/24\";", "spf", "example.com TXT \"v=spf1 ip4:192.0.2.0/24 mx -all\"\n" },
    { "spf: neighbours are joined, hosts by name ask last", D "networks = [ \"192.0.2.0/25\", \"192.0.2.128/25\", \"2001:db8::1\" ]; hosts = [ \"out.isp.example\", \"@\" ];",
      "spf", "example.com TXT \"v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::1 a:out.isp.example a -all\"\n" },
    { "spf: excluded first", D "networks = \"192.0.2.0/24\"; excluded = \"192.0.2.66\"; ending = \"soft\";", "spf",
      "example.com TXT \"v=spf1 -ip4:192.0.2.66 ip4:192.0.2.0/24 ~all\"\n" },
    { "spf: nobody", D "never_sends = true;", "spf", "example.com TXT \"v=spf1 -all\"\n" },
    { "spf: providers", D "providers = [ \"_spf.isp.example\" ]; ending = \"neutral\";", "spf",
      "; note\nexample.com TXT \"v=spf1 include:_spf.isp.example \?all\"\n" },
    { "spf: a provider without a record of its own", D "providers = ( { domain = \"isp.example\"; speaks = []; networks = \"192.0.2.0/30\"; } );", "spf",
      "example.com TXT \"v=spf1 ip4:192.0.2.0/30 -all\"\n" },
    { "spf: flattened", D "flatten = true; providers = ( { domain = \"isp.example\"; networks = \"192.0.2.0/30\"; } );", "spf",
      "; note\nexample.com TXT \"v=spf1 ip4:192.0.2.0/30 -all\"\n" },
    { "spf: HELO names of our own hosts", D "hosts = ( { name = \"out.@\"; addresses = [ \"192.0.2.1\", \"2001:db8::1\" ]; }, \"out2.@\", \"out.isp.example\" );", "spf",
      "example.com TXT \"v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 a:out2.example.com a:out.isp.example -all\"\n"
      "out.example.com TXT \"v=spf1 ip4:192.0.2.1 ip6:2001:db8::1 -all\"\nout2.example.com TXT \"v=spf1 a -all\"\n" },
    { "spf: a host that also receives is one host", D "hosts = ( { name = \"mx.@\"; addresses = [ \"192.0.2.1\" ]; } ); mx = \"mx.@\"; mx_sends = true;", "spf",
      "example.com TXT \"v=spf1 ip4:192.0.2.1 mx -all\"\nmx.example.com TXT \"v=spf1 ip4:192.0.2.1 -all\"\n" },
    { "spf: the same, said of the MX host", D "hosts = \"mx.@\"; mx = ( { name = \"mx.@\"; addresses = [ \"192.0.2.1\" ]; } ); mx_sends = true;", "spf",
      "example.com TXT \"v=spf1 ip4:192.0.2.1 mx -all\"\nmx.example.com TXT \"v=spf1 ip4:192.0.2.1 -all\"\n" },
    { "spf: eleven look-ups", D "hosts = [ \"a.ex.example\", \"b.ex.example\", \"c.ex.example\", \"d.ex.example\", \"e.ex.example\", \"f.ex.example\", "
      "\"g.ex.example\", \"h.ex.example\", \"i.ex.example\", \"j.ex.example\", \"k.ex.example\" ];", "spf",
      "; stricter\nexample.com TXT \"v=spf1 a:a.ex.example a:b.ex.example a:c.ex.example a:d.ex.example a:e.ex.example a:f.ex.example a:g.ex.example a:h.ex.example "
      "a:i.ex.example a:j.ex.example a:k.ex.example -all\"\n" },
    /* senderid (senderid.md, publishing side) */
    { "senderid: the SPF record is enough", D "mx_sends = true;", "senderid", "" },
    { "senderid: mailing lists", D "mx_sends = true; lists = \"lists.example\";", "senderid",
      "; note\n; note\nexample.com TXT \"spf2.0/pra mx include:lists.example -all\"\n" },
    { "senderid: nobody", D "never_sends = true; lists = \"lists.example\";", "senderid", "" },
    /* rmx (rmx.md, publishing side) */
    { "rmx: the sheet's example", D "networks = \"192.0.2.0/24\"; excluded = \"192.0.2.66\"; apl = \"relays.isp.example\"; private_types = { rmx = 65280; };", "rmx",
      "; note\n_rmx.example.com TXT \"!ipv4:192.0.2.66 apl:relays.isp.example\"\n"
      "example.com TYPE65280 \\# 27 8120c0000242040672656c617973036973700765" "78616d706c6500\n"
      "relays.isp.example APL !1:192.0.2.66/32 1:192.0.2.0/24\n" },
    { "rmx: nobody", D "never_sends = true; private_types = { rmx = 65281; };", "rmx",
      "_rmx.example.com TXT \"unused:\"\nexample.com TYPE65281 \\# 1 06\n" },
    { "rmx: all sorts", D "mx_sends = true; hosts = ( \"a.@\", { name = \"b.@\"; addresses = \"192.0.2.9\"; } ); "
      "providers = ( { domain = \"isp.example\"; apl = \"apl.isp.example\"; }, { domain = \"b.example\"; networks = \"198.51.100.0/30\"; } );", "rmx",
      "_rmx.example.com TXT \"host:a.example.com mx: apl:apl.isp.example ipv4:192.0.2.9 ipv4:198.51.100.0/30\"\n" },
    { "rmx: unknown servers", D "providers = \"isp.example\"; networks = \"192.0.2.1\"; ending = \"soft\";", "rmx",
      "; stricter\n; note\n_rmx.example.com TXT \"ipv4:192.0.2.1\"\n" },
    /* callerid (callerid.md, publishing side) */
    { "callerid: the sheet's example", D "mx_sends = true; networks = [ \"192.0.2.10\", \"192.0.2.32/28\" ];", "callerid",
      "_ep.example.com TXT \"<ep xmlns='http://ms.net/1'><out><m><a>192.0.2.10</a><r>192.0.2.32/28</r><mx/></m></out></ep>\"\n" },
    { "callerid: nobody", D "never_sends = true;", "callerid", "_ep.example.com TXT \"<ep xmlns='http://ms.net/1'><out><noMailServers/></out></ep>\"\n" },
    { "callerid: all sorts", D "hosts = [ \"@\", \"out.isp.example\" ]; networks = \"192.0.2.0/24\"; excluded = \"192.0.2.66\"; ending = \"soft\"; "
      "providers = ( { domain = \"isp.example\"; speaks = [ \"spf\", \"callerid\" ]; }, { domain = \"b.example\"; networks = \"198.51.100.4/30\"; }, \"c.example\" );", "callerid",
      "; stricter\n; looser\n; note\n_ep.example.com TXT \"<ep xmlns='http://ms.net/1'><out><m><a/><a>out.isp.example</a><r>192.0.2.0/24</r><r>198.51.100.4/30</r>"
      "<r>!192.0.2.66/32</r></m><m><indirect>isp.example</indirect></m></out></ep>\"\n" },
    { "callerid: a provider's document alone", D "providers = { domain = \"isp.example\"; speaks = \"callerid\"; };", "callerid",
      "_ep.example.com TXT \"<ep xmlns='http://ms.net/1'><out><m><indirect>isp.example</indirect></m></out></ep>\"\n" },
    /* dmp (dmp.md, publishing side) */
    { "dmp: a host and a network", D "networks = [ \"192.0.2.0/24\", \"198.51.100.7\" ];", "dmp",
      "_smtp-client.example.com TXT \"dmp=\"\n*._smtp-client.example.com TXT \"dmp=deny\"\n*.2.0.192.in-addr._smtp-client.example.com TXT \"dmp=allow\"\n"
      "7.100.51.198.in-addr._smtp-client.example.com TXT \"dmp=allow\"\n" },
    { "dmp: nobody", D "never_sends = true;", "dmp", "_smtp-client.example.com TXT \"dmp=\"\n*._smtp-client.example.com TXT \"dmp=deny\"\n" },
    { "dmp: an exception below a wildcard", D "networks = \"192.0.2.0/24\"; excluded = \"192.0.2.66\";", "dmp",
      "_smtp-client.example.com TXT \"dmp=\"\n*._smtp-client.example.com TXT \"dmp=deny\"\n*.2.0.192.in-addr._smtp-client.example.com TXT \"dmp=allow\"\n"
      "66.2.0.192.in-addr._smtp-client.example.com TXT \"dmp=deny\"\n" },
    { "dmp: deny where names would not exist", D "networks = \"192.0.2.1\"; fill_deny = true;", "dmp",
      "_smtp-client.example.com TXT \"dmp=\"\n*._smtp-client.example.com TXT \"dmp=deny\"\n*.in-addr._smtp-client.example.com TXT \"dmp=deny\"\n"
      "*.192.in-addr._smtp-client.example.com TXT \"dmp=deny\"\n*.0.192.in-addr._smtp-client.example.com TXT \"dmp=deny\"\n"
      "*.2.0.192.in-addr._smtp-client.example.com TXT \"dmp=deny\"\n1.2.0.192.in-addr._smtp-client.example.com TXT \"dmp=allow\"\n" },
    { "dmp: nibbles, and networks between them", D "networks = [ \"2001:db8::/31\", \"192.0.2.4/31\" ];", "dmp",
      "_smtp-client.example.com TXT \"dmp=\"\n*._smtp-client.example.com TXT \"dmp=deny\"\n4.2.0.192.in-addr._smtp-client.example.com TXT \"dmp=allow\"\n"
      "5.2.0.192.in-addr._smtp-client.example.com TXT \"dmp=allow\"\n*.8.b.d.0.1.0.0.2.ip6._smtp-client.example.com TXT \"dmp=allow\"\n"
      "*.9.b.d.0.1.0.0.2.ip6._smtp-client.example.com TXT \"dmp=allow\"\n" },
    { "dmp: a host's own name", D "hosts = { name = \"out.@\"; addresses = \"192.0.2.1\"; };", "dmp",
      "_smtp-client.example.com TXT \"dmp=\"\n*._smtp-client.example.com TXT \"dmp=deny\"\n1.2.0.192.in-addr._smtp-client.example.com TXT \"dmp=allow\"\n"
      "_smtp-client.out.example.com TXT \"dmp=\"\n*._smtp-client.out.example.com TXT \"dmp=deny\"\n1.2.0.192.in-addr._smtp-client.out.example.com TXT \"dmp=allow\"\n" },
    { "dmp: everybody", D "networks = [ \"0.0.0.0/0\", \"::/0\" ];", "dmp",
      "_smtp-client.example.com TXT \"dmp=\"\n*._smtp-client.example.com TXT \"dmp=deny\"\n*.in-addr._smtp-client.example.com TXT \"dmp=allow\"\n"
      "*.ip6._smtp-client.example.com TXT \"dmp=allow\"\n" },
    { "dmp: unknown addresses", D "hosts = \"out.isp.example\"; providers = \"b.example\";", "dmp",
      "; stricter\n; stricter\n; note\n" },
    { "nobody who sends is known", D "providers = \"b.example\";", "rmx,dmp,imx,callerid", "; stricter\n; note\n; stricter\n; note\n; stricter\n; note\n; stricter\n; note\n" },
    /* imx (imx.md, publishing side) */
    { "imx: the sheet's example", D "networks = \"192.0.2.16/29\"; hosts = \"relay.@\"; receives_nothing = true; private_types = { imx = 65281; };", "imx",
      "_imx.example.com TXT \"v=imx1 a:relay.example.com ip4:192.0.2.16/29 only\"\n"
      "example.com TYPE65281 \\# 31 0103130572656c6179076578616d706c6503636f6d0001051dc00002100500\n" },
    { "imx: MX hosts send, nobody else", D "mx_sends = true;", "imx", "_imx.example.com TXT \"v=imx1 none\"\n" },
    { "imx: ... softly", D "mx_sends = true; ending = \"soft\";", "imx", "" },
    { "imx: nobody", D "never_sends = true; receives_nothing = true; ending = \"soft\";", "imx", "_imx.example.com TXT \"v=imx1 none\"\n" },
    { "imx: excluded is taken out", D "networks = \"192.0.2.0/30\"; excluded = \"192.0.2.1\"; ending = \"soft\"; hosts = ( \"a.isp.example\", "
      "{ name = \"b.isp.example\"; addresses = [ \"192.0.2.1\", \"192.0.2.9\" ]; } ); receives_nothing = true;", "imx",
      "; looser\n_imx.example.com TXT \"v=imx1 a:a.isp.example ip4:192.0.2.0 ip4:192.0.2.2/31 ip4:192.0.2.9\"\n" },
    { "imx: what it cannot say", D "networks = [ \"192.0.0.0/15\", \"10.0.0.1\" ]; providers = \"isp.example\"; ending = \"neutral\"; mx = \"mx.@\";", "imx",
      "; stricter\n; looser\n; note\n; stricter\n; stricter\n_imx.example.com TXT \"v=imx1 ip4:10.0.0.1 ip4:192.0.0.0/15\"\n" },
    /* csa, mtamark (server-domains.md) */
    { "csa: hosts, and the domain that is none", D "hosts = [ \"out1.@\", \"x.isp.example\" ]; mx_sends = true; mx = \"mx.@\";", "csa",
      "_client._smtp.out1.example.com SRV 1 2 0 out1.example.com.\n_client._smtp.mx.example.com SRV 1 2 0 mx.example.com.\n"
      "_client._smtp.example.com SRV 1 1 1 example.com.\n" },
    { "csa: the domain is a host", D "hosts = \"@\"; receives_nothing = true;", "csa", "_client._smtp.example.com SRV 1 2 1 example.com.\n" },
    { "csa: ... and who receives may have another name", D "hosts = \"@\";", "csa", "_client._smtp.example.com SRV 1 2 0 example.com.\n" },
    { "csa: networks have other names", D "hosts = \"out1.@\"; networks = \"192.0.2.0/24\";", "csa",
      "; note\n_client._smtp.out1.example.com SRV 1 2 0 out1.example.com.\n_client._smtp.example.com SRV 1 1 0 example.com.\n" },
    { "csa: nobody", D "never_sends = true; receives_nothing = true;", "csa", "_client._smtp.example.com SRV 1 1 1 example.com.\n" },
    { "csa: nobody, but somebody receives", D "never_sends = true; mx = \"mx.@\";", "csa", "_client._smtp.example.com SRV 1 1 0 example.com.\n" },
    { "mtamark: no reverse zone is ours", D "networks = \"192.0.2.1\";", "mtamark", "" },
    { "mtamark: a host in a network", D "networks = \"192.0.2.1\"; address_space = \"192.0.2.0/24\";", "mtamark",
      "_send._smtp._srv.2.0.192.in-addr.arpa TXT \"0\"\n_send._smtp._srv.1.2.0.192.in-addr.arpa TXT \"1\"\n" },
    { "mtamark: whole blocks, and a part of one", D "networks = [ \"192.0.2.0/23\", \"198.51.100.4/31\" ]; address_space = [ \"192.0.2.0/24\", \"198.51.100.4/30\" ];", "mtamark",
      "_send._smtp._srv.2.0.192.in-addr.arpa TXT \"1\"\n_send._smtp._srv.4.100.51.198.in-addr.arpa TXT \"1\"\n"
      "_send._smtp._srv.5.100.51.198.in-addr.arpa TXT \"1\"\n_send._smtp._srv.6.100.51.198.in-addr.arpa TXT \"0\"\n"
      "_send._smtp._srv.7.100.51.198.in-addr.arpa TXT \"0\"\n" },
    { "mtamark: IPv6", D "networks = [ \"2001:db8:1::25\", \"2001:db8:2::/63\" ]; address_space = \"2001:db8::/32\";", "mtamark",
      "_send._smtp._srv.8.b.d.0.1.0.0.2.ip6.arpa TXT \"0\"\n"
      "_send._smtp._srv.5.2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa TXT \"1\"\n"
      "_send._smtp._srv.0.0.0.0.2.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa TXT \"1\"\n_send._smtp._srv.1.0.0.0.2.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa TXT \"1\"\n" },
    { "mtamark: too fine", D "networks = [ \"2001:db8:1::/112\" ]; address_space = \"2001:db8::/48\";", "mtamark", "; note\n" },
    { "mtamark: too fine in a block", D "networks = [ \"2001:db8::/112\" ]; address_space = \"2001:db8::/64\";", "mtamark",
      "; stricter\n_send._smtp._srv.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa TXT \"0\"\n" },
    /* msd, drip (server-domains.md) */
    { "msd: the sheet's form", "domain = \"mx1.isp.example\"; hosts = \"@\"; serves = [ \"example.com\", \"*.example.com\" ]; private_types = { msd = 65290; };", "msd",
      "_serves._smtp.mx1.isp.example TXT \"v=msd1 d:example.com d:*.example.com only\"\n"
      "mx1.isp.example TYPE65290 \\# 33 01010d076578616d706c6503636f6d00020d076578616d706c6503636f6d000500\n" },
    { "msd: factored", D "hosts = [ \"a.@\", \"b.isp.example\" ]; serves = [ \"x.example\", \"*.x.example\", \"y.example\" ]; serves_factored = true; serves_only = false;", "msd",
      "_serves._smtp.a.example.com TXT \"v=msd1 d:*.x.example factored\"\nx.example._serves._smtp.a.example.com TXT \"v=msd1 yes\"\n"
      "y.example._serves._smtp.a.example.com TXT \"v=msd1 yes\"\n" },
    { "msd: anybody", D "mx_sends = true; mx = \"mx.@\"; serves_anybody = true;", "msd", "_serves._smtp.mx.example.com TXT \"v=msd1 d:example.com all\"\n" },
    { "msd: nobody", D "never_sends = true;", "msd", "" },
    { "drip", D "hosts = { name = \"a.@\"; addresses = [ \"192.0.2.1\", \"2001:db8::1\" ]; }; receives_nothing = true;", "drip",
      "; note\n192_0_2_1.ipv4.relays._email_.a.example.com A 192.0.2.1\n2001_0db8_0000_0000_0000_0000_0000_0001.ipv6.relays._email_.a.example.com AAAA 2001:db8::1\n"
      "*.ipv4.relays._email_.a.example.com A 0.0.0.0\n*.ipv6.relays._email_.a.example.com AAAA ::\n"
      "*.ipv4.relays._email_.example.com A 0.0.0.0\n*.ipv6.relays._email_.example.com AAAA ::\n" },
    { "drip: an excluded address", D "hosts = { name = \"a.@\"; addresses = [ \"192.0.2.1\", \"192.0.2.2\" ]; }; excluded = \"192.0.2.2\"; mx = \"mx.@\";", "drip",
      "; note\n192_0_2_1.ipv4.relays._email_.a.example.com A 192.0.2.1\n*.ipv4.relays._email_.a.example.com A 0.0.0.0\n*.ipv6.relays._email_.a.example.com AAAA ::\n" },
    { "csa: an excluded address", D "hosts = { name = \"@\"; addresses = [ \"192.0.2.1\", \"192.0.2.2\" ]; }; excluded = \"192.0.2.2\"; mx = \"mx.@\";", "csa",
      "; looser\n_client._smtp.example.com SRV 1 2 0 example.com.\n" },
    { "spf: the HELO name of a host that may have an excluded address", D "hosts = \"a.@\"; excluded = \"192.0.2.2\";", "spf",
      "example.com TXT \"v=spf1 -ip4:192.0.2.2 a:a.example.com -all\"\na.example.com TXT \"v=spf1 -ip4:192.0.2.2 a -all\"\n" },
    { "drip: unknown", D "hosts = [ \"a.@\", \"x.isp.example\" ]; networks = \"192.0.2.1\";", "drip", "; stricter\n" },
    /* mxout (mx-outbound.md, publishing side) */
    { "mxout: send-only hosts last", D "hosts = [ \"out1.@\", \"mx.@\" ]; mx_sends = true; mx = \"mx.@\";", "mxout", "; note\nexample.com MX 65535 out1.example.com.\n" },
    { "mxout: in a domain of their own", D "hosts = \"out1.out.example\"; outbound_domain = \"out.example\"; mx_sends = true; mx = \"mx.@\";", "mxout",
      "; stricter\nout.example MX 10 out1.out.example.\n" },
    { "mxout: what an MX set cannot say", D "hosts = \"out1.@\"; networks = \"192.0.2.1\"; excluded = \"192.0.2.2\"; providers = \"b.example\"; mx = \"mx.@\";", "mxout",
      "; note\n; stricter\n; stricter\n; looser\n; looser\nexample.com MX 65535 out1.example.com.\n" },
    { "mxout: nobody", D "never_sends = true; receives_nothing = true;", "mxout", "" },
    { "mxout: nobody, but the domain receives", D "never_sends = true;", "mxout", "; looser\n" },
    { "mxout: takes no mail", D "networks = \"192.0.2.1\"; receives_nothing = true;", "mxout", "; stricter\n" },
    /* dkim, dmarc */
    { "dkim", D "networks = \"192.0.2.1\"; keys = ( { selector = \"s1\"; key = \"MIIB\"; testing = true; }, { selector = \"s2\"; type = \"ed25519\"; key = \"AAAA\"; }, "
      "{ selector = \"s3\"; revoked = true; }, { selector = \"s4\"; alias = \"s4.p.example\"; } );", "dkim",
      "s1._domainkey.example.com TXT \"v=DKIM1; k=rsa; t=y; p=MIIB\"\ns2._domainkey.example.com TXT \"v=DKIM1; k=ed25519; p=AAAA\"\n"
      "s3._domainkey.example.com TXT \"v=DKIM1; k=rsa; p=\"\ns4._domainkey.example.com CNAME s4.p.example.\n" },
    { "domainkeys: DKIM's keys serve it", D "networks = \"192.0.2.1\"; keys = { selector = \"s1\"; key = \"MIIB\"; };", "domainkeys", "" },
    { "domainkeys: nobody sends", D "never_sends = true;", "domainkeys", "_domainkey.example.com TXT \"o=-\"\n" },
    { "dkim, dmarc: nobody sends", D "never_sends = true;", "dkim,dmarc",
      "*._domainkey.example.com TXT \"v=DKIM1; k=rsa; p=\"\n_dmarc.example.com TXT \"v=DMARC1; p=reject\"\n" },
    { "dmarc", D "networks = \"192.0.2.1\"; dmarc = { policy = \"quarantine\"; subdomains = \"reject\"; nonexistent = \"reject\"; strict_dkim = true; testing = true; "
      "reports = [ \"mailto:a@example.com\", \"mailto:b@reports.example!10m\" ]; };", "dmarc",
      "; note\n_dmarc.example.com TXT \"v=DMARC1; p=quarantine; sp=reject; np=reject; adkim=s; t=y; rua=mailto:a@example.com,mailto:b@reports.example!10m\"\n" },
    { "domainkeys: nobody", D "never_sends = true;", "domainkeys", "_domainkey.example.com TXT \"o=-\"\n" },
    { "dnsmail", D "networks = \"192.0.2.1\"; message_servers = [ \"192.0.2.53\", \"10.0.0.1\" ];", "dnsmail", "; stricter\ndnsmail.example.com TXT \"192.0.2.53,10.0.0.1\"\n" },
    { "dnsmail: not said", D "networks = \"192.0.2.1\";", "dnsmail", "" },
    { "dmarc: not said", D "networks = \"192.0.2.1\";", "dmarc", "" },
    /* parts */
    { "mx", D "networks = \"192.0.2.1\"; mx = ( \"mx1.@\", \"mx2.@\", { name = \"mx3.isp.example\"; preference = 5; } );", "mx",
      "example.com MX 10 mx1.example.com.\nexample.com MX 20 mx2.example.com.\nexample.com MX 5 mx3.isp.example.\n" },
    { "null MX", D "networks = \"192.0.2.1\"; receives_nothing = true;", "mx", "example.com MX 0 .\n" },
    { "services", D "networks = \"192.0.2.1\"; services = { submissions = \"smtp.@\"; submission = \".\"; imaps = \"imap.@:1993\"; };", "services",
      "_submissions._tcp.example.com SRV 0 1 465 smtp.example.com.\n_submission._tcp.example.com SRV 0 0 0 .\n_imaps._tcp.example.com SRV 0 1 1993 imap.example.com.\n" },
    { "hosts: ours with addresses", D "hosts = ( { name = \"a.@\"; addresses = [ \"192.0.2.1\", \"2001:db8::1\" ]; }, \"b.@\", { name = \"c.isp.example\"; addresses = \"192.0.2.3\"; } ); "
      "mx = \"a.@\";", "hosts", "a.example.com A 192.0.2.1\na.example.com AAAA 2001:db8::1\n" },
};

static void publishes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct arena *a = arena_new(ARENA_OCTETS);
        struct plan plan;
        struct publication p = publication_of(a, vectors[i].plan, vectors[i].methods, &plan);
        struct slice lines = lines_of(a, &p);
        if (!slice_same(lines, slice_str(vectors[i].records)))
            fail_msg("%s:\n%.*s", vectors[i].name, PUBLISH_NAME(lines));
        arena_free(a);
    }
}

/* What is printed is a master file that has exactly these records. */
static void zone_text_reads_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct arena *a = arena_new(ARENA_OCTETS);
        struct plan plan;
        struct publication p = publication_of(a, vectors[i].plan, vectors[i].methods, &plan);
        struct text t = text_in(a, 1 << 20);
        struct zone *zone = zone_new();
        struct zone_error e = { 0 };
        text_add_publication(&t, &p);
        if (!zone_read(zone, text_slice(&t), &e))
            fail_msg("%s, line %u: %s", vectors[i].name, e.line, e.text);
        for (size_t k = 0; k < p.count; k++) {
            const struct answer *answer = zone_answer(zone, &(struct question){ .name = p.records[k].owner, .type = p.records[k].type });
            bool found = false;
            for (size_t n = 0; n < answer->count; n++)
                found = found || slice_same(answer->records[n].raw, p.records[k].rdata);
            if (found == p.records[k].absent && p.records[k].type != RTYPE_CNAME)
                fail_msg("%s: record %zu", vectors[i].name, k);
            answer_drop(answer);
        }
        zone_free(zone);
        arena_free(a);
    }
}

/* A DMP expansion beyond the bound is not begun; the same record from two sides is one. */
static void bounds_and_doubles(void **state)
{
    struct arena *a = arena_new(ARENA_OCTETS);
    struct plan plan;
    (void)state;
    struct publication p = publication_of(a, D "networks = [ \"10.0.0.0/9\", \"11.0.0.0/10\", \"192.0.2.0/25\", \"198.51.100.0/25\", \"203.0.113.0/25\", \"203.0.112.0/25\", "
        "\"203.0.111.0/25\", \"203.0.110.0/25\", \"203.0.109.0/25\", \"203.0.108.0/25\" ];", "dmp", &plan);
    assert_int_equal(p.count, 0);
    assert_int_equal(p.remarks.count, 1);
    p = publication_of(a, D "hosts = ( { name = \"a.@\"; addresses = \"192.0.2.1\"; }, { name = \"a.@\"; addresses = \"192.0.2.1\"; } );", "hosts,dmp,spf", &plan);
    assert_int_equal(p.count, 1 + 3 + 3 + 2);
    assert_true(publish_knows(SLICE("rmx")) && publish_knows(SLICE("mx")) && publish_knows(SLICE("hosts")));
    assert_false(publish_knows(SLICE("iprev")) || publish_knows(SLICE("x")) || publish_knows(SLICE("")));
    arena_free(a);
}

/* Long texts become strings of 255 octets; every allocation may fail. */
static void long_texts_and_no_memory(void **state)
{
    struct arena *a = arena_new(ARENA_OCTETS);
    struct plan plan;
    struct text t = text_in(a, 1 << 16);
    (void)state;
    text_add_str(&t, D "networks = [ \"192.0.2.0/24\"");
    for (unsigned i = 0; i < 60; i++)
        text_addf(&t, ", \"198.51.%u.1\"", i * 2);
    text_add_str(&t, " ];");
    text_add_octet(&t, '\0');
    struct publication p = publication_of(a, (const char *)text_slice(&t).at, "spf", &plan);
    assert_int_equal(p.count, 1);
    assert_int_equal(p.records[0].rdata.at[0], 255);
    assert_int_equal(p.remarks.count, 1);
    for (size_t room = 0; room < 40000; room += 97) {
        struct arena *small = arena_new(room);
        struct publication q;
        struct texts all = { NULL, 0 };
        if (small && publish_plan(small, &plan, &all, &q))
            assert_true(q.count > 0);
        arena_free(small);
    }
    arena_free(a);
}

static void facts_are_json(void **state)
{
    struct arena *a = arena_new(ARENA_OCTETS);
    struct plan plan;
    struct text t = text_in(a, 1 << 16);
    (void)state;
    struct publication p = publication_of(a, D "never_sends = true;", "rmx,mxout", &plan);
    assert_true(fact_to_json(publication_facts(a, &p), false, &t));
    const char *expected = "{\"version\":1,\"domain\":\"example.com\",\"records\":[{\"method\":\"rmx\",\"owner\":\"_rmx.example.com\",\"type\":\"TXT\",\"ttl\":3600,"
        "\"data\":\"\\\"unused:\\\"\",\"rdata\":\"07756e757365643a\"}],\"remarks\":[{\"method\":\"mxout\",\"kind\":\"looser\",\"text\":"
        "\"that nobody sends cannot be said while the domain receives: its MX hosts count as sending\"}]}";
    if (!slice_same(text_slice(&t), slice_str(expected)))
        fail_msg("%.*s", PUBLISH_NAME(text_slice(&t)));
    arena_free(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(publishes), cmocka_unit_test(zone_text_reads_back), cmocka_unit_test(bounds_and_doubles),
        cmocka_unit_test(long_texts_and_no_memory), cmocka_unit_test(facts_are_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
