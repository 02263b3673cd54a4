/*
 * status.h: how the machine (not the mail) can fail.
 *
 * What a stranger's mail or record says is a reason (methods/method.h), never a status.
 * A status goes up to a caller that can turn it into a temperror and one log line.
 */
#ifndef FRANK_BASE_STATUS_H
#define FRANK_BASE_STATUS_H

enum status {
    STATUS_OK = 0,
    STATUS_NO_MEMORY,      /* allocation failed, or an arena reached its cap */
    STATUS_LIMIT,          /* a named bound of ours was reached */
    STATUS_BAD_INPUT,      /* input is not what it should be (our own files, frames of helpers) */
    STATUS_NOT_FOUND,
    STATUS_IO,             /* see errno where the function says so */
    STATUS_UNAVAILABLE,    /* a service we need is not there now */
    STATUS_BUG             /* should not happen; reported, never asserted on input */
};

/* status_text: English for logs, never NULL, static. */
const char *status_text(enum status);

#endif
