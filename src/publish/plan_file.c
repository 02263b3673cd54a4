#include "publish/plan_file.h"

#include <stdlib.h>

#include "mail/domain.h"
#include "publish/plan_make.h"

/* One group of the file. */
struct plan_group {
    const struct conf_node *node;
    struct plan_group *parent;            /* what it is like; stands earlier */
    unsigned depth;                       /* of parents */
    bool template;
    const struct slice *domains;          /* normal form */
    size_t count;
};

/* Who may be meant by `like`, sorted. */
struct plan_name { struct slice name; struct plan_group *group; const struct conf_node *where; };

struct plan_file {
    struct arena *arena;
    struct plan_group *groups;
    size_t count;
    struct plan_name *names;
    size_t name_count;
    size_t group_at, domain_at;           /* the next plan */
};

/* ---- reading: which groups there are ---- */

#define DOMAIN_SHOWN_MAX 80        /* octets of what is no domain that are repeated */

static bool no_memory(const struct conf_node *where, struct config_error *e)
{
    config_complain(e, where, "no memory");
    return false;
}

static size_t members(const struct conf_node *n)
{
    size_t count = 0;
    for (const struct conf_node *m = n->first; m; m = m->next)
        count++;
    return count;
}

static bool read_domain(struct arena *a, const struct conf_node *n, struct slice *out, struct config_error *e)
{
    if (n->kind == NODE_TEXT && domain_normal(a, n->text, out) && plan_is_full_name(*out))
        return true;
    struct slice said = slice_first(n->text, DOMAIN_SHOWN_MAX);
    if (n->kind == NODE_TEXT)
        config_complain(e, n, "a domain name is wanted, not \"%.*s\"", (int)said.len, (const char *)said.at);
    else
        config_complain(e, n, "a domain name is wanted");
    return false;
}

/* "domain", "domains" or "template": exactly one. */
static bool read_names(struct plan_file *f, struct plan_group *g, struct config_error *e)
{
    const struct conf_node *one = conf_find(g->node, "domain"), *many = conf_find(g->node, "domains");
    const struct conf_node *template = conf_find(g->node, "template");
    if ((one != NULL) + (many != NULL) + (template != NULL) != 1) {
        config_complain(e, g->node, "a plan wants one of domain, domains and template");
        return false;
    }
    const struct conf_node *from = template ? template : one ? one : many;
    bool listed = from->kind == NODE_LIST;
    g->template = template != NULL;
    g->count = listed ? members(from) : 1;
    struct slice *at = ARENA_ARRAY(f->arena, g->count + 1, struct slice);
    if (!at)
        return no_memory(g->node, e);
    const struct conf_node *n = listed ? from->first : from;
    for (size_t i = 0; i < g->count; i++, n = n->next) {
        if (g->template && n->kind == NODE_TEXT && n->text.len > 0)
            at[i] = n->text;
        else if (!read_domain(f->arena, n, &at[i], e))
            return false;
    }
    g->domains = at;
    f->name_count += g->count;
    return true;
}

/* ---- reading: who is like whom ---- */

static int compare_names(const void *a, const void *b)
{
    return slice_compare(((const struct plan_name *)a)->name, ((const struct plan_name *)b)->name);
}

static bool index_names(struct plan_file *f, struct config_error *e)
{
    f->names = ARENA_ARRAY(f->arena, f->name_count + 1, struct plan_name);
    if (!f->names)
        return no_memory(f->groups[0].node, e);
    struct plan_name *to = f->names;
    for (size_t i = 0; i < f->count; i++)
        for (size_t k = 0; k < f->groups[i].count; k++)
            *to++ = (struct plan_name){ f->groups[i].domains[k], &f->groups[i], f->groups[i].node };
    qsort(f->names, f->name_count, sizeof *f->names, compare_names);
    for (size_t i = 1; i < f->name_count; i++) {
        const struct plan_name *a = &f->names[i - 1], *b = &f->names[i];
        if (!slice_same(a->name, b->name))
            continue;
        config_complain(e, a->where->line > b->where->line ? a->where : b->where, "there are two plans of \"%.*s\"", PUBLISH_NAME(a->name));
        return false;
    }
    return true;
}

static bool find_parent(struct plan_file *f, struct plan_group *g, struct config_error *e)
{
    const struct conf_node *like = conf_find(g->node, "like");
    if (!like)
        return true;
    struct slice normal;
    struct plan_name key = { .name = like->text };
    const struct plan_name *found = bsearch(&key, f->names, f->name_count, sizeof key, compare_names);
    if (!found && domain_normal(f->arena, like->text, &normal)) {
        key.name = normal;
        found = bsearch(&key, f->names, f->name_count, sizeof key, compare_names);
    }
    /* Earlier only: so nothing is like itself in a circle. */
    if (!found || found->group >= g) {
        config_complain(e, like, "like: no plan or template of this name stands above");
        return false;
    }
    g->parent = found->group;
    g->depth = g->parent->depth + 1;
    if (g->depth <= PLAN_LIKE_DEPTH_MAX)
        return true;
    config_complain(e, like, "like: more than %d deep", PLAN_LIKE_DEPTH_MAX);
    return false;
}

