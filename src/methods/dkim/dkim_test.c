/* Signatures and keys as data, and the hash over fields: what needs no engine. */
#include "methods/dkim/dkim_forensics.h"
#include "methods/dkim/dkim_say.h"
#include "methods/dkim/dkim_verify.h"
#include "methods/dkim/test_mail.h"

#include "base/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define BH "bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8="
#define GOOD_TAIL "h=from:to; " BH "; b=AAAA"
#define GOOD_HEAD "v=1; a=rsa-sha256; d=a.example; s=s1; "
#define L50 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."

static struct arena *arena;

static int start(void **state)
{
    (void)state;
    arena = arena_new(64u << 20);
    return crypto_start() == STATUS_OK ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static const struct field *field_of(struct slice name, struct slice value)
{
    struct message *m = ARENA_NEW(arena, struct message);
    message_init(m, arena);
    return message_add_parts(m, name, value);
}

static const struct dkim_signature *read(void *(*make)(struct arena *, const struct field *), struct slice tags)
{
    return make(arena, field_of(SLICE("DKIM-Signature"), tags));
}

/* ---- the field ---- */

static const struct { const char *name, *tags; enum dkim_reason problem; } signatures[] = {
    { "plain",                            GOOD_HEAD GOOD_TAIL, DKIM_FINE },
    { "trailing semicolon",               GOOD_HEAD GOOD_TAIL ";", DKIM_FINE },
    { "folds around everything",          "\r\n v = 1 ;\r\n\ta\t=\r\n rsa-sha256; d=a.example\r\n ; s= s1; h=from :\r\n to;" BH "; b=AA\r\n AA", DKIM_FINE },
    { "any order",                        "b=AAAA; " BH "; h=From; s=s1; d=a.example; a=rsa-sha256; v=1", DKIM_FINE },
    { "unknown tag",                      GOOD_HEAD "zz=1; " GOOD_TAIL, DKIM_FINE },
    { "no tags",                          "", DKIM_SYNTAX },
    { "empty tag-spec",                   GOOD_HEAD ";" GOOD_TAIL, DKIM_SYNTAX },
    { "no equals sign",                   GOOD_HEAD "x; " GOOD_TAIL, DKIM_SYNTAX },
    { "tag twice",                        GOOD_HEAD "d=b.example; " GOOD_TAIL, DKIM_TAG_TWICE },
    { "unknown tag twice",                GOOD_HEAD "zz=1; zz=2; " GOOD_TAIL, DKIM_TAG_TWICE },
    { "tag names have case",              "V=1; a=rsa-sha256; d=a.example; s=s1; " GOOD_TAIL, DKIM_TAG_MISSING },
    { "no v",                             "a=rsa-sha256; d=a.example; s=s1; " GOOD_TAIL, DKIM_TAG_MISSING },
    { "v=01",                             "v=01; a=rsa-sha256; d=a.example; s=s1; " GOOD_TAIL, DKIM_VERSION },
    { "v=1.0",                            "v=1.0; a=rsa-sha256; d=a.example; s=s1; " GOOD_TAIL, DKIM_VERSION },
    { "no a",                             "v=1; d=a.example; s=s1; " GOOD_TAIL, DKIM_TAG_MISSING },
    { "no d",                             "v=1; a=rsa-sha256; s=s1; " GOOD_TAIL, DKIM_TAG_MISSING },
    { "no s",                             "v=1; a=rsa-sha256; d=a.example; " GOOD_TAIL, DKIM_TAG_MISSING },
    { "no h",                             GOOD_HEAD BH "; b=AAAA", DKIM_TAG_MISSING },
    { "no bh",                            GOOD_HEAD "h=from; b=AAAA", DKIM_TAG_MISSING },
    { "no b",                             GOOD_HEAD "h=from; " BH, DKIM_TAG_MISSING },
    { "ed25519",                          "v=1; a=ed25519-sha256; d=a.example; s=s1; " GOOD_TAIL, DKIM_FINE },
    { "sha1 is read, and judged later",   "v=1; a=rsa-sha1; d=a.example; s=s1; h=from; bh=2jmj7l5rSw0yVb/vlWAYkK/YBwk=; b=AAAA", DKIM_FINE },
    { "unknown algorithm",                "v=1; a=rsa-sha512; d=a.example; s=s1; " GOOD_TAIL, DKIM_ALGORITHM_UNKNOWN },
    { "algorithms have case",             "v=1; a=RSA-SHA256; d=a.example; s=s1; " GOOD_TAIL, DKIM_ALGORITHM_UNKNOWN },
    { "empty a",                          "v=1; a=; d=a.example; s=s1; " GOOD_TAIL, DKIM_ALGORITHM_UNKNOWN },
    /* d=, s= (T12) */
    { "single label",                     "v=1; a=rsa-sha256; d=example; s=s1; " GOOD_TAIL, DKIM_D_MALFORMED },
    { "dot at the end",                   "v=1; a=rsa-sha256; d=a.example.; s=s1; " GOOD_TAIL, DKIM_D_MALFORMED },
    { "dot at the start",                 "v=1; a=rsa-sha256; d=.a.example; s=s1; " GOOD_TAIL, DKIM_D_MALFORMED },
    { "two dots",                         "v=1; a=rsa-sha256; d=a..example; s=s1; " GOOD_TAIL, DKIM_D_MALFORMED },
    { "parenthesis (OpenDMARC 111)",      "v=1; a=rsa-sha256; d=example.net(.example.com; s=s1; " GOOD_TAIL, DKIM_D_MALFORMED },
    { "quote",                            "v=1; a=rsa-sha256; d=a\".example; s=s1; " GOOD_TAIL, DKIM_D_MALFORMED },
    { "blank inside",                     "v=1; a=rsa-sha256; d=a .example; s=s1; " GOOD_TAIL, DKIM_D_MALFORMED },
    { "empty d",                          "v=1; a=rsa-sha256; d=; s=s1; " GOOD_TAIL, DKIM_D_MALFORMED },
    { "label of 64",                      "v=1; a=rsa-sha256; d=" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example; s=s1; " GOOD_TAIL, DKIM_D_MALFORMED },
    { "U-label (RFC 8616)",               "v=1; a=rsa-sha256; d=b\xc3\xbc" "cher.example; s=s1; " GOOD_TAIL, DKIM_FINE },
    { "not UTF-8",                        "v=1; a=rsa-sha256; d=b\xfc" "cher.example; s=s1; " GOOD_TAIL, DKIM_SYNTAX },
    { "selector with dots",               "v=1; a=rsa-sha256; d=a.example; s=two.parts; " GOOD_TAIL, DKIM_FINE },
    { "selector with underscore",         "v=1; a=rsa-sha256; d=a.example; s=under_score; " GOOD_TAIL, DKIM_FINE },
    { "empty selector",                   "v=1; a=rsa-sha256; d=a.example; s=; " GOOD_TAIL, DKIM_S_MALFORMED },
    { "selector with star",               "v=1; a=rsa-sha256; d=a.example; s=*; " GOOD_TAIL, DKIM_S_MALFORMED },
    { "selector with dot at the end",     "v=1; a=rsa-sha256; d=a.example; s=s1.; " GOOD_TAIL, DKIM_S_MALFORMED },
    { "key name over 253",                "v=1; a=rsa-sha256; d=" L50 L50 "example; s=" L50 L50 L50 "a; " GOOD_TAIL, DKIM_S_MALFORMED },
    /* i= */
    { "i at d",                           GOOD_HEAD "i=joe@a.example; " GOOD_TAIL, DKIM_FINE },
    { "i below d, other case",            GOOD_HEAD "i=@x.y.A.Example; " GOOD_TAIL, DKIM_FINE },
    { "i quoted",                         GOOD_HEAD "i=joe=3Bx=40home@a.example; " GOOD_TAIL, DKIM_FINE },
    { "i by letters only",                GOOD_HEAD "i=joe@ba.example; " GOOD_TAIL, DKIM_I_FOREIGN },
    { "i above d",                        GOOD_HEAD "i=joe@example; " GOOD_TAIL, DKIM_I_FOREIGN },
    { "i elsewhere",                      GOOD_HEAD "i=joe@b.example; " GOOD_TAIL, DKIM_I_FOREIGN },
    { "i without at",                     GOOD_HEAD "i=a.example; " GOOD_TAIL, DKIM_I_MALFORMED },
    { "i with two at, the last counts",   GOOD_HEAD "i=joe@a.example@b.example; " GOOD_TAIL, DKIM_I_FOREIGN },
    { "i with at hidden in the code",     GOOD_HEAD "i=joe@a.example=40b.example; " GOOD_TAIL, DKIM_I_FOREIGN },
    { "i with dot at the end",            GOOD_HEAD "i=joe@a.example.; " GOOD_TAIL, DKIM_I_MALFORMED },
    { "empty i",                          GOOD_HEAD "i=; " GOOD_TAIL, DKIM_I_MALFORMED },
    /* h= */
    { "From in any case",                 GOOD_HEAD "h=To:fROM; " BH "; b=AAAA", DKIM_FINE },
    { "From unsigned",                    GOOD_HEAD "h=to:subject; " BH "; b=AAAA", DKIM_FROM_UNSIGNED },
    { "From as a part of a name",         GOOD_HEAD "h=x-from:from-x; " BH "; b=AAAA", DKIM_FROM_UNSIGNED },
    { "empty h",                          GOOD_HEAD "h=; " BH "; b=AAAA", DKIM_H_MALFORMED },
    { "empty name in h",                  GOOD_HEAD "h=from::to; " BH "; b=AAAA", DKIM_H_MALFORMED },
    { "colon at the end",                 GOOD_HEAD "h=from:; " BH "; b=AAAA", DKIM_H_MALFORMED },
    { "blank in a name",                  GOOD_HEAD "h=fr om:to; " BH "; b=AAAA", DKIM_H_MALFORMED },
    /* c=, q=, l=, t=, x= */
    { "relaxed alone",                    GOOD_HEAD "c=relaxed; " GOOD_TAIL, DKIM_FINE },
    { "c without body",                   GOOD_HEAD "c=relaxed/; " GOOD_TAIL, DKIM_CANON_UNKNOWN },
    { "c with three",                     GOOD_HEAD "c=relaxed/simple/simple; " GOOD_TAIL, DKIM_CANON_UNKNOWN },
    { "c=nofws",                          GOOD_HEAD "c=nofws; " GOOD_TAIL, DKIM_CANON_UNKNOWN },
    { "empty c",                          GOOD_HEAD "c=; " GOOD_TAIL, DKIM_C_MALFORMED },
    { "one known way among others",       GOOD_HEAD "q=x:dns/txt; " GOOD_TAIL, DKIM_FINE },
    { "no known way",                     GOOD_HEAD "q=http; " GOOD_TAIL, DKIM_QUERY_UNKNOWN },
    { "l=0",                              GOOD_HEAD "l=0; " GOOD_TAIL, DKIM_FINE },
    { "l of 76 digits",                   GOOD_HEAD "l=0000000000000000000000000000000000000000000000000000000000000000000000000012; " GOOD_TAIL, DKIM_FINE },
    { "l = 2^64 - 1",                     GOOD_HEAD "l=18446744073709551615; " GOOD_TAIL, DKIM_L_MALFORMED },
    { "l = 2^64 - 2",                     GOOD_HEAD "l=18446744073709551614; " GOOD_TAIL, DKIM_FINE },
    { "l = 2^64",                         GOOD_HEAD "l=18446744073709551616; " GOOD_TAIL, DKIM_L_MALFORMED },
    { "l negative",                       GOOD_HEAD "l=-1; " GOOD_TAIL, DKIM_L_MALFORMED },
    { "l with a sign",                    GOOD_HEAD "l=+1; " GOOD_TAIL, DKIM_L_MALFORMED },
    { "l hex",                            GOOD_HEAD "l=0x10; " GOOD_TAIL, DKIM_L_MALFORMED },
    { "l empty",                          GOOD_HEAD "l=; " GOOD_TAIL, DKIM_L_MALFORMED },
    { "t of 12 digits",                   GOOD_HEAD "t=999999999999; " GOOD_TAIL, DKIM_FINE },
    { "t of 13 digits",                   GOOD_HEAD "t=1000000000000; " GOOD_TAIL, DKIM_T_MALFORMED },
    { "t no number",                      GOOD_HEAD "t=now; " GOOD_TAIL, DKIM_T_MALFORMED },
    { "x after t",                        GOOD_HEAD "t=100; x=101; " GOOD_TAIL, DKIM_FINE },
    { "x at t",                           GOOD_HEAD "t=100; x=100; " GOOD_TAIL, DKIM_X_BEFORE_T },
    { "x before t",                       GOOD_HEAD "t=100; x=99; " GOOD_TAIL, DKIM_X_BEFORE_T },
    { "x alone",                          GOOD_HEAD "x=99; " GOOD_TAIL, DKIM_FINE },
    { "x no number",                      GOOD_HEAD "x=bad; " GOOD_TAIL, DKIM_X_MALFORMED },
    /* b=, bh= (T13) */
    { "b empty",                          GOOD_HEAD "h=from; " BH "; b=", DKIM_B_MALFORMED },
    { "b not base64",                     GOOD_HEAD "h=from; " BH "; b=AA*A", DKIM_B_MALFORMED },
    { "b with wrong padding",             GOOD_HEAD "h=from; " BH "; b=AAA", DKIM_B_MALFORMED },
    { "bh empty",                         GOOD_HEAD "h=from; bh=; b=AAAA", DKIM_BH_MALFORMED },
    { "bh of SHA-1 under sha256",         GOOD_HEAD "h=from; bh=2jmj7l5rSw0yVb/vlWAYkK/YBwk=; b=AAAA", DKIM_BH_MALFORMED },
    { "bh one octet short",               GOOD_HEAD "h=from; bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzg==; b=AAAA", DKIM_BH_MALFORMED },
    { "bh one octet long",                GOOD_HEAD "h=from; bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8A; b=AAAA", DKIM_BH_MALFORMED },
};

static void signatures_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(signatures); i++) {
        const struct dkim_signature *s = read(dkim_signature_make, slice_str(signatures[i].tags));
        if (s->problem != signatures[i].problem)
            fail_msg("%s: %s (%s)", signatures[i].name, dkim_reasons[s->problem].name, s->problem_tag ? s->problem_tag : "");
    }
}

