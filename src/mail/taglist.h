/*
 * taglist.h: tag=value lists of DKIM, ARC, DMARC and DomainKeys (RFC 6376 3.2; RFC 9989 section 4.8).
 *
 * tag_list_parse splits; what a tag means is its method's business. Duplicate names, empty
 * tag-specs other than one trailing ";" and anything outside the grammar make the list bad, with the
 * offset of the first fault. The tags that could be read are in the list all the same (of duplicates the first):
 * for DKIM a bad list means nothing, RFC 9989 4.8 has the faulty parts of a DMARC record ignored.
 */
#ifndef FRANK_MAIL_TAGLIST_H
#define FRANK_MAIL_TAGLIST_H

#include "base/arena.h"

#define TAGS_MAX 64              /* tags in one list (ours) */

enum tag_grammar {
    TAGS_DKIM,                   /* RFC 6376 3.2: FWS around; values any tval octets and FWS; UTF-8 allowed (8616) */
    TAGS_DMARC                   /* RFC 9989: WSP only; names letters; printable ASCII values */
};
struct tag { struct slice name; struct slice value; size_t at; /* name's offset in the text */ };
enum tag_problem { TAGS_GOOD = 0, TAGS_SYNTAX, TAGS_DUPLICATE, TAGS_TOO_MANY, TAGS_NO_MEMORY };
struct tag_list { const struct tag *tags; size_t count; enum tag_problem problem; size_t bad_at; };

struct tag_list tag_list_parse(struct arena *, enum tag_grammar, struct slice);
const struct tag *tag_find(const struct tag_list *, const char *name);       /* case-sensitive */

#endif
