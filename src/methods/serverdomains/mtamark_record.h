/*
 * mtamark_record.h: MTAMARK's TXT records at _send._smtp._srv.REVERSE-NAME: "1" a mail server, all else none
 * (draft-stumpf-dns-mtamark-04).
 */
#ifndef FRANK_METHODS_SERVERDOMAINS_MTAMARK_RECORD_H
#define FRANK_METHODS_SERVERDOMAINS_MTAMARK_RECORD_H

#include "dns/answer.h"

enum mtamark { MTAMARK_NO_MTA = 0, MTAMARK_MTA };

enum mtamark mtamark_parse(struct slice text);
void text_add_mtamark(struct text *, enum mtamark);          /* parse(print(x)) == x */

/*
 * The draft takes the first of several records; those of a name have no order of their own, so it is the
 * first in octet order: "0" goes before "1". False: the answer has none.
 */
bool mtamark_of_answer(const struct answer *, enum mtamark *, struct slice *text);

/*
 * Names to ask, the most specific first: each octet of an IPv4 address, /128, /64 and /32 of IPv6. Builds them from
 * the reverse name ("1.2.0.192.in-addr.arpa") in the arena; a name is empty without memory.
 */
#define MTAMARK_LEVELS_MAX 4
size_t mtamark_names(struct arena *, const struct ip *client, struct slice reverse_name, struct slice names[MTAMARK_LEVELS_MAX]);

#endif
