/* mxout_publish.h: a domain's plan as MX records: hosts that only send stand last (mx-outbound.md, recipe 1), or in a domain of their own (recipe 2). */
#ifndef FRANK_METHODS_MXOUT_MXOUT_PUBLISH_H
#define FRANK_METHODS_MXOUT_MXOUT_PUBLISH_H

#include "methods/plan.h"

#define MXOUT_SEND_ONLY 65535            /* preference of a host that only sends (draft-stout-antispam-00) */

void mxout_publish(const struct plan *, struct publication *);

#endif
