/* pra_test: the choice of RFC 4407 section 2, step by step; the sheet's vectors (senderid.md), and headers meant to mislead. */
#include "mail/pra.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/compiler.h"

#define HOP "Received: from a by b; x\n"

static const struct vector {
    const char *name;
    struct slice header;                 /* fields, each ended by LF; CR LF SP inside is a fold */
    enum pra_problem problem;
    const char *field, *address;         /* NULL: none was chosen, there is none */
} vectors[] = {
    { "sheet 1", SLICE_INIT("From: a@x.example\n"), PRA_FOUND, "From", "a@x.example" },
    { "sheet 2", SLICE_INIT("From: a@x.example\nSender: b@y.example\n"), PRA_FOUND, "Sender", "b@y.example" },
    { "sheet 3", SLICE_INIT("Resent-From: c@z.example\nFrom: a@x.example\nSender: b@y.example\n"), PRA_FOUND, "Resent-From", "c@z.example" },
    { "sheet 4", SLICE_INIT("Resent-From: c@z.example\n" HOP "Resent-Sender: d@w.example\nFrom: a@x.example\n"), PRA_FOUND, "Resent-From", "c@z.example" },
    { "sheet 5", SLICE_INIT("Resent-Sender: d@w.example\nResent-From: c@z.example\nFrom: a@x.example\n"), PRA_FOUND, "Resent-Sender", "d@w.example" },
    { "sheet 6", SLICE_INIT("Resent-From: c@z.example\nResent-Sender: d@w.example\nFrom: a@x.example\n"), PRA_FOUND, "Resent-Sender", "d@w.example" },
    { "sheet 7", SLICE_INIT("From: a@x.example\nFrom: b@x.example\n"), PRA_SEVERAL_FROM, NULL, NULL },
    { "sheet 8", SLICE_INIT("From: a@x.example, b@x.example\n"), PRA_SEVERAL_MAILBOXES, "From", NULL },
    { "sheet 9", SLICE_INIT("Sender:   \nFrom: a@x.example\n"), PRA_FOUND, "From", "a@x.example" },

    /* step 1 */
    { "Return-Path begins a hop too", SLICE_INIT("Resent-From: c@z.example\nReturn-Path: <>\nResent-Sender: d@w.example\n"), PRA_FOUND, "Resent-From", "c@z.example" },
    { "a hop above both is none between them", SLICE_INIT(HOP "Resent-From: c@z.example\nResent-Sender: d@w.example\n" HOP), PRA_FOUND, "Resent-Sender", "d@w.example" },
    { "other fields between are no hop", SLICE_INIT("Resent-From: c@z.example\nReceived-SPF: pass\nX-Received: x\nResent-Sender: d@w.example\n"), PRA_FOUND, "Resent-Sender", "d@w.example" },
    { "an empty Received is one", SLICE_INIT("Resent-From: c@z.example\nrEceived:\nResent-Sender: d@w.example\n"), PRA_FOUND, "Resent-From", "c@z.example" },
    { "an empty Resent-From precedes nothing", SLICE_INIT("Resent-From: \t\n" HOP "Resent-Sender: d@w.example\n"), PRA_FOUND, "Resent-Sender", "d@w.example" },
    { "the topmost Resent-From decides, with the hop anywhere below it",
      SLICE_INIT("Resent-From: b@z.example\n" HOP "Resent-From: c@z.example\nResent-Sender: d@w.example\n"), PRA_FOUND, "Resent-From", "b@z.example" },
    { "a Resent-From below the Resent-Sender precedes nothing", SLICE_INIT("Resent-Sender: d@w.example\n" HOP "Resent-From: c@z.example\n"), PRA_FOUND, "Resent-Sender", "d@w.example" },
    { "of two the topmost", SLICE_INIT("Resent-Sender: d@w.example\nResent-Sender: e@v.example\n"), PRA_FOUND, "Resent-Sender", "d@w.example" },
    { "an empty one is passed over", SLICE_INIT("Resent-Sender: \r\n \nResent-Sender: e@v.example\n"), PRA_FOUND, "Resent-Sender", "e@v.example" },
    { "a malformed one is not", SLICE_INIT("Resent-Sender: d@@w.example\nFrom: a@x.example\n"), PRA_MALFORMED, "Resent-Sender", NULL },
    /* step 2 */
    { "two Resent-From: the topmost", SLICE_INIT("Resent-From: c@z.example\nResent-From: b@z.example\n"), PRA_FOUND, "Resent-From", "c@z.example" },
    { "a list in Resent-From", SLICE_INIT("Resent-From: c@z.example, b@z.example\nFrom: a@x.example\n"), PRA_SEVERAL_MAILBOXES, "Resent-From", NULL },
    { "Resent-From before two From", SLICE_INIT("Resent-From: c@z.example\nFrom: a@x.example\nFrom: b@x.example\n"), PRA_FOUND, "Resent-From", "c@z.example" },
    { "Resent-To and Resent-Date name nobody", SLICE_INIT("Resent-To: c@z.example\nResent-Date: x\nFrom: a@x.example\n"), PRA_FOUND, "From", "a@x.example" },
    /* step 3 */
    { "two Sender", SLICE_INIT("Sender: b@y.example\nSender: b@y.example\nFrom: a@x.example\n"), PRA_SEVERAL_SENDER, NULL, NULL },
    { "two Sender, one of them empty", SLICE_INIT("Sender: b@y.example\nSender:\nFrom: a@x.example\n"), PRA_FOUND, "Sender", "b@y.example" },
    { "Sender before two From", SLICE_INIT("From: a@x.example\nFrom: a@x.example\nSender: b@y.example\n"), PRA_FOUND, "Sender", "b@y.example" },
    { "a list in Sender", SLICE_INIT("Sender: b@y.example, c@y.example\nFrom: a@x.example\n"), PRA_SEVERAL_MAILBOXES, "Sender", NULL },
    { "a Sender of nothing but a comment is not empty", SLICE_INIT("Sender: (nobody)\nFrom: a@x.example\n"), PRA_MALFORMED, "Sender", NULL },
    /* step 4 */
    { "no field at all", SLICE_INIT(""), PRA_NO_FROM, NULL, NULL },
    { "an empty From is none", SLICE_INIT("From: \r\n \r\n\t\n"), PRA_NO_FROM, NULL, NULL },
    { "two From, one of them empty", SLICE_INIT("From:\nFrom: a@x.example\n"), PRA_FOUND, "From", "a@x.example" },
    { "Reply-To is not asked", SLICE_INIT("Reply-To: a@x.example\nReturn-Path: <a@x.example>\n"), PRA_NO_FROM, NULL, NULL },
    { "a From only others see (T01)", SLICE_INIT("X: y\rFrom: b@x.example\nFrom: a@x.example\n"), PRA_SEVERAL_FROM, NULL, NULL },
    { "... beside a Sender it decides nothing", SLICE_INIT("X: y\rFrom: b@x.example\nSender: a@x.example\n"), PRA_FOUND, "Sender", "a@x.example" },
    /* step 5 */
    { "names are any case", SLICE_INIT("FROM: a@x.example\nsENDER: b@y.example\n"), PRA_FOUND, "sENDER", "b@y.example" },
    { "blank before the colon", SLICE_INIT("From : a@x.example\n"), PRA_FOUND, "From", "a@x.example" },
    { "display name and comments", SLICE_INIT("From: \"b@evil.example\" (c@evil.example) <a (x) @ x.example (y)> (z)\n"), PRA_FOUND, "From", "a@x.example" },
    { "encoded words are names only", SLICE_INIT("From: =?utf-8?q?b=40evil.example?= <a@x.example>\n"), PRA_FOUND, "From", "a@x.example" },
    { "folds", SLICE_INIT("From:\r\n Joe\r\n\t<a@x.example>\n"), PRA_FOUND, "From", "a@x.example" },
    { "route", SLICE_INIT("From: <@evil.example:a@x.example>\n"), PRA_FOUND, "From", "a@x.example" },
    { "quoted local part", SLICE_INIT("From: \"a b@evil.example\"@x.example\n"), PRA_FOUND, "From", "\"a b@evil.example\"@x.example" },
    { "upper case, final dot", SLICE_INIT("From: A@X.Example.\n"), PRA_FOUND, "From", "A@x.example" },
    { "U-labels", SLICE_INIT("From: a@b\xc3\xbc" "cher.example\n"), PRA_FOUND, "From", "a@xn--bcher-kva.example" },
    { "one label is a domain here", SLICE_INIT("From: a@localhost\n"), PRA_FOUND, "From", "a@localhost" },
    { "address literal", SLICE_INIT("From: a@[192.0.2.1]\n"), PRA_NO_DOMAIN, "From", NULL },
    { "what is no domain name", SLICE_INIT("From: a@x!y.example\n"), PRA_NO_DOMAIN, "From", NULL },
    { "no domain", SLICE_INIT("From: hello\n"), PRA_MALFORMED, "From", NULL },
    { "null path", SLICE_INIT("Sender: <>\nFrom: a@x.example\n"), PRA_MALFORMED, "Sender", NULL },
    { "two at-signs", SLICE_INIT("From: a@evil.example@x.example\n"), PRA_MALFORMED, "From", NULL },
    { "two angle addresses without comma", SLICE_INIT("From: <a@x.example> <b@y.example>\n"), PRA_MALFORMED, "From", NULL },
    { "a comma behind the only one", SLICE_INIT("From: a@x.example,\n"), PRA_FOUND, "From", "a@x.example" },
    { "a comma before the only one", SLICE_INIT("From: ,a@x.example\n"), PRA_FOUND, "From", "a@x.example" },
    { "a semicolon behind it", SLICE_INIT("From: a@x.example; b@y.example\n"), PRA_MALFORMED, "From", NULL },
    { "group of one", SLICE_INIT("From: friends: a@x.example;\n"), PRA_GROUP, "From", NULL },
    { "empty group", SLICE_INIT("From: undisclosed:;\n"), PRA_GROUP, "From", NULL },
    { "empty group in Sender hides no From", SLICE_INIT("Sender: x:;\nFrom: a@x.example\n"), PRA_GROUP, "Sender", NULL },
    { "NUL", SLICE_INIT("From: a\0@x.example\n"), PRA_MALFORMED, "From", NULL },
    { "bare CR", SLICE_INIT("Sender: a@x.example\r\n"), PRA_MALFORMED, "Sender", NULL },
    { "not UTF-8", SLICE_INIT("From: \xff <a@x.example>\n"), PRA_MALFORMED, "From", NULL },
    { "open comment", SLICE_INIT("From: a@x.example (\n"), PRA_MALFORMED, "From", NULL },
    { "open quotes", SLICE_INIT("From: \"a@x.example\n"), PRA_MALFORMED, "From", NULL },
};

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

