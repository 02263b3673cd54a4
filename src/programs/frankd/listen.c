/* listen.c: sockets by their address, kept open while some generation uses them, so that a reload drops nobody. */
#include "programs/frankd/frankd.h"

#include <arpa/inet.h>
#include <errno.h>
#include <grp.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define LISTENER_TEXT_MAX 160

struct listener { char text[LISTENER_TEXT_MAX]; int fd; char path[LISTENER_TEXT_MAX]; pid_t owner; };     /* path: of a unix socket, or empty */
struct listeners { struct listener at[2 * SETTINGS_LISTEN_MAX]; size_t count; };

struct complaint { char *at; size_t room; };

static int complain(struct complaint c, const char *what, const char *why)
{
    snprintf(c.at, c.room, "%s: %s", what, why);
    return -1;
}

/* ---- unix ---- */

static bool address_of(const char *path, struct sockaddr_un *at)
{
    size_t len = strlen(path);
    *at = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (len >= sizeof at->sun_path)
        return false;
    memcpy(at->sun_path, path, len + 1);
    return true;
}

/* Nobody listens there any more, and it was ours: it may be replaced (threats.md T46). */
static bool is_dead_and_ours(const char *path, const struct sockaddr_un *at, struct complaint c)
{
    struct stat st;
    if (lstat(path, &st) != 0)
        return errno == ENOENT;
    if (!S_ISSOCK(st.st_mode) || (st.st_uid != geteuid() && geteuid() != 0)) {
        complain(c, path, "there is something that is no socket of ours");
        return false;
    }
    /* Not waiting: who listens may take nobody any more. */
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool dead = fd >= 0 && connect(fd, (const struct sockaddr *)at, sizeof *at) != 0 && errno == ECONNREFUSED;
    if (fd >= 0)
        close(fd);
    if (!dead)
        complain(c, path, "another program listens there");
    return dead;
}

static bool bind_with_mode(int fd, const struct sockaddr_un *at, unsigned mode)
{
    mode_t old = umask(0777 & ~(mode_t)mode);
    bool good = bind(fd, (const struct sockaddr *)at, sizeof *at) == 0;
    int error = errno;
    umask(old);
    errno = error;
    return good;
}

int unix_listener(const char *path, unsigned mode, gid_t group, char *error, size_t room)
{
    struct complaint c = { error, room };
    struct sockaddr_un at;
    if (!address_of(path, &at))
        return complain(c, path, "too long for a unix socket");
    if (!is_dead_and_ours(path, &at, c))
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return complain(c, path, strerror(errno));
    unlink(path);
    if (!bind_with_mode(fd, &at, mode) || (group != (gid_t)-1 && lchown(path, (uid_t)-1, group) != 0) || listen(fd, SOMAXCONN) != 0) {
        complain(c, path, strerror(errno));
        close(fd);
        return -1;
    }
    return fd;
}

static int open_unix(const struct endpoint *e, const struct milter_settings *s, char path[LISTENER_TEXT_MAX], struct complaint c)
{
    char name[64];
    unsigned mode = 0;
    gid_t gid = (gid_t)-1;
    snprintf(path, LISTENER_TEXT_MAX, "%.*s", (int)e->path.len, (const char *)e->path.at);
    mode_parse(s->mode, &mode);
    if (s->group.len > 0) {
        snprintf(name, sizeof name, "%.*s", (int)s->group.len, (const char *)s->group.at);
        const struct group *g = getgrnam(name);
        if (!g)
            return complain(c, name, "there is no such group");
        gid = g->gr_gid;
    }
    return unix_listener(path, mode, gid, c.at, c.room);
}

/* ---- inet ---- */

union any_address { struct sockaddr any; struct sockaddr_in v4; struct sockaddr_in6 v6; };

