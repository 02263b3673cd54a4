/* Splitting a stream into header fields and body; the contract is in message.h. */
#include "mail/message.h"

#include <string.h>

/* One octet more than a header may have: what is longer is cut here and refused by message_add. */
#define KEPT_MAX (MESSAGE_HEADER_OCTETS_MAX + 1)
#define KEPT_FIRST 4096

enum place {
    AT_LINE_START,      /* in the header; the next octet says whether the pending field goes on */
    AT_LINE_START_CR,   /* the same, behind a CR that may begin the empty line */
    IN_LINE,
    IN_BODY
};

struct splitter {
    struct arena *arena;
    struct splitter_sink sink;
    bool lf_is_crlf;
    bool failed;
    bool after_cr;                /* the octet before was CR (body, for lf_is_crlf) */
    enum place place;
    uint8_t *kept;                /* the pending field, its line ends included */
    size_t len, cap;
    bool any;                     /* a pending field is there */
};

struct splitter *splitter_new(struct arena *arena, const struct splitter_sink *sink, bool lf_is_crlf)
{
    struct splitter *s = ARENA_NEW(arena, struct splitter);

    if (s != NULL)
        *s = (struct splitter){ .arena = arena, .sink = *sink, .lf_is_crlf = lf_is_crlf, .place = AT_LINE_START };
    return s;
}

bool splitter_failed(const struct splitter *s)
{
    return s->failed;
}

/* ---- the pending field ---- */

static bool make_room(struct splitter *s, size_t wanted)
{
    size_t cap = s->cap == 0 ? KEPT_FIRST : s->cap;
    uint8_t *larger;

    if (wanted <= s->cap)
        return true;
    while (cap < wanted)
        cap *= 2;
    larger = arena_grow(s->arena, s->kept, s->cap, cap);
    if (larger == NULL) {
        s->failed = true;
        return false;
    }
    s->kept = larger;
    s->cap = cap;
    return true;
}

static void keep(struct splitter *s, struct slice octets)
{
    size_t count = octets.len < KEPT_MAX - s->len ? octets.len : KEPT_MAX - s->len;

    if (count == 0 || !make_room(s, s->len + count))
        return;
    memcpy(s->kept + s->len, octets.at, count);
    s->len += count;
}

static bool ends_in_crlf(const struct splitter *s)
{
    return s->len >= 2 && s->kept[s->len - 2] == '\r' && s->kept[s->len - 1] == '\n';
}

static void hand_out(struct splitter *s)
{
    if (s->any)
        s->sink.field(s->sink.context, slice_of(s->kept, ends_in_crlf(s) ? s->len - 2 : s->len));
    s->any = false;
    s->len = 0;
}

static void begin_body(struct splitter *s)
{
    hand_out(s);
    s->place = IN_BODY;
    s->after_cr = false;
    s->sink.end_of_header(s->sink.context);
}

/* ---- one step each: takes at least one octet, or changes the place ---- */

static struct slice step_line_start(struct splitter *s, struct slice octets)
{
    uint8_t octet = octets.at[0];

    if (octet == '\r') {
        s->place = AT_LINE_START_CR;
        return slice_from(octets, 1);
    }
    if (octet == '\n' && s->lf_is_crlf) {
        begin_body(s);
        return slice_from(octets, 1);
    }
    if (!is_wsp(octet))
        hand_out(s);
    s->any = true;
    s->place = IN_LINE;
    return octets;
}

static struct slice step_line_start_cr(struct splitter *s, struct slice octets)
{
    if (octets.at[0] == '\n') {
        begin_body(s);
        return slice_from(octets, 1);
    }
    /* A CR that ends no line begins one: an ordinary octet. */
    hand_out(s);
    s->any = true;
    keep(s, SLICE("\r"));
    s->place = IN_LINE;
    return octets;
}

static bool kept_cr(const struct splitter *s)
{
    return s->len > 0 && s->kept[s->len - 1] == '\r';
}

/* Up to and including the next LF; it ends the line if it should. */
static struct slice step_line(struct splitter *s, struct slice octets)
{
    size_t lf = slice_find(octets, '\n');

    keep(s, slice_first(octets, lf));
    if (lf == octets.len)
        return slice_from(octets, lf);
    if (kept_cr(s) || s->len == KEPT_MAX) {
        s->place = AT_LINE_START;
    } else if (s->lf_is_crlf) {
        keep(s, SLICE("\r"));
        s->place = AT_LINE_START;
    }
    keep(s, SLICE("\n"));
    return slice_from(octets, lf + 1);
}

/* Body with LF made CRLF: everything up to the next LF that lacks its CR. */
static struct slice step_lf_body(struct splitter *s, struct slice octets)
{
    size_t at = 0;

    while (at < octets.len) {
        size_t lf = at + slice_find(slice_from(octets, at), '\n');
        bool has_cr = lf > 0 ? octets.at[lf - 1] == '\r' : s->after_cr;

        if (lf < octets.len && !has_cr) {
            if (lf > 0)
                s->sink.body(s->sink.context, slice_first(octets, lf));
            s->sink.body(s->sink.context, SLICE("\r\n"));
            s->after_cr = false;
            return slice_from(octets, lf + 1);
        }
        at = lf < octets.len ? lf + 1 : lf;
    }
    s->after_cr = octets.at[octets.len - 1] == '\r';
    s->sink.body(s->sink.context, octets);
    return slice_from(octets, octets.len);
}

static struct slice step_body(struct splitter *s, struct slice octets)
{
    if (s->lf_is_crlf)
        return step_lf_body(s, octets);
    s->sink.body(s->sink.context, octets);
    return slice_from(octets, octets.len);
}

void splitter_push(struct splitter *s, struct slice octets)
{
    while (octets.len > 0)
        switch (s->place) {
        case AT_LINE_START:    octets = step_line_start(s, octets); break;
        case AT_LINE_START_CR: octets = step_line_start_cr(s, octets); break;
        case IN_LINE:          octets = step_line(s, octets); break;
        case IN_BODY:          octets = step_body(s, octets); break;
        }
}

void splitter_end(struct splitter *s)
{
    if (s->place == IN_BODY)
        return;
    if (s->place == AT_LINE_START_CR) {
        hand_out(s);
        s->any = true;
        keep(s, SLICE("\r"));
    }
    begin_body(s);
}
