/* callerid_test: the sheet's vectors and ours, through the engine; see method_vectors.h for what must hold for each of them. */
#include "methods/callerid/callerid.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "fakes/method_vectors.h"
#include "methods/list.h"

#define EP "<ep xmlns='http://ms.net/1'>"
#define AT(domain, xml) "_ep." domain ". TXT \"" xml "\"\n"
#define OUT(domain, inside) AT(domain, EP "<out>" inside "</out></ep>")
#define M(inside) OUT("example.com", "<m>" inside "</m>")
#define FROM .header = "From: u@example.com\n"
#define MX "example.com. MX 10 mx1.example.com.\nmx1.example.com. A 192.0.2.1\n"
#define RANGES "<m><r>192.0.2.0/24</r><r>!192.0.2.128/25</r></m>"

static const struct vector sheet[] = {
    { "callerid.md 1", .zone = M("<mx/>") MX, FROM, .ip = "192.0.2.1", .result = "pass", .reason = "listed",
      .holds = { "\"pra\":\"u@example.com\"", "\"header\":\"from\"", "\"domain\":\"example.com\"", "\"entry\":\"<mx/>\"", "\"record_domain\":\"_ep.example.com\"",
                 "\"text\":\"<mx/> covers 192.0.2.1\"" }, .explain = "", .questions = "TXT _ep.example.com, MX example.com, A mx1.example.com" },
    { "callerid.md 1b", .zone = M("<mx/>") MX, FROM, .ip = "192.0.2.2", .result = "fail", .reason = "not-listed", .holds = { "\"statement\":true" },
      .explain = "example.com: if this host is yours, add <a>192.0.2.2</a> to an <m> of the policy document at _ep.example.com" },
    { "callerid.md 2", .zone = OUT("example.com", "<noMailServers/>"), FROM, .result = "fail", .reason = "never-sends",
      .explain = "example.com: if this host is yours, put <m><a>192.0.2.1</a></m> in the place of <noMailServers/> in the policy document at _ep.example.com" },
    { "callerid.md 3", .zone = AT("example.com", EP "<internal><edgeHeader>x</edgeHeader></internal></ep>"), FROM, .result = "none", .reason = "says-nothing",
      .lacks = "\"statement\"", .explain = "" },
    { "callerid.md 4", .zone = OUT("example.com", RANGES), FROM, .ip = "192.0.2.5", .result = "pass", .holds = { "\"entry\":\"<r>192.0.2.0/24</r>\"" },
      .questions = "TXT _ep.example.com" },
    { "callerid.md 4b", .zone = OUT("example.com", RANGES), FROM, .ip = "192.0.2.200", .result = "fail", .questions = "TXT _ep.example.com" },
    { "callerid.md 4c", .zone = M("<r>!192.0.2.128/25</r><r>192.0.2.0/24</r>"), FROM, .ip = "192.0.2.5", .result = "pass" },
    { "callerid.md 4d", .zone = M("<r>!192.0.2.128/25</r><r>192.0.2.0/24</r>"), FROM, .ip = "192.0.2.200", .result = "fail" },
    { "callerid.md 5", .zone = OUT("example.com", RANGES "<m><a>192.0.2.200</a></m>"), FROM, .ip = "192.0.2.200", .result = "pass",
      .holds = { "\"entry\":\"<a>192.0.2.200</a>\"" } },
    { "callerid.md 6", .zone = M("<indirect>isp.example</indirect>") "isp.example. MX 10 m.isp.example.\nm.isp.example. A 198.51.100.7\n", FROM,
      .ip = "198.51.100.7", .result = "pass", .holds = { "\"mx_domain\":\"isp.example\"", "the MX set of isp.example has 198.51.100.7", "\"documents\":1" },
      .questions = "TXT _ep.example.com, TXT _ep.isp.example, MX isp.example, A m.isp.example" },
    { "callerid.md 7", .zone = "_ep.example.com. TXT \"02.3.4</a></m></out></ep>\"\n_ep.example.com. TXT \"01" EP "<out><m><a>1.2\"\n", FROM, .ip = "1.2.3.4",
      .result = "pass", .holds = { "\"records\":2" } },
    { "callerid.md 8", .zone = OUT("a.example", "<m><indirect>b.example</indirect></m>") OUT("b.example", "<m><indirect>a.example</indirect></m>"),
      .header = "From: u@a.example\n", .result = "none", .reason = "undecided", .holds = { "indirect leads back to a.example", "\"documents\":2" } },
    { "callerid.md 9", .zone = AT("example.com", "<ep xmlns='http://ms.net/1' testing='1'><out><noMailServers/></out></ep>"), FROM, .result = "none",
      .reason = "testing" },
    { "callerid.md 10", .zone = OUT("l.example", "<m><a>192.0.2.1</a></m>") OUT("o.example", "<noMailServers/>"),
      .header = "Resent-From: list@l.example\nReceived: by x\nResent-Sender: old@o.example\nSender: s@s.example\n", .result = "pass",
      .holds = { "\"domain\":\"l.example\"", "\"header\":\"resent-from\"", "\"pra\":\"list@l.example\"" } },
};

