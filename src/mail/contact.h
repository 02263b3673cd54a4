/*
 * contact.h: whom to write to about a zone or a host, as DNS says it.
 *
 * A mailbox in DNS is a domain name whose first label is the local part (RFC 1035 8): SOA has one (RNAME, RFC 1035 3.3.13), and
 * RP has one with the name of TXT records that say more (RFC 1183 2.2).
 *
 *     hostmaster.example.com.      hostmaster@example.com
 *     jane\.doe.example.com.       jane.doe@example.com
 */
#ifndef FRANK_MAIL_CONTACT_H
#define FRANK_MAIL_CONTACT_H

#include "base/arena.h"
#include "dns/answer.h"

struct contact {
    struct slice mailbox;      /* local@domain, local part quoted if it has to be; foreign octets; empty: none is said, or it is no mailbox */
    struct slice text_name;    /* RP: where TXT records say more, name text; empty: nowhere */
};

/* Of one record; texts in the arena. False: of another type than SOA and RP, or RDATA that are none. */
MUST_CHECK bool contact_read(struct arena *, const struct rdata *, struct contact *out);

#endif
