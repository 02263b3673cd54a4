/* remote_test.c: a worker's resolver and the resolver process's server, in one loop, over a zone, or over silence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "env/zone_resolver.h"
#include "platform/helper/helper.h"
#include "platform/resolver/dns_records.h"
#include "platform/resolver/remote.h"
#include "platform/resolver/server.h"

/* Counts, and may be silent. */
struct counting { struct resolver resolver; struct resolver *zone; unsigned asked, withdrawn; bool silent; };

static const struct answer *counting_ask(struct resolver *r, const struct question *q, struct waiter *w)
{
    struct counting *c = (struct counting *)r;
    c->asked++;
    return c->silent ? NULL : c->zone->ask(c->zone, q, w);
}

static void counting_withdraw(struct resolver *r, struct waiter *w)
{
    (void)w;
    ((struct counting *)r)->withdrawn++;
}

struct bench {
    struct loop *loop;
    struct zone *zone;
    struct counting behind;
    struct dns_server *server;
    struct resolver *r;
    unsigned lost;
};

static void lost_it(void *context)
{
    ((struct bench *)context)->lost++;
}

static void connect_it(struct bench *b)
{
    int pair[2];
    assert_true(helper_pair(pair));
    assert_true(dns_server_add(b->server, pair[1], 0));
    remote_resolver_connect(b->r, pair[0]);
}

static void open_bench(struct bench *b, bool silent)
{
    struct zone_error e;
    *b = (struct bench){ .loop = loop_new(), .zone = zone_new() };
    assert_true(zone_read(b->zone, SLICE("a.example. 300 IN TXT \"hello\" \"world\"\na.example. 300 IN MX 10 mx.a.example.\nzero.example. 0 IN TXT \"x\"\n"
        "; servfail bad.example TXT\nalias.example. 60 IN CNAME a.example.\n"), &e));
    b->behind = (struct counting){ .resolver = { counting_ask, counting_withdraw }, .zone = zone_resolver_new(b->zone), .silent = silent };
    b->server = dns_server_new(b->loop, &b->behind.resolver, 1);
    b->r = remote_resolver_new(b->loop, &(struct remote_options){ .question_timeout_us = 100000, .cache_octets = 1u << 20, .seed = 1, .lost = lost_it, .context = b });
    assert_false(remote_resolver_connected(b->r));
    connect_it(b);
    assert_true(remote_resolver_connected(b->r));
}

static void close_bench(struct bench *b)
{
    remote_resolver_free(b->r);
    dns_server_free(b->server);
    zone_resolver_free(b->behind.zone);
    zone_free(b->zone);
    loop_free(b->loop);
}

struct asked { struct waiter waiter; const struct answer *answer; unsigned delivered; };

static void delivered(struct waiter *w, const struct answer *a)
{
    struct asked *q = (struct asked *)w;
    q->answer = answer_hold(a);
    q->delivered++;
}

static void ask_it(struct bench *b, struct asked *q, const char *name, uint16_t type)
{
    *q = (struct asked){ .waiter.deliver = delivered };
    q->answer = b->r->ask(b->r, &(struct question){ .name = slice_str(name), .type = type }, &q->waiter);
}

static void wait_for(struct bench *b, struct asked *q)
{
    for (int i = 0; i < 100 && !q->answer; i++)
        assert_true(loop_turn(b->loop, 50000));
    assert_non_null(q->answer);
}

