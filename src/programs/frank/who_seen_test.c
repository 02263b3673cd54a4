/* who_seen_test.c: what is counted as coming from an address or a domain, and what bounds it. */
#include "programs/frank/who_seen.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define RECORD(ip, from, authors) \
    "{\"id\":\"i\",\"time\":5,\"session\":{\"ip\":\"" ip "\",\"mail_from\":\"" from "\"},\"author\":{\"domains\":[" authors "]},\"verdict\":{\"disposition\":\"accept\"}}"

static void count(struct who_seen *s, struct arena *a, const char *json)
{
    const struct fact *record;
    const char *error;
    arena_reset(a);
    if (!fact_from_json(a, slice_str(json), &record, &error))
        fail_msg("%s: %s", json, error);
    assert_true(who_seen_take(s, a, record));
}

static struct ip ip_of(const char *text)
{
    struct ip ip;
    if (!ip_parse(slice_str(text), &ip))
        ip.family = IP_NONE;
    return ip;
}

static const struct { const char *name, *of, *json; bool counted, looked_at; } vectors[] = {
    { "its address", "192.0.2.1", RECORD("192.0.2.1", "a@b.example", ""), true, true },
    { "one that begins like it", "192.0.2.1", RECORD("192.0.2.10", "a@b.example", ""), false, true },
    { "another", "192.0.2.1", RECORD("198.51.100.1", "a@b.example", ""), false, false },
    { "IPv6 in another form", "2001:DB8::1", RECORD("2001:db8::1", "", ""), true, true },
    { "the sender's domain", "b.example", RECORD("192.0.2.1", "a@B.example", ""), true, true },
    { "in brackets", "b.example", RECORD("192.0.2.1", "<a@b.example>", ""), true, true },
    { "below it", "b.example", RECORD("192.0.2.1", "a@x.b.example", ""), true, true },
    { "beside it", "b.example", RECORD("192.0.2.1", "a@xb.example", ""), false, true },
    { "above it", "x.b.example", RECORD("192.0.2.1", "a@b.example", ""), false, false },
    { "an author's domain", "b.example", RECORD("192.0.2.1", "", "\"c.example\",\"b.example\""), true, true },
    { "a local part", "b.example", RECORD("192.0.2.1", "b.example@c.example", ""), false, true },
    { "in U-labels", "xn--bcher-kva.example", RECORD("192.0.2.1", "a@b\xc3\xbc" "cher.example", ""), true, true },
    { "no session", "b.example", "{\"verdict\":{}}", false, false },
    { "other kinds", "b.example", "{\"session\":[1],\"author\":{\"domains\":[7,null,{}]},\"verdict\":5,\"x\":\"b.example\"}", false, true },
};

static void what_is_from_there_is_counted(void **state)
{
    struct arena *a = arena_new(1 << 20);
    (void)state;
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct who_seen s;
        struct ip ip = ip_of(vectors[i].of);
        assert_true(who_seen_open(&s, 1, &ip, slice_str(vectors[i].of)));
        if (who_seen_may_hold(&s, slice_str(vectors[i].json)) != vectors[i].looked_at)
            fail_msg("%s: looked at", vectors[i].name);
        count(&s, a, vectors[i].json);
        if ((s.messages == 1) != vectors[i].counted)
            fail_msg("%s: %u", vectors[i].name, (unsigned)s.messages);
        who_seen_close(&s);
    }
    arena_free(a);
}

/* Names as many as a sender likes cost no more than their bound, and are counted together. */
static void names_are_bounded(void **state)
{
    struct arena *a = arena_new(1 << 22);
    struct who_seen s;
    struct ip ip = ip_of("192.0.2.1");
    const struct who_seen_tally **names;
    char json[400];
    (void)state;
    assert_true(who_seen_open(&s, 1, &ip, SLICE("")));
    for (unsigned i = 0; i < WHO_SEEN_NAMES_MAX + 100; i++) {
        snprintf(json, sizeof json, RECORD("192.0.2.1", "a@d%u.example", "\"often.example\""), i);
        count(&s, a, json);
    }
    assert_int_equal(table_count(s.names), WHO_SEEN_NAMES_MAX);
    assert_int_equal(s.uncounted, 101);
    arena_reset(a);
    assert_int_equal(who_seen_names(&s, a, &names, 3), 3);
    assert_true(slice_same(names[0]->name, SLICE("often.example")) && names[0]->author && !names[0]->sender);
    assert_int_equal(names[0]->messages, WHO_SEEN_NAMES_MAX + 100);
    assert_true(slice_same(names[1]->name, SLICE("d0.example")) && names[1]->sender);
    who_seen_close(&s);
    arena_free(a);
}

static void the_newest_are_kept(void **state)
{
    struct arena *a = arena_new(1 << 20);
    struct who_seen s;
    struct ip ip = ip_of("192.0.2.1");
    struct text t;
    char json[200];
    (void)state;
    assert_true(who_seen_open(&s, 1, &ip, SLICE("")));
    for (int i = 0; i < 12; i++) {
        snprintf(json, sizeof json, "{\"id\":\"i%d\",\"time\":%d,\"session\":{\"ip\":\"192.0.2.1\"},\"verdict\":{\"disposition\":\"%s\"}}", i, i == 3 ? -7 : i, i % 4 ? "reject" : "none of ours");
        count(&s, a, json);
    }
    arena_reset(a);
    struct fact *g = fact_group(a, NULL);
    who_seen_facts(&s, a, g);
    t = text_in(a, 4096);
    assert_true(fact_to_json(g, false, &t));
    assert_true(slice_same(text_slice(&t), SLICE(
        "{\"messages\":12,\"first\":-7,\"last\":11,\"verdicts\":{\"defer\":0,\"accept\":0,\"reject\":9,\"quarantine\":0,\"discard\":0,\"other\":3},\"domains\":[],\"domains_seen\":0,"
        "\"newest\":[{\"time\":11,\"id\":\"i11\",\"told\":\"reject\"},{\"time\":10,\"id\":\"i10\",\"told\":\"reject\"},{\"time\":9,\"id\":\"i9\",\"told\":\"reject\"},"
        "{\"time\":8,\"id\":\"i8\",\"told\":\"none of ours\"},{\"time\":7,\"id\":\"i7\",\"told\":\"reject\"}]}")));
    who_seen_close(&s);
    arena_free(a);
}

static void without_memory_it_says_so(void **state)
{
    struct ip ip = ip_of("192.0.2.1");
    struct who_seen s;
    (void)state;
    mem_fail_at(1, false);
    assert_false(who_seen_open(&s, 1, &ip, SLICE("")));
    mem_fail_at(0, false);
    who_seen_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_from_there_is_counted), cmocka_unit_test(names_are_bounded), cmocka_unit_test(the_newest_are_kept),
        cmocka_unit_test(without_memory_it_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
