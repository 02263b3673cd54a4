/* xml_test: what is read and how; every refusal of threats.md T37, each bound at n - 1, n and n + 1; documents cut anywhere. */
#include "xml/xml.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/text.h"

#define OCTETS (1u << 20)
#define WORK UINT64_MAX
#define STOP "stop here"             /* an element with this attribute value makes the sink stop */

/* ---- a sink that writes down what it is told ---- */

struct transcript { struct text text; struct xml *x; bool in_text; };

static void add_name(struct text *t, struct slice space, struct slice local)
{
    if (space.len > 0) {
        text_add_octet(t, '{');
        text_add(t, space);
        text_add_octet(t, '}');
    }
    text_add(t, local);
}

static void on_open(void *context, const struct xml_element *e)
{
    struct transcript *t = context;
    text_add_octet(&t->text, '(');
    add_name(&t->text, e->space, e->local);
    for (size_t i = 0; i < e->attribute_count; i++) {
        text_add_octet(&t->text, ' ');
        add_name(&t->text, e->attributes[i].space, e->attributes[i].local);
        text_add_octet(&t->text, '=');
        text_add(&t->text, e->attributes[i].value);
        if (slice_same(e->attributes[i].value, SLICE(STOP)))
            xml_stop(t->x);
    }
    t->in_text = false;
}

static void on_text(void *context, struct slice s)
{
    struct transcript *t = context;
    if (!t->in_text)
        text_add_octet(&t->text, '|');
    t->in_text = true;
    text_add(&t->text, s);
}

static void on_close(void *context)
{
    struct transcript *t = context;
    text_add_octet(&t->text, ')');
    t->in_text = false;
}

struct outcome { enum xml_fault fault; struct slice said; uint64_t offset, work; };

static struct outcome parse(struct arena *a, struct slice document, size_t piece, uint64_t octets, uint64_t work)
{
    struct transcript t = { .text = text_in(a, 16u << 20) };
    struct xml *x = xml_new(&(struct xml_limits){ .octets = octets, .work = work, .salt = 7 },
                            &(struct xml_sink){ on_open, on_text, on_close, &t });
    assert_non_null(x);
    t.x = x;
    for (struct slice rest = document; rest.len > 0; rest = slice_from(rest, piece))
        xml_push(x, slice_first(rest, piece));
    struct outcome o = { .fault = xml_end(x) };
    o.said = text_slice(&t.text);
    o.offset = xml_offset(x);
    o.work = xml_work(x);
    assert_true(o.fault == xml_fault(x));
    xml_free(x);
    return o;
}

/* ---- what is read ---- */

#define NS "http://ms.net/1"