static void assert_text(struct slice got, const char *want)
{
    if (!slice_same(got, slice_str(want)))
        fail_msg("\"%.*s\" is not \"%s\"", (int)got.len, (const char *)got.at, want);
}

static void members_are_what_was_written(void **state)
{
    (void)state;
    const struct dkim_signature *s = read(dkim_signature_make, SLICE("v=1; a=rsa-sha256; c=relaxed; d=B\xc3\xbc" "cher.Example; s=S.1;"
        " i=joe=20x@sub.b\xc3\xbc" "cher.example; h=To : From; l=12; t=5; x=9; z=Subject:a; " BH "; b= AA\r\n AA "));
    assert_int_equal(s->problem, DKIM_FINE);
    assert_text(s->domain, "xn--bcher-kva.example");
    assert_text(s->selector, "s.1");
    assert_text(s->key_name, "s.1._domainkey.xn--bcher-kva.example");
    assert_text(s->identity, "joe x@sub.b\xc3\xbc" "cher.example");
    assert_text(s->identity_domain, "sub.xn--bcher-kva.example");
    assert_text(s->copied, "Subject:a");
    assert_text(s->hole, " AA\r\n AA ");
    assert_int_equal(s->header_canon, CANON_RELAXED);
    assert_int_equal(s->body_canon, CANON_SIMPLE);
    assert_int_equal(s->name_count, 2);
    assert_text(s->names[1], "From");
    assert_true(s->length == 12 && s->signed_at == 5 && s->expires == 9);
    s = read(dkim_signature_make, SLICE(GOOD_HEAD GOOD_TAIL));
    assert_text(s->identity, "@a.example");
    assert_true(s->length == UINT64_MAX && s->signed_at == -1 && s->expires == -1);
    assert_int_equal(s->header_canon, CANON_SIMPLE);
}

