/* rmx_publish.h: a domain's plan in RMX: one TXT record, the private record type if wanted, and the address prefix list others may name. */
#ifndef FRANK_METHODS_RMX_RMX_PUBLISH_H
#define FRANK_METHODS_RMX_RMX_PUBLISH_H

#include "methods/plan.h"

#define RMX_PUBLISHED_ITEMS_MAX 1000     /* of a prefix list (ours): stays below APL_ITEMS_MAX and 64 KiB */

void rmx_publish(const struct plan *, struct publication *);

#endif
