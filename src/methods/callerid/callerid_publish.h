/* callerid_publish.h: a domain's plan as a policy document. */
#ifndef FRANK_METHODS_CALLERID_CALLERID_PUBLISH_H
#define FRANK_METHODS_CALLERID_CALLERID_PUBLISH_H

#include "methods/plan.h"

void callerid_publish(const struct plan *, struct publication *);

#endif
