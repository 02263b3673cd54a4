#include "canon.h"

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* 3.4.2: lower-case name, no blanks around the colon, unfolded, runs of blanks become one SP, none at the end. */
static void relaxed_field(struct buf *out, struct bytes field)
{
    size_t colon = find(field, ':');
    struct bytes name = trim(part(field, 0, colon));
    for (size_t i = 0; i < name.len; i++)
        buf_byte(out, name.at[i] >= 'A' && name.at[i] <= 'Z' ? (uint8_t)(name.at[i] + 32) : name.at[i]);
    buf_byte(out, ':');
    struct bytes value = trim(part(field, colon < field.len ? colon + 1 : colon, field.len));
    bool blank = false;
    for (size_t i = 0; i < value.len; i++) {
        uint8_t c = value.at[i];
        if (c == '\r' || c == '\n')
            continue;
        if (is_blank(c)) {
            blank = true;
            continue;
        }
        if (blank)
            buf_byte(out, ' ');
        blank = false;
        buf_byte(out, c);
    }
}

void canon_field(struct buf *out, struct bytes field, bool relaxed)
{
    if (relaxed)
        relaxed_field(out, field);
    else
        buf_bytes(out, field);
}

/* 3.4.4 a: blanks at the end of a line go, other runs become one SP. */
static void relaxed_line(struct buf *out, struct bytes line)
{
    bool blank = false;
    for (size_t i = 0; i < line.len; i++) {
        if (is_blank(line.at[i])) {
            blank = true;
            continue;
        }
        if (blank)
            buf_byte(out, ' ');
        blank = false;
        buf_byte(out, line.at[i]);
    }
}

void canon_body(struct buf *out, struct bytes body, bool relaxed)
{
    size_t start = out->len, kept = out->len;         /* kept: the end of the last line with something in it */
    while (body.len) {
        struct bytes line = cut(&body, '\n');
        if (line.len && line.at[line.len - 1] == '\r')
            line.len--;
        size_t before = out->len;
        if (relaxed)
            relaxed_line(out, line);
        else
            buf_bytes(out, line);
        bool empty = out->len == before;
        buf_text(out, "\r\n");
        if (!empty)
            kept = out->len;
    }
    out->len = kept;
    /* 3.4.3: an empty body becomes one CRLF; 3.4.4 b: the relaxed one stays empty. */
    if (!relaxed && out->len == start)
        buf_text(out, "\r\n");
}