/* LF ends a field unless a CR stands before it and a blank behind: a fold. */
static void read_header(struct message *m, struct slice header)
{
    size_t start = 0;

    for (size_t i = 0; i < header.len; i++) {
        bool fold = i > 0 && header.at[i - 1] == '\r' && i + 1 < header.len && is_wsp(header.at[i + 1]);

        if (header.at[i] != '\n' || fold)
            continue;
        (void)message_add(m, slice_first(slice_from(header, start), i - start));
        start = i + 1;
    }
}

static struct slice shown(struct arena *arena, const struct pra *pra)
{
    struct text t = text_in(arena, 1024);
    struct address a = pra->mailbox;

    a.domain = a.normal_domain;
    if (pra->problem == PRA_FOUND)
        text_add_address(&t, &a);
    return text_slice(&t);
}

static void chooses(void **state)
{
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        const struct vector *v = &vectors[i];
        struct message m;

        message_init(&m, *state);
        read_header(&m, v->header);
        struct pra pra = pra_of(*state, &m);
        struct slice address = shown(*state, &pra);
        if (pra.problem != v->problem || !slice_same(address, slice_str(v->address)))
            fail_msg("%s: problem %d, %.*s", v->name, (int)pra.problem, (int)address.len, (const char *)address.at);
        if ((pra.field != NULL) != (v->field != NULL) || (pra.field && !slice_same(pra.field->name, slice_str(v->field))))
            fail_msg("%s: another field", v->name);
    }
}

