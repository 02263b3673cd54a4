/* live_test.c: libunbound against a name server that answers, is silent, or lies; deadlines, bounds, withdrawal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "platform/resolver/fake_dns.h"
#include "platform/resolver/live.h"

struct asked { struct waiter waiter; const struct answer *answer; unsigned delivered; struct resolver *again; struct asked *next; };

struct bench { struct fake_dns dns; struct loop *loop; struct resolver *r; };

static void delivered(struct waiter *w, const struct answer *a)
{
    struct asked *q = (struct asked *)w;
    q->answer = answer_hold(a);
    q->delivered++;
    /* Whoever gets an answer asks the next question at once. */
    if (q->next) {
        q->next->waiter.deliver = delivered;
        q->next->answer = q->again->ask(q->again, &(struct question){ .name = SLICE("fresh2.test"), .type = RTYPE_TXT }, &q->next->waiter);
    }
}

static void open_bench(struct bench *b, unsigned in_flight_max, uint64_t timeout_us)
{
    const char *error = NULL;
    fake_dns_start(&b->dns);
    struct slice forward = slice_str(b->dns.address);
    struct live_options o = {
        .forward = &forward, .forward_count = 1, .cache_octets = 1u << 20, .validate = true,
        .in_flight_max = in_flight_max, .question_timeout_us = timeout_us,
    };
    b->loop = loop_new();
    b->r = live_resolver_new(b->loop, &o, &error);
    if (!b->r)
        fail_msg("%s", error);
}

static void close_bench(struct bench *b)
{
    live_resolver_free(b->r);
    loop_free(b->loop);
    fake_dns_stop(&b->dns);
}

static void ask_it(struct bench *b, struct asked *q, const char *name, uint16_t type)
{
    *q = (struct asked){ .waiter = { .deliver = delivered } };
    q->answer = b->r->ask(b->r, &(struct question){ .name = slice_str(name), .type = type }, &q->waiter);
}

static void wait_for(struct bench *b, struct asked *q)
{
    int64_t end = loop_now_us(b->loop) + 20000000;
    while (!q->answer && loop_now_us(b->loop) < end)
        assert_true(loop_turn(b->loop, 100000));
    assert_non_null(q->answer);
}

static void test_answers(void **state)
{
    (void)state;
    static const struct { const char *name; uint16_t type; enum answer_status status; size_t count; } vectors[] = {
        { "fine.test", RTYPE_TXT, ANSWER_DATA, 1 },
        { "fine.test", RTYPE_TXT, ANSWER_DATA, 1 },                        /* from its cache */
        { "fine.example", RTYPE_A, ANSWER_DATA, 1 },
        { "1.0.0.127.in-addr.arpa", RTYPE_TXT, ANSWER_DATA, 1 },           /* zones unbound would make up itself */
        { "1.2.0.192.in-addr.arpa", RTYPE_TXT, ANSWER_DATA, 1 },
        { "4.3.2.10.in-addr.arpa", RTYPE_TXT, ANSWER_DATA, 1 },
        { "nx.test", RTYPE_TXT, ANSWER_NXDOMAIN, 0 },
        { "nx.test", RTYPE_A, ANSWER_NXDOMAIN, 0 },
        { "empty.test", RTYPE_TXT, ANSWER_NODATA, 0 },
        { "servfail.test", RTYPE_TXT, ANSWER_SERVFAIL, 0 },
        { "with space\\and\x01.test", RTYPE_TXT, ANSWER_DATA, 1 },      /* octets that must be written \DDD */
        { "loop.test", RTYPE_TXT, ANSWER_SERVFAIL, 0 },
    };
    struct bench b;
    open_bench(&b, 0, 0);
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct asked q;
        ask_it(&b, &q, vectors[i].name, vectors[i].type);
        wait_for(&b, &q);
        if (q.answer->status != vectors[i].status || q.answer->count != vectors[i].count)
            fail_msg("%s: %s with %zu records", vectors[i].name, answer_status_name(q.answer->status), q.answer->count);
        if (q.answer->count == 1 && vectors[i].type == RTYPE_TXT)
            assert_true(slice_same(q.answer->records[0].text, SLICE("hello")));
        assert_int_equal(q.answer->origin, ORIGIN_LIVE);
        assert_true(slice_same(q.answer->question.name, slice_str(vectors[i].name)));
        answer_drop(q.answer);
    }
    close_bench(&b);
}

/* Nothing believable comes: each ends as a time-out or a failure at its own deadline, not later. */
static void test_deadline(void **state)
{
    (void)state;
    static const char *const names[] = { "silent.test", "garbage.test", "other.test" };
    struct bench b;
    struct asked q[COUNT_OF(names)];
    open_bench(&b, 0, 400000);
    int64_t start = loop_now_us(b.loop);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        ask_it(&b, &q[i], names[i], RTYPE_TXT);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        wait_for(&b, &q[i]);
        assert_true(answer_failed(q[i].answer));
        assert_int_equal(q[i].delivered, 1);
    }
    assert_int_equal(q[0].answer->status, ANSWER_TIMEOUT);
    int64_t took = loop_now_us(b.loop) - start;
    assert_true(took >= 390000 && took < 3000000);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        answer_drop(q[i].answer);
    close_bench(&b);
}

