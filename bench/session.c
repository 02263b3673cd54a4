#include "session.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum step { OPEN, CONNECT, HELO, MAIL, RCPT, DATA, CONTENT, OVER, CLOSE, ENDED };
enum { READ_SIZE = 65536 };

struct lane {
    struct session *session;
    unsigned index;
    int fd;
    uint32_t protocol;
    bool awaiting, watching_out, accepted;     /* accepted: wants no more of this message */
    struct buf out, in;
    const uint8_t *send_at;                    /* what is being sent */
    size_t send_left;
    bool then_wait;
    uint8_t command;                           /* the last one sent */
    struct stream added;                       /* fields that milters before it inserted */
    const struct stream *stream;
    unsigned added_next, next;
    bool content_begun, content_done;
    uint64_t eom_at;
};

struct session {
    struct setup *setup;
    outcome_fn *outcome;
    void *context;
    struct lane lanes[LANES_MAX];
    enum step step;
    unsigned lane, left;                       /* left: messages this connection may still carry */
    const struct mail *mail;
    uint64_t mail_at;
    double eom_ms;
    size_t octets;
    uint8_t verdict;
    bool refused, stalled;
    struct said_list said;
};

struct session *session_new(struct setup *setup, outcome_fn *fn, void *context)
{
    struct session *s = zalloc(1, sizeof *s);
    s->setup = setup;
    s->outcome = fn;
    s->context = context;
    for (unsigned i = 0; i < setup->lanes; i++) {
        s->lanes[i].session = s;
        s->lanes[i].index = i;
        s->lanes[i].fd = -1;
    }
    s->step = CLOSE;
    return s;
}

static void lane_close(struct lane *l)
{
    if (l->fd >= 0)
        close(l->fd);
    l->fd = -1;
    l->awaiting = l->watching_out = l->accepted = false;
    l->send_left = 0;
    buf_clear(&l->out);
    buf_clear(&l->in);
}

void session_free(struct session *s)
{
    for (unsigned i = 0; i < s->setup->lanes; i++) {
        lane_close(&s->lanes[i]);
        buf_free(&s->lanes[i].out);
        buf_free(&s->lanes[i].in);
        stream_free(&s->lanes[i].added);
    }
    free(s);
}

bool session_stalled(const struct session *s)
{
    return s->stalled;
}

/* Sockets */

static int open_unix(const char *path)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof at.sun_path)
        die("%s: too long", path);
    memcpy(at.sun_path, path, strlen(path) + 1);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && !connect(fd, (struct sockaddr *)&at, sizeof at))
        return fd;
    int why = errno;
    if (fd >= 0)
        close(fd);
    errno = why;
    return -1;
}

static int open_inet(const char *address)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    const char *host = strchr(address, '@');
    at.sin_port = htons((uint16_t)strtoul(address, NULL, 10));
    if (inet_pton(AF_INET, host ? host + 1 : "127.0.0.1", &at.sin_addr) != 1 || ntohl(at.sin_addr.s_addr) >> 24 != 127)
        die("%s: loopback addresses only", address);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) && errno != EINPROGRESS) {
        close(fd);
        return -1;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
    return fd;
}

static bool lane_open(struct lane *l)
{
    const char *address = l->session->setup->addresses[l->index];
    l->fd = !strncmp(address, "unix:", 5) ? open_unix(address + 5) : open_inet(address + 5);
    if (l->fd < 0) {
        if (errno != EAGAIN)
            die("%s: %s", address, strerror(errno));
        return false;
    }
    epoll_ctl(l->session->setup->poll_fd, EPOLL_CTL_ADD, l->fd, &(struct epoll_event){ .events = EPOLLIN, .data.ptr = l });
    return true;
}

static void watch_out(struct lane *l, bool on)
{
    if (l->watching_out == on)
        return;
    l->watching_out = on;
    epoll_ctl(l->session->setup->poll_fd, EPOLL_CTL_MOD, l->fd,
              &(struct epoll_event){ .events = EPOLLIN | (on ? EPOLLOUT : 0u), .data.ptr = l });
}

/* Sends what is left of the current piece; false: the daemon hung up. */
static bool push(struct lane *l)
{
    size_t bound = l->session->setup->write_size;
    while (l->send_left) {
        ssize_t n = send(l->fd, l->send_at, bound && bound < l->send_left ? bound : l->send_left, MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) {
            watch_out(l, true);
            return true;
        }
        if (n < 0)
            return errno == EINTR;
        l->send_at += n;
        l->send_left -= (size_t)n;
        l->session->octets += (size_t)n;
    }
    watch_out(l, false);
    l->awaiting = l->then_wait;
    if (l->command == 'E')
        l->eom_at = now_ns();
    return true;
}

