/*
 * threats_fields_test.c: what Frank writes into a message and takes out of it (threats.md T30, T31), through the
 * engine's actions, as the two kinds of MTA carry them out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/letters_test.h"
#include "base/rounds_test.h"
#include "mail/authres.h"

#define FIELDS_MAX 64
#define ROUNDS 400
#define VALUE_OCTETS 64

static struct letters *letters;
static uint64_t dice;

static int open_letters(void **state)
{
    (void)state;
    letters = letters_new("rules = \"standard\"; authres = { legacy = true; };", "");
    dice = 0x2545f4914f6cdd1du;
    return 0;
}

static int close_letters(void **state)
{
    (void)state;
    letters_free(letters);
    return 0;
}

static unsigned roll(unsigned sides)
{
    dice ^= dice << 13;
    dice ^= dice >> 7;
    dice ^= dice << 17;
    return (unsigned)(dice >> 33) % sides;
}

/* ---- T31: forged fields ---- */

#define OURS WHOLE_RECEIVER

static const char *const forged_values[] = {
    " " OURS "; dmarc=pass header.from=author.example", " MX.Receiver.EXAMPLE; dmarc=pass", OURS ";spf=pass", "\t" OURS "\t;\tspf=pass", " " OURS,
    " " OURS "; none", " " OURS " 1; spf=pass", " " OURS " 2; spf=pass", " " OURS " (a) 1 (b); spf=pass", " (c) " OURS " (d); spf=pass",
    " (a (nested) comment)" OURS ";spf=pass", " \"" OURS "\"; spf=pass", " \"mx.rec\\eiver.example\"; spf=pass", "\r\n " OURS ";\r\n spf=pass",
    "\r\n\t(folded)\r\n\t" OURS "\r\n\t; spf=pass", " " OURS ".; spf=pass", " " OURS "; spf=pass (", " " OURS "; \"", " (" OURS "; spf=pass",
    " \"" OURS "; spf=pass", " ;" OURS "; spf=pass", " spf=pass smtp.mailfrom=" OURS, " " OURS " spf=pass", "  \t " OURS ";;;;", " " OURS "/1; spf=pass",
};
static const char *const foreign_values[] = {
    " other.example; spf=pass smtp.mailfrom=a.example", " not" OURS "; spf=pass", " " OURS ".evil.example; spf=pass", " receiver.example; none",
    " mx.receiver.exampl; spf=pass", " mx-receiver.example; spf=pass",
};
static const char *const names[] = { "Authentication-Results", "AUTHENTICATION-RESULTS", "authentication-results", "aUTHENTICATION-rESULTS" };

struct header_field { struct slice name, value; bool forged, gone; };
struct header { struct header_field at[FIELDS_MAX]; size_t count; };

static void header_add(struct header *h, const char *name, struct slice value, bool forged)
{
    assert_true(h->count < FIELDS_MAX);
    h->at[h->count++] = (struct header_field){ slice_str(name), value, forged, false };
}

static struct slice long_forged(void)
{
    return letter_join(letters, SLICE(" " OURS "; spf=pass reason=\""), letter_join(letters, letter_times(letters, SLICE("x"), 70000), SLICE("\"")));
}

static void header_at_random(struct header *h)
{
    *h = (struct header){ .count = 0 };
    for (unsigned n = 3 + roll(20); n > 0; n--) {
        const char *name = names[roll(COUNT_OF(names))];
        switch (roll(6)) {
        case 0: header_add(h, "Subject", SLICE(" hello"), false); break;
        case 1: header_add(h, name, slice_str(foreign_values[roll(COUNT_OF(foreign_values))]), false); break;
        case 2: header_add(h, "X-Frank-Disposition", SLICE(" accept"), true); break;
        case 3: header_add(h, name, n % 8 ? SLICE(" " OURS "; spf=pass") : long_forged(), true); break;
        case 4: case 5: header_add(h, name, slice_str(forged_values[roll(COUNT_OF(forged_values))]), true); break;
        }
    }
    header_add(h, "From", SLICE(" ceo@author.example"), false);
}

static struct slice header_text(const struct header *h)
{
    struct text t = text_in(letters_arena(letters), 4u << 20);
    for (size_t i = 0; i < h->count; i++) {
        text_add(&t, h->at[i].name);
        text_add_str(&t, ":");
        text_add(&t, h->at[i].value);
        text_add_str(&t, "\r\n");
    }
    text_add_str(&t, "\r\nhi\r\n");
    assert_false(t.bad);
    return text_slice(&t);
}

/* An MTA's "delete the nth field of this name". renumbers: what is deleted counts no more (Postfix); else it still does (Sendmail). */
static void mta_delete(struct header *h, const struct action *a, bool renumbers)
{
    unsigned n = 0;
    for (size_t i = 0; i < h->count; i++) {
        if (!slice_same_nocase(h->at[i].name, a->name) || (renumbers && h->at[i].gone))
            continue;
        if (++n == a->nth) {
            h->at[i].gone = true;
            return;
        }
    }
    fail_msg("there is no field %u of that name", a->nth);
}