/* The hole is that of b=, wherever it stands and however it is written. */
static const struct { const char *name, *tags, *hole; } holes[] = {
    { "at the end",          GOOD_HEAD "h=from; " BH "; b=AAAA", "AAAA" },
    { "semicolon behind",    GOOD_HEAD "h=from; " BH "; b=AAAA; ", "AAAA" },
    { "in front of bh",      GOOD_HEAD "b=AA AA ;h=from; " BH, "AA AA " },
    { "the first tag",       "b=AAAA; " GOOD_HEAD "h=from; " BH, "AAAA" },
    { "blanks at the sign",  GOOD_HEAD "h=from; " BH "; b \r\n =\t AAAA", "\t AAAA" },
};

static void hole_is_the_value_of_b(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(holes); i++) {
        const struct dkim_signature *s = read(dkim_signature_make, slice_str(holes[i].tags));
        assert_int_equal(s->problem, DKIM_FINE);
        assert_text(s->hole, holes[i].hole);
    }
}

/* T12: any octet in any tag: what is called fine names a host; nothing else happens. */
static void every_octet_in_every_tag(void **state)
{
    (void)state;
    static const char *const tags[] = { "v=1", "a=rsa-sha256", "d=a.example", "s=s1", "i=j@a.example", "h=from:to", "c=simple", "q=dns/txt",
        "l=10", "t=10", "x=11", "z=a:b", BH, "b=AAAA" };
    for (size_t i = 0; i < COUNT_OF(tags); i++) {
        for (unsigned octet = 0; octet < 256; octet++) {
            struct arena *own = arena_new(1u << 16);
            struct text t = text_in(own, 4096);
            for (size_t k = 0; k < COUNT_OF(tags); k++) {
                text_addf(&t, "%s%s", k ? "; " : "", tags[k]);
                if (k == i) {
                    text_add_octet(&t, (uint8_t)octet);
                    text_add_octet(&t, 'a');
                }
            }
            struct message m;
            message_init(&m, own);
            const struct field *f = message_add_parts(&m, SLICE("DKIM-Signature"), text_slice(&t));
            const struct dkim_signature *s = f ? dkim_signature_make(own, f) : NULL;
            if (s && s->problem == DKIM_FINE) {
                assert_true(name_is_hostname(s->domain) && name_is_hostname(s->selector) && name_askable(s->key_name));
                assert_true(name_at_or_below(s->identity_domain, s->domain));
            }
            arena_free(own);
        }
    }
}

/* T18: 128 names in h= */
static void names_are_bounded(void **state)
{
    (void)state;
    for (unsigned count = DKIM_NAMES_MAX - 1; count <= DKIM_NAMES_MAX + 1; count++) {
        struct text t = text_in(arena, 4096);
        text_add_str(&t, GOOD_HEAD BH "; b=AAAA; h=from");
        for (unsigned i = 1; i < count; i++)
            text_add_str(&t, ":x");
        const struct dkim_signature *s = read(dkim_signature_make, text_slice(&t));
        assert_int_equal(s->problem, count <= DKIM_NAMES_MAX ? DKIM_FINE : DKIM_TOO_MANY_NAMES);
    }
}

