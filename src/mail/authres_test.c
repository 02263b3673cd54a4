#include "mail/authres.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/compiler.h"
#include "base/rounds_test.h"

#if defined(HAVE_ADDRESS_SANITIZER)
#define RANDOM_VALUES 100000
#else
#define RANDOM_VALUES 1000000       /* threats.md T30 */
#endif

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

/* ---- reading ---- */

/* id version {method/version=result reason| ptype.name=<value>...}... */
static struct slice shown(struct arena *arena, const struct authres *a)
{
    struct text t = text_in(arena, 1u << 22);

    text_add(&t, a->authserv_id);
    text_addf(&t, " %u", a->version);
    for (size_t i = 0; i < a->count; i++) {
        const struct authres_result *r = &a->results[i];

        text_add_str(&t, " {");
        text_add(&t, r->method);
        text_addf(&t, "/%u=", r->method_version);
        text_add(&t, r->result);
        text_add_octet(&t, ' ');
        text_add(&t, r->reason);
        text_add_octet(&t, '|');
        for (size_t k = 0; k < r->count; k++) {
            text_add_octet(&t, ' ');
            text_add(&t, r->properties[k].ptype);
            text_add_octet(&t, '.');
            text_add(&t, r->properties[k].name);
            text_add_str(&t, "=<");
            text_add(&t, r->properties[k].value);
            text_add_octet(&t, '>');
        }
        text_add_octet(&t, '}');
    }
    return text_slice(&t);
}

