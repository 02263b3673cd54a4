/*
 * mbox.h: where the messages in an mbox begin and end; the forms it reads are told in source.h.
 *
 *     struct mbox m;
 *     if (mbox_open(&m, fd, size, &is_mbox) && is_mbox)
 *         while (mbox_next(&m, &entry) == MBOX_MESSAGE) ...
 *
 * One window of the file is in memory at a time.
 */
#ifndef FRANK_FRONTEND_SOURCE_MBOX_H
#define FRANK_FRONTEND_SOURCE_MBOX_H

#include "base/arena.h"

#define MBOX_WINDOW_OCTETS 65536
#define MBOX_FROM_LINE_MAX 1024            /* so much of a From_ line is looked at: a path of RFC 5321 4.5.3.1.3 and a date, with room */

struct mbox {
    int fd;
    uint64_t size;
    uint64_t at;                           /* of the next From_ line; size: no more */
    uint64_t number;                       /* of the message handed out last */
    struct { uint64_t begin; size_t len; uint8_t octets[MBOX_WINDOW_OCTETS]; } window;
    uint8_t line[MBOX_FROM_LINE_MAX];      /* the From_ line of the message handed out last */
};

struct mbox_entry {
    uint64_t number, begin, end;           /* without the From_ line, and without the empty line before the next */
    bool has_sender;                       /* the From_ line names one; empty: MAILER-DAEMON */
    struct slice sender;                   /* until the next step */
};

enum mbox_step { MBOX_END = 0, MBOX_MESSAGE, MBOX_FAILED };      /* FAILED: errno */

/* False with errno. *is_mbox: it begins with "From ", behind empty lines at most, or holds nothing else. */
MUST_CHECK bool mbox_open(struct mbox *, int fd, uint64_t size, bool *is_mbox);
enum mbox_step mbox_next(struct mbox *, struct mbox_entry *);
/* Who a From_ line says has sent what follows: false: nobody. The line is without its end. */
bool mbox_sender(struct slice from_line, struct slice *sender);

#endif
