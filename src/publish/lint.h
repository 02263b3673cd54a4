/*
 * lint.h: everything a domain publishes, in every dialect, looked at without a message (methods/lint.h).
 *
 *     struct lint_request request = { .domain = domain, .config = config, .now = now };
 *     while ((found = lint_domain(arena, asker, &request, &report)) == PLAN_NOT_YET) {
 *         arena_reset(arena);
 *         wait;                                  // run again from the top
 *     }
 *     text_add_lint(&text, &report);             // or lint_facts()
 *
 * Behind the methods come parts, which are no methods (lint_parts.h): who receives, where users submit, whether those
 * who send have confirmed reverse names.
 */
#ifndef FRANK_PUBLISH_LINT_H
#define FRANK_PUBLISH_LINT_H

#include "methods/lint.h"
#include "publish/publish.h"

struct lint_request {
    struct slice domain;               /* normal form */
    struct texts selectors;            /* empty: the methods' own guesses */
    struct texts names;                /* of methods and parts; empty: all */
    const struct config *config;       /* NULL: lint_conf() is NULL, for tests of methods without options */
    int64_t now;                       /* seconds since 1970 */
    const struct method *const *methods;      /* NULL-terminated; NULL: all there are. For tests */
};

struct lint_found { struct slice owner; uint16_t type; struct slice text; };
struct lint_finding { enum lint_level level; const char *code; struct slice owner, text, repair; };      /* repair: empty, there is none */

/* What one method, or part, says of the domain. */
struct lint_section {
    const char *by, *title;
    struct lint_found *records;
    size_t record_count, record_room;
    struct lint_finding *findings;
    size_t finding_count, finding_room;
    struct lint_sender *senders;
    size_t sender_count, sender_room;
    bool senders_dropped;              /* more than LINT_HOSTS_MAX */
    unsigned merits;
};

#define LINT_SECTIONS_MAX (METHODS_MAX + 8)
#define LINT_LEVELS (LINT_UNKNOWN + 1)
struct lint_report {
    struct arena *arena;
    struct slice domain;
    struct lint_section *sections;     /* list.c's order, parts behind; those that have nothing to say too */
    size_t section_count;
    unsigned merits;                   /* all of them together */
    size_t levels[LINT_LEVELS];        /* findings of each level */
};

/* May lint_domain be asked for this method or part? */
bool lint_knows(struct slice name);
/*
 * READY, NOT_YET (the report is nothing; what the arena has is waste: empty it), NO_MEMORY. Borrows request and answers.
 *   cost  at most LINT_ASKS_MAX questions of each section
 */
enum plan_found lint_domain(struct arena *, struct asker *, const struct lint_request *, struct lint_report *out);

/* A report a person reads: sections with something to say, LINT_COLUMNS wide, foreign octets escaped. */
#define LINT_COLUMNS 80
void text_add_lint(struct text *, const struct lint_report *);
/* "3 errors, 1 warning, 2 notes" */
void text_add_lint_levels(struct text *, const size_t levels[LINT_LEVELS]);
/* Words wrapped to LINT_COLUMNS, further lines indented; the first line has `used` columns already. Ends the line. */
void text_add_wrapped(struct text *, struct slice shown, size_t used, size_t indent);
struct fact *lint_facts(const struct lint_report *);

#endif
