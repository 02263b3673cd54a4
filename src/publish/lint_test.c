#include "publish/lint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "publish/test_lint.h"

#define ARENA_OCTETS ((size_t)8 << 20)

/* ---- methods of our own ---- */

static void one_lint(struct lint *l)
{
    struct slice owner = lint_name(l, "_one", l->domain);
    lint_prefetch(l, owner, RTYPE_TXT);
    const struct answer *a = lint_ask(l, owner, RTYPE_TXT);
    if (!a)
        return;
    if (lint_unanswered(l, owner, a))
        return;
    for (size_t i = 0; i < a->count; i++)
        lint_record(l, owner, RTYPE_TXT, a->records[i].text);
    if (a->count > 1)
        lint_say(l, LINT_ERROR, "several-records", owner, "two records: receivers take none", "leave one of them");
    if (a->count > 0)
        lint_merit(l, LINT_PATH_RECORD);
}

/* A second question that depends on the first: said once, however often it runs. */
static void two_lint(struct lint *l)
{
    const struct answer *mx = lint_ask(l, l->domain, RTYPE_MX);
    lint_say(l, LINT_NOTE, "begun", l->domain, "said in each run", NULL);
    if (!mx)
        return;
    for (size_t i = 0; i < mx->count; i++) {
        const struct answer *a = lint_ask(l, mx->records[i].mx.host, RTYPE_A);
        if (!a)
            continue;
        lint_sender_host(l, mx->records[i].mx.host);
        for (size_t k = 0; k < a->count; k++)
            lint_sender_network(l, (struct prefix){ a->records[k].ip, 24 });
    }
    lint_merit(l, LINT_SIGNING_KEY);
}

/* Asks, says and names without end. */
static void much_lint(struct lint *l)
{
    for (unsigned i = 0; i < 2 * LINT_FINDINGS_MAX; i++) {
        struct text t = text_in(l->arena, LINT_TEXT_MAX);
        text_addf(&t, "n%u.example", i);
        const struct answer *a = lint_ask(l, text_slice(&t), RTYPE_A);
        lint_sender_host(l, text_slice(&t));
        lint_record(l, text_slice(&t), RTYPE_A, SLICE("x"));
        if (a && !lint_unanswered(l, text_slice(&t), a))
            lint_say_text(l, LINT_WARNING, "nothing", text_slice(&t), SLICE("not there"), SLICE("make it"));
    }
}

static void odd_lint(struct lint *l)
{
    struct text t = text_in(l->arena, LINT_TEXT_MAX);
    for (unsigned i = 0; i < 300; i++)
        text_add_octet(&t, 'x');
    struct slice owner = lint_name(l, "_odd", text_slice(&t));
    assert_int_equal(owner.len, 0);
    const struct answer *a = lint_ask(l, owner, RTYPE_TXT);
    assert_int_equal(a->status, ANSWER_BAD_NAME);
    assert_false(lint_unanswered(l, owner, a));
    assert_null(lint_conf(l));
    assert_true(slice_same(lint_name(l, NULL, l->domain), l->domain));
    lint_record(l, l->domain, 65280, text_slice(&t));
    lint_say(l, LINT_WARNING, "odd", l->domain, "a\x1b[31m red \\ \xff", "b\nc");
}

static const struct method one = { .name = "one", .title = "The First", .lint = one_lint };
static const struct method two = { .name = "two", .title = "The Second", .lint = two_lint };
static const struct method mute = { .name = "mute", .title = "Without" };
static const struct method much = { .name = "much", .title = "Too Much", .lint = much_lint };
static const struct method odd = { .name = "odd", .title = "Odd", .lint = odd_lint };

/* ---- running ---- */

static void run(struct arena *a, struct test_asker *t, const struct method *const *list, const char *names, struct lint_report *out)
{
    struct slice name = slice_str(names);
    struct lint_request request = { .domain = SLICE("example.com"), .names = { &name, 1 }, .methods = list };
    enum plan_found found;
    while ((found = lint_domain(a, &t->asker, &request, out)) == PLAN_NOT_YET) {
        arena_reset(a);
        test_asker_turn(t);
    }
    assert_int_equal(found, PLAN_READY);
}

static void same_text(struct slice text, const char *expected)
{
    if (!slice_same(text, slice_str(expected)))
        fail_msg("got:\n%.*s\nexpected:\n%s", (int)text.len, (const char *)text.at, expected);
}

static const char zone[] = "_one.example.com. TXT \"first\"\n_one.example.com. TXT \"second\"\n"
                           "example.com. MX 10 a.example.com.\nexample.com. MX 20 A.example.com.\nexample.com. MX 30 b.example.com.\n"
                           "a.example.com. A 192.0.2.1\na.example.com. A 192.0.2.2\nb.example.com. A 198.51.100.1\n";

static void the_same_early_and_late(void **state)
{
    (void)state;
    const struct method *const list[] = { &one, &mute, &two, NULL };
    for (unsigned late = 0; late < 2; late++) {
        struct arena *a = arena_new(ARENA_OCTETS);
        struct test_asker t = test_asker_new(zone, late);
        struct lint_report r;
        run(a, &t, list, "one", &r);
        assert_int_equal(r.section_count, 1);
        assert_int_equal(r.sections[0].record_count, 2);
        assert_int_equal(r.sections[0].finding_count, 1);
        assert_int_equal(r.levels[LINT_ERROR], 1);
        assert_int_equal(r.merits, LINT_PATH_RECORD);
        arena_reset(a);
        run(a, &t, list, "two", &r);
        assert_int_equal(r.section_count, 1);
        assert_string_equal(r.sections[0].by, "two");
        assert_int_equal(r.sections[0].finding_count, 1);
        assert_int_equal(r.sections[0].sender_count, 4);      /* two hosts, two networks: the same twice is one */
        assert_false(r.sections[0].senders_dropped);
        assert_int_equal(r.merits, LINT_SIGNING_KEY);
        test_asker_free(&t);
        arena_free(a);
    }
}

