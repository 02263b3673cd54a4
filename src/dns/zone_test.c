#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/rounds_test.h"

#include "dns/zone.h"

static void assert_slice(struct slice got, struct slice want)
{
    assert_int_equal(got.len, want.len);
    if (want.len > 0)
        assert_memory_equal(got.at, want.at, want.len);
}

static struct zone *zone_of(struct slice text)
{
    struct zone *zone = zone_new();
    struct zone_error error;
    assert_non_null(zone);
    if (!zone_read(zone, text, &error))
        fail_msg("line %u: %s", error.line, error.text);
    return zone;
}

static const struct answer *ask(struct zone *zone, const char *name, uint16_t type)
{
    return zone_answer(zone, &(struct question){ .name = slice_str(name), .type = type });
}

static void assert_status(struct zone *zone, const char *name, uint16_t type, enum answer_status status)
{
    const struct answer *a = ask(zone, name, type);
    if (a->status != status)
        fail_msg("%s type %u: %s, not %s", name, (unsigned)type, answer_status_name(a->status), answer_status_name(status));
    answer_drop(a);
}

/* ---- what an entry means ---- */

static const struct { const char *name, *text, *owner; uint16_t type; struct slice rdata; } entries[] = {
    { "A", "x. IN A 1.2.3.4", "x", RTYPE_A, SLICE_INIT("\1\2\3\4") },
    { "no final dot without $ORIGIN", "h.x IN A 1.2.3.4", "h.x", RTYPE_A, SLICE_INIT("\1\2\3\4") },
    { "no class", "x. A 1.2.3.4", "x", RTYPE_A, SLICE_INIT("\1\2\3\4") },
    { "TTL then class", "x. 1h IN A 1.2.3.4", "x", RTYPE_A, SLICE_INIT("\1\2\3\4") },
    { "class then TTL", "x. in 60 a 1.2.3.4", "x", RTYPE_A, SLICE_INIT("\1\2\3\4") },
    { "case of the owner", "X.Y. IN A 1.2.3.4", "x.y", RTYPE_A, SLICE_INIT("\1\2\3\4") },
    { "CRLF", "x. IN A 1.2.3.4\r\ny. IN A 4.3.2.1\r\n", "y", RTYPE_A, SLICE_INIT("\4\3\2\1") },
    { "comment behind", "x. IN A 1.2.3.4;comment", "x", RTYPE_A, SLICE_INIT("\1\2\3\4") },
    { "byte order mark", "\xef\xbb\xbfx. IN A 1.2.3.4", "x", RTYPE_A, SLICE_INIT("\1\2\3\4") },
    { "$ORIGIN", "$ORIGIN e.x.\nh IN A 1.2.3.4", "h.e.x", RTYPE_A, SLICE_INIT("\1\2\3\4") },
    { "@", "$ORIGIN e.x.\n@ IN A 1.2.3.4", "e.x", RTYPE_A, SLICE_INIT("\1\2\3\4") },
    { "relative $ORIGIN", "$ORIGIN x.\n$ORIGIN e\nh IN A 1.2.3.4", "h.e.x", RTYPE_A, SLICE_INIT("\1\2\3\4") },
    { "root", ". IN A 1.2.3.4", ".", RTYPE_A, SLICE_INIT("\1\2\3\4") },
    { "blank owner", "x. IN A 1.2.3.4\n  IN TXT a", "x", RTYPE_TXT, SLICE_INIT("\1a") },
    { "blank owner, TTL first", "x. IN A 1.2.3.4\n\t60 TXT a", "x", RTYPE_TXT, SLICE_INIT("\1a") },
    { "blank owner behind comments", "x. IN A 1.2.3.4\n\n ; c\n IN TXT a", "x", RTYPE_TXT, SLICE_INIT("\1a") },
    { "parentheses", "x. IN TXT ( a ; one\n \"b c\"\n\n) d", "x", RTYPE_TXT, SLICE_INIT("\1a\3b c\1d") },
    { "parentheses before the type", "x. ( IN\nTXT ) a", "x", RTYPE_TXT, SLICE_INIT("\1a") },
    { "parentheses without blanks", "x. IN TXT (a\nb)c", "x", RTYPE_TXT, SLICE_INIT("\1a\1b\1c") },
    { "owner in parentheses' line", "x. IN A 1.2.3.4 (\n)\ny. IN TXT a", "y", RTYPE_TXT, SLICE_INIT("\1a") },
    { "string with a semicolon", "x. IN TXT \"v=DKIM1; p=\"", "x", RTYPE_TXT, SLICE_INIT("\013v=DKIM1; p=") },
    { "unquoted string ends at a semicolon", "x. IN TXT v=DKIM1; p=", "x", RTYPE_TXT, SLICE_INIT("\7v=DKIM1") },
    { "unquoted strings", "x. IN TXT v=spf1 -all", "x", RTYPE_TXT, SLICE_INIT("\6v=spf1\4-all") },
    { "quoted strings side by side", "x. IN TXT \"a\"\"b\"c", "x", RTYPE_TXT, SLICE_INIT("\1a\1b\1c") },
    { "empty string", "x. IN TXT \"\"", "x", RTYPE_TXT, SLICE_INIT("\0") },
    { "\\DDD and \\X", "x. IN TXT \"\\000\\255\\\"\\\\\\a\" \\;\\ b", "x", RTYPE_TXT, SLICE_INIT("\5\0\xff\"\\a\3; b") },
    { "quote inside a word", "x. IN TXT a\"b", "x", RTYPE_TXT, SLICE_INIT("\3a\"b") },
    { "raw 8-bit octets", "x. IN TXT \"\xc3\xa4\xff\"", "x", RTYPE_TXT, SLICE_INIT("\3\xc3\xa4\xff") },
    { "SPF", "x. IN SPF \"v=spf1\"", "x", RTYPE_SPF, SLICE_INIT("\6v=spf1") },
    { "escaped name", "foo\\:bar\\/b\\032z.x. IN A 1.2.3.4", "foo:bar/b z.x", RTYPE_A, SLICE_INIT("\1\2\3\4") },
    { "MX", "x. IN MX 10 Mx.x.", "x", RTYPE_MX, SLICE_INIT("\0\12\2Mx\1x\0") },
    { "MX relative", "$ORIGIN x.\n@ MX 65535 mx", "x", RTYPE_MX, SLICE_INIT("\xff\xff\2mx\1x\0") },
    { "null MX", "x. IN MX 0 .", "x", RTYPE_MX, SLICE_INIT("\0\0\0") },
    { "AAAA", "x. IN AAAA 2001:db8::1", "x", RTYPE_AAAA, SLICE_INIT("\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1") },
    { "AAAA mapped", "x. IN AAAA ::ffff:1.2.3.4", "x", RTYPE_AAAA, SLICE_INIT("\0\0\0\0\0\0\0\0\0\0\xff\xff\1\2\3\4") },
    { "SRV", "x. IN SRV 1 2 3 h.", "x", RTYPE_SRV, SLICE_INIT("\0\1\0\2\0\3\1h\0") },
    { "SOA", "x. IN SOA ns. mail. 1 1h 1m 1w (\n 2h30m )", "x", RTYPE_SOA,
      SLICE_INIT("\2ns\0\4mail\0\0\0\0\1\0\0\x0e\x10\0\0\0\x3c\0\x09\x3a\x80\0\0\x23\x28") },
    { "RP", "x. IN RP A\\.b.x. .", "x", RTYPE_RP, SLICE_INIT("\3A.b\1x\0\0") },      /* RFC 1183 2.2 */
    { "APL", "x. IN APL 1:192.168.32.0/21 !1:192.168.38.0/28", "x", RTYPE_APL,   /* RFC 3123 5 */
      SLICE_INIT("\0\1\x15\3\xc0\xa8\x20\0\1\x1c\x83\xc0\xa8\x26") },
    { "APL of everything", "x. IN APL 1:224.0.0.0/4 2:FF00:0:0:0:0:0:0:0/8 !1:0.0.0.0/0", "x", RTYPE_APL,
      SLICE_INIT("\0\1\4\1\xe0\0\2\10\1\xff\0\1\0\x80") },
    { "APL of nothing", "x. IN APL", "x", RTYPE_APL, SLICE_INIT("") },
    { "TLSA", "x. IN TLSA 3 1 1 ab CDef (\n00 )", "x", RTYPE_TLSA, SLICE_INIT("\3\1\1\xab\xcd\xef\0") },
    { "TYPEn", "x. IN TYPE65280 \\# 3 0102 ff", "x", 65280, SLICE_INIT("\1\2\xff") },
    { "TYPEn of nothing", "x. IN TYPE65280 \\# 0", "x", 65280, SLICE_INIT("") },
    { "TYPEn of a known type", "x. IN TYPE1 \\# 4 01020304", "x", RTYPE_A, SLICE_INIT("\1\2\3\4") },
    { "\\# for a known type", "x. IN A \\# 4 ( 0102\n 0304 )", "x", RTYPE_A, SLICE_INIT("\1\2\3\4") },
};

