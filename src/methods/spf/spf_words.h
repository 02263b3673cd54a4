/*
 * spf_words.h: what an SPF result says to people, and to programs as facts.
 */
#ifndef FRANK_METHODS_SPF_SPF_WORDS_H
#define FRANK_METHODS_SPF_SPF_WORDS_H

#include "methods/spf/spf.h"

#define SPF_TEXT_COLUMNS 64         /* ours: what a line for people should fit (issue: the report has 80 columns, 16 of them before this) */
#define SPF_TEXT_QUOTED 40          /* ours: octets of one term that are shown */

extern const struct reason spf_reason_table[SPF_REASONS];

/* One line: "\"ip4:192.0.2.0/24 -all\" does not cover 203.0.113.9". In the arena. */
struct slice spf_words_text(struct arena *, const struct spf_query *, enum identity, enum spf_reason, const struct spf_outcome *);
/* The JSON members beyond result and reason (interface.md, `frank spf`). otherwise: our own explanation, may be empty. */
struct fact *spf_words_facts(struct arena *, const struct spf_query *, enum identity, enum spf_reason, const struct spf_outcome *,
                             struct slice text, struct slice otherwise);
/* method.h: explain */
struct slice spf_words_explain(struct arena *, const struct txn *, const struct result *);

#endif
