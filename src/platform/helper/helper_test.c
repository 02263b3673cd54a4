/* helper_test.c: records and channels: refusals, slow peers, peers that die or talk nonsense, descriptors passed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "platform/helper/helper.h"

static void test_records(void **state)
{
    (void)state;
    static const struct { struct slice packet; unsigned records; bool bad; } vectors[] = {
        { { NULL, 0 }, 0, false }, { SLICE_INIT("\0"), 0, true }, { SLICE_INIT("\0\0\0\0\0\0\0\1\0"), 0, true },
        { SLICE_INIT("\0\0\0\0\0\0\0\1\0\2"), 1, false }, { SLICE_INIT("\0\0\0\1\0\0\0\1\0\2"), 0, true },
        { SLICE_INIT("\0\0\0\1\0\0\0\1\0\2x"), 1, false }, { SLICE_INIT("\377\377\377\377\0\0\0\1\0\2x"), 0, true },
        { SLICE_INIT("\0\2\200\1\0\0\0\1\0\2x"), 0, true }, { SLICE_INIT("\0\0\0\1\0\0\0\1\0\2x\0\0\0\0\0\0\0\3\0\4"), 2, false },
        { SLICE_INIT("\0\0\0\1\0\0\0\1\0\2x\0\0\0\0\0\0\0\3\0"), 1, true },
    };
    for (size_t i = 0; i < COUNT_OF(vectors); i++) {
        struct cursor c = cursor_of(vectors[i].packet);
        struct helper_record r;
        unsigned n = 0;
        while (helper_next(&c, &r))
            n++;
        if (n != vectors[i].records || c.bad != vectors[i].bad)
            fail_msg("%zu", i);
    }
}

struct end { struct helper_channel *channel; unsigned records, gone; size_t octets; uint32_t last_id; bool free_on_record; };

static void came(void *context, const struct helper_record *r)
{
    struct end *e = context;
    e->records++;
    e->octets += r->payload.len;
    assert_true(r->id == e->last_id + 1);
    e->last_id = r->id;
    if (e->free_on_record) {
        helper_channel_free(e->channel);
        e->channel = NULL;
    }
}

static void gone(void *context)
{
    struct end *e = context;
    e->gone++;
    helper_channel_free(e->channel);
    e->channel = NULL;
}

static struct helper_channel *channel(struct loop *l, int fd, struct end *e)
{
    *e = (struct end){ .gone = 0 };
    e->channel = helper_channel_new(l, fd, &(struct helper_events){ came, gone, e });
    return e->channel;
}

static void test_channel(void **state)
{
    (void)state;
    struct loop *l = loop_new();
    struct end a, b;
    int pair[2];
    static uint8_t big[HELPER_PAYLOAD_MAX + 1];
    assert_true(helper_pair(pair));
    channel(l, pair[0], &a);
    channel(l, pair[1], &b);
    for (uint32_t id = 1; id <= 100; id++)
        assert_true(helper_send(a.channel, id, 7, SLICE("question")));
    assert_true(helper_send(a.channel, 101, 7, slice_of(big, HELPER_PAYLOAD_MAX)));
    assert_false(helper_send(a.channel, 102, 7, slice_of(big, sizeof big)));
    for (int i = 0; i < 100 && b.records < 101; i++)
        assert_true(loop_turn(l, 10000));
    assert_int_equal(b.records, 101);
    assert_int_equal(b.octets, 800 + HELPER_PAYLOAD_MAX);
    helper_channel_free(a.channel);
    assert_true(loop_turn(l, 10000));
    assert_int_equal(b.gone, 1);
    loop_free(l);
}

/* A peer that does not read: bounded, and everything arrives once it does. */
static void test_slow_peer(void **state)
{
    (void)state;
    struct loop *l = loop_new();
    struct end a, b;
    int pair[2];
    static uint8_t big[100000];
    uint32_t sent = 0;
    assert_true(helper_pair(pair));
    channel(l, pair[0], &a);
    while (sent < 1000 && helper_send(a.channel, sent + 1, 7, slice_of(big, sizeof big))) {
        sent++;
        assert_true(loop_turn(l, 0));
    }
    assert_true(sent > 30 && sent < 1000);
    channel(l, pair[1], &b);
    for (int i = 0; i < 1000 && b.records < sent; i++)
        assert_true(loop_turn(l, 10000));
    assert_int_equal(b.records, sent);
    helper_channel_free(a.channel);
    helper_channel_free(b.channel);
    loop_free(l);
}

