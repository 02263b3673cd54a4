/* named_client_test.c: servers asked by name: honest, silent, lying, late, forged, truncated, forbidden; bounds; and in the sandbox. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "platform/clock/clock.h"
#include "platform/resolver/fake_dns.h"
#include "platform/resolver/named_client.h"
#include "platform/resolver/named_exchange.h"
#include "platform/resolver/named_rate.h"
#include "platform/sandbox/sandbox.h"

#define TRY_US 150000

/* What stands behind the client: counts, and says NXDOMAIN, or nothing. */
struct behind { struct resolver resolver; unsigned asked, withdrawn; bool silent; };

static const struct answer *behind_ask(struct resolver *r, const struct question *q, struct waiter *w)
{
    struct behind *b = (struct behind *)r;
    (void)w;
    b->asked++;
    return b->silent ? NULL : answer_to(q, ANSWER_NXDOMAIN);
}

static void behind_withdraw(struct resolver *r, struct waiter *w)
{
    (void)w;
    ((struct behind *)r)->withdrawn++;
}

struct bench { struct fake_dns dns; struct loop *loop; struct behind behind; struct resolver *r; struct ip server; };

/* 127.0.0.1 to 127.0.0.3, at this port. */
static void open_client(struct bench *b, uint16_t port, uint64_t timeout_us)
{
    struct named_list allowed = { .count = 0 };
    for (unsigned i = 1; i <= 3; i++) {
        char entry[40];
        snprintf(entry, sizeof entry, "127.0.0.%u:%u", i, (unsigned)port);
        assert_true(named_list_add(&allowed, slice_str(entry)));
    }
    b->loop = loop_new();
    b->behind = (struct behind){ .resolver = { behind_ask, behind_withdraw } };
    b->r = named_client_new(b->loop, &b->behind.resolver, &(struct named_options){
        .allowed = &allowed, .random = system_random(), .try_us = TRY_US, .question_timeout_us = timeout_us });
    assert_non_null(b->r);
    assert_true(ip_parse(SLICE("127.0.0.1"), &b->server));
}

static void open_bench(struct bench *b)
{
    fake_dns_start(&b->dns);
    open_client(b, b->dns.port, 0);
}

static void close_bench(struct bench *b)
{
    named_client_free(b->r);
    loop_free(b->loop);
    fake_dns_stop(&b->dns);
}

struct asked { struct waiter waiter; const struct answer *answer; unsigned delivered; };

static void delivered(struct waiter *w, const struct answer *a)
{
    struct asked *q = (struct asked *)w;
    q->answer = answer_hold(a);
    q->delivered++;
}

static void ask_at(struct bench *b, struct asked *q, const char *name, const struct ip *server)
{
    *q = (struct asked){ .waiter = { .deliver = delivered } };
    q->answer = b->r->ask(b->r, &(struct question){ .name = slice_str(name), .type = RTYPE_TXT, .server = *server }, &q->waiter);
}

static void wait_for(struct bench *b, struct asked *q)
{
    int64_t end = loop_now_us(b->loop) + 10000000;
    while (!q->answer && loop_now_us(b->loop) < end)
        assert_true(loop_turn(b->loop, 20000));
    assert_non_null(q->answer);
}

