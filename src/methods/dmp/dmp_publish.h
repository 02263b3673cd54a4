/* dmp_publish.h: a domain's plan in DMP: a record for each address, or a wildcard for networks of whole octets or nibbles. */
#ifndef FRANK_METHODS_DMP_DMP_PUBLISH_H
#define FRANK_METHODS_DMP_DMP_PUBLISH_H

#include "methods/plan.h"

#define DMP_PUBLISHED_MAX 1024           /* records of one domain (ours) */

void dmp_publish(const struct plan *, struct publication *);

#endif
