/* spf_publish.h: a domain's plan as an SPF record, within SPF's own limits (RFC 7208 4.6.4), and records for the HELO names of its hosts (10.1.3). */
#ifndef FRANK_METHODS_SPF_SPF_PUBLISH_H
#define FRANK_METHODS_SPF_SPF_PUBLISH_H

#include "methods/plan.h"

#define SPF_LOOKUPS_WARN 8           /* of the ten: room for what an included domain adds (ours) */
#define SPF_TEXT_WARN 450            /* octets: RFC 7208 3.4 */

/*
 * The plan's record under a version: "v=spf1", or Sender ID's "spf2.0/pra". kind: of struct published. `more`: further
 * domains to include, whose look-ups are not known.
 */
void spf_publish_version(const struct plan *, struct publication *, const char *version, const char *kind, const struct texts *more);

void spf_publish(const struct plan *, struct publication *);

#endif
