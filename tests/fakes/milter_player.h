/*
 * milter_player.h: plays a MTA's side of one milter session against the state machine, with a zone for DNS and a clock
 * that moves only when told.
 *
 *     struct player_of_milter *p = milter_player_new(conf, zone, held);
 *     milter_say(p, 'O', OFFER_ALL);                       // frames by command letter and data
 *     assert_string_equal(milter_heard(p), "O 6");          // what was answered since, one line per frame
 *
 * Answers are shown as: "O version", "c", "y 550 5.7.1 text", "m 2 Name", "i 0 Name:value", "q reason", other letters alone.
 * held: answers of DNS come only when milter_deliver is called.
 */
#ifndef FRANK_TESTS_FAKES_MILTER_PLAYER_H
#define FRANK_TESTS_FAKES_MILTER_PLAYER_H

#include "frontend/milter/milter_session.h"
#include "fakes/shuffle_resolver.h"

struct milter_player;

struct milter_player *milter_player_new(const char *conf, const char *zone, bool held);
void milter_player_free(struct milter_player *);
void milter_restart(struct milter_player *, bool overloaded);      /* a new session */
void milter_say(struct milter_player *, char command, const char *data, size_t octets);
void milter_say_text(struct milter_player *, char command, const char *data);   /* data and its NUL */
void milter_send(struct milter_player *, struct slice octets);     /* raw */
const char *milter_heard(struct milter_player *);                  /* and forgets it */
void milter_deliver(struct milter_player *);                       /* everything that waits */
bool milter_deliver_one(struct milter_player *);
void milter_wait(struct milter_player *, int64_t us);              /* the clock moves, ticking when due */
struct milter_session *milter_session_of(struct milter_player *);
const char *milter_decision(struct milter_player *);               /* "reject deleted=0 inserted=0" of the last one, and forgets it; "" */
const char *milter_complaint(struct milter_player *);
unsigned milter_woken(const struct milter_player *);
/* A whole message's frames behind MAIL: name NUL value NUL ... from a text with "Name: value" lines ended by LF, then body. */
void milter_fields(struct milter_player *, const char *lines);

#endif
