/*
 * dmarc.h: Domain-based Message Authentication, Reporting, and Conformance (RFC 9989).
 *
 * Takes the results of spf and dkim, and the author domain of the message; says whether an
 * authenticated identifier is aligned with it, and what the domain asks for when none is.
 */
#ifndef FRANK_METHODS_DMARC_DMARC_H
#define FRANK_METHODS_DMARC_DMARC_H

#include "methods/dmarc/dmarc_walk.h"
#include "methods/method.h"

extern const struct method dmarc_method;

enum dmarc_reason {
    DMARC_EXEMPT = 1, DMARC_OWN_FAILURE, DMARC_OVER_QUOTA,
    DMARC_ALIGNED, DMARC_NOT_ALIGNED, DMARC_NO_RECORD, DMARC_POLICY_UNUSABLE, DMARC_DNS_FAILED, DMARC_IDENTIFIER_UNKNOWN,
    DMARC_SEVERAL_RECORDS, DMARC_RECORD_MALFORMED,
    DMARC_NO_FROM, DMARC_SEVERAL_FROM, DMARC_FROM_MALFORMED, DMARC_FROM_GROUP, DMARC_FROM_BAD_DOMAIN, DMARC_FROM_SEVERAL_DOMAINS,
    DMARC_HEADER_OVERFLOW,
    DMARC_REASON_COUNT
};

/*
 * The organizational domain by the tree walk, for tools: asks through `ask_txt`, which must not return NULL.
 * False when a question failed. *org is in the arena or a part of domain.
 */
bool dmarc_walk_org_domain(struct arena *, struct slice domain, dmarc_asker, void *context, struct slice *org);

#endif
