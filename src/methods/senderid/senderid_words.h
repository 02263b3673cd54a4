/*
 * senderid_words.h: what a Sender ID result says to people, and to programs as facts.
 */
#ifndef FRANK_METHODS_SENDERID_SENDERID_WORDS_H
#define FRANK_METHODS_SENDERID_SENDERID_WORDS_H

#include "mail/pra.h"
#include "methods/senderid/senderid.h"

/* Whose domain is examined. */
struct senderid_claim {
    enum spf_scope scope;
    enum identity identity;
    struct slice domain;             /* in the transaction's arena, as all of it */
    struct pra pra;                  /* scope pra */
    const struct submitter *submitter;         /* scope pra; NULL: MAIL had none */
};

extern const struct reason senderid_reason_table[SENDERID_REASONS];

/* A purported responsible address as text, its domain in normal form. */
struct slice senderid_address(struct arena *, const struct address *);
/* One line. query and outcome are NULL where nothing was evaluated. */
struct slice senderid_words_text(struct arena *, const struct senderid_claim *, unsigned reason, const struct spf_query *, const struct spf_outcome *);
/* The JSON members beyond result and reason. evaluated: what the evaluation itself said. */
struct fact *senderid_words_facts(struct arena *, const struct senderid_claim *, unsigned reason, enum spf_reason evaluated,
                                  const struct spf_query *, const struct spf_outcome *, struct slice text);
/* method.h: explain */
struct slice senderid_words_explain(struct arena *, const struct txn *, const struct result *);

#endif
