/*
 * threats_author_test.c: who is the author (threats.md A), through the whole engine: whatever a letter looks like,
 * DMARC never says pass for a domain that did not send it, and never where readers could see two authors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/rounds_test.h"
#include "engine/letters_test.h"

static struct letters *letters;

static int open_letters(void **state)
{
    (void)state;
    letters = letters_new("rules = \"standard\";", "_dmarc.example. IN TXT \"v=DMARC1; p=none; psd=y\"\n");
    return 0;
}

static int close_letters(void **state)
{
    (void)state;
    letters_free(letters);
    return 0;
}

static void show(const char *what, struct slice mail)
{
    uint8_t room[8192];
    struct text t = text_fixed(room, sizeof room);
    text_add_shown(&t, mail, false);
    fail_msg("%s: %.*s", what, (int)text_slice(&t).len, (const char *)room);
}

static void expect_dmarc(struct slice mail, bool pass)
{
    struct told told = letter_played(letters, mail);
    if ((letter_word(&told, &dmarc_method) == AUTH_PASS) != pass)
        show(pass ? "dmarc does not pass" : "dmarc passes", mail);
    if (told.actions == NULL)
        show("no actions", mail);
}

/* ---- T01: forms of From ---- */

#define STRANGER "<a@stranger.example>"
#define VICTIM "<ceo@author.example>"

static const struct { const char *name; struct slice before, after; bool first_line_only; } forms[] = {
    { "plain", SLICE_INIT("From: "), SLICE_INIT("\r\n"), false },
    { "no blank", SLICE_INIT("From:"), SLICE_INIT("\r\n"), false },
    { "lower case", SLICE_INIT("from: "), SLICE_INIT("\r\n"), false },
    { "upper case", SLICE_INIT("FROM: "), SLICE_INIT("\r\n"), false },
    { "blank before the colon", SLICE_INIT("From : "), SLICE_INIT("\r\n"), false },
    { "tab before the colon", SLICE_INIT("From\t: "), SLICE_INIT("\r\n"), false },
    { "many blanks before the colon", SLICE_INIT("From \t  \t: "), SLICE_INIT("\r\n"), false },
    { "fold before the colon", SLICE_INIT("From\r\n : "), SLICE_INIT("\r\n"), false },
    { "fold behind the colon", SLICE_INIT("From:\r\n "), SLICE_INIT("\r\n"), false },
    { "NUL behind the name", SLICE_INIT("From\0: "), SLICE_INIT("\r\n"), false },
    { "NUL in the name", SLICE_INIT("Fr\0om: "), SLICE_INIT("\r\n"), false },
    { "NUL before the name", SLICE_INIT("\0From: "), SLICE_INIT("\r\n"), false },
    { "8-bit octet in the name", SLICE_INIT("From\xa0: "), SLICE_INIT("\r\n"), false },
    { "DEL in the name", SLICE_INIT("Fro\x7fm: "), SLICE_INIT("\r\n"), false },
    { "leading blank line", SLICE_INIT(" From: "), SLICE_INIT("\r\n"), true },
    { "leading tab line", SLICE_INIT("\tFrom: "), SLICE_INIT("\r\n"), true },
    { "behind a bare CR", SLICE_INIT("X: y\rFrom: "), SLICE_INIT("\r\n"), false },
    { "behind a bare LF", SLICE_INIT("X: y\nFrom: "), SLICE_INIT("\r\n"), false },
    { "behind CR CR LF", SLICE_INIT("X: y\r\r\nFrom: "), SLICE_INIT("\r\n"), false },
    { "ended by a bare LF", SLICE_INIT("From: "), SLICE_INIT("\nX: y\r\n"), false },
    { "ended by a bare CR", SLICE_INIT("From: "), SLICE_INIT("\rX: y\r\n"), false },
    { "with a comment", SLICE_INIT("From: (x) "), SLICE_INIT(" (y)\r\n"), false },
    { "with a display name", SLICE_INIT("From: \"" "Joe" "\" "), SLICE_INIT("\r\n"), false },
};

