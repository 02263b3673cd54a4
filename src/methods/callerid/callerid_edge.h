/*
 * callerid_edge.h: who handed a message to our organisation, where that is not whoever is connected: behind a relay of
 * our own, or when a stored message is looked at (callerid.md, "Checks away from the edge").
 *
 * The Received field our edge wrote is the first that contains a string of internal/edgeHeader of our own domain's
 * document; or, where it publishes none, the first written "by" a host with an address of our MX set, and from there on
 * down as long as the next host's is one too, or a private one. The draft goes on down whatever the fields say; here a
 * field is believed only while the client of the one above it is ours: below the first stranger everything may be forged.
 */
#ifndef FRANK_METHODS_CALLERID_EDGE_H
#define FRANK_METHODS_CALLERID_EDGE_H

#include "methods/callerid/callerid_walk.h"

#define EDGE_HOPS_MAX 10             /* Received fields looked at (ours) */
#define EDGE_HOSTS_MAX 10            /* exchanges of our own MX set (ours) */
#define EDGE_ADDRESSES_MAX 100       /* of these */
#define EDGE_STRINGS_MAX 64          /* edgeHeader elements looked for (ours) */
#define EDGE_FIELD_OCTETS 4096       /* of a Received field, looked through for them (ours) */

/* Whether the client must be found: the option is set and nobody told us who it is at first hand. */
bool callerid_edge_applies(const struct txn *, const struct callerid_conf *);

struct callerid_edge { struct ip client; int64_t received_at; };     /* received_at 0: not said */
/* HIT, WAIT, FAILED, OVER_QUOTA; MISS: no field is our edge's. BROKEN: own failure. */
enum path_outcome callerid_find_edge(struct check *, const struct callerid_conf *, struct callerid_edge *);

#endif
