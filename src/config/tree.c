/*
 * tree.c: text of a file -> a neutral tree, strictly.
 *
 * libconfig reads the grammar. It is too kind in some places, so a look at the tokens goes first: a
 * comment or string that never ends, strings side by side in a list (a comma forgotten), escapes it
 * would keep as they are, numbers it would cut, @include, controls, and groups that close in the wrong
 * order or not at all, where the line that opened is a better answer than the end of the file.
 */
#include "config/room.h"

#include <assert.h>
#include <libconfig.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- errors ---- */

/* What came from the file is shown so that no terminal obeys it; what does not fit is cut. */
PRINTF_LIKE(4, 0) static void complain_v(struct config_error *e, const char *file, unsigned line, const char *format, va_list arguments)
{
    char raw[sizeof e->text];
    size_t length = 0;

    (void)snprintf(e->file, sizeof e->file, "%s", file ? file : "");
    e->line = line;
    (void)vsnprintf(raw, sizeof raw, format, arguments);
    for (const char *at = raw; *at; at++) {
        uint8_t octet = (uint8_t)*at;
        size_t needed = is_printable(octet) ? 1 : 4;
        if (length + needed >= sizeof e->text)
            break;
        (void)snprintf(e->text + length, sizeof e->text - length, is_printable(octet) ? "%c" : "\\x%02x", octet);
        length += needed;
    }
    e->text[length] = '\0';
}

void config_complain(struct config_error *e, const struct conf_node *where, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain_v(e, where ? where->file : "", where ? where->line : 0, format, arguments);
    va_end(arguments);
}

void config_complain_at(struct config_error *e, const char *file, unsigned line, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    complain_v(e, file, line, format, arguments);
    va_end(arguments);
}

/* ---- the look at the tokens ---- */

struct scan {
    struct cursor c;
    const char *file;
    unsigned line;
    struct { uint8_t open; unsigned line; } stack[CONFIG_DEPTH_MAX];
    unsigned depth;
    unsigned settings[CONFIG_DEPTH_MAX + 1];      /* of the group at each depth */
    uint8_t last;                         /* last octet that was neither blank nor comment; '"' after a string */
    struct config_error *error;
};

static bool refuse(struct scan *s, unsigned line, const char *what)
{
    config_complain_at(s->error, s->file, line, "%s", what);
    return false;
}

static void skip_line(struct scan *s)
{
    (void)take_until(&s->c, '\n');
}

static bool skip_comment(struct scan *s)
{
    unsigned began = s->line;

    (void)take(&s->c, 2);
    while (!at_end(&s->c)) {
        if (accept_text(&s->c, SLICE("*/")))
            return true;
        if (take_octet(&s->c) == '\n')
            s->line++;
    }
    return refuse(s, began, "this comment is never closed");
}

/* A backslash and what it stands for: libconfig keeps those it does not know, we refuse them. */
static bool skip_escape(struct scan *s)
{
    int kind = peek(&s->c);

    if (kind == 'x') {
        (void)take_octet(&s->c);
        struct slice hex = take(&s->c, 2);
        if (s->c.bad || !is_hex(hex.at[0]) || !is_hex(hex.at[1]))
            return refuse(s, s->line, "\\x wants two hexadecimal digits");
        if (hex.at[0] == '0' && hex.at[1] == '0')
            return refuse(s, s->line, "a string cannot hold the octet 0");
        return true;
    }
    if (kind == 'n' || kind == 'r' || kind == 't' || kind == 'f' || kind == '\\' || kind == '"') {
        (void)take_octet(&s->c);
        return true;
    }
    return refuse(s, s->line, "unknown escape in a string (known: \\n \\r \\t \\f \\\\ \\\" \\xHH)");
}

/* Behind "=", as a member of a list, or to lengthen the string before it. (libconfig would refuse it too, but lose memory.) */
static bool string_may_stand(uint8_t last, bool in_list)
{
    if (in_list)
        return last == ',' || last == '[' || last == '(';
    return last == '=' || last == ':' || last == '"';
}

