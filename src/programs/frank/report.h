/*
 * report.h: a record (engine_record or a journal line) as the report a person reads: verdict first, one line
 * a method, what to do last. Fits 80 columns, obeys NO_COLOR and non-terminals.
 *
 *     REJECT  550 5.7.26  niceperson@yahoo.example     rule standard/dmarc-evidence
 *       Sent from 203.0.113.9; yahoo.example did not authorise it.
 *       spf    fail   "ip4:192.0.2.0/24 -all" does not cover 203.0.113.9
 *       dkim   none   no signature
 *       dmarc  fail   p=reject, nothing aligned
 *       rmx    fail   not in list        dmp  none     mxout  fail
 *       repair        yahoo.example: if this host is yours, add ip4:203.0.113.9
 *       facts         ip, helo: Received 1; sender: Return-Path; 9 DNS questions
 *
 * What a record says of the outside is escaped here; so is what is only a colour's length away from it.
 */
#ifndef FRANK_PROGRAMS_REPORT_H
#define FRANK_PROGRAMS_REPORT_H

#include <stdio.h>
#include "fact/fact.h"

struct report_style { bool colour; unsigned columns; bool explain; };

struct report_style report_style_of(FILE *);          /* looks at isatty, NO_COLOR, TERM */
void report_print(const struct fact *record, const struct report_style *, FILE *);
/* Only the methods' lines, for a method subcommand: all of them, whatever they say. */
void report_methods(const struct fact *record, const struct report_style *, FILE *);

/* For others that lay out what is foreign. Columns of UTF-8 text. */
size_t report_columns(struct slice);
/* Wrapped to the width, further lines indented; the first line already has `used` columns. Ends the line. */
void report_wrapped(const struct report_style *, FILE *, struct slice shown, size_t used, size_t indent);
/* The same, escaped first. */
void report_foreign(const struct report_style *, FILE *, struct slice foreign, size_t used, size_t indent);
/* In the colour of a result or disposition. */
void report_coloured(const struct report_style *, FILE *, struct slice meaning, struct slice text);

#endif