static void test_answers(void **state)
{
    (void)state;
    static const struct { const char *name; uint16_t type; enum answer_status status; size_t count; const char *canonical; } vectors[] = {
        { "a.example", RTYPE_TXT, ANSWER_DATA, 1, "a.example" }, { "a.example", RTYPE_MX, ANSWER_DATA, 1, "a.example" },
        { "a.example", RTYPE_A, ANSWER_NODATA, 0, "a.example" }, { "b.example", RTYPE_A, ANSWER_NXDOMAIN, 0, "b.example" },
        { "bad.example", RTYPE_TXT, ANSWER_SERVFAIL, 0, "bad.example" }, { "alias.example", RTYPE_TXT, ANSWER_DATA, 1, "a.example" },
    };
    struct bench b;
    open_bench(&b, false);
    for (int round = 0; round < 2; round++)
        for (size_t i = 0; i < COUNT_OF(vectors); i++) {
            struct asked q;
            ask_it(&b, &q, vectors[i].name, vectors[i].type);
            assert_int_equal(q.answer != NULL, round == 1);               /* then from the worker's cache */
            wait_for(&b, &q);
            assert_int_equal(q.answer->status, vectors[i].status);
            assert_int_equal(q.answer->count, vectors[i].count);
            assert_true(slice_same(q.answer->question.name, slice_str(vectors[i].name)));
            assert_true(slice_same(q.answer->canonical, slice_str(vectors[i].canonical)));
            if (i == 0)
                assert_true(slice_same(q.answer->records[0].text, SLICE("helloworld")));
            answer_drop(q.answer);
        }
    assert_int_equal(b.behind.asked, COUNT_OF(vectors));
    assert_int_equal(remote_resolver_counts(b.r).hits, COUNT_OF(vectors));
    close_bench(&b);
}

static void test_identical_questions_are_one(void **state)
{
    (void)state;
    struct bench b;
    struct asked q[5];
    open_bench(&b, false);
    for (size_t i = 0; i < COUNT_OF(q); i++)
        ask_it(&b, &q[i], "zero.example", RTYPE_TXT);
    b.r->withdraw(b.r, &q[2].waiter);
    for (size_t i = 0; i < COUNT_OF(q); i++)
        if (i != 2) {
            wait_for(&b, &q[i]);
            answer_drop(q[i].answer);
        }
    assert_int_equal(b.behind.asked, 1);
    assert_int_equal(q[2].delivered, 0);
    close_bench(&b);
}

static void test_silence(void **state)
{
    (void)state;
    struct bench b;
    struct asked q, other;
    open_bench(&b, true);
    int64_t start = loop_now_us(b.loop);
    ask_it(&b, &q, "a.example", RTYPE_TXT);
    ask_it(&b, &other, "b.example", RTYPE_TXT);
    b.r->withdraw(b.r, &other.waiter);
    wait_for(&b, &q);
    assert_int_equal(q.answer->status, ANSWER_TIMEOUT);
    assert_true(loop_now_us(b.loop) - start >= 100000 + REMOTE_GRACE_US - 1000);
    assert_int_equal(other.delivered, 0);
    answer_drop(q.answer);
    close_bench(&b);
}

/* The resolver process dies: who waits fails at once, new questions too, what is cached is still answered; a new one is found. */
static void test_resolver_dies(void **state)
{
    (void)state;
    struct bench b;
    struct asked q;
    open_bench(&b, false);
    ask_it(&b, &q, "a.example", RTYPE_TXT);
    wait_for(&b, &q);
    answer_drop(q.answer);
    b.behind.silent = true;
    ask_it(&b, &q, "zero.example", RTYPE_TXT);
    assert_null(q.answer);
    for (int i = 0; i < 10 && b.behind.asked < 2; i++)
        assert_true(loop_turn(b.loop, 10000));
    dns_server_free(b.server);
    assert_int_equal(b.behind.withdrawn, 1);
    wait_for(&b, &q);
    assert_int_equal(q.answer->status, ANSWER_SERVFAIL);
    assert_true(b.lost == 1 && !remote_resolver_connected(b.r));
    answer_drop(q.answer);
    ask_it(&b, &q, "b.example", RTYPE_TXT);
    assert_int_equal(q.answer->status, ANSWER_SERVFAIL);
    answer_drop(q.answer);
    ask_it(&b, &q, "a.example", RTYPE_TXT);
    assert_int_equal(q.answer->status, ANSWER_DATA);
    answer_drop(q.answer);
    b.behind.silent = false;
    b.server = dns_server_new(b.loop, &b.behind.resolver, 1);
    connect_it(&b);
    ask_it(&b, &q, "b.example", RTYPE_TXT);
    wait_for(&b, &q);
    assert_int_equal(q.answer->status, ANSWER_NXDOMAIN);
    answer_drop(q.answer);
    close_bench(&b);
}

