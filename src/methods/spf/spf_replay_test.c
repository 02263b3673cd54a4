/*
 * spf_replay_test: every case of vectors/ through the engine. Each runs in 100 seeded orders of its answers, with and without scouts;
 * results, facts included, must be the same every time, and no question may leave twice. Then each question in turn fails.
 *
 * With FRANK_SPF_SUITE naming a set of cases as JSON (kind "spf": scenarios of zone and cases), these are played too.
 */
#include "methods/spf/spf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/rounds_test.h"
#include "fakes/method_player.h"

#define ORDERS 100
#define FILE_OCTETS_MAX (1u << 22)

struct one_case { char name[128]; struct slice ip, helo, from, result, reason, explanation; };

static struct play play_of(const struct one_case *c, uint64_t seed)
{
    return (struct play){ .ip = c->ip, .helo = c->helo, .from = c->from, .dns.seed = seed };
}

/* ---- what must hold ---- */

static bool agrees(const struct one_case *c, const struct fact *f)
{
    struct slice expected = slice_same(c->explanation, SLICE("-")) ? (struct slice){ 0 } : c->explanation;
    if (!slice_same(fact_text(f, "result"), c->result))
        return false;
    if (c->reason.len > 0 && !slice_same(fact_text(f, "reason"), c->reason))
        return false;
    return c->explanation.len == 0 || slice_same(fact_text(f, "explanation"), expected);
}

/* design.md: 100 orders, with and without scouts, with answers at once and late, contradicting when asked again. */
static void play_in_all_orders(struct player *p, const struct one_case *c)
{
    struct play play = play_of(c, 0);
    player_forget(p);
    struct played first = player_play(p, &play);
    if (!agrees(c, first.facts))
        fail_msg("%s: %.*s", c->name, (int)first.json.len, (const char *)first.json.at);
    for (uint64_t seed = 1; seed < test_rounds(ORDERS); seed++) {
        play.dns = (struct shuffle_options){
            .seed = seed, .at_once_per_thousand = (unsigned)(seed % 3) * 300, .contradict = true,
        };
        play.no_scouts = seed % 2;
        struct played again = player_play(p, &play);
        if (again.asked_twice || again.asked > 2 * SPF_ASKS + SPF_HINTS)
            fail_msg("%s: order %u asks %u questions, or one twice", c->name, (unsigned)seed, again.asked);
        if (!slice_same(first.json, again.json))
            fail_msg("%s: order %u differs:\n%.*s\n%.*s", c->name, (unsigned)seed, (int)first.json.len, (const char *)first.json.at,
                     (int)again.json.len, (const char *)again.json.at);
    }
}

static bool has_text(struct slice in, struct slice wanted)
{
    for (size_t i = 0; i < in.len; i++)
        if (slice_starts(slice_from(in, i), wanted))
            return true;
    return false;
}

/*
 * threats.md T28: whichever question fails, the result is what it was or temperror. Only where a host name of the client is looked for may it
 * be another: a failure there makes "ptr" not match and %{p} "unknown" (RFC 7208 5.5, 7.3). It is never none.
 */
static void play_with_failures(struct player *p, const struct one_case *c)
{
    static const enum answer_status failures[] = { ANSWER_TIMEOUT, ANSWER_SERVFAIL, ANSWER_GARBLED };
    struct play play = play_of(c, 1);
    player_forget(p);
    play.no_scouts = true;
    struct played whole = player_play(p, &play);
    bool by_host_name = has_text(whole.json, SLICE("ptr")) || has_text(whole.json, SLICE("{p}"));
    struct slice result = fact_text(whole.facts, "result");
    for (unsigned nth = 1; nth <= whole.asked; nth++) {
        for (size_t f = 0; f < COUNT_OF(failures); f++) {
            play.dns.fail_nth = nth;
            play.dns.fail_status = failures[f];
            struct slice got = fact_text(player_play(p, &play).facts, "result");
            if (slice_same(got, result) || slice_same(got, SLICE("temperror")))
                continue;
            if (!by_host_name || slice_same(got, SLICE("none")))
                fail_msg("%s: question %u failing gives %.*s", c->name, nth, (int)got.len, (const char *)got.at);
        }
    }
}

/* ---- the files ---- */

static struct slice read_whole(const char *path)
{
    FILE *f = fopen(path, "rb");
    uint8_t *at = malloc(FILE_OCTETS_MAX);
    if (!f || !at)
        fail_msg("cannot open %s (paths are relative to the build folder)", path);
    size_t len = fread(at, 1, FILE_OCTETS_MAX, f);
    fclose(f);
    assert_true(len > 0 && len < FILE_OCTETS_MAX);
    return slice_of(at, len);
}

static void release(struct slice whole)
{
    free((void *)(uintptr_t)whole.at);
}

