/*
 * method.h: the interface every method is written to (design.md, "A method is a constant").
 *
 * A method examines subjects. For each subject the engine calls check() once its stage is reached;
 * check takes what it needs in its specification's order and returns at the first NULL ("not yet").
 * When what it lacked is there it is run again from the top. The run in which no need was missing
 * is the last and must have called say() exactly once; what any other run said is discarded.
 *
 *     static void spf_check(struct check *c)
 *     {
 *         const struct answer *a = ask(c, domain, RTYPE_TXT);
 *         if (!a) return;                                   // not yet: asked, come back
 *         if (answer_failed(a)) { say(c, SPF_DNS_FAILED, &ev); return; }
 *         ...
 *     }
 *
 * NEEDS give the thing or NULL (recorded as missing): ask, ask_server, digest, result_of. HINTS
 * give nothing and change no result: prefetch, order. Hint wide, need in order. A scout only makes
 * answers arrive earlier; removing all scouts leaves all results unchanged.
 *
 * Rules: answers are pinned for the transaction. Look at answer_failed() before emptiness, at every
 * ask. Memory: scratch (c->run.scratch) is emptied before each run; only what say() gets is kept: say
 * copies the evidence's struct but not what it points to, so evidence texts and facts must be made in
 * c->run.txn->arena or be static (a run that ends early wastes little: make evidence last). No
 * clock, configuration via conf_of(), no I/O, no mutable statics.
 */
#ifndef FRANK_METHODS_METHOD_H
#define FRANK_METHODS_METHOD_H

#include "config/config.h"
#include "crypto/digest.h"
#include "dns/answer.h"
#include "fact/fact.h"
#include "mail/canon.h"
#include "methods/txn.h"

/* RFC 8601 result words, all methods together. The zero value trusts nobody. */
enum auth_result {
    AUTH_NONE = 0, AUTH_TEMPERROR, AUTH_PERMERROR, AUTH_NEUTRAL, AUTH_POLICY, AUTH_FAIL, AUTH_SOFTFAIL, AUTH_PASS
};
const char *auth_result_word(enum auth_result);                         /* "none" ... */
bool auth_result_from_word(struct slice, enum auth_result *);           /* no case; "hardfail" reads as fail */

/*
 * A reason says which rule decided; the word follows from it by table, never the other way. Each
 * method has one array of these, indexed by its own enum; say() takes the index. `stored` numbers are
 * stable (journals keep them): method base + n; bases: spf 1000, dkim 1300, dmarc 1600, arc 1800,
 * iprev 2000, auth 2050, rmx 2100, dmp 2200, mxout 2300, callerid 2400, senderid 2500, imx 2600, csa 2700,
 * mtamark 2750, msd 2800, drip 2850, domainkeys 2900, dnslist 3000, dnsmail 3100, submission 3200. 0..9 of each base mean the same in every
 * method: 1 exempt, 2 own failure (memory, library), 3 question quota used up, 4 deadline.
 */
struct reason {
    const char *name;          /* "dns-timeout": stable code in JSON and journal, lower case with hyphens */
    unsigned stored;
    enum auth_result word;
    const char *text;          /* said to people, no full stop */
};

/* Which claimed identity a result speaks about (verdict classes; RFC 8601 properties are apart). */
enum identity { IDENTITY_NONE = 0, IDENTITY_CLIENT, IDENTITY_HELO, IDENTITY_MAILFROM, IDENTITY_FROM, IDENTITY_PRA, IDENTITY_SIGNER, IDENTITY_USER };
const char *identity_name(enum identity);      /* "none", "client", "helo", "mailfrom", "from", "pra", "signer", "user" */

struct property { const char *ptype, *name; struct slice value; };      /* for Authentication-Results */

#define METHOD_REPLY_HINT "reply_hint"           /* see struct method, hints_reply */

#define METHOD_TRACE "trace"                     /* the JSON member with the steps of an evaluation, which journals leave out */

/* What a result rests on. Zero members mean "nothing to say". */
struct evidence {
    enum identity identity;
    struct slice domain;                 /* the domain the result speaks about, normal form */
    struct slice text;                   /* one line for people: "\"ip4:192.0.2.0/24 -all\" does not cover 203.0.113.9"; printable ASCII or UTF-8, shown-escaped */
    const struct property *properties;   /* Authentication-Results, in order */
    size_t property_count;
    struct slice ar_reason;              /* Authentication-Results reason=, may be empty */
    const struct fact *facts;            /* the method's JSON members beyond result and reason; a group, or NULL */
    const void *detail;                  /* the method's own struct, for those allowed to include its header */
    bool absent;                         /* the claimed domain does not exist (class `absent`) */
    bool statement;                      /* the domain published a statement that covers this client or message (class black needs it) */
    bool quiet;                          /* not worth an Authentication-Results entry */
    const char *authres_name;            /* registered name under which this result goes there, where it is another than the method's */
};

struct method;
struct plan;
struct publication;
struct lint;

