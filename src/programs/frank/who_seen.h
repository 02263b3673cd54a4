/*
 * who_seen.h: what came from an address or a domain, counted from the journal's records.
 *
 *     who_seen_open(&seen, seed, &ip, domain);
 *     for each record: who_seen_take(&seen, arena, record)
 *     who_seen_facts(&seen, arena, parent)
 *
 * A record is a domain's if MAIL FROM or an author is of it or of a name below it. Nothing of a record is kept but counts, the
 * first domains and addresses, and what the newest ones were. Pure.
 */
#ifndef FRANK_PROGRAMS_WHO_SEEN_H
#define FRANK_PROGRAMS_WHO_SEEN_H

#include "base/ip.h"
#include "base/table.h"
#include "fact/fact.h"
#include "verdict/verdict.h"

#define WHO_SEEN_NAMES_MAX 10000        /* domains, and addresses, told apart (ours); further ones are not counted */
#define WHO_SEEN_SHOWN 20               /* of them, most messages first */
#define WHO_SEEN_NEWEST 5               /* messages whose ids are kept */
#define WHO_SEEN_TEXT_MAX 255           /* octets of one name or id that are kept */

struct who_seen_tally { struct slice name; uint64_t messages; bool sender, author; };
struct who_seen_message { int64_t time; uint8_t id[WHO_SEEN_TEXT_MAX], told[WHO_SEEN_TEXT_MAX]; size_t id_len, told_len; };

struct who_seen {
    struct ip ip;                       /* IP_NONE: `domain` is meant */
    struct slice domain;                /* normal form */
    uint64_t messages, by_disposition[DISPOSITION_DISCARD + 1], other;      /* other: of no disposition we know */
    int64_t first, last;
    struct table *names;                /* an address's domains, a domain's addresses -> struct who_seen_tally */
    uint64_t uncounted;                 /* messages of names beyond those told apart */
    struct who_seen_message newest[WHO_SEEN_NEWEST];      /* a ring */
    struct arena *arena;
};

/* The domain must stay. False without memory; to be closed in either case. */
MUST_CHECK bool who_seen_open(struct who_seen *, uint64_t seed, const struct ip *, struct slice domain);
void who_seen_close(struct who_seen *);
/* Counts the record if it is from there. The arena is for looking only. False without memory. */
MUST_CHECK bool who_seen_take(struct who_seen *, struct arena *, const struct fact *record);
/* Could this line be from there? A look before it is parsed; false is certain. */
bool who_seen_may_hold(const struct who_seen *, struct slice line);
/* The names with most messages first, at most `max`; returns how many. In the arena. */
size_t who_seen_names(const struct who_seen *, struct arena *, const struct who_seen_tally ***out, size_t max);
/* { "messages", "first", "last", "verdicts":{...}, "domains" or "addresses":[{...}], "newest":[{ "time","id","told" }] } */
void who_seen_facts(const struct who_seen *, struct arena *, struct fact *to);

#endif
