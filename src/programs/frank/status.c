/* status.c: frank status: what the running daemon counts, from its status socket. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "programs/frank/installed.h"
#include "programs/frank/probe.h"

#define STATUS_OCTETS_MAX (1u << 20)      /* what fact_from_json reads; the daemon writes less */

static struct slice bad(int code, int *exit_code)
{
    *exit_code = code;
    return (struct slice){ 0 };
}

/* Everything it says until it closes; empty after complaining. */
static struct slice read_all(struct arena *a, int fd, const char *path, int *exit_code)
{
    struct text t = text_in(a, STATUS_OCTETS_MAX);
    uint8_t piece[4096];
    ssize_t n;
    while ((n = recv(fd, piece, sizeof piece, 0)) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            complain("%s: %s", path, strerror(errno));
            return bad(EX_UNAVAILABLE, exit_code);
        }
        text_add(&t, slice_of(piece, (size_t)n));
    }
    if (t.bad || t.len == 0) {
        complain("%s: %s", path, t.bad ? "what answers there is no frankd: it says too much" : "nothing was said");
        return bad(EX_DATAERR, exit_code);
    }
    return text_slice(&t);
}

static const struct fact *ask_daemon(struct arena *a, const char *path, int *exit_code)
{
    struct endpoint e = { .kind = ENDPOINT_UNIX, .path = slice_str(path) };
    const struct fact *said = NULL;
    const char *error = "";
    int fd = probe_connect(&e);
    if (fd < 0) {
        complain("%s: %s%s", path, strerror(errno), errno == ENOENT || errno == ECONNREFUSED ? " (frankd does not run, or its status socket is elsewhere)" : "");
        *exit_code = EX_UNAVAILABLE;
        return NULL;
    }
    struct slice text = read_all(a, fd, path, exit_code);
    close(fd);
    if (text.len == 0)
        return NULL;
    if (!fact_from_json(a, text, &said, &error) || !fact_find(said, "counters")) {
        complain("%s: what answers there is no frankd%s%s", path, *error ? ": " : "", error);
        *exit_code = EX_DATAERR;
        return NULL;
    }
    return said;
}

/* ---- for people ---- */

static void put_duration(int64_t seconds)
{
    int64_t days = seconds / 86400, hours = seconds / 3600 % 24, minutes = seconds / 60 % 60;
    if (days > 0)
        printf("%lld d %lld h", (long long)days, (long long)hours);
    else if (hours > 0)
        printf("%lld h %lld min", (long long)hours, (long long)minutes);
    else
        printf("%lld min %lld s", (long long)minutes, (long long)(seconds % 60));
}

static void put_shown(struct arena *a, const char *name, struct slice value)
{
    struct slice shown = slice_shown(a, value, true);
    printf("%-14s %.*s\n", name, (int)shown.len, (const char *)shown.at);
}

static void put_head(struct arena *a, const struct fact *s)
{
    char room[32];
    printf("%-14s %s, for ", "running since", time_shown(fact_number(s, "started", 0), room));
    put_duration(fact_number(s, "uptime_seconds", 0));
    putchar('\n');
    put_shown(a, "configuration", fact_text(s, "config"));
    printf("%-14s number %lld, %lld alive; %lld reloads, %lld refused; %lld restarts of processes\n", "generation", (long long)fact_number(s, "generation", 0),
           (long long)fact_number(s, "generations", 0), (long long)fact_number(s, "reloads", 0), (long long)fact_number(s, "reloads_refused", 0),
           (long long)fact_number(s, "restarts", 0));
    if (fact_text(s, "last_error").len)
        put_shown(a, "last error", fact_text(s, "last_error"));
}

static const char *confined(const struct fact *worker)
{
    if (fact_flag(worker, "seccomp"))
        return fact_flag(worker, "landlock") ? "seccomp, landlock" : "seccomp";
    return fact_flag(worker, "landlock") ? "landlock" : "none";
}

static void put_workers(const struct fact *s)
{
    const struct fact *list = fact_find(s, "workers");
    printf("\n%-10s %10s %10s %10s  %s\n", "worker", "generation", "sessions", "messages", "sandbox");
    for (const struct fact *w = list ? list->first : NULL; w; w = w->next)
        printf("%-10lld %10lld %10lld %10lld  %s\n", (long long)fact_number(w, "pid", 0), (long long)fact_number(w, "generation", 0),
               (long long)fact_number(w, "live", 0), (long long)fact_number(w, "messages", 0), confined(w));
}

static void put_counters(const struct fact *s)
{
    const struct fact *counters = fact_find(s, "counters");
    putchar('\n');
    for (const struct fact *c = counters ? counters->first : NULL; c; c = c->next)
        if (c->name && c->kind == FACT_NUMBER)
            printf("%-20s %12lld\n", c->name, (long long)c->number);
}

static void show(struct arena *a, const struct fact *status)
{
    put_head(a, status);
    put_workers(status);
    put_counters(status);
}

/* ---- the command ---- */

/* The socket of the configuration; NULL after complaining. */
static const char *socket_of(const struct installed *in, struct arena *a)
{
    struct slice path = process_settings(in->config)->status;
    struct text t = text_in(a, path.len + 1);
    text_add(&t, path);
    text_add_octet(&t, '\0');
    if (path.len == 0)
        complain("the configuration names no status socket (process.status)");
    return path.len == 0 || t.bad ? NULL : (const char *)t.at;
}

static int run_status(int argc, char **argv)
{
    extern const struct command status_command;
    struct cli cli;
    struct installed in = { 0 };
    const char *path = NULL;
    const struct cli_extra extras[] = {
        { "socket", true, "PATH", "The status socket; otherwise the one that the configuration names.", &path, NULL, NULL },
    };
    int code;
    if (cli_parse(&cli, &status_command, argc, argv, extras, COUNT_OF(extras), &code)) {
        if (cli.file_count > 0)
            complain("no file is looked at here");
        code = cli.file_count > 0 ? EX_USAGE : path ? EX_OK : installed_open(&in, &cli);
        if (code == EX_OK && !path)
            path = socket_of(&in, cli.arena);
        const struct fact *said = code == EX_OK && path ? ask_daemon(cli.arena, path, &code) : NULL;
        if (said && cli.json)
            code = print_json(said, false);
        else if (said)
            show(cli.arena, said);
        else if (code == EX_OK)
            code = EX_CONFIG;
        if (said && code == EX_OK)
            code = flush_output();
        installed_close(&in);
    }
    cli_close(&cli);
    return code;
}

const struct command status_command = {
    .name = "status", .group = COMMANDS_RECEIVE, .usage = "[--socket PATH] [--config FILE] [--json]",
    .summary = "What the running frankd counts: mail, verdicts, processes.", .run = run_status,
};