static void start_sending(struct lane *l, const uint8_t *at, size_t len, uint8_t command, bool then_wait)
{
    l->send_at = at;
    l->send_left = len;
    l->command = command;
    l->then_wait = then_wait;
}

/* Envelope events */

static void macros_and(struct lane *l, uint8_t command, const char *const *macros, struct bytes data)
{
    buf_clear(&l->out);
    if (!stage_wanted(command, l->protocol) || l->accepted)
        return;
    packet_macros(&l->out, command, macros);
    packet(&l->out, command, data);
    start_sending(l, l->out.at, l->out.len, command, reply_expected(command, l->protocol));
}

static void event_connect(struct lane *l)
{
    const struct entry *e = l->session->mail->expected;
    bool six = strchr(e->ip, ':') != NULL;
    struct buf data = { 0 };
    buf_add(&data, e->helo, strlen(e->helo) + 1);
    buf_byte(&data, six ? '6' : '4');
    buf_add(&data, (const uint8_t[]){ 40000 >> 8, 40000 & 255 }, 2);
    buf_add(&data, e->ip, strlen(e->ip) + 1);
    macros_and(l, 'C', (const char *const[]){ "j", l->session->setup->authserv_id, "{daemon_name}", l->session->setup->authserv_id,
        "{daemon_addr}", "127.0.0.1", "v", "Postfix 3.7.11", "_", e->ip, "{client_addr}", e->ip, "{client_ptr}", e->helo, NULL }, buf_view(&data));
    buf_free(&data);
}

static void event_helo(struct lane *l)
{
    const struct entry *e = l->session->mail->expected;
    macros_and(l, 'H', (const char *const[]){ "{tls_version}", "TLSv1.3", "{cipher}", "TLS_AES_256_GCM_SHA384", NULL },
               (struct bytes){ (const uint8_t *)e->helo, strlen(e->helo) + 1 });
}

static void event_address(struct lane *l, uint8_t command, const char *address, const char *macro)
{
    struct buf data = { 0 };
    buf_fmt(&data, "<%s>%c", address, 0);
    macros_and(l, command, (const char *const[]){ macro, address, NULL }, buf_view(&data));
    buf_free(&data);
}

static void queue_id(char out[16], const struct session *s)
{
    snprintf(out, 16, "4BENCH%05u", (unsigned)(s->mail - s->setup->mails));
}

static void event_data(struct lane *l)
{
    char id[16];
    queue_id(id, l->session);
    macros_and(l, 'T', (const char *const[]){ "i", id, NULL }, (struct bytes){ 0 });
}

/* Content */

static void begin_content(struct lane *l)
{
    struct session *s = l->session;
    struct mail *m = &s->setup->mails[s->mail - s->setup->mails];
    char id[16];
    queue_id(id, s);
    if (!m->made[l->index].count)
        stream_build(&m->made[l->index], m->octets, id, l->protocol);
    l->stream = &m->made[l->index];
    l->added_next = l->next = 0;
    l->content_begun = true;
}

/* Sends up to the next packet that is answered. */
static void content_batch(struct lane *l)
{
    if (l->added_next < l->added.count) {
        bool wait = reply_expected('L', l->protocol);
        size_t from = l->added_next ? l->added.ends[l->added_next - 1] : 0;
        l->added_next = wait ? l->added_next + 1 : l->added.count;
        start_sending(l, l->added.octets.at + from, l->added.ends[l->added_next - 1] - from, 'L', wait);
        return;
    }
    unsigned i = l->next;
    size_t from = i ? l->stream->ends[i - 1] : 0;
    while (!reply_expected(l->stream->commands[i], l->protocol))
        i++;                                   /* ends at 'E' at the latest */
    l->next = i + 1;
    start_sending(l, l->stream->octets.at + from, l->stream->ends[i] - from, l->stream->commands[i], true);
}

/* The milter wants no more of the body. */
static void skip_body(struct lane *l)
{
    while (l->stream->commands[l->next] == 'B')
        l->next++;
}

