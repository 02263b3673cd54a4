/*
 * name.h: domain names as text.
 *
 * Everywhere above the packet reader a domain name is a slice of *name text*: labels joined by
 * single dots, no dot at the end, every other octet literal (no backslash escapes), the root is ".".
 * A name from DNS whose label itself holds a dot octet has no such text and its record is dropped
 * by the reader (answer->dropped counts it): no host has such a name, and an escape nobody else has
 * to undo cannot be forgotten.
 */
#ifndef FRANK_DNS_NAME_H
#define FRANK_DNS_NAME_H

#include "base/cursor.h"
#include "base/text.h"

#define NAME_TEXT_MAX 253        /* RFC 1035 2.3.4: 255 octets on the wire */
#define LABEL_MAX 63
#define NAME_WIRE_MAX 255
#define NAME_LABELS_MAX 127

/* Can it be asked? 1..253 octets, labels 1..63, one trailing dot tolerated; any octet. The root "." can. */
bool name_askable(struct slice);
/* Drops one trailing dot (not of "."). */
struct slice name_undotted(struct slice);
/* A host or mail domain: askable, >= 1 label, each of letters, digits, hyphen and underscore, no
 * hyphen at a label's ends. ASCII only: A-labels (mail/domain.h makes them). */
bool name_is_hostname(struct slice);
unsigned name_labels(struct slice);                              /* 0 for "" and "." */
struct slice name_parent(struct slice);                          /* without the first label; "" when none is left */
struct slice name_last_labels(struct slice, unsigned count);     /* the rightmost count labels (or all) */
bool name_same(struct slice, struct slice);                      /* no case, trailing dot ignored */
bool name_at_or_below(struct slice name, struct slice ancestor); /* by whole labels (threats.md T08) */
/* Wire form, uncompressed; false if not askable. *len gets the octets written (<= 255). */
bool name_to_wire(struct slice, uint8_t wire[NAME_WIRE_MAX], size_t *len);
/* Uncompressed wire name at the cursor to text; bad when it is cut or holds a pointer. The result
 * is in the arena; {NULL,0} with cursor good means: no name text (dot octet in a label). */
struct slice take_wire_name(struct cursor *, struct arena *);
/* The same into the caller's buffer; true if there is name text, whose octets *len counts (else 0). */
bool take_wire_name_to(struct cursor *, uint8_t text[NAME_TEXT_MAX], size_t *len);
/* Presentation form for master files and libunbound: octets other than letters, digits, "-", "_",
 * "*" and "/" as \DDD, dot at the end. */
void text_add_presentation_name(struct text *, struct slice);
/* Joins labels: prefix "." name; in the arena, {NULL,0} when out of memory. An empty or root name
 * gives the prefix, an empty prefix the name. */
struct slice name_join(struct arena *, struct slice prefix, struct slice name);

#endif