static const struct vector addresses[] = {
    { "no such field", .zone = M("<mx/>"), .header = "Subject: x\n", .result = "permerror", .reason = "no-address", .questions = "", .explain = "" },
    { "T39: a malformed candidate gives none", .zone = M("<a>192.0.2.1</a>"), .header = "Sender: x@\nFrom: u@example.com\n", .result = "permerror",
      .reason = "bad-address", .questions = "", .holds = { "\"header\":\"sender\"", "\"domain\":null" } },
    { "T39: two of what there can be one", .zone = M("<a>192.0.2.1</a>"), .header = "From: u@example.com\nFrom: u@example.com\n", .result = "permerror",
      .reason = "several-addresses", .questions = "" },
    { "T39: a From others may see", .zone = M("<a>192.0.2.1</a>"), .header = "From: u@example.com\nFr om: v@example.net\n", .result = "permerror",
      .reason = "bad-header", .questions = "" },
    { "an address literal", .header = "From: u@[192.0.2.1]\n", .result = "none", .reason = "no-domain", .questions = "" },
    { "one label", .header = "From: u@com\n", .result = "none", .reason = "no-domain", .questions = "" },
    { "the envelope does not matter", .zone = OUT("envelope.example", "<noMailServers/>") M("<a>192.0.2.1</a>"), .from = "x@envelope.example", FROM,
      .result = "pass", .questions = "TXT _ep.example.com" },
    { "no client", .zone = M("<mx/>"), .ip = "", FROM, .result = "none", .reason = "no-subject", .questions = "" },
    { "U-labels", .zone = OUT("xn--bcher-kva.example", "<m><a>192.0.2.1</a></m>"), .header = "From: u@b\xc3\xbc" "cher.example\n", .result = "pass",
      .holds = { "\"domain\":\"xn--bcher-kva.example\"" } },
    { "several mailboxes: the first (RFC 4407 has none then)", .zone = M("<a>192.0.2.1</a>"), .header = "From: u@example.com, v@example.net\n", .result = "pass" },
};

static const struct vector sets[] = {
    { "no document", .zone = "example.com. A 192.0.2.1\n", FROM, .result = "none", .reason = "no-record", .lacks = "\"record_domain\":\"", .explain = "" },
    { "a wildcard for others", .zone = "*.example.com. TXT \"v=spf1 -all\"\n", FROM, .result = "none", .reason = "no-record" },
    { "... beside a document", .zone = "_ep.example.com. TXT \"v=spf1 -all\"\n" M("<a>192.0.2.1</a>"), FROM, .result = "pass", .holds = { "\"records\":1" } },
    { "an alias, as many subdomains share one document", .zone = "_ep.sub.example.com. CNAME _ep.example.com.\n" M("<a>192.0.2.1</a>"),
      .header = "From: u@sub.example.com\n", .result = "pass", .holds = { "\"record_domain\":\"_ep.sub.example.com\"" } },
    { "an empty m: the domain's MX set", .zone = M("") MX, FROM, .result = "pass", .holds = { "\"mx_domain\":\"example.com\"" }, .lacks = "\"entry\":\"" },
    { "an empty m without MX records: the domain itself (RFC 2821 5)", .zone = M("") "example.com. A 192.0.2.1\n", FROM, .result = "pass",
      .questions = "TXT _ep.example.com, MX example.com, A example.com" },
    { "the null MX admits nobody", .zone = M("<mx/>") "example.com. MX 0 .\nexample.com. A 192.0.2.1\n", FROM, .result = "fail",
      .questions = "TXT _ep.example.com, MX example.com" },
    { "no such domain behind mx", .zone = M("<mx>gone.example</mx>"), FROM, .result = "fail", .questions = "TXT _ep.example.com, MX gone.example" },
    { "mx of another domain", .zone = M("<mx>isp.example</mx>") "isp.example. MX 10 m.isp.example.\nm.isp.example. A 192.0.2.1\n", FROM, .result = "pass",
      .holds = { "\"entry\":\"<mx>isp.example</mx>\"" } },
    { "all MX hosts count, the lowest preference first",
      .zone = M("<mx/>") "example.com. MX 20 b.example.\nexample.com. MX 10 a.example.\na.example. A 192.0.2.7\nb.example. A 192.0.2.1\n", FROM, .result = "pass",
      .questions = "TXT _ep.example.com, MX example.com, A a.example, A b.example" },
    { "a by name", .zone = M("<a>h.example</a>") "h.example. A 192.0.2.9\nh.example. A 192.0.2.1\n", FROM, .result = "pass",
      .holds = { "\"entry\":\"<a>h.example</a>\"" } },
    { "a by name, an alias", .zone = M("<a>h.example</a>") "h.example. CNAME r.example.\nr.example. A 192.0.2.1\n", FROM, .result = "pass" },
    { "a empty: the document's own domain", .zone = M("<a/>") "example.com. A 192.0.2.1\n", FROM, .result = "pass", .questions = "TXT _ep.example.com, A example.com" },
    { "a empty in an indirect document: that one's domain",
      .zone = M("<indirect>isp.example</indirect>") OUT("isp.example", "<m><a/></m>") "isp.example. A 192.0.2.1\n", FROM, .result = "pass",
      .holds = { "\"record_domain\":\"_ep.isp.example\"", "\"documents\":2" } },
    { "IPv6", .zone = M("<a>2001:db8::25</a>"), FROM, .ip = "2001:db8::25", .result = "pass" },
    { "IPv6 by name", .zone = M("<a>h.example</a>") "h.example. A 192.0.2.1\nh.example. AAAA 2001:db8::1\n", FROM, .ip = "2001:db8::1", .result = "pass",
      .questions = "TXT _ep.example.com, AAAA h.example" },
    { "0.0.0.0/0 is IPv4 alone", .zone = M("<r>0.0.0.0/0</r>"), FROM, .ip = "2001:db8::1", .result = "fail" },
    { "an IPv4-mapped client is IPv4", .zone = M("<r>192.0.2.0/24</r>"), FROM, .ip = "::ffff:192.0.2.1", .result = "pass", .holds = { "\"client\":\"192.0.2.1\"" } },
    { "an exclusion reaches names too", .zone = M("<a>h.example</a><mx/><r>!192.0.2.0/24</r>") MX "h.example. A 192.0.2.1\n", FROM, .result = "fail",
      .questions = "TXT _ep.example.com" },
    { "an exclusion alone admits nobody", .zone = M("<r>!198.51.100.0/24</r>") MX, FROM, .result = "fail", .questions = "TXT _ep.example.com" },
    { "indirect wins over a, r and mx beside it", .zone = M("<a>192.0.2.1</a><indirect>isp.example</indirect>") "isp.example. MX 0 .\n", FROM, .result = "fail" },
    { "indirect to a document without a word about sending",
      .zone = M("<indirect>isp.example</indirect>") AT("isp.example", EP "</ep>") "isp.example. MX 10 m.example.\nm.example. A 192.0.2.1\n", FROM, .result = "none",
      .reason = "undecided", .questions = "TXT _ep.example.com, TXT _ep.isp.example" },
    { "indirect to a domain that never sends", .zone = M("<indirect>isp.example</indirect>") OUT("isp.example", "<noMailServers/>"), FROM, .result = "fail",
      .reason = "not-listed" },
    { "noMailServers wins over m", .zone = OUT("example.com", "<noMailServers/><m><a>192.0.2.1</a></m>"), FROM, .result = "fail", .reason = "never-sends" },
    { "indirect to itself", .zone = M("<indirect>example.com</indirect>"), FROM, .result = "none", .reason = "undecided" },
    { "a loop beside a match", .zone = OUT("example.com", "<m><indirect>example.com</indirect></m><m><a>h.example</a></m>") "h.example. A 192.0.2.1\n", FROM,
      .result = "pass" },
    { "the same document on two ways is no loop",
      .zone = OUT("example.com", "<m><indirect>a.example</indirect><indirect>b.example</indirect></m>") OUT("a.example", "<m><indirect>c.example</indirect></m>")
              OUT("b.example", "<m><indirect>c.example</indirect></m>") OUT("c.example", "<m><a>192.0.2.7</a></m>"), FROM, .result = "fail" },
    { "a match behind several documents", .zone = M("<indirect>a.example</indirect>") OUT("a.example", "<m><indirect>b.example</indirect></m>")
      OUT("b.example", "<m><a>192.0.2.1</a></m>"), FROM, .result = "pass", .holds = { "\"documents\":3", "\"record_domain\":\"_ep.b.example\"" } },
    { "out without m", .zone = OUT("example.com", "<cdl>x</cdl>"), FROM, .result = "none", .reason = "says-nothing" },
    { "other namespaces change nothing", .zone = AT("example.com", "<ep xmlns='http://ms.net/1' xmlns:o='urn:o' o:a='1'><o:b/><out><m><a>192.0.2.1</a><o:c>x</o:c></m></out></ep>"),
      FROM, .result = "pass" },
    { "an m with nothing but another namespace is empty", .zone = M("<c xmlns='urn:o'/>") MX, FROM, .result = "pass" },
};

