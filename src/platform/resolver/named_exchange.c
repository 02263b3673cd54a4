#include "platform/resolver/named_exchange.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/arena.h"
#include "dns/packet.h"

#define QUERY_MAX (2 + 12 + NAME_WIRE_MAX + 4)       /* TCP's length, header, question */
#define DATAGRAM_MAX 4096                            /* we offer no more than 512 (RFC 1035 2.3.4), some send more */
#define PORT_FIRST 1024
#define PORT_TRIES 8                                 /* random ports that may be taken; then the kernel chooses one */
#define REPEATS_MAX 16                               /* datagrams read at one wake-up: others have a turn */

enum way { WAY_UDP, WAY_TCP_SEND, WAY_TCP_RECEIVE };

struct exchange {
    struct loop *loop;
    struct exchange_target target;
    struct exchange_events events;
    struct loop_watch *watch;
    int fd;
    enum way way;
    uint16_t id;
    unsigned datagrams;
    uint8_t query[QUERY_MAX];
    size_t query_len, sent;
    uint8_t length[2];                               /* TCP: of the answer */
    size_t length_have, answer_have, answer_len;
    uint8_t *answer;                                 /* NULL: its length is not known yet */
};

/* ---- addresses ---- */

union address { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; };

static socklen_t address_of(const struct ip *ip, uint16_t port, union address *out)
{
    memset(out, 0, sizeof *out);
    if (ip->family == IP_V6) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons(port);
        memcpy(&out->v6.sin6_addr, ip->octets, 16);
        return sizeof out->v6;
    }
    out->v4.sin_family = AF_INET;
    out->v4.sin_port = htons(port);
    memcpy(&out->v4.sin_addr, ip->octets, 4);
    return sizeof out->v4;
}

/* The kernel sends to an address of this host from that same address. */
static bool leads_to_ourselves(int fd, const struct ip *server)
{
    union address own;
    struct ip ip;
    socklen_t len = sizeof own;
    if (getsockname(fd, &own.any, &len) != 0)
        return true;
    if (own.any.sa_family == AF_INET6)
        ip_from_octets((const uint8_t *)&own.v6.sin6_addr, 16, &ip);
    else
        ip_from_octets((const uint8_t *)&own.v4.sin_addr, 4, &ip);
    return ip_same(&ip, server);
}

/* The kernel's own choice is random too, but among fewer. */
static void bind_random_port(int fd, const struct ip *server, struct random *random)
{
    struct ip any = { .family = server->family };
    for (unsigned i = 0; i < PORT_TRIES; i++) {
        union address own;
        uint16_t port;
        random->fill(random, &port, sizeof port);
        if (port < PORT_FIRST)
            continue;
        socklen_t len = address_of(&any, port, &own);
        if (bind(fd, &own.any, len) == 0)
            return;
    }
}

/* ---- begin and end ---- */

static void close_socket(struct exchange *x)
{
    loop_watch_free(x->watch);
    x->watch = NULL;
    if (x->fd >= 0)
        close(x->fd);
    x->fd = -1;
}

void exchange_free(struct exchange *x)
{
    if (!x)
        return;
    close_socket(x);
    mem_free(x->answer);
    mem_free(x);
}

static void ready(void *context, unsigned interest);

