/* value.c: one option: from the file's node to the C value, and back to text. */
#include "config/room.h"
#include "mail/date.h"
#include "mail/domain.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* ---- numbers with units ---- */

struct unit { char letter; uint64_t factor; };
static const struct unit durations[] = { { 'w', 604800 }, { 'd', 86400 }, { 'h', 3600 }, { 'm', 60 }, { 's', 1 } };
static const struct unit sizes[] = { { 'G', 1u << 30 }, { 'M', 1u << 20 }, { 'K', 1u << 10 } };

/* A unit's letter: sizes in any case. */
static const struct unit *unit_of(const struct unit *units, size_t count, uint8_t letter)
{
    for (size_t i = 0; i < count; i++)
        if (to_lower((uint8_t)units[i].letter) == to_lower(letter) && (units != durations || letter == (uint8_t)units[i].letter))
            return &units[i];
    return NULL;
}

static bool number_with_unit(struct slice text, const struct unit *units, size_t count, uint64_t *out)
{
    uint64_t factor = 1;

    if (text.len > 0 && is_alpha(text.at[text.len - 1])) {
        const struct unit *u = unit_of(units, count, text.at[text.len - 1]);
        if (u == NULL)
            return false;
        factor = u->factor;
        text.len--;
    }
    if (!number_of(text, 0, UINT64_MAX, out) || *out > UINT64_MAX / factor)
        return false;
    *out *= factor;
    return true;
}

/* The largest unit that divides the value, so that "10m" prints as it was written. */
static void print_with_unit(uint64_t value, const struct unit *units, size_t count, struct text *out)
{
    for (size_t i = 0; i < count; i++) {
        if (value > 0 && value % units[i].factor == 0) {
            text_addf(out, "\"%" PRIu64 "%c\"", value / units[i].factor, units[i].letter);
            return;
        }
    }
    text_addf(out, "%" PRIu64, value);
}

/* ---- dates ---- */

#define DATE_MAX 253402300799        /* 9999-12-31T23:59:59Z, the last that prints in four digits */

static bool date_of(struct slice text, int64_t *out)
{
    return date_iso_parse(text, out) && *out >= 0 && *out <= DATE_MAX;
}

static void print_date(int64_t when, struct text *out)
{
    text_add_octet(out, '"');
    if (when == INT64_MAX)
        text_add_str(out, "never");
    else
        text_add_date_iso(out, when);
    text_add_octet(out, '"');
}

/* ---- words ---- */

static struct slice word_at(const char *words, unsigned index)
{
    struct slice rest = slice_str(words), head = { 0 };

    for (unsigned i = 0; i <= index; i++)
        (void)slice_cut(rest, '|', &head, &rest);
    return head;
}

/* ---- reading ---- */

#define QUOTED_MAX 60        /* octets of a wrong value that are repeated: enough to find it by */

/* What must be there, said once: "max_age wants a time ..., not "10x"" */
static bool unfit(const struct option *o, const struct conf_node *n, struct config_error *e)
{
    uint8_t room[160];
    struct text what = text_fixed(room, sizeof room);

    value_describe(o, &what);
    struct slice said = slice_first(n->text, QUOTED_MAX);
    if (n->kind == NODE_TEXT)
        config_complain(e, n, "%s wants %.*s, not \"%.*s\"", o->name, (int)what.len, (const char *)what.at, (int)said.len, (const char *)said.at);
    else
        config_complain(e, n, "%s wants %.*s", o->name, (int)what.len, (const char *)what.at);
    return false;
}

static bool number_fits(const struct option *o, uint64_t number)
{
    bool zero_too = o->words && slice_same(slice_str(o->words), SLICE("0"));
    return (number >= o->min && number <= o->max) || (zero_too && number == 0);
}

static bool read_number(const struct option *o, const struct conf_node *n, uint64_t *out, struct config_error *e)
{
    bool good = false;

    if (n->kind == NODE_NUMBER) {
        good = n->number >= 0;
        *out = good ? (uint64_t)n->number : 0;
    } else if (n->kind == NODE_TEXT && o->type == OPT_DURATION) {
        good = number_with_unit(n->text, durations, COUNT_OF(durations), out);
    } else if (n->kind == NODE_TEXT && o->type == OPT_SIZE) {
        good = number_with_unit(n->text, sizes, COUNT_OF(sizes), out);
    }
    return (good && number_fits(o, *out)) || unfit(o, n, e);
}

static bool read_date(const struct option *o, const struct conf_node *n, int64_t *out, struct config_error *e)
{
    if (n->kind != NODE_TEXT)
        return unfit(o, n, e);
    if (slice_same(n->text, SLICE("never"))) {
        *out = INT64_MAX;
        return true;
    }
    return date_of(n->text, out) || unfit(o, n, e);
}