static const struct vector standing[] = {
    { "scope: this domain", .zone = AT("example.com", EP "<scope><domain>EXAMPLE.com.</domain></scope><out><noMailServers/></out></ep>"), FROM, .result = "fail" },
    { "scope: another domain", .zone = AT("example.com", EP "<scope><domain>example.net</domain></scope><out><noMailServers/></out></ep>"), FROM,
      .result = "none", .reason = "out-of-scope" },
    { "scope: a message", .zone = AT("example.com", EP "<scope><message-id>&lt;a@b&gt;</message-id></scope><out><noMailServers/></out></ep>"), FROM,
      .result = "none", .reason = "out-of-scope" },
    { "scope: not understood", .zone = AT("example.com", EP "<scope><x xmlns='urn:x'/></scope><out><noMailServers/></out></ep>"), FROM, .result = "none",
      .reason = "out-of-scope" },
    { "scope: of an indirect document: as if it were not there",
      .zone = M("<indirect>isp.example</indirect>") AT("isp.example", EP "<scope><domain>x.example</domain></scope></ep>") "isp.example. MX 10 m.example.\nm.example. A 192.0.2.1\n",
      FROM, .result = "pass", .holds = { "\"mx_domain\":\"isp.example\"" } },
    { "another root is no policy", .zone = AT("example.com", "<policy><out/></policy>"), FROM, .result = "none", .reason = "not-a-policy" },
    { "... of an indirect document", .zone = M("<indirect>isp.example</indirect>") AT("isp.example", "<x/>") "isp.example. A 192.0.2.1\n", FROM, .result = "pass" },
    { "testing of a domain that is opted in", .conf = "methods = { callerid = { testing_domains = [ \"example.com\" ]; }; };",
      .zone = AT("sub.example.com", "<ep xmlns='http://ms.net/1' testing='true'><out><noMailServers/></out></ep>"), .header = "From: u@sub.example.com\n", .result = "fail",
      .reason = "never-sends" },
    { "testing of another domain", .conf = "methods = { callerid = { testing_domains = [ \"example.com\" ]; }; };",
      .zone = AT("badexample.com", "<ep xmlns='http://ms.net/1' testing='true'><out><noMailServers/></out></ep>"), .header = "From: u@badexample.com\n",
      .result = "none", .reason = "testing" },
    { "a mistake in a test does not matter", .zone = AT("example.com", "<ep xmlns='http://ms.net/1' testing='true'><out><host/></out></ep>"), FROM,
      .result = "none", .reason = "testing" },
    { "testing of an indirect document: its MX set", .zone = M("<indirect>isp.example</indirect>")
      AT("isp.example", "<ep xmlns='http://ms.net/1' testing='true'><out><noMailServers/></out></ep>") "isp.example. MX 10 m.example.\nm.example. A 192.0.2.1\n", FROM,
      .result = "pass" },
};

