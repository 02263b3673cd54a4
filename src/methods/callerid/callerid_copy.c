#include "methods/callerid/callerid_record.h"

#include <string.h>

static void *array_copy(struct arena *to, const void *from, size_t count, size_t octets)
{
    void *copy = count > 0 ? arena_array(to, count, octets) : NULL;
    return copy ? memcpy(copy, from, count * octets) : NULL;
}

static void own_text(struct arena *to, struct slice *text)
{
    *text = text->len > 0 ? slice_dup(to, *text) : (struct slice){ 0 };
}

static const struct slice *copy_texts(struct arena *to, const struct slice *from, size_t count)
{
    struct slice *texts = array_copy(to, from, count, sizeof *texts);
    for (size_t i = 0; texts && i < count; i++)
        own_text(to, &texts[i]);
    return texts;
}

static const struct ep_entry *copy_entries(struct arena *to, const struct ep *from)
{
    struct ep_entry *entries = array_copy(to, from->entries, from->entry_count, sizeof *entries);
    for (size_t i = 0; entries && i < from->entry_count; i++)
        own_text(to, &entries[i].name);
    return entries;
}

static const struct ep_puzzle *copy_puzzles(struct arena *to, const struct ep *from)
{
    struct ep_puzzle *puzzles = array_copy(to, from->puzzles, from->puzzle_count, sizeof *puzzles);
    for (size_t i = 0; puzzles && i < from->puzzle_count; i++)
        own_text(to, &puzzles[i].text);
    return puzzles;
}

bool ep_copy(struct arena *arena, const struct ep *from, struct ep *to)
{
    *to = *from;
    own_text(arena, &to->scope.text);
    own_text(arena, &to->scope.date);
    own_text(arena, &to->scope.space);
    to->puzzles = copy_puzzles(arena, from);
    to->ms = array_copy(arena, from->ms, from->m_count, sizeof *from->ms);
    to->entries = copy_entries(arena, from);
    to->cdls = copy_texts(arena, from->cdls, from->cdl_count);
    to->edges = copy_texts(arena, from->edges, from->edge_count);
    return !arena_failed(arena);
}