static void expect_clean(const struct header *h, const char *mta)
{
    for (size_t i = 0; i < h->count; i++)
        if (h->at[i].gone != h->at[i].forged)
            fail_msg("%s: field %zu%s: %.*s", mta, i, h->at[i].gone ? " was taken out" : " was left", (int)slice_first(h->at[i].value, 100).len,
                     (const char *)h->at[i].value.at);
}

static void carry_out(struct header *h, const struct told *told, bool renumbers)
{
    bool inserting = false;
    for (size_t i = 0; i < told->action_count; i++) {
        const struct action *a = &told->actions[i];
        assert_false(a->kind == ACTION_DELETE_FIELD && inserting);
        inserting = inserting || a->kind == ACTION_INSERT_FIELD;
        if (a->kind == ACTION_DELETE_FIELD)
            mta_delete(h, a, renumbers);
    }
    expect_clean(h, renumbers ? "renumbering MTA" : "counting MTA");
}

/* Inserted at index 0 one after the other: the last is the topmost. */
static struct slice topmost(const struct told *told)
{
    struct slice name = { 0 };
    for (size_t i = 0; i < told->action_count; i++)
        if (told->actions[i].kind == ACTION_INSERT_FIELD)
            name = told->actions[i].name;
    return name;
}

static struct told kept_letter(struct slice mail)
{
    /* From its own host, so that it is accepted and its header is edited. */
    return letter_played_from(letters, "192.0.2.1", "mx.author.example", "ceo@author.example", mail);
}

static void t31_forged_fields_go_by_both_counting_rules(void **state)
{
    (void)state;
    for (unsigned round = 0; round < test_rounds(ROUNDS); round++) {
        struct header postfix, sendmail;
        header_at_random(&postfix);
        sendmail = postfix;
        struct told told = kept_letter(header_text(&postfix));
        assert_true(letter_disposition_is(&told, "accept"));
        carry_out(&postfix, &told, true);
        carry_out(&sendmail, &told, false);
        assert_true(slice_same(topmost(&told), SLICE("Authentication-Results")));
        letters_forget(letters);
    }
}

static void t31_each_spelling_alone(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(forged_values) + COUNT_OF(foreign_values); i++)
        for (size_t k = 0; k < COUNT_OF(names); k++) {
            struct header h = { .count = 0 };
            bool forged = i < COUNT_OF(forged_values);
            header_add(&h, names[k], slice_str(forged ? forged_values[i] : foreign_values[i - COUNT_OF(forged_values)]), forged);
            header_add(&h, "From", SLICE(" ceo@author.example"), false);
            struct told told = kept_letter(header_text(&h));
            carry_out(&h, &told, true);
            letters_forget(letters);
        }
}

/* A forged field beyond the bounds of a header is taken out all the same. */
static void t31_beyond_the_bounds(void **state)
{
    (void)state;
    struct slice filler = letter_times(letters, SLICE("X: y\r\n"), 1100);
    struct slice mail = letter_join(letters, filler, SLICE("Authentication-Results: " OURS "; spf=pass\r\nAuthentication-Results: other.example; none\r\n"
                                    "Authentication-Results: " OURS "; dkim=pass\r\nFrom: ceo@author.example\r\n\r\nhi\r\n"));
    struct letters *own = letters_new("rules = \"monitor\";", "");
    struct told told = letter_played(own, mail);
    assert_true(told.action_count >= 2);
    assert_int_equal(told.actions[0].kind, ACTION_DELETE_FIELD);
    assert_int_equal(told.actions[0].nth, 3);
    assert_int_equal(told.actions[1].kind, ACTION_DELETE_FIELD);
    assert_int_equal(told.actions[1].nth, 1);
    letters_free(own);
    letters_forget(letters);
}

/* ---- T30: our own field ---- */

/* Only folds, and no octet that could be taken for one: what an MTA writes behind "Authentication-Results:". */
static void expect_one_field(struct slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        uint8_t o = value.at[i];
        bool fold = o == '\r' && i + 2 < value.len && value.at[i + 1] == '\n' && (value.at[i + 2] == '\t' || value.at[i + 2] == ' ');
        if (fold)
            i++;
        else if (o < 0x20 && o != '\t')
            fail_msg("octet %u in the field", o);
        else if (o >= 0x7f && !utf8_valid(value))
            fail_msg("octet %u in the field", o);
    }
}

/* It reads back as the results there are: none more, none otherwise. */
static void expect_round_trip(const struct told *told, struct slice value)
{
    struct authres back;
    assert_int_equal(authres_parse(letters_arena(letters), value, &back), AUTHRES_GOOD);
    assert_true(slice_same(back.authserv_id, SLICE(OURS)));
    assert_true(back.count <= told->count);
    size_t k = 0;
    for (unsigned i = 0; i < told->count && k < back.count; i++) {
        const struct method *m = told->words[i].method;
        struct slice name = back.results[k].method, own = slice_str(m->authres_name ? m->authres_name : m->name);
        bool same = slice_same(m->registered ? name : slice_from(name, 2), own) && slice_same(back.results[k].result, slice_str(auth_result_word(told->words[i].word)));
        k += same;
    }
    assert_int_equal(k, back.count);
}

