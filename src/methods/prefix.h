/* prefix.h: prefixes as records write them: as text of one family, and as octets in RDATA. */
#ifndef FRANK_METHODS_PREFIX_H
#define FRANK_METHODS_PREFIX_H

#include "base/ip.h"

/* address [ "/" length ] of this family; host bits are cleared. ::ffff:a.b.c.d stays IPv6 and so covers nobody: such
 * clients are IPv4. */
enum prefix_fault { PREFIX_FINE = 0, PREFIX_BAD_ADDRESS, PREFIX_BAD_LENGTH };
enum prefix_fault prefix_of_text(struct slice, enum ip_family, struct prefix *out);
void text_add_network(struct text *, const struct prefix *);       /* without "/32" or "/128" */

/* The first octets of an address, the rest zero; bits behind the prefix are cleared. False: too many octets or bits for
 * the family. An IPv4-mapped address stays what it was written as. */
bool prefix_of_octets(enum ip_family, struct slice octets, unsigned bits, struct prefix *out);
/* How many hosts it holds: IPv4 addresses, or IPv6 networks of 64 bits, as one host often has one; saturates. */
uint64_t prefix_hosts(const struct prefix *);
uint64_t hosts_sum(uint64_t, uint64_t);               /* saturates */

#endif
