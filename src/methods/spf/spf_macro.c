#include "methods/spf/spf_macro.h"

#include "dns/name.h"

/* %x21-24 / %x26-7E, RFC 7208 7.1; in explanations SP too (6.2) */
static bool is_macro_literal(uint8_t octet)
{
    return octet > 0x20 && octet < 0x7f && octet != '%';
}

static bool is_explain_literal(uint8_t octet)
{
    return octet == ' ' || is_macro_literal(octet);
}

static bool is_delimiter(uint8_t octet)
{
    return slice_has(SLICE(".-+,/_="), octet);
}

/* macro-letter = "s" / "l" / "o" / "d" / "i" / "p" / "h" / "c" / "r" / "t" / "v" */
static bool is_macro_letter(uint8_t letter, enum spf_macro_use use)
{
    if (slice_has(SLICE("slodiphv"), letter))
        return true;
    /* 7.2: "c", "r" and "t" are allowed only in explanations. An unknown modifier's value never expands: its grammar is all there is. */
    return use != SPF_USE_DOMAIN && slice_has(SLICE("crt"), letter);
}

/* transformers = *DIGIT [ "r" ]; 7.3: a number of parts must not be zero. More than we ever split is "all". */
static void take_transformers(struct cursor *c, struct spf_macro *out)
{
    struct slice digits = take_while(c, is_digit);
    if (digits.len > 0) {
        for (size_t i = 0; i < digits.len && out->parts < SPF_MACRO_PARTS_MAX; i++)
            out->parts = out->parts * 10 + (digits.at[i] - '0');
        if (out->parts == 0)
            c->bad = true;
    }
    out->reverse = accept_octet(c, 'r') || accept_octet(c, 'R');
}

/* "%{" macro-letter transformers *delimiter "}" */
static void take_macro(struct cursor *c, enum spf_macro_use use, struct spf_macro *out)
{
    uint8_t written = take_octet(c);
    *out = (struct spf_macro){ .letter = to_lower(written) };
    out->escape = out->letter != written;
    if (!is_macro_letter(out->letter, use))
        c->bad = true;
    take_transformers(c, out);
    out->delimiters = take_while(c, is_delimiter);
    expect(c, '}');
}

/* macro-expand = ( "%{" ... "}" ) / "%%" / "%_" / "%-" */
static void take_expand(struct cursor *c, enum spf_macro_use use, struct spf_piece *out)
{
    out->expands = true;
    if (accept_octet(c, '{')) {
        out->is_macro = true;
        take_macro(c, use, &out->macro);
    } else if (accept_octet(c, '%')) {
        out->literal = SLICE("%");
    } else if (accept_octet(c, '_')) {
        out->literal = SLICE(" ");
    } else if (accept_octet(c, '-')) {
        out->literal = SLICE("%20");
    } else {
        c->bad = true;
    }
}

bool spf_piece_take(struct cursor *c, enum spf_macro_use use, struct spf_piece *out)
{
    *out = (struct spf_piece){ 0 };
    if (at_end(c))
        return false;
    if (accept_octet(c, '%')) {
        take_expand(c, use, out);
    } else {
        out->literal = take_while(c, use == SPF_USE_TEXT ? is_explain_literal : is_macro_literal);
        if (out->literal.len == 0)
            c->bad = true;
    }
    return !c->bad;
}

bool spf_macro_check(struct slice string, enum spf_macro_use use, struct spf_macro_facts *out)
{
    struct cursor c = cursor_of(string);
    struct spf_piece piece;
    *out = (struct spf_macro_facts){ 0 };
    while (spf_piece_take(&c, use, &piece)) {
        if (!piece.expands)
            continue;
        out->macros = true;
        out->tail = string.len - c.rest.len;
        if (!piece.is_macro)
            continue;
        out->local_part = out->local_part || piece.macro.letter == 's' || piece.macro.letter == 'l';
        out->host_name = out->host_name || piece.macro.letter == 'p';
    }
    return !c.bad;
}

/* ---- expanding ---- */

/* unreserved = ALPHA / DIGIT / "-" / "." / "_" / "~"     RFC 3986 2.3 */
static bool is_unreserved(uint8_t octet)
{
    return is_alnum(octet) || slice_has(SLICE("-._~"), octet);
}

static void add_escaped(struct text *out, struct slice value)
{
    for (size_t i = 0; i < value.len; i++) {
        if (is_unreserved(value.at[i]))
            text_add_octet(out, value.at[i]);
        else
            text_addf(out, "%%%02X", (unsigned)value.at[i]);
    }
}

static void add_value(struct text *out, const struct spf_macro *m, struct slice value)
{
    if (m->escape)
        add_escaped(out, value);
    else
        text_add(out, value);
}

/* Splits at each delimiter; false when there are more parts than we hold. */
static bool split(struct slice value, struct slice delimiters, struct slice parts[SPF_MACRO_PARTS_MAX], unsigned *count)
{
    *count = 0;
    size_t start = 0;
    for (size_t i = 0; i <= value.len; i++) {
        if (i < value.len && !slice_has(delimiters, value.at[i]))
            continue;
        if (*count == SPF_MACRO_PARTS_MAX)
            return false;
        parts[(*count)++] = slice_first(slice_from(value, start), i - start);
        start = i + 1;
    }
    return true;
}

/* 7.3: split on the delimiters, reverse, keep right-hand parts, join with dots; then escape. */
static void add_transformed(struct text *out, const struct spf_macro *m, struct slice value)
{
    struct slice parts[SPF_MACRO_PARTS_MAX];
    unsigned count;
    if (!split(value, m->delimiters.len > 0 ? m->delimiters : SLICE("."), parts, &count)) {
        out->bad = true;
        return;
    }
    unsigned first = m->parts > 0 && m->parts < count ? count - m->parts : 0;
    for (unsigned i = first; i < count; i++) {
        if (i > first)
            text_add_octet(out, '.');
        add_value(out, m, parts[m->reverse ? count - 1 - i : i]);
    }
}

static void add_macro(struct text *out, const struct spf_macro *m, const struct spf_macro_values *values)
{
    struct slice value = values->of[m->letter - 'a'];
    if (m->reverse || m->parts > 0 || m->delimiters.len > 0)
        add_transformed(out, m, value);
    else
        add_value(out, m, value);
}

void spf_macro_expand(struct slice string, enum spf_macro_use use, const struct spf_macro_values *values, struct text *out)
{
    struct cursor c = cursor_of(string);
    struct spf_piece piece;
    while (!out->bad && spf_piece_take(&c, use, &piece)) {
        if (piece.is_macro)
            add_macro(out, &piece.macro, values);
        else
            text_add(out, piece.literal);
    }
    if (c.bad)
        out->bad = true;
}

struct slice spf_name_shortened(struct slice name)
{
    struct slice label;
    name = name_undotted(name);
    while (name.len > NAME_TEXT_MAX && slice_cut(name, '.', &label, &name))
        ;
    return name;
}