static struct slice form_of(size_t n, const char *address)
{
    struct text t = text_in(letters_arena(letters), 512);
    text_add(&t, forms[n].before);
    text_add_str(&t, address);
    text_add(&t, forms[n].after);
    return text_slice(&t);
}

/* One form above a stranger's signature, which covers the one below it. */
static void expect_no_pass_for_pair(size_t above, size_t below, bool victim_above)
{
    struct slice lower = form_of(below, victim_above ? STRANGER : VICTIM);
    struct slice letter = letter_join(letters, lower, SLICE("Subject: hello\r\n\r\nhi\r\n"));
    letter = letter_signed(letters, "stranger.example", "h=from:subject", letter);
    expect_dmarc(letter_join(letters, form_of(above, victim_above ? VICTIM : STRANGER), letter), false);
    /* Both of them below it, too. */
    if (!forms[above].first_line_only) {
        letter = letter_join(letters, form_of(above, victim_above ? VICTIM : STRANGER), letter_join(letters, lower, SLICE("Subject: hello\r\n\r\nhi\r\n")));
        expect_dmarc(letter_signed(letters, "stranger.example", "h=from:subject", letter), false);
    }
    letters_forget(letters);
}

static void t01_all_pairs_of_from_forms_never_pass(void **state)
{
    (void)state;
    size_t every = ROUNDS_SLOWED / test_rounds(ROUNDS_SLOWED);
    for (size_t above = 0; above < COUNT_OF(forms); above++)
        for (size_t below = 0; below < COUNT_OF(forms); below++) {
            if (forms[below].first_line_only || (above + below) % every != 0)
                continue;
            expect_no_pass_for_pair(above, below, true);
            expect_no_pass_for_pair(above, below, false);
        }
}

/* The test above can fail: the same letter with one plain From passes. */
static void t01_one_plain_from_passes(void **state)
{
    (void)state;
    struct slice letter = letter_signed(letters, "stranger.example", "h=from:subject", SLICE("From: " STRANGER "\r\nSubject: hello\r\n\r\nhi\r\n"));
    expect_dmarc(letter, true);
    expect_dmarc(SLICE("from : " STRANGER "\r\n\r\nhi\r\n"), true);
    letters_forget(letters);
}

/* Under the rules of `standard` a message with two authors is refused whoever signed it. */
static void t01_two_authors_are_refused(void **state)
{
    (void)state;
    struct told told = letter_played(letters, SLICE("From: " STRANGER "\r\nFrom: " VICTIM "\r\n\r\nhi\r\n"));
    assert_int_equal(letter_word(&told, &dmarc_method), AUTH_PERMERROR);
    assert_true(letter_disposition_is(&told, "reject"));
    letters_forget(letters);
}

/* ---- T02: lists ---- */

static const struct { const char *list; bool pass; } lists[] = {
    { "a@stranger.example", true },
    { "a@stranger.example, b@stranger.example", true },
    { "a@stranger.example, b@STRANGER.example.", true },
    { "a@stranger.example (ceo@author.example)", true },
    { "\"ceo@author.example\" <a@stranger.example>", true },
    { "a@stranger.example, ceo@author.example", false },
    { "ceo@author.example, a@stranger.example", false },
    { "a@stranger.example,,, ceo@author.example", false },
    { "Board: a@stranger.example;", false },
    { "Board: a@stranger.example, ceo@author.example;", false },
    { "undisclosed:;", false },
    { "", false }, { ",", false }, { ",,,,", false }, { ";", false }, { "<>", false }, { "<@>", false }, { "a@", false }, { "@stranger.example", false },
    { "a@stranger.example b@stranger.example", false },
    { "a@stranger.example, ceo@", false },
    { "a@stranger.example, <", false },
    { "a@stranger.example, \"", false },
    { "a@stranger.example, (", false },
    { "a@stranger.example <ceo@author.example>", false },
    { "<a@stranger.example> ceo@author.example", false },
    { "<a@stranger.example><ceo@author.example>", false },
    { "<ceo@author.example,a@stranger.example>", false },
    { "ceo@author.example@stranger.example", false },
    { "a@stranger.example\\, ceo@author.example", false },
    { "=?utf-8?q?ceo=40author=2Eexample=2C?= a@stranger.example", false },
    { "a@[203.0.113.9]", false },
    { "a@stranger.example.author.example", false },
};

