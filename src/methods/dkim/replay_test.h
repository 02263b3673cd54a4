/*
 * replay_test.h: a message through the whole engine, its DNS answers in any order. Shared by the tests of
 * dkim and arc; replay_test.c is named among their files.
 *
 *     struct replay_world *w = replay_open(zone_text, config_text);
 *     struct slice json = replay_run(w, arena, &(struct replay){ .mail = mail, .at = 1700000000, .seed = 7 });
 */
#ifndef FRANK_METHODS_DKIM_REPLAY_TEST_H
#define FRANK_METHODS_DKIM_REPLAY_TEST_H

#include "base/arena.h"
#include "fact/fact.h"

struct replay_world;

struct replay {
    struct slice mail;
    int64_t at;
    uint64_t seed;          /* 0: answers at once; else late, in an order made from it, body cut in pieces made from it */
    bool no_scouts;
    bool deadline;          /* late answers never come: the message's deadline strikes */
};

struct replay_world *replay_open(const char *zone, const char *config);      /* asserts */
void replay_close(struct replay_world *);
/* The record's "dkim" and "arc" and Authentication-Results, as one group in the arena. */
const struct fact *replay_run(struct replay_world *, struct arena *, const struct replay *);
/* The same in 100 orders, with and without scouts; asserts that they are equal. Returns that of seed 0. */
const struct fact *replay_all(struct replay_world *, struct arena *, struct slice mail, int64_t at);
/* "word reason" of each dkim result, or of arc, parted by "; ". */
struct slice replay_words(struct arena *, const struct fact *outcome, const char *method);
/* Asserts that the manual page beside this source file holds the option list of a section as the table prints it. */
void manual_has_options(const char *source_file, const char *page, const char *section);
/* Questions the last run sent. */
unsigned replay_questions(const struct replay_world *);

#endif
