/*
 * print.c: what the tables know, for people: the configuration in force, the commented sample, the
 * manual's option list.
 */
#include "config/room.h"

#include <stdlib.h>
#include <string.h>

#define GROUP_DEPTH_MAX 8            /* components of a section's name; tables are ours */
#define LINE_OCTETS 78               /* of comments in the sample */
#define ROFF_COLUMNS 78              /* of the manual's text lines */

/* ---- groups open and close as section names change ---- */

struct groups {
    struct slice open[GROUP_DEPTH_MAX];
    unsigned depth;
    struct text *out;
};

static void indent(struct text *out, unsigned depth)
{
    for (unsigned i = 0; i < depth; i++)
        text_add_str(out, "    ");
}

static unsigned split_name(const char *name, struct slice *parts)
{
    struct slice rest = slice_str(name);
    unsigned count = 0;

    while (rest.len > 0 && count < GROUP_DEPTH_MAX)
        (void)slice_cut(rest, '.', &parts[count++], &rest);
    return count;
}

static void groups_go(struct groups *g, const char *name)
{
    struct slice parts[GROUP_DEPTH_MAX];
    unsigned count = split_name(name, parts), same = 0;

    while (same < count && same < g->depth && slice_same(parts[same], g->open[same]))
        same++;
    while (g->depth > same) {
        indent(g->out, --g->depth);
        text_add_str(g->out, "};\n");
    }
    while (g->depth < count) {
        indent(g->out, g->depth);
        text_add(g->out, parts[g->depth]);
        text_add_str(g->out, " = {\n");
        g->open[g->depth] = parts[g->depth];
        g->depth++;
    }
}

/* ---- the configuration in force ---- */

struct order { const struct section *section; const void *value; size_t index; };

/* "" first, then by name, so that a group is printed once; the tables' own order within one name. */
static int compare_order(const void *a, const void *b)
{
    const struct order *x = a, *y = b;
    int by_name = slice_compare(slice_str(x->section->name), slice_str(y->section->name));

    if (by_name != 0)
        return by_name;
    return x->index < y->index ? -1 : x->index > y->index;
}

static struct order *sorted_sections(struct arena *arena, const struct section *sections, void *const *values, size_t count)
{
    struct order *at = ARENA_ARRAY(arena, count + 1, struct order);

    for (size_t i = 0; at && i < count; i++)
        at[i] = (struct order){ .section = &sections[i], .value = values ? values[i] : NULL, .index = i };
    if (at)
        qsort(at, count, sizeof *at, compare_order);
    return at;
}

static void print_section(const struct order *s, const void *defaults, bool all, struct groups *g)
{
    for (const struct option *o = s->section->options; o && o->type != OPT_END; o++) {
        if (!all && !value_differs(o, s->value, defaults))
            continue;
        groups_go(g, s->section->name);
        indent(g->out, g->depth);
        text_addf(g->out, "%s = ", o->name);
        value_print(o, s->value, g->out);
        text_add_str(g->out, ";\n");
    }
}

bool config_print(const struct config *c, bool all, struct text *out)
{
    struct config *defaults = config_defaults(c->sections, c->count);
    struct arena *arena = arena_new(1u << 20);
    struct order *order = arena ? sorted_sections(arena, c->sections, c->values, c->count) : NULL;
    struct groups g = { .out = out };
    bool good = defaults != NULL && order != NULL;

    for (size_t i = 0; good && i < c->count; i++)
        print_section(&order[i], defaults->values[order[i].index], all, &g);
    groups_go(&g, "");
    arena_free(arena);
    config_free(defaults);
    return good && !out->bad;
}

/* ---- the sample ---- */

/* A paragraph as comment lines. */
static void comment(struct text *out, unsigned depth, struct slice words)
{
    size_t column = 0;
    struct slice word;

    while (words.len > 0) {
        (void)slice_cut(words, ' ', &word, &words);
        if (word.len == 0)
            continue;
        if (column > 0 && column + 1 + word.len > LINE_OCTETS) {
            text_add_octet(out, '\n');
            column = 0;
        }
        if (column == 0) {
            indent(out, depth);
            text_add_octet(out, '#');
            column = 4 * (size_t)depth + 1;
        }
        text_add_octet(out, ' ');
        text_add(out, word);
        column += 1 + word.len;
    }
    if (column > 0)
        text_add_octet(out, '\n');
}

