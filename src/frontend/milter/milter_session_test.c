/* milter_session_test.c: whole dialogues against the state machine; what is out of order ends one session. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fakes/milter_player.h"

#define SECOND 1000000LL

static const char zone[] =
    "sender.example. 300 IN TXT \"v=spf1 ip4:192.0.2.1 -all\"\n"
    "_dmarc.sender.example. 300 IN TXT \"v=DMARC1; p=reject\"\n"
    "quarantined.example. 300 IN TXT \"v=spf1 -all\"\n"
    "_dmarc.quarantined.example. 300 IN TXT \"v=DMARC1; p=quarantine\"\n"
    "other.example. 300 IN A 192.0.2.7\n"
    "; timeout silent.example TXT\n";
static const char monitor[] = "";
static const char standard[] = "rules = \"standard\";";
static const char early[] = "rules = ( { name = \"spf-fail\"; when = [ \"spf = fail\" ]; action = \"reject\"; } );";
static const char hold[] = "rules = \"standard\"; quarantine = \"hold\";";
static const char discard[] = "rules = ( { name = \"drop\"; when = [ \"spf = fail\" ]; action = \"discard\"; } );";

/* Version 6, all actions, all protocol flags of Postfix and Sendmail. */
static void negotiate(struct milter_player *p)
{
    milter_say(p, 'O', "\0\0\0\6\0\0\1\377\0\37\377\377", 12);
    assert_string_equal(milter_heard(p), "O 6");
}

/* Version 2: every command is answered, leading blanks are taken off. */
static void negotiate_2(struct milter_player *p)
{
    milter_say(p, 'O', "\0\0\0\2\0\0\0\77\0\0\0\177", 12);
    assert_string_equal(milter_heard(p), "O 2");
}

static void connect_from(struct milter_player *p, const char *ip)
{
    char data[64] = "mail.sender.example";
    size_t at = sizeof "mail.sender.example";
    memcpy(data + at, "4\0\31", 3);
    memcpy(data + at + 3, ip, strlen(ip) + 1);
    milter_say(p, 'C', data, at + 3 + strlen(ip) + 1);
    milter_say_text(p, 'H', "mail.sender.example");
}

static void envelope(struct milter_player *p, const char *sender)
{
    milter_say_text(p, 'M', sender);
    milter_say_text(p, 'R', "<bob@receiver.example>");
    milter_say(p, 'D', "Ti\0" "4Queue\0", 10);
    milter_say(p, 'T', "", 0);
}

static void content(struct milter_player *p, const char *lines)
{
    milter_fields(p, lines);
    milter_say(p, 'N', "", 0);
    milter_heard(p);                 /* some rule sets may act here, so that it is answered */
    milter_say(p, 'B', "Hello.\r\n", 8);
    milter_say(p, 'E', "", 0);
}

static void message(struct milter_player *p, const char *sender, const char *lines)
{
    envelope(p, sender);
    content(p, lines);
}

static const char from_sender[] = "From: alice@sender.example\n";

static void assert_starts(const char *text, const char *start)
{
    if (strncmp(text, start, strlen(start)) != 0)
        fail_msg("\"%s\" does not begin with \"%s\"", text, start);
}

/* ---- accept, refuse, mark ---- */

static void test_accepted(void **state)
{
    (void)state;
    struct milter_player *p = milter_player_new(monitor, zone, false);
    negotiate(p);
    connect_from(p, "192.0.2.1");
    message(p, "<alice@sender.example>", from_sender);
    const char *heard = milter_heard(p);
    assert_starts(heard, "i 0 Authentication-Results: mx.receiver.example;");
    assert_non_null(strstr(heard, "spf=pass"));
    assert_non_null(strstr(heard, "dmarc=pass"));
    assert_string_equal(heard + strlen(heard) - 2, "\nc");
    assert_null(strchr(heard, '\r'));
    assert_starts(milter_decision(p), "accept deleted=0 inserted=1");
    milter_player_free(p);
}