static void t02_lists_never_reduce_to_their_best_item(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        struct text t = text_in(letters_arena(letters), 1024);
        text_addf(&t, "From: %s\r\nSubject: hello\r\n\r\nhi\r\n", lists[i].list);
        expect_dmarc(letter_signed(letters, "stranger.example", "h=subject:from", text_slice(&t)), lists[i].pass);
        letters_forget(letters);
    }
}

/* ---- T06: octets that end a line for some readers ---- */

/* The same letter as a reader sees it to whom this octet alone ends a line. */
static struct slice read_by(struct slice mail, uint8_t octet)
{
    struct text t = text_in(letters_arena(letters), mail.len * 2 + 1);
    for (size_t i = 0; i < mail.len; i++) {
        bool in_pair = octet == '\n' ? i > 0 && mail.at[i - 1] == '\r' : i + 1 < mail.len && mail.at[i + 1] == '\n';
        if (mail.at[i] == octet && !in_pair)
            text_add(&t, SLICE("\r\n"));
        else
            text_add_octet(&t, mail.at[i]);
    }
    return text_slice(&t);
}

static bool both_pass(struct slice mail)
{
    struct told told = letter_played(letters, mail);
    return letter_word(&told, &dkim_method) == AUTH_PASS && letter_word(&told, &dmarc_method) == AUTH_PASS;
}

/* If it passes as it is, it passes for everybody. */
static void expect_no_pass_that_depends_on_line_ends(struct slice mail)
{
    static const uint8_t octets[] = { '\n', '\r' };
    if (!both_pass(mail))
        return;
    for (size_t i = 0; i < COUNT_OF(octets); i++)
        if (!both_pass(read_by(mail, octets[i])))
            show("a pass that depends on where a line ends", mail);
}

static struct slice with_inserted(struct slice mail, size_t at, struct slice what)
{
    return letter_join(letters, slice_first(mail, at), letter_join(letters, what, slice_from(mail, at)));
}

static void t06_odd_octets_at_every_place_of_a_signed_letter(void **state)
{
    static const struct slice odd[] = { SLICE_INIT("\0"), SLICE_INIT("\r"), SLICE_INIT("\n"), SLICE_INIT("\r\r\n"), SLICE_INIT("\n\r"), SLICE_INIT("\r\n \r\n") };
    static const char text[] = "From: a@stranger.example\r\nTo: you@receiver.example\r\nX-Unsigned: some text\r\nSubject: hello\r\n\r\nhi there\r\nbye\r\n";
    size_t every = ROUNDS_SLOWED / test_rounds(ROUNDS_SLOWED);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(odd); i++) {
        struct slice mail = letter_signed(letters, "stranger.example", "h=from:to:subject", slice_str(text));
        assert_true(both_pass(mail));
        for (size_t at = 0, length = mail.len; at <= length; at += every) {
            mail = letter_signed(letters, "stranger.example", "h=from:to:subject", slice_str(text));
            expect_no_pass_that_depends_on_line_ends(with_inserted(mail, at, odd[i]));
            letters_forget(letters);
        }
    }
}

/* A line of one blank is a fold, not the end of the header: what stands behind it is header. */
static void t06_a_line_of_one_blank_ends_no_header(void **state)
{
    (void)state;
    struct told told = letter_played(letters, SLICE("From: a@stranger.example\r\nSubject: x\r\n \r\nFrom: ceo@author.example\r\n\r\nhi\r\n"));
    assert_int_equal(letter_word(&told, &dmarc_method), AUTH_PERMERROR);
    letters_forget(letters);
}

