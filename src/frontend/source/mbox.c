#include "frontend/source/mbox.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cursor.h"

#define MARK "From "
#define MARK_LEN 5
#define BEHIND 3                           /* octets before a line that say whether an empty line stands there */

/* ---- the line itself ---- */

/* "hh:mm", and a year of four digits behind it: ctime's form, with or without seconds and zone. */
static bool has_date(struct slice s)
{
    bool time = false;
    for (size_t i = 0; i + 4 < s.len; i++) {
        const uint8_t *p = s.at + i;
        if (!time)
            time = is_digit(p[0]) && is_digit(p[1]) && p[2] == ':' && is_digit(p[3]) && is_digit(p[4]);
        else if (p[0] == ' ' && (p[1] == '1' || p[1] == '2') && is_digit(p[2]) && is_digit(p[3]) && is_digit(p[4]))
            return true;
    }
    return false;
}

static bool is_no_blank(uint8_t octet)
{
    return !is_wsp(octet);
}

/* "a b"@c.example or whatever ends at a blank. */
static struct slice take_word(struct cursor *c)
{
    struct slice whole = c->rest;
    if (accept_octet(c, '"')) {
        while (!at_end(c) && peek(c) != '"')
            take(c, peek(c) == '\\' && c->rest.len > 1 ? 2 : 1);
        accept_octet(c, '"');
    }
    take_while(c, is_no_blank);
    return slice_first(whole, whole.len - c->rest.len);
}

static bool is_from_line(struct slice line)
{
    struct cursor c = cursor_of(line);
    if (!accept_text(&c, SLICE(MARK)))
        return false;
    skip_wsp(&c);
    return take_word(&c).len > 0 && has_date(c.rest);
}

bool mbox_sender(struct slice from_line, struct slice *sender)
{
    struct cursor c = cursor_of(from_line);
    if (!accept_text(&c, SLICE(MARK)))
        return false;
    skip_wsp(&c);
    *sender = slice_trim(take_word(&c), "<>");
    if (slice_same_nocase(*sender, SLICE("MAILER-DAEMON"))) {
        *sender = slice_first(*sender, 0);
        return true;
    }
    return slice_has(*sender, '@');
}

/* ---- the file ---- */


/* Octets from `from` on, at least `wanted` of them unless the file ends before; false with errno. */
static bool look(struct mbox *m, uint64_t from, size_t wanted, struct slice *out)
{
    uint64_t left = m->size - from, have = m->window.begin + m->window.len;
    if (wanted > left)
        wanted = (size_t)left;
    if (from < m->window.begin || from + wanted > have) {
        m->window.begin = from;
        m->window.len = 0;
        while (m->window.len < wanted) {
            ssize_t n = pread(m->fd, m->window.octets + m->window.len, sizeof m->window.octets - m->window.len, (off_t)(from + m->window.len));
            if (n < 0 && errno == EINTR)
                continue;
            if (n <= 0) {
                errno = n == 0 ? EIO : errno;
                return false;
            }
            m->window.len += (size_t)n;
        }
        have = m->window.begin + m->window.len;
    }
    size_t len = (size_t)((have < m->size ? have : m->size) - from);
    *out = slice_of(m->window.octets + (from - m->window.begin), len);
    return true;
}

bool mbox_open(struct mbox *m, int fd, uint64_t size, bool *is_mbox)
{
    struct slice s;
    m->fd = fd;
    m->size = size;
    m->at = m->number = m->window.begin = 0;
    m->window.len = 0;
    *is_mbox = false;
    if (!look(m, 0, MBOX_WINDOW_OCTETS, &s))
        return false;
    while (m->at < s.len && (s.at[m->at] == '\r' || s.at[m->at] == '\n'))
        m->at++;
    *is_mbox = m->at == size || slice_starts(slice_from(s, m->at), SLICE(MARK));
    return true;
}

/* The place behind the line that begins there. */
static bool line_end(struct mbox *m, uint64_t from, uint64_t *end)
{
    struct slice s;
    for (uint64_t at = from; at < m->size; at += s.len) {
        if (!look(m, at, 1, &s))
            return false;
        size_t n = slice_find(s, '\n');
        if (n < s.len) {
            *end = at + n + 1;
            return true;
        }
    }
    *end = m->size;
    return true;
}

/* How long the empty line is that ends what came before `here`; 0: there is none. before: BEHIND octets at most. */
static unsigned empty_line(struct slice before)
{
    size_t n = before.len;
    if (n >= 2 && before.at[n - 1] == '\n' && before.at[n - 2] == '\n')
        return 1;
    return n >= 3 && before.at[n - 1] == '\n' && before.at[n - 2] == '\r' && before.at[n - 3] == '\n' ? 2 : 0;
}

/* A line begins at `here`, with MARK; the message before it begins at `begin`. */
static bool judge(struct mbox *m, uint64_t begin, uint64_t here, bool *is_next, uint64_t *end)
{
    struct slice s;
    uint64_t from = here >= BEHIND ? here - BEHIND : 0;
    size_t before = (size_t)(here - from);
    if (!look(m, from, before + MBOX_FROM_LINE_MAX, &s))
        return false;
    unsigned empty = empty_line(slice_first(s, before));
    struct slice line = slice_first(slice_from(s, before), MBOX_FROM_LINE_MAX);
    *is_next = empty > 0 || is_from_line(slice_first(line, slice_find(line, '\n')));
    *end = here - empty >= begin ? here - empty : begin;
    return true;
}

/* The first From_ line from `begin` on; *end: of what stands before it. */
static bool find_next(struct mbox *m, uint64_t begin, uint64_t *end, uint64_t *next)
{
    struct slice s;
    bool is_next = false;
    /* The octet before begin ends the From_ line: also what directly follows it stands at the start of a line. */
    for (uint64_t at = begin - 1; at < m->size;) {
        if (!look(m, at, MARK_LEN + 1, &s))
            return false;
        const uint8_t *found = memmem(s.at, s.len, "\n" MARK, MARK_LEN + 1);
        if (!found) {
            at += s.len > MARK_LEN ? s.len - MARK_LEN : s.len;
            continue;
        }
        uint64_t here = at + (uint64_t)(found - s.at) + 1;
        if (!judge(m, begin, here, &is_next, end))
            return false;
        if (is_next) {
            *next = here;
            return true;
        }
        at = here;
    }
    *next = m->size;
    size_t behind = m->size < BEHIND ? (size_t)m->size : BEHIND;
    if (!look(m, m->size - behind, behind, &s))
        return false;
    unsigned empty = empty_line(s);
    *end = m->size - empty >= begin ? m->size - empty : begin;
    return true;
}

static bool read_from_line(struct mbox *m, struct mbox_entry *out)
{
    struct slice s;
    if (!look(m, m->at, MBOX_FROM_LINE_MAX, &s))
        return false;
    s = slice_first(s, MBOX_FROM_LINE_MAX);
    s = slice_first(s, slice_find(s, '\n'));
    memcpy(m->line, s.at, s.len);
    out->has_sender = mbox_sender(slice_trim(slice_of(m->line, s.len), "\r"), &out->sender);
    return line_end(m, m->at, &out->begin);
}

enum mbox_step mbox_next(struct mbox *m, struct mbox_entry *out)
{
    *out = (struct mbox_entry){ .number = m->number + 1 };
    if (m->at >= m->size)
        return MBOX_END;
    if (!read_from_line(m, out) || !find_next(m, out->begin, &out->end, &m->at)) {
        m->at = m->size;
        return MBOX_FAILED;
    }
    m->number++;
    return MBOX_MESSAGE;
}
