#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* ---- building ---- */

#define TEXT_FIRST ((size_t)64)   /* first buffer in an arena */

struct text text_in(struct arena *arena, size_t limit_octets)
{
    return (struct text){ .arena = arena, .at = NULL, .len = 0, .cap = 0, .limit = limit_octets, .bad = false };
}

struct text text_fixed(void *buffer, size_t octets)
{
    return (struct text){
        .arena = NULL, .at = buffer, .len = 0, .cap = octets, .limit = octets, .bad = false
    };
}

/* Twice the room, or what is needed if that is more, never beyond the limit. */
static size_t next_cap(const struct text *t, size_t need)
{
    size_t cap = t->cap > t->limit / 2 ? t->limit : t->cap * 2;

    if (cap < TEXT_FIRST)
        cap = TEXT_FIRST;
    if (cap < need)
        cap = need;
    return cap > t->limit ? t->limit : cap;
}

/* Room for count more octets, counted as written; NULL, and bad, if there is none. */
static uint8_t *reserve(struct text *t, size_t count)
{
    uint8_t *to;

    if (t->bad || count > t->limit - t->len) {
        t->bad = true;
        return NULL;
    }
    if (count > t->cap - t->len) {
        size_t cap = next_cap(t, t->len + count);
        uint8_t *larger = arena_grow(t->arena, t->at, t->cap, cap);

        if (larger == NULL) {
            t->bad = true;
            return NULL;
        }
        t->at = larger;
        t->cap = cap;
    }
    to = t->at + t->len;
    t->len += count;
    return to;
}

void text_add(struct text *t, struct slice s)
{
    uint8_t *to;

    if (s.len == 0)
        return;
    to = reserve(t, s.len);
    if (to != NULL)
        memcpy(to, s.at, s.len);
}

void text_add_str(struct text *t, const char *text)
{
    text_add(t, slice_str(text));
}

void text_add_octet(struct text *t, uint8_t octet)
{
    uint8_t *to = reserve(t, 1);

    if (to != NULL)
        *to = octet;
}

/* What does not fit the buffer on the stack goes through memory of its own, for vsnprintf's NUL. */
PRINTF_LIKE(3, 0)
static void add_long_format(struct text *t, size_t len, const char *format, va_list args)
{
    char *buffer;

    if (t->bad || len > t->limit - t->len) {
        t->bad = true;
        return;
    }
    buffer = mem_alloc(len + 1);
    if (buffer == NULL || vsnprintf(buffer, len + 1, format, args) != (int)len)
        t->bad = true;
    else
        text_add(t, slice_of(buffer, len));
    mem_free(buffer);
}

void text_addf(struct text *t, const char *format, ...)
{
    char buffer[256];
    va_list args, again;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(buffer, sizeof buffer, format, args);
    if (len < 0)
        t->bad = true;
    else if ((size_t)len < sizeof buffer)
        text_add(t, slice_of(buffer, (size_t)len));
    else
        add_long_format(t, (size_t)len, format, again);
    va_end(again);
    va_end(args);
}

void text_add_lower(struct text *t, struct slice s)
{
    uint8_t *to;

    if (s.len == 0)
        return;
    to = reserve(t, s.len);
    for (size_t i = 0; to != NULL && i < s.len; i++)
        to[i] = to_lower(s.at[i]);
}

struct slice text_slice(const struct text *t)
{
    return t->bad ? slice_of(NULL, 0) : slice_of(t->at, t->len);
}

void text_reset(struct text *t)
{
    t->len = 0;
    t->bad = false;
}

/* ---- UTF-8 ---- */

/* UTF8-2, UTF8-3, UTF8-4 of RFC 3629 section 4: first octet, and the range of the second. */
static const struct {
    uint8_t first_min, first_max, second_min, second_max, len, first_bits;
} utf8_forms[] = {
    { 0xc2, 0xdf, 0x80, 0xbf, 2, 0x1f },
    { 0xe0, 0xe0, 0xa0, 0xbf, 3, 0x0f },   /* below: overlong */
    { 0xe1, 0xec, 0x80, 0xbf, 3, 0x0f },
    { 0xed, 0xed, 0x80, 0x9f, 3, 0x0f },   /* above: surrogates */
    { 0xee, 0xef, 0x80, 0xbf, 3, 0x0f },
    { 0xf0, 0xf0, 0x90, 0xbf, 4, 0x07 },   /* below: overlong */
    { 0xf1, 0xf3, 0x80, 0xbf, 4, 0x07 },
    { 0xf4, 0xf4, 0x80, 0x8f, 4, 0x07 },   /* above: beyond U+10FFFF */
};

/* UTF8-tail = %x80-BF */
static bool is_tail(uint8_t octet)
{
    return (octet & 0xc0) == 0x80;
}

/* A sequence of the given form's length and tail; its first octet is known to fit the form. */
static size_t read_sequence(struct slice s, size_t form, uint32_t *code)
{
    size_t len = utf8_forms[form].len;
    uint32_t value = s.at[0] & utf8_forms[form].first_bits;

    if (s.len < len || s.at[1] < utf8_forms[form].second_min || s.at[1] > utf8_forms[form].second_max)
        return 0;
    for (size_t i = 1; i < len; i++) {
        if (!is_tail(s.at[i]))
            return 0;
        value = value << 6 | (s.at[i] & 0x3fU);
    }
    *code = value;
    return len;
}

