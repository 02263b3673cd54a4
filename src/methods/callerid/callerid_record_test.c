/* callerid_record_test: policy documents and sets of TXT records, read and printed; each mistake, each bound; documents cut anywhere. */
#include "methods/callerid/callerid_record.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "crypto/digest.h"
#include "methods/callerid/callerid_txt.h"

#define EP "<ep xmlns='http://ms.net/1'>"
#define M(inside) EP "<out><m>" inside "</m></out></ep>"
#define SAME "\1"                    /* prints as it is */

static enum ep_fault parse(struct arena *a, struct slice document, struct ep *ep, struct ep_mistake *m)
{
    return ep_parse(a, document, 7, ep, m);
}

static struct slice printed(struct arena *a, const struct ep *ep)
{
    struct text t = text_in(a, 8u << 20);
    text_add_ep(&t, ep);
    assert_false(t.bad);
    return text_slice(&t);
}

/* ---- documents ---- */

static const struct { const char *name, *document; enum ep_fault fault; const char *prints, *where; } documents[] = {
    { "nothing in it", EP "</ep>", EP_FINE, SAME, NULL },
    { "an empty one", "<ep xmlns='http://ms.net/1'/>", EP_FINE, EP "</ep>", NULL },
    { "all of the schema", EP "<scope><domain>example.com</domain></scope><in><hashedPuzzle nMin='20'>x</hashedPuzzle></in>"
      "<out directOnly='true'><m eNoop='true' allETPSigned='false'><a>192.0.2.1</a><a>2001:db8::1</a><a>h.example</a><a/><r>192.0.2.0/24</r>"
      "<r>!2001:db8::/32</r><mx>m.example</mx><mx/></m><m><indirect>isp.example</indirect></m><m/><cdl>c</cdl><cdl/></out>"
      "<internal><edgeHeader>by edge.example</edgeHeader></internal></ep>", EP_FINE, NULL, NULL },
    { "testing", "<ep xmlns='http://ms.net/1' testing='true'></ep>", EP_FINE, SAME, NULL },
    { "testing, as 1 with blanks", "<ep xmlns='http://ms.net/1' testing=' 1 '/>", EP_FINE, "<ep xmlns='http://ms.net/1' testing='true'></ep>", NULL },
    { "not testing", "<ep xmlns='http://ms.net/1' testing='0'/>", EP_FINE, EP "</ep>", NULL },
    { "a prefix for the namespace", "<x:ep xmlns:x='http://ms.net/1'><x:out><x:noMailServers/></x:out></x:ep>", EP_FINE,
      EP "<out><noMailServers/></out></ep>", NULL },
    { "declared, marked, commented", "\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8'?>\r\n<!-- ours -->" EP "<!-- x --><out/></ep>\n", EP_FINE,
      EP "<out></out></ep>", NULL },
    { "content in blanks and lines", M("<a>\n 192.0.2.1\t</a><mx> \r\n </mx><indirect> isp.example </indirect>"), EP_FINE,
      M("<a>192.0.2.1</a><mx/><indirect>isp.example</indirect>"), NULL },
    { "content in pieces", M("<a>192.0<!-- x -->.2<![CDATA[.]]>&#49;</a>"), EP_FINE, M("<a>192.0.2.1</a>"), NULL },
    { "order does not matter", EP "<internal/><out/><in/></ep>", EP_FINE, EP "<in></in><out></out><internal></internal></ep>", NULL },
    { "host bits stay", M("<r>192.0.2.77/24</r><r>0.0.0.0/0</r><r>::/0</r><r>2001:db8::1/128</r>"), EP_FINE,
      M("<r>192.0.2.77/24</r><r>0.0.0.0/0</r><r>::/0</r><r>2001:db8::1/128</r>"), NULL },
    { "three forms of IPv6", M("<a>2001:DB8:0:0:0:0:0:1</a><a>2001:db8::1</a><a>64:ff9b::192.0.2.1</a>"), EP_FINE,
      M("<a>2001:db8::1</a><a>2001:db8::1</a><a>64:ff9b::c000:201</a>"), NULL },
    { "IPv4-mapped is IPv4", M("<a>::ffff:192.0.2.1</a><r>::ffff:192.0.2.0/120</r>"), EP_FINE, M("<a>192.0.2.1</a><r>192.0.2.0/24</r>"), NULL },
    { "names in any spelling", M("<a>H.Example.</a><indirect>b\xc3\xbc" "cher.example</indirect>"), EP_FINE,
      M("<a>h.example</a><indirect>xn--bcher-kva.example</indirect>"), NULL },
    { "what must be escaped", EP "<out><cdl>&lt;a&gt; &amp; &apos;b&apos; &quot;&#13;x</cdl></out></ep>", EP_FINE,
      EP "<out><cdl>&lt;a&gt; &amp; &apos;b&apos; \"&#13;x</cdl></out></ep>", NULL },
    { "other namespaces' elements", EP "<out xmlns:o='urn:o'><o:m><a/></o:m><m><o:x>y<o:z/></o:x><a/></m></out><y xmlns='urn:y'><out/></y></ep>", EP_FINE,
      EP "<out><m><a/></m></out></ep>", NULL },
    { "... and attributes, and unknown ones", "<ep xmlns='http://ms.net/1' xmlns:o='urn:o' o:testing='maybe' Testing='true' x=''/>", EP_FINE, EP "</ep>", NULL },
    { "other things beside noMailServers", EP "<out><noMailServers xmlns:o='urn:o'><o:x/></noMailServers><m/></out></ep>", EP_FINE,
      EP "<out><noMailServers/><m></m></out></ep>", NULL },
    { "a, r, mx and indirect in one m", M("<a/><indirect>x.example</indirect>"), EP_FINE, SAME, NULL },

    { "scope: an element", EP "<scope><element>x</element></scope></ep>", EP_FINE, SAME, NULL },
    { "scope: a message", EP "<scope><message-id>&lt;a@b&gt;</message-id></scope></ep>", EP_FINE, SAME, NULL },
    { "scope: a message and its date", EP "<scope><message-id>&lt;a@b&gt;</message-id><date>Tue, 1 Jun 2004 00:00:00 +0000</date></scope></ep>", EP_FINE,
      SAME, NULL },
    { "scope: somebody else's", EP "<scope><x:y xmlns:x='urn:&#9;&apos;x'>z</x:y></scope></ep>", EP_FINE, EP "<scope><y xmlns='urn:&#9;&apos;x'/></scope></ep>", NULL },
    { "scope: empty", EP "<scope/></ep>", EP_FAULT_SCOPE, NULL, "scope" },
    { "scope: two domains", EP "<scope><domain>a.example</domain><domain>b.example</domain></scope></ep>", EP_FAULT_TWICE, NULL, "domain" },
    { "scope: two things", EP "<scope><domain>a.example</domain><element>b</element></scope></ep>", EP_FAULT_SCOPE, NULL, "b" },
    { "scope: two things, one of them foreign", EP "<scope><domain>a.example</domain><x xmlns='urn:x'/></scope></ep>", EP_FAULT_SCOPE, NULL, "x" },
    { "scope: a foreign one and another", EP "<scope><x xmlns='urn:x'/><domain>a.example</domain></scope></ep>", EP_FAULT_SCOPE, NULL, "a.example" },
    { "scope: a date alone", EP "<scope><date>x</date></scope></ep>", EP_FAULT_SCOPE, NULL, "x" },
    { "scope: nothing named", EP "<scope><domain> </domain></scope></ep>", EP_FAULT_SCOPE, NULL, "" },
    { "scope: no domain", EP "<scope><domain>a b</domain></scope></ep>", EP_FAULT_NAME, NULL, "a b" },

    { "another root", "<policy xmlns='http://ms.net/1'/>", EP_NOT_EP, NULL, "policy" },
    { "no namespace", "<ep/>", EP_NOT_EP, NULL, "ep" },
    { "another namespace", "<ep xmlns='http://ms.net/2'/>", EP_NOT_EP, NULL, "ep" },
    { "the root in the wrong case", "<EP xmlns='http://ms.net/1'/>", EP_NOT_EP, NULL, "EP" },
    { "not XML", "v=spf1 -all", EP_FAULT_XML, NULL, NULL },
    { "nothing", "", EP_FAULT_XML, NULL, NULL },
    { "a doctype", "<!DOCTYPE ep>" EP "</ep>", EP_FAULT_XML, NULL, NULL },
    { "an element in the wrong case", EP "<Out/></ep>", EP_FAULT_ELEMENT, NULL, "Out" },
    { "an element nobody knows", EP "<out><host/></out></ep>", EP_FAULT_ELEMENT, NULL, "host" },
    { "an element in the wrong place", EP "<m/></ep>", EP_FAULT_ELEMENT, NULL, "m" },
    { "ep in ep", EP EP "</ep></ep>", EP_FAULT_ELEMENT, NULL, "ep" },
    { "an element of no namespace", EP "<out xmlns=''/></ep>", EP_FAULT_ELEMENT, NULL, "out" },
    { "an element in text", M("<a>192.0.2.1<a/></a>"), EP_FAULT_ELEMENT, NULL, "a" },
    { "a foreign element in text", M("<a>192.0.2.1<x xmlns='urn:x'/></a>"), EP_FAULT_ELEMENT, NULL, "x" },
    { "two out", EP "<out/><out/></ep>", EP_FAULT_TWICE, NULL, "out" },
    { "noMailServers twice", EP "<out><noMailServers/><noMailServers/></out></ep>", EP_FAULT_TWICE, NULL, "noMailServers" },
    { "text in m", M("192.0.2.1"), EP_FAULT_TEXT, NULL, "192.0.2.1" },
    { "text in ep", EP " x </ep>", EP_FAULT_TEXT, NULL, "x" },
    { "text in noMailServers", EP "<out><noMailServers>true</noMailServers></out></ep>", EP_FAULT_TEXT, NULL, "true" },
    { "a boolean in the wrong case", "<ep xmlns='http://ms.net/1' testing='True'/>", EP_FAULT_BOOLEAN, NULL, "True" },
    { "an empty boolean", EP "<out directOnly=''/></ep>", EP_FAULT_BOOLEAN, NULL, "" },
    { "yes is no boolean", EP "<out><m eNoop='yes'/></out></ep>", EP_FAULT_BOOLEAN, NULL, "yes" },
    { "a negative number", EP "<in><hashedPuzzle nMin='-1'/></in></ep>", EP_FAULT_NUMBER, NULL, "-1" },
    { "a number beyond all", EP "<in><hashedPuzzle nMin='18446744073709551616'/></in></ep>", EP_FAULT_NUMBER, NULL, "18446744073709551616" },
    { "a: an octet beyond 255", M("<a>192.0.2.256</a>"), EP_FAULT_ADDRESS, NULL, "192.0.2.256" },
    { "a: three octets", M("<a>192.0.2</a>"), EP_FAULT_ADDRESS, NULL, "192.0.2" },
    { "a: a range", M("<a>192.0.2.0/24</a>"), EP_FAULT_ADDRESS, NULL, "192.0.2.0/24" },
    { "a: two", M("<a>192.0.2.1 192.0.2.2</a>"), EP_FAULT_ADDRESS, NULL, "192.0.2.1 192.0.2.2" },
    { "a: IPv6 gone wrong", M("<a>2001:db8:::1</a>"), EP_FAULT_ADDRESS, NULL, "2001:db8:::1" },
    { "a: IPv6 in brackets", M("<a>[2001:db8::1]</a>"), EP_FAULT_ADDRESS, NULL, "[2001:db8::1]" },
    { "a: no exclusion", M("<a>!192.0.2.1</a>"), EP_FAULT_ADDRESS, NULL, "!192.0.2.1" },
    { "r: no length", M("<r>192.0.2.0</r>"), EP_FAULT_RANGE, NULL, "192.0.2.0" },
    { "r: empty", M("<r/>"), EP_FAULT_RANGE, NULL, "" },
    { "r: ! alone", M("<r>!</r>"), EP_FAULT_RANGE, NULL, "!" },
    { "r: too long", M("<r>192.0.2.0/33</r>"), EP_FAULT_RANGE, NULL, "192.0.2.0/33" },
    { "r: too long for IPv6", M("<r>2001:db8::/129</r>"), EP_FAULT_RANGE, NULL, "2001:db8::/129" },
    { "r: negative", M("<r>192.0.2.0/-1</r>"), EP_FAULT_RANGE, NULL, "192.0.2.0/-1" },
    { "r: a name", M("<r>h.example/24</r>"), EP_FAULT_RANGE, NULL, "h.example/24" },
    { "mx: an address", M("<mx>192.0.2.1</mx>"), EP_FAULT_NAME, NULL, "192.0.2.1" },
    { "mx: no name", M("<mx>a..b</mx>"), EP_FAULT_NAME, NULL, "a..b" },
    { "indirect: empty", M("<indirect/>"), EP_FAULT_NAME, NULL, "" },
    { "indirect: a control", M("<indirect>a&#10;b.example</indirect>"), EP_FAULT_NAME, NULL, "a\nb.example" },
    { "a mistake behind what is good", M("<a>192.0.2.1</a></m><m><r>x</r>"), EP_FAULT_RANGE, NULL, "x" },
};

