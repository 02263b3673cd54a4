/*
 * dnsmail.h: DNS Mail ("Do Not Spam", 2006): the sending server registers each message in DNS, on servers its domain
 * names, and the message says under which name. The receiver asks those servers, and no others.
 *
 *     DNS-Mail-ID: 1wsed45rtgyh5678.example.com
 *     dnsmail.example.com.          TXT "192.0.2.53"
 *     1wsed45rtgyh5678.example.com. TXT "To:claire@nonprofit.example*From:martha@example.com*date=Thu, 03 Aug 2006 09:10:49 -0400"
 *
 * A forwarder registers its own record and adds its own field. dnsmail.md in words: dnsmail_record.h reads the three,
 * dnsmail_ids.h asks, dnsmail_chain.h judges what was found, dnsmail_words.h says it.
 */
#ifndef FRANK_METHODS_DNSMAIL_DNSMAIL_H
#define FRANK_METHODS_DNSMAIL_DNSMAIL_H

#include "methods/method.h"

extern const struct method dnsmail_method;

#define DNSMAIL_IDS_MAX 10           /* fields of one message (dnsmail.md, header hygiene) */
#define DNSMAIL_SERVERS_MAX 8        /* of one service list that are asked (dnsmail.md, formats) */
/* The author domain's list; for each id its domain's list and that one's servers. */
#define DNSMAIL_ASKS (1 + DNSMAIL_IDS_MAX * (1 + DNSMAIL_SERVERS_MAX))
/* Each id's list and the first of its servers. */
#define DNSMAIL_HINTS (1 + 2 * DNSMAIL_IDS_MAX)

enum dnsmail_reason {
    DNSMAIL_NOT_YET = 0, DNSMAIL_EXEMPT, DNSMAIL_OWN_FAILURE, DNSMAIL_OVER_QUOTA,
    DNSMAIL_REGISTERED, DNSMAIL_FORWARDED,
    DNSMAIL_ORIGIN_ONLY,
    DNSMAIL_NOT_REGISTERED, DNSMAIL_NO_SERVERS, DNSMAIL_FOREIGN_RECORD, DNSMAIL_EXPIRED, DNSMAIL_FROM_FUTURE,
    DNSMAIL_NO_ORIGIN_ID, DNSMAIL_FROM_DIFFERS, DNSMAIL_DATE_DIFFERS, DNSMAIL_CHAIN_BROKEN, DNSMAIL_BODY_DIFFERS, DNSMAIL_REQUIRED,
    DNSMAIL_BLOCKED, DNSMAIL_TOO_MANY_DIGESTS,
    DNSMAIL_BAD_ID, DNSMAIL_TOO_MANY_IDS, DNSMAIL_BAD_RECORD, DNSMAIL_BAD_FROM, DNSMAIL_BAD_DATE,
    DNSMAIL_DNS_FAILED, DNSMAIL_SERVER_FAILED, DNSMAIL_NOT_THERE_YET,
    DNSMAIL_NO_ID, DNSMAIL_NO_LIST,
    DNSMAIL_REASONS
};

#endif