static const struct vector {
    const char *about;
    struct slice value;
    enum authres_problem problem;
    struct slice shown;
} vectors[] = {
#define V(about, value, problem, shown) { about, SLICE_INIT(value), problem, SLICE_INIT(shown) }
#define GOOD(about, value, shown) V(about, value, AUTHRES_GOOD, shown)
    GOOD("none (8601 appendix B.2)", " example.org 1; none", "example.org 1"),
    GOOD("none without version", " example.org; none", "example.org 1"),
    GOOD("none and comments", "(a)example.org(b);(c)NONE(d)", "example.org 1"),
    GOOD("spf (B.3)", " example.com;\r\n          spf=pass smtp.mailfrom=example.net", "example.com 1 {spf/1=pass | smtp.mailfrom=<example.net>}"),
    GOOD("several (B.4)", " example.com;\r\n auth=pass (cram-md5) smtp.auth=sender@example.net;\r\n spf=pass smtp.mailfrom=example.net",
         "example.com 1 {auth/1=pass | smtp.auth=<sender@example.net>} {spf/1=pass | smtp.mailfrom=<example.net>}"),
    GOOD("reason (B.7)", " example.com;\r\n dkim=pass reason=\"good signature\"\r\n  header.i=@mail-router.example.net",
         "example.com 1 {dkim/1=pass good signature| header.i=<@mail-router.example.net>}"),
    GOOD("comment heavy (B.7)", " foo.example.net (foobar) 1 (baz);\r\n    dkim (Because I like it) / 1 (One yay) = (wait for it) fail\r\n"
         "     policy (A dot can go here) . (like that) expired\r\n    (this surprised me) = (as I wasn't expecting it) 1362471462",
         "foo.example.net 1 {dkim/1=fail | policy.expired=<1362471462>}"),
    GOOD("no blanks", "a;b=c d.e=f;g=h", "a 1 {b/1=c | d.e=<f>} {g/1=h |}"),
    GOOD("quoted id", "\"ex\\ample.org\" 1;none", "example.org 1"),
    GOOD("case", "Example.ORG; SPF=Pass SMTP.MailFrom=A@Example.Net", "Example.ORG 1 {spf/1=pass | smtp.mailfrom=<A@Example.Net>}"),
    GOOD("method version", "a; dkim/2=pass; x / 10 = y", "a 1 {dkim/2=pass |} {x/10=y |}"),
    GOOD("semicolon in a comment", "a; spf=pass (a;b=c) smtp.helo=x", "a 1 {spf/1=pass | smtp.helo=<x>}"),
    GOOD("nested comments with quotes and escapes", "a; spf=pass (\"x(y\\)z)\" \\( ) smtp.helo=x", "a 1 {spf/1=pass | smtp.helo=<x>}"),
    GOOD("quoted semicolon", "a; spf=pass reason=\"a;b=c\" smtp.helo=\"x;y\"", "a 1 {spf/1=pass a;b=c| smtp.helo=<x;y>}"),
    GOOD("reason behind a property", "a; spf=pass smtp.helo=x reason=why", "a 1 {spf/1=pass why| smtp.helo=<x>}"),
    GOOD("identities that are no tokens", "a; spf=pass smtp.mailfrom=SRS0=H=T=x=a/b+c@example.com header.b=a/b+c==",
         "a 1 {spf/1=pass | smtp.mailfrom=<SRS0=H=T=x=a/b+c@example.com> header.b=<a/b+c==>}"),
    GOOD("quoted local part", "a; spf=pass smtp.mailfrom=\"a;b\"@example.com x.y=z",
         "a 1 {spf/1=pass | smtp.mailfrom=<\"a;b\"@example.com> x.y=<z>}"),
    GOOD("empty values", "a; spf=pass smtp.mailfrom= ; spf=fail smtp.helo=\"\"", "a 1 {spf/1=pass | smtp.mailfrom=<>} {spf/1=fail | smtp.helo=<>}"),
    GOOD("IPv6 unquoted", "a; iprev=pass policy.iprev=2001:db8::1", "a 1 {iprev/1=pass | policy.iprev=<2001:db8::1>}"),
    GOOD("comment directly behind a value", "a; dmarc=pass(p=none) header.from=example.org(x)", "a 1 {dmarc/1=pass | header.from=<example.org>}"),
    GOOD("fold in quotes", "a; spf=pass reason=\"b\r\n c\"", "a 1 {spf/1=pass b c|}"),
    GOOD("final semicolon", "a; spf=pass;", "a 1 {spf/1=pass |}"),
    GOOD("empty results", "a;; spf=pass ; ;dkim=none", "a 1 {spf/1=pass |} {dkim/1=none |}"),
    GOOD("unknown ptypes stay beside the rest", "a; arc=pass arc.chain=x smtp.remote-ip=192.0.2.1",
         "a 1 {arc/1=pass | arc.chain=<x> smtp.remote-ip=<192.0.2.1>}"),
    GOOD("words without a dot are skipped", "a; dmarc=none action=none header.from=x", "a 1 {dmarc/1=none | header.from=<x>}"),
    GOOD("a method called none", "a; none=pass", "a 1 {none/1=pass |}"),
    GOOD("none-such", "a; nonesuch=pass", "a 1 {nonesuch/1=pass |}"),
    GOOD("U-label id", "b\xc3\xbc" "cher.example; none", "b\xc3\xbc" "cher.example 1"),
    GOOD("parenthesis ends a domain (OpenDMARC 111)", "a; dkim=pass header.d=example.net(.example.com)", "a 1 {dkim/1=pass | header.d=<example.net>}"),
    V("version 2", "example.org 2; spf=pass", AUTHRES_VERSION, "example.org 2"),
    V("version 0", "example.org 0; spf=pass", AUTHRES_VERSION, "example.org 0"),
    V("version too large", "example.org 4294967296; spf=pass", AUTHRES_SYNTAX, "example.org 0"),
    V("version is no number", "example.org one; spf=pass", AUTHRES_SYNTAX, "example.org 1"),
    V("nothing", "", AUTHRES_NO_ID, " 1"),
    V("blanks", " \r\n ", AUTHRES_NO_ID, " 1"),
    V("id alone", "example.org", AUTHRES_SYNTAX, "example.org 1"),
    V("id and semicolon alone", "example.org; ; ", AUTHRES_SYNTAX, "example.org 1"),
    V("no id", "spf=pass smtp.helo=x; dkim=none", AUTHRES_NO_ID, " 1 {spf/1=pass | smtp.helo=<x>} {dkim/1=none |}"),
    V("no id, method version", "spf/1=pass", AUTHRES_NO_ID, " 1 {spf/1=pass |}"),
    V("semicolon first", "; spf=pass", AUTHRES_NO_ID, " 1 {spf/1=pass |}"),
    V("no result", "a; spf", AUTHRES_SYNTAX, "a 1"),
    V("no result word", "a; spf=", AUTHRES_SYNTAX, "a 1"),
    V("no method", "a; =pass", AUTHRES_SYNTAX, "a 1"),
    V("junk behind the result", "a; dkim=pass; spf=pass junk; x=y", AUTHRES_SYNTAX, "a 1 {dkim/1=pass |}"),
    V("no property", "a; spf=pass smtp.=x", AUTHRES_SYNTAX, "a 1"),
    V("no ptype", "a; spf=pass .helo=x", AUTHRES_SYNTAX, "a 1"),
    V("no equals sign", "a; spf=pass smtp.helo x", AUTHRES_SYNTAX, "a 1"),
    V("method version is no number", "a; spf/x=pass", AUTHRES_SYNTAX, "a 1"),
    V("comment not closed", "a; spf=pass (x", AUTHRES_SYNTAX, "a 1"),
    V("open comment swallows the rest (OpenDMARC 111)", "a; dkim=pass header.d=example.net(.example.com", AUTHRES_SYNTAX, "a 1"),
    V("quote not closed", "a; spf=pass reason=\"x", AUTHRES_SYNTAX, "a 1"),
    V("quoted id not closed", "\"a; spf=pass", AUTHRES_NO_ID, " 1"),
    V("bare CR", "a; spf=pass\r", AUTHRES_SYNTAX, "a 1"),
    V("LF fold", "a;\n spf=pass", AUTHRES_SYNTAX, "a 1"),
    V("CRLF without blank", "a; dkim=none;\r\nspf=pass", AUTHRES_SYNTAX, "a 1 {dkim/1=none |}"),
    V("NUL", "a; spf=pass\0", AUTHRES_SYNTAX, "a 1"),
    V("NUL in a value", "a; spf=pass smtp.helo=a\0b", AUTHRES_SYNTAX, "a 1"),
    V("NUL in quotes", "a; spf=pass smtp.helo=\"a\0b\"", AUTHRES_SYNTAX, "a 1"),
    V("NUL in the id", "exa\0mple.org; spf=pass", AUTHRES_SYNTAX, "exa 1"),
};

