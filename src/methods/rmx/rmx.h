/*
 * rmx.h: RMX, "reverse MX": a domain lists who may send with it as envelope sender
 * (draft-danisch-dns-rr-smtp-04).
 */
#ifndef FRANK_METHODS_RMX_RMX_H
#define FRANK_METHODS_RMX_RMX_H

#include "methods/path.h"
#include "methods/rmx/rmx_record.h"

extern const struct method rmx_method;

#define RMX_ASKS 60                  /* of one evaluation (ours; the draft has no bound) */
#define RMX_HINTS 60

enum rmx_reason {
    RMX_NOT_YET = 0, RMX_EXEMPT, RMX_OWN_FAILURE, RMX_OVER_QUOTA,
    RMX_GRANTED, RMX_DENIED, RMX_NEVER_SENDS, RMX_NOT_IN_LIST, RMX_TOO_LOOSE,
    RMX_NO_RECORD, RMX_NO_IDENTITY, RMX_DNS_FAILED,
    RMX_BAD_TAG, RMX_NO_TAG, RMX_BAD_ADDRESS, RMX_BAD_LENGTH, RMX_BAD_NAME, RMX_BAD_DATA, RMX_BAD_NEGATION, RMX_CUT, RMX_TOO_MANY_ENTRIES,
    RMX_BAD_APL, RMX_FULL_MISPLACED,
    RMX_REASONS
};

struct rmx_conf {
    bool enabled;
    uint64_t rr_type;
    bool legacy;
    uint64_t max_hosts;
};

#endif
