/* iprev.h: does the client's reverse name point back to it? (RFC 8601 3, 2.7.3) */
#ifndef FRANK_METHODS_IPREV_IPREV_H
#define FRANK_METHODS_IPREV_IPREV_H

#include "methods/method.h"

extern const struct method iprev_method;

enum iprev_reason {
    IPREV_EXEMPT = 1, IPREV_OWN_FAILURE, IPREV_CONFIRMED, IPREV_NO_NAME, IPREV_NOT_CONFIRMED,
    IPREV_PTR_FAILED, IPREV_NAMES_FAILED, IPREV_REASON_COUNT
};

#endif
