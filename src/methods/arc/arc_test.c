/* Chains: structure as tables, and whole messages through the engine in every order of their answers. */
#include "methods/arc/arc_say.h"
#include "methods/dkim/replay_test.h"
#include "methods/dkim/test_mail.h"

#include "base/codec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define NOW 1700000000
#define MAIL "From: a@a.example\r\nTo: b@b.example\r\nSubject: dinner\r\n\r\nHi.\r\n"
#define CONFIG "methods = { arc = { trusted_sealers = [ \"l1.example\", \"l2.example\" ]; }; };"

static struct arena *arena;
static struct replay_world *world;

static void add_txt(struct text *zone, const char *selector, struct slice domain, struct slice record)
{
    text_addf(zone, "%s._domainkey.", selector);
    text_add(zone, domain);
    text_add_str(zone, ". IN TXT");
    for (; record.len > 0; record = slice_from(record, 255)) {
        text_add_str(zone, " \"");
        text_add(zone, slice_first(record, 255));
        text_add_str(zone, "\"");
    }
    text_add_str(zone, "\n");
}

static struct slice domain_of(unsigned n)
{
    struct text t = text_in(arena, 32);
    text_addf(&t, "l%u.example", n);
    return text_slice(&t);
}

static int start(void **state)
{
    (void)state;
    arena = arena_new(512u << 20);
    if (crypto_start() != STATUS_OK)
        return -1;
    struct text zone = text_in(arena, 1u << 20);
    for (unsigned n = 1; n <= ARC_INSTANCE_MAX; n++) {
        add_txt(&zone, "ed", domain_of(n), test_key_record(arena, TEST_KEY_ED25519, ""));
        add_txt(&zone, "r1", domain_of(n), test_key_record(arena, TEST_KEY_RSA_1024, ""));
    }
    add_txt(&zone, "weak", domain_of(1), test_key_record(arena, TEST_KEY_RSA_512, ""));
    add_txt(&zone, "strict", domain_of(1), test_key_record(arena, TEST_KEY_ED25519, "t=s; "));
    text_add_str(&zone, "; timeout slow._domainkey.l1.example.\n; servfail broken._domainkey.l1.example.\n");
    text_add_octet(&zone, '\0');
    world = replay_open((const char *)text_slice(&zone).at, CONFIG);
    return 0;
}

static int stop(void **state)
{
    (void)state;
    replay_close(world);
    arena_free(arena);
    return 0;
}

/* ---- making chains ---- */

/* One hop's set; NULL members: the usual. */
struct hop {
    unsigned i;
    unsigned domain;                       /* l<n>.example; 0: i */
    enum test_key ams_key, seal_key;
    const char *ams_tags;                  /* selector, c=, l=, ... "; " behind each; h= too */
    const char *seal_tags;                 /* s=...; */
    const char *cv;
    const char *results;                   /* AAR payload behind "i=N;" */
};

static void *read_field(void *context, const struct field *f, void *(*make)(struct arena *, const struct field *))
{
    return make(context, f);
}

static struct slice with_seal(const char *tags, struct slice b, struct slice mail)
{
    struct text t = text_in(arena, mail.len + 4096);
    text_addf(&t, "ARC-Seal: %sb=", tags);
    base64_encode(&t, b);
    text_add_str(&t, "\r\n");
    text_add(&t, mail);
    return text_slice(&t);
}

/* The hash is that of the newest set, whatever judging the chain says of its cv. */
static struct slice sealed(const struct hop *h, const char *tags, struct slice mail)
{
    struct test_mail read_back;
    struct arc_chain chain;
    struct arc_hashes hashes;
    const struct arc_reader reader = { .read = read_field, .context = arena };
    test_mail_read(arena, with_seal(tags, SLICE("stand-in"), mail), &read_back);
    assert_true(arc_chain_collect(&read_back.message, &reader, &chain));
    arc_seal_hashes(&chain, &hashes);
    assert_true(hashes.good);
    return with_seal(tags, test_key_sign(arena, h->seal_key, HASH_SHA256, slice_of(hashes.at[h->i], 32)), mail);
}

static const char *algorithm_of(enum test_key key)
{
    return key == TEST_KEY_ED25519 ? "ed25519-sha256" : "rsa-sha256";
}

