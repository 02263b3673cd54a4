#include "frontend/file/part.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK_OCTETS 65536

enum status file_status_of(int error)
{
    return error == ENOENT || error == ENOTDIR || error == EACCES || error == EPERM || error == EISDIR || error == ELOOP || error == ENAMETOOLONG
        ? STATUS_NOT_FOUND : STATUS_IO;
}

/* ---- opening ---- */

static bool write_all(int fd, const uint8_t *at, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

static bool copy_all(int from, int to)
{
    uint8_t buffer[CHUNK_OCTETS];
    for (;;) {
        ssize_t n = read(from, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n == 0;
        if (!write_all(to, buffer, (size_t)n))
            return false;
    }
}

static int temporary_file(void)
{
    FILE *f = tmpfile();
    int fd = f ? fcntl(fileno(f), F_DUPFD_CLOEXEC, 0) : -1;
    if (f)
        fclose(f);
    return fd;
}

/* A copy that can be read by position; from stays open. */
static int spool(int from)
{
    int fd = temporary_file();
    if (fd < 0 || copy_all(from, fd))
        return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

static enum status give_up(int fd, int error)
{
    close(fd);
    errno = error;
    return file_status_of(error);
}

static bool has_octets(int fd)
{
    uint8_t octet;
    return pread(fd, &octet, 1, 0) > 0;
}

enum status file_part_of(int fd, struct file_part *out)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return give_up(fd, errno);
    if (S_ISDIR(st.st_mode))
        return give_up(fd, EISDIR);
    /* Files of /proc say they are empty. */
    if (!S_ISREG(st.st_mode) || (st.st_size == 0 && has_octets(fd))) {
        int copy = spool(fd);
        if (copy < 0 || fstat(copy, &st) != 0)
            return give_up(fd, errno);
        close(fd);
        fd = copy;
    }
    *out = (struct file_part){ .fd = fd, .end = st.st_size > 0 ? (uint64_t)st.st_size : 0 };
    return STATUS_OK;
}

/* Standard input is read from where it stands, which for a file need not be its start. */
static enum status open_stdin(struct file_part *out)
{
    int fd = spool(STDIN_FILENO);
    return fd < 0 ? file_status_of(errno) : file_part_of(fd, out);
}

enum status file_part_open(const char *path, struct file_part *out)
{
    if (strcmp(path, "-") == 0)
        return open_stdin(out);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? file_status_of(errno) : file_part_of(fd, out);
}

/* ---- reading ---- */

/* 0: goes on; what cannot be read ends it with errno. */
static ssize_t read_at(const struct file_part *p, uint64_t at, uint8_t *buffer, size_t room)
{
    size_t wanted = p->end - at < room ? (size_t)(p->end - at) : room;
    for (;;) {
        ssize_t n = pread(p->fd, buffer, wanted, (off_t)at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n == 0)
            errno = EIO;
        return n;
    }
}

enum status file_part_read(const struct file_part *p, void (*push)(void *context, struct slice), void *context)
{
    struct unquoting u = unquoting_begin(p->quoting, push, context);
    uint8_t buffer[CHUNK_OCTETS];
    for (uint64_t at = p->begin; at < p->end;) {
        ssize_t n = read_at(p, at, buffer, sizeof buffer);
        if (n <= 0)
            return STATUS_IO;
        at += (uint64_t)n;
        unquoting_push(&u, slice_of(buffer, (size_t)n));
    }
    unquoting_end(&u);
    return STATUS_OK;
}

enum status file_part_has_crlf(const struct file_part *p, bool *has)
{
    uint8_t buffer[CHUNK_OCTETS];
    bool cr = false;
    *has = false;
    for (uint64_t at = p->begin; at < p->end;) {
        ssize_t n = read_at(p, at, buffer, sizeof buffer);
        if (n <= 0)
            return STATUS_IO;
        at += (uint64_t)n;
        for (ssize_t i = 0; i < n; i++) {
            if (cr && buffer[i] == '\n') {
                *has = true;
                return STATUS_OK;
            }
            cr = buffer[i] == '\r';
        }
    }
    return STATUS_OK;
}
