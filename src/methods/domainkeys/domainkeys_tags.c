#include "methods/domainkeys/domainkeys_tags.h"

static void skip_blanks(struct cursor *c, bool in_field)
{
    skip_wsp(c);
    while (in_field && peek(c) == '\r' && peek_at(c, 1) == '\n' && (peek_at(c, 2) == ' ' || peek_at(c, 2) == '\t')) {
        take(c, 2);
        skip_wsp(c);
    }
}

/* 0x20..0x7e without ";" */
static bool is_value_octet(uint8_t octet)
{
    return is_printable(octet) && octet != ' ' && octet != ';';
}

/* Blanks inside stay, blanks behind the last other octet do not. */
static struct slice take_value(struct cursor *c, bool in_field)
{
    struct slice start = c->rest;
    size_t len = 0;
    while (take_while(c, is_value_octet).len > 0) {
        len = start.len - c->rest.len;
        skip_blanks(c, in_field);
    }
    return slice_first(start, len);
}

/* One letter, "=", a value that may be empty. Ends before the ";" or the end, or is bad. */
static enum domainkeys_tags_problem take_tag(struct cursor *c, bool in_field, struct domainkeys_tags *out)
{
    uint8_t name = take_octet(c);
    skip_blanks(c, in_field);
    expect(c, '=');
    skip_blanks(c, in_field);
    struct slice value = take_value(c, in_field);
    if (c->bad || name < 'a' || name > 'z' || (!at_end(c) && peek(c) != ';'))
        return DOMAINKEYS_TAGS_SYNTAX;
    uint32_t bit = UINT32_C(1) << (name - 'a');
    if (out->present & bit)
        return DOMAINKEYS_TAGS_TWICE;
    out->present |= bit;
    out->values[name - 'a'] = value;
    return DOMAINKEYS_TAGS_GOOD;
}

enum domainkeys_tags_problem domainkeys_tags_read(struct slice text, bool in_field, struct domainkeys_tags *out)
{
    struct cursor c = cursor_of(text);
    *out = (struct domainkeys_tags){ .present = 0 };
    skip_blanks(&c, in_field);
    do {
        enum domainkeys_tags_problem problem = take_tag(&c, in_field, out);
        if (problem != DOMAINKEYS_TAGS_GOOD)
            return problem;
        accept_octet(&c, ';');
        skip_blanks(&c, in_field);
    } while (!at_end(&c));
    return DOMAINKEYS_TAGS_GOOD;
}

bool domainkeys_has_tag(const struct domainkeys_tags *tags, char name)
{
    return tags->present >> (name - 'a') & 1;
}

struct slice domainkeys_tag(const struct domainkeys_tags *tags, char name)
{
    return tags->values[name - 'a'];
}

bool domainkeys_has_flag(const struct domainkeys_tags *tags, const char *flag)
{
    struct slice item, rest = domainkeys_tag(tags, 't');
    while (rest.len > 0) {
        struct slice all = rest;
        slice_cut(all, ':', &item, &rest);
        if (slice_same(slice_trim_fws(item), slice_str(flag)))
            return true;
    }
    return false;
}
