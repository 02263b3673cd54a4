/* spf_publish.h: a domain's plan as an SPF record, within SPF's own limits (RFC 7208 4.6.4), and records for the HELO names of its hosts (10.1.3). */
#ifndef FRANK_METHODS_SPF_SPF_PUBLISH_H
#define FRANK_METHODS_SPF_SPF_PUBLISH_H

#include "methods/plan.h"

#define SPF_LOOKUPS_WARN 8           /* of the ten: room for what an included domain adds (ours) */
#define SPF_TEXT_WARN 450            /* octets: RFC 7208 3.4 */

/* The mechanisms that say who sends, without version and `all`: also for other versions of the record. Counts what asks. */
struct spf_published { struct text terms; unsigned lookups; bool lookups_known; };
struct spf_published spf_published_terms(const struct plan *, struct publication *);
const char *spf_published_ending(const struct plan *);         /* " -all" */

void spf_publish(const struct plan *, struct publication *);

#endif