static void test_refused(void **state)
{
    (void)state;
    struct milter_player *p = milter_player_new(standard, zone, false);
    negotiate(p);
    connect_from(p, "203.0.113.9");
    message(p, "<alice@sender.example>", from_sender);
    const char *heard = milter_heard(p);
    assert_starts(heard, "y 550 5.7.26 ");
    assert_non_null(strstr(heard, "[id 7777"));
    assert_null(strchr(heard, '\n'));
    assert_starts(milter_decision(p), "reject deleted=0 inserted=0");
    /* The next message of the session is judged by itself. */
    message(p, "<alice@other.example>", "From: alice@other.example\n");
    heard = milter_heard(p);
    assert_starts(heard, "i 0 Authentication-Results");
    assert_null(strstr(heard, "sender.example;"));
    milter_player_free(p);
}

static void test_early(void **state)
{
    (void)state;
    struct milter_player *p = milter_player_new(early, zone, false);
    negotiate(p);
    connect_from(p, "203.0.113.9");
    milter_say_text(p, 'M', "<alice@sender.example>");
    assert_starts(milter_heard(p), "y 550 5.7.23 ");
    milter_say(p, 'A', "", 0);
    assert_starts(milter_decision(p), "reject");
    assert_string_equal(milter_heard(p), "");
    milter_say_text(p, 'M', "<alice@other.example>");
    assert_string_equal(milter_heard(p), "c");
    milter_say_text(p, 'R', "<bob@receiver.example>");
    milter_heard(p);
    content(p, from_sender);
    assert_non_null(strstr(milter_heard(p), "Authentication-Results"));
    milter_player_free(p);
}

static void test_quarantine(void **state)
{
    (void)state;
    struct milter_player *p = milter_player_new(standard, zone, false);
    negotiate(p);
    connect_from(p, "203.0.113.9");
    message(p, "<alice@quarantined.example>", "X-Frank-Disposition: none\nFrom: alice@quarantined.example\n");
    const char *heard = milter_heard(p);
    assert_starts(heard, "m 1 X-Frank-Disposition\ni 0 X-Frank-Disposition: quarantine; reason=");
    assert_non_null(strstr(heard, "\ni 0 Authentication-Results:"));
    assert_starts(milter_decision(p), "quarantine deleted=1 inserted=2");
    milter_player_free(p);
    p = milter_player_new(hold, zone, false);
    negotiate(p);
    connect_from(p, "203.0.113.9");
    message(p, "<alice@quarantined.example>", "From: alice@quarantined.example\n");
    assert_non_null(strstr(milter_heard(p), "q "));
    assert_starts(milter_decision(p), "hold");
    /* A MTA that cannot hold: delivered, marked. */
    milter_restart(p, false);
    milter_say(p, 'O', "\0\0\0\6\0\0\0\21\0\37\377\377", 12);
    connect_from(p, "203.0.113.9");
    message(p, "<alice@quarantined.example>", "From: alice@quarantined.example\n");
    heard = milter_heard(p);
    assert_null(strstr(heard, "\nq "));
    assert_non_null(strstr(heard, "X-Frank-Disposition: quarantine"));
    milter_player_free(p);
}

static void test_discard(void **state)
{
    (void)state;
    struct milter_player *p = milter_player_new(discard, zone, false);
    negotiate(p);
    connect_from(p, "203.0.113.9");
    milter_say_text(p, 'M', "<alice@sender.example>");
    assert_string_equal(milter_heard(p), "d");
    milter_say(p, 'A', "", 0);
    assert_starts(milter_decision(p), "discard");
    milter_player_free(p);
}

