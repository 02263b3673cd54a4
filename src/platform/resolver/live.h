/*
 * live.h: DNS over the network, as an env resolver on a loop. libunbound's event interface behind it
 * (never ub_resolve: 546 us even when cached). Used in process by the command line, and by the
 * resolver process of the daemon.
 *
 * Settings and traps: design.md "Resolver". Names go in as presentation text; the answer is read from
 * the packet by dns/packet.h, because the callback's rcode is 0 for NXDOMAIN.
 */
#ifndef FRANK_PLATFORM_RESOLVER_LIVE_H
#define FRANK_PLATFORM_RESOLVER_LIVE_H

#include "env/env.h"
#include "platform/loop/loop.h"

struct live_options {
    const struct slice *forward;         /* "192.0.2.53", "192.0.2.53:5353", "[2001:db8::1]:53"; none: resolv.conf's servers if all are loopback, else own recursion */
    size_t forward_count;
    uint64_t question_timeout_us;        /* default 8 s; expires as an ANSWER_TIMEOUT */
    size_t cache_octets;                 /* of libunbound's caches together */
    bool validate;                       /* DNSSEC with the system's root anchor, own recursion only unless set */
    unsigned in_flight_max;              /* more questions wait (bounded) */
};

/* NULL + *error (static text). The trust anchor is read here, before any sandbox closes: the context is finalised. */
struct resolver *live_resolver_new(struct loop *, const struct live_options *, const char **error);
void live_resolver_free(struct resolver *);

#endif