/* ---- T07: HELO is not MAIL FROM ---- */

static void t07_helo_that_passes_aligns_nothing(void **state)
{
    (void)state;
    struct slice mail = SLICE("From: ceo@author.example\r\nReceived-SPF: pass (mx: author.example) client-ip=192.0.2.1\r\n"
                              "Authentication-Results: mx.receiver.example; spf=pass smtp.mailfrom=author.example\r\n\r\nhi\r\n");
    /* The host is author.example's own, and says so; the sender is somebody else's. */
    struct told told = letter_played_from(letters, "192.0.2.1", "author.example", "a@nowhere.example", mail);
    assert_true(letter_any(&told, &spf_method, AUTH_PASS));
    assert_true(slice_same(letter_member(&told, &spf_method, "identity"), SLICE("mailfrom")));
    assert_true(slice_same(letter_member(&told, &spf_method, "result"), SLICE("none")));
    assert_int_equal(letter_word(&told, &dmarc_method), AUTH_FAIL);
    /* For the null sender it takes the sender's place: postmaster at that name. */
    told = letter_played_from(letters, "192.0.2.1", "author.example", "", mail);
    assert_int_equal(letter_word(&told, &dmarc_method), AUTH_PASS);
    letters_forget(letters);
}

static void t07_fields_of_others_are_no_evidence(void **state)
{
    (void)state;
    struct told told = letter_played(letters, SLICE("Received-SPF: pass (x: domain of ceo@author.example)\r\n"
        "Authentication-Results: mx.receiver.example; dmarc=pass header.from=author.example; dkim=pass header.d=author.example\r\n"
        "X-Google-DKIM-Signature: v=1; d=author.example\r\nFrom: ceo@author.example\r\n\r\nhi\r\n"));
    assert_int_equal(letter_word(&told, &dmarc_method), AUTH_FAIL);
    assert_true(letter_disposition_is(&told, "reject") || letter_disposition_is(&told, "quarantine"));
    letters_forget(letters);
}

/* ---- T08: alignment by labels ---- */

static const struct { const char *signer, *from; bool pass; } pairs[] = {
    { "stranger.example", "stranger.example", true },
    { "stranger.example", "Stranger.EXAMPLE", true },
    { "stranger.example", "stranger.example.", true },
    { "stranger.example", "mail.stranger.example", true },
    { "stranger.example", "notstranger.example", false },
    { "stranger.example", "stranger.example.author.example", false },
    { "stranger.example", "xstranger.example", false },
    { "stranger.example", "stranger.exampl", false },
    { "stranger.example", "stranger.examplee", false },
    { "stranger.example", "tranger.example", false },
    { "stranger.example", "example", false },
    { "stranger.example", "com", false },
    { "stranger.example", "stranger", false },
    { "stranger.example", "author.example", false },
    { "stranger.example", "stranger.example..", false },
    { "stranger.example", ".stranger.example", false },
};

static void t08_alignment_is_by_whole_labels(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        struct text t = text_in(letters_arena(letters), 1024);
        text_addf(&t, "From: a@%s\r\n\r\nhi\r\n", pairs[i].from);
        expect_dmarc(letter_signed(letters, pairs[i].signer, "h=from", text_slice(&t)), pairs[i].pass);
        letters_forget(letters);
    }
}

/* ---- T21: what is not input to DMARC ---- */