static bool skip_string(struct scan *s)
{
    bool in_list = s->depth > 0 && s->stack[s->depth - 1].open != '{';

    if (s->last == '"' && in_list)
        return refuse(s, s->line, "two strings side by side: a comma is missing");
    if (!string_may_stand(s->last, in_list))
        return refuse(s, s->line, "syntax error: a string where no value can stand");
    (void)take_octet(&s->c);
    while (!at_end(&s->c)) {
        uint32_t code;
        size_t octets;
        if (accept_octet(&s->c, '"')) {
            s->last = '"';
            return true;
        }
        if (accept_octet(&s->c, '\\')) {
            if (!skip_escape(s))
                return false;
            continue;
        }
        octets = utf8_next(s->c.rest, &code);
        if (octets == 0)
            return refuse(s, s->line, "this string is not UTF-8");
        if (code == '\n' || code == '\r')
            return refuse(s, s->line, "this string does not end on its line");
        if ((code < 0x20 && code != '\t') || (code >= 0x7f && code < 0xa0))
            return refuse(s, s->line, "a control character in a string; write it as \\xHH");
        (void)take(&s->c, octets);
    }
    return refuse(s, s->line, "this string is never closed");
}

static bool begins_value(uint8_t last)
{
    return last == '=' || last == ':' || last == ',' || last == '[' || last == '(' || last == '+' || last == '-';
}

/* As many digits as need no more than 31 bits, or 63 with an L behind them; zeros in front count for nothing. */
static bool number_is_kept(struct slice digits, bool hex, bool is_long)
{
    uint64_t value;
    size_t most = is_long ? 16 : 8;

    while (digits.len > 1 && digits.at[0] == '0')
        digits = slice_from(digits, 1);
    if (hex)
        return digits.len < most || (digits.len == most && digits.at[0] <= '7');
    return number_of(digits, 0, is_long ? INT64_MAX : INT32_MAX, &value);
}

/* libconfig keeps as many bits as it has room for and drops the others: 4294967297 would be 1. */
static bool skip_number(struct scan *s)
{
    bool hex = peek(&s->c) == '0' && (peek_at(&s->c, 1) == 'x' || peek_at(&s->c, 1) == 'X');

    if (hex)
        (void)take(&s->c, 2);
    struct slice digits = take_while(&s->c, hex ? is_hex : is_digit);
    s->last = '0';
    bool is_long = peek(&s->c) == 'L';
    if (number_is_kept(digits, hex, is_long))
        return true;
    return refuse(s, s->line, is_long ? "a number larger than can be kept" : "a number larger than can be kept without an L behind it");
}

static uint8_t closing_of(uint8_t open)
{
    return open == '{' ? '}' : open == '[' ? ']' : ')';
}

static bool open_bracket(struct scan *s, uint8_t octet)
{
    if (s->depth == CONFIG_DEPTH_MAX)
        return refuse(s, s->line, "groups and lists are nested too deeply");
    s->stack[s->depth].open = octet;
    s->stack[s->depth].line = s->line;
    s->depth++;
    s->settings[s->depth] = 0;
    return true;
}

static bool close_bracket(struct scan *s, uint8_t octet)
{
    if (s->depth == 0) {
        config_complain_at(s->error, s->file, s->line, "\"%c\" closes nothing", octet);
        return false;
    }
    uint8_t open = s->stack[s->depth - 1].open;
    if (closing_of(open) != octet) {
        config_complain_at(s->error, s->file, s->line, "\"%c\" cannot close the \"%c\" opened in line %u", octet, open,
                           s->stack[s->depth - 1].line);
        return false;
    }
    s->depth--;
    return true;
}