static void entries_become_rdata(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(entries); i++) {
        struct zone *zone = zone_of(slice_str(entries[i].text));
        const struct answer *a = ask(zone, entries[i].owner, entries[i].type);
        if (a->count != 1 || !slice_same(a->records[0].raw, entries[i].rdata))
            fail_msg("%s: %s", entries[i].name, answer_status_name(a->status));
        assert_int_equal(a->origin, ORIGIN_ZONE);
        answer_drop(a);
        zone_free(zone);
    }
}

static const struct { const char *name; struct slice text; unsigned line; } refused[] = {
    { "no type", SLICE_INIT("x. IN\n"), 1 },
    { "no type, no class", SLICE_INIT("x.\n"), 1 },
    { "unknown type", SLICE_INIT("x. IN FOO bar\n"), 1 },
    { "unknown type of letters and no form", SLICE_INIT("x. IN TYPE65280 bar\n"), 1 },
    { "class twice", SLICE_INIT("x. IN IN A 1.2.3.4\n"), 1 },
    { "class CH", SLICE_INIT("x. CH TXT a\n"), 1 },
    { "blank owner first", SLICE_INIT("\n IN A 1.2.3.4\n"), 2 },
    { "quoted owner", SLICE_INIT("\"x\" IN A 1.2.3.4\n"), 1 },
    { "string over a line end", SLICE_INIT("x. IN TXT \"a\nb\"\n"), 1 },
    { "string cut", SLICE_INIT("x. IN TXT \"a"), 1 },
    { "string cut behind a backslash", SLICE_INIT("x. IN TXT \"a\\"), 1 },
    { "parenthesis not closed", SLICE_INIT("x. IN TXT ( a\n\n"), 3 },
    { "parenthesis not opened", SLICE_INIT("x. IN TXT a )\n"), 1 },
    { "escape over 255", SLICE_INIT("x. IN TXT \"\\256\"\n"), 1 },
    { "escape of two digits", SLICE_INIT("x. IN TXT \"\\25\"\n"), 1 },
    { "escape of nothing", SLICE_INIT("x. IN TXT a\\\n"), 1 },
    { "A of three", SLICE_INIT("a. IN A 1.2.3.4\nx. IN A 1.2.3\n"), 2 },
    { "A of six", SLICE_INIT("x. IN A ::1\n"), 1 },
    { "A twice", SLICE_INIT("x. IN A 1.2.3.4 1.2.3.4\n"), 1 },
    { "A missing", SLICE_INIT("x. IN A\n"), 1 },
    { "AAAA of four", SLICE_INIT("x. IN AAAA 1.2.3.4\n"), 1 },
    { "AAAA with a zone id", SLICE_INIT("x. IN AAAA fe80::1%eth0\n"), 1 },
    { "MX without preference", SLICE_INIT("x. IN MX mx.x.\n"), 1 },
    { "MX over 65535", SLICE_INIT("x. IN MX 65536 mx.x.\n"), 1 },
    { "MX without host", SLICE_INIT("x. IN MX 0\n"), 1 },
    { "empty label", SLICE_INIT("a..b. IN A 1.2.3.4\n"), 1 },
    { "leading dot", SLICE_INIT(".b. IN A 1.2.3.4\n"), 1 },
    { "label of 64", SLICE_INIT("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa. IN A 1.2.3.4\n"), 1 },
    { "TTL over 2^31", SLICE_INIT("x. 2147483648 IN A 1.2.3.4\n"), 1 },
    { "TTL of no unit", SLICE_INIT("x. 1y IN A 1.2.3.4\n"), 1 },
    { "TTL overflowing", SLICE_INIT("x. 4294967295w IN A 1.2.3.4\n"), 1 },
    { "$INCLUDE", SLICE_INIT("$INCLUDE /etc/passwd\n"), 1 },
    { "$TTL of nothing", SLICE_INIT("$TTL\n"), 1 },
    { "$ORIGIN of nothing", SLICE_INIT("$ORIGIN ; x.\n"), 1 },
    { "$TTL of two", SLICE_INIT("$TTL 1 2\n"), 1 },
    { "\\# of another length", SLICE_INIT("x. IN A \\# 4 010203\n"), 1 },
    { "\\# of half an octet", SLICE_INIT("x. IN A \\# 1 1\n"), 1 },
    { "\\# of no hexadecimal", SLICE_INIT("x. IN A \\# 1 0g\n"), 1 },
    { "\\# over 65535", SLICE_INIT("x. IN A \\# 65536 00\n"), 1 },
    { "APL of another family", SLICE_INIT("x. IN APL 3:1.2.3.4/8\n"), 1 },
    { "APL without bits", SLICE_INIT("x. IN APL 1:1.2.3.4\n"), 1 },
    { "APL of 33 bits", SLICE_INIT("x. IN APL 1:1.2.3.4/33\n"), 1 },
    { "APL of the wrong family", SLICE_INIT("x. IN APL 1:::1/8\n"), 1 },
    { "DNAME", SLICE_INIT("x. IN DNAME y.\n"), 1 },
    { "directive for no name", SLICE_INIT("; timeout a..b\n"), 1 },
    { "NUL for a type", SLICE_INIT("x. IN \0 a\n"), 1 },
};