static const struct vector doubts[] = {
    { "the document is late", .zone = "; timeout _ep.example.com\n", FROM, .result = "temperror", .reason = "dns-failed" },
    { "the document fails", .zone = "; servfail _ep.example.com\n", FROM, .result = "temperror" },
    { "a host fails before a match", .zone = M("<a>x.example</a><a>h.example</a>") "; servfail x.example\nh.example. A 192.0.2.1\n", FROM, .result = "pass" },
    { "a host fails behind a match", .zone = M("<a>h.example</a><a>x.example</a>") "; servfail x.example\nh.example. A 192.0.2.1\n", FROM, .result = "pass" },
    { "a host fails and an address matches: not even asked", .zone = M("<a>x.example</a><a>192.0.2.1</a>") "; servfail x.example\n", FROM, .result = "pass",
      .questions = "TXT _ep.example.com" },
    { "a host fails, none matches", .zone = M("<a>x.example</a><a>h.example</a>") "; servfail x.example\nh.example. A 192.0.2.7\n", FROM, .result = "temperror" },
    { "an MX set fails, another m matches", .zone = OUT("example.com", "<m/><m><a>h.example</a></m>") "; servfail example.com MX\nh.example. A 192.0.2.1\n", FROM,
      .result = "pass" },
    { "an indirect document fails", .zone = M("<indirect>isp.example</indirect>") "; timeout _ep.isp.example\n", FROM, .result = "temperror" },
    { "an indirect document fails, another matches",
      .zone = M("<indirect>a.example</indirect><indirect>b.example</indirect>") "; timeout _ep.a.example\n" OUT("b.example", "<m><a>192.0.2.1</a></m>"), FROM,
      .result = "pass" },
    { "a loop and a failure: the failure may end", .zone = M("<indirect>example.com</indirect><indirect>b.example</indirect>") "; servfail _ep.b.example\n", FROM,
      .result = "temperror" },
    { "an indirect document is broken", .zone = M("<indirect>isp.example</indirect>") AT("isp.example", EP), FROM, .result = "permerror", .reason = "bad-xml",
      .holds = { "\"record_domain\":\"_ep.isp.example\"", "the document ends before it is complete" } },
    { "an indirect document is broken, another matches",
      .zone = M("<indirect>a.example</indirect><indirect>b.example</indirect>") AT("a.example", EP) OUT("b.example", "<m><a>192.0.2.1</a></m>"), FROM, .result = "pass" },
    { "one is broken, one fails: the failure may end", .zone = M("<indirect>a.example</indirect><indirect>b.example</indirect>") AT("a.example", EP)
      "; servfail _ep.b.example\n", FROM, .result = "temperror" },
    { "bad XML", .zone = AT("example.com", EP "<out>"), FROM, .result = "permerror", .reason = "bad-xml", .lacks = "\"statement\"",
      .explain = "example.com: repair (not XML) the policy document at _ep.example.com" },
    { "a doctype", .zone = AT("example.com", "<!DOCTYPE ep [<!ENTITY a 'b'>]>" EP "<out><m><a>&a;</a></m></out></ep>"), FROM, .result = "permerror",
      .reason = "bad-xml", .holds = { "has a document type" } },
    { "a verification of somebody's", .zone = "_ep.example.com. TXT \"site-verification=x\"\n", FROM, .result = "permerror", .reason = "bad-xml" },
    { "an element in the wrong case", .zone = M("<A>192.0.2.1</A>") MX, FROM, .result = "permerror", .reason = "bad-element", .holds = { "\"text\":\"\\\"A\\\": no such element here\"" } },
    { "a mistake behind the match spoils all", .zone = M("<a>192.0.2.1</a><r>x</r>"), FROM, .result = "permerror", .reason = "bad-range" },
    { "an a that is none", .zone = M("<a>1.2.3.400</a>"), FROM, .result = "permerror", .reason = "bad-a" },
    { "a name that is none", .zone = M("<mx>a b</mx>"), FROM, .result = "permerror", .reason = "bad-name" },
    { "a boolean that is none", .zone = OUT("example.com", "<m eNoop='maybe'/>"), FROM, .result = "permerror", .reason = "bad-boolean" },
    { "a number that is none", .zone = AT("example.com", EP "<in><hashedPuzzle nMin='x'/></in></ep>"), FROM, .result = "permerror", .reason = "bad-number" },
    { "text in m", .zone = M("192.0.2.1"), FROM, .result = "permerror", .reason = "bad-text" },
    { "two out", .zone = AT("example.com", EP "<out/><out/></ep>"), FROM, .result = "permerror", .reason = "element-twice" },
    { "an empty scope", .zone = AT("example.com", EP "<scope/></ep>"), FROM, .result = "permerror", .reason = "bad-scope" },
    { "a mark twice", .zone = "_ep.example.com. TXT \"01<ep\"\n_ep.example.com. TXT \"01/>\"\n", FROM, .result = "permerror", .reason = "same-mark" },
    { "a mark missing", .zone = "_ep.example.com. TXT \"01<ep/>\"\n_ep.example.com. TXT \"x\"\n", FROM, .result = "permerror", .reason = "no-mark" },
};

