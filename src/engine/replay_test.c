/*
 * replay_test.c: a message's results are a function of the message and the answers, not of the answers' order.
 *
 * Every message of the stories, and of the conformance sets where they are, is played in seeded orders of its answers, with
 * and without scouts, some at once, questions asked again contradicted (design.md). Then each of its questions in turn fails
 * (threats.md T28).
 *
 *   FRANK_SOURCE          the source folder (set by meson)
 *   FRANK_SHARED          the folder with conformance/ (default: ../shared beside the source folder)
 *   FRANK_REPLAY_ORDERS   orders of each message (default 10)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fakes/whole.h"
#include "base/cursor.h"

#define PATH_OCTETS 1024
#define ORDERS_DEFAULT 10
#define LARGE_OCTETS 100000        /* messages above it: few orders, their time is all hashing */
#define LARGE_ORDERS 2

static const char *const sets[] = {
    "spf/rfc7208.json", "spf/rfc4408.json", "dkim/generated/generated.json", "dkim/generated/domainkeys.json",
    "dkim/gathered/gathered.json", "arc/validate.json", "dmarc/dmarc.json",
};
static const char *const configs[] = { "rules = \"standard\"; authres = { legacy = true; };", "rules = \"strict\";" };

static unsigned orders(void)
{
    const char *text = getenv("FRANK_REPLAY_ORDERS");
    uint64_t n = ORDERS_DEFAULT;
    if (text)
        assert_true(number_of(slice_str(text), 1, 1000000, &n));
    return (unsigned)n;
}

/* ---- the messages ---- */

static struct whole_set *stories(void)
{
    const char *source = getenv("FRANK_SOURCE");
    char path[PATH_OCTETS];
    assert_non_null(source);
    snprintf(path, sizeof path, "%s/tests/scenarios/stories", source);
    struct whole_set *set = whole_set_new();
    whole_read_stories(set, path);
    return set;
}

/* NULL: the sets are not here. */
static struct whole_set *conformance(const char *file)
{
    const char *shared = getenv("FRANK_SHARED"), *source = getenv("FRANK_SOURCE");
    char path[PATH_OCTETS];
    snprintf(path, sizeof path, "%s%s/conformance/%s", shared ? shared : source, shared ? "" : "/../shared", file);
    struct whole_set *set = whole_set_new();
    if (whole_read_json(set, path))
        return set;
    whole_set_free(set);
    return NULL;
}

/* ---- any order ---- */

static struct whole_how order_of(unsigned n, bool by_stages)
{
    /* Every second order without scouts; answers at once in a third of them, from never to always. */
    return (struct whole_how){
        .no_scouts = n % 2, .by_stages = by_stages,
        .dns = { .seed = n + 1, .at_once_per_thousand = n % 3 ? 0 : n * 97 % 1001, .contradict = true },
    };
}

/* What `frank limits` prints. */
static uint64_t questions_at_most(const struct whole *w)
{
    uint64_t total = 0;
    for (size_t i = 0; methods[i]; i++)
        if (engine_method_enabled(whole_engine(w), methods[i]))
            total += (uint64_t)methods[i]->subjects_max * methods[i]->asks + methods[i]->hints;
    return total;
}

static void compare(const struct whole_case *c, unsigned order, struct slice expected, const struct told *told)
{
    if (told->asked_twice)
        fail_msg("%.*s, order %u: a question left twice", (int)c->name.len, (const char *)c->name.at, order);
    if (!slice_same(told->json, expected))
        fail_msg("%.*s, order %u:\n%.*s\nwas\n%.*s", (int)c->name.len, (const char *)c->name.at, order, (int)told->json.len,
                 (const char *)told->json.at, (int)expected.len, (const char *)expected.at);
}

static void play_in_orders(struct whole *w, const struct whole_case *c, bool by_stages)
{
    unsigned count = c->message.len > LARGE_OCTETS ? LARGE_ORDERS : orders();
    whole_forget(w);
    struct whole_how first = order_of(1, by_stages);
    first.dns.at_once_per_thousand = 1000;
    struct slice expected = whole_play(w, c, &first).json;
    uint64_t most = questions_at_most(w);
    for (unsigned n = 0; n < count; n++) {
        struct whole_how how = order_of(n, by_stages);
        struct told told = whole_play(w, c, &how);
        compare(c, n, expected, &told);
        assert_true(told.asked <= most);
    }
}

static void play_set_in_orders(struct whole_set *set)
{
    for (size_t k = 0; k < COUNT_OF(configs); k++) {
        struct whole *w = whole_new(slice_str(configs[k]));
        for (size_t i = 0; i < whole_count(set); i++) {
            play_in_orders(w, whole_case(set, i), false);
            play_in_orders(w, whole_case(set, i), true);
        }
        whole_free(w);
    }
    whole_set_free(set);
}

static void stories_in_any_order(void **state)
{
    (void)state;
    play_set_in_orders(stories());
}

