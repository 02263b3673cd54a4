#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static bool is_zero(const uint8_t *at, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (at[i] != 0)
            return false;
    return true;
}

static void pieces_are_zeroed_and_aligned(void **state)
{
    struct arena *a = arena_new(1 << 20);

    (void)state;
    for (unsigned round = 0; round < 3; round++) {   /* the second and third reuse a dirty block */
        for (size_t len = 0; len < 300; len++) {
            uint8_t *piece = arena_alloc(a, len);

            assert_non_null(piece);
            assert_int_equal((uintptr_t)piece % _Alignof(max_align_t), 0);
            assert_true(is_zero(piece, len));
            memset(piece, 0xa5, len);
        }
        arena_reset(a);
    }
    arena_free(a);
    arena_free(NULL);
}

/* Pieces that fit a block, need a larger one, and need one of their own; which comes first varies. */
static size_t piece_len(size_t i)
{
    static const size_t lens[] = { 20000, 900, 70000, 1, 40000, 8192, 32768, 32769, 16 };

    return lens[i % COUNT_OF(lens)] + i;
}

static void pieces_do_not_overlap(void **state)
{
    uint8_t *pieces[64];

    (void)state;
    for (size_t first = 0; first < 9; first++) {
        struct arena *a = arena_new(1 << 22);

        for (size_t i = 0; i < 64; i++) {
            pieces[i] = arena_alloc(a, piece_len(first + i));
            assert_non_null(pieces[i]);
            memset(pieces[i], (int)i, piece_len(first + i));
        }
        for (size_t i = 0; i < 64; i++) {
            assert_int_equal(pieces[i][0], i);
            assert_int_equal(pieces[i][piece_len(first + i) - 1], i);
        }
        arena_reset(a);
        assert_non_null(arena_alloc(a, 60000));
        arena_free(a);
    }
}

static void cap_is_exact(void **state)
{
    (void)state;
    for (size_t len = 999; len <= 1001; len++) {
        struct arena *a = arena_new(1000);

        assert_int_equal(arena_alloc(a, len) != NULL, len <= 1000);
        assert_int_equal(arena_failed(a), len > 1000);
        arena_reset(a);
        assert_false(arena_failed(a));
        assert_int_equal(arena_used(a), 0);
        assert_non_null(arena_alloc(a, 1000));
        assert_null(arena_alloc(a, 1));
        assert_true(arena_failed(a));
        arena_free(a);
    }
}

static void cap_counts_small_pieces(void **state)
{
    struct arena *a = arena_new(1600);
    size_t count = 0;

    (void)state;
    while (arena_alloc(a, 1) != NULL)
        count++;
    assert_int_equal(count, 1600 / _Alignof(max_align_t));
    assert_int_equal(arena_used(a), 1600);
    arena_free(a);
}

static void huge_sizes_fail(void **state)
{
    struct arena *a = arena_new(SIZE_MAX);

    (void)state;
    assert_null(arena_alloc(a, SIZE_MAX));
    assert_null(arena_alloc(a, SIZE_MAX - 15));
    assert_null(arena_array(a, SIZE_MAX / 2, 3));
    assert_null(arena_array(a, (size_t)1 << (sizeof(size_t) * 4), (size_t)1 << (sizeof(size_t) * 4)));
    assert_true(arena_failed(a));
    assert_non_null(arena_array(a, 0, 8));
    assert_non_null(arena_array(a, 8, 0));
    arena_free(a);
}

/* Up to 256 KiB; of what takes more the rest is taken anew each time, and given back. */
static void steady_state_takes_nothing(void **state)
{
    static const struct { unsigned pieces, calls; } messages[] = { { 30, 0 }, { 100, 0 }, { 180, 0 }, { 240, 0 }, { 300, 1 }, { 30, 0 } };

    (void)state;
    for (size_t k = 0; k < COUNT_OF(messages); k++) {
        struct arena *a = arena_new(1 << 20);
        uint64_t before = 0;

        for (unsigned message = 0; message < 10; message++) {
            if (message == 6)
                before = mem_calls();
            for (unsigned i = 0; i < messages[k].pieces; i++) {
                uint8_t *piece = arena_alloc(a, 1000);

                assert_non_null(piece);
                assert_true(is_zero(piece, 1000));
                memset(piece, 0xa5, 1000);
            }
            arena_reset(a);
        }
        if (mem_calls() != before + messages[k].calls * 4)
            fail_msg("%u pieces: %u calls", messages[k].pieces, (unsigned)(mem_calls() - before));
        arena_free(a);
    }
}

