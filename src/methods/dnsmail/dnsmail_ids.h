/*
 * dnsmail_ids.h: the ids of a message and what their servers say of them: steps 2 and 3 of dnsmail.md.
 */
#ifndef FRANK_METHODS_DNSMAIL_DNSMAIL_IDS_H
#define FRANK_METHODS_DNSMAIL_DNSMAIL_IDS_H

#include "methods/dnsmail/dnsmail_record.h"

enum dnsmail_found {
    DNSMAIL_ID_UNKNOWN = 0,          /* not asked yet */
    DNSMAIL_ID_FOUND,                /* records are there */
    DNSMAIL_ID_ABSENT,               /* every server says no */
    DNSMAIL_ID_NO_SERVERS,           /* its domain names no servers */
    DNSMAIL_ID_MALFORMED,            /* what is there is no record */
    DNSMAIL_ID_BLOCKED,              /* found nowhere, and a server that may not be asked was among them */
    DNSMAIL_ID_LIST_FAILED, DNSMAIL_ID_SERVER_FAILED, DNSMAIL_ID_OVER_QUOTA,      /* not known */
    DNSMAIL_ID_OWN_FAILURE
};

struct dnsmail_entry {
    struct dnsmail_id id;
    const struct dnsmail_servers *servers;   /* its domain's; NULL: none are known, `found` says why */
    enum dnsmail_found found;
    struct ip server;                        /* who decided: said it, failed, or is not asked; none: nobody */
    const struct dnsmail_records *records;   /* FOUND: one or more */
};

struct dnsmail_ids {
    struct dnsmail_entry at[DNSMAIL_IDS_MAX];
    unsigned count;
    unsigned fields;                         /* how many fields there are; more than DNSMAIL_IDS_MAX: none is read */
    const struct field *bad;                 /* the first that holds no id; NULL: none */
};

#define DNSMAIL_FIELD "DNS-Mail-ID"

/* The different ids of the message's fields, top first. */
void dnsmail_ids_collect(struct run *, struct dnsmail_ids *);
struct slice dnsmail_list_name(struct arena *, struct slice domain);
/* A domain's list of servers; *out only if it is THERE. */
enum dnsmail_list { DNSMAIL_LIST_WAIT = 0, DNSMAIL_LIST_THERE, DNSMAIL_LIST_NONE, DNSMAIL_LIST_FAILED, DNSMAIL_LIST_OVER_QUOTA, DNSMAIL_LIST_OWN_FAILURE };
enum dnsmail_list dnsmail_list_of(struct check *, struct slice domain, const struct dnsmail_servers **out);
/* Asks whom to ask, for all of them. False: not yet. */
bool dnsmail_ids_ask_lists(struct check *, struct dnsmail_ids *);
/* Asks for one, server by server; ids_ask_lists must have been true. False: not yet. */
bool dnsmail_entry_ask(struct check *, struct dnsmail_entry *);

#endif