static void conformance_in_any_order(void **state)
{
    struct whole_set *set = conformance(*state);
    if (!set)
        skip();
    play_set_in_orders(set);
}

/* ---- any question fails ---- */

static bool has_text(struct slice in, struct slice piece)
{
    for (size_t i = 0; i + piece.len <= in.len; i++)
        if (slice_starts(slice_from(in, i), piece))
            return true;
    return false;
}

/*
 * RFC 7208 5.5, 7.3: a failure while a host name of the client is looked for makes "ptr" not match and %{p} "unknown": such a
 * record's result may be another one, and with it what rests on it.
 */
static bool looks_for_host_name(const struct told *whole)
{
    return has_text(whole->json, SLICE("ptr")) || has_text(whole->json, SLICE("{p")) || has_text(whole->json, SLICE("{P"));
}

static bool is_by_path(const struct method *m)
{
    return slice_same(slice_str(m->name), SLICE("spf")) || slice_same(slice_str(m->name), SLICE("dmarc"));
}

/* RFC 8617 5.2.1 knows no temporary errors: the word is fail, and the reason says why. */
static bool is_arc_without_key(const struct told *failed, const struct whole_word *w)
{
    return slice_same(slice_str(w->method->name), SLICE("arc")) && w->word == AUTH_FAIL &&
           slice_same(fact_text(fact_find(failed->record, "arc"), "reason"), SLICE("key-unknown"));
}

static void expect_no_better(const struct whole_case *c, const struct told *whole, const struct told *failed, unsigned nth, bool lenient)
{
    assert_int_equal(whole->count, failed->count);
    for (unsigned i = 0; i < whole->count; i++) {
        enum auth_result old = whole->words[i].word, now = failed->words[i].word;
        if (old == now || now == AUTH_TEMPERROR || is_arc_without_key(failed, &failed->words[i]) || (lenient && is_by_path(whole->words[i].method)))
            continue;
        fail_msg("%.*s: question %u (%.*s, type %u) fails, and %s[%u] turns from %s to %s", (int)c->name.len, (const char *)c->name.at, nth,
                 (int)failed->failed_name.len, (const char *)failed->failed_name.at, failed->failed_type, whole->words[i].method->name,
                 whole->words[i].subject, auth_result_word(old), auth_result_word(now));
    }
    struct slice before = fact_text(fact_find(whole->record, "verdict"), "disposition"), after = fact_text(fact_find(failed->record, "verdict"), "disposition");
    if (!slice_same(before, after) && !slice_same(after, SLICE("defer")) && !lenient)
        fail_msg("%.*s: question %u (%.*s, type %u) fails, and the message turns from %.*s to %.*s", (int)c->name.len, (const char *)c->name.at, nth,
                 (int)failed->failed_name.len, (const char *)failed->failed_name.at, failed->failed_type, (int)before.len, (const char *)before.at,
                 (int)after.len, (const char *)after.at);
}

static void fail_each_question(struct whole *w, const struct whole_case *c)
{
    static const enum answer_status failures[] = { ANSWER_TIMEOUT, ANSWER_SERVFAIL, ANSWER_GARBLED };
    if (c->message.len > LARGE_OCTETS)
        return;
    whole_forget(w);
    struct whole_how how = { .no_scouts = true, .dns = { .seed = 1 } };
    struct told whole = whole_play(w, c, &how);
    bool lenient = looks_for_host_name(&whole);
    for (unsigned nth = 1; nth <= whole.asked; nth++) {
        how.dns.fail_nth = nth;
        how.dns.fail_status = failures[nth % COUNT_OF(failures)];
        struct told failed = whole_play(w, c, &how);
        expect_no_better(c, &whole, &failed, nth, lenient);
        assert_true(failed.counts.failed >= 1);
    }
}

static void fail_each_question_of_set(struct whole_set *set)
{
    struct whole *w = whole_new(slice_str(configs[0]));
    for (size_t i = 0; i < whole_count(set); i++)
        fail_each_question(w, whole_case(set, i));
    whole_free(w);
    whole_set_free(set);
}

static void t28_every_question_of_the_stories_fails(void **state)
{
    (void)state;
    fail_each_question_of_set(stories());
}

static void t28_every_question_of_a_set_fails(void **state)
{
    struct whole_set *set = conformance(*state);
    if (!set)
        skip();
    fail_each_question_of_set(set);
}

int main(void)
{
    struct CMUnitTest tests[2 + 2 * COUNT_OF(sets)] = {
        cmocka_unit_test(stories_in_any_order), cmocka_unit_test(t28_every_question_of_the_stories_fails),
    };
    for (size_t i = 0; i < COUNT_OF(sets); i++) {
        union { const char *in; void *out; } file = { .in = sets[i] };
        tests[2 + 2 * i] = (struct CMUnitTest){ sets[i], conformance_in_any_order, NULL, NULL, file.out };
        tests[3 + 2 * i] = (struct CMUnitTest){ "t28_every_question_of_a_set_fails", t28_every_question_of_a_set_fails, NULL, NULL, file.out };
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
