/*
 * submitter.h: the SUBMITTER parameter of MAIL (RFC 4405): the client says before the header comes which address
 * the header will name as responsible.
 *
 *     MAIL FROM:<list-bounces@lists.example> SUBMITTER=list@lists.example
 *
 * Its value is a mailbox (RFC 5321) in xtext (RFC 3461 section 4).
 */
#ifndef FRANK_MAIL_SUBMITTER_H
#define FRANK_MAIL_SUBMITTER_H

#include "mail/address.h"

#define SUBMITTER_OCTETS_MAX 1024       /* ours: local part (64) and domain (255) of RFC 5321 4.5.3.1, each octet as "+XX" */

struct submitter {
    bool given;
    bool well_formed;                   /* only then mailbox is set */
    struct path mailbox;
};

/* The parameter's value, without "SUBMITTER=". out->given is true; nothing else if it is not well formed. */
void submitter_parse(struct arena *, struct slice value, struct submitter *out);
/* The value as a client would write it. parse(print(x)) has the same local part and domain. */
void text_add_submitter(struct text *, const struct path *mailbox);
/* RFC 4405 4.2, "the two addresses are the same": local parts octet for octet, domains by their normal form; an address literal as written,
 * in any case. False unless the submitter is well formed. */
bool submitter_is(const struct submitter *, const struct address *);

/* xtext = *( xchar / hexchar ), hexchar = "+" and two upper-case hexadecimal digits. False: it is none, or no memory. */
bool xtext_decode(struct arena *, struct slice text, struct slice *out);
void text_add_xtext(struct text *, struct slice octets);

#endif
