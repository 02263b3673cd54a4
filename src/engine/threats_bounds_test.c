/*
 * threats_bounds_test.c: signatures that lie and floods (threats.md B and T23), through the whole engine. What
 * a flood costs is counted: questions, public-key operations, octets of memory; no clock is looked at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/letters_test.h"
#include "mail/authres.h"

#define LINE_OCTETS 512

static struct letters *letters;

static int open_letters(void **state)
{
    (void)state;
    letters = letters_new("rules = \"standard\";", "");
    return 0;
}

static int close_letters(void **state)
{
    (void)state;
    letters_free(letters);
    return 0;
}

static struct slice replaced(struct slice in, const char *old, struct slice by)
{
    struct slice piece = slice_str(old);
    for (size_t i = 0; i + piece.len <= in.len; i++)
        if (slice_starts(slice_from(in, i), piece))
            return letter_join(letters, slice_first(in, i), letter_join(letters, by, slice_from(in, i + piece.len)));
    fail_msg("%s is not in the letter", old);
    return in;
}

#define PLAIN "From: a@stranger.example\r\nTo: you@receiver.example\r\nSubject: hello\r\n\r\n0123456789\r\n"

/* ---- T10: l= ---- */

static const struct { const char *tags, *more; enum auth_result dkim; } lengths[] = {
    { "h=from:to:subject; l=12", "", AUTH_PASS },                     /* the whole body, "\r\n" included */
    { "h=from:to:subject; l=12", "<p>evil</p>\r\n", AUTH_POLICY },
    { "h=from:to:subject; l=5", "", AUTH_POLICY },
    { "h=from:to:subject; l=0", "", AUTH_POLICY },
    { "h=from:to:subject; l=0", "<p>evil</p>\r\n", AUTH_POLICY },
    { "h=from:to:subject", "<p>evil</p>\r\n", AUTH_FAIL },
};

static void t10_what_l_leaves_open_never_counts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        struct slice mail = letter_join(letters, letter_signed(letters, "stranger.example", lengths[i].tags, SLICE(PLAIN)), slice_str(lengths[i].more));
        struct told told = letter_played_from(letters, "192.0.2.99", "h.example", "", mail);
        if (letter_word(&told, &dkim_method) != lengths[i].dkim)
            fail_msg("%s + %s: %s", lengths[i].tags, lengths[i].more, auth_result_word(letter_word(&told, &dkim_method)));
        assert_true((letter_word(&told, &dmarc_method) == AUTH_PASS) == (lengths[i].dkim == AUTH_PASS));
        letters_forget(letters);
    }
}

static void t10_lengths_that_are_none_or_too_long(void **state)
{
    static const char *const values[] = { "13", "99999", "18446744073709551615", "18446744073709551616", "18446744073709551628", "-1", "+12", "0x0c", "12 12", "1e1", "" };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(values); i++) {
        struct slice mail = letter_signed(letters, "stranger.example", "h=from:to:subject; l=12", SLICE(PLAIN));
        char tag[64];
        snprintf(tag, sizeof tag, "l=%s", values[i]);
        struct told told = letter_played_from(letters, "192.0.2.99", "h.example", "", replaced(mail, "l=12", slice_str(tag)));
        if (letter_word(&told, &dkim_method) == AUTH_PASS || letter_word(&told, &dmarc_method) == AUTH_PASS)
            fail_msg("l=%s passes", values[i]);
        letters_forget(letters);
    }
}

/* ---- T11: fields added after signing ---- */

static void t11_fields_added_above_a_signature_end_its_pass(void **state)
{
    static const char *const added[] = {
        "From: ceo@author.example", "Subject: urgent", "To: ceo@author.example", "Date: Tue, 14 Nov 2023 22:13:20 +0000", "Content-Type: text/html",
        "MIME-Version: 1.0", "Content-Transfer-Encoding: base64",
    };
    static const char text[] = "From: a@stranger.example\r\nTo: you@receiver.example\r\nSubject: hello\r\nDate: Tue, 14 Nov 2023 22:13:00 +0000\r\n"
        "MIME-Version: 1.0\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: 7bit\r\n\r\nhi\r\n";
    static const char tags[] = "h=from:to:subject:date:mime-version:content-type:content-transfer-encoding";
    (void)state;
    struct told whole = letter_played_from(letters, "192.0.2.99", "h.example", "", letter_signed(letters, "stranger.example", tags, slice_str(text)));
    assert_int_equal(letter_word(&whole, &dmarc_method), AUTH_PASS);
    for (size_t i = 0; i < COUNT_OF(added); i++) {
        char line[LINE_OCTETS];
        snprintf(line, sizeof line, "%s\r\n", added[i]);
        struct slice mail = letter_join(letters, slice_str(line), letter_signed(letters, "stranger.example", tags, slice_str(text)));
        struct told told = letter_played_from(letters, "192.0.2.99", "h.example", "", mail);
        if (letter_word(&told, &dmarc_method) == AUTH_PASS)
            fail_msg("%s: passes", added[i]);
        letters_forget(letters);
    }
}