static void bad_text_is_refused_with_its_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        struct zone *zone = zone_new();
        struct zone_error error;
        if (zone_read(zone, refused[i].text, &error))
            fail_msg("%s was read", refused[i].name);
        if (error.line != refused[i].line || error.text[0] == '\0')
            fail_msg("%s: line %u: %s", refused[i].name, error.line, error.text);
        zone_free(zone);
    }
}

static void long_strings_are_cut_at_255_and_joined_by_readers(void **state)
{
    (void)state;
    static const size_t lengths[] = { 254, 255, 256, 510, 511, 4096, 65000, 65279 };
    struct arena *arena = arena_new(1 << 22);
    for (size_t i = 0; i < 2 * COUNT_OF(lengths); i++) {
        size_t n = lengths[i / 2];
        const char *quote = i % 2 ? "\"" : "";
        struct text text = text_in(arena, 1 << 18);
        text_addf(&text, "x. IN TXT %s", quote);
        for (size_t k = 0; k < n; k++)
            text_add_octet(&text, (uint8_t)('a' + k % 26));
        text_addf(&text, "%s\n", quote);
        struct zone *zone = zone_of(text_slice(&text));
        const struct answer *a = ask(zone, "x", RTYPE_TXT);
        assert_int_equal(a->count, 1);
        assert_int_equal(a->records[0].text.len, n);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(a->records[0].text.at[k], 'a' + k % 26);
        answer_drop(a);
        zone_free(zone);
        arena_reset(arena);
    }
    arena_free(arena);
}

static void rdata_over_64_kib_is_refused(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    for (size_t n = 65279; n <= 65281; n++) {           /* 65279 octets in 256 strings are 65535 */
        struct text text = text_in(arena, 1 << 18);
        text_add_str(&text, "x. IN TXT ");
        for (size_t k = 0; k < n; k++)
            text_add_octet(&text, 'a');
        struct zone *zone = zone_new();
        struct zone_error error;
        assert_int_equal(zone_read(zone, text_slice(&text), &error), n == 65279);
        zone_free(zone);
        arena_reset(arena);
    }
    arena_free(arena);
}

