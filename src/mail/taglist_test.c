#include "mail/taglist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static int make_arena(void **state)
{
    *state = arena_new(16u << 20);
    return *state == NULL;
}

static int free_arena(void **state)
{
    arena_free(*state);
    return 0;
}

static const struct vector {
    const char *about;
    enum tag_grammar grammar;
    struct slice text;
    enum tag_problem problem;
    size_t bad_at;
    struct slice tags;            /* name=<value>@offset, space between */
} vectors[] = {
#define V(about, grammar, text, problem, bad_at, tags) { about, grammar, SLICE_INIT(text), problem, bad_at, SLICE_INIT(tags) }
    V("one", TAGS_DKIM, "a=b", TAGS_GOOD, 0, "a=<b>@0"),
    V("final semicolon", TAGS_DKIM, "a=b;", TAGS_GOOD, 0, "a=<b>@0"),
    V("blank behind the final semicolon", TAGS_DKIM, "a=b;\r\n \t", TAGS_GOOD, 0, "a=<b>@0"),
    V("folds everywhere", TAGS_DKIM, " p \r\n =\tAB\r\n CD ; q\t=\r\n\tx ", TAGS_GOOD, 0, "p=<AB\r\n CD>@1 q=<x>@18"),
    V("value may be empty", TAGS_DKIM, "p=;q= ", TAGS_GOOD, 0, "p=<>@0 q=<>@3"),
    V("equals in the value", TAGS_DKIM, "b=ab==;i=a=b", TAGS_GOOD, 0, "b=<ab==>@0 i=<a=b>@7"),
    V("names with digits and underscores", TAGS_DKIM, "a_1=x", TAGS_GOOD, 0, "a_1=<x>@0"),
    V("names are case-sensitive", TAGS_DKIM, "a=x;A=y", TAGS_GOOD, 0, "a=<x>@0 A=<y>@4"),
    V("UTF-8 value (8616)", TAGS_DKIM, "d=\xc3\xa9x", TAGS_GOOD, 0, "d=<\xc3\xa9x>@0"),
    V("all of VALCHAR", TAGS_DKIM, "x=!\"#$%&'()*+,-./09:<=>?@AZ[\\]^_`az{|}~", TAGS_GOOD, 0,
      "x=<!\"#$%&'()*+,-./09:<=>?@AZ[\\]^_`az{|}~>@0"),
    V("nothing", TAGS_DKIM, "", TAGS_SYNTAX, 0, ""),
    V("blanks", TAGS_DKIM, "  ", TAGS_SYNTAX, 2, ""),
    V("semicolon alone", TAGS_DKIM, ";", TAGS_SYNTAX, 0, ""),
    V("empty tag-spec", TAGS_DKIM, "a=b;;c=d", TAGS_SYNTAX, 4, "a=<b>@0 c=<d>@5"),
    V("two final semicolons", TAGS_DKIM, "a=b;;", TAGS_SYNTAX, 4, "a=<b>@0"),
    V("semicolon first", TAGS_DKIM, ";a=b", TAGS_SYNTAX, 0, "a=<b>@1"),
    V("no equals sign", TAGS_DKIM, "pAB", TAGS_SYNTAX, 0, ""),
    V("no name", TAGS_DKIM, "=x", TAGS_SYNTAX, 0, ""),
    V("name begins with a digit", TAGS_DKIM, "1a=x", TAGS_SYNTAX, 0, ""),
    V("name begins with an underscore", TAGS_DKIM, "_a=x", TAGS_SYNTAX, 0, ""),
    V("blank in the name", TAGS_DKIM, "a b=x", TAGS_SYNTAX, 0, ""),
    V("hyphen in the name", TAGS_DKIM, "a-b=x", TAGS_SYNTAX, 0, ""),
    V("NUL in the value", TAGS_DKIM, "a=b\0c", TAGS_SYNTAX, 0, ""),
    V("NUL in the name", TAGS_DKIM, "a\0=b", TAGS_SYNTAX, 0, ""),
    V("DEL", TAGS_DKIM, "a=b\x7f", TAGS_SYNTAX, 0, ""),
    V("bare CR", TAGS_DKIM, "a=b\rc", TAGS_SYNTAX, 0, ""),
    V("bare LF", TAGS_DKIM, "a=b\n c", TAGS_SYNTAX, 0, ""),
    V("CRLF without blank", TAGS_DKIM, "a=b\r\nc", TAGS_SYNTAX, 0, ""),
    V("CRLF at the end", TAGS_DKIM, "a=b;\r\n", TAGS_SYNTAX, 4, "a=<b>@0"),
    V("overlong UTF-8", TAGS_DKIM, "a=\xc0\xaf", TAGS_SYNTAX, 0, ""),
    V("cut UTF-8", TAGS_DKIM, "x=y; a=\xc3", TAGS_SYNTAX, 5, "x=<y>@0"),
    V("duplicate", TAGS_DKIM, "a=b; c=d; a=b", TAGS_DUPLICATE, 10, "a=<b>@0 c=<d>@5"),
    V("the first fault is told", TAGS_DKIM, "a=b; ?; a=c", TAGS_SYNTAX, 5, "a=<b>@0"),
    V("backslash from a zone file", TAGS_DKIM, "v=DKIM1\\; p=x", TAGS_GOOD, 0, "v=<DKIM1\\>@0 p=<x>@10"),
    V("dmarc", TAGS_DMARC, "v=DMARC1; p=none", TAGS_GOOD, 0, "v=<DMARC1>@0 p=<none>@10"),
    V("dmarc blanks", TAGS_DMARC, "v\t= DMARC1 ;p = none ; ", TAGS_GOOD, 0, "v=<DMARC1>@0 p=<none>@12"),
    V("dmarc blank inside", TAGS_DMARC, "rua=a , b", TAGS_GOOD, 0, "rua=<a , b>@0"),
    V("dmarc: a fold is none", TAGS_DMARC, "v=DMARC1;\r\n p=none", TAGS_SYNTAX, 9, "v=<DMARC1>@0"),
    V("dmarc: names are letters", TAGS_DMARC, "v=DMARC1; p1=x; sp=none", TAGS_SYNTAX, 10, "v=<DMARC1>@0 sp=<none>@16"),
    V("dmarc: 8-bit", TAGS_DMARC, "v=DMARC1; p=\xc3\xa9; sp=none", TAGS_SYNTAX, 10, "v=<DMARC1>@0 sp=<none>@16"),
    V("dmarc: duplicate", TAGS_DMARC, "p=none;p=reject", TAGS_DUPLICATE, 7, "p=<none>@0"),
};

