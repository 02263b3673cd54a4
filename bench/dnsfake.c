/*
 * dnsfake: a name server for measurements. Looks like a recursive server, answers from one zone file.
 *
 *     dnsfake --zone FILE [--listen 127.0.0.1] [--port 53] [--delay-ms 0] [--ttl 3600]
 *
 * UDP and TCP. EDNS as asked, at most 1232 octets, else TC. CNAMEs are followed into the same answer.
 * Names not in the zone are NXDOMAIN, both kinds of nothing carry an SOA with the same TTL. With
 * --delay-ms every answer is sent that late; --ttl 0 makes nothing cacheable.
 * Prints "ready" when it answers. On SIGUSR1 prints its counters as one JSON line and sets them to 0.
 * Loopback only.
 */
#include "args.h"
#include "zone.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { PACKET_MAX = 4096, EDNS_MAX = 1232, PLAIN_MAX = 512, TCP_MAX = 65535, CLIENTS_MAX = 512, BATCH = 64, CNAME_STEPS = 8, SOCKET_BUFFER = 4 << 20 };
enum { RCODE_FORMERR = 1, RCODE_NXDOMAIN = 3 };

struct client { int fd; struct buf in; uint32_t generation; };
struct waiting {                   /* an answer that is not due yet */
    struct waiting *next;
    uint64_t due;
    struct sockaddr_in to;
    int slot;                      /* TCP client, or -1: UDP */
    uint32_t generation;
    size_t len;
    uint8_t octets[];
};

static struct zone zone;
static uint64_t delay_ns;
static uint32_t ttl;
static struct waiting *first, *last;
static struct client clients[CLIENTS_MAX];
static int udp, tcp, timer, signals, poll_fd;
static struct { unsigned long udp, tcp, txt, address, mx, ptr, other, nxdomain, nodata, truncated, bad; } counts;

/* Answers */

static void add16(struct buf *b, unsigned n)
{
    buf_byte(b, (uint8_t)(n >> 8));
    buf_byte(b, (uint8_t)n);
}

static void add_record(struct buf *b, const char *owner, uint16_t type, struct bytes data)
{
    if (owner) {
        struct buf wire = name_to_wire(owner);
        buf_bytes(b, buf_view(&wire));
        buf_free(&wire);
    } else
        add16(b, 0xc00c);          /* the question's name */
    add16(b, type);
    add16(b, 1);
    buf_be32(b, ttl);
    add16(b, (unsigned)data.len);
    buf_bytes(b, data);
}

/* An SOA at the name's last label: how long "nothing" holds (RFC 2308). */
static void add_soa(struct buf *b, const char *name)
{
    struct buf data = { 0 };
    const char *dot = strrchr(name, '.'), *apex = dot ? dot + 1 : name;
    add16(&data, 0);                                   /* two root names: mname, rname */
    const uint32_t numbers[] = { 1, 3600, 600, 86400, ttl };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        buf_be32(&data, numbers[i]);
    add_record(b, apex, RR_SOA, buf_view(&data));
    buf_free(&data);
}

struct question { char name[256]; uint16_t type; size_t end; };

/* The one question; false: not a query we can read. */
static bool read_question(struct question *q, const uint8_t *p, size_t len)
{
    size_t at = 12, out = 0;
    if (len < 12 || p[2] & 0x80 || p[4] || p[5] != 1)
        return false;
    while (at < len && p[at]) {
        size_t label = p[at++];
        if (label > 63 || at + label > len || out + label + 2 > sizeof q->name)
            return false;
        if (out)
            q->name[out++] = '.';
        memcpy(q->name + out, p + at, label);
        out += label;
        at += label;
    }
    q->name[out] = 0;
    if (at + 5 > len)
        return false;
    q->type = (uint16_t)(p[at + 1] << 8 | p[at + 2]);
    q->end = at + 5;
    return true;
}

