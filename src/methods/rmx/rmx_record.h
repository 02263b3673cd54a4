/*
 * rmx_record.h: RMX records (draft-danisch-dns-rr-smtp-04): an ordered list of entries, as TXT at
 * _rmx.DOMAIN and as the RDATA of a private record type at DOMAIN.
 *
 *     "!ipv4:192.0.2.66 ipv4:192.0.2.0/24 apl:relays.isp.example"
 *
 * Both forms give the same list of entries; each has its printer, and parse(print(x)) == x.
 */
#ifndef FRANK_METHODS_RMX_RMX_RECORD_H
#define FRANK_METHODS_RMX_RMX_RECORD_H

#include "dns/answer.h"

/* Numbers as on the wire. The draft fixes the groups only; the order within them and 8 are inferred. */
enum rmx_tag { RMX_IPV4 = 1, RMX_IPV6, RMX_HOST, RMX_APL, RMX_DOMAIN, RMX_UNUSED, RMX_FULL, RMX_MX };
#define RMX_TAG_MAX RMX_MX
const char *rmx_tag_name(enum rmx_tag);              /* "ipv4" ... "mx" */

struct rmx_entry {
    enum rmx_tag tag;
    bool negated;
    struct prefix prefix;                            /* ipv4, ipv6: host bits are zero */
    struct slice name;                               /* host, apl, domain: without final dot; domain: empty = the record's own domain */
};

/* Why a record is bad. One bad entry spoils the whole record set. */
enum rmx_fault {
    RMX_FINE = 0, RMX_FAULT_TAG, RMX_FAULT_NO_TAG, RMX_FAULT_ADDRESS, RMX_FAULT_LENGTH, RMX_FAULT_NAME, RMX_FAULT_DATA,
    RMX_FAULT_NEGATED, RMX_FAULT_CUT, RMX_FAULT_ENTRIES
};

/* Where entries go: the caller's array, and a builder that holds the names of the wire form. */
struct rmx_list { struct rmx_entry *at; size_t count, room; struct text *names; };

/*
 * rmx_parse_*: append the entries of one record; names borrow the text, or live in `names`. legacy: also read the drafts -00 and -01: bare
 * prefixes, and bare names of APL records. On a fault *where gets the entry (TXT) or the octets from it on (RDATA).
 * The RDATA form must be uncompressed; an unknown type code ends it, as entries carry no length.
 */
enum rmx_fault rmx_parse_text(struct slice record, bool legacy, struct rmx_list *, struct slice *where);
enum rmx_fault rmx_parse_rdata(struct slice rdata, bool legacy, struct rmx_list *, struct slice *where);
void text_add_rmx(struct text *, const struct rmx_entry *, size_t count);
void text_add_rmx_entry(struct text *, const struct rmx_entry *);
void text_add_rmx_rdata(struct text *, const struct rmx_entry *, size_t count);

/*
 * A wildcard for another system's TXT records answers at _rmx too. No RMX entry starts with "v=", which most of those
 * do: they are not this domain's RMX records, and not mistakes in them.
 */
bool rmx_is_foreign(struct slice text);

/* All RMX records of a name, in sorted octet order, as one list. */
struct rmx_set {
    unsigned records;                                /* 0: none of the TXT records is RMX */
    enum rmx_fault fault;
    struct slice where;                              /* of the fault */
    uint64_t hosts;                                  /* that ipv4 and ipv6 entries admit; see prefix_hosts(); saturates */
    size_t count;
    const struct rmx_entry *entries;
};

/* answer_memo's makers (of TXT and of private-type answers; each with and without the old drafts' forms) and their releaser. */
void *rmx_set_of_text(const struct answer *);
void *rmx_set_of_text_legacy(const struct answer *);
void *rmx_set_of_rdata(const struct answer *);
void *rmx_set_of_rdata_legacy(const struct answer *);
void rmx_set_release(void *);

/*
 * Where the record of a full address lies (entry "full:"): LOCAL._rmx.DOMAIN if the local part is made of
 * lower-case letters, digits, hyphens and single dots, else its base32 form below _b32._rmx.DOMAIN, so that
 * addresses that differ have names that differ. In the arena.
 */
struct slice rmx_full_name(struct arena *, struct slice local, struct slice domain);

#endif
