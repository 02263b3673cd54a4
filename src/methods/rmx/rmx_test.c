/* rmx_test: the sheet's vectors and ours, through the engine; see method_vectors.h for what must hold for each. */
#include "methods/rmx/rmx.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "fakes/method_vectors.h"
#include "methods/list.h"

#define NET "_rmx.example.com. TXT \"ipv4:192.0.2.0/24\"\n"
#define RR_CONF "methods = { rmx = { rr_type = 65280; }; };"
#define LOOSE_CONF "methods = { rmx = { max_hosts = 8; }; };"
#define LEGACY_CONF "methods = { rmx = { legacy = true; }; };"
#define SENDER .from = "u@example.com"
#define OUT1 "5.2.0.192.in-addr.arpa. PTR out1.example.com.\nout1.example.com. A 192.0.2.5\n"

static const struct vector sheet[] = {
    { "rmx.md 1", .zone = NET, .ip = "192.0.2.9", SENDER, .result = "pass", .reason = "granted",
      .holds = { "\"entry\":\"ipv4:192.0.2.0/24\"", "\"identity\":\"mailfrom\"", "\"record_domain\":\"_rmx.example.com\"", "\"record_type\":\"TXT\"",
                 "covers 192.0.2.9" }, .explain = "", .questions = "TXT _rmx.example.com" },
    { "rmx.md 2", .zone = NET, .ip = "198.51.100.1", SENDER, .result = "fail", .reason = "not-in-list",
      .holds = { "\"text\":\"not in list\"", "\"statement\":true" },
      .explain = "example.com: if this host is yours, add ipv4:198.51.100.1 to the TXT record at _rmx.example.com" },
    { "rmx.md 3", .zone = "example.com. A 192.0.2.1\n", SENDER, .result = "none", .reason = "no-record", .lacks = "\"statement\"", .explain = "" },
    { "rmx.md 4", .zone = "_rmx.example.com. TXT \"!ipv4:192.0.2.66 ipv4:192.0.2.0/24\"\n", .ip = "192.0.2.66", SENDER,
      .result = "fail", .reason = "denied",
      .explain = "example.com: if this host is yours, remove \"!ipv4:192.0.2.66\" from the TXT record at _rmx.example.com" },
    { "rmx.md 4b", .zone = "_rmx.example.com. TXT \"!ipv4:192.0.2.66 ipv4:192.0.2.0/24\"\n", .ip = "192.0.2.67", SENDER, .result = "pass" },
    { "rmx.md 5", .zone = "_rmx.example.com. TXT \"ipv4:192.0.2.0/24 !ipv4:192.0.2.66\"\n", .ip = "192.0.2.66", SENDER, .result = "pass" },
    { "rmx.md 6", .zone = "_rmx.example.com. TXT \"unused:\"\n", SENDER, .result = "fail", .reason = "never-sends",
      .explain = "example.com: if this host is yours, put ipv4:192.0.2.1 in the place of \"unused:\" in the TXT record at _rmx.example.com" },
    { "rmx.md 7", .zone = "_rmx.example.com. TXT \"bogus:1\"\n", SENDER, .result = "permerror", .reason = "bad-tag", .holds = { "\\\"bogus:1\\\"" },
      .lacks = "\"statement\"", .explain = "example.com: repair (no such tag) the TXT record at _rmx.example.com" },
    { "rmx.md 8", .zone = "_rmx.example.com. TXT \"apl:r.isp.example\"\nr.isp.example. APL !1:192.0.2.1/32 1:192.0.2.0/24\n", .ip = "192.0.2.1", SENDER,
      .result = "fail", .reason = "not-in-list" },
    { "rmx.md 8b", .zone = "_rmx.example.com. TXT \"apl:r.isp.example\"\nr.isp.example. APL !1:192.0.2.1/32 1:192.0.2.0/24\n", .ip = "192.0.2.2", SENDER,
      .result = "pass" },
    { "rmx.md 9", .zone = "_rmx.example.com. TXT \"domain:\"\n" OUT1, .ip = "192.0.2.5", SENDER, .result = "pass" },
    { "rmx.md 9b: by whole labels", .ip = "192.0.2.5", SENDER, .result = "fail", .reason = "not-in-list",
      .zone = "_rmx.example.com. TXT \"domain:\"\n5.2.0.192.in-addr.arpa. PTR badexample.com.\nbadexample.com. A 192.0.2.5\n" },
    { "rmx.md 10", .zone = "_rmx.mail.example.com. TXT \"host:mail.example.com\"\nmail.example.com. A 192.0.2.1\n", .helo = "mail.example.com", .from = "<>",
      .result = "pass", .holds = { "\"identity\":\"helo\"", "\"domain\":\"mail.example.com\"" } },
    { "rmx.md 11", .conf = RR_CONF, .zone = "example.com. TYPE65280 \\# 11 812000000000 0118C00002\n", .ip = "192.0.2.9", SENDER, .result = "pass",
      .holds = { "\"record_type\":\"TYPE65280\"", "\"record\":\"!ipv4:0.0.0.0 ipv4:192.0.2.0/24\"", "\"record_domain\":\"example.com\"" } },
    { "rmx.md 11b", .conf = RR_CONF, .zone = "example.com. TYPE65280 \\# 6 8120C0000242\n", .ip = "192.0.2.66", SENDER, .result = "fail", .reason = "denied",
      .explain = "example.com: if this host is yours, remove \"!ipv4:192.0.2.66\" from the TYPE65280 record at example.com" },
    { "rmx.md 11c", .conf = RR_CONF, .zone = "example.com. TYPE65280 \\# 1 06\n", SENDER, .result = "fail", .reason = "never-sends" },
    { "rmx.md 11d", .conf = RR_CONF, .zone = "example.com. TYPE65280 \\# 2 0500\n" OUT1, .ip = "192.0.2.5", SENDER, .result = "pass",
      .holds = { "\"entry\":\"domain:\"" } },
    { "rmx.md 12", .conf = RR_CONF, .zone = "example.com. TYPE65280 \\# 1 7F\n", SENDER, .result = "permerror", .reason = "bad-tag" },
    { "rmx.md 12b", .conf = RR_CONF, .zone = "example.com. TYPE65280 \\# 7 0121C000020000\n", SENDER, .result = "permerror", .reason = "bad-length" },
};

