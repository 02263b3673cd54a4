/*
 * path_tied.h: the domains a client can be tied to, by its confirmed PTR names and by its HELO name: "is it a
 * registered server of somebody?" (mx-outbound.md, reading B).
 */
#ifndef FRANK_METHODS_PATH_TIED_H
#define FRANK_METHODS_PATH_TIED_H

#include "mail/domain.h"
#include "methods/path.h"

#define PATH_PARENTS_MAX 3           /* mx-outbound.md: parents of one name that are looked at */
#define PATH_TIED_MAX ((PATH_NAMES_MAX + 1) * (PATH_PARENTS_MAX + 1))

struct path_tie {
    struct slice domain;             /* normal form: the name or a parent of it */
    struct slice name;               /* that leads to it */
    bool helo;                       /* the name is what HELO said, not a confirmed PTR name */
};
struct path_tied { struct path_tie at[PATH_TIED_MAX]; size_t count; };

/* Adds the name and its parents, longest first, down to the registrable domain and never a public suffix; each domain once. */
void path_tie_name(const struct suffix_list *, struct arena *, struct path_tied *, struct slice name, bool helo);
/* All of these names, then the HELO name: by a confirmed name the owner of the address consents too. NULL without memory. */
struct path_tied *path_tied_of(struct arena *, const struct suffix_list *, const struct slice *names, size_t count, struct slice helo);

#endif