/* Last index first, then ours at 0 (threats.md T31). */
static void test_forged_fields(void **state)
{
    (void)state;
    struct milter_player *p = milter_player_new(monitor, zone, false);
    negotiate(p);
    connect_from(p, "192.0.2.1");
    message(p, "<alice@sender.example>",
            "Authentication-Results: mx.receiver.example; spf=pass\nAuthentication-Results: other.example; spf=pass\n"
            "authentication-results: MX.receiver.EXAMPLE; dkim=pass\nFrom: alice@sender.example\n");
    assert_starts(milter_heard(p), "m 3 authentication-results\nm 1 Authentication-Results\ni 0 Authentication-Results:");
    assert_starts(milter_decision(p), "accept deleted=2 inserted=1");
    milter_player_free(p);
}

/* ---- negotiation ---- */

/* What a version-2 MTA hears: an answer to each command. */
static void test_version_2(void **state)
{
    (void)state;
    struct milter_player *p = milter_player_new(standard, zone, false);
    negotiate_2(p);
    connect_from(p, "192.0.2.1");
    assert_string_equal(milter_heard(p), "c\nc");
    milter_say_text(p, 'M', "<alice@sender.example>");
    milter_say_text(p, 'R', "<bob@receiver.example>");
    assert_string_equal(milter_heard(p), "c\nc");
    milter_fields(p, "From:alice@sender.example\nSubject:x\n");
    milter_say(p, 'N', "", 0);
    milter_say(p, 'B', "Hello.\r\n", 8);
    assert_string_equal(milter_heard(p), "c\nc\nc\nc");
    milter_say(p, 'E', "", 0);
    /* The MTA puts the blank itself. */
    assert_starts(milter_heard(p), "i 0 Authentication-Results:mx.receiver.example;");
    milter_player_free(p);
}

static void test_negotiations(void **state)
{
    (void)state;
    static const struct { const char *data; size_t octets; const char *heard; } vectors[] = {
        { "", 0, "" }, { "\0\0\0\6\0\0\1\377\0\37\377", 11, "" },
        { "\0\0\0\1\0\0\1\377\0\37\377\377", 12, "" },                       /* a version nobody speaks */
        { "\0\0\0\6\0\0\1\356\0\37\377\377", 12, "" },                       /* no field may be added or removed */
        { "\0\0\0\6\0\0\0\1\0\37\377\377", 12, "" }, { "\0\0\0\6\0\0\0\20\0\37\377\377", 12, "" },
        { "\0\0\0\2\0\0\0\21\0\0\0\0", 12, "O 2" }, { "\0\0\0\377\0\0\1\377\377\377\377\377", 12, "O 6" },
        { "\0\0\0\6\0\0\1\377\0\37\377\377more", 16, "O 6" },
    };
    struct milter_player *p = milter_player_new(standard, zone, false);
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        milter_restart(p, false);
        milter_say(p, 'O', vectors[i].data, vectors[i].octets);
        assert_string_equal(milter_heard(p), vectors[i].heard);
        assert_int_equal(milter_session_over(milter_session_of(p)), vectors[i].heard[0] == '\0');
        assert_int_equal(milter_complaint(p)[0] != '\0', vectors[i].heard[0] == '\0');
    }
    milter_player_free(p);
}

/* The flags that go back are among those offered, whatever is offered. */
static void test_only_what_was_offered(void **state)
{
    (void)state;
    struct milter_player *p = milter_player_new(monitor, zone, false);
    for (unsigned bit = 0; bit < 32; bit++) {
        uint8_t offer[17] = { 0, 0, 0, 13, 'O', 0, 0, 0, 6, 0, 0, 1, 0xff };
        offer[13 + bit / 8] = (uint8_t)(1u << (bit % 8));
        milter_restart(p, false);
        milter_send(p, slice_of(offer, sizeof offer));
        struct slice out = milter_session_output(milter_session_of(p));
        for (size_t i = 0; i < 4; i++)
            assert_int_equal(out.at[13 + i] & ~offer[13 + i], 0);
    }
    milter_player_free(p);
}

/* ---- order ---- */

