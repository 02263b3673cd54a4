#include "mail/address.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mail/lexer.h"
#include "mail/message.h"

static int make_arena(void **state)
{
    *state = arena_new(64u << 20);
    return *state == NULL;
}

static int free_arena(void **state)
{
    arena_free(*state);
    return 0;
}

/* ---- lists ---- */

/* Shown as {display|local|domain|normal} for each address, "g" before those in a group. */
static struct slice shown(struct arena *arena, const struct address_list *list)
{
    struct text t = text_in(arena, 1u << 20);

    for (size_t i = 0; i < list->count; i++) {
        const struct address *a = &list->at[i];
        const struct slice parts[] = { a->display, a->local, a->domain, a->normal_domain };

        text_add_str(&t, a->in_group ? "g{" : "{");
        for (size_t k = 0; k < COUNT_OF(parts); k++) {
            if (k > 0)
                text_add_octet(&t, '|');
            text_add(&t, parts[k]);
        }
        text_add_octet(&t, '}');
    }
    return text_slice(&t);
}

static const struct vector {
    const char *about;
    struct slice text;
    bool well_formed, has_group;
    unsigned empty_items;
    struct slice shown;
} vectors[] = {
#define GOOD(about, text, shown) { about, SLICE_INIT(text), true, false, 0, SLICE_INIT(shown) }
#define GROUP(about, text, shown) { about, SLICE_INIT(text), true, true, 0, SLICE_INIT(shown) }
#define GAPS(about, text, empty, shown) { about, SLICE_INIT(text), true, false, empty, SLICE_INIT(shown) }
#define BAD(about, text) { about, SLICE_INIT(text), false, false, 0, SLICE_INIT("") }
    GOOD("addr-spec", "a@example.org", "{|a|example.org|example.org}"),
    GOOD("angle", " <a@example.org> ", "{|a|example.org|example.org}"),
    GOOD("name", "Jo Smith <a@Example.ORG>", "{Jo Smith|a|Example.ORG|example.org}"),
    GOOD("quoted name", "\"Jo \\\"x\\\" <b@c>\" <a@example.org>", "{\"Jo \\\"x\\\" <b@c>\"|a|example.org|example.org}"),
    GOOD("obs-phrase with dots", "Jo Q. Public . x <a@example.org>", "{Jo Q. Public . x|a|example.org|example.org}"),
    GOOD("two addresses", "a@example.org, B <b@example.net>", "{|a|example.org|example.org}{B|b|example.net|example.net}"),
    GOOD("comments everywhere", "(1) Jo (2 (3) \\) ) <(4)a(5)@(6)example(7).(8)org(9)>(10),(11)b(12).(13)c@example.org (14)",
         "{Jo|a|example.org|example.org}{|b.c|example.org|example.org}"),
    GOOD("address in a comment", "a@example.org (b@example.net)", "{|a|example.org|example.org}"),
    GOOD("folds", "Jo\r\n Smith\r\n\t<a@example.org>\r\n ", "{Jo\r\n Smith|a|example.org|example.org}"),
    GOOD("quoted local part", "\"a b\"@example.org", "{|a b|example.org|example.org}"),
    GOOD("at-sign and specials in a quoted local part", "\"a@b>,;:\\\"\\\\\"@example.org", "{|a@b>,;:\"\\|example.org|example.org}"),
    GOOD("fold in a quoted local part", "\"a\r\n b\"@example.org", "{|a b|example.org|example.org}"),
    GOOD("words and dots (obs-local-part)", "a.\"b c\" . d@example.org", "{|a.b c.d|example.org|example.org}"),
    GOOD("empty quoted local part", "\"\"@example.org", "{||example.org|example.org}"),
    GOOD("source route", "<@a.example,@b.example:c@example.org>", "{|c|example.org|example.org}"),
    GOOD("source route with gaps and comments", "x <(r),,@a.example(r),,@[192.0.2.1] : c@example.org>", "{x|c|example.org|example.org}"),
    GOOD("address literal", "a@[192.0.2.1]", "{|a|[192.0.2.1]|}"),
    GOOD("address literal with blanks", "a@ [ 192. 0.2.1\r\n ] ", "{|a|[192.0.2.1]|}"),
    GOOD("IPv6 literal", "<a@[IPv6:2001:db8::1]>", "{|a|[IPv6:2001:db8::1]|}"),
    GOOD("encoded words are not decoded (T04)", "=?utf-8?q?b=40example=2Enet=3C?= <a@example.org>",
         "{=?utf-8?q?b=40example=2Enet=3C?=|a|example.org|example.org}"),
    GOOD("encoded word as local part", "=?utf-8?q?a=40example=2Enet?=@example.org", "{|=?utf-8?q?a=40example=2Enet?=|example.org|example.org}"),
    GOOD("encoded line end and encoded whole address", "=?us-ascii?q?=0D=0AFrom=3A?= =?utf-8?b?PGFAZXhhbXBsZS5uZXQ+?= <a@example.org>",
         "{=?us-ascii?q?=0D=0AFrom=3A?= =?utf-8?b?PGFAZXhhbXBsZS5uZXQ+?=|a|example.org|example.org}"),
    GOOD("UTF-8 (6532)", "J\xc3\xb6 <\xc3\xb6@b\xc3\xbc" "cher.example>", "{J\xc3\xb6|\xc3\xb6|b\xc3\xbc" "cher.example|xn--bcher-kva.example}"),
    GOOD("trailing dot of the domain", "a@example.org.", "{|a|example.org.|example.org}"),
    GOOD("a domain that is none", "a@ex_-ample-.org", "{|a|ex_-ample-.org|}"),
    GOOD("bang path", "a!b%c@example.org", "{|a!b%c|example.org|example.org}"),
    GOOD("controls in quotes (obs-qtext)", "\"a\x01\x7f\"@example.org", "{|a\x01\x7f|example.org|example.org}"),
    GROUP("group", "friends: a@example.org, B <b@example.net>;", "g{|a|example.org|example.org}g{B|b|example.net|example.net}"),
    GROUP("empty group", "undisclosed recipients:;", ""),
    GROUP("group among others", "a@example.org, \"g\": (x) b@example.net (y); (z), c@example.org",
          "{|a|example.org|example.org}g{|b|example.net|example.net}{|c|example.org|example.org}"),
    GAPS("empty items", ",a@example.org,, ,b@example.org,", 3, "{|a|example.org|example.org}{|b|example.org|example.org}"),
    GAPS("empty item of a comment", "(x),a@example.org", 1, "{|a|example.org|example.org}"),
    { "empty items in a group", SLICE_INIT("g:,,a@example.org;"), true, true, 2, SLICE_INIT("g{|a|example.org|example.org}") },
    BAD("nothing", ""),
    BAD("blanks", " \r\n "),
    BAD("comment", "(a@example.org)"),
    BAD("commas", ",,"),
    BAD("no domain", "a"),
    BAD("no domain in angles", "Jo <a>"),
    BAD("null path", "<>"),
    BAD("no local part", "@example.org"),
    BAD("no local part in angles", "<@example.org>"),
    BAD("no domain behind the at-sign", "a@"),
    BAD("two at-signs", "a@b@example.org"),
    BAD("two at-signs in angles", "<a@b@example.org>"),
    BAD("address as display name", "a@example.net <b@example.org>"),
    BAD("address as display name, then comma", "a@example.net b@example.org"),
    BAD("text behind the angle", "<a@example.org> x"),
    BAD("second angle", "<a@example.org> <b@example.net>"),
    BAD("nested angle", "<<a@example.org>>"),
    BAD("angle not closed", "<a@example.org"),
    BAD("angle not opened", "a@example.org>"),
    BAD("quote not closed", "\"a@example.org"),
    BAD("backslash last", "\"a\\"),
    BAD("comment not closed", "a@example.org (x"),
    BAD("comment not opened", "a@example.org x)"),
    BAD("dot first", ".a@example.org"),
    BAD("dot last", "a.@example.org"),
    BAD("two dots", "a..b@example.org"),
    BAD("blank in the local part", "a b@example.org"),
    BAD("blank in the domain", "a@example org"),
    BAD("empty label", "a@example..org"),
    BAD("dot first in the domain", "a@.example.org"),
    BAD("quoted domain", "a@\"example.org\""),
    BAD("quoted string beside an atom", "\"a\"b@example.org"),
    BAD("literal not closed", "a@[192.0.2.1"),
    BAD("literal with a backslash", "a@[\\192.0.2.1]"),
    BAD("text behind the literal", "a@[192.0.2.1]x"),
    BAD("backslash outside quotes", "a\\@b@example.org"),
    BAD("semicolon alone", ";"),
    BAD("semicolon between", "a@example.org; b@example.org"),
    BAD("group not closed", "g: a@example.org"),
    BAD("group closed twice", "g: a@example.org;;"),
    BAD("group in a group", "g: h: a@example.org;;"),
    BAD("group without name", ": a@example.org;"),
    BAD("text behind the group", "g:; x"),
    BAD("dots as display name", ". <a@example.org>"),
    BAD("route without colon", "<@a.example a@example.org>"),
    BAD("route of commas", "<,,:a@example.org>"),
    BAD("route without comma", "<@a.example@b.example:a@example.org>"),
    BAD("route with junk", "<@a.example,b:a@example.org>"),
    BAD("colon in the list", "a@example.org: b@example.org;"),
    BAD("second one malformed: no first item left", "a@example.org, b@"),
    BAD("NUL", "a@example.org\0"),
    BAD("NUL in quotes", "\"a\0b\" <a@example.org>"),
    BAD("quoted NUL", "\"a\\\0b\" <a@example.org>"),
    BAD("bare CR", "Jo\r <a@example.org>"),
    BAD("bare LF", "Jo\n <a@example.org>"),
    BAD("CRLF without blank", "Jo\r\n<a@example.org>"),
    BAD("bare CR in a comment", "a@example.org (\r)"),
    BAD("control", "J\x01o <a@example.org>"),
    BAD("Latin-1", "J\xf6 <a@example.org>"),
    BAD("overlong UTF-8", "J\xc0\xaf <a@example.org>"),
};

