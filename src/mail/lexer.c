#include "mail/lexer.h"

static void fail(struct cursor *c)
{
    c->bad = true;
}

/* CRLF with a blank behind it. */
static bool at_fold(const struct cursor *c)
{
    return peek(c) == '\r' && peek_at(c, 1) == '\n' && (peek_at(c, 2) == ' ' || peek_at(c, 2) == '\t');
}

void skip_folds(struct cursor *c)
{
    for (;;) {
        skip_wsp(c);
        if (!at_fold(c))
            return;
        take(c, 3);
    }
}

static bool is_atext_special(uint8_t octet)
{
    switch (octet) {
    case '!': case '#': case '$': case '%': case '&': case '\'': case '*': case '+': case '-': case '/':
    case '=': case '?': case '^': case '_': case '`': case '{': case '|': case '}': case '~':
        return true;
    default:
        return false;
    }
}

bool is_atext(uint8_t octet)
{
    return is_alnum(octet) || octet >= 0x80 || is_atext_special(octet);
}

/* What no comment or quoted string may hold as it is, and no backslash makes good. */
static bool is_forbidden(int octet)
{
    return octet < 0 || octet == '\0' || octet == '\r' || octet == '\n';
}

/* One octet, quoted pair or fold inside a comment or quoted string. */
static void take_inner(struct cursor *c)
{
    if (at_fold(c)) {
        take(c, 3);
        return;
    }
    if (peek(c) == '\\')
        take_octet(c);
    if (is_forbidden(peek(c)))
        fail(c);
    else
        take_octet(c);
}

/* comment = "(" *([FWS] ccontent) [FWS] ")"                       RFC 5322 3.2.2, nested by counting */
static void skip_comment(struct cursor *c)
{
    unsigned depth = 0;

    do {
        if (accept_octet(c, '(')) {
            if (++depth > COMMENT_DEPTH_MAX)
                fail(c);
        } else if (accept_octet(c, ')')) {
            depth--;
        } else {
            take_inner(c);
        }
    } while (depth > 0 && !c->bad);
}

bool skip_cfws(struct cursor *c)
{
    size_t before = c->rest.len;

    for (;;) {
        skip_folds(c);
        if (peek(c) != '(')
            return c->rest.len < before;
        skip_comment(c);
    }
}

/* quoted-string = DQUOTE *([FWS] qcontent) [FWS] DQUOTE           RFC 5322 3.2.4 */
struct slice take_quoted(struct cursor *c)
{
    struct slice start;

    expect(c, '"');
    start = c->rest;
    while (!c->bad && peek(c) != '"')
        take_inner(c);
    start = slice_first(start, start.len - c->rest.len);
    expect(c, '"');
    return start;
}

void text_add_unquoted(struct text *t, struct slice inside)
{
    struct cursor c = cursor_of(inside);

    while (!at_end(&c)) {
        if (at_fold(&c))
            take(&c, 2);
        else
            accept_octet(&c, '\\');
        text_add_octet(t, take_octet(&c));
    }
}