static void sample_option(const struct option *o, const void *defaults, unsigned depth, struct text *out)
{
    uint8_t room[1024];
    struct text about = text_fixed(room, sizeof room);

    text_add_str(&about, o->help);
    text_add_str(&about, " (");
    value_describe(o, &about);
    text_add_str(&about, ")");
    comment(out, depth, about.bad ? slice_str(o->help) : text_slice(&about));
    indent(out, depth);
    text_addf(out, "#%s = ", o->name);
    value_print(o, defaults, out);
    text_add_str(out, ";\n");
}

bool config_sample(const struct section *sections, size_t count, struct text *out)
{
    struct config *defaults = config_defaults(sections, count);
    struct arena *arena = arena_new(1u << 20);
    struct order *order = arena && defaults ? sorted_sections(arena, sections, defaults->values, count) : NULL;
    struct groups g = { .out = out };

    text_add_str(out, "# Every option with its default. Take the \"#\" from the start of a line to change it.\n");
    for (size_t i = 0; order && i < count; i++) {
        const struct section *s = order[i].section;
        if (g.depth == 0 && s->name[0])
            text_add_octet(out, '\n');
        groups_go(&g, s->name);
        if (s->help && s->help[0]) {
            text_add_octet(out, '\n');
            comment(out, g.depth, slice_str(s->help));
        }
        for (const struct option *o = s->options; o && o->type != OPT_END; o++) {
            text_add_octet(out, '\n');
            sample_option(o, order[i].value, g.depth, out);
        }
    }
    groups_go(&g, "");
    bool good = order != NULL && !out->bad;
    arena_free(arena);
    config_free(defaults);
    return good;
}

/* ---- the manual ---- */

/* The blank between two sentences: mdoc wants each to begin a line. */
static bool ends_sentence(struct slice s, size_t i)
{
    return s.at[i] == ' ' && i >= 2 && i + 1 < s.len && (s.at[i - 1] == '.' || s.at[i - 1] == '!' || s.at[i - 1] == '?')
        && is_alpha(s.at[i - 2]) && s.at[i + 1] >= 'A' && s.at[i + 1] <= 'Z';
}

/* Text in mdoc: no octet may be taken for a request or an escape. */
/* Does the word behind this blank go beyond the column? */
static bool breaks_line(struct slice s, size_t blank, size_t column)
{
    struct slice rest = slice_from(s, blank + 1);

    return column + 1 + slice_find(rest, ' ') > ROFF_COLUMNS;
}

static void add_roff(struct text *out, struct slice s)
{
    size_t column = 0;

    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == ' ' && (ends_sentence(s, i) || breaks_line(s, i, column))) {
            text_add_octet(out, '\n');
            column = 0;
            continue;
        }
        if (column == 0 && (s.at[i] == '.' || s.at[i] == '\''))
            text_add_str(out, "\\&");
        if (s.at[i] == '\\')
            text_add_str(out, "\\e");
        else
            text_add_octet(out, s.at[i]);
        column++;
    }
}

bool config_manual(const struct section *section, struct text *out)
{
    struct config *defaults = config_defaults(section, 1);

    for (const struct option *o = section->options; defaults && o && o->type != OPT_END; o++) {
        uint8_t room[2048];
        struct text wants = text_fixed(room, sizeof room);
        text_addf(out, ".It Sy %s\n", o->name);
        add_roff(out, slice_str(o->help));
        text_add_str(&wants, "Wants ");
        value_describe(o, &wants);
        text_add_str(&wants, "; default ");
        value_print(o, defaults->values[0], &wants);
        text_add_str(&wants, ".");
        text_add_str(out, "\n.br\n");
        add_roff(out, text_slice(&wants));
        text_add_str(out, "\n");
    }
    bool good = defaults != NULL && !out->bad;
    config_free(defaults);
    return good;
}