/* The sender's UDP size if the query ends in an OPT record; 0: no EDNS. */
static unsigned edns_size(const uint8_t *p, size_t len, size_t at)
{
    bool opt = p[11] && at + 11 <= len && !p[at] && p[at + 1] == 0 && p[at + 2] == RR_OPT;
    return opt ? (unsigned)p[at + 3] << 8 | p[at + 4] : 0;
}

static void count_type(uint16_t type)
{
    *(type == RR_TXT ? &counts.txt : type == RR_A || type == RR_AAAA ? &counts.address : type == RR_MX ? &counts.mx :
      type == RR_PTR ? &counts.ptr : &counts.other) += 1;
}

/* Everything the zone has for the question; returns the rcode. */
static unsigned add_answers(struct buf *b, const struct question *q, unsigned *answers, unsigned *authority)
{
    char *at = copy_text(text(q->name));
    const struct name *n = zone_find(&zone, at);
    const char *owner = NULL;
    for (unsigned step = 0; n && step < CNAME_STEPS; step++) {
        const struct record *alias = q->type == RR_CNAME ? NULL : record_of_type(n->first, RR_CNAME);
        for (const struct record *r = n->first; r && !alias; r = r->next)
            if (r->type == q->type) {
                add_record(b, owner, r->type, r->data);
                ++*answers;
            }
        if (!alias)
            break;
        add_record(b, owner, RR_CNAME, alias->data);
        ++*answers;
        free(at);
        at = name_from_wire(alias->data);
        owner = at;
        n = zone_find(&zone, at);
    }
    unsigned rcode = n ? 0 : RCODE_NXDOMAIN;
    if (!*answers) {
        add_soa(b, q->name);
        *authority = 1;
        *(n ? &counts.nodata : &counts.nxdomain) += 1;
    }
    free(at);
    return rcode;
}

static void answer(struct buf *b, const uint8_t *p, size_t len, bool stream)
{
    struct question q;
    buf_clear(b);
    if (!read_question(&q, p, len)) {
        counts.bad++;
        if (len < 12 || p[2] & 0x80)
            return;
        buf_add(b, (const uint8_t[]){ p[0], p[1], 0x80, RCODE_FORMERR, 0, 0, 0, 0, 0, 0, 0, 0 }, 12);
        return;
    }
    count_type(q.type);
    unsigned answers = 0, authority = 0, size = edns_size(p, len, q.end);
    unsigned room = stream ? TCP_MAX : size > EDNS_MAX ? EDNS_MAX : size < PLAIN_MAX ? PLAIN_MAX : size;
    buf_add(b, p, q.end);
    unsigned rcode = add_answers(b, &q, &answers, &authority);
    bool cut_off = b->len + (size ? 11 : 0) > room;
    if (cut_off) {
        counts.truncated++;
        b->len = q.end;
        answers = authority = 0;
    }
    if (size)
        buf_add(b, (const uint8_t[]){ 0, 0, RR_OPT, EDNS_MAX >> 8, EDNS_MAX & 255, 0, 0, 0, 0, 0, 0 }, 11);
    const uint8_t head[] = { (uint8_t)(0x80 | (p[2] & 1) | (cut_off ? 2 : 0)), (uint8_t)(0x80 | rcode), 0, 1, 0, (uint8_t)answers, 0, (uint8_t)authority, 0, size ? 1 : 0 };
    memcpy(b->at + 2, head, sizeof head);
}

/* Sending, now or later */

static void send_now(const struct sockaddr_in *to, int slot, uint32_t generation, const uint8_t *octets, size_t len)
{
    if (slot < 0) {
        sendto(udp, octets, len, 0, (const struct sockaddr *)to, sizeof *to);
        return;
    }
    uint8_t framed[TCP_MAX + 2];
    if (clients[slot].fd < 0 || clients[slot].generation != generation || len > TCP_MAX)
        return;
    framed[0] = (uint8_t)(len >> 8);
    framed[1] = (uint8_t)len;
    memcpy(framed + 2, octets, len);
    if (send(clients[slot].fd, framed, len + 2, MSG_NOSIGNAL) < 0)
        return;
}

