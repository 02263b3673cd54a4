/* compare_print.h: comparisons and what they come to, as tables of 80 columns for people. */
#ifndef FRANK_PROGRAMS_COMPARE_PRINT_H
#define FRANK_PROGRAMS_COMPARE_PRINT_H

#include "programs/frank/report.h"
#include "programs/frank/tally.h"

/* comparison: with its members "file" and "number". */
void compare_print_message(const struct fact *comparison, const struct report_style *, FILE *);

/* other: of --as-if, or NULL. unread: messages or files that could not be examined. all: every domain, not the largest. */
struct compare_totals { const struct tally *tally, *other; uint64_t unread; bool all; };
void compare_print_summary(const struct compare_totals *, const struct report_style *, FILE *);

#endif