/* By way of a copy that outlives what it is one of. */
static bool reads_back_same(struct arena *a, const struct ep *ep)
{
    struct ep read, again;
    struct ep_mistake m;
    struct arena *reading = arena_new(1u << 24);
    struct slice text = printed(a, ep);
    bool good = parse(reading, text, &read, &m) == EP_FINE && ep_copy(a, &read, &again);
    arena_free(reading);
    return good && slice_same(printed(a, &again), text) && again.entry_count == ep->entry_count &&
           again.testing == ep->testing && again.direct_only == ep->direct_only && again.scope.kind == ep->scope.kind;
}

static void reads_and_prints(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(documents); i++) {
        struct arena *a = arena_new(1u << 24);
        struct ep ep;
        struct ep_mistake m;
        enum ep_fault fault = parse(a, slice_str(documents[i].document), &ep, &m);
        if (fault != documents[i].fault || fault != m.fault)
            fail_msg("%s: %u", documents[i].name, (unsigned)fault);
        if (documents[i].where && !slice_same(m.where, slice_str(documents[i].where)))
            fail_msg("%s: %.*s", documents[i].name, (int)m.where.len, (const char *)m.where.at);
        const char *expected = documents[i].prints && documents[i].prints[0] == SAME[0] ? documents[i].document : documents[i].prints;
        struct slice text = printed(a, &ep);
        if (expected && !slice_same(text, slice_str(expected)))
            fail_msg("%s: %.*s", documents[i].name, (int)text.len, (const char *)text.at);
        if (fault == EP_FINE && !reads_back_same(a, &ep))
            fail_msg("%s: does not read back", documents[i].name);
        arena_free(a);
    }
}

