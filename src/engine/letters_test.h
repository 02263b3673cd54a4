/*
 * letters.h: hostile letters for the tests of threats.md, whole messages through the whole engine. Not part of
 * libfrank: test programs name letters_test.c among their files.
 *
 * In their world author.example allows 192.0.2.1 and asks to reject the rest (p=reject); stranger.example allows
 * 203.0.113.9 and has the same policy; forwarder.example seals. Each has its key at s1 (Ed25519). Mail is sent
 * from 203.0.113.9 by a@stranger.example unless a case says otherwise: whatever it claims, author.example did not send it.
 *
 *     struct letters *l = letters_new("rules = \"standard\";", "");
 *     struct slice mail = letter_signed(l, "stranger.example", "h=from", SLICE("From: a@stranger.example\r\n\r\nhi\r\n"));
 *     struct told told = letter_played(l, mail);
 *     assert_int_equal(letter_word(&told, &dmarc_method), AUTH_PASS);
 */
#ifndef FRANK_ENGINE_LETTERS_H
#define FRANK_ENGINE_LETTERS_H

#include "fakes/whole.h"

struct letters;

/* more_zone: further lines of the zone. */
struct letters *letters_new(const char *config, const char *more_zone);
void letters_free(struct letters *);
struct arena *letters_arena(struct letters *);

/* With a DKIM-Signature by s1 of this domain at its top; tags: "h=from:to; l=5", without what every signature has. */
struct slice letter_signed(struct letters *, const char *domain, const char *tags, struct slice mail);
/* With an ARC set i by forwarder.example at its top, whose payload is `results`. h= of the message signature: "from:subject". */
struct slice letter_sealed(struct letters *, unsigned i, const char *results, struct slice mail);
struct slice letter_join(struct letters *, struct slice, struct slice);
struct slice letter_times(struct letters *, struct slice piece, size_t times);

struct told letter_played(struct letters *, struct slice mail);
struct told letter_played_to(struct letters *, unsigned recipients, struct slice mail);
struct told letter_played_from(struct letters *, const char *ip, const char *helo, const char *mail_from, struct slice mail);
/* The best word of this method's results (pass is best, then policy ...); AUTH_NONE if it has none. */
enum auth_result letter_word(const struct told *, const struct method *);
bool letter_any(const struct told *, const struct method *, enum auth_result);
bool letter_disposition_is(const struct told *, const char *);
/* Member of a method's object in the record. */
struct slice letter_member(const struct told *, const struct method *, const char *name);
void letters_forget(struct letters *);

#endif
