/*
 * dkim_say.h: what was found about a signature, put into words: one line for people, JSON facts, the
 * properties of Authentication-Results (RFC 8601 2.7.1, RFC 6008), a repair for the domain's owner.
 */
#ifndef FRANK_METHODS_DKIM_DKIM_SAY_H
#define FRANK_METHODS_DKIM_DKIM_SAY_H

#include "methods/dkim/dkim_header.h"
#include "methods/dkim/dkim_key.h"

#define DKIM_OLD_SECONDS (90 * INT64_C(86400))   /* keys are commonly rotated every few months: from here on a missing key means age */
#define HEADER_B_OCTETS_MIN 8                     /* RFC 6008 section 4 */
#define HEADER_B_OCTETS_MAX 64                    /* equal copies of one signature never become unique */

struct dkim_finding {
    enum dkim_reason reason;
    const struct dkim_signature *signature;
    const struct dkim_key *key;          /* NULL: none was looked at */
    const struct digest *body;           /* NULL: not needed */
    struct signed_fields fields;         /* zero: not needed */
};

void dkim_say(struct check *, const struct dkim_finding *);
/* For all signatures beyond those tried. */
void dkim_say_untried(struct check *, unsigned count);
struct slice dkim_explain(struct arena *, const struct txn *, const struct result *);

/* "3 years", "14 months", "20 days". */
void text_add_age(struct text *, int64_t seconds);

#endif