static void reads(void **state)
{
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct authres a;
        enum authres_problem problem = authres_parse(*state, vectors[i].value, &a);
        struct slice got = shown(*state, &a);

        if (problem != vectors[i].problem || !slice_same(got, vectors[i].shown))
            fail_msg("%s: problem %d: %.*s", vectors[i].about, problem, (int)got.len, (const char *)got.at);
    }
}

static void bounds_reading(void **state)
{
    for (unsigned over = 0; over < 3; over++) {
        unsigned count = AUTHRES_RESULTS_MAX - 1 + over;
        struct text t = text_in(*state, 1u << 22);
        struct authres a;

        text_add_str(&t, "a");
        for (unsigned i = 0; i < count; i++)
            text_add_str(&t, ";spf=pass");
        assert_int_equal(authres_parse(*state, text_slice(&t), &a), over > 1 ? AUTHRES_TOO_MANY : AUTHRES_GOOD);
        assert_int_equal(a.count, over > 1 ? AUTHRES_RESULTS_MAX : count);

        count = AUTHRES_PROPERTIES_MAX - 1 + over;
        text_reset(&t);
        text_add_str(&t, "a;spf=pass");
        for (unsigned i = 0; i < count; i++)
            text_add_str(&t, " x.y=z");
        assert_int_equal(authres_parse(*state, text_slice(&t), &a), over > 1 ? AUTHRES_TOO_MANY : AUTHRES_GOOD);
        assert_int_equal(a.results[0].count, over > 1 ? AUTHRES_PROPERTIES_MAX : count);

        text_reset(&t);
        text_add_str(&t, "a;spf=pass (");
        while (t.len < AUTHRES_OCTETS_MAX - 2 + over)
            text_add_octet(&t, 'x');
        text_add_octet(&t, ')');
        assert_int_equal(authres_parse(*state, text_slice(&t), &a), over > 1 ? AUTHRES_TOO_LONG : AUTHRES_GOOD);
    }
}

static void ten_thousand_results_are_refused(void **state)
{
    struct text t = text_in(*state, 1u << 22);
    struct authres a;

    text_add_str(&t, "a");
    for (unsigned i = 0; i < 10000; i++)
        text_add_str(&t, ";a=b");
    assert_int_equal(authres_parse(*state, text_slice(&t), &a), AUTHRES_TOO_MANY);
    assert_int_equal(a.count, AUTHRES_RESULTS_MAX);
}

static void says_when_memory_is_out(void **state)
{
    (void)state;
    for (size_t cap = 1; cap < 3000; cap += 16) {
        struct arena *arena = arena_new(cap);
        struct authres a;
        enum authres_problem problem = authres_parse(arena, SLICE("\"a\"; b=c d.e=f g.h=i j.k=l m.n=o p.q=\"r\"; s=t; u=v; w=x; y=z"), &a);

        assert_int_equal(problem, arena_failed(arena) ? AUTHRES_NO_MEMORY : AUTHRES_GOOD);
        arena_free(arena);
    }
}

/* ---- writing ---- */

static struct slice printed(struct arena *arena, const struct authres *a, bool fold)
{
    struct text t = text_in(arena, 1u << 22);

    assert_true(authres_print(a, fold, &t));
    return text_slice(&t);
}

static struct slice printed_value(struct arena *arena, struct slice value)
{
    struct authres_property p = { SLICE("smtp"), SLICE("mailfrom"), value };
    struct authres_result r = { .method = SLICE("spf"), .method_version = 1, .result = SLICE("pass"), .properties = &p, .count = 1 };
    struct authres a = { .authserv_id = SLICE("a"), .version = 1, .results = &r, .count = 1 };
    struct slice all = printed(arena, &a, false);

    return slice_from(all, sizeof "a; spf=pass smtp.mailfrom=" - 1);
}