static const struct { const char *name, *document; enum xml_fault fault; const char *said; } vectors[] = {
    { "one element", "<a/>", XML_FAULT_NONE, "(a)" },
    { "text and attributes", "<a b='1' c=\"2\">x<d/>y</a>", XML_FAULT_NONE, "(a b=1 c=2|x(d)|y)" },
    { "a default namespace is not the attributes'", "<ep xmlns='" NS "' testing='1'><out/></ep>", XML_FAULT_NONE, "({" NS "}ep testing=1({" NS "}out))" },
    { "prefixes", "<p:ep xmlns:p='" NS "' p:x='1'><out/><p:out/></p:ep>", XML_FAULT_NONE, "({" NS "}ep {" NS "}x=1(out)({" NS "}out))" },
    { "a namespace undeclared", "<a xmlns='n'><b xmlns=''/></a>", XML_FAULT_NONE, "({n}a(b))" },
    { "the five", "<a b='&lt;&quot;'>&lt;&gt;&amp;&apos;&quot;</a>", XML_FAULT_NONE, "(a b=<\"|<>&'\")" },
    { "character references", "<a>&#65;&#x42;&#x20AC;</a>", XML_FAULT_NONE, "(a|AB\xe2\x82\xac)" },
    { "CDATA", "<a>1<![CDATA[<b>&amp;]]>2</a>", XML_FAULT_NONE, "(a|1<b>&amp;2)" },
    { "comments and instructions say nothing", "<?pi x?><!-- c --><a>1<!-- 2 -->3<?pi y?></a><!-- d -->\n", XML_FAULT_NONE, "(a|13)" },
    { "declared as UTF-8", "<?xml version='1.0' encoding='utf-8'?><a>\xc3\xa4</a>", XML_FAULT_NONE, "(a|\xc3\xa4)" },
    { "declared without encoding", "<?xml version='1.0'?>\n<a/>", XML_FAULT_NONE, "(a)" },
    { "a byte order mark", "\xef\xbb\xbf<a/>", XML_FAULT_NONE, "(a)" },
    { "line ends are LF", "<a>1\r\n2\r3</a>", XML_FAULT_NONE, "(a|1\n2\n3)" },
    { "a sink that stops is told nothing more", "<a><b c='" STOP "'>x</b></a>", XML_FAULT_STOPPED, "(a(b c=" STOP },
    { "... of an empty element too", "<a><b c='" STOP "'/></a>", XML_FAULT_STOPPED, "(a(b c=" STOP },

    { "nothing", "", XML_FAULT_CUT, "" },
    { "blanks", "  \n", XML_FAULT_CUT, "" },
    { "text", "v=spf1 -all", XML_FAULT_SYNTAX, "" },
    { "an element not closed", "<a><b></b>", XML_FAULT_CUT, "(a(b)" },
    { "closed crosswise", "<a><b></a></b>", XML_FAULT_SYNTAX, "(a(b" },
    { "two roots", "<a/><b/>", XML_FAULT_SYNTAX, "(a)" },
    { "text behind the root", "<a/>x", XML_FAULT_SYNTAX, "(a)" },
    { "an attribute twice", "<a b='1' b='2'/>", XML_FAULT_SYNTAX, "" },
    { "... by two prefixes", "<a xmlns:p='n' xmlns:q='n' p:b='1' q:b='2'/>", XML_FAULT_SYNTAX, "" },
    { "a prefix nobody declared", "<p:a/>", XML_FAULT_SYNTAX, "" },
    { "< in a value", "<a b='<'/>", XML_FAULT_SYNTAX, "" },
    { "a control", "<a>\x01</a>", XML_FAULT_SYNTAX, "(a" },
    { "a reference to NUL", "<a>&#0;</a>", XML_FAULT_SYNTAX, "(a" },
    { "a reference to a surrogate", "<a>&#xD800;</a>", XML_FAULT_SYNTAX, "(a" },
    { "a namespace that holds expat's mark", "<a xmlns='x&#10;y'/>", XML_FAULT_SYNTAX, "" },
    { "the declaration not first", " <?xml version='1.0'?><a/>", XML_FAULT_SYNTAX, "" },

    { "doctype", "<!DOCTYPE a><a/>", XML_FAULT_DOCTYPE, "" },
    { "doctype, lower case", "<!doctype a><a/>", XML_FAULT_SYNTAX, "" },
    { "doctype elsewhere", "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", XML_FAULT_DOCTYPE, "" },
    { "doctype with a public name", "<!DOCTYPE a PUBLIC '-//x' 'http://192.0.2.1/x'><a/>", XML_FAULT_DOCTYPE, "" },
    { "laughs", "<!DOCTYPE a [<!ENTITY l 'ha'><!ENTITY m '&l;&l;&l;'>]><a>&m;</a>", XML_FAULT_DOCTYPE, "" },
    { "an outside entity", "<!DOCTYPE a [<!ENTITY l SYSTEM 'file:///etc/passwd'>]><a>&l;</a>", XML_FAULT_DOCTYPE, "" },
    { "a parameter entity", "<!DOCTYPE a [<!ENTITY % l SYSTEM 'http://192.0.2.1/'> %l;]><a/>", XML_FAULT_DOCTYPE, "" },
    { "an entity of HTML", "<a>&nbsp;</a>", XML_FAULT_ENTITY, "(a" },
    { "... in a value", "<a b='&nbsp;'/>", XML_FAULT_ENTITY, "" },

    { "Latin-1 by declaration", "<?xml version='1.0' encoding='iso-8859-1'?><a/>", XML_FAULT_ENCODING, "" },
    { "ASCII by declaration", "<?xml version='1.0' encoding='us-ascii'?><a/>", XML_FAULT_ENCODING, "" },
    { "UTF-16 by declaration", "<?xml version='1.0' encoding='UTF-16'?><a/>", XML_FAULT_ENCODING, "" },
    { "an encoding nobody knows", "<?xml version='1.0' encoding='x-unknown'?><a/>", XML_FAULT_ENCODING, "" },
    { "Latin-1", "<a>\xe4</a>", XML_FAULT_SYNTAX, "(a" },
    { "overlong", "<a>\xc0\xbc</a>", XML_FAULT_SYNTAX, "(a" },
    { "a surrogate", "<a>\xed\xa0\x80</a>", XML_FAULT_SYNTAX, "(a" },
    { "beyond U+10FFFF", "<a>\xf4\x90\x80\x80</a>", XML_FAULT_SYNTAX, "(a" },
    { "octets of no UTF-8", "<a>\xfe</a>", XML_FAULT_ENCODING, "(a" },
};

