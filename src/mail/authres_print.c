/* Writing Authentication-Results (RFC 8601 2.2), the only place that does; the contract is in authres.h. */
#include "mail/authres.h"

#include "mail/address.h"
#include "mail/authres_words.h"

/* Lines end before this column where a fold is possible (RFC 5322 2.1.1). */
#define LINE_OCTETS 78

/* ---- one value ---- */

static bool all_octets(struct slice text, bool (*is)(uint8_t))
{
    for (size_t i = 0; i < text.len; i++)
        if (!is(text.at[i]))
            return false;
    return text.len > 0;
}

/* One UTF-8 sequence as it is if it is harmless to look at, else its octets as \xHH. The backslash is doubled for the quotes. */
static size_t add_wide(struct text *t, struct slice rest)
{
    uint32_t code;
    size_t len = utf8_next(rest, &code);
    uint8_t buffer[32];
    struct text shown = text_fixed(buffer, sizeof buffer);
    struct slice sequence = slice_first(rest, len == 0 ? 1 : len);

    text_add_shown(&shown, sequence, true);
    if (slice_same(text_slice(&shown), sequence)) {
        text_add(t, sequence);
        return sequence.len;
    }
    for (size_t i = 0; i < sequence.len; i++)
        text_addf(t, "\\\\x%02x", sequence.at[i]);
    return sequence.len;
}

/* quoted-string; CR, LF, NUL and other controls become the four characters \xHH. */
static void add_quoted(struct text *t, struct slice value)
{
    text_add_octet(t, '"');
    for (size_t i = 0; i < value.len;) {
        uint8_t octet = value.at[i];

        if (!is_printable(octet)) {
            i += add_wide(t, slice_from(value, i));
            continue;
        }
        if (octet == '"' || octet == '\\')
            text_add_octet(t, '\\');
        text_add_octet(t, octet);
        i++;
    }
    text_add_octet(t, '"');
}

/* value = token / quoted-string */
static void add_value(struct text *t, struct slice value)
{
    if (all_octets(value, is_token_octet))
        text_add(t, value);
    else
        add_quoted(t, value);
}

/* qtext, and what may follow a backslash: printable, so that no fold and no control can be inside. */
static bool is_quoted_local_part(struct slice text)
{
    struct cursor c = cursor_of(text);
    struct slice inside;

    if (!all_octets(text, is_printable) || peek(&c) != '"')
        return false;
    inside = take_quoted(&c);
    return !c.bad && at_end(&c) && inside.len > 0;
}

/* [ [ local-part ] "@" ] domain-name: an identity that needs no quotes around the whole (RFC 8601 2.2). */
static bool is_identity(struct slice value)
{
    size_t at_sign = slice_find_last(value, '@');
    struct slice local = slice_first(value, at_sign), domain = slice_from(value, at_sign + 1);

    if (at_sign == value.len || domain.len == 0 || !name_is_hostname(domain))
        return false;
    return local.len == 0 || local_part_is_dot_atom(local, false) || is_quoted_local_part(local);
}

static void add_pvalue(struct text *t, struct slice value)
{
    if (is_identity(value))
        text_add(t, value);
    else
        add_value(t, value);
}

/* ---- folding ---- */

struct writer {
    struct text *out;
    struct text piece;           /* what will not be torn apart */
    size_t column;
    bool fold, bad;
};

/* Puts the piece behind a blank, or on a new line if it does not fit on this one. */
static void add_piece(struct writer *w)
{
    struct slice piece = text_slice(&w->piece);

    if (w->piece.bad)
        w->bad = true;
    if (w->fold && w->column > 1 && w->column + 1 + piece.len >= LINE_OCTETS) {
        text_add(w->out, SLICE("\r\n\t"));
        w->column = 1;
    } else {
        text_add_octet(w->out, ' ');
        w->column++;
    }
    text_add(w->out, piece);
    w->column += piece.len;
    text_reset(&w->piece);
}

/* ";" ends a result; the next one begins a line. */
static void add_semicolon(struct writer *w)
{
    text_add_octet(w->out, ';');
    w->column = w->fold ? LINE_OCTETS : w->column + 1;
}

static void add_keyword(struct writer *w, struct slice word)
{
    if (!all_octets(word, is_keyword_octet))
        w->bad = true;
    text_add(&w->piece, word);
}

/* ---- the field ---- */

static void add_method(struct writer *w, const struct authres_result *result)
{
    add_keyword(w, result->method);
    if (result->method_version != 1)
        text_addf(&w->piece, "/%u", result->method_version);
    text_add_octet(&w->piece, '=');
    add_keyword(w, result->result);
    add_piece(w);
}

/* The piece, unless it is too long for a line: then the reader is better off without it. */
static void add_piece_if_short(struct writer *w)
{
    if (w->piece.bad)
        text_reset(&w->piece);
    else
        add_piece(w);
}

static void add_reason(struct writer *w, struct slice reason)
{
    if (reason.len == 0)
        return;
    text_add_str(&w->piece, "reason=");
    add_value(&w->piece, reason);
    add_piece_if_short(w);
}

static void add_property(struct writer *w, const struct authres_property *property)
{
    add_keyword(w, property->ptype);
    text_add_octet(&w->piece, '.');
    add_keyword(w, property->name);
    text_add_octet(&w->piece, '=');
    add_pvalue(&w->piece, property->value);
    add_piece_if_short(w);
}

static void add_result(struct writer *w, const struct authres_result *result)
{
    add_semicolon(w);
    add_method(w, result);
    add_reason(w, result->reason);
    for (size_t i = 0; i < result->count; i++)
        add_property(w, &result->properties[i]);
}

bool authres_print(const struct authres *field, bool fold, struct text *out)
{
    uint8_t buffer[AUTHRES_PIECE_MAX];
    struct writer w = { .out = out, .piece = text_fixed(buffer, sizeof buffer), .fold = fold };
    size_t start = out->len;

    if (field->authserv_id.len == 0 || field->authserv_id.len > AUTHRES_PIECE_MAX / 5)
        return false;
    add_value(out, field->authserv_id);
    if (field->version != 1)
        text_addf(out, " %u", field->version);
    w.column = sizeof "Authentication-Results: " - 1 + (out->len - start);
    for (size_t i = 0; i < field->count; i++)
        add_result(&w, &field->results[i]);
    if (field->count == 0)
        text_add_str(out, "; none");
    return !w.bad && !out->bad;
}
