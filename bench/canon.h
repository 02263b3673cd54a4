/*
 * canon.h: the canonical forms of RFC 6376 section 3.4, written the plain way, octet by octet.
 *
 * A second implementation on purpose: it shares nothing with libfrank, so that a corpus signed with
 * it and verified by Frank checks both. Speed does not matter here.
 */
#ifndef BENCH_CANON_H
#define BENCH_CANON_H

#include "util.h"

/* The whole field without its final CRLF; adds no CRLF. 3.4.1, 3.4.2. */
void canon_field(struct buf *out, struct bytes field, bool relaxed);
/* Body with CRLF line ends. 3.4.3, 3.4.4. */
void canon_body(struct buf *out, struct bytes body, bool relaxed);

#endif