static void reads_and_refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct arena *a = arena_new(1u << 24);
        struct slice document = slice_str(vectors[i].document);
        struct outcome o = parse(a, document, SIZE_MAX, OCTETS, WORK);
        if (o.fault != vectors[i].fault || !slice_same(o.said, slice_str(vectors[i].said)))
            fail_msg("%s: %s, %.*s", vectors[i].name, xml_fault_text(o.fault), (int)o.said.len, (const char *)o.said.at);
        assert_true(o.offset <= document.len);
        arena_free(a);
    }
}

static void octets_of_other_encodings(void **state)
{
    static const struct slice documents[] = {
        SLICE_INIT("\xff\xfe<\0a\0/\0>\0"), SLICE_INIT("\xfe\xff\0<\0a\0/\0>"), SLICE_INIT("<\0a\0/\0>\0"), SLICE_INIT("\0<\0a\0/\0>"),
        SLICE_INIT("\0\0\xfe\xff\0\0\0<"), SLICE_INIT("<a>\0</a>"), SLICE_INIT("<a/>\0"),
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(documents); i++) {
        struct arena *a = arena_new(1u << 20);
        assert_true(parse(a, documents[i], SIZE_MAX, OCTETS, WORK).fault == XML_FAULT_ENCODING);
        arena_free(a);
    }
}

/* ---- cut and sliced ---- */

static const char whole[] =
    "\xef\xbb\xbf<?xml version='1.0' encoding='UTF-8' standalone='yes'?>\r\n<!-- a -->\n"
    "<ep xmlns='" NS "' xmlns:x='urn:x' testing='&#102;alse'><out x:y='&lt;\xc3\xa4'><m><a> 192.0.2.1 </a><![CDATA[ ]]><r>!192.0.2.0/24</r>"
    "<?pi ?></m><x:z>\xf0\x9f\x98\x80 &amp; &#x10FFFF;</x:z></out></ep>";

static void t37_cut_at_every_offset(void **state)
{
    size_t len = sizeof whole - 1;
    (void)state;
    for (size_t cut = 0; cut <= len; cut++) {
        struct arena *a = arena_new(1u << 20);
        uint8_t *exact = mem_alloc(cut);     /* so that a sanitizer sees an octet read behind the end */
        for (size_t i = 0; i < cut; i++)
            exact[i] = (uint8_t)whole[i];
        struct outcome o = parse(a, slice_of(exact, cut), SIZE_MAX, OCTETS, WORK);
        if (cut < len ? o.fault != XML_FAULT_CUT : o.fault != XML_FAULT_NONE)
            fail_msg("cut at %zu: %s", cut, xml_fault_text(o.fault));
        mem_free(exact);
        arena_free(a);
    }
}