static const struct vector identities[] = {
    { "no domain: an address literal", .zone = NET, .from = "u@[192.0.2.1]", .result = "none", .reason = "no-identity", .questions = "" },
    { "no domain: one label", .zone = "_rmx.com. TXT \"unused:\"\n", .from = "u@com", .result = "none", .reason = "no-identity", .questions = "" },
    { "null sender, HELO no name", .zone = NET, .helo = "[192.0.2.1]", .from = "<>", .result = "none", .reason = "no-identity", .questions = "" },
    { "null sender, one label", .zone = NET, .helo = "localhost", .from = "<>", .result = "none", .reason = "no-identity", .questions = "" },
    { "a MAIL FROM is judged by its domain, never by HELO", .zone = "_rmx.helo.example. TXT \"unused:\"\n" NET, .ip = "192.0.2.9", SENDER, .result = "pass" },
    { "upper case, final dot", .zone = NET, .ip = "192.0.2.9", .from = "u@EXAMPLE.com.", .result = "pass", .holds = { "\"domain\":\"example.com\"" } },
    { "U-labels", .zone = "_rmx.xn--bcher-kva.example. TXT \"unused:\"\n", .from = "u@b\xc3\xbc" "cher.example", .result = "fail",
      .holds = { "\"domain\":\"xn--bcher-kva.example\"" } },
    { "unknown client: no subject", .zone = NET, .ip = "", SENDER, .result = "none", .reason = "no-subject", .questions = "" },
    { "IPv4-mapped client is IPv4", .zone = NET, .ip = "::ffff:192.0.2.9", SENDER, .result = "pass" },
    { "IPv6 client", .zone = "_rmx.example.com. TXT \"ipv4:0.0.0.0/0 ipv6:2001:db8::/32\"\n", .ip = "2001:db8::25", SENDER, .result = "pass",
      .holds = { "\"entry\":\"ipv6:2001:db8::/32\"" } },
    { "IPv6 client not in the list", .zone = NET, .ip = "2001:db8::25", SENDER, .result = "fail",
      .explain = "example.com: if this host is yours, add ipv6:2001:db8::25 to the TXT record at _rmx.example.com" },
};

