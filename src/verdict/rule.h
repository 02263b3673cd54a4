/*
 * rule.h: rules as the judge wants them, and what the files of verdict/ share.
 *
 * A condition is judged to yes, no or maybe. Maybe means that what it asks about is not known yet (a
 * later stage, a method not settled), or is left open on purpose: a temperror in place of which any
 * other result is imagined. So one evaluator answers three questions: what holds now, is it final, and
 * would another answer of the DNS have changed it.
 */
#ifndef FRANK_VERDICT_RULE_H
#define FRANK_VERDICT_RULE_H

#include "verdict/entries.h"
#include "verdict/verdict.h"

#define RULES_MAX 1000                /* of one set (ours) */
#define CONDITIONS_MAX 64             /* of one rule (ours) */
#define REPLY_TEXT_MAX 400u           /* of 512 octets a reply line may have (RFC 5321 4.5.3.1.5), code, id and CRLF apart */

enum truth { NO = 0, MAYBE, YES };

enum about {
    ABOUT_CONSTANT,        /* an option's value, a method that is not built: known when read */
    ABOUT_METHOD,          /* the word of the result that stands for a method; a word of its own: of any of its results */
    ABOUT_SUBJECT,         /* a word of the result for one subject that the configuration names */
    ABOUT_METHOD_IDENTITY, /* a word among its results for one identity */
    ABOUT_FACT,            /* a named fact of its result */
    ABOUT_REASON, ABOUT_SPOKEN_DOMAIN,
    ABOUT_CLASS,
    ABOUT_AGREEMENT,
    ABOUT_AUTHOR,
    ABOUT_CLIENT, ABOUT_HELO, ABOUT_MAILFROM, ABOUT_FROM, ABOUT_RECIPIENT,     /* claimed: listed or not */
    ABOUT_CLAIMED,         /* client, HELO, MAIL FROM or From is listed */
    ABOUT_AUTHENTICATED,   /* client is listed, or a listed domain is authenticated */
    ABOUT_SENT_BY,         /* client is listed, or a listed domain is authenticated by the envelope's own means */
    ABOUT_DECISIVE         /* another result in place of a temperror would change the disposition */
};

#define FACT_IS_AUTHOR "author|other"   /* values of a fact that is a domain: the author's, or another */
#define AUTHOR_SEVERAL_DOMAINS 7        /* behind enum author_problem: a good From of more than one domain */

/* A fact a rule may ask for. */
struct fact_word {
    const char *name;      /* "trusted_result.dmarc": a member of a member */
    const char *values;    /* "none|quarantine|reject" */
    bool lasting;          /* published, so a temperror does not take it back */
};

struct condition {
    enum about about;
    bool negated;
    bool constant;
    const struct method *method;
    enum identity identity;
    const struct fact_word *fact;
    struct slice subject;             /* its name */
    enum stage from, by;              /* of a method: what it says can be known from here on; all of it is known by there */
    uint64_t words;                   /* bit per auth_result, class, agreement, author problem, or value of the fact */
    uint64_t own;                     /* words of the method's own: bit per reason index */
    const bool *reasons;              /* by reason index */
    const struct entries *entries;
};

/* At least so many of its conditions must hold. */
struct group { const struct condition *at; size_t count, least; };

enum rule_action { RULE_ACCEPT = 0, RULE_REJECT, RULE_DEFER, RULE_QUARANTINE, RULE_DISCARD, RULE_TAG };

struct rule {
    struct slice name;
    const struct group *groups;       /* all must hold */
    size_t group_count;
    enum rule_action action;
    unsigned code;                    /* 0: by table */
    struct slice enhanced, text, reason, override;
    int64_t after, until;
    bool dry_run;
    enum stage stage;                 /* not before; at least STAGE_MAIL: whether the client authenticated is known then */
};

struct table { struct slice name; const struct entries *entries; };

struct verdict_conf { unsigned honour_p_reject, spf_fail; int64_t grace_until; struct slice repair_url; bool explanation; };

struct rules {
    const struct rule *at;
    size_t count;
    const struct rule *replies;       /* which enhanced code for which results */
    size_t reply_count;
    const struct verdict_conf *conf;
    bool may_act[STAGE_MESSAGE + 1];
    uint64_t methods[STAGE_MESSAGE + 1];
};

