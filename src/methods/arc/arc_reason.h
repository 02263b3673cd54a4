/*
 * arc_reason.h: every way the validation of a chain can end (RFC 8617 5.2). There is no temporary error in
 * ARC: 5.2.1 makes each failure, DNS's too, a failed chain; the reason keeps them apart for the verdict.
 */
#ifndef FRANK_METHODS_ARC_ARC_REASON_H
#define FRANK_METHODS_ARC_ARC_REASON_H

#include "methods/method.h"

#define ARC_STORED_BASE 1800

/*    enum                  name                       n  word            said to people */
#define ARC_REASONS(X) \
    X(ARC_EXEMPT,           "exempt",                  1, AUTH_NONE,      "session is not examined") \
    X(ARC_OWN_FAILURE,      "own-failure",             2, AUTH_TEMPERROR, "could not be examined here (memory or library)") \
    X(ARC_OVER_QUOTA,       "over-quota",              3, AUTH_FAIL,      "questions for this message are used up") \
    X(ARC_DEADLINE,         "deadline",                4, AUTH_FAIL,      "no answer before the message's deadline") \
    X(ARC_INTACT,           "intact",                 10, AUTH_PASS,      "the chain is intact") \
    X(ARC_NO_CHAIN,         "no-chain",               11, AUTH_NONE,      "no ARC set") \
    X(ARC_TOO_MANY_SETS,    "too-many-sets",          20, AUTH_FAIL,      "more than 50 sets") \
    X(ARC_INCOMPLETE,       "incomplete",             21, AUTH_FAIL,      "a set lacks one of its three fields") \
    X(ARC_INSTANCES,        "instances",              22, AUTH_FAIL,      "instances are not 1, 2, 3 ... once each") \
    X(ARC_AAR_MALFORMED,    "aar-malformed",          23, AUTH_FAIL,      "ARC-Authentication-Results does not begin with an instance") \
    X(ARC_AMS_MALFORMED,    "ams-malformed",          24, AUTH_FAIL,      "ARC-Message-Signature is malformed") \
    X(ARC_SEAL_MALFORMED,   "seal-malformed",         25, AUTH_FAIL,      "ARC-Seal is malformed") \
    X(ARC_HEADER_OVERFLOW,  "header-overflow",        26, AUTH_FAIL,      "header is longer than is read") \
    X(ARC_AMS_COVERS_SEAL,  "ams-covers-seal",        27, AUTH_FAIL,      "ARC-Message-Signature covers ARC-Seal or itself (RFC 8617 4.1.2)") \
    X(ARC_ODD_OCTETS,       "odd-octets",             28, AUTH_FAIL,      "the header holds CR or LF alone, or a signed field NUL") \
    X(ARC_CV_FAIL,          "cv-fail",                30, AUTH_FAIL,      "the newest seal says the chain had failed before") \
    X(ARC_CV_WRONG,         "cv-wrong",               31, AUTH_FAIL,      "cv= is not what a seal in this place must say") \
    X(ARC_AMS_BODY,         "ams-body-differs",       40, AUTH_FAIL,      "the body was changed after the newest message signature") \
    X(ARC_AMS_FAILS,        "ams-fails",              41, AUTH_FAIL,      "the newest message signature does not verify") \
    X(ARC_SEAL_FAILS,       "seal-fails",             42, AUTH_FAIL,      "a seal does not verify") \
    X(ARC_KEY_UNKNOWN,      "key-unknown",            43, AUTH_FAIL,      "DNS failed to say if there is a key (RFC 8617 5.2.1: no temporary errors)") \
    X(ARC_BUDGET,           "key-operations-used-up", 44, AUTH_FAIL,      "public-key operations for this message are used up")

enum arc_reason {
    ARC_FINE = 0,               /* nothing wrong so far; never a result */
#define X(id, name, number, word, text) id,
    ARC_REASONS(X)
#undef X
    ARC_REASON_COUNT
};

extern const struct reason arc_reasons[ARC_REASON_COUNT];

#endif