static void keeps_all_of_the_schema(void **state)
{
    (void)state;
    struct arena *a = arena_new(1u << 24);
    struct ep ep;
    struct ep_mistake m;
    assert_int_equal(parse(a, slice_str(documents[2].document), &ep, &m), EP_FINE);
    assert_true(ep.scope.kind == EP_SCOPE_DOMAIN && slice_same(ep.scope.text, SLICE("example.com")));
    assert_true(ep.has_in && ep.puzzle_count == 1 && ep.puzzles[0].has_n_min && ep.puzzles[0].n_min == 20 && slice_same(ep.puzzles[0].text, SLICE("x")));
    assert_true(ep.has_out && ep.direct_only == EP_TRUE && !ep.no_mail_servers && ep.m_count == 3 && ep.entry_count == 9);
    assert_true(ep.ms[0].e_noop == EP_TRUE && ep.ms[0].all_etp_signed == EP_FALSE && ep.ms[0].count == 8 && !ep.ms[0].indirect);
    assert_true(ep.ms[1].e_noop == EP_UNSAID && ep.ms[1].first == 8 && ep.ms[1].count == 1 && ep.ms[1].indirect && ep.ms[2].count == 0);
    assert_true(ep.entries[5].negated && ep.entries[5].prefix.address.family == IP_V6 && ep.entries[5].prefix.bits == 32);
    assert_true(ep.entries[3].kind == EP_A && ep.entries[3].name.len == 0 && ep.entries[3].prefix.address.family == IP_NONE);
    assert_true(ep.cdl_count == 2 && ep.edge_count == 1 && slice_same(ep.edges[0], SLICE("by edge.example")));
    arena_free(a);
}