static bool no_memory(const struct conf_node *n, struct config_error *e)
{
    config_complain(e, n, "no memory");
    return false;
}

static bool read_text(struct arena *arena, const struct option *o, const struct conf_node *n, struct slice *out, struct config_error *e)
{
    bool host = o->type == OPT_DOMAIN || o->type == OPT_DOMAINS;

    if (n->kind != NODE_TEXT)
        return unfit(o, n, e);
    if (o->type == OPT_DOMAIN && n->text.len == 0) {
        *out = (struct slice){ 0 };
        return true;
    }
    if (host && !domain_normal(arena, n->text, out))
        return unfit(o, n, e);
    if (!host)
        *out = slice_dup(arena, n->text);
    return !arena_failed(arena) || no_memory(n, e);
}

/* A list, or one value standing for a list of one. */
static const struct conf_node *members_of(const struct conf_node *n, size_t *count)
{
    *count = 1;
    if (n->kind != NODE_LIST)
        return n;
    *count = 0;
    for (const struct conf_node *m = n->first; m; m = m->next)
        ++*count;
    return n->first;
}

static bool read_texts(struct arena *arena, const struct option *o, const struct conf_node *n, struct texts *out, struct config_error *e)
{
    size_t count;
    const struct conf_node *m = members_of(n, &count);
    struct slice *at = ARENA_ARRAY(arena, count, struct slice);

    if (at == NULL)
        return no_memory(n, e);
    for (size_t i = 0; i < count; i++, m = m->next)
        if (!read_text(arena, o, m, &at[i], e))
            return false;
    *out = (struct texts){ .at = at, .count = count };
    return true;
}

static bool read_prefixes(struct arena *arena, const struct option *o, const struct conf_node *n, struct prefixes *out,
                          struct config_error *e)
{
    size_t count;
    const struct conf_node *m = members_of(n, &count);
    struct prefix *at = ARENA_ARRAY(arena, count, struct prefix);

    if (at == NULL)
        return no_memory(n, e);
    for (size_t i = 0; i < count; i++, m = m->next)
        if (m->kind != NODE_TEXT || !prefix_parse(m->text, &at[i]))
            return unfit(o, m, e);
    *out = (struct prefixes){ .at = at, .count = count };
    return true;
}

bool config_value(struct arena *arena, const struct option *o, const struct conf_node *n, void *out, struct config_error *e)
{
    switch (o->type) {
    case OPT_END:
        break;
    case OPT_BOOL:
        if (n->kind != NODE_FLAG)
            return unfit(o, n, e);
        *(bool *)out = n->flag;
        return true;
    case OPT_UINT:
    case OPT_DURATION:
    case OPT_SIZE:
        return read_number(o, n, out, e);
    case OPT_DATE:
        return read_date(o, n, out, e);
    case OPT_TEXT:
    case OPT_DOMAIN:
        return read_text(arena, o, n, out, e);
    case OPT_CHOICE:
        return (n->kind == NODE_TEXT && word_index(o->words, n->text, out)) || unfit(o, n, e);
    case OPT_TEXTS:
    case OPT_DOMAINS:
        return read_texts(arena, o, n, out, e);
    case OPT_PREFIXES:
        return read_prefixes(arena, o, n, out, e);
    case OPT_NODE:
        *(const struct conf_node **)out = n;
        return true;
    }
    return unfit(o, n, e);
}

/* ---- defaults ---- */

static bool is_list(enum option_type type)
{
    return type == OPT_TEXTS || type == OPT_DOMAINS || type == OPT_PREFIXES;
}

/* The default's text as the node it would be in a file. False without memory. */
static bool default_node(struct arena *arena, const struct option *o, struct conf_node *n)
{
    struct slice rest = slice_str(o->otherwise), head;
    struct conf_node **end = NULL;
    uint64_t number;

    *n = (struct conf_node){ .kind = NODE_TEXT, .text = rest, .file = "default" };
    if (o->type == OPT_BOOL) {
        n->kind = NODE_FLAG;
        n->flag = slice_same(rest, SLICE("true"));
        assert(n->flag || slice_same(rest, SLICE("false")));
    } else if (o->type == OPT_UINT) {
        assert(number_of(rest, 0, INT64_MAX, &number) && number_fits(o, number));
        n->kind = NODE_NUMBER;
        n->number = number_of(rest, 0, INT64_MAX, &number) ? (int64_t)number : 0;
    }
    if (!is_list(o->type))
        return true;
    n->kind = NODE_LIST;
    end = (struct conf_node **)(void *)&n->first;
    while (rest.len > 0) {
        struct conf_node *member = ARENA_NEW(arena, struct conf_node);
        if (member == NULL)
            return false;
        (void)slice_cut(rest, ',', &head, &rest);
        *member = (struct conf_node){ .kind = NODE_TEXT, .text = slice_trim(head, " "), .file = "default" };
        *end = member;
        end = (struct conf_node **)(void *)&member->next;
    }
    return true;
}

