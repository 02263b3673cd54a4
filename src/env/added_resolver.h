/*
 * added_resolver.h: what another resolver answers, and the records of a zone in addition: "had they published this
 * too" (frank compare --as-if). Where an overlay takes a name over, here both are heard:
 *   a record set of the zone stands beside that of the other resolver, each record once;
 *   a name that exists in the zone exists;
 *   a wildcard of the zone answers for names that do not exist at the other resolver, and hides none.
 * A failure of the other resolver stays one: what else is there is not known then. An alias there hides what the zone has at the
 * same name, as it would. Questions to a server of their own are passed on.
 *
 * The zone may be read into between questions. Zone and resolver are borrowed and must outlive this one; every open
 * question is withdrawn or delivered before it is freed.
 */
#ifndef FRANK_ENV_ADDED_RESOLVER_H
#define FRANK_ENV_ADDED_RESOLVER_H

#include "dns/zone.h"
#include "env/env.h"

struct resolver *added_resolver_new(struct zone *, struct resolver *rest);      /* NULL without memory */
void added_resolver_free(struct resolver *);                                    /* NULL allowed */
/* Whatever the other resolver answers from now on is told to somebody too, before it is added to: for replays. Answers are borrowed. */
void added_resolver_tell(struct resolver *, void (*tell)(void *context, const struct answer *), void *context);

#endif