static void t37_a_policy_cut_at_every_offset(void **state)
{
    struct slice whole = slice_str(documents[2].document);
    (void)state;
    for (size_t cut = 0; cut < whole.len; cut++) {
        struct arena *a = arena_new(1u << 20);
        struct ep ep;
        struct ep_mistake m;
        uint8_t *exact = mem_alloc(cut);
        for (size_t i = 0; i < cut; i++)
            exact[i] = whole.at[i];
        if (parse(a, slice_of(exact, cut), &ep, &m) != EP_FAULT_XML || m.xml != XML_FAULT_CUT)
            fail_msg("cut at %zu: %u", cut, (unsigned)m.fault);
        mem_free(exact);
        arena_free(a);
    }
}

/* ---- bounds ---- */

static struct slice repeated(struct arena *a, const char *before, const char *one, size_t count, const char *after)
{
    struct text t = text_in(a, 1u << 20);
    text_add_str(&t, before);
    for (size_t i = 0; i < count; i++)
        text_add_str(&t, one);
    text_add_str(&t, after);
    return text_slice(&t);
}

static void documents_have_bounds(void **state)
{
    struct arena *a = arena_new(1u << 26);
    size_t frame = sizeof(EP "<out><cdl></cdl></out></ep>") - 1;
    const char *deep = "<x xmlns='urn:x'>";
    (void)state;
    struct { struct slice document; enum ep_fault fault; enum xml_fault xml; } cases[] = {
        /* one is the m itself */
        { repeated(a, EP "<out><m>", "<a/>", EP_ITEMS_MAX - 2, "</m></out></ep>"), EP_FINE, XML_FAULT_NONE },
        { repeated(a, EP "<out><m>", "<a/>", EP_ITEMS_MAX - 1, "</m></out></ep>"), EP_FINE, XML_FAULT_NONE },
        { repeated(a, EP "<out><m>", "<a/>", EP_ITEMS_MAX, "</m></out></ep>"), EP_FAULT_ITEMS, XML_FAULT_STOPPED },
        { repeated(a, EP "<out>", "<m/>", EP_ITEMS_MAX, "</out></ep>"), EP_FINE, XML_FAULT_NONE },
        { repeated(a, EP "<out>", "<m/>", EP_ITEMS_MAX + 1, "</out></ep>"), EP_FAULT_ITEMS, XML_FAULT_STOPPED },
        { repeated(a, EP "<out>", "<cdl/>", EP_ITEMS_MAX + 1, "</out></ep>"), EP_FAULT_ITEMS, XML_FAULT_STOPPED },
        { repeated(a, EP "<in>", "<hashedPuzzle/>", 4000, "</in></ep>"), EP_FINE, XML_FAULT_NONE },
        { repeated(a, EP "<out><cdl>", "x", EP_OCTETS_MAX - frame - 1, "</cdl></out></ep>"), EP_FINE, XML_FAULT_NONE },
        { repeated(a, EP "<out><cdl>", "x", EP_OCTETS_MAX - frame, "</cdl></out></ep>"), EP_FINE, XML_FAULT_NONE },
        { repeated(a, EP "<out><cdl>", "x", EP_OCTETS_MAX - frame + 1, "</cdl></out></ep>"), EP_FAULT_XML, XML_FAULT_OCTETS },
        { repeated(a, EP, deep, 1, "</x></ep>"), EP_FINE, XML_FAULT_NONE },
        { repeated(a, EP, deep, XML_DEPTH_MAX, ""), EP_FAULT_XML, XML_FAULT_DEPTH },
        { repeated(a, EP, deep, 3000, ""), EP_FAULT_XML, XML_FAULT_DEPTH },
        /* of another namespace: not items, but work */
        { repeated(a, EP "<x xmlns='urn:x'>", "<y/>", 10000, "</x></ep>"), EP_FINE, XML_FAULT_NONE },
        { repeated(a, EP "<x xmlns='urn:x'>", "<y/>", 15000, "</x></ep>"), EP_FAULT_XML, XML_FAULT_WORK },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct ep ep;
        struct ep_mistake m;
        struct arena *b = arena_new(1u << 24);
        if (parse(b, cases[i].document, &ep, &m) != cases[i].fault || m.xml != cases[i].xml)
            fail_msg("case %zu: %u %s", i, (unsigned)m.fault, xml_fault_text(m.xml));
        arena_free(b);
    }
    arena_free(a);
}

