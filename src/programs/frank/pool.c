#include "programs/frank/pool.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cursor.h"
#include "base/text.h"

#define TIME_MS 100
#define READ_OCTETS 65536
#define DEATHS_MAX 32                      /* without an answer between them: then nobody will ever answer (ours) */
#define TRIES_MAX 2
#define DESCRIPTORS 2048

/* ---- one task on its way ---- */

/* What a worker is sent, its descriptor beside it. */
struct wire_task {
    uint64_t serial, begin, end;
    uint32_t quoting, sender_len;
    uint32_t has_sender, unused;
    uint8_t sender[POOL_SENDER_MAX];
};

union control { struct cmsghdr head; uint8_t room[CMSG_SPACE(sizeof(int))]; };

static bool send_task(int to, const struct wire_task *w, int fd)
{
    union control control = { .room = { 0 } };
    /* sendmsg only reads; its interface has no const. */
    union { const struct wire_task *in; void *out; } u = { .in = w };
    struct iovec piece = { .iov_base = u.out, .iov_len = offsetof(struct wire_task, sender) + w->sender_len };
    struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room };
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(head), &fd, sizeof fd);
    ssize_t n;
    while ((n = sendmsg(to, &message, MSG_NOSIGNAL)) < 0 && errno == EINTR)
        ;
    return n >= 0;
}

static int descriptor_of(struct msghdr *message)
{
    int fd = -1;
    const struct cmsghdr *head = CMSG_FIRSTHDR(message);
    if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS && head->cmsg_len == CMSG_LEN(sizeof fd))
        memcpy(&fd, CMSG_DATA(head), sizeof fd);
    return fd;
}

enum pool_taken pool_take(const struct pool_worker *me, bool wait, struct pool_task *out)
{
    struct wire_task w;
    union control control;
    struct iovec piece = { .iov_base = &w, .iov_len = sizeof w };
    struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1, .msg_control = control.room, .msg_controllen = sizeof control.room };
    ssize_t n;
    while ((n = recvmsg(me->tasks, &message, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT))) < 0 && errno == EINTR)
        ;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
        return POOL_NOTHING_NOW;
    int fd = n > 0 ? descriptor_of(&message) : -1;
    if (fd < 0 || (size_t)n < offsetof(struct wire_task, sender))
        return POOL_NO_MORE;
    *out = (struct pool_task){
        .serial = w.serial, .part = { fd, w.begin, w.end, (enum file_quoting)w.quoting }, .has_sender = w.has_sender != 0, .sender_len = w.sender_len,
    };
    memcpy(out->sender, w.sender, w.sender_len);
    return POOL_TASK;
}

static void skip_written(struct iovec *pieces, size_t count, size_t written)
{
    for (size_t i = 0; i < count; i++) {
        size_t n = written < pieces[i].iov_len ? written : pieces[i].iov_len;
        pieces[i].iov_base = (uint8_t *)pieces[i].iov_base + n;
        pieces[i].iov_len -= n;
        written -= n;
    }
}

bool pool_answer(const struct pool_worker *me, uint64_t serial, struct slice line)
{
    char room[32];
    uint8_t end = '\n';
    union { const void *in; void *out; } u = { .in = line.at };      /* writev only reads; its interface has no const */
    struct text t = text_fixed(room, sizeof room);
    text_addf(&t, "%llu ", (unsigned long long)serial);
    struct iovec pieces[] = { { room, t.len }, { u.out, line.len }, { &end, 1 } };
    while (pieces[2].iov_len > 0) {
        ssize_t n = writev(me->results, pieces, (int)COUNT_OF(pieces));
        if (n < 0 && errno != EINTR)
            return false;
        skip_written(pieces, COUNT_OF(pieces), n > 0 ? (size_t)n : 0);
    }
    return true;
}

/* ---- the parent's books ---- */

enum slot_state { SLOT_FREE = 0, SLOT_SENT, SLOT_AGAIN, SLOT_ANSWERED, SLOT_LOST };

