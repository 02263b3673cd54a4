/*
 * compare_page.h: what many comparisons come to as one page of HTML that needs nothing else: no script, no picture, no font,
 * and a policy in it that lets none be fetched. All that is foreign goes through text_add_html (threats.md T33).
 *
 * The messages that are shown wait in an unlinked file, at most PAGE_MESSAGES_KEPT of them and PAGE_MESSAGES_OF_DOMAIN of one
 * domain; where there are more, those some method stops or methods differ about are preferred. The page shows the PAGE_DOMAINS_MAX domains
 * with most messages.
 */
#ifndef FRANK_PROGRAMS_COMPARE_PAGE_H
#define FRANK_PROGRAMS_COMPARE_PAGE_H

#include <stdio.h>

#include "programs/frank/tally.h"

#define PAGE_DOMAINS_MAX 200
#define PAGE_MESSAGES_KEPT 10000          /* until it is known which domains have most messages */
#define PAGE_MESSAGES_OF_DOMAIN 10

struct compare_page;

/* Where the page goes to is opened (and emptied) now, so that it is known before the work that it can be. NULL with errno. */
struct compare_page *compare_page_open(const char *path, uint64_t seed);
/* message: a comparison with "file" and "number", already in the tally. False: no memory, or the disk is full (errno). */
MUST_CHECK bool compare_page_add(struct compare_page *, const struct fact *message, const struct verdicts *);
struct compare_page_facts {
    const struct tally *tally, *other;     /* other: of --as-if, or NULL */
    uint64_t unread;
    int64_t now;
};
/* Writes it and closes all; false with errno. */
MUST_CHECK bool compare_page_close(struct compare_page *, const struct compare_page_facts *);
/* Without writing. NULL allowed. */
void compare_page_drop(struct compare_page *);

extern const char *const compare_style[];  /* CSS; NULL-terminated */

#endif
