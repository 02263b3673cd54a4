/*
 * callerid_record.h: the E-mail Policy Document, "EPD" (draft-atkinson-callerid-00): what a domain says
 * about its mail, in XML.
 *
 *     <ep xmlns='http://ms.net/1'>
 *       <out><m><a>192.0.2.1</a><r>192.0.2.64/26</r><r>!192.0.2.70/32</r></m><m><indirect>isp.example</indirect></m></out>
 *     </ep>
 *
 * All elements of the draft's schema are read and kept, also those without a defined meaning. Elements
 * and attributes of other namespaces are passed over. An element of this namespace that does not belong where it stands (a
 * misspelt one, one in the wrong case) is a mistake: passing over the only <r>!...</r> would admit who is excluded.
 */
#ifndef FRANK_METHODS_CALLERID_RECORD_H
#define FRANK_METHODS_CALLERID_RECORD_H

#include "base/ip.h"
#include "xml/xml.h"

#define EP_NAMESPACE "http://ms.net/1"
#define EP_OCTETS_MAX 65536          /* of a document (callerid.md) */
#define EP_ITEMS_MAX 4096            /* m, their children, cdl, edgeHeader, hashedPuzzle: all together (ours) */
#define EP_WORK_MAX 400000           /* of reading one (ours; xml.h): a document of 64 KiB that is all addresses takes half of it */

enum ep_flag { EP_UNSAID = 0, EP_FALSE, EP_TRUE };               /* xs:boolean, and not there */

enum ep_kind { EP_A, EP_R, EP_MX, EP_INDIRECT };                 /* children of m */
struct ep_entry {
    enum ep_kind kind;
    bool negated;                    /* r: "!" */
    struct prefix prefix;            /* r; a that is an address: all its bits. Else address.family is IP_NONE */
    struct slice name;               /* a, mx, indirect: normal form; a, mx: empty = the document's own domain */
};
struct ep_m {
    enum ep_flag e_noop, all_etp_signed;
    size_t first, count;             /* in ep.entries */
    bool indirect;                   /* some entry is */
};
struct ep_puzzle { bool has_n_min; uint64_t n_min; struct slice text; };

enum ep_scope_kind { EP_SCOPE_NONE = 0, EP_SCOPE_DOMAIN, EP_SCOPE_ELEMENT, EP_SCOPE_MESSAGE, EP_SCOPE_OTHER };
struct ep_scope {
    enum ep_scope_kind kind;
    struct slice text;               /* domain in normal form, element, message-id; local name of another namespace's element */
    struct slice date;               /* of a message; may be empty */
    struct slice space;              /* namespace of the other element */
};

struct ep {
    bool testing;
    struct ep_scope scope;
    bool has_in, has_out, has_internal;
    const struct ep_puzzle *puzzles;      size_t puzzle_count;
    bool no_mail_servers;
    enum ep_flag direct_only;
    const struct ep_m *ms;                size_t m_count;
    const struct ep_entry *entries;       size_t entry_count;        /* of all m, one after the other */
    const struct slice *cdls;             size_t cdl_count;
    const struct slice *edges;            size_t edge_count;         /* internal/edgeHeader */
    unsigned others;                      /* elements of other namespaces that were passed over */
};

enum ep_fault {
    EP_FINE = 0,
    EP_NOT_EP,                       /* the root is something else: no policy document at all */
    EP_FAULT_XML,                    /* see mistake.xml */
    EP_FAULT_ELEMENT, EP_FAULT_TWICE, EP_FAULT_TEXT, EP_FAULT_BOOLEAN, EP_FAULT_NUMBER, EP_FAULT_ADDRESS, EP_FAULT_RANGE, EP_FAULT_NAME,
    EP_FAULT_SCOPE, EP_FAULT_ITEMS,
    EP_FAULT_RECORD_OCTETS, EP_FAULT_NO_MARK, EP_FAULT_SAME_MARK,    /* of the set of TXT records: callerid_txt.h */
    EP_FAULT_MEMORY,
    EP_FAULTS
};
struct ep_mistake {
    enum ep_fault fault;
    enum xml_fault xml;
    uint64_t offset;                 /* octet of the document */
    struct slice where;              /* the element's name, or its content */
};

/* Everything is copied to the arena; on a fault *out holds what was read before. salt: xml.h. */
enum ep_fault ep_parse(struct arena *, struct slice document, uint64_t salt, struct ep *out, struct ep_mistake *);
/* The same with all it points to in another arena, and nothing besides: reading leaves behind what lists grew out of. False without memory. */
MUST_CHECK bool ep_copy(struct arena *, const struct ep *from, struct ep *to);
/* parse(print(x)) == x, save `others`. */
void text_add_ep(struct text *, const struct ep *);
void text_add_ep_entry(struct text *, const struct ep_entry *);      /* "<r>192.0.2.0/24</r>" */

#endif
