/* config.c: the sections of the file against the tables of the rooms. */
#include "config/config.h"
#include "config/room.h"

#include <string.h>

#define CONFIG_ARENA_OCTETS (64u << 20)

/* Is it below the group: "methods" has "methods.spf", and "" has everything. *rest: what follows. */
static bool name_below(struct slice section, struct slice group, struct slice *rest)
{
    if (group.len == 0) {
        *rest = section;
        return section.len > 0;
    }
    if (!slice_starts(section, group) || section.len <= group.len || section.at[group.len] != '.')
        return false;
    *rest = slice_from(section, group.len + 1);
    return true;
}

static const struct option *option_named(const struct section *s, struct slice name)
{
    for (const struct option *o = s->options; o && o->type != OPT_END; o++)
        if (slice_same(slice_str(o->name), name))
            return o;
    return NULL;
}

/* May a name stand in this group? *group: as a group of its own. */
static bool name_known(const struct config *c, struct slice group, struct slice name, bool *is_group)
{
    *is_group = false;
    for (size_t i = 0; i < c->count; i++) {
        struct slice section = slice_str(c->sections[i].name), rest, head;
        if (slice_same(section, group) && option_named(&c->sections[i], name))
            return true;
        if (!name_below(section, group, &rest))
            continue;
        (void)slice_cut(rest, '.', &head, &rest);
        if (slice_same(head, name)) {
            *is_group = true;
            return true;
        }
    }
    return false;
}

/* The group "a.b" of the file, or NULL; groups above it are known to be groups once group_check saw them. */
static const struct conf_node *group_at(const struct conf_node *root, struct slice path)
{
    const struct conf_node *n = root;
    struct slice head;

    while (n != NULL && path.len > 0) {
        const struct conf_node *found = NULL;
        (void)slice_cut(path, '.', &head, &path);
        for (const struct conf_node *m = n->kind == NODE_GROUP ? n->first : NULL; m && !found; m = m->next)
            if (slice_same(slice_str(m->name), head))
                found = m;
        n = found;
    }
    return n;
}

static bool group_check(const struct config *c, const struct conf_node *root, struct slice path, struct config_error *e)
{
    const struct conf_node *group = group_at(root, path);

    if (group == NULL)
        return true;
    for (const struct conf_node *n = group->first; n; n = n->next) {
        bool is_group;
        if (!name_known(c, path, slice_str(n->name), &is_group)) {
            config_complain(e, n, "there is no option \"%s%s%s\"", path.len ? group->name : "", path.len ? "." : "", n->name);
            return false;
        }
        if (is_group && n->kind != NODE_GROUP) {
            config_complain(e, n, "\"%s\" is a group: %s = { ... };", n->name, n->name);
            return false;
        }
    }
    return true;
}

/* Every group the tables know, outermost first: "methods" before "methods.spf". */
static bool names_check(const struct config *c, const struct conf_node *root, struct config_error *e)
{
    if (!group_check(c, root, (struct slice){ 0 }, e))
        return false;
    for (size_t i = 0; i < c->count; i++) {
        struct slice name = slice_str(c->sections[i].name);
        for (size_t k = 1; k <= name.len; k++)
            if ((k == name.len || name.at[k] == '.') && !group_check(c, root, slice_first(name, k), e))
                return false;
    }
    return true;
}

static struct config *config_new(const struct section *sections, size_t count)
{
    struct config *c = mem_zalloc(1, sizeof *c);

    if (c == NULL)
        return NULL;
    c->arena = arena_new(CONFIG_ARENA_OCTETS);
    c->sections = sections;
    c->count = count;
    if (c->arena != NULL)
        c->values = ARENA_ARRAY(c->arena, count + 1, void *);
    for (size_t i = 0; c->values && i < count; i++) {
        c->values[i] = arena_alloc(c->arena, sections[i].size);
        for (const struct option *o = sections[i].options; c->values[i] && o && o->type != OPT_END; o++)
            if (!value_default(c->arena, o, c->values[i]))
                break;
    }
    if (c->arena == NULL || arena_failed(c->arena)) {
        config_free(c);
        return NULL;
    }
    return c;
}

bool config_group(struct arena *arena, const struct option *options, const struct conf_node *group, void *out, struct config_error *e)
{
    const struct section of = { .options = options };

    if (group->kind != NODE_GROUP) {
        config_complain(e, group, "a group { ... } is wanted");
        return false;
    }
    for (const struct option *o = options; o->type != OPT_END; o++) {
        if (!value_default(arena, o, out)) {
            config_complain(e, group, "no memory");
            return false;
        }
    }
    for (const struct conf_node *n = group->first; n; n = n->next) {
        const struct option *o = option_named(&of, slice_str(n->name));
        if (o == NULL) {
            config_complain(e, n, "there is no option \"%s\" here", n->name);
            return false;
        }
        if (!config_value(arena, o, n, (uint8_t *)out + o->offset, e))
            return false;
    }
    return true;
}

static bool section_read(struct config *c, size_t i, const struct conf_node *root, struct config_error *e)
{
    const struct section *s = &c->sections[i];
    const struct conf_node *group = group_at(root, slice_str(s->name));

    for (const struct option *o = s->options; group && o && o->type != OPT_END; o++) {
        const struct conf_node *n = conf_find(group, o->name);
        if (n && !config_value(c->arena, o, n, (uint8_t *)c->values[i] + o->offset, e))
            return false;
    }
    return true;
}

struct config *config_parse(const char *file_name, struct slice text, const struct section *sections, size_t count,
                           struct config_error *error)
{
    struct config *c = config_new(sections, count);
    const struct conf_node *root;

    *error = (struct config_error){ .line = 0 };
    if (c == NULL) {
        config_complain_at(error, file_name, 0, "no memory");
        return NULL;
    }
    c->root = root = config_tree(c->arena, file_name, text, error);
    bool good = root != NULL && names_check(c, root, error);
    for (size_t i = 0; good && i < count; i++)
        good = section_read(c, i, root, error);
    if (good)
        return c;
    config_free(c);
    return NULL;
}

struct config *config_defaults(const struct section *sections, size_t count)
{
    return config_new(sections, count);
}

void config_free(struct config *c)
{
    if (c == NULL)
        return;
    arena_free(c->table_arena);
    arena_free(c->arena);
    mem_free(c);
}

void *config_section_to_fill(struct config *c, const char *name)
{
    for (size_t i = 0; i < c->count; i++)
        if (slice_same(slice_str(c->sections[i].name), slice_str(name)))
            return c->values[i];
    return NULL;
}

void config_set_owners(struct config *c, struct arena *take, const void *owners)
{
    arena_free(c->table_arena);
    c->table_arena = take;
    c->owners = owners;
}

const void *config_owners(const struct config *c)
{
    return c->owners;
}

const void *config_section(const struct config *c, const char *name)
{
    for (size_t i = 0; i < c->count; i++)
        if (slice_same(slice_str(c->sections[i].name), slice_str(name)))
            return c->values[i];
    return NULL;
}

const void *config_section_of(const struct config *c, const struct section *wanted)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->sections[i].options == wanted->options && slice_same(slice_str(c->sections[i].name), slice_str(wanted->name)))
            return c->values[i];
    return NULL;
}

const struct conf_node *config_node(const struct config *c, const char *section, const char *option)
{
    return c->root ? conf_find(group_at(c->root, slice_str(section)), option) : NULL;
}

struct arena *config_arena(struct config *c)
{
    return c->arena;
}
