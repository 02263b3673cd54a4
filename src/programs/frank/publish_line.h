/* publish_line.h: a plan said on the command line of frank publish: the options of frank.plan(5), and words of their own for some. */
#ifndef FRANK_PROGRAMS_PUBLISH_LINE_H
#define FRANK_PROGRAMS_PUBLISH_LINE_H

#include "programs/frank/cli.h"
#include "publish/plan_file.h"

struct publish_line {
    struct cli_list networks, hosts, either, excluded, providers, lists, receivers;
    const char *apl, *separate, *domains, *selector, *key, *policy, *ttl, *private_types;
    bool mx, never, only, soft, neutral, factored, fill_deny, flatten, nothing;
};

/* Does it say who sends, or anything else of a plan? (Not how it is published.) */
bool publish_line_says(const struct publish_line *);
/* The plan of this domain; NULL after complaining. */
struct plan_file *publish_line_plan(struct arena *, const struct publish_line *, const char *domain, int *exit_code);
/* --private-types, --fill-deny and --flatten go over what plans say. False after complaining. */
bool publish_line_override(struct arena *, const struct publish_line *, struct plan *);

#endif
