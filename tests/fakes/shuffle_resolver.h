/*
 * shuffle_resolver.h: a resolver for tests, whose answers arrive in any order, late, or not at all.
 *
 * It answers from a zone, but holds every answer back. Nothing happens until the test says so: each
 * shuffle_deliver_one() delivers one waiting answer, chosen by the seed. Same seed, same zone, same
 * questions in the same order: same deliveries. What it can do that a real resolver does is chosen by
 * the options; all of them zero is a slow, honest resolver.
 *
 *     struct shuffle_resolver *s = shuffle_resolver_new(zone, (struct shuffle_options){ .seed = 7 });
 *     env.dns = shuffle_resolver(s);
 *     ... start the transaction ...
 *     while (shuffle_deliver_one(s))
 *         ;
 *     assert_true(the transaction is done);
 *     shuffle_resolver_free(s);
 *
 * Every vector of a method is replayed over 100 seeds and must give one and the same result; with
 * .fail_nth over every n up to shuffle_asked() it must never give pass or none where a failure hides
 * something (threats.md T28).
 *
 * Contracts kept towards the engine, as env.h has them: deliver is called exactly once per waiter and
 * never from inside ask; nothing is delivered after withdraw. Breaking one of them on the other side is
 * reported by abort(): a withdraw of what does not wait, freeing while somebody waits.
 * Allocates with the system's allocator, so that mem_fail_at() counts only what is tested. One thread.
 */
#ifndef FRANK_TESTS_FAKES_SHUFFLE_RESOLVER_H
#define FRANK_TESTS_FAKES_SHUFFLE_RESOLVER_H

#include "dns/zone.h"
#include "env/env.h"

struct shuffle_options {
    uint64_t seed;
    unsigned at_once_per_thousand;   /* answered inside ask(), as from a cache */
    unsigned drop_per_thousand;      /* never arrive: delivered, in their turn, as ANSWER_TIMEOUT */
    unsigned fail_nth;               /* the n-th question asked (1 = the first) gets fail_status; 0: none does */
    enum answer_status fail_status;  /* UNKNOWN stands for ANSWER_SERVFAIL */
    bool contradict;                 /* a question asked again is answered NXDOMAIN if it had data, SERVFAIL
                                        otherwise: as after eviction, by a server that changed its mind. Whoever
                                        pins the first answer never sees it. */
};

struct shuffle_resolver;

struct shuffle_resolver *shuffle_resolver_new(struct zone *, struct shuffle_options);     /* the zone is borrowed; aborts without memory */
void shuffle_resolver_free(struct shuffle_resolver *);
struct resolver *shuffle_resolver(struct shuffle_resolver *);                             /* as the engine sees it */

bool shuffle_deliver_one(struct shuffle_resolver *);             /* false: nobody waits */
unsigned shuffle_waiting(const struct shuffle_resolver *);       /* questions asked and neither delivered nor withdrawn */

/* What was asked, in order, repetitions included. The text lives as long as the resolver. */
unsigned shuffle_asked(const struct shuffle_resolver *);
struct question shuffle_question(const struct shuffle_resolver *, unsigned index);
unsigned shuffle_times_asked(const struct shuffle_resolver *, const char *name, uint16_t type);
unsigned shuffle_withdrawn(const struct shuffle_resolver *);
bool shuffle_asked_twice(const struct shuffle_resolver *);       /* some question */

#endif
