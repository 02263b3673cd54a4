#include "frontend/milter/buffers.h"

#include <string.h>

#include "base/arena.h"

static void *block_take(struct buffers *b, size_t *octets)
{
    if (*octets > BUFFER_OCTETS)
        return mem_alloc(*octets);
    *octets = BUFFER_OCTETS;
    return b->count ? b->kept[--b->count] : mem_alloc(BUFFER_OCTETS);
}

static void block_give(struct buffers *b, void *block, size_t octets)
{
    if (block && octets == BUFFER_OCTETS && b->count < BUFFERS_KEPT)
        b->kept[b->count++] = block;
    else
        mem_free(block);
}

void buffers_free(struct buffers *b)
{
    while (b->count)
        mem_free(b->kept[--b->count]);
}

struct slice buffer_slice(const struct buffer *f)
{
    return f->at ? slice_of(f->at + f->used, f->len - f->used) : (struct slice){ 0 };
}

static size_t grown(size_t room, size_t octets)
{
    size_t twice = room * 2;
    return twice > octets ? twice : octets;
}

bool buffer_reserve(struct buffers *b, struct buffer *f, size_t octets)
{
    struct slice there = buffer_slice(f);
    if (f->used + octets <= f->room)
        return true;
    if (octets <= f->room) {                    /* the front was used: there is room once the rest moves there */
        memmove(f->at, there.at, there.len);
        f->len = there.len;
        f->used = 0;
        return true;
    }
    size_t room = grown(f->room, octets);
    uint8_t *at = block_take(b, &room);
    if (!at)
        return false;
    if (there.len)
        memcpy(at, there.at, there.len);
    block_give(b, f->at, f->room);
    *f = (struct buffer){ .at = at, .len = there.len, .room = room };
    return true;
}

bool buffer_add(struct buffers *b, struct buffer *f, struct slice octets)
{
    if (octets.len == 0)
        return true;
    if (!buffer_reserve(b, f, f->len - f->used + octets.len))
        return false;
    memcpy(f->at + f->len, octets.at, octets.len);
    f->len += octets.len;
    return true;
}

void buffer_use(struct buffers *b, struct buffer *f, size_t count)
{
    f->used += count;
    if (f->used >= f->len)
        buffer_clear(b, f);
}

void buffer_clear(struct buffers *b, struct buffer *f)
{
    block_give(b, f->at, f->room);
    *f = (struct buffer){ 0 };
}
