#include "mail/canon.h"

#include <string.h>

#include "mail/canon_scan.h"

/* Pieces up to SMALL are gathered, so that a digest is not called for each word; longer ones are handed on as they lie. */
#define GATHER_OCTETS 1024
#define SMALL 256

struct gather {
    canon_sink sink;
    void *context;
    uint64_t out_octets;
    size_t len;
    uint8_t at[GATHER_OCTETS];
};

static void gather_begin(struct gather *g, canon_sink sink, void *context)
{
    g->sink = sink;
    g->context = context;
    g->out_octets = 0;
    g->len = 0;
}

static void gather_end(struct gather *g)
{
    if (g->len > 0)
        g->sink(g->context, slice_of(g->at, g->len));
    g->len = 0;
}

static void gather_add(struct gather *g, const uint8_t *at, size_t len)
{
    g->out_octets += len;
    if (len > SMALL) {
        gather_end(g);
        g->sink(g->context, slice_of(at, len));
        return;
    }
    if (len > sizeof g->at - g->len)
        gather_end(g);
    if (len > 0)
        memcpy(g->at + g->len, at, len);
    g->len += len;
}

/* Octets up to the first CR or LF, or fewer, without SP and HTAB. Returns how many were taken: at least the first, which is no CR or LF. */
static size_t gather_squeezed(struct gather *g, const uint8_t *at, size_t len)
{
    size_t run = nofws_scan(at, len <= SMALL ? len : SMALL + 1), written;

    if (run > SMALL) {
        run = nofws_scan(at, len);
        gather_add(g, at, run);
        return run;
    }
    if (sizeof g->at - g->len < SMALL + SQUEEZE_SPARE)
        gather_end(g);
    len = len < SMALL ? len : SMALL;
    written = nofws_squeeze(g->at + g->len, at, len, &run);
    g->len += written;
    g->out_octets += written;
    return run;
}

static void gather_octet(struct gather *g, uint8_t octet)
{
    if (g->len == sizeof g->at)
        gather_end(g);
    g->at[g->len++] = octet;
    g->out_octets++;
}

const char *canon_name(enum canon form)
{
    switch (form) {
    case CANON_SIMPLE: return "simple";
    case CANON_RELAXED: return "relaxed";
    case CANON_DOMAINKEYS_SIMPLE: return "simple";
    case CANON_DOMAINKEYS_NOFWS: return "nofws";
    }
    return "simple";
}

/* ---- header fields (RFC 6376 3.4.1, 3.4.2; RFC 4870 3.4.2.1, 3.4.2.2) ---- */

/* A field as up to two pieces, between which the hole was; read as if they were one. */
struct pieces {
    struct slice first, second;
};

static size_t pieces_len(const struct pieces *p)
{
    return p->first.len + p->second.len;
}

static uint8_t pieces_octet(const struct pieces *p, size_t i)
{
    return i < p->first.len ? p->first.at[i] : p->second.at[i - p->first.len];
}

/* The longest part from i on that lies in one piece. */
static struct slice pieces_from(const struct pieces *p, size_t i)
{
    return i < p->first.len ? slice_from(p->first, i) : slice_from(p->second, i - p->first.len);
}

static size_t skip_field_blanks(const struct pieces *p, size_t i)
{
    size_t len = pieces_len(p);

    while (i < len) {
        uint8_t octet = pieces_octet(p, i);

        if (is_wsp(octet))
            i++;
        /* "Unfold all header field continuation lines": a CRLF that a blank follows, and no other CR or LF. */
        else if (octet == '\r' && i + 2 < len && pieces_octet(p, i + 1) == '\n' && is_wsp(pieces_octet(p, i + 2)))
            i += 3;
        else
            break;
    }
    return i;
}

/* "Convert all header field names to lowercase"; blanks before the colon go. Returns the offset behind the colon. */
static size_t relax_name(const struct pieces *p, struct gather *g)
{
    size_t len = pieces_len(p), i = 0;

    while (i < len && pieces_octet(p, i) != ':') {
        size_t next = skip_field_blanks(p, i);

        if (next == i)
            gather_octet(g, to_lower(pieces_octet(p, next++)));
        i = next;
    }
    gather_octet(g, ':');
    return i < len ? i + 1 : len;
}

