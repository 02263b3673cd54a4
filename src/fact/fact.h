/*
 * fact.h: facts as data: the tree that every result, report and journal line is made of.
 *
 * Methods say what they found as named facts; programs print them as JSON, the journal writes them,
 * `frank why` and what-if read them back. So no method knows JSON and no printer knows a method.
 *
 *     struct fact *f = fact_group(arena, NULL);
 *     fact_add_text(arena, f, "domain", domain);
 *     fact_add_number(arena, f, "terms", 3);
 *     struct fact *sets = fact_add_list(arena, f, "sealers");
 *     struct fact *one = fact_add_group(arena, sets, NULL);
 *
 * All nodes and copies live in the arena given; texts are borrowed (dup them when they do not live
 * as long). Every add tolerates a NULL parent (out of memory) and then does nothing.
 */
#ifndef FRANK_FACT_FACT_H
#define FRANK_FACT_FACT_H

#include "base/arena.h"
#include "base/text.h"

enum fact_kind { FACT_NULL = 0, FACT_TEXT, FACT_NUMBER, FACT_FLAG, FACT_LIST, FACT_GROUP };

struct fact {
    const char *name;              /* NULL inside lists */
    enum fact_kind kind;
    struct slice text;
    int64_t number;
    bool flag;
    struct fact *first, *last;     /* members of a list or group */
    struct fact *next;             /* sibling */
};

struct fact *fact_group(struct arena *, const char *name);                        /* a root; NULL without memory */
struct fact *fact_add_text(struct arena *, struct fact *parent, const char *name, struct slice);
struct fact *fact_add_str(struct arena *, struct fact *parent, const char *name, const char *);   /* NULL: a null fact */
struct fact *fact_add_number(struct arena *, struct fact *parent, const char *name, int64_t);
struct fact *fact_add_flag(struct arena *, struct fact *parent, const char *name, bool);
struct fact *fact_add_null(struct arena *, struct fact *parent, const char *name);
struct fact *fact_add_list(struct arena *, struct fact *parent, const char *name);
struct fact *fact_add_group(struct arena *, struct fact *parent, const char *name);
/* Puts an existing root (a copy of its node; members are shared) under another parent. */
struct fact *fact_adopt(struct arena *, struct fact *parent, const char *name, const struct fact *);
const struct fact *fact_find(const struct fact *group, const char *name);         /* direct member or NULL */
struct fact *fact_member(struct fact *group, const char *name);                   /* the same, to be changed */
struct slice fact_text(const struct fact *group, const char *name);               /* empty if absent or no text */
int64_t fact_number(const struct fact *group, const char *name, int64_t otherwise);
bool fact_flag(const struct fact *group, const char *name);                       /* false if absent */

/*
 * JSON (read with jansson, this room alone uses it). Output is UTF-8 whatever bytes came in: octets
 * that are no valid UTF-8 become U+FFFD; controls and characters that reorder or break lines are
 * escaped. pretty: two-space indentation; otherwise one line without a line end. false: deeper than
 * FACT_JSON_DEPTH, or out is bad.
 * Reading: at most FACT_JSON_DEPTH levels, FACT_JSON_MAX octets, integers only, no member twice;
 * false with *error (static or in arena).
 */
#define FACT_JSON_MAX (1u << 20)
#define FACT_JSON_DEPTH 16
MUST_CHECK bool fact_to_json(const struct fact *, bool pretty, struct text *out);
MUST_CHECK bool fact_from_json(struct arena *, struct slice json, const struct fact **out, const char **error);

#endif
