#include "platform/helper/helper.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/list.h"

#define PACKETS_PER_TURN 32         /* then other descriptors have their turn */

/* ---- channels ---- */

/* A packet being filled, or waiting to leave. */
struct packet { struct link link; size_t len, room; uint8_t octets[]; };

struct helper_channel {
    struct loop *loop;
    int fd;
    struct loop_watch *watch;
    struct loop_timer *flush;
    struct helper_events events;
    struct list packets;
    size_t unsent;
    bool gone, flushing, *freed;    /* freed: somebody further up the stack wants to know */
};

static void packets_free(struct helper_channel *c)
{
    struct link *k;
    while ((k = list_first(&c->packets))) {
        list_remove(k);
        mem_free(LIST_ITEM(k, struct packet, link));
    }
    c->unsent = 0;
}

/* Says so from here: only called with nothing of the channel's owner on the stack. */
static void channel_gone(struct helper_channel *c)
{
    if (c->gone)
        return;
    c->gone = true;
    loop_watch_set(c->watch, 0);
    packets_free(c);
    c->events.gone(c->events.context);
}

static void write_packets(struct helper_channel *c)
{
    struct link *k;
    while ((k = list_first(&c->packets))) {
        struct packet *p = LIST_ITEM(k, struct packet, link);
        ssize_t n = send(c->fd, p->octets, p->len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)) {
            loop_watch_set(c->watch, LOOP_READ | LOOP_WRITE);
            return;
        }
        if (n < 0) {
            channel_gone(c);
            return;
        }
        c->unsent -= p->len;
        list_remove(k);
        mem_free(p);
    }
    loop_watch_set(c->watch, LOOP_READ);
}

static void flush_due(void *context)
{
    struct helper_channel *c = context;
    c->flushing = false;
    if (!c->gone)
        write_packets(c);
}

/* False: the channel was freed, or is gone. */
static bool take_packet(struct helper_channel *c, struct slice octets)
{
    struct cursor packet = cursor_of(octets);
    struct helper_record r;
    bool freed = false;
    c->freed = &freed;
    while (helper_next(&packet, &r)) {
        c->events.record(c->events.context, &r);
        if (freed)
            return false;
    }
    c->freed = NULL;
    if (packet.bad)
        channel_gone(c);
    return !packet.bad;
}

static void read_packets(struct helper_channel *c)
{
    /* One place for all channels of the process: a packet is used up before the next is read. */
    static uint8_t room[HELPER_PACKET_MAX];
    for (int i = 0; i < PACKETS_PER_TURN; i++) {
        ssize_t n = recv(c->fd, room, sizeof room, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (n <= 0) {
            channel_gone(c);
            return;
        }
        if (!take_packet(c, slice_of(room, (size_t)n)))
            return;
    }
}

static void channel_ready(void *context, unsigned interest)
{
    struct helper_channel *c = context;
    if (c->gone)
        return;
    if (interest & LOOP_WRITE)
        write_packets(c);
    else
        read_packets(c);
}

struct helper_channel *helper_channel_new(struct loop *l, int fd, const struct helper_events *events)
{
    struct helper_channel *c = mem_zalloc(1, sizeof *c);
    if (!c) {
        close(fd);
        return NULL;
    }
    *c = (struct helper_channel){ .loop = l, .fd = fd, .events = *events };
    list_init(&c->packets);
    c->watch = loop_watch_new(l, fd, channel_ready, c);
    c->flush = loop_timer_new(l, flush_due, c);
    if (c->watch && c->flush && loop_watch_set(c->watch, LOOP_READ))
        return c;
    helper_channel_free(c);
    return NULL;
}

void helper_channel_free(struct helper_channel *c)
{
    if (!c)
        return;
    if (c->freed)
        *c->freed = true;
    packets_free(c);
    loop_watch_free(c->watch);
    loop_timer_free(c->flush);
    close(c->fd);
    mem_free(c);
}

/* The packet being filled, if so much more fits; else a new one. */
static struct packet *packet_with_room(struct helper_channel *c, size_t octets)
{
    if (!list_empty(&c->packets)) {
        struct packet *last = LIST_ITEM(c->packets.ends.prev, struct packet, link);
        if (last->room - last->len >= octets)
            return last;
    }
    size_t room = octets > 4096 ? octets : 4096;
    struct packet *p = mem_alloc(sizeof *p + room);
    if (!p)
        return NULL;
    *p = (struct packet){ .room = room };
    list_add(&c->packets, &p->link);
    return p;
}

bool helper_send(struct helper_channel *c, uint32_t id, uint16_t kind, struct slice payload)
{
    size_t octets = HELPER_RECORD_HEAD + payload.len;
    if (c->gone || payload.len > HELPER_PAYLOAD_MAX || c->unsent + octets > HELPER_UNSENT_MAX)
        return false;
    struct packet *p = packet_with_room(c, octets);
    if (!p)
        return false;
    struct text t = text_fixed(p->octets + p->len, octets);
    helper_add(&t, &(struct helper_record){ id, kind, payload });
    p->len += octets;
    c->unsent += octets;
    if (!c->flushing)
        c->flushing = loop_timer_set(c->flush, 0);
    return true;
}

bool helper_pair(int pair[2])
{
    static const int room = 2 * HELPER_PACKET_MAX;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) != 0)
        return false;
    /* As far as the kernel lets us: the largest packet must fit. */
    for (int i = 0; i < 2; i++)
        setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    return true;
}

/* ---- words ---- */

bool helper_say(int fd, uint8_t word, int passed)
{
    union { struct cmsghdr head; uint8_t room[CMSG_SPACE(sizeof(int))]; } control = { .room = { 0 } };
    struct iovec octet = { .iov_base = &word, .iov_len = 1 };
    struct msghdr m = { .msg_iov = &octet, .msg_iovlen = 1 };
    if (passed >= 0) {
        m.msg_control = control.room;
        m.msg_controllen = sizeof control.room;
        struct cmsghdr *h = CMSG_FIRSTHDR(&m);
        *h = (struct cmsghdr){ .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS };
        memcpy(CMSG_DATA(h), &passed, sizeof passed);
    }
    ssize_t n;
    do
        n = sendmsg(fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (n < 0 && errno == EINTR);
    return n == 1;
}

enum helper_heard helper_hear(int fd, uint8_t *word, int *passed)
{
    union { struct cmsghdr head; uint8_t room[CMSG_SPACE(sizeof(int))]; } control;
    struct iovec octet = { .iov_base = word, .iov_len = 1 };
    /* Room for one to the octet: in CMSG_SPACE's padding the kernel would put a second, which nobody closes. */
    struct msghdr m = { .msg_iov = &octet, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = CMSG_LEN(sizeof(int)) };
    ssize_t n;
    *passed = -1;
    do
        n = recvmsg(fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return HELPER_NOTHING;
    if (n <= 0)
        return HELPER_CLOSED;
    const struct cmsghdr *h = CMSG_FIRSTHDR(&m);
    if (h && h->cmsg_level == SOL_SOCKET && h->cmsg_type == SCM_RIGHTS && h->cmsg_len == CMSG_LEN(sizeof(int)))
        memcpy(passed, CMSG_DATA(h), sizeof *passed);
    return HELPER_HEARD;
}