static void test_answers(void **state)
{
    (void)state;
    static const struct { const char *name; enum answer_status status; const char *text; unsigned tries; } vectors[] = {
        { "fine.test", ANSWER_DATA, "hello", 0 }, { "nx.test", ANSWER_NXDOMAIN, NULL, 0 }, { "empty.test", ANSWER_NODATA, NULL, 0 },
        { "servfail.test", ANSWER_SERVFAIL, NULL, 0 }, { "rd.test", ANSWER_DATA, "hello", 0 },
        { "silent.test", ANSWER_TIMEOUT, NULL, 2 }, { "garbage.test", ANSWER_TIMEOUT, NULL, 2 }, { "wrongid.test", ANSWER_TIMEOUT, NULL, 2 },
        { "other.test", ANSWER_GARBLED, NULL, 2 }, { "loop.test", ANSWER_GARBLED, NULL, 2 }, { "forged.test", ANSWER_DATA, "hello", 0 },
        { "first.test", ANSWER_DATA, "hello", 1 }, { "flood.test", ANSWER_SERVFAIL, NULL, 0 },
        { "trunc.test", ANSWER_DATA, "by tcp", 0 }, { "cut.test", ANSWER_SERVFAIL, NULL, 0 }, { "shut.test", ANSWER_SERVFAIL, NULL, 0 },
        { "mute.test", ANSWER_TIMEOUT, NULL, 2 },
        { "slow.test", ANSWER_TIMEOUT, NULL, 2 },       /* comes when nobody listens any more */
        { "Fine.TEST", ANSWER_DATA, "hello", 0 }, { "with space and \x01.test", ANSWER_DATA, "hello", 0 },
    };
    struct bench b;
    open_bench(&b);
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct asked q;
        int64_t start = loop_now_us(b.loop);
        ask_at(&b, &q, vectors[i].name, &b.server);
        assert_null(q.answer);
        wait_for(&b, &q);
        int64_t took = loop_now_us(b.loop) - start;
        if (q.answer->status != vectors[i].status || took < vectors[i].tries * (TRY_US - 1000))
            fail_msg("%s: %s after %lld us", vectors[i].name, answer_status_name(q.answer->status), (long long)took);
        if (vectors[i].text)
            assert_true(q.answer->count == 1 && slice_same(q.answer->records[0].text, slice_str(vectors[i].text)));
        assert_true(ip_same(&q.answer->question.server, &b.server));
        assert_int_equal(q.delivered, 1);
        answer_drop(q.answer);
    }
    assert_int_equal(b.behind.asked, 0);
    close_bench(&b);
}

static void test_nobody_there(void **state)
{
    (void)state;
    struct bench b;
    struct asked q;
    open_bench(&b);
    fake_dns_stop(&b.dns);
    ask_at(&b, &q, "fine.test", &b.server);
    wait_for(&b, &q);
    assert_int_equal(q.answer->status, ANSWER_SERVFAIL);
    answer_drop(q.answer);
    named_client_free(b.r);
    loop_free(b.loop);
}

/* The question's own deadline ends it, however many tries are left. */
static void test_deadline(void **state)
{
    (void)state;
    struct bench b;
    struct asked q;
    fake_dns_start(&b.dns);
    open_client(&b, b.dns.port, TRY_US / 2);
    int64_t start = loop_now_us(b.loop);
    ask_at(&b, &q, "silent.test", &b.server);
    wait_for(&b, &q);
    assert_int_equal(q.answer->status, ANSWER_TIMEOUT);
    assert_true(loop_now_us(b.loop) - start < TRY_US);
    answer_drop(q.answer);
    close_bench(&b);
}

/* Whoever asks: these are never sent to. */
static void test_forbidden_servers(void **state)
{
    (void)state;
    static const char *const servers[] = { "127.0.0.4", "10.0.0.1", "169.254.169.254", "::1", "fe80::1", "224.0.0.1", "0.0.0.0", "255.255.255.255", "fd00::53" };
    struct bench b;
    open_bench(&b);
    for (size_t i = 0; i < COUNT_OF(servers); i++) {
        struct asked q;
        struct ip server;
        assert_true(ip_parse(slice_str(servers[i]), &server));
        ask_at(&b, &q, "fine.test", &server);
        if (!q.answer || q.answer->status != ANSWER_BLOCKED)
            fail_msg("%s", servers[i]);
        answer_drop(q.answer);
    }
    close_bench(&b);
}

static bool no_packet(void *context, struct slice packet)
{
    (void)context;
    (void)packet;
    return false;
}

static void not_broken(void *context)
{
    (void)context;
}

/* An address that looks like any other, and is ours: the kernel tells by the address it would send from. */
static void test_this_host(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b);
    struct exchange *x = NULL;
    struct exchange_target t = { .server = b.server, .port = b.dns.port };
    struct question q = { .name = SLICE("fine.test"), .type = RTYPE_TXT, .server = b.server };
    struct exchange_events events = { no_packet, not_broken, NULL };
    assert_int_equal(exchange_new(b.loop, system_random(), &t, &q, &events, &x), EXCHANGE_OWN_ADDRESS);
    assert_null(x);
    t.own_allowed = true;
    assert_int_equal(exchange_new(b.loop, system_random(), &t, &q, &events, &x), EXCHANGE_STARTED);
    exchange_free(x);
    q.name = SLICE("a..b");
    assert_int_equal(exchange_new(b.loop, system_random(), &t, &q, &events, &x), EXCHANGE_FAILED);
    close_bench(&b);
}

