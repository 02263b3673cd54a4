/*
 * comparison.h: what all methods say of one message, side by side, made from its record.
 *
 * No method is named here: which there are says methods/list.h, what they found says the record.
 *
 *     { "session": {...}, "message_id", "from", "domain",
 *       "methods": [ { "method":"spf", "stands":true, "says":"no", "stops":true, "result":"fail", "reason":"not-authorised",
 *                      "identity":"mailfrom", "domain":"bank.example", "record":"v=spf1 mx -all", "text":"...", "questions":2 } ],
 *       "class": {...}, "verdict": { "disposition", "rule" }, "dns": {...} }
 *
 * One row for each result; of a method's several results one stands for it: the one it chose itself, or, of a list, the best.
 * questions stands on that row and counts for the method.
 */
#ifndef FRANK_PROGRAMS_COMPARISON_H
#define FRANK_PROGRAMS_COMPARISON_H

#include "programs/frank/as_if.h"

#define COMPARISON_TEXT_MAX 512           /* octets of one text of a row */
#define COMPARISON_ROWS_MAX 8             /* results of one method beside the one that stands for it; more are left out */

/* What a result comes to. */
enum says {
    SAYS_NOTHING = 0,     /* none, neutral, policy, temperror, permerror */
    SAYS_YES,             /* pass */
    SAYS_NO               /* fail, softfail */
};
#define SAYS 3
const char *says_name(enum says);                                 /* "nothing", "yes", "no" */
enum says says_of(enum auth_result);
bool says_named(struct slice, enum says *);

/* In the record's arena. The transaction must be done. */
struct fact *comparison_of(struct txn *);
/*
 * The same message in another world (as_if.h), as member "as_if" of what comparison_of gave:
 *
 *     "as_if": { "domains": [ { "domain", "found":"derived", "methods":[...], "limits":[ { "method", "stricter", "text" } ] } ],
 *                "methods": [ rows as above, each with "source":"derived" or "real" ], "verdict": {...} }
 *
 * Both transactions must live until it is printed.
 */
void comparison_add_as_if(struct fact *comparison, struct txn *real, struct txn *other, const struct as_if *, const struct slice *domains, size_t count);
/* The domains a message claims: those of which results speak that are no signature's or client's. In the record's arena. */
#define COMPARISON_CLAIMS_MAX 8
size_t comparison_claims(struct txn *, const struct fact *comparison, struct slice out[COMPARISON_CLAIMS_MAX]);

#endif