/* ---- T12: every octet inside every tag ---- */

static bool is_plain_name(struct slice name)
{
    for (size_t i = 0; i < name.len; i++)
        if (!is_alnum(name.at[i]) && name.at[i] != '-' && name.at[i] != '.' && name.at[i] != '_')
            return false;
    return name.len <= 253;
}

static void t12_every_octet_inside_every_tag(void **state)
{
    /* Behind the first letter of the value; what is in front of it is there once. */
    static const char *const places[] = { "d=s", "s=s", "i=a@s", "a=ed", "h=f", "c=r", "v=1" };
    (void)state;
    for (size_t place = 0; place < COUNT_OF(places); place++)
        for (unsigned octet = 0; octet < 256; octet++) {
            uint8_t more[1] = { (uint8_t)octet };
            struct slice mail = letter_signed(letters, "stranger.example", "i=a@stranger.example; h=from:to", SLICE(PLAIN));
            mail = replaced(mail, places[place], letter_join(letters, slice_str(places[place]), slice_of(more, 1)));
            struct told told = letter_played_from(letters, "192.0.2.99", "h.example", "", mail);
            bool blank = octet == ' ' || octet == '\t';
            /* A blank is folding white space where the grammar allows it; any other octet is in the hash, so no pass. */
            if (letter_word(&told, &dkim_method) == AUTH_PASS && !blank)
                fail_msg("%s + octet %u passes", places[place], octet);
            struct slice field = fact_text(told.record, "authentication_results");
            struct authres back;
            assert_int_equal(authres_parse(letters_arena(letters), field, &back), AUTHRES_GOOD);
            letters_forget(letters);
        }
}

/* What was asked while d= and s= held anything: names as DNS has them, never the odd ones. */
static void t12_odd_names_are_never_asked(void **state)
{
    (void)state;
    for (unsigned octet = 0; octet < 256; octet++) {
        char tags[LINE_OCTETS];
        uint8_t more[1] = { (uint8_t)octet };
        if (is_plain_name(slice_of(more, 1)) || octet == ';')
            continue;
        snprintf(tags, sizeof tags, "DKIM-Signature: v=1; a=ed25519-sha256; d=oddXd.example; s=oddXs; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA\r\n");
        struct slice mail = letter_join(letters, slice_str(tags), SLICE(PLAIN));
        mail = replaced(replaced(mail, "Xd", letter_join(letters, slice_of(more, 1), SLICE("d"))), "Xs", letter_join(letters, slice_of(more, 1), SLICE("s")));
        struct told told = letter_played_from(letters, "192.0.2.99", "h.example", "", mail);
        /* U-labels aside (RFC 8616), which need more than one octet. */
        if (told.counts.failed > 0 || letter_word(&told, &dkim_method) == AUTH_PASS)
            fail_msg("octet %u", octet);
        letters_forget(letters);
    }
}

/* ---- T17: what rules and readers can know of a replay ---- */

static void t17_age_and_expiry_are_told(void **state)
{
    (void)state;
    struct slice mail = letter_signed(letters, "stranger.example", "t=1699000000; x=1700100000; h=from", SLICE(PLAIN));
    struct told told = letter_played(letters, mail);
    const struct fact *one = fact_find(told.record, "dkim")->first;
    assert_int_equal(fact_number(one, "signed_at", 0), 1699000000);
    assert_int_equal(fact_number(one, "expires", 0), 1700100000);
    assert_non_null(fact_find(fact_find(told.record, "session"), "rcpt_to")->first);
    letters_forget(letters);
}

