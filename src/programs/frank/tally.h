/*
 * tally.h: what many comparisons come to, in constant memory.
 *
 * For each method its results; for each pair of methods how often they agree; who would have stopped what; and
 * the same by domain, for the first TALLY_DOMAINS_MAX domains that come; the messages of further ones are counted together.
 */
#ifndef FRANK_PROGRAMS_TALLY_H
#define FRANK_PROGRAMS_TALLY_H

#include "base/table.h"
#include "programs/frank/comparison.h"

#define TALLY_DOMAINS_MAX 5000             /* domains that are told apart (ours) */
#define TALLY_WORDS 8                      /* enum auth_result */
#define TALLY_DISPOSITIONS 5               /* enum disposition */

struct tally_method {
    uint64_t examined;                     /* messages it has a result for */
    uint64_t words[TALLY_WORDS];
    uint64_t stops;                        /* fail, by a statement the domain published that covers the message */
    uint64_t alone;                        /* of these: no other method stops it */
    uint64_t against;                      /* of these: another method vouches for the sender, author or signer */
    uint64_t vouches;                      /* pass for one of these identities */
    uint64_t questions;
    uint64_t derived, stops_derived;       /* results, and stops, that rest on records nobody published (as_if.h) */
};

struct tally_domain {
    struct slice domain;
    uint64_t messages;
    struct { uint32_t says[SAYS], stops; } methods[METHODS_MAX];
};

struct tally {
    struct arena *arena;                   /* of the domains */
    struct table *domains;
    uint64_t messages, other_messages;     /* other: of domains beyond the bound */
    uint64_t dispositions[TALLY_DISPOSITIONS];
    uint64_t stopped, vouched;             /* messages some method would stop; vouches for */
    uint64_t questions;
    struct tally_method methods[METHODS_MAX];
    uint64_t pairs[METHODS_MAX][METHODS_MAX][SAYS][SAYS];      /* what the first says, what the second: messages both examined */
};

/* What one message counts as; for who shows it. */
struct verdicts {
    bool has[METHODS_MAX], stops[METHODS_MAX], vouches[METHODS_MAX], derived[METHODS_MAX];
    enum says says[METHODS_MAX];
    enum auth_result words[METHODS_MAX];
    const struct fact *rows[METHODS_MAX];  /* those that stand */
    unsigned stop_count, vouch_count;
};
/* From the rows of a comparison. Rows of methods we do not know are passed over. */
void verdicts_read(const struct fact *rows, struct verdicts *);
/* Do the methods contradict each other? */
bool verdicts_differ(const struct verdicts *);

MUST_CHECK bool tally_open(struct tally *, uint64_t seed);       /* false without memory */
void tally_close(struct tally *);
/* told: what has the "verdict" and "dns" of a message (either may be missing). False without memory. */
MUST_CHECK bool tally_add(struct tally *, struct slice domain, const struct fact *told, const struct verdicts *);
/* Domains with most messages first, then by name. In the arena, NULL-terminated; NULL without memory. */
const struct tally_domain **tally_sorted(const struct tally *, struct arena *);
/* Methods that ever said yes or no, in the order of the list. */
struct tally_spoken { size_t at[METHODS_MAX]; size_t count; };
void tally_spoken_of(const struct tally *, struct tally_spoken *);
/* As facts, for JSON. */
void tally_facts(const struct tally *, struct arena *, struct fact *root);
/* Messages two methods have both said something about, and agree on. */
uint64_t tally_agree(const struct tally *, size_t a, size_t b, uint64_t *both_said);

#endif
