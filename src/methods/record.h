/*
 * record.h: the form of the records of Frank's own designs (imx, msd).
 *
 * As TXT: a version word, then items separated by blanks; "name=value" items are for extensions and passed over.
 *
 *     "v=imx1 ip4:192.0.2.16/29 a:relay.example.com only"
 *
 * As RDATA of a private record type: one octet version, then items, each of one octet type, one octet length and
 * so many octets of data. A name is uncompressed, with its final zero octet. Items of the types 128 to 255
 * are passed over; type 128 is a text item "name=value".
 *
 *     01  01 05 1D C0000210  03 13 0572656C6179 ... 00  05 00
 */
#ifndef FRANK_METHODS_RECORD_H
#define FRANK_METHODS_RECORD_H

#include "methods/path.h"

#define RECORD_WIRE_VERSION 1
#define RECORD_TYPE_NOTE 0x80        /* "name=value" */

#define RECORD_RR_MIN 65280          /* RFC 6895 3.1: record types for private use */
#define RECORD_RR_MAX 65534

/* ---- text ---- */
/* Does the text begin with this word, any case, and a blank or nothing behind it? *items gets what follows. */
bool record_begins(struct slice text, struct slice version, struct slice *items);
/* Takes the next item; false: there is none left. */
bool record_next(struct slice *items, struct slice *item);
/* name "=" value: name of letters, digits, ".", "-" and "_", beginning with a letter; value printable ASCII without
 * blanks; 255 octets at most, which is what an item of RDATA holds */
bool record_is_note(struct slice item);

/* ---- RDATA ---- */
/* The next item; the cursor is bad when the record ends within it. */
struct slice take_record_item(struct cursor *, uint8_t *type);
void text_add_record_item(struct text *, uint8_t type, struct slice data);      /* bad with more than 255 octets */
void text_add_record_name(struct text *, uint8_t type, struct slice name);
/* An item's data as a host name, which then lives in `names`. False: it is none, or there is no room. */
bool record_name(struct slice data, struct text *names, struct slice *out);

/* ---- finding them ---- */
struct record_place {
    struct slice version;            /* "v=imx1" */
    struct slice txt_name;
    uint16_t rr_type;                /* 0: TXT only; else this wins if both are there */
    struct slice rr_name;
};
/* How many of the answer's records are of this version; *first gets the items of the first of them in octet order. */
size_t record_count(const struct answer *, struct slice version, struct slice *first);
/* HIT: *out holds one such record at least. Hints both questions. */
enum path_outcome record_find(struct check *, const struct record_place *, const struct answer **out);
void record_hint(struct check *, const struct record_place *);
const struct answer *record_foresee(struct scout *, const struct record_place *);       /* NULL: none, or not yet */

#endif