static const struct vector entries[] = {
    { "an empty list admits nobody", .zone = "_rmx.example.com. TXT \"\"\n", SENDER, .result = "fail", .reason = "not-in-list" },
    { "tags in any case, by number, in blanks", .zone = "_rmx.example.com. TXT \"  IPV4:198.51.100.1  1:192.0.2.1 \"\n", SENDER, .result = "pass",
      .holds = { "\"record\":\"ipv4:198.51.100.1 ipv4:192.0.2.1\"" } },
    { "strings are joined without a blank", .zone = "_rmx.example.com. TXT \"ipv4:192.0.\" \"2.1\"\n", SENDER, .result = "pass" },
    { "one bad entry spoils all, even behind the matching one", .zone = "_rmx.example.com. TXT \"ipv4:192.0.2.1 bogus:1\"\n", SENDER, .result = "permerror" },
    { "a second record spoils all", .zone = NET "_rmx.example.com. TXT \"x\"\n", .ip = "192.0.2.9", SENDER, .result = "permerror", .reason = "no-tag" },
    { "records in sorted order", .zone = "_rmx.example.com. TXT \"ipv4:192.0.2.1\"\n_rmx.example.com. TXT \"!ipv4:192.0.2.0/24\"\n", SENDER,
      .result = "fail", .reason = "denied" },
    { "another system's wildcard is no RMX record", .zone = "*.example.com. TXT \"v=spf1 -all\"\n", SENDER, .result = "none", .reason = "no-record" },
    { "... beside one that is", .zone = "_rmx.example.com. TXT \"v=spf1 -all\"\n" NET, .ip = "192.0.2.9", SENDER, .result = "pass" },
    { "unused behind others", .zone = "_rmx.example.com. TXT \"ipv4:192.0.2.1 unused:\"\n", SENDER, .result = "pass" },
    { "!unused", .zone = "_rmx.example.com. TXT \"!unused:\"\n", SENDER, .result = "permerror", .reason = "bad-negation" },
    { "unused with data", .zone = "_rmx.example.com. TXT \"unused:x\"\n", SENDER, .result = "permerror", .reason = "bad-data" },
    { "0.0.0.0/0 is legal", .zone = "_rmx.example.com. TXT \"ipv4:0.0.0.0/0\"\n", SENDER, .result = "pass" },
    { "host: one of several addresses", .zone = "_rmx.example.com. TXT \"host:h.example\"\nh.example. A 192.0.2.8\nh.example. A 192.0.2.1\n", SENDER,
      .result = "pass" },
    { "host: an alias", .zone = "_rmx.example.com. TXT \"host:h.example\"\nh.example. CNAME r.example.\nr.example. A 192.0.2.1\n", SENDER, .result = "pass" },
    { "host: without address is no match", .zone = "_rmx.example.com. TXT \"host:h.example ipv4:192.0.2.1\"\n", SENDER, .result = "pass",
      .questions = "TXT _rmx.example.com, A h.example" },
    { "!host", .zone = "_rmx.example.com. TXT \"!host:h.example ipv4:192.0.2.0/24\"\nh.example. A 192.0.2.1\n", SENDER, .result = "fail", .reason = "denied" },
    { "host: fails before a match", .zone = "_rmx.example.com. TXT \"host:h.example ipv4:192.0.2.1\"\n; servfail h.example\n", SENDER,
      .result = "temperror", .reason = "dns-failed" },
    { "host: fails behind a match", .zone = "_rmx.example.com. TXT \"ipv4:192.0.2.1 host:h.example\"\n; servfail h.example\n", SENDER, .result = "pass",
      .questions = "TXT _rmx.example.com" },
    { "host: IPv6", .zone = "_rmx.example.com. TXT \"host:h.example\"\nh.example. A 192.0.2.1\nh.example. AAAA 2001:db8::1\n", .ip = "2001:db8::1", SENDER,
      .result = "pass", .questions = "TXT _rmx.example.com, AAAA h.example" },
    { "apl: no such list", .zone = "_rmx.example.com. TXT \"apl:r.example ipv4:192.0.2.1\"\n", SENDER, .result = "pass" },
    { "apl: items of the other family are passed over", .zone = "_rmx.example.com. TXT \"apl:r.example\"\nr.example. APL !2:::/0 1:192.0.2.0/24\n", SENDER,
      .result = "pass" },
    { "!apl", .zone = "_rmx.example.com. TXT \"!apl:r.example ipv4:192.0.2.1\"\nr.example. APL 1:192.0.2.0/24\n", SENDER, .result = "fail", .reason = "denied" },
    { "!apl whose item is negated does not match", .zone = "_rmx.example.com. TXT \"!apl:r.example ipv4:192.0.2.1\"\nr.example. APL !1:192.0.2.1/32 1:192.0.2.0/24\n",
      SENDER, .result = "pass" },
    { "apl: broken", .zone = "_rmx.example.com. TXT \"apl:r.example ipv4:192.0.2.1\"\nr.example. APL \\# 3 000120\n", SENDER, .result = "permerror",
      .reason = "bad-apl" },
    { "apl: fails", .zone = "_rmx.example.com. TXT \"apl:r.example\"\n; timeout r.example\n", SENDER, .result = "temperror" },
    { "domain: another one", .zone = "_rmx.example.com. TXT \"domain:isp.example\"\n5.2.0.192.in-addr.arpa. PTR a.isp.example.\na.isp.example. A 192.0.2.5\n",
      .ip = "192.0.2.5", SENDER, .result = "pass" },
    { "domain: the name itself", .zone = "_rmx.example.com. TXT \"domain:\"\n5.2.0.192.in-addr.arpa. PTR EXAMPLE.com.\nexample.com. A 192.0.2.5\n",
      .ip = "192.0.2.5", SENDER, .result = "pass" },
    { "domain: does not lead back", .zone = "_rmx.example.com. TXT \"domain:\"\n5.2.0.192.in-addr.arpa. PTR out1.example.com.\nout1.example.com. A 192.0.2.6\n",
      .ip = "192.0.2.5", SENDER, .result = "fail" },
    { "domain: no PTR", .zone = "_rmx.example.com. TXT \"domain:\"\n", SENDER, .result = "fail" },
    { "domain: PTR fails", .zone = "_rmx.example.com. TXT \"domain:\"\n; servfail 1.2.0.192.in-addr.arpa\n", SENDER, .result = "temperror" },
    { "domain: what fails outside it does not matter",
      .zone = "_rmx.example.com. TXT \"domain:\"\n5.2.0.192.in-addr.arpa. PTR a.other.example.\n; servfail a.other.example\n" OUT1, .ip = "192.0.2.5", SENDER,
      .result = "pass", .questions = "TXT _rmx.example.com, PTR 5.2.0.192.in-addr.arpa, A out1.example.com" },
    { "domain: one name fails, another matches",
      .zone = "_rmx.example.com. TXT \"domain:\"\n5.2.0.192.in-addr.arpa. PTR a.example.com.\n; servfail a.example.com\n" OUT1, .ip = "192.0.2.5", SENDER,
      .result = "pass" },
    { "domain: one name fails, none matches",
      .zone = "_rmx.example.com. TXT \"domain:\"\n5.2.0.192.in-addr.arpa. PTR a.example.com.\n5.2.0.192.in-addr.arpa. PTR b.example.com.\n"
              "; servfail a.example.com\nb.example.com. A 192.0.2.6\n", .ip = "192.0.2.5", SENDER, .result = "temperror" },
    { "mx:", .zone = "_rmx.example.com. TXT \"mx:\"\nexample.com. MX 10 m.example\nexample.com. MX 20 n.example\nm.example. A 192.0.2.8\nn.example. A 192.0.2.1\n",
      SENDER, .result = "pass", .holds = { "\"entry\":\"mx:\"" } },
    { "mx: no implicit one", .zone = "_rmx.example.com. TXT \"mx:\"\nexample.com. A 192.0.2.1\n", SENDER, .result = "fail" },
    { "mx: the null MX", .zone = "_rmx.example.com. TXT \"mx:\"\nexample.com. MX 0 .\n", SENDER, .result = "fail",
      .questions = "TXT _rmx.example.com, MX example.com" },
    { "mx: one host fails, another matches",
      .zone = "_rmx.example.com. TXT \"mx:\"\nexample.com. MX 10 m.example\nexample.com. MX 20 n.example\n; servfail m.example\nn.example. A 192.0.2.1\n", SENDER,
      .result = "pass" },
    { "mx: one host fails, none matches",
      .zone = "_rmx.example.com. TXT \"mx:\"\nexample.com. MX 10 m.example\nexample.com. MX 20 n.example\n; servfail n.example\nm.example. A 192.0.2.2\n", SENDER,
      .result = "temperror" },
    { "!mx", .zone = "_rmx.example.com. TXT \"!mx: ipv4:192.0.2.1\"\nexample.com. MX 10 m.example\nm.example. A 192.0.2.1\n", SENDER, .result = "fail",
      .reason = "denied" },
    { "the record fails", .zone = "; servfail _rmx.example.com\n", SENDER, .result = "temperror", .reason = "dns-failed" },
    { "the record is late", .zone = "; timeout _rmx.example.com\n", SENDER, .result = "temperror" },
};

