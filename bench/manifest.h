/*
 * manifest.h: what the corpus says about each mail; manifest.jsonl, one object a line.
 */
#ifndef BENCH_MANIFEST_H
#define BENCH_MANIFEST_H

#include "util.h"

enum { SIGNATURES_MAX = 4 };

struct expected_signature { char *result, *domain, *selector, *algorithm; };

struct entry {
    char *file;                               /* beside the manifest */
    char *ip, *helo, *mail_from, *rcpt, *from;
    char *spf, *arc, *dmarc;                  /* RFC 8601 words */
    struct expected_signature dkim[SIGNATURES_MAX];   /* header order, top first */
    unsigned signatures, sets;                /* DKIM signatures, ARC sets */
    unsigned chain;                           /* longest dependent chain of questions over spf (both identities), dkim, arc, dmarc */
    unsigned chain_every;                     /* the same with every method: also what the author's SPF record and the client's names lead to */
    size_t size;
};

struct manifest { struct entry *entries; size_t count; };

void manifest_print(struct buf *out, const struct entry *);
struct manifest manifest_read(const char *folder);        /* FOLDER/manifest.jsonl */

#endif
