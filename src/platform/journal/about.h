/*
 * about.h: is this line of the journal about the message a person asks for? Pure.
 *
 * People have what is at hand: the id in a reply, the queue id in the mail log, a Message-ID, an address of the
 * envelope or of From, or the client's IP address.
 */
#ifndef FRANK_PLATFORM_JOURNAL_ABOUT_H
#define FRANK_PLATFORM_JOURNAL_ABOUT_H

#include "base/ip.h"
#include "fact/fact.h"

#define JOURNAL_KEY_MAX 1024        /* as long as a Message-ID is kept (SESSION_TEXT_MAX) */

struct journal_key {
    struct slice text;              /* without blanks and <> around it; borrowed */
    struct ip ip;                   /* IP_NONE: it is no IP address */
    char ip_text[IP_TEXT_MAX + 1];
    struct slice needle;            /* what a line about it holds, whatever the case; empty: cannot be told */
};

/* False: empty or over JOURNAL_KEY_MAX. The key must stay where it is. */
MUST_CHECK bool journal_key_of(struct slice text, struct journal_key *);
/* A look at the line before it is parsed: false only if it is not about it. O(n). */
bool journal_may_hold(const struct journal_key *, struct slice line);
/* The arena is for looking only. */
bool journal_is_about(struct arena *, const struct fact *record, const struct journal_key *);

#endif