#define PROVEN(flag, inside) "<m eNoop='" flag "'>" inside "</m>"
#define HOST "<a>192.0.2.1</a>"

static const struct vector noops[] = {
    { "proof wanted and given", .zone = OUT("example.com", PROVEN("true", HOST)), FROM, .noop = NOOP_VALID, .result = "pass", .holds = { "\"noop\":\"valid\"" } },
    { "proof wanted and wrong", .zone = OUT("example.com", PROVEN("true", HOST)), FROM, .noop = NOOP_INVALID, .result = "fail", .reason = "no-proof",
      .holds = { "\"noop\":\"invalid\"", "\"statement\":true", "\"entry\":\"" HOST "\"" },
      .explain = "example.com: let this host send the enhanced NOOP, or take eNoop='true' out of the policy document at _ep.example.com" },
    { "proof wanted, nobody could see one", .zone = OUT("example.com", PROVEN("true", HOST)), FROM, .result = "pass", .holds = { "\"noop\":\"unknown\"" } },
    { "no proof wanted", .zone = OUT("example.com", PROVEN("false", HOST)), FROM, .noop = NOOP_INVALID, .result = "pass", .lacks = "\"noop\"" },
    { "nothing said of it", .zone = M(HOST), FROM, .noop = NOOP_INVALID, .result = "pass", .lacks = "\"noop\"" },
    { "one m wants it, another that matches does not", .zone = OUT("example.com", PROVEN("true", HOST) "<m><r>192.0.2.0/24</r></m>"), FROM, .noop = NOOP_INVALID,
      .result = "pass", .holds = { "\"entry\":\"<r>192.0.2.0/24</r>\"" }, .lacks = "\"noop\"" },
    { "one m wants it, another asks DNS", .zone = OUT("example.com", PROVEN("true", HOST) "<m><mx/></m>") MX, FROM, .noop = NOOP_INVALID, .result = "pass" },
    { "one m wants it, another does not match", .zone = OUT("example.com", PROVEN("true", HOST) "<m><mx>x.example</mx></m>"), FROM, .noop = NOOP_INVALID,
      .result = "fail", .reason = "no-proof" },
    { "one m wants it, another cannot be looked at", .zone = OUT("example.com", PROVEN("true", HOST) "<m><mx>x.example</mx></m>") "; servfail x.example\n", FROM,
      .noop = NOOP_INVALID, .result = "temperror" },
    { "wanted of indirect hosts", .zone = OUT("example.com", PROVEN("true", "<indirect>isp.example</indirect>")) OUT("isp.example", "<m>" HOST "</m>"), FROM,
      .noop = NOOP_INVALID, .result = "fail", .reason = "no-proof", .holds = { "\"record_domain\":\"_ep.isp.example\"" } },
    { "the hosts' own document knows better", .zone = OUT("example.com", PROVEN("true", "<indirect>isp.example</indirect>"))
      OUT("isp.example", PROVEN("false", HOST)), FROM, .noop = NOOP_INVALID, .result = "pass" },
    { "wanted of the MX hosts of a domain without document",
      .zone = OUT("example.com", PROVEN("true", "<indirect>isp.example</indirect>")) "isp.example. A 192.0.2.1\n", FROM, .noop = NOOP_INVALID, .result = "fail",
      .reason = "no-proof" },
};

#define LIST OUT("l.example", "<m><a>192.0.2.1</a></m>")
#define DIRECT(flag) AT("example.com", EP "<out directOnly='" flag "'><m><a>192.0.2.77</a></m></out></ep>")
#define BY_LIST "Sender: owner@l.example\nFrom: u@example.com\nTo: v@Old.Example\n"
#define CONF(option) "methods = { callerid = { " option "; }; };"

