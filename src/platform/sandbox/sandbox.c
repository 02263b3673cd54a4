#include "platform/sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <seccomp.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/arena.h"

/* ---- who we are ---- */

static bool user_named(const char *name, struct sandbox_user *out)
{
    const struct passwd *p = getpwnam(name);
    if (!p)
        return false;
    *out = (struct sandbox_user){ .uid = p->pw_uid, .gid = p->pw_gid, .given = true };
    return true;
}

bool sandbox_user_find(const char *user, struct sandbox_user *out, const char **error)
{
    *out = (struct sandbox_user){ .given = false };
    if (geteuid() != 0)
        return true;
    *error = "process.user: there is no such user";
    if (user && user[0])
        return user_named(user, out);
    return user_named("frank", out) || user_named("nobody", out);
}

static bool change_user(const struct sandbox_user *u)
{
    if (setgroups(0, NULL) != 0 || setresgid(u->gid, u->gid, u->gid) != 0 || setresuid(u->uid, u->uid, u->uid) != 0)
        return false;
    /* Never trust that it worked. */
    return setuid(0) != 0 && geteuid() == u->uid && getegid() == u->gid;
}

/* The bounding set first: taking out of it needs a right that goes with the user. */
static void drop_bounding_set(void)
{
    for (int cap = 0; cap <= 63; cap++)
        if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0)
            prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

static void drop_capabilities(void)
{
    struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
    struct __user_cap_data_struct none[2] = { { 0 }, { 0 } };
    syscall(SYS_capset, &head, none);
}

bool sandbox_become(const struct sandbox_user *u)
{
    static const struct rlimit no_core = { 0, 0 };
    drop_bounding_set();
    if (u->given && !change_user(u))
        return false;
    drop_capabilities();
    setrlimit(RLIMIT_CORE, &no_core);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

/* ---- files: Landlock with no rule forbids them all ---- */

#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13)          /* ABI 2 */
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14)       /* ABI 3 */
#endif
#define LANDLOCK_FS_IOCTL_DEV (1ULL << 15)             /* ABI 5 */
#define LANDLOCK_NET_BIND_TCP (1ULL << 0)              /* ABI 4 */
#define LANDLOCK_NET_CONNECT_TCP (1ULL << 1)
#define LANDLOCK_SCOPE_ABSTRACT (1ULL << 0)            /* ABI 6 */
#define LANDLOCK_SCOPE_SIGNALS (1ULL << 1)
#define LANDLOCK_FS_FIRST 0x1fffULL                    /* ABI 1: thirteen rights */

/* As the kernel has it now; the installed header may be older. */
struct ruleset { uint64_t fs, net, scoped; };

static struct ruleset ruleset_for(int abi, enum sandbox_kind kind)
{
    struct ruleset r = { .fs = LANDLOCK_FS_FIRST };
    if (abi >= 2)
        r.fs |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= 3)
        r.fs |= LANDLOCK_ACCESS_FS_TRUNCATE;
    if (abi >= 5)
        r.fs |= LANDLOCK_FS_IOCTL_DEV;
    if (abi >= 4)
        r.net = LANDLOCK_NET_BIND_TCP | (kind == SANDBOX_WORKER ? LANDLOCK_NET_CONNECT_TCP : 0);
    if (abi >= 6)
        r.scoped = LANDLOCK_SCOPE_ABSTRACT | LANDLOCK_SCOPE_SIGNALS;
    return r;
}

static size_t ruleset_size(int abi)
{
    return abi >= 6 ? sizeof(struct ruleset) : abi >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
}

static bool close_files(enum sandbox_kind kind, int *abi)
{
    *abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (*abi < 1)
        return false;
    struct ruleset r = ruleset_for(*abi, kind);
    int fd = (int)syscall(SYS_landlock_create_ruleset, &r, ruleset_size(*abi), 0);
    if (fd < 0)
        return false;
    bool good = syscall(SYS_landlock_restrict_self, fd, 0) == 0;
    close(fd);
    return good;
}

/* ---- system calls ---- */

#define FILTER_STEPS_MAX 256       /* ours have about 150; what is larger is not loaded */

/* Both need these, whatever libevent, OpenSSL and glibc choose among them. */
static const int allowed_to_all[] = {
    SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(close), SCMP_SYS(lseek), SCMP_SYS(fsync), SCMP_SYS(fdatasync),
    SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(recvmmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg), SCMP_SYS(sendmmsg), SCMP_SYS(shutdown),
    SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(getsockname), SCMP_SYS(getpeername), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
    SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2), SCMP_SYS(poll), SCMP_SYS(ppoll),
    SCMP_SYS(eventfd2), SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime), SCMP_SYS(pipe2),
    SCMP_SYS(brk), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise),
    SCMP_SYS(futex), SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday), SCMP_SYS(time), SCMP_SYS(clock_nanosleep),
    SCMP_SYS(nanosleep), SCMP_SYS(getrandom), SCMP_SYS(getrusage), SCMP_SYS(sysinfo), SCMP_SYS(uname), SCMP_SYS(sched_yield),
    SCMP_SYS(rt_sigreturn), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction), SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
    SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
    SCMP_SYS(fcntl), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(dup), SCMP_SYS(exit), SCMP_SYS(exit_group),
    SCMP_SYS(rseq), SCMP_SYS(set_robust_list), SCMP_SYS(membarrier),
};
static const int allowed_to_resolver[] = { SCMP_SYS(bind), SCMP_SYS(connect), SCMP_SYS(listen) };