/* How much from here on has only single SPs inside, none at its end, and no CR. The first octet is no blank. */
static size_t plain_run(struct slice line)
{
    size_t run = canon_scan(line.at, line.len);

    return run > 0 && line.at[run - 1] == ' ' ? run - 1 : run;
}

/* Folds gone, each run of blanks one SP, none at either end. */
static void relax_value(const struct pieces *p, size_t i, struct gather *g)
{
    size_t len = pieces_len(p), line_end = 0;

    i = skip_field_blanks(p, i);
    while (i < len) {
        struct slice rest = pieces_from(p, i);
        size_t run, next;

        if (i >= line_end)                     /* each octet is looked at once for the CR */
            line_end = i + slice_find(rest, '\r');
        run = i == line_end ? 0 : plain_run(slice_first(rest, line_end - i));
        next = skip_field_blanks(p, i + run);
        if (next == i)                         /* a CR that begins no fold */
            next = i + (run = 1);
        gather_add(g, rest.at, run);
        if (next > i + run && next < len)
            gather_octet(g, ' ');
        i = next;
    }
}

/* "Remove all folding whitespace": HTAB, LF, CR and SP, wherever they stand; so folds are gone too. */
static void strip_blanks(struct slice piece, struct gather *g)
{
    size_t i = 0;

    while (i < piece.len)
        if (piece.at[i] == '\r' || piece.at[i] == '\n')
            i++;
        else
            i += gather_squeezed(g, piece.at + i, piece.len - i);
}

static void canon_pieces(enum canon form, const struct pieces *p, canon_sink sink, void *context)
{
    struct gather g;

    gather_begin(&g, sink, context);
    switch (form) {
    case CANON_SIMPLE: case CANON_DOMAINKEYS_SIMPLE:
        gather_add(&g, p->first.at, p->first.len);
        gather_add(&g, p->second.at, p->second.len);
        break;
    case CANON_RELAXED:
        relax_value(p, relax_name(p, &g), &g);
        break;
    case CANON_DOMAINKEYS_NOFWS:
        strip_blanks(p->first, &g);
        strip_blanks(p->second, &g);
        break;
    }
    gather_end(&g);
}

void canon_field(enum canon form, struct slice raw, canon_sink sink, void *context)
{
    canon_pieces(form, &(struct pieces){ .first = raw }, sink, context);
}

void canon_field_without(enum canon form, struct slice raw, struct slice hole, canon_sink sink, void *context)
{
    size_t start = hole.len == 0 ? raw.len : (size_t)(hole.at - raw.at);

    canon_pieces(form, &(struct pieces){ slice_first(raw, start), slice_from(raw, start + hole.len) }, sink, context);
}

/* ---- bodies (RFC 6376 3.4.3, 3.4.4; RFC 4870 3.4.2.1, 3.4.2.2) ---- */

static bool is_of_domainkeys(enum canon form)
{
    return form == CANON_DOMAINKEYS_SIMPLE || form == CANON_DOMAINKEYS_NOFWS;
}

void body_canon_begin(struct body_canon *b, enum canon form, canon_sink sink, void *context)
{
    /* The line between header and body is one more empty line: it stays if an octet that stays follows it. */
    *b = (struct body_canon){ .form = form, .sink = sink, .context = context, .pending_lines = is_of_domainkeys(form) };
}

/* Line ends that were withheld because they might have been the last. */
static void release_lines(struct body_canon *b, struct gather *g)
{
    static const uint8_t crlfs[] = "\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n\r\n";
    const uint64_t at_once = (sizeof crlfs - 1) / 2;

    while (b->pending_lines > 0) {
        uint64_t count = b->pending_lines < at_once ? b->pending_lines : at_once;

        gather_add(g, crlfs, 2 * (size_t)count);
        b->pending_lines -= count;
    }
}

/* Everything withheld, because an octet that stays follows it. */
static void release(struct body_canon *b, struct gather *g)
{
    release_lines(b, g);
    if (b->pending_blank)
        gather_octet(g, ' ');
    b->pending_blank = false;
    if (b->pending_cr)
        gather_octet(g, '\r');
    b->pending_cr = false;
}