static const struct vector direct_only[] = {
    { "forwarded although direct only", .zone = LIST DIRECT("true"), .header = BY_LIST, .result = "policy", .reason = "direct-only",
      .holds = { "\"from_domain\":\"example.com\"", "\"domain\":\"l.example\"", "example.com allows delivery by its own servers only",
                 "\"record_domain\":\"_ep.example.com\"" },
      .explain = "example.com: if its users' mail is forwarded or sent to lists, take directOnly='true' out of the policy document at _ep.example.com",
      .questions = "TXT _ep.l.example, TXT _ep.example.com" },
    { "not direct only", .zone = LIST DIRECT("false"), .header = BY_LIST, .result = "pass" },
    { "nothing said of it", .zone = LIST M("<a>192.0.2.77</a>"), .header = BY_LIST, .result = "pass" },
    { "no document of the From domain", .zone = LIST, .header = BY_LIST, .result = "pass", .reason = "listed" },
    { "a broken one", .zone = LIST AT("example.com", EP), .header = BY_LIST, .result = "pass" },
    { "a test", .zone = LIST AT("example.com", "<ep xmlns='http://ms.net/1' testing='1'><out directOnly='1'/></ep>"), .header = BY_LIST, .result = "pass" },
    { "one that fails", .zone = LIST "; servfail _ep.example.com\n", .header = BY_LIST, .result = "temperror" },
    { "asked after a pass only", .zone = OUT("l.example", "<noMailServers/>") DIRECT("true"), .header = BY_LIST, .result = "fail" },
    { "the From domain's own mail", .zone = AT("example.com", EP "<out directOnly='true'><m><a>192.0.2.1</a></m></out></ep>"), FROM, .result = "pass",
      .questions = "TXT _ep.example.com" },
    { "no From that could have a document", .zone = LIST, .header = "Sender: owner@l.example\nFrom: u@[192.0.2.1]\n", .result = "pass",
      .questions = "TXT _ep.l.example" },
    { "a forwarder we know", .conf = CONF("known_forwarders = [ \"x.example\", \"l.example\" ]"), .zone = LIST DIRECT("true"), .header = BY_LIST, .result = "pass",
      .reason = "known-forwarder" },
    { "... or somebody with such a name", .conf = CONF("known_forwarders = [ \"x.example\", \"ll.example\" ]"), .zone = LIST DIRECT("true"), .header = BY_LIST,
      .result = "policy" },
    { "a recipient we know", .conf = CONF("known_recipients = [ \"v@old.example\" ]"), .zone = LIST DIRECT("true"), .header = BY_LIST, .result = "pass",
      .reason = "known-forwarder" },
    { "... in Cc, among others", .conf = CONF("known_recipients = [ \"V@old.example\" ]"), .zone = LIST DIRECT("true"),
      .header = "Sender: o@l.example\nFrom: u@example.com\nTo: x@\nCc: a@b.example, V <v@old.example>\n", .result = "pass" },
    { "... in a list that cannot be read", .conf = CONF("known_recipients = [ \"v@old.example\" ]"), .zone = LIST DIRECT("true"),
      .header = "Sender: o@l.example\nFrom: u@example.com\nTo: v@old.example, x@\n", .result = "policy" },
    { "another recipient", .conf = CONF("known_recipients = [ \"w@old.example\", \"old.example\", \"v@example\" ]"), .zone = LIST DIRECT("true"), .header = BY_LIST, .result = "policy" },
};

#define DAY 86400
#define EDGE CONF("edge_domain = \"home.example\"")
#define HOME_MX "home.example. MX 10 mx.home.example.\nmx.home.example. A 198.51.100.1\nin.home.example. A 10.0.0.5\nstore.home.example. A 10.0.0.6\n"
#define BY_STORE "Received: from in.home.example (in.home.example [10.0.0.5]) by store.home.example; Tue, 14 Nov 2023 22:13:21 +0000\n"
#define BY_IN "Received: from mx.home.example (mx.home.example [198.51.100.1]) by in.home.example; Tue, 14 Nov 2023 22:13:20 +0000\n"
#define BY_MX "Received: from a.example (a.example [192.0.2.1]) by mx.home.example; Tue, 14 Nov 2023 22:13:20 +0000\n"
#define FORGED "Received: from b.example (b.example [192.0.2.66]) by in.home.example; Tue, 14 Nov 2023 22:13:20 +0000\n"
#define U "From: u@example.com\n"

static const struct vector away_from_the_edge[] = {
    { "28 days old", .stored = true, .received_at = PLAYER_NOW - 28 * DAY, .zone = M(HOST), FROM, .result = "pass" },
    { "28 days and a second old", .stored = true, .received_at = PLAYER_NOW - 28 * DAY - 1, .zone = M(HOST), FROM, .result = "none", .reason = "too-old", .questions = "" },
    { "received tomorrow", .stored = true, .received_at = PLAYER_NOW + DAY, .zone = M(HOST), FROM, .result = "pass" },
    { "before the epoch", .stored = true, .received_at = INT64_MIN, .zone = M(HOST), FROM, .result = "none", .reason = "too-old" },
    { "too old is what we say it is", .conf = CONF("too_old = \"1h\""), .stored = true, .received_at = PLAYER_NOW - 3601, .zone = M(HOST), FROM, .result = "none",
      .reason = "too-old" },
    { "our edge by its header", .conf = EDGE, .stored = true, .ip = "10.0.0.5",
      .zone = M(HOST) AT("home.example", EP "<internal><edgeHeader>zzz</edgeHeader><edgeHeader>by mx.home.example</edgeHeader></internal></ep>"),
      .header = BY_STORE BY_MX FORGED U, .result = "pass", .holds = { "\"client\":\"192.0.2.1\"" }, .questions = "TXT _ep.home.example, TXT _ep.example.com" },
    { "our edge's header nowhere", .conf = EDGE, .stored = true, .ip = "192.0.2.1",
      .zone = M(HOST) AT("home.example", EP "<internal><edgeHeader>zzz</edgeHeader></internal></ep>"), .header = BY_MX U, .result = "none", .reason = "no-edge" },
    { "the client unknown to all others", .conf = EDGE, .stored = true, .ip = "",
      .zone = M(HOST) AT("home.example", EP "<internal><edgeHeader>by mx.home.example</edgeHeader></internal></ep>"), .header = BY_MX U, .result = "pass" },
    { "our edge by the MX set", .conf = EDGE, .stored = true, .ip = "10.0.0.5", .zone = M(HOST) HOME_MX, .header = BY_STORE BY_IN BY_MX U, .result = "pass",
      .holds = { "\"client\":\"192.0.2.1\"" } },
    { "a stranger's field below our edge's is not believed", .conf = EDGE, .stored = true, .ip = "10.0.0.5", .zone = M("<a>192.0.2.66</a>") HOME_MX,
      .header = BY_STORE BY_MX FORGED U, .result = "fail", .holds = { "\"client\":\"192.0.2.1\"" } },
    { "no MX set of ours", .conf = EDGE, .stored = true, .zone = M(HOST), .header = BY_MX U, .result = "none", .reason = "no-edge" },
    { "our MX set fails", .conf = EDGE, .stored = true, .zone = M(HOST) "; servfail home.example MX\n", .header = BY_MX U, .result = "temperror" },
    { "a host of the way fails", .conf = EDGE, .stored = true, .zone = M(HOST) HOME_MX "; servfail other.example\n",
      .header = "Received: from x by other.example; x\n" BY_MX U, .result = "temperror" },
    { "somebody is connected: no need to search", .conf = EDGE, .zone = M(HOST) HOME_MX, .header = FORGED U, .result = "pass", .questions = "TXT _ep.example.com" },
    { "the edge's date says how old it is", .conf = CONF("edge_domain = \"home.example\"; too_old = \"1h\""), .stored = true, .received_at = PLAYER_NOW,
      .zone = M(HOST) HOME_MX, .header = "Received: from a.example (a.example [192.0.2.1]) by mx.home.example; Tue, 14 Nov 2023 21:13:19 +0000\n" U, .result = "none",
      .reason = "too-old" },
};

