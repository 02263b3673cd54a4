/*
 * dns_records.h: questions and answers as payloads of helper records. Pure; read with bounds, because the
 * resolver process parses what strangers send and might be theirs one day.
 */
#ifndef FRANK_PLATFORM_RESOLVER_DNS_RECORDS_H
#define FRANK_PLATFORM_RESOLVER_DNS_RECORDS_H

#include "dns/answer.h"

enum dns_record { DNS_QUESTION = 1, DNS_CANCEL, DNS_ANSWER };      /* kinds; the id is the question's */

void dns_write_question(struct text *, const struct question *);
/* The name borrows the payload. False: it is none. */
bool dns_read_question(struct slice payload, struct question *);
void dns_write_answer(struct text *, const struct answer *);
/* One holder, the caller. NULL: it is none, or there is no memory. */
const struct answer *dns_read_answer(struct slice payload, const struct question *);

#endif