/* ---- T18: ten times each bound ---- */

static uint64_t questions_at_most(void)
{
    uint64_t total = 0;
    for (size_t i = 0; methods[i]; i++)
        total += (uint64_t)methods[i]->subjects_max * methods[i]->asks + methods[i]->hints;
    return total;
}

/* Nothing beyond its ceiling, and never a pass by what was left out. */
static void expect_bounded(const char *what, const struct told *told)
{
    if (told->asked > questions_at_most() || told->counts.key_operations > PUBLIC_KEY_OPERATIONS_MAX || told->counts.memory > 16u << 20 || told->asked_twice)
        fail_msg("%s: %u questions, %u key operations, %zu octets", what, told->asked, told->counts.key_operations, told->counts.memory);
    if (letter_word(told, &dmarc_method) == AUTH_PASS)
        fail_msg("%s: dmarc passes", what);
}

/* Lines "BEFORE n BETWEEN n AFTER". */
static struct slice numbered(const char *before, const char *between, const char *after, unsigned count)
{
    struct text t = text_in(letters_arena(letters), (size_t)count * LINE_OCTETS + 1);
    for (unsigned i = 1; i <= count; i++)
        text_addf(&t, "%s%u%s%u%s", before, i, between, i, after);
    assert_false(t.bad);
    return text_slice(&t);
}

#define EMPTY_BODY "bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
#define VICTIM "From: ceo@author.example\r\n\r\nhi\r\n"

static struct slice many_signatures(unsigned count)
{
    return letter_join(letters, numbered("DKIM-Signature: v=1; a=rsa-sha256; d=d", ".example; s=s", "; h=from; " EMPTY_BODY "; b=AAAA\r\n", count), SLICE(VICTIM));
}

static struct slice many_good_signatures(unsigned count)
{
    struct slice mail = SLICE(PLAIN);
    for (unsigned i = 0; i < count; i++)
        mail = letter_signed(letters, "stranger.example", "h=from", mail);
    return replaced(mail, "From: a@stranger.example", SLICE("From: ceo@author.example"));
}

static struct slice many_sets(unsigned count)
{
    struct slice seals = numbered("ARC-Seal: i=", "; a=rsa-sha256; cv=pass; d=forwarder.example; s=s", "; b=AAAA\r\n", count);
    struct slice messages = numbered("ARC-Message-Signature: i=", "; a=rsa-sha256; d=forwarder.example; s=s", "; h=from; " EMPTY_BODY "; b=AAAA\r\n", count);
    struct slice results = numbered("ARC-Authentication-Results: i=", "; forwarder", ".example; dmarc=pass header.from=author.example\r\n", count);
    return letter_join(letters, seals, letter_join(letters, messages, letter_join(letters, results, SLICE(VICTIM))));
}

static struct slice many_names(unsigned count)
{
    return letter_join(letters, SLICE("DKIM-Signature: v=1; a=ed25519-sha256; d=stranger.example; s=s1; " EMPTY_BODY "; b=AAAA; h=from"),
                       letter_join(letters, numbered(":x", "-", "", count), SLICE("\r\n" VICTIM)));
}

static struct slice many_tags(unsigned count)
{
    return letter_join(letters, SLICE("DKIM-Signature: v=1; a=ed25519-sha256; d=stranger.example; s=s1; h=from; " EMPTY_BODY "; b=AAAA"),
                       letter_join(letters, numbered("; t", "x=", "", count), SLICE("\r\n" VICTIM)));
}

static struct slice many_fields(unsigned count)
{
    return letter_join(letters, numbered("X-", ": ", "\r\n", count), letter_signed(letters, "stranger.example", "h=from", SLICE(PLAIN)));
}

static struct slice long_field(unsigned octets)
{
    struct slice mail = letter_signed(letters, "stranger.example", "h=from", SLICE(PLAIN));
    return letter_join(letters, SLICE("X: "), letter_join(letters, letter_times(letters, SLICE("y"), octets), letter_join(letters, SLICE("\r\n"), mail)));
}

static struct slice many_addresses(unsigned count)
{
    return letter_join(letters, SLICE("From: a@stranger.example"), letter_join(letters, numbered(", b", "@d", ".example", count), SLICE("\r\n\r\nhi\r\n")));
}

