/*
 * milter.h: the MTA's side of the milter protocol, version 6, as Postfix 3.7 speaks it: packets, and a
 * mail made ready to be sent.
 *
 * A stream is everything the MTA sends of a message's content: header fields, end of header, body in pieces
 * of 65,535 octets, end of message, each with its macros. It is made once per mail and set of options
 * and then only copied to sockets.
 */
#ifndef BENCH_MILTER_H
#define BENCH_MILTER_H

#include "util.h"

enum {
    P_NO_CONNECT = 0x1, P_NO_HELO = 0x2, P_NO_MAIL = 0x4, P_NO_RCPT = 0x8, P_NO_BODY = 0x10, P_NO_HEADERS = 0x20, P_NO_EOH = 0x40,
    P_NR_HEADER = 0x80, P_NO_UNKNOWN = 0x100, P_NO_DATA = 0x200, P_SKIP = 0x400, P_RCPT_REJ = 0x800, P_NR_CONNECT = 0x1000,
    P_NR_HELO = 0x2000, P_NR_MAIL = 0x4000, P_NR_RCPT = 0x8000, P_NR_DATA = 0x10000, P_NR_UNKNOWN = 0x20000, P_NR_EOH = 0x40000,
    P_NR_BODY = 0x80000, P_LEADING_SPACE = 0x100000,
    MILTER_VERSION = 6, ACTIONS_OFFERED = 0x1ff, PROTOCOL_OFFERED = 0x1fffff,
    BODY_CHUNK = 65535, REPLY_MAX = 1 << 20
};

void packet(struct buf *out, uint8_t command, struct bytes data);
void packet_negotiation(struct buf *out, uint32_t protocol);

/* Name, value pairs, ended by NULL. */
void packet_macros(struct buf *out, uint8_t command, const char *const *pairs);

/* A field as it stands in the mail, without the final CRLF: folds become LF, as MTAs do. */
void packet_field(struct buf *out, struct bytes field, bool leading_space);

struct stream {
    struct buf octets;
    size_t *ends;                 /* of each packet */
    uint8_t *commands;
    unsigned count, cap;
};
void stream_build(struct stream *, struct bytes mail, const char *queue_id, uint32_t protocol);
void stream_field(struct stream *, struct bytes field, bool leading_space);   /* appends a header packet */
void stream_clear(struct stream *);
void stream_free(struct stream *);
/* Does the MTA wait for an answer to this command under these options? */
bool reply_expected(uint8_t command, uint32_t protocol);
bool stage_wanted(uint8_t command, uint32_t protocol);

#endif
