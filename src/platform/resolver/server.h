/*
 * server.h: the other side of remote.h: answers the questions that come over channels, from any resolver.
 */
#ifndef FRANK_PLATFORM_RESOLVER_SERVER_H
#define FRANK_PLATFORM_RESOLVER_SERVER_H

#include "env/env.h"
#include "platform/loop/loop.h"

struct dns_server;

/* The resolver is borrowed. NULL without memory. */
struct dns_server *dns_server_new(struct loop *, struct resolver *, uint64_t seed);
void dns_server_free(struct dns_server *);                  /* NULL allowed */
/* The channel of the asker of this number, in the place of an earlier one of its: who asks for channel after channel holds one. Takes the
 * descriptor over. False without memory. The asker goes when it closes. Not from a resolver's own answer. */
MUST_CHECK bool dns_server_add(struct dns_server *, int fd, unsigned number);
unsigned dns_server_askers(const struct dns_server *);

#endif
