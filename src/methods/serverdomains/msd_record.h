/*
 * msd_record.h: MSD records: the domains a mail server sends for.
 *
 *     _serves._smtp.mx1.isp.example.             TXT "v=msd1 d:example.com d:*.example.com only"
 *     _serves._smtp.mx2.isp.example.             TXT "v=msd1 factored"
 *     example.org._serves._smtp.mx2.isp.example. TXT "v=msd1 yes"
 *
 *     base  = "v=msd1" *( 1*SP item )
 *     item  = "d:" domain / "d:*." domain / "all" / "factored" / "only" / name "=" value
 *     entry = "v=msd1 " ( "yes" / "no" )
 *
 * The same as RDATA of a private record type, the base at the host itself, entries at the names above, in the form of
 * methods/record.h: version 1, then items of these types:
 *
 *     1 d:        an uncompressed name
 *     2 d:*.      an uncompressed name, without the asterisk
 *     3 all       no data         6 yes       no data
 *     4 factored  no data         7 no        no data
 *     5 only      no data         128         a "name=value" item, as text
 *
 * Both forms give the same items; each has its printer, and parse(print(x)) == x.
 */
#ifndef FRANK_METHODS_SERVERDOMAINS_MSD_RECORD_H
#define FRANK_METHODS_SERVERDOMAINS_MSD_RECORD_H

#include "base/compiler.h"
#include "dns/answer.h"

#define MSD_VERSION "v=msd1"
#define MSD_ITEMS_MAX 1024           /* of one record (ours); who serves more is factored */

enum msd_tag { MSD_DOMAIN = 1, MSD_BELOW, MSD_ALL, MSD_FACTORED, MSD_ONLY, MSD_YES, MSD_NO, MSD_NOTE = 0x80 };
struct msd_item {
    enum msd_tag tag;
    struct slice name;               /* d: without final dot and asterisk; note: "name=value" */
};

/* Where a record stands decides which items it may have. */
enum msd_place { MSD_BASE = 0, MSD_ENTRY };

/* Why a record is bad. */
enum msd_fault {
    MSD_FINE = 0, MSD_FAULT_ITEM, MSD_FAULT_NAME, MSD_FAULT_DATA, MSD_FAULT_CUT, MSD_FAULT_ITEMS, MSD_FAULT_SEVERAL, MSD_FAULT_ENTRY
};

/* Where items go: the caller's array, and a builder that holds the names of the RDATA form. */
struct msd_list { struct msd_item *at; size_t count, room; struct text *names; };

/*
 * msd_parse_*: the items behind the version. Names borrow the text, or live in `names`. On a fault *where gets the
 * item (TXT) or the octets from it on (RDATA); faults of the whole list have none.
 */
enum msd_fault msd_parse_text(struct slice items, enum msd_place, struct msd_list *, struct slice *where);
enum msd_fault msd_parse_rdata(struct slice items, enum msd_place, struct msd_list *, struct slice *where);
/* With the version; several TXT strings are the caller's business. */
void text_add_msd(struct text *, const struct msd_item *, size_t count);
void text_add_msd_rdata(struct text *, const struct msd_item *, size_t count);

/* The MSD record of a name. */
struct msd_record {
    enum msd_fault fault;
    struct slice where;              /* of the fault; may be empty */
    bool all, factored, only;        /* of a base */
    bool yes;                        /* of an entry */
    size_t count;
    const struct msd_item *items;
};
/* An item d: names this domain, which is in normal form. */
bool msd_serves(const struct msd_record *, struct slice domain);

/* answer_memo's makers, of answers that record_count() finds records in, and their releaser. */
void *msd_base_of_text(const struct answer *);
void *msd_base_of_rdata(const struct answer *);
void *msd_entry_of_text(const struct answer *);
void *msd_entry_of_rdata(const struct answer *);
void msd_record_release(void *);

/*
 * Names, in the arena; empty without memory, or (entries) when too long to be one.
 * msd_hashed_name: for domains whose entry has too long a name, and for hosts that do not tell whom they serve:
 * "_h" and the first 40 hexadecimal digits of the SHA-256 of the domain. False: the library failed.
 */
struct slice msd_base_name(struct arena *, struct slice host);
struct slice msd_entry_name(struct arena *, struct slice domain, struct slice host);
MUST_CHECK bool msd_hashed_name(struct arena *, struct slice domain, struct slice host, struct slice *out);
/* Below the entries' place, and no domain: only a wildcard answers. */
struct slice msd_probe_name(struct arena *, struct slice host);

#endif
