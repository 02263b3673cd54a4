/*
 * method_player.h: plays SMTP transactions through the engine for one method's tests.
 *
 * A player owns an engine with only this method (and those it takes results of) switched on, a zone and a
 * fixed clock; DNS is a shuffle_resolver made anew for each play.
 *
 *     struct player *p = player_new(&spf_method, SLICE(""));
 *     player_zone(p, SLICE("example.org. TXT \"v=spf1 -all\"\n"));
 *     struct played r = player_play(p, &(struct play){ .ip = SLICE("192.0.2.1"), .from = SLICE("a@example.org"), .seed = 3 });
 *     assert_true(slice_same(fact_text(r.facts, "result"), SLICE("fail")));
 *     player_free(p);
 *
 * A failure of the set-up (bad zone, no memory) is reported by abort().
 */
#ifndef FRANK_TESTS_FAKES_METHOD_PLAYER_H
#define FRANK_TESTS_FAKES_METHOD_PLAYER_H

#include "engine/engine.h"
#include "fakes/shuffle_resolver.h"

#define PLAYER_NOW 1700000000
#define PLAYER_RECEIVER "mx.receiver.example"

struct player;

struct play {
    struct slice ip, helo, from;         /* ip empty: no client address; from as in MAIL FROM, "" is the null sender */
    struct slice rcpt;                   /* envelope recipients, blanks between them; empty: none */
    struct slice auth_user;
    struct slice submitter;              /* MAIL's parameter as it came; empty: none */
    struct slice header;                 /* fields, each ended by LF, folds too; empty: one From field */
    struct slice body;                   /* as it comes over the wire; at NULL: one line */
    int64_t now;                         /* 0: PLAYER_NOW */
    bool stored;                         /* the client was read from the message, which came in at received_at (0: not known) */
    int64_t received_at;
    enum noop_proof noop;
    bool no_scouts;
    struct shuffle_options dns;
};

struct played {                          /* lives until the next player_forget() */
    const struct fact *facts;            /* the method's member of the record; NULL: it has none */
    struct slice json;                   /* of these */
    struct slice authentication_results;
    struct slice explain;                /* of the method's principal result; empty if it has nothing to say */
    unsigned asked;
    bool asked_twice;                    /* a question left twice */
    uint16_t failed_type;                /* of the question that dns.fail_nth made fail; 0: none did */
    struct slice questions;              /* "TXT example.org, TXT id.example.org @192.0.2.53": what was asked, in order */
};

struct player *player_new(const struct method *, struct slice config);     /* config: text of frank.conf */
struct player *player_new_among(const struct method *, uint64_t others, struct slice config);     /* others (bits, method_index) are on too */
void player_free(struct player *);
void player_zone(struct player *, struct slice master_file);                /* instead of the one before */
struct played player_play(struct player *, const struct play *);
void player_forget(struct player *);

#endif
