/*
 * domain.h: domains as mail writes them -> the one form Frank compares, asks and prints: lower-case A-labels.
 */
#ifndef FRANK_MAIL_DOMAIN_H
#define FRANK_MAIL_DOMAIN_H

#include "base/arena.h"
#include "dns/name.h"

/*
 * domain_normal: strict UTF-8, U-labels to A-labels (UTS 46 non-transitional, via libidn2), lower case, one trailing dot dropped, LDH and
 * underscore only, lengths of RFC 1035. False: not a domain (empty labels, blanks, parentheses, NUL,
 * address literals, all of threats.md T05, T12). A single label is a domain. Result in the arena.
 */
bool domain_normal(struct arena *, struct slice, struct slice *out);

/* Organizational domain by a public suffix list (libpsl). Immutable once loaded, any thread. */
struct suffix_list;
struct suffix_list *suffix_list_builtin(void);                                     /* the system's; NULL if there is none */
/* The text of a list file (the caller reads it), checked for size and known entries (threats.md T49). NULL + *error (static text). */
struct suffix_list *suffix_list_read(struct slice text, const char **error);
#define SUFFIX_LIST_OCTETS_MAX (4u << 20)
void suffix_list_free(struct suffix_list *);
/* The registrable domain of a normal domain, by the list's rules; empty if the domain is itself a public suffix. */
struct slice suffix_list_org_domain(const struct suffix_list *, struct arena *, struct slice domain);
bool suffix_list_is_suffix(const struct suffix_list *, struct arena *, struct slice domain);

#endif
