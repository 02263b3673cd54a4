/* senderid_publish.h: a domain's plan in Sender ID: the SPF record speaks for both scopes; mailing lists need one for the header's. */
#ifndef FRANK_METHODS_SENDERID_SENDERID_PUBLISH_H
#define FRANK_METHODS_SENDERID_SENDERID_PUBLISH_H

#include "methods/plan.h"

void senderid_publish(const struct plan *, struct publication *);

#endif