static void reads_lists(void **state)
{
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        const struct vector *v = &vectors[i];
        struct address_list list;

        assert_true(address_list_parse(*state, v->text, &list));
        struct slice got = shown(*state, &list);
        if (list.well_formed != v->well_formed || list.has_group != v->has_group || list.empty_items != v->empty_items
            || !slice_same(got, v->shown))
            fail_msg("%s: well-formed %d group %d empty %u %.*s", v->about, list.well_formed, list.has_group, list.empty_items,
                     (int)got.len, (const char *)got.at);
    }
}

static void bounds_addresses(void **state)
{
    for (unsigned count = ADDRESSES_MAX - 1; count <= ADDRESSES_MAX + 1; count++) {
        struct text t = text_in(*state, 1u << 20);
        struct address_list list;

        for (unsigned i = 0; i < count; i++)
            text_addf(&t, "a%u@example.org,", i);
        assert_true(address_list_parse(*state, text_slice(&t), &list));
        assert_int_equal(list.well_formed, count <= ADDRESSES_MAX);
        assert_int_equal(list.count, count <= ADDRESSES_MAX ? count : 0);
    }
}

static void bounds_comments(void **state)
{
    for (unsigned depth = COMMENT_DEPTH_MAX - 1; depth <= COMMENT_DEPTH_MAX + 1; depth++) {
        struct text t = text_in(*state, 1000);
        struct address_list list;

        text_add_str(&t, "a@example.org ");
        for (unsigned i = 0; i < depth; i++)
            text_add_octet(&t, '(');
        for (unsigned i = 0; i < depth; i++)
            text_add_octet(&t, ')');
        assert_true(address_list_parse(*state, text_slice(&t), &list));
        assert_int_equal(list.well_formed, depth <= COMMENT_DEPTH_MAX);
    }
}

