#include "base/table.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define KEYS 700U   /* grows several times */

/* Keys of different lengths, held where entries can borrow them. */
struct keys {
    uint8_t octets[KEYS][24];
};

static struct slice key_of(struct keys *keys, unsigned n)
{
    memset(keys->octets[n], 'k', sizeof keys->octets[n]);
    keys->octets[n][0] = (uint8_t)n;
    keys->octets[n][1] = (uint8_t)(n >> 8);
    return slice_of(keys->octets[n], 2 + n % 23);
}

static void is_order(const struct table *t, const char *expected)
{
    size_t position = 0, seen = 0;
    struct slice key;
    void *value;

    while (table_next(t, &position, &key, &value)) {
        assert_int_equal(key.len, 1);
        assert_int_equal(key.at[0], expected[seen]);
        seen++;
    }
    assert_int_equal(seen, strlen(expected));
    assert_int_equal(seen, table_count(t));
}

static void put_word(struct table *t, const char *letters)
{
    for (; *letters != '\0'; letters++)
        assert_true(table_put(t, slice_of(letters, 1), t));
}

static void empty_has_nothing(void **state)
{
    struct table *t = table_new(1);
    size_t position = 0;
    struct slice key;
    void *value;

    (void)state;
    assert_null(table_get(t, SLICE("a")));
    assert_null(table_remove(t, SLICE("a")));
    assert_false(table_next(t, &position, &key, &value));
    assert_int_equal(table_count(t), 0);
    table_clear(t);
    table_free(t);
    table_free(NULL);
}

static void puts_gets_removes(void **state)
{
    struct table *t = table_new(1);
    int one, two, three;
    char copy[] = "a";
    size_t position = 0;
    struct slice key;
    void *value;

    (void)state;
    assert_true(table_put(t, SLICE("a"), &one));
    assert_true(table_put(t, SLICE("a\0"), &two));
    assert_true(table_put(t, slice_of(NULL, 0), &three));
    assert_ptr_equal(table_get(t, SLICE("a")), &one);
    assert_ptr_equal(table_get(t, SLICE("a\0")), &two);
    assert_ptr_equal(table_get(t, SLICE("")), &three);
    assert_null(table_get(t, SLICE("A")));
    assert_true(table_put(t, slice_of(copy, 1), &three));   /* the new key is borrowed from now on */
    assert_int_equal(table_count(t), 3);
    assert_true(table_next(t, &position, &key, &value));
    assert_ptr_equal(key.at, copy);
    assert_ptr_equal(value, &three);
    assert_ptr_equal(table_remove(t, SLICE("a")), &three);
    assert_null(table_remove(t, SLICE("a")));
    assert_null(table_get(t, SLICE("a")));
    assert_int_equal(table_count(t), 2);
    table_free(t);
}

static void keeps_order(void **state)
{
    struct table *t = table_new(7);

    (void)state;
    put_word(t, "qwertyuiopasdf");
    is_order(t, "qwertyuiopasdf");
    put_word(t, "tq");   /* replaced in place */
    is_order(t, "qwertyuiopasdf");
    table_remove(t, SLICE("e"));
    table_remove(t, SLICE("q"));
    table_remove(t, SLICE("f"));
    is_order(t, "wrtyuiopasd");
    put_word(t, "eqzxcvb");
    is_order(t, "wrtyuiopasdeqzxcvb");
    table_clear(t);
    is_order(t, "");
    assert_null(table_get(t, SLICE("w")));
    put_word(t, "ab");
    is_order(t, "ab");
    table_free(t);
}

static void removes_during_iteration(void **state)
{
    struct table *t = table_new(7);
    size_t position = 0;
    unsigned seen = 0;
    struct slice key;
    void *value;

    (void)state;
    put_word(t, "abcdefghij");
    while (table_next(t, &position, &key, &value))
        if (seen++ % 3 != 1)
            assert_non_null(table_remove(t, key));
    assert_int_equal(seen, 10);
    is_order(t, "beh");
    for (position = 0; table_next(t, &position, &key, &value);)
        assert_non_null(table_remove(t, key));
    is_order(t, "");
    table_free(t);
}

