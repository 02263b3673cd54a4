#include "base/arena.h"

#include <stdlib.h>
#include <string.h>

/* ---- the door to the system's allocator ---- */

/* The one mutable global: which call is to fail. Set by tests only. */
static struct {
    uint64_t calls;
    uint64_t fail_at;   /* 0: never */
    bool sticky;
} door;

static bool must_fail(void)
{
    door.calls++;
    if (door.fail_at == 0)
        return false;
    return door.calls == door.fail_at || (door.sticky && door.calls > door.fail_at);
}

static size_t at_least_one(size_t octets)
{
    return octets == 0 ? 1 : octets;
}

void *mem_alloc(size_t octets)
{
    return must_fail() ? NULL : malloc(at_least_one(octets));
}

void *mem_zalloc(size_t count, size_t octets_each)
{
    return must_fail() ? NULL : calloc(at_least_one(count), at_least_one(octets_each));
}

void *mem_resize(void *old, size_t octets)
{
    return must_fail() ? NULL : realloc(old, at_least_one(octets));
}

void mem_free(void *at)
{
    free(at);
}

void mem_fail_at(uint64_t nth, bool sticky)
{
    door.fail_at = nth == 0 ? 0 : door.calls + nth;
    door.sticky = sticky;
}

uint64_t mem_calls(void)
{
    return door.calls;
}

/* ---- blocks ----
 *
 * Pieces are cut from the front of the newest regular block. A regular block is twice as large as
 * the one before it, from BLOCK_FIRST up to BLOCK_MOST. A piece too large for that gets a block of
 * its own, put behind the newest so that the room left there is not lost; such a block is not kept.
 */
#define BLOCK_FIRST ((size_t)8 << 10)
#define BLOCK_MOST ((size_t)64 << 10)
#define SPARE_MOST 3                  /* blocks of BLOCK_MOST kept for the next message, besides the one it begins with */
#define ALIGNMENT _Alignof(max_align_t)

struct block {
    struct block *older;
    size_t size;   /* octets of data */
    size_t used;
    _Alignas(max_align_t) uint8_t data[];
};

struct arena {
    struct block *newest, *spare;      /* spare: empty ones of BLOCK_MOST, hidden */
    size_t cap, used;
    bool failed;
};

