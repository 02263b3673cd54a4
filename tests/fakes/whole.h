/*
 * whole.h: whole messages through the whole engine, with answers in any order: for tests of what must hold for
 * every message whatever DNS does.
 *
 *     struct whole_set *set = whole_set_new();
 *     whole_read_stories(set, "tests/scenarios/stories");
 *     whole_read_json(set, "../shared/conformance/dmarc/dmarc.json");
 *     struct whole *w = whole_new(SLICE("rules = \"standard\";"));
 *     for (size_t i = 0; i < whole_count(set); i++) {
 *         struct told told = whole_play(w, whole_case(set, i), &(struct whole_how){ .dns = { .seed = 7 } });
 *         ... told.json ...
 *         whole_forget(w);
 *     }
 *
 * Messages are fed as a milter's events, cut at places the seed chooses, some answers between any two of them. A
 * failure of the set-up (a bad zone, no memory) is reported by abort().
 */
#ifndef FRANK_TESTS_FAKES_WHOLE_H
#define FRANK_TESTS_FAKES_WHOLE_H

#include "engine/engine.h"
#include "fakes/shuffle_resolver.h"

#define WHOLE_RECEIVER "mx.receiver.example"

struct whole_case {
    struct slice name;                   /* "dmarc.json/NAME", "STORY/message.eml" */
    struct zone *zone;
    int64_t now;
    struct slice ip, helo, mail_from;    /* empty: not known */
    struct slice message;                /* octets, CRLF */
    unsigned recipients;                 /* as many of them; 0: one */
};

struct whole_set;
struct whole_set *whole_set_new(void);
void whole_set_free(struct whole_set *);
/* The cases of one conformance file (kinds spf and verify); false if there is no such file. */
bool whole_read_json(struct whole_set *, const char *path);
/* Every *.eml of every story, under its folder's world.zone. */
void whole_read_stories(struct whole_set *, const char *folder);
/* One more; the zone is text in master-file form, all is copied. */
void whole_add(struct whole_set *, struct slice zone_text, const struct whole_case *);
size_t whole_count(const struct whole_set *);
const struct whole_case *whole_case(const struct whole_set *, size_t);

struct whole_how {
    bool no_scouts;
    bool by_stages;                      /* as a milter waits: held until each stage's reply is known, and ended where one refuses */
    struct shuffle_options dns;
};

#define WHOLE_WORDS_MAX 128
struct whole_word { const struct method *method; unsigned subject; enum auth_result word; };

struct told {                            /* lives until whole_forget() */
    struct slice json;                   /* the record without what may differ: counts of questions */
    struct whole_word words[WHOLE_WORDS_MAX];
    unsigned count;
    const struct fact *record;           /* whole */
    const struct action *actions;        /* copies: fields' names and values in whole's arena */
    size_t action_count;
    struct txn_counts counts;
    unsigned asked;                      /* questions that left */
    bool asked_twice;
    uint16_t failed_type;                /* of the question that dns.fail_nth made fail; 0: none did */
    struct slice failed_name;
};

struct whole;
struct whole *whole_new(struct slice config);                        /* text of frank.conf */
struct whole *whole_new_only(struct slice config, uint64_t only);    /* only: bits by method_index, as engine_options */
void whole_free(struct whole *);
struct told whole_play(struct whole *, const struct whole_case *, const struct whole_how *);
void whole_forget(struct whole *);
const struct engine *whole_engine(const struct whole *);

#endif