static void sheet_vectors(void **state) { (void)state; vectors_play(&callerid_method, 0, sheet, COUNT_OF(sheet)); }
static void t39_who_is_responsible(void **state) { (void)state; vectors_play(&callerid_method, 0, addresses, COUNT_OF(addresses)); }
static void what_counts_as_listed(void **state) { (void)state; vectors_play(&callerid_method, 0, sets, COUNT_OF(sets)); }
static void which_documents_count(void **state) { (void)state; vectors_play(&callerid_method, 0, standing, COUNT_OF(standing)); }
static void failures_and_mistakes(void **state) { (void)state; vectors_play(&callerid_method, 0, doubts, COUNT_OF(doubts)); }
static void the_enhanced_noop(void **state) { (void)state; vectors_play(&callerid_method, 0, noops, COUNT_OF(noops)); }
static void the_from_domain_may_want_it_direct(void **state) { (void)state; vectors_play(&callerid_method, 0, direct_only, COUNT_OF(direct_only)); }
static void stored_and_relayed(void **state) { (void)state; vectors_play(&callerid_method, 0, away_from_the_edge, COUNT_OF(away_from_the_edge)); }

/* ---- bounds ---- */

/* A record in strings of the zone file; `text` has no quotation marks. */
static void add_record(struct text *zone, const char *owner, struct slice text)
{
    text_addf(zone, "%s. TXT (", owner);
    for (; text.len > 0; text = slice_from(text, 200)) {
        text_add_str(zone, " \"");
        text_add(zone, slice_first(text, 200));
        text_add_octet(zone, '"');
    }
    text_add_str(zone, " )\n");
}

static void add_document(struct text *zone, struct arena *a, const char *owner, struct slice document)
{
    struct slice records[EP_RECORDS_MAX];
    size_t count;
    assert_true(ep_split(a, document, records, COUNT_OF(records), &count));
    for (size_t i = 0; i < count; i++)
        add_record(zone, owner, records[i]);
}

/* `hosts` names that have other addresses, then one that matches. */
static struct slice zone_of_hosts(struct arena *a, unsigned hosts)
{
    struct text zone = text_in(a, 1u << 20), document = text_in(a, 1u << 16);
    text_add_str(&document, EP "<out><m>");
    for (unsigned i = 0; i < hosts; i++)
        text_addf(&document, "<a>h%u.example</a>", i);
    text_add_str(&document, "<a>last.example</a></m></out></ep>");
    add_document(&zone, a, "_ep.example.com", text_slice(&document));
    text_add_str(&zone, "*.example. A 192.0.2.7\nlast.example. A 192.0.2.1\n");
    return text_slice(&zone);
}

/* A chain of `documents` that ends with one that lists the client. */
static struct slice zone_of_chain(struct arena *a, unsigned documents)
{
    struct text zone = text_in(a, 1u << 20);
    text_add_str(&zone, "_ep.example.com. TXT \"" EP "<out><m><indirect>d2.example</indirect></m></out></ep>\"\n");
    for (unsigned i = 2; i < documents; i++)
        text_addf(&zone, "_ep.d%u.example. TXT \"" EP "<out><m><indirect>d%u.example</indirect></m></out></ep>\"\n", i, i + 1);
    text_addf(&zone, "_ep.d%u.example. TXT \"" EP "<out><m><a>192.0.2.1</a></m></out></ep>\"\n", documents);
    return text_slice(&zone);
}

/* The first document leads to `fan` others, of which so many lead to all of these again; the rest are not there. */
static struct slice zone_of_fan(struct arena *a, unsigned fan, unsigned documents)
{
    struct text zone = text_in(a, 4u << 20), document = text_in(a, 1u << 16);
    text_add_str(&document, EP "<out><m>");
    for (unsigned i = 0; i < fan; i++)
        text_addf(&document, "<indirect>f%u.example</indirect>", i);
    text_add_str(&document, "</m></out></ep>");
    add_document(&zone, a, "_ep.example.com", text_slice(&document));
    for (unsigned i = 0; i < documents; i++) {
        struct text owner = text_in(a, 100);
        text_addf(&owner, "_ep.f%u.example%c", i, '\0');
        add_document(&zone, a, (const char *)owner.at, text_slice(&document));
    }
    assert_false(zone.bad);
    return text_slice(&zone);
}

