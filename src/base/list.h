/*
 * list.h: doubly linked lists through the members themselves; nothing is allocated.
 *
 *     struct list waiting = LIST_INIT(waiting);
 *     list_add(&waiting, &q->link);
 *     struct question *q = LIST_FIRST(&waiting, struct question, link);     NULL when it is empty
 *     list_remove(&q->link);                                                 harmless if it is on none
 */
#ifndef FRANK_BASE_LIST_H
#define FRANK_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

struct link { struct link *next, *prev; };     /* all zero: on no list */
struct list { struct link ends; };

#define LIST_INIT(name) { { &(name).ends, &(name).ends } }

static inline void list_init(struct list *l)
{
    l->ends.next = l->ends.prev = &l->ends;
}

static inline bool list_empty(const struct list *l)
{
    return l->ends.next == &l->ends;
}

static inline bool link_listed(const struct link *k)
{
    return k->next != NULL;
}

/* At the end. The link must be on no list. */
static inline void list_add(struct list *l, struct link *k)
{
    k->next = &l->ends;
    k->prev = l->ends.prev;
    k->prev->next = k;
    l->ends.prev = k;
}

static inline void list_remove(struct link *k)
{
    if (!k->next)
        return;
    k->next->prev = k->prev;
    k->prev->next = k->next;
    k->next = k->prev = NULL;
}

static inline struct link *list_first(const struct list *l)
{
    return list_empty(l) ? NULL : l->ends.next;
}

static inline struct link *list_next(const struct list *l, const struct link *k)
{
    return k->next == &l->ends ? NULL : k->next;
}

#define LIST_ITEM(link_, type, member) \
    ((type *)(void *)((char *)(link_) - offsetof(type, member)))
#define LIST_FIRST(list_, type, member) \
    (list_empty(list_) ? NULL : LIST_ITEM(list_first(list_), type, member))

#endif