#define AMS_HEAD "a=rsa-sha256; d=a.example; s=s1; "
static const struct { const char *name, *tags; bool seal; enum dkim_reason problem; } arc_fields[] = {
    { "message signature",      "i=1; " AMS_HEAD GOOD_TAIL, false, DKIM_FINE },
    { "v is passed over",       "i=1; v=7; " AMS_HEAD GOOD_TAIL, false, DKIM_FINE },
    { "From need not be there", "i=1; " AMS_HEAD "h=to; " BH "; b=AAAA", false, DKIM_FINE },
    { "empty h",                "i=1; " AMS_HEAD "h=; " BH "; b=AAAA", false, DKIM_FINE },
    { "empty name in h",        "i=1; " AMS_HEAD "h=from::to; " BH "; b=AAAA", false, DKIM_FINE },
    { "blank in a name",        "i=1; " AMS_HEAD "h=fr om; " BH "; b=AAAA", false, DKIM_H_MALFORMED },
    { "empty c",                "i=1; c=; " AMS_HEAD GOOD_TAIL, false, DKIM_C_MALFORMED },
    { "no i",                   AMS_HEAD GOOD_TAIL, false, DKIM_TAG_MISSING },
    { "i=0",                    "i=0; " AMS_HEAD GOOD_TAIL, false, DKIM_I_MALFORMED },
    { "i=50",                   "i=50; " AMS_HEAD GOOD_TAIL, false, DKIM_FINE },
    { "i=51",                   "i=51; " AMS_HEAD GOOD_TAIL, false, DKIM_I_MALFORMED },
    { "i=-1",                   "i=-1; " AMS_HEAD GOOD_TAIL, false, DKIM_I_MALFORMED },
    { "i=01",                   "i=01; " AMS_HEAD GOOD_TAIL, false, DKIM_FINE },
    { "i=001",                  "i=001; " AMS_HEAD GOOD_TAIL, false, DKIM_I_MALFORMED },
    { "i=4294967297",           "i=4294967297; " AMS_HEAD GOOD_TAIL, false, DKIM_I_MALFORMED },
    { "i empty",                "i=; " AMS_HEAD GOOD_TAIL, false, DKIM_I_MALFORMED },
    { "i twice",                "i=1; i=1; " AMS_HEAD GOOD_TAIL, false, DKIM_TAG_TWICE },
    { "seal",                   "i=1; cv=none; " AMS_HEAD "b=AAAA", true, DKIM_FINE },
    { "seal with h",            "i=1; cv=none; h=from; " AMS_HEAD "b=AAAA", true, DKIM_H_FORBIDDEN },
    { "seal without cv",        "i=1; " AMS_HEAD "b=AAAA", true, DKIM_TAG_MISSING },
    { "seal with empty cv",     "i=1; cv=; " AMS_HEAD "b=AAAA", true, DKIM_CV_MALFORMED },
    { "seal with another cv",   "i=1; cv=Pass; " AMS_HEAD "b=AAAA", true, DKIM_CV_MALFORMED },
    { "seal with empty t",      "i=1; cv=none; t=; " AMS_HEAD "b=AAAA", true, DKIM_T_MALFORMED },
    { "seal without b",         "i=1; cv=none; " AMS_HEAD, true, DKIM_TAG_MISSING },
    { "seal with bad d",        "i=1; cv=none; a=rsa-sha256; d=a..example; s=s1; b=AAAA", true, DKIM_D_MALFORMED },
};

static void arc_fields_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(arc_fields); i++) {
        const struct dkim_signature *s = read(arc_fields[i].seal ? arc_seal_make : arc_message_signature_make, slice_str(arc_fields[i].tags));
        if (s->problem != arc_fields[i].problem)
            fail_msg("%s: %s", arc_fields[i].name, dkim_reasons[s->problem].name);
    }
}

static const struct { const char *text, *plain; } quoted[] = {
    { "", "" }, { "abc", "abc" }, { "=41=42", "AB" }, { "=4", "=4" }, { "=", "=" }, { "==41", "=A" }, { "=4a", "=4a" }, { "a b\r\n c", "abc" },
    { "=20", " " }, { "=3D41", "=41" },
};

static void quoted_printable_is_undone(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(quoted); i++)
        assert_text(dkim_unquoted(arena, slice_str(quoted[i].text)), quoted[i].plain);
}

/* ---- times (T16) ---- */

static const struct { int64_t signed_at, expires, now; enum dkim_reason reason; } times[] = {
    { -1, -1, 1000, DKIM_FINE }, { 1000, -1, 1000, DKIM_FINE }, { 1300, -1, 1000, DKIM_FINE }, { 1301, -1, 1000, DKIM_FUTURE },
    { -1, 1000, 1300, DKIM_FINE }, { -1, 1000, 1301, DKIM_EXPIRED }, { 10, 20, 999999, DKIM_EXPIRED },
    { DKIM_TIME_MAX, -1, 1000, DKIM_FUTURE }, { -1, DKIM_TIME_MAX, 4000000000, DKIM_FINE },
};

static void times_are_judged_by_the_clock_given(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(times); i++) {
        struct dkim_signature s = { .signed_at = times[i].signed_at, .expires = times[i].expires };
        assert_int_equal(dkim_time_reason(&s, times[i].now, 300), times[i].reason);
    }
}

/* ---- keys ---- */

#define ED "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="
static const struct { const char *name, *text; bool is_key; enum dkim_reason problem; } keys[] = {
    { "plain",                      "v=DKIM1; k=ed25519; p=" ED, true, DKIM_FINE },
    { "no v",                       "k=ed25519; p=" ED, true, DKIM_FINE },
    { "blanks",                     "  v = DKIM1 ; k = ed25519 ;\tp = " ED " ", true, DKIM_FINE },
    { "semicolon at the end",       "v=DKIM1; k=ed25519; p=" ED ";", true, DKIM_FINE },
    { "blank in p (split TXT)",     "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQ HOg7hcvPapiMlrwIaaPcHURo=", true, DKIM_FINE },
    { "g= is passed over",          "v=DKIM1; g=; k=ed25519; p=" ED, true, DKIM_FINE },
    { "v not first",                "k=ed25519; p=" ED "; v=DKIM1", true, DKIM_KEY_SYNTAX },
    { "v=DKIM2",                    "v=DKIM2; k=ed25519; p=" ED, true, DKIM_KEY_SYNTAX },
    { "v=dkim1",                    "v=dkim1; k=ed25519; p=" ED, true, DKIM_KEY_SYNTAX },
    { "another protocol",           "v=spf1 include:example.org -all", false, DKIM_FINE },
    { "another protocol with p=",   "v=DMARC1; p=none", false, DKIM_FINE },
    { "not a list",                 "this is not a key record", false, DKIM_FINE },
    { "empty",                      "", false, DKIM_FINE },
    { "list broken",                "v=DKIM1; k=ed25519; p=" ED "; x", true, DKIM_KEY_SYNTAX },
    { "tag twice",                  "v=DKIM1; k=ed25519; k=rsa; p=" ED, true, DKIM_KEY_SYNTAX },
    { "escapes of a zone file",     "v=DKIM1\\; k=ed25519\\; p=" ED, true, DKIM_KEY_SYNTAX },
    { "no p",                       "v=DKIM1; k=ed25519", true, DKIM_KEY_SYNTAX },
    { "revoked",                    "v=DKIM1; k=ed25519; p=", true, DKIM_KEY_REVOKED },
    { "revoked, unknown type",      "v=DKIM1; k=new; p=", true, DKIM_KEY_REVOKED },
    { "unknown type",               "v=DKIM1; k=new; p=" ED, true, DKIM_KEY_TYPE },
    { "empty type",                 "v=DKIM1; k=; p=" ED, true, DKIM_KEY_TYPE },
    { "Ed25519 as RSA",             "v=DKIM1; p=" ED, true, DKIM_KEY_DATA },
    { "not base64",                 "v=DKIM1; p=****", true, DKIM_KEY_DATA },
    { "Ed25519 of small order",     "v=DKIM1; k=ed25519; p=AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", true, DKIM_KEY_ODD },
    { "31 octets",                  "v=DKIM1; k=ed25519; p=AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", true, DKIM_KEY_DATA },
};