bool value_default(struct arena *arena, const struct option *o, void *section)
{
    struct config_error error;
    struct conf_node *n = ARENA_NEW(arena, struct conf_node);
    void *at = (uint8_t *)section + o->offset;

    if (n == NULL || !default_node(arena, o, n))
        return false;
    if (o->type == OPT_NODE) {
        *(const struct conf_node **)at = n->text.len > 0 ? n : NULL;
        return true;
    }
    bool good = config_value(arena, o, n, at, &error);
    assert(good || arena_failed(arena));
    return good;
}

/* ---- printing ---- */

static void print_text(struct slice s, struct text *out)
{
    text_add_octet(out, '"');
    while (s.len > 0) {
        uint32_t code;
        size_t octets = utf8_next(s, &code);
        if (octets == 0 || code < 0x20 || (code >= 0x7f && code < 0xa0)) {
            for (size_t i = 0; i < (octets ? octets : 1); i++)
                text_addf(out, "\\x%02x", s.at[i]);
        } else {
            if (code == '"' || code == '\\')
                text_add_octet(out, '\\');
            text_add(out, slice_first(s, octets));
        }
        s = slice_from(s, octets ? octets : 1);
    }
    text_add_octet(out, '"');
}

static void print_texts(const struct texts *list, struct text *out)
{
    text_add_str(out, "[ ");
    for (size_t i = 0; i < list->count; i++) {
        if (i > 0)
            text_add_str(out, ", ");
        print_text(list->at[i], out);
    }
    text_add_str(out, list->count ? " ]" : "]");
}

static void print_prefixes(const struct prefixes *list, struct text *out)
{
    text_add_str(out, "[ ");
    for (size_t i = 0; i < list->count; i++) {
        text_add_str(out, i ? ", \"" : "\"");
        text_add_prefix(out, &list->at[i]);
        text_add_octet(out, '"');
    }
    text_add_str(out, list->count ? " ]" : "]");
}

static void print_leaf(const struct conf_node *n, struct text *out)
{
    if (n->kind == NODE_TEXT)
        print_text(n->text, out);
    else if (n->kind == NODE_NUMBER && (n->number > INT32_MAX || n->number < INT32_MIN))
        text_addf(out, "%" PRId64 "L", n->number);
    else if (n->kind == NODE_NUMBER)
        text_addf(out, "%" PRId64, n->number);
    else
        text_add_str(out, n->flag ? "true" : "false");
}

void config_print_node(const struct conf_node *root, struct text *out)
{
    const struct conf_node *stack[CONFIG_DEPTH_MAX + 2];
    unsigned depth = 0;
    const struct conf_node *n = root;

    /* Depth first: down into members, then on to the next, then up. Lists print as ( ), which may hold anything. */
    while (n != NULL || depth > 0) {
        if (n == NULL) {
            n = stack[--depth];
            text_add_str(out, n->kind == NODE_GROUP ? "}" : ")");
        } else {
            if (n->name != NULL && depth > 0)
                text_addf(out, "%s = ", n->name);
            if (n->kind == NODE_GROUP || n->kind == NODE_LIST) {
                assert(depth < COUNT_OF(stack));
                text_add_str(out, n->kind == NODE_GROUP ? "{ " : "( ");
                stack[depth++] = n;
                n = n->first;
                continue;
            }
            print_leaf(n, out);
        }
        if (depth == 0)
            return;
        text_add_str(out, stack[depth - 1]->kind == NODE_GROUP ? "; " : n->next ? ", " : " ");
        n = n->next;
    }
}

void value_print(const struct option *o, const void *section, struct text *out)
{
    const void *at = (const uint8_t *)section + o->offset;

    switch (o->type) {
    case OPT_END:
        break;
    case OPT_BOOL:
        text_add_str(out, *(const bool *)at ? "true" : "false");
        break;
    case OPT_UINT:
        text_addf(out, "%" PRIu64 "%s", *(const uint64_t *)at, *(const uint64_t *)at > INT32_MAX ? "L" : "");
        break;
    case OPT_DURATION:
        print_with_unit(*(const uint64_t *)at, durations, COUNT_OF(durations), out);
        break;
    case OPT_SIZE:
        print_with_unit(*(const uint64_t *)at, sizes, COUNT_OF(sizes), out);
        break;
    case OPT_DATE:
        print_date(*(const int64_t *)at, out);
        break;
    case OPT_TEXT:
    case OPT_DOMAIN:
        print_text(*(const struct slice *)at, out);
        break;
    case OPT_CHOICE:
        print_text(word_at(o->words, *(const unsigned *)at), out);
        break;
    case OPT_TEXTS:
    case OPT_DOMAINS:
        print_texts(at, out);
        break;
    case OPT_PREFIXES:
        print_prefixes(at, out);
        break;
    case OPT_NODE: {
        const struct conf_node *n = *(const struct conf_node *const *)at;
        if (n == NULL)
            text_add_str(out, "( )");
        else
            config_print_node(n, out);
        break;
    }
    }
}

