/*
 * buffers.h: octets that are on their way, in blocks that all sessions of a worker share.
 *
 * An idle session holds no block: one is taken when something is left over, and given back when that is
 * used up. Blocks of BUFFER_OCTETS are kept for reuse until buffers_free; a larger piece is taken from the
 * system and goes back there.
 */
#ifndef FRANK_FRONTEND_MILTER_BUFFERS_H
#define FRANK_FRONTEND_MILTER_BUFFERS_H

#include "base/slice.h"

#define BUFFER_OCTETS 16384
#define BUFFERS_KEPT 64

struct buffers { void *kept[BUFFERS_KEPT]; unsigned count; };

/* A queue of octets: added at the end, used from the front. All zero: empty, and holding no block. */
struct buffer { uint8_t *at; size_t len, room, used; };

void buffers_free(struct buffers *);
/* Room for so many octets in all, what is there kept. False without memory; then nothing changed. */
bool buffer_reserve(struct buffers *, struct buffer *, size_t octets);
bool buffer_add(struct buffers *, struct buffer *, struct slice);
struct slice buffer_slice(const struct buffer *);                     /* what is there */
/* Takes count octets off the front; the block is given back when nothing is left. */
void buffer_use(struct buffers *, struct buffer *, size_t count);
void buffer_clear(struct buffers *, struct buffer *);

#endif