static void keys_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct dkim_key key;
        bool is_key = dkim_key_parse(arena, slice_str(keys[i].text), &key);
        if (is_key != keys[i].is_key || key.problem != keys[i].problem || (key.key == NULL) == (is_key && key.problem == DKIM_FINE))
            fail_msg("%s: %d %s", keys[i].name, is_key, dkim_reasons[key.problem].name);
        public_key_free(key.key);
    }
    struct dkim_key key;
    assert_true(dkim_key_parse(arena, SLICE("v=DKIM1\\; p=x"), &key));
    assert_non_null(key.hint);
}

static const struct { const char *name, *more, *a, *i; unsigned bits_min; enum test_key key; enum dkim_reason reason; } fits[] = {
    { "plain",               "",                "ed25519-sha256", "",                1024, TEST_KEY_ED25519, DKIM_FINE },
    { "hash allowed",        "h=sha1:sha256; ", "ed25519-sha256", "",                1024, TEST_KEY_ED25519, DKIM_FINE },
    { "hash not allowed",    "h=sha1; ",        "ed25519-sha256", "",                1024, TEST_KEY_ED25519, DKIM_KEY_HASH },
    { "no hash allowed",     "h=; ",            "ed25519-sha256", "",                1024, TEST_KEY_ED25519, DKIM_KEY_HASH },
    { "hash by letters",     "h=sha2567; ",     "ed25519-sha256", "",                1024, TEST_KEY_ED25519, DKIM_KEY_HASH },
    { "type differs",        "",                "rsa-sha256",     "",                1024, TEST_KEY_ED25519, DKIM_KEY_TYPE },
    { "service all",         "s=*; ",           "ed25519-sha256", "",                1024, TEST_KEY_ED25519, DKIM_FINE },
    { "service mail",        "s=chat : email; ", "ed25519-sha256", "",               1024, TEST_KEY_ED25519, DKIM_FINE },
    { "service other",       "s=tlsrpt; ",      "ed25519-sha256", "",                1024, TEST_KEY_ED25519, DKIM_KEY_SERVICE },
    { "strict, same",        "t=s; ",           "ed25519-sha256", "i=@a.example; ",  1024, TEST_KEY_ED25519, DKIM_FINE },
    { "strict, no i",        "t=y:s; ",         "ed25519-sha256", "",                1024, TEST_KEY_ED25519, DKIM_FINE },
    { "strict, below",       "t=y:s; ",         "ed25519-sha256", "i=@b.a.example; ", 1024, TEST_KEY_ED25519, DKIM_KEY_STRICT },
    { "not strict, below",   "t=y; ",           "ed25519-sha256", "i=@b.a.example; ", 1024, TEST_KEY_ED25519, DKIM_FINE },
    { "512 bits",            "",                "rsa-sha256",     "",                1024, TEST_KEY_RSA_512, DKIM_KEY_WEAK },
    { "1024 bits",           "",                "rsa-sha256",     "",                1024, TEST_KEY_RSA_1024, DKIM_FINE },
    { "1024 bits, 2048 asked", "",              "rsa-sha256",     "",                2048, TEST_KEY_RSA_1024, DKIM_KEY_WEAK },
};

static void keys_fit_their_signatures(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(fits); i++) {
        struct dkim_key key;
        struct text t = text_in(arena, 1024);
        text_addf(&t, "v=1; a=%s; d=a.example; s=s1; %s" GOOD_TAIL, fits[i].a, fits[i].i);
        const struct dkim_signature *s = read(dkim_signature_make, text_slice(&t));
        assert_true(dkim_key_parse(arena, test_key_record(arena, fits[i].key, fits[i].more), &key));
        if (dkim_key_fits(&key, s, fits[i].bits_min) != fits[i].reason)
            fail_msg("%s", fits[i].name);
        public_key_free(key.key);
    }
}

static struct slice txt_rdata(struct slice text)
{
    struct text t = text_in(arena, text.len + text.len / 255 + 2);
    do {
        struct slice part = slice_first(text, 255);
        text_add_octet(&t, (uint8_t)part.len);
        text_add(&t, part);
        text = slice_from(text, part.len);
    } while (text.len > 0);
    return text_slice(&t);
}

static const struct { const char *name; const char *records[5]; enum dkim_reason reason; size_t count; } sets[] = {
    { "one",                      { "v=DKIM1; k=ed25519; p=" ED }, DKIM_FINE, 1 },
    { "a wildcard beside it",     { "v=spf1 -all", "v=DKIM1; k=ed25519; p=" ED, "x" }, DKIM_FINE, 1 },
    { "a revoked one beside it",  { "v=DKIM1; p=", "v=DKIM1; k=ed25519; p=" ED }, DKIM_FINE, 1 },
    { "a broken one beside it",   { "v=DKIM1; k=ed25519; p=" ED, "v=DKIM1; p=x y" }, DKIM_FINE, 1 },
    { "two good",                 { "v=DKIM1; k=ed25519; p=" ED, "k=ed25519; p=" ED }, DKIM_FINE, 2 },
    { "three good",               { "v=DKIM1; k=ed25519; p=" ED, "k=ed25519; p=" ED, "p=" ED "; k=ed25519" }, DKIM_FINE, 3 },
    { "four",                     { "v=DKIM1; k=ed25519; p=" ED, "k=ed25519; p=" ED, "p=" ED "; k=ed25519", "v=DKIM1; p=" }, DKIM_KEY_TOO_MANY, 0 },
    { "none is a key",            { "v=spf1 -all", "x" }, DKIM_KEY_NONE_HERE, 0 },
    { "revoked and broken",       { "v=DKIM1; p=x", "v=DKIM1; p=" }, DKIM_KEY_REVOKED, 0 },
    { "broken and revoked",       { "v=DKIM1; p=", "v=DKIM1; p=x" }, DKIM_KEY_REVOKED, 0 },
};

static void sets_of_records_do_not_depend_on_order(void **state)
{
    (void)state;
    const struct dkim_signature *s = read(dkim_signature_make, SLICE("v=1; a=ed25519-sha256; d=a.example; s=s1; " GOOD_TAIL));
    for (size_t i = 0; i < COUNT_OF(sets); i++) {
        struct slice rdata[5];
        size_t count = 0;
        while (count < 5 && sets[i].records[count]) {
            rdata[count] = txt_rdata(slice_str(sets[i].records[count]));
            count++;
        }
        struct answer *a = answer_make(&(struct answer_draft){
            .question = { .name = SLICE("s1._domainkey.a.example"), .type = RTYPE_TXT }, .status = ANSWER_DATA, .count = count, .rdata = rdata });
        const struct dkim_keys *k = answer_memo(a, dkim_keys_make, dkim_keys_release);
        struct dkim_choice choice = dkim_choose_keys(k, s, RSA_BITS_MIN);
        if (choice.reason != sets[i].reason || choice.count != sets[i].count)
            fail_msg("%s: %s, %zu", sets[i].name, dkim_reasons[choice.reason].name, choice.count);
        answer_drop(a);
    }
}

