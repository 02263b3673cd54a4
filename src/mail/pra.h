/*
 * pra.h: the purported responsible address: who, by its header, most recently handed a message on (RFC 4407).
 *
 * A pure function of the header's fields and their order, the message's own trace fields among them. It says
 * who claims to be responsible, and nothing about whether that is true; it is not the author (threats.md T21).
 *
 *     struct pra pra = pra_of(arena, message);
 *     if (pra.problem == PRA_FOUND)
 *         ... pra.mailbox.normal_domain is asked, pra.field->name is reported
 *
 * The pieces below it are for who selects by other rules over the same fields (Caller ID).
 */
#ifndef FRANK_MAIL_PRA_H
#define FRANK_MAIL_PRA_H

#include "mail/address.h"
#include "mail/message.h"

/* Why there is none; the numbers are the steps of RFC 4407 section 2. */
enum pra_problem {
    PRA_FOUND = 0,
    PRA_NO_FROM,               /* 4: no field names anybody */
    PRA_SEVERAL_SENDER,        /* 3 */
    PRA_SEVERAL_FROM,          /* 4; also where others may see a second From (threats.md T01) */
    PRA_MALFORMED,             /* 5: the chosen field is no mailbox */
    PRA_SEVERAL_MAILBOXES,     /* 5 */
    PRA_GROUP,                 /* 5 */
    PRA_NO_DOMAIN,             /* 5: its mailbox has an address literal, or what is no domain name */
    PRA_CUT                    /* fields over the header's bounds are not here (threats.md T18) */
};

struct pra {
    enum pra_problem problem;
    const struct field *field;       /* the one that was chosen; NULL: none was */
    struct address mailbox;          /* only if problem is PRA_FOUND; in the arena and the field */
};

/*
 * RFC 4407 section 2. Before the header is complete: what it would be if nothing more came.
 *   cost     O(octets of the chosen field + number of fields)
 */
struct pra pra_of(struct arena *, const struct message *);
/* The same in two steps, for who keeps what was parsed: the field alone, then (if there is one) its addresses; NULL: they cannot be had. */
struct pra pra_field(const struct message *);
struct pra pra_read(struct pra chosen, const struct address_list *);

/* ---- pieces ---- */

/* The topmost field of this name that is not blank ("non-empty": any octet but SP, HTAB, CR, LF). NULL: none.
 * *count (NULL: not wanted) gets how many there are. */
const struct field *message_filled(const struct message *, struct slice name, unsigned *count);
/* Stands a Received or Return-Path field between the two: does another hop begin there? False if `below` is not below. */
bool message_trace_between(const struct message *, const struct field *above, const struct field *below);
/* Steps 1 and 2: the field of whoever resent the message last: Resent-Sender, or Resent-From; NULL: nobody did. */
const struct field *message_resender(const struct message *);

#endif