struct slot {
    enum slot_state state;
    struct pool_place place;               /* the name is the slot's own */
    uint8_t *name;
    struct wire_task task;
    int fd;
    unsigned tries, worker;
    uint8_t *line;
    size_t line_len;
};

struct worker {
    pid_t pid;                             /* 0: none */
    int tasks, results;
    unsigned has;
    bool alone;                            /* it has a message that ended another worker, and gets no other */
    uint8_t *read;                         /* what is no whole line yet */
    size_t len, room;
};

struct pool {
    const struct pool_work *work;
    const struct pool_sink *sink;
    struct source *source;
    bool source_ended;
    struct worker workers[POOL_JOBS_MAX];
    struct slot slots[POOL_WINDOW_MAX];
    uint64_t window, issued, handed_on;
    unsigned again;                        /* slots in SLOT_AGAIN */
    unsigned deaths;                       /* since the last answer */
    enum status status;
};

static struct slot *slot_of(struct pool *p, uint64_t serial)
{
    return &p->slots[serial % p->window];
}

/* ---- workers ---- */

static void forget_others(const struct pool *p)
{
    for (unsigned i = 0; i < p->work->jobs; i++)
        if (p->workers[i].pid > 0) {
            close(p->workers[i].tasks);
            close(p->workers[i].results);
        }
    for (uint64_t i = p->handed_on; i < p->issued; i++)
        if (p->slots[i % p->window].fd >= 0)
            close(p->slots[i % p->window].fd);
}

static bool make_channels(int tasks[2], int results[2])
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, tasks) != 0)
        return false;
    if (pipe2(results, O_CLOEXEC) == 0)
        return true;
    close(tasks[0]);
    close(tasks[1]);
    return false;
}

static bool start_worker(struct pool *p, struct worker *w)
{
    int tasks[2], results[2];
    if (!make_channels(tasks, results))
        return false;
    pid_t pid = fork();
    if (pid == 0) {
        forget_others(p);
        close(tasks[0]);
        close(results[0]);
        _exit(p->work->work(p->work->context, &(struct pool_worker){ tasks[1], results[1] }));
    }
    close(tasks[1]);
    close(results[1]);
    if (pid < 0 || fcntl(results[0], F_SETFL, O_NONBLOCK) != 0) {
        close(tasks[0]);
        close(results[0]);
        return false;
    }
    *w = (struct worker){ .pid = pid, .tasks = tasks[0], .results = results[0] };
    return true;
}