/* ---- look-ups ---- */

/* RFC 4592 2.2.1 and 2.2.3: its own zone and its own answers. */
static const struct slice rfc4592 = SLICE_INIT(
    "$ORIGIN example.\n"
    "example.                 3600 IN  SOA   ns.example.com. h.example. 1 2 3 4 600\n"
    "example.                 3600     NS    ns.example.com.\n"
    "example.                 3600     NS    ns.example.net.\n"
    "*.example.               3600     TXT   \"this is a wildcard\"\n"
    "*.example.               3600     MX    10 host1.example.\n"
    "sub.*.example.           3600     TXT   \"this is not a wildcard\"\n"
    "host1.example.           3600     A     192.0.2.1\n"
    "_ssh._tcp.host1.example. 3600     SRV   0 0 22 host1.example.\n"
    "_ssh._tcp.host2.example. 3600     SRV   0 0 22 host2.example.\n");

static const struct { const char *name; uint16_t type; enum answer_status status; } wildcards[] = {
    { "host3.example", RTYPE_MX, ANSWER_DATA },
    { "host3.example", RTYPE_A, ANSWER_NODATA },
    { "foo.bar.example", RTYPE_TXT, ANSWER_DATA },
    { "FOO.Bar.Example.", RTYPE_TXT, ANSWER_DATA },
    { "host1.example", RTYPE_MX, ANSWER_NODATA },              /* the name exists */
    { "sub.*.example", RTYPE_MX, ANSWER_NODATA },              /* the name exists */
    { "_telnet._tcp.host1.example", RTYPE_SRV, ANSWER_NXDOMAIN },   /* the closest encloser has no wildcard */
    { "host2.example", RTYPE_TXT, ANSWER_NODATA },             /* an empty non-terminal exists */
    { "_tcp.host2.example", RTYPE_TXT, ANSWER_NODATA },
    { "other.host2.example", RTYPE_TXT, ANSWER_NXDOMAIN },
    { "ghost.*.example", RTYPE_MX, ANSWER_NXDOMAIN },          /* below the wildcard itself */
    { "*.example", RTYPE_MX, ANSWER_DATA },                    /* asked literally */
    { "example", RTYPE_MX, ANSWER_NODATA },                    /* a wildcard does not match its own encloser */
    { "host.other", RTYPE_TXT, ANSWER_NXDOMAIN },
    { "notexample", RTYPE_TXT, ANSWER_NXDOMAIN },
};

static void wildcards_by_rfc_4592(void **state)
{
    (void)state;
    struct zone *zone = zone_of(rfc4592);
    for (int again = 0; again < 2; again++)
        for (size_t i = 0; i < COUNT_OF(wildcards); i++)
            assert_status(zone, wildcards[i].name, wildcards[i].type, wildcards[i].status);
    const struct answer *a = ask(zone, "a.b.example", RTYPE_TXT);
    assert_slice(a->question.name, SLICE("a.b.example"));
    assert_slice(a->canonical, SLICE("a.b.example"));
    assert_slice(a->records[0].text, SLICE("this is a wildcard"));
    answer_drop(a);
    zone_free(zone);
}

static void aliases_are_followed(void **state)
{
    (void)state;
    struct zone *zone = zone_of(SLICE(
        "$TTL 100\n"
        "a. 50 IN CNAME B.\nb. IN CNAME c.\nc. 70 IN A 1.2.3.4\n"
        "lost. 20 IN CNAME nowhere.example.\n"
        "empty. IN CNAME c.\n"
        "self. IN CNAME self.\nx. IN CNAME y.\ny. IN CNAME x.\n"
        "fails. IN CNAME dead.\n; timeout dead.\n"
        "*.w. IN CNAME c.\n"));
    const struct answer *a = ask(zone, "a", RTYPE_A);
    assert_int_equal(a->count, 1);
    assert_slice(a->question.name, SLICE("a"));
    assert_slice(a->canonical, SLICE("c"));
    assert_int_equal(a->ttl_seconds, 50);
    answer_drop(a);
    a = ask(zone, "a", RTYPE_CNAME);
    assert_slice(a->records[0].host, SLICE("B"));
    assert_slice(a->canonical, SLICE("a"));
    answer_drop(a);
    assert_status(zone, "empty", RTYPE_TXT, ANSWER_NODATA);
    assert_status(zone, "self", RTYPE_A, ANSWER_SERVFAIL);
    assert_status(zone, "x", RTYPE_A, ANSWER_SERVFAIL);
    assert_status(zone, "fails", RTYPE_A, ANSWER_TIMEOUT);
    assert_status(zone, "any.w", RTYPE_A, ANSWER_DATA);
    a = ask(zone, "lost", RTYPE_A);
    assert_int_equal(a->status, ANSWER_NXDOMAIN);
    assert_int_equal(a->ttl_seconds, 20);
    answer_drop(a);
    zone_free(zone);
}

static void a_chain_has_8_aliases_at_most(void **state)       /* threats.md T26 */
{
    (void)state;
    struct arena *arena = arena_new(1 << 16);
    for (unsigned n = CNAME_CHAIN_MAX - 1; n <= CNAME_CHAIN_MAX + 1; n++) {
        struct text text = text_in(arena, 1 << 12);
        for (unsigned i = 0; i < n; i++)
            text_addf(&text, "n%u. IN CNAME n%u.\n", i, i + 1);
        text_addf(&text, "n%u. IN A 1.2.3.4\n", n);
        struct zone *zone = zone_of(text_slice(&text));
        assert_status(zone, "n0", RTYPE_A, n <= CNAME_CHAIN_MAX ? ANSWER_DATA : ANSWER_SERVFAIL);
        zone_free(zone);
    }
    arena_free(arena);
}

