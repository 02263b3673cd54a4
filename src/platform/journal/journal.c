#include "platform/journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#define LINES_MAX (4u << 20)             /* octets kept for one turn; a message's line is below FACT_JSON_MAX */
#define WRITE_EARLY (256u << 10)         /* beyond it the turn's end is not waited for */
#define COMPLAIN_EVERY_US 60000000LL
#define DECISION_MAX 4096
#define FILE_MODE 0640

struct journal_sink {
    struct loop *loop;
    struct loop_timer *flush;
    struct journal_counts *counts;
    int fd;                              /* -1: no file */
    bool syslog, flushing;
    unsigned *tears, tears_ended;        /* others left half a line since we ended one: our next begins behind a line end */
    unsigned log;
    int64_t complained_us;
    struct arena *lines_arena, *log_arena;
    struct text lines, log_lines;
    unsigned line_count;
    struct slice host;
};

/* ---- the log ---- */

void log_open(unsigned target)
{
    if (target == LOG_TO_SYSLOG)
        openlog("frankd", LOG_PID | LOG_NDELAY, LOG_MAIL);
}

void log_say(unsigned target, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (target == LOG_TO_SYSLOG)
        syslog(LOG_INFO, "%s", line);
    else if (target == LOG_TO_STDERR)
        dprintf(STDERR_FILENO, "frankd[%d]: %s\n", (int)getpid(), line);
}

/* ---- writing ---- */

static bool write_whole(int fd, struct slice s, bool *torn)
{
    while (s.len > 0) {
        ssize_t n = write(fd, s.at, s.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        s = slice_from(s, (size_t)n);
        *torn = s.len > 0;
    }
    return true;
}

static void complain(struct journal_sink *j)
{
    int64_t now = loop_now_us(j->loop);
    if (j->complained_us && now - j->complained_us < COMPLAIN_EVERY_US)
        return;
    j->complained_us = now;
    log_say(j->log, "the journal cannot be written: %s", strerror(errno));
}

static bool end_half_a_line(struct journal_sink *j)
{
    unsigned tears = *j->tears;
    bool torn = false;
    if (tears == j->tears_ended)
        return true;
    if (!write_whole(j->fd, SLICE("\n"), &torn))
        return false;
    j->tears_ended = tears;
    return true;
}

/* Lines are appended whole, so that several workers can share the file. */
static void write_lines(struct journal_sink *j)
{
    struct slice s = text_slice(&j->lines);
    bool torn = false, good = !j->lines.bad;
    if (good && s.len)
        good = end_half_a_line(j) && write_whole(j->fd, s, &torn);
    *j->tears += torn;
    if (good) {
        j->counts->lines += j->line_count;
    } else {
        j->counts->lost += j->line_count;
        complain(j);
    }
    j->line_count = 0;
    text_reset(&j->lines);
}

void journal_flush(struct journal_sink *j)
{
    bool torn = false;
    j->flushing = false;
    if (j->fd >= 0)
        write_lines(j);
    if (j->log == LOG_TO_STDERR && j->log_lines.len)
        (void)!write_whole(STDERR_FILENO, text_slice(&j->log_lines), &torn);
    text_reset(&j->log_lines);
}

static void flush_due(void *context)
{
    journal_flush(context);
}

static void flush_soon(struct journal_sink *j)
{
    if (j->lines.len > WRITE_EARLY || j->log_lines.len > WRITE_EARLY)
        journal_flush(j);
    else if (!j->flushing)
        j->flushing = loop_timer_set(j->flush, 0);
}

/* ---- one message ---- */

static void say_decision(struct journal_sink *j, const struct journal_entry *e)
{
    char room[DECISION_MAX];
    struct text t = text_fixed(room, sizeof room - 1);
    journal_decision(e, &t);
    if (t.bad)
        return;
    if (j->log == LOG_TO_SYSLOG) {
        syslog(LOG_INFO, "%.*s", (int)t.len, room);
        return;
    }
    text_add_str(&j->log_lines, "frankd: ");
    text_add(&j->log_lines, text_slice(&t));
    text_add_octet(&j->log_lines, '\n');
}

/* In the transaction's own lines: what does not fit is lost and counted, what was there stays. */
static void write_line(struct journal_sink *j, const struct fact *line)
{
    size_t before = j->lines.len;
    if (j->fd < 0 && !j->syslog)
        return;
    if (!line || !fact_to_json(line, false, &j->lines) || j->lines.bad) {
        j->lines.len = before;
        j->lines.bad = false;
        j->counts->lost++;
        return;
    }
    if (j->syslog)
        syslog(LOG_INFO, "%.*s", (int)(j->lines.len - before), (const char *)j->lines.at + before);
    if (j->fd < 0) {
        j->lines.len = before;
        j->counts->lines++;
        return;
    }
    text_add_octet(&j->lines, '\n');
    j->line_count++;
}

void journal_message(struct journal_sink *j, const struct journal_entry *given)
{
    struct journal_entry e = *given;
    e.host = j->host;
    if (j->log != LOG_TO_NOBODY)
        say_decision(j, &e);
    if (j->fd >= 0 || j->syslog)
        write_line(j, journal_line(&e));
    flush_soon(j);
}

/* ---- begin and end ---- */

/* The last who wrote may have been killed, or have met a full disk. What cannot be read is taken for whole. */
static bool ends_in_half_a_line(int written, const char *path)
{
    struct stat st;
    char last = '\n';
    if (fstat(written, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
        return false;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    bool half = fd >= 0 && pread(fd, &last, 1, st.st_size - 1) == 1 && last != '\n';
    if (fd >= 0)
        close(fd);
    return half;
}

static void open_file(struct journal_sink *j, struct slice name)
{
    struct arena *a = arena_new(8192);
    char *path = a ? slice_to_string(a, name) : NULL;
    /* A pipe that nobody reads must not keep mail waiting. */
    j->fd = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, FILE_MODE) : -1;
    if (j->fd < 0) {
        j->counts->lost++;
        log_say(j->log, "no journal: %s: %s", path ? path : "?", errno == ELOOP ? "a symbolic link, which is not followed" : strerror(errno));
    }
    j->tears_ended = *j->tears - (j->fd >= 0 && ends_in_half_a_line(j->fd, path));
    arena_free(a);
}

struct journal_sink *journal_open(struct loop *l, const struct journal_settings *s, unsigned log, struct slice host, struct journal_counts *counts,
                                  unsigned *tears)
{
    struct journal_sink *j = mem_zalloc(1, sizeof *j);
    if (!j)
        return NULL;
    *j = (struct journal_sink){
        .loop = l, .counts = counts, .tears = tears, .host = host, .fd = -1, .syslog = s->syslog, .log = log,
        .flush = loop_timer_new(l, flush_due, j), .lines_arena = arena_new(3 * LINES_MAX), .log_arena = arena_new(3 * LINES_MAX),
    };
    if (!j->flush || !j->lines_arena || !j->log_arena) {
        journal_close(j);
        return NULL;
    }
    j->lines = text_in(j->lines_arena, LINES_MAX);
    j->log_lines = text_in(j->log_arena, LINES_MAX);
    if (j->syslog && j->log != LOG_TO_SYSLOG)
        log_open(LOG_TO_SYSLOG);
    if (s->file.len)
        open_file(j, s->file);
    return j;
}

void journal_close(struct journal_sink *j)
{
    if (!j)
        return;
    if (j->lines_arena && j->log_arena)
        journal_flush(j);
    if (j->fd >= 0)
        close(j->fd);
    loop_timer_free(j->flush);
    arena_free(j->lines_arena);
    arena_free(j->log_arena);
    mem_free(j);
}