static void writes_values_safely(void **state)
{
    static const struct { struct slice value, written; } cases[] = {
#define W(value, written) { SLICE_INIT(value), SLICE_INIT(written) }
        W("example.org", "example.org"),
        W("a@example.org", "a@example.org"),
        W("a=b/c+d@example.org", "a=b/c+d@example.org"),
        W("@example.org", "@example.org"),
        W("\"a;b\"@example.org", "\"a;b\"@example.org"),
        W("\"a\\\"b\"@example.org", "\"a\\\"b\"@example.org"),
        W("", "\"\""),
        W("a b", "\"a b\""),
        W("a;b=c", "\"a;b=c\""),
        W("a(b)", "\"a(b)\""),
        W("a\"b\\", "\"a\\\"b\\\\\""),
        W("a/b+c==", "\"a/b+c==\""),
        W("2001:db8::1", "\"2001:db8::1\""),
        W("a@b@example.org", "\"a@b@example.org\""),
        W("a@", "\"a@\""),
        W("a@exa_mple.org", "a@exa_mple.org"),
        W("a@example.org;spf=pass", "\"a@example.org;spf=pass\""),
        W("a..b@example.org", "\"a..b@example.org\""),
        W("\"a\"b\"@example.org", "\"\\\"a\\\"b\\\"@example.org\""),
        W("\"a@example.org", "\"\\\"a@example.org\""),
        W("a\r\n b", "\"a\\\\x0d\\\\x0a b\""),
        W("a\0b", "\"a\\\\x00b\""),
        W("a\tb\x7f", "\"a\\\\x09b\\\\x7f\""),
        W("\"a\tb\"@example.org", "\"\\\"a\\\\x09b\\\"@example.org\""),
        W("\xc3\xb6@example.org", "\"\xc3\xb6@example.org\""),
        W("\xf6\xff", "\"\\\\xf6\\\\xff\""),
        W("a\xe2\x80\xae" "b", "\"a\\\\xe2\\\\x80\\\\xae" "b\""),
        W("\xc2\x85", "\"\\\\xc2\\\\x85\""),
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct slice got = printed_value(*state, cases[i].value);

        if (!slice_same(got, cases[i].written))
            fail_msg("%zu: %.*s", i, (int)got.len, (const char *)got.at);
    }
}

static void folds_between_results(void **state)
{
    struct authres_property p[] = {
        { SLICE("header"), SLICE("d"), SLICE("a-rather-long-name-of-a-domain.example.org") },
        { SLICE("header"), SLICE("s"), SLICE("selector-of-the-year-2026") },
        { SLICE("header"), SLICE("b"), SLICE("AbCdEfGh") },
    };
    struct authres_result r[] = {
        { .method = SLICE("spf"), .method_version = 1, .result = SLICE("pass") },
        { .method = SLICE("dkim"), .method_version = 2, .result = SLICE("fail"), .reason = SLICE("body hash differs"), .properties = p, .count = 3 },
    };
    struct authres a = { .authserv_id = SLICE("mx.example.org"), .version = 1, .results = r, .count = 2 };

    assert_true(slice_same(printed(*state, &a, true), SLICE("mx.example.org;\r\n\tspf=pass;\r\n\tdkim/2=fail reason=\"body hash differs\"\r\n"
        "\theader.d=a-rather-long-name-of-a-domain.example.org\r\n\theader.s=selector-of-the-year-2026 header.b=AbCdEfGh")));
    assert_true(slice_same(printed(*state, &a, false), SLICE("mx.example.org; spf=pass; dkim/2=fail reason=\"body hash differs\""
        " header.d=a-rather-long-name-of-a-domain.example.org header.s=selector-of-the-year-2026 header.b=AbCdEfGh")));
    a.count = 0;
    assert_true(slice_same(printed(*state, &a, true), SLICE("mx.example.org; none")));
    a.authserv_id = SLICE("mx example");
    a.version = 2;
    assert_true(slice_same(printed(*state, &a, true), SLICE("\"mx example\" 2; none")));
}

static void refuses_what_is_no_keyword(void **state)
{
    static const struct slice bad[] = { SLICE_INIT(""), SLICE_INIT("a b"), SLICE_INIT("a;b"), SLICE_INIT("a=b"), SLICE_INIT("a\r\n"), SLICE_INIT("\xc3\xb6"), SLICE_INIT("a.b") };

    for (size_t i = 0; i < COUNT_OF(bad); i++)
        for (unsigned place = 0; place < 4; place++) {
            struct authres_property p = { SLICE("smtp"), SLICE("helo"), SLICE("x") };
            struct authres_result r = { .method = SLICE("spf"), .method_version = 1, .result = SLICE("pass"), .properties = &p, .count = 1 };
            struct authres a = { .authserv_id = SLICE("a"), .version = 1, .results = &r, .count = 1 };
            struct slice *const places[] = { &r.method, &r.result, &p.ptype, &p.name };
            struct text t = text_in(*state, 1000);

            *places[place] = bad[i];
            assert_false(authres_print(&a, false, &t));
        }
    struct text t = text_in(*state, 1000), small = text_in(*state, 10);
    assert_false(authres_print(&(struct authres){ .version = 1 }, false, &t));
    assert_false(authres_print(&(struct authres){ .authserv_id = SLICE("example.org"), .version = 1 }, false, &small));
}

static void leaves_out_what_no_line_can_hold(void **state)
{
    uint8_t long_value[AUTHRES_PIECE_MAX + 1];

    memset(long_value, 'a', sizeof long_value);
    for (size_t written = AUTHRES_PIECE_MAX - 1; written <= AUTHRES_PIECE_MAX + 1; written++) {
        struct authres_property p = { SLICE("x"), SLICE("y"), slice_of(long_value, written - 4) };
        struct authres_result r = { .method = SLICE("spf"), .method_version = 1, .result = SLICE("pass"), .properties = &p, .count = 1 };
        struct authres a = { .authserv_id = SLICE("a"), .version = 1, .results = &r, .count = 1 }, again;

        assert_int_equal(authres_parse(*state, printed(*state, &a, true), &again), AUTHRES_GOOD);
        assert_int_equal(again.results[0].count, written <= AUTHRES_PIECE_MAX);
        r.reason = slice_of(long_value, sizeof long_value);
        assert_int_equal(authres_parse(*state, printed(*state, &a, true), &again), AUTHRES_GOOD);
        assert_int_equal(again.results[0].reason.len, 0);
    }
}