static void directives(void **state)
{
    (void)state;
    struct zone *zone = zone_of(SLICE(
        "a. IN A 1.2.3.4\n"
        "; timeout a.\n"
        "; servfail b.x. TXT\n"
        ";timeout b.x. a\n"
        "  ; servfail c.\r\n"
        "; timeout c. MX\n"
        "; timeout is what happens here\n"
        "; servfail names below\n"
        "; TIMEOUT d.\n"
        "x. IN A 1.2.3.4 ; timeout e.\n"
        "; servfail *.w.\n"
        "; nodata n. MX\n; nxdomain gone.w.\n"
        "al. IN CNAME a.\n; servfail al. TXT\n"));
    assert_status(zone, "a", RTYPE_A, ANSWER_DATA);
    assert_status(zone, "a", RTYPE_TXT, ANSWER_TIMEOUT);
    assert_status(zone, "a", 65280, ANSWER_TIMEOUT);
    assert_status(zone, "b.x", RTYPE_TXT, ANSWER_SERVFAIL);
    assert_status(zone, "b.x", RTYPE_A, ANSWER_TIMEOUT);
    assert_status(zone, "b.x", RTYPE_MX, ANSWER_NODATA);
    assert_status(zone, "c", RTYPE_MX, ANSWER_TIMEOUT);
    assert_status(zone, "c", RTYPE_A, ANSWER_SERVFAIL);
    assert_status(zone, "is", RTYPE_A, ANSWER_NXDOMAIN);
    assert_status(zone, "names", RTYPE_A, ANSWER_NXDOMAIN);
    assert_status(zone, "d", RTYPE_A, ANSWER_NXDOMAIN);
    assert_status(zone, "e", RTYPE_A, ANSWER_NXDOMAIN);
    assert_status(zone, "any.w", RTYPE_A, ANSWER_SERVFAIL);
    assert_status(zone, "gone.w", RTYPE_A, ANSWER_NXDOMAIN);
    assert_status(zone, "n", RTYPE_MX, ANSWER_NODATA);
    assert_status(zone, "n", RTYPE_A, ANSWER_NODATA);
    assert_status(zone, "al", RTYPE_TXT, ANSWER_SERVFAIL);
    assert_status(zone, "al", RTYPE_A, ANSWER_DATA);
    assert_true(zone_knows(zone, SLICE("c")));
    zone_free(zone);
}

static void directives_of_one_server(void **state)
{
    (void)state;
    static const struct { const char *name; uint16_t type; const char *server; enum answer_status status; } vectors[] = {
        { "a", RTYPE_TXT, NULL, ANSWER_DATA }, { "a", RTYPE_TXT, "192.0.2.1", ANSWER_SERVFAIL }, { "a", RTYPE_TXT, "192.0.2.2", ANSWER_DATA },
        { "a", RTYPE_A, "192.0.2.1", ANSWER_NODATA }, { "a", RTYPE_TXT, "2001:db8::1", ANSWER_NXDOMAIN }, { "a", RTYPE_A, "2001:db8::1", ANSWER_NXDOMAIN },
        { "b", RTYPE_TXT, NULL, ANSWER_TIMEOUT }, { "b", RTYPE_TXT, "192.0.2.9", ANSWER_TIMEOUT }, { "b", RTYPE_TXT, "192.0.2.1", ANSWER_NODATA },
        { "c", RTYPE_TXT, NULL, ANSWER_NXDOMAIN }, { "d", RTYPE_TXT, "192.0.2.1", ANSWER_NXDOMAIN }, { "e", RTYPE_TXT, "192.0.2.1", ANSWER_NXDOMAIN },
        { "al", RTYPE_TXT, "192.0.2.1", ANSWER_SERVFAIL }, { "al", RTYPE_TXT, "192.0.2.2", ANSWER_DATA },
    };
    struct zone *zone = zone_of(SLICE(
        "a. IN TXT x\nal. IN CNAME a.\n"
        "; servfail a. TXT @192.0.2.1\n; nxdomain a. @2001:db8::1\n"
        "; timeout b. TXT\n; nodata b. TXT @192.0.2.1\n"
        "; timeout c. TXT @192.0.2\n; timeout d. @192.0.2.1 TXT\n; timeout e. TXT @192.0.2.1 please\n"));
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct question q = { .name = slice_str(vectors[i].name), .type = vectors[i].type };
        if (vectors[i].server)
            assert_true(ip_parse(slice_str(vectors[i].server), &q.server));
        for (unsigned round = 0; round < 2; round++) {
            const struct answer *a = zone_answer(zone, &q);
            if (a->status != vectors[i].status || !question_same(&a->question, &q))
                fail_msg("%s at %s: %s", vectors[i].name, vectors[i].server, answer_status_name(a->status));
            answer_drop(a);
        }
    }
    zone_free(zone);
}