static bool is_plain_token(uint8_t octet)
{
    return is_alnum(octet) || octet == '_' || octet == '-' || octet == '+' || octet == '.' || octet == '*' || octet == '=' ||
           octet == ':' || octet == ';' || octet == ',';
}

static bool scan_token(struct scan *s)
{
    int next = peek(&s->c), after = peek_at(&s->c, 1);

    if (next == '"')
        return skip_string(s);
    if (next == '#' || (next == '/' && after == '/')) {
        skip_line(s);
        return true;
    }
    if (next == '/' && after == '*')
        return skip_comment(s);
    if (next >= '0' && next <= '9' && begins_value(s->last))
        return skip_number(s);

    uint8_t octet = take_octet(&s->c);
    if (octet == '\n')
        s->line++;
    if (octet == '\n' || octet == ' ' || octet == '\t' || octet == '\r')
        return true;
    s->last = octet;
    if (octet == '{' || octet == '[' || octet == '(')
        return open_bracket(s, octet);
    if (octet == '}' || octet == ']' || octet == ')')
        return close_bracket(s, octet);
    if (octet == '@')
        return refuse(s, s->line, "@include is not allowed: the configuration is one file");
    if ((octet == '=' || octet == ':') && ++s->settings[s->depth] > CONFIG_SETTINGS_MAX) {
        config_complain_at(s->error, s->file, s->line, "more than %d settings in one group", CONFIG_SETTINGS_MAX);
        return false;
    }
    if (is_plain_token(octet))
        return true;
    if (is_printable(octet))
        config_complain_at(s->error, s->file, s->line, "unexpected \"%c\"", octet);
    else
        config_complain_at(s->error, s->file, s->line, "unexpected octet 0x%02x outside a string", octet);
    return false;
}

static unsigned line_of_octet(struct slice text, uint8_t octet)
{
    unsigned line = 1;
    for (size_t i = 0; i < text.len && text.at[i] != octet; i++)
        line += text.at[i] == '\n';
    return line;
}

static bool scan_text(const char *file, struct slice text, struct config_error *error)
{
    struct scan s = { .c = cursor_of(text), .file = file, .line = 1, .error = error };

    if (slice_has(text, 0)) {
        config_complain_at(error, file, line_of_octet(text, 0), "the file holds the octet 0: it is no text");
        return false;
    }
    while (!at_end(&s.c))
        if (!scan_token(&s))
            return false;
    if (s.depth == 0)
        return true;
    config_complain_at(error, file, s.stack[s.depth - 1].line, "this \"%c\" is never closed", s.stack[s.depth - 1].open);
    return false;
}

/* ---- libconfig's tree -> ours ---- */

struct frame {
    const config_setting_t *from;
    struct conf_node *to, *last;
    int next;                             /* member to be copied */
};

static bool node_value(struct arena *arena, const config_setting_t *from, struct conf_node *to, struct config_error *error)
{
    switch (config_setting_type(from)) {
    case CONFIG_TYPE_STRING:
        to->kind = NODE_TEXT;
        to->text = slice_dup(arena, slice_str(config_setting_get_string(from)));
        return true;
    case CONFIG_TYPE_INT:
    case CONFIG_TYPE_INT64:
        to->kind = NODE_NUMBER;
        to->number = config_setting_get_int64(from);
        return true;
    case CONFIG_TYPE_BOOL:
        to->kind = NODE_FLAG;
        to->flag = config_setting_get_bool(from) != 0;
        return true;
    case CONFIG_TYPE_GROUP:
        to->kind = NODE_GROUP;
        return true;
    case CONFIG_TYPE_ARRAY:
    case CONFIG_TYPE_LIST:
        to->kind = NODE_LIST;
        return true;
    case CONFIG_TYPE_FLOAT:
        config_complain(error, to, "numbers are whole here");
        return false;
    default:                              /* libconfig's own constants are no enum */
        config_complain(error, to, "a value of an unknown kind");
        return false;
    }
}