/* ---- TXT sets ---- */

#define RECORDS 6

static const struct { const char *name, *records[RECORDS]; enum ep_fault fault; size_t used; const char *document; } sets[] = {
    { "none", { NULL }, EP_FINE, 0, "" },
    { "one: nothing is removed", { "01<ep>" }, EP_FINE, 1, "01<ep>" },
    { "callerid.md 7", { "02.3.4</a>", "01<ep><a>1.2" }, EP_FINE, 2, "<ep><a>1.2.3.4</a>" },
    { "any two octets mark", { "\xff\xff" "c", "aab", "  a" }, EP_FINE, 3, "abc" },
    { "by octets, not by numbers", { "10b", "9 c", "01a" }, EP_FINE, 3, "abc" },
    { "nothing behind the mark", { "01<ep/>", "02" }, EP_FINE, 2, "<ep/>" },
    { "others' records are left out", { "v=spf1 -all", "<ep/>", "spf2.0/pra -all", "V=DMARC1" }, EP_FINE, 1, "<ep/>" },
    { "... and alone leave nothing", { "v=spf1 -all", "spf2.0/pra" }, EP_FINE, 0, "" },
    { "... beside several", { "02b", "v=spf1 -all", "01a" }, EP_FINE, 2, "ab" },
    { "anything else is not", { "<ep/>", "a verification" }, EP_FINE, 2, "p/>verification" },
    { "a mark twice", { "01a", "01b" }, EP_FAULT_SAME_MARK, 2, "" },
    { "no marks", { "<ep xmlns=''>", "<ep/>" }, EP_FAULT_SAME_MARK, 2, "" },
    { "no room for a mark", { "01a", "2" }, EP_FAULT_NO_MARK, 2, "" },
    { "an empty record", { "01a", "" }, EP_FAULT_NO_MARK, 2, "" },
    { "one that is empty", { "" }, EP_FINE, 1, "" },
};

