/*
 * zone.h: DNS data in memory. The generator fills one and writes it as a master file (the form is
 * that of the conformance sets: RFC 1035, absolute names); the fake name server, the limit and
 * the drivers read it back.
 *
 * Names are ASCII without the final dot, lower case. Record data is in wire form, names in it
 * uncompressed.
 */
#ifndef BENCH_ZONE_H
#define BENCH_ZONE_H

#include "util.h"

enum { RR_A = 1, RR_NS = 2, RR_CNAME = 5, RR_SOA = 6, RR_PTR = 12, RR_MX = 15, RR_TXT = 16, RR_AAAA = 28, RR_OPT = 41, RR_ANY = 255 };

struct record {
    struct record *next;              /* of the same name, in the order given */
    uint16_t type;
    struct bytes data;
};
struct name {
    struct name *next;                /* same hash */
    char *text;
    struct record *first, *last;      /* none: something is below it (an empty non-terminal) */
};
struct zone {
    struct name **slots;
    size_t slot_count, name_count;
    struct name **in_order;           /* names with records, as they were added */
    size_t ordered, ordered_cap;
};

void zone_add(struct zone *, const char *name, uint16_t type, struct bytes data);
void zone_add_txt(struct zone *, const char *name, const char *text);      /* cut in strings of 255 octets */
void zone_add_ip(struct zone *, const char *name, const char *ip);         /* A or AAAA */
void zone_add_name(struct zone *, const char *name, uint16_t type, const char *target);   /* CNAME, NS, PTR */
void zone_add_mx(struct zone *, const char *name, unsigned preference, const char *host);

const struct name *zone_find(const struct zone *, const char *name);       /* any case */
const struct record *record_of_type(const struct record *from, uint16_t type);
/* Follows CNAMEs, at most 8. NULL: nothing of that type. */
const struct record *zone_look(const struct zone *, const char *name, uint16_t type);
struct buf txt_of(const struct record *);                                  /* the strings joined */
char *name_from_wire(struct bytes wire);                                   /* text; owned */
struct buf name_to_wire(const char *name);

void zone_write(const struct zone *, const char *path, const char *comment);
void zone_read(struct zone *, const char *path);

#endif
