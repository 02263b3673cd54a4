/*
 * seals.h: every signature of a finished mail, taken apart: what must be hashed, the signature, the key.
 *
 * Reads what letter.h wrote, but from the octets, as a verifier does: the generator's work is checked
 * by it, and bench/limit times exactly these hashes and verifications and nothing else.
 */
#ifndef BENCH_SEALS_H
#define BENCH_SEALS_H

#include "keys.h"
#include "zone.h"

enum { SEALS_MAX = 16, MAIL_FIELDS_MAX = 4096 };
enum seal_kind { SEAL_DKIM, SEAL_ARC_MESSAGE, SEAL_ARC_SEAL };

struct seal {
    enum seal_kind kind;
    unsigned instance;            /* ARC's i= */
    bool relaxed_body;
    struct buf header;            /* canonical octets that are hashed */
    uint8_t body_hash[32];        /* bh= */
    struct buf signature;
    const struct key *key;        /* shared, of the keyring; NULL: no such key */
};
struct sealed_mail {
    struct seal seals[SEALS_MAX]; /* DKIM first, header order; then the newest ARC-Message-Signature; then all ARC-Seals */
    unsigned dkim_count, count;
    bool has_body[2];             /* by relaxed: this form is asked for by some seal */
    struct buf body[2];           /* canonical */
    unsigned body_by_dkim;        /* bit 1 << relaxed: a form that DKIM alone needs */
};

struct keyring;
struct keyring *keyring_new(const struct zone *);
void keyring_free(struct keyring *);

void sealed_read(struct sealed_mail *, struct bytes mail, struct keyring *);
void sealed_free(struct sealed_mail *);
bool seal_holds(const struct sealed_mail *, const struct seal *);

#endif
