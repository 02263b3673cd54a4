/*
 * slice.h: bytes from strangers.
 *
 * A slice borrows bytes: it never owns, never ends in NUL by promise, and may hold NUL. All text
 * that came from the wire, DNS or a file is a slice. A NUL-terminated string is text we wrote.
 *
 *     struct slice tag = SLICE("dkim");
 *     if (slice_same_nocase(name, SLICE("From"))) ...
 *
 * No function here allocates; all are O(n) and safe on {NULL, 0}.
 */
#ifndef FRANK_BASE_SLICE_H
#define FRANK_BASE_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct slice {
    const uint8_t *at;   /* borrowed; NULL only if len is 0 */
    size_t len;
};

/* A string literal as a slice, without its NUL. Works in static initialisers too as SLICE_INIT. */
#define SLICE(literal) ((struct slice)SLICE_INIT(literal))
#define SLICE_INIT(literal) { (const uint8_t *)("" literal), sizeof("" literal) - 1 }

struct slice slice_of(const void *at, size_t len);
struct slice slice_str(const char *text);                      /* of a NUL-terminated string; NULL is empty */
bool slice_same(struct slice, struct slice);                   /* octet-exact */
bool slice_same_nocase(struct slice, struct slice);            /* ASCII letters fold, other octets exact */
int  slice_compare(struct slice, struct slice);                /* octet order, shorter first; for sorting */
int  slice_compare_nocase(struct slice, struct slice);
bool slice_starts(struct slice, struct slice prefix);
bool slice_starts_nocase(struct slice, struct slice prefix);
bool slice_ends_nocase(struct slice, struct slice suffix);
struct slice slice_from(struct slice, size_t offset);          /* the rest from offset; empty when beyond */
struct slice slice_first(struct slice, size_t count);          /* at most count octets */
struct slice slice_trim(struct slice, const char *octets);     /* drops any of these octets at both ends */
struct slice slice_trim_fws(struct slice);                     /* SP HTAB CR LF */
size_t slice_find(struct slice, uint8_t octet);                /* index, or len if absent */
size_t slice_find_last(struct slice, uint8_t octet);           /* index, or len if absent */
bool slice_has(struct slice, uint8_t octet);
/* Everything before the first `octet` goes to *head, everything after it to *tail; false (head = all,
 * tail empty) if it is absent. */
bool slice_cut(struct slice, uint8_t octet, struct slice *head, struct slice *tail);
uint64_t slice_hash(struct slice, uint64_t seed);              /* for tables; seeded against floods */
uint64_t slice_hash_nocase(struct slice, uint64_t seed);

/* ASCII classes, independent of locale. */
bool is_alpha(uint8_t);
bool is_digit(uint8_t);
bool is_alnum(uint8_t);
bool is_hex(uint8_t);
bool is_wsp(uint8_t);            /* SP or HTAB */
bool is_printable(uint8_t);      /* 0x20..0x7e */
uint8_t to_lower(uint8_t);

/* The place of a word, octet for octet, among words we wrote: "none|quarantine|reject". *out is unchanged if it is not there. */
bool word_index(const char *words, struct slice word, unsigned *out);

#endif