static void joins_records(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(sets); i++) {
        struct arena *a = arena_new(1u << 20);
        struct slice records[RECORDS], document, where;
        size_t count = 0, used;
        while (count < RECORDS && sets[i].records[count]) {
            records[count] = slice_str(sets[i].records[count]);
            count++;
        }
        for (size_t turn = 0; turn <= count; turn++) {
            enum ep_fault fault = ep_join(a, records, count, &document, &used, &where);
            if (fault != sets[i].fault || used != sets[i].used || !slice_same(document, slice_str(sets[i].document)))
                fail_msg("%s: %u, %zu used: %.*s", sets[i].name, (unsigned)fault, used, (int)document.len, (const char *)document.at);
            struct slice last = count > 0 ? records[count - 1] : SLICE("");
            for (size_t k = count; k > 1; k--)
                records[k - 1] = records[k - 2];
            records[0] = last;
        }
        arena_free(a);
    }
}

static void records_have_bounds(void **state)
{
    (void)state;
    for (size_t octets = EP_RECORD_OCTETS_MAX - 1; octets <= EP_RECORD_OCTETS_MAX + 1; octets++) {
        struct arena *a = arena_new(1u << 20);
        struct slice document, where, one = repeated(a, "", "x", octets, "");
        size_t used;
        enum ep_fault expected = octets > EP_RECORD_OCTETS_MAX ? EP_FAULT_RECORD_OCTETS : EP_FINE;
        assert_int_equal(ep_join(a, &one, 1, &document, &used, &where), expected);
        assert_int_equal(document.len, expected == EP_FINE ? octets : 0);
        arena_free(a);
    }
}

