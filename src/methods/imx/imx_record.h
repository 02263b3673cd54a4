/*
 * imx_record.h: IMX records: the hosts of a domain that send mail and are no mail exchangers.
 *
 *     _imx.example.com. TXT "v=imx1 ip4:192.0.2.16/29 a:relay.example.com only"
 *
 *     imx-record = "v=imx1" *( 1*SP item )
 *     item       = "ip4:" IPv4 [ "/" 0..32 ] / "ip6:" IPv6 [ "/" 0..128 ] / "a:" hostname / "none" / "only" / name "=" value
 *
 * The same as RDATA of a private record type at the domain itself, in the form of methods/record.h: version 1, then
 * items of these types:
 *
 *     1 ip4    prefix length, then the (length + 7) / 8 octets of the address that it covers
 *     2 ip6    the same
 *     3 a      an uncompressed name
 *     4 none   no data
 *     5 only   no data
 *     128      a "name=value" item, as text
 *
 * Both forms give the same items; each has its printer, and parse(print(x)) == x.
 */
#ifndef FRANK_METHODS_IMX_IMX_RECORD_H
#define FRANK_METHODS_IMX_IMX_RECORD_H

#include "dns/answer.h"

#define IMX_VERSION "v=imx1"
#define IMX_ITEMS_MAX 128            /* of one record (ours) */
#define IMX_NAMES_MAX 10             /* a: items of one record (imx.md) */

enum imx_tag { IMX_IP4 = 1, IMX_IP6, IMX_HOST, IMX_NONE, IMX_ONLY, IMX_NOTE = 0x80 };
struct imx_item {
    enum imx_tag tag;
    struct prefix prefix;            /* ip4, ip6: host bits are zero */
    struct slice name;               /* a: without final dot; note: "name=value" */
};

/* Why a record is bad. */
enum imx_fault {
    IMX_FINE = 0, IMX_FAULT_ITEM, IMX_FAULT_ADDRESS, IMX_FAULT_LENGTH, IMX_FAULT_NAME, IMX_FAULT_DATA, IMX_FAULT_CUT, IMX_FAULT_ITEMS,
    IMX_FAULT_NAMES, IMX_FAULT_NONE, IMX_FAULT_SEVERAL
};

/* Where items go: the caller's array, and a builder that holds the names of the RDATA form. */
struct imx_list { struct imx_item *at; size_t count, room; struct text *names; };

/*
 * imx_parse_*: the items behind the version. Names borrow the text, or live in `names`. On a fault *where gets the
 * item (TXT) or the octets from it on (RDATA); faults of the whole list have none.
 */
enum imx_fault imx_parse_text(struct slice items, struct imx_list *, struct slice *where);
enum imx_fault imx_parse_rdata(struct slice items, struct imx_list *, struct slice *where);
/* With the version; several TXT strings are the caller's business. */
void text_add_imx(struct text *, const struct imx_item *, size_t count);
void text_add_imx_item(struct text *, const struct imx_item *);
void text_add_imx_rdata(struct text *, const struct imx_item *, size_t count);

/* The IMX record of a name. */
struct imx_record {
    enum imx_fault fault;
    struct slice where;              /* of the fault; may be empty */
    bool none, only;
    uint64_t hosts4, networks6;      /* distinct IPv4 addresses, and IPv6 networks of 64 bits, of ip4: and ip6:; saturate */
    size_t count;
    const struct imx_item *items;
};
/* Lists too many to tell anybody apart: wider than /16, or /32 of IPv6, in all (imx.md). */
bool imx_is_too_loose(const struct imx_record *);

/* answer_memo's makers, of answers that record_count() finds records in, and their releaser. */
void *imx_record_of_text(const struct answer *);
void *imx_record_of_rdata(const struct answer *);
void imx_record_release(void *);

#endif
