/* history.h: a walk through the journal: every message of it, oldest first, one at a time in constant memory. */
#ifndef FRANK_PROGRAMS_HISTORY_H
#define FRANK_PROGRAMS_HISTORY_H

#include "platform/journal/files.h"
#include "programs/frank/cli.h"

struct history {
    const struct cli *cli;
    struct journal_files files;
    bool has_since;
    int64_t since;
    /* what the walk saw */
    uint64_t records;               /* messages since then */
    uint64_t bad;                   /* lines that are none */
    int64_t first, last;            /* times of the messages; 0: none */
    /* private */
    const char *path;
    uint64_t line, octets_before, octets_all;
    int64_t started_us, shown_us;
    bool shown;
};

struct history_visitor {
    bool (*wanted)(void *context, struct slice line);       /* before it is parsed; NULL: all. Time and shape are not known yet */
    void (*record)(void *context, struct arena *, const struct fact *record);   /* both until it returns */
    void *context;
};

/* The options of it, for cli_parse. */
#define HISTORY_OPTIONS(journals, since) \
    { .name = "since", .takes_value = true, .value_name = "WHEN", .help = "messages from then on: 14d, 36h, ISO time, Unix seconds", .value = &(since) }, \
    { .name = "journal", .takes_value = true, .value_name = "FILE", .help = "this journal and its rotated files (repeatable; - is standard input); " \
      "default: the one frank.conf names", .list = &(journals) }

/*
 * named: --journal; more: further names of files. None of either: what the configuration names.
 * since: as when_parse wants it, or NULL. EX_OK, or an exit code after complaining.
 */
int history_open(struct history *, const struct cli *, const struct cli_list *named, char **more, size_t more_count, const char *since);
/*
 * The same for who can do without: if nothing is named and the configuration's journal is not there, or may not be read, there are no files,
 * and *why_not says why (in the command line's arena; else NULL).
 */
int history_open_if_any(struct history *, const struct cli *, const struct cli_list *named, const char *since, const char **why_not);
/* EX_OK, or EX_IOERR, EX_NOINPUT after complaining; then what could be read was visited. */
int history_walk(struct history *, const struct history_visitor *);
/* Takes the progress line away before something is printed. */
void history_quiet(struct history *);
/* "2026-01-01 00:00:00Z .. 2026-01-15 12:00:00Z", or "no message". In the room. */
const char *history_span(const struct history *, char room[80]);

#endif
