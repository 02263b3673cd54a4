/* milterlist_test.c: lists of milters as people write them, changed without loss. */
#include "programs/frank/milterlist.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define QUEUE SLICE("/var/spool/postfix")
#define OURS SLICE_INIT("inet:127.0.0.1:8891"), SLICE_INIT("unix:frank/milter.sock")
static const struct slice ours[] = { OURS };

static struct slice built(struct text *t)
{
    assert_false(t->bad);
    return text_slice(t);
}

static void assert_text(struct slice s, const char *wanted)
{
    if (!slice_same(s, slice_str(wanted)))
        fail_msg("\"%.*s\" is not \"%s\"", (int)s.len, (const char *)s.at, wanted);
}

static const struct { const char *name, *text; bool good; size_t count; const char *second; } reads[] = {
    { "nothing", "", true, 0, NULL },
    { "blanks and commas", " , ,\t\r\n", true, 0, NULL },
    { "one", "inet:localhost:1", true, 1, NULL },
    { "commas, blanks, folds", "inet:a:1,unix:b\n\t , inet:c:2", true, 3, "unix:b" },
    { "options", "inet:a:1 { unix:b, default_action=accept } inet:c:3", true, 3, "unix:b" },
    { "braces without blanks", "inet:a:1,{unix:b,default_action=accept}", true, 2, "unix:b" },
    { "a name", "inet:a:1 $other ${third}", true, 3, "$other" },
    { "a name with a default in braces", "inet:a:1 ${x?{inet:a b:2}:{y}}", true, 2, "${x?{inet:a" },
    { "an empty group", "inet:a:1 { }", true, 2, "" },
    { "a group that does not end", "inet:a:1 { unix:b", false, 0, NULL },
    { "a group that does not begin", "inet:a:1 } ", true, 2, "}" },
};

static void test_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(reads); i++) {
        struct milter_list list;
        print_message("%s\n", reads[i].name);
        assert_int_equal(milter_list_read(slice_str(reads[i].text), &list), reads[i].good);
        if (!reads[i].good)
            continue;
        assert_int_equal(list.count, reads[i].count);
        if (reads[i].second && reads[i].second[0] != '$')
            assert_text(list.at[1].where, reads[i].second);
    }
}

static void test_bound(void **state)
{
    (void)state;
    char room[4 * MILTER_ITEMS_MAX + 8];
    struct milter_list list;
    struct text t = text_fixed(room, sizeof room);
    for (size_t i = 0; i < MILTER_ITEMS_MAX - 1; i++)
        text_add_str(&t, "x, ");
    assert_true(milter_list_read(built(&t), &list));
    text_add_str(&t, "x, ");
    assert_true(milter_list_read(built(&t), &list));
    assert_int_equal(list.count, MILTER_ITEMS_MAX);
    text_add_str(&t, "x");
    assert_false(milter_list_read(built(&t), &list));
}

static const struct { const char *a, *b; bool same; } places[] = {
    { "inet:127.0.0.1:8891", "inet:localhost:8891", true },
    { "inet:[127.0.0.1]:8891", "inet:LOCALHOST:8891", true },
    { "inet:[::1]:8891", "inet:[0:0::1]:8891", true },
    { "inet:127.0.0.1:8891", "inet:127.0.0.1:8892", false },
    { "inet:127.0.0.1:8891", "inet:127.0.0.2:8891", false },
    { "inet:filter.example:8891", "inet:FILTER.example:8891", true },
    { "inet:127.0.0.1", "inet:127.0.0.1", false },
    { "inet:127.0.0.1:", "inet:127.0.0.1:", false },
    { "unix:frank/milter.sock", "unix:/frank/milter.sock", true },
    { "unix:frank/milter.sock", "unix:/var/spool/postfix/frank/milter.sock", true },
    { "unix:frank/milter.sock", "unix:/run/frank/milter.sock", false },
    { "unix:", "unix:", false },
    { "$frank", "$frank", false },
    { "inet:127.0.0.1:8891", "unix:127.0.0.1:8891", false },
};

static void test_places(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        print_message("%s %s\n", places[i].a, places[i].b);
        assert_int_equal(milter_where_same(slice_str(places[i].a), slice_str(places[i].b), QUEUE), places[i].same);
        assert_int_equal(milter_where_same(slice_str(places[i].b), slice_str(places[i].a), QUEUE), places[i].same);
    }
}

