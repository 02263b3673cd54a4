#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fact/fact.h"

static struct slice json_of(struct arena *arena, const struct fact *f, bool pretty)
{
    struct text out = text_in(arena, 1 << 16);
    assert_true(fact_to_json(f, pretty, &out));
    return text_slice(&out);
}

static void assert_slice(struct slice got, struct slice want)
{
    assert_int_equal(got.len, want.len);
    if (want.len > 0)
        assert_memory_equal(got.at, want.at, want.len);
}

static struct fact *sample(struct arena *a)
{
    struct fact *f = fact_group(a, NULL);
    fact_add_text(a, f, "domain", SLICE("example.org"));
    fact_add_number(a, f, "terms", -3);
    fact_add_flag(a, f, "aligned", true);
    fact_add_flag(a, f, "dry", false);
    fact_add_str(a, f, "text", NULL);
    struct fact *list = fact_add_list(a, f, "sealers");
    fact_add_number(a, fact_add_group(a, list, NULL), "i", 1);
    fact_add_group(a, list, NULL);
    fact_add_list(a, f, "none");
    fact_add_number(a, f, "last", INT64_MAX);
    return f;
}

static void one_line(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    assert_slice(json_of(a, sample(a), false),
                 SLICE("{\"domain\":\"example.org\",\"terms\":-3,\"aligned\":true,\"dry\":false,\"text\":null,"
                       "\"sealers\":[{\"i\":1},{}],\"none\":[],\"last\":9223372036854775807}"));
    arena_free(a);
}

static void pretty_lines(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct fact *f = fact_group(a, NULL);
    fact_add_number(a, fact_add_group(a, fact_add_list(a, f, "l"), NULL), "i", 1);
    fact_add_flag(a, f, "z", true);
    assert_slice(json_of(a, f, true), SLICE("{\n  \"l\": [\n    {\n      \"i\": 1\n    }\n  ],\n  \"z\": true\n}"));
    arena_free(a);
}

static void look_ups(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct fact *f = sample(a);
    assert_slice(fact_text(f, "domain"), SLICE("example.org"));
    assert_int_equal(fact_text(f, "terms").len, 0);
    assert_int_equal(fact_number(f, "terms", 7), -3);
    assert_int_equal(fact_number(f, "absent", 7), 7);
    assert_int_equal(fact_number(f, "domain", 7), 7);
    assert_true(fact_flag(f, "aligned"));
    assert_false(fact_flag(f, "dry"));
    assert_false(fact_flag(f, "absent"));
    assert_null(fact_find(f, "DOMAIN"));
    assert_null(fact_find(NULL, "domain"));
    assert_null(fact_find(fact_find(f, "sealers"), "i"));
    assert_int_equal(fact_find(f, "text")->kind, FACT_NULL);
    arena_free(a);
}

static void adopting_shares_members_and_not_siblings(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    struct fact *f = fact_group(a, NULL), *one = fact_group(a, "one");
    fact_add_number(a, one, "x", 1);
    fact_adopt(a, f, "first", one);
    fact_adopt(a, f, "second", one);
    fact_adopt(a, f, "third", NULL);
    assert_slice(json_of(a, f, false), SLICE("{\"first\":{\"x\":1},\"second\":{\"x\":1}}"));
    arena_free(a);
}

