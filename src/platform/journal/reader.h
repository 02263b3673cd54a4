/*
 * reader.h: journal files read back, line by line, for frank why and frank what-if.
 *
 *     struct journal_reader *r = journal_reader_open("/var/log/frank/journal.2.gz");
 *     struct slice line;
 *     while ((what = journal_next(r, &line)) != JOURNAL_END) ...
 *     journal_reader_close(r);
 *
 * A file may be compressed with gzip, whatever its name. Memory is one line (at most FACT_JSON_MAX octets) and zlib's
 * own. The journal may be written to at the same time: a last line without its end may be half a line.
 */
#ifndef FRANK_PLATFORM_JOURNAL_READER_H
#define FRANK_PLATFORM_JOURNAL_READER_H

#include "fact/fact.h"

struct journal_reader;

/* NULL: see errno (ENOMEM too). A directory is refused with EISDIR. */
struct journal_reader *journal_reader_open(const char *path);
struct journal_reader *journal_reader_open_fd(int fd);        /* takes the descriptor, also when it fails */
void journal_reader_close(struct journal_reader *);           /* NULL allowed */

enum journal_what {
    JOURNAL_END,
    JOURNAL_LINE,          /* a line; never empty */
    JOURNAL_TORN,          /* the last one, whose end is missing: half written, or cut by a crash */
    JOURNAL_OVERLONG,      /* a line over FACT_JSON_MAX was passed over */
    JOURNAL_BROKEN         /* it cannot be read further: journal_error says why; JOURNAL_END follows */
};
/* The line, without its end, stays until the next call. */
enum journal_what journal_next(struct journal_reader *, struct slice *line);
const char *journal_error(const struct journal_reader *);     /* why it is broken; until it is closed */
/* How many octets of the file (as stored) were read; for progress. */
uint64_t journal_position(const struct journal_reader *);

#endif
