/*
 * packet.h: DNS messages in wire format, read with explicit bounds (threats.md T26).
 */
#ifndef FRANK_DNS_PACKET_H
#define FRANK_DNS_PACKET_H

#include "dns/answer.h"

#define PACKET_MAX 65535

/*
 * packet_read: the answer a response packet gives to a question. Always returns an answer (NULL only
 * without memory): what cannot be believed is ANSWER_GARBLED. Reads the answer section (and the SOA
 * of the authority section for the negative TTL); only records owned by the question's name or its
 * alias chain (<= CNAME_CHAIN_MAX) count; the additional section is skipped. The question section
 * must echo the question. Compression pointers must point backwards; at most 127 labels a name.
 * A set TC bit is ANSWER_GARBLED here: the transport must have retried over TCP. More than 256 records
 * in a section: GARBLED. An empty NOERROR that only names other servers (lame), and every rcode but
 * NOERROR and NXDOMAIN: SERVFAIL. The id is the transport's to check. Cost: linear in the octets.
 */
struct answer *packet_read(const struct question *, struct slice packet, enum answer_security, enum answer_origin);
/* Reads id and flags only: false if shorter than a header. */
struct packet_head { uint16_t id; bool response, truncated; unsigned rcode; };
bool packet_head(struct slice packet, struct packet_head *out);
/* One question, EDNS0 with this UDP size (0: no OPT). False when the name is not askable or the buffer too small. */
bool packet_write_question(struct text *, uint16_t id, bool recursion_desired, const struct question *, uint16_t edns_size);
/* A response with this answer's records: for tests and fakes, the inverse of packet_read. Failures
 * all become SERVFAIL; an alias chain becomes one alias; false when it does not fit 65535 octets. */
bool packet_write_answer(struct text *, uint16_t id, const struct answer *);

#endif
