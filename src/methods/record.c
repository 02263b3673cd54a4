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

/* ---- finding them ---- */

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

static enum path_outcome look_up(struct check *c, struct slice name, uint16_t type, struct slice version, const struct answer **out)
{
    struct slice first;
    *out = ask(c, name, type);
    enum path_outcome o = path_answer(*out);
    return o == PATH_HIT && record_count(*out, version, &first) == 0 ? PATH_MISS : o;
}

void record_hint(struct check *c, const struct record_place *p)
{
    if (p->rr_type != 0)
        prefetch(c, p->rr_name, p->rr_type);
    prefetch(c, p->txt_name, RTYPE_TXT);
}

enum path_outcome record_find(struct check *c, const struct record_place *p, const struct answer **out)
{
    record_hint(c, p);
    enum path_outcome o = p->rr_type != 0 ? look_up(c, p->rr_name, p->rr_type, p->version, out) : PATH_MISS;
    return o == PATH_MISS ? look_up(c, p->txt_name, RTYPE_TXT, p->version, out) : o;
}

static bool holds(const struct answer *a, struct slice version)
{
    struct slice first;
    return a && answer_has_data(a) && record_count(a, version, &first) > 0;
}

const struct answer *record_foresee(struct scout *s, const struct record_place *p)
{
    const struct answer *txt = hint(s, p->txt_name, RTYPE_TXT);
    const struct answer *rr = p->rr_type != 0 ? hint(s, p->rr_name, p->rr_type) : NULL;
    if (holds(rr, p->version))
        return rr;
    return (p->rr_type == 0 || rr) && holds(txt, p->version) ? txt : NULL;
}