static void slices_change_nothing(void **state)
{
    (void)state;
    struct arena *a = arena_new(1u << 26);
    struct text big = text_in(a, 1u << 20);
    text_add_str(&big, "<a>");
    for (unsigned i = 0; i < 400; i++)
        text_addf(&big, "<b c='%u'>\xc3\xa4%u<!-- %u --></b>", i, i * i, i);
    text_add_str(&big, "</a>");
    struct slice documents[] = { slice_of(whole, sizeof whole - 1), text_slice(&big), slice_first(text_slice(&big), 9000) };
    for (size_t i = 0; i < COUNT_OF(documents); i++) {
        struct outcome expected = parse(a, documents[i], SIZE_MAX, OCTETS, WORK);
        for (size_t piece = 1; piece < 2 * XML_BLOCK; piece = piece * 2 + piece % 7) {
            struct outcome o = parse(a, documents[i], piece, OCTETS, WORK);
            assert_true(o.fault == expected.fault && slice_same(o.said, expected.said));
            assert_true(o.offset == expected.offset && o.work == expected.work);
        }
    }
    arena_free(a);
}

/* ---- bounds ---- */

static struct slice nested(struct arena *a, unsigned depth)
{
    struct text t = text_in(a, 1u << 20);
    for (unsigned i = 0; i < depth; i++)
        text_add_str(&t, "<a>");
    for (unsigned i = 0; i < depth; i++)
        text_add_str(&t, "</a>");
    return text_slice(&t);
}

static struct slice attributed(struct arena *a, unsigned attributes, unsigned declarations)
{
    struct text t = text_in(a, 1u << 20);
    text_add_str(&t, "<a");
    for (unsigned i = 0; i < attributes; i++)
        text_addf(&t, " a%u=''", i);
    for (unsigned i = 0; i < declarations; i++)
        text_addf(&t, " xmlns:n%u='n%u'", i, i);
    text_add_str(&t, "/>");
    return text_slice(&t);
}

/* A comment, tag or instruction of `octets`. */
static struct slice long_token(struct arena *a, const char *begin, const char *end, size_t octets)
{
    struct text t = text_in(a, 1u << 20);
    size_t ends = slice_str(begin).len + slice_str(end).len;
    text_add_str(&t, begin);
    for (size_t i = ends; i < octets; i++)
        text_add_octet(&t, 'x');
    text_add_str(&t, end);
    text_add_str(&t, "<a/>");
    return text_slice(&t);
}

static void has_bounds(void **state)
{
    (void)state;
    struct arena *a = arena_new(1u << 26);
    struct { struct slice document; uint64_t octets; enum xml_fault fault; } cases[] = {
        { nested(a, XML_DEPTH_MAX - 1), OCTETS, XML_FAULT_NONE },
        { nested(a, XML_DEPTH_MAX), OCTETS, XML_FAULT_NONE },
        { nested(a, XML_DEPTH_MAX + 1), OCTETS, XML_FAULT_DEPTH },
        { nested(a, 20000), OCTETS, XML_FAULT_DEPTH },
        { attributed(a, XML_ATTRIBUTES_MAX - 1, 0), OCTETS, XML_FAULT_NONE },
        { attributed(a, XML_ATTRIBUTES_MAX, 0), OCTETS, XML_FAULT_NONE },
        { attributed(a, XML_ATTRIBUTES_MAX + 1, 0), OCTETS, XML_FAULT_ATTRIBUTES },
        { attributed(a, 0, XML_ATTRIBUTES_MAX), OCTETS, XML_FAULT_NONE },
        { attributed(a, 0, XML_ATTRIBUTES_MAX + 1), OCTETS, XML_FAULT_ATTRIBUTES },
        { attributed(a, 32, 32), OCTETS, XML_FAULT_NONE },
        { attributed(a, 32, 33), OCTETS, XML_FAULT_ATTRIBUTES },
        { attributed(a, 5000, 0), OCTETS, XML_FAULT_ATTRIBUTES },
        { SLICE("<abcdef/>"), 10, XML_FAULT_NONE },
        { SLICE("<abcdef/>"), 9, XML_FAULT_NONE },
        { SLICE("<abcdef/>"), 8, XML_FAULT_OCTETS },
        { long_token(a, "<!--", "-->", XML_TOKEN_MAX), OCTETS, XML_FAULT_NONE },
        { long_token(a, "<!--", "-->", XML_TOKEN_MAX + 2 * XML_BLOCK), OCTETS, XML_FAULT_TOKEN },
        { long_token(a, "<?pi ", "?>", XML_TOKEN_MAX + 2 * XML_BLOCK), OCTETS, XML_FAULT_TOKEN },
        { long_token(a, "<a b='", "'>", XML_TOKEN_MAX + 2 * XML_BLOCK), OCTETS, XML_FAULT_TOKEN },
        { long_token(a, "<!DOCTYPE x", " ", XML_TOKEN_MAX + 2 * XML_BLOCK), OCTETS, XML_FAULT_TOKEN },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct outcome o = parse(a, cases[i].document, SIZE_MAX, cases[i].octets, WORK);
        if (o.fault != cases[i].fault)
            fail_msg("case %zu: %s", i, xml_fault_text(o.fault));
    }
    arena_free(a);
}

