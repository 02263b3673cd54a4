/*
 * letter.h: a mail under construction: fields, body, DKIM signatures (RFC 6376), ARC sets (RFC 8617).
 */
#ifndef BENCH_LETTER_H
#define BENCH_LETTER_H

#include "keys.h"

enum { FIELDS_MAX = 4096 };

struct letter {
    struct buf fields[FIELDS_MAX];        /* without the final CRLF; [0] is the bottom one */
    unsigned count;
    struct buf body;                      /* CRLF line ends */
};

struct signer { const char *domain, *selector; const struct key *key; };

void letter_clear(struct letter *);
/* Puts a field on top. */
void letter_field(struct letter *, const char *format, ...) __attribute__((format(printf, 2, 3)));
struct buf letter_print(const struct letter *);

struct sign_form { bool relaxed_header, relaxed_body; unsigned long at; const char *fields; };   /* fields: "From:To:..." */
/* Puts a DKIM-Signature on top. */
void letter_sign(struct letter *, struct signer, struct sign_form);
/* Puts ARC set number i on top. results: the payload of the AAR field after the authserv-id. A broken seal is signed with `wrong`. */
struct arc_form { unsigned i; const char *authserv_id, *results; unsigned long at; const struct key *wrong; };
void letter_seal(struct letter *, struct signer, struct arc_form);

#endif
