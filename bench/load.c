/*
 * load: a pretended MTA sends the corpus through milters and checks every verdict.
 *
 *     load --corpus DIR --milter unix:/path [--milter inet:8892@127.0.0.1 ...]
 *          [--connections 16] [--messages 2000] [--per-connection 1] [--seconds 300]
 *          [--check spf,dkim,arc,dmarc] [--lenient] [--authserv-id mx.receiver.example]
 *          [--select spf=fail] [--expect-refusal] [--delay-ms 50] [--daemon PID ...]
 *
 * Several --milter are a chain, as in Postfix: the second sees the fields the first inserted.
 * Bounded in messages and in time. One process, one thread; prints one JSON object. Exit 1 if any
 * verdict was wrong or time ran out.
 */
#include "args.h"
#include "process.h"
#include "session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>

enum { CONNECTIONS_MAX = 1024, BATCH = 256, BROKEN_MAX = 50, SHOWN_MAX = 20 };

struct tally {
    bool every;                                /* the chain is that of every method */
    double *eom, *message, *ratio;             /* per message */
    size_t count, wrong, before_data, refused, deferred;
    double octets, delay_ms;
};

static double chain_of(const struct tally *t, const struct entry *e)
{
    return t->every ? e->chain_every : e->chain;
}

static void on_outcome(void *context, const struct outcome *o)
{
    struct tally *t = context;
    t->eom[t->count] = o->eom_ms;
    t->message[t->count] = o->message_ms;
    t->ratio[t->count] = t->delay_ms > 0 ? o->message_ms / (t->delay_ms * chain_of(t, o->mail->expected)) : 0;
    t->count++;
    t->wrong += !o->right;
    t->before_data += o->before_data;
    t->refused += o->verdict == 'r' || o->verdict == 'y';
    t->deferred += o->verdict == 't';
    t->octets += (double)o->octets;
    if (t->wrong == SHOWN_MAX && !o->right) {
        fputs("load: too many are wrong\n", stderr);
        exit(1);
    }
}

static bool selected(const struct entry *e, const char *what)
{
    if (!what)
        return true;
    struct bytes value = text(what), key = cut(&value, '=');
    const char *has = same(key, BYTES("spf")) ? e->spf : same(key, BYTES("arc")) ? e->arc : same(key, BYTES("dmarc")) ? e->dmarc : NULL;
    if (!has)
        die("--select takes spf=, arc= or dmarc=");
    return same(text(has), value);
}

static struct manifest the_manifest;
static int by_host(const void *a, const void *b)
{
    unsigned x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    int order = strcmp(the_manifest.entries[x].helo, the_manifest.entries[y].helo);
    return order ? order : x < y ? -1 : x > y;
}

static void load_corpus(struct setup *u, const char *folder, const char *select)
{
    the_manifest = manifest_read(folder);
    u->mails = zalloc(the_manifest.count, sizeof *u->mails);
    unsigned *order = zalloc(the_manifest.count, sizeof *order);
    struct buf path = { 0 };
    for (size_t i = 0; i < the_manifest.count; i++) {
        const struct entry *e = &the_manifest.entries[i];
        u->mails[i].expected = e;
        if (!selected(e, select))
            continue;
        buf_clear(&path);
        buf_fmt(&path, "%s/%s%c", folder, e->file, 0);
        struct buf mail = read_file((const char *)path.at);
        u->mails[i].octets = buf_view(&mail);
        order[u->order_count++] = (unsigned)i;
    }
    buf_free(&path);
    if (!u->order_count)
        die("no mail is selected");
    if (u->per_connection > 1)
        qsort(order, u->order_count, sizeof *order, by_host);
    u->order = order;
}

/* All sessions until the messages or the time are used up; true: all messages were sent. */
static bool run(struct setup *u, struct tally *t, unsigned connections, unsigned seconds, unsigned *broken)
{
    struct session **sessions = zalloc(connections, sizeof *sessions);
    uint64_t end = now_ns() + seconds * 1000000000ull;
    unsigned open = 0;
    for (unsigned i = 0; i < connections; i++) {
        sessions[i] = session_new(u, on_outcome, t);
        open += session_drive(sessions[i]);
    }
    while (open && now_ns() < end && *broken < BROKEN_MAX) {
        struct epoll_event events[BATCH];
        bool stalled = false;
        for (unsigned i = 0; i < connections; i++)
            if (session_stalled(sessions[i])) {
                open -= !session_drive(sessions[i]);
                stalled |= session_stalled(sessions[i]);
            }
        int got = epoll_wait(u->poll_fd, events, BATCH, stalled ? 1 : 100);
        for (int i = 0; i < got; i++)
            open -= !lane_ready(events[i].data.ptr, events[i].events, broken);
    }
    for (unsigned i = 0; i < connections; i++)
        session_free(sessions[i]);
    free(sessions);
    return !open;
}

static unsigned daemons_of(pid_t *pids, const struct texts_arg *args)
{
    for (unsigned i = 0; i < args->count; i++)
        pids[i] = (pid_t)strtol(args->at[i], NULL, 10);
    return args->count;
}

