/* dnsmail_words.h: what was found, in words and facts. */
#ifndef FRANK_METHODS_DNSMAIL_DNSMAIL_WORDS_H
#define FRANK_METHODS_DNSMAIL_DNSMAIL_WORDS_H

#include "methods/dnsmail/dnsmail_ids.h"

/* What the check found so far; whoever concludes prints it. */
struct dnsmail_case {
    struct slice domain;                     /* of the author; empty: there is no single one */
    struct dnsmail_ids ids;
    const struct dnsmail_entry *culprit;     /* the id the reason is about; NULL: none */
    struct slice recipient;                  /* the one the reason is about; empty: all, or none */
    size_t recipients;                       /* judged */
};

extern const struct reason dnsmail_reason_table[DNSMAIL_REASONS];

struct slice dnsmail_words_text(struct arena *, enum dnsmail_reason, const struct dnsmail_case *);
struct fact *dnsmail_words_facts(struct arena *, enum dnsmail_reason, const struct dnsmail_case *);
struct slice dnsmail_words_explain(struct arena *, const struct txn *, const struct result *);

#endif