struct result {                          /* immutable once appended */
    const struct method *method;
    unsigned subject;
    unsigned reason;                     /* index into method->reasons */
    enum auth_result word;
    struct evidence evidence;
};
struct results { const struct result *at; size_t count; };              /* subject order */

/* What every run has. check and scout embed it first. */
struct run {
    const struct txn *txn;
    const struct method *method;
    unsigned subject;                    /* 0.. ; scouts: 0 */
    struct arena *scratch;               /* emptied before each run */
    void *engine;                        /* the engine's own */
};
struct check { struct run run; };
struct scout { struct run run; };

/* A word of a method's own, beyond the results', that rules may ask for: "listed". It stands for reasons (bits by index, of the first 64). */
struct method_word {
    const char *word;
    uint64_t reasons;                    /* "METHOD = word": some result has one of these */
    uint64_t of_named;                   /* "METHOD.SUBJECT = word": that subject's result has one of these */
};

/* A subject that the configuration names. */
struct named_subject {
    struct slice name;                   /* letters, digits, hyphens, underscores and dots, so that rules can say METHOD.NAME */
    enum stage settles;                  /* its result is there at this stage, never earlier; by STAGE_MAIL, or at STAGE_MESSAGE */
};

/*
 * What can be known of a result that failed by reading the message again: for `frank verify --explain`, never part of a result.
 * What is found is added to a list, each finding a group: "finding", a stable code; "text", one line; members of its own.
 */
struct second_reading {
    /* Adds what the header tells. The result and its detail outlive the reading. NULL: the body has nothing to tell. */
    void *(*begin)(struct arena *, const struct txn *, const struct result *, struct fact *list);
    void  (*push)(void *, struct slice octets);         /* the body as at the first time, CRLF line ends, any chunking */
    void  (*end)(void *, struct fact *list);            /* adds what the body tells, frees; list NULL: it could not be read again */
};

struct method {
    const char *name;                            /* token, folder, configuration section, metrics label, subcommand, JSON key */
    const char *title;                           /* for lists and help: "Sender Policy Framework (RFC 7208)" */
    enum stage  when;                            /* check is never called earlier */
    bool        needs_client;                    /* examines txn->client: waits for STAGE_HEADERS behind a trusted relay; not run for exempt sessions */
    bool        many;                            /* JSON value is a list with one object per subject */
    bool        dispensable;                     /* somebody else's opinion: mail is never kept waiting for it, its temperror never decides */
    bool        hints_reply;                     /* a result's fact METHOD_REPLY_HINT is added to a refusal that speaks of the same domain; such a refusal waits for it */
    bool        registered;                      /* in the RFC 8601 registry; others print as x-NAME if authres.legacy is on */
    bool        historic;                        /* registered, but no longer in use: reports show it among those that never were */
    bool        server_side;                     /* the statement is the sending server's own (or its address owner's), not the claimed
                                                    domain's: it can take a pass away, and confirm one, but whitens nothing by itself */
    const char *authres_name;                    /* NULL: name */
    unsigned    identities;                      /* bits (1u << enum identity) its results may speak about; 0: any. What a class rests on
                                                    is waited for, so say it where it is few */
    unsigned    subjects_max;                    /* bound of subjects() */
    unsigned    asks, hints;                     /* per subject and run; per transaction. Named constants from the sheet */
    unsigned    key_operations;                  /* public-key operations per subject, for `frank limits` */
    const char *nothing;                         /* many: what a report says of a message without subjects; NULL: it says nothing */
    const char *const *members;                  /* JSON members that every result of it has: null where nothing was examined. NULL-terminated, or NULL */
    const struct option *options;                /* section "methods.NAME"; first row OPTION_ENABLED */
    size_t      conf_size;
    const struct reason *reasons;                /* [0] unused sentinel; indexes are the method's enum */
    unsigned    reason_count;
    unsigned    reason_exempt, reason_own_failure;   /* what the engine says for it: session exempt; run without memory. A method that
                                                    says the latter itself makes the message an own failure (threats.md T42) */
    unsigned  (*subjects)(const struct txn *);   /* called once, at .when, before any check; NULL: 1 */
    void      (*check)(struct check *);
    /*
     * Where subjects are named by the configuration: the i-th, false beyond the last. Subject i of a message is the i-th, and each
     * result has its name as the JSON member `subject_member`. What rules say of one, or of any by a word of the method's own, holds
     * as soon as that is known; its other subjects may settle later.
     */
    bool      (*named_subject)(const void *conf, unsigned i, struct named_subject *);
    const char *subject_member;
    const struct method_word *words;             /* ended by one without a word; NULL: none */
    /*
     * Looks after what subject i of the configuration rests on, apart from any message (txn_tend): like check, but there is nothing
     * but DNS and configuration. Pass: in order; temperror: not known; anything else: broken, the evidence's text says why. NULL: nothing to do.
     */
    void      (*tend)(struct check *);
    /* Reads what the options keep as raw trees (OPT_NODE) into the method's struct, before anything else sees it. May be called
     * again for the same struct. NULL: there is nothing. False + *error. */
    bool      (*prepare)(struct arena *, void *conf, struct config_error *);
    void      (*scout)(struct scout *);          /* NULL: none */
    enum stage  scout_when;                      /* runs first at this stage, then whenever something it hinted arrived */
    const char *const *scout_fields;             /* also when one of these header fields streams in; NULL-terminated, or NULL */
    /* Seconds this method's answers are waited for, from its first question on; what is open then counts as TIMEOUT
     * for every method. From the method's own options; NULL: as long as the message waits. */
    uint64_t  (*patience)(const void *conf);
    /* Which of several results stands for the method where one is wanted (JSON of a method that is not
     * `many`, reports): index into results. NULL: the first. The others print under "others". */
    size_t    (*principal)(const struct results *);
    /* A sentence a domain owner can act on ("add ip4:203.0.113.9 to the record of example.org"); in the
     * arena; empty when there is nothing to repair. NULL: never. */
    struct slice (*explain)(struct arena *, const struct txn *, const struct result *);
    /* Whether what a result rests on covers the header field of this name too (a signature's h=). NULL: nothing here covers fields. */
    bool      (*covers)(const struct result *, struct slice field);
    const struct second_reading *second_reading;     /* NULL: there is nothing more to know */
    /* Adds the records that say a domain's plan in this method's dialect (plan.h has the contract). NULL: it publishes nothing. */
    void      (*publish)(const struct plan *, struct publication *);
    /* What a domain publishes in this method's dialect, and what of it is wrong (lint.h has the contract). NULL: there is nothing to look at. */
    void      (*lint)(struct lint *);
};