size_t utf8_next(struct slice s, uint32_t *code)
{
    *code = 0;
    if (s.len == 0)
        return 0;
    if (s.at[0] < 0x80) {
        *code = s.at[0];
        return 1;
    }
    for (size_t i = 0; i < COUNT_OF(utf8_forms); i++)
        if (s.at[0] >= utf8_forms[i].first_min && s.at[0] <= utf8_forms[i].first_max)
            return read_sequence(s, i, code);
    return 0;
}

bool utf8_valid(struct slice s)
{
    uint32_t code;

    while (s.len > 0) {
        size_t len = utf8_next(s, &code);

        if (len == 0)
            return false;
        s = slice_from(s, len);
    }
    return true;
}

bool ascii_only(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] >= 0x80)
            return false;
    return true;
}

/* ---- showing ---- */

#define SHOWN_MOST ((size_t)1024)   /* octets of input (threats.md T32) */

/* Code points from U+0080 up that are not to be seen, or change how others are seen. Sorted. */
static const struct { uint32_t from, to; } unseen[] = {
    { 0x0080, 0x009f },     /* C1 */
    { 0x00ad, 0x00ad },     /* soft hyphen */
    { 0x034f, 0x034f },     /* combining grapheme joiner */
    { 0x061c, 0x061c },     /* Arabic letter mark (bidi) */
    { 0x115f, 0x1160 },     /* Hangul fillers */
    { 0x17b4, 0x17b5 },     /* Khmer inherent vowels */
    { 0x180b, 0x180f },     /* Mongolian selectors and vowel separator */
    { 0x200b, 0x200f },     /* zero width characters, bidi marks */
    { 0x2028, 0x202e },     /* line and paragraph separators, bidi embeddings and overrides */
    { 0x2060, 0x206f },     /* word joiner, invisible operators, bidi isolates */
    { 0x3164, 0x3164 },     /* Hangul filler */
    { 0xe000, 0xf8ff },     /* private use */
    { 0xfdd0, 0xfdef },     /* noncharacters */
    { 0xfe00, 0xfe0f },     /* variation selectors */
    { 0xfeff, 0xfeff },     /* zero width no-break space */
    { 0xffa0, 0xffa0 },     /* halfwidth Hangul filler */
    { 0xfff0, 0xfffb },     /* unassigned, interlinear annotation */
    { 0xfffe, 0xffff },     /* noncharacters */
    { 0x1bca0, 0x1bca3 },   /* shorthand format controls */
    { 0x1d173, 0x1d17a },   /* musical format controls */
    { 0x1fffe, 0x1ffff },
    { 0x2fffe, 0x2ffff },
    { 0x3fffe, 0x10ffff },  /* noncharacters, unassigned planes, tags, selectors, private use */
};

bool code_unseen(uint32_t code)
{
    for (size_t i = 0; i < COUNT_OF(unseen) && unseen[i].from <= code; i++)
        if (code <= unseen[i].to)
            return true;
    return false;
}

/* Length of the UTF-8 character beyond ASCII at the start that may be shown as it is, else 0. */
static size_t showable(struct slice s)
{
    uint32_t code;
    size_t len = utf8_next(s, &code);

    return len > 1 && !code_unseen(code) ? len : 0;
}

static void add_one_shown(struct text *t, uint8_t octet)
{
    if (octet == '\\')
        text_add(t, SLICE("\\\\"));
    else if (is_printable(octet))
        text_add_octet(t, octet);
    else
        text_addf(t, "\\x%02x", octet);
}

void text_add_shown(struct text *t, struct slice s, bool utf8)
{
    size_t at = 0, most = s.len < SHOWN_MOST ? s.len : SHOWN_MOST;

    while (at < most) {
        size_t len = utf8 ? showable(slice_from(s, at)) : 0;

        if (at + len > most)   /* would be cut in two */
            break;
        if (len == 0)
            add_one_shown(t, s.at[at++]);
        else
            text_add(t, slice_first(slice_from(s, at), len));
        at += len;
    }
    if (at < s.len)
        text_add(t, SLICE("..."));
}

struct slice slice_shown(struct arena *arena, struct slice s, bool utf8)
{
    struct text t = text_in(arena, SHOWN_MOST * sizeof "\\xHH");   /* the dots go where the NULs were */

    text_add_shown(&t, s, utf8);
    return text_slice(&t);
}

/* ---- HTML ---- */

static void add_one_html(struct text *t, uint8_t octet)
{
    switch (octet) {
    case '&': text_add(t, SLICE("&amp;")); break;
    case '<': text_add(t, SLICE("&lt;")); break;
    case '>': text_add(t, SLICE("&gt;")); break;
    case '"': text_add(t, SLICE("&quot;")); break;
    case '\'': text_add(t, SLICE("&#39;")); break;
    case '\\': text_add_octet(t, octet); break;      /* most is shown-escaped already */
    default: add_one_shown(t, octet);
    }
}

void text_add_html(struct text *t, struct slice s)
{
    size_t at = 0, most = s.len < SHOWN_MOST ? s.len : SHOWN_MOST;

    while (at < most) {
        size_t len = showable(slice_from(s, at));

        if (at + len > most)   /* would be cut in two */
            break;
        if (len == 0)
            add_one_html(t, s.at[at++]);
        else
            text_add(t, slice_first(slice_from(s, at), len));
        at += len;
    }
    if (at < s.len)
        text_add(t, SLICE("..."));
}