/* O(n): what it takes grows as the text does (threats.md T19), counted in octets of memory. */
static void memory_grows_with_the_text(void **state)
{
    size_t used[2];

    for (size_t k = 0; k < 2; k++) {
        size_t len = (size_t)20000 << k;
        char *octets = malloc(len);
        struct address_list list;

        assert_non_null(octets);
        for (size_t i = 0; i < len; i++)
            octets[i] = "a.(x)\"y\""[i % 8];
        arena_reset(*state);
        assert_true(address_list_parse(*state, slice_of(octets, len), &list));
        used[k] = arena_used(*state);
        free(octets);
    }
    assert_true(used[1] <= 2 * used[0] + 1000);
}

static void says_when_memory_is_out(void **state)
{
    struct address_list list;

    (void)state;
    for (size_t cap = 1; cap < 800; cap += 8) {
        struct arena *a = arena_new(cap);
        bool ok = address_list_parse(a, SLICE("a@example.org, b@example.org, c@example.org, d@example.org, e@example.org"), &list);

        assert_int_equal(ok, !arena_failed(a));
        assert_int_equal(list.count, ok ? 5 : 0);
        arena_free(a);
    }
}

/* ---- printing ---- */

static struct slice printed(struct arena *arena, const struct address_list *list)
{
    struct text t = text_in(arena, 1u << 20);

