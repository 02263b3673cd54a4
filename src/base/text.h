/*
 * text.h: the one bounded builder for all output, and the one way to show foreign bytes.
 *
 * A builder grows inside an arena up to a limit; overflow is remembered in `bad` and nothing is
 * written past it, so one check at the end is enough.
 *
 *     struct text t = text_in(arena, 4096);
 *     text_add(&t, SLICE("ip4:"));
 *     text_addf(&t, "%u", n);
 *     if (t.bad) ...
 *     struct slice s = text_slice(&t);
 */
#ifndef FRANK_BASE_TEXT_H
#define FRANK_BASE_TEXT_H

#include "base/arena.h"

struct text {
    struct arena *arena;     /* NULL: the buffer is the caller's and fixed */
    uint8_t *at;
    size_t len, cap, limit;
    bool bad;                /* over the limit, or no memory */
};

struct text text_in(struct arena *, size_t limit_octets);
struct text text_fixed(void *buffer, size_t octets);
void text_add(struct text *, struct slice);
void text_add_str(struct text *, const char *);
void text_add_octet(struct text *, uint8_t);
void text_addf(struct text *, const char *format, ...) PRINTF_LIKE(2, 3);   /* for numbers and our own words only */
void text_add_lower(struct text *, struct slice);          /* ASCII letters to lower case */
struct slice text_slice(const struct text *);              /* what is there; empty when bad */
void text_reset(struct text *);

/*
 * text_add_shown: foreign octets for logs, terminals, replies and reports (threats.md T32).
 * Printable ASCII as it is, backslash doubled; with utf8 also valid printable UTF-8 (no C0, C1,
 * DEL, bidi or invisible formatting characters); every other octet as \xHH. At most 1024 octets of
 * input are shown, then "...". Never emits a line end.
 */
void text_add_shown(struct text *, struct slice, bool utf8);
struct slice slice_shown(struct arena *, struct slice, bool utf8);
/*
 * text_add_html: foreign octets in a page, as element content or inside a quoted attribute (threats.md T33). What
 * HTML gives a meaning becomes a character reference, what text_add_shown would not show becomes \xHH; a backslash stays one. At
 * most 1024 octets of input, then "...".
 */
#define HTML_GROWTH 6                                      /* octets one of input becomes at most: &quot; */
void text_add_html(struct text *, struct slice);
/* From U+0080 up: not to be seen, or changes how others are seen (C1, bidi, invisible, private, noncharacters). */
bool code_unseen(uint32_t code);

/* utf8_valid: strict RFC 3629 (no overlong forms, surrogates, or > U+10FFFF). */
bool utf8_valid(struct slice);
bool ascii_only(struct slice);                             /* every octet < 0x80 */
/* Length of the valid sequence at the start, 0 if none; *code gets the code point. */
size_t utf8_next(struct slice, uint32_t *code);

#endif