static void printed(void **state)
{
    (void)state;
    const struct method *const list[] = { &one, NULL };
    struct arena *a = arena_new(ARENA_OCTETS);
    struct test_asker t = test_asker_new(zone, false);
    struct lint_report r;
    struct text text = text_in(a, 1 << 20), json = text_in(a, 1 << 20);
    run(a, &t, list, "one", &r);
    text_add_lint(&text, &r);
    same_text(text_slice(&text), "example.com: 1 error, 0 warnings, 0 notes\n\none: The First\n"
                                 "  record  _one.example.com TXT first\n  record  _one.example.com TXT second\n"
                                 "  error   _one.example.com: two records: receivers take none [several-records]\n"
                                 "          -> leave one of them\n");
    assert_true(fact_to_json(lint_facts(&r), false, &json));
    same_text(text_slice(&json),
              "{\"version\":1,\"domain\":\"example.com\",\"errors\":1,\"warnings\":0,\"notes\":0,\"unknown\":0,\"sections\":[{\"name\":\"one\",\"title\":\"The First\","
              "\"records\":[{\"owner\":\"_one.example.com\",\"type\":\"TXT\",\"text\":\"first\"},{\"owner\":\"_one.example.com\",\"type\":\"TXT\",\"text\":\"second\"}],"
              "\"findings\":[{\"level\":\"error\",\"code\":\"several-records\",\"owner\":\"_one.example.com\",\"text\":\"two records: receivers take "
              "none\","
              "\"repair\":\"leave one of them\"}]}]}");
    test_asker_free(&t);
    arena_free(a);
}

static void hostile_octets_and_long_words(void **state)
{
    (void)state;
    const struct method *const list[] = { &odd, NULL };
    struct arena *a = arena_new(ARENA_OCTETS);
    struct test_asker t = test_asker_new("", false);
    struct lint_report r;
    struct text text = text_in(a, 1 << 20);
    run(a, &t, list, "odd", &r);
    text_add_lint(&text, &r);
    struct slice rest = text_slice(&text), line;
    if (!strstr(slice_to_string(a, rest), "a\\x1b[31m red \\\\ \\xff [odd]\n          -> b\\x0ac\n"))
        fail_msg("%.*s", (int)rest.len, (const char *)rest.at);
    while (rest.len > 0) {
        (void)slice_cut(rest, '\n', &line, &rest);
        assert_true(line.len <= LINT_COLUMNS);
        for (size_t i = 0; i < line.len; i++)
            assert_true(is_printable(line.at[i]));
    }
    test_asker_free(&t);
    arena_free(a);
}

static void bounds(void **state)
{
    (void)state;
    const struct method *const list[] = { &much, NULL };
    struct arena *a = arena_new(ARENA_OCTETS);
    struct test_asker t = test_asker_new("", true);
    struct lint_report r;
    run(a, &t, list, "much", &r);
    const struct lint_section *s = &r.sections[0];
    assert_int_equal(t.count, LINT_ASKS_MAX);
    assert_int_equal(s->finding_count, LINT_FINDINGS_MAX + 1);
    assert_string_equal(s->findings[LINT_FINDINGS_MAX].code, "more-findings");
    assert_string_equal(s->findings[LINT_ASKS_MAX].code, "too-many-questions");
    assert_int_equal(s->record_count, LINT_FINDINGS_MAX);
    assert_int_equal(s->sender_count, LINT_HOSTS_MAX);
    assert_true(s->senders_dropped);
    test_asker_free(&t);
    arena_free(a);
}

static void no_answer_is_no_finding_of_ours(void **state)
{
    (void)state;
    const struct method *const list[] = { &one, NULL };
    struct arena *a = arena_new(ARENA_OCTETS);
    struct test_asker t = test_asker_new("; timeout _one.example.com\n", true);
    struct lint_report r;
    run(a, &t, list, "one", &r);
    assert_int_equal(r.levels[LINT_UNKNOWN], 1);
    assert_string_equal(r.sections[0].findings[0].code, "dns-failed");
    assert_int_equal(r.merits, 0);
    test_asker_free(&t);
    arena_free(a);
}

static void without_memory(void **state)
{
    (void)state;
    const struct method *const list[] = { &much, NULL };
    struct arena *a = arena_new(20000);
    struct test_asker t = test_asker_new("", false);
    struct lint_report r;
    struct lint_request request = { .domain = SLICE("example.com"), .methods = list };
    assert_int_equal(lint_domain(a, &t.asker, &request, &r), PLAN_NO_MEMORY);
    test_asker_free(&t);
    arena_free(a);
}

static void names(void **state)
{
    (void)state;
    assert_false(lint_knows(SLICE("nonsense")));
    assert_false(lint_knows(SLICE("")));
    assert_string_equal(lint_level_word(LINT_NOTE), "note");
    assert_string_equal(lint_level_word(LINT_UNKNOWN), "unknown");
}

/* A method without a lint has no section. */
static void helper(void **state)
{
    (void)state;
    static const struct method nothing = { .name = "nothing" };
    assert_lint(&nothing, "example.com", "s1,s2", "", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_early_and_late),
        cmocka_unit_test(printed),
        cmocka_unit_test(hostile_octets_and_long_words),
        cmocka_unit_test(bounds),
        cmocka_unit_test(no_answer_is_no_finding_of_ours),
        cmocka_unit_test(without_memory),
        cmocka_unit_test(names),
        cmocka_unit_test(helper),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
