/*
 * fuzz_plan.c: any octets as a plan file. What is accepted prints, and what was printed is accepted and prints
 * the same; every record it publishes is one a master file can hold. covers: src/publish/plan_file.c src/publish/plan_make.c src/publish/plan_print.c
 */
#include "publish/plan_file.h"

#include <stdlib.h>

#include "dns/zone.h"

#define ARENA_OCTETS ((size_t)64 << 20)
#define PLANS_MAX 50                 /* of one file: more of the same finds nothing */
#define PUBLISHED_MAX 4              /* their records are the costly part */

static void must(bool truth)
{
    if (!truth)
        abort();
}

static bool key_of(struct plan_files *files, struct arena *a, struct slice path, struct slice *data, bool *ed25519, const char **error)
{
    (void)files, (void)a;
    *error = "is none";
    *data = SLICE("AAAA");
    *ed25519 = path.len % 2;
    return path.len > 1;
}

static struct plan_files files = { key_of };

static void print_again(struct arena *a, const struct plan *plan)
{
    struct text first = text_in(a, 16u << 20), second = text_in(a, 16u << 20);
    struct config_error e;
    struct plan again;
    text_add_plan(&first, plan);
    struct plan_file *f = plan_file_read(a, "printed", text_slice(&first), &e);
    must(f && plan_file_next(f, a, NULL, &again, &e) == PLAN_NEXT_PLAN);
    text_add_plan(&second, &again);
    must(!first.bad && slice_same(text_slice(&first), text_slice(&second)));
    must(plan_file_next(f, a, NULL, &again, &e) == PLAN_NEXT_END);
}

static void publish(struct arena *a, const struct plan *plan)
{
    struct publication p;
    struct texts all = { .count = 0 };
    struct text t = text_in(a, 16u << 20);
    struct zone_error e;
    if (!publish_plan(a, plan, &all, &p))
        return;                      /* more than fits */
    text_add_publication(&t, &p);
    struct zone *zone = zone_new();
    must(t.bad || zone_read(zone, text_slice(&t), &e));
    zone_free(zone);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(ARENA_OCTETS), *one = arena_new(ARENA_OCTETS);
    struct config_error e;
    struct plan plan;
    struct plan_file *f = plan_file_read(a, "fuzz", slice_of(data, size), &e);
    for (unsigned i = 0; f && i < PLANS_MAX && plan_file_next(f, one, &files, &plan, &e) == PLAN_NEXT_PLAN; i++) {
        print_again(one, &plan);
        if (i < PUBLISHED_MAX)
            publish(one, &plan);
        arena_reset(one);
    }
    arena_free(one);
    arena_free(a);
    return 0;
}
