/* plan_lists.h: lists of a plan that grow while it is made; private to publish/. */
#ifndef FRANK_PUBLISH_PLAN_LISTS_H
#define FRANK_PUBLISH_PLAN_LISTS_H

#include "publish/publish.h"
#include "publish/spf_follow.h"

/* A copy of these; false without memory. */
MUST_CHECK bool plan_hosts_dup(struct arena *, const struct plan_host *, size_t count, struct plan_hosts *out);
/* One more, unless there is one of its name. */
MUST_CHECK bool plan_hosts_add(struct arena *, struct plan_hosts *, const struct plan_host *);
MUST_CHECK bool plan_providers_add(struct arena *, struct plan_providers *, const struct plan_provider *);
MUST_CHECK bool plan_networks_add(struct arena *, struct prefixes *, const struct prefix *, size_t count);
/* An MX host that is also among the senders is one host: where the plan says its addresses once, they hold for both. False without memory. */
MUST_CHECK bool plan_hosts_share(struct arena *, struct plan_hosts *, struct plan_hosts *);

/* Follows the provider's SPF record: its networks and look-ups, and who passes. NOT_YET, READY (perhaps still unknown, with a remark), NO_MEMORY.
 * Without a record, `ended`. */
enum plan_found plan_follow_provider(struct follow *, struct plan_provider *, struct followed_domain *, struct remarks *);

#endif