static void set_timer(void)
{
    struct itimerspec when = { 0 };
    if (first)
        when.it_value = (struct timespec){ (time_t)(first->due / 1000000000u), (long)(first->due % 1000000000u) };
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static void reply(const struct sockaddr_in *to, int slot, const struct buf *b)
{
    uint32_t generation = slot < 0 ? 0 : clients[slot].generation;
    if (!b->len)
        return;
    if (!delay_ns) {
        send_now(to, slot, generation, b->at, b->len);
        return;
    }
    struct waiting *w = need(malloc(sizeof *w + b->len));
    *w = (struct waiting){ .due = now_ns() + delay_ns, .to = to ? *to : (struct sockaddr_in){ 0 }, .slot = slot, .generation = generation, .len = b->len };
    memcpy(w->octets, b->at, b->len);
    bool alone = !first;
    if (alone)
        first = w;
    else
        last->next = w;
    last = w;
    if (alone)
        set_timer();
}

static void send_due(void)
{
    uint64_t expirations, now = now_ns();
    if (read(timer, &expirations, sizeof expirations) < 0 && errno != EAGAIN)
        die("timer: %s", strerror(errno));
    while (first && first->due <= now) {
        struct waiting *w = first;
        first = w->next;
        send_now(&w->to, w->slot, w->generation, w->octets, w->len);
        free(w);
    }
    set_timer();
}

/* Receiving */

static void read_udp(void)
{
    static uint8_t packets[BATCH][PACKET_MAX];
    static struct sockaddr_in from[BATCH];
    struct mmsghdr messages[BATCH];
    struct iovec parts[BATCH];
    static struct buf b;
    for (unsigned i = 0; i < BATCH; i++) {
        parts[i] = (struct iovec){ packets[i], PACKET_MAX };
        messages[i] = (struct mmsghdr){ .msg_hdr = { .msg_name = &from[i], .msg_namelen = sizeof from[i], .msg_iov = &parts[i], .msg_iovlen = 1 } };
    }
    int got = recvmmsg(udp, messages, BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < got; i++) {
        counts.udp++;
        answer(&b, packets[i], messages[i].msg_len, false);
        reply(&from[i], -1, &b);
    }
}

static void drop(struct client *c)
{
    close(c->fd);
    c->fd = -1;
    c->generation++;
    buf_clear(&c->in);
}

static void accept_client(void)
{
    int fd = accept4(tcp, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0)
        return;
    for (int i = 0; i < CLIENTS_MAX; i++)
        if (clients[i].fd < 0) {
            clients[i].fd = fd;
            setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
            epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &(struct epoll_event){ .events = EPOLLIN, .data.fd = i });
            return;
        }
    close(fd);
}

static void read_client(int slot)
{
    struct client *c = &clients[slot];
    static struct buf b;
    uint8_t block[8192];
    ssize_t got = recv(c->fd, block, sizeof block, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN)
        return;
    if (got <= 0) {
        drop(c);
        return;
    }
    buf_add(&c->in, block, (size_t)got);
    size_t at = 0;
    while (c->in.len - at >= 2) {
        size_t len = (size_t)c->in.at[at] << 8 | c->in.at[at + 1];
        if (c->in.len - at < len + 2)
            break;
        counts.tcp++;
        answer(&b, c->in.at + at + 2, len, true);
        reply(NULL, slot, &b);
        at += len + 2;
    }
    memmove(c->in.at, c->in.at + at, c->in.len - at);
    c->in.len -= at;
}

