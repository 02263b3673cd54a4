/*
 * dkim_key.h: what one answer says about one key name (RFC 6376 3.6.1, 8301, 8463): records as data,
 * with key objects ready to verify.
 *
 *     const struct dkim_keys *k = memo(&c->run, answer, dkim_keys_make, dkim_keys_release);
 *
 * The memo reads the answer's octets only; what depends on the signature is asked by dkim_key_fits.
 * Several records under one name: each is judged by itself, none is preferred for its place in the
 * answer, and more than DKIM_KEYS_MAX are refused. Records of other protocols (wildcards) do not count.
 */
#ifndef FRANK_METHODS_DKIM_DKIM_KEY_H
#define FRANK_METHODS_DKIM_DKIM_KEY_H

#include "dns/answer.h"
#include "methods/dkim/dkim_signature.h"

#define DKIM_KEYS_MAX 3               /* key records tried under one name (ours; the RFC leaves it undefined) */
#define DKIM_RSA_BITS_LEAST 512       /* below this a key is not even made; RFC 8301's 1024 is judged with the configuration at hand */

struct dkim_key {
    enum dkim_reason problem;         /* DKIM_FINE: usable */
    const char *hint;                 /* what a postmaster did, where it can be guessed; or NULL */
    enum key_type type;
    bool any_hash, sha1, sha256;      /* h= */
    bool mail;                        /* s= allows it */
    bool testing, strict;             /* t=y, t=s */
    struct public_key *key;           /* NULL on a problem */
    unsigned bits;
};

struct dkim_keys {
    struct dkim_key at[DKIM_KEYS_MAX];
    size_t count;                     /* key records; those beyond DKIM_KEYS_MAX are not in the array */
    size_t others;                    /* TXT records that are none */
};

void *dkim_keys_make(const struct answer *);       /* an answer with data; NULL without memory */
void dkim_keys_release(void *);

/* One record's text. Its key, if any, is the caller's (public_key_free). False: not a key record at all. */
bool dkim_key_parse(struct arena *, struct slice text, struct dkim_key *out);

/* DKIM_FINE, or why this key is not for this signature (RFC 6376 6.1.2). bits_min: shortest RSA key accepted. */
enum dkim_reason dkim_key_fits(const struct dkim_key *, const struct dkim_signature *, unsigned bits_min);

#endif