static bool same_texts(const struct texts *a, const struct texts *b)
{
    bool same = a->count == b->count;

    for (size_t i = 0; same && i < a->count; i++)
        same = slice_same(a->at[i], b->at[i]);
    return same;
}

static bool same_prefixes(const struct prefixes *a, const struct prefixes *b)
{
    bool same = a->count == b->count;

    for (size_t i = 0; same && i < a->count; i++)
        same = a->at[i].bits == b->at[i].bits && ip_same(&a->at[i].address, &b->at[i].address);
    return same;
}

static bool is_nothing(const struct conf_node *n)
{
    return n == NULL || (n->kind == NODE_LIST && n->first == NULL);
}

static bool same_nodes(const struct conf_node *a, const struct conf_node *b)
{
    if (is_nothing(a) || is_nothing(b))
        return is_nothing(a) && is_nothing(b);
    return a->kind == NODE_TEXT && b->kind == NODE_TEXT && slice_same(a->text, b->text);
}

bool value_differs(const struct option *o, const void *one, const void *other)
{
    const void *a = (const uint8_t *)one + o->offset, *b = (const uint8_t *)other + o->offset;

    switch (o->type) {
    case OPT_END:
        return false;
    case OPT_BOOL:
        return *(const bool *)a != *(const bool *)b;
    case OPT_UINT:
    case OPT_DURATION:
    case OPT_SIZE:
        return *(const uint64_t *)a != *(const uint64_t *)b;
    case OPT_DATE:
        return *(const int64_t *)a != *(const int64_t *)b;
    case OPT_TEXT:
    case OPT_DOMAIN:
        return !slice_same(*(const struct slice *)a, *(const struct slice *)b);
    case OPT_CHOICE:
        return *(const unsigned *)a != *(const unsigned *)b;
    case OPT_TEXTS:
    case OPT_DOMAINS:
        return !same_texts(a, b);
    case OPT_PREFIXES:
        return !same_prefixes(a, b);
    case OPT_NODE:
        return !same_nodes(*(const struct conf_node *const *)a, *(const struct conf_node *const *)b);
    }
    return true;
}

/* ---- for people ---- */

static void describe_range(const struct option *o, const struct unit *units, size_t count, struct text *out)
{
    text_add_str(out, " from ");
    print_with_unit(o->min, units, count, out);
    text_add_str(out, " to ");
    print_with_unit(o->max, units, count, out);
}

void value_describe(const struct option *o, struct text *out)
{
    switch (o->type) {
    case OPT_END:
        break;
    case OPT_BOOL:
        text_add_str(out, "true or false");
        break;
    case OPT_UINT:
        text_addf(out, "%sa number from %" PRIu64 " to %" PRIu64, o->words ? "0 or " : "", o->min, o->max);
        break;
    case OPT_DURATION:
        text_add_str(out, "a time (s, m, h, d, w)");
        describe_range(o, durations, COUNT_OF(durations), out);
        break;
    case OPT_SIZE:
        text_add_str(out, "a size (K, M, G)");
        describe_range(o, sizes, COUNT_OF(sizes), out);
        break;
    case OPT_DATE:
        text_add_str(out, "a date (2026-12-31 or 2026-12-31T23:59:59Z) or \"never\"");
        break;
    case OPT_TEXT:
        text_add_str(out, "a string");
        break;
    case OPT_DOMAIN:
        text_add_str(out, "a host or domain name");
        break;
    case OPT_CHOICE: {
        struct slice rest = slice_str(o->words), head;
        bool more = true;
        text_add_str(out, "one of ");
        while (more) {
            more = slice_cut(rest, '|', &head, &rest);
            print_text(head, out);
            if (more)
                text_add_str(out, ", ");
        }
        break;
    }
    case OPT_TEXTS:
        text_add_str(out, "a list of strings");
        break;
    case OPT_DOMAINS:
        text_add_str(out, "a list of host or domain names");
        break;
    case OPT_PREFIXES:
        text_add_str(out, "a list of addresses and networks (192.0.2.0/24, 2001:db8::/32)");
        break;
    case OPT_NODE:
        text_add_str(out, o->words ? o->words : "a value whose form is in frank.conf(5)");
        break;
    }
}
