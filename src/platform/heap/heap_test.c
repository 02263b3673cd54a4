/* heap_test.c: what is free goes back to the system at rest, and not while there is work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "base/arena.h"
#include "platform/heap/heap.h"

#define PIECES 400
#define PIECE 8000                /* more than a page, less than what is the system's own */
#define PAGE 4096

static bool is_busy(const void *context)
{
    return *(const bool *)context;
}

static void rested(void *context)
{
    *(bool *)context = true;      /* busy, so that the test sees it */
}

/* Is the page in the middle of such a piece in memory? */
static bool resident(uintptr_t piece)
{
    unsigned char page = 0;
    void *at = (void *)((piece + PAGE - 1) / PAGE * PAGE);
    assert_int_equal(mincore(at, PAGE, &page), 0);
    return page & 1;
}

static void test_gives_back_at_rest(void **state)
{
    (void)state;
#ifdef HAVE_ADDRESS_SANITIZER
    skip();                       /* its allocator keeps what is freed, to catch uses of it */
#endif
    static void *pieces[PIECES];
    struct loop *l = loop_new();
    bool busy = true;
    struct heap_keeper *k = heap_keeper_new(l, is_busy, rested, &busy);
    assert_non_null(k);
    for (size_t i = 0; i < PIECES; i++) {
        pieces[i] = mem_alloc(PIECE);
        assert_non_null(pieces[i]);
        memset(pieces[i], 1, PIECE);
    }
    uintptr_t hole = (uintptr_t)pieces[PIECES / 2];
    for (size_t i = 0; i < PIECES - 1; i++)
        mem_free(pieces[i]);
    heap_keeper_stir(k);
    heap_keeper_stir(k);
    assert_true(loop_turn(l, 3 * HEAP_LOOK_US));
    assert_true(resident(hole));
    busy = false;
    for (int i = 0; i < 10 && resident(hole); i++)
        assert_true(loop_turn(l, 3 * HEAP_LOOK_US));
    assert_false(resident(hole));
    assert_true(busy);
    mem_free(pieces[PIECES - 1]);
    heap_keeper_free(k);
    loop_free(l);
}

static void test_nobody_to_stir(void **state)
{
    (void)state;
    heap_keeper_stir(NULL);
    heap_keeper_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gives_back_at_rest),
        cmocka_unit_test(test_nobody_to_stir),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
