/*
 * lint.h: what a domain publishes in a method's dialect, and what of it is wrong.
 *
 * A method's lint() looks at one domain without any message. It is written like check(): it takes what it needs in
 * order, returns at the first NULL, and is run again from the top when that is there; what a run said that lacked
 * something is discarded. publish/lint runs all methods and prints what they found; `frank check DOMAIN` shows it.
 *
 *     void imx_lint(struct lint *l)
 *     {
 *         struct slice owner = lint_name(l, "_imx", l->domain);
 *         const struct answer *a = lint_ask(l, owner, RTYPE_TXT);
 *         if (!a) return;                                   // not yet
 *         if (lint_unanswered(l, owner, a)) return;         // said so
 *         ...
 *         lint_record(l, owner, RTYPE_TXT, text);           // "this is what there is"
 *         lint_say(l, LINT_ERROR, "several-records", owner, "two v=imx1 records: receivers take none",
 *                  "leave one of them");
 *     }
 *
 * The contract of lint():
 *   - It reads DNS by lint_ask and the method's options by lint_conf; it keeps nothing.
 *   - Records are read by the parsers of the method's own room, so that what is said is what receivers do.
 *   - A dialect the domain does not speak is no finding: nothing is said. A record that is there is said with
 *     lint_record even if it is good, and every record that receivers would read is.
 *   - ERROR: receivers take the record for nothing, or it says what cannot be meant. WARNING: it works and should be
 *     repaired. NOTE: worth knowing. Each ERROR and WARNING has a repair, a sentence the domain's owner can act on.
 *   - Every loop has the bound the receivers have (the method's own constants), and lint_ask one of its own.
 *   - Texts may hold what strangers wrote: whoever prints them escapes.
 */
#ifndef FRANK_METHODS_LINT_H
#define FRANK_METHODS_LINT_H

#include "methods/method.h"

#define LINT_ASKS_MAX 400          /* questions of one method about one domain (ours: SPF's 10 terms of 10 hosts and two families, doubled) */
#define LINT_FINDINGS_MAX 500      /* of one method about one domain (ours); beyond it one finding says so */
#define LINT_HOSTS_MAX 256         /* hosts, and networks, one method may name as sending (ours) */

enum lint_level { LINT_NOTE = 0, LINT_WARNING, LINT_ERROR, LINT_UNKNOWN };      /* unknown: DNS did not answer */
const char *lint_level_word(enum lint_level);

/* What the rules of large receivers ask for, whoever provides it (publish/bulk_rules.h). */
enum lint_merit {
    LINT_PATH_RECORD = 1u << 0,        /* says which addresses send, in a dialect large receivers read (spf) */
    LINT_SIGNING_KEY = 1u << 1,        /* a usable key for signatures (dkim) */
    LINT_POLICY = 1u << 2,             /* a policy for the author domain (dmarc) */
    LINT_POLICY_ENFORCED = 1u << 3,    /* ... that asks for more than reports */
    LINT_SIGNING_KEY_WEAK = 1u << 4,   /* a key shorter than 1024 bits, or one only for tests */
    LINT_ALIGNS_STRICTLY = 1u << 5,    /* the policy wants the same domain, not the same organisation */
    LINT_SENDS_NOTHING = 1u << 6,      /* the record of LINT_PATH_RECORD says that nobody sends */
    /* of publish/ itself */
    LINT_REVERSE_CONFIRMED = 1u << 7,  /* whoever sends has a confirmed reverse name, and all were looked at */
    LINT_REVERSE_MISSING = 1u << 8,    /* some have none */
    LINT_NO_SUCH_DOMAIN = 1u << 9      /* DNS says that the domain does not exist: nothing can be asked of it */
};

/* A sending host a record names, or an address it lists, for reverse DNS to be looked at. */
struct lint_sender { struct slice host; struct prefix network; bool is_host; };

struct lint {
    const struct method *method;
    struct slice domain;               /* normal form */
    struct texts selectors;            /* DKIM, DomainKeys: selectors to look at; empty: the method's own guesses */
    int64_t now;                       /* seconds since 1970 */
    struct arena *arena;               /* emptied by whoever runs lint(), never by it; texts handed over live there or are static */
    void *driver;                      /* the runner's own */
};

/* ---- needs ---- */

/* NULL: not yet, return. Otherwise pinned for as long as the arena. Too many: ANSWER_OVER_QUOTA; no name: ANSWER_BAD_NAME. */
const struct answer *lint_ask(struct lint *, struct slice name, uint16_t rtype);
/* Asks without needing it now. */
void lint_prefetch(struct lint *, struct slice name, uint16_t rtype);
/* True, and the finding "dns-failed" (unknown) is said, if the answer is a failure. */
bool lint_unanswered(struct lint *, struct slice owner, const struct answer *);
/* The method's options: its defaults, or what the configuration says. */
const void *lint_conf(const struct lint *);
/* prefix "." name in the arena; prefix may be NULL. Too long: an empty slice, which lint_ask answers with ANSWER_BAD_NAME. */
struct slice lint_name(struct lint *, const char *prefix, struct slice name);

/* ---- saying ---- */

/* There is a record that speaks this dialect. text: as a person reads it (TXT: its joined text). */
void lint_record(struct lint *, struct slice owner, uint16_t rtype, struct slice text);
/* code: stable, lower case with hyphens. text: one line, no full stop. repair may be NULL for notes. */
void lint_say(struct lint *, enum lint_level, const char *code, struct slice owner, const char *text, const char *repair);
/* The same with texts made by text_in(l->arena, LINT_TEXT_MAX). */
#define LINT_TEXT_MAX 2000
void lint_say_text(struct lint *, enum lint_level, const char *code, struct slice owner, struct slice text, struct slice repair);
void lint_merit(struct lint *, unsigned merits);
/* Who sends by this record. The same twice is one. */
void lint_sender_host(struct lint *, struct slice host);
void lint_sender_network(struct lint *, struct prefix);

#endif