static struct slice hop(struct hop h, struct slice mail)
{
    char ams[512], seal[512];
    unsigned domain = h.domain ? h.domain : h.i;
    struct text aar = text_in(arena, mail.len + 1024), a = text_fixed(ams, sizeof ams), s = text_fixed(seal, sizeof seal);
    text_addf(&aar, "ARC-Authentication-Results: i=%u; %s\r\n", h.i,
              h.results ? h.results : "l.example; spf=fail smtp.mfrom=a@a.example; dkim=fail header.d=x.example; dkim=pass header.d=a.example;"
              " dmarc=pass header.from=a.example");
    text_add(&aar, mail);
    text_addf(&a, "i=%u; a=%s; d=l%u.example; %s", h.i, algorithm_of(h.ams_key), domain,
              h.ams_tags ? h.ams_tags : "s=ed; c=relaxed/relaxed; h=from:to:subject; ");
    text_addf(&s, "i=%u; a=%s; d=l%u.example; %scv=%s; t=1699990000; ", h.i, algorithm_of(h.seal_key), domain, h.seal_tags ? h.seal_tags : "s=ed; ",
              h.cv ? h.cv : h.i == 1 ? "none" : "pass");
    text_add_octet(&a, '\0');
    text_add_octet(&s, '\0');
    mail = test_mail_signed(arena, h.ams_key, SLICE("ARC-Message-Signature"), ams, text_slice(&aar));
    assert_true(mail.len > 0);
    return sealed(&h, seal, mail);
}

#define ED .ams_key = TEST_KEY_ED25519, .seal_key = TEST_KEY_ED25519

static struct slice chain_of(unsigned count)
{
    struct slice mail = SLICE(MAIL);
    for (unsigned i = 1; i <= count; i++)
        mail = hop((struct hop){ .i = i, ED }, mail);
    return mail;
}

static struct slice joined(struct slice a, struct slice b)
{
    struct text t = text_in(arena, a.len + b.len + 1);
    text_add(&t, a);
    text_add(&t, b);
    return text_slice(&t);
}

static struct slice replaced(struct slice text, const char *find, const char *by)
{
    struct slice what = slice_str(find);
    for (size_t i = 0; i + what.len <= text.len; i++)
        if (memcmp(text.at + i, what.at, what.len) == 0)
            return joined(slice_first(text, i), joined(slice_str(by), slice_from(text, i + what.len)));
    fail_msg("\"%s\" is not there", find);
    return text;
}

static const struct fact *judged(const char *name, struct slice mail, const char *want)
{
    const struct fact *out = replay_all(world, arena, mail, NOW);
    struct slice got = replay_words(arena, out, "arc");
    if (!slice_same(got, slice_str(want)))
        fail_msg("%s: \"%.*s\" (%.*s), not \"%s\"", name, (int)got.len, (const char *)got.at,
                 (int)fact_text(fact_find(out, "arc"), "text").len, (const char *)fact_text(fact_find(out, "arc"), "text").at, want);
    return fact_find(out, "arc");
}

/* ---- chains that hold ---- */

static void intact_chains_pass(void **state)
{
    (void)state;
    assert_int_equal(fact_number(judged("none", SLICE(MAIL), "none no-chain"), "sets", -1), 0);
    const struct fact *arc = judged("three", chain_of(3), "pass intact");
    assert_int_equal(fact_number(arc, "sets", 0), 3);
    assert_int_equal(fact_number(arc, "oldest_pass", -1), 0);
    const struct fact *sealer = fact_find(arc, "sealers")->first;
    assert_true(slice_same(fact_text(sealer, "domain"), SLICE("l1.example")) && slice_same(fact_text(sealer, "cv"), SLICE("none")));
    assert_true(fact_flag(sealer, "trusted") && !fact_flag(fact_find(arc, "sealers")->last, "trusted"));
    judged("fifty", chain_of(50), "pass intact");
    judged("rsa", hop((struct hop){ .i = 1, .ams_key = TEST_KEY_RSA_1024, .seal_key = TEST_KEY_RSA_1024, .ams_tags = "s=r1; h=from; ", .seal_tags = "s=r1; " },
           SLICE(MAIL)), "pass intact");
    judged("simple/simple", hop((struct hop){ .i = 1, ED, .ams_tags = "s=ed; c=simple/simple; h=from:subject; " }, SLICE(MAIL)), "pass intact");
    judged("strict key", hop((struct hop){ .i = 1, ED, .ams_tags = "s=strict; h=from; " }, SLICE(MAIL)), "pass intact");
    judged("l of the whole body", hop((struct hop){ .i = 1, ED, .ams_tags = "s=ed; l=5; h=from; " }, SLICE(MAIL)), "pass intact");
    judged("two domains in a set", hop((struct hop){ .i = 1, .domain = 7, ED }, SLICE(MAIL)), "pass intact");
}

