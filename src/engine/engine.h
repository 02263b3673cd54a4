/*
 * engine.h: drives transactions. Sans I/O: the host feeds events and answers, the engine says what to do.
 *
 * One message (milter, in this order; a file gives the same events):
 *
 *     struct session *s = session_begin(engine, &(struct session_facts){ .peer = ip, ... });
 *     struct txn *t = txn_begin(s, now, &host);          // at connect, or at MAIL of later messages
 *     txn_helo(t, helo);   txn_mail(t, path);   txn_rcpt(t, path) ...
 *     switch (txn_progress(t)) { GO: answer "continue"; WAIT: host.progress() will be called; ACT: txn_verdict(t) }
 *     txn_field(t, ...) ...; txn_end_of_header(t);
 *     txn_body(t, octets) ...; txn_end_of_message(t);
 *     ... WAIT until DONE; actions = txn_actions(t); txn_record(t) for JSON and journal
 *     txn_end(t); session_end(s);
 *
 * Questions go out through env->dns as soon as a fact is known; their answers come back by
 * waiter->deliver, after which host.progress is called if the progress may have changed. Nothing here
 * waits, sleeps or reads a clock. A transaction's memory is capped; when it is used up, or anything of
 * ours fails, the verdict is `own_failure`'s disposition, never a pass.
 *
 * Threads: an engine and all its sessions belong to one thread.
 */
#ifndef FRANK_ENGINE_ENGINE_H
#define FRANK_ENGINE_ENGINE_H

#include "dns/named.h"
#include "env/env.h"
#include "mail/authres.h"
#include "verdict/verdict.h"

struct engine;

/* Sections of all of libfrank: engine, verdict, methods. For config_parse. Static. */
const struct section *engine_sections(size_t *count);
/* These and the daemon's (config/daemon.h): whatever a frank.conf may hold. Static. */
const struct section *file_sections(size_t *count);

struct engine_options {
    bool no_scouts;                /* for tests: results must be the same */
    uint64_t enable;               /* bits (method_index): on whatever the configuration says */
    uint64_t only;                 /* bits: just these; 0: as configured */
    const struct suffix_list *suffixes;      /* must outlive the engine; NULL: the system's */
};
/* Reads rules and lists; env and config must outlive it. NULL + *error. */
struct engine *engine_new(const struct env *, struct config *, const struct engine_options *, struct config_error *error);
void engine_free(struct engine *);
const struct rules *engine_rules(const struct engine *);
/* Gives back what is kept for the next messages: they take it again. */
void engine_rest(struct engine *);
unsigned engine_live(const struct engine *);                                      /* transactions begun and not ended */

/* Options of section "" and "authres" that front ends need. */
struct engine_conf {
    struct slice authserv_id;               /* empty in the file: the host's FQDN, which programs put in with engine_set_authserv_id */
    struct prefixes trusted_relays, internal_networks;
    bool authres_legacy;
    unsigned authres_remove;                /* choice: own | all */
    struct texts authres_ids;               /* further ids of ours to remove */
    uint64_t message_timeout_seconds;       /* deadline after end of message; default 20 (interface.md) */
    uint64_t transaction_octets;            /* memory cap; default 16M */
    unsigned on_failure;                    /* choice: defer | accept */
    unsigned quarantine;                    /* choice: header | hold */
};
const struct engine_conf *engine_conf(const struct engine *);
/* named_servers_allowed, also for the process that asks. False + *error: an entry that is none. */
MUST_CHECK bool engine_named_list(const struct config *, struct named_list *out, struct config_error *error);
/* Copies. False without memory. */
MUST_CHECK bool engine_set_authserv_id(struct engine *, struct slice);
bool engine_method_enabled(const struct engine *, const struct method *);
bool engine_is_relay(const struct engine *, const struct ip *);                   /* one of trusted_relays */

#define AUTHRES_IDS_MAX 64                  /* authserv_id and authres.ids together */
#define SESSION_TEXT_MAX 1024               /* longer session facts are cut (RFC 5321 4.5.3.1.2: a domain has at most 255 octets) */

struct session_facts {
    struct ip peer;
    struct slice peer_name, auth_user, auth_type, tls_subject;
    struct slice receiver;                  /* empty: authserv_id */
    bool local;                             /* submitted on this host (no SMTP client): exempt */
    bool client_from_message;               /* see methods/txn.h, here and below */
    int64_t received_at;
    enum noop_proof noop;
};
struct session *session_begin(struct engine *, const struct session_facts *);     /* copies; NULL without memory */
void session_set_auth(struct session *, struct slice user, struct slice type);    /* before txn_mail; empty: not authenticated */
void session_set_helo(struct session *, struct slice helo);
void session_end(struct session *);                                               /* all its transactions must have ended */

