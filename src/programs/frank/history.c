#include "programs/frank/history.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "platform/journal/reader.h"
#include "programs/frank/installed.h"

#define RECORD_OCTETS_MAX (64u << 20)      /* of one line's tree */
#define PROGRESS_AFTER_US 1000000
#define PROGRESS_EVERY_US 250000
#define PROGRESS_LINES 512                 /* the clock is looked at so often */

/* ---- which files ---- */

static int add_journal(struct history *h, const char *name)
{
    errno = 0;
    switch (journal_files_add(h->cli->arena, &h->files, name)) {
    case STATUS_OK: return EX_OK;
    case STATUS_NO_MEMORY: out_of_memory();
    case STATUS_LIMIT: complain("%s: more than %d files", name, JOURNAL_FILES_MAX); return EX_SOFTWARE;
    case STATUS_NOT_FOUND: complain("%s: there is no such journal", name); return EX_NOINPUT;
    case STATUS_IO: case STATUS_BAD_INPUT: case STATUS_UNAVAILABLE: case STATUS_BUG: break;
    }
    complain("%s: %s", name, strerror(errno));
    return EX_NOINPUT;
}

static int add_configured(struct history *h)
{
    struct installed in;
    int code = installed_open(&in, h->cli);
    if (code == EX_OK) {
        struct slice file = journal_settings(in.config)->file;
        char *name = slice_to_string(h->cli->arena, file);
        if (!name)
            out_of_memory();
        if (file.len == 0) {
            complain("%s keeps no journal (journal.file is empty); --journal FILE names one", in.path ? in.path : "the configuration");
            code = EX_CONFIG;
        } else {
            code = add_journal(h, name);
        }
    }
    installed_close(&in);
    return code;
}

static int begin(struct history *h, const struct cli *cli, const char *since)
{
    *h = (struct history){ .cli = cli, .has_since = since != NULL };
    if (!since || when_parse(since, cli_now(cli), &h->since))
        return EX_OK;
    complain("--since: \"%s\" is neither a time nor a duration such as 14d", since);
    return EX_USAGE;
}

int history_open(struct history *h, const struct cli *cli, const struct cli_list *named, char **more, size_t more_count, const char *since)
{
    int code = begin(h, cli, since);
    for (size_t i = 0; i < named->count && code == EX_OK; i++)
        code = add_journal(h, named->at[i]);
    for (size_t i = 0; i < more_count && code == EX_OK; i++)
        code = add_journal(h, more[i]);
    if (code == EX_OK && named->count == 0 && more_count == 0)
        code = add_configured(h);
    return code;
}

static const char *said(struct history *h, struct slice file, const char *words)
{
    struct text t = text_in(h->cli->arena, PATH_MAX + 256);
    text_add(&t, file);
    text_addf(&t, ": %s", words);
    text_add_octet(&t, '\0');
    if (t.bad)
        out_of_memory();
    return (const char *)t.at;
}

/* NULL: it is there and may be read. */
static const char *add_if_there(struct history *h, struct slice file)
{
    char *name = slice_to_string(h->cli->arena, file);
    if (file.len == 0)
        return "the configuration keeps none";
    if (!name)
        out_of_memory();
    errno = 0;
    enum status status = journal_files_add(h->cli->arena, &h->files, name);
    if (status == STATUS_NO_MEMORY)
        out_of_memory();
    if (status != STATUS_OK)
        return said(h, file, status == STATUS_NOT_FOUND ? "there is none" : status == STATUS_LIMIT ? "too many files" : strerror(errno));
    for (size_t i = 0; i < h->files.count; i++)
        if (access(h->files.at[i].path, R_OK) != 0 && errno != ENOENT)
            return said(h, file, strerror(errno));
    return NULL;
}

int history_open_if_any(struct history *h, const struct cli *cli, const struct cli_list *named, const char *since, const char **why_not)
{
    struct installed in;
    *why_not = NULL;
    if (named->count > 0)
        return history_open(h, cli, named, NULL, 0, since);
    int code = begin(h, cli, since);
    if (code != EX_OK)
        return code;
    code = installed_open(&in, cli);
    if (code == EX_OK)
        *why_not = add_if_there(h, journal_settings(in.config)->file);
    if (*why_not)
        h->files.count = 0;
    installed_close(&in);
    return code;
}

/* ---- progress ---- */

static int64_t clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

void history_quiet(struct history *h)
{
    if (h->shown)
        fprintf(stderr, "\r%*s\r", 60, "");
    h->shown = false;
}

