/* loop_test.c: descriptors, timers and signals; what is switched off stays silent; a forked copy disturbs nobody. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "platform/loop/loop.h"

struct seen { struct loop *loop; int reads, writes, fires, signals; int fd; };

static void ready(void *context, unsigned interest)
{
    struct seen *s = context;
    char octet;
    if (interest & LOOP_READ) {
        s->reads++;
        assert_int_equal(read(s->fd, &octet, 1), 1);
    }
    if (interest & LOOP_WRITE)
        s->writes++;
}

static void fire(void *context)
{
    struct seen *s = context;
    s->fires++;
    loop_stop(s->loop);
}

static void signalled(void *context, unsigned interest)
{
    struct seen *s = context;
    assert_int_equal(interest, 0);
    s->signals++;
}

static void test_descriptor(void **state)
{
    (void)state;
    int pair[2];
    struct seen s = { .loop = loop_new() };
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    s.fd = pair[0];
    struct loop_watch *w = loop_watch_new(s.loop, pair[0], ready, &s);
    assert_int_equal(write(pair[1], "ab", 2), 2);
    assert_true(loop_turn(s.loop, 1000));
    assert_int_equal(s.reads, 0);                                 /* nobody is interested yet */
    assert_true(loop_watch_set(w, LOOP_READ));
    assert_true(loop_turn(s.loop, 1000));
    assert_int_equal(s.reads, 1);
    assert_true(loop_watch_set(w, 0));
    assert_true(loop_turn(s.loop, 1000));
    assert_int_equal(s.reads, 1);
    assert_true(loop_watch_set(w, LOOP_READ | LOOP_WRITE));
    assert_true(loop_turn(s.loop, 1000));
    assert_int_equal(s.reads, 2);
    assert_true(s.writes > 0);
    loop_watch_free(w);
    loop_free(s.loop);
    close(pair[0]);
    close(pair[1]);
}

static void test_timer(void **state)
{
    (void)state;
    struct seen s = { .loop = loop_new() };
    struct loop_timer *t = loop_timer_new(s.loop, fire, &s), *never = loop_timer_new(s.loop, fire, &s);
    assert_true(loop_timer_set(never, 3600 * 1000000LL));
    assert_true(loop_timer_set(t, 3600 * 1000000LL));
    int64_t before = loop_now_us(s.loop);
    assert_true(loop_timer_set(t, 2000));                         /* replaces */
    assert_true(loop_run(s.loop));
    assert_int_equal(s.fires, 1);
    assert_true(loop_now_us(s.loop) - before >= 1000);
    assert_true(loop_timer_set(t, 0));
    loop_timer_clear(t);
    assert_true(loop_turn(s.loop, 1000));
    assert_int_equal(s.fires, 1);
    assert_true(loop_timer_set(t, -5));                           /* what is over fires at once */
    assert_true(loop_turn(s.loop, -1));
    assert_int_equal(s.fires, 2);
    loop_timer_free(t);
    loop_timer_free(never);
    loop_free(s.loop);
}

static void test_signal(void **state)
{
    (void)state;
    struct seen s = { .loop = loop_new() };
    struct loop_watch *w = loop_signal_new(s.loop, SIGUSR1, signalled, &s);
    raise(SIGUSR1);
    assert_true(loop_turn(s.loop, 100000));
    assert_int_equal(s.signals, 1);
    loop_watch_free(w);
    loop_free(s.loop);
}

/* A child frees its copy; the parent's descriptor is still watched. */
static void test_fork(void **state)
{
    (void)state;
    int pair[2], status;
    /* Static: the child ends with the watch in its hands, which is no leak. */
    static struct seen s;
    static struct loop_watch *w;
    s = (struct seen){ .loop = loop_new() };
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    s.fd = pair[0];
    w = loop_watch_new(s.loop, pair[0], ready, &s);
    assert_true(loop_watch_set(w, LOOP_READ));
    pid_t child = fork();
    if (child == 0) {
        loop_free_in_child(s.loop);
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    assert_int_equal(write(pair[1], "a", 1), 1);
    assert_true(loop_turn(s.loop, 100000));
    assert_int_equal(s.reads, 1);
    loop_watch_free(w);
    loop_free(s.loop);
    close(pair[0]);
    close(pair[1]);
}

static void test_nothing_to_free(void **state)
{
    (void)state;
    loop_free(NULL);
    loop_free_in_child(NULL);
    loop_watch_free(NULL);
    loop_timer_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_descriptor), cmocka_unit_test(test_timer), cmocka_unit_test(test_signal),
        cmocka_unit_test(test_fork), cmocka_unit_test(test_nothing_to_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