/* ---- T30: what is written reads back as the same records, whatever the values hold ---- */

static struct slice random_keyword(struct arena *arena, unsigned *seed)
{
    struct text t = text_in(arena, 20);

    for (unsigned n = 1 + (unsigned)rand_r(seed) % 8; n > 0; n--)
        text_add_octet(&t, (uint8_t)"abcdefghijklmnopqrstuvwxyz0123456789-_"[(size_t)rand_r(seed) % 38]);
    return text_slice(&t);
}

static struct slice random_value(struct arena *arena, unsigned *seed)
{
    static const char *const alphabets[] = {
        "abcdefghij.-", ";\"()\\@.=/ <>,:[]?ab", "\r\n\t ;a\"\\(", "\xc3\xb6\xe2\x80\xae\xff\x7f\x01\"a@;", "a@.=/+\"",
    };
    struct text t = text_in(arena, 200);
    unsigned kind = (unsigned)rand_r(seed) % 8;

    if (kind == 7)
        text_add_octet(&t, '"');
    for (unsigned n = (unsigned)rand_r(seed) % 24; n > 0; n--) {
        const char *alphabet = alphabets[kind % COUNT_OF(alphabets)];

        text_add_octet(&t, kind == 5 ? (uint8_t)rand_r(seed) : (uint8_t)alphabet[(size_t)rand_r(seed) % strlen(alphabet)]);
    }
    if (kind == 7)
        text_add_octet(&t, '"');
    if (kind >= 6)
        text_add_str(&t, "@example.org");
    return text_slice(&t);
}

static bool all_printable(struct slice value)
{
    for (size_t i = 0; i < value.len; i++)
        if (!is_printable(value.at[i]))
            return false;
    return true;
}

static unsigned random_field(struct arena *arena, unsigned *seed, struct authres *out)
{
    size_t count = (size_t)rand_r(seed) % 4;
    struct authres_result *results = ARENA_ARRAY(arena, 4, struct authres_result);
    unsigned values = 1;

    for (size_t i = 0; i < count; i++) {
        struct authres_property *properties = ARENA_ARRAY(arena, 4, struct authres_property);

        results[i] = (struct authres_result){ .method = random_keyword(arena, seed), .method_version = 1 + (unsigned)rand_r(seed) % 2,
            .result = random_keyword(arena, seed), .properties = properties, .count = (size_t)rand_r(seed) % 4 };
        if (rand_r(seed) % 2 == 0)
            results[i].reason = random_value(arena, seed);
        for (size_t k = 0; k < results[i].count; k++)
            properties[k] = (struct authres_property){ random_keyword(arena, seed), random_keyword(arena, seed), random_value(arena, seed) };
        values += 1 + (unsigned)results[i].count;
    }
    *out = (struct authres){ .authserv_id = random_value(arena, seed), .version = 1, .results = results, .count = count };
    if (out->authserv_id.len == 0)
        out->authserv_id = SLICE("example.org");
    return values;
}

static void check_value(struct slice in, struct slice out)
{
    if (all_printable(in))
        assert_true(slice_same(in, out));
    else
        assert_true(out.len >= in.len);
    for (size_t i = 0; i < out.len; i++)
        assert_true(out.at[i] >= ' ' && out.at[i] != 0x7f);
}

static void check_same(const struct authres *in, const struct authres *out)
{
    assert_int_equal(in->count, out->count);
    check_value(in->authserv_id, out->authserv_id);
    for (size_t i = 0; i < in->count; i++) {
        const struct authres_result *a = &in->results[i], *b = &out->results[i];

        assert_true(slice_same(a->method, b->method) && slice_same(a->result, b->result));
        assert_true(a->method_version == b->method_version && a->count == b->count);
        check_value(a->reason, b->reason);
        for (size_t k = 0; k < a->count; k++) {
            assert_true(slice_same(a->properties[k].ptype, b->properties[k].ptype));
            assert_true(slice_same(a->properties[k].name, b->properties[k].name));
            check_value(a->properties[k].value, b->properties[k].value);
        }
    }
}

/* Line ends only as CRLF TAB of our own, no other control; no line over 998 octets. */
static void check_octets(struct slice text)
{
    size_t column = sizeof "Authentication-Results:" - 1;

    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] == '\r') {
            assert_true(i + 3 < text.len && text.at[i + 1] == '\n' && text.at[i + 2] == '\t' && text.at[i + 3] > ' ');
            i += 2;
            column = 0;
        }
        assert_true(text.at[i] >= ' ' || text.at[i] == '\t');
        assert_true(++column <= 998);
    }
}

