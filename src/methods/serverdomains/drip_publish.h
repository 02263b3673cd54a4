/* drip_publish.h: the hosts of a domain's plan in DRIP: an address record for each address, and a wildcard that says no for all others. */
#ifndef FRANK_METHODS_SERVERDOMAINS_DRIP_PUBLISH_H
#define FRANK_METHODS_SERVERDOMAINS_DRIP_PUBLISH_H

#include "methods/plan.h"

void drip_publish(const struct plan *, struct publication *);

#endif