static const struct { const char *name, *before, *with, *compact, *without; } changes[] = {
    { "into nothing", "", "OURS", "OURS", "" },
    { "before others", "inet:a:1, { unix:b, default_action = accept }", "OURS, inet:a:1, { unix:b, default_action = accept }",
      "OURS,inet:a:1,{unix:b,default_action=accept}", "inet:a:1, { unix:b, default_action = accept }" },
    { "before names", "$mine ${his}", "OURS, $mine, ${his}", "OURS,$mine,${his}", "$mine, ${his}" },
    { "in its place", "inet:a:1 inet:localhost:8891 unix:b", "inet:a:1, OURS, unix:b", "inet:a:1,OURS,unix:b", "inet:a:1, unix:b" },
    { "the other socket", "unix:frank/milter.sock, inet:a:1", "OURS, inet:a:1", "OURS,inet:a:1", "inet:a:1" },
    { "twice", "inet:a:1, unix:frank/milter.sock, { inet:127.0.0.1:8891, protocol=2 }", "inet:a:1, OURS", "inet:a:1,OURS", "inet:a:1" },
    { "options in all ways", "{inet:a:1 protocol = 2,connect_timeout= 5s  , default_action =accept }",
      "OURS, {inet:a:1 protocol = 2,connect_timeout= 5s  , default_action =accept }", "OURS,{inet:a:1,protocol=2,connect_timeout=5s,default_action=accept}",
      "{inet:a:1 protocol = 2,connect_timeout= 5s  , default_action =accept }" },
};

static void test_changes(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(changes); i++) {
        char room[1024];
        struct milter_list list;
        print_message("%s\n", changes[i].name);
        assert_true(milter_list_read(slice_str(changes[i].before), &list));
        struct text t = text_fixed(room, sizeof room);
        text_add_milters_with(&t, &list, SLICE("OURS"), ours, 2, QUEUE, false);
        assert_text(built(&t), changes[i].with);
        t = text_fixed(room, sizeof room);
        text_add_milters_with(&t, &list, SLICE("OURS"), ours, 2, QUEUE, true);
        assert_text(built(&t), changes[i].compact);
        t = text_fixed(room, sizeof room);
        text_add_milters_without(&t, &list, ours, 2, QUEUE, false);
        assert_text(built(&t), changes[i].without);
    }
}

static const struct { const char *item, *name, *value; } options[] = {
    { "inet:a:1", "protocol", "" }, { "{ inet:a:1 }", "protocol", "" }, { "{ inet:a:1, protocol=2 }", "protocol", "2" },
    { "{inet:a:1 protocol = 2,default_action= accept}", "protocol", "2" }, { "{inet:a:1 protocol = 2,default_action= accept}", "default_action", "accept" },
    { "{inet:a:1 protocol =2}", "protocol", "2" }, { "{ inet:a:1, protocol=, x=1 }", "protocol", "" }, { "{ inet:a:1, xprotocol=2 }", "protocol", "" },
};

static void test_options(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(options); i++) {
        struct milter_list list;
        assert_true(milter_list_read(slice_str(options[i].item), &list));
        assert_text(milter_item_option(&list.at[0], slice_str(options[i].name)), options[i].value);
    }
}

static const struct { const char *listen, *postfix; } addresses[] = {
    { "inet:8891@127.0.0.1", "inet:127.0.0.1:8891" }, { "inet6:8891@::1", "inet:[::1]:8891" }, { "inet:8891@0.0.0.0", "inet:127.0.0.1:8891" },
    { "inet6:8891@::", "inet:[::1]:8891" }, { "inet:8891@192.0.2.1", "inet:192.0.2.1:8891" },
    { "unix:/var/spool/postfix/frank/milter.sock", "unix:frank/milter.sock" }, { "unix:/run/frank/milter.sock", "unix:/run/frank/milter.sock" },
    { "unix:/var/spool/postfixed/x", "unix:/var/spool/postfixed/x" },
};

static void test_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(addresses); i++) {
        char room[256];
        struct endpoint e;
        struct text t = text_fixed(room, sizeof room);
        assert_true(endpoint_parse(slice_str(addresses[i].listen), &e));
        text_add_postfix_address(&t, &e, QUEUE);
        assert_text(built(&t), addresses[i].postfix);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read), cmocka_unit_test(test_bound), cmocka_unit_test(test_places), cmocka_unit_test(test_changes),
        cmocka_unit_test(test_options), cmocka_unit_test(test_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