static const struct vector record_types[] = {
    { "both: the record type wins", .conf = RR_CONF, .zone = NET "example.com. TYPE65280 \\# 1 06\n", .ip = "192.0.2.9", SENDER, .result = "fail",
      .reason = "never-sends" },
    { "both, the record type broken: still it", .conf = RR_CONF, .zone = NET "example.com. TYPE65280 \\# 1 7F\n", .ip = "192.0.2.9", SENDER,
      .result = "permerror" },
    { "TXT only", .conf = RR_CONF, .zone = NET, .ip = "192.0.2.9", SENDER, .result = "pass" },
    { "record type off", .zone = "example.com. TYPE65280 \\# 1 06\n", SENDER, .result = "none", .questions = "TXT _rmx.example.com" },
    { "record type fails", .conf = RR_CONF, .zone = NET "; servfail example.com TYPE65280\n", .ip = "192.0.2.9", SENDER, .result = "temperror" },
    { "the domain does not exist", .conf = RR_CONF, .zone = "$TTL 300\n", SENDER, .result = "none", .holds = { "\"absent\":true" } },
    { "empty RDATA admits nobody", .conf = RR_CONF, .zone = "example.com. TYPE65280 \\# 0\n", SENDER, .result = "fail", .reason = "not-in-list" },
    { "another number", .conf = "methods = { rmx = { rr_type = 65534; }; };", .zone = "example.com. TYPE65534 \\# 1 06\n", SENDER, .result = "fail",
      .holds = { "\"record_type\":\"TYPE65534\"" } },
};

