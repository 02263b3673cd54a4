/*
 * named_exchange.h: one question to one name server, once: over UDP, and over TCP if the answer does not fit. Private to this room.
 *
 * A new socket, a random source port and a random id each time; the socket is connected, so that only datagrams of that server
 * and port arrive. What does not bear our id is dropped, at most EXCHANGE_DATAGRAMS_MAX of it.
 */
#ifndef FRANK_PLATFORM_RESOLVER_NAMED_EXCHANGE_H
#define FRANK_PLATFORM_RESOLVER_NAMED_EXCHANGE_H

#include "env/env.h"
#include "platform/loop/loop.h"

#define EXCHANGE_DATAGRAMS_MAX 64           /* of one exchange, ours or not; whoever sends more is not heard */

struct exchange;

struct exchange_events {
    /* A response with our id, whole. True: it is believed, and the exchange was freed; false: another may come. */
    bool (*packet)(void *context, struct slice packet);
    void (*broken)(void *context);          /* nothing will come any more. May be freed in here */
    void *context;
};

struct exchange_target { struct ip server; uint16_t port; bool own_allowed; };

enum exchange_start { EXCHANGE_STARTED, EXCHANGE_FAILED, EXCHANGE_OWN_ADDRESS };      /* OWN: the server is this host, which must be allowed */

/* Sends it. *out is set only if STARTED; events never come from inside. */
enum exchange_start exchange_new(struct loop *, struct random *, const struct exchange_target *, const struct question *,
                                 const struct exchange_events *, struct exchange **out);
void exchange_free(struct exchange *);      /* NULL allowed */

#endif