static struct slice many_forged_results(unsigned count)
{
    return letter_join(letters, numbered("Authentication-Results: " WHOLE_RECEIVER "; dmarc=pass header.from=author.example; x", "=", "\r\n", count), SLICE(VICTIM));
}

static struct slice deep_comments(unsigned depth)
{
    struct slice open = letter_times(letters, SLICE("("), depth);
    return letter_join(letters, SLICE("From: "), letter_join(letters, open, SLICE(" ceo@author.example\r\n\r\nhi\r\n")));
}

static const struct {
    const char *name;
    struct slice (*make)(unsigned);
    unsigned bound;
    const struct method *method;           /* whose reason names what happened ... */
    const char *reason;                    /* ... like this; NULL: nothing is left out */
} floods[] = {
    { "signatures of many domains", many_signatures, 20, &dkim_method, "too-many-signatures" },
    { "good signatures", many_good_signatures, 20, &dkim_method, "too-many-signatures" },
    { "ARC sets", many_sets, 50, &arc_method, NULL },
    { "h= names", many_names, 128, &dkim_method, NULL },
    { "tags", many_tags, 64, &dkim_method, NULL },
    { "header fields", many_fields, 1000, &dkim_method, NULL },
    { "octets of a field", long_field, 1u << 20, &dkim_method, NULL },
    { "author addresses", many_addresses, 1000, &dmarc_method, NULL },
    { "forged results", many_forged_results, 900, &dmarc_method, NULL },
    { "comments", deep_comments, 1000, &dmarc_method, NULL },
};

static bool names_reason(const struct told *told, const struct method *m, const char *reason)
{
    const struct fact *f = fact_find(told->record, m->name);
    for (const struct fact *one = f->kind == FACT_LIST ? f->first : f; one; one = f->kind == FACT_LIST ? one->next : NULL)
        if (slice_same(fact_text(one, "reason"), slice_str(reason)))
            return true;
    return false;
}

static void t18_ten_times_each_bound(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(floods); i++) {
        struct told told = letter_played(letters, floods[i].make(floods[i].bound * 10));
        expect_bounded(floods[i].name, &told);
        /* Named, and never a pass by what was not looked at. */
        if (floods[i].reason && !names_reason(&told, floods[i].method, floods[i].reason))
            fail_msg("%s: no reason %s", floods[i].name, floods[i].reason);
        if (floods[i].method != &dmarc_method && letter_word(&told, floods[i].method) == AUTH_PASS)
            fail_msg("%s: %s passes", floods[i].name, floods[i].method->name);
        letters_forget(letters);
    }
}

/* Beyond a bound a flood costs no more: the same memory, questions and key operations at 10 and at 20 times the bound. */
static void t18_more_costs_no_more(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(floods); i++) {
        struct told ten = letter_played(letters, floods[i].make(floods[i].bound * 10));
        struct txn_counts at_ten = ten.counts;
        letters_forget(letters);
        struct told twenty = letter_played(letters, floods[i].make(floods[i].bound * 20));
        if (twenty.counts.questions > at_ten.questions || twenty.counts.key_operations > at_ten.key_operations)
            fail_msg("%s: %u and %u questions, %u and %u key operations", floods[i].name, at_ten.questions, twenty.counts.questions,
                     at_ten.key_operations, twenty.counts.key_operations);
        assert_true(twenty.counts.memory < 16u << 20);
        letters_forget(letters);
    }
}

static void t18_ten_thousand_recipients(void **state)
{
    (void)state;
    struct told told = letter_played_to(letters, 10 * RECIPIENTS_MAX, SLICE(VICTIM));
    expect_bounded("recipients", &told);
    unsigned kept = 0;
    for (const struct fact *f = fact_find(fact_find(told.record, "session"), "rcpt_to")->first; f; f = f->next)
        kept++;
    assert_int_equal(kept, RECIPIENTS_MAX);
    letters_forget(letters);
}

/* At the bound all is looked at, one more and it is said. */
static void t18_signatures_at_the_bound(void **state)
{
    (void)state;
    for (unsigned n = 19; n <= 21; n++) {
        struct slice mail = SLICE(PLAIN);
        for (unsigned i = 0; i < n; i++)
            mail = letter_signed(letters, "stranger.example", "h=from", mail);
        struct told told = letter_played_from(letters, "192.0.2.99", "h.example", "", mail);
        assert_true(names_reason(&told, &dkim_method, "too-many-signatures") == (n > 20));
        /* The author's own are tried first, so that floods do not hide them. */
        assert_int_equal(letter_word(&told, &dmarc_method), AUTH_PASS);
        letters_forget(letters);
    }
}