static bool read_signal(void)
{
    struct signalfd_siginfo info;
    if (read(signals, &info, sizeof info) != sizeof info || info.ssi_signo != SIGUSR1)
        return false;
    printf("{\"udp\":%lu,\"tcp\":%lu,\"txt\":%lu,\"address\":%lu,\"mx\":%lu,\"ptr\":%lu,\"other\":%lu,\"nxdomain\":%lu,\"nodata\":%lu,"
           "\"truncated\":%lu,\"bad\":%lu}\n", counts.udp, counts.tcp, counts.txt, counts.address, counts.mx, counts.ptr, counts.other,
           counts.nxdomain, counts.nodata, counts.truncated, counts.bad);
    fflush(stdout);
    memset(&counts, 0, sizeof counts);
    return true;
}

enum { FD_UDP = -1, FD_TCP = -2, FD_TIMER = -3, FD_SIGNALS = -4 };

static void watch(int fd, int as)
{
    if (fd < 0 || epoll_ctl(poll_fd, EPOLL_CTL_ADD, fd, &(struct epoll_event){ .events = EPOLLIN, .data.fd = as }))
        die("cannot watch: %s", strerror(errno));
}

static void open_sockets(const char *listen_at, unsigned port)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
    if (inet_pton(AF_INET, listen_at, &at.sin_addr) != 1 || ntohl(at.sin_addr.s_addr) >> 24 != 127)
        die("%s is not a loopback address", listen_at);
    udp = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    tcp = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(tcp, SOL_SOCKET, SO_REUSEADDR, &(int){ 1 }, sizeof(int));
    setsockopt(udp, SOL_SOCKET, SO_RCVBUF, &(int){ SOCKET_BUFFER }, sizeof(int));
    setsockopt(udp, SOL_SOCKET, SO_SNDBUF, &(int){ SOCKET_BUFFER }, sizeof(int));
    if (bind(udp, (struct sockaddr *)&at, sizeof at) || bind(tcp, (struct sockaddr *)&at, sizeof at) || listen(tcp, 128))
        die("%s port %u: %s", listen_at, port, strerror(errno));
}

int main(int argc, char **argv)
{
    const char *zone_file = NULL, *listen_at = "127.0.0.1";
    unsigned port = 53, delay_ms = 0, ttl_arg = 3600;
    args_read(argc, argv, (const struct arg[]){
        { "--zone", ARG_TEXT, &zone_file, 0, 0, "master file as bench/corpus writes it" },
        { "--listen", ARG_TEXT, &listen_at, 0, 0, "loopback address" },
        { "--port", ARG_NUMBER, &port, 1, 65535, "UDP and TCP" },
        { "--delay-ms", ARG_NUMBER, &delay_ms, 0, 10000, "before every answer" },
        { "--ttl", ARG_NUMBER, &ttl_arg, 0, 86400, "of every record" },
        { 0 } }, "a fake name server");
    if (!zone_file)
        die("--zone is needed");
    zone_read(&zone, zone_file);
    delay_ns = delay_ms * 1000000ull;
    ttl = ttl_arg;
    for (int i = 0; i < CLIENTS_MAX; i++)
        clients[i].fd = -1;

    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigprocmask(SIG_BLOCK, &set, NULL);
    open_sockets(listen_at, port);
    poll_fd = epoll_create1(EPOLL_CLOEXEC);
    timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    signals = signalfd(-1, &set, SFD_CLOEXEC);
    watch(udp, FD_UDP);
    watch(tcp, FD_TCP);
    watch(timer, FD_TIMER);
    watch(signals, FD_SIGNALS);
    puts("ready");
    fflush(stdout);
    for (;;) {
        struct epoll_event events[BATCH];
        int got = epoll_wait(poll_fd, events, BATCH, -1);
        for (int i = 0; i < got; i++) {
            int as = events[i].data.fd;
            if (as == FD_UDP)
                read_udp();
            else if (as == FD_TCP)
                accept_client();
            else if (as == FD_TIMER)
                send_due();
            else if (as == FD_SIGNALS) {
                if (!read_signal())
                    return 0;
            } else if (clients[as].fd >= 0)
                read_client(as);
        }
    }
}