static bool name_is_new(const struct conf_node *parent, const char *name)
{
    return parent->kind != NODE_GROUP || conf_find(parent, name) == NULL;
}

/* One member of the frame's setting as a new last child. NULL + *error. */
static struct conf_node *copy_member(struct arena *arena, const char *file, struct frame *f, const config_setting_t *from,
                                     struct config_error *error)
{
    struct conf_node *to = ARENA_NEW(arena, struct conf_node);
    const char *name = config_setting_name(from);
    unsigned line = config_setting_source_line(from);

    if (to == NULL)
        goto no_memory;
    to->file = file;
    to->line = line ? line : f->to->line;
    if (name != NULL && (to->name = slice_to_string(arena, slice_str(name))) == NULL)
        goto no_memory;
    if (name != NULL && !name_is_new(f->to, name)) {
        config_complain(error, to, "\"%s\" is given twice", name);
        return NULL;
    }
    if (!node_value(arena, from, to, error))
        return NULL;
    if (arena_failed(arena))
        goto no_memory;
    if (f->last == NULL)
        f->to->first = to;
    else
        f->last->next = to;
    f->last = to;
    return to;
no_memory:
    config_complain_at(error, file, line, "no memory");
    return NULL;
}

static bool copy_tree(struct arena *arena, const char *file, const config_setting_t *from, struct conf_node *root,
                      struct config_error *error)
{
    struct frame frames[CONFIG_DEPTH_MAX + 1] = { { .from = from, .to = root } };
    unsigned depth = 1;

    while (depth > 0) {
        struct frame *f = &frames[depth - 1];
        if (f->next == config_setting_length(f->from)) {
            depth--;
            continue;
        }
        const config_setting_t *member = config_setting_get_elem(f->from, (unsigned)f->next++);
        struct conf_node *copy = copy_member(arena, file, f, member, error);
        if (copy == NULL)
            return false;
        if (copy->kind == NODE_GROUP || copy->kind == NODE_LIST) {
            assert(depth < COUNT_OF(frames));       /* scan_text bounds the depth */
            frames[depth++] = (struct frame){ .from = member, .to = copy };
        }
    }
    return true;
}

static const char *known_text(const char *text)
{
    return text && text[0] ? text : "syntax error";
}

const struct conf_node *config_tree(struct arena *arena, const char *file_name, struct slice text, struct config_error *error)
{
    char *file = slice_to_string(arena, slice_str(file_name));
    struct conf_node *root = ARENA_NEW(arena, struct conf_node);
    char *copy;
    bool good;
    config_t lib = { 0 };

    *error = (struct config_error){ .line = 0 };
    if (text.len > CONFIG_OCTETS_MAX) {
        config_complain_at(error, file_name, 0, "the file is larger than %u octets", CONFIG_OCTETS_MAX);
        return NULL;
    }
    if (!scan_text(file_name, text, error))
        return NULL;
    copy = slice_to_string(arena, text);
    if (file == NULL || root == NULL || copy == NULL) {
        config_complain_at(error, file_name, 0, "no memory");
        return NULL;
    }
    *root = (struct conf_node){ .kind = NODE_GROUP, .file = file, .line = 1 };
    config_init(&lib);
    good = config_read_string(&lib, copy) == CONFIG_TRUE;
    if (good)
        good = copy_tree(arena, file, config_root_setting(&lib), root, error);
    else
        config_complain_at(error, file_name, (unsigned)config_error_line(&lib), "%s", known_text(config_error_text(&lib)));
    config_destroy(&lib);
    return good ? root : NULL;
}

const struct conf_node *conf_find(const struct conf_node *group, const char *name)
{
    if (group == NULL || group->kind != NODE_GROUP)
        return NULL;
    for (const struct conf_node *n = group->first; n; n = n->next)
        if (slice_same(slice_str(n->name), slice_str(name)))
            return n;
    return NULL;
}