static void test_out_of_order(void **state)
{
    (void)state;
    static const struct { const char *commands; bool ends; } vectors[] = {
        { "C", true }, { "M", true }, { "E", true }, { "H", true }, { "D", false }, { "A", false }, { "Q", true }, { "K", true }, { "U", true },
        { "OO", true }, { "OM", true }, { "OH", true }, { "OU", true }, { "OCC", true }, { "OCR", true }, { "OCT", true }, { "OCL", true },
        { "OCN", true }, { "OCB", true }, { "OCE", true }, { "OCMB", true }, { "OCMNL", true }, { "OCMNN", true }, { "OCMTT", true },
        { "OCMTR", true }, { "OCMLR", true }, { "OZ", true }, { "O\1", true }, { "OCHMRTLNBz", true },
        { "OCA", false }, { "OCHHH", false }, { "OCM", false }, { "OCMM", false }, { "OCMRRM", false }, { "OCMAM", false },
        { "OCHMRTLNBBBE", false }, { "OCMLE", false }, { "OCME", false }, { "OCHMRTLNBEMRTLNBE", false }, { "OCHMRLNBAH", false },
        { "OCHMRH", false }, { "OCU", false }, { "OCKCHM", false }, { "OKKC", false }, { "OCHMRTLNKC", false }, { "OCDDDM", false },
    };
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct milter_player *p = milter_player_new(standard, zone, false);
        for (const char *c = vectors[i].commands; *c; c++) {
            switch (*c) {
            case 'O': milter_say(p, 'O', "\0\0\0\6\0\0\1\377\0\37\377\377", 12); break;
            case 'C': milter_say(p, 'C', "host\0" "4\0\31" "192.0.2.1\0", 18); break;
            case 'D': milter_say(p, 'D', "M", 1); break;
            case 'L': milter_say(p, 'L', "Subject\0 x\0", 11); break;
            case 'M': case 'R': case 'H': milter_say_text(p, *c, "<a@sender.example>"); break;
            default: milter_say(p, *c, "", 0); break;
            }
        }
        if (milter_session_over(milter_session_of(p)) != vectors[i].ends)
            fail_msg("%s: %s", vectors[i].commands, milter_complaint(p));
        milter_player_free(p);
    }
}

static void test_bad_frames(void **state)
{
    (void)state;
    static const struct { char command; const char *data; size_t octets; } vectors[] = {
        { 'M', "", 0 }, { 'M', "<a@b>", 5 }, { 'R', "", 0 }, { 'H', "", 0 }, { 'H', "x", 1 }, { 'L', "name\0value", 10 }, { 'L', "\0\0", 2 },
        { 'D', "", 0 }, { 'D', "Mname", 5 }, { 'C', "", 0 },
    };
    struct milter_player *p = milter_player_new(standard, zone, false);
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        milter_restart(p, false);
        negotiate(p);
        if (vectors[i].command != 'C')
            connect_from(p, "192.0.2.1");
        if (vectors[i].command == 'R' || vectors[i].command == 'L')
            milter_say_text(p, 'M', "<a@sender.example>");
        milter_say(p, vectors[i].command, vectors[i].data, vectors[i].octets);
        if (!milter_session_over(milter_session_of(p)))
            fail_msg("%zu", i);
    }
    milter_player_free(p);
}

/* ---- facts ---- */

static const char *results_of(struct milter_player *p)
{
    static char heard[65536];
    content(p, from_sender);
    snprintf(heard, sizeof heard, "%s", milter_heard(p));
    return heard;
}