/* Later milters see the field on top. */
static void insert_field(struct lane *by, struct bytes name, struct bytes value)
{
    struct session *s = by->session;
    struct buf field = { 0 };
    buf_bytes(&field, name);
    buf_text(&field, by->protocol & P_LEADING_SPACE ? ":" : ": ");
    buf_bytes(&field, value);
    for (unsigned i = by->index + 1; i < s->setup->lanes; i++)
        stream_field(&s->lanes[i].added, buf_view(&field), s->lanes[i].protocol & P_LEADING_SPACE);
    if (same_nocase(name, BYTES("Authentication-Results")))
        said_add(&s->said, value, text(s->setup->authserv_id));
    buf_free(&field);
}

/* One reply; false: it does not fit here. */
static bool on_reply(struct lane *l, uint8_t command, struct bytes data)
{
    struct session *s = l->session;
    if (l->command == 'E' && (command == 'h' || command == 'i')) {
        if (command == 'i')
            data = part(data, data.len < 4 ? data.len : 4, data.len);
        struct bytes name = cut(&data, 0), value = cut(&data, 0);
        insert_field(l, name, value);
        return true;
    }
    if (command == 'p' || (l->command == 'E' && memchr("m+-2be1l", command, 8)))
        return true;                           /* progress, and edits that nothing here depends on */
    if (!l->awaiting)
        return false;
    if (command == 'q' && l->command == 'E') {
        s->verdict = 'q';
        return true;
    }
    l->awaiting = false;
    if (l->command == 'O') {
        if (command != 'O' || data.len < 12)
            return false;
        l->protocol = (uint32_t)data.at[8] << 24 | (uint32_t)data.at[9] << 16 | (uint32_t)data.at[10] << 8 | data.at[11];
        return true;
    }
    bool end = l->command == 'E';
    if (end)
        s->eom_ms += (double)(now_ns() - l->eom_at) / 1e6;
    l->content_done |= end;
    switch (command) {
    case 'c':
        return true;
    case 'a':
        l->accepted = l->content_done = true;
        return true;
    case 's':
        if (l->command != 'B')
            return false;
        skip_body(l);
        return true;
    case 'r': case 't': case 'y': case 'd':
        s->verdict = command;
        s->refused = true;
        return true;
    default:
        return false;
    }
}

