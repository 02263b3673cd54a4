#include "methods/dkim/dkim_verify.h"

#include "mail/date.h"

enum dkim_reason dkim_time_reason(const struct dkim_signature *s, int64_t now, int64_t skew)
{
    if (s->expires >= 0 && now > s->expires + skew)
        return DKIM_EXPIRED;
    return s->signed_at > now + skew ? DKIM_FUTURE : DKIM_FINE;
}

enum dkim_reason dkim_answer_reason(const struct answer *a)
{
    switch (a->status) {
    case ANSWER_DATA: return DKIM_FINE;
    case ANSWER_NODATA: return DKIM_NO_KEY;
    case ANSWER_NXDOMAIN: return DKIM_NO_KEY;
    case ANSWER_BAD_NAME: return DKIM_NO_KEY;
    case ANSWER_TIMEOUT: return DKIM_DNS_TIMEOUT;
    case ANSWER_OVER_QUOTA: return DKIM_OVER_QUOTA;
    case ANSWER_UNKNOWN: case ANSWER_BLOCKED: return DKIM_DNS_FAILED;
    case ANSWER_SERVFAIL: return DKIM_DNS_FAILED;
    case ANSWER_GARBLED: return DKIM_DNS_FAILED;
    }
    return DKIM_DNS_FAILED;
}

struct dkim_choice dkim_choose_keys(const struct dkim_keys *keys, const struct dkim_signature *s, unsigned bits_min)
{
    struct dkim_choice choice = { .reason = DKIM_KEY_NONE_HERE };
    if (keys->count > DKIM_KEYS_MAX) {
        choice.reason = DKIM_KEY_TOO_MANY;
        return choice;
    }
    for (size_t i = 0; i < keys->count; i++) {
        enum dkim_reason reason = dkim_key_fits(&keys->at[i], s, bits_min);
        if (reason == DKIM_FINE) {
            choice.keys[choice.count++] = &keys->at[i];
        } else if (choice.reason == DKIM_KEY_NONE_HERE || reason < choice.reason) {
            /* The lowest number, so that the order of the records does not choose what is said. */
            choice.reason = reason;
            choice.shown = &keys->at[i];
        }
    }
    if (choice.count > 0) {
        choice.reason = DKIM_FINE;
        choice.shown = choice.keys[0];
    }
    return choice;
}

struct digest_spec dkim_digest_spec(const struct dkim_signature *s)
{
    return (struct digest_spec){ .hash = s->hash, .canon = s->body_canon, .length = s->length == UINT64_MAX ? DIGEST_WHOLE : s->length };
}

enum dkim_reason dkim_body_reason(const struct dkim_signature *s, const struct digest *d)
{
    if (d->len == 0)
        return DKIM_TOO_MANY_DIGESTS;
    if (s->length != UINT64_MAX && s->length > d->body_octets)
        return DKIM_LENGTH_OVER_BODY;
    return digest_same(s->bh, slice_of(d->octets, d->len)) ? DKIM_FINE : DKIM_BODY_DIFFERS;
}

bool dkim_leaves_body_unsigned(const struct dkim_signature *s, const struct digest *d)
{
    return s->length < d->body_octets;
}

enum dkim_reason dkim_try_keys(struct run *run, struct dkim_choice *choice, const struct dkim_signature *s, struct slice hash)
{
    for (size_t i = 0; i < choice->count; i++) {
        if (!spend_key_operations(run, 1))
            return DKIM_BUDGET;
        choice->shown = choice->keys[i];
        switch (public_key_verify(choice->keys[i]->key, s->hash, hash, s->b)) {
        case VERIFY_GOOD: return DKIM_VERIFIED;
        case VERIFY_ERROR: return DKIM_OWN_FAILURE;
        case VERIFY_REFUSED: return DKIM_KEY_WEAK;     /* SHA-256 is never forbidden: it is the key's length */
        case VERIFY_BAD: break;
        }
    }
    return DKIM_SIGNATURE_DIFFERS;
}

int64_t dkim_age(const struct txn *txn, const struct dkim_signature *s)
{
    int64_t since = s->signed_at;
    if (since < 0) {
        const struct field *date = message_field(txn->message, SLICE("Date"), 1);
        if (!date || !date_parse(date->value, &since))
            return -1;
    }
    return since <= txn->now ? txn->now - since : -1;
}