static struct slice take_column(struct slice *rest)
{
    struct slice column;
    slice_cut(*rest, '|', &column, rest);
    return slice_trim(column, " ");
}

static void set_name(struct one_case *c, struct slice name)
{
    struct text t = text_fixed(c->name, sizeof c->name);
    text_add(&t, slice_first(name, sizeof c->name - 1));
    text_add_octet(&t, 0);
}

/* "; case NAME | CLIENT | HELO | MAIL FROM | RESULT REASON [| EXPLANATION]" */
static bool read_case(struct slice line, struct one_case *c)
{
    struct slice rest = line;
    if (!slice_starts(line, SLICE("; case ")))
        return false;
    memset(c, 0, sizeof *c);
    set_name(c, slice_from(take_column(&rest), sizeof "; case " - 1));
    c->ip = take_column(&rest);
    c->helo = take_column(&rest);
    c->from = take_column(&rest);
    slice_cut(take_column(&rest), ' ', &c->result, &c->reason);
    c->explanation = take_column(&rest);
    return true;
}

/* vectors/NAME.zone beside this file */
static struct slice read_vectors(const char *name)
{
    char path[512];
    struct slice here = slice_str(__FILE__);
    struct text t = text_fixed(path, sizeof path);
    text_add(&t, slice_first(here, here.len - (sizeof "spf_replay_test.c" - 1)));
    text_addf(&t, "vectors/%s.zone", name);
    text_add_octet(&t, 0);
    assert_false(t.bad);
    return read_whole(path);
}

static void play_file(const char *name)
{
    struct slice whole = read_vectors(name), rest = whole, line;
    struct player *p = player_new(&spf_method, SLICE(""));
    unsigned cases = 0;
    player_zone(p, whole);
    for (bool more = true; more;) {
        struct one_case c;
        more = slice_cut(rest, '\n', &line, &rest);
        if (!read_case(line, &c))
            continue;
        play_in_all_orders(p, &c);
        play_with_failures(p, &c);
        cases++;
    }
    assert_true(cases > 10);
    player_free(p);
    release(whole);
}

#define PLAY(file) static void file(void **state) { (void)state; play_file(#file); }
PLAY(identity)
PLAY(records)
PLAY(mechanisms)
PLAY(limits)
PLAY(macros)
PLAY(appendix)

/* ---- a set of cases as JSON ---- */

static bool is_allowed(const struct fact *allowed, struct slice result)
{
    if (allowed->kind == FACT_TEXT)
        return slice_same(allowed->text, result);
    for (const struct fact *f = allowed->first; f; f = f->next)
        if (slice_same(f->text, result))
            return true;
    return false;
}

static void play_suite_case(struct player *p, const struct fact *f, struct arena *a)
{
    struct one_case c = { .ip = fact_text(f, "ip"), .helo = fact_text(f, "helo"), .from = fact_text(f, "mail_from") };
    struct play play = play_of(&c, 0);
    struct slice explanation = fact_text(f, "explanation");
    set_name(&c, fact_text(f, "name"));
    player_forget(p);
    struct played first = player_play(p, &play);
    c.result = slice_dup(a, fact_text(first.facts, "result"));
    if (!is_allowed(fact_find(f, "result"), c.result))
        fail_msg("%s: %.*s", c.name, (int)first.json.len, (const char *)first.json.at);
    if (slice_same(c.result, SLICE("fail")) && !slice_same(explanation, SLICE("DEFAULT")))
        c.explanation = explanation;
    play_in_all_orders(p, &c);
}

static void suite(void **state)
{
    const char *path = getenv("FRANK_SPF_SUITE"), *error = "";
    const struct fact *set;
    (void)state;
    struct slice whole = read_whole(path);
    struct arena *a = arena_new(1u << 26);
    struct player *p = player_new(&spf_method, SLICE(""));
    if (!fact_from_json(a, whole, &set, &error))
        fail_msg("%s", error);
    const struct fact *list = fact_find(set, "scenarios");
    assert_non_null(list);
    for (const struct fact *scenario = list->first; scenario; scenario = scenario->next) {
        player_zone(p, fact_text(scenario, "zone"));
        for (const struct fact *f = fact_find(scenario, "cases")->first; f; f = f->next)
            play_suite_case(p, f, a);
    }
    player_free(p);
    arena_free(a);
    release(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(identity), cmocka_unit_test(records), cmocka_unit_test(mechanisms), cmocka_unit_test(limits),
        cmocka_unit_test(macros), cmocka_unit_test(appendix),
    };
    const struct CMUnitTest given[] = { cmocka_unit_test(suite) };
    if (getenv("FRANK_SPF_SUITE"))
        return cmocka_run_group_tests(given, NULL, NULL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
