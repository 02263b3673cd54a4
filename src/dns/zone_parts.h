/*
 * zone_parts.h: what the files of the zone share; nobody else includes it.
 *
 *     zone.c        the tree of names, look-ups, made answers
 *     zone_read.c   master-file text: entries, names, directives
 *     zone_rdata.c  the data part of an entry, type by type, to RDATA octets
 *     zone_text.c   RDATA octets and answers to master-file text
 */
#ifndef FRANK_DNS_ZONE_PARTS_H
#define FRANK_DNS_ZONE_PARTS_H

#include "base/cursor.h"
#include "base/table.h"
#include "dns/zone.h"

#define ZONE_OCTETS_MAX ((size_t)1 << 30)        /* all names and records of a zone */
#define ZONE_TTL_DEFAULT 3600                    /* seconds, where neither entry nor $TTL says */
#define ZONE_NEGATIVE_TTL_DEFAULT 300            /* seconds, without SOA and $TTL */
#define ZONE_TTL_MAX 2147483647                  /* RFC 2181 8 */
#define RDATA_MAX 65535                          /* RFC 1035 3.2.1: RDLENGTH is 16 bits */
#define STRING_MAX 255                           /* RFC 1035 3.3: <character-string> */

struct zone_record { struct zone_record *next; struct slice rdata; uint32_t ttl_seconds; uint16_t type; };

/* A directive: what a question for a type without records gets. type 0: every type. server: only questions for this one get it. */
struct zone_note { struct zone_note *next; enum answer_status status; uint16_t type; struct ip server; };

/* A name that exists: it has records or notes, or something below it has (RFC 4592 2.2.2). */
struct zone_node { struct slice name; struct zone_record *first, *last; struct zone_note *notes; };

struct zone {
    struct arena *arena;             /* nodes, records */
    struct table *nodes;             /* name text in lower case -> struct zone_node */
    struct arena *made_arena;
    struct table *made;              /* name text in lower case -> struct made: the answers given so far */
    size_t made_count;
    uint32_t negative_ttl_seconds;
    enum answer_origin origin;
};

/* The node of a name in lower case, made with its ancestors if absent; NULL without memory. */
struct zone_node *zone_node_add(struct zone *, struct slice name);
bool zone_record_add(struct zone *, struct zone_node *, uint16_t type, uint32_t ttl_seconds, struct slice rdata);
bool zone_note_add(struct zone *, struct zone_node *, const struct zone_note *);       /* copies it */
void zone_forget_made(struct zone *);

/* ---- reading ---- */

enum token_kind { TOKEN_END, TOKEN_WORD, TOKEN_STRING };      /* end of the entry; unquoted; was in quotes */
struct token { enum token_kind kind; struct slice raw; };     /* escapes untouched, without quotes */

/* Reads one text. Once `failed`, every take yields TOKEN_END. */
struct zone_reader {
    struct zone *zone;
    struct cursor c;
    unsigned line;                   /* of the cursor */
    unsigned groups;                 /* open parentheses */
    bool failed;
    struct zone_error *error;
    uint8_t origin[NAME_WIRE_MAX];   /* wire form */
    size_t origin_len;
    uint8_t owner[NAME_TEXT_MAX];    /* the last one, lower case; owner_len 0: it has no text, skip its records */
    size_t owner_len;
    bool has_owner;
    bool has_ttl, has_default_ttl;   /* an entry had one; $TTL was given */
    uint32_t ttl_seconds, default_ttl_seconds;
    uint8_t rdata[RDATA_MAX];
    uint8_t string[RDATA_MAX];       /* scratch of one string without its escapes */
};

struct token zone_take_token(struct zone_reader *);
/* Remembers the first complaint: our words, and the foreign word they are about (may be empty). Returns false. */
bool zone_complain(struct zone_reader *, const char *words, struct slice about);
/* Master-file name to wire form; complains. */
bool zone_name_to_wire(struct zone_reader *, struct slice raw, uint8_t wire[NAME_WIRE_MAX], size_t *len);
/* Seconds as digits, or with units: 1w2d3h4m5s. */
bool zone_ttl_of(struct slice, uint32_t *seconds);
/* \DDD and \X resolved; false for a bad escape. */
bool text_add_unescaped(struct text *, struct slice raw);
/* A type's number and how its data are read. `unread`: a type this program never asks for; its data are skipped. */
bool zone_type_of(struct slice word, uint16_t *type, bool *unread);
/* The data of one entry to RDATA, up to and including TOKEN_END; complains. */
bool zone_take_rdata(struct zone_reader *, uint16_t type, struct text *rdata);

#endif
