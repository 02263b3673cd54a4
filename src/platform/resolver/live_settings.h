/* live_settings.h: libunbound's context, with every trap of design.md "Resolver" set. Private to this room. */
#ifndef FRANK_PLATFORM_RESOLVER_LIVE_SETTINGS_H
#define FRANK_PLATFORM_RESOLVER_LIVE_SETTINGS_H

#include <unbound.h>

#include "platform/resolver/live.h"

/* NULL + *error (static). Reads resolv.conf and the trust anchor. */
struct ub_ctx *live_context_new(struct loop *, const struct live_options *, const char **error);

#endif