/* A later hop may change the message: older signatures fail, the chain does not (5.2 step 5). */
static void oldest_pass_is_found(void **state)
{
    (void)state;
    struct slice two = chain_of(2);
    struct slice listed = replaced(two, "Subject: dinner", "Subject: [list] dinner");
    struct slice four = hop((struct hop){ .i = 4, ED }, hop((struct hop){ .i = 3, ED }, listed));
    assert_int_equal(fact_number(judged("changed before 3", four, "pass intact"), "oldest_pass", -1), 3);
    struct slice body = hop((struct hop){ .i = 2, ED }, joined(chain_of(1), SLICE("footer\r\n")));
    assert_int_equal(fact_number(judged("footer before 2", body, "pass intact"), "oldest_pass", -1), 2);
    /* only so many older ones are tried; what is not tried is not claimed */
    assert_int_equal(fact_number(judged("thirty", chain_of(30), "pass intact"), "oldest_pass", -1), 10);
    /* 51 operations of 60 validate fifty sets, the other 9 look for oldest-pass */
    assert_int_equal(fact_number(judged("fifty", chain_of(50), "pass intact"), "oldest_pass", -1), 41);
    assert_int_equal(fact_number(judged("twenty", chain_of(20), "pass intact"), "oldest_pass", -1), 0);
    assert_int_equal(fact_number(judged("twenty-one", chain_of(21), "pass intact"), "oldest_pass", -1), 0);
    assert_int_equal(fact_number(judged("twenty-two", chain_of(22), "pass intact"), "oldest_pass", -1), 2);
}

/* ---- trust ---- */

static void only_named_sealers_are_believed(void **state)
{
    (void)state;
    /* T20: an intact chain of a stranger that claims all passed */
    assert_null(fact_find(judged("stranger", hop((struct hop){ .i = 1, .domain = 9, ED }, SLICE(MAIL)), "pass intact"), "trusted_result"));
    const struct fact *t = fact_find(judged("one trusted", chain_of(1), "pass intact"), "trusted_result");
    assert_non_null(t);
    assert_true(slice_same(fact_text(t, "sealer"), SLICE("l1.example")) && slice_same(fact_text(t, "dmarc"), SLICE("pass")));
    assert_true(slice_same(fact_text(t, "spf"), SLICE("fail")) && slice_same(fact_text(t, "dkim"), SLICE("pass")));
    assert_true(slice_same(fact_text(t, "from"), SLICE("a.example")));
    /* every later sealer must be trusted too */
    assert_null(fact_find(judged("trusted, then a stranger", chain_of(3), "pass intact"), "trusted_result"));
    t = fact_find(judged("two trusted", chain_of(2), "pass intact"), "trusted_result");
    assert_int_equal(fact_number(t, "i", 0), 1);
    struct slice mail = hop((struct hop){ .i = 2, ED }, hop((struct hop){ .i = 1, .domain = 9, ED }, SLICE(MAIL)));
    t = fact_find(judged("a stranger, then trusted", mail, "pass intact"), "trusted_result");
    assert_int_equal(fact_number(t, "i", 0), 2);
    /* T11: a replay with another Subject on top does not borrow the sealer's word; nor does a signature without From */
    const struct fact *arc = judged("second Subject", joined(SLICE("Subject: won!\r\n"), chain_of(1)), "pass intact");
    assert_true(fact_flag(arc, "open") && !fact_find(arc, "trusted_result"));
    arc = judged("From unsigned", hop((struct hop){ .i = 1, ED, .ams_tags = "s=ed; h=subject; " }, SLICE(MAIL)), "pass intact");
    assert_true(fact_flag(arc, "open") && !fact_find(arc, "trusted_result"));
    /* nothing of a failed chain, nor of a field nobody can read */
    assert_null(fact_find(judged("changed", replaced(chain_of(1), "Subject: dinner", "Subject: x"), "fail ams-fails"), "trusted_result"));
    mail = hop((struct hop){ .i = 1, ED, .results = "\"open" }, SLICE(MAIL));
    assert_null(fact_find(judged("unreadable results", mail, "pass intact"), "trusted_result"));
    /* two words for one author are none, whichever stands first */
    mail = hop((struct hop){ .i = 1, ED, .results = "l1.example; dmarc=pass header.from=a.example; dmarc=fail header.from=a.example" }, SLICE(MAIL));
    assert_int_equal(fact_text(fact_find(judged("pass, then fail", mail, "pass intact"), "trusted_result"), "dmarc").len, 0);
    mail = hop((struct hop){ .i = 1, ED, .results = "l1.example; dmarc=fail header.from=a.example; dmarc=pass header.from=a.example" }, SLICE(MAIL));
    assert_int_equal(fact_text(fact_find(judged("fail, then pass", mail, "pass intact"), "trusted_result"), "dmarc").len, 0);
    mail = hop((struct hop){ .i = 1, ED, .results = "l1.example; dmarc=pass header.from=a.example; spf=fail; spf=pass; dmarc=pass header.from=a.example" }, SLICE(MAIL));
    t = fact_find(judged("pass twice", mail, "pass intact"), "trusted_result");
    assert_true(slice_same(fact_text(t, "dmarc"), SLICE("pass")) && slice_same(fact_text(t, "spf"), SLICE("pass")));
}