static void expect_our_field(const struct told *told)
{
    unsigned fields = 0;
    for (size_t i = 0; i < told->action_count; i++) {
        if (told->actions[i].kind != ACTION_INSERT_FIELD)
            continue;
        expect_one_field(told->actions[i].value);
        if (!slice_same(told->actions[i].name, SLICE("Authentication-Results")))
            continue;
        fields++;
        expect_round_trip(told, told->actions[i].value);
    }
    assert_int_equal(fields, letter_disposition_is(told, "accept") || letter_disposition_is(told, "quarantine"));
    expect_round_trip(told, fact_text(told->record, "authentication_results"));
}

static const char *const pieces[] = {
    ";", "\"", "(", ")", "\\", "=", "@", "<", ">", ",", ":", " ", "\t", "\r\n", "\r\n ", "\r", "\n", "\x7f", "\x80", "\xff", "\xc2\x85", "\xe2\x80\xae", "dmarc=pass",
    "; dmarc=pass header.from=author.example", "a", "example", ".", "--", "%s", "=?utf-8?q?x?=", "author.example", "[192.0.2.1]", "xn--", "ü",
};

static struct slice random_value(void)
{
    struct text t = text_in(letters_arena(letters), 4096);
    for (unsigned n = roll(8); n > 0; n--) {
        uint8_t octet = (uint8_t)roll(256);
        if (roll(3) > 0)
            text_add_str(&t, pieces[roll(COUNT_OF(pieces))]);
        else
            text_add_octet(&t, octet ? octet : 'x');
    }
    return text_slice(&t);
}

static const char *random_string(const char *before, const char *after)
{
    struct text t = text_in(letters_arena(letters), 8192);
    text_add_str(&t, before);
    text_add(&t, random_value());
    text_add_str(&t, after);
    text_add_octet(&t, '\0');
    return (const char *)text_slice(&t).at;
}

static void add_random_field(struct text *t, const char *before, const char *after)
{
    text_add_str(t, before);
    text_add(t, random_value());
    text_add_str(t, after);
}

static void t30_no_value_starts_another_result(void **state)
{
    static const char *const clients[] = { "192.0.2.1", "203.0.113.9" };
    (void)state;
    for (unsigned round = 0; round < test_rounds(10 * ROUNDS); round++) {
        struct text mail = text_in(letters_arena(letters), 65536);
        add_random_field(&mail, "DKIM-Signature: v=1; a=rsa-sha256; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; b=AAAA; s=s; d=", ".example\r\n");
        add_random_field(&mail, "DKIM-Signature: v=1; a=rsa-sha256; h=from; bh=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=; d=author.example; s=", "; b=");
        add_random_field(&mail, "", "; i=");
        add_random_field(&mail, "", "@author.example\r\n");
        add_random_field(&mail, "ARC-Seal: i=1; a=rsa-sha256; cv=none; s=s; b=AAAA; d=", "\r\n");
        add_random_field(&mail, "From: ", "@author.example\r\n");
        add_random_field(&mail, "Subject: ", "\r\n\r\nhi\r\n");
        struct told told = letter_played_from(letters, clients[round % 2], random_string("", ".example"), random_string("", "@author.example"), text_slice(&mail));
        expect_our_field(&told);
        letters_forget(letters);
    }
}

/* A reply is one line of printable ASCII whatever is in it, and not too long for SMTP (RFC 5321 4.5.3.1.5). */
static void t30_replies_hold_nothing_foreign_raw(void **state)
{
    (void)state;
    for (unsigned round = 0; round < test_rounds(ROUNDS); round++) {
        struct text mail = text_in(letters_arena(letters), 65536);
        add_random_field(&mail, "From: ", "@author.example\r\n\r\nhi\r\n");
        struct told told = letter_played_from(letters, "203.0.113.9", random_string("", ""), random_string("", "@author.example"), text_slice(&mail));
        struct slice text = fact_text(fact_find(fact_find(told.record, "verdict"), "reply"), "text");
        for (size_t i = 0; i < text.len; i++)
            if (text.at[i] < 0x20 || text.at[i] > 0x7e)
                fail_msg("octet %u in a reply", text.at[i]);
        assert_true(text.len < 500);
        letters_forget(letters);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(t30_no_value_starts_another_result),
        cmocka_unit_test(t30_replies_hold_nothing_foreign_raw),
        cmocka_unit_test(t31_each_spelling_alone),
        cmocka_unit_test(t31_forged_fields_go_by_both_counting_rules),
        cmocka_unit_test(t31_beyond_the_bounds),
    };
    return cmocka_run_group_tests(tests, open_letters, close_letters);
}
