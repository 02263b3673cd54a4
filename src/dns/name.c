#include "dns/name.h"

#include <string.h>

#include "base/cursor.h"

static bool is_root(struct slice name)
{
    return slice_same(name, SLICE("."));
}

struct slice name_undotted(struct slice name)
{
    if (name.len > 1 && name.at[name.len - 1] == '.' && name.at[name.len - 2] != '.')     /* "..": no name, stays none */
        return slice_first(name, name.len - 1);
    return name;
}

bool name_askable(struct slice name)
{
    name = name_undotted(name);
    if (is_root(name))
        return true;
    if (name.len == 0 || name.len > NAME_TEXT_MAX)
        return false;
    for (bool more = true; more;) {
        struct slice label;
        more = slice_cut(name, '.', &label, &name);
        if (label.len == 0 || label.len > LABEL_MAX)
            return false;
    }
    return true;
}

/* Letters, digits, hyphen (not at the ends; RFC 1123 2.1) and the underscore that real names have. */
static bool is_host_label(struct slice label)
{
    if (label.len == 0 || label.at[0] == '-' || label.at[label.len - 1] == '-')
        return false;
    for (size_t i = 0; i < label.len; i++)
        if (!is_alnum(label.at[i]) && label.at[i] != '-' && label.at[i] != '_')
            return false;
    return true;
}

bool name_is_hostname(struct slice name)
{
    name = name_undotted(name);
    if (!name_askable(name) || is_root(name))
        return false;
    for (bool more = true; more;) {
        struct slice label;
        more = slice_cut(name, '.', &label, &name);
        if (!is_host_label(label))
            return false;
    }
    return true;
}

unsigned name_labels(struct slice name)
{
    name = name_undotted(name);
    if (name.len == 0 || is_root(name))
        return 0;
    unsigned count = 1;
    for (size_t i = 0; i < name.len; i++)
        count += name.at[i] == '.';
    return count;
}

struct slice name_parent(struct slice name)
{
    struct slice label, parent;
    slice_cut(name_undotted(name), '.', &label, &parent);
    return parent;
}

struct slice name_last_labels(struct slice name, unsigned count)
{
    name = name_undotted(name);
    for (unsigned have = name_labels(name); have > count; have--)
        name = name_parent(name);
    return name;
}

bool name_same(struct slice a, struct slice b)
{
    return slice_same_nocase(name_undotted(a), name_undotted(b));
}

bool name_at_or_below(struct slice name, struct slice ancestor)
{
    name = name_undotted(name);
    ancestor = name_undotted(ancestor);
    if (ancestor.len == 0 || name.len < ancestor.len)
        return false;
    if (is_root(ancestor))
        return true;
    struct slice tail = slice_from(name, name.len - ancestor.len);
    return slice_same_nocase(tail, ancestor) &&
           (tail.len == name.len || name.at[name.len - tail.len - 1] == '.');
}

bool name_to_wire(struct slice name, uint8_t wire[NAME_WIRE_MAX], size_t *len)
{
    *len = 0;
    if (!name_askable(name))
        return false;
    struct text out = text_fixed(wire, NAME_WIRE_MAX);
    name = name_undotted(name);
    for (bool more = !is_root(name); more;) {
        struct slice label;
        more = slice_cut(name, '.', &label, &name);
        text_add_octet(&out, (uint8_t)label.len);
        text_add(&out, label);
    }
    text_add_octet(&out, 0);
    *len = out.len;
    return !out.bad;
}

bool take_wire_name_to(struct cursor *c, uint8_t out[NAME_TEXT_MAX], size_t *len)
{
    struct text text = text_fixed(out, NAME_TEXT_MAX);
    bool has_text = true;
    size_t wire = 1;                                    /* the root's octet */
    *len = 0;
    for (unsigned label_octets; (label_octets = take_octet(c)) != 0;) {
        wire += 1 + label_octets;
        if (label_octets > LABEL_MAX || wire > NAME_WIRE_MAX)   /* so at most 127 labels too */
            c->bad = true;
        struct slice label = take(c, label_octets);
        if (c->bad)
            return false;
        has_text = has_text && !slice_has(label, '.');
        if (text.len > 0)
            text_add_octet(&text, '.');
        text_add(&text, label);
    }
    if (c->bad)
        return false;
    if (text.len == 0)
        text_add_octet(&text, '.');
    *len = has_text && !text.bad ? text.len : 0;
    return *len > 0;
}

struct slice take_wire_name(struct cursor *c, struct arena *arena)
{
    uint8_t buffer[NAME_TEXT_MAX];
    size_t len;
    if (!take_wire_name_to(c, buffer, &len))
        return (struct slice){ NULL, 0 };
    return slice_dup(arena, slice_of(buffer, len));
}

static bool is_plain(uint8_t octet)
{
    return is_alnum(octet) || octet == '-' || octet == '_' || octet == '*' || octet == '/';
}

void text_add_presentation_name(struct text *out, struct slice name)
{
    name = name_undotted(name);
    for (size_t i = 0; i < name.len; i++) {
        if (is_plain(name.at[i]) || name.at[i] == '.')
            text_add_octet(out, name.at[i]);
        else
            text_addf(out, "\\%03u", (unsigned)name.at[i]);
    }
    if (!is_root(name))
        text_add_octet(out, '.');
}

struct slice name_join(struct arena *arena, struct slice prefix, struct slice name)
{
    prefix = name_undotted(prefix);
    name = name_undotted(name);
    if (name.len == 0 || is_root(name))
        return slice_dup(arena, prefix);
    if (prefix.len == 0)
        return slice_dup(arena, name);
    uint8_t *at = arena_alloc(arena, prefix.len + 1 + name.len);
    if (!at)
        return (struct slice){ NULL, 0 };
    memcpy(at, prefix.at, prefix.len);
    at[prefix.len] = '.';
    memcpy(at + prefix.len + 1, name.at, name.len);
    return slice_of(at, prefix.len + 1 + name.len);
}
