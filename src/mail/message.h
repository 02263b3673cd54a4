/*
 * message.h: a message's header as data; its body is a stream that is never kept.
 *
 * One tokenizer for the whole product (threats.md T01): a header line is a field if its name, up to
 * the colon, is 1*ftext, blanks before the colon tolerated (obs-syntax) and remembered.
 *
 * Line ends: only CRLF ends a line. A front end that is given LF (a file with bare LF and no CRLF at
 * all, a milter's folded values) turns it into CRLF before it comes here; CR or LF alone, and NUL, are ordinary
 * octets and set `odd_octets` on their field (no DKIM pass may depend on where such a line ends).
 */
#ifndef FRANK_MAIL_MESSAGE_H
#define FRANK_MAIL_MESSAGE_H

#include "base/arena.h"
#include "base/text.h"

#define MESSAGE_FIELDS_MAX 1000           /* threats.md T18 */
#define MESSAGE_HEADER_OCTETS_MAX (1u << 20)

struct parsed;                            /* private to methods/: parsed forms kept on a field */

struct field {
    struct slice raw;        /* the whole field as it came, folds included, without its last CRLF: "Subject : x" */
    struct slice name;       /* without blanks before the colon: "Subject" */
    struct slice value;      /* everything behind the colon, leading blank included */
    unsigned index;          /* 0 = topmost field of the message */
    unsigned nth;            /* 1 = topmost of its name (no case): what a milter's header index counts */
    bool odd_octets;         /* holds NUL, or a CR or LF that is not part of a fold's CRLF */
    bool blank_before_colon;
    struct parsed *parsed;   /* private to the engine: parsed forms of this field, see parsed() */
};

struct message {
    struct arena *arena;              /* the transaction's */
    struct field **fields;            /* top first */
    size_t count;
    size_t octets;                    /* raw octets, each field + 2 */
    bool overflow;                    /* a bound struck: fields or octets beyond it are NOT here; methods that
                                         read the header must not pass (threats.md T18) */
    bool malformed;                   /* lines that are no fields were met (and dropped) */
    bool disguised_from;              /* a dropped line, or one behind a bare CR or LF inside a field, that reads as From
                                         once blanks, controls and 8-bit octets are taken out of its name: someone
                                         else's parser may show it as the author (threats.md T01) */
    bool hidden_lines;                /* CR or LF alone, in a field or a dropped line, and no blank behind it: whoever ends a
                                         line there sees other lines than we do, or the header's end (threats.md T06) */
    bool complete;                    /* end of header seen */
    const void *names;                /* private index */
};

void message_init(struct message *, struct arena *);
/* Copies one whole field (raw, no final CRLF). NULL: overflow, no memory, or not a field (then malformed is set). */
struct field *message_add(struct message *, struct slice raw);
/* As a milter delivers it: name and value apart; value holds its leading blank; LF folds already CRLF. */
struct field *message_add_parts(struct message *, struct slice name, struct slice value);
/* The nth (1 = topmost) or nth from below (1 = lowest) field of this name, no case; NULL. O(matching fields). */
struct field *message_field(const struct message *, struct slice name, unsigned nth);
struct field *message_field_from_below(const struct message *, struct slice name, unsigned nth);
unsigned message_count(const struct message *, struct slice name);

/*
 * Splitting a file or a stream into fields and body. push interface, any chunking; the caller owns the state.
 * Fields are handed out as they complete; the octets behind the empty line go to `body` unchanged.
 * A line that starts with a blank before any field, a line without colon: handed out too, and
 * message_add drops it and says so (malformed): there is one tokenizer. A header that never ends is a
 * message without body. A field over MESSAGE_HEADER_OCTETS_MAX is handed out cut, one octet over that bound, so that
 * message_add refuses it as overflow. lf_is_crlf: every LF not behind a CR is read as CRLF, in the body too.
 */
struct splitter;
struct splitter_sink {
    void (*field)(void *context, struct slice raw);
    void (*end_of_header)(void *context);
    void (*body)(void *context, struct slice octets);
    void *context;
};
/* NULL without memory. *sink is copied. */
struct splitter *splitter_new(struct arena *, const struct splitter_sink *, bool lf_is_crlf);
void splitter_push(struct splitter *, struct slice octets);
void splitter_end(struct splitter *);            /* says end_of_header if that has not been said */
bool splitter_failed(const struct splitter *);   /* no memory: a field is missing or cut */

/* value unfolded and trimmed, for people and simple parsers: CRLF before WSP removed, ends trimmed. */
struct slice field_unfolded(struct arena *, const struct field *);

#endif
