/*
 * fact_json.c: facts to JSON and back.
 *
 * Printing is done here, octet by octet into the bounded builder: one journal line per message must
 * not cost a second tree. Reading is jansson's, behind a look at depth and size.
 */
#include "fact/fact.h"

#include <jansson.h>

#include "base/cursor.h"

/* ---- printing ---- */

/*
 * Characters written as escapes although JSON allows them as they are, so that a line stays a line
 * and a terminal stays what it was (threats.md T32): the same that text_add_shown does not show.
 */
static bool needs_escape(uint32_t code)
{
    return code < 0x20 || code == 0x7f || code_unseen(code);
}

/* RFC 8259 section 7: beyond the basic plane as a surrogate pair. */
static void add_escape(struct text *out, uint32_t code)
{
    if (code > 0xffff) {
        text_addf(out, "\\u%04x", (unsigned)(0xd800 + ((code - 0x10000) >> 10)));
        code = 0xdc00 + ((code - 0x10000) & 0x3ff);
    }
    text_addf(out, "\\u%04x", (unsigned)code);
}

/* One character at the start of s; returns the octets it took. */
static size_t add_character(struct text *out, struct slice s)
{
    uint32_t code = 0;
    size_t octets = utf8_next(s, &code);
    if (octets == 0) {
        text_add(out, SLICE("\xef\xbf\xbd"));           /* U+FFFD for what is no UTF-8 */
        return 1;
    }
    if (code == '"' || code == '\\') {
        text_add_octet(out, '\\');
        text_add_octet(out, (uint8_t)code);
    } else if (needs_escape(code)) {
        add_escape(out, code);
    } else {
        text_add(out, slice_first(s, octets));
    }
    return octets;
}

static bool is_plain(uint8_t octet)
{
    return octet >= 0x20 && octet < 0x7f && octet != '"' && octet != '\\';
}

/* How many octets from the front need no care: nearly always all of them. */
static size_t plain_length(struct slice s)
{
    size_t n = 0;
    while (n < s.len && is_plain(s.at[n]))
        n++;
    return n;
}

static void add_string(struct text *out, struct slice s)
{
    text_add_octet(out, '"');
    while (s.len > 0 && !out->bad) {
        size_t n = plain_length(s);
        text_add(out, slice_first(s, n));
        s = slice_from(s, n);
        if (s.len > 0)
            s = slice_from(s, add_character(out, s));
    }
    text_add_octet(out, '"');
}

/* Everything of a value but the members of a list or group. */
static void add_scalar(struct text *out, const struct fact *f)
{
    switch (f->kind) {
    case FACT_NULL: text_add(out, SLICE("null")); return;
    case FACT_TEXT: add_string(out, f->text); return;
    case FACT_NUMBER: text_addf(out, "%lld", (long long)f->number); return;
    case FACT_FLAG: text_add_str(out, f->flag ? "true" : "false"); return;
    case FACT_LIST: text_add_str(out, f->first ? "[" : "[]"); return;
    case FACT_GROUP: text_add_str(out, f->first ? "{" : "{}"); return;
    }
}

static void new_line(struct text *out, bool pretty, size_t depth)
{
    if (!pretty)
        return;
    text_add_octet(out, '\n');
    for (size_t i = 0; i < depth; i++)
        text_add(out, SLICE("  "));
}

static void add_name(struct text *out, const struct fact *parent, const struct fact *f, bool pretty)
{
    if (parent->kind != FACT_GROUP)
        return;
    add_string(out, slice_str(f->name));
    text_add_str(out, pretty ? ": " : ":");
}

/* The end of a list or group, and of those it is the last member of; the one whose sibling is next. */
static const struct fact *close_ended(struct text *out, bool pretty, const struct fact *path[], size_t *depth, const struct fact *f)
{
    while (*depth > 0 && !f->next) {
        f = path[--*depth];
        new_line(out, pretty, *depth);
        text_add_octet(out, f->kind == FACT_LIST ? ']' : '}');
    }
    return f;
}

bool fact_to_json(const struct fact *root, bool pretty, struct text *out)
{
    const struct fact *path[FACT_JSON_DEPTH];           /* the open lists and groups */
    size_t depth = 0;
    for (const struct fact *f = root;;) {
        add_scalar(out, f);
        if (f->first) {
            if (depth == FACT_JSON_DEPTH)
                return false;
            path[depth++] = f;
            f = f->first;
        } else {
            f = close_ended(out, pretty, path, &depth, f);
            if (depth == 0)
                return !out->bad;
            text_add_octet(out, ',');
            f = f->next;
        }
        new_line(out, pretty, depth);
        add_name(out, path[depth - 1], f, pretty);
    }
}

