/*
 * world.h: the senders of the corpus: domains with their keys, hosts and records, and the zone that holds them.
 */
#ifndef BENCH_WORLD_H
#define BENCH_WORLD_H

#include "letter.h"
#include "zone.h"

enum { RSA_KEYS = 16, ED25519_KEYS = 8, SERVICES = 8, FORWARDERS = 8, DOMAINS_MAX = 400 };

struct house {                      /* a domain with its mail host */
    char name[64], host[80], ip[48];
    const struct key *rsa, *ed25519;
    bool strict;                    /* adkim=s, aspf=s */
};

struct world {
    struct key rsa[RSA_KEYS], ed25519[ED25519_KEYS], wrong, wrong_ed25519;     /* wrong: published nowhere */
    struct house domains[DOMAINS_MAX], services[SERVICES], forwarders[FORWARDERS];
    struct house stranger;          /* sends forged mail; has no records but its address */
    unsigned domain_count;
    struct zone zone;
};

/* domains: 1 to DOMAINS_MAX. The same seed gives the same world. */
void world_make(struct world *, uint64_t seed, unsigned domains);

/* DMARC's result for an author domain as the zone has it (RFC 9989, records at organizational domains only). */
struct dmarc_facts { const char *author; const char *spf, *spf_domain; const char *const *dkim, *const *dkim_domains; unsigned signatures; };
const char *world_dmarc(const struct world *, const struct dmarc_facts *);

#endif