/* ---- chains that do not hold ---- */

/* A set as text, never signed: structure is judged before cryptography. */
static struct slice raw_set(const char *i, const char *cv, const char *more, struct slice mail)
{
    struct text t = text_in(arena, mail.len + 4096);
    text_addf(&t, "ARC-Seal: i=%s; a=rsa-sha256; cv=%s; d=l1.example; s=r1; %sb=AAAA\r\n", i, cv, more);
    text_addf(&t, "ARC-Message-Signature: i=%s; a=rsa-sha256; d=l1.example; s=r1; h=from;"
              " bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=; b=AAAA\r\n", i);
    text_addf(&t, "ARC-Authentication-Results: i=%s; l1.example; none\r\n", i);
    text_add(&t, mail);
    return text_slice(&t);
}

static const struct { const char *name; struct { const char *i, *cv, *more; } sets[3]; const char *words; } structures[] = {
    { "gap",                 { { "3", "pass", "" }, { "1", "none", "" } }, "fail instances" },
    { "no first",            { { "2", "pass", "" } }, "fail instances" },
    { "double",              { { "1", "none", "" }, { "1", "none", "" } }, "fail instances" },
    { "instance 0",          { { "0", "none", "" } }, "fail seal-malformed" },
    { "instance -1",         { { "-1", "none", "" } }, "fail seal-malformed" },
    { "instance 51",         { { "51", "none", "" } }, "fail seal-malformed" },
    { "instance wrapped",    { { "4294967297", "none", "" } }, "fail seal-malformed" },
    { "instance 001",        { { "001", "none", "" } }, "fail seal-malformed" },
    { "cv=pass at 1",        { { "1", "pass", "" } }, "fail cv-wrong" },
    { "cv=none at 2",        { { "2", "none", "" }, { "1", "none", "" } }, "fail cv-wrong" },
    { "cv=fail on top",      { { "2", "fail", "" }, { "1", "none", "" } }, "fail cv-fail" },
    { "cv=fail at 1",        { { "1", "fail", "" } }, "fail cv-fail" },
    { "cv=fail below",       { { "2", "pass", "" }, { "1", "fail", "" } }, "fail cv-wrong" },
    { "seal with h",         { { "1", "none", "h=from; " } }, "fail seal-malformed" },
    { "seal with tag twice", { { "1", "none", "s=x; " } }, "fail seal-malformed" },
    { "cv unknown",          { { "1", "maybe", "" } }, "fail seal-malformed" },
};