static void test_local_and_unknown(void **state)
{
    (void)state;
    static const struct { const char *data; size_t octets; bool exempt; } vectors[] = {
        { "localhost\0U", 11, true }, { "localhost\0" "4\0\0" "127.0.0.1\0", 23, true }, { "localhost\0L\0\0/x\0", 16, true },
        { "unknown\0U", 9, false }, { "localhost\0" "4\0\31" "127.0.0.1\0", 23, false }, { "localhost\0" "4\0\0" "192.0.2.9\0", 23, false },
    };
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct milter_player *p = milter_player_new(standard, zone, false);
        negotiate(p);
        milter_say(p, 'C', vectors[i].data, vectors[i].octets);
        envelope(p, "<alice@sender.example>");
        const char *heard = results_of(p);
        bool judged = heard[0] == 'y' || strstr(heard, "quarantine");
        if (vectors[i].exempt == judged || strstr(heard, "spf=pass"))
            fail_msg("%zu: %s", i, heard);
        milter_player_free(p);
    }
}

static void test_authenticated(void **state)
{
    (void)state;
    struct milter_player *p = milter_player_new(standard, zone, false);
    negotiate(p);
    connect_from(p, "203.0.113.9");
    milter_say(p, 'D', "M{auth_type}\0PLAIN\0{auth_authen}\0alice\0", 40);
    envelope(p, "<alice@sender.example>");
    assert_non_null(strstr(results_of(p), "auth=pass"));
    /* The next message of the session brings its own macros: none. */
    envelope(p, "<alice@sender.example>");
    assert_starts(results_of(p), "y 550");
    milter_player_free(p);
}

/* What the engine gets is the field as it stood in the message: the blank is put back, LF becomes CRLF. */
static void test_values(void **state)
{
    (void)state;
    static const struct { const char *offer, *value; const char *original; } vectors[] = {
        { "\0\0\0\6\0\0\1\377\0\37\377\377", " a@b.example", " a@b.example" },
        { "\0\0\0\6\0\0\1\377\0\37\377\377", "a@b.example", "a@b.example" },
        { "\0\0\0\6\0\0\1\377\0\37\377\377", " x\n <a@b.example>", " x\r\n <a@b.example>" },
        { "\0\0\0\6\0\0\1\377\0\37\377\377", " x\r\n <a@b.example>", " x\r\n <a@b.example>" },
        { "\0\0\0\6\0\0\1\377\0\17\377\377", "a@b.example", " a@b.example" },
        { "\0\0\0\2\0\0\0\21\0\0\0\0", "x\n\t<a@b.example>", " x\r\n\t<a@b.example>" },
    };
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct milter_player *p = milter_player_new(standard, zone, false);
        char frame[128] = "From";
        size_t len = strlen(vectors[i].value);
        memcpy(frame + 5, vectors[i].value, len + 1);
        milter_say(p, 'O', vectors[i].offer, 12);
        connect_from(p, "192.0.2.1");
        milter_say_text(p, 'M', "<a@b.example>");
        milter_say(p, 'L', frame, 5 + len + 1);
        const struct field *f = message_field(milter_session_txn(milter_session_of(p))->message, SLICE("From"), 1);
        assert_true(slice_same(f->value, slice_str(vectors[i].original)));
        milter_player_free(p);
    }
}

/* ---- waiting ---- */

static void test_waits_for_dns(void **state)
{
    (void)state;
    struct milter_player *p = milter_player_new(standard, zone, true);
    negotiate(p);
    connect_from(p, "192.0.2.1");
    message(p, "<alice@sender.example>", from_sender);
    assert_string_equal(milter_heard(p), "");
    assert_true(milter_session_waits(milter_session_of(p)));
    assert_false(milter_session_between(milter_session_of(p)));
    milter_deliver(p);
    assert_int_equal(milter_woken(p), 1);
    assert_starts(milter_heard(p), "i 0 Authentication-Results");
    assert_true(milter_session_between(milter_session_of(p)));
    milter_player_free(p);
}

