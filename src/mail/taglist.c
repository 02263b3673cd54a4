#include "mail/taglist.h"

#include "base/cursor.h"
#include "base/text.h"

/* ---- octets ---- */

/* tag-name = ALPHA *ALNUMPUNC                                     RFC 6376 3.2 */
static bool is_dkim_name(uint8_t octet)
{
    return is_alnum(octet) || octet == '_';
}

/* VALCHAR = %x21-3A / %x3C-7E (EXCLAMATION to TILDE except SEMICOLON); 8-bit octets are looked at as UTF-8 apart */
static bool is_valchar(uint8_t octet)
{
    return (octet > 0x20 && octet < 0x7f && octet != ';') || octet >= 0x80;
}

/* ---- blanks ---- */

/* FWS = [*WSP CRLF] 1*WSP and its obsolete form: blanks, and CRLF only with a blank behind it. */
static void skip_dkim_blanks(struct cursor *c)
{
    for (;;) {
        skip_wsp(c);
        if (peek(c) != '\r' || peek_at(c, 1) != '\n' || (peek_at(c, 2) != ' ' && peek_at(c, 2) != '\t'))
            return;
        take(c, 3);
    }
}

static void skip_blanks(struct cursor *c, enum tag_grammar grammar)
{
    if (grammar == TAGS_DKIM)
        skip_dkim_blanks(c);
    else
        skip_wsp(c);
}

/* ---- one tag ---- */

static struct slice take_name(struct cursor *c, enum tag_grammar grammar)
{
    int first = peek(c);

    if (first < 0 || !is_alpha((uint8_t)first))
        return (struct slice){ .at = NULL, .len = 0 };
    return take_while(c, grammar == TAGS_DKIM ? is_dkim_name : is_alpha);
}

/* tag-value = [ tval *( 1*(WSP / FWS) tval ) ]                    RFC 6376 3.2
 * dmarc-value = %x20-3A / %x3C-7E                                  RFC 9989 4.8
 * Blanks behind the last tval are left. */
static struct slice take_value(struct cursor *c, enum tag_grammar grammar)
{
    struct slice start = c->rest;
    size_t len = 0;

    for (;;) {
        if (take_while(c, is_valchar).len == 0)
            break;
        len = start.len - c->rest.len;
        skip_blanks(c, grammar);
    }
    return slice_first(start, len);
}

/* tag-spec = [FWS] tag-name [FWS] "=" [FWS] tag-value [FWS]       RFC 6376 3.2 */
static bool take_tag(struct cursor *c, enum tag_grammar grammar, struct tag *out)
{
    out->name = take_name(c, grammar);
    skip_blanks(c, grammar);
    expect(c, '=');
    skip_blanks(c, grammar);
    out->value = take_value(c, grammar);
    skip_blanks(c, grammar);
    if (c->bad || out->name.len == 0 || (!at_end(c) && peek(c) != ';'))
        return false;
    return grammar == TAGS_DKIM ? utf8_valid(out->value) : ascii_only(out->value);
}

/* ---- the list ---- */

struct tag_reader {
    enum tag_grammar grammar;
    struct slice text;
    struct tag found[TAGS_MAX];
    struct tag_list list;
};

static void complain(struct tag_reader *r, enum tag_problem problem, size_t at)
{
    if (r->list.problem != TAGS_GOOD)
        return;
    r->list.problem = problem;
    r->list.bad_at = at;
}

static bool is_known(const struct tag_reader *r, struct slice name)
{
    for (size_t i = 0; i < r->list.count; i++)
        if (slice_same(r->found[i].name, name))
            return true;
    return false;
}

/* One tag-spec, up to its ";". */
static void read_tag(struct tag_reader *r, struct slice spec, size_t at)
{
    struct cursor c = cursor_of(spec);
    struct tag tag = { .at = 0 };

    skip_blanks(&c, r->grammar);
    tag.at = at + (spec.len - c.rest.len);
    if (!take_tag(&c, r->grammar, &tag))
        complain(r, TAGS_SYNTAX, tag.at);
    else if (is_known(r, tag.name))
        complain(r, TAGS_DUPLICATE, tag.at);
    else if (r->list.count == TAGS_MAX)
        complain(r, TAGS_TOO_MANY, tag.at);
    else
        r->found[r->list.count++] = tag;
}

static bool is_blank(struct slice text, enum tag_grammar grammar)
{
    struct cursor c = cursor_of(text);

    skip_blanks(&c, grammar);
    return at_end(&c);
}

/* tag-list = tag-spec *( ";" tag-spec ) [ ";" ]; what stands behind the last ";" may be blank */
static void read_tags(struct tag_reader *r)
{
    size_t at = 0;

    do {
        struct slice rest = slice_from(r->text, at);
        size_t len = slice_find(rest, ';');

        read_tag(r, slice_first(rest, len), at);
        at += len + 1;
    } while (at < r->text.len && r->list.problem != TAGS_TOO_MANY && !is_blank(slice_from(r->text, at), r->grammar));
}

struct tag_list tag_list_parse(struct arena *arena, enum tag_grammar grammar, struct slice text)
{
    struct tag_reader reader = { .grammar = grammar, .text = text };
    struct tag *tags;

    read_tags(&reader);
    if (reader.list.count == 0)
        return reader.list;
    tags = ARENA_ARRAY(arena, reader.list.count, struct tag);
    if (tags == NULL)
        return (struct tag_list){ .problem = TAGS_NO_MEMORY };
    for (size_t i = 0; i < reader.list.count; i++)
        tags[i] = reader.found[i];
    reader.list.tags = tags;
    return reader.list;
}

const struct tag *tag_find(const struct tag_list *list, const char *name)
{
    struct slice wanted = slice_str(name);

    for (size_t i = 0; i < list->count; i++)
        if (slice_same(list->tags[i].name, wanted))
            return &list->tags[i];
    return NULL;
}
