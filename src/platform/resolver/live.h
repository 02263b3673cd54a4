/*
 * live.h: DNS over the network, as an env resolver on a loop. libunbound's event interface behind it
 * (never ub_resolve: 546 us even when cached). Used in process by the command line, and by the
 * resolver process of the daemon.
 *
 * Settings and traps: design.md "Resolver". Names go in as presentation text; the answer is read from
 * the packet by dns/packet.h, because the callback's rcode is 0 for NXDOMAIN. Questions to named servers are not for it:
 * named_client.h stands in front and takes them.
 */
#ifndef FRANK_PLATFORM_RESOLVER_LIVE_H
#define FRANK_PLATFORM_RESOLVER_LIVE_H

#include "env/env.h"
#include "platform/loop/loop.h"

#define LIVE_QUESTION_TIMEOUT_US 8000000
#define LIVE_IN_FLIGHT_MAX 512
#define LIVE_SERVERS_MAX 16          /* of `forward` (ours) */

struct live_options {
    const struct slice *forward;         /* "192.0.2.53", "192.0.2.53:5353", "[2001:db8::1]:53"; none: resolv.conf's servers if all are loopback, else own recursion */
    size_t forward_count;
    uint64_t question_timeout_us;        /* 0: LIVE_QUESTION_TIMEOUT_US; expires as an ANSWER_TIMEOUT, from the asking, waiting included */
    size_t cache_octets;                 /* of libunbound's caches together */
    bool validate;                       /* DNSSEC with the system's root anchor, where the recursion is our own (a forwarder may strip signatures) */
    unsigned in_flight_max;              /* 0: LIVE_IN_FLIGHT_MAX; up to eight times as many more wait, further ones fail at once (SERVFAIL) */
};

/* Is this one of the forms of `forward`? */
bool live_server_valid(struct slice);
/* NULL + *error (static text). The trust anchor is read here, before any sandbox closes: the context is finalised. */
struct resolver *live_resolver_new(struct loop *, const struct live_options *, const char **error);
/* Would these options recurse by themselves (true), or forward to name servers given or of resolv.conf? */
bool live_recurses(const struct live_options *);
/* Who still waits hears no more. NULL allowed. */
void live_resolver_free(struct resolver *);

#endif
