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

void lint_receivers(struct lint *);          /* lint_receivers.c: MX */
void lint_services(struct lint *);           /* lint_services.c: SRV of submission and access */
void lint_transport(struct lint *);          /* lint_transport.c: MTA-STS, TLS reports, TLSA of the MX hosts */
void lint_reverse(struct lint *);            /* lint_reverse.c: reverse names of those who send */

/* What is the same of all hosts a record names: an alias, no address, or an address instead of a name. False: something was said. */
struct lint_host_words { const char *record; const char *rule; };      /* "the MX record", "RFC 2181 10.3" */
bool lint_look_at_host(struct lint *, struct slice owner, struct slice host, const struct lint_host_words *);

/* What the sections before this one found. */
const struct lint_report *lint_report_so_far(const struct lint *);

#endif