    for (size_t i = 0; i < list->count; i++) {
        if (i > 0)
            text_add_octet(&t, ',');
        text_add_address(&t, &list->at[i]);
    }
    return text_slice(&t);
}

/* print(parse(x)) is a fixed point, and what is printed reads as the same local parts and domains. */
static void check_fixed_point(struct arena *arena, struct slice text)
{
    struct address_list first, second;

    assert_true(address_list_parse(arena, text, &first));
    if (!first.well_formed || first.count == 0)
        return;
    struct slice once = printed(arena, &first);
    assert_true(address_list_parse(arena, once, &second));
    if (!second.well_formed || second.count != first.count)
        fail_msg("not read again: %.*s -> %.*s", (int)text.len, (const char *)text.at, (int)once.len, (const char *)once.at);
    for (size_t i = 0; i < first.count; i++) {
        assert_true(slice_same(first.at[i].local, second.at[i].local));
        assert_true(slice_same(first.at[i].domain, second.at[i].domain));
    }
    assert_true(slice_same(once, printed(arena, &second)));
}

/* Changes up to four octets, drops or doubles some, from the alphabet that matters. */
static size_t mutate(uint8_t *at, size_t len, size_t cap, unsigned *seed)
{
    static const char octets[] = "<>()[]@,;:.\"\\ \t\r\nab=?\xc3\xb6_-\x01";

    for (unsigned n = (unsigned)rand_r(seed) % 4 + 1; n > 0 && len > 0; n--) {
        size_t i = (size_t)rand_r(seed) % len;

        switch (rand_r(seed) % 3) {
        case 0:
            at[i] = (uint8_t)octets[(size_t)rand_r(seed) % (sizeof octets - 1)];
            break;
        case 1:
            memmove(at + i, at + i + 1, len - i - 1);
            len--;
            break;
        case 2:
            if (len == cap)
                break;
            memmove(at + i + 1, at + i, len - i);
            at[i] = (uint8_t)octets[(size_t)rand_r(seed) % (sizeof octets - 1)];
            len++;
            break;
        }
    }
    return len;
}

static void printing_is_a_fixed_point(void **state)
{
    unsigned seed = 7;

    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        check_fixed_point(*state, vectors[i].text);
        for (unsigned round = 0; round < 2000; round++) {
            uint8_t text[256];
            size_t len = vectors[i].text.len;

            memcpy(text, vectors[i].text.at, len);
            len = mutate(text, len, sizeof text, &seed);
            check_fixed_point(*state, slice_of(text, len));
            arena_reset(*state);
        }
    }
}