/* Puts and removes by a small generator against an array that cannot be wrong. */
static void agrees_with_a_plain_array(void **state)
{
    static struct keys keys;
    static bool held[KEYS];
    struct table *t = table_new(99);
    uint32_t random = 1;
    size_t count = 0;

    (void)state;
    for (unsigned step = 0; step < 40000; step++) {
        random = random * 1664525U + 1013904223U;
        unsigned n = random / 65536U % KEYS;
        struct slice key = key_of(&keys, n);

        assert_ptr_equal(table_get(t, key), held[n] ? &held[n] : NULL);
        if (random >> 31 == (step / 10000) % 2) {   /* mostly full, then mostly empty, twice */
            assert_true(table_put(t, key, &held[n]));
            count += !held[n];
            held[n] = true;
        } else if (random % 3 == 0) {
            assert_ptr_equal(table_remove(t, key), held[n] ? &held[n] : NULL);
            count -= held[n];
            held[n] = false;
        }
        assert_int_equal(table_count(t), count);
    }
    for (unsigned n = 0; n < KEYS; n++)
        assert_ptr_equal(table_get(t, key_of(&keys, n)), held[n] ? &held[n] : NULL);
    table_free(t);
}

/* A queue of bounded length runs in bounded memory. */
static void oldest_out_newest_in(void **state)
{
    static struct keys keys;
    struct table *t = table_new(3);
    uint64_t calls = 0;

    (void)state;
    for (unsigned step = 0; step < 20 * KEYS; step++) {
        size_t position = 0;
        struct slice key;
        void *value;

        if (step == KEYS)
            calls = mem_calls();
        if (step >= 100) {
            assert_true(table_next(t, &position, &key, &value));
            assert_int_equal(key.at[0] | key.at[1] << 8, (step - 100) % KEYS);
            assert_non_null(table_remove(t, key));
        }
        assert_true(table_put(t, key_of(&keys, step % KEYS), t));
    }
    assert_int_equal(table_count(t), 100);
    assert_true(mem_calls() == calls);
    table_free(t);
}

/* Draining from the front must not search past what is gone: squared, this would take minutes. */
static void drains_in_linear_time(void **state)
{
    static uint32_t numbers[300000];
    struct table *t = table_new(5);
    size_t drained = 0, position = 0;
    struct slice key;
    void *value;

    (void)state;
    for (uint32_t n = 0; n < COUNT_OF(numbers); n++) {
        numbers[n] = n;
        assert_true(table_put(t, slice_of(&numbers[n], sizeof numbers[n]), &numbers[n]));
    }
    for (; table_next(t, &position, &key, &value); position = 0) {
        if (value != &numbers[drained++] || table_remove(t, key) != value)
            fail_msg("%zu", drained);
    }
    assert_int_equal(drained, COUNT_OF(numbers));
    table_free(t);
}

static void survives_without_memory(void **state)
{
    static struct keys keys;

    (void)state;
    mem_fail_at(1, false);
    assert_null(table_new(1));
    for (uint64_t nth = 1; nth <= 4; nth++) {   /* first slots, first entries, then those of the growth */
        struct table *t = table_new(1);
        unsigned n = 0;

        mem_fail_at(nth, true);
        while (table_put(t, key_of(&keys, n), &keys.octets[n]))
            n++;
        mem_fail_at(0, false);
        assert_int_equal(n, nth <= 2 ? 0 : 8);
        assert_int_equal(table_count(t), n);
        for (unsigned i = 0; i < n; i++)
            assert_ptr_equal(table_get(t, key_of(&keys, i)), &keys.octets[i]);
        assert_true(table_put(t, key_of(&keys, n), &keys));
        assert_ptr_equal(table_get(t, key_of(&keys, n)), &keys);
        table_free(t);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(empty_has_nothing),
        cmocka_unit_test(puts_gets_removes),
        cmocka_unit_test(keeps_order),
        cmocka_unit_test(removes_during_iteration),
        cmocka_unit_test(agrees_with_a_plain_array),
        cmocka_unit_test(oldest_out_newest_in),
        cmocka_unit_test(drains_in_linear_time),
        cmocka_unit_test(survives_without_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
