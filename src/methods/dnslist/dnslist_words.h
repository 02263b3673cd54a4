/* dnslist_words.h: what a list's answer comes to, for people and programs. */
#ifndef FRANK_METHODS_DNSLIST_DNSLIST_WORDS_H
#define FRANK_METHODS_DNSLIST_DNSLIST_WORDS_H

#include "methods/dnslist/dnslist.h"

/* What was found of one list. */
struct dnslist_finding {
    struct dnslist_look look;
    struct slice of;                   /* the address or domain it is about; empty: nothing was asked */
    struct slice txt;                  /* the list's reason */
    struct slice voucher;              /* the trusted list, of VOUCHED */
};

extern const struct reason dnslist_reason_table[DNSLIST_REASONS];
enum dnslist_reason dnslist_reason_of_finding(const struct dnslist_list *, const struct dnslist_finding *);
/* Everything in the arena or static. */
struct evidence dnslist_evidence(struct arena *, const struct dnslist_list *, enum dnslist_reason, const struct dnslist_finding *);
/* "127.0.0.2, 127.0.0.4" */
void text_add_dnslist_values(struct text *, const struct dnslist_values *, const char *between);
/* What is wrong: "list broken: 127.0.0.1 is listed"; empty: nothing. */
struct slice dnslist_error(struct arena *, const struct dnslist_look *);
struct slice dnslist_explain(struct arena *, const struct txn *, const struct result *);

#endif