static bool read_replies(struct lane *l)
{
    uint8_t block[READ_SIZE];
    ssize_t got = recv(l->fd, block, sizeof block, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return true;
    if (got <= 0)
        return false;
    buf_add(&l->in, block, (size_t)got);
    size_t at = 0;
    while (l->in.len - at >= 5) {
        const uint8_t *p = l->in.at + at;
        size_t len = (size_t)p[0] << 24 | (size_t)p[1] << 16 | (size_t)p[2] << 8 | p[3];
        if (!len || len > REPLY_MAX)
            return false;
        if (l->in.len - at < len + 4)
            break;
        if (!on_reply(l, p[4], (struct bytes){ p + 5, len - 1 }))
            return false;
        at += len + 4;
    }
    memmove(l->in.at, l->in.at + at, l->in.len - at);
    l->in.len -= at;
    return true;
}

/* Steps */

static bool next_message(struct session *s)
{
    struct setup *u = s->setup;
    if (u->started == u->messages)
        return false;
    s->mail = &u->mails[u->order[u->started++ % u->order_count]];
    s->refused = false;
    s->verdict = 'c';
    s->eom_ms = 0;
    s->octets = 0;
    s->said.count = 0;
    for (unsigned i = 0; i < u->lanes; i++) {
        s->lanes[i].content_begun = s->lanes[i].content_done = s->lanes[i].accepted = false;
        stream_clear(&s->lanes[i].added);
    }
    return true;
}

/* The same connection carries the next mail only if it comes from the same host. */
static bool same_host_next(const struct session *s)
{
    const struct setup *u = s->setup;
    if (!s->left || u->started == u->messages)
        return false;
    const struct entry *next = u->mails[u->order[u->started % u->order_count]].expected, *now = s->mail->expected;
    return !strcmp(next->helo, now->helo) && !strcmp(next->ip, now->ip);
}

static void message_over(struct session *s, bool before_data, bool broken)
{
    struct outcome o = { .mail = s->mail, .eom_ms = s->eom_ms, .message_ms = (double)(now_ns() - s->mail_at) / 1e6,
        .verdict = s->verdict, .before_data = before_data, .octets = s->octets };
    struct buf why = { 0 };
    if (s->setup->expect_refusal)
        o.right = before_data && !broken;
    else
        o.right = !broken && said_right(&s->said, s->mail->expected, s->setup->checks, s->setup->lenient, &why) && !s->refused;
    if (!o.right) {
        buf_byte(&why, 0);
        fprintf(stderr, "load: %s: reply %c%s;%s\n", s->mail->expected->file, s->verdict, broken ? ", connection lost" : "", (const char *)why.at);
    }
    buf_free(&why);
    s->outcome(s->context, &o);
}

static void next_step(struct session *s)
{
    s->lane = 0;
    s->step++;
}

static bool content_step(struct lane *l)
{
    if (l->content_done || l->accepted)
        return true;
    if (!l->content_begun)
        begin_content(l);
    content_batch(l);
    return false;
}

/* Starts what the current lane has to do in the current step; true: nothing (more), on to the next lane. */
static bool lane_step(struct session *s, struct lane *l)
{
    switch (s->step) {
    case OPEN:
        if (!lane_open(l)) {
            s->stalled = true;
            return false;
        }
        buf_clear(&l->out);
        packet_negotiation(&l->out, PROTOCOL_OFFERED);
        start_sending(l, l->out.at, l->out.len, 'O', true);
        return true;
    case CONNECT:
        event_connect(l);
        return true;
    case HELO:
        event_helo(l);
        return true;
    case MAIL:
        if (!l->index)
            s->mail_at = now_ns();
        event_address(l, 'M', s->mail->expected->mail_from, "{mail_addr}");
        return true;
    case RCPT:
        event_address(l, 'R', s->mail->expected->rcpt, "{rcpt_addr}");
        return true;
    case DATA:
        event_data(l);
        return true;
    case CONTENT:
        return content_step(l);
    case OVER: case CLOSE: case ENDED:
        break;
    }
    return true;
}

static bool begin_connection(struct session *s)
{
    if (!next_message(s))
        return false;
    s->left = s->setup->per_connection - 1;
    s->step = OPEN;
    s->lane = 0;
    return true;
}

static void close_lanes(struct session *s)
{
    static const uint8_t quit[] = { 0, 0, 0, 1, 'Q' };
    for (unsigned i = 0; i < s->setup->lanes; i++) {
        if (s->lanes[i].fd >= 0)
            (void)!send(s->lanes[i].fd, quit, sizeof quit, MSG_NOSIGNAL | MSG_DONTWAIT);
        lane_close(&s->lanes[i]);
    }
}

static void over(struct session *s)
{
    static const uint8_t abort_packet[] = { 0, 0, 0, 1, 'A' };
    if (!same_host_next(s)) {
        s->step = CLOSE;
        return;
    }
    for (unsigned i = 0; s->refused && i < s->setup->lanes; i++)
        (void)!send(s->lanes[i].fd, abort_packet, sizeof abort_packet, MSG_NOSIGNAL | MSG_DONTWAIT);
    s->left--;
    next_message(s);
    s->step = MAIL;
    s->lane = 0;
}

static bool busy(const struct session *s)
{
    for (unsigned i = 0; i < s->setup->lanes; i++)
        if (s->lanes[i].send_left || s->lanes[i].awaiting)
            return true;
    return false;
}

bool session_drive(struct session *s)
{
    s->stalled = false;
    if (busy(s))
        return true;
    while (s->step != ENDED) {
        if (s->step == CLOSE) {
            close_lanes(s);
            if (!begin_connection(s))
                s->step = ENDED;
            continue;
        }
        if (s->step == OVER) {
            over(s);
            continue;
        }
        if (s->refused) {
            message_over(s, s->step < CONTENT, false);
            s->step = OVER;
            continue;
        }
        if (s->lane == s->setup->lanes) {
            if (s->step == CONTENT)
                message_over(s, false, false);
            next_step(s);
            continue;
        }
        struct lane *l = &s->lanes[s->lane];
        bool done = lane_step(s, l);
        if (s->stalled)
            return true;
        if (l->send_left && !push(l))
            l->awaiting = true;                /* the hang-up is read as such */
        if (done)
            s->lane++;
        if (l->send_left || l->awaiting)
            return true;
    }
    return false;
}

bool lane_ready(struct lane *l, uint32_t events, unsigned *broken)
{
    struct session *s = l->session;
    bool alive = true;
    if (l->fd < 0)
        return true;
    if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
        alive = read_replies(l);
    if (alive && (events & EPOLLOUT) && l->send_left)
        alive = push(l);
    if (!alive) {
        ++*broken;
        message_over(s, false, true);
        close_lanes(s);
        s->step = CLOSE;
    }
    return session_drive(s);
}