static size_t round_up(size_t octets)
{
    return (octets + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

static struct block *block_new(size_t size)
{
    struct block *b = mem_alloc(sizeof *b + size);

    if (b == NULL)
        return NULL;
    *b = (struct block){ .older = NULL, .size = size, .used = 0 };
    MEMORY_HIDE(b->data, b->size);
    return b;
}

static void block_free(struct block *b)
{
    MEMORY_SHOW(b->data, b->size);
    mem_free(b);
}

/* Cuts a piece; the caller knows that it fits. */
static void *block_cut(struct block *b, size_t octets)
{
    uint8_t *piece = b->data + b->used;

    b->used += round_up(octets) + MEMORY_GAP;
    MEMORY_SHOW(piece, octets);
    return piece;
}

static bool block_fits(const struct block *b, size_t need)
{
    return b != NULL && b->size - b->used >= need;
}

static struct block *add_own_block(struct arena *a, size_t need)
{
    struct block *b = block_new(need);

    if (b == NULL)
        return NULL;
    if (a->newest == NULL) {
        a->newest = b;
    } else {
        b->older = a->newest->older;
        a->newest->older = b;
    }
    return b;
}

static struct block *add_regular_block(struct arena *a, size_t need)
{
    size_t size = a->newest == NULL ? BLOCK_FIRST : a->newest->size * 2;
    struct block *b;

    if (size > BLOCK_MOST)
        size = BLOCK_MOST;
    while (size < need)
        size *= 2;
    b = a->spare;
    if (b != NULL)
        a->spare = b->older;
    else
        b = block_new(size);
    if (b == NULL)
        return NULL;
    b->older = a->newest;
    a->newest = b;
    return b;
}

/* A block with room for need octets. */
static struct block *block_for(struct arena *a, size_t need)
{
    if (block_fits(a->newest, need))
        return a->newest;
    return need > BLOCK_MOST / 2 ? add_own_block(a, need) : add_regular_block(a, need);
}

/* ---- the arena ---- */

struct arena *arena_new(size_t cap_octets)
{
    struct arena *a = mem_alloc(sizeof *a);

    if (a != NULL)
        *a = (struct arena){ .cap = cap_octets };
    return a;
}

static void free_blocks(struct block *b)
{
    struct block *older;

    for (; b != NULL; b = older) {
        older = b->older;
        block_free(b);
    }
}

void arena_free(struct arena *a)
{
    if (a == NULL)
        return;
    free_blocks(a->newest);
    free_blocks(a->spare);
    mem_free(a);
}

static const struct block *largest_worth_keeping(const struct arena *a)
{
    const struct block *best = NULL;

    for (const struct block *b = a->newest; b != NULL; b = b->older)
        if (b->size <= BLOCK_MOST && (best == NULL || b->size > best->size))
            best = b;
    return best;
}

static unsigned count_blocks(const struct block *b)
{
    unsigned n = 0;

    for (; b != NULL; b = b->older)
        n++;
    return n;
}

static void put_first(struct block **list, struct block *b)
{
    b->older = *list;
    *list = b;
}

void arena_reset(struct arena *a)
{
    const struct block *keep = largest_worth_keeping(a);
    struct block *b = a->newest, *older;
    unsigned spare = count_blocks(a->spare);

    a->newest = NULL;
    for (; b != NULL; b = older) {
        older = b->older;
        b->used = 0;
        MEMORY_HIDE(b->data, b->size);
        if (b == keep) {
            put_first(&a->newest, b);
        } else if (b->size == BLOCK_MOST && spare < SPARE_MOST) {
            put_first(&a->spare, b);
            spare++;
        } else {
            block_free(b);
        }
    }
    a->used = 0;
    a->failed = false;
}

static void *fail(struct arena *a)
{
    a->failed = true;
    return NULL;
}

/* Whether the cap leaves room for octets more. `used` may pass the cap by the last alignment. */
static bool within_cap(const struct arena *a, size_t octets)
{
    return a->used < a->cap && octets <= a->cap - a->used && octets <= SIZE_MAX / 4;
}

void *arena_alloc(struct arena *a, size_t octets)
{
    struct block *b;
    void *piece;

    octets = at_least_one(octets);
    if (!within_cap(a, octets))
        return fail(a);
    b = block_for(a, round_up(octets) + MEMORY_GAP);
    if (b == NULL)
        return fail(a);
    piece = block_cut(b, octets);
    a->used += round_up(octets);
    return memset(piece, 0, octets);
}

void *arena_array(struct arena *a, size_t count, size_t octets_each)
{
    if (octets_each != 0 && count > SIZE_MAX / octets_each)
        return fail(a);
    return arena_alloc(a, count * octets_each);
}

/* Where the newest block's last piece would begin if it had this many octets. */
static bool is_last_piece(const struct arena *a, const uint8_t *piece, size_t octets)
{
    const struct block *b = a->newest;

    return b != NULL && b->used >= round_up(octets) + MEMORY_GAP &&
           piece == b->data + (b->used - round_up(octets) - MEMORY_GAP);
}

static bool grow_in_place(struct arena *a, uint8_t *piece, size_t old_octets, size_t new_octets)
{
    struct block *b = a->newest;
    size_t more = round_up(new_octets) - round_up(old_octets);

    if (!is_last_piece(a, piece, old_octets) || !block_fits(b, more))
        return false;
    b->used += more;
    a->used += more;
    MEMORY_SHOW(piece, new_octets);
    memset(piece + old_octets, 0, new_octets - old_octets);
    return true;
}

void *arena_grow(struct arena *a, void *old, size_t old_octets, size_t new_octets)
{
    void *piece;

    if (old == NULL)
        return arena_alloc(a, new_octets);
    old_octets = at_least_one(old_octets);
    if (new_octets <= old_octets)
        return old;
    if (within_cap(a, new_octets - old_octets) && grow_in_place(a, old, old_octets, new_octets))
        return old;
    piece = arena_alloc(a, new_octets);
    return piece == NULL ? NULL : memcpy(piece, old, old_octets);
}

bool arena_failed(const struct arena *a)
{
    return a->failed;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}

struct slice slice_dup(struct arena *a, struct slice s)
{
    uint8_t *copy;

    if (s.len == 0)
        return SLICE("");
    copy = arena_alloc(a, s.len);
    if (copy == NULL)
        return slice_of(NULL, 0);
    memcpy(copy, s.at, s.len);
    return slice_of(copy, s.len);
}

char *slice_to_string(struct arena *a, struct slice s)
{
    char *string;

    if (slice_has(s, '\0'))
        return NULL;
    if (s.len == SIZE_MAX)
        return fail(a);
    string = arena_alloc(a, s.len + 1);   /* zeroed, so it ends in NUL */
    if (string != NULL && s.len > 0)
        memcpy(string, s.at, s.len);
    return string;
}
