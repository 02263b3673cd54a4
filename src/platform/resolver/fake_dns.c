#include "platform/resolver/fake_dns.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
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
    } else if (labelled(q, "servfail") || (labelled(q, "rd") && (q->at[2] & 1))) {
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

/* ---- UDP ---- */

static void send_packet(int fd, const struct packet *p)
{
    sendto(fd, p->at, p->len, 0, (const struct sockaddr *)&p->from, sizeof p->from);
}

/* One that does not bear the question's id, or its name. */
static void send_forged(int fd, const struct packet *r, bool other_id, bool other_name)
{
    struct packet forged = *r;
    forged.at[1] ^= other_id;
    forged.at[13] ^= other_name;
    send_packet(fd, &forged);
}

static void send_by_label(int fd, const struct packet *q, struct packet *r)
{
    static unsigned firsts;
    if (labelled(q, "slow"))
        usleep(SLOW_US);
    if (labelled(q, "first") && firsts++ % 2 == 0)
        return;
    if (labelled(q, "wrongid") || labelled(q, "forged"))
        send_forged(fd, r, true, false);
    if (labelled(q, "forged"))
        send_forged(fd, r, false, true);
    for (unsigned i = 0; i < 100 && labelled(q, "flood"); i++)
        send_forged(fd, r, true, false);
    if (!labelled(q, "wrongid"))
        send_packet(fd, r);
}

static bool is_for_tcp(const struct packet *q)
{
    return labelled(q, "trunc") || labelled(q, "cut") || labelled(q, "shut") || labelled(q, "mute");
}

static void serve_datagram(int fd)
{
    struct packet q = { 0 }, r;
    socklen_t size = sizeof q.from;
    ssize_t n = recvfrom(fd, q.at, sizeof q.at, 0, (struct sockaddr *)&q.from, &size);
    if (n <= 0)
        return;
    q.len = (size_t)n;
    if (!respond(&q, &r))
        return;
    if (is_for_tcp(&q)) {
        r.len = question_end(&q);
        r.at[2] |= 2;
        r.at[7] = 0;
    }
    send_by_label(fd, &q, &r);
}

/* ---- TCP ---- */

/* True: the connection stays as it is. */
static bool answer_connection(int fd)
{
    struct packet q = { 0 }, r;
    uint8_t length[2];
    if (recv(fd, length, 2, MSG_WAITALL) != 2)
        return false;
    q.len = (size_t)length[0] << 8 | length[1];
    if (q.len > sizeof q.at || recv(fd, q.at, q.len, MSG_WAITALL) != (ssize_t)q.len || !respond(&q, &r) || labelled(&q, "shut"))
        return false;
    if (labelled(&q, "mute"))
        return true;
    r.len = question_end(&q);
    r.at[7] = 1;
    put_record(&r, 16, 60, "\6by tcp", 7);
    length[0] = (uint8_t)(r.len >> 8);
    length[1] = (uint8_t)r.len;
    send(fd, length, 2, MSG_NOSIGNAL);
    send(fd, r.at, r.len / 2, MSG_NOSIGNAL);
    usleep(1000);
    if (!labelled(&q, "cut"))
        send(fd, r.at + r.len / 2, r.len - r.len / 2, MSG_NOSIGNAL);
    return false;
}

static void serve_connection(int listener)
{
    int fd = accept(listener, NULL, NULL);
    if (fd >= 0 && !answer_connection(fd))
        close(fd);
}

static void serve(int udp, int tcp)
{
    struct pollfd both[] = { { .fd = udp, .events = POLLIN }, { .fd = tcp, .events = POLLIN } };
    for (;;) {
        if (poll(both, 2, -1) < 0)
            continue;
        if (both[0].revents)
            serve_datagram(udp);
        if (both[1].revents)
            serve_connection(tcp);
    }
}

/* ---- begin and end ---- */

/* UDP and TCP at one port, which is free for both. */
static bool open_both(struct fake_dns *f, int *udp, int *tcp)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t size = sizeof at;
    *udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    *tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (*udp < 0 || *tcp < 0)
        abort();
    bool good = bind(*udp, (struct sockaddr *)&at, sizeof at) == 0 && getsockname(*udp, (struct sockaddr *)&at, &size) == 0 &&
        bind(*tcp, (struct sockaddr *)&at, sizeof at) == 0 && listen(*tcp, 16) == 0;
    f->port = ntohs(at.sin_port);
    if (good)
        return true;
    close(*udp);
    close(*tcp);
    return false;
}

#define PORT_TRIES 50

void fake_dns_start(struct fake_dns *f)
{
    int udp = -1, tcp = -1;
    unsigned tries = 0;
    while (!open_both(f, &udp, &tcp))
        if (++tries == PORT_TRIES)
            abort();
    snprintf(f->address, sizeof f->address, "127.0.0.1:%u", (unsigned)f->port);
    f->pid = fork();
    if (f->pid < 0)
        abort();
    if (f->pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        serve(udp, tcp);
    }
    close(udp);
    close(tcp);
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
