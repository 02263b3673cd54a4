/*
 * mxout.h: "require MX records for outbound servers": a host that sends mail stands in somebody's MX set
 * (Fitzgibbon 2002; draft-stout-antispam-00).
 *
 * Three readings: A, sender: the client is an MX host of the MAIL FROM domain. B, registered server: of some
 * domain it can be tied to, by its own confirmed names or by its HELO name, or a parent of one. C,
 * outbound-only: B, and that domain is not the one the mail is from.
 */
#ifndef FRANK_METHODS_MXOUT_MXOUT_H
#define FRANK_METHODS_MXOUT_MXOUT_H

#include "methods/path.h"

extern const struct method mxout_method;

#define MXOUT_ASKS 40                /* mx-outbound.md: 40 queries in all */
#define MXOUT_HINTS 40

enum mxout_reading { MXOUT_READ_SENDER = 0, MXOUT_READ_REGISTERED, MXOUT_READ_OUTBOUND_ONLY };

struct mxout_conf {
    bool enabled;
    unsigned reading;                /* enum mxout_reading */
    int64_t enforce_after;
    bool implicit_mx;
    bool mxout_names;
    struct texts denied_owners;
};

enum mxout_reason {
    MXOUT_NOT_YET = 0, MXOUT_EXEMPT, MXOUT_OWN_FAILURE, MXOUT_OVER_QUOTA,
    MXOUT_SENDER, MXOUT_REGISTERED, MXOUT_OUTBOUND_ONLY, MXOUT_NAMED,
    MXOUT_UNREGISTERED, MXOUT_UNREGISTERED_GRACE, MXOUT_NO_MX_REFUSED, MXOUT_NULL_MX, MXOUT_NAME_REFUSED, MXOUT_NAME_REFUSED_GRACE,
    MXOUT_OWNER_DENIED,
    MXOUT_NO_MX, MXOUT_NO_IDENTITY, MXOUT_DNS_FAILED,
    MXOUT_REASONS
};

#endif