/* A new channel while questions are open at the old one: they are asked again. */
static void test_new_channel(void **state)
{
    (void)state;
    struct bench b;
    struct asked q;
    open_bench(&b, true);
    ask_it(&b, &q, "a.example", RTYPE_TXT);
    assert_true(loop_turn(b.loop, 10000));
    b.behind.silent = false;
    connect_it(&b);
    wait_for(&b, &q);
    assert_int_equal(q.answer->status, ANSWER_DATA);
    answer_drop(q.answer);
    close_bench(&b);
}

static void test_askers(void **state)
{
    (void)state;
    struct bench b;
    int pair[2];
    open_bench(&b, false);
    assert_int_equal(dns_server_askers(b.server), 1);
    assert_true(helper_pair(pair));
    assert_true(dns_server_add(b.server, pair[1], 1));
    assert_int_equal(dns_server_askers(b.server), 2);
    assert_int_equal(write(pair[0], "\0\0\0\0\0\0\0\1\0\1", 10), 10);        /* a question without a name */
    assert_int_equal(write(pair[0], "\0\0\0\3\0\0\0\1\0\11\0\20x", 13), 13);   /* an unknown kind */
    assert_true(loop_turn(b.loop, 10000));
    assert_int_equal(b.behind.asked, 0);
    close(pair[0]);
    for (int i = 0; i < 10 && dns_server_askers(b.server) == 2; i++)
        assert_true(loop_turn(b.loop, 10000));
    assert_int_equal(dns_server_askers(b.server), 1);
    close_bench(&b);
}

/* One that asks for a channel again and again, and keeps all of them, has one. */
static void test_an_asker_has_one_channel(void **state)
{
    (void)state;
    struct bench b;
    struct asked q;
    int kept[8][2];
    char octet;
    open_bench(&b, true);
    ask_it(&b, &q, "a.example", RTYPE_TXT);
    for (int turn = 0; turn < 10 && b.behind.asked == 0; turn++)
        assert_true(loop_turn(b.loop, 10000));
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        assert_true(helper_pair(kept[i]));
        assert_true(dns_server_add(b.server, kept[i][1], 1));
        assert_int_equal(dns_server_askers(b.server), 2);
    }
    assert_int_equal(b.behind.withdrawn, 0);
    for (size_t i = 0; i < COUNT_OF(kept); i++) {
        assert_int_equal(read(kept[i][0], &octet, 1), i + 1 < COUNT_OF(kept) ? 0 : -1);
        close(kept[i][0]);
    }
    /* The other's place taken: its question is withdrawn, and it sees that its channel is gone. */
    assert_true(helper_pair(kept[0]));
    assert_true(dns_server_add(b.server, kept[0][1], 0));
    assert_int_equal(b.behind.withdrawn, 1);
    wait_for(&b, &q);
    assert_int_equal(q.answer->status, ANSWER_SERVFAIL);
    assert_int_equal(b.lost, 1);
    answer_drop(q.answer);
    close(kept[0][0]);
    close_bench(&b);
}