static void test_others_pass_by(void **state)
{
    (void)state;
    struct bench b;
    struct asked q, named;
    struct ip none = { .family = IP_NONE };
    open_bench(&b);
    ask_at(&b, &q, "fine.test", &none);
    assert_int_equal(q.answer->status, ANSWER_NXDOMAIN);
    answer_drop(q.answer);
    b.behind.silent = true;
    ask_at(&b, &q, "fine.test", &none);
    ask_at(&b, &named, "silent.test", &b.server);
    assert_true(!q.answer && !named.answer);
    b.r->withdraw(b.r, &q.waiter);
    assert_int_equal(b.behind.withdrawn, 1);
    b.r->withdraw(b.r, &named.waiter);
    assert_int_equal(b.behind.withdrawn, 1);
    assert_int_equal(b.behind.asked, 2);
    int64_t end = loop_now_us(b.loop) + 2 * TRY_US + 50000;
    while (loop_now_us(b.loop) < end)
        assert_true(loop_turn(b.loop, 50000));
    assert_int_equal(named.delivered, 0);
    ask_at(&b, &named, "silent.test", &b.server);                  /* still open when the client goes */
    close_bench(&b);
}

#define ASKED_MAX (NAMED_IN_FLIGHT_MAX + 1)

/* As many as are taken, up to `most`; the rest fails at once. */
static unsigned ask_until_refused(struct bench *b, struct asked *q, unsigned most, const struct ip *server)
{
    for (unsigned i = 0; i < most; i++) {
        ask_at(b, &q[i], "silent.test", server);
        if (!q[i].answer)
            continue;
        assert_int_equal(q[i].answer->status, ANSWER_SERVFAIL);
        answer_drop(q[i].answer);
        return i;
    }
    return most;
}

static void wait_for_all(struct bench *b, struct asked *q, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        wait_for(b, &q[i]);
        assert_true(answer_failed(q[i].answer));
        assert_int_equal(q[i].delivered, 1);
        answer_drop(q[i].answer);
    }
}

/* So many packets to one target; so many questions in flight. Beyond it they fail at once, and later all is well again. */
static void test_bounds(void **state)
{
    (void)state;
    static struct asked q[ASKED_MAX];
    struct bench b;
    struct ip other;
    open_bench(&b);
    unsigned burst = ask_until_refused(&b, q, ASKED_MAX, &b.server);
    assert_in_range(burst, NAMED_BURST, NAMED_BURST + NAMED_PER_SECOND / 2);
    wait_for_all(&b, q, burst);
    named_client_free(b.r);
    loop_free(b.loop);
    open_client(&b, b.dns.port, 0);
    assert_true(ip_parse(SLICE("127.0.0.2"), &other));
    unsigned half = ask_until_refused(&b, q, NAMED_IN_FLIGHT_MAX / 2, &b.server);
    assert_int_equal(half, NAMED_IN_FLIGHT_MAX / 2);
    assert_int_equal(ask_until_refused(&b, q + half, ASKED_MAX - half, &other), NAMED_IN_FLIGHT_MAX - half);
    wait_for_all(&b, q, NAMED_IN_FLIGHT_MAX);
    assert_int_equal(ask_until_refused(&b, q, 1, &other), 1);
    close_bench(&b);
}

