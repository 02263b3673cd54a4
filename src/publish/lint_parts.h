/*
 * lint_parts.h: what a domain publishes about its mail in no method's dialect. Written as a method's lint() is
 * (methods/lint.h), with lint->method NULL.
 */
#ifndef FRANK_PUBLISH_LINT_PARTS_H
#define FRANK_PUBLISH_LINT_PARTS_H

#include "publish/lint.h"

struct lint_part {
    const char *name, *title;
    void (*lint)(struct lint *);
    bool looks_back;                   /* reads lint_report_so_far(): runs when all before it are done */
};
extern const struct lint_part lint_parts[];      /* ended by one without a name */

/* What the sections before this one found. */
const struct lint_report *lint_report_so_far(const struct lint *);

#endif
