/*
 * start: how long a milter takes from fork until its socket answers a negotiation.
 *
 *     start SOCKET COMMAND ARGUMENT...
 *
 * Starts the command in the foreground in a session of its own, asks the unix socket every 200
 * microseconds, prints milliseconds as one JSON object, ends the daemon and waits for it.
 */
#include "milter.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { POLL_NS = 200000, LIMIT_SECONDS = 60, STOP_SECONDS = 1 };

static bool answers(const struct sockaddr_un *at, const struct buf *offer)
{
    uint8_t reply[64];
    struct timeval patience = { .tv_sec = 5 };
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    bool good = !connect(fd, (const struct sockaddr *)at, sizeof *at) && send(fd, offer->at, offer->len, MSG_NOSIGNAL) == (ssize_t)offer->len &&
                recv(fd, reply, sizeof reply, 0) > 0;
    close(fd);
    return good;
}

static pid_t begin(char **command)
{
    pid_t pid = fork();
    if (pid)
        return pid;
    setsid();
    int null = open("/dev/null", O_RDWR);
    dup2(null, 0);
    dup2(null, 1);
    dup2(null, 2);
    execvp(command[0], command);
    _exit(127);
}

static void end(pid_t pid)
{
    kill(pid, SIGTERM);
    for (unsigned i = 0; i < STOP_SECONDS * 100; i++) {
        if (waitpid(pid, NULL, WNOHANG) == pid)
            return;
        nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
    }
    kill(-pid, SIGKILL);                       /* its own session, made above */
    waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    struct buf offer = { 0 };
    if (argc < 3 || strlen(argv[1]) >= sizeof at.sun_path) {
        fputs("usage: start SOCKET COMMAND ARGUMENT...\n", stderr);
        return 64;
    }
    memcpy(at.sun_path, argv[1], strlen(argv[1]) + 1);
    unlink(argv[1]);
    packet_negotiation(&offer, PROTOCOL_OFFERED);
    uint64_t start = now_ns();
    pid_t pid = begin(argv + 2);
    if (pid < 0)
        die("fork: %s", strerror(errno));
    bool up = false;
    while (!(up = answers(&at, &offer)) && now_ns() - start < LIMIT_SECONDS * 1000000000ull && waitpid(pid, NULL, WNOHANG) == 0)
        nanosleep(&(struct timespec){ .tv_nsec = POLL_NS }, NULL);
    double ms = (double)(now_ns() - start) / 1e6;
    end(pid);
    printf("{\"program\":\"start\",\"up\":%s,\"ms\":%.2f}\n", up ? "true" : "false", ms);
    return up ? 0 : 1;
}
