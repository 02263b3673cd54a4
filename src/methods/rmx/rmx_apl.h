/*
 * rmx_apl.h: address prefix lists (RFC 3123), which an RMX entry "apl:" names.
 *
 *     example.com. APL !1:192.0.2.1/32 1:192.0.2.0/24
 *
 * Walked in order; the first item whose prefix covers the client decides, items of the other family are
 * passed over.
 */
#ifndef FRANK_METHODS_RMX_RMX_APL_H
#define FRANK_METHODS_RMX_RMX_APL_H

#include "dns/answer.h"

#define APL_ITEMS_MAX 1024           /* of all records of a name (ours); more are refused */

struct apl_item { struct prefix prefix; bool negated; };     /* host bits are zero */

/* The items of all APL records of a name, records in sorted octet order. */
struct apl_set {
    bool broken;                     /* some RDATA is not APL, or there are too many items */
    size_t count;
    struct apl_item items[];
};

/* Appends the items of one RDATA; those of address families RFC 3123 does not define are dropped. False: cut, a
 * prefix or an address longer than its family, or no room. */
bool apl_parse(struct slice rdata, struct apl_item *items, size_t room, size_t *count);
/* RDATA: trailing zero octets dropped, as section 4 requires. parse(print(x)) == x. */
void text_add_apl_wire(struct text *, const struct apl_item *, size_t count);

enum apl_match { APL_NOTHING = 0, APL_MATCH, APL_NEGATED };
enum apl_match apl_judge(const struct apl_set *, const struct ip *client);
uint64_t apl_hosts(const struct apl_set *);       /* that its plain items admit; see prefix_hosts(); saturates */

/* answer_memo's maker and releaser. */
void *apl_set_make(const struct answer *);
void apl_set_release(void *);

#endif
