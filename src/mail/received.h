/*
 * received.h: what a Received field says about the hop that wrote it.
 *
 * Understands the forms of Postfix, Exim, Sendmail, Exchange, Gmail (RFC 5321 4.4 "from ... by ... with ...; date"), and
 * qmail's. Each clause counts once, the first time. Only the comment behind "from NAME" that names the
 * address is believed about the client: later ones may quote what the client itself said.
 */
#ifndef FRANK_MAIL_RECEIVED_H
#define FRANK_MAIL_RECEIVED_H

#include "base/ip.h"
#include "mail/message.h"

struct received {
    struct ip client;             /* IP_NONE if none was found */
    struct slice helo;            /* what the client called itself; empty if unknown */
    struct slice rdns;            /* verified name; empty if none, "unknown", or "may be forged" */
    struct slice by;              /* the receiving host */
    struct slice with;            /* ESMTP, ESMTPSA, ... */
    struct slice queue_id;        /* behind "id" */
    struct slice envelope_for;    /* behind "for" */
    bool authenticated;           /* with ...A, or an "(Authenticated sender: x)" comment before "by" */
    bool has_date;
    int64_t date;
};
/* False when nothing usable was understood. Never more than O(n). Slices point into the arena. */
bool received_parse(struct arena *, struct slice value, struct received *out);

#endif
