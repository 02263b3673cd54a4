#include "frontend/milter/milter_server.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/list.h"

#define LISTENERS_MAX 16
#define ACCEPTS_PER_TURN 4          /* then the other workers have their turn */
#define READ_OCTETS 131072          /* two chunks of body */
#define OVERLOAD_SHARE 8            /* so much of sessions_max again is told to come back */
#define OVERLOAD_MORE 16

struct connection {
    struct link link;
    struct milter_server *server;
    struct milter_session *session;
    struct loop_watch *watch;
    struct loop_timer *timer;
    int64_t armed_us;
    unsigned interest;
    int fd;
    bool muted;                     /* it sent more while it was to wait: not read until it goes on */
};

struct listener { struct milter_server *server; int fd; struct loop_watch *watch; };

struct milter_server {
    struct loop *loop;
    struct milter_front *front;
    struct milter_server_counts *counts;
    size_t sessions_max;
    struct listener listeners[LISTENERS_MAX];
    size_t listener_count;
    struct list connections;
    int spare_fd;
    bool accepting, draining;
    void (*emptied)(void *);
    void *context;
    uint8_t *read_room;
};

/* ---- one connection ---- */

static void connection_free(struct connection *c)
{
    struct milter_server *s = c->server;
    list_remove(&c->link);
    s->counts->live--;
    milter_session_free(c->session);
    loop_watch_free(c->watch);
    loop_timer_free(c->timer);
    close(c->fd);
    mem_free(c);
    if (!s->accepting && list_empty(&s->connections))
        s->emptied(s->context);
}

static void want(struct connection *c, unsigned interest)
{
    if (c->interest == interest)
        return;
    c->interest = interest;
    loop_watch_set(c->watch, interest);
}

/* A timer is set again only when it must fire earlier than it would. */
static void arm(struct connection *c)
{
    int64_t due = milter_session_due_us(c->session);
    if (c->armed_us && c->armed_us <= due)
        return;
    c->armed_us = due;
    loop_timer_set(c->timer, due - loop_now_us(c->server->loop));
}

/* False: the peer is gone. */
static bool write_output(struct connection *c)
{
    struct slice out;
    while ((out = milter_session_output(c->session)).len > 0) {
        ssize_t n = send(c->fd, out.at, out.len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK;
        milter_session_wrote(c->session, (size_t)n);
    }
    return true;
}

/* What follows whatever the session did: answers out, interest, timer; or the end. */
static void settle(struct connection *c)
{
    bool alive = write_output(c);
    bool unsent = milter_session_output(c->session).len > 0;
    bool over = milter_session_over(c->session) && !unsent;
    bool leave = c->server->draining && milter_session_between(c->session);
    if (!alive || over || leave) {
        connection_free(c);
        return;
    }
    if (!milter_session_waits(c->session))
        c->muted = false;
    want(c, (unsent ? LOOP_WRITE : 0U) | (c->muted || milter_session_over(c->session) ? 0U : LOOP_READ));
    arm(c);
}

static void read_input(struct connection *c)
{
    ssize_t n = recv(c->fd, c->server->read_room, READ_OCTETS, MSG_DONTWAIT);
    if (n < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK))
        return;
    if (n <= 0) {
        connection_free(c);
        return;
    }
    c->muted = milter_session_waits(c->session);
    milter_session_read(c->session, slice_of(c->server->read_room, (size_t)n));
    settle(c);
}

static void connection_ready(void *context, unsigned interest)
{
    struct connection *c = context;
    if (interest & LOOP_READ)
        read_input(c);
    else if (interest & LOOP_WRITE)
        settle(c);
}

static void connection_timer(void *context)
{
    struct connection *c = context;
    c->armed_us = 0;
    if (milter_session_due_us(c->session) <= loop_now_us(c->server->loop))
        milter_session_tick(c->session);
    settle(c);
}

static void session_woken(void *context, struct milter_session *s)
{
    (void)s;
    settle(context);
}

static struct connection *connection_new(struct milter_server *s, int fd, bool overloaded)
{
    struct connection *c = mem_zalloc(1, sizeof *c);
    if (!c)
        return NULL;
    *c = (struct connection){ .server = s, .fd = fd };
    c->session = milter_session_new(s->front, overloaded, &(struct milter_host){ session_woken, c });
    c->watch = loop_watch_new(s->loop, fd, connection_ready, c);
    c->timer = loop_timer_new(s->loop, connection_timer, c);
    if (c->session && c->watch && c->timer)
        return c;
    milter_session_free(c->session);
    loop_watch_free(c->watch);
    loop_timer_free(c->timer);
    mem_free(c);
    return NULL;
}

