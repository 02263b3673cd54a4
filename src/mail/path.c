/* Reverse- and forward-paths (RFC 5321 4.1.2); the contract is in address.h. */
#include "mail/address.h"

#include "mail/lexer.h"

/* "<" and ">" around it, and blanks around those, are not part of a path. False: one of them is alone. */
static bool strip_brackets(struct slice *text)
{
    bool open, close;

    *text = slice_trim(*text, " \t");
    open = text->len > 0 && text->at[0] == '<';
    close = text->len > 0 && text->at[text->len - 1] == '>';
    if (open && close && text->len >= 2)
        *text = slice_first(slice_from(*text, 1), text->len - 2);
    return open == close;
}

/* What may stand in a host name as written; whether it is one, domain_normal decides. */
static bool is_domain_octet(uint8_t octet)
{
    return is_atext(octet) || octet == '.';
}

/* atext and dots anywhere, and single blanks: MTAs take more than a Dot-string, and the domain is beyond doubt. */
static bool is_local_octet(uint8_t octet)
{
    return is_atext(octet) || octet == '.' || octet == ' ';
}

static bool is_literal_octet(uint8_t octet)
{
    return octet > ' ' && octet < 0x7f && octet != '[' && octet != ']' && octet != '\\' && octet != '@';
}

/* Domain / address-literal                                         RFC 5321 4.1.2, 4.1.3 */
static struct slice take_host(struct cursor *c)
{
    struct slice start = c->rest;

    if (accept_octet(c, '[')) {
        take_while(c, is_literal_octet);
        expect(c, ']');
    } else if (take_while(c, is_domain_octet).len == 0) {
        c->bad = true;
    }
    return slice_first(start, start.len - c->rest.len);
}

/* A-d-l = At-domain *( "," At-domain ) ":"; "@host" alone is no route but a path without local part. */
static struct slice skip_source_route(struct cursor *c)
{
    struct cursor ahead = *c;
    struct slice first = { .at = NULL, .len = 0 };

    while (accept_octet(&ahead, '@')) {
        struct slice host = take_host(&ahead);

        if (first.len == 0)
            first = host;
        if (accept_octet(&ahead, ',') && peek(&ahead) != '@')
            ahead.bad = true;
    }
    if (peek(&ahead) != ':')
        return (struct slice){ .at = NULL, .len = 0 };
    accept_octet(&ahead, ':');
    *c = ahead;
    return first;
}

/* Local-part = Dot-string / Quoted-string                          RFC 5321 4.1.2 */
static struct slice take_local(struct arena *arena, struct cursor *c)
{
    struct slice inside;
    struct text t;

    if (peek(c) != '"')
        return take_while(c, is_local_octet);
    inside = take_quoted(c);
    t = text_in(arena, inside.len + 1);
    text_add_unquoted(&t, inside);
    return text_slice(&t);
}

static bool has_line_end(struct slice text)
{
    return slice_has(text, '\r') || slice_has(text, '\n') || slice_has(text, '\0');
}

bool path_parse(struct arena *arena, struct slice text, struct path *out)
{
    bool brackets_match = strip_brackets(&text);
    struct cursor c;
    struct path path = { .raw = text };
    struct slice route_first;

    *out = path;
    if (text.len == 0) {
        out->null = brackets_match;
        return brackets_match;
    }
    if (!brackets_match || has_line_end(text) || !utf8_valid(text))
        return false;
    c = cursor_of(text);
    route_first = skip_source_route(&c);
    path.local = take_local(arena, &c);
    expect(&c, '@');
    path.domain = take_host(&c);
    if (c.bad || !at_end(&c))
        return false;
    path.utf8 = !ascii_only(path.local) || !ascii_only(path.domain);
    domain_normal(arena, path.domain, &path.normal_domain);
    domain_normal(arena, route_first, &path.route_first);
    *out = path;
    return true;
}
