/*
 * heap.h: memory goes back to the system when a process comes to rest.
 *
 * Under load the allocator keeps what is freed, which is right; but the holes between the few things that stay would be kept
 * for good. So whoever works stirs the keeper, and a moment after the work is over what is free is given back, if it is worth
 * the effort. While there is work nothing is given back: it would only be taken again.
 */
#ifndef FRANK_PLATFORM_HEAP_HEAP_H
#define FRANK_PLATFORM_HEAP_HEAP_H

#include <stddef.h>

#include "platform/loop/loop.h"

#define HEAP_LOOK_US 100000           /* how often it looks, once it was stirred; rest is when nobody stirred it meanwhile */
#define HEAP_WORTH (256u << 10)       /* less is not given back */

struct heap_keeper;

/* busy: is there work under way? rest: there is none any more, what is kept for reuse may go; NULL: nothing is.
 * NULL without memory. */
struct heap_keeper *heap_keeper_new(struct loop *, bool (*busy)(const void *), void (*rest)(void *), void *context);
void heap_keeper_free(struct heap_keeper *);          /* NULL allowed */
void heap_keeper_stir(struct heap_keeper *);          /* cheap: may be called for every question; NULL allowed */

/* Gives back what is free, if it is worth it. Before a fork: what it leaves is shared. */
void heap_give_back(void);
/* Pieces from so many octets on are the system's own from now on, however many are freed: they leave no holes. For who has few of
 * them: each costs two system calls. */
void heap_set_large(size_t octets);

#endif