static void test_nonsense(void **state)
{
    (void)state;
    struct loop *l = loop_new();
    struct end a;
    int pair[2];
    assert_true(helper_pair(pair));
    channel(l, pair[0], &a);
    assert_int_equal(send(pair[1], "\0\0\0\1\0\0\0\1\0\2x\377", 12, 0), 12);
    assert_true(loop_turn(l, 10000));
    assert_int_equal(a.records, 1);
    assert_int_equal(a.gone, 1);
    close(pair[1]);
    loop_free(l);
}

static void test_freed_by_its_callback(void **state)
{
    (void)state;
    struct loop *l = loop_new();
    struct end a;
    int pair[2];
    assert_true(helper_pair(pair));
    channel(l, pair[0], &a);
    a.free_on_record = true;
    assert_int_equal(send(pair[1], "\0\0\0\0\0\0\0\1\0\2\0\0\0\0\0\0\0\2\0\2", 20, 0), 20);
    assert_true(loop_turn(l, 10000));
    assert_int_equal(a.records, 1);
    close(pair[1]);
    loop_free(l);
}

static void test_words(void **state)
{
    (void)state;
    int pair[2], passed, inner[2];
    uint8_t word;
    char octet;
    assert_true(helper_pair(pair));
    assert_int_equal(helper_hear(pair[1], &word, &passed), HELPER_NOTHING);
    assert_int_equal(pipe(inner), 0);
    assert_true(helper_say(pair[0], 'a', -1));
    assert_true(helper_say(pair[0], 'b', inner[0]));
    assert_int_equal(helper_hear(pair[1], &word, &passed), HELPER_HEARD);
    assert_int_equal(word, 'a');
    assert_int_equal(passed, -1);
    assert_int_equal(helper_hear(pair[1], &word, &passed), HELPER_HEARD);
    assert_int_equal(word, 'b');
    assert_true(passed >= 0);
    assert_int_equal(write(inner[1], "x", 1), 1);
    assert_int_equal(read(passed, &octet, 1), 1);
    close(passed);
    close(inner[0]);
    close(inner[1]);
    close(pair[0]);
    assert_int_equal(helper_hear(pair[1], &word, &passed), HELPER_CLOSED);
    close(pair[1]);
}

/* Two descriptors in one message, from a peer that keeps to nothing: none of them stays. */
static void test_more_descriptors_than_one(void **state)
{
    (void)state;
    union { struct cmsghdr head; uint8_t room[CMSG_SPACE(3 * sizeof(int))]; } control;
    struct iovec octet = { .iov_base = (char[]){ 'a' }, .iov_len = 1 };
    int pair[2], passed;
    uint8_t word;
    assert_true(helper_pair(pair));
    int before = dup(pair[0]);
    close(before);
    for (size_t count = 2; count <= 3; count++) {
        struct msghdr m = { .msg_iov = &octet, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = CMSG_SPACE(count * sizeof(int)) };
        memset(control.room, 0, sizeof control.room);
        struct cmsghdr *h = CMSG_FIRSTHDR(&m);
        *h = (struct cmsghdr){ .cmsg_len = CMSG_LEN(count * sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
        for (size_t i = 0; i < count; i++)
            memcpy(CMSG_DATA(h) + i * sizeof(int), &pair[1], sizeof(int));
        assert_int_equal(sendmsg(pair[0], &m, 0), 1);
        assert_int_equal(helper_hear(pair[1], &word, &passed), HELPER_HEARD);
        assert_int_equal(word, 'a');
        if (passed >= 0)
            close(passed);
        int after = dup(pair[0]);
        close(after);
        assert_int_equal(after, before);
    }
    close(pair[0]);
    close(pair[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records), cmocka_unit_test(test_channel), cmocka_unit_test(test_slow_peer), cmocka_unit_test(test_nonsense),
        cmocka_unit_test(test_freed_by_its_callback), cmocka_unit_test(test_words),
        cmocka_unit_test(test_more_descriptors_than_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
