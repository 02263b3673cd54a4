/*
 * drip.h: DRIP: the domain of a HELO name answers for each address whether a relay of this name is there
 * (draft-brand-drip-02). Off unless switched on.
 */
#ifndef FRANK_METHODS_SERVERDOMAINS_DRIP_H
#define FRANK_METHODS_SERVERDOMAINS_DRIP_H

#include "methods/serverdomains/serverdomains.h"

extern const struct method drip_method;

#define DRIP_ASKS (1 + HELO_PARENTS_MAX)
#define DRIP_HINTS DRIP_ASKS

enum drip_reason {
    DRIP_NOT_YET = 0, DRIP_EXEMPT, DRIP_OWN_FAILURE, DRIP_OVER_QUOTA,
    DRIP_RELAY, DRIP_NO_RELAY, DRIP_PARENT_SPEAKS, DRIP_NO_RECORD, DRIP_NO_IDENTITY, DRIP_DNS_FAILED,
    DRIP_REASONS
};

/*
 * The name to ask: "192_0_2_10.IPv4.relays._email_.DOMAIN", or eight groups of four digits and "IPv6". In the arena; a domain
 * for which it is too long has none (empty).
 */
struct slice drip_name(struct arena *, const struct ip *client, struct slice domain);

/* What the addresses at that name say: one, the client's own, or one, another; anything else says nothing. */
enum drip_word { DRIP_UNKNOWN = 0, DRIP_YES, DRIP_NO };
enum drip_word drip_read(const struct answer *, const struct ip *client);

#endif