/* threats.md G5: whatever allocation fails, there is a whole object or none. */
static void memory_fails_cleanly(void **state)
{
    (void)state;
    struct slice rdata[] = { txt_rdata(test_key_record(arena, TEST_KEY_RSA_2048, "")), txt_rdata(test_key_record(arena, TEST_KEY_ED25519, "")) };
    struct answer *a = answer_make(&(struct answer_draft){
        .question = { .name = SLICE("s1._domainkey.a.example"), .type = RTYPE_TXT }, .status = ANSWER_DATA, .count = 2, .rdata = rdata });
    bool made = false;
    for (uint64_t n = 1; !made; n++) {
        assert_true(n < 1000);
        mem_fail_at(n, n % 2 == 0);
        struct dkim_keys *k = dkim_keys_make(a);
        mem_fail_at(0, false);
        made = k != NULL;
        assert_true(!k || (k->count == 2 && k->at[0].problem == DKIM_FINE && k->at[1].problem == DKIM_FINE));
        dkim_keys_release(k);
    }
    answer_drop(a);
    made = false;
    for (size_t cap = 256; !made; cap += 256) {
        struct arena *own = arena_new(cap);
        struct message m;
        message_init(&m, own);
        const struct field *f = message_add_parts(&m, SLICE("DKIM-Signature"), SLICE(GOOD_HEAD "i=x@a.example; " GOOD_TAIL));
        const struct dkim_signature *s = f ? dkim_signature_make(own, f) : NULL;
        made = s != NULL;
        assert_true(!s || s->problem == DKIM_FINE);
        assert_true(cap < 1u << 20);
        arena_free(own);
    }
}

static void failures_of_dns_are_not_absence(void **state)
{
    (void)state;
    static const struct { enum answer_status status; enum dkim_reason reason; } rows[] = {
        { ANSWER_NODATA, DKIM_NO_KEY }, { ANSWER_NXDOMAIN, DKIM_NO_KEY }, { ANSWER_BAD_NAME, DKIM_NO_KEY }, { ANSWER_TIMEOUT, DKIM_DNS_TIMEOUT },
        { ANSWER_SERVFAIL, DKIM_DNS_FAILED }, { ANSWER_GARBLED, DKIM_DNS_FAILED }, { ANSWER_UNKNOWN, DKIM_DNS_FAILED },
        { ANSWER_OVER_QUOTA, DKIM_OVER_QUOTA }, { ANSWER_DATA, DKIM_FINE },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        assert_int_equal(dkim_answer_reason(&(struct answer){ .status = rows[i].status }), rows[i].reason);
}

/* ---- header hash and verification ---- */

/* RFC 8463 appendix A: one message, two signatures. */
#define RFC8463_SIGNATURES \
    "DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n" \
    " q=dns/txt; s=brisbane; t=1528637909; h=from : to :\r\n subject : date : message-id : from : subject : date;\r\n" \
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus\r\n" \
    " Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==\r\n" \
    "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n d=football.example.com; i=@football.example.com;\r\n" \
    " q=dns/txt; s=test; t=1528637909; h=from : to : subject :\r\n date : message-id : from : subject : date;\r\n" \
    " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;\r\n b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3\r\n" \
    " DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz\r\n dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=\r\n"
#define RFC8463_REST \
    "From: Joe SixPack <joe@football.example.com>\r\nTo: Suzie Q <suzie@shopping.example.net>\r\nSubject: Is dinner ready?\r\n" \
    "Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)\r\nMessage-ID: <20030712040037.46341.5F8J@football.example.com>\r\n\r\n" \
    "Hi.\r\n\r\nWe lost the game.  Are you hungry yet?\r\n\r\nJoe.\r\n"
#define RFC8463_BRISBANE "v=DKIM1; k=ed25519; p=" ED
#define RFC8463_TEST "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ" \
    "/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB"

static enum verify_outcome verify_nth(struct slice text, unsigned nth, const char *record, struct signed_fields *fields)
{
    struct test_mail mail;
    struct dkim_key key;
    uint8_t hash[HASH_OCTETS_MAX];
    test_mail_read(arena, text, &mail);
    const struct dkim_signature *s = dkim_signature_make(arena, message_field(&mail.message, SLICE("DKIM-Signature"), nth));
    assert_int_equal(s->problem, DKIM_FINE);
    assert_true(dkim_key_parse(arena, slice_str(record), &key));
    assert_int_equal(key.problem, DKIM_FINE);
    assert_true(dkim_select_fields(arena, &mail.message, s, fields));
    assert_true(dkim_header_hash(fields, s, hash));
    enum verify_outcome outcome = public_key_verify(key.key, s->hash, slice_of(hash, 32), s->b);
    public_key_free(key.key);
    return outcome;
}

static void rfc8463_example_verifies(void **state)
{
    (void)state;
    struct signed_fields f;
    struct slice mail = SLICE(RFC8463_SIGNATURES RFC8463_REST);
    assert_int_equal(verify_nth(mail, 1, RFC8463_BRISBANE, &f), VERIFY_GOOD);
    assert_int_equal(f.count, 5);          /* oversigned names that do not occur add nothing */
    assert_int_equal(verify_nth(mail, 2, RFC8463_TEST, &f), VERIFY_GOOD);
    /* oversigning: one more Subject and it is over */
    assert_int_equal(verify_nth(SLICE(RFC8463_SIGNATURES "Subject: No\r\n" RFC8463_REST), 1, RFC8463_BRISBANE, &f), VERIFY_BAD);
    assert_null(f.added);
}

static const struct { const char *name, *names, *fields, *selected; const char *added; bool odd, itself; } selections[] = {
    { "from below", "from:x:x", "X: 1\r\nX: 2\r\nX: 3\r\nFrom: a\r\n", "a32", NULL, false, false },
    { "no case", "FROM:SUBJECT", "sUBJECT: 1\r\nfrom: a\r\n", "a1", NULL, false, false },
    { "absent names add nothing", "cc:from:cc:from", "From: a\r\n", "a", NULL, false, false },
    { "From twice, signed once", "from", "From: b\r\nFrom: a\r\n", "a", "From", false, false },
    { "From twice, signed twice", "from:from", "From: b\r\nFrom: a\r\n", "ab", NULL, false, false },
    { "Subject twice, signed once", "from:subject", "Subject: 1\r\nFrom: a\r\nSubject: 2\r\n", "a2", "Subject", false, false },
    { "Subject twice, not signed", "from", "Subject: 1\r\nFrom: a\r\nSubject: 2\r\n", "a", NULL, false, false },
    { "Received twice is usual", "from:received", "Received: 1\r\nReceived: 2\r\nFrom: a\r\n", "a2", NULL, false, false },
    { "NUL in a signed field", "from", "From: a\0\r\n", "a", NULL, true, false },
    { "LF alone in an unsigned one (T06)", "from", "From: a\r\nX: 1\n2\r\n", "a", NULL, true, false },
    { "itself", "from:dkim-signature", "From: a\r\n", "av", NULL, false, true },
    { "a lower signature", "from:dkim-signature", "DKIM-Signature: 1\r\nFrom: a\r\n", "a1", NULL, false, false },
};

static void fields_are_taken_from_below(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(selections); i++) {
        struct text t = text_in(arena, 4096);
        text_addf(&t, "DKIM-Signature:" GOOD_HEAD BH "; b=AAAA; h=%s\r\n", selections[i].names);
        /* the one row with a NUL inside */
        bool nul = selections[i].odd;
        text_add(&t, nul ? SLICE("From: a\0\r\n") : slice_str(selections[i].fields));
        text_add_str(&t, "\r\n");
        struct test_mail mail;
        test_mail_read(arena, text_slice(&t), &mail);
        const struct dkim_signature *s = dkim_signature_make(arena, message_field(&mail.message, SLICE("DKIM-Signature"), 1));
        struct signed_fields f;
        assert_true(dkim_select_fields(arena, &mail.message, s, &f));
        char got[8] = "";
        for (size_t k = 0; k < f.count && k < sizeof got - 1; k++)
            got[k] = (char)f.at[k]->value.at[f.at[k]->value.at[0] == ' '];
        if (strcmp(got, selections[i].selected) != 0 || f.odd_octets != selections[i].odd || f.covers_itself != selections[i].itself
            || (f.added == NULL) != (selections[i].added == NULL) || (f.added && strcmp(f.added, selections[i].added) != 0))
            fail_msg("%s: %s %s", selections[i].name, got, f.added ? f.added : "-");
    }
}