static void t18_fields_at_the_bound(void **state)
{
    (void)state;
    for (unsigned n = 999; n <= 1001; n++) {
        /* The signature and PLAIN's three fields are four of them. */
        struct told told = letter_played(letters, many_fields(n - 4));
        assert_true((letter_word(&told, &dmarc_method) == AUTH_PASS) == (n <= 1000));
        letters_forget(letters);
    }
}

/* ---- T20: a stranger's chain ---- */

static void t20_a_strangers_seal_changes_nothing(void **state)
{
    (void)state;
    struct slice mail = letter_sealed(letters, 1, "forwarder.example; dmarc=pass header.from=author.example; spf=pass smtp.mailfrom=author.example;"
                                      " dkim=pass header.d=author.example", SLICE("From: ceo@author.example\r\nSubject: x\r\n\r\nhi\r\n"));
    struct told told = letter_played(letters, mail);
    assert_int_equal(letter_word(&told, &arc_method), AUTH_PASS);
    assert_int_equal(letter_word(&told, &dmarc_method), AUTH_FAIL);
    assert_false(letter_disposition_is(&told, "accept"));
    letters_forget(letters);
}

static void t20_a_trusted_seal_changes_the_disposition_only(void **state)
{
    (void)state;
    struct letters *trusting = letters_new("rules = \"standard\"; methods = { arc = { trusted_sealers = [ \"forwarder.example\" ]; }; };", "");
    struct slice text = SLICE("From: ceo@author.example\r\nSubject: x\r\n\r\nhi\r\n");
    struct told told = letter_played(trusting, letter_sealed(trusting, 1, "forwarder.example; dmarc=pass header.from=author.example", text));
    assert_int_equal(letter_word(&told, &dmarc_method), AUTH_FAIL);
    assert_true(letter_disposition_is(&told, "accept"));
    assert_true(slice_same(letter_member(&told, &dmarc_method, "result"), SLICE("fail")));
    /* It said so of another author. */
    told = letter_played(trusting, letter_sealed(trusting, 1, "forwarder.example; dmarc=pass header.from=stranger.example", text));
    assert_false(letter_disposition_is(&told, "accept"));
    letters_free(trusting);
}

static void t20_chains_that_are_none(void **state)
{
    static const struct { const char *old, *now; } broken[] = {
        { "ARC-Seal: i=1", "ARC-Seal: i=0" }, { "ARC-Seal: i=1", "ARC-Seal: i=-1" }, { "ARC-Seal: i=1", "ARC-Seal: i=2" }, { "ARC-Seal: i=1", "ARC-Seal: i=4294967297" },
        { "ARC-Seal: i=1", "ARC-Seal: i=1; h=from" }, { "ARC-Seal: i=1", "ARC-Seal: j=1" }, { "cv=none", "cv=pass" }, { "cv=none", "cv=fail" }, { "cv=none", "cv=" },
        { "ARC-Message-Signature: i=1", "ARC-Message-Signature: i=2" }, { "ARC-Authentication-Results: i=1", "ARC-Authentication-Results: i=01" },
        { "ARC-Authentication-Results: i=1", "X: i=1" }, { "ARC-Seal: i=1", "ARC-Seal: i=1; b=AAAA\r\nARC-Seal: i=1" },
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(broken); i++) {
        struct slice mail = letter_sealed(letters, 1, "forwarder.example; dmarc=pass header.from=author.example", SLICE("From: ceo@author.example\r\n\r\nhi\r\n"));
        struct told told = letter_played(letters, replaced(mail, broken[i].old, slice_str(broken[i].now)));
        if (letter_word(&told, &arc_method) == AUTH_PASS || letter_word(&told, &arc_method) == AUTH_NONE)
            fail_msg("%s: arc=%s", broken[i].now, auth_result_word(letter_word(&told, &arc_method)));
        letters_forget(letters);
    }
}

/* ---- T23: what one message asks ---- */

