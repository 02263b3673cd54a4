/*
 * dkim_reason.h: every way the examination of one signature can end, and RFC 8601's word for it.
 *
 * neutral: the field could not be read as a signature, or was not looked at; permerror: it never can
 * verify; policy: it may verify, but not for us; fail: it was computed and does not fit (RFC 8601
 * 2.7.1, RFC 6376 3.9). Stored numbers never change: journals keep them.
 */
#ifndef FRANK_METHODS_DKIM_DKIM_REASON_H
#define FRANK_METHODS_DKIM_DKIM_REASON_H

#include "methods/method.h"

#define DKIM_STORED_BASE 1300

/*    enum                      name                       n  word             said to people */
#define DKIM_REASONS(X) \
    X(DKIM_EXEMPT,              "exempt",                  1, AUTH_NONE,      "session is not examined") \
    X(DKIM_OWN_FAILURE,         "own-failure",             2, AUTH_TEMPERROR, "could not be examined here (memory or library)") \
    X(DKIM_OVER_QUOTA,          "over-quota",              3, AUTH_TEMPERROR, "questions for this message are used up") \
    X(DKIM_DEADLINE,            "deadline",                4, AUTH_TEMPERROR, "no answer before the message's deadline") \
    X(DKIM_VERIFIED,            "verified",               10, AUTH_PASS,      "signature verifies") \
    X(DKIM_BODY_DIFFERS,        "body-differs",           11, AUTH_FAIL,      "body hash differs: the body was changed after signing") \
    X(DKIM_SIGNATURE_DIFFERS,   "signature-differs",      12, AUTH_FAIL,      "signature does not fit: a signed header field was changed, or the key is another one") \
    X(DKIM_LENGTH_OVER_BODY,    "length-over-body",       13, AUTH_FAIL,      "l= is larger than the body: some of the body was removed") \
    X(DKIM_COVERS_ITSELF,       "covers-itself",          14, AUTH_FAIL,      "h= names the signature itself, which no signature can cover (RFC 6376 3.5)") \
    X(DKIM_LENGTH_SHORT,        "length-short",           20, AUTH_POLICY,    "l= leaves the end of the body unsigned") \
    X(DKIM_FIELDS_ADDED,        "fields-added",           21, AUTH_POLICY,    "a signed header field occurs again, unsigned") \
    X(DKIM_ODD_OCTETS,          "odd-octets",             22, AUTH_POLICY,    "the header holds CR or LF alone, or a signed field NUL") \
    X(DKIM_SHA1,                "algorithm-sha1",         23, AUTH_POLICY,    "rsa-sha1 is not accepted any more (RFC 8301)") \
    X(DKIM_KEY_WEAK,            "key-weak",               24, AUTH_POLICY,    "RSA key is shorter than is accepted (RFC 8301)") \
    X(DKIM_KEY_TOO_LONG,        "key-too-long",           25, AUTH_POLICY,    "RSA key is longer than 8192 bits") \
    X(DKIM_TOO_MANY,            "too-many-signatures",    30, AUTH_NEUTRAL,   "more signatures than are tried for one message") \
    X(DKIM_HEADER_OVERFLOW,     "header-overflow",        31, AUTH_NEUTRAL,   "header is longer than is read") \
    X(DKIM_TOO_MANY_NAMES,      "too-many-names",         32, AUTH_NEUTRAL,   "h= lists more than 128 names") \
    X(DKIM_TOO_MANY_DIGESTS,    "too-many-digests",       33, AUTH_NEUTRAL,   "more different body hashes than are computed for one message") \
    X(DKIM_BUDGET,              "key-operations-used-up", 34, AUTH_NEUTRAL,   "public-key operations for this message are used up") \
    X(DKIM_SYNTAX,              "syntax",                 40, AUTH_NEUTRAL,   "not a tag list (RFC 6376 3.2)") \
    X(DKIM_TAG_TWICE,           "tag-twice",              41, AUTH_NEUTRAL,   "a tag occurs twice (RFC 6376 3.2)") \
    X(DKIM_ALGORITHM_UNKNOWN,   "algorithm-unknown",      42, AUTH_NEUTRAL,   "a= is not an algorithm known here") \
    X(DKIM_CANON_UNKNOWN,       "canonicalization-unknown", 43, AUTH_NEUTRAL, "c= is not a canonical form known here") \
    X(DKIM_QUERY_UNKNOWN,       "query-unknown",          44, AUTH_NEUTRAL,   "q= has no way to get the key that is known here") \
    X(DKIM_TAG_MISSING,         "tag-missing",            50, AUTH_PERMERROR, "a required tag is missing") \
    X(DKIM_VERSION,             "version",                51, AUTH_PERMERROR, "v= is not 1") \
    X(DKIM_B_MALFORMED,         "b-malformed",            52, AUTH_PERMERROR, "b= is not base64 of a signature") \
    X(DKIM_BH_MALFORMED,        "bh-malformed",           53, AUTH_PERMERROR, "bh= is not base64 of a hash of this algorithm") \
    X(DKIM_D_MALFORMED,         "d-malformed",            54, AUTH_PERMERROR, "d= is not a domain name") \
    X(DKIM_S_MALFORMED,         "s-malformed",            55, AUTH_PERMERROR, "s= is not a selector") \
    X(DKIM_I_MALFORMED,         "i-malformed",            56, AUTH_PERMERROR, "i= is not what it should be") \
    X(DKIM_I_FOREIGN,           "i-foreign",              57, AUTH_PERMERROR, "i= is not at or below d=") \
    X(DKIM_H_MALFORMED,         "h-malformed",            58, AUTH_PERMERROR, "h= is not a list of header field names") \
    X(DKIM_FROM_UNSIGNED,       "from-unsigned",          59, AUTH_PERMERROR, "From is not listed in h= (RFC 6376 6.1.1)") \
    X(DKIM_L_MALFORMED,         "l-malformed",            60, AUTH_PERMERROR, "l= is not a number") \
    X(DKIM_T_MALFORMED,         "t-malformed",            61, AUTH_PERMERROR, "t= is not a time") \
    X(DKIM_X_MALFORMED,         "x-malformed",            62, AUTH_PERMERROR, "x= is not a time") \
    X(DKIM_X_BEFORE_T,          "x-before-t",             63, AUTH_PERMERROR, "signature expires before it was made") \
    X(DKIM_EXPIRED,             "expired",                64, AUTH_PERMERROR, "signature has expired") \
    X(DKIM_FUTURE,              "from-the-future",        65, AUTH_PERMERROR, "signature claims a time still to come") \
    X(DKIM_C_MALFORMED,         "c-malformed",            66, AUTH_PERMERROR, "c= is empty or malformed") \
    X(DKIM_CV_MALFORMED,        "cv-malformed",           67, AUTH_PERMERROR, "cv= is not none, pass or fail") \
    X(DKIM_H_FORBIDDEN,         "h-forbidden",            68, AUTH_PERMERROR, "h= is not allowed here (RFC 8617 4.1.3)") \
    X(DKIM_NO_KEY,              "no-key",                 70, AUTH_PERMERROR, "no key is published") \
    X(DKIM_KEY_GONE,            "key-gone",               71, AUTH_PERMERROR, "the key is gone, as is usual for mail this old") \
    X(DKIM_KEY_REVOKED,         "key-revoked",            72, AUTH_PERMERROR, "key was revoked (empty p=)") \
    X(DKIM_KEY_NONE_HERE,       "not-a-key",              73, AUTH_PERMERROR, "TXT record is not a key record") \
    X(DKIM_KEY_SYNTAX,          "key-syntax",             74, AUTH_PERMERROR, "key record is malformed") \
    X(DKIM_KEY_DATA,            "key-data",               75, AUTH_PERMERROR, "p= is not a key of its type") \
    X(DKIM_KEY_ODD,             "key-odd",                76, AUTH_PERMERROR, "key has numbers no honest key has") \
    X(DKIM_KEY_TYPE,            "key-type",               77, AUTH_PERMERROR, "key is for another algorithm than a=") \
    X(DKIM_KEY_HASH,            "key-hash",               78, AUTH_PERMERROR, "key does not allow this hash (h=)") \
    X(DKIM_KEY_SERVICE,         "key-service",            79, AUTH_PERMERROR, "key is not for mail (s=)") \
    X(DKIM_KEY_STRICT,          "key-strict",             80, AUTH_PERMERROR, "key allows no subdomain in i= (t=s)") \
    X(DKIM_KEY_TOO_MANY,        "too-many-keys",          81, AUTH_PERMERROR, "more than 3 key records under one name") \
    X(DKIM_DNS_TIMEOUT,         "dns-timeout",            90, AUTH_TEMPERROR, "no answer from DNS for the key") \
    X(DKIM_DNS_FAILED,          "dns-failed",             91, AUTH_TEMPERROR, "DNS failed to say if there is a key")

enum dkim_reason {
    DKIM_FINE = 0,               /* nothing wrong so far; never a result */
#define X(id, name, number, word, text) id,
    DKIM_REASONS(X)
#undef X
    DKIM_REASON_COUNT
};

extern const struct reason dkim_reasons[DKIM_REASON_COUNT];

#endif