static void structure_comes_before_cryptography(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(structures); i++) {
        struct slice mail = SLICE(MAIL);
        for (size_t k = 3; k > 0; k--)
            if (structures[i].sets[k - 1].i)
                mail = raw_set(structures[i].sets[k - 1].i, structures[i].sets[k - 1].cv, structures[i].sets[k - 1].more, mail);
        judged(structures[i].name, mail, structures[i].words);
    }
    struct slice one = raw_set("1", "none", "", SLICE(MAIL));
    judged("no AAR", replaced(one, "ARC-Authentication-Results", "X"), "fail incomplete");
    judged("no AMS", replaced(one, "ARC-Message-Signature", "X"), "fail incomplete");
    judged("no seal", replaced(one, "ARC-Seal", "X"), "fail incomplete");
    judged("AAR without instance", replaced(one, "Results: i=1;", "Results:"), "fail aar-malformed");
    judged("AAR, instance not first", replaced(one, "Results: i=1; l1.example;", "Results: l1.example; i=1;"), "fail aar-malformed");
    judged("AMS without bh", replaced(one, " bh=", " xx="), "fail ams-malformed");
    judged("AMS covers a seal", replaced(one, "h=from;", "h=from:ARC-seal;"), "fail ams-covers-seal");
    judged("sha1", replaced(one, "a=rsa-sha256", "a=rsa-sha1"), "fail seal-malformed");
    judged("bare CR", replaced(one, "l1.example; none", "l1.example; \rnone"), "fail odd-octets");
    assert_int_equal(replay_questions(world), 0);
}

static void sets_are_bounded(void **state)
{
    (void)state;
    struct slice mail = SLICE(MAIL);
    for (unsigned i = 0; i < ARC_INSTANCE_MAX + 1; i++)
        mail = joined(SLICE("ARC-Seal: i=1\r\n"), mail);
    judged("51 seals", mail, "fail too-many-sets");
    for (unsigned i = 0; i < 10 * ARC_INSTANCE_MAX; i++)
        mail = joined(SLICE("ARC-Authentication-Results: i=1\r\n"), mail);
    judged("500", mail, "fail too-many-sets");
    assert_int_equal(replay_questions(world), 0);
}

static void changed_chains_fail(void **state)
{
    (void)state;
    struct slice two = chain_of(2);
    judged("body", replaced(two, "Hi.", "Ho."), "fail ams-body-differs");
    judged("header", replaced(two, "Subject: d", "Subject: D"), "fail ams-fails");
    judged("older seal", replaced(two, "cv=none; t=1699990000", "cv=none; t=1699990001"), "fail seal-fails");
    judged("results of the first hop", replaced(two, "i=1; l.example; spf=fail", "i=1; l.example; spf=pass"), "fail seal-fails");
    judged("results of the second hop", replaced(two, "i=2; l.example; spf=fail", "i=2; l.example; spf=pass"), "fail seal-fails");
    judged("blanks in a seal are relaxed", replaced(two, "cv=none; t=", "cv=none;\r\n   t="), "pass intact");
    judged("cv of the middle", replaced(chain_of(3), "cv=pass", "cv=fail"), "fail cv-fail");
}

