/* imx_publish.h: a domain's plan in IMX: what sends beside the MX hosts, which always pass. */
#ifndef FRANK_METHODS_IMX_IMX_PUBLISH_H
#define FRANK_METHODS_IMX_IMX_PUBLISH_H

#include "methods/plan.h"

void imx_publish(const struct plan *, struct publication *);

#endif