static void print_times(const char *name, double *values, size_t count)
{
    printf("\"%s\":{\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f},", name, percentile(values, count, 0.5), percentile(values, count, 0.9),
           percentile(values, count, 0.99));
}

int main(int argc, char **argv)
{
    const char *corpus = NULL, *check = "", *select = NULL;
    struct setup u = { .authserv_id = "mx.receiver.example", .messages = 0, .per_connection = 1 };
    struct texts_arg milters = { .count = 0 }, daemons = { .count = 0 };
    unsigned connections = 16, seconds = 300, delay_ms = 0, write_size = 0;
    bool every = false;
    args_read(argc, argv, (const struct arg[]){
        { "--corpus", ARG_TEXT, &corpus, 0, 0, "folder made by bench/corpus" },
        { "--milter", ARG_TEXTS, &milters, 0, 0, "unix:/path or inet:port@127.0.0.1, in the order of the chain" },
        { "--connections", ARG_NUMBER, &connections, 1, CONNECTIONS_MAX, "at the same time" },
        { "--messages", ARG_NUMBER, &u.messages, 1, 10000000, "in all; default each mail once" },
        { "--per-connection", ARG_NUMBER, &u.per_connection, 1, 1000, "messages a connection, where the same host sent them" },
        { "--seconds", ARG_NUMBER, &seconds, 1, 3600, "then it stops" },
        { "--check", ARG_TEXT, &check, 0, 0, "methods whose results must be the manifest's: spf,dkim,arc,dmarc" },
        { "--lenient", ARG_FLAG, &u.lenient, 0, 0, "any word that is not pass stands for any other" },
        { "--authserv-id", ARG_TEXT, &u.authserv_id, 0, 0, "of the fields that count" },
        { "--select", ARG_TEXT, &select, 0, 0, "only mails with this expected result: spf=fail" },
        { "--expect-refusal", ARG_FLAG, &u.expect_refusal, 0, 0, "right is: refused before DATA" },
        { "--delay-ms", ARG_NUMBER, &delay_ms, 0, 10000, "of the name server, for the ratio to the longest chain" },
        { "--every-method", ARG_FLAG, &every, 0, 0, "the longest chain is that of every method" },
        { "--write-size", ARG_NUMBER, &write_size, 0, 1 << 20, "octets a send at most; 0: no bound" },
        { "--daemon", ARG_TEXTS, &daemons, 0, 0, "process under test; it and its descendants are measured" },
        { 0 } }, "a milter load");
    if (!corpus || !milters.count || milters.count > LANES_MAX)
        die("--corpus and 1 to %d --milter are needed", LANES_MAX);
    for (unsigned i = 0; i < milters.count; i++)
        u.addresses[u.lanes++] = milters.at[i];
    u.checks = checks_parse(check);
    u.write_size = write_size;
    u.poll_fd = epoll_create1(EPOLL_CLOEXEC);
    load_corpus(&u, corpus, select);
    if (!u.messages)
        u.messages = u.order_count;
    struct rlimit files = { 8192, 8192 };
    setrlimit(RLIMIT_NOFILE, &files);

    struct tally t = { .every = every, .delay_ms = delay_ms, .eom = zalloc(u.messages, sizeof(double)), .message = zalloc(u.messages, sizeof(double)),
                       .ratio = zalloc(u.messages, sizeof(double)) };
    pid_t pids[TEXTS_MAX];
    unsigned pid_count = daemons_of(pids, &daemons), broken = 0;
    struct usage before = usage_of(pids, pid_count, true);
    uint64_t own = cpu_ns(), start = now_ns();
    bool complete = run(&u, &t, connections, seconds, &broken);
    double elapsed = (double)(now_ns() - start) / 1e9, n = t.count ? (double)t.count : 1;
    own = cpu_ns() - own;
    struct usage after = usage_of(pids, pid_count, true);

    printf("{\"program\":\"load\",\"connections\":%u,\"messages\":%zu,\"complete\":%s,\"seconds\":%.3f,\"messages_per_s\":%.1f,", connections, t.count,
           complete ? "true" : "false", elapsed, n / elapsed);
    print_times("eom_ms", t.eom, t.count);
    print_times("message_ms", t.message, t.count);
    if (delay_ms)
        print_times("chain_ratio", t.ratio, t.count);
    printf("\"cpu_us\":%.2f,\"client_cpu_us\":%.2f,\"pss_before_kib\":%zu,\"pss_after_kib\":%zu,\"processes\":%u,", 
           (double)(after.cpu_ns - before.cpu_ns) / n / 1000, (double)own / n / 1000, before.pss_kib, after.pss_kib, after.processes);
    printf("\"octets\":%.0f,\"before_data\":%zu,\"refused\":%zu,\"deferred\":%zu,\"broken\":%u,\"wrong\":%zu}\n", t.octets / n, t.before_data, t.refused,
           t.deferred, broken, t.wrong);
    return !complete || t.wrong || broken;
}
