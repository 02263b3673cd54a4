/*
 * callerid_view.h: what of a policy document concerns one client. Made once for a message: a document may hold
 * thousands of addresses, and a walk goes over all its documents again whenever an answer arrives (threats.md T18).
 */
#ifndef FRANK_METHODS_CALLERID_VIEW_H
#define FRANK_METHODS_CALLERID_VIEW_H

#include "methods/callerid/callerid_record.h"

/* Indexes into ep.ms and ep.entries (EP_ITEMS_MAX bounds both). */
struct ep_step { uint16_t m, entry; };
#define EP_NO_ENTRY UINT16_MAX           /* of an m with nothing in it: the MX set of the domain itself */

struct ep_view {
    const struct ep_step *listed;  size_t listed_count;      /* of each m that may admit the client, the first entry whose addresses hold it */
    const struct ep_step *asking;  size_t asking_count;      /* in the document's order: what DNS has to be asked for */
};

/* An m whose a, r and mx count and may admit the client: not indirect, and without an exclusion of it. */
bool ep_is_open(const struct ep *, const struct ep_m *, const struct ip *client);
/* The first entry of an m whose addresses hold the client; NULL: none. */
const struct ep_entry *ep_listed(const struct ep *, const struct ep_m *, const struct ip *client);
/* An a with a name, an mx, or an indirect. */
bool ep_entry_asks(const struct ep_entry *);

/* Lives in the arena, beside the document. NULL without memory. Time is in proportion to the entries. */
struct ep_view *ep_view_make(struct arena *, const struct ep *, const struct ip *client);

#endif