/* Two in flight, sixteen wait, the others fail at once; what waits is asked when there is room, or times out with the rest. */
static void test_bounds(void **state)
{
    (void)state;
    struct bench b;
    struct asked q[20];
    open_bench(&b, 2, 600000);
    for (size_t i = 0; i < 2; i++)
        ask_it(&b, &q[i], "silent.test", RTYPE_TXT);
    for (size_t i = 2; i < COUNT_OF(q); i++)
        ask_it(&b, &q[i], "fine.test", RTYPE_TXT);
    for (size_t i = 0; i < 18; i++)
        assert_null(q[i].answer);
    for (size_t i = 18; i < 20; i++)
        assert_int_equal(q[i].answer->status, ANSWER_SERVFAIL);
    b.r->withdraw(b.r, &q[0].waiter);                              /* makes room: all the others go */
    for (size_t i = 2; i < 18; i++) {
        wait_for(&b, &q[i]);
        assert_int_equal(q[i].answer->status, ANSWER_DATA);
    }
    wait_for(&b, &q[1]);
    assert_int_equal(q[1].answer->status, ANSWER_TIMEOUT);
    assert_int_equal(q[0].delivered, 0);
    for (size_t i = 1; i < 20; i++)
        answer_drop(q[i].answer);
    close_bench(&b);
}

static void test_waiting_counts_for_the_deadline(void **state)
{
    (void)state;
    struct bench b;
    struct asked q[3];
    open_bench(&b, 1, 300000);
    for (size_t i = 0; i < 3; i++)
        ask_it(&b, &q[i], "silent.test", RTYPE_TXT);
    int64_t start = loop_now_us(b.loop);
    for (size_t i = 0; i < 3; i++) {
        wait_for(&b, &q[i]);
        assert_int_equal(q[i].answer->status, ANSWER_TIMEOUT);
        answer_drop(q[i].answer);
    }
    assert_true(loop_now_us(b.loop) - start < 600000);
    close_bench(&b);
}

static void test_ask_from_deliver(void **state)
{
    (void)state;
    struct bench b;
    struct asked q, next = { .answer = NULL };
    open_bench(&b, 0, 0);
    ask_it(&b, &q, "fresh1.test", RTYPE_TXT);
    q.again = b.r;
    q.next = &next;
    wait_for(&b, &q);
    wait_for(&b, &next);
    assert_int_equal(next.answer->status, ANSWER_DATA);
    assert_int_equal(next.answer->ttl_seconds, 0);
    answer_drop(q.answer);
    answer_drop(next.answer);
    close_bench(&b);
}

static void test_withdrawn_hears_nothing(void **state)
{
    (void)state;
    struct bench b;
    struct asked q, other;
    open_bench(&b, 0, 500000);
    ask_it(&b, &q, "slow.test", RTYPE_TXT);
    assert_null(q.answer);
    b.r->withdraw(b.r, &q.waiter);
    ask_it(&b, &other, "silent.test", RTYPE_TXT);
    wait_for(&b, &other);
    assert_int_equal(q.delivered, 0);
    answer_drop(other.answer);
    ask_it(&b, &q, "silent.test", RTYPE_A);                        /* still open when the resolver goes */
    assert_null(q.answer);
    close_bench(&b);
}

/* A name server that was gone for a second is asked again soon after. */
static void test_outage(void **state)
{
    (void)state;
    struct bench b;
    struct asked q;
    open_bench(&b, 0, 1000000);
    fake_dns_pause(&b.dns);
    ask_it(&b, &q, "fresh3.test", RTYPE_TXT);
    wait_for(&b, &q);
    assert_true(answer_failed(q.answer));
    answer_drop(q.answer);
    fake_dns_resume(&b.dns);
    for (int tries = 0; tries < 5; tries++) {
        ask_it(&b, &q, "fresh4.test", RTYPE_TXT);
        wait_for(&b, &q);
        bool good = q.answer->status == ANSWER_DATA;
        answer_drop(q.answer);
        if (good) {
            close_bench(&b);
            return;
        }
    }
    fail_msg("no recovery");
}

static void test_server_texts(void **state)
{
    (void)state;
    static const struct { const char *text; bool good; } vectors[] = {
        { "127.0.0.1", true }, { "127.0.0.1:5353", true }, { "::1", true }, { "[::1]:53", true }, { "[::1]", true },
        { "", false }, { "localhost", false }, { "127.0.0.1:", false }, { "127.0.0.1:0", false }, { "127.0.0.1:65536", false },
        { "127.0.0.1:53:53", false }, { "[::1", false }, { "[::1]53", false }, { "[::1]:", true }, { "127.0.0.1@53", false },
    };
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        const char *error = NULL;
        struct slice forward = slice_str(vectors[i].text);
        struct loop *l = loop_new();
        struct resolver *r = live_resolver_new(l, &(struct live_options){ .forward = &forward, .forward_count = 1 }, &error);
        if (!!r != vectors[i].good)
            fail_msg("\"%s\"", vectors[i].text);
        assert_true(r || (error && error[0]));
        live_resolver_free(r);
        loop_free(l);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers), cmocka_unit_test(test_deadline), cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_waiting_counts_for_the_deadline), cmocka_unit_test(test_ask_from_deliver),
        cmocka_unit_test(test_withdrawn_hears_nothing), cmocka_unit_test(test_outage), cmocka_unit_test(test_server_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
