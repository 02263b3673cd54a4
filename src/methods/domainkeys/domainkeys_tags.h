/*
 * domainkeys_tags.h: the tag=value lists of RFC 4870, in signatures, keys and policies.
 *
 * Close to DKIM's, and not the same: a name is one lower-case letter, a value holds printable ASCII and
 * blanks only, nothing is forgiven. Blanks around names, "=" and values do not count; those inside a value stay, and
 * it is for b= and h= to drop them.
 *
 *     struct domainkeys_tags tags;
 *     if (domainkeys_tags_read(text, true, &tags) != DOMAINKEYS_TAGS_GOOD) ...
 *     struct slice d = domainkeys_tag(&tags, 'd');
 */
#ifndef FRANK_METHODS_DOMAINKEYS_DOMAINKEYS_TAGS_H
#define FRANK_METHODS_DOMAINKEYS_DOMAINKEYS_TAGS_H

#include "base/cursor.h"

#define DOMAINKEYS_TAGS_MAX 26        /* one for each letter: a second one of a name is an error (RFC 4870 3.2.1) */

enum domainkeys_tags_problem { DOMAINKEYS_TAGS_GOOD = 0, DOMAINKEYS_TAGS_SYNTAX, DOMAINKEYS_TAGS_TWICE };

struct domainkeys_tags {
    uint32_t present;                 /* bit 0: a= ... */
    struct slice values[DOMAINKEYS_TAGS_MAX];
};

/*
 * A list: tags with ";" between them, perhaps one more at the end. in_field: folds count as blanks, as in a header
 * field; in DNS there are none. Slices borrow the text. The tags in front of the first fault are there all the same.
 */
enum domainkeys_tags_problem domainkeys_tags_read(struct slice text, bool in_field, struct domainkeys_tags *out);
bool domainkeys_has_tag(const struct domainkeys_tags *, char name);
struct slice domainkeys_tag(const struct domainkeys_tags *, char name);      /* empty if it is not there */
/* Is this flag in t=, whose flags are parted by colons? */
bool domainkeys_has_flag(const struct domainkeys_tags *, const char *flag);

#endif
