#include "platform/resolver/fake_dns.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PACKET_ROOM 1500
#define SLOW_US 300000

struct packet { uint8_t at[PACKET_ROOM]; size_t len; struct sockaddr_in from; };

static void put(struct packet *p, const void *octets, size_t n)
{
    memcpy(p->at + p->len, octets, n);
    p->len += n;
}

static void put16(struct packet *p, unsigned v)
{
    uint8_t o[2] = { (uint8_t)(v >> 8), (uint8_t)v };
    put(p, o, 2);
}

/* A record owned by the question's name (a pointer to offset 12). */
static void put_record(struct packet *p, unsigned type, unsigned ttl, const void *rdata, unsigned octets)
{
    put16(p, 0xc00c);
    put16(p, type);
    put16(p, 1);
    put16(p, 0);
    put16(p, ttl);
    put16(p, octets);
    put(p, rdata, octets);
}

static bool labelled(const struct packet *q, const char *label)
{
    size_t n = strlen(label);
    return q->at[12] == n && memcmp(q->at + 13, label, n) == 0;
}

static size_t question_end(const struct packet *q)
{
    size_t i = 12;
    while (i < q->len && q->at[i])
        i += q->at[i] + 1U;
    return i + 5;
}

static void answer_normally(struct packet *r, unsigned type, unsigned ttl)
{
    static const uint8_t address[4] = { 192, 0, 2, 1 };
    r->at[7] = 1;
    if (type == 1)
        put_record(r, 1, ttl, address, 4);
    else if (type == 16)
        put_record(r, 16, ttl, "\5hello", 6);
    else
        r->at[7] = 0;
}

/* False: say nothing. */
static bool respond(const struct packet *q, struct packet *r)
{
    static const uint8_t soa[] = { 0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 5 };
    size_t end = question_end(q);
    if (q->len < 17 || end > q->len || labelled(q, "silent"))
        return false;
    *r = (struct packet){ .from = q->from };
    put(r, q->at, end);
    memset(r->at + 4, 0, 8);
    r->at[2] = 0x85;                    /* a response, authoritative, recursion desired */
    r->at[3] = 0x80;
    r->at[5] = 1;
    unsigned type = (unsigned)q->at[end - 4] << 8 | q->at[end - 3];
    bool fresh = q->len > 18 && memcmp(q->at + 13, "fresh", 5) == 0;
    if (labelled(q, "garbage")) {
        memcpy(r->at, "\1\2\3\4\5\6\7\10\11\12", 10);
        r->len = 10;
    } else if (labelled(q, "servfail")) {
        r->at[3] = 0x82;
    } else if (labelled(q, "nx")) {
        r->at[3] = 0x83;
        r->at[9] = 1;
        put_record(r, 6, 5, soa, sizeof soa);
    } else if (labelled(q, "loop")) {
        r->at[7] = 1;
        put_record(r, 5, 60, q->at + 12, (unsigned)(end - 16));
    } else if (labelled(q, "other")) {
        r->at[13] ^= 1;
        answer_normally(r, type, 60);
    } else if (!labelled(q, "empty")) {
        answer_normally(r, type, fresh ? 0 : 60);
    }
    return true;
}

static void serve(int fd)
{
    for (;;) {
        struct packet q = { 0 }, r;
        socklen_t size = sizeof q.from;
        ssize_t n = recvfrom(fd, q.at, sizeof q.at, 0, (struct sockaddr *)&q.from, &size);
        if (n <= 0)
            continue;
        q.len = (size_t)n;
        if (!respond(&q, &r))
            continue;
        if (labelled(&q, "slow"))
            usleep(SLOW_US);
        sendto(fd, r.at, r.len, 0, (const struct sockaddr *)&r.from, sizeof r.from);
    }
}

void fake_dns_start(struct fake_dns *f)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || getsockname(fd, (struct sockaddr *)&at, &size) != 0)
        abort();
    f->port = ntohs(at.sin_port);
    snprintf(f->address, sizeof f->address, "127.0.0.1:%u", (unsigned)f->port);
    f->pid = fork();
    if (f->pid < 0)
        abort();
    if (f->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(fd);
    }
    close(fd);
}

void fake_dns_stop(struct fake_dns *f)
{
    kill(f->pid, SIGKILL);
    waitpid(f->pid, NULL, 0);
}

void fake_dns_pause(struct fake_dns *f)
{
    kill(f->pid, SIGSTOP);
}

void fake_dns_resume(struct fake_dns *f)
{
    kill(f->pid, SIGCONT);
}