/* One huge message does not make its session large for ever. */
static void huge_blocks_are_not_kept(void **state)
{
    struct arena *a = arena_new(1 << 20);
    uint64_t before;

    (void)state;
    assert_non_null(arena_alloc(a, 500000));
    arena_reset(a);
    before = mem_calls();
    assert_non_null(arena_alloc(a, 1));
    assert_true(mem_calls() == before + 1);
    arena_free(a);
}

static void takes_no_block_before_the_first_piece(void **state)
{
    uint64_t before = mem_calls();
    struct arena *a = arena_new(100);

    (void)state;
    assert_true(mem_calls() == before + 1);
    arena_reset(a);
    assert_non_null(arena_alloc(a, 1));
    assert_true(mem_calls() == before + 2);
    arena_free(a);
}

static void grows(void **state)
{
    struct arena *a = arena_new(200000);
    uint8_t *first = arena_alloc(a, 10), *second, *third;

    (void)state;
    memset(first, 1, 10);
    assert_ptr_equal(arena_grow(a, first, 10, 9), first);
    assert_ptr_equal(arena_grow(a, first, 10, 16), first);   /* inside its own alignment */
    assert_ptr_equal(arena_grow(a, first, 16, 1000), first);
    assert_true(is_zero(first + 10, 990));
    assert_int_equal(arena_used(a), 1008);
    second = arena_alloc(a, 8);
    third = arena_grow(a, first, 1000, 1010);                /* no longer the last: a copy */
    assert_ptr_not_equal(third, first);
    assert_memory_equal(third, first, 1000);
    assert_true(is_zero(third + 1000, 10));
    assert_true(is_zero(second, 8));
    third = arena_grow(a, third, 1010, 100000);              /* beyond the block: a copy */
    assert_int_equal(third[9], 1);
    assert_true(is_zero(third + 10, 99990));
    assert_null(arena_grow(a, third, 100000, 200000));
    assert_true(arena_failed(a));
    assert_non_null(arena_grow(a, NULL, 0, 5));
    arena_free(a);
}

static void copies_slices(void **state)
{
    struct arena *a = arena_new(64);
    struct slice text = SLICE("abc"), copy = slice_dup(a, text);

    (void)state;
    assert_true(slice_same(copy, text));
    assert_ptr_not_equal(copy.at, text.at);
    assert_non_null(slice_dup(a, slice_of(NULL, 0)).at);
    assert_string_equal(slice_to_string(a, text), "abc");
    assert_string_equal(slice_to_string(a, slice_of(NULL, 0)), "");
    assert_null(slice_to_string(a, SLICE("a\0b")));
    assert_null(slice_to_string(a, SLICE("ab\0")));
    assert_false(arena_failed(a));
    assert_null(slice_dup(a, SLICE("far too long for what is left of this arena")).at);
    assert_true(arena_failed(a));
    arena_free(a);
}

static void failures_can_be_injected(void **state)
{
    struct arena *a;
    struct arena *large = arena_new(1 << 20);
    void *at;

    (void)state;
    mem_fail_at(1, false);
    assert_null(arena_new(100));
    a = arena_new(100);
    assert_non_null(a);
    mem_fail_at(1, true);
    assert_null(arena_alloc(a, 1));
    assert_true(arena_failed(a));
    assert_null(arena_alloc(a, 1));
    assert_null(arena_alloc(a, 70));
    mem_fail_at(0, true);
    assert_true(arena_failed(a));   /* stays, even when memory is back */
    arena_reset(a);
    assert_non_null(arena_alloc(a, 1));
    arena_free(a);
    mem_fail_at(1, false);
    assert_null(arena_alloc(large, 100000));
    assert_non_null(arena_alloc(large, 100000));
    arena_free(large);

    mem_fail_at(2, false);
    at = mem_alloc(0);
    assert_non_null(at);
    assert_null(mem_resize(at, 10));   /* the old one stays */
    at = mem_resize(at, 0);
    assert_non_null(at);
    mem_free(at);
    mem_fail_at(1, false);
    assert_null(mem_zalloc(1, 1));
    at = mem_zalloc(4, 4);
    assert_true(is_zero(at, 16));
    mem_free(at);
    mem_free(NULL);
    mem_fail_at(0, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_zeroed_and_aligned),
        cmocka_unit_test(pieces_do_not_overlap),
        cmocka_unit_test(cap_is_exact),
        cmocka_unit_test(cap_counts_small_pieces),
        cmocka_unit_test(huge_sizes_fail),
        cmocka_unit_test(steady_state_takes_nothing),
        cmocka_unit_test(huge_blocks_are_not_kept),
        cmocka_unit_test(takes_no_block_before_the_first_piece),
        cmocka_unit_test(grows),
        cmocka_unit_test(copies_slices),
        cmocka_unit_test(failures_can_be_injected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
