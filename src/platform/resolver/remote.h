/*
 * remote.h: env's resolver in a worker: its own answer cache, behind that the resolver process.
 *
 * Identical questions in flight are asked once. Each has its deadline here too, a little after the resolver
 * process's own, so that a process that hangs costs a temporary failure and nothing worse. Without a
 * channel (the process died) every question not in the cache fails at once; a new channel makes it whole.
 */
#ifndef FRANK_PLATFORM_RESOLVER_REMOTE_H
#define FRANK_PLATFORM_RESOLVER_REMOTE_H

#include "dns/cache.h"
#include "env/env.h"
#include "platform/loop/loop.h"

#define REMOTE_IN_FLIGHT_MAX 16384          /* questions; further ones fail at once */
#define REMOTE_GRACE_US 500000              /* what the resolver process gets beyond the question's time */

struct remote_options {
    uint64_t question_timeout_us;
    size_t cache_octets;
    uint64_t seed;
    void (*lost)(void *context);            /* called from the loop when the channel is gone; NULL: nobody asks */
    void *context;
};

struct resolver *remote_resolver_new(struct loop *, const struct remote_options *);       /* NULL without memory */
void remote_resolver_free(struct resolver *);                                            /* who waits hears no more; NULL allowed */
/* Takes the descriptor over: a new resolver process. What is open at the old one is asked again. */
void remote_resolver_connect(struct resolver *, int fd);
bool remote_resolver_connected(const struct resolver *);
struct cache_counts remote_resolver_counts(const struct resolver *);

#endif