static const struct { const char *name; struct slice in, out; } strings[] = {
    { "plain", SLICE_INIT("a b"), SLICE_INIT("\"a b\"") },
    { "empty", SLICE_INIT(""), SLICE_INIT("\"\"") },
    { "quote and backslash", SLICE_INIT("a\"\\b"), SLICE_INIT("\"a\\\"\\\\b\"") },
    { "NUL, CR, LF, ESC, DEL", SLICE_INIT("\0\r\n\x1b\x7f"), SLICE_INIT("\"\\u0000\\u000d\\u000a\\u001b\\u007f\"") },
    { "UTF-8 stays", SLICE_INIT("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x93\xa7"), SLICE_INIT("\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x93\xa7\"") },
    { "8-bit is no UTF-8", SLICE_INIT("\xff" "a\xfc"), SLICE_INIT("\"\xef\xbf\xbd" "a\xef\xbf\xbd\"") },
    { "cut sequence", SLICE_INIT("\xe2\x82"), SLICE_INIT("\"\xef\xbf\xbd\xef\xbf\xbd\"") },
    { "overlong slash", SLICE_INIT("\xc0\xaf"), SLICE_INIT("\"\xef\xbf\xbd\xef\xbf\xbd\"") },
    { "surrogate", SLICE_INIT("\xed\xa0\x80"), SLICE_INIT("\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"") },
    { "C1", SLICE_INIT("\xc2\x9b"), SLICE_INIT("\"\\u009b\"") },
    { "bidi override", SLICE_INIT("\xe2\x80\xae"), SLICE_INIT("\"\\u202e\"") },
    { "zero width space", SLICE_INIT("\xe2\x80\x8b"), SLICE_INIT("\"\\u200b\"") },
    { "tag beyond the basic plane", SLICE_INIT("\xf3\xa0\x80\x81"), SLICE_INIT("\"\\udb40\\udc01\"") },
    { "line separator", SLICE_INIT("\xe2\x80\xa8"), SLICE_INIT("\"\\u2028\"") },
};

static void strings_are_always_valid(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < COUNT_OF(strings); i++) {
        struct fact *list = fact_add_list(a, fact_group(a, NULL), NULL);
        fact_add_text(a, list, NULL, strings[i].in);
        struct slice json = json_of(a, list, false);
        assert_slice(slice_trim(json, "[]"), strings[i].out);
        const struct fact *back;
        const char *error;
        assert_true(fact_from_json(a, json, &back, &error));
        if (utf8_valid(strings[i].in))
            assert_slice(back->first->text, strings[i].in);
    }
    arena_free(a);
}

static void reading_gives_what_was_printed(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    for (int pretty = 0; pretty < 2; pretty++) {
        struct slice json = json_of(a, sample(a), pretty);
        const struct fact *back;
        const char *error;
        assert_true(fact_from_json(a, json, &back, &error));
        assert_slice(json_of(a, back, pretty), json);
    }
    arena_free(a);
}

static const struct { const char *name; struct slice json; } refused[] = {
    { "nothing", SLICE_INIT("") },
    { "cut", SLICE_INIT("{\"a\":1") },
    { "a member twice", SLICE_INIT("{\"a\":1,\"a\":2}") },
    { "text behind it", SLICE_INIT("{} {}") },
    { "a fraction", SLICE_INIT("[1.5]") },
    { "a number beyond 64 bits", SLICE_INIT("[9223372036854775808]") },
    { "bad UTF-8", SLICE_INIT("[\"\xff\"]") },
    { "NUL outside a string", SLICE_INIT("[1]\0") },
    { "a control in a string", SLICE_INIT("[\"\n\"]") },
    { "17 levels", SLICE_INIT("[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]") },
};

static void bad_json_is_refused_and_said_why(void **state)
{
    (void)state;
    struct arena *a = arena_new(1 << 20);
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        const struct fact *f = (const struct fact *)a;
        const char *error = NULL;
        if (fact_from_json(a, refused[i].json, &f, &error))
            fail_msg("%s was read", refused[i].name);
        assert_null(f);
        assert_non_null(error);
    }
    const struct fact *f;
    const char *error;
    assert_true(fact_from_json(a, SLICE("[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]"), &f, &error));       /* 16 levels */
    assert_true(fact_from_json(a, SLICE("[\"[[[[[[[[[[[[[[[[[[[[\\\"[\"]"), &f, &error));
    arena_free(a);
}

static void depth_and_size_are_bounded(void **state)
{
    (void)state;
    struct arena *a = arena_new(8 << 20);
    struct fact *root = fact_group(a, NULL), *f = root;
    for (int i = 1; i < FACT_JSON_DEPTH; i++)
        f = fact_add_list(a, f, "d");
    fact_add_number(a, f, NULL, 1);
    struct text out = text_in(a, 1 << 16);
    assert_true(fact_to_json(root, false, &out));
    fact_add_number(a, fact_add_list(a, f, NULL), NULL, 1);
    text_reset(&out);
    assert_false(fact_to_json(root, false, &out));
    uint8_t small[8];
    out = text_fixed(small, sizeof small);
    assert_false(fact_to_json(sample(a), false, &out));

    uint8_t *big = arena_alloc(a, FACT_JSON_MAX + 1);
    memset(big, ' ', FACT_JSON_MAX + 1);
    big[0] = '1';
    const struct fact *read;
    const char *error;
    assert_true(fact_from_json(a, slice_of(big, FACT_JSON_MAX), &read, &error));
    assert_false(fact_from_json(a, slice_of(big, FACT_JSON_MAX + 1), &read, &error));
    arena_free(a);
}

static void without_memory_nothing_breaks(void **state)
{
    (void)state;
    for (size_t cap = 0; cap < 4096; cap += 64) {
        struct arena *a = arena_new(cap);
        struct fact *f = sample(a);
        if (!arena_failed(a))
            assert_int_equal(fact_number(f, "last", 0), INT64_MAX);
        else
            assert_int_equal(fact_number(f, "last", 0), 0);
        const struct fact *read;
        const char *error;
        if (!fact_from_json(a, SLICE("{\"a\":[\"text\",{\"b\":1}]}"), &read, &error))
            assert_null(read);
        arena_free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line),
        cmocka_unit_test(pretty_lines),
        cmocka_unit_test(look_ups),
        cmocka_unit_test(adopting_shares_members_and_not_siblings),
        cmocka_unit_test(strings_are_always_valid),
        cmocka_unit_test(reading_gives_what_was_printed),
        cmocka_unit_test(bad_json_is_refused_and_said_why),
        cmocka_unit_test(depth_and_size_are_bounded),
        cmocka_unit_test(without_memory_nothing_breaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
