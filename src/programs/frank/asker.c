/* asker.c: an asker over the world's resolver. */
#include "programs/frank/asker.h"

#define ASKER_ARENA_OCTETS ((size_t)256 << 20)

struct asked { struct waiter waiter; struct world_asker *asker; struct question question; const struct answer *answer; };

static void delivered(struct waiter *waiter, const struct answer *a)
{
    struct asked *one = (struct asked *)(void *)waiter;
    one->answer = answer_hold(a);
    one->asker->pending--;
    one->asker->failed += answer_failed(a);
}

static void put_question(struct world_asker *w, struct asked *one)
{
    if (!w->world) {
        one->answer = answer_of_status(one->question.name, one->question.type, ANSWER_TIMEOUT);
        return;
    }
    if (!name_askable(one->question.name)) {
        one->answer = answer_of_status(one->question.name, one->question.type, ANSWER_BAD_NAME);
        return;
    }
    struct resolver *dns = w->world->env.dns;
    one->answer = dns->ask(dns, &one->question, &one->waiter);
    w->pending += one->answer == NULL;
    w->failed += one->answer && answer_failed(one->answer);
}

static const struct answer *asker_ask(struct asker *asker, struct slice name, uint16_t rtype)
{
    struct world_asker *w = (struct world_asker *)(void *)asker;
    struct text key = text_in(w->arena, NAME_TEXT_MAX + 16);
    text_addf(&key, "%u/", rtype);
    size_t type_octets = key.len;
    text_add_lower(&key, name);
    struct asked *one = table_get(w->known, text_slice(&key));
    if (!one && w->pending >= ASKER_PENDING_MAX)
        return NULL;
    if (!one) {
        one = ARENA_NEW(w->arena, struct asked);
        if (!one || !table_put(w->known, text_slice(&key), one))
            out_of_memory();
        *one = (struct asked){ .waiter = { .deliver = delivered }, .asker = w, .question = { .name = slice_from(text_slice(&key), type_octets), .type = rtype } };
        put_question(w, one);
        if (w->pending == 0 && !one->answer)
            out_of_memory();
    }
    return one->answer;
}

void world_asker_open(struct world_asker *w, struct world *world)
{
    uint64_t seed = 0;
    if (world)
        world->env.random->fill(world->env.random, &seed, sizeof seed);
    *w = (struct world_asker){ .asker = { asker_ask }, .world = world, .arena = arena_new(ASKER_ARENA_OCTETS), .known = table_new(seed) };
    if (!w->arena || !w->known)
        out_of_memory();
}

void world_asker_forget(struct world_asker *w)
{
    size_t position = 0;
    struct slice key;
    void *value;
    while (table_next(w->known, &position, &key, &value)) {
        struct asked *one = value;
        if (one->answer)
            answer_drop(one->answer);
        else if (w->world)
            w->world->env.dns->withdraw(w->world->env.dns, &one->waiter);
    }
    table_clear(w->known);
    arena_reset(w->arena);
    w->pending = w->failed = 0;
}

void world_asker_close(struct world_asker *w)
{
    world_asker_forget(w);
    table_free(w->known);
    arena_free(w->arena);
}

/* The loop itself fails: what is still open has failed. */
static void give_up(struct world_asker *w)
{
    size_t position = 0;
    struct slice key;
    void *value;
    while (table_next(w->known, &position, &key, &value)) {
        struct asked *one = value;
        if (one->answer)
            continue;
        w->world->env.dns->withdraw(w->world->env.dns, &one->waiter);
        one->answer = answer_of_status(one->question.name, one->question.type, ANSWER_SERVFAIL);
        w->failed++;
        w->pending--;
    }
}

void world_asker_wait(struct world_asker *w)
{
    while (w->pending > 0)
        if (!w->world->loop || !loop_turn(w->world->loop, -1))
            give_up(w);
}

int world_asker_note(const struct world_asker *w)
{
    size_t position = 0;
    int code = EX_OK;
    struct slice key;
    void *value;
    while (code == EX_OK && table_next(w->known, &position, &key, &value)) {
        const struct asked *one = value;
        if (one->answer)
            code = world_note_answer(w->world, one->answer);
    }
    return code;
}
