#include "fakes/shuffle_resolver.h"

#include <stdlib.h>
#include <string.h>

struct asked { struct question question; struct waiter *waiter; const struct answer *answer; };     /* waiter NULL: done */

struct shuffle_resolver {
    struct resolver resolver;
    struct zone *zone;
    struct shuffle_options options;
    uint64_t state;
    struct asked *asked;
    unsigned count, room, waiting, withdrawn;
};

/* splitmix64 */
static uint64_t next_random(struct shuffle_resolver *s)
{
    uint64_t z = s->state += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static bool chance(struct shuffle_resolver *s, unsigned per_thousand)
{
    return next_random(s) % 1000 < per_thousand;
}

static void must(bool what)
{
    if (!what)
        abort();
}

static const struct answer *of_status(const struct question *q, enum answer_status status)
{
    const struct answer *a = answer_to(q, status);
    return a ? a : answer_without_memory();
}

/* ---- what is answered ---- */

static bool was_asked_before(const struct shuffle_resolver *s, const struct question *q)
{
    for (unsigned i = 0; i + 1 < s->count; i++)
        if (question_same(&s->asked[i].question, q))
            return true;
    return false;
}

/* The answer to the question last noted. */
static const struct answer *choose_answer(struct shuffle_resolver *s, const struct question *q)
{
    bool dropped = chance(s, s->options.drop_per_thousand);
    if (s->options.fail_nth == s->count)
        return of_status(q, s->options.fail_status ? s->options.fail_status : ANSWER_SERVFAIL);
    if (dropped)
        return of_status(q, ANSWER_TIMEOUT);
    const struct answer *honest = zone_answer(s->zone, q);
    if (!honest)
        return answer_without_memory();
    if (!s->options.contradict || !was_asked_before(s, q))
        return honest;
    bool had_data = answer_has_data(honest);
    answer_drop(honest);
    return of_status(q, had_data ? ANSWER_NXDOMAIN : ANSWER_SERVFAIL);
}

/* ---- the resolver's face ---- */

static struct asked *note(struct shuffle_resolver *s, const struct question *q)
{
    if (s->count == s->room) {
        s->room = s->room ? 2 * s->room : 64;
        s->asked = realloc(s->asked, s->room * sizeof *s->asked);
        must(s->asked != NULL);
    }
    uint8_t *name = malloc(q->name.len + 1);
    must(name != NULL);
    if (q->name.len > 0)
        memcpy(name, q->name.at, q->name.len);
    s->asked[s->count] = (struct asked){ .question = { slice_of(name, q->name.len), q->type, q->server } };
    return &s->asked[s->count++];
}

static const struct answer *shuffle_ask(struct resolver *r, const struct question *q, struct waiter *waiter)
{
    struct shuffle_resolver *s = (struct shuffle_resolver *)r;
    struct asked *asked = note(s, q);
    const struct answer *answer = choose_answer(s, q);
    if (chance(s, s->options.at_once_per_thousand))
        return answer;
    asked->waiter = waiter;
    asked->answer = answer;
    s->waiting++;
    return NULL;
}

static void shuffle_withdraw(struct resolver *r, struct waiter *waiter)
{
    struct shuffle_resolver *s = (struct shuffle_resolver *)r;
    for (unsigned i = 0; i < s->count; i++)
        if (s->asked[i].waiter == waiter) {
            s->asked[i].waiter = NULL;
            answer_drop(s->asked[i].answer);
            s->waiting--;
            s->withdrawn++;
            return;
        }
    must(false);                             /* withdrawn, but it does not wait */
}

/* ---- the test's face ---- */

struct shuffle_resolver *shuffle_resolver_new(struct zone *zone, struct shuffle_options options)
{
    struct shuffle_resolver *s = calloc(1, sizeof *s);
    must(s != NULL);
    *s = (struct shuffle_resolver){
        .resolver = { shuffle_ask, shuffle_withdraw }, .zone = zone, .options = options, .state = options.seed };
    return s;
}

void shuffle_resolver_free(struct shuffle_resolver *s)
{
    if (!s)
        return;
    must(s->waiting == 0);
    for (unsigned i = 0; i < s->count; i++)
        free((void *)(uintptr_t)s->asked[i].question.name.at);
    free(s->asked);
    free(s);
}

struct resolver *shuffle_resolver(struct shuffle_resolver *s)
{
    return &s->resolver;
}

bool shuffle_deliver_one(struct shuffle_resolver *s)
{
    if (s->waiting == 0)
        return false;
    unsigned nth = (unsigned)(next_random(s) % s->waiting), i = 0;
    while (!s->asked[i].waiter || nth-- > 0)
        i++;
    struct waiter *waiter = s->asked[i].waiter;
    const struct answer *answer = s->asked[i].answer;
    s->asked[i].waiter = NULL;
    s->waiting--;
    waiter->deliver(waiter, answer);         /* may ask, withdraw, and move s->asked */
    answer_drop(answer);
    return true;
}

unsigned shuffle_waiting(const struct shuffle_resolver *s)
{
    return s->waiting;
}

unsigned shuffle_asked(const struct shuffle_resolver *s)
{
    return s->count;
}

struct question shuffle_question(const struct shuffle_resolver *s, unsigned index)
{
    must(index < s->count);
    return s->asked[index].question;
}

unsigned shuffle_times_asked(const struct shuffle_resolver *s, const char *name, uint16_t type)
{
    unsigned times = 0;
    for (unsigned i = 0; i < s->count; i++)
        times += s->asked[i].question.type == type && name_same(s->asked[i].question.name, slice_str(name));
    return times;
}

unsigned shuffle_withdrawn(const struct shuffle_resolver *s)
{
    return s->withdrawn;
}

bool shuffle_asked_twice(const struct shuffle_resolver *s)
{
    for (unsigned i = 0; i < s->count; i++)
        for (unsigned k = 0; k < i; k++)
            if (question_same(&s->asked[i].question, &s->asked[k].question))
                return true;
    return false;
}
