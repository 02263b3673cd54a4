/*
 * arena.h: memory with one lifetime.
 *
 * Everything made during a session, transaction or run is taken from its arena and dies with it in
 * one call. An arena has a cap; reaching it, or a failing system allocation, makes arena_alloc
 * return NULL and sets `failed`, which the engine turns into a temperror: a run whose arena has
 * failed never yields a result of its own.
 *
 *     struct arena *a = arena_new(1 << 20);
 *     struct thing *t = ARENA_NEW(a, struct thing);
 *     arena_reset(a);      keeps one block for the next message
 *     arena_free(a);
 */
#ifndef FRANK_BASE_ARENA_H
#define FRANK_BASE_ARENA_H

#include "base/compiler.h"
#include "base/slice.h"

struct arena;

struct arena *arena_new(size_t cap_octets);               /* NULL without memory; takes no block before the first alloc */
void   arena_free(struct arena *);                        /* NULL allowed */
/* Empties it and clears failed. Keeps what 256 KiB took (the largest block up to 64 KiB, and three more of that size), so that
 * a steady stream of messages of one size takes nothing from the system. */
void   arena_reset(struct arena *);
void  *arena_alloc(struct arena *, size_t octets);        /* zeroed, aligned for any type; NULL sets failed; 0 counts as 1 */
void  *arena_array(struct arena *, size_t count, size_t octets_each);   /* checked multiplication */
/* A larger place for what arena_alloc gave, at the same address if it was the last piece and there
 * is room; else a copy, and the old one stays until the reset. What is new is zeroed. NULL sets failed. */
void  *arena_grow(struct arena *, void *old, size_t old_octets, size_t new_octets);
bool   arena_failed(const struct arena *);
size_t arena_used(const struct arena *);                  /* octets handed out since the last reset, with alignment; what the cap counts */
struct slice slice_dup(struct arena *, struct slice);     /* copy; at is NULL only when it fails */
char  *slice_to_string(struct arena *, struct slice);     /* NUL-terminated copy; NULL if it holds a NUL or no memory */

#define ARENA_NEW(arena, type) ((type *)arena_alloc((arena), sizeof(type)))
#define ARENA_ARRAY(arena, count, type) ((type *)arena_array((arena), (count), sizeof(type)))

/*
 * The one door to the system's allocator (threats.md G5): tests make the k-th call fail.
 * Semantics of malloc, calloc, realloc, free, but 0 octets count as 1, so NULL always means failure;
 * no other file calls those. mem_fail_at is for single-threaded tests: its counter is the one
 * mutable global of libfrank.
 */
void *mem_alloc(size_t octets);
void *mem_zalloc(size_t count, size_t octets_each);
void *mem_resize(void *, size_t octets);
void  mem_free(void *);
/* For tests: the nth call from now on (1 = the next), and all after it if `sticky`, returns NULL. 0: never. */
void  mem_fail_at(uint64_t nth, bool sticky);
uint64_t mem_calls(void);                                 /* calls made so far */

#endif
