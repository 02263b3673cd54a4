/*
 * part.h: the octets of one message inside an open file, with the quoting of an mbox taken away.
 *
 * A message file is one part from 0 to its size; an mbox is many. Reading is by position, so several
 * processes may read parts of the same descriptor.
 *
 *     struct file_part p = { fd, begin, end, QUOTING_MBOXRD };
 *     enum status s = file_part_read(&p, push, me);
 */
#ifndef FRANK_FRONTEND_FILE_PART_H
#define FRANK_FRONTEND_FILE_PART_H

#include "base/compiler.h"
#include "base/status.h"
#include "frontend/file/quoting.h"

struct file_part {
    int fd;                /* seekable; borrowed */
    uint64_t begin, end;
    enum file_quoting quoting;
};

/* Hands out the octets in order. STATUS_OK, or STATUS_IO with errno (EIO with nothing else if the file is shorter than the part). */
MUST_CHECK enum status file_part_read(const struct file_part *, void (*push)(void *context, struct slice), void *context);
/* Does any CRLF occur? Stops at the first. */
MUST_CHECK enum status file_part_has_crlf(const struct file_part *, bool *has);
/*
 * Opens a file as one part ("-": standard input). What cannot be read by position, a pipe say, is copied
 * to an unlinked temporary file first. The caller closes part->fd. STATUS_NOT_FOUND (not there, not readable, a folder) or
 * STATUS_IO, with errno.
 */
MUST_CHECK enum status file_part_open(const char *path, struct file_part *);
/* The same with an open descriptor, which is taken over; a folder is EISDIR. */
MUST_CHECK enum status file_part_of(int fd, struct file_part *);
/* Not there, not ours to read, or a folder: STATUS_NOT_FOUND. Anything else is trouble on the way: STATUS_IO. */
enum status file_status_of(int error);

#endif
