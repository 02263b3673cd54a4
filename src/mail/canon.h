/*
 * canon.h: the canonical forms of RFC 6376 section 3.4 and of RFC 4870 section 3.4.2.
 *
 * DomainKeys hashes header and body in one stream. Its body forms begin with the line that separates the two, and
 * have not even that when nothing but empty lines is in the body.
 */
#ifndef FRANK_MAIL_CANON_H
#define FRANK_MAIL_CANON_H

#include "base/text.h"

enum canon { CANON_SIMPLE = 0, CANON_RELAXED, CANON_DOMAINKEYS_SIMPLE, CANON_DOMAINKEYS_NOFWS };
#define CANON_FORMS 4
const char *canon_name(enum canon);             /* as c= has it: "simple", "relaxed", "nofws" */

typedef void (*canon_sink)(void *context, struct slice octets);

/* One header field, without its final CRLF, to sink in few pieces. `raw` is the whole field. */
void canon_field(enum canon, struct slice raw, canon_sink, void *context);
/* The same with the octets of one slice inside raw left out (the value of b=). `hole` lies within raw. */
void canon_field_without(enum canon, struct slice raw, struct slice hole, canon_sink, void *context);

/*
 * A body in pieces of any size -> canonical octets. Constant memory: at most a run of blanks and a
 * count of pending empty lines are carried over. Long runs are handed on without copying, short ones are gathered on the
 * stack during one push. SSE2 looks for the next octet that matters (canon_scan.h), with portable loops where there is none.
 * Same input cut anywhere gives the same output (tests cut at every octet).
 */
struct body_canon {
    enum canon form;
    canon_sink sink;
    void *context;
    uint64_t out_octets;         /* canonical octets handed on so far; final after body_canon_end */
    /* private */
    uint64_t pending_lines;
    bool pending_blank, pending_cr;
};
void body_canon_begin(struct body_canon *, enum canon, canon_sink, void *context);
void body_canon_push(struct body_canon *, struct slice octets);
void body_canon_end(struct body_canon *);       /* final CRLF rules: DKIM's simple makes CRLF of an empty body, the others nothing */

#endif
