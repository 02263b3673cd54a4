/*
 * option.h: configuration is tables.
 *
 * A room that has options declares one table and one plain struct. The checker, the defaults, the
 * ranges, `frank config defaults`, the sample file and the manual's option list come from it. An
 * option not in a table does not exist; one without help text does not pass the tests.
 *
 *     struct spf_conf { bool enabled; uint64_t void_max; struct duration timeout; };
 *     static const struct option spf_options[] = {
 *         OPTION_ENABLED(struct spf_conf, true),
 *         { "void_max", OPT_UINT, "2", 0, 10, offsetof(struct spf_conf, void_max), NULL, "void look-ups ..." },
 *         { 0 }
 *     };
 */
#ifndef FRANK_CONFIG_OPTION_H
#define FRANK_CONFIG_OPTION_H

#include "base/ip.h"

enum option_type {
    OPT_END = 0,
    OPT_BOOL,          /* bool                                     true / false */
    OPT_UINT,          /* uint64_t, min..max; with the words "0" also 0 */
    OPT_DURATION,      /* uint64_t seconds, min..max               "20s" "10m" "4h" "7d" "2w", plain number = seconds */
    OPT_SIZE,          /* uint64_t octets, min..max                "64k" "30M" "1G" (1024) */
    OPT_DATE,          /* int64_t Unix seconds, INT64_MAX = never   "2026-12-31", ISO time, "never" */
    OPT_TEXT,          /* struct slice */
    OPT_DOMAIN,        /* struct slice, lower case, a host name or empty */
    OPT_CHOICE,        /* unsigned: index into words, "a|b|c" */
    OPT_TEXTS,         /* struct texts: list of strings (or one string) */
    OPT_DOMAINS,       /* struct texts, lower-case host names */
    OPT_PREFIXES,      /* struct prefixes: list of addresses and networks */
    OPT_NODE           /* const struct conf_node *: the raw tree, for the owner to read (rules, lists) */
};

struct texts    { const struct slice *at; size_t count; };
struct prefixes { const struct prefix *at; size_t count; };

struct option {
    const char *name;          /* as in the file */
    enum option_type type;
    const char *otherwise;     /* the default, in the file's text: "10", "\"20s\"" without its quotes, lists comma-separated, "" = empty */
    uint64_t min, max;         /* OPT_UINT, OPT_DURATION, OPT_SIZE */
    size_t offset;             /* into the section's struct */
    const char *words;         /* OPT_CHOICE: "monitor|standard|strict"; OPT_UINT: NULL or "0"; OPT_NODE: what it wants, said to people, or NULL; else NULL */
    const char *help;          /* one sentence or more; unit and source (RFC) where there is one */
};

/* Every method's first row. */
#define OPTION_ENABLED(type, yes) \
    { "enabled", OPT_BOOL, (yes) ? "true" : "false", 0, 0, offsetof(type, enabled), NULL, "Whether this method is evaluated." }

/* The configuration as a neutral tree (libconfig stays behind config/). */
enum node_kind { NODE_TEXT, NODE_NUMBER, NODE_FLAG, NODE_LIST, NODE_GROUP };
struct conf_node {
    const char *name;          /* NULL in lists */
    enum node_kind kind;
    struct slice text;
    int64_t number;
    bool flag;
    const struct conf_node *first, *next;
    const char *file;
    unsigned line;
};
const struct conf_node *conf_find(const struct conf_node *group, const char *name);

/* One group of the file ("" is the top level, "methods.spf" nested) and where its values go. */
struct section {
    const char *name;
    const struct option *options;
    size_t size;               /* of the struct the offsets are of */
    const char *help;          /* one paragraph for manual and sample */
};

#endif