static void what_is_written_reads_back(void **state)
{
    unsigned seed = 8601;

    for (unsigned values = 0; values < test_rounds(RANDOM_VALUES);) {
        struct authres in, once, twice;

        values += random_field(*state, &seed, &in);
        struct slice text = printed(*state, &in, values % 2 == 0);
        check_octets(text);
        if (authres_parse(*state, text, &once) != AUTHRES_GOOD)
            fail_msg("not read: %.*s", (int)text.len, (const char *)text.at);
        check_same(&in, &once);
        text = printed(*state, &once, true);
        assert_int_equal(authres_parse(*state, text, &twice), AUTHRES_GOOD);
        assert_true(slice_same(shown(*state, &once), shown(*state, &twice)));
        arena_reset(*state);
    }
}

/* What was read, however it was written, is written so that it reads the same: over mutated vectors. */
static void what_is_read_writes_back(void **state)
{
    unsigned seed = 3;

    for (unsigned round = 0; round < test_rounds(200 * COUNT_OF(vectors)); round++) {
        struct slice from = vectors[round % COUNT_OF(vectors)].value;
        uint8_t text[512];
        struct authres first, second;

        memcpy(text, from.at, from.len);
        for (unsigned n = (unsigned)rand_r(&seed) % 4; n > 0 && from.len > 0; n--)
            text[(size_t)rand_r(&seed) % from.len] = (uint8_t)";=.\"()\\ \r\n\t@/a1"[(size_t)rand_r(&seed) % 16];
        if (authres_parse(*state, slice_of(text, from.len), &first) == AUTHRES_GOOD) {
            struct slice again = printed(*state, &first, true);

            if (authres_parse(*state, again, &second) != AUTHRES_GOOD)
                fail_msg("%.*s -> %.*s", (int)from.len, (const char *)text, (int)again.len, (const char *)again.at);
            check_same(&first, &second);
        }
        arena_reset(*state);
    }
}

/* ---- T31: forged fields ---- */

static const struct { const char *about; struct slice value; bool forged; } forged_vectors[] = {
#define F(about, value, forged) { about, SLICE_INIT(value), forged }
    F("plain", " mx.example.org; dmarc=pass", true),
    F("case", " MX.Example.ORG; dmarc=pass", true),
    F("no blank", "mx.example.org;x-foo=pass", true),
    F("trailing dot", " mx.example.org.; dmarc=pass", true),
    F("version", " mx.example.org 1; dmarc=pass", true),
    F("another version", " mx.example.org 2; dmarc=pass", true),
    F("comment before", " (hi) mx.example.org; dmarc=pass", true),
    F("nested comments around", "(a(b)\\))mx.example.org(c); dmarc=pass", true),
    F("quoted", " \"mx.example.org\"; dmarc=pass", true),
    F("quoted pairs", " \"\\mx.exam\\ple.org\"; dmarc=pass", true),
    F("quoted trailing dot", " \"mx.example.org.\" 1; dmarc=pass", true),
    F("folded before the id", "\r\n mx.example.org; dmarc=pass", true),
    F("folded twice, with a comment", "\r\n \r\n\t(x)\r\n mx.example.org\r\n ;dmarc=pass", true),
    F("fold in the quotes", " \"\r\n mx.example.org \"; dmarc=pass", true),
    F("none", " mx.example.org; none", true),
    F("id alone", " mx.example.org", true),
    F("id and junk", " mx.example.org junk; dmarc=pass", true),
    F("id and a slash", " mx.example.org/x; dmarc=pass", true),
    F("id and an equals sign", " mx.example.org=pass", true),
    F("id, then a broken rest", " mx.example.org; dmarc=pass (", true),
    F("NUL behind the id", " mx.example.org\0; dmarc=pass", true),
    F("NUL inside the id", " mx.exa\0mple.org; dmarc=pass", true),
    F("NUL before the id", " \0mx.example.org; dmarc=pass", true),
    F("bare CR before the id", " \rmx.example.org; dmarc=pass", true),
    F("bare LF before the id", "\n mx.example.org; dmarc=pass", true),
    F("comment not closed", " (mx.example.org; dmarc=pass", true),
    F("quote not closed", " \"mx.example.org; dmarc=pass", true),
    F("encoded word", " =?utf-8?q?mx.example.org?=; dmarc=pass", true),
    F("second id, A-label", " xn--bcher-kva.example; dmarc=pass", true),
    F("second id, U-label", " b\xc3\xbc" "cher.example; dmarc=pass", true),
    F("second id, U-label, capitals and dot", " B\xc3\x9c" "CHER.example.; dmarc=pass", true),
    F("second id, ideographic stop", " b\xc3\xbc" "cher\xe3\x80\x82" "example; dmarc=pass", true),
    F("third id, no domain", " \"Our Gate/1\"; dmarc=pass", true),
    F("third id in another case", " \"our gate/1\"; dmarc=pass", true),
    F("no id, ours in the text", " spf=pass (mx.example.org: 192.0.2.1 permitted) smtp.helo=x", true),
    F("foreign, broken, ours in the text", " mx.example.net; dmarc=pass by MX.example.org (", true),
    F("a no-break space behind the id", " mx.example.org\xc2\xa0; dmarc=pass", true),
    F("a line separator before the id", " \xe2\x80\xa8mx.example.org; dmarc=pass", true),
    F("an ideographic space, no domain", " \"our gate/1\xe3\x80\x80\"; dmarc=pass", true),
    F("a semicolon in the quotes", " \"mx.example.org;\"; dmarc=pass", true),
    F("nothing", "", true),
    F("blanks", " \r\n ", true),
    F("version 2 of somebody", " mx.example.net 2; dmarc=pass", true),
    F("foreign", " mx.example.net; dmarc=pass", false),
    F("foreign, ours in a comment", " mx.example.net (mx.example.org); dmarc=pass", false),
    F("foreign, ours in a value", " mx.example.net; dmarc=pass header.from=mx.example.org", false),
    F("below ours", " a.mx.example.org; dmarc=pass", false),
    F("above ours", " example.org; dmarc=pass", false),
    F("a suffix of octets", " notmx.example.org; dmarc=pass", false),
    F("foreign, broken", " mx.example.net; dmarc=pass (", false),
    F("no id, foreign", " spf=pass (mx.example.net: ok) smtp.helo=x", false),
    F("look-alike", " mx.ex\xd0\xb0mple.org; dmarc=pass", false),
};

