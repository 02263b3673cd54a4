/*
 * main.c: frankd, the daemon: frankd -c FILE [--foreground] [--check]
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "programs/frankd/frankd.h"

#define DEFAULT_CONFIG "/etc/frank/frank.conf"

static const char usage[] =
    "usage: frankd [-c FILE] [--foreground] [--check] [--version]\n"
    "\n"
    "  -c FILE        configuration, frank.conf(5); default " DEFAULT_CONFIG "\n"
    "  --foreground   stay in the foreground, log to standard error\n"
    "  --check        read and check the configuration, and exit 0 or 78\n";

struct arguments { const char *config; bool foreground, check; };

/* EX_OK: go on; otherwise the exit code, with -1 for "exit 0". */
static int read_arguments(int argc, char **argv, struct arguments *out)
{
    *out = (struct arguments){ .config = DEFAULT_CONFIG };
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-c") == 0 && i + 1 < argc) {
            out->config = argv[++i];
        } else if (strcmp(argv[i], "--foreground") == 0) {
            out->foreground = true;
        } else if (strcmp(argv[i], "--check") == 0) {
            out->check = true;
        } else if (strcmp(argv[i], "--version") == 0) {
            puts("frankd " FRANK_VERSION);
            return -1;
        } else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            fputs(usage, stdout);
            return -1;
        } else {
            fprintf(stderr, "frankd: what is \"%s\"?\n%s", argv[i], usage);
            return EX_USAGE;
        }
    }
    return EX_OK;
}

/* Whoever started us waits until the sockets answer, or we gave up. */
static int wait_for_daemon(int fd)
{
    char octet;
    ssize_t n;
    do
        n = read(fd, &octet, 1);
    while (n < 0 && errno == EINTR);
    return n == 1 ? 0 : 1;
}

/* In the background: a session of its own, nothing on its standard descriptors once it is ready. */
static int become_daemon(int *ready_fd)
{
    int pair[2];
    if (pipe2(pair, O_CLOEXEC) != 0)
        return EX_OSERR;
    pid_t pid = fork();
    if (pid < 0)
        return EX_OSERR;
    if (pid > 0) {
        close(pair[1]);
        exit(wait_for_daemon(pair[0]));
    }
    close(pair[0]);
    setsid();
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        close(null);
    }
    *ready_fd = pair[1];
    return EX_OK;
}

int main(int argc, char **argv)
{
    struct arguments a;
    char error[640];
    int code = read_arguments(argc, argv, &a), ready_fd = -1;
    if (code != EX_OK)
        return code < 0 ? 0 : code;
    struct plan *plan = plan_read(a.config, error, sizeof error);
    if (!plan) {
        fprintf(stderr, "frankd: %s\n", error);
        return EX_CONFIG;
    }
    if (a.check) {
        printf("%s: good\n", a.config);
        plan_free(plan);
        return EX_OK;
    }
    if (!a.foreground) {
        code = become_daemon(&ready_fd);
        if (code != EX_OK)
            return code;
    }
    return parent_main(plan, &(struct parent_options){
        .config = a.config, .notify_socket = getenv("NOTIFY_SOCKET"), .foreground = a.foreground, .ready_fd = ready_fd,
    });
}
