/*
 * mtamark.h: MTAMARK: the owner of a client's address marks it, or its network, as mail servers or not
 * (draft-stumpf-dns-mtamark-04). The contact's RP record is not looked up.
 */
#ifndef FRANK_METHODS_SERVERDOMAINS_MTAMARK_H
#define FRANK_METHODS_SERVERDOMAINS_MTAMARK_H

#include "methods/serverdomains/mtamark_record.h"
#include "methods/serverdomains/serverdomains.h"

extern const struct method mtamark_method;

#define MTAMARK_ASKS MTAMARK_LEVELS_MAX
#define MTAMARK_HINTS MTAMARK_LEVELS_MAX

enum mtamark_reason {
    MTAMARK_NOT_YET = 0, MTAMARK_EXEMPT, MTAMARK_OWN_FAILURE, MTAMARK_OVER_QUOTA,
    MTAMARK_MARKED, MTAMARK_MARKED_NOT, MTAMARK_UNMARKED, MTAMARK_UNMARKED_YES, MTAMARK_UNMARKED_NO, MTAMARK_DNS_FAILED,
    MTAMARK_REASONS
};

/* What an address without a mark is. */
enum mtamark_unmarked { MTAMARK_IS_NONE = 0, MTAMARK_IS_YES, MTAMARK_IS_NO };

#endif
