/*
 * helper.h: how the daemon's processes talk: records in packets over a SOCK_SEQPACKET pair. One framing for all
 * helper processes (resolver now; store keeper and key signer later).
 *
 * A record is a number the asker chose, a kind and a payload. Several travel in one packet: what is
 * sent during one turn of the loop leaves together.
 *
 *     struct helper_channel *c = helper_channel_new(loop, fd, &(struct helper_events){ on_record, on_gone, me });
 *     helper_send(c, id, QUESTION, payload);
 *
 * A peer that sends what is no record is gone: on_gone is called once, from the loop; the owner then frees the
 * channel. Deadlines are the asker's business (it knows which record answers which).
 */
#ifndef FRANK_PLATFORM_HELPER_HELPER_H
#define FRANK_PLATFORM_HELPER_HELPER_H

#include "base/cursor.h"
#include "base/text.h"
#include "platform/loop/loop.h"

#define HELPER_PAYLOAD_MAX (160u << 10)       /* the largest DNS answer (ANSWER_OCTETS_MAX and its frame) with room; below the kernel's socket buffer */
#define HELPER_PACKET_MAX (HELPER_PAYLOAD_MAX + 64)
#define HELPER_RECORD_HEAD 10                 /* length of the payload, id, kind */
#define HELPER_UNSENT_MAX (4u << 20)          /* records that wait for a slow peer; beyond it helper_send refuses */

/* ---- records in a packet (pure) ---- */

struct helper_record { uint32_t id; uint16_t kind; struct slice payload; };

/* The next record of a packet. False: there is none more, or packet->bad. */
bool helper_next(struct cursor *packet, struct helper_record *);
/* Adds one; out->bad if there is no room. */
void helper_add(struct text *out, const struct helper_record *);

/* ---- a channel on a loop ---- */

struct helper_channel;
struct helper_events {
    void (*record)(void *context, const struct helper_record *);      /* the payload is borrowed for the call */
    void (*gone)(void *context);                                      /* peer closed, died or talked nonsense; nothing more will come */
    void *context;
};

/* Takes fd over (also when it fails: NULL without memory). The channel may be freed in its own callbacks. */
struct helper_channel *helper_channel_new(struct loop *, int fd, const struct helper_events *);
void helper_channel_free(struct helper_channel *);
/* False: too much is unsent, payload over the bound, or no memory; the record is not sent. */
MUST_CHECK bool helper_send(struct helper_channel *, uint32_t id, uint16_t kind, struct slice payload);

/* A connected pair, close-on-exec, not blocking. False with errno. */
bool helper_pair(int pair[2]);

/* ---- one octet and perhaps a descriptor: what parent and children say to each other ---- */

/* False with errno. passed: -1 for none. */
bool helper_say(int fd, uint8_t word, int passed);
enum helper_heard { HELPER_HEARD, HELPER_NOTHING, HELPER_CLOSED };
/* One octet and at most one descriptor, whatever the peer sent; who hears closes *passed if it is not -1. */
enum helper_heard helper_hear(int fd, uint8_t *word, int *passed);

#endif