static void quotes_local_parts(void **state)
{
    static const struct { struct slice local; const char *text; bool dot_atom; } cases[] = {
        { SLICE_INIT("a.b"), "a.b@example.org", true },
        { SLICE_INIT("a+b=c/d"), "a+b=c/d@example.org", true },
        { SLICE_INIT(""), "\"\"@example.org", false },
        { SLICE_INIT("."), "\".\"@example.org", false },
        { SLICE_INIT("a."), "\"a.\"@example.org", false },
        { SLICE_INIT("a..b"), "\"a..b\"@example.org", false },
        { SLICE_INIT("a b"), "\"a b\"@example.org", false },
        { SLICE_INIT("a\"\\"), "\"a\\\"\\\\\"@example.org", false },
        { SLICE_INIT("\xc3\xb6"), "\xc3\xb6@example.org", true },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct address a = { .local = cases[i].local, .domain = SLICE("example.org") };
        struct text t = text_in(*state, 100);

        text_add_address(&t, &a);
        assert_true(slice_same(text_slice(&t), slice_str(cases[i].text)));
        assert_int_equal(local_part_is_dot_atom(cases[i].local, true), cases[i].dot_atom);
    }
    assert_false(local_part_is_dot_atom(SLICE("\xc3\xb6"), false));
    assert_false(local_part_is_dot_atom(SLICE("\xf6"), true));
}

/* ---- paths ---- */

static const struct path_vector {
    const char *about;
    struct slice text;
    bool usable, null;
    struct slice local, domain, normal, route;
} path_vectors[] = {
#define PATH(about, text, local, domain, normal, route) \
    { about, SLICE_INIT(text), true, false, SLICE_INIT(local), SLICE_INIT(domain), SLICE_INIT(normal), SLICE_INIT(route) }
#define NOPATH(about, text) { about, SLICE_INIT(text), false, false, SLICE_INIT(""), SLICE_INIT(""), SLICE_INIT(""), SLICE_INIT("") }
#define NULLPATH(about, text) { about, SLICE_INIT(text), true, true, SLICE_INIT(""), SLICE_INIT(""), SLICE_INIT(""), SLICE_INIT("") }
    PATH("plain", "<a@Example.org>", "a", "Example.org", "example.org", ""),
    PATH("without brackets", "a@example.org", "a", "example.org", "example.org", ""),
    PATH("blanks around", " <a@example.org>\t", "a", "example.org", "example.org", ""),
    PATH("trailing dot", "<a@example.org.>", "a", "example.org.", "example.org", ""),
    PATH("quoted", "<\"a@b\\\"c\"@example.org>", "a@b\"c", "example.org", "example.org", ""),
    PATH("empty quoted", "<\"\"@example.org>", "", "example.org", "example.org", ""),
    PATH("no local part", "@example.org", "", "example.org", "example.org", ""),
    PATH("dots anywhere", "<.a..b.@example.org>", ".a..b.", "example.org", "example.org", ""),
    PATH("blank inside", "Macro Error@example.org", "Macro Error", "example.org", "example.org", ""),
    PATH("SRS", "<SRS0=HHH=TT=example.net=a/b+c@example.org>", "SRS0=HHH=TT=example.net=a/b+c", "example.org", "example.org", ""),
    PATH("route", "<@a.example,@B.Example:c@example.org>", "c", "example.org", "example.org", "a.example"),
    PATH("route of one", "<@a.example:c@example.org>", "c", "example.org", "example.org", "a.example"),
    PATH("route of a literal", "<@[192.0.2.1]:c@example.org>", "c", "example.org", "example.org", ""),
    PATH("address literal", "<a@[192.0.2.1]>", "a", "[192.0.2.1]", "", ""),
    PATH("no name", "<a@A...example.org>", "a", "A...example.org", "", ""),
    PATH("UTF-8", "<\xc3\xb6@b\xc3\xbc" "cher.example>", "\xc3\xb6", "b\xc3\xbc" "cher.example", "xn--bcher-kva.example", ""),
    NULLPATH("empty", ""),
    NULLPATH("null", "<>"),
    NULLPATH("blanks", " <> \t"),
    NOPATH("no domain", "<postmaster>"),
    NOPATH("nothing behind the at-sign", "<a@>"),
    NOPATH("two at-signs", "<a@b@example.org>"),
    NOPATH("bracket not closed", "<a@example.org"),
    NOPATH("bracket not opened", "a@example.org>"),
    NOPATH("open bracket alone", "<"),
    NOPATH("brackets doubled", "<<a@example.org>>"),
    NOPATH("quote not closed", "<\"a@example.org>"),
    NOPATH("quote in the middle", "<a\"b\"@example.org>"),
    NOPATH("parenthesis", "<a@example.net(.example.com>"),
    NOPATH("comment", "<a(x)@example.org>"),
    NOPATH("parameters", "<a@example.org> SIZE=1"),
    NOPATH("blank in the domain", "<a@example .org>"),
    NOPATH("comma", "<a,b@example.org>"),
    NOPATH("semicolon", "<a@example.org;x>"),
    NOPATH("backslash", "<a\\b@example.org>"),
    NOPATH("route without path", "<@a.example:>"),
    NOPATH("route with a gap", "<@a.example,b@example.org>"),
    NOPATH("literal with an at-sign", "<a@[1@2]>"),
    NOPATH("literal not closed", "<a@[192.0.2.1>"),
    NOPATH("NUL", "<a\0@example.org>"),
    NOPATH("CR", "<a@example.org\r>"),
    NOPATH("CRLF in quotes", "<\"a\r\n b\"@example.org>"),
    NOPATH("Latin-1", "<\xf6@example.org>"),
    NOPATH("control", "<a\x01@example.org>"),
};