static const struct vector full_addresses[] = {
    { "full: with a record of its own", SENDER, .result = "pass", .holds = { "\"full_address\":true", "\"record_domain\":\"u._rmx.example.com\"" },
      .zone = "_rmx.example.com. TXT \"full: unused:\"\nu._rmx.example.com. TXT \"ipv4:192.0.2.1\"\n" },
    { "full: its list takes the place of the rest", SENDER, .result = "fail", .reason = "not-in-list",
      .zone = "_rmx.example.com. TXT \"full: ipv4:192.0.2.1\"\nu._rmx.example.com. TXT \"ipv4:192.0.2.2\"\n",
      .explain = "example.com: if this host is yours, add ipv4:192.0.2.1 to the TXT record at u._rmx.example.com" },
    { "full: none: the rest counts", .zone = "_rmx.example.com. TXT \"full: ipv4:192.0.2.1\"\n", SENDER, .result = "pass",
      .questions = "TXT _rmx.example.com, TXT u._rmx.example.com" },
    { "full: entries before it come first", .zone = "_rmx.example.com. TXT \"ipv4:192.0.2.1 full:\"\nu._rmx.example.com. TXT \"unused:\"\n", SENDER,
      .result = "pass", .questions = "TXT _rmx.example.com" },
    { "full: alone and none", .zone = "_rmx.example.com. TXT \"full:\"\n", SENDER, .result = "fail", .reason = "not-in-list" },
    { "full: twice", .zone = "_rmx.example.com. TXT \"full: full: ipv4:192.0.2.1\"\n", SENDER, .result = "pass" },
    { "full: in a full address's record", .zone = "_rmx.example.com. TXT \"full:\"\nu._rmx.example.com. TXT \"ipv4:192.0.2.1 full:\"\n", SENDER,
      .result = "permerror", .reason = "full-misplaced" },
    { "full: fails", .zone = "_rmx.example.com. TXT \"full: ipv4:192.0.2.1\"\n; servfail u._rmx.example.com\n", SENDER, .result = "temperror" },
    { "full: broken", .zone = "_rmx.example.com. TXT \"full: ipv4:192.0.2.1\"\nu._rmx.example.com. TXT \"x\"\n", SENDER, .result = "permerror" },
    { "full: nothing for the null sender", .zone = "_rmx.helo.example. TXT \"full: ipv4:192.0.2.1\"\n", .from = "<>", .result = "pass",
      .questions = "TXT _rmx.helo.example" },
    { "full: an address that is no name", .from = "John.Doe@example.com", .result = "fail", .reason = "never-sends",
      .zone = "_rmx.example.com. TXT \"full: ipv4:192.0.2.1\"\njjxwq3romrxwk._b32._rmx.example.com. TXT \"ipv4:192.0.2.1\"\nJJXWQ3ROIRXWK._b32._rmx.example.com. TXT \"unused:\"\n",
      .questions = "TXT _rmx.example.com, TXT jjxwq3roirxwk._b32._rmx.example.com" },
    { "full: dots make labels", .from = "some.user@example.com", .result = "pass",
      .zone = "_rmx.example.com. TXT \"full:\"\nsome.user._rmx.example.com. TXT \"ipv4:192.0.2.1\"\n" },
    { "full: as a record type", .conf = RR_CONF, SENDER, .result = "fail", .reason = "never-sends",
      .zone = "example.com. TYPE65280 \\# 1 07\nu._rmx.example.com. TYPE65280 \\# 1 06\nu._rmx.example.com. TXT \"ipv4:192.0.2.1\"\n" },
};

