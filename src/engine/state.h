/*
 * state.h: the engine's own records, private to this room.
 *
 * A transaction is struct transaction; its first member is the struct txn that methods read, so the
 * two pointers convert. Lifetimes: engine (process), session, transaction (arena, reset and pooled),
 * run (scratch arena, one for all: only one run is under way at a time).
 */
#ifndef FRANK_ENGINE_STATE_H
#define FRANK_ENGINE_STATE_H

#include "engine/engine.h"

#define QUESTION_BUCKETS 64          /* chains stay short: the quotas bound questions to a few hundred */
#define POOLED_TRANSACTIONS 64       /* ended transactions kept for reuse until engine_rest */
#define POOLED_HASHERS 32
#define MISSED_FORGED_MAX 4096       /* forged fields beyond the header's bounds that can be removed; more: the message waits */
#define RELAY_HOPS_MAX 10            /* Received fields followed behind trusted relays */
#define RECIPIENTS_FEW 16            /* so many are looked at anew at each RCPT; of more is kept what was seen */
#define SCRATCH_OCTETS (4u << 20)
#define SESSION_OCTETS (64u << 10)

/* One question of the transaction and its pinned answer. */
struct pin {
    struct waiter waiter;            /* first: deliver() converts back */
    struct transaction *owner;
    struct question question;
    const struct answer *answer;     /* held; NULL while open */
    struct pin *next_in_bucket, *next;
    bool at_once;                    /* answered from cache or zone, without waiting */
    uint64_t scouts;                 /* bit per method index: its scout waits for it */
};

struct once_value { unsigned key; void *value; struct once_value *next; };

struct subject {
    bool done;
    bool started;
    struct pin *waits_pin;             /* what the last run lacked first; at most one of these */
    bool waits_digest;
    const struct method *waits_method;
    struct pin **trail;                      /* the pins of the longest run so far, in ask order */
    unsigned trail_count, trail_room;
    struct once_value *onces;
};

struct method_state {
    const struct method *method;
    bool enabled, counted, settled;
    unsigned subject_count, subjects_done;
    unsigned hints_left;
    struct subject *subjects;
    struct result *results;                  /* subject_count of them, filled as subjects end */
    struct results set;
    bool scout_due;
    int64_t waits_since_us;                  /* when the host first told the time after the method began; 0: not yet */
    bool impatient;                          /* its time is over: whatever it still asks is a TIMEOUT */
};

/* One ordered body digest. */
struct body_digest {
    struct digest_spec spec;
    struct hasher *hasher;
    uint64_t fed;
    struct digest value;
};
struct body_form { bool used; struct body_canon canon; struct transaction *owner; enum canon form; };

struct run_state {                           /* what struct run's engine pointer leads to */
    struct transaction *t;
    struct method_state *m;
    struct subject *s;                       /* NULL for scouts */
    unsigned asks;
    unsigned missing;
    bool said;
    unsigned reason;
    struct evidence evidence;
};

struct transaction {
    struct txn facts;                        /* first */
    struct engine *engine;
    struct transaction *next_free;
    struct arena *arena;
    struct message message;
    const struct txn_host *host;
    struct txn_host host_copy;
    struct path *recipients;
    size_t recipient_room;
    struct recipients_seen *recipients_seen; /* NULL: few */
    size_t passed_recipients;                /* so many were there when RCPT was last told to go on; 0: not yet */
    /* Recipients that were refused while others may stay; they are no longer among the facts'. */
    struct slice *refused;
    size_t refused_count, refused_room;
    struct verdict refusal;                  /* of the first of them */

    struct pin *buckets[QUESTION_BUCKETS];
    struct pin *pins, **pins_end;
    unsigned open;                           /* pins without answer */

    struct method_state states[METHODS_MAX];
    struct body_digest digests[DIGESTS_MAX];
    size_t digest_count;
    struct body_form forms[CANON_FORMS];
    bool body_ended, orders_closed;

    /* Fields over the header's bounds: how many of the names we remove, and which of them are forged. */
    unsigned missed_authres, missed_disposition;
    struct missed_field { bool authres; unsigned nth; } *missed;
    size_t missed_count, missed_room;
    bool fields_lost;                        /* no memory for a field: what cannot be seen cannot be removed */

    bool deadline, own_failure, stepping;
    bool tending;                            /* no message: methods look after what they rest on */
    bool finished;                           /* every subject of every method is done, message ended */
    bool judged, verdict_final;
    struct verdict verdict;
    struct result *flat;                     /* all results in list and subject order */
    size_t flat_count;
    struct action *actions;
    size_t action_count;
    bool actions_made;
    struct arena *action_arena;              /* another than `arena` when that is used up: forged fields still go */
    struct arena *failure_arena;             /* that other one; NULL: not needed */
    struct slice authres_plain;
    struct fact *record;
    struct arena *record_arena;
    struct txn_counts counts;
    uint8_t id[12];
};

struct session_state {
    struct session facts;                    /* first */
    struct engine *engine;
    struct arena *arena;
    unsigned live;
};

struct engine_sections_conf;

struct engine {
    const struct env *env;
    struct config *config;
    const struct rules *rules;
    struct engine_conf conf;
    bool no_scouts;
    const struct suffix_list *suffixes;
    struct suffix_list *own_suffixes;        /* NULL: given by the host */
    uint64_t enabled;                        /* bit per method index */
    const void *method_conf[METHODS_MAX];
    uint64_t seed;
    const struct answer *over_quota, *bad_name, *blocked;
    struct named_list named;                 /* servers that may be asked by name though they are not public */
    struct digest no_digest;
    struct arena *scratch;                   /* emptied by whoever uses it; holds nothing across two calls of the host */
    bool scratch_busy;                       /* a run is under way: asserted, runs do not nest */
    unsigned live;                           /* transactions begun and not ended */
    struct transaction *pool;
    unsigned pooled;
    struct hasher *hashers[POOLED_HASHERS];
    unsigned hasher_count;
    uint8_t *authserv_copy;
};

static inline struct transaction *transaction_of(const struct txn *t)
{
    /* The txn is the first member of a transaction this engine allocated and may change. */
    union { const struct txn *in; struct transaction *out; } u = { .in = t };
    return u.out;
}

/* engine.c */
struct session *session_of_nobody(struct engine *);          /* as session_begin, without facts, and not counted */
/* run.c */
void engine_step(struct transaction *);                      /* runs everything that can run, to rest */
void engine_deliver(struct waiter *, const struct answer *);
void engine_pin_timeouts(struct transaction *);
void engine_withdraw(struct transaction *);
void engine_scouts_at_field(struct transaction *, const struct field *);
/* bodies.c */
struct body_digest *bodies_order(struct transaction *, struct digest_spec);
struct body_digest *bodies_find(struct transaction *, struct digest_spec);
void bodies_push(struct transaction *, struct slice);
void bodies_end(struct transaction *);
bool bodies_enough(const struct transaction *);
void bodies_release(struct transaction *);
/* judge.c */
void engine_fill_case(struct transaction *, struct arena *, struct case_facts *);
void engine_judge_own_failure(struct transaction *);      /* replaces the verdict */
bool engine_has_failed(const struct transaction *);       /* Frank itself failed for this message (threats.md T42) */
void engine_count_verdict(struct transaction *);
/* actions.c */
void engine_make_actions(struct transaction *);
void engine_note_missed(struct transaction *, struct slice name, struct slice value);

#endif