static bool allow_all(scmp_filter_ctx f, const int *calls, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (seccomp_rule_add(f, SCMP_ACT_ALLOW, calls[i], 0) != 0)
            return false;
    return true;
}

static struct scmp_arg_cmp equals(unsigned argument, uint64_t value)
{
    return (struct scmp_arg_cmp){ .arg = argument, .op = SCMP_CMP_EQ, .datum_a = value };
}

/* Stands in a filter where the process's own id will; larger than any id can be (2^22), and no other number we compare with. */
#define OWN_PID 0x7ffe5a5aU

/* Memory that can be written never becomes code; only our own process can be sent a signal (abort). */
static bool allow_some(scmp_filter_ctx f)
{
    return seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0
        && seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0)) == 0
        && seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1, equals(0, OWN_PID)) == 0
        && seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 2, equals(0, 0), equals(2, 0)) == 0;
}

static bool allow_internet(scmp_filter_ctx f)
{
    return allow_all(f, allowed_to_resolver, COUNT_OF(allowed_to_resolver))
        && seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, equals(0, AF_INET)) == 0
        && seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1, equals(0, AF_INET6)) == 0;
}

#ifdef HAVE_ADDRESS_SANITIZER
#define CALLS_CAN_BE_CLOSED false       /* its runtime needs more than we do */
#else
#define CALLS_CAN_BE_CLOSED true
#endif

static scmp_filter_ctx rules_for(enum sandbox_kind kind)
{
    scmp_filter_ctx f = CALLS_CAN_BE_CLOSED ? seccomp_init(SCMP_ACT_ERRNO(EPERM)) : NULL;
    if (f && allow_all(f, allowed_to_all, COUNT_OF(allowed_to_all)) && allow_some(f) && (kind != SANDBOX_RESOLVER || allow_internet(f)))
        return f;
    seccomp_release(f);
    return NULL;
}

/* A filter as the kernel takes it. libseccomp's own form of it is 60 times as large. */
struct sandbox_filter { struct sock_fprog program; struct sock_filter steps[FILTER_STEPS_MAX]; };

static bool read_steps(scmp_filter_ctx rules, struct sandbox_filter *f)
{
    int fd = memfd_create("filter", MFD_CLOEXEC);
    if (fd < 0)
        return false;
    ssize_t n = seccomp_export_bpf(rules, fd) == 0 ? pread(fd, f->steps, sizeof f->steps, 0) : -1;
    close(fd);
    if (n <= 0 || n == (ssize_t)sizeof f->steps || n % (ssize_t)sizeof f->steps[0] != 0)
        return false;
    f->program = (struct sock_fprog){ .len = (unsigned short)((size_t)n / sizeof f->steps[0]), .filter = f->steps };
    return true;
}

struct sandbox_filter *sandbox_filter_new(enum sandbox_kind kind)
{
    struct sandbox_filter *f = mem_zalloc(1, sizeof *f);
    scmp_filter_ctx rules = f ? rules_for(kind) : NULL;
    bool good = rules && read_steps(rules, f);
    seccomp_release(rules);
    if (good)
        return f;
    mem_free(f);
    return NULL;
}

void sandbox_filter_free(struct sandbox_filter *f)
{
    mem_free(f);
}

/* False: the place for it is not there, which a libseccomp that compiles otherwise could bring about. */
static bool write_own_pid(struct sandbox_filter *f)
{
    unsigned found = 0;
    for (unsigned i = 0; i < f->program.len; i++)
        if (f->steps[i].k == OWN_PID) {
            f->steps[i].k = (uint32_t)getpid();
            found++;
        }
    return found == 1;
}

static bool close_calls(const struct sandbox_filter *filter)
{
    if (!filter)
        return false;
    struct sandbox_filter own = *filter;
    own.program.filter = own.steps;
    return write_own_pid(&own) && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &own.program) == 0;
}

void sandbox_close(enum sandbox_kind kind, const struct sandbox_filter *made, struct sandbox_report *report)
{
    struct sandbox_filter *own = made ? NULL : sandbox_filter_new(kind);
    report->landlock = close_files(kind, &report->landlock_abi);
    report->seccomp = close_calls(made ? made : own);
    /* Neither call needs it any more, and munmap is allowed. */
    sandbox_filter_free(own);
}