static socklen_t inet_address(const struct endpoint *e, union any_address *at)
{
    memset(at, 0, sizeof *at);
    if (e->ip.family == IP_V4) {
        at->v4 = (struct sockaddr_in){ .sin_family = AF_INET, .sin_port = htons(e->port) };
        memcpy(&at->v4.sin_addr, e->ip.octets, 4);
        return sizeof at->v4;
    }
    at->v6 = (struct sockaddr_in6){ .sin6_family = AF_INET6, .sin6_port = htons(e->port) };
    memcpy(&at->v6.sin6_addr, e->ip.octets, 16);
    return sizeof at->v6;
}

static int open_inet(const struct endpoint *e, const char *text, struct complaint c)
{
    static const int yes = 1;
    union any_address at;
    socklen_t len = inet_address(e, &at);
    int fd = socket(at.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return complain(c, text, strerror(errno));
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (at.any.sa_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
    if (bind(fd, &at.any, len) == 0 && listen(fd, SOMAXCONN) == 0)
        return fd;
    complain(c, text, strerror(errno));
    close(fd);
    return -1;
}

/* ---- the list ---- */

static struct listener *listener_named(struct listeners *l, struct slice text)
{
    for (size_t i = 0; i < l->count; i++)
        if (slice_same(slice_str(l->at[i].text), text))
            return &l->at[i];
    return NULL;
}

static void listener_close(struct listener *l)
{
    close(l->fd);
    if (l->path[0] && l->owner == getpid())
        unlink(l->path);
}

static bool listener_open(struct listeners *all, struct slice text, const struct milter_settings *s, struct complaint c)
{
    struct endpoint e;
    if (all->count == COUNT_OF(all->at) || text.len >= LISTENER_TEXT_MAX || !endpoint_parse(text, &e))
        return complain(c, "milter.listen", "too many addresses, or one that is none") == 0;
    struct listener *l = &all->at[all->count];
    *l = (struct listener){ .owner = getpid() };
    snprintf(l->text, sizeof l->text, "%.*s", (int)text.len, (const char *)text.at);
    l->fd = e.kind == ENDPOINT_UNIX ? open_unix(&e, s, l->path, c) : open_inet(&e, l->text, c);
    if (l->fd < 0)
        return false;
    all->count++;
    return true;
}

bool listeners_open(struct listeners *l, const struct plan *p, char *error, size_t room)
{
    const struct milter_settings *s = milter_settings(p->config);
    size_t before = l->count;
    for (size_t i = 0; i < s->listen.count; i++) {
        if (listener_named(l, s->listen.at[i]) || listener_open(l, s->listen.at[i], s, (struct complaint){ error, room }))
            continue;
        while (l->count > before)
            listener_close(&l->at[--l->count]);
        return false;
    }
    return true;
}

static bool names(const struct plan *p, const struct listener *l)
{
    const struct texts *listen = &milter_settings(p->config)->listen;
    for (size_t i = 0; i < listen->count; i++)
        if (slice_same(slice_str(l->text), listen->at[i]))
            return true;
    return false;
}

void listeners_keep_only(struct listeners *l, const struct plan *p)
{
    size_t kept = 0;
    for (size_t i = 0; i < l->count; i++) {
        if (names(p, &l->at[i]))
            l->at[kept++] = l->at[i];
        else
            listener_close(&l->at[i]);
    }
    l->count = kept;
}

size_t listeners_of(const struct listeners *l, const struct plan *p, int fds[SETTINGS_LISTEN_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < l->count && n < SETTINGS_LISTEN_MAX; i++)
        if (names(p, &l->at[i]))
            fds[n++] = l->at[i].fd;
    return n;
}

struct listeners *listeners_new(void)
{
    return mem_zalloc(1, sizeof(struct listeners));
}

void listeners_close(struct listeners *l)
{
    for (size_t i = 0; i < l->count; i++)
        close(l->at[i].fd);
    l->count = 0;
}

void listeners_free(struct listeners *l)
{
    if (!l)
        return;
    while (l->count)
        listener_close(&l->at[--l->count]);
    mem_free(l);
}
