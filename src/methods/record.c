#include "methods/record.h"

/* ---- text ---- */

bool record_begins(struct slice text, struct slice version, struct slice *items)
{
    *items = slice_from(text, version.len);
    return slice_starts_nocase(text, version) && (items->len == 0 || items->at[0] == ' ');
}

static bool is_no_blank(uint8_t octet)
{
    return octet != ' ';
}

static bool is_blank(uint8_t octet)
{
    return octet == ' ';
}

bool record_next(struct slice *items, struct slice *item)
{
    struct cursor c = cursor_of(*items);
    take_while(&c, is_blank);
    *item = take_while(&c, is_no_blank);
    *items = c.rest;
    return item->len > 0;
}

static bool is_name_octet(uint8_t octet)
{
    return is_alnum(octet) || octet == '.' || octet == '-' || octet == '_';
}

static bool is_value_octet(uint8_t octet)
{
    return is_printable(octet) && octet != ' ';
}

bool record_is_note(struct slice item)
{
    struct cursor c = cursor_of(item);
    struct slice name = take_while(&c, is_name_octet);
    expect(&c, '=');
    take_while(&c, is_value_octet);
    return !c.bad && at_end(&c) && item.len <= UINT8_MAX && name.len > 0 && is_alpha(name.at[0]);
}

/* ---- RDATA ---- */

struct slice take_record_item(struct cursor *c, uint8_t *type)
{
    *type = take_octet(c);
    uint8_t length = take_octet(c);
    return take(c, length);
}

void text_add_record_item(struct text *t, uint8_t type, struct slice data)
{
    t->bad = t->bad || data.len > UINT8_MAX;
    text_add_octet(t, type);
    text_add_octet(t, (uint8_t)data.len);
    text_add(t, data);
}

void text_add_record_name(struct text *t, uint8_t type, struct slice name)
{
    uint8_t wire[NAME_WIRE_MAX];
    size_t len;
    if (name_to_wire(name, wire, &len))
        text_add_record_item(t, type, slice_of(wire, len));
    else
        t->bad = true;
}

bool record_name(struct slice data, struct text *names, struct slice *out)
{
    struct cursor c = cursor_of(data);
    uint8_t name[NAME_TEXT_MAX];
    size_t len, start = names->len;
    if (!take_wire_name_to(&c, name, &len) || !at_end(&c) || !name_is_hostname(slice_of(name, len)))
        return false;
    text_add(names, slice_of(name, len));
    *out = slice_of(names->at + start, len);
    return !names->bad;
}

/* ---- in an answer ---- */

static bool is_of_version(const struct rdata *r, struct slice version, struct slice *items)
{
    if (r->type == RTYPE_TXT)
        return record_begins(r->text, version, items);
    *items = slice_from(r->raw, 1);
    return r->raw.len > 0 && r->raw.at[0] == RECORD_WIRE_VERSION;
}

size_t record_count(const struct answer *a, struct slice version, struct slice *first)
{
    size_t n = 0;
    for (size_t i = 0; i < a->count; i++) {
        struct slice items;
        if (!is_of_version(&a->records[i], version, &items))
            continue;
        if (n++ == 0 || slice_compare(items, *first) < 0)
            *first = items;
    }
    return n;
}