static void types_not_read_are_not_none(void **state)         /* threats.md T28 */
{
    (void)state;
    struct zone *zone = zone_of(SLICE(
        "x. IN CAA 0 issue \"ca.example; a=b\"\n"
        "x. IN RRSIG A 8 1 ( 60 20260101000000\n 20250101000000 1 x. aaaa== )\n"
        "x. IN A 1.2.3.4\n"));
    assert_status(zone, "x", 257, ANSWER_SERVFAIL);
    assert_status(zone, "x", 46, ANSWER_SERVFAIL);
    assert_status(zone, "x", RTYPE_A, ANSWER_DATA);
    assert_status(zone, "x", RTYPE_MX, ANSWER_NODATA);
    zone_free(zone);
}

static void sets_keep_order_and_take_the_smallest_ttl(void **state)
{
    (void)state;
    struct zone *zone = zone_of(SLICE("x. 60 IN A 2.2.2.2\nx. IN TXT t\nx. 30 IN A 1.1.1.1\nx. 90 IN A 2.2.2.2\n"));
    const struct answer *a = ask(zone, "x", RTYPE_A);
    assert_int_equal(a->count, 3);
    assert_slice(a->records[1].raw, SLICE("\1\1\1\1"));
    assert_int_equal(a->ttl_seconds, 30);
    answer_drop(a);
    zone_free(zone);
}

static const struct { const char *name, *text, *asked; uint16_t type; uint32_t ttl; } ttls[] = {
    { "default", "x. IN A 1.2.3.4", "x", RTYPE_A, 3600 },
    { "$TTL", "$TTL 5m\nx. IN A 1.2.3.4", "x", RTYPE_A, 300 },
    { "$TTL goes before the last one (RFC 2308 4)", "$TTL 5m\ny. 7 IN A 1.2.3.4\nx. IN A 1.2.3.4", "x", RTYPE_A, 300 },
    { "the last one (RFC 1035 5.1)", "y. 7 IN A 1.2.3.4\nx. IN A 1.2.3.4", "x", RTYPE_A, 7 },
    { "longest", "x. 2147483647 IN A 1.2.3.4", "x", RTYPE_A, 2147483647 },
    { "units", "x. 1w1d1h1m1s IN A 1.2.3.4", "x", RTYPE_A, 694861 },
    { "negative, MINIMUM", "x. 60 IN SOA a. b. 1 2 3 4 30", "n.x", RTYPE_A, 30 },
    { "negative, SOA's own", "x. 60 IN SOA a. b. 1 2 3 4 300", "x", RTYPE_A, 60 },
    { "negative, $TTL 0", "$TTL 0\nx. IN A 1.2.3.4", "n", RTYPE_A, 0 },
    { "negative, nothing said", "x. IN A 1.2.3.4", "n", RTYPE_A, 300 },
};

static void ttls_of_answers(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(ttls); i++) {
        struct zone *zone = zone_of(slice_str(ttls[i].text));
        const struct answer *a = ask(zone, ttls[i].asked, ttls[i].type);
        if (a->ttl_seconds != ttls[i].ttl)
            fail_msg("%s: %u", ttls[i].name, a->ttl_seconds);
        answer_drop(a);
        zone_free(zone);
    }
}

static void names_that_cannot_be_asked(void **state)
{
    (void)state;
    struct zone *zone = zone_of(SLICE("x. IN A 1.2.3.4\na\\.b.x. IN A 1.2.3.4\nx. IN PTR a\\.b.x.\n"));
    assert_status(zone, "", RTYPE_A, ANSWER_BAD_NAME);
    assert_status(zone, "a..x", RTYPE_A, ANSWER_BAD_NAME);
    assert_status(zone, "a.b.x", RTYPE_A, ANSWER_NXDOMAIN);        /* the owner's label holds a dot */
    const struct answer *a = ask(zone, "x", RTYPE_PTR);
    assert_int_equal(a->status, ANSWER_NODATA);
    assert_int_equal(a->dropped, 1);
    answer_drop(a);
    zone_free(zone);
}

static void what_a_zone_knows(void **state)
{
    (void)state;
    struct zone *zone = zone_of(SLICE("h.e.x. IN A 1.2.3.4\n*.w. IN A 1.2.3.4\nout. 9 IN CNAME other.org.\nin. IN CNAME h.e.x.\n"));
    assert_true(zone_knows(zone, SLICE("H.e.x.")));
    assert_true(zone_knows(zone, SLICE("e.x")));
    assert_false(zone_knows(zone, SLICE("a.w")));
    assert_true(zone_covers(zone, SLICE("a.w")));
    assert_false(zone_covers(zone, SLICE("a.e.x")));
    assert_false(zone_covers(zone, SLICE("")));
    struct arena *arena = arena_new(1 << 12);
    struct slice target;
    uint32_t ttl;
    assert_true(zone_leaves(zone, &(struct question){ .name = SLICE("out"), .type = RTYPE_A }, arena, &target, &ttl));
    assert_slice(target, SLICE("other.org"));
    assert_int_equal(ttl, 9);
    assert_false(zone_leaves(zone, &(struct question){ .name = SLICE("out"), .type = RTYPE_CNAME }, arena, &target, &ttl));
    assert_false(zone_leaves(zone, &(struct question){ .name = SLICE("in"), .type = RTYPE_A }, arena, &target, &ttl));
    assert_false(zone_leaves(zone, &(struct question){ .name = SLICE("in"), .type = RTYPE_MX }, arena, &target, &ttl));
    assert_false(zone_leaves(zone, &(struct question){ .name = SLICE("nothing"), .type = RTYPE_MX }, arena, &target, &ttl));
    arena_free(arena);
    zone_free(zone);
}

