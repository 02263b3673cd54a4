/*
 * milter_server.h: sockets for milter sessions, on a worker's loop.
 *
 * One recv per readiness into a buffer all sessions share, one send for all answers it caused; an idle session holds
 * no buffer. Beyond `sessions_max` peers are answered "come back later" and the others keep their pace; far
 * beyond it they are closed. A spare descriptor is kept, so that running out of them still lets us close who asks.
 */
#ifndef FRANK_FRONTEND_MILTER_MILTER_SERVER_H
#define FRANK_FRONTEND_MILTER_MILTER_SERVER_H

#include "frontend/milter/milter_session.h"
#include "platform/loop/loop.h"

struct milter_server;

struct milter_server_counts { uint64_t connections, live, overloaded, closed; };      /* closed: beyond all bounds */

/* front, counts: the caller's. emptied: the last session went after milter_server_stop_accepting. NULL without memory. */
struct milter_server *milter_server_new(struct loop *, struct milter_front *, size_t sessions_max, struct milter_server_counts *,
                                        void (*emptied)(void *context), void *context);
void milter_server_free(struct milter_server *);                              /* closes all; NULL allowed */
/* A listening, non-blocking socket; taken over. False without memory. */
MUST_CHECK bool milter_server_listen(struct milter_server *, int fd);
void milter_server_stop_accepting(struct milter_server *);
/* From now on every session ends between two messages. */
void milter_server_drain(struct milter_server *);

#endif
