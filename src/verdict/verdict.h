/*
 * verdict.h: results in, one disposition for a stated reason out. Pure; the sheet is verdict.md.
 *
 * The input is a `case_facts`: it can be made from a live transaction (engine) or read back from a
 * journal line (what-if), so the same code judges both.
 *
 * Order: exempt sessions, local deny list, local allow list, rules (first match wins), accept.
 */
#ifndef FRANK_VERDICT_VERDICT_H
#define FRANK_VERDICT_VERDICT_H

#include "config/config.h"
#include "methods/list.h"

enum disposition { DISPOSITION_DEFER = 0, DISPOSITION_ACCEPT, DISPOSITION_REJECT, DISPOSITION_QUARANTINE, DISPOSITION_DISCARD };
const char *disposition_name(enum disposition);

enum domain_class { CLASS_UNKNOWN = 0, CLASS_GREY, CLASS_BLACK, CLASS_WHITE, CLASS_ABSENT };
const char *class_name(enum domain_class);

/*
 * Do the two sides agree (server-domains.md)? A domain lets a host send its mail; the host's own statement (a method that is
 * `server_side`) says whether it serves that domain. Disowned: the domain lets it, the host says it does not; somebody's own
 * domain blesses a relay that is not his. Both agreeing is stronger than any one pass.
 */
enum agreement { AGREEMENT_NONE = 0, AGREEMENT_AGREED, AGREEMENT_DISOWNED };
const char *agreement_name(enum agreement);           /* "none", "agreed", "disowned" */

/*
 * What is known of the first recipients, list by list, so that each is looked at once however often RCPT is judged. All zero:
 * nothing. Of the caller, for one message; recipients_forget is told when recipients were taken off the end.
 */
#define RECIPIENT_LISTS_MAX 64              /* lists that are kept; others are looked at anew */
struct seen_list { const struct entries *list; size_t looked, listed; };      /* listed: which is the first that is, from 1; 0: none */
struct recipients_seen { struct seen_list at[RECIPIENT_LISTS_MAX]; size_t count; };
void recipients_forget(struct recipients_seen *, size_t recipients_left);

/* Everything a verdict may depend on, and nothing else. Slices borrowed. */
struct case_facts {
    enum stage stage;                       /* reached: a rule acts only if its facts are complete by then */
    int64_t now;
    enum exempt exempt;
    struct ip client;
    struct slice helo_domain, mailfrom_domain, from_domain;   /* claimed, normal form, empty if none */
    struct slice mail_from;                 /* whole address (mailbox lists), empty for the null sender */
    bool null_sender;
    const struct path *recipients;
    size_t recipient_count;
    struct recipients_seen *seen;           /* NULL: nothing is kept */
    enum author_problem author;             /* from STAGE_HEADERS */
    size_t from_domain_count;               /* distinct author domains; from_domain is the first */
    const struct result *results;           /* all there are so far, any order */
    size_t result_count;
    /* Methods whose results are all there (bit = method_index), so that "dmarc = none" is told from "not yet". */
    uint64_t settled;
    bool own_failure;                       /* Frank itself failed (memory, bug): defer or pass as configured */
};

struct reply { unsigned code; struct slice enhanced, text; };          /* 0: none */

struct verdict {
    enum disposition disposition;
    struct slice rule;                      /* "standard/dmarc-evidence", "exempt/authenticated", "default", "deny", "allow" */
    struct slice reason;                    /* one line for people */
    struct reply reply;                     /* for reject and defer */
    bool dry_run;                           /* a rule with dry_run or a future date would have acted: */
    enum disposition would;                 /* ... like this */
    struct slice would_rule;
    struct slice tags;                      /* X-Frank-Disposition style note of tag rules, may be empty */
    enum domain_class class_mailfrom, class_from, class_helo;
    enum agreement agreement_mailfrom;
    const struct result *cites[8];          /* results it rests on */
    unsigned cite_count;
    struct slice override_reason;           /* a trusted sealer or forwarder changed the policy's outcome: for reports */
};

/* The rules in force, read once from configuration (sections "", "verdict"); lives in the config's arena. */
struct rules;
extern const struct section verdict_sections[];      /* top-level rules/lists options and "verdict" */
extern const size_t verdict_section_count;
/* The files of the owner table, which the host reads (platform/settings) and gives to config_set_owners() first. */
const struct texts *rules_owner_files(const struct config *);
const struct rules *rules_read(struct config *, struct config_error *);         /* NULL + error: file, line, rule */
/* Another built-in set or a file's rules under the same lists (what-if). */
const struct rules *rules_named(struct config *, struct slice name, struct config_error *);
/* The list "rules = ...;" of a text in frank.conf's syntax (what-if). */
const struct rules *rules_from_text(struct config *, const char *file_name, struct slice text, struct config_error *);
/* The options of one rule, for the manual page. */
extern const struct section verdict_rule_section;
/* May a rule (or list) act once this stage is reached, whatever the facts turn out to be? Front ends ask replies only for such
 * stages. */
bool rules_may_act_at(const struct rules *, enum stage);
/* Methods (bit mask) whose results a verdict at this stage depends on: the reply is held until they are settled. */
uint64_t rules_methods_at(const struct rules *, enum stage);

/*
 * verdict_judge: the verdict by what is known at facts->stage. *final is true if the verdict holds whatever comes later (a
 * refusal at its earliest stage, an exemption), false if accepting so far only means "go on".
 * Everything in `out` lives in the arena or is static.
 */
void verdict_judge(const struct rules *, struct arena *, const struct case_facts *, struct verdict *out, bool *final);
enum domain_class class_of(const struct case_facts *, enum identity);
enum agreement agreement_of(const struct case_facts *, enum identity);

#endif
