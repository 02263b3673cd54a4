/* sandbox_test.c: from inside, what threats.md T43 names is refused, and what the daemon lives on still works. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "platform/sandbox/sandbox.h"

/* What goes wrong inside is the exit code: the number of the check. */
static int inside_as(bool closed, enum sandbox_kind kind, const struct sandbox_filter *filter, int (*checks)(const struct sandbox_report *))
{
    int status;
    pid_t child = fork();
    if (child == 0) {
        struct sandbox_user user;
        struct sandbox_report report = { .landlock = false };
        const char *error;
        if (!sandbox_user_find("nobody", &user, &error) || !sandbox_become(&user))
            _exit(100);
        if (closed)
            sandbox_close(kind, filter, &report);
        _exit(checks(&report));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static int inside(enum sandbox_kind kind, int (*checks)(const struct sandbox_report *))
{
    struct sandbox_filter *filter = sandbox_filter_new(kind);
    int code = inside_as(true, kind, NULL, checks);
    /* The same with a filter that was made before the fork. */
    if (code == 0 && filter)
        code = inside_as(true, kind, filter, checks);
    sandbox_filter_free(filter);
    return code;
}

static int files_and_programs(const struct sandbox_report *r)
{
    char *const arguments[] = { (char[]){ "true" }, NULL };
    if (r->landlock || r->seccomp) {
        if (open("/etc/passwd", O_RDONLY) >= 0)
            return 1;
        if (open("/tmp/frank-sandbox-test", O_WRONLY | O_CREAT, 0600) >= 0)
            return 2;
        if (execv("/bin/true", arguments) == 0 || errno == ENOENT)
            return 3;
        if (unlink("/tmp/frank-sandbox-test") == 0)
            return 4;
    }
    if (!r->seccomp)
        return 0;
    if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
        return 5;
    if (fork() >= 0)
        return 6;
    if (mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
        return 7;
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED || mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0)
        return 8;
    if (kill(getppid(), 0) == 0)
        return 9;
    return 0;
}

static int no_network(const struct sandbox_report *r)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr = { htonl(INADDR_LOOPBACK) } };
    if (!r->seccomp)
        return 0;
    if (socket(AF_INET, SOCK_STREAM, 0) >= 0)
        return 1;
    if (socket(AF_INET6, SOCK_DGRAM, 0) >= 0)
        return 2;
    if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0)
        return 3;
    if (connect(0, (struct sockaddr *)&at, sizeof at) == 0 || errno != EPERM)
        return 4;
    return 0;
}

static int internet_only(const struct sandbox_report *r)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0)
        return 1;
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(9), .sin_addr = { htonl(INADDR_LOOPBACK) } };
    if (sendto(fd, "x", 1, 0, (struct sockaddr *)&at, sizeof at) != 1)
        return 2;
    if (r->seccomp && (socket(AF_UNIX, SOCK_STREAM, 0) >= 0 || socket(AF_NETLINK, SOCK_RAW, 0) >= 0))
        return 3;
    return 0;
}

static int life_goes_on(const struct sandbox_report *r)
{
    (void)r;
    uint8_t octets[16];
    struct timespec t;
    void *big = malloc(8u << 20);
    if (!big)
        return 1;
    memset(big, 1, 8u << 20);
    free(big);
    if (getrandom(octets, sizeof octets, 0) != sizeof octets || clock_gettime(CLOCK_REALTIME, &t) != 0)
        return 2;
    int fd = epoll_create1(0);
    if (fd < 0 || close(fd) != 0)
        return 3;
    return 0;
}

static int who_we_are(const struct sandbox_report *r)
{
    struct rlimit core;
    (void)r;
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        return 1;
    if (geteuid() == 0 || getegid() == 0)
        return 2;
    if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
        return 3;
    if (prctl(PR_CAPBSET_READ, 1, 0, 0, 0) == 1)
        return 4;
    if (getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max != 0)
        return 5;
    return setuid(0) == 0 ? 6 : 0;
}

static void test_worker(void **state)
{
    (void)state;
    assert_int_equal(inside(SANDBOX_WORKER, files_and_programs), 0);
    assert_int_equal(inside(SANDBOX_WORKER, no_network), 0);
    assert_int_equal(inside(SANDBOX_WORKER, life_goes_on), 0);
}

static void test_resolver(void **state)
{
    (void)state;
    assert_int_equal(inside(SANDBOX_RESOLVER, files_and_programs), 0);
    assert_int_equal(inside(SANDBOX_RESOLVER, internet_only), 0);
    assert_int_equal(inside(SANDBOX_RESOLVER, life_goes_on), 0);
}

static void test_user(void **state)
{
    (void)state;
    struct sandbox_user user;
    const char *error = NULL;
    if (geteuid() != 0) {
        assert_true(sandbox_user_find("root", &user, &error));
        assert_false(user.given);                                 /* nobody becomes anybody without being root */
        return;
    }
    assert_int_equal(inside_as(false, SANDBOX_WORKER, NULL, who_we_are), 0);
    assert_false(sandbox_user_find("no-such-user-here", &user, &error));
    assert_non_null(error);
    assert_true(sandbox_user_find("", &user, &error));
    assert_true(user.given && user.uid != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_worker), cmocka_unit_test(test_resolver), cmocka_unit_test(test_user),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