static struct plan_file *file_of(struct arena *a, const struct conf_node *first, size_t count, struct config_error *e)
{
    struct plan_file *f = ARENA_NEW(a, struct plan_file);
    struct plan_group *groups = ARENA_ARRAY(a, count + 1, struct plan_group);
    if (!f || !groups) {
        (void)no_memory(first, e);
        return NULL;
    }
    *f = (struct plan_file){ .arena = a, .groups = groups, .count = count };
    for (size_t i = 0; i < count; i++, first = first->next) {
        f->groups[i].node = first;
        if (first->kind != NODE_GROUP) {
            config_complain(e, first, "a plan is a group { ... }");
            return NULL;
        }
        if (!read_names(f, &f->groups[i], e))
            return NULL;
    }
    if (!index_names(f, e))
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (!find_parent(f, &f->groups[i], e))
            return NULL;
    return f;
}

struct plan_file *plan_file_of(struct arena *a, const struct conf_node *group, struct config_error *e)
{
    return file_of(a, group, 1, e);
}

struct plan_file *plan_file_read(struct arena *a, const char *file_name, struct slice text, struct config_error *e)
{
    const struct conf_node *root = config_tree(a, file_name, text, e);
    if (!root)
        return NULL;
    const struct conf_node *plans = conf_find(root, "plans");
    if (!plans)
        return file_of(a, root, 1, e);
    if (plans->kind != NODE_LIST || !plans->first) {
        config_complain(e, plans, "plans wants a list of groups: ( { ... }, { ... } )");
        return NULL;
    }
    if (root->first != plans || plans->next) {
        config_complain(e, root->first == plans ? plans->next : root->first, "beside plans nothing stands at the top of the file");
        return NULL;
    }
    return file_of(a, plans->first, members(plans), e);
}

/* ---- one plan after the other ---- */

static bool is_heading(const char *name)
{
    struct slice s = slice_str(name);
    return slice_same(s, SLICE("domain")) || slice_same(s, SLICE("domains")) || slice_same(s, SLICE("template")) || slice_same(s, SLICE("like"));
}

static bool append(struct arena *a, struct conf_node *group, struct conf_node **last, const struct conf_node *n)
{
    struct conf_node *copy = ARENA_NEW(a, struct conf_node);
    if (!copy)
        return false;
    *copy = *n;
    copy->next = NULL;
    if (*last)
        (*last)->next = copy;
    else
        group->first = copy;
    *last = copy;
    return true;
}

/* The group with what it does not say taken from those it is like. */
static struct conf_node *merged(struct arena *a, const struct plan_group *g)
{
    struct conf_node *group = ARENA_NEW(a, struct conf_node), *last = NULL;
    if (!group)
        return NULL;
    *group = (struct conf_node){ .kind = NODE_GROUP, .file = g->node->file, .line = g->node->line };
    for (const struct plan_group *from = g; from; from = from->parent)
        for (const struct conf_node *n = from->node->first; n; n = n->next)
            if (!is_heading(n->name) && !conf_find(group, n->name) && !append(a, group, &last, n))
                return NULL;
    return group;
}

static bool make(struct plan_file *f, struct arena *a, struct plan_files *files, struct plan *out, struct config_error *e)
{
    const struct plan_group *g = &f->groups[f->group_at];
    const struct conf_node *group = merged(a, g);
    struct slice domain = g->template ? SLICE("template.example") : g->domains[f->domain_at];
    if (!group)
        return no_memory(g->node, e);
    return plan_make(a, files, group, g->node, domain, g->template, out, e);
}

enum plan_next plan_file_next(struct plan_file *f, struct arena *a, struct plan_files *files, struct plan *out, struct config_error *e)
{
    while (f->group_at < f->count) {
        const struct plan_group *g = &f->groups[f->group_at];
        if (f->domain_at == g->count) {
            f->group_at++;
            f->domain_at = 0;
            continue;
        }
        /* A template is made, too, so that mistakes in one nobody is like are found. */
        if (!make(f, a, files, out, e))
            return PLAN_NEXT_ERROR;
        f->domain_at++;
        if (!g->template)
            return PLAN_NEXT_PLAN;
    }
    return PLAN_NEXT_END;
}

enum plan_next plan_file_find(struct plan_file *f, struct arena *a, struct plan_files *files, struct slice domain, struct plan *out, struct config_error *e)
{
    struct plan_name key = { .name = domain };
    const struct plan_name *found = bsearch(&key, f->names, f->name_count, sizeof key, compare_names);
    if (!found || found->group->template)
        return PLAN_NEXT_END;
    struct conf_node *group = merged(a, found->group);
    if (!group)
        config_complain(e, found->where, "no memory");
    bool good = group && plan_make(a, files, group, found->where, domain, false, out, e);
    return good ? PLAN_NEXT_PLAN : PLAN_NEXT_ERROR;
}

void plan_file_rewind(struct plan_file *f)
{
    f->group_at = f->domain_at = 0;
}