/* What the test signer signs verifies, in all forms, whatever the pieces of a relaxed field are. */
static void all_forms_verify(void **state)
{
    (void)state;
    static const char *const forms[] = { "simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed", "relaxed", "simple" };
    struct text long_field = text_in(arena, 1u << 16);
    text_add_str(&long_field, "From: a@a.example\r\nX-Long:");
    for (unsigned i = 0; i < 3000; i++)
        text_addf(&long_field, "%s%u", i % 7 ? "  " : "\r\n\t", i);
    for (unsigned i = 0; i < 3000; i++)
        text_add_octet(&long_field, 'x');
    text_add_str(&long_field, "\r\n\r\nHi\r\n");
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        char tags[256], record[1024];
        struct text t = text_fixed(tags, sizeof tags), r = text_fixed(record, sizeof record);
        text_addf(&t, "v=1; a=rsa-sha256; c=%s; d=a.example; s=s1; h=x-long:from; ", forms[i]);
        text_add_octet(&t, '\0');
        struct slice mail = test_mail_signed(arena, TEST_KEY_RSA_1024, SLICE("DKIM-Signature"), tags, text_slice(&long_field));
        text_add(&r, test_key_record(arena, TEST_KEY_RSA_1024, ""));
        text_add_octet(&r, '\0');
        struct signed_fields f;
        assert_true(mail.len > 0);
        assert_int_equal(verify_nth(mail, 1, record, &f), VERIFY_GOOD);
    }
}

/* ---- bodies ---- */

static void body_is_compared_with_bh(void **state)
{
    (void)state;
    const struct dkim_signature *s = read(dkim_signature_make, SLICE(GOOD_HEAD "l=5; " GOOD_TAIL));
    struct digest d = { .len = 32, .hashed = 5, .body_octets = 5 };
    memcpy(d.octets, s->bh.at, 32);
    assert_int_equal(dkim_body_reason(s, &d), DKIM_FINE);
    assert_false(dkim_leaves_body_unsigned(s, &d));
    d.body_octets = 6;
    assert_int_equal(dkim_body_reason(s, &d), DKIM_FINE);
    assert_true(dkim_leaves_body_unsigned(s, &d));
    d.body_octets = 4;       /* T10: larger than the body */
    assert_int_equal(dkim_body_reason(s, &d), DKIM_LENGTH_OVER_BODY);
    d.body_octets = 5;
    d.octets[31] ^= 1;
    assert_int_equal(dkim_body_reason(s, &d), DKIM_BODY_DIFFERS);
    d.len = 0;
    assert_int_equal(dkim_body_reason(s, &d), DKIM_TOO_MANY_DIGESTS);
    assert_true(dkim_digest_spec(s).length == 5);
    s = read(dkim_signature_make, SLICE(GOOD_HEAD GOOD_TAIL));
    assert_true(dkim_digest_spec(s).length == DIGEST_WHOLE);
}

/* ---- forensics ---- */

#define SIX "one\r\ntwo\r\n\r\nfour  x \r\n\r\n\r\n"
#define TEN_LINES "1\r\n2\r\n3\r\n4\r\n5\r\n6\r\n7\r\n8\r\n9\r\n10\r\n"
#define SIXTY_LINES TEN_LINES TEN_LINES TEN_LINES TEN_LINES TEN_LINES TEN_LINES

static const struct { const char *name, *c, *was, *is, *finding; int64_t lines; } bodies[] = {
    { "footer of one line",    "simple/simple",   SIX, SIX "footer\r\n", "footer-added", 1 },
    { "footer of two lines",   "relaxed/relaxed", SIX, SIX "-- \r\nfooter\r\n", "footer-added", 2 },
    { "footer without end",    "relaxed/relaxed", SIX, SIX "--\r\nfooter", "footer-added", 2 },
    { "footer and empty lines", "simple/simple",  SIX, SIX "footer\r\n\r\n\r\n", "footer-added", 3 },
    { "footer of 63 lines",    "simple/simple",   SIX, SIX SIXTY_LINES "x\r\nx\r\nx\r\n", "footer-added", 63 },
    { "footer of 64 lines",    "simple/simple",   SIX, SIX SIXTY_LINES "x\r\nx\r\nx\r\nx\r\n", "footer-added", 64 },
    { "footer of 65 lines",    "simple/simple",   SIX, SIX SIXTY_LINES "x\r\nx\r\nx\r\nx\r\nx\r\n", "body-unknown", 0 },
    { "footer on an empty body", "simple/simple", "", "footer\r\n", "footer-added", 1 },
    { "last line changed",     "simple/simple",   SIX, "one\r\ntwo\r\n\r\nfour  y \r\n", "body-unknown", 0 },
    { "blanks changed",        "simple/simple",   "a b\r\n", "a  b \r\n", "other-form", 0 },
    { "blanks and more",       "simple/simple",   "a b\r\n", "a  c \r\n", "body-unknown", 0 },
    { "first line changed",    "relaxed/relaxed", SIX, "One\r\ntwo\r\n\r\nfour x\r\n", "body-unknown", 0 },
};

