/*
 * method_vectors.h: a method's vectors as a table, and all that must hold for each of them.
 *
 *     static const struct vector vectors[] = {
 *         { "rmx.md 1", .zone = "_rmx.example.com. TXT \"ipv4:192.0.2.0/24\"\n", .ip = "192.0.2.9", .from = "u@example.com",
 *           .result = "pass", .reason = "granted" },
 *     };
 *     vectors_play(&rmx_method, 0, vectors, COUNT_OF(vectors));
 *
 * Each vector is played once and compared; then in 100 seeded orders of its answers, with and without scouts, some
 * answers at once, questions asked again contradicted: the method's whole JSON must stay the same, no question may
 * leave twice, and never more than .asks and .hints allow. Then each question in turn fails, in three ways: the
 * result is what it was, or temperror (threats.md T28). Reports with cmocka's fail_msg.
 */
#ifndef FRANK_TESTS_FAKES_METHOD_VECTORS_H
#define FRANK_TESTS_FAKES_METHOD_VECTORS_H

#include "fakes/method_player.h"

#define VECTOR_HOLDS_MAX 6

struct vector {
    const char *name;                /* with its source */
    const char *conf;                /* NULL: defaults */
    const char *zone;
    const char *ip, *helo, *from;    /* NULL: "192.0.2.1", "helo.example", ""; ip "": unknown */
    const char *auth_user;           /* NULL: nobody is logged in */
    const char *submitter;           /* MAIL's parameter; NULL: none */
    const char *header;              /* fields, each ended by LF; NULL: one From */
    const char *body;                /* with its CRLFs; NULL: one line */
    const char *rcpt;                /* envelope recipients, blanks between several; NULL: none */
    int64_t now;                     /* 0: PLAYER_NOW */
    unsigned subject;                /* of a method whose JSON is a list: whose result is compared; the pieces below are sought in all */
    bool stored;                     /* as in struct play, here and below */
    int64_t received_at;
    enum noop_proof noop;
    const char *result, *reason;     /* reason NULL: not compared */
    const char *holds[VECTOR_HOLDS_MAX];      /* pieces of the JSON */
    const char *lacks;               /* a piece it must not have */
    const char *explain;             /* NULL: not compared */
    const char *questions;           /* without scouts, in order; NULL: not compared */
};

/* others: bits of further methods that are on, as in player_new_among. */
void vectors_play(const struct method *, uint64_t others, const struct vector *, size_t count);
/* The result of one, for tests that look closer; the player is the caller's. */
struct play vector_as_play(const struct vector *);
bool vector_has(struct slice in, const char *piece);
/* The manual page frank-NAME.7 beside this source file (__FILE__) has the method's option list as the table prints it. */
void vectors_check_manual(const struct method *, const char *source_file);
/* The same for the options of a group within its options. */
void vectors_check_manual_section(const struct method *, const struct section *, const char *source_file);

#endif
