#include "platform/heap/heap.h"

#include <malloc.h>

#include "base/arena.h"

struct heap_keeper {
    struct loop_timer *timer;
    bool (*busy)(const void *);
    void (*rest)(void *);
    void *context;
    bool set, stirred;
};

void heap_give_back(void)
{
    if (mallinfo2().fordblks >= HEAP_WORTH)
        malloc_trim(0);
}

void heap_set_large(size_t octets)
{
    mallopt(M_MMAP_THRESHOLD, (int)octets);
    /* Room at the heap's top would be cut for large pieces too: it grows by no more than is asked for. */
    mallopt(M_TOP_PAD, 0);
}

static void look(void *context)
{
    struct heap_keeper *k = context;
    k->set = (k->stirred || k->busy(k->context)) && loop_timer_set(k->timer, HEAP_LOOK_US);
    k->stirred = false;
    if (k->set)
        return;
    if (k->rest)
        k->rest(k->context);
    heap_give_back();
}

void heap_keeper_stir(struct heap_keeper *k)
{
    if (!k)
        return;
    k->stirred = true;
    if (!k->set)
        k->set = loop_timer_set(k->timer, HEAP_LOOK_US);
}

struct heap_keeper *heap_keeper_new(struct loop *l, bool (*busy)(const void *), void (*rest)(void *), void *context)
{
    struct heap_keeper *k = mem_zalloc(1, sizeof *k);
    if (!k)
        return NULL;
    *k = (struct heap_keeper){ .busy = busy, .rest = rest, .context = context, .timer = loop_timer_new(l, look, k) };
    if (k->timer)
        return k;
    mem_free(k);
    return NULL;
}

void heap_keeper_free(struct heap_keeper *k)
{
    if (!k)
        return;
    loop_timer_free(k->timer);
    mem_free(k);
}