static const struct slice our_ids[] = { SLICE_INIT("mx.example.org"), SLICE_INIT("xn--bcher-kva.example"), SLICE_INIT("Our Gate/1") };

static void finds_forged_fields(void **state)
{
    for (size_t i = 0; i < COUNT_OF(forged_vectors); i++) {
        struct slice value = forged_vectors[i].value;

        if (authres_is_forged(*state, value, our_ids, COUNT_OF(our_ids), false) != forged_vectors[i].forged)
            fail_msg("%s", forged_vectors[i].about);
        assert_true(authres_is_forged(*state, value, our_ids, COUNT_OF(our_ids), true));
    }
    /* U-label in the configuration */
    assert_true(authres_is_forged(*state, SLICE("xn--bcher-kva.example;none"), &SLICE("b\xc3\xbc" "cher.example"), 1, false));
    assert_true(authres_is_forged(*state, SLICE("mx.example.org;none"), &SLICE("MX.example.org."), 1, false));
    assert_false(authres_is_forged(*state, SLICE("mx.example.org;none"), NULL, 0, false));
}

/* [OpenDKIM 434: a forged field over 4 KB survived] */
static void finds_forged_fields_of_any_length(void **state)
{
    static const size_t lengths[] = { 4095, 4096, 4097, AUTHRES_OCTETS_MAX, AUTHRES_OCTETS_MAX + 1, 300000 };

    for (size_t i = 0; i < COUNT_OF(lengths); i++)
        for (unsigned place = 0; place < 2; place++) {
            struct text t = text_in(*state, 1u << 20);

            text_add_octet(&t, '(');
            while (place == 0 && t.len < lengths[i])
                text_add_octet(&t, 'x');
            text_add_str(&t, ") mx.example.org; dmarc=pass (");
            while (t.len < lengths[i])
                text_add_octet(&t, 'x');
            text_add_octet(&t, ')');
            assert_true(authres_is_forged(*state, text_slice(&t), our_ids, COUNT_OF(our_ids), false));
            text_reset(&t);
            text_add_str(&t, "mx.example.net; dmarc=pass (");
            while (t.len < lengths[i])
                text_add_octet(&t, 'x');
            text_add_octet(&t, ')');
            assert_false(authres_is_forged(*state, text_slice(&t), our_ids, COUNT_OF(our_ids), false));
        }
}

/* Any mutation of the id that still reads as ours goes: case, quotes, comments, folds, version and dot at once. */
static void finds_every_disguise(void **state)
{
    static const char *const before[] = { "", " ", "\r\n ", "(x)", " (a(b)) \r\n\t" };
    static const char *const dots[] = { "", "." };
    static const char *const after[] = { "", " ", " 1", " (y) 1 (z)", "\r\n 1" };
    static const char *const rest[] = { ";none", "; dmarc=pass", " ;\r\n dmarc=pass header.from=example.net", "; (" };

    for (size_t b = 0; b < COUNT_OF(before); b++)
        for (size_t d = 0; d < COUNT_OF(dots); d++)
            for (size_t a = 0; a < COUNT_OF(after); a++)
                for (size_t r = 0; r < COUNT_OF(rest); r++)
                    for (unsigned quoted = 0; quoted < 2; quoted++) {
                        struct text t = text_in(*state, 1000);

                        text_add_str(&t, before[b]);
                        text_add_str(&t, quoted ? "\"mX.\\eXample.org" : "Mx.example.ORG");
                        text_add_str(&t, dots[d]);
                        text_add_str(&t, quoted ? "\"" : "");
                        text_add_str(&t, after[a]);
                        text_add_str(&t, rest[r]);
                        assert_true(authres_is_forged(*state, text_slice(&t), our_ids, COUNT_OF(our_ids), false));
                    }
}

/* ---- trusted results ---- */