/* The result a failed body gets, without an engine. */
static struct result failed_result(const char *c, const char *body, enum dkim_reason reason, const char *more)
{
    struct text tags = text_in(arena, 1024), mail = text_in(arena, 4096);
    text_addf(&tags, "v=1; a=rsa-sha256; c=%s; d=a.example; s=s1; h=from; %s", c, more);
    text_add_octet(&tags, '\0');
    text_addf(&mail, "From: a@a.example\r\n\r\n%s", body);
    struct test_mail read_back;
    test_mail_read(arena, test_mail_signed(arena, TEST_KEY_RSA_1024, SLICE("DKIM-Signature"), (const char *)text_slice(&tags).at, text_slice(&mail)), &read_back);
    const struct field *field = message_field(&read_back.message, SLICE("DKIM-Signature"), 1);
    return (struct result){ .reason = reason, .evidence = { .detail = dkim_signature_make(arena, field) } };
}

static const struct fact *body_finding(const struct result *r, struct slice body, size_t chunk)
{
    struct fact *list = fact_group(arena, NULL);
    struct dkim_forensics *f = dkim_forensics_begin(arena, r);
    assert_non_null(f);
    for (size_t at = 0; at < body.len; at += chunk)
        dkim_forensics_push(f, slice_first(slice_from(body, at), chunk));
    dkim_forensics_end(f, list);
    assert_non_null(list->first);
    assert_null(list->first->next);
    return list->first;
}

static void changed_bodies_are_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(bodies); i++) {
        struct result r = failed_result(bodies[i].c, bodies[i].was, DKIM_BODY_DIFFERS, "");
        static const size_t chunks[] = { 1, 2, 3, 7, 100000 };
        for (size_t k = 0; k < COUNT_OF(chunks); k++) {
            const struct fact *f = body_finding(&r, slice_str(bodies[i].is), chunks[k]);
            if (!slice_same(fact_text(f, "finding"), slice_str(bodies[i].finding)) || fact_number(f, "lines", 0) != bodies[i].lines)
                fail_msg("%s: %.*s %d", bodies[i].name, (int)fact_text(f, "text").len, (const char *)fact_text(f, "text").at,
                         (int)fact_number(f, "lines", 0));
        }
    }
    struct result good = failed_result("simple/simple", "x", DKIM_VERIFIED, "");
    assert_null(dkim_forensics_begin(arena, &good));
    assert_null(dkim_forensics_begin(arena, &(struct result){ .reason = DKIM_BODY_DIFFERS }));
}

static const struct { const char *name, *z, *header, *finding, *field; size_t count; } copies[] = {
    { "subject changed", "From:a@a.example|Subject:=20old", "From: a@a.example\r\nSubject: [list] old\r\n", "field-changed", "Subject", 1 },
    { "only blanks",     "From:=20a@a.example|Subject:=20old=20x", "From:a@a.example\r\nSUBJECT:  old\r\n  x\r\n", "copies-agree", "", 1 },
    { "removed",         "From:a@a.example|Cc:b", "From: a@a.example\r\n", "field-removed", "Cc", 1 },
    { "one of several",  "Received:b", "Received: a\r\nReceived: b\r\n", "copies-agree", "", 1 },
    { "junk",            "|||x|=", "From: a\r\n", "copies-agree", "", 1 },
    { "two changed",     "From:b|Subject:b", "From: a\r\nSubject: a\r\n", "field-changed", "From", 2 },
};

static void copied_fields_are_compared(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(copies); i++) {
        char z[256];
        struct text t = text_fixed(z, sizeof z);
        text_addf(&t, "z=%s; ", copies[i].z);
        text_add_octet(&t, '\0');
        struct result r = failed_result("simple/simple", "x", DKIM_SIGNATURE_DIFFERS, z);
        struct test_mail mail;
        test_mail_read(arena, slice_str(copies[i].header), &mail);
        struct fact *list = fact_group(arena, NULL);
        dkim_forensics_header(arena, &mail.message, &r, list);
        size_t count = 0;
        for (const struct fact *f = list->first; f; f = f->next)
            count++;
        if (count != copies[i].count || !slice_same(fact_text(list->first, "finding"), slice_str(copies[i].finding))
            || !slice_same(fact_text(list->first, "field"), slice_str(copies[i].field)))
            fail_msg("%s: %zu", copies[i].name, count);
    }
}

static void ages_are_said(void **state)
{
    (void)state;
    static const struct { int64_t seconds; const char *text; } rows[] = {
        { 0, "0 days" }, { 86400, "1 days" }, { 89 * 86400, "89 days" }, { 90 * 86400, "3 months" }, { 729 * 86400, "24 months" },
        { 730 * 86400, "2 years" }, { 1100 * 86400, "3 years" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct text t = text_in(arena, 64);
        text_add_age(&t, rows[i].seconds);
        assert_text(text_slice(&t), rows[i].text);
    }
}

static void reasons_are_distinct(void **state)
{
    (void)state;
    for (size_t i = 1; i < DKIM_REASON_COUNT; i++) {
        assert_true(dkim_reasons[i].stored > DKIM_STORED_BASE && dkim_reasons[i].stored < DKIM_STORED_BASE + 100);
        for (size_t k = 1; k < i; k++)
            assert_true(dkim_reasons[i].stored != dkim_reasons[k].stored && strcmp(dkim_reasons[i].name, dkim_reasons[k].name) != 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signatures_are_read),
        cmocka_unit_test(members_are_what_was_written),
        cmocka_unit_test(hole_is_the_value_of_b),
        cmocka_unit_test(every_octet_in_every_tag),
        cmocka_unit_test(names_are_bounded),
        cmocka_unit_test(arc_fields_are_read),
        cmocka_unit_test(quoted_printable_is_undone),
        cmocka_unit_test(times_are_judged_by_the_clock_given),
        cmocka_unit_test(keys_are_read),
        cmocka_unit_test(keys_fit_their_signatures),
        cmocka_unit_test(sets_of_records_do_not_depend_on_order),
        cmocka_unit_test(memory_fails_cleanly),
        cmocka_unit_test(failures_of_dns_are_not_absence),
        cmocka_unit_test(rfc8463_example_verifies),
        cmocka_unit_test(fields_are_taken_from_below),
        cmocka_unit_test(all_forms_verify),
        cmocka_unit_test(body_is_compared_with_bh),
        cmocka_unit_test(changed_bodies_are_explained),
        cmocka_unit_test(copied_fields_are_compared),
        cmocka_unit_test(ages_are_said),
        cmocka_unit_test(reasons_are_distinct),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
