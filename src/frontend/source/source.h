/*
 * source.h: messages from wherever people keep them, one at a time, in constant memory.
 *
 * A place is a file, a folder, an mbox, a maildir, or "-" for standard input:
 *
 *     struct source *s = source_new(paths, count, SOURCE_AUTO);
 *     while ((step = source_next(s, &item)) != SOURCE_END)
 *         switch (step) { SOURCE_ITEM: file_run(engine, &item.part, ...); SOURCE_TROUBLE: say item.file, item.text }
 *     source_free(s);
 *
 * Order: places as they were named; in a folder its files by name, octet for octet, then its folders by name. A file is an
 * mbox if its first octets are "From " and no colon follows. A folder that holds folders cur, new and tmp is a maildir: new, cur
 * (so that a message another program moves meanwhile is met), then folders in it that are maildirs; tmp and other files there are
 * no mail.
 * Elsewhere names that begin with a dot are left out, as ls does.
 *
 * What was named is opened as cat would. Below it nothing leads out of the tree: symbolic links are not followed, and
 * devices and pipes not opened; both are told (status STATUS_OK: worth a line, no failure). Folders are descended
 * SOURCE_DEPTH_MAX deep. What cannot be read is told and passed over; everything else is still handed out.
 *
 * mbox: the forms mboxrd and mboxo, with LF or CRLF. A From_ line begins "From ", and stands first, behind an empty line, or has the form
 * "From sender ... hh:mm ... year" wherever it is: writers that quote too little then cut no message short that has prose in it.
 * Without a From_ line that was asked for (SOURCE_MBOX) the file is trouble.
 */
#ifndef FRANK_FRONTEND_SOURCE_SOURCE_H
#define FRANK_FRONTEND_SOURCE_SOURCE_H

#include "frontend/file/part.h"

#define SOURCE_DEPTH_MAX 32                /* folders below the one that was named (ours) */
#define SOURCE_NAME_OCTETS_MAX 8192        /* of a name as shown: PATH_MAX, and what a descent may add to it; longer ones are cut */

enum source_format {
    SOURCE_AUTO = 0,
    SOURCE_MESSAGE,        /* every file is one message, whatever it begins with */
    SOURCE_MBOXRD,         /* every file is an mbox */
    SOURCE_MBOXO,          /* the same, with ">From " as the only quoted form */
    SOURCE_MAILDIR         /* folders are maildirs */
};
/* "auto", "message", "mbox" (the same as mboxrd), "mboxrd", "mboxo", "maildir". */
bool source_format_named(struct slice, enum source_format *);

enum source_step { SOURCE_END = 0, SOURCE_ITEM, SOURCE_TROUBLE };

struct source_item {
    struct slice file;         /* as people call it: what was named, and the way down from there. All slices until the next step */
    uint64_t number;           /* 1.. in an mbox; 0: the file is the message */
    bool in_place;             /* one of several that a place may hold: people want to be told which */
    struct file_part part;     /* its descriptor is the source's, until the next step */
    bool has_sender;           /* SOURCE_ITEM: the From_ line names one; empty: MAILER-DAEMON, the null sender */
    struct slice sender;
    enum status status;        /* SOURCE_TROUBLE: STATUS_NOT_FOUND, STATUS_IO, STATUS_BAD_INPUT, STATUS_LIMIT, STATUS_NO_MEMORY; STATUS_OK: nothing lost that was asked for */
    struct slice text;         /* SOURCE_TROUBLE: why, in words */
};

struct source;

/* Paths are borrowed. NULL without memory. */
struct source *source_new(const char *const *paths, size_t count, enum source_format);
enum source_step source_next(struct source *, struct source_item *);
void source_free(struct source *);                         /* NULL allowed */

/* For a progress line: octets of what has been handed out, and of all there is (a walk of its own that opens no file; 0: not known). */
uint64_t source_octets_done(const struct source *);
uint64_t source_octets_all(const char *const *paths, size_t count, enum source_format);

#endif