struct txn_host {
    void (*progress)(void *context, struct txn *);       /* answers arrived: ask txn_progress again. Never from inside another txn_ call */
    void *context;
};

/* Begins at STAGE_CONNECT (and STAGE_HELO if the session already said HELO). NULL without memory. */
struct txn *txn_begin(struct session *, int64_t now, const struct txn_host *);
/*
 * No message: every method that is on looks after what it rests on (method.tend), one result for each subject the configuration
 * names. WAIT until DONE, then txn_results; txn_deadline and txn_end as ever, nothing else. It has no session but its own.
 * NULL without memory.
 */
struct txn *txn_tend(struct engine *, int64_t now, const struct txn_host *);
void txn_helo(struct txn *, struct slice helo);
/* Before txn_mail, where MAIL has a SUBMITTER parameter (RFC 4405): its value as it came, in xtext. */
void txn_submitter(struct txn *, struct slice value);
void txn_mail(struct txn *, struct slice path, bool smtputf8);
void txn_rcpt(struct txn *, struct slice path);
void txn_set_queue_id(struct txn *, struct slice);
void txn_field(struct txn *, struct slice raw);                                   /* message_add's forms */
void txn_field_parts(struct txn *, struct slice name, struct slice value);
void txn_end_of_header(struct txn *);
void txn_body(struct txn *, struct slice octets);
void txn_end_of_message(struct txn *);
/* No digest wants more octets: a milter may answer SKIP. */
bool txn_body_enough(const struct txn *);
/* The message's deadline struck: TIMEOUT is pinned to all that is open or asked later; the txn then ends at once. */
void txn_deadline(struct txn *);
/*
 * Tells the time, on a clock that never jumps, while something is waited for: about once a second is enough. Methods whose
 * patience (their `timeout` option) is over get TIMEOUT for what they still lack.
 */
void txn_time(struct txn *, int64_t monotonic_us);
void txn_own_failure(struct txn *);                                               /* the host failed for this message */
/* No more events come: the client or the mail server gave the message up. If recipients were refused, their refusal is the verdict. */
void txn_abandoned(struct txn *);
void txn_end(struct txn *);

enum progress {
    PROGRESS_WAIT,      /* a rule may act here, but its results are not complete */
    PROGRESS_GO,        /* nothing to do at this stage: continue */
    PROGRESS_ACT,       /* the verdict refuses (or discards) here and now. At STAGE_RCPT this may concern the newest recipient alone: the others'
                           message goes on (RFC 5321 3.3). Otherwise it is final */
    PROGRESS_DONE       /* after end of message: verdict and actions are ready */
};
enum progress txn_progress(struct txn *);
const struct verdict *txn_verdict(const struct txn *);                            /* after ACT or DONE */
const struct results *txn_results(const struct txn *, const struct method *);     /* NULL: not settled yet */
const struct result *txn_all_results(const struct txn *, size_t *count);

enum action_kind { ACTION_DELETE_FIELD, ACTION_INSERT_FIELD, ACTION_QUARANTINE, ACTION_REPLY };
struct action {
    enum action_kind kind;
    struct slice name;             /* field name */
    unsigned nth;                  /* DELETE: 1 = topmost of that name; listed last index first */
    struct slice value;            /* INSERT (at 0): folded with CRLF TAB, no final CRLF, leading blank included; QUARANTINE: reason */
    struct reply reply;            /* REPLY: code 0 = accept; discard has disposition in the verdict */
};
/* In the order they must be carried out. Also for own failures: forged fields are still removed when mail is passed. */
const struct action *txn_actions(struct txn *, size_t *count);
/* Authentication-Results value, unfolded, exactly as it would be added; empty before DONE. */
struct slice txn_authentication_results(struct txn *);

/* The whole transaction as facts: interface.md's `frank verify` object (without "file"), which is also the journal line's body
 * (journal adds id, action and what an RFC 9990 row needs). In the transaction's arena. */
struct fact *txn_record(struct txn *);
struct arena *txn_record_arena(struct txn *);                                      /* where more can be added to it */
/* Back from a journal line, for why and what-if: case_facts with results; false: not such a record. */
bool case_from_record(struct arena *, const struct fact *record, struct case_facts *out);

struct txn_counts { unsigned questions, cached, failed, over_quota; bool deadline; unsigned key_operations, scout_runs; size_t memory; };
struct txn_counts txn_counts(const struct txn *);
/* Different questions a method needed (identical ones of several methods left once); the same in every order of answers. */
unsigned txn_questions_of(const struct txn *, const struct method *);
/* Every answer this transaction pinned, for --save-zone: calls back in question order. */
void txn_pinned(const struct txn *, void (*each)(void *context, const struct answer *), void *context);

/* One short printable id for replies and journal, from env's random: 12 characters base32. */
struct slice txn_id(const struct txn *);

#endif
