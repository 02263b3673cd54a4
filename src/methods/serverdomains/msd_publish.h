/* msd_publish.h: the hosts of a domain's plan say which domains they send for. */
#ifndef FRANK_METHODS_SERVERDOMAINS_MSD_PUBLISH_H
#define FRANK_METHODS_SERVERDOMAINS_MSD_PUBLISH_H

#include "methods/plan.h"

#define MSD_LISTED_MAX 100               /* domains in one list (ours); who serves more is factored */

void msd_publish(const struct plan *, struct publication *);

#endif