/* What comes while an answer is owed is kept, and obeyed after it. */
static void test_backlog(void **state)
{
    (void)state;
    struct milter_player *p = milter_player_new(early, zone, true);
    negotiate(p);
    connect_from(p, "203.0.113.9");
    milter_say_text(p, 'M', "<alice@sender.example>");
    milter_say(p, 'A', "", 0);
    milter_say_text(p, 'M', "<alice@other.example>");
    assert_string_equal(milter_heard(p), "");
    milter_deliver(p);
    const char *heard = milter_heard(p);
    assert_starts(heard, "y 550 5.7.23");
    assert_string_equal(heard + strlen(heard) - 2, "\nc");
    milter_player_free(p);
}

static void test_progress_and_deadline(void **state)
{
    (void)state;
    struct milter_player *p = milter_player_new("rules = \"standard\"; methods = { spf = { timeout = \"40s\"; }; };", zone, true);
    negotiate(p);
    connect_from(p, "192.0.2.1");
    message(p, "<alice@sender.example>", from_sender);
    milter_wait(p, 10 * SECOND - 1);
    assert_string_equal(milter_heard(p), "");
    milter_wait(p, 1);
    assert_string_equal(milter_heard(p), "p");
    milter_wait(p, 10 * SECOND - 1);
    assert_string_equal(milter_heard(p), "");
    milter_wait(p, 1);
    assert_starts(milter_heard(p), "y 451 4.4.3");
    assert_starts(milter_decision(p), "defer deleted=0 inserted=0 waited=20000");
    milter_player_free(p);
}

/* Before end of message PROGRESS is not understood; an answer comes at the deadline all the same. */
static void test_deadline_at_mail(void **state)
{
    (void)state;
    struct milter_player *p = milter_player_new(early, zone, true);
    negotiate(p);
    connect_from(p, "203.0.113.9");
    milter_say_text(p, 'M', "<alice@sender.example>");
    milter_wait(p, 20 * SECOND - 1);
    assert_string_equal(milter_heard(p), "");
    milter_wait(p, 1);
    assert_starts(milter_heard(p), "y 451 4.4.3");
    milter_player_free(p);
}

static void test_goes_while_waiting(void **state)
{
    (void)state;
    struct milter_player *p = milter_player_new(standard, zone, true);
    negotiate(p);
    connect_from(p, "192.0.2.1");
    message(p, "<alice@sender.example>", from_sender);
    assert_true(milter_deliver_one(p));
    milter_restart(p, false);             /* the connection broke: everything open is withdrawn */
    assert_false(milter_deliver_one(p));
    milter_player_free(p);
}

/* ---- silence (threats.md T41) ---- */

static void test_silence(void **state)
{
    (void)state;
    struct milter_player *p = milter_player_new(standard, zone, false);
    milter_wait(p, 10 * SECOND - 1);
    assert_false(milter_session_over(milter_session_of(p)));
    milter_wait(p, 1);
    assert_true(milter_session_over(milter_session_of(p)));
    milter_restart(p, false);
    milter_send(p, SLICE("\0\0"));                                       /* an octet now and then is silence too */
    milter_wait(p, 6 * SECOND);
    milter_send(p, SLICE("\0"));
    milter_wait(p, 4 * SECOND);
    assert_true(milter_session_over(milter_session_of(p)));
    milter_restart(p, false);
    negotiate(p);
    milter_wait(p, 7210 * SECOND - 1);
    assert_false(milter_session_over(milter_session_of(p)));
    milter_wait(p, 1);
    assert_true(milter_session_over(milter_session_of(p)));
    milter_restart(p, false);
    negotiate(p);
    milter_send(p, SLICE("\0\0\0\7C"));
    milter_wait(p, 40 * SECOND);
    milter_send(p, SLICE("h"));
    milter_wait(p, 20 * SECOND - 1);
    assert_false(milter_session_over(milter_session_of(p)));
    milter_wait(p, 1);
    assert_true(milter_session_over(milter_session_of(p)));
    milter_player_free(p);
}