static void work_has_a_ceiling(void **state)
{
    (void)state;
    struct arena *a = arena_new(1u << 20);
    struct outcome all = parse(a, slice_of(whole, sizeof whole - 1), SIZE_MAX, OCTETS, WORK);
    assert_true(all.work > sizeof whole && all.work < 8 * sizeof whole);
    assert_true(parse(a, slice_of(whole, sizeof whole - 1), SIZE_MAX, OCTETS, all.work + 1).fault == XML_FAULT_NONE);
    assert_true(parse(a, slice_of(whole, sizeof whole - 1), SIZE_MAX, OCTETS, all.work).fault == XML_FAULT_NONE);
    assert_true(parse(a, slice_of(whole, sizeof whole - 1), SIZE_MAX, OCTETS, all.work - 1).fault == XML_FAULT_WORK);
    arena_free(a);
}

/* Octet by octet, within one token: the input of the quadratic reader (CVE-2023-52425). */
static void work_is_linear(void **state)
{
    (void)state;
    struct arena *a = arena_new(1u << 24);
    uint64_t before = 0;
    for (size_t octets = 8192; octets <= XML_TOKEN_MAX; octets *= 2) {
        struct outcome o = parse(a, long_token(a, "<a b='", "'/><!-- x -->", octets), 1, OCTETS, WORK);
        assert_true(o.work <= octets * (2 + octets / XML_BLOCK));
        assert_true(before == 0 || o.work < 4 * before + 4 * XML_BLOCK);
        before = o.work;
    }
    arena_free(a);
}

/* ---- without memory ---- */

static void memory_fails_anywhere(void **state)
{
    (void)state;
    for (uint64_t nth = 1; nth < 100; nth++) {
        struct transcript t = { .in_text = false };
        mem_fail_at(nth, false);
        struct xml *x = xml_new(&(struct xml_limits){ OCTETS, WORK, 7 }, &(struct xml_sink){ on_open, on_text, on_close, &t });
        if (x)
            xml_push(x, slice_of(whole, sizeof whole - 1));
        enum xml_fault fault = x ? xml_end(x) : XML_FAULT_MEMORY;
        /* Expat 2.5 does not look at one allocation, that of a declared prefix, and finds it undeclared later: refused too. */
        if (fault != XML_FAULT_NONE && fault != XML_FAULT_MEMORY && fault != XML_FAULT_SYNTAX)
            fail_msg("allocation %u: %s", (unsigned)nth, xml_fault_text(fault));
        xml_free(x);
    }
    mem_fail_at(0, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_refuses),
        cmocka_unit_test(octets_of_other_encodings),
        cmocka_unit_test(t37_cut_at_every_offset),
        cmocka_unit_test(slices_change_nothing),
        cmocka_unit_test(has_bounds),
        cmocka_unit_test(work_has_a_ceiling),
        cmocka_unit_test(work_is_linear),
        cmocka_unit_test(memory_fails_anywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
