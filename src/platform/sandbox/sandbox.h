/*
 * sandbox.h: a process gives up what it does not need, for good (design.md "Sandbox order", threats.md T43).
 *
 * In this order, and only once everything is open that will be needed: user, then rights, then files, then system
 * calls. What a kernel lacks (Landlock before 5.13, seccomp) is reported, not fatal: the other layers hold.
 */
#ifndef FRANK_PLATFORM_SANDBOX_SANDBOX_H
#define FRANK_PLATFORM_SANDBOX_SANDBOX_H

#include <stdbool.h>
#include <sys/types.h>

struct sandbox_user { uid_t uid; gid_t gid; bool given; };

/* user: a name, or NULL/"": frank, or nobody where there is no such user. Not given when we are not root.
 * False: *error (static or in a static buffer): there is no such user. */
bool sandbox_user_find(const char *user, struct sandbox_user *, const char **error);
/* The user for good, with no supplementary groups, an empty capability bounding set, no core dumps, no new privileges.
 * False: errno says why; the process must not go on. */
bool sandbox_become(const struct sandbox_user *);

enum sandbox_kind {
    SANDBOX_WORKER,        /* sockets it has, memory, time; no files, no network of its own */
    SANDBOX_RESOLVER       /* the same, and internet sockets */
};
struct sandbox_report { bool landlock, seccomp; int landlock_abi; };
/* The filter of system calls, compiled once by whoever starts many processes of a kind; may be loaded by any of its
 * children. NULL without memory or seccomp. */
struct sandbox_filter;
struct sandbox_filter *sandbox_filter_new(enum sandbox_kind);
void sandbox_filter_free(struct sandbox_filter *);          /* NULL allowed */
/* Landlock and the filter of system calls; NULL: it is compiled here. What is not allowed fails with EPERM. */
void sandbox_close(enum sandbox_kind, const struct sandbox_filter *, struct sandbox_report *);

#endif
