/* rmx_prefix.h: prefixes as octets, in RMX and APL RDATA. */
#ifndef FRANK_METHODS_RMX_RMX_PREFIX_H
#define FRANK_METHODS_RMX_RMX_PREFIX_H

#include "base/ip.h"

/* The first octets of an address, the rest zero; bits behind the prefix are cleared. False: too many octets or bits for
 * the family. An IPv4-mapped address stays what it was written as. */
bool prefix_of_octets(enum ip_family, struct slice octets, unsigned bits, struct prefix *out);
/* How many hosts it holds: IPv4 addresses, or IPv6 networks of 64 bits, as one host often has one; saturates. */
uint64_t prefix_hosts(const struct prefix *);
uint64_t hosts_sum(uint64_t, uint64_t);               /* saturates */

#endif