static void show_progress(struct history *h, uint64_t octets_here)
{
    int64_t now = clock_us();
    if (now - h->started_us < PROGRESS_AFTER_US || now - h->shown_us < PROGRESS_EVERY_US || !isatty(STDERR_FILENO))
        return;
    uint64_t done = h->octets_before + octets_here;
    unsigned percent = h->octets_all ? (unsigned)(100.0 * (double)done / (double)h->octets_all) : 0;
    h->shown_us = now;
    h->shown = true;
    if (h->octets_all)
        fprintf(stderr, "\r%3u %% of %llu MB, %llu messages ", percent > 100 ? 100 : percent, (unsigned long long)(h->octets_all >> 20), (unsigned long long)h->records);
    else
        fprintf(stderr, "\r%llu messages ", (unsigned long long)h->records);
}

/* ---- walking ---- */

static void bad_line(struct history *h, const char *why)
{
    if (h->bad++ > 0)
        return;
    history_quiet(h);
    complain("%s:%llu: no record of a message: %s", h->path, (unsigned long long)h->line, why);
}

/* Lines of a journal that are records, in time. */
static void visit_line(struct history *h, const struct history_visitor *v, struct arena *a, struct slice line, bool torn)
{
    const struct fact *record;
    const char *error;
    if (v->wanted && !v->wanted(v->context, line))
        return;
    arena_reset(a);
    if (!fact_from_json(a, line, &record, &error)) {
        if (!torn)
            bad_line(h, error);
        return;
    }
    if (fact_number(record, "version", 0) != 1 || !fact_find(record, "session") || !fact_find(record, "verdict")) {
        bad_line(h, "not an object of frank verify");
        return;
    }
    int64_t time = fact_number(record, "time", 0);
    if (h->has_since && time < h->since)
        return;
    h->records++;
    h->first = h->records == 1 || time < h->first ? time : h->first;
    h->last = time > h->last ? time : h->last;
    v->record(v->context, a, record);
}

static int walk_lines(struct history *h, const struct history_visitor *v, struct arena *a, struct journal_reader *r)
{
    struct slice line;
    for (h->line = 1;; h->line++) {
        switch (journal_next(r, &line)) {
        case JOURNAL_END: return EX_OK;
        case JOURNAL_LINE: visit_line(h, v, a, line, false); break;
        case JOURNAL_TORN: visit_line(h, v, a, line, true); break;
        case JOURNAL_OVERLONG: bad_line(h, "the line is too long"); break;
        case JOURNAL_BROKEN:
            history_quiet(h);
            complain("%s: %s; what is behind that was not read", h->path, journal_error(r));
            return EX_IOERR;
        }
        if (h->line % PROGRESS_LINES == 0)
            show_progress(h, journal_position(r));
    }
}

/* A rotated file that was last written before the time asked for has nothing to say. */
static bool is_too_old(const struct history *h, const struct journal_file *f)
{
    return h->has_since && f->past && f->modified < h->since;
}

static int walk_file(struct history *h, const struct history_visitor *v, struct arena *a, const struct journal_file *f)
{
    bool is_stdin = strcmp(f->path, "-") == 0;
    h->path = is_stdin ? "standard input" : f->path;
    struct journal_reader *r = is_stdin ? journal_reader_open_fd(dup(STDIN_FILENO)) : journal_reader_open(f->path);
    if (!r) {
        history_quiet(h);
        complain("%s: %s", h->path, strerror(errno));
        return errno == ENOENT ? EX_OK : EX_NOINPUT;       /* rotated away just now */
    }
    int code = walk_lines(h, v, a, r);
    journal_reader_close(r);
    h->octets_before += f->octets;
    return code;
}

int history_walk(struct history *h, const struct history_visitor *v)
{
    struct arena *a = arena_new(RECORD_OCTETS_MAX);
    int worst = EX_OK;
    if (!a)
        out_of_memory();
    h->started_us = clock_us();
    for (size_t i = 0; i < h->files.count; i++)
        h->octets_all += is_too_old(h, &h->files.at[i]) ? 0 : h->files.at[i].octets;
    for (size_t i = 0; i < h->files.count; i++) {
        int code = is_too_old(h, &h->files.at[i]) ? EX_OK : walk_file(h, v, a, &h->files.at[i]);
        if (code != EX_OK)
            worst = code;
    }
    history_quiet(h);
    if (h->bad > 1)
        complain("%llu more lines of the journal are no records of messages", (unsigned long long)h->bad - 1);
    arena_free(a);
    return worst;
}

const char *history_span(const struct history *h, char room[80])
{
    char first[32], last[32];
    if (h->records == 0)
        return "no message";
    snprintf(room, 80, "%s .. %s", time_shown(h->first, first), time_shown(h->last, last));
    return room;
}