static struct slice shown(struct arena *arena, const struct tag_list *list)
{
    struct text t = text_in(arena, 10000);

    for (size_t i = 0; i < list->count; i++) {
        if (i > 0)
            text_add_octet(&t, ' ');
        text_add(&t, list->tags[i].name);
        text_add(&t, SLICE("=<"));
        text_add(&t, list->tags[i].value);
        text_addf(&t, ">@%zu", list->tags[i].at);
    }
    return text_slice(&t);
}

static void splits(void **state)
{
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        const struct vector *v = &vectors[i];
        struct tag_list list = tag_list_parse(*state, v->grammar, v->text);
        struct slice got = shown(*state, &list);

        if (list.problem != v->problem || list.bad_at != v->bad_at || !slice_same(got, v->tags))
            fail_msg("%s: problem %d at %zu: %.*s", v->about, list.problem, list.bad_at, (int)got.len, (const char *)got.at);
    }
}

static void finds_by_exact_name(void **state)
{
    struct tag_list list = tag_list_parse(*state, TAGS_DKIM, SLICE("bh=1;b=2"));

    assert_true(slice_same(tag_find(&list, "b")->value, SLICE("2")));
    assert_true(slice_same(tag_find(&list, "bh")->value, SLICE("1")));
    assert_null(tag_find(&list, "B"));
    assert_null(tag_find(&list, ""));
}

static void bounds_tags(void **state)
{
    for (unsigned count = TAGS_MAX - 1; count <= TAGS_MAX + 1; count++) {
        struct text t = text_in(*state, 10000);

        for (unsigned i = 0; i < count; i++)
            text_addf(&t, "t%u=x;", i);
        struct tag_list list = tag_list_parse(*state, TAGS_DKIM, text_slice(&t));
        assert_int_equal(list.problem, count > TAGS_MAX ? TAGS_TOO_MANY : TAGS_GOOD);
        assert_int_equal(list.count, count > TAGS_MAX ? TAGS_MAX : count);
    }
}

/* threats.md T12: each octet inside a value and a name either belongs to the grammar or spoils the list. */
static void every_octet_is_judged(void **state)
{
    for (unsigned octet = 0; octet < 256; octet++) {
        uint8_t value[] = { 'd', '=', 'a', (uint8_t)octet, 'b' }, name[] = { 'd', (uint8_t)octet, 'b', '=', 'a' };
        bool good_value = (octet >= 0x20 && octet < 0x7f) || octet == '\t';
        bool good_name = is_alnum((uint8_t)octet) || octet == '_';
        struct tag_list list = tag_list_parse(*state, TAGS_DKIM, slice_of(value, sizeof value));

        assert_int_equal(list.problem == TAGS_GOOD, good_value && octet != ';');
        list = tag_list_parse(*state, TAGS_DKIM, slice_of(name, sizeof name));
        assert_int_equal(list.problem == TAGS_GOOD, good_name || octet == '=');
    }
}

static void says_when_memory_is_out(void **state)
{
    struct arena *a = arena_new(16);

    (void)state;
    assert_non_null(a);
    struct tag_list list = tag_list_parse(a, TAGS_DKIM, SLICE("a=b;c=d"));
    assert_int_equal(list.problem, TAGS_NO_MEMORY);
    assert_int_equal(list.count, 0);
    arena_free(a);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(splits, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(finds_by_exact_name, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(bounds_tags, make_arena, free_arena),
        cmocka_unit_test_setup_teardown(every_octet_is_judged, make_arena, free_arena),
        cmocka_unit_test(says_when_memory_is_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
