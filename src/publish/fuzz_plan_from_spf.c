/*
 * fuzz_plan_from_spf.c: any octets as a zone; the plan of what d.example publishes in it. Questions stay within
 * SPF's bounds, and the plan prints as a file that is read. covers: src/publish/from_spf.c src/publish/spf_follow.c
 */
#include "publish/publish.h"

#include <stdlib.h>

#include "dns/zone.h"
#include "publish/plan_file.h"

#define ARENA_OCTETS ((size_t)64 << 20)
/* Ten terms that ask, each an MX set of ten hosts with two questions, and prefetches of the ten records they lead to. */
#define QUESTIONS_MAX 1024

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
    must(z->count < QUESTIONS_MAX);
    const struct answer *a = name_askable(name) ? zone_answer(z->zone, &(struct question){ .name = name, .type = rtype }) : answer_of_status(name, rtype, ANSWER_BAD_NAME);
    must(a != NULL);
    return z->held[z->count++] = a;
}

static void print(struct arena *a, const struct plan *plan)
{
    struct text t = text_in(a, 16u << 20);
    struct config_error e;
    struct plan again;
    text_add_plan(&t, plan);
    struct plan_file *f = plan_file_read(a, "derived", text_slice(&t), &e);
    must(f && plan_file_next(f, a, NULL, &again, &e) == PLAN_NEXT_PLAN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(ARENA_OCTETS);
    struct zone_asker z = { .asker = { zone_ask }, .zone = zone_new() };
    struct zone_error error;
    struct plan plan;
    struct remarks remarks = { .count = 0 };
    if (zone_read(z.zone, slice_of(data, size), &error) && plan_from_spf(a, &z.asker, SLICE("d.example"), &plan, &remarks) == PLAN_READY) {
        print(a, &plan);
        must(plan_complete(a, &z.asker, &plan, &remarks) != PLAN_NOT_YET);
    }
    for (size_t i = 0; i < z.count; i++)
        answer_drop(z.held[i]);
    zone_free(z.zone);
    arena_free(a);
    return 0;
}
