/*
 * check.h: a publication against what DNS answers now, and the update that makes them the same.
 *
 * Of the records of one owner and type, those count that are of the same sort (struct published, kind); what
 * others keep there is theirs. TTLs do not count: caches change them. How a TXT record is cut into strings does
 * not either.
 */
#ifndef FRANK_PUBLISH_CHECK_H
#define FRANK_PUBLISH_CHECK_H

#include "publish/publish.h"

enum check_state {
    CHECK_PRESENT = 0,
    CHECK_MISSING,
    CHECK_WRONG,                     /* instead of the record there is another of its sort */
    CHECK_STALE,                     /* there is one of this sort that the plan does not have */
    CHECK_UNKNOWN,                   /* DNS did not answer */
    CHECK_COVERED                    /* of the previous plan; a wildcard of the new one answers the same, so whether it is there still cannot be told */
};
const char *check_state_word(enum check_state);          /* "present" ... */

struct checked {
    enum check_state state;
    const char *by;
    const struct published *record;      /* what should be there; NULL: nothing (stale) */
    struct slice owner;
    uint16_t type;
    struct slice found;              /* RDATA of the wrong or stale one */
};

struct check_list {
    struct checked *at;
    size_t count, room;
    size_t states[CHECK_UNKNOWN + 1];      /* how many of each, but for what is covered: that is for scripts only */
};

/*
 * beside: what else the same plan publishes, or NULL; such records are never stale.
 * previous: what an earlier plan published, or NULL; of that, what DNS still has and the new one does not is
 * stale. READY, NOT_YET (run again from the top), NO_MEMORY. Borrows the publications and the answers.
 */
enum plan_found publication_check(struct arena *, struct asker *, const struct publication *, const struct publication *beside,
                                  const struct publication *previous, struct check_list *out);

/* One line for each that is not present, "found" below wrong ones; with `all` also for those. */
void text_add_check(struct text *, const struct check_list *, bool all);
struct fact *check_facts(struct arena *, const struct publication *, const struct check_list *);

/*
 * For nsupdate(1): deletes what is wrong or stale, adds what is missing; nothing if all is as it should be. What is covered is deleted
 * wherever it may be: it would outlive the wildcard, and no later plan knows of it. In two parts, those
 * of all plans in one script: elsewhere stands before in_zone. nsupdate finds the zone of a name by itself until it is told
 * one; from then on it sends everything there.
 */
void text_add_nsupdate(struct text *elsewhere, struct text *in_zone, const struct publication *, const struct check_list *);
/* The same where DNS was not asked: adds all, deletes nothing. */
enum plan_found publication_unchecked(struct arena *, const struct publication *, struct check_list *out);

#endif
