#include "base/table.h"

#include <string.h>

/*
 * Entries lie in insertion order in one array; a second array of twice as many slots, open
 * addressing with linear probing, finds them by hash. Removing an entry leaves a hole in the first
 * array, closed when the array is full, and none in the second: what was displaced moves up.
 */
struct entry {
    struct slice key;
    void *value;
    uint64_t hash;       /* 0: removed; a real hash is never 0 */
};

struct table {
    struct entry *entries;
    uint32_t *slots;     /* index into entries, or NO_ENTRY */
    size_t cap;          /* of entries; slots has twice as many; 0 or a power of two */
    size_t first, used;  /* entries [first, used) are in use or holes; first and last are in use */
    size_t count;        /* in use */
    uint64_t seed;
};

#define NO_ENTRY UINT32_MAX
#define CAP_FIRST ((size_t)8)
#define CAP_MOST ((size_t)1 << 30)   /* keeps indexes below NO_ENTRY */

struct table *table_new(uint64_t seed)
{
    struct table *t = mem_zalloc(1, sizeof *t);

    if (t != NULL)
        t->seed = seed;
    return t;
}

void table_free(struct table *t)
{
    if (t == NULL)
        return;
    mem_free(t->entries);
    mem_free(t->slots);
    mem_free(t);
}

size_t table_count(const struct table *t)
{
    return t->count;
}

/* ---- slots ---- */

static uint64_t hash_of(const struct table *t, struct slice key)
{
    uint64_t hash = slice_hash(key, t->seed);

    return hash == 0 ? 1 : hash;
}

static size_t slot_mask(const struct table *t)
{
    return t->cap * 2 - 1;
}

static void clear_slots(struct table *t)
{
    if (t->cap > 0)
        memset(t->slots, 0xff, t->cap * 2 * sizeof t->slots[0]);   /* NO_ENTRY everywhere */
}

/* The slot that holds key, or the free one where the search for it ended. At most half are taken. */
static size_t find_slot(const struct table *t, struct slice key, uint64_t hash)
{
    size_t slot = (size_t)hash & slot_mask(t);

    for (; t->slots[slot] != NO_ENTRY; slot = (slot + 1) & slot_mask(t)) {
        const struct entry *e = &t->entries[t->slots[slot]];

        if (e->hash == hash && slice_same(e->key, key))
            break;
    }
    return slot;
}

static struct entry *find(const struct table *t, struct slice key, uint64_t hash)
{
    uint32_t index;

    if (t->count == 0)
        return NULL;
    index = t->slots[find_slot(t, key, hash)];
    return index == NO_ENTRY ? NULL : &t->entries[index];
}

/* Points a slot at an entry whose key no slot has yet. */
static void link_entry(struct table *t, size_t index)
{
    size_t slot = (size_t)t->entries[index].hash & slot_mask(t);

    while (t->slots[slot] != NO_ENTRY)
        slot = (slot + 1) & slot_mask(t);
    t->slots[slot] = (uint32_t)index;
}

/* Frees a slot and moves up those behind it that could no longer be reached. */
static void unlink_slot(struct table *t, size_t hole)
{
    size_t mask = slot_mask(t);

    for (size_t slot = (hole + 1) & mask; t->slots[slot] != NO_ENTRY; slot = (slot + 1) & mask) {
        size_t home = (size_t)t->entries[t->slots[slot]].hash & mask;

        if (((slot - home) & mask) >= ((slot - hole) & mask)) {
            t->slots[hole] = t->slots[slot];
            hole = slot;
        }
    }
    t->slots[hole] = NO_ENTRY;
}

/* ---- room ---- */

static void close_holes(struct table *t)
{
    size_t to = 0;

    clear_slots(t);
    for (size_t from = t->first; from < t->used; from++) {
        if (t->entries[from].hash == 0)
            continue;
        t->entries[to] = t->entries[from];
        link_entry(t, to++);
    }
    t->first = 0;
    t->used = to;
}

static bool grow(struct table *t)
{
    size_t cap = t->cap == 0 ? CAP_FIRST : t->cap * 2;
    struct entry *entries;
    uint32_t *slots;

    if (cap > CAP_MOST || cap > SIZE_MAX / sizeof *entries)
        return false;
    slots = mem_alloc(cap * 2 * sizeof *slots);
    if (slots == NULL)
        return false;
    entries = mem_resize(t->entries, cap * sizeof *entries);
    if (entries == NULL) {
        mem_free(slots);
        return false;
    }
    mem_free(t->slots);
    t->entries = entries;
    t->slots = slots;
    t->cap = cap;
    close_holes(t);
    return true;
}

/* Room for one more entry: closing holes pays when it gains a quarter. */
static bool make_room(struct table *t)
{
    if (t->used < t->cap)
        return true;
    if (t->count > t->cap - t->cap / 4 || t->cap == 0)
        return grow(t);
    close_holes(t);
    return true;
}

/* ---- entries ---- */

void *table_get(const struct table *t, struct slice key)
{
    const struct entry *e = find(t, key, hash_of(t, key));

    return e == NULL ? NULL : e->value;
}

bool table_put(struct table *t, struct slice key, void *value)
{
    uint64_t hash = hash_of(t, key);
    struct entry *e = find(t, key, hash);

    if (e != NULL) {
        e->key = key;
        e->value = value;
        return true;
    }
    if (!make_room(t))
        return false;
    t->entries[t->used] = (struct entry){ .key = key, .value = value, .hash = hash };
    link_entry(t, t->used++);
    t->count++;
    return true;
}

/* Holes at either end are given back at once. */
static void trim_holes(struct table *t)
{
    while (t->used > t->first && t->entries[t->used - 1].hash == 0)
        t->used--;
    while (t->first < t->used && t->entries[t->first].hash == 0)
        t->first++;
    if (t->first == t->used)
        t->first = t->used = 0;
}

void *table_remove(struct table *t, struct slice key)
{
    uint64_t hash = hash_of(t, key);
    struct entry *e;
    size_t slot;
    void *value;

    if (t->count == 0)
        return NULL;
    slot = find_slot(t, key, hash);
    if (t->slots[slot] == NO_ENTRY)
        return NULL;
    e = &t->entries[t->slots[slot]];
    value = e->value;
    unlink_slot(t, slot);
    *e = (struct entry){ .hash = 0 };
    t->count--;
    trim_holes(t);
    return value;
}

bool table_next(const struct table *t, size_t *position, struct slice *key, void **value)
{
    size_t i = *position < t->first ? t->first : *position;

    while (i < t->used && t->entries[i].hash == 0)
        i++;
    if (i >= t->used)
        return false;
    *key = t->entries[i].key;
    *value = t->entries[i].value;
    *position = i + 1;
    return true;
}

void table_clear(struct table *t)
{
    clear_slots(t);
    t->first = t->used = t->count = 0;
}