static void end_worker(struct worker *w)
{
    if (w->pid <= 0)
        return;
    close(w->tasks);
    close(w->results);
    while (waitpid(w->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    mem_free(w->read);
    *w = (struct worker){ .pid = 0 };
}

static void give_back(struct pool *p, unsigned worker)
{
    for (uint64_t i = p->handed_on; i < p->issued; i++) {
        struct slot *s = slot_of(p, i);
        if (s->state != SLOT_SENT || s->worker != worker)
            continue;
        s->state = ++s->tries < TRIES_MAX ? SLOT_AGAIN : SLOT_LOST;
        p->again += s->state == SLOT_AGAIN;
    }
}

static void worker_died(struct pool *p, unsigned worker)
{
    kill(p->workers[worker].pid, SIGKILL);
    end_worker(&p->workers[worker]);
    give_back(p, worker);
    if (++p->deaths >= DEATHS_MAX)
        p->status = STATUS_UNAVAILABLE;
}

/* The worker with least to do, a new one before a busy one; false: all have enough. */
static bool choose_worker(struct pool *p, unsigned *out)
{
    unsigned best = POOL_JOBS_MAX, fresh = POOL_JOBS_MAX, living = 0;
    for (unsigned i = 0; i < p->work->jobs; i++) {
        const struct worker *w = &p->workers[i];
        living += w->pid > 0;
        if (w->pid == 0)
            fresh = fresh == POOL_JOBS_MAX ? i : fresh;
        else if (!w->alone && w->has < POOL_AT_ONCE && (best == POOL_JOBS_MAX || w->has < p->workers[best].has))
            best = i;
    }
    bool wants_new = fresh < POOL_JOBS_MAX && (best == POOL_JOBS_MAX || p->workers[best].has > 0);
    if (wants_new && start_worker(p, &p->workers[fresh]))
        best = fresh;
    else if (wants_new && living == 0)
        p->status = STATUS_UNAVAILABLE;
    *out = best;
    return best < POOL_JOBS_MAX;
}

static void give(struct pool *p, struct slot *s, unsigned worker)
{
    struct worker *w = &p->workers[worker];
    s->worker = worker;
    s->state = SLOT_SENT;
    w->has++;
    /* A dead one is found out when its results end. */
    send_task(w->tasks, &s->task, s->fd);
}

/* ---- from the source ---- */

static bool fill_slot(struct slot *s, uint64_t serial, const struct source_item *item)
{
    *s = (struct slot){
        .fd = fcntl(item->part.fd, F_DUPFD_CLOEXEC, 0),
        .name = mem_alloc(item->file.len),
        .task = { .serial = serial, .begin = item->part.begin, .end = item->part.end, .quoting = (uint32_t)item->part.quoting },
    };
    if (s->fd < 0 || !s->name) {
        if (s->fd >= 0)
            close(s->fd);
        mem_free(s->name);
        s->name = NULL;
        return false;
    }
    memcpy(s->name, item->file.at, item->file.len);
    s->place = (struct pool_place){ slice_of(s->name, item->file.len), item->number, item->in_place };
    if (item->has_sender && item->sender.len <= POOL_SENDER_MAX) {
        s->task.has_sender = 1;
        s->task.sender_len = (uint32_t)item->sender.len;
        if (item->sender.len > 0)
            memcpy(s->task.sender, item->sender.at, item->sender.len);
    }
    return true;
}

static void take_item(struct pool *p, const struct source_item *item, unsigned worker)
{
    struct slot *s = slot_of(p, p->issued);
    if (!fill_slot(s, p->issued, item)) {
        struct source_item failed = *item;
        failed.status = STATUS_IO;
        failed.text = slice_str(strerror(errno));
        p->sink->trouble(p->sink->context, &failed);
        return;
    }
    p->issued++;
    give(p, s, worker);
}

/* Hands out what the workers can take now. */
static void hand_out(struct pool *p)
{
    struct source_item item;
    unsigned worker;
    while (!p->source_ended && p->again == 0 && p->status == STATUS_OK && p->issued - p->handed_on < p->window && choose_worker(p, &worker)) {
        enum source_step step = source_next(p->source, &item);
        if (step == SOURCE_ITEM)
            take_item(p, &item, worker);
        else if (step == SOURCE_TROUBLE)
            p->sink->trouble(p->sink->context, &item);
        else
            p->source_ended = true;
    }
}

/* What ended a worker, one at a time. */
static void hand_out_again(struct pool *p)
{
    unsigned worker;
    for (uint64_t i = p->handed_on; i < p->issued && p->again > 0; i++) {
        struct slot *s = slot_of(p, i);
        if (s->state != SLOT_AGAIN)
            continue;
        if (!choose_worker(p, &worker) || p->workers[worker].has > 0)
            return;
        p->workers[worker].alone = true;
        p->again--;
        give(p, s, worker);
    }
}

/* ---- results ---- */

/* False: no answer to anything this worker has. */
static bool take_line(struct pool *p, unsigned worker, struct slice line)
{
    struct slice number, rest;
    uint64_t serial;
    if (!slice_cut(line, ' ', &number, &rest) || !number_of(number, p->handed_on, p->issued - 1, &serial))
        return false;
    struct slot *s = slot_of(p, serial);
    if (s->state != SLOT_SENT || s->worker != worker)
        return false;
    s->line = mem_alloc(rest.len);
    if (!s->line) {
        p->status = STATUS_NO_MEMORY;
        return true;
    }
    memcpy(s->line, rest.at, rest.len);
    s->line_len = rest.len;
    s->state = SLOT_ANSWERED;
    p->workers[worker].has--;
    p->workers[worker].alone = false;
    p->deaths = 0;
    return true;
}

static bool take_lines(struct pool *p, unsigned worker)
{
    struct worker *w = &p->workers[worker];
    struct slice all = slice_of(w->read, w->len), line;
    size_t n;
    while ((n = slice_find(all, '\n')) < all.len) {
        line = slice_first(all, n);
        all = slice_from(all, n + 1);
        if (!take_line(p, worker, line))
            return false;
    }
    if (all.len > 0)
        memmove(w->read, all.at, all.len);
    w->len = all.len;
    return true;
}

static bool make_room(struct worker *w)
{
    if (w->room - w->len >= READ_OCTETS)
        return true;
    size_t room = w->room ? w->room * 2 : 2 * (size_t)READ_OCTETS;
    uint8_t *larger = w->len > POOL_LINE_MAX + 32 ? NULL : mem_resize(w->read, room);
    if (!larger)
        return false;
    w->read = larger;
    w->room = room;
    return true;
}

/* False: nothing sensible will come from it any more. */
static bool read_results(struct pool *p, unsigned worker)
{
    struct worker *w = &p->workers[worker];
    for (;;) {
        if (!make_room(w))
            return false;
        ssize_t n = read(w->results, w->read + w->len, w->room - w->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN || errno == EWOULDBLOCK;
        if (n == 0)
            return false;
        bool all = (size_t)n < w->room - w->len;
        w->len += (size_t)n;
        if (!take_lines(p, worker))
            return false;
        if (all)
            return true;
    }
}

static void wait_for_results(struct pool *p)
{
    struct pollfd polled[POOL_JOBS_MAX];
    unsigned owner[POOL_JOBS_MAX];
    nfds_t count = 0;
    for (unsigned i = 0; i < p->work->jobs; i++)
        if (p->workers[i].pid > 0) {
            owner[count] = i;
            polled[count++] = (struct pollfd){ .fd = p->workers[i].results, .events = POLLIN };
        }
    if (poll(polled, count, TIME_MS) <= 0)
        return;
    for (nfds_t i = 0; i < count; i++)
        if (polled[i].revents != 0 && !read_results(p, owner[i]))
            worker_died(p, owner[i]);
}

static void free_slot(struct slot *s)
{
    if (s->fd >= 0)
        close(s->fd);
    mem_free(s->name);
    mem_free(s->line);
    *s = (struct slot){ .fd = -1 };
}

static void hand_on(struct pool *p)
{
    for (; p->handed_on < p->issued; p->handed_on++) {
        struct slot *s = slot_of(p, p->handed_on);
        if (s->state == SLOT_ANSWERED)
            p->sink->line(p->sink->context, &s->place, slice_of(s->line, s->line_len));
        else if (s->state == SLOT_LOST)
            p->sink->lost(p->sink->context, &s->place);
        else
            return;
        free_slot(s);
    }
}

/* Every message on its way holds a descriptor. */
static void allow_descriptors(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < DESCRIPTORS && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

enum status pool_run(const struct pool_work *work, struct source *source, const struct pool_sink *sink)
{
    struct pool *p = mem_zalloc(1, sizeof *p);
    if (!p)
        return STATUS_NO_MEMORY;
    allow_descriptors();
    p->work = work;
    p->sink = sink;
    p->source = source;
    p->window = work->jobs * 2 * POOL_AT_ONCE < POOL_WINDOW_MAX ? work->jobs * 2 * POOL_AT_ONCE : POOL_WINDOW_MAX;
    for (;;) {
        hand_out_again(p);
        hand_out(p);
        if (p->status != STATUS_OK || (p->source_ended && p->handed_on == p->issued))
            break;
        wait_for_results(p);
        hand_on(p);
        sink->time(sink->context);
    }
    for (unsigned i = 0; i < work->jobs; i++)
        end_worker(&p->workers[i]);
    for (uint64_t i = p->handed_on; i < p->issued; i++)
        free_slot(slot_of(p, i));
    enum status status = p->status;
    mem_free(p);
    return status;
}
