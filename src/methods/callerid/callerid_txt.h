/*
 * callerid_txt.h: a policy document as the set of TXT records at _ep.DOMAIN, both ways.
 *
 * One record is the document. Of several, each begins with two octets that mark its place: sorted by these,
 * which are dropped, they join to the document.
 *
 *     _ep.example.com. TXT "02.3.4</a></m></out></ep>"
 *     _ep.example.com. TXT "01<ep xmlns='http://ms.net/1'><out><m><a>1.2"
 */
#ifndef FRANK_METHODS_CALLERID_TXT_H
#define FRANK_METHODS_CALLERID_TXT_H

#include "dns/answer.h"
#include "methods/callerid/callerid_record.h"

#define EP_RECORD_OCTETS_MAX 2048    /* of one TXT record (callerid.md: "no single TXT record may exceed 2K") */
#define EP_MARK_OCTETS 2
#define EP_RECORDS_MAX 99            /* that ep_split makes: marks 01 to 99 */

bool ep_is_foreign(struct slice record);      /* begins "v=" or "spf2.0": somebody else's, by a wildcard */

/*
 * The document of a set, in any order; foreign records are left
 * out. *used: how many are not; with 0 there is no document. One record is borrowed, several are joined in the arena. EP_FINE, or a fault of records, or no memory.
 */
enum ep_fault ep_join(struct arena *, const struct slice *records, size_t count, struct slice *document, size_t *used, struct slice *where);

/* The records of a document, in the arena: one as it is if it fits, else marked ones. False: more than `room`, or no memory. */
bool ep_split(struct arena *, struct slice document, struct slice *records, size_t room, size_t *count);

/* What a TXT answer holds. */
struct ep_set {
    size_t records;                  /* 0: none is ours */
    struct ep_mistake mistake;
    struct ep ep;
    struct arena *arena;             /* its own: all this lives in it */
};
/* answer_memo's maker and releaser. */
void *ep_set_make(const struct answer *);
void ep_set_release(void *);

#endif