static void t21_methods_of_the_drafts_never_align(void **state)
{
    (void)state;
    struct letters *own = letters_new("rules = \"standard\"; methods = { spf = { enabled = false; }; };", "_rmx.author.example. IN TXT \"ipv4:192.0.2.1\"\n"
                                      "author.example. IN TXT \"spf2.0/pra,mfrom ip4:192.0.2.1 -all\"\n"
                                      "_client._smtp.mx.author.example. IN SRV 1 2 0 mx.author.example.\n"
                                      "_send._smtp._srv.1.2.0.192.in-addr.arpa. IN TXT \"1\"\n"
                                      "_serves._smtp.mx.author.example. IN TXT \"v=msd1 d:author.example\"\n");
    struct told told = letter_played_from(own, "192.0.2.1", "mx.author.example", "ceo@author.example",
                                          SLICE("From: ceo@author.example\r\nSender: ceo@author.example\r\n\r\nhi\r\n"));
    assert_int_equal(letter_word(&told, &rmx_method), AUTH_PASS);
    assert_int_equal(letter_word(&told, &mxout_method), AUTH_PASS);
    assert_int_equal(letter_word(&told, &imx_method), AUTH_PASS);
    assert_int_equal(letter_word(&told, &csa_method), AUTH_PASS);
    assert_int_equal(letter_word(&told, &mtamark_method), AUTH_PASS);
    assert_int_equal(letter_word(&told, &msd_method), AUTH_PASS);
    assert_int_equal(letter_word(&told, &senderid_method), AUTH_PASS);
    assert_int_equal(letter_word(&told, &dmarc_method), AUTH_FAIL);
    letters_free(own);
}

static void t21_sender_is_not_the_author(void **state)
{
    (void)state;
    expect_dmarc(letter_signed(letters, "stranger.example", "h=from:sender",
                               SLICE("From: ceo@author.example\r\nSender: a@stranger.example\r\n\r\nhi\r\n")), false);
    expect_dmarc(letter_signed(letters, "stranger.example", "h=from:resent-from",
                               SLICE("Resent-From: a@stranger.example\r\nFrom: ceo@author.example\r\n\r\nhi\r\n")), false);
    letters_forget(letters);
}

/* ---- T22: nothing of one message in the next ---- */

static void t22_a_message_inherits_nothing_of_the_one_before(void **state)
{
    static const char *const rest[] = {
        "From: ceo@author.example\r\n\r\nhi\r\n", "DKIM-Signature: v=1; a=ed25519-sha256\r\nFrom: ceo@author.example\r\n\r\nhi\r\n",
        "DKIM-Signature: \r\n\r\nhi\r\n", "ARC-Seal: i=1\r\nFrom: x\r\n\r\n", "",
    };
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rest); i++) {
        struct letters *fresh = letters_new("rules = \"standard\";", "_dmarc.example. IN TXT \"v=DMARC1; p=none; psd=y\"\n");
        struct slice alone = letter_played(fresh, slice_str(rest[i])).json;
        assert_true(both_pass(letter_signed(letters, "stranger.example", "h=from", SLICE("From: a@stranger.example\r\n\r\nhi\r\n"))));
        struct slice behind = letter_played(letters, slice_str(rest[i])).json;
        assert_true(slice_same(behind, alone));
        letters_free(fresh);
        letters_forget(letters);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(t01_one_plain_from_passes),
        cmocka_unit_test(t01_all_pairs_of_from_forms_never_pass),
        cmocka_unit_test(t01_two_authors_are_refused),
        cmocka_unit_test(t02_lists_never_reduce_to_their_best_item),
        cmocka_unit_test(t06_odd_octets_at_every_place_of_a_signed_letter),
        cmocka_unit_test(t06_a_line_of_one_blank_ends_no_header),
        cmocka_unit_test(t07_helo_that_passes_aligns_nothing),
        cmocka_unit_test(t07_fields_of_others_are_no_evidence),
        cmocka_unit_test(t08_alignment_is_by_whole_labels),
        cmocka_unit_test(t21_methods_of_the_drafts_never_align),
        cmocka_unit_test(t21_sender_is_not_the_author),
        cmocka_unit_test(t22_a_message_inherits_nothing_of_the_one_before),
    };
    return cmocka_run_group_tests(tests, open_letters, close_letters);
}
