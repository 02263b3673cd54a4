/*
 * spf_macro.h: macro strings (RFC 7208 section 7): check, and expand.
 *
 * One reader, spf_piece_take(), knows the grammar; the check and the expansion are loops over it.
 * Expansion is one pass into a bounded builder (threats.md T24): what does not fit makes the builder
 * bad, nothing measures first and writes afterwards.
 *
 *     struct spf_macro_values v = { .of['d' - 'a'] = SLICE("example.org"), ... };
 *     struct text t = text_in(scratch, SPF_EXPANSION_MAX);
 *     spf_macro_expand(SLICE("%{dr}._spf"), &v, &t);             "org.example._spf"
 */
#ifndef FRANK_METHODS_SPF_MACRO_H
#define FRANK_METHODS_SPF_MACRO_H

#include "base/cursor.h"
#include "base/text.h"

#define SPF_EXPANSION_MAX 8192       /* ours: octets of one expanded string before a name is cut to 253 */
#define SPF_MACRO_PARTS_MAX 1024     /* ours: parts that one macro's value is split into */

/* Where a macro string stands: in a domain-spec, as an unknown modifier's value, as explanation text. */
enum spf_macro_use { SPF_USE_DOMAIN, SPF_USE_MODIFIER, SPF_USE_TEXT };

struct spf_macro {
    uint8_t letter;                  /* lower case */
    bool escape;                     /* was upper case: URL-escape the value (7.3) */
    bool reverse;
    unsigned parts;                  /* right-hand parts to keep; 0: all */
    struct slice delimiters;         /* empty: "." */
};

struct spf_piece {
    struct slice literal;            /* text as it is, when this piece is no macro */
    bool expands;                    /* written with a percent sign: also "%%", "%_", "%-" */
    bool is_macro;
    struct spf_macro macro;
};

/* The next piece: a run of literal octets, or one macro-expand. The cursor is bad after a syntax error. */
bool spf_piece_take(struct cursor *, enum spf_macro_use, struct spf_piece *out);

/* What a checked macro string holds. */
struct spf_macro_facts {
    bool macros;                     /* a percent sign occurs: expansion differs from the text */
    bool local_part;                 /* %{s} or %{l} */
    bool host_name;                  /* %{p}: costs look-ups */
    size_t tail;                     /* offset behind the last macro-expand; 0 if there is none */
};
/* False: not a macro-string (for SPF_USE_TEXT: explain-string) of section 7.1. */
bool spf_macro_check(struct slice, enum spf_macro_use, struct spf_macro_facts *out);

/* Values by letter, index letter - 'a'; letters without a value expand to nothing. */
struct spf_macro_values { struct slice of[26]; };

/* Appends the expansion of a string that spf_macro_check passed; overflow makes the text bad. */
void spf_macro_expand(struct slice, enum spf_macro_use, const struct spf_macro_values *, struct text *out);

/* 7.3: an expanded domain name over 253 octets loses labels on its left until it fits; one final dot goes too. */
struct slice spf_name_shortened(struct slice);

#endif
