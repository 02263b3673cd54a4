/*
 * fuzz_lint.c: any octets as a zone; all that example.com publishes in it is looked at, with and without selectors, and
 * printed: no line is too long, nothing in it moves a terminal. covers: src/publish/lint.c src/publish/lint_print.c
 * src/publish/lint_parts.c src/publish/lint_receivers.c src/publish/lint_services.c src/publish/lint_transport.c
 * src/publish/lint_reverse.c src/methods/spf/spf_lint.c src/methods/dkim/dkim_lint.c src/methods/dmarc/dmarc_lint.c
 */
#include "publish/bulk_rules.h"

#include <stdlib.h>

#include "dns/zone.h"
#include "engine/engine.h"
#include "methods/list.h"

#define ARENA_OCTETS ((size_t)256 << 20)
#define OUTPUT_OCTETS ((size_t)64 << 20)
#define QUESTIONS_MAX (LINT_SECTIONS_MAX * LINT_ASKS_MAX)

struct zone_asker { struct asker asker; struct zone *zone; const struct answer *held[QUESTIONS_MAX]; size_t count; };

static void must(bool truth)
{
    if (!truth)
        abort();
}

static const struct answer *zone_ask(struct asker *asker, struct slice name, uint16_t rtype)
{
    struct zone_asker *z = (struct zone_asker *)(void *)asker;
    for (size_t i = 0; i < z->count; i++)
        if (z->held[i]->question.type == rtype && slice_same(z->held[i]->question.name, name))
            return z->held[i];
    must(z->count < QUESTIONS_MAX && name_askable(name));
    const struct answer *a = zone_answer(z->zone, &(struct question){ .name = name, .type = rtype });
    must(a != NULL);
    return z->held[z->count++] = a;
}

static const struct config *config_of_all(void)
{
    static struct config *config;
    struct config_error e;
    size_t count;
    if (!config) {
        const struct section *sections = engine_sections(&count);
        config = config_defaults(sections, count);
        must(config && methods_prepare(config, &e));
    }
    return config;
}

static void look_at_lines(struct slice text)
{
    struct slice line;
    while (text.len > 0) {
        (void)slice_cut(text, '\n', &line, &text);
        must(line.len <= LINT_COLUMNS);
        for (size_t i = 0; i < line.len; i++)
            must(is_printable(line.at[i]));
    }
}

static void look_at(struct arena *a, struct zone_asker *z, struct texts selectors)
{
    struct lint_report report;
    struct lint_request request = { .domain = SLICE("example.com"), .selectors = selectors, .config = config_of_all(), .now = 1700000000 };
    struct bulk_verdict verdicts[BULK_RULES];
    struct text t = text_in(a, OUTPUT_OCTETS), json = text_in(a, OUTPUT_OCTETS);
    must(lint_domain(a, &z->asker, &request, &report) == PLAN_READY);
    text_add_lint(&t, &report);
    struct fact *facts = lint_facts(&report);
    if (bulk_judge(a, &report, NULL, selectors.count > 0, verdicts)) {
        text_add_bulk(&t, a, verdicts);
        bulk_facts(a, facts, verdicts);
    }
    must(!t.bad && fact_to_json(facts, false, &json));
    look_at_lines(text_slice(&t));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct slice selectors[] = { SLICE_INIT("s1"), SLICE_INIT("mine") };
    static struct zone_asker z;
    struct arena *a = arena_new(ARENA_OCTETS);
    struct zone_error error;
    z = (struct zone_asker){ .asker = { zone_ask }, .zone = zone_new() };
    if (zone_read(z.zone, slice_of(data, size), &error)) {
        look_at(a, &z, (struct texts){ NULL, 0 });
        look_at(a, &z, (struct texts){ selectors, COUNT_OF(selectors) });
    }
    for (size_t i = 0; i < z.count; i++)
        answer_drop(z.held[i]);
    zone_free(z.zone);
    arena_free(a);
    return 0;
}
