/* parts.h: what a domain publishes of its mail that no authentication method asks for; and what the files of publish/ share. */
#ifndef FRANK_PUBLISH_PARTS_H
#define FRANK_PUBLISH_PARTS_H

#include "publish/publish.h"

void publish_receivers(const struct plan *, struct publication *);       /* MX, or the null MX (RFC 7505) */
void publish_services(const struct plan *, struct publication *);        /* SRV of RFC 6186, 8314 */
void publish_hosts(const struct plan *, struct publication *);           /* A, AAAA */

/* A service that users look for by SRV. */
struct known_service { const char *name; uint16_t port; };
extern const struct known_service known_services[];      /* ended by one without name */

const char *remark_kind_word(enum remark_kind);
/* "owner. ttl IN TYPE data", without line end. */
void text_add_published(struct text *, const struct published *);
void record_facts(struct arena *, struct fact *group, const struct published *);
void remarks_facts(struct arena *, struct fact *group, const struct remarks *);

#endif
