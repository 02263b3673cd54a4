#include "platform/journal/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define READ_AT_ONCE (128u << 10)
#define BUFFER_FIRST (256u << 10)
#define BUFFER_MAX (FACT_JSON_MAX + READ_AT_ONCE)

struct journal_reader {
    gzFile file;
    uint8_t *at;                     /* octets begin..end are not handed out yet; none before `looked` ends a line */
    size_t begin, end, looked, room;
    bool skipping;                   /* in a line that is too long */
    bool ended, broken;
    const char *error;
};

struct journal_reader *journal_reader_open(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    return fd < 0 ? NULL : journal_reader_open_fd(fd);
}

static struct journal_reader *open_failed(struct journal_reader *r, int fd, int why)
{
    if (r)
        mem_free(r->at);
    mem_free(r);
    close(fd);
    errno = why;
    return NULL;
}

struct journal_reader *journal_reader_open_fd(int fd)
{
    struct stat st;
    if (fstat(fd, &st) == 0 && S_ISDIR(st.st_mode))
        return open_failed(NULL, fd, EISDIR);
    struct journal_reader *r = mem_zalloc(1, sizeof *r);
    if (r)
        r->at = mem_alloc(BUFFER_FIRST);
    if (!r || !r->at)
        return open_failed(r, fd, ENOMEM);
    r->room = BUFFER_FIRST;
    r->file = gzdopen(fd, "rb");
    if (!r->file)
        return open_failed(r, fd, ENOMEM);
    gzbuffer(r->file, READ_AT_ONCE);
    return r;
}

void journal_reader_close(struct journal_reader *r)
{
    if (!r)
        return;
    gzclose_r(r->file);
    mem_free(r->at);
    mem_free(r);
}

const char *journal_error(const struct journal_reader *r)
{
    return r->error ? r->error : "it can be read";
}

uint64_t journal_position(const struct journal_reader *r)
{
    z_off_t at = gzoffset(r->file);
    return at > 0 ? (uint64_t)at : 0;
}

/* Room behind the octets that wait; false without memory. */
static bool make_room(struct journal_reader *r)
{
    memmove(r->at, r->at + r->begin, r->end - r->begin);
    r->looked -= r->begin;
    r->end -= r->begin;
    r->begin = 0;
    if (r->room - r->end >= READ_AT_ONCE)
        return true;
    size_t room = r->room * 2 < BUFFER_MAX ? r->room * 2 : BUFFER_MAX;
    uint8_t *larger = mem_resize(r->at, room);
    if (!larger)
        return false;
    r->at = larger;
    r->room = room;
    return true;
}

static void broken(struct journal_reader *r, const char *why)
{
    r->ended = r->broken = true;
    r->error = why;
}

/* Some more octets, or the end. */
static void read_more(struct journal_reader *r)
{
    if (!make_room(r)) {
        broken(r, "no memory");
        return;
    }
    int n = gzread(r->file, r->at + r->end, READ_AT_ONCE);
    if (n > 0)
        r->end += (size_t)n;
    if (n == (int)READ_AT_ONCE)
        return;
    /* The end; zlib says only here that a compressed file was cut off. */
    int code;
    const char *why = gzerror(r->file, &code);
    if (n < 0 || (code != Z_OK && code != Z_STREAM_END))
        broken(r, code == Z_ERRNO ? strerror(errno) : why);
    else if (n == 0)
        r->ended = true;
}

/* One line's octets leave the buffer; without its end, and a CR before that. */
static enum journal_what hand_out(struct journal_reader *r, size_t end, bool whole, struct slice *line)
{
    bool skipped = r->skipping || end - r->begin > FACT_JSON_MAX;
    *line = slice_trim(slice_of(r->at + r->begin, end - r->begin), "\r");
    r->begin = r->looked = whole ? end + 1 : end;
    r->skipping = false;
    if (skipped)
        *line = (struct slice){ 0 };
    return skipped ? JOURNAL_OVERLONG : whole ? JOURNAL_LINE : JOURNAL_TORN;
}

/* What waits is part of a line that is too long already. */
static void pass_over(struct journal_reader *r)
{
    r->skipping = true;
    r->begin = r->looked = r->end = 0;
}

static enum journal_what next_line(struct journal_reader *r, struct slice *line)
{
    for (;;) {
        const uint8_t *end = r->end > r->looked ? memchr(r->at + r->looked, '\n', r->end - r->looked) : NULL;
        if (end)
            return hand_out(r, (size_t)(end - r->at), true, line);
        r->looked = r->end;
        if (r->ended && (r->end > r->begin || r->skipping))
            return hand_out(r, r->end, false, line);
        if (r->ended)
            return JOURNAL_END;
        if (r->skipping || r->end - r->begin > FACT_JSON_MAX)
            pass_over(r);
        read_more(r);
    }
}

enum journal_what journal_next(struct journal_reader *r, struct slice *line)
{
    enum journal_what what;
    do {
        *line = (struct slice){ 0 };
        what = next_line(r, line);
    } while ((what == JOURNAL_LINE || what == JOURNAL_TORN) && line->len == 0);
    if (what == JOURNAL_END && r->broken) {
        r->broken = false;
        return JOURNAL_BROKEN;
    }
    return what;
}