static const struct vector options[] = {
    { "legacy form refused", .zone = "_rmx.example.com. TXT \"192.0.2.0/24\"\n", SENDER, .result = "permerror", .reason = "no-tag" },
    { "legacy prefixes", .conf = LEGACY_CONF, .zone = "_rmx.example.com. TXT \"192.0.2.0/24 2001:db8::/32\"\n", .ip = "2001:db8::1", SENDER, .result = "pass",
      .holds = { "\"record\":\"ipv4:192.0.2.0/24 ipv6:2001:db8::/32\"" } },
    { "legacy names", .conf = LEGACY_CONF, .zone = "_rmx.example.com. TXT \"relays.isp.example\"\nrelays.isp.example. APL 1:192.0.2.0/24\n", SENDER,
      .result = "pass", .holds = { "\"entry\":\"apl:relays.isp.example\"" } },
    { "legacy names in RDATA", .conf = "methods = { rmx = { legacy = true; rr_type = 65280; }; };", SENDER, .result = "pass",
      .zone = "example.com. TYPE65280 \\# 10 01720369737002657800\nr.isp.ex. APL 1:192.0.2.0/24\n" },
    { "8 hosts are not too many", .conf = LOOSE_CONF, .zone = "_rmx.example.com. TXT \"ipv4:192.0.2.0/29\"\n", SENDER, .result = "pass" },
    { "9 are", .conf = LOOSE_CONF, .zone = "_rmx.example.com. TXT \"ipv4:192.0.2.0/29 ipv4:198.51.100.1\"\n", SENDER, .result = "policy", .reason = "too-loose",
      .explain = "example.com: list only the hosts that really send in the TXT record at _rmx.example.com" },
    { "everybody is", .conf = LOOSE_CONF, .zone = "_rmx.example.com. TXT \"ipv6:::/0 ipv4:0.0.0.0/0\"\n", SENDER, .result = "policy" },
    { "denied hosts do not count", .conf = LOOSE_CONF, .zone = "_rmx.example.com. TXT \"ipv4:192.0.2.1 !ipv4:0.0.0.0/0\"\n", SENDER, .result = "pass" },
    { "the list that matched counts", .conf = LOOSE_CONF, .zone = "_rmx.example.com. TXT \"apl:r.example\"\nr.example. APL 1:192.0.0.0/16\n", SENDER,
      .result = "policy" },
    { "too loose does not excuse a fail", .conf = LOOSE_CONF, .zone = "_rmx.example.com. TXT \"!ipv4:192.0.2.1 ipv4:0.0.0.0/0\"\n", SENDER, .result = "fail" },
    { "an IPv6 network of 64 bits is one host", .conf = LOOSE_CONF, .zone = "_rmx.example.com. TXT \"ipv6:2001:db8::/61\"\n", .ip = "2001:db8::1", SENDER,
      .result = "pass" },
    { "off by exemption", .conf = "internal_networks = [ \"192.0.2.0/24\" ];", .zone = NET, SENDER, .result = "policy", .reason = "exempt", .explain = "",
      .questions = "" },
};

