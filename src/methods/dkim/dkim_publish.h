/* dkim_publish.h: the keys of a domain's plan as key records (RFC 6376 3.6.1, RFC 8463). */
#ifndef FRANK_METHODS_DKIM_DKIM_PUBLISH_H
#define FRANK_METHODS_DKIM_DKIM_PUBLISH_H

#include "methods/plan.h"

/* "v=DKIM1; k=rsa; p=...": what dkim_key_parse reads. */
void text_add_dkim_key(struct text *, const struct plan_key *);

void dkim_publish(const struct plan *, struct publication *);

#endif