static void test_deaf_peer(void **state)
{
    (void)state;
    struct milter_player *p = milter_player_new(standard, zone, false);
    milter_say(p, 'O', "\0\0\0\6\0\0\1\377\0\37\377\377", 12);           /* its answer is never taken */
    milter_wait(p, 60 * SECOND - 1);
    assert_false(milter_session_over(milter_session_of(p)));
    milter_wait(p, 1);
    assert_true(milter_session_over(milter_session_of(p)));
    /* Whoever closes it once the output is sent can close it. */
    assert_int_equal(milter_session_output(milter_session_of(p)).len, 0);
    milter_player_free(p);
}

/* One that is over has nothing to do but to get rid of its answers, and gives that up too. */
static void test_deaf_to_the_end(void **state)
{
    (void)state;
    struct milter_player *p = milter_player_new(standard, zone, false);
    struct milter_session *s = milter_session_of(p);
    milter_say(p, 'O', "\0\0\0\6\0\0\1\377\0\37\377\377", 12);
    int64_t due = milter_session_due_us(s);
    milter_say(p, '?', "", 0);
    assert_true(milter_session_over(s));
    assert_true(milter_session_output(s).len > 0);
    assert_int_equal(milter_session_due_us(s), due);
    milter_session_tick(s);
    assert_true(milter_session_output(s).len > 0);
    milter_wait(p, 60 * SECOND);
    milter_session_tick(s);
    assert_int_equal(milter_session_output(s).len, 0);
    assert_string_equal(milter_complaint(p), "an unknown command");
    milter_player_free(p);
}

/* ---- overload and own failure (threats.md T41, T42) ---- */

static void test_overloaded(void **state)
{
    (void)state;
    struct milter_player *p = milter_player_new(standard, zone, false);
    milter_restart(p, true);
    negotiate(p);
    milter_say(p, 'C', "host\0" "4\0\31" "192.0.2.1\0", 18);
    assert_string_equal(milter_heard(p), "t");
    milter_say_text(p, 'H', "host");
    milter_say_text(p, 'M', "<alice@sender.example>");
    content(p, from_sender);
    const char *heard = milter_heard(p);
    assert_null(strchr(heard, 'c'));
    assert_null(strchr(heard, 'i'));
    milter_player_free(p);
    /* Configured to pass: unexamined, and forged fields go. */
    p = milter_player_new("rules = \"standard\"; on_failure = \"accept\";", zone, false);
    milter_restart(p, true);
    negotiate(p);
    connect_from(p, "203.0.113.9");
    milter_heard(p);
    message(p, "<alice@sender.example>", "Authentication-Results: mx.receiver.example; spf=pass\nFrom: alice@sender.example\n");
    heard = milter_heard(p);
    assert_non_null(strstr(heard, "m 1 Authentication-Results"));
    assert_null(strstr(heard, "i 0"));
    assert_null(strchr(heard, 'y'));
    milter_player_free(p);
}

/* Every allocation of a session and its message fails once, and for good: never a pass, never a crash, the answer is an answer. */
static void test_no_memory(void **state)
{
    (void)state;
    for (int sticky = 0; sticky < 2; sticky++) {
        uint64_t nth = 0, calls;
        do {
            nth++;
            struct milter_player *p = milter_player_new(standard, zone, false);
            calls = mem_calls();
            mem_fail_at(nth, sticky);
            milter_say(p, 'O', "\0\0\0\6\0\0\1\377\0\37\377\377", 12);
            if (!milter_session_over(milter_session_of(p)))
                connect_from(p, "203.0.113.9");
            if (!milter_session_over(milter_session_of(p)))
                message(p, "<alice@sender.example>", "Authentication-Results: mx.receiver.example; spf=pass\nFrom: alice@sender.example\n");
            mem_fail_at(0, false);
            calls = mem_calls() - calls;
            const char *heard = milter_heard(p);
            bool refused = heard[0] == 'y' || heard[0] == 't' || strstr(heard, "\nt");
            if (!milter_session_over(milter_session_of(p)) && !refused)
                fail_msg("allocation %llu: %s", (unsigned long long)nth, heard);
            if (strstr(heard, "=pass"))
                fail_msg("allocation %llu passes", (unsigned long long)nth);
            milter_player_free(p);
        } while (calls >= nth);             /* until a run that does not get so far */
        assert_true(nth > 10);
    }
}

