/*
 * files.h: which files a journal is: NAME and what log rotation left of its past, oldest first.
 *
 * Generations are NAME.1, NAME.2, ... (a larger number is older) and NAME-20260131 (a later date is newer), each
 * with or without ".gz".
 */
#ifndef FRANK_PLATFORM_JOURNAL_FILES_H
#define FRANK_PLATFORM_JOURNAL_FILES_H

#include "base/arena.h"
#include "base/status.h"

#define JOURNAL_FILES_MAX 4096      /* generations of one journal that are looked at (ours): eleven years of days */

struct journal_file {
    const char *path;
    bool past;                      /* a generation that was found, not named */
    int64_t modified;               /* Unix seconds: no line in it is younger */
    uint64_t octets;
    uint64_t device, number;        /* two names of one file are one */
};
struct journal_files { struct journal_file *at; size_t count, room; };

/*
 * Adds NAME and its generations, oldest first; what is there already is not added again. "-" is standard input. A NAME
 * that is itself a generation stands alone. STATUS_NOT_FOUND if neither NAME nor a generation exists (errno),
 * STATUS_IO if the folder cannot be read (errno), STATUS_LIMIT, STATUS_NO_MEMORY. All in the arena.
 */
enum status journal_files_add(struct arena *, struct journal_files *, const char *name);

#endif
