/*
 * dmp.h: DMP, Designated Mailers Protocol: one TXT record for each address that may send with a domain
 * (draft-fecyk-dmp-02).
 *
 *     1.2.0.192.in-addr._smtp-client.example.com. TXT "dmp=allow"
 *     _smtp-client.example.com.                   TXT "dmp="
 */
#ifndef FRANK_METHODS_DMP_DMP_H
#define FRANK_METHODS_DMP_DMP_H

#include "methods/path.h"

extern const struct method dmp_method;

#define DMP_ALTDOMAINS_MAX 10        /* dmp.md: cap of the extension's list */
/* Address, participation and wildcard probe of two names, and address and probe of each alternative domain. */
#define DMP_ASKS (2 * 3 + 2 * DMP_ALTDOMAINS_MAX)
#define DMP_HINTS DMP_ASKS
#define DMP_PROBE_LABELS "x.invalid-type"     /* no address type has this name: only a wildcard for everything answers */

enum dmp_reason {
    DMP_NOT_YET = 0, DMP_EXEMPT, DMP_OWN_FAILURE, DMP_OVER_QUOTA,
    DMP_SENDER_ALLOWED, DMP_HELO_ALLOWED, DMP_ALTDOMAIN_ALLOWED,
    DMP_DENIED, DMP_NOT_LISTED, DMP_CONFLICT, DMP_NO_RECORD_REFUSED, DMP_GLOBAL_WILDCARD,
    DMP_NO_RECORD, DMP_NO_IDENTITY, DMP_DNS_FAILED,
    DMP_REASONS
};

#endif
