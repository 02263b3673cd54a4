/*
 * dnslist_look.h: one key asked of one list, and whether that list is in order (RFC 5782 2 and 5).
 *
 * A key is what stands before the zone: "99.2.0.192" for an address, "spam.example" for a domain. The asker gives
 * answers, or NULL for "not yet": a check's ask(), or a command that waits for each. Every question is asked in
 * the same order whatever the answers were before it, so a run that is repeated asks the same.
 */
#ifndef FRANK_METHODS_DNSLIST_LOOK_H
#define FRANK_METHODS_DNSLIST_LOOK_H

#include "dns/answer.h"
#include "methods/dnslist/dnslist_match.h"

#define DNSLIST_TXT_MAX 200           /* octets of a list's reason that are kept (dnsbl.md, algorithm 4) */

struct dnslist_asker {
    const struct answer *(*ask)(void *context, struct slice name, uint16_t type);
    void *context;
    struct arena *scratch;
};

/* Of several keys the larger one counts: a list that is not in order has said nothing at all, and not to be heard is no "no". */
enum dnslist_found {
    DNSLIST_NOT_THERE = 0,            /* not listed; of a self-test: in order */
    DNSLIST_OTHER_VALUES,             /* listed, but with no value that counts */
    DNSLIST_UNHEARD,                  /* temporary failure */
    DNSLIST_QUOTA,                    /* the method's questions are used up */
    DNSLIST_THERE,
    DNSLIST_REFUSES,                  /* 127.255.255.0/24: the list does not answer us */
    DNSLIST_OUT_OF_ORDER,             /* parked, shut down, or listing the world */
    DNSLIST_WAIT                      /* an answer is missing: return at once */
};

struct dnslist_values {
    const struct ip *at;              /* sorted, in the arena given */
    size_t count;
};

struct dnslist_look {
    enum dnslist_found found;
    struct dnslist_values values;     /* of THERE and OTHER_VALUES */
    struct slice detail;              /* of UNHEARD, REFUSES and OUT_OF_ORDER: what was seen, for people; arena or static */
    enum answer_security security;
};

/* Which entries tell whether a list is in order: 127.0.0.2 and 127.0.0.1, in the form for IPv4 or IPv6, or "test" and "invalid". */
enum dnslist_form { DNSLIST_IPV4 = 0, DNSLIST_IPV6, DNSLIST_NAMES };

/* What an answer to an A question means. Values are allocated in the arena. */
struct dnslist_look dnslist_read(struct arena *, const struct answer *, const struct dnslist_match *);

/* Empty: too long to be asked. In the scratch arena, as below. */
struct slice dnslist_name(struct arena *, struct slice key, struct slice zone);
struct slice dnslist_address_key(struct arena *, const struct ip *);
/* The two names of the self-test. */
struct slice dnslist_must_have(struct arena *, enum dnslist_form, struct slice zone);
struct slice dnslist_must_lack(struct arena *, enum dnslist_form, struct slice zone);

struct dnslist_look dnslist_look_up(const struct dnslist_asker *, struct slice key, struct slice zone, const struct dnslist_match *);
/* NOT_THERE: in order. At most two questions. */
struct dnslist_look dnslist_self_test(const struct dnslist_asker *, enum dnslist_form, struct slice zone);
/* WAIT, or NOT_THERE with *txt: what the list says for people, printable ASCII, at most DNSLIST_TXT_MAX octets; empty if it says nothing,
 * or was not heard. Of several the first in octet order. */
enum dnslist_found dnslist_reason_of(const struct dnslist_asker *, struct slice key, struct slice zone, struct slice *txt);

#endif
