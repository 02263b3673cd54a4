/*
 * spf_follow.h: which addresses an SPF record passes, as a set: check_host() for all clients at once (RFC 7208).
 *
 * Terms are taken in their order. The clients a term matches and no earlier one did are settled by its
 * qualifier; what is left goes on. Include and redirect are followed without recursion.
 */
#ifndef FRANK_PUBLISH_SPF_FOLLOW_H
#define FRANK_PUBLISH_SPF_FOLLOW_H

#include "methods/spf/spf_record.h"
#include "publish/publish.h"

/* One walk over a record and what it refers to. */
struct follow {
    struct arena *arena;
    struct asker *asker;
    unsigned terms;                  /* that ask, so far; beyond SPF_MAX_TERMS everything is permerror (4.6.4) */
};

struct follow_hosts { struct plan_host at[SPF_MAX_ADDRESS_NAMES]; size_t count; };

/* What became of one term, or of a whole record. */
enum followed {
    FOLLOW_NOT_YET = 0,
    FOLLOW_READY,
    FOLLOW_UNSAYABLE,                /* depends on more than the client's address: exists, ptr, macros */
    FOLLOW_FAILED,                   /* DNS did not answer */
    FOLLOW_ENDS,                     /* permerror for everybody who gets here */
    FOLLOW_NONE,                     /* a record: there is none */
    FOLLOW_NO_MEMORY
};

/* The SPF record of a domain: READY, NOT_YET, NONE, FAILED, or ENDS (several, or malformed). */
enum followed follow_record(struct follow *, struct slice domain, const struct spf_record **out);
/* Asks what the record's terms will need, so that the questions leave together. */
void follow_prefetch(struct follow *, const struct spf_record *, struct slice domain);
/* The name a term or redirect speaks of, normal form; false: it has macros, or is no name. */
bool follow_target(struct follow *, const struct spf_record *, const struct spf_term *, struct slice domain, struct slice *out);
/* Addresses of a host: both families. A host without any is READY. */
enum followed follow_host(struct follow *, struct slice name, struct plan_host *out);
/* The MX hosts of a domain with their addresses, by preference; more than SPF_MAX_ADDRESS_NAMES: ENDS. */
enum followed follow_mx(struct follow *, struct slice domain, struct follow_hosts *out);
/* The clients that a term other than include matches. Counts it. */
enum followed follow_match(struct follow *, const struct spf_record *, const struct spf_term *, struct slice domain, struct ip_set *out);

/* Of a domain's record: the clients for which check_host() passes. */
struct followed_domain {
    struct ip_set pass;
    bool unsaid;                     /* some pass that are not in the set, or some in it do not: something could not be said or asked */
    bool ended;                      /* whoever the terms so far did not settle gets permerror or temperror, also from a record that includes this one */
};
/* READY, NOT_YET, NO_MEMORY; FAILED, NONE or ENDS if the domain's own record is not to be had. */
enum followed follow_domain(struct follow *, struct slice domain, struct followed_domain *out);

#endif