static void reads_paths(void **state)
{
    for (size_t i = 0; i < COUNT_OF(path_vectors); i++) {
        const struct path_vector *v = &path_vectors[i];
        struct path p;
        bool usable = path_parse(*state, v->text, &p);

        if (usable != v->usable || p.null != v->null || !slice_same(p.local, v->local) || !slice_same(p.domain, v->domain)
            || !slice_same(p.normal_domain, v->normal) || !slice_same(p.route_first, v->route))
            fail_msg("%s: %d %d %.*s@%.*s", v->about, usable, p.null, (int)p.local.len, (const char *)p.local.at, (int)p.domain.len,
                     (const char *)p.domain.at);
        assert_int_equal(p.utf8, !ascii_only(v->local) || !ascii_only(v->domain));
    }
    struct path p;
    assert_true(path_parse(*state, SLICE("<a@example.org>"), &p));
    assert_true(slice_same(p.raw, SLICE("a@example.org")));
}

/* ---- the author (threats.md T01, T02) ---- */

static struct author author(struct arena *arena, const char *const *fields, size_t count)
{
    struct message m;

    message_init(&m, arena);
    for (size_t i = 0; i < count; i++)
        (void)!message_add(&m, slice_str(fields[i]));
    return author_of(arena, &m);
}

static void finds_the_author(void **state)
{
    static const struct { const char *from; enum author_problem problem; const char *first, *second; } cases[] = {
        { "From: a@Example.org", AUTHOR_OK, "example.org", NULL },
        { "FROM : Jo <a@example.org>, b@EXAMPLE.org.", AUTHOR_OK, "example.org", NULL },
        { "from: a@example.org, b@example.net", AUTHOR_OK, "example.org", "example.net" },
        { "From: a@b\xc3\xbc" "cher.example, b@xn--bcher-kva.example", AUTHOR_OK, "xn--bcher-kva.example", NULL },
        { "From: ,a@example.org,", AUTHOR_OK, "example.org", NULL },
        { "From:", AUTHOR_MALFORMED, NULL, NULL },
        { "From: a@example.org, b", AUTHOR_MALFORMED, NULL, NULL },
        { "From: a@example.net <b@example.org>", AUTHOR_MALFORMED, NULL, NULL },
        { "From: a@example.org\r", AUTHOR_MALFORMED, NULL, NULL },
        { "From: g: a@example.org;", AUTHOR_GROUP, NULL, NULL },
        { "From: g:;", AUTHOR_GROUP, NULL, NULL },
        { "From: a@example.org, g:;", AUTHOR_GROUP, NULL, NULL },
        { "From: a@[192.0.2.1]", AUTHOR_BAD_DOMAIN, NULL, NULL },
        { "From: a@example.org, b@ex-.org", AUTHOR_BAD_DOMAIN, NULL, NULL },
        { "From: a@a.example, a@b.example, a@c.example, a@d.example", AUTHOR_OK, "a.example", "b.example" },
        { "From: a@a.example, a@b.example, a@c.example, a@d.example, a@e.example", AUTHOR_TOO_MANY_DOMAINS, NULL, NULL },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct author a = author(*state, &cases[i].from, 1);

        if (a.problem != cases[i].problem || (a.problem == AUTHOR_OK && a.count == 0))
            fail_msg("%s: %d", cases[i].from, a.problem);
        if (cases[i].first != NULL)
            assert_true(slice_same(a.domains[0], slice_str(cases[i].first)));
        if (cases[i].second != NULL)
            assert_true(slice_same(a.domains[1], slice_str(cases[i].second)));
        if (cases[i].first != NULL && cases[i].second == NULL)
            assert_int_equal(a.count, 1);
    }
    assert_int_equal(author(*state, NULL, 0).problem, AUTHOR_NO_FROM);
}