static void test_rate(void **state)
{
    (void)state;
    static struct named_rate r;
    struct ip a, other;
    assert_true(ip_parse(SLICE("192.0.2.1"), &a) && ip_parse(SLICE("2001:db8::7"), &other));
    r = (struct named_rate){ .seed = 7, .per_second = 10, .burst = 3 };
    for (int64_t now = 0; now < 2; now++) {                        /* at any time of a clock */
        int64_t start = 1000000000 * now;
        for (unsigned i = 0; i < 3; i++)
            assert_true(named_rate_take(&r, &a, start));
        assert_false(named_rate_take(&r, &a, start));
        assert_true(named_rate_take(&r, &other, start));
        assert_false(named_rate_take(&r, &a, start + 99999));
        assert_true(named_rate_take(&r, &a, start + 100000));
        assert_false(named_rate_take(&r, &a, start + 100001));
        assert_true(named_rate_take(&r, &a, start + 400000));
        assert_true(named_rate_take(&r, &a, start + 400000));
        assert_true(named_rate_take(&r, &a, start + 400000));
        assert_false(named_rate_take(&r, &a, start + 400000));
    }
}

struct seen { uint16_t id, port; };

static int listening(uint16_t *port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t len = sizeof at;
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    assert_true(fd >= 0 && bind(fd, (struct sockaddr *)&at, len) == 0 && getsockname(fd, (struct sockaddr *)&at, &len) == 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static struct seen receive(int fd)
{
    struct sockaddr_in from;
    socklen_t len = sizeof from;
    uint8_t packet[512];
    ssize_t n = recvfrom(fd, packet, sizeof packet, 0, (struct sockaddr *)&from, &len);
    assert_true(n > 12 && (packet[2] & 1) == 0 && memcmp(packet + 4, "\0\1\0\0\0\0\0\0", 8) == 0);
    return (struct seen){ .id = (uint16_t)(packet[0] << 8 | packet[1]), .port = ntohs(from.sin_port) };
}

static bool far_apart(uint16_t a, uint16_t b)
{
    return (uint16_t)(a - b) > 256 && (uint16_t)(b - a) > 256;
}

/* Every packet comes from another port and bears another id, of which the ones before tell nothing. */
static void test_ports_and_ids(void **state)
{
    (void)state;
    static struct asked q[64];
    struct bench b;
    struct seen before = { 0, 0 };
    uint16_t port;
    unsigned ids = 0, ports = 0;
    int fd = listening(&port);
    open_client(&b, port, 0);
    for (size_t i = 0; i < COUNT_OF(q); i++) {
        ask_at(&b, &q[i], "fine.test", &b.server);
        struct seen now = receive(fd);
        ids += far_apart(now.id, before.id);
        ports += far_apart(now.port, before.port);
        before = now;
    }
    assert_true(ids >= 56 && ports >= 56);
    named_client_free(b.r);
    loop_free(b.loop);
    close(fd);
}

/* UDP and TCP still work when the process has given up what the resolver process gives up. */
static void test_in_the_sandbox(void **state)
{
    (void)state;
    struct bench b;
    int status;
    fake_dns_start(&b.dns);
    pid_t child = fork();
    if (child == 0) {
        struct sandbox_report report;
        struct asked q, tcp;
        open_client(&b, b.dns.port, 0);
        sandbox_close(SANDBOX_RESOLVER, NULL, &report);
        ask_at(&b, &q, "fine.test", &b.server);
        ask_at(&b, &tcp, "trunc.test", &b.server);
        for (int i = 0; i < 100 && (!q.answer || !tcp.answer); i++)
            loop_turn(b.loop, 20000);
        _exit(q.answer && q.answer->status == ANSWER_DATA && tcp.answer && tcp.answer->status == ANSWER_DATA ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    fake_dns_stop(&b.dns);
}

static void test_without_memory(void **state)
{
    (void)state;
    struct bench b;
    open_bench(&b);
    for (uint64_t nth = 1; nth <= 6; nth++) {
        struct asked q;
        mem_fail_at(nth, true);
        ask_at(&b, &q, "fine.test", &b.server);
        mem_fail_at(0, false);
        wait_for(&b, &q);
        answer_drop(q.answer);
    }
    close_bench(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers), cmocka_unit_test(test_nobody_there), cmocka_unit_test(test_deadline), cmocka_unit_test(test_forbidden_servers),
        cmocka_unit_test(test_this_host), cmocka_unit_test(test_others_pass_by), cmocka_unit_test(test_bounds), cmocka_unit_test(test_rate),
        cmocka_unit_test(test_ports_and_ids), cmocka_unit_test(test_in_the_sandbox), cmocka_unit_test(test_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
