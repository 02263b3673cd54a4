#include "frontend/milter/milter_wire.h"

#include <string.h>

#include "base/text.h"

#define LENGTH_OCTETS 4
#define REPLY_LINE_MAX 400        /* of text; with code and enhanced code below RFC 5321 4.5.3.1.5's 512 */
#define REPLY_TEXT_MAX 4000

/* ---- frames in ---- */

static uint32_t number_at(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool is_streamed(uint8_t command)
{
    return command == MILTER_BODY || command == MILTER_END;
}

static bool length_good(struct milter_decoder *d, uint32_t length)
{
    if (length == 0)
        d->bad = "a frame of length 0";
    else if (length > MILTER_FRAME_MAX)
        d->bad = "a frame of more than 1 MiB";
    return !d->bad;
}

static bool count_collected(struct milter_decoder *d, size_t octets)
{
    d->collected += octets;
    if (d->collected > MILTER_COLLECTED_MAX)
        d->bad = "more than 64 MiB of commands and header fields";
    return !d->bad;
}

static struct slice advance(struct slice *octets, size_t count)
{
    struct slice taken = slice_first(*octets, count);
    *octets = slice_from(*octets, taken.len);
    return taken;
}

/* The next piece of a body, whatever there is of it. */
static bool stream_piece(struct milter_decoder *d, struct slice *octets, struct milter_frame *f)
{
    if (octets->len == 0 && d->left > 0)
        return false;
    struct slice piece = advance(octets, d->left);
    d->left -= piece.len;
    *f = (struct milter_frame){ .command = d->streaming, .data = piece, .last = d->left == 0 };
    if (f->last)
        d->streaming = 0;
    return true;
}

static bool stream_begin(struct milter_decoder *d, uint8_t command, uint32_t length, struct slice *octets, struct milter_frame *f)
{
    d->streaming = command;
    d->left = length - 1;
    return stream_piece(d, octets, f);
}

/* A frame that lies whole in front of us, or a body that begins there: nothing is copied. *partly: neither. */
static bool next_in_place(struct milter_decoder *d, struct slice *octets, struct milter_frame *f, bool *partly)
{
    uint32_t length = number_at(octets->at);
    uint8_t command = octets->at[LENGTH_OCTETS];
    *partly = false;
    if (!length_good(d, length))
        return false;
    if (is_streamed(command)) {
        advance(octets, LENGTH_OCTETS + 1);
        return stream_begin(d, command, length, octets, f);
    }
    if (octets->len - LENGTH_OCTETS < length) {
        *partly = true;
        return false;
    }
    struct slice whole = advance(octets, LENGTH_OCTETS + (size_t)length);
    *f = (struct milter_frame){ .command = command, .data = slice_from(whole, LENGTH_OCTETS + 1), .last = true };
    return count_collected(d, whole.len);
}

static bool collect(struct milter_decoder *d, struct slice *octets, size_t until)
{
    size_t have = buffer_slice(&d->frame).len;
    if (have >= until)
        return true;
    if (!buffer_reserve(d->buffers, &d->frame, until)
        || !buffer_add(d->buffers, &d->frame, advance(octets, until - have))) {
        d->bad = "no memory";
        return false;
    }
    return buffer_slice(&d->frame).len == until;
}

static bool next_collected(struct milter_decoder *d, struct slice *octets, struct milter_frame *f)
{
    if (!collect(d, octets, LENGTH_OCTETS + 1))
        return false;
    const uint8_t *head = buffer_slice(&d->frame).at;
    uint32_t length = number_at(head);
    uint8_t command = head[LENGTH_OCTETS];
    if (!length_good(d, length))
        return false;
    if (is_streamed(command)) {
        buffer_clear(d->buffers, &d->frame);
        return stream_begin(d, command, length, octets, f);
    }
    if (!collect(d, octets, LENGTH_OCTETS + (size_t)length))
        return false;
    struct slice whole = buffer_slice(&d->frame);
    *f = (struct milter_frame){ .command = command, .data = slice_from(whole, LENGTH_OCTETS + 1), .last = true };
    d->handed = true;
    return count_collected(d, whole.len);
}

bool milter_next(struct milter_decoder *d, struct slice *octets, struct milter_frame *f)
{
    if (d->handed) {
        buffer_clear(d->buffers, &d->frame);
        d->handed = false;
    }
    if (d->bad)
        return false;
    if (d->streaming)
        return stream_piece(d, octets, f);
    if (buffer_slice(&d->frame).len == 0 && octets->len > LENGTH_OCTETS) {
        bool partly;
        bool got = next_in_place(d, octets, f, &partly);
        if (!partly)
            return got;
    }
    return octets->len > 0 && next_collected(d, octets, f);
}

bool milter_in_frame(const struct milter_decoder *d)
{
    return d->streaming != 0 || (!d->handed && buffer_slice(&d->frame).len > 0);
}

void milter_decoder_clear(struct milter_decoder *d)
{
    buffer_clear(d->buffers, &d->frame);
    *d = (struct milter_decoder){ .buffers = d->buffers };
}

/* ---- what is in them ---- */

bool milter_read_negotiation(struct slice data, struct milter_negotiation *out)
{
    struct cursor c = cursor_of(data);
    out->version = take_u32(&c);
    out->actions = take_u32(&c);
    out->protocol = take_u32(&c);
    return !c.bad;
}

/* A string and its NUL. */
static struct slice take_string(struct cursor *c)
{
    struct slice s = take_until(c, '\0');
    expect(c, '\0');
    return c->bad ? (struct slice){ 0 } : s;
}

static void read_address(struct slice text, uint8_t family, struct ip *out)
{
    *out = (struct ip){ 0 };
    if (slice_starts_nocase(text, SLICE("IPv6:")))          /* as Sendmail writes it */
        text = slice_from(text, sizeof "IPv6:" - 1);
    if (family == '4')
        ip4_parse(text, out);
    else if (family == '6')
        ip_parse(text, out);
}

bool milter_read_connection(struct slice data, struct milter_connection *out)
{
    struct cursor c = cursor_of(data);
    *out = (struct milter_connection){ .host = take_string(&c) };
    out->family = take_octet(&c);
    if (c.bad)
        return false;
    if (out->family == 'U')
        return true;
    out->port = take_u16(&c);
    struct slice address = take_string(&c);
    if (c.bad || (out->family != '4' && out->family != '6' && out->family != 'L'))
        return false;
    read_address(address, out->family, &out->ip);
    return true;
}

bool milter_read_strings(struct slice data, struct milter_strings *out)
{
    struct cursor c = cursor_of(data);
    out->count = 0;
    while (!at_end(&c)) {
        struct slice s = take_string(&c);
        if (!c.bad && out->count < MILTER_STRINGS_MAX)
            out->at[out->count++] = s;
    }
    return !c.bad;
}

bool milter_read_macros(struct slice data, uint8_t *command, struct milter_strings *out)
{
    struct cursor c = cursor_of(data);
    *command = take_octet(&c);
    if (c.bad || !milter_read_strings(c.rest, out))
        return false;
    out->count -= out->count % 2;
    return true;
}

struct slice milter_macro(const struct milter_strings *s, struct slice name)
{
    for (size_t i = 0; i + 1 < s->count; i += 2) {
        struct slice n = s->at[i];
        if (n.len > 2 && n.at[0] == '{' && n.at[n.len - 1] == '}')
            n = slice_of(n.at + 1, n.len - 2);
        if (slice_same(n, name))
            return s->at[i + 1];
    }
    return (struct slice){ 0 };
}

bool milter_read_header(struct slice data, struct slice *name, struct slice *value)
{
    struct cursor c = cursor_of(data);
    *name = take_string(&c);
    *value = take_string(&c);
    return !c.bad && at_end(&c) && name->len > 0;
}

/* ---- frames out ---- */

/* A frame whose data are n octets that the caller puts at *data. */
static bool frame_begin(struct buffers *b, struct buffer *out, uint8_t answer, size_t n, uint8_t **data)
{
    size_t length = n + 1;
    if (length > MILTER_FRAME_MAX || !buffer_reserve(b, out, buffer_slice(out).len + LENGTH_OCTETS + length))
        return false;
    uint8_t *at = out->at + out->len;
    at[0] = (uint8_t)(length >> 24);
    at[1] = (uint8_t)(length >> 16);
    at[2] = (uint8_t)(length >> 8);
    at[3] = (uint8_t)length;
    at[LENGTH_OCTETS] = answer;
    *data = at + LENGTH_OCTETS + 1;
    out->len += LENGTH_OCTETS + length;
    return true;
}

static uint8_t *add(uint8_t *at, struct slice s)
{
    if (s.len)
        memcpy(at, s.at, s.len);
    return at + s.len;
}

static uint8_t *add_number(uint8_t *at, uint32_t n)
{
    uint8_t octets[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };
    return add(at, slice_of(octets, sizeof octets));
}

bool milter_put(struct buffers *b, struct buffer *out, uint8_t answer, struct slice data)
{
    uint8_t *at;
    if (!frame_begin(b, out, answer, data.len, &at))
        return false;
    add(at, data);
    return true;
}

bool milter_put_negotiation(struct buffers *b, struct buffer *out, const struct milter_negotiation *n, const struct milter_macro_list *lists, size_t count)
{
    size_t octets = 12;
    uint8_t *at;
    for (size_t i = 0; i < count; i++)
        octets += 4 + strlen(lists[i].names) + 1;
    if (!frame_begin(b, out, MILTER_NEGOTIATE, octets, &at))
        return false;
    at = add_number(at, n->version);
    at = add_number(at, n->actions);
    at = add_number(at, n->protocol);
    for (size_t i = 0; i < count; i++)
        at = add(add_number(at, lists[i].stage), slice_of(lists[i].names, strlen(lists[i].names) + 1));
    return true;
}

static bool has_crlf_at(struct slice s, size_t i)
{
    return s.at[i] == '\r' && i + 1 < s.len && s.at[i + 1] == '\n';
}

bool milter_put_insert(struct buffers *b, struct buffer *out, uint32_t index, struct slice name, struct slice value)
{
    size_t folds = 0;
    uint8_t *at;
    for (size_t i = 0; i < value.len; i++)
        folds += has_crlf_at(value, i);
    if (!frame_begin(b, out, MILTER_INSERT, 4 + name.len + 1 + value.len - folds + 1, &at))
        return false;
    at = add(add_number(at, index), name);
    *at++ = '\0';
    for (size_t i = 0; i < value.len; i++)
        if (!has_crlf_at(value, i))
            *at++ = value.at[i];
    *at = '\0';
    return true;
}

bool milter_put_delete(struct buffers *b, struct buffer *out, uint32_t nth, struct slice name)
{
    uint8_t *at;
    if (!frame_begin(b, out, MILTER_CHANGE, 4 + name.len + 2, &at))
        return false;
    at = add(add_number(at, nth), name);
    at[0] = at[1] = '\0';                       /* the name's end, and an empty value: take it away */
    return true;
}

bool milter_put_hold(struct buffers *b, struct buffer *out, struct slice reason)
{
    uint8_t *at;
    if (!frame_begin(b, out, MILTER_HOLD, reason.len + 1, &at))
        return false;
    *add(at, reason) = '\0';
    return true;
}

/* How much of the text goes on this line: up to its last blank within the bound. */
static size_t line_length(struct slice text)
{
    if (text.len <= REPLY_LINE_MAX)
        return text.len;
    for (size_t n = REPLY_LINE_MAX; n > REPLY_LINE_MAX / 2; n--)
        if (text.at[n] == ' ')
            return n;
    return REPLY_LINE_MAX;
}

static void add_reply_text(struct text *t, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        uint8_t octet = text.at[i];
        text_add_octet(t, is_printable(octet) ? octet : '?');
        if (octet == '%')
            text_add_octet(t, '%');
    }
}

bool milter_put_reply(struct buffers *b, struct buffer *out, unsigned code, struct slice enhanced, struct slice words)
{
    uint8_t room[REPLY_TEXT_MAX * 3];
    struct text t = text_fixed(room, sizeof room);
    words = slice_first(slice_trim(words, " "), REPLY_TEXT_MAX);
    do {
        size_t n = line_length(words);
        struct slice rest = slice_trim(slice_from(words, n), " ");
        text_addf(&t, "%03u%c", code, rest.len ? '-' : ' ');
        add_reply_text(&t, enhanced);
        text_add_str(&t, " ");
        add_reply_text(&t, slice_first(words, n));
        if (rest.len)
            text_add_str(&t, "\r\n");
        words = rest;
    } while (words.len > 0);
    text_add_octet(&t, '\0');
    return !t.bad && milter_put(b, out, MILTER_REPLY, text_slice(&t));
}
