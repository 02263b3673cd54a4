/* dmarc_publish.h: the DMARC policy of a domain's plan (RFC 9989 4.7). */
#ifndef FRANK_METHODS_DMARC_DMARC_PUBLISH_H
#define FRANK_METHODS_DMARC_DMARC_PUBLISH_H

#include "methods/plan.h"

void dmarc_publish(const struct plan *, struct publication *);

#endif
