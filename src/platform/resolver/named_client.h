/*
 * named_client.h: the second client of the resolver process: questions to named servers (question.server), which ordinary
 * recursion never asks. All other questions go on to the resolver behind it.
 *
 *     r = named_client_new(loop, live, &(struct named_options){ .allowed = &list, .random = system_random() });
 *
 * UDP without recursion, then TCP if the answer is truncated; NAMED_TRIES tries of NAMED_TRY_US each, within the question's
 * deadline; id, source and question are checked. A server that dns/named.h forbids, or that is this host itself, gives
 * ANSWER_BLOCKED, whoever asks. What is sent to one target is limited, and so is what is in flight: beyond it questions
 * fail at once. Nothing is cached here.
 */
#ifndef FRANK_PLATFORM_RESOLVER_NAMED_CLIENT_H
#define FRANK_PLATFORM_RESOLVER_NAMED_CLIENT_H

#include "dns/named.h"
#include "env/env.h"
#include "platform/loop/loop.h"

#define NAMED_TRIES 2                       /* dnsmail.md: transport of lookup */
#define NAMED_TRY_US 3000000
#define NAMED_IN_FLIGHT_MAX 256             /* each has a socket */
#define NAMED_PER_SECOND 50                 /* packets to one target, on average */
#define NAMED_BURST 200                     /* ... and at once */

struct named_options {
    const struct named_list *allowed;       /* copied; NULL: none */
    struct random *random;
    uint64_t question_timeout_us;           /* 0: as long as the tries take */
    uint64_t try_us;                        /* 0: NAMED_TRY_US; for tests */
};

/* Both resolvers are the caller's to free, this one first. NULL without memory. */
struct resolver *named_client_new(struct loop *, struct resolver *rest, const struct named_options *);
void named_client_free(struct resolver *);  /* who waits hears no more; NULL allowed */

#endif