/* ---- reading ---- */

/* How deep brackets nest outside strings; jansson itself would recurse that deep. */
static bool depth_within(struct slice json, size_t depth_max)
{
    struct cursor c = cursor_of(json);
    bool in_string = false;
    for (size_t depth = 0; !at_end(&c);) {
        uint8_t octet = take_octet(&c);
        if (in_string && octet == '\\' && !at_end(&c))
            take_octet(&c);
        else if (octet == '"')
            in_string = !in_string;
        else if (!in_string && (octet == '{' || octet == '[') && ++depth > depth_max)
            return false;
        else if (!in_string && (octet == '}' || octet == ']') && depth > 0)
            depth--;
    }
    return true;
}

static struct slice string_of(struct arena *arena, const json_t *value)
{
    return slice_dup(arena, slice_of(json_string_value(value), json_string_length(value)));
}

/* The fact of one JSON value, without members; NULL without memory or for a number with a fraction. */
static struct fact *add_value(struct arena *arena, struct fact *parent, const char *name, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT: return fact_add_group(arena, parent, name);
    case JSON_ARRAY: return fact_add_list(arena, parent, name);
    case JSON_STRING: return fact_add_text(arena, parent, name, string_of(arena, value));
    case JSON_INTEGER: return fact_add_number(arena, parent, name, json_integer_value(value));
    case JSON_TRUE: return fact_add_flag(arena, parent, name, true);
    case JSON_FALSE: return fact_add_flag(arena, parent, name, false);
    case JSON_NULL: return fact_add_null(arena, parent, name);
    case JSON_REAL: return NULL;
    }
    return NULL;
}

/* One open list or group while its members are copied. */
struct level {
    json_t *value;
    struct fact *fact;
    void *member;        /* object: iterator of the next member */
    size_t index;        /* array: index of the next */
};

static struct level level_of(json_t *value, struct fact *fact)
{
    return (struct level){ .value = value, .fact = fact, .member = json_is_object(value) ? json_object_iter(value) : NULL };
}

/* The next member and its name, or NULL at the end. */
static json_t *next_member(struct level *level, const char **name)
{
    *name = NULL;
    if (json_is_array(level->value))
        return json_array_get(level->value, level->index++);
    if (!level->member)
        return NULL;
    json_t *value = json_object_iter_value(level->member);
    *name = json_object_iter_key(level->member);
    level->member = json_object_iter_next(level->value, level->member);
    return value;
}

static const char *copy_name(struct arena *arena, const char *name)
{
    return name ? slice_to_string(arena, slice_str(name)) : NULL;
}

static const struct fact *copy_tree(struct arena *arena, json_t *root, const char **error)
{
    struct level path[FACT_JSON_DEPTH];
    struct fact holder = { .kind = FACT_LIST };         /* of the root alone */
    size_t depth = 0;
    *error = "a number that is not an integer";
    if (!add_value(arena, &holder, NULL, root))
        return NULL;
    if (json_is_object(root) || json_is_array(root))
        path[depth++] = level_of(root, holder.first);
    while (depth > 0) {
        const char *name;
        json_t *value = next_member(&path[depth - 1], &name);
        if (!value) {
            depth--;
            continue;
        }
        struct fact *fact = add_value(arena, path[depth - 1].fact, copy_name(arena, name), value);
        if (!fact)
            return NULL;
        if (json_is_object(value) || json_is_array(value))
            path[depth++] = level_of(value, fact);      /* within FACT_JSON_DEPTH: depth_within said so */
    }
    return holder.first;
}

static const char *error_text(struct arena *arena, const json_error_t *error)
{
    struct text text = text_in(arena, 256);
    text_addf(&text, "line %d: ", error->line);
    text_add_shown(&text, slice_str(error->text), false);
    text_add_octet(&text, 0);
    struct slice s = text_slice(&text);
    return s.len > 0 ? (const char *)s.at : "not JSON";
}

bool fact_from_json(struct arena *arena, struct slice json, const struct fact **out, const char **error)
{
    *out = NULL;
    *error = "over the size limit";
    if (json.len > FACT_JSON_MAX)
        return false;
    *error = "nested too deep";
    if (!depth_within(json, FACT_JSON_DEPTH))
        return false;
    json_error_t trouble;
    json_t *root = json_loadb((const char *)json.at, json.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &trouble);
    if (!root) {
        *error = error_text(arena, &trouble);
        return false;
    }
    *out = copy_tree(arena, root, error);
    json_decref(root);
    if (arena_failed(arena)) {
        *out = NULL;
        *error = "no memory";
    }
    return *out != NULL;
}