/* ---- accepting ---- */

static void take_client(struct milter_server *s, int fd)
{
    size_t live = (size_t)s->counts->live, most = s->sessions_max + s->sessions_max / OVERLOAD_SHARE + OVERLOAD_MORE;
    bool overloaded = live >= s->sessions_max;
    s->counts->connections++;
    s->counts->overloaded += overloaded;
    struct connection *c = live < most ? connection_new(s, fd, overloaded) : NULL;
    if (!c) {
        s->counts->closed++;
        close(fd);
        return;
    }
    s->counts->live++;
    list_add(&s->connections, &c->link);
    want(c, LOOP_READ);
    arm(c);
}

/* Out of descriptors: the spare one lets us take who asks, and close. The MTA defers. */
static void refuse_client(struct milter_server *s, int listener)
{
    close(s->spare_fd);
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (fd >= 0)
        close(fd);
    s->counts->closed++;
    s->spare_fd = fcntl(listener, F_DUPFD_CLOEXEC, 0);
}

static void listener_ready(void *context, unsigned interest)
{
    struct listener *l = context;
    (void)interest;
    for (int i = 0; i < ACCEPTS_PER_TURN; i++) {
        int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            take_client(l->server, fd);
            continue;
        }
        if ((errno == EMFILE || errno == ENFILE) && l->server->spare_fd >= 0)
            refuse_client(l->server, l->fd);
        return;
    }
}

bool milter_server_listen(struct milter_server *s, int fd)
{
    struct listener *l = &s->listeners[s->listener_count];
    if (s->listener_count == LISTENERS_MAX)
        return false;
    *l = (struct listener){ .server = s, .fd = fd, .watch = loop_watch_new(s->loop, fd, listener_ready, l) };
    if (!l->watch || !loop_watch_set(l->watch, LOOP_READ))
        return false;
    if (s->spare_fd < 0)
        s->spare_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    s->listener_count++;
    s->accepting = true;
    return true;
}

void milter_server_stop_accepting(struct milter_server *s)
{
    for (size_t i = 0; i < s->listener_count; i++) {
        loop_watch_free(s->listeners[i].watch);
        close(s->listeners[i].fd);
    }
    s->listener_count = 0;
    if (s->spare_fd >= 0)
        close(s->spare_fd);         /* a duplicate of a listener would keep its queue open */
    s->spare_fd = -1;
    bool was = s->accepting;
    s->accepting = false;
    if (was && list_empty(&s->connections))
        s->emptied(s->context);
}

void milter_server_drain(struct milter_server *s)
{
    s->draining = true;
    struct link *next;
    for (struct link *k = list_first(&s->connections); k; k = next) {
        struct connection *c = LIST_ITEM(k, struct connection, link);
        next = list_next(&s->connections, k);
        if (milter_session_between(c->session))
            connection_free(c);
    }
}

/* ---- begin and end ---- */

struct milter_server *milter_server_new(struct loop *l, struct milter_front *front, size_t sessions_max, struct milter_server_counts *counts,
                                        void (*emptied)(void *), void *context)
{
    struct milter_server *s = mem_zalloc(1, sizeof *s);
    uint8_t *room = mem_alloc(READ_OCTETS);
    if (!s || !room) {
        mem_free(s);
        mem_free(room);
        return NULL;
    }
    *s = (struct milter_server){
        .loop = l, .front = front, .counts = counts, .sessions_max = sessions_max, .spare_fd = -1,
        .emptied = emptied, .context = context, .read_room = room,
    };
    list_init(&s->connections);
    return s;
}

void milter_server_free(struct milter_server *s)
{
    struct link *k;
    if (!s)
        return;
    s->accepting = true;            /* whoever frees it needs no news of its end */
    while ((k = list_first(&s->connections)))
        connection_free(LIST_ITEM(k, struct connection, link));
    for (size_t i = 0; i < s->listener_count; i++) {
        loop_watch_free(s->listeners[i].watch);
        close(s->listeners[i].fd);
    }
    if (s->spare_fd >= 0)
        close(s->spare_fd);
    mem_free(s->read_room);
    mem_free(s);
}
