/*
 * results.h: what a daemon wrote in Authentication-Results fields, compared with the manifest.
 */
#ifndef BENCH_RESULTS_H
#define BENCH_RESULTS_H

#include "manifest.h"

enum { CHECK_SPF = 1, CHECK_DKIM = 2, CHECK_ARC = 4, CHECK_DMARC = 8 };

/* "spf,dkim,arc,dmarc" -> bits; dies of another word. */
unsigned checks_parse(const char *list);

struct said { char method[16], result[16], domain[128], identity[16]; };      /* identity: "mailfrom", "helo" or "" */
struct said_list { struct said at[48]; unsigned count; };

/* Adds the results of one field's value if it bears this authserv-id. */
void said_add(struct said_list *, struct bytes value, struct bytes authserv_id);

/* lenient: pass must be pass, and any other word stands for any other. What differs is added to `why`. */
bool said_right(const struct said_list *, const struct entry *, unsigned checks, bool lenient, struct buf *why);

#endif