/* Of any length; the records join to it again, whatever their order. */
static void splits_what_it_joins(void **state)
{
    size_t each = EP_RECORD_OCTETS_MAX - EP_MARK_OCTETS;
    const struct { size_t octets, records; } cases[] = {
        { 1, 1 }, { EP_RECORD_OCTETS_MAX - 1, 1 }, { EP_RECORD_OCTETS_MAX, 1 }, { EP_RECORD_OCTETS_MAX + 1, 2 }, { 2 * each, 2 }, { 2 * each + 1, 3 },
        { EP_OCTETS_MAX, 33 }, { 99 * each, 99 },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct arena *a = arena_new(1u << 22);
        struct slice records[EP_RECORDS_MAX + 1], reversed[EP_RECORDS_MAX + 1], document, where, whole = repeated(a, "", "<e>'", cases[i].octets / 4 + 1, "");
        size_t count, used;
        whole.len = cases[i].octets;
        assert_true(ep_split(a, whole, records, COUNT_OF(records), &count));
        assert_int_equal(count, cases[i].records);
        for (size_t k = 0; k < count; k++) {
            assert_true(records[k].len <= EP_RECORD_OCTETS_MAX);
            reversed[count - 1 - k] = records[k];
        }
        assert_int_equal(ep_join(a, reversed, count, &document, &used, &where), EP_FINE);
        assert_true(used == count && slice_same(document, whole));
        assert_false(ep_split(a, whole, records, count - 1, &count));
        arena_free(a);
    }
    struct arena *a = arena_new(1u << 20);
    struct slice records[EP_RECORDS_MAX + 1];
    size_t count;
    assert_false(ep_split(a, repeated(a, "", "x", 99 * each + 1, ""), records, COUNT_OF(records), &count));
    arena_free(a);
}

/* A document printed, split, published and read again is the same. */
static void survives_dns(void **state)
{
    (void)state;
    struct arena *a = arena_new(1u << 24);
    struct ep ep;
    struct ep_mistake m;
    struct slice records[EP_RECORDS_MAX], rdata[EP_RECORDS_MAX];
    size_t count;
    assert_int_equal(parse(a, repeated(a, EP "<out><m>", "<r>!192.0.2.0/24</r><a>h.example</a>", 200, "</m></out></ep>"), &ep, &m), EP_FINE);
    assert_true(ep_split(a, printed(a, &ep), records, COUNT_OF(records), &count) && count > 2);
    for (size_t i = 0; i < count; i++) {
        struct text t = text_in(a, 4096);
        for (struct slice rest = records[count - 1 - i]; rest.len > 0; rest = slice_from(rest, 255)) {
            text_add_octet(&t, (uint8_t)slice_first(rest, 255).len);
            text_add(&t, slice_first(rest, 255));
        }
        rdata[i] = text_slice(&t);
    }
    struct answer *answer = answer_make(&(struct answer_draft){ .question = { .name = SLICE("_ep.example.com"), .type = RTYPE_TXT },
                                                                .status = ANSWER_DATA, .count = count, .rdata = rdata });
    const struct ep_set *set = answer_memo(answer, ep_set_make, ep_set_release);
    assert_true(set && set->mistake.fault == EP_FINE && set->records == count);
    assert_true(slice_same(printed(a, &set->ep), printed(a, &ep)));
    answer_drop(answer);
    arena_free(a);
}

static void memory_fails_anywhere(void **state)
{
    struct slice text = SLICE("\x1f<ep xmlns='http://ms.net/1'/>  ");
    (void)state;
    for (uint64_t nth = 1; nth < 60; nth++) {
        struct answer *answer = answer_make(&(struct answer_draft){ .question = { .name = SLICE("_ep.example.com"), .type = RTYPE_TXT },
                                                                    .status = ANSWER_DATA, .count = 1, .rdata = &text });
        assert_non_null(answer);
        mem_fail_at(nth, false);
        struct ep_set *set = ep_set_make(answer);
        mem_fail_at(0, false);
        assert_true(!set || set->mistake.fault == EP_FINE);
        ep_set_release(set);
        answer_drop(answer);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_prints),
        cmocka_unit_test(keeps_all_of_the_schema),
        cmocka_unit_test(t37_a_policy_cut_at_every_offset),
        cmocka_unit_test(documents_have_bounds),
        cmocka_unit_test(joins_records),
        cmocka_unit_test(records_have_bounds),
        cmocka_unit_test(splits_what_it_joins),
        cmocka_unit_test(survives_dns),
        cmocka_unit_test(memory_fails_anywhere),
    };
    return crypto_start() == STATUS_OK ? cmocka_run_group_tests(tests, NULL, NULL) : 1;
}