/* ---- needs: the thing, or NULL = not yet (return at once) ---- */

/* Pinned. name: name text (any case). An unaskable name gives ANSWER_BAD_NAME, too many asks ANSWER_OVER_QUOTA. */
const struct answer *ask(struct check *, struct slice name, uint16_t rtype);
/*
 * The same question put to one name server, directly and without recursion; counted among .asks. A server that may not be asked
 * (dns/named.h, named_servers_allowed; no address) gives ANSWER_BLOCKED, uncounted: look for that before answer_failed().
 */
const struct answer *ask_server(struct check *, const struct ip *server, struct slice name, uint16_t rtype);

struct digest_spec {
    enum hash_alg hash;
    enum canon canon;
    uint64_t length;                   /* l=: hash at most so many canonical octets; DIGEST_WHOLE: all */
    struct slice prefix;               /* hashed before the body, not counted in length (RFC 4870: header and body are one
                                          stream); empty: nothing. Lives as long as the transaction. Another prefix is another digest */
};
#define DIGEST_WHOLE UINT64_MAX
struct digest {
    uint8_t octets[HASH_OCTETS_MAX];
    size_t  len;                       /* 0: could not be computed (own failure) */
    uint64_t hashed;                   /* canonical octets of the body hashed */
    uint64_t body_octets;              /* canonical octets of the whole body */
};
/* NULL until the body ended; must have been ordered before the end of the header. */
const struct digest *digest(struct check *, struct digest_spec);
/* All results of a method earlier in list.c; empty set (never NULL) when it is off or has no subject. */
const struct results *result_of(struct check *, const struct method *);

/* ---- hints ---- */
void prefetch(struct check *, struct slice name, uint16_t rtype);
void prefetch_server(struct check *, const struct ip *server, struct slice name, uint16_t rtype);
void order(struct check *, struct digest_spec);            /* before the first need; idempotent; <= DIGESTS_MAX distinct ones a message */
#define DIGESTS_MAX 8
const struct answer *hint(struct scout *, struct slice name, uint16_t rtype);   /* the answer if it is already there */

/* ---- things made once ---- */
/* The parsed form of an answer: answer_memo's rules (make reads only the answer's bytes). */
void *memo(struct run *, const struct answer *, void *(*make)(const struct answer *), void (*release)(void *));
/* The parsed form of a header field, kept for the transaction: made in its arena. May return NULL if make does. */
void *parsed(struct run *, const struct field *, void *(*make)(struct arena *, const struct field *));
/* The addresses of a field, parsed once for all methods and runs: 1 MiB of them costs a millisecond or ten. NULL without memory. */
const struct address_list *parsed_addresses(struct run *, const struct field *);
/* A costly step followed by another need: fn runs once per (subject, key); its result must live in txn->arena. */
void *once(struct check *, unsigned key, void *(*fn)(struct check *, void *), void *arg);
/* Reserves n of the message's public-key operations (PUBLIC_KEY_OPERATIONS_MAX); false: none left. Call inside
 * once() or in a last run only, so that re-runs do not count twice. */
#define PUBLIC_KEY_OPERATIONS_MAX 120        /* threats.md T18 */
bool spend_key_operations(struct run *, unsigned n);

/* Exactly once in the run that lacks nothing. evidence may be NULL. */
void say(struct check *, unsigned reason, const struct evidence *);

/* The struct of section "methods.NAME" of the method that is running. */
const void *conf_of(const struct run *);
/* For callers outside a run (subjects, explain). */
const void *conf_of_method(const struct txn *, const struct method *);

#endif
