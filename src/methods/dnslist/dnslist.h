/*
 * dnslist.h: lists of addresses and names in DNS (RFC 5782): block lists, open-relay lists, allow lists.
 *
 * One subject for each list of the configuration, in its order. A list is asked by the client's address, or by a domain:
 * what MAIL FROM or HELO claims, or what SPF and DKIM authenticated. The latter are known at the end of the message,
 * the others at MAIL, so that a rule can refuse at RCPT.
 *
 * Every evaluation also asks the list's test entries, which the cache mostly answers: a list that is shut down, parked or
 * lists the world says nothing from the first message on, and speaks again as soon as it is in order (RFC 5782 5).
 *
 * Being listed authenticates nobody, and being on an allow list neither: results speak of no identity, and no class
 * rests on them.
 */
#ifndef FRANK_METHODS_DNSLIST_DNSLIST_H
#define FRANK_METHODS_DNSLIST_DNSLIST_H

#include "methods/dnslist/dnslist_look.h"
#include "methods/list.h"

#define DNSLIST_LISTS_MAX 16          /* of one configuration (ours) */
#define DNSLIST_TRUSTED_MAX 2         /* trusted allow lists: each block list asks them first (ours) */
#define DNSLIST_DOMAINS_MAX 5         /* authenticated domains that are asked (ours): the author's own first */
#define DNSLIST_KEYS_MAX (2 * DNSLIST_DOMAINS_MAX)       /* each with its registrable domain */
#define DNSLIST_TEST_ASKS 2
/* A subject: its keys, test entries and reason, and the trusted lists' keys and test entries. */
#define DNSLIST_ASKS (DNSLIST_KEYS_MAX + DNSLIST_TEST_ASKS + 1 + DNSLIST_TRUSTED_MAX * (DNSLIST_KEYS_MAX + DNSLIST_TEST_ASKS))
#define DNSLIST_HINTS (DNSLIST_LISTS_MAX * (DNSLIST_KEYS_MAX + DNSLIST_TEST_ASKS))

enum dnslist_by { DNSLIST_BY_ADDRESS = 0, DNSLIST_BY_MAILFROM, DNSLIST_BY_HELO, DNSLIST_BY_AUTHENTICATED };
enum dnslist_kind { DNSLIST_BLOCK = 0, DNSLIST_OPEN_RELAY, DNSLIST_ALLOW };
extern const char *const dnslist_by_words[];          /* as the option's */

struct dnslist_list {
    struct slice name, zone;
    struct dnslist_match match;
    unsigned by, kind;                 /* enum dnslist_by, dnslist_kind */
    bool trusted, ipv6, parents, self_test;
};

struct dnslist_conf {
    bool enabled;
    const struct conf_node *lists_node;
    const struct dnslist_list *lists;  /* made of it by dnslist_prepare */
    unsigned count;
};

/* The options of one list, for the manual. */
extern const struct section dnslist_list_section;
/* "ZONE" or "ZONE=VALUES". False + *error (static). */
MUST_CHECK bool dnslist_zone_parse(struct arena *, struct slice, struct slice *zone, struct dnslist_match *, const char **error);
bool dnslist_prepare(struct arena *, void *conf, struct config_error *);

/* Indexes dnslist_method.reasons. */
enum dnslist_reason {
    DNSLIST_NOT_YET = 0,
    DNSLIST_EXEMPT,
    DNSLIST_OWN_FAILURE,
    DNSLIST_OVER_QUOTA,
    DNSLIST_LISTED,                    /* on a block list */
    DNSLIST_LISTED_RELAY,              /* on a list of open relays */
    DNSLIST_ALLOWED,                   /* on an allow list */
    DNSLIST_UNLISTED,
    DNSLIST_UNWANTED_VALUES,           /* listed, with values that do not count here */
    DNSLIST_NOTHING_TO_ASK,
    DNSLIST_VOUCHED,                   /* a trusted allow list has it: not asked */
    DNSLIST_BROKEN,
    DNSLIST_REFUSED,
    DNSLIST_DNS_FAILED,
    DNSLIST_IN_ORDER,                  /* of a self-test */
    DNSLIST_REASONS
};

#endif
