/*
 * named.h: which name servers may be asked by their address.
 *
 * A record that anybody can publish may say "ask 10.0.0.1": whoever obeys lets strangers send packets into his own network, or
 * at a victim of their choice. So a server is asked only at port 53 of an address of the public Internet; never at a loopback,
 * private, link-local, multicast or unspecified address, one of special use (RFC 6890), or one that is IPv4 in disguise, unless
 * the administrator lists it. Whoever asks looks here, and so does the process that sends.
 */
#ifndef FRANK_DNS_NAMED_H
#define FRANK_DNS_NAMED_H

#include "base/ip.h"

#define NAMED_ENTRIES_MAX 64         /* of an administrator's list */
#define NAMED_PORT 53

struct named_entry { struct prefix network; uint16_t port; };          /* port 0: NAMED_PORT */
struct named_list { struct named_entry at[NAMED_ENTRIES_MAX]; size_t count; };

/* "10.0.0.53", "10.0.0.0/8", "127.0.0.1:5353", "2001:db8::53", "[::1]:5353". */
bool named_entry_parse(struct slice, struct named_entry *out);
/* False: full, or none of these forms. */
MUST_CHECK bool named_list_add(struct named_list *, struct slice);
/* The port at which this server may be asked; 0: not at all. The first entry that covers it decides; the list may be NULL. */
uint16_t named_port(const struct named_list *, const struct ip *server);
bool named_listed(const struct named_list *, const struct ip *server);       /* the administrator lists it */

#endif
