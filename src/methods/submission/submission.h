/*
 * submission.h: where the users of a domain submit their mail, for the refusal of a message that came from elsewhere.
 *
 *     _submissions._tcp.example.com. SRV 0 1 465 smtp.example.com.        (RFC 8314 5.1; RFC 6186 3.1 for _submission)
 *
 * It judges nothing. The traveller who sends by the hotel's server fails the checks of his domain's path, and so does a
 * forger; the traveller is helped by "users of example.com: send through smtp.example.com port 465" in the refusal. So it
 * asks only where a method before it says that the client may not send for the MAIL FROM domain, and none that it may.
 */
#ifndef FRANK_METHODS_SUBMISSION_SUBMISSION_H
#define FRANK_METHODS_SUBMISSION_SUBMISSION_H

#include "dns/answer.h"
#include "methods/method.h"

extern const struct method submission_method;

#define SUBMISSION_ASKS 2            /* _submissions, then _submission */

enum submission_reason {
    SUBMISSION_NOT_YET = 0, SUBMISSION_EXEMPT, SUBMISSION_OWN_FAILURE, SUBMISSION_OVER_QUOTA,
    SUBMISSION_OFFERED,
    SUBMISSION_NOT_OFFERED, SUBMISSION_NO_RECORD, SUBMISSION_NO_HOST, SUBMISSION_NOT_NEEDED, SUBMISSION_NO_IDENTITY, SUBMISSION_DNS_FAILED,
    SUBMISSION_REASONS
};

/* What the SRV records of one service say, whatever their order of arrival: the host of lowest priority, of those that of the largest
 * weight, of those the first by name (a hint is no load to be spread). */
struct submission_place {
    bool offered;                    /* host and port are a host's */
    bool declined;                   /* "." alone: the service is not offered (RFC 2782) */
    struct slice host;               /* borrowed */
    unsigned port;
};
struct submission_place submission_place_of(const struct answer *);

#endif
