/*
 * plan.h: how a domain sends mail, as plain data, and how a method says it in DNS.
 *
 * A plan says what is true of a domain ("these hosts and this network send, nobody else"), in no
 * dialect. publish/ makes plans (from a file, from a published SPF record, from a command line) and
 * calls the publish() of each method, which adds the records its own specification wants:
 *
 *     static void imx_publish(const struct plan *plan, struct publication *p)
 *     {
 *         struct text record = publish_text(p);
 *         text_add_str(&record, "v=imx1");
 *         ...
 *         publish_txt(p, publish_name(p, "_imx", plan->domain), "v=imx1", text_slice(&record));
 *     }
 *
 * The contract of publish():
 *   - It reads the plan and nothing else, asks nothing, keeps nothing; what needs DNS (addresses of
 *     hosts, what a provider's servers are) is in the plan already, or marked as not known.
 *   - What the plan permits is plan_permits(). Records mean exactly that: an address passes if and only
 *     if the plan permits it. A dialect that cannot say so says what it can and remarks the difference:
 *     PUBLISH_LOOSER (passes somebody the plan does not permit) or PUBLISH_STRICTER (fails somebody it
 *     permits). The round-trip test holds a method that remarks neither to the letter, one that remarks
 *     one of them to the other half.
 *   - Parts that are not known (host->known, provider->known) count as inexpressible unless the dialect
 *     names them (a:host, include:provider, <indirect>).
 *   - Where nobody who sends could be said, there is no record: it would refuse them all (publish_nobody()).
 *   - A plan for which the method has nothing to say: no record; a remark if that may surprise.
 *   - Names outside plan_owns() are not ours: no record there.
 *   - Records are printed by the printers of the method's own room, so that what is published is what
 *     is parsed.
 */
#ifndef FRANK_METHODS_PLAN_H
#define FRANK_METHODS_PLAN_H

#include "base/ip_set.h"
#include "config/option.h"
#include "dns/answer.h"

#define PLAN_PREFIXES_MAX 4096        /* of one plan, with all it refers to (ours) */
#define PLAN_TTL_SECONDS 3600         /* unless the plan says otherwise */

/* What is said of clients the plan does not permit. Dialects without this choice say fail. */
enum plan_ending { PLAN_STRICT = 0, PLAN_SOFT, PLAN_NEUTRAL };

struct plan_host {
    struct slice name;                /* normal form */
    const struct ip *addresses;
    size_t count;
    bool known;                       /* the addresses are all there are: said by the plan, or answered */
    bool given;                       /* they are what the plan's owner says; else its name says them */
    unsigned preference;              /* of an MX host */
};
struct plan_hosts { const struct plan_host *at; size_t count; };

/* Another domain whose servers send for this one. */
struct plan_provider {
    struct slice domain;
    struct slice apl;                 /* name of its address prefix list (RFC 3123); empty: it has none */
    struct texts speaks;              /* names of the methods it publishes itself, so that one may refer to it */
    struct prefixes networks;         /* its servers, for dialects that must write them out ... */
    bool known;                       /* ... if these are all */
    bool given;                       /* the plan's owner says them; else they are what its SPF record said */
    unsigned lookups;                 /* DNS-causing terms of its SPF record with all it includes, itself not counted */
    bool lookups_known;
};
struct plan_providers { const struct plan_provider *at; size_t count; };

struct plan_key {
    struct slice selector;
    struct slice data;                /* base64 as in p=; empty: revoked */
    struct slice alias;               /* instead: the name where somebody else publishes it */
    bool ed25519, testing;
};
struct plan_keys { const struct plan_key *at; size_t count; };

struct plan_dmarc {
    bool given;
    unsigned policy, subdomains, nonexistent;     /* 0: not said, 1: none, 2: quarantine, 3: reject */
    struct texts reports, failures;               /* URIs: rua, ruf */
    bool strict_dkim, strict_spf, testing;
};

/* RFC 6186, 8314: where this domain's users submit and fetch. */
struct plan_service { const char *name; struct slice host; uint16_t port; };      /* "submissions"; host ".": not offered */
struct plan_services { const struct plan_service *at; size_t count; };

struct plan_private_type { struct slice method; uint16_t type; };

struct plan {
    struct slice domain;              /* normal form */
    uint32_t ttl_seconds;
    /* who sends */
    bool never_sends;                 /* then nothing of this group holds */
    struct prefixes networks;
    struct plan_hosts hosts;
    bool mx_sends;                    /* the hosts of `mx` send too */
    struct plan_providers providers;
    struct prefixes excluded;         /* never, whatever else covers them */
    struct texts lists;               /* domains of mailing lists: may stand behind our addresses in the header only */
    enum plan_ending ending;
    /* who receives */
    bool receives_nothing;            /* RFC 7505 */
    struct plan_hosts mx;
    bool mx_given;                    /* the file says them; else they are what DNS has and not ours to publish */
    bool mx_known;
    struct plan_services services;
    /* what is said beside */
    struct plan_keys keys;
    struct plan_dmarc dmarc;
    struct texts served;              /* domains our hosts send for, "*." before one: those below it; empty: the domain itself */
    bool serves_anybody;
    struct texts zones;               /* further zones that are ours: records may go there */
    struct prefixes address_space;    /* whose reverse zone is ours */
    struct prefixes message_servers;  /* addresses of name servers that answer for single messages (DNS Mail) */
    struct slice outbound_domain;     /* a domain of its own for what only sends (mxout); empty: none */
    struct slice apl;                 /* where to publish our networks as an address prefix list; empty: nowhere */
    /* how */
    struct texts methods;             /* what is published unless somebody asks for others; empty: everything */
    bool fill_deny;                   /* DMP: deny records where DNS would say "no such name" */
    bool flatten;                     /* providers are written out where they could be named */
    bool served_factored, served_only;      /* MSD: one record a domain; the list is complete */
    const struct plan_private_type *private_types;
    size_t private_type_count;
};