static bool open_socket(struct exchange *x, int kind, unsigned interest)
{
    int family = x->target.server.family == IP_V6 ? AF_INET6 : AF_INET;
    x->fd = socket(family, kind | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    x->watch = x->fd >= 0 ? loop_watch_new(x->loop, x->fd, ready, x) : NULL;
    return x->watch && loop_watch_set(x->watch, interest);
}

static bool connect_socket(const struct exchange *x)
{
    union address to;
    socklen_t len = address_of(&x->target.server, x->target.port, &to);
    return connect(x->fd, &to.any, len) == 0 || errno == EINPROGRESS;
}

static bool write_query(struct exchange *x, const struct question *q)
{
    struct text t = text_fixed(x->query + 2, sizeof x->query - 2);
    /* No recursion: the server is asked for what it has itself. No EDNS: answers longer than 512 octets come over TCP, from
     * nobody who did not ask. */
    if (!packet_write_question(&t, x->id, false, q, 0) || t.bad)
        return false;
    x->query_len = 2 + t.len;
    x->query[0] = (uint8_t)(t.len >> 8);
    x->query[1] = (uint8_t)t.len;
    return true;
}

static bool send_datagram(struct exchange *x, struct random *random)
{
    if (!open_socket(x, SOCK_DGRAM, LOOP_READ))
        return false;
    bind_random_port(x->fd, &x->target.server, random);
    return connect_socket(x);
}

enum exchange_start exchange_new(struct loop *l, struct random *random, const struct exchange_target *target, const struct question *q,
                                 const struct exchange_events *events, struct exchange **out)
{
    struct exchange *x = mem_zalloc(1, sizeof *x);
    if (!x)
        return EXCHANGE_FAILED;
    *x = (struct exchange){ .loop = l, .target = *target, .events = *events, .fd = -1 };
    random->fill(random, &x->id, sizeof x->id);
    enum exchange_start start = write_query(x, q) && send_datagram(x, random) ? EXCHANGE_STARTED : EXCHANGE_FAILED;
    if (start == EXCHANGE_STARTED && !target->own_allowed && leads_to_ourselves(x->fd, &target->server))
        start = EXCHANGE_OWN_ADDRESS;
    if (start == EXCHANGE_STARTED && send(x->fd, x->query + 2, x->query_len - 2, MSG_NOSIGNAL) < 0)
        start = EXCHANGE_FAILED;
    if (start == EXCHANGE_STARTED)
        *out = x;
    else
        exchange_free(x);
    return start;
}

/* ---- UDP ---- */

static bool is_ours(const struct exchange *x, struct slice packet, struct packet_head *head)
{
    return packet_head(packet, head) && head->id == x->id && head->response;
}

static void start_tcp(struct exchange *x)
{
    close_socket(x);
    x->way = WAY_TCP_SEND;
    if (!open_socket(x, SOCK_STREAM, LOOP_WRITE) || !connect_socket(x))
        x->events.broken(x->events.context);
}

/* True: look for another. False: none is there, or the exchange went on over TCP, or is gone. */
static bool take_datagram(struct exchange *x)
{
    uint8_t room[DATAGRAM_MAX];
    struct packet_head head;
    ssize_t n = recv(x->fd, room, sizeof room, 0);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        return false;
    if (n < 0 || ++x->datagrams > EXCHANGE_DATAGRAMS_MAX) {
        x->events.broken(x->events.context);        /* refused by its host, or a flood */
        return false;
    }
    struct slice packet = slice_of(room, (size_t)n);
    if (!is_ours(x, packet, &head))
        return true;
    if (!head.truncated)
        return !x->events.packet(x->events.context, packet);
    start_tcp(x);
    return false;
}

/* ---- TCP (RFC 7766) ---- */

static bool would_block(ssize_t n)
{
    return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

static void send_more(struct exchange *x)
{
    ssize_t n = send(x->fd, x->query + x->sent, x->query_len - x->sent, MSG_NOSIGNAL);
    if (would_block(n))
        return;
    if (n > 0)
        x->sent += (size_t)n;
    bool whole = n > 0 && x->sent == x->query_len;
    if (whole)
        x->way = WAY_TCP_RECEIVE;
    if (n <= 0 || (whole && !loop_watch_set(x->watch, LOOP_READ)))
        x->events.broken(x->events.context);
}

/* Reads into what is missing; false: not all of it is there yet (or the connection has ended, then *ended). */
static bool fill(int fd, uint8_t *room, size_t want, size_t *have, bool *ended)
{
    while (*have < want) {
        ssize_t n = recv(fd, room + *have, want - *have, 0);
        if (would_block(n))
            return false;
        if (n <= 0) {
            *ended = true;
            return false;
        }
        *have += (size_t)n;
    }
    return true;
}

static bool receive_answer(struct exchange *x, bool *ended)
{
    if (!fill(x->fd, x->length, sizeof x->length, &x->length_have, ended))
        return false;
    if (!x->answer) {
        x->answer_len = (size_t)x->length[0] << 8 | x->length[1];
        x->answer = x->answer_len > 0 ? mem_alloc(x->answer_len) : NULL;
        *ended = x->answer == NULL;
    }
    return x->answer && fill(x->fd, x->answer, x->answer_len, &x->answer_have, ended);
}

static void receive_more(struct exchange *x)
{
    bool ended = false;
    struct packet_head head;
    bool whole = receive_answer(x, &ended);
    struct slice packet = slice_of(x->answer, whole ? x->answer_len : 0);
    if (whole && is_ours(x, packet, &head) && x->events.packet(x->events.context, packet))
        return;
    if (whole || ended)
        x->events.broken(x->events.context);
}

static void ready(void *context, unsigned interest)
{
    struct exchange *x = context;
    (void)interest;
    switch (x->way) {
    case WAY_UDP:
        for (unsigned i = 0; i < REPEATS_MAX && take_datagram(x); i++)
            ;
        return;
    case WAY_TCP_SEND:
        send_more(x);
        return;
    case WAY_TCP_RECEIVE:
        receive_more(x);
        return;
    }
}
