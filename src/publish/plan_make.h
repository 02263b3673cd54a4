/* plan_make.h: one group of options to one plan; private to publish/. */
#ifndef FRANK_PUBLISH_PLAN_MAKE_H
#define FRANK_PUBLISH_PLAN_MAKE_H

#include "publish/plan_file.h"

/* group: options of the plan and of those it is like; own: those it says itself. False: *error. */
bool plan_make(struct arena *, struct plan_files *, const struct conf_node *group, const struct conf_node *own, struct slice domain, bool is_template,
               struct plan *out, struct config_error *);

/* Two labels or more, the last not a number: what every dialect can write (RFC 7208 12, toplabel). */
bool plan_is_full_name(struct slice name);

#endif