/* What is beyond the bounds might have been the one: nobody is responsible then. */
static void a_cut_header_names_nobody(void **state)
{
    struct message m;

    message_init(&m, *state);
    read_header(&m, SLICE("Resent-Sender: d@w.example\nFrom: a@x.example\n"));
    assert_int_equal(pra_of(*state, &m).problem, PRA_FOUND);
    for (size_t i = 0; i < MESSAGE_FIELDS_MAX; i++)
        (void)message_add(&m, SLICE("X: y"));
    struct pra pra = pra_of(*state, &m);
    assert_int_equal(pra.problem, PRA_CUT);
    assert_null(pra.field);
}

static void finds_what_lies_between(void **state)
{
    struct message m;
    unsigned count;

    message_init(&m, *state);
    read_header(&m, SLICE("A: 1\n" HOP "A:\nA: 2\nReturn-Path: <>\n"));
    const struct field *const *f = (const struct field *const *)m.fields;
    assert_true(message_trace_between(&m, f[0], f[2]));
    assert_true(message_trace_between(&m, f[0], f[4]));
    assert_false(message_trace_between(&m, f[0], f[1]));
    assert_false(message_trace_between(&m, f[1], f[2]));
    assert_false(message_trace_between(&m, f[2], f[4]));
    assert_false(message_trace_between(&m, f[3], f[0]));
    assert_false(message_trace_between(&m, f[3], f[3]));
    assert_ptr_equal(message_filled(&m, SLICE("a"), &count), f[0]);
    assert_int_equal(count, 2);
    assert_null(message_filled(&m, SLICE("B"), &count));
    assert_int_equal(count, 0);
    assert_null(message_resender(&m));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(chooses, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(a_cut_header_names_nobody, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(finds_what_lies_between, make_arena, free_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