/* ---- reading a plan ---- */

bool plan_owns(const struct plan *, struct slice name);                 /* at or below the domain or one of its zones */
bool plan_owns_address(const struct plan *, const struct ip *);         /* its reverse name is ours */
bool plan_speaks(const struct plan_provider *, const char *method);
uint16_t plan_private_type(const struct plan *, const char *method);    /* 0: none wanted */
bool plan_excludes(const struct plan *, const struct ip *);
bool plan_may_exclude(const struct plan *, const struct plan_host *);   /* one of its addresses, as far as they are known */
/* What the plan means. Only as far as it is known. */
bool plan_permits(const struct plan *, const struct ip *client);
/* Nothing of what the plan permits is hidden behind a name we have no answer for. */
bool plan_is_known(const struct plan *);

bool prefixes_cover(struct prefixes, const struct ip *);

/* ---- as addresses ---- */

/*
 * Dialects write out what they have no name for. A set is begun with { 0 }, and what is to be written out
 * is added to it; plan_prefixes then gives the fewest networks that make it, sorted, IPv4 first.
 * False: no memory, or (plan_prefixes) more than PLAN_PREFIXES_MAX.
 */
MUST_CHECK bool plan_add_networks(struct arena *, struct ip_set *, struct prefixes);
/* Of one host, if they are known. */
MUST_CHECK bool plan_add_host(struct arena *, struct ip_set *, const struct plan_host *);
MUST_CHECK bool plan_add_hosts(struct arena *, struct ip_set *, struct plan_hosts);
MUST_CHECK bool plan_remove_networks(struct arena *, struct ip_set *, struct prefixes);
/* All that is permitted as far as it is known: what plan_permits() says yes to. */
MUST_CHECK bool plan_add_permitted(struct arena *, struct ip_set *, const struct plan *);
MUST_CHECK bool plan_prefixes(struct arena *, const struct ip_set *, struct prefixes *out);

/* ---- adding records ---- */

enum remark_kind {
    PUBLISH_NOTE = 0,                 /* worth knowing */
    PUBLISH_LOOSER,                   /* the records pass somebody the plan does not permit */
    PUBLISH_STRICTER                  /* the records fail somebody the plan permits */
};

struct published {
    const char *by;                   /* method's name, or "mx", "services", "hosts" */
    struct slice owner;               /* name text, lower case */
    uint16_t type;
    uint32_t ttl_seconds;
    struct slice rdata;               /* names in it uncompressed */
    /* How other records of this sort are known among the records of this owner and type: what they start with (TXT: their
     * text, any case; others: their RDATA); empty: all of them are. For telling wrong and stale ones from those of others. */
    struct slice kind;
    bool absent;                      /* there must be none of this sort here; rdata is empty */
};
struct remark { const char *by; enum remark_kind kind; struct slice text; };
struct remarks { struct remark *at; size_t count, room; bool bad; };

/* Where records go. Made and kept by publish/; a publish() only calls the functions below. */
struct publication {
    struct arena *arena;
    const struct plan *plan;
    const char *by;                   /* who is adding */
    struct published *records;
    size_t count, room;
    struct remarks remarks;
    bool bad;                         /* no memory: not worth printing */
};

#define PUBLISH_TEXT_MAX 60000        /* octets of one TXT record's text (RFC 1035 3.2.1: RDLENGTH is 16 bits) */
struct text publish_text(struct publication *);                          /* a builder for a TXT record's text */
struct slice publish_name(struct publication *, const char *prefix, struct slice name);      /* prefix "." name */
/* Of an owner that is no name (too long), a remark and no record. */
void publish_record(struct publication *, struct slice owner, uint16_t type, const char *kind, struct slice rdata);
void publish_txt(struct publication *, struct slice owner, const char *kind, struct slice text);      /* split at 255 octets */
void publish_mx(struct publication *, struct slice owner, const char *kind, unsigned preference, struct slice host);
void publish_srv(struct publication *, struct slice owner, unsigned priority, unsigned weight, unsigned port, struct slice target);
void publish_address(struct publication *, struct slice owner, const struct ip *);
void publish_alias(struct publication *, struct slice owner, struct slice target);      /* CNAME */
void publish_absent(struct publication *, struct slice owner, uint16_t type, const char *kind);
/* Remarks that nothing is published because no sender is known; then return. */
void publish_nobody(struct publication *);
/* One sentence without full stop. Foreign names in it must be askable ones (they come out as they are). */
void publish_remark(struct publication *, enum remark_kind, const char *format, ...) PRINTF_LIKE(3, 4);
void remark_add(struct arena *, struct remarks *, const char *by, enum remark_kind, const char *format, ...) PRINTF_LIKE(5, 6);
/* For %.*s */
#define PUBLISH_NAME(slice) (int)(slice).len, (const char *)(slice).at

#endif
