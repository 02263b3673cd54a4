/*
 * domainkeys_reason.h: every way the examination of a message can end, and RFC 8601's word for it.
 *
 * RFC 4870's own words for them: "good" is verified; "bad" signature-differs and granularity; "no signature", "no key"
 * and "revoked" are what they say; all else that is permerror is "bad format". Two reasons stand for
 * another: what the domain says of itself (o=-, t=y) decides, and the other is kept as the cause. Stored numbers never
 * change: journals keep them.
 */
#ifndef FRANK_METHODS_DOMAINKEYS_DOMAINKEYS_REASON_H
#define FRANK_METHODS_DOMAINKEYS_DOMAINKEYS_REASON_H

#include "methods/method.h"

#define DOMAINKEYS_STORED_BASE 2900

/*    enum                          name                      n  word             said to people */
#define DOMAINKEYS_REASON_TABLE(X) \
    X(DOMAINKEYS_EXEMPT,            "exempt",                 1, AUTH_NONE,      "session is not examined") \
    X(DOMAINKEYS_OWN_FAILURE,       "own-failure",            2, AUTH_TEMPERROR, "could not be examined here (memory or library)") \
    X(DOMAINKEYS_OVER_QUOTA,        "over-quota",             3, AUTH_TEMPERROR, "questions for this message are used up") \
    X(DOMAINKEYS_VERIFIED,          "verified",              10, AUTH_PASS,      "signature verifies") \
    X(DOMAINKEYS_DIFFERS,           "signature-differs",     20, AUTH_FAIL,      "signature does not fit: header or body was changed, or the key is another one") \
    X(DOMAINKEYS_GRANULARITY,       "granularity",           21, AUTH_FAIL,      "key is for another local part than the sender's (g=)") \
    X(DOMAINKEYS_ALL_SIGNED,        "all-signed",            22, AUTH_FAIL,      "the domain signs all its mail (o=-), and here is no good signature") \
    X(DOMAINKEYS_NO_SIGNATURE,      "no-signature",          30, AUTH_NONE,      "no signature") \
    X(DOMAINKEYS_TESTING,           "testing",               31, AUTH_NEUTRAL,   "the domain is testing (t=y): what fails does not count") \
    X(DOMAINKEYS_HEADER_OVERFLOW,   "header-overflow",       32, AUTH_NEUTRAL,   "header is longer than is read") \
    X(DOMAINKEYS_TOO_MANY_DIGESTS,  "too-many-digests",      33, AUTH_NEUTRAL,   "more different body hashes than are computed for one message") \
    X(DOMAINKEYS_BUDGET,            "key-operations-used-up", 34, AUTH_NEUTRAL,  "public-key operations for this message are used up") \
    X(DOMAINKEYS_KEY_WEAK,          "key-weak",              40, AUTH_POLICY,    "RSA key is shorter than is accepted here") \
    X(DOMAINKEYS_KEY_TOO_LONG,      "key-too-long",          41, AUTH_POLICY,    "RSA key is longer than 8192 bits") \
    X(DOMAINKEYS_SHA1_REFUSED,      "sha1-refused",          42, AUTH_POLICY,    "this system's cryptographic library refuses SHA-1 or keys of this length") \
    X(DOMAINKEYS_ODD_OCTETS,        "odd-octets",            43, AUTH_POLICY,    "the header holds CR or LF alone, or a signed field NUL") \
    X(DOMAINKEYS_FIELDS_ADDED,      "fields-added",          44, AUTH_POLICY,    "a signed header field occurs again, unsigned") \
    X(DOMAINKEYS_SENDER_UNKNOWN,    "sender-unknown",        50, AUTH_PERMERROR, "Sender and From give no single sending address") \
    X(DOMAINKEYS_SYNTAX,            "syntax",                51, AUTH_PERMERROR, "not a tag list (RFC 4870 3.2.1)") \
    X(DOMAINKEYS_TAG_TWICE,         "tag-twice",             52, AUTH_PERMERROR, "a tag occurs twice (RFC 4870 3.2.1)") \
    X(DOMAINKEYS_TAG_MISSING,       "tag-missing",           53, AUTH_PERMERROR, "a required tag is missing") \
    X(DOMAINKEYS_ALGORITHM_UNKNOWN, "algorithm-unknown",     54, AUTH_PERMERROR, "a= is not rsa-sha1") \
    X(DOMAINKEYS_CANON_UNKNOWN,     "canonicalization-unknown", 55, AUTH_PERMERROR, "c= is neither simple nor nofws") \
    X(DOMAINKEYS_QUERY_UNKNOWN,     "query-unknown",         56, AUTH_PERMERROR, "q= is not dns") \
    X(DOMAINKEYS_B_MALFORMED,       "b-malformed",           57, AUTH_PERMERROR, "b= is not base64 of a signature") \
    X(DOMAINKEYS_D_MALFORMED,       "d-malformed",           58, AUTH_PERMERROR, "d= is not a domain name") \
    X(DOMAINKEYS_S_MALFORMED,       "s-malformed",           59, AUTH_PERMERROR, "s= is not a selector") \
    X(DOMAINKEYS_H_MALFORMED,       "h-malformed",           60, AUTH_PERMERROR, "h= is not a list of header field names") \
    X(DOMAINKEYS_D_FOREIGN,         "d-foreign",             61, AUTH_PERMERROR, "d= is neither the sender's domain nor above it") \
    X(DOMAINKEYS_SENDER_UNSIGNED,   "sender-unsigned",       62, AUTH_PERMERROR, "the field with the sender's address is not signed") \
    X(DOMAINKEYS_TOO_MANY,          "too-many-signatures",   63, AUTH_PERMERROR, "more signatures than are looked at, and none of the first is of use") \
    X(DOMAINKEYS_NO_KEY,            "no-key",                70, AUTH_PERMERROR, "no key is published") \
    X(DOMAINKEYS_KEY_REVOKED,       "key-revoked",           71, AUTH_PERMERROR, "key was revoked (empty p=)") \
    X(DOMAINKEYS_KEY_SYNTAX,        "key-syntax",            72, AUTH_PERMERROR, "key record is malformed") \
    X(DOMAINKEYS_KEY_DATA,          "key-data",              73, AUTH_PERMERROR, "p= is not an RSA key") \
    X(DOMAINKEYS_KEY_ODD,           "key-odd",               74, AUTH_PERMERROR, "key has numbers no honest key has") \
    X(DOMAINKEYS_KEY_TYPE,          "key-type",              75, AUTH_PERMERROR, "key is not for rsa (k=)") \
    X(DOMAINKEYS_DNS_TIMEOUT,       "dns-timeout",           90, AUTH_TEMPERROR, "no answer from DNS") \
    X(DOMAINKEYS_DNS_FAILED,        "dns-failed",            91, AUTH_TEMPERROR, "DNS failed to answer")

enum domainkeys_reason {
    DOMAINKEYS_FINE = 0,              /* nothing wrong so far; never a result */
#define X(id, name, number, word, text) id,
    DOMAINKEYS_REASON_TABLE(X)
#undef X
    DOMAINKEYS_REASONS
};

extern const struct reason domainkeys_reasons[DOMAINKEYS_REASONS];

#endif
