/*
 * file.h: a message in a file (or on standard input) becomes the same events as a message from an MTA.
 *
 * Envelope facts that are not given are taken from the message: Return-Path, else an mbox's From_ line,
 * for the sender, the receiving host's own Received field for client, HELO and recipient. With `receiver` that is the
 * first Received field, from the top, written "by" that host; without, the topmost and no other,
 * because everything below may be forged.
 *
 * Line ends: a file without any CRLF stands for the same message with every LF as CRLF; in any other
 * file only CRLF ends a line. Memory is constant in the size of the body: the file is read twice when it has bare LF.
 */
#ifndef FRANK_FRONTEND_FILE_FILE_H
#define FRANK_FRONTEND_FILE_FILE_H

#include "engine/engine.h"
#include "frontend/file/part.h"

struct file_facts {
    bool has_ip, has_helo, has_mail_from;
    struct ip ip;
    struct slice helo, mail_from;
    const struct slice *rcpt_to;
    size_t rcpt_count;
    struct slice auth_user;
    struct slice receiver;
    bool has_from_line;                  /* the message stood in an mbox, and the line before it names a sender ... */
    struct slice from_line;              /* ... this; empty: the null sender */
    enum noop_proof noop;
};

/* Which facts were read from the message, and from where: "ip, helo: Received 1; sender: Return-Path". */
struct file_origin {
    bool ip, helo, mail_from, rcpt_to, auth_user;
    bool from_line;                      /* mail_from: from the mbox, not from Return-Path */
    unsigned received;                   /* 1-based index of the Received field used, 0: none */
};

struct file_run {
    struct session *session;             /* ended by file_run_end */
    struct txn *txn;                     /* NULL: could not begin */
    struct file_origin origin;
    struct arena *arena;
};

/*
 * Feeds one message to a new transaction; returns STATUS_OK with *out at end of message (results may still wait for
 * DNS: run the loop until txn_progress says DONE), STATUS_IO with errno set, STATUS_NO_MEMORY.
 */
MUST_CHECK enum status file_run(struct engine *, const struct file_part *, const struct file_facts *, int64_t now,
                                const struct txn_host *, struct file_run *out);
void file_run_end(struct file_run *);
/* The header alone of a file ("-": standard input); its fields live in the arena. Memory is constant in the size of the body. Errors
 * as file_part_open's and file_run's. */
MUST_CHECK enum status file_header(const char *path, struct arena *, struct message *);
/* Feeds the body octets (CRLF form) once more to somebody: for explanations. */
MUST_CHECK enum status file_body_again(const struct file_part *, void (*push)(void *context, struct slice octets), void *context);

#endif