static void t39_questions_and_documents_are_bounded(void **state)
{
    struct arena *a = arena_new(64u << 20);
    (void)state;
    const struct { struct slice zone; const char *result, *reason; } cases[] = {
        { zone_of_hosts(a, CALLERID_ASKS - 3), "pass", "listed" },
        { zone_of_hosts(a, CALLERID_ASKS - 2), "pass", "listed" },
        { zone_of_hosts(a, CALLERID_ASKS - 1), "permerror", "over-quota" },
        { zone_of_chain(a, CALLERID_DEPTH_MAX - 1), "pass", "listed" },
        { zone_of_chain(a, CALLERID_DEPTH_MAX), "pass", "listed" },
        { zone_of_chain(a, CALLERID_DEPTH_MAX + 1), "permerror", "too-deep" },
        { zone_of_fan(a, 12, 12), "permerror", "over-quota" },
        { zone_of_fan(a, 2, 2), "none", "undecided" },
        { zone_of_fan(a, 1000, 50), "permerror", "over-quota" },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct player *p = player_new(&callerid_method, SLICE(""));
        struct play play = { .ip = SLICE("192.0.2.1"), .header = SLICE("From: u@example.com\n"), .no_scouts = true };
        player_zone(p, cases[i].zone);
        struct played r = player_play(p, &play);
        if (!slice_same(fact_text(r.facts, "result"), slice_str(cases[i].result)) || !slice_same(fact_text(r.facts, "reason"), slice_str(cases[i].reason)))
            fail_msg("case %zu: %.*s", i, (int)r.json.len, (const char *)r.json.at);
        assert_true(r.asked <= CALLERID_ASKS + CALLERID_HINTS && !r.asked_twice);
        struct slice alone = r.json;
        play.no_scouts = false;
        r = player_play(p, &play);
        assert_true(r.asked <= CALLERID_ASKS + CALLERID_HINTS && slice_same(r.json, alone));
        player_free(p);
    }
    arena_free(a);
}

/* With hints too: what else stands in a document is looked for only if it is needed. */
static void an_address_that_matches_asks_nothing_more(void **state)
{
    (void)state;
    struct player *p = player_new(&callerid_method, SLICE(""));
    struct play play = { .ip = SLICE("192.0.2.1"), .header = SLICE("From: u@example.com\n") };
    player_zone(p, SLICE(OUT("example.com", "<m><a>192.0.2.1</a></m><m><indirect>b.example</indirect></m><m><mx/><a>h.example</a></m>")));
    struct played r = player_play(p, &play);
    assert_true(slice_same(fact_text(r.facts, "reason"), SLICE("listed")));
    assert_int_equal(r.asked, 1);
    player_free(p);
}

static void a_record_is_bounded(void **state)
{
    (void)state;
    for (size_t octets = EP_RECORD_OCTETS_MAX - 1; octets <= EP_RECORD_OCTETS_MAX + 1; octets++) {
        struct arena *a = arena_new(1u << 20);
        struct player *p = player_new(&callerid_method, SLICE(""));
        struct text zone = text_in(a, 8192), document = text_in(a, 8192);
        text_add_str(&document, EP "<out><m><a>192.0.2.1</a></m></out></ep>");
        while (document.len < octets)
            text_add_octet(&document, ' ');
        add_record(&zone, "_ep.example.com", text_slice(&document));
        player_zone(p, text_slice(&zone));
        struct played r = player_play(p, &(struct play){ .ip = SLICE("192.0.2.1"), .header = SLICE("From: u@example.com\n") });
        assert_true(slice_same(fact_text(r.facts, "reason"), octets <= EP_RECORD_OCTETS_MAX ? SLICE("listed") : SLICE("record-too-long")));
        player_free(p);
        arena_free(a);
    }
}

static void prints_as_experimental(void **state)
{
    (void)state;
    struct player *p = player_new(&callerid_method, SLICE("authres = { legacy = true; };"));
    struct play play = { .ip = SLICE("192.0.2.1"), .header = SLICE("Sender: \"a b\"@example.com\n") };
    player_zone(p, SLICE(M(HOST)));
    struct played r = player_play(p, &play);
    assert_true(slice_same(r.authentication_results, SLICE(PLAYER_RECEIVER "; x-callerid=pass header.sender=\"a b\"@example.com")));
    player_zone(p, SLICE("$TTL 300\n"));
    r = player_play(p, &play);
    assert_true(slice_same(r.authentication_results, SLICE(PLAYER_RECEIVER "; none")));
    player_free(p);
    p = player_new(&callerid_method, SLICE(""));
    player_zone(p, SLICE(M(HOST)));
    r = player_play(p, &play);
    assert_true(slice_same(r.authentication_results, SLICE(PLAYER_RECEIVER "; none")));
    player_free(p);
}

static void manual_has_the_options(void **state)
{
    (void)state;
    vectors_check_manual(&callerid_method, __FILE__);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sheet_vectors),
        cmocka_unit_test(t39_who_is_responsible),
        cmocka_unit_test(what_counts_as_listed),
        cmocka_unit_test(which_documents_count),
        cmocka_unit_test(failures_and_mistakes),
        cmocka_unit_test(the_enhanced_noop),
        cmocka_unit_test(the_from_domain_may_want_it_direct),
        cmocka_unit_test(stored_and_relayed),
        cmocka_unit_test(t39_questions_and_documents_are_bounded),
        cmocka_unit_test(an_address_that_matches_asks_nothing_more),
        cmocka_unit_test(a_record_is_bounded),
        cmocka_unit_test(prints_as_experimental),
        cmocka_unit_test(manual_has_the_options),
    };
    return crypto_start() == STATUS_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