static size_t trusted(struct arena *arena, const char *const *fields, size_t count, bool with_hosts, struct authres_set *set)
{
    static const struct slice ids[] = { SLICE_INIT("mx.example.org") };
    static const struct slice hosts[] = { SLICE_INIT("mx.example.org"), SLICE_INIT("store.example.org") };
    struct message m;

    message_init(&m, arena);
    for (size_t i = 0; i < count; i++)
        (void)!message_add(&m, slice_str(fields[i]));
    assert_true(authres_trusted(arena, &m, ids, 1, hosts, with_hosts ? COUNT_OF(hosts) : 0, set));
    return set->count;
}

#define OURS "Authentication-Results: mx.example.org; dmarc=pass"
#define FORGED "Authentication-Results: mx.example.org; dmarc=fail"
#define BORDER "Received: from evil.example (evil.example [192.0.2.66])\r\n\tby mx.example.org (Postfix) with ESMTP id 1; Thu, 3 Aug 2006 09:10:49 +0000"
#define INNER "Received: from mx.example.org (mx.example.org [198.51.100.1])\r\n\tby store.example.org (Postfix) with ESMTP id 2; Thu, 3 Aug 2006 09:10:49 +0000"
#define FILTER "Received: from localhost (localhost [127.0.0.1])\r\n\tby mx.example.org (Postfix) with ESMTP id 3; Thu, 3 Aug 2006 09:10:49 +0000"
#define CLAIMED "Received: from mx.example.org (unknown [192.0.2.66])\r\n\tby mx.example.org (Postfix) with ESMTP id 4; Thu, 3 Aug 2006 09:10:49 +0000"
#define LOCAL "Received: by mx.example.org (Postfix, from userid 1000) id 5; Thu, 3 Aug 2006 09:10:49 +0000"

static void believes_only_what_stands_above_the_border(void **state)
{
    static const struct { const char *about; const char *fields[6]; size_t with_hosts, without; } cases[] = {
        { "one host", { OURS, BORDER, FORGED }, 1, 2 },
        { "an inner hop", { INNER, OURS, BORDER, FORGED }, 1, 2 },
        { "a filter on the host", { FILTER, OURS, BORDER, FORGED }, 1, 2 },
        { "forged hops below the border", { OURS, BORDER, FORGED, INNER, FORGED }, 1, 3 },
        { "HELO proves nothing", { OURS, CLAIMED, FORGED }, 1, 2 },
        { "local submission is the border", { OURS, LOCAL, FORGED }, 1, 2 },
        { "by a stranger", { "Received: from mx.example.org (mx.example.org [198.51.100.1]) by other.example; x", FORGED }, 0, 1 },
        { "unreadable", { "Received: ()", FORGED }, 0, 1 },
        { "foreign, wrong version, no id, broken", { "Authentication-Results: mx.example.net; dmarc=pass", "Authentication-Results: mx.example.org 2; dmarc=pass",
            "Authentication-Results: dmarc=pass", "Authentication-Results: mx.example.org; dmarc=pass (" }, 0, 0 },
        { "two of ours, blank before the colon, none", { OURS, "authentication-results : MX.Example.org. 1; none", BORDER }, 2, 2 },
        { "nothing", { "Subject: x" }, 0, 0 },
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct authres_set set;
        size_t count = 0;

        while (count < COUNT_OF(cases[i].fields) && cases[i].fields[count] != NULL)
            count++;
        if (trusted(*state, cases[i].fields, count, true, &set) != cases[i].with_hosts)
            fail_msg("%s: %zu", cases[i].about, set.count);
        for (size_t k = 0; k < set.count && set.fields[k].count > 0; k++)
            assert_true(slice_same(set.fields[k].results[0].result, SLICE("pass")));
        if (trusted(*state, cases[i].fields, count, false, &set) != cases[i].without)
            fail_msg("%s, ids only: %zu", cases[i].about, set.count);
    }
}

static void bounds_trusted_results(void **state)
{
    struct message m;
    struct authres_set set;
    size_t results = 0;

    message_init(&m, *state);
    for (unsigned i = 0; i < AUTHRES_RESULTS_MAX; i++)
        assert_non_null(message_add(&m, SLICE("Authentication-Results: mx.example.org; a=b; c=d; e=f")));
    assert_true(authres_trusted(*state, &m, our_ids, COUNT_OF(our_ids), NULL, 0, &set));
    for (size_t i = 0; i < set.count; i++)
        results += set.fields[i].count;
    assert_int_equal(results, AUTHRES_RESULTS_MAX);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(reads, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(bounds_reading, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(ten_thousand_results_are_refused, make_arena, free_arena),
        cmocka_unit_test(says_when_memory_is_out),
        cmocka_unit_test_setup_teardown(writes_values_safely, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(folds_between_results, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_keyword, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(leaves_out_what_no_line_can_hold, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(what_is_written_reads_back, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(what_is_read_writes_back, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(finds_forged_fields, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(finds_forged_fields_of_any_length, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(finds_every_disguise, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(believes_only_what_stands_above_the_border, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(bounds_trusted_results, make_arena, free_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
