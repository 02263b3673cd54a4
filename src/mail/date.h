/* date.h: RFC 5322 section 3.3 and 4.3 date-times, and ISO 8601, as Unix seconds; 64 bit, total. */
#ifndef FRANK_MAIL_DATE_H
#define FRANK_MAIL_DATE_H
#include "base/text.h"
bool date_parse(struct slice value, int64_t *unix_seconds);          /* obsolete zones and two-digit years too; comments skipped */
bool date_iso_parse(struct slice, int64_t *unix_seconds);            /* 2026-12-31, 2026-12-31T23:59:59Z, ...+02:00; date alone = 00:00 UTC */
void text_add_date(struct text *, int64_t unix_seconds);             /* "Thu, 03 Aug 2006 09:10:49 +0000" */
void text_add_date_iso(struct text *, int64_t unix_seconds);         /* "2006-08-03T09:10:49Z" */
#endif