static void t23_questions_are_counted_at_the_server(void **state)
{
    struct text zone = { 0 };
    struct arena *a = arena_new(1u << 22);
    (void)state;
    zone = text_in(a, 1u << 21);
    /* A chain of includes, each with a fan; a loop; a sender whose names are many. */
    for (unsigned i = 0; i < 20; i++)
        text_addf(&zone, "l%u.flood.example. IN TXT \"v=spf1 a:h%u.flood.example mx:m%u.flood.example exists:%%{ir}.%%{l}.e%u.flood.example include:l%u.flood.example -all\"\n",
                  i, i, i, i, i + 1);
    for (unsigned i = 0; i < 20; i++)
        for (unsigned k = 0; k < 30; k++)
            text_addf(&zone, "m%u.flood.example. IN MX %u mx%u.m%u.flood.example.\n", i, k, k, i);
    text_add_str(&zone, "loop.example. IN TXT \"v=spf1 include:loop.example -all\"\n"
                        "mutual.example. IN TXT \"v=spf1 include:loop.example redirect=mutual.example\"\n");
    for (unsigned k = 0; k < 50; k++)
        text_addf(&zone, "9.113.0.203.in-addr.arpa. IN PTR p%u.l0.flood.example.\n", k);
    text_add_octet(&zone, '\0');
    struct letters *own = letters_new("rules = \"standard\";", (const char *)text_slice(&zone).at);
    static const char *const senders[] = { "a@l0.flood.example", "a@loop.example", "a@mutual.example" };
    for (size_t i = 0; i < COUNT_OF(senders); i++) {
        struct told told = letter_played_from(own, "203.0.113.9", "l0.flood.example", senders[i], SLICE(VICTIM));
        assert_int_equal(letter_word(&told, &spf_method), AUTH_PERMERROR);
        assert_false(told.asked_twice);
        assert_true(told.asked <= questions_at_most());
        assert_int_equal(told.asked, told.counts.questions);
    }
    letters_free(own);
    arena_free(a);
}

/* RFC 7208 4.6.4, alone: ten terms over the whole evaluation, ten names of an mx. */
static void t23_spf_asks_no_more_than_its_terms(void **state)
{
    (void)state;
    char zone[4096] = "";
    struct text t = text_fixed(zone, sizeof zone - 1);
    for (unsigned i = 0; i < 12; i++)
        text_addf(&t, "c%u.example. IN TXT \"v=spf1 include:c%u.example -all\"\n", i, i + 1);
    struct whole *w = whole_new_only(SLICE(""), (uint64_t)1 << method_index(&spf_method));
    struct whole_set *set = whole_set_new();
    whole_add(set, text_slice(&t), &(struct whole_case){ .ip = SLICE("203.0.113.9"), .mail_from = SLICE("a@c0.example"), .message = SLICE(VICTIM) });
    struct told told = whole_play(w, whole_case(set, 0), &(struct whole_how){ .no_scouts = true, .dns = { .seed = 1 } });
    /* The record itself and ten includes. */
    assert_int_equal(told.asked, 11);
    assert_int_equal(letter_word(&told, &spf_method), AUTH_PERMERROR);
    whole_free(w);
    whole_set_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(t10_what_l_leaves_open_never_counts),
        cmocka_unit_test(t10_lengths_that_are_none_or_too_long),
        cmocka_unit_test(t11_fields_added_above_a_signature_end_its_pass),
        cmocka_unit_test(t12_every_octet_inside_every_tag),
        cmocka_unit_test(t12_odd_names_are_never_asked),
        cmocka_unit_test(t17_age_and_expiry_are_told),
        cmocka_unit_test(t18_ten_times_each_bound),
        cmocka_unit_test(t18_more_costs_no_more),
        cmocka_unit_test(t18_ten_thousand_recipients),
        cmocka_unit_test(t18_signatures_at_the_bound),
        cmocka_unit_test(t18_fields_at_the_bound),
        cmocka_unit_test(t20_a_strangers_seal_changes_nothing),
        cmocka_unit_test(t20_a_trusted_seal_changes_the_disposition_only),
        cmocka_unit_test(t20_chains_that_are_none),
        cmocka_unit_test(t23_questions_are_counted_at_the_server),
        cmocka_unit_test(t23_spf_asks_no_more_than_its_terms),
    };
    return cmocka_run_group_tests(tests, open_letters, close_letters);
}