static void test_bad_answers(void **state)
{
    (void)state;
    static const struct { struct slice payload; bool good; } vectors[] = {
        { { NULL, 0 }, false }, { SLICE_INIT("\2\1\1\0\0\0\5\0\0\0\0"), true }, { SLICE_INIT("\2\1\1\0\0\0\5\0\0\0"), false },
        { SLICE_INIT("\2\1\1\0\0\0\5\0\0\0\0more"), false }, { SLICE_INIT("\0\1\1\0\0\0\5\0\0\0\0"), false },
        { SLICE_INIT("\10\1\1\0\0\0\5\0\0\0\0"), false }, { SLICE_INIT("\2\4\1\0\0\0\5\0\0\0\0"), false },
        { SLICE_INIT("\2\1\4\0\0\0\5\0\0\0\0"), false }, { SLICE_INIT("\1\1\1\0\0\0\5\0\0\0\1\0\0\0\2\1x"), true },
        { SLICE_INIT("\1\1\1\0\0\0\5\0\0\0\1\0\0\0\3\1x"), false }, { SLICE_INIT("\1\1\1\0\0\0\5\0\0\0\145"), false },
        { SLICE_INIT("\1\1\1\0\0\0\5\377\377"), false },
    };
    struct question q = { .name = SLICE("a.example"), .type = RTYPE_TXT };
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        const struct answer *a = dns_read_answer(vectors[i].payload, &q);
        if (!!a != vectors[i].good)
            fail_msg("%zu", i);
        answer_drop(a);
    }
}

/* A question comes out of its record as it went in, its server included. */
static void test_questions(void **state)
{
    (void)state;
    static const char *const servers[] = { "", "192.0.2.53", "2001:db8::53" };
    static const struct slice bad[] = {
        { NULL, 0 }, SLICE_INIT("\0\20"), SLICE_INIT("\0\20\0"), SLICE_INIT("\0\20\4\300\0\2"), SLICE_INIT("\0\20\4\300\0\2\65"),
        SLICE_INIT("\0\20\3\300\0\2a"), SLICE_INIT("\0\20\5\300\0\2\65\1a"), SLICE_INIT("\0\20\377a"), SLICE_INIT("\0\20\0a..b"),
    };
    for (size_t i = 0; i < COUNT_OF(servers); i++) {
        char room[64];
        struct text t = text_fixed(room, sizeof room);
        struct question q = { .name = SLICE("id.example"), .type = RTYPE_TXT }, again;
        ip_parse(slice_str(servers[i]), &q.server);
        dns_write_question(&t, &q);
        assert_true(dns_read_question(text_slice(&t), &again) && question_same(&q, &again));
    }
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        struct question q;
        if (dns_read_question(bad[i], &q))
            fail_msg("%zu", i);
    }
}

/* Another server, another question: asked apart, kept apart. */
static void test_servers_are_told_apart(void **state)
{
    (void)state;
    struct bench b;
    struct zone_error e;
    struct asked q[3];
    static const char *const servers[] = { "", "192.0.2.1", "192.0.2.2" };
    static const enum answer_status statuses[] = { ANSWER_DATA, ANSWER_SERVFAIL, ANSWER_DATA };
    open_bench(&b, false);
    assert_true(zone_read(b.zone, SLICE("; servfail a.example TXT @192.0.2.1\n"), &e));
    for (unsigned round = 0; round < 2; round++) {
        for (size_t i = 0; i < COUNT_OF(q); i++) {
            struct question question = { .name = SLICE("a.example"), .type = RTYPE_TXT };
            ip_parse(slice_str(servers[i]), &question.server);
            q[i] = (struct asked){ .waiter.deliver = delivered };
            q[i].answer = b.r->ask(b.r, &question, &q[i].waiter);
        }
        for (size_t i = 0; i < COUNT_OF(q); i++) {
            wait_for(&b, &q[i]);
            assert_int_equal(q[i].answer->status, statuses[i]);
            answer_drop(q[i].answer);
        }
        assert_int_equal(b.behind.asked, COUNT_OF(q));
    }
    close_bench(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers), cmocka_unit_test(test_identical_questions_are_one), cmocka_unit_test(test_silence),
        cmocka_unit_test(test_resolver_dies), cmocka_unit_test(test_new_channel), cmocka_unit_test(test_askers), cmocka_unit_test(test_an_asker_has_one_channel), cmocka_unit_test(test_bad_answers),
        cmocka_unit_test(test_questions), cmocka_unit_test(test_servers_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
