/*
 * mxout_names.h: who owns a domain, and what a client's names say by themselves.
 */
#ifndef FRANK_METHODS_MXOUT_MXOUT_NAMES_H
#define FRANK_METHODS_MXOUT_MXOUT_NAMES_H

#include "methods/mxout/mxout.h"
#include "methods/path_tied.h"

/* Do both lie in one registrable domain? */
bool mxout_same_owner(const struct suffix_list *, struct arena *, struct slice, struct slice);
bool mxout_is_denied(const struct texts *owners, struct slice domain);            /* the domain, or one above it */

/*
 * ".mxout." naming (draft-lorenzen-marid-mxout-00), values 1 and 2 of the A record 127.0.0.x at mxout.BASE: a
 * confirmed name LABELS.mxout.BASE is a mail host of BASE (HIT); with 2, other names in BASE are not
 * (BROKEN). *base tells which.
 */
enum path_outcome mxout_judge_name(struct check *, const struct suffix_list *, struct slice name, struct slice *base);

#endif
