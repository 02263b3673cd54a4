/*
 * mxout_names.h: the domains a client can be tied to, and what its names say by themselves.
 */
#ifndef FRANK_METHODS_MXOUT_MXOUT_NAMES_H
#define FRANK_METHODS_MXOUT_MXOUT_NAMES_H

#include "methods/mxout/mxout.h"

#define MXOUT_CANDIDATES_MAX ((PATH_NAMES_MAX + 1) * (MXOUT_PARENTS_MAX + 1))

struct mxout_candidate {
    struct slice domain;             /* normal form: the name or a parent of it */
    struct slice name;               /* that leads to it */
    bool helo;                       /* the name is what HELO said, not a confirmed PTR name */
};
struct mxout_candidates { struct mxout_candidate at[MXOUT_CANDIDATES_MAX]; size_t count; };

/* Adds the name and its parents, longest first, down to the registrable domain and never a public suffix; each domain once. */
void mxout_add_name(const struct suffix_list *, struct arena *, struct mxout_candidates *, struct slice name, bool helo);
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