static void answers_are_made_once(void **state)
{
    (void)state;
    struct zone *zone = zone_of(SLICE("x. IN A 1.2.3.4\n*.w. IN A 1.2.3.4\n"));
    static const char *const names[] = { "x", "X.", "a.w", "nothing" };
    for (size_t i = 0; i < COUNT_OF(names); i++)
        for (uint16_t type = 1; type < 20; type++) {
            const struct answer *a = ask(zone, names[i], type), *b = ask(zone, names[i], type);
            assert_ptr_equal(a, b);
            answer_drop(a);
            answer_drop(b);
        }
    const struct answer *held = ask(zone, "x", RTYPE_TXT);
    struct zone_error error;
    assert_true(zone_read(zone, SLICE("x. IN TXT later"), &error));
    assert_status(zone, "x", RTYPE_TXT, ANSWER_DATA);
    assert_int_equal(held->status, ANSWER_NODATA);
    answer_drop(held);
    zone_free(zone);
}

static void made_answers_are_bounded(void **state)
{
    (void)state;
    struct zone *zone = zone_of(SLICE("x. IN A 1.2.3.4\n"));
    const struct answer *first = ask(zone, "x", RTYPE_A);
    for (unsigned i = 0; i < 70000; i++) {
        char name[16];
        struct text text = text_fixed(name, sizeof name);
        text_addf(&text, "n%u", i);
        answer_drop(zone_answer(zone, &(struct question){ .name = text_slice(&text), .type = RTYPE_A }));
    }
    const struct answer *again = ask(zone, "x", RTYPE_A);
    assert_ptr_not_equal(first, again);                 /* all were dropped once on the way */
    assert_int_equal(again->count, 1);
    answer_drop(first);
    answer_drop(again);
    zone_free(zone);
}

static void big_sets_are_garbled(void **state)                /* threats.md T29 */
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    for (unsigned n = ANSWER_RECORDS_MAX; n <= ANSWER_RECORDS_MAX + 1; n++) {
        struct text text = text_in(arena, 1 << 16);
        for (unsigned i = 0; i < n; i++)
            text_addf(&text, "x. IN A 1.2.3.%u\n", i);
        struct zone *zone = zone_of(text_slice(&text));
        assert_status(zone, "x", RTYPE_A, n <= ANSWER_RECORDS_MAX ? ANSWER_DATA : ANSWER_GARBLED);
        zone_free(zone);
    }
    arena_free(arena);
}

/* ---- answers as text ---- */

static void assert_same_answer(const struct answer *got, const struct answer *want)
{
    assert_int_equal(got->status, want->status == ANSWER_GARBLED ? ANSWER_SERVFAIL : want->status);
    assert_slice(got->question.name, want->question.name);
    assert_int_equal(got->count, want->count);
    for (size_t i = 0; i < want->count; i++)
        assert_slice(got->records[i].raw, want->records[i].raw);
    if (want->status == ANSWER_DATA)
        assert_int_equal(got->ttl_seconds, want->ttl_seconds);
}

static void assert_round_trip(const struct answer *a)
{
    struct arena *arena = arena_new(8 << 20);
    struct text text = text_in(arena, 4 << 20);
    text_add_zone_lines(&text, a);
    assert_false(text.bad);
    struct zone *zone = zone_of(text_slice(&text));
    const struct answer *back = zone_answer(zone, &a->question);
    assert_same_answer(back, a);
    answer_drop(back);
    zone_free(zone);
    arena_free(arena);
}

static void every_entry_and_directive_comes_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(entries); i++) {
        struct zone *zone = zone_of(slice_str(entries[i].text));
        const struct answer *a = ask(zone, entries[i].owner, entries[i].type);
        assert_round_trip(a);
        answer_drop(a);
        zone_free(zone);
    }
    for (enum answer_status s = ANSWER_NODATA; s <= ANSWER_GARBLED; s++) {
        struct answer *a = answer_of_status(SLICE("odd \"name.\\x;@.example"), RTYPE_TXT, s);
        assert_round_trip(a);
        answer_drop(a);
    }
    for (enum answer_status s = ANSWER_DATA; s <= ANSWER_GARBLED; s++) {
        struct slice text = SLICE("\1x");
        struct question q = { .name = SLICE("id.example"), .type = RTYPE_TXT };
        assert_true(ip_parse(SLICE("2001:db8::1"), &q.server));
        struct answer *a = answer_make(&(struct answer_draft){ .question = q, .status = s, .count = s == ANSWER_DATA, .rdata = &text });
        assert_round_trip(a);
        answer_drop(a);
    }
    for (enum answer_status s = ANSWER_OVER_QUOTA; s <= ANSWER_BLOCKED; s++) {
        char buffer[64];
        struct text text = text_fixed(buffer, sizeof buffer);
        struct answer *a = answer_of_status(SLICE("a"), RTYPE_TXT, s);
        text_add_zone_lines(&text, a);
        assert_int_equal(text.len, 0);
        answer_drop(a);
    }
}

