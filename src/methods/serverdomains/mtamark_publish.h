/* mtamark_publish.h: the address space of a domain's plan, marked in its reverse zone as mail servers and others. */
#ifndef FRANK_METHODS_SERVERDOMAINS_MTAMARK_PUBLISH_H
#define FRANK_METHODS_SERVERDOMAINS_MTAMARK_PUBLISH_H

#include "methods/plan.h"

#define MTAMARK_PUBLISHED_MAX 1024       /* marks of one plan (ours) */

void mtamark_publish(const struct plan *, struct publication *);

#endif
