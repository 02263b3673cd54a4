/*
 * txn.h: the facts of one session and one transaction, as methods, verdict and printers read them.
 *
 * A session is one SMTP connection; a transaction is one MAIL..end-of-data. The engine fills these
 * structs as events arrive and moves `stage` forward; a method whose .when is reached may read every
 * fact up to that stage and nothing later. All slices live in the session's or the transaction's arena.
 */
#ifndef FRANK_METHODS_TXN_H
#define FRANK_METHODS_TXN_H

#include "mail/address.h"
#include "mail/message.h"
#include "mail/submitter.h"
#include "base/ip.h"

/* Events in order. STAGE_HEADERS: end of header; STAGE_MESSAGE: end of the body. */
enum stage { STAGE_NONE = 0, STAGE_CONNECT, STAGE_HELO, STAGE_MAIL, STAGE_RCPT, STAGE_HEADERS, STAGE_MESSAGE };
const char *stage_name(enum stage);           /* "connect" ... "message" */

/* Why a session's mail is not examined for who may send it (verdict.md, order of evaluation 1). */
enum exempt { EXEMPT_NO = 0, EXEMPT_AUTHENTICATED, EXEMPT_INTERNAL, EXEMPT_LOCAL, EXEMPT_CERTIFICATE };
const char *exempt_name(enum exempt);         /* "no", "authenticated", "internal", "local", "certificate" */

/* Whether the client proved, by a NOOP with the hash of our EHLO response, that it reads what we say to it. Only who speaks SMTP
 * with it can see that; a filter behind a mail server cannot, and does not know. */
enum noop_proof { NOOP_UNKNOWN = 0, NOOP_VALID, NOOP_INVALID };     /* INVALID: it was asked for and is wrong, or did not come */

struct session {
    struct ip peer;                 /* who is connected to the MTA; IP_NONE: local submission or unknown */
    struct slice peer_name;         /* the MTA's idea of its name ({client_ptr}); unverified; may be empty */
    struct slice helo;              /* as given */
    struct slice auth_user;         /* SMTP AUTH identity; empty: not authenticated */
    struct slice auth_type;
    struct slice receiver;          /* our host name: authserv-id, SPF %{r} */
    struct slice tls_subject;       /* verified client certificate; empty: none */
    bool local;                     /* submitted on this host, not over SMTP */
    enum exempt exempt;             /* decided by the engine from configuration */
    bool via_relay;                 /* peer is one of trusted_relays: client and helo come from its Received field */
    bool client_from_message;       /* a stored message: who the client was is read from its header, nobody saw it */
    int64_t received_at;            /* ... and when we received it, Unix seconds; 0: not known, or now */
    enum noop_proof noop;
};

#define RECIPIENTS_MAX 1000         /* kept per transaction (threats.md T18); more are counted only */

struct results;
struct config;

struct txn {
    const struct session *session;
    enum stage stage;               /* reached */
    int64_t now;                    /* Unix seconds; fixed at the start */
    struct arena *arena;            /* the transaction's; for results and parsed facts */
    const struct config *conf;
    const struct suffix_list *suffixes;      /* for methods that ask a public suffix list; never NULL */
    bool suffixes_given;            /* somebody chose it (--psl): tree walks give way to it */

    /* Who sent it here: session->peer, or for a trusted relay what its Received field says (then only
     * from STAGE_HEADERS on). client.family IP_NONE: not known, path methods have no subject. */
    struct ip client;
    struct slice helo;              /* as given; may be no domain at all */
    struct slice helo_domain;       /* normal form, empty if it is no domain name or an address literal */

    /* from STAGE_MAIL */
    struct path mail_from;
    struct submitter submitter;     /* MAIL's SUBMITTER parameter (RFC 4405); not given by most servers */
    /* from STAGE_RCPT: all recipients only from STAGE_HEADERS on */
    const struct path *recipients;
    size_t recipient_count;         /* in the array */
    size_t recipient_total;

    /* fields as they come; complete from STAGE_HEADERS (message->complete) */
    const struct message *message;
    /* from STAGE_HEADERS */
    struct author author;
    struct slice queue_id;          /* may be empty at any time */
    uint64_t body_octets;           /* from STAGE_MESSAGE */
};

#endif