static const struct { uint16_t type; struct slice rdata; const char *text; } printed[] = {
    { RTYPE_A, SLICE_INIT("\1\2\3\4"), "1.2.3.4" },
    { RTYPE_MX, SLICE_INIT("\0\12\2Mx\7example\0"), "10 Mx.example." },
    { RTYPE_MX, SLICE_INIT("\0\12\3a.b\0"), "\\# 7 000a03612e6200" },
    { RTYPE_TXT, SLICE_INIT("\4a\"\\;\0\2\xff\n"), "\"a\\034\\092;\" \"\" \"\\255\\010\"" },
    { RTYPE_TXT, SLICE_INIT(""), "\\# 0" },
    { RTYPE_APL, SLICE_INIT("\0\1\x15\3\xc0\xa8\x20\0\1\x1c\x83\xc0\xa8\x26"), "1:192.168.32.0/21 !1:192.168.38.0/28" },
    { RTYPE_APL, SLICE_INIT("\0\1\x15\4\xc0\xa8\x20\0"), "\\# 8 00011504c0a82000" },
    { RTYPE_APL, SLICE_INIT("\0\3\0\0"), "\\# 4 00030000" },
    { RTYPE_SRV, SLICE_INIT("\0\1\0\2\0\3\1h\0"), "1 2 3 h." },
    { RTYPE_TLSA, SLICE_INIT("\3\1\1\xab"), "3 1 1 ab" },
    { RTYPE_RP, SLICE_INIT("\4root\1x\0\0"), "root.x. ." },
    { RTYPE_RP, SLICE_INIT("\3a.b\1x\0\0"), "\\# 8 03612e6201780000" },
    { RTYPE_RP, SLICE_INIT("\4root\1x\0"), "\\# 8 04726f6f74017800" },
    { RTYPE_A, SLICE_INIT("\1\2\3"), "\\# 3 010203" },
    { 65280, SLICE_INIT("\1\2\3"), "\\# 3 010203" },
};

static void rdata_as_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(printed); i++) {
        char buffer[256];
        struct text text = text_fixed(buffer, sizeof buffer);
        text_add_zone_rdata(&text, printed[i].type, printed[i].rdata);
        assert_slice(text_slice(&text), slice_str(printed[i].text));
    }
}

/* Octets of a small generator: the property below needs many different ones, not good ones. */
static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void any_answer_comes_back_from_its_lines(void **state)
{
    (void)state;
    static const uint16_t types[] = { RTYPE_A, RTYPE_NS, RTYPE_CNAME, RTYPE_SOA, RTYPE_PTR, RTYPE_MX, RTYPE_TXT, RTYPE_RP, RTYPE_AAAA,
                                      RTYPE_SRV, RTYPE_APL, RTYPE_TLSA, RTYPE_SPF, 65280, 1234 };
    uint32_t seed = 1;
    for (unsigned run = 0; run < test_rounds(20000); run++) {
        static uint8_t octets[8][600];
        struct slice rdata[8];
        uint8_t name[12];
        size_t count = next_random(&seed) % 8, name_len = 1 + next_random(&seed) % sizeof name;
        for (size_t i = 0; i < name_len; i++)
            name[i] = (uint8_t)next_random(&seed);
        for (size_t i = 0; i < count; i++) {
            rdata[i] = slice_of(octets[i], next_random(&seed) % (run % 2 ? 20 : 600));
            for (size_t k = 0; k < rdata[i].len; k++)       /* small octets make many records usable */
                octets[i][k] = (uint8_t)(next_random(&seed) % (run % 4 ? 5 : 256));
        }
        struct answer *a = answer_make(&(struct answer_draft){
            .question = { .name = slice_of(name, name_len), .type = types[run % COUNT_OF(types)] }, .status = ANSWER_DATA,
            .ttl_seconds = next_random(&seed), .count = count, .rdata = rdata });
        if (name_askable(a->question.name))
            assert_round_trip(a);
        answer_drop(a);
    }
}

static void without_memory_nothing_breaks(void **state)
{
    (void)state;
    for (uint64_t k = 1; k < 200; k++) {
        mem_fail_at(k, false);
        struct zone *zone = zone_new();
        struct zone_error error;
        bool read = zone && zone_read(zone, rfc4592, &error);
        for (size_t i = 0; read && i < COUNT_OF(wildcards); i++) {
            const struct answer *a = ask(zone, wildcards[i].name, wildcards[i].type);
            if (a)
                assert_int_equal(a->status, wildcards[i].status);
            answer_drop(a);
        }
        mem_fail_at(0, false);
        zone_free(zone);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_become_rdata),
        cmocka_unit_test(bad_text_is_refused_with_its_line),
        cmocka_unit_test(long_strings_are_cut_at_255_and_joined_by_readers),
        cmocka_unit_test(rdata_over_64_kib_is_refused),
        cmocka_unit_test(wildcards_by_rfc_4592),
        cmocka_unit_test(aliases_are_followed),
        cmocka_unit_test(a_chain_has_8_aliases_at_most),
        cmocka_unit_test(directives), cmocka_unit_test(directives_of_one_server),
        cmocka_unit_test(types_not_read_are_not_none),
        cmocka_unit_test(sets_keep_order_and_take_the_smallest_ttl),
        cmocka_unit_test(ttls_of_answers),
        cmocka_unit_test(names_that_cannot_be_asked),
        cmocka_unit_test(what_a_zone_knows),
        cmocka_unit_test(answers_are_made_once),
        cmocka_unit_test(made_answers_are_bounded),
        cmocka_unit_test(big_sets_are_garbled),
        cmocka_unit_test(every_entry_and_directive_comes_back),
        cmocka_unit_test(rdata_as_text),
        cmocka_unit_test(any_answer_comes_back_from_its_lines),
        cmocka_unit_test(without_memory_nothing_breaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
