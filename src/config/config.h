/*
 * config.h: one file in, one immutable configuration out, or an error with file, line and rule.
 *
 *     struct config_error e;
 *     struct config *c = config_parse("frank.conf", text, sections, count, &e);
 *     const struct spf_conf *spf = config_section(c, "methods.spf");
 *
 * Syntax is libconfig's, strictly: duplicate names, unknown names, wrong types, values out of range,
 * unclosed groups are errors (threats.md T46). @include is refused.
 */
#ifndef FRANK_CONFIG_CONFIG_H
#define FRANK_CONFIG_CONFIG_H

#include "base/status.h"
#include "config/option.h"
#include "fact/fact.h"

struct config;
struct config_error { char file[128]; unsigned line; char text[256]; };    /* text: which rule was broken, shown-escaped */

#define CONFIG_OCTETS_MAX (4u << 20)

/* Text of the whole file; file_name is for messages. Sections must outlive the config (static tables). NULL + *error. */
struct config *config_parse(const char *file_name, struct slice text, const struct section *, size_t count, struct config_error *);
/* An empty file: all defaults. Never fails but for memory. */
struct config *config_defaults(const struct section *, size_t count);
void config_free(struct config *);
/*
 * The filled struct of this section (never NULL for a name of the table given). Immutable. Several
 * sections may have one name, each with its own table and struct (the top level "" is composed like
 * that): a name in the file is known if one of them knows it. config_section gives the first of that
 * name; config_section_of the one with this section's option table.
 */
const void *config_section(const struct config *, const char *name);
const void *config_section_of(const struct config *, const struct section *);
/* The first of that name, for the owner of OPT_NODE options to put into it what he read of them, before first use. */
void *config_section_to_fill(struct config *, const char *name);
/* Where the file gives this option of a section, for complaints about its value; NULL: it does not. */
const struct conf_node *config_node(const struct config *, const char *section, const char *option);
struct arena *config_arena(struct config *);                     /* for owners of OPT_NODE to build their form in, before first use */
/*
 * The owner table (verdict/owners.h), which the host reads from the files that the configuration names, before rules are
 * read: the library opens no files. The arena is taken over and freed with the configuration.
 */
void config_set_owners(struct config *, struct arena *take, const void *owners);
const void *config_owners(const struct config *);                /* NULL: none */
/*
 * Any text of this syntax as a tree, under no table (rule files, the built-in rule sets): the root is a
 * group without a name. Everything in the arena. NULL + *error. Depth <= CONFIG_DEPTH_MAX,
 * settings of a group <= CONFIG_SETTINGS_MAX.
 */
#define CONFIG_DEPTH_MAX 16          /* nested groups and lists (ours) */
#define CONFIG_SETTINGS_MAX 1000     /* of one group (ours): to find doubles libconfig compares each with all before it */
const struct conf_node *config_tree(struct arena *, const char *file_name, struct slice text, struct config_error *);
/* For owners of OPT_NODE: one group of the tree by a table of its own: defaults, unknown names, types. */
MUST_CHECK bool config_group(struct arena *, const struct option *, const struct conf_node *group, void *out, struct config_error *);
/* One value by its option; writes the C value. */
MUST_CHECK bool config_value(struct arena *, const struct option *, const struct conf_node *, void *out, struct config_error *);
/* A node as the file writes it, on one line: "( { name = \"a\"; } )". */
void config_print_node(const struct conf_node *, struct text *out);
/* A reader of OPT_NODE reports its own errors in the same form. */
void config_complain(struct config_error *, const struct conf_node *where, const char *format, ...) PRINTF_LIKE(3, 4);
/* The configuration in force as a file (parses back to the same); all: also values that are defaults. */
MUST_CHECK bool config_print(const struct config *, bool all, struct text *out);
/* The commented sample: every option with help, range, unit and default, commented out. */
MUST_CHECK bool config_sample(const struct section *, size_t count, struct text *out);
/* mdoc list (.It ...) of one section's options, for the manual pages. */
MUST_CHECK bool config_manual(const struct section *, struct text *out);

#endif