static void sheet_vectors(void **state) { (void)state; vectors_play(&rmx_method, 0, sheet, COUNT_OF(sheet)); }
static void who_is_examined(void **state) { (void)state; vectors_play(&rmx_method, 0, identities, COUNT_OF(identities)); }
static void each_entry(void **state) { (void)state; vectors_play(&rmx_method, 0, entries, COUNT_OF(entries)); }
static void both_record_types(void **state) { (void)state; vectors_play(&rmx_method, 0, record_types, COUNT_OF(record_types)); }
static void the_full_address(void **state) { (void)state; vectors_play(&rmx_method, 0, full_addresses, COUNT_OF(full_addresses)); }
static void local_options(void **state) { (void)state; vectors_play(&rmx_method, 0, options, COUNT_OF(options)); }

/* ---- bounds ---- */

/* The domain's record with `count` entries, the last of which matches; in several strings. */
static struct slice zone_with(struct arena *a, unsigned count, bool hosts)
{
    struct text t = text_in(a, 1u << 16);
    text_add_str(&t, "_rmx.example.com. TXT \"");
    for (unsigned i = 1; i < count; i++) {
        text_addf(&t, "%s%u%s", hosts ? "host:h" : "ipv4:198.51.100.", i, hosts ? ".example" : "");
        text_add_str(&t, i % 8 == 0 ? "\" \" " : " ");
    }
    text_add_str(&t, "ipv4:192.0.2.1\"\n");
    return text_slice(&t);
}

static void has_bounds(void **state)
{
    static const struct { unsigned count; bool hosts; const char *result, *reason; unsigned asked_at_most; } cases[] = {
        { PATH_ENTRIES_MAX - 1, false, "pass", "granted", 1 },
        { PATH_ENTRIES_MAX, false, "pass", "granted", 1 },
        { PATH_ENTRIES_MAX + 1, false, "permerror", "too-many-entries", 1 },
        /* the record's own question, and one for each entry but the last */
        { RMX_ASKS - 1, true, "pass", "granted", RMX_ASKS },
        { RMX_ASKS, true, "pass", "granted", RMX_ASKS },
        { RMX_ASKS + 1, true, "permerror", "over-quota", RMX_ASKS },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena *a = arena_new(1u << 20);
        struct player *p = player_new(&rmx_method, SLICE(""));
        player_zone(p, zone_with(a, cases[i].count, cases[i].hosts));
        struct played r = player_play(p, &(struct play){ .ip = SLICE("192.0.2.1"), .from = SLICE("u@example.com"), .no_scouts = true });
        if (!slice_same(fact_text(r.facts, "result"), slice_str(cases[i].result)) || !slice_same(fact_text(r.facts, "reason"), slice_str(cases[i].reason)))
            fail_msg("case %zu: %.*s", i, (int)r.json.len, (const char *)r.json.at);
        assert_true(r.asked <= cases[i].asked_at_most);
        r = player_play(p, &(struct play){ .ip = SLICE("192.0.2.1"), .from = SLICE("u@example.com") });
        assert_true(r.asked <= RMX_ASKS + RMX_HINTS);
        assert_true(slice_same(fact_text(r.facts, "reason"), slice_str(cases[i].reason)));
        player_free(p);
        arena_free(a);
    }
}

static void prints_as_experimental(void **state)
{
    (void)state;
    struct player *p = player_new(&rmx_method, SLICE("authres = { legacy = true; };"));
    player_zone(p, SLICE(NET));
    struct play play = { .ip = SLICE("192.0.2.9"), .from = SLICE("u@example.com") };
    struct played r = player_play(p, &play);
    assert_true(slice_same(r.authentication_results, SLICE(PLAYER_RECEIVER "; x-rmx=pass smtp.mailfrom=example.com")));
    player_free(p);
    p = player_new(&rmx_method, SLICE(""));
    r = player_play(p, &play);
    assert_true(slice_same(r.authentication_results, SLICE(PLAYER_RECEIVER "; none")));
    player_free(p);
}

static void manual_has_the_options(void **state)
{
    (void)state;
    vectors_check_manual(&rmx_method, __FILE__);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sheet_vectors),
        cmocka_unit_test(who_is_examined),
        cmocka_unit_test(each_entry),
        cmocka_unit_test(both_record_types),
        cmocka_unit_test(the_full_address),
        cmocka_unit_test(local_options),
        cmocka_unit_test(has_bounds),
        cmocka_unit_test(prints_as_experimental),
        cmocka_unit_test(manual_has_the_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
