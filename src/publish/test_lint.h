/*
 * test_lint.h: one method's lint over a zone, for tests of methods. Each question is "not yet" when it is asked first.
 *
 *     assert_lint(&imx_method, "example.com", "s1,s2", "_imx.example.com. TXT \"v=imx1 x\"\n",
 *                 "record _imx.example.com TXT v=imx1 x\n"
 *                 "error bad-item _imx.example.com: ... -> repair\n"
 *                 "merits 0x1\n" "host a.example.com\n" "network 192.0.2.0/24\n");
 *
 * Lines stand in the order in which things were said, records first. Where many cases are to be told by their codes:
 *
 *     { "_imx.example.com. TXT \"v=imx1 x\"\n", "1 error:bad-item" },          // records, findings, senders
 */
#ifndef FRANK_PUBLISH_TEST_LINT_H
#define FRANK_PUBLISH_TEST_LINT_H

#include "methods/list.h"
#include "publish/lint.h"
#include "publish/test_asker.h"

static void test_lint_add_section(struct text *t, const struct lint_section *s)
{
    char type[16];
    for (size_t i = 0; i < s->record_count; i++) {
        text_addf(t, "record ");
        text_add_shown(t, s->records[i].owner, false);
        text_addf(t, " %s ", rtype_name(s->records[i].type, type));
        text_add_shown(t, s->records[i].text, false);
        text_add_octet(t, '\n');
    }
    for (size_t i = 0; i < s->finding_count; i++) {
        const struct lint_finding *f = &s->findings[i];
        text_addf(t, "%s %s ", lint_level_word(f->level), f->code);
        text_add_shown(t, f->owner, false);
        text_add_str(t, ": ");
        text_add_shown(t, f->text, false);
        text_add_str(t, f->repair.len > 0 ? " -> " : "");
        text_add_shown(t, f->repair, false);
        text_add_octet(t, '\n');
    }
    if (s->merits)
        text_addf(t, "merits 0x%x\n", s->merits);
    for (size_t i = 0; i < s->sender_count; i++) {
        text_add_str(t, s->senders[i].is_host ? "host " : "network ");
        if (s->senders[i].is_host)
            text_add_shown(t, s->senders[i].host, false);
        else
            text_add_prefix(t, &s->senders[i].network);
        text_add_octet(t, '\n');
    }
}

/* The options of all methods, at their defaults. `room` lives as long. */
struct test_lint_sections { struct section at[METHODS_MAX]; char names[METHODS_MAX][METHOD_SECTION_MAX]; };

static const char *test_lint_options = "";       /* a configuration, if the case needs one */

static struct config *test_lint_config(struct test_lint_sections *room)
{
    size_t n = 0;
    struct config_error e = { .line = 0 };
    for (; methods[n]; n++) {
        struct text name = text_fixed(room->names[n], METHOD_SECTION_MAX);
        text_addf(&name, "methods.%s%c", methods[n]->name, '\0');
        room->at[n] = (struct section){ room->names[n], methods[n]->options, methods[n]->conf_size, "" };
    }
    struct config *config = config_parse("test", slice_str(test_lint_options), room->at, n, &e);
    if (!config || !methods_prepare(config, &e))
        fail_msg("options: %s", e.text);
    return config;
}

static inline void test_lint_add_codes(struct text *t, const struct lint_section *s)
{
    text_addf(t, "%zu", s->record_count);
    for (size_t i = 0; i < s->finding_count; i++) {
        const struct lint_finding *f = &s->findings[i];
        text_addf(t, " %s:%s", lint_level_word(f->level), f->code);
        assert_true(f->owner.len > 0 && f->text.len > 0);
        assert_true(f->repair.len > 0 || f->level == LINT_NOTE || f->level == LINT_UNKNOWN);
    }
    for (size_t i = 0; i < s->sender_count; i++) {
        text_add_octet(t, ' ');
        if (s->senders[i].is_host)
            text_add_shown(t, s->senders[i].host, false);
        else
            text_add_prefix(t, &s->senders[i].network);
    }
}

/* only, selectors: parted by commas. */
static void test_lint_run_with(struct arena *a, const char *only, const char *domain, const char *selectors, const char *zone,
                               void (*add)(struct text *, const struct lint_section *), struct text *out)
{
    size_t selector_count = 0, name_count = 0;
    static struct test_lint_sections room;
    struct config *config = test_lint_config(&room);
    struct test_asker t = test_asker_new(zone, true);
    struct slice names[8], list[8], wanted_names = slice_str(only), rest = slice_str(selectors);
    while (wanted_names.len > 0 && name_count < COUNT_OF(names))
        (void)slice_cut(wanted_names, ',', &names[name_count++], &wanted_names);
    while (rest.len > 0 && selector_count < COUNT_OF(list))
        (void)slice_cut(rest, ',', &list[selector_count++], &rest);
    struct lint_request request = { .domain = slice_str(domain), .names = { names, name_count }, .selectors = { list, selector_count },
                                    .config = config, .now = 1700000000 };
    struct lint_report report;
    enum plan_found found;
    while ((found = lint_domain(a, &t.asker, &request, &report)) == PLAN_NOT_YET) {
        arena_reset(a);
        test_asker_turn(&t);
    }
    assert_int_equal(found, PLAN_READY);
    *out = text_in(a, (size_t)1 << 20);
    for (size_t i = 0; i < report.section_count; i++)
        add(out, &report.sections[i]);
    assert_false(out->bad);
    test_asker_free(&t);
    config_free(config);
}

static inline void test_lint_run(struct arena *a, const char *only, const char *domain, const char *selectors, const char *zone, struct text *out)
{
    test_lint_run_with(a, only, domain, selectors, zone, test_lint_add_section, out);
}

/* The same of several methods and parts. */
static inline void assert_lint_of(const char *names, const char *domain, const char *selectors, const char *zone, const char *expected)
{
    struct arena *a = arena_new((size_t)32 << 20);
    struct text got;
    test_lint_run(a, names, domain, selectors, zone, &got);
    if (!slice_same(text_slice(&got), slice_str(expected)))
        fail_msg("%s\ngot:\n%.*s\nexpected:\n%s", zone, (int)got.len, (const char *)got.at, expected);
    arena_free(a);
}
#define assert_lint(method, domain, selectors, zone, expected) assert_lint_of((method)->name, (domain), (selectors), (zone), (expected))

/* Cases told by codes, under the same options and selectors. */
struct lint_case { const char *zone, *codes; };

static inline void assert_lint_cases(const struct method *method, const char *domain, const char *options, const char *selectors,
                                     const struct lint_case *cases, size_t count)
{
    test_lint_options = options;
    for (size_t i = 0; i < count; i++) {
        struct arena *a = arena_new((size_t)32 << 20);
        struct text got;
        test_lint_run_with(a, method->name, domain, selectors, cases[i].zone, test_lint_add_codes, &got);
        if (!slice_same(text_slice(&got), slice_str(cases[i].codes)))
            fail_msg("%s\ngot:      %.*s\nexpected: %s", cases[i].zone, (int)got.len, (const char *)got.at, cases[i].codes);
        arena_free(a);
    }
    test_lint_options = "";
}

#endif