/* T01: all pairs of forms in which somebody may see a From, in both orders. */
static void two_forms_of_from_are_never_one_author(void **state)
{
    static const struct slice forms[] = {
        SLICE_INIT("From: a@example.org"), SLICE_INIT("from: a@example.org"), SLICE_INIT("FROM:a@example.org"),
        SLICE_INIT("From : a@example.org"), SLICE_INIT("From\t: a@example.org"), SLICE_INIT("From\r\n : a@example.org"),
        SLICE_INIT("From\0: a@example.org"), SLICE_INIT("Fr\0om: a@example.org"), SLICE_INIT(" From: a@example.org"),
        SLICE_INIT("\rFrom: a@example.org"), SLICE_INIT("From\r: a@example.org"), SLICE_INIT("From\xc2\xa0: a@example.org"),
        SLICE_INIT("X: y\rFrom: a@example.org"), SLICE_INIT("X: y\nFrom: a@example.org"), SLICE_INIT("X: y\r\nFrom: a@example.org"),
    };

    for (size_t i = 0; i < COUNT_OF(forms); i++)
        for (size_t k = 0; k < COUNT_OF(forms); k++) {
            struct message m;

            message_init(&m, *state);
            (void)!message_add(&m, forms[i]);
            (void)!message_add(&m, SLICE("To: b@example.org"));
            (void)!message_add(&m, forms[k]);
            struct author a = author_of(*state, &m);
            if (a.problem == AUTHOR_OK || a.problem == AUTHOR_NO_FROM || a.count != 0)
                fail_msg("forms %zu and %zu: %d", i, k, a.problem);
        }
}

static void an_overflown_header_has_no_author(void **state)
{
    struct message m;

    message_init(&m, *state);
    assert_non_null(message_add(&m, SLICE("From: a@example.org")));
    for (unsigned i = 0; i < MESSAGE_FIELDS_MAX; i++)
        (void)!message_add(&m, SLICE("A: b"));
    assert_true(m.overflow);
    assert_int_equal(author_of(*state, &m).problem, AUTHOR_MALFORMED);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads_lists, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(bounds_addresses, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(bounds_comments, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(memory_grows_with_the_text, make_arena, free_arena),
        cmocka_unit_test(says_when_memory_is_out),
        cmocka_unit_test_setup_teardown(printing_is_a_fixed_point, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(quotes_local_parts, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(reads_paths, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(finds_the_author, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(two_forms_of_from_are_never_one_author, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(an_overflown_header_has_no_author, make_arena, free_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
