/*
 * dkim_verify.h: the steps of RFC 6376 6.1.2 and 6.1.3, each as one question with a reason for an answer.
 * ARC takes the same steps for its own signatures.
 */
#ifndef FRANK_METHODS_DKIM_DKIM_VERIFY_H
#define FRANK_METHODS_DKIM_DKIM_VERIFY_H

#include "methods/dkim/dkim_key.h"

/* t=, x= against the clock, `skew` seconds forgiven. */
enum dkim_reason dkim_time_reason(const struct dkim_signature *, int64_t now, int64_t skew);

/* DKIM_FINE if the answer has records to read. */
enum dkim_reason dkim_answer_reason(const struct answer *);

/* The records that fit a signature; none: why. */
struct dkim_choice {
    enum dkim_reason reason;
    const struct dkim_key *keys[DKIM_KEYS_MAX];
    size_t count;
    const struct dkim_key *shown;     /* whose bits and flags are reported: the one that verified, or the first looked at; may be NULL */
};
struct dkim_choice dkim_choose_keys(const struct dkim_keys *, const struct dkim_signature *, unsigned bits_min);

/* What to order and to ask for the body. */
struct digest_spec dkim_digest_spec(const struct dkim_signature *);
/* bh= against the body as it is: DKIM_FINE, DKIM_BODY_DIFFERS, DKIM_LENGTH_OVER_BODY or DKIM_TOO_MANY_DIGESTS. */
enum dkim_reason dkim_body_reason(const struct dkim_signature *, const struct digest *);
bool dkim_leaves_body_unsigned(const struct dkim_signature *, const struct digest *);

/*
 * Tries the chosen keys on a header hash: DKIM_VERIFIED, DKIM_SIGNATURE_DIFFERS, DKIM_OWN_FAILURE, or DKIM_BUDGET when
 * the message's public-key operations are used up. At most DKIM_KEYS_MAX operations. In a last run or inside once().
 */
enum dkim_reason dkim_try_keys(struct run *, struct dkim_choice *, const struct dkim_signature *, struct slice hash);

/* Seconds since the signature (t=) or, failing that, the Date field; -1: neither says. */
int64_t dkim_age(const struct txn *, const struct dkim_signature *);

#endif
