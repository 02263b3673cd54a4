/* csa_publish.h: the hosts of a domain's plan in CSA: one SRV record for each name that may be said in HELO. */
#ifndef FRANK_METHODS_SERVERDOMAINS_CSA_PUBLISH_H
#define FRANK_METHODS_SERVERDOMAINS_CSA_PUBLISH_H

#include "methods/plan.h"

void csa_publish(const struct plan *, struct publication *);

#endif
