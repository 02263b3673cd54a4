/*
 * callerid.h: Caller ID for E-Mail: a domain lists its outgoing servers in an XML document, and the domain asked is that of the
 * address the header makes responsible (draft-atkinson-callerid-00, Microsoft 2004).
 */
#ifndef FRANK_METHODS_CALLERID_CALLERID_H
#define FRANK_METHODS_CALLERID_CALLERID_H

#include "methods/callerid/callerid_txt.h"
#include "methods/path.h"

extern const struct method callerid_method;

#define CALLERID_ASKS 100            /* of one evaluation (callerid.md, threats.md T39) */
#define CALLERID_HINTS 60
#define CALLERID_DEPTH_MAX 10        /* documents on one chain of indirect; the draft wants 8 at least */

enum callerid_reason {
    CALLERID_NOT_YET = 0, CALLERID_EXEMPT, CALLERID_OWN_FAILURE, CALLERID_OVER_QUOTA,
    CALLERID_LISTED, CALLERID_KNOWN_FORWARDER,
    CALLERID_NOT_LISTED, CALLERID_NEVER_SENDS, CALLERID_NO_PROOF, CALLERID_DIRECT_ONLY,
    CALLERID_NO_RECORD, CALLERID_TESTING, CALLERID_OUT_OF_SCOPE, CALLERID_NOT_A_POLICY, CALLERID_SAYS_NOTHING, CALLERID_UNDECIDED,
    CALLERID_TOO_OLD, CALLERID_NO_DOMAIN, CALLERID_NO_EDGE,
    CALLERID_DNS_FAILED,
    CALLERID_NO_ADDRESS, CALLERID_BAD_ADDRESS, CALLERID_SEVERAL_ADDRESSES, CALLERID_BAD_HEADER,
    CALLERID_BAD_XML, CALLERID_BAD_ELEMENT, CALLERID_ELEMENT_TWICE, CALLERID_BAD_TEXT, CALLERID_BAD_BOOLEAN, CALLERID_BAD_NUMBER,
    CALLERID_BAD_A, CALLERID_BAD_RANGE, CALLERID_BAD_NAME, CALLERID_BAD_SCOPE, CALLERID_TOO_MANY_ITEMS,
    CALLERID_RECORD_TOO_LONG, CALLERID_NO_MARK, CALLERID_SAME_MARK, CALLERID_TOO_DEEP,
    CALLERID_REASONS
};

struct callerid_conf {
    bool enabled;
    struct texts testing_domains, known_forwarders, known_recipients;
    struct slice edge_domain;
    uint64_t too_old, timeout;
};

#endif
