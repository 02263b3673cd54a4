/*
 * changes.h: what other rules would have done, counted in bounded memory: in all, by rule, by domain, and the last few messages.
 */
#ifndef FRANK_PROGRAMS_CHANGES_H
#define FRANK_PROGRAMS_CHANGES_H

#include "base/ip.h"
#include "base/table.h"
#include "verdict/verdict.h"

#define OUTCOMES 6
#define OUTCOME_FURTHER (OUTCOMES - 1)      /* not refused at its stage; what came later was never seen. The others are enum disposition */
const char *outcome_name(unsigned outcome);

#define CHANGE_RULES_MAX 1000               /* pairs of old and new rule that are told apart (ours) */
#define CHANGE_DOMAINS_MAX 10000            /* domains that are told apart (ours) */
#define CHANGE_KEPT 20                      /* messages kept for the list without --all */

struct change {
    int64_t time;
    struct slice id, queue_id, message_id, client, sender, domain;      /* domain: the author's, else the sender's, else HELO's */
    struct slice was_rule, rule, reason;
    unsigned was, would;                    /* outcomes */
};

struct change_tally {
    struct slice was_rule, rule, domain;    /* rules or domain */
    unsigned was, would;                    /* with rules */
    uint64_t count;
    uint64_t by_outcome[OUTCOMES];          /* with a domain: how it would have ended */
};

struct changes {
    struct arena *arena;
    struct table *rules, *domains;
    uint64_t changed, other_rules, other_domains;       /* other: beyond the bounds */
    uint64_t matrix[OUTCOMES][OUTCOMES];    /* was, would */
    struct change kept[CHANGE_KEPT];
    struct arena *kept_arenas[CHANGE_KEPT];
    uint64_t kept_count;                    /* ever; the last CHANGE_KEPT are there */
};

MUST_CHECK bool changes_open(struct changes *, uint64_t seed);
void changes_close(struct changes *);
/* Copies what it keeps. False without memory. */
MUST_CHECK bool changes_add(struct changes *, const struct change *);
/* i = 0: the oldest that is kept; NULL: no more. */
const struct change *changes_kept(const struct changes *, size_t i);
/* The tallies, largest first. In the arena; NULL without memory. */
const struct change_tally **changes_sorted(const struct table *, struct arena *);

#endif
