#include "fact/fact.h"

static struct fact *new_fact(struct arena *arena, const char *name, enum fact_kind kind)
{
    struct fact *fact = ARENA_NEW(arena, struct fact);
    if (fact) {
        fact->name = name;
        fact->kind = kind;
    }
    return fact;
}

static struct fact *add(struct arena *arena, struct fact *parent, const char *name, enum fact_kind kind)
{
    struct fact *fact = parent ? new_fact(arena, name, kind) : NULL;
    if (!fact)
        return NULL;
    if (parent->last)
        parent->last->next = fact;
    else
        parent->first = fact;
    parent->last = fact;
    return fact;
}

struct fact *fact_group(struct arena *arena, const char *name)
{
    return new_fact(arena, name, FACT_GROUP);
}

struct fact *fact_add_text(struct arena *arena, struct fact *parent, const char *name, struct slice text)
{
    struct fact *fact = add(arena, parent, name, FACT_TEXT);
    if (fact)
        fact->text = text;
    return fact;
}

struct fact *fact_add_str(struct arena *arena, struct fact *parent, const char *name, const char *text)
{
    return text ? fact_add_text(arena, parent, name, slice_str(text)) : fact_add_null(arena, parent, name);
}

struct fact *fact_add_number(struct arena *arena, struct fact *parent, const char *name, int64_t number)
{
    struct fact *fact = add(arena, parent, name, FACT_NUMBER);
    if (fact)
        fact->number = number;
    return fact;
}

struct fact *fact_add_flag(struct arena *arena, struct fact *parent, const char *name, bool flag)
{
    struct fact *fact = add(arena, parent, name, FACT_FLAG);
    if (fact)
        fact->flag = flag;
    return fact;
}

struct fact *fact_add_null(struct arena *arena, struct fact *parent, const char *name)
{
    return add(arena, parent, name, FACT_NULL);
}

struct fact *fact_add_list(struct arena *arena, struct fact *parent, const char *name)
{
    return add(arena, parent, name, FACT_LIST);
}

struct fact *fact_add_group(struct arena *arena, struct fact *parent, const char *name)
{
    return add(arena, parent, name, FACT_GROUP);
}

struct fact *fact_adopt(struct arena *arena, struct fact *parent, const char *name, const struct fact *root)
{
    struct fact *fact = root ? add(arena, parent, name, root->kind) : NULL;
    if (!fact)
        return NULL;
    *fact = *root;
    fact->name = name;
    fact->next = NULL;
    return fact;
}

const struct fact *fact_find(const struct fact *group, const char *name)
{
    if (!group || group->kind != FACT_GROUP)
        return NULL;
    for (const struct fact *f = group->first; f; f = f->next)
        if (f->name && slice_same(slice_str(f->name), slice_str(name)))
            return f;
    return NULL;
}

struct fact *fact_member(struct fact *group, const char *name)
{
    /* A group that may be changed has members that may be. */
    return (struct fact *)(uintptr_t)fact_find(group, name);
}

struct slice fact_text(const struct fact *group, const char *name)
{
    const struct fact *f = fact_find(group, name);
    return f && f->kind == FACT_TEXT ? f->text : (struct slice){ NULL, 0 };
}

int64_t fact_number(const struct fact *group, const char *name, int64_t otherwise)
{
    const struct fact *f = fact_find(group, name);
    return f && f->kind == FACT_NUMBER ? f->number : otherwise;
}

bool fact_flag(const struct fact *group, const char *name)
{
    const struct fact *f = fact_find(group, name);
    return f && f->kind == FACT_FLAG && f->flag;
}