/* ---- chunks ---- */

/* The same octets in any pieces: the same answers. */
static void test_any_pieces(void **state)
{
    (void)state;
    static uint8_t all[4096];
    static char whole[65536];
    struct text t = text_fixed(all, sizeof all);
    text_add(&t, SLICE("\0\0\0\15O\0\0\0\6\0\0\1\377\0\37\377\377"));
    text_add(&t, SLICE("\0\0\0\23Chost\0" "4\0\31" "192.0.2.1\0"));
    text_add(&t, SLICE("\0\0\0\6Hhost\0"));
    text_add(&t, SLICE("\0\0\0\30M<alice@sender.example>\0"));
    text_add(&t, SLICE("\0\0\0\30R<bob@receiver.example>\0"));
    text_add(&t, SLICE("\0\0\0\41LFrom\0 x\n <alice@sender.example>\0"));
    text_add(&t, SLICE("\0\0\0\1N\0\0\0\11BHello.\r\n\0\0\0\1E"));
    assert_false(t.bad);
    struct milter_player *p = milter_player_new(standard, zone, false);
    for (size_t step = t.len; step > 0; step = step > 64 ? 64 : step - 1) {
        milter_restart(p, false);
        for (size_t at = 0; at < t.len; at += step)
            milter_send(p, slice_first(slice_from(text_slice(&t), at), step));
        const char *heard = milter_heard(p);
        if (step == t.len)
            snprintf(whole, sizeof whole, "%s", heard);
        assert_non_null(strstr(heard, "spf=pass"));
        assert_string_equal(heard, whole);
    }
    milter_player_free(p);
}

/* A body nobody needs more of is skipped where every piece is answered. */
static void test_skip(void **state)
{
    (void)state;
    struct milter_player *p = milter_player_new(standard, zone, false);
    milter_say(p, 'O', "\0\0\0\6\0\0\1\377\0\20\4\0", 12);               /* SKIP, no NR flags, leading blanks */
    connect_from(p, "192.0.2.1");
    milter_say_text(p, 'M', "<alice@sender.example>");
    milter_fields(p, from_sender);
    milter_say(p, 'N', "", 0);
    milter_heard(p);
    milter_say(p, 'B', "Hello.\r\n", 8);                                 /* no signature: no digest */
    assert_string_equal(milter_heard(p), "s");
    milter_say(p, 'E', "", 0);
    assert_starts(milter_heard(p), "i 0 Authentication-Results");
    milter_player_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_accepted), cmocka_unit_test(test_refused), cmocka_unit_test(test_early), cmocka_unit_test(test_quarantine),
        cmocka_unit_test(test_discard), cmocka_unit_test(test_forged_fields), cmocka_unit_test(test_version_2), cmocka_unit_test(test_negotiations),
        cmocka_unit_test(test_only_what_was_offered), cmocka_unit_test(test_out_of_order), cmocka_unit_test(test_bad_frames),
        cmocka_unit_test(test_local_and_unknown), cmocka_unit_test(test_authenticated), cmocka_unit_test(test_values),
        cmocka_unit_test(test_waits_for_dns), cmocka_unit_test(test_backlog), cmocka_unit_test(test_progress_and_deadline),
        cmocka_unit_test(test_deadline_at_mail), cmocka_unit_test(test_goes_while_waiting), cmocka_unit_test(test_silence),
        cmocka_unit_test(test_deaf_peer), cmocka_unit_test(test_deaf_to_the_end),
        cmocka_unit_test(test_overloaded), cmocka_unit_test(test_no_memory), cmocka_unit_test(test_any_pieces),
        cmocka_unit_test(test_skip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