/* Withholds the end of a run that is not known to stay: [CRLF] [SP] [CR]. Returns what is left to hand on. */
static size_t withhold_tail(struct body_canon *b, const uint8_t *at, size_t len)
{
    if (len > 0 && at[len - 1] == '\r') {
        b->pending_cr = true;
        len--;
    }
    if (len > 0 && at[len - 1] == ' ') {
        b->pending_blank = true;
        len--;
    }
    if (len > 1 && at[len - 1] == '\n' && at[len - 2] == '\r') {
        b->pending_lines = 1;
        len -= 2;
    }
    return len;
}

static bool withholds(const struct body_canon *b)
{
    return b->pending_lines > 0 || b->pending_blank || b->pending_cr;
}

/* One octet that is a blank or part of a line end, or decides about one. False: ordinary, and not taken. */
static bool relax_octet(struct body_canon *b, struct gather *g, uint8_t octet)
{
    if (b->pending_cr && octet == '\n') {
        b->pending_cr = b->pending_blank = false;      /* "Ignore all whitespace at the end of lines" */
        b->pending_lines++;
        return true;
    }
    if (b->pending_cr)
        release(b, g);                                 /* it was no line end */
    if (is_wsp(octet))
        b->pending_blank = true;
    else if (octet == '\r')
        b->pending_cr = true;
    else
        return false;
    return true;
}

static void relax_push(struct body_canon *b, struct gather *g, const uint8_t *at, size_t len)
{
    size_t i = 0;

    while (i < len) {
        if (relax_octet(b, g, at[i])) {
            i++;
            continue;
        }
        if (withholds(b))
            release(b, g);
        size_t run = canon_scan(at + i, len - i);
        gather_add(g, at + i, withhold_tail(b, at + i, run));
        i += run;
    }
}

/* A CRLF ends a line; every other blank, CR or LF goes without a trace. */
static void nofws_push(struct body_canon *b, struct gather *g, const uint8_t *at, size_t len)
{
    size_t i = 0;

    while (i < len) {
        switch (at[i]) {
        case '\n':
            b->pending_lines += b->pending_cr;
            b->pending_cr = false;
            i++;
            break;
        case '\r':
            b->pending_cr = true;
            i++;
            break;
        case ' ': case '\t':
            b->pending_cr = false;
            i++;
            break;
        default:
            b->pending_cr = false;
            release_lines(b, g);
            i += gather_squeezed(g, at + i, len - i);
        }
    }
}

/* "Ignores all empty lines at the end of the message body": only a piece's own end has to be looked at. */
static void simple_push(struct body_canon *b, struct gather *g, const uint8_t *at, size_t len)
{
    uint64_t lines = 0;
    bool cr;

    if (b->pending_cr) {
        b->pending_cr = false;
        if (at[0] == '\n') {
            b->pending_lines++;
            at++;
            len--;
        } else {
            release_lines(b, g);
            gather_octet(g, '\r');
        }
    }
    cr = len > 0 && at[len - 1] == '\r';
    len -= cr;
    while (len > 1 && at[len - 1] == '\n' && at[len - 2] == '\r') {
        lines++;
        len -= 2;
    }
    if (len > 0) {
        release_lines(b, g);
        gather_add(g, at, len);
    }
    b->pending_lines += lines;
    b->pending_cr = cr;
}

void body_canon_push(struct body_canon *b, struct slice octets)
{
    struct gather g;

    if (octets.len == 0)
        return;
    gather_begin(&g, b->sink, b->context);
    switch (b->form) {
    case CANON_SIMPLE: case CANON_DOMAINKEYS_SIMPLE: simple_push(b, &g, octets.at, octets.len); break;
    case CANON_RELAXED: relax_push(b, &g, octets.at, octets.len); break;
    case CANON_DOMAINKEYS_NOFWS: nofws_push(b, &g, octets.at, octets.len); break;
    }
    gather_end(&g);
    b->out_octets += g.out_octets;
}

void body_canon_end(struct body_canon *b)
{
    struct gather g;

    gather_begin(&g, b->sink, b->context);
    if (b->pending_cr && b->form != CANON_DOMAINKEYS_NOFWS)
        release(b, &g);
    /* "If there is no body ... a single CRLF" (simple); nothing when nothing is left (the others). */
    if (b->form == CANON_SIMPLE || b->out_octets + g.out_octets > 0)
        gather_add(&g, (const uint8_t *)"\r\n", 2);
    gather_end(&g);
    b->out_octets += g.out_octets;
    b->pending_lines = 0;
    b->pending_blank = false;
}
