#include "programs/frank/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

#define PATH_ALWAYS ":/usr/sbin:/sbin:/usr/local/sbin"

const char *child_find(struct arena *a, const char *name)
{
    const char *path = getenv("PATH");
    struct text t = text_in(a, 1u << 16);
    text_add_str(&t, path ? path : "/usr/bin:/bin");
    text_add_str(&t, PATH_ALWAYS);
    struct slice rest = text_slice(&t), folder;
    while (rest.len > 0) {
        slice_cut(rest, ':', &folder, &rest);
        if (folder.len == 0 || folder.at[0] != '/')
            continue;
        struct text full = text_in(a, 1u << 16);
        text_add(&full, folder);
        text_add_octet(&full, '/');
        text_add_str(&full, name);
        const char *found = slice_to_string(a, text_slice(&full));
        if (found && !full.bad && access(found, X_OK) == 0)
            return found;
    }
    return NULL;
}

/* ---- reading both streams ---- */

struct stream { int fd; uint8_t *at; size_t len; };

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void read_some(struct stream *s)
{
    uint8_t dropped[4096];
    bool room = s->len < CHILD_OCTETS_MAX;
    ssize_t n = read(s->fd, room ? s->at + s->len : dropped, room ? CHILD_OCTETS_MAX - s->len : sizeof dropped);
    if (n < 0 && errno == EINTR)
        return;
    if (n <= 0) {
        close(s->fd);
        s->fd = -1;
    } else if (room) {
        s->len += (size_t)n;
    }
}

/* Until both ended; false: it took too long. */
static bool read_streams(struct stream s[2])
{
    int64_t end = now_ms() + CHILD_SECONDS_MAX * 1000;
    while (s[0].fd >= 0 || s[1].fd >= 0) {
        struct pollfd fds[2] = { { s[0].fd, POLLIN, 0 }, { s[1].fd, POLLIN, 0 } };
        int64_t left = end - now_ms();
        if (left <= 0)
            return false;
        if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
            return false;
        for (size_t i = 0; i < 2; i++)
            if (s[i].fd >= 0 && (fds[i].revents & (POLLIN | POLLHUP | POLLERR)))
                read_some(&s[i]);
    }
    return true;
}

/* ---- running ---- */

static int wait_for(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return 128;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + (WIFSIGNALED(status) ? WTERMSIG(status) : 0);
}

static int spawn(pid_t *pid, const char *const *argv, const int out[2], const int err[2])
{
    posix_spawn_file_actions_t actions;
    char *arguments[CHILD_ARGUMENTS_MAX + 1] = { NULL };
    for (size_t i = 0; argv[i]; i++) {
        if (i == CHILD_ARGUMENTS_MAX)
            return E2BIG;
        union { const char *in; char *out; } u = { .in = argv[i] };      /* posix_spawn changes none of them */
        arguments[i] = u.out;
    }
    int why = posix_spawn_file_actions_init(&actions);
    if (why)
        return why;
    why = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    why = why ? why : posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
    why = why ? why : posix_spawn_file_actions_adddup2(&actions, err[1], STDERR_FILENO);
    why = why ? why : posix_spawn(pid, argv[0], &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return why;
}

bool child_run(struct arena *a, const char *const *argv, struct child_result *result)
{
    int out[2] = { -1, -1 }, err[2] = { -1, -1 };
    pid_t pid = 0;
    struct stream streams[2] = { { .at = arena_alloc(a, CHILD_OCTETS_MAX) }, { .at = arena_alloc(a, CHILD_OCTETS_MAX) } };
    *result = (struct child_result){ 0 };
    int why = !streams[0].at || !streams[1].at ? ENOMEM : pipe2(out, O_CLOEXEC) != 0 || pipe2(err, O_CLOEXEC) != 0 ? errno : 0;
    why = why ? why : spawn(&pid, argv, out, err);
    close(out[1]);
    close(err[1]);
    streams[0].fd = out[0];
    streams[1].fd = err[0];
    if (!why) {
        if (!read_streams(streams))
            kill(pid, SIGKILL);
        result->code = wait_for(pid);
        result->out = slice_of(streams[0].at, streams[0].len);
        result->err = slice_of(streams[1].at, streams[1].len);
    }
    for (size_t i = 0; i < 2; i++)
        if (streams[i].fd >= 0)
            close(streams[i].fd);
    errno = why;
    return why == 0;
}
