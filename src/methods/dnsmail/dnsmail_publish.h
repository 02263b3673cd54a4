/* dnsmail_publish.h: the servers a domain's plan names for DNS Mail. */
#ifndef FRANK_METHODS_DNSMAIL_DNSMAIL_PUBLISH_H
#define FRANK_METHODS_DNSMAIL_DNSMAIL_PUBLISH_H

#include "methods/plan.h"

void dnsmail_publish(const struct plan *, struct publication *);

#endif
