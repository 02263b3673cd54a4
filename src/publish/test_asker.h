/*
 * test_asker.h: an asker over a zone, for tests. With `late`, each question is "not yet" when it is asked
 * first and answered in the next run; test_asker_turn() begins it.
 */
#ifndef FRANK_PUBLISH_TEST_ASKER_H
#define FRANK_PUBLISH_TEST_ASKER_H

#include "dns/zone.h"
#include "publish/publish.h"

#define TEST_ASKER_MAX 4096

struct test_asker {
    struct asker asker;
    struct zone *zone;
    bool late;
    const struct answer *held[TEST_ASKER_MAX];
    size_t count, there;             /* questions asked; those that are answered */
};

static const struct answer *test_asker_ask(struct asker *asker, struct slice name, uint16_t rtype)
{
    struct test_asker *t = (struct test_asker *)(void *)asker;
    for (size_t i = 0; i < t->count; i++)
        if (t->held[i]->question.type == rtype && slice_same(t->held[i]->question.name, name))
            return i < t->there ? t->held[i] : NULL;
    if (t->count == TEST_ASKER_MAX)
        fail_msg("more than %d questions", TEST_ASKER_MAX);
    t->held[t->count++] = zone_answer(t->zone, &(struct question){ .name = name, .type = rtype });
    t->there = t->late ? t->there : t->count;
    return t->late ? NULL : t->held[t->count - 1];
}

static struct test_asker test_asker_new(const char *zone, bool late)
{
    struct test_asker t = { .asker = { test_asker_ask }, .zone = zone_new(), .late = late };
    struct zone_error e = { 0 };
    if (!t.zone || !zone_read(t.zone, slice_str(zone), &e))
        fail_msg("zone, line %u: %s", e.line, e.text);
    return t;
}

static void test_asker_turn(struct test_asker *t)
{
    assert_true(t->there < t->count);
    t->there = t->count;
}

static void test_asker_free(struct test_asker *t)
{
    for (size_t i = 0; i < t->count; i++)
        answer_drop(t->held[i]);
    zone_free(t->zone);
}

#endif
