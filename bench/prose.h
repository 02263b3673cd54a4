/*
 * prose.h: bodies as mail has them: plain text, text with HTML, attachments in base64.
 */
#ifndef BENCH_PROSE_H
#define BENCH_PROSE_H

#include "util.h"

void prose_words(struct buf *out, struct rng *, unsigned count);      /* a line's worth of words, no line end */

/* Fills *body with about `size` octets and returns the Content-Type that fits it (static or in *type). */
void prose_body(struct buf *body, struct buf *type, struct rng *, size_t size);

#endif
