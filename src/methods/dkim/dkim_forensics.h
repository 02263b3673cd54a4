/*
 * dkim_forensics.h: what can be known of a signature that fails: the method's second reading (method.h).
 *
 *     struct dkim_forensics *f = dkim_forensics_begin(arena, result);      NULL: the body has nothing to tell
 *     dkim_forensics_push(f, octets) ...                                   the body as at the first time, CRLF line ends
 *     dkim_forensics_end(f, list);                                         adds findings, frees
 *     dkim_forensics_header(arena, message, result, list);                 what z= shows; needs no body
 *
 * A finding is a group: "finding" (a stable code), "text" (one line), and its own members:
 *   footer-added    "lines": the body fits without its last lines (at most FORENSICS_LINES)
 *   other-form      "form": the body fits in the other canonical form
 *   body-unknown    nothing of this fits
 *   field-changed   "field", "was", "is": z= holds another value than the message has
 *   field-removed   "field", "was"
 *   copies-agree    z= holds what the message has: it is not one of these fields
 */
#ifndef FRANK_METHODS_DKIM_DKIM_FORENSICS_H
#define FRANK_METHODS_DKIM_DKIM_FORENSICS_H

#include "methods/dkim/dkim_signature.h"

#define FORENSICS_LINES 64            /* line starts from the end at which the body is tried cut off */
#define FORENSICS_COPIES_MAX 128      /* entries of z= looked at */
#define FORENSICS_COPIES_OCTETS 65536 /* of z= (OpenDKIM 433: more than 32 KiB overran its buffer) */

extern const struct second_reading dkim_second_reading;

struct dkim_forensics;

/* For results whose reason is body-differs. Memory: 66 digests. The result and its detail must outlive it. */
struct dkim_forensics *dkim_forensics_begin(struct arena *, const struct result *);
/* Any chunking. */
void dkim_forensics_push(struct dkim_forensics *, struct slice octets);
/* list NULL: only frees. */
void dkim_forensics_end(struct dkim_forensics *, struct fact *list);
/* For results whose reason is signature-differs and whose signature has z=; else adds nothing. */
void dkim_forensics_header(struct arena *, const struct message *, const struct result *, struct fact *list);

#endif