enum disposition rule_disposition(enum rule_action);

/* ---- the facts of one case, arranged (world.c) ---- */

#define ALTERNATIVES 9                /* the eight words, and the domain that does not exist */

struct world {
    const struct case_facts *facts;
    struct arena *arena;
    struct results sets[METHODS_MAX];             /* by method_index, subject order */
    uint64_t failing;                             /* methods with a temperror among their results */
    uint64_t open;                                /* of these, the ones that may be anything */
    const struct results *alternatives[METHODS_MAX];    /* ALTERNATIVES each, of failing ones; made by world_imagine */
};

/* Results arranged by method; false without memory. */
MUST_CHECK bool world_of(const struct case_facts *, struct arena *, struct world *);
/* Makes the alternatives of every failing method. */
MUST_CHECK bool world_imagine(struct world *);
/* A result made up in place of a temperror. */
bool result_is_imagined(const struct result *);
/* All results of the method are there. */
bool world_settled(const struct world *, const struct method *);
/* The first stage at which a method's results can be complete. */
enum stage settle_stage(const struct method *);
/* The result that stands for the method; NULL: it has none. */
const struct result *set_principal(const struct method *, const struct results *);

/* ---- classes (class.c) ---- */

/* May this method's results count for the class of this identity? */
bool class_rests_on(const struct method *, enum identity);
enum domain_class class_in(const struct world *, enum identity);
/* May this method's results count for whether the two sides agree? */
bool agreement_rests_on(const struct method *, enum identity);
enum agreement agreement_in(const struct world *, enum identity);
/* Is the result the server's word about it? */
bool agreement_counts(const struct case_facts *, const struct result *, enum identity);
/* Does the result count for it? For citing. */
bool class_counts(const struct case_facts *, const struct result *, enum identity);
struct slice claimed_domain(const struct case_facts *, enum identity);
enum stage claim_stage(enum identity);

/* ---- conditions (condition_read.c, condition.c) ---- */

struct reader {
    struct arena *arena;
    const struct config *config;      /* whose methods name subjects */
    const struct verdict_conf *conf;
    const struct table *tables;
    size_t table_count;
    const struct owners *owners;      /* NULL: no table of them */
    bool built_in;                    /* methods that are not built are no mistake there */
    struct config_error *error;
};
/* One condition's text. */
MUST_CHECK bool condition_read(const struct reader *, struct slice text, const struct conf_node *where, struct condition *out);
/* Everything but ABOUT_DECISIVE, which the judge answers. */
enum truth condition_holds(const struct world *, const struct condition *);
/* The earliest stage at which it can be found to hold, or not to hold; STAGE_MESSAGE + 1: never. */
enum stage condition_yes_stage(const struct condition *);
enum stage condition_no_stage(const struct condition *);
/* Does this stage bring a fact by which it may come to hold (or not to hold)? */
bool condition_learns_at(const struct condition *, enum stage, bool towards_yes);
uint64_t condition_methods(const struct condition *);
/* Results on which it rests, into cites without doubles. */
void condition_cite(const struct world *, const struct condition *, struct verdict *);
void verdict_cite(struct verdict *, const struct result *);

/* ---- rule sets (builtin.c, rules.c) ---- */

/* NULL-terminated pieces of text in the rule syntax; NULL: no such set. */
const char *const *builtin_set(struct slice name);
extern const char *const builtin_lists[], *const builtin_temperror[], *const builtin_replies[];

/* ---- words (reply.c) ---- */

/* Every %{name} of the text is known? */
MUST_CHECK bool macros_check(struct slice text, const struct conf_node *where, struct config_error *);
/* Reply, reason and tag of a rule that acts. */
void words_reply(const struct rules *, const struct world *, const struct rule *, struct verdict *);
void words_reason(const struct rules *, const struct world *, const struct rule *, struct verdict *);
struct slice words_tag(const struct rules *, const struct world *, const struct rule *);

/* ---- what may happen when (reach.c) ---- */
void reach_compute(struct rules *);

#endif