static void keys_decide(void **state)
{
    (void)state;
    judged("time-out", hop((struct hop){ .i = 1, ED, .ams_tags = "s=slow; h=from; " }, SLICE(MAIL)), "fail key-unknown");
    judged("server failure of a seal", hop((struct hop){ .i = 1, ED, .seal_tags = "s=broken; " }, SLICE(MAIL)), "fail key-unknown");
    judged("no key", hop((struct hop){ .i = 1, ED, .seal_tags = "s=none; " }, SLICE(MAIL)), "fail seal-fails");
    judged("512 bits", hop((struct hop){ .i = 1, .ams_key = TEST_KEY_ED25519, .seal_key = TEST_KEY_RSA_512, .seal_tags = "s=weak; " }, SLICE(MAIL)),
           "fail seal-fails");
    judged("expired", hop((struct hop){ .i = 1, ED, .ams_tags = "s=ed; t=1600000000; x=1600000001; h=from; " }, SLICE(MAIL)), "fail ams-fails");
    judged("from the future", hop((struct hop){ .i = 1, ED, .ams_tags = "s=ed; t=1800000000; h=from; " }, SLICE(MAIL)), "fail ams-fails");
    judged("l leaves the end open", hop((struct hop){ .i = 1, ED, .ams_tags = "s=ed; l=2; h=from; " }, SLICE(MAIL)), "fail ams-fails");
    judged("covers itself", hop((struct hop){ .i = 1, ED, .ams_tags = "s=ed; h=from:arc-message-signature; " }, SLICE(MAIL)), "fail ams-fails");
    /* a failing question before a good one, and after it */
    judged("first of two", hop((struct hop){ .i = 2, ED }, hop((struct hop){ .i = 1, ED, .seal_tags = "s=slow; " }, SLICE(MAIL))), "fail key-unknown");
    judged("older message key is nobody's business", hop((struct hop){ .i = 2, ED }, hop((struct hop){ .i = 1, ED, .ams_tags = "s=slow; h=from; " }, SLICE(MAIL))),
           "pass intact");
}

/* RFC 8617 10.2 */
static void what_is_printed(void **state)
{
    (void)state;
    const struct fact *out = replay_all(world, arena, chain_of(1), NOW);
    struct slice ar = fact_text(out, "authentication_results");
    bool found = false;
    for (size_t i = 0; i < ar.len; i++)
        found = found || slice_starts(slice_from(ar, i), SLICE("arc=pass smtp.remote-ip=192.0.2.1 header.oldest-pass=0"));
    if (!found)
        fail_msg("%.*s", (int)ar.len, (const char *)ar.at);
    assert_true(slice_same(fact_text(fact_find(out, "arc"), "text"), SLICE("1 set, the newest sealed by l1.example")));
}

static void results_field_begins_with_its_instance(void **state)
{
    (void)state;
    static const struct { const char *value; unsigned instance; const char *payload; } rows[] = {
        { " i=1; a.example; none", 1, " a.example; none" }, { "i=50;x", 50, "x" }, { " (a) i (b) = (c (d)) 7 (e) ; x", 7, " x" },
        { "\r\n i\r\n =\t3\r\n ;x", 3, "x" }, { " i=01; x", 1, " x" }, { " i=51; x", 0, "" }, { " i=0; x", 0, "" }, { " i=; x", 0, "" },
        { " i=1 x", 0, "" }, { " i=1", 0, "" }, { " I=1; x", 0, "" }, { " x; i=1;", 0, "" }, { "", 0, "" }, { " i=001; x", 0, "" },
        { " (open i=1; x", 0, "" }, { " i=1-; x", 0, "" },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        struct message m;
        message_init(&m, arena);
        const struct arc_results *r = arc_results_make(arena, message_add_parts(&m, SLICE("ARC-Authentication-Results"), slice_str(rows[i].value)));
        if (r->instance != rows[i].instance || (r->instance && !slice_same(r->payload, slice_str(rows[i].payload))))
            fail_msg("\"%s\": %u", rows[i].value, r->instance);
    }
}

static void reasons_are_distinct(void **state)
{
    (void)state;
    for (size_t i = 1; i < ARC_REASON_COUNT; i++)
        for (size_t k = 1; k < i; k++)
            assert_true(arc_reasons[i].stored != arc_reasons[k].stored && strcmp(arc_reasons[i].name, arc_reasons[k].name) != 0);
}

static void manual_is_the_table(void **state)
{
    (void)state;
    manual_has_options(__FILE__, "frank-arc.7", "methods.arc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intact_chains_pass),
        cmocka_unit_test(oldest_pass_is_found),
        cmocka_unit_test(only_named_sealers_are_believed),
        cmocka_unit_test(structure_comes_before_cryptography),
        cmocka_unit_test(sets_are_bounded),
        cmocka_unit_test(changed_chains_fail),
        cmocka_unit_test(keys_decide),
        cmocka_unit_test(what_is_printed),
        cmocka_unit_test(results_field_begins_with_its_instance),
        cmocka_unit_test(reasons_are_distinct),
        cmocka_unit_test(manual_is_the_table),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
