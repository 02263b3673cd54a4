/*
 * callerid_pra.h: the purported responsible address of a message by the Caller ID draft's own algorithm.
 *
 * RFC 4407 (Sender ID) came of it and differs: here the first mailbox of several in From or Resent-From is taken, there the message has
 * none then. Only header fields speak, never the envelope; the first of these that is there and not empty does:
 *   1. the first Resent-Sender, unless a Resent-From stands above it and a Received or Return-Path between them: then it
 *      belongs to an older block of Resent fields;
 *   2. the first mailbox of the first Resent-From;
 *   3. Sender;
 *   4. the first mailbox of From.
 * What was chosen and cannot be read gives no address: the next one is not tried (threats.md T39).
 */
#ifndef FRANK_METHODS_CALLERID_PRA_H
#define FRANK_METHODS_CALLERID_PRA_H

#include "methods/txn.h"

enum pra_problem {
    PRA_FINE = 0,
    PRA_NONE,                        /* no such field, or only empty ones */
    PRA_MALFORMED,                   /* no list of addresses, or a group */
    PRA_SEVERAL,                     /* two fields or two mailboxes where there can be one */
    PRA_NO_DOMAIN,                   /* an address literal, no domain name, or one of a single label */
    PRA_HEADER                       /* the header is larger than is read, or holds a From that others may read as one */
};

struct pra {
    enum pra_problem problem;
    const struct field *field;       /* chosen; NULL: none */
    struct address address;          /* PRA_FINE and PRA_NO_DOMAIN */
};

/* How the addresses of a field are had; NULL: they cannot be. */
typedef const struct address_list *callerid_addresses(void *context, const struct field *);

/* Complete header (STAGE_HEADERS). */
struct pra callerid_pra(const struct message *, callerid_addresses *, void *context);
/* The first mailbox of the first From field, whoever is responsible. False: there is none that has a domain. */
bool callerid_first_from(const struct message *, callerid_addresses *, void *context, struct address *);

#endif
