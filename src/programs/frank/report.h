/*
 * report.h: a record (engine_record or a journal line) as the report a person reads: verdict first, one line
 * a method, what to do last. Fits 80 columns, obeys NO_COLOR and non-terminals.
 */
#ifndef FRANK_PROGRAMS_REPORT_H
#define FRANK_PROGRAMS_REPORT_H

#include <stdio.h>
#include "fact/fact.h"

struct report_style { bool colour; unsigned columns; bool explain; };

struct report_style report_style_of(FILE *);          /* looks at isatty, NO_COLOR, TERM */
void report_print(const struct fact *record, const struct report_style *, FILE *);
/* Only the methods' lines, for a method subcommand. */
void report_methods(const struct fact *record, const struct report_style *, FILE *);

#endif
