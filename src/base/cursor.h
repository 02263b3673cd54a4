/*
 * cursor.h: what is left to read.
 *
 * A parser is a sequence of small reads and one look at `bad` at the end: once bad, every read
 * yields nothing and changes nothing. Only these functions index foreign memory.
 *
 *     struct cursor c = cursor_of(text);
 *     struct slice name = take_while(&c, is_tag_name);
 *     expect(&c, '=');
 *     uint64_t n = take_number(&c, 0, 128);
 *     return !c.bad && at_end(&c);
 */
#ifndef FRANK_BASE_CURSOR_H
#define FRANK_BASE_CURSOR_H

#include "base/slice.h"

struct cursor {
    struct slice rest;
    bool bad;
};

struct cursor cursor_of(struct slice);
bool at_end(const struct cursor *);                       /* nothing left, or bad */
int  peek(const struct cursor *);                         /* next octet, or -1 */
int  peek_at(const struct cursor *, size_t offset);       /* octet at offset, or -1 */
uint8_t take_octet(struct cursor *);                      /* bad at the end */
struct slice take(struct cursor *, size_t count);         /* exactly count octets, or bad */
struct slice take_while(struct cursor *, bool (*is)(uint8_t));   /* possibly empty, never bad */
struct slice take_until(struct cursor *, uint8_t octet);  /* up to but not including octet, or to the end */
struct slice take_rest(struct cursor *);
bool accept_octet(struct cursor *, uint8_t octet);        /* consumes it if it is next */
bool accept_text(struct cursor *, struct slice text);     /* octet-exact */
bool accept_nocase(struct cursor *, struct slice text);
void expect(struct cursor *, uint8_t octet);              /* bad if it is not next */
void skip_wsp(struct cursor *);                           /* SP, HTAB */
void skip_fws(struct cursor *);                           /* SP, HTAB, CR, LF */
uint16_t take_u16(struct cursor *);                       /* network order */
uint32_t take_u32(struct cursor *);
/* 1*DIGIT; bad when there is no digit, or the value is outside min..max (leading zeros are allowed).
 * The one function that makes integers from text (threats.md G2). */
uint64_t take_number(struct cursor *, uint64_t min, uint64_t max);
/* The whole slice as one number. */
bool number_of(struct slice, uint64_t min, uint64_t max, uint64_t *out);

#endif
