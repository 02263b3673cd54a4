/*
 * table.h: a hash table from slices to pointers.
 *
 * Keys are borrowed: they must live as long as their entry. The seed comes from env's random, so
 * that strangers cannot choose colliding keys. Iteration is in insertion order; entries may be
 * removed during it, but not put. get, put and remove are O(1) on average; taking the oldest entry
 * (table_next from 0) and removing it again and again is O(1) each.
 */
#ifndef FRANK_BASE_TABLE_H
#define FRANK_BASE_TABLE_H

#include "base/arena.h"

struct table;

struct table *table_new(uint64_t seed);                                     /* NULL without memory */
void   table_free(struct table *);                                          /* entries are the caller's */
void  *table_get(const struct table *, struct slice key);                   /* NULL if absent */
MUST_CHECK bool table_put(struct table *, struct slice key, void *value);   /* replaces key and value in place; false without memory */
void  *table_remove(struct table *, struct slice key);                      /* the value, or NULL */
size_t table_count(const struct table *);
/* The first entry at or after *position, which moves behind it; false at the end. */
bool   table_next(const struct table *, size_t *position, struct slice *key, void **value);
void   table_clear(struct table *);

#endif
