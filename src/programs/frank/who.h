/*
 * who.h: frank who: everything that can be found out about an address or a domain, as facts.
 *
 *     who.c         the command: which ones, and what is put together
 *     who_dns.c     what DNS says: names, contacts, mail exchangers, networks
 *     who_says.c    what each method says of an address and a domain, by the engine
 *     who_seen.c    what came from there, by the journal
 *     who_print.c   the facts as a report
 *
 * DNS is asked for many things at a time: the functions of who_dns.c make their facts from the answers there are, and set `missing` if one is
 * not there yet. Then all facts are thrown away, the answers waited for, and the facts made again from the top:
 *
 *     do {
 *         who_again(w);                      // empties w->arena
 *         ... who_names(w, ...)
 *     } while (who_waits(w));
 */
#ifndef FRANK_PROGRAMS_WHO_H
#define FRANK_PROGRAMS_WHO_H

#include "programs/frank/asker.h"
#include "programs/frank/report.h"
#include "programs/frank/who_seen.h"

#define WHO_NAMES_MAX 10                /* PTR names looked at of one address (RFC 7208 4.6.4 has the same) */
#define WHO_ADDRESSES_MAX 10            /* of one host (ours) */
#define WHO_MX_MAX 10                   /* exchangers of one domain (RFC 7208 4.6.4 has the same) */
#define WHO_HOSTS_MAX 8                 /* of a domain's own hosts its records are asked about (ours) */
#define WHO_LEVELS_MAX 16               /* names above one that are looked at (ours): IPv6 nibbles from /64 to /4 */
#define WHO_RP_MAX 4                    /* RP records of one name, and texts of each (ours) */
#define WHO_DOMAINS_MAX 320             /* asked about one address: 256 named on the command line, and those found (ours) */
#define WHO_DOMAINS_FOUND_MAX 20        /* of its names, and of its mail (ours) */

struct who {
    const struct cli *cli;
    struct world *world;
    struct world_asker asker;
    const struct suffix_list *suffixes;
    struct arena *arena;                /* of the one that is looked at; emptied by who_again() */
    bool missing;
    bool unknown;                       /* something was not answered */
    int code;
};

/* ---- who_dns.c ---- */

void who_again(struct who *);
/* Something is missing, and has been waited for. */
bool who_waits(struct who *);

enum who_confirmed { WHO_NOT_CONFIRMED = 0, WHO_CONFIRMED, WHO_UNKNOWN };
struct who_name { struct slice name; enum who_confirmed confirmed; };
struct who_names { struct who_name at[WHO_NAMES_MAX]; size_t count, left_out; bool failed; struct slice reverse; };
/* What the address is called: sorted, then bounded. reverse: the name that was asked, or what it is an alias of. */
void who_find_names(struct who *, const struct ip *, struct who_names *out);
/* { "name", "confirmed", "addresses" } of each. */
void who_add_names(struct who *, struct fact *parent, const struct who_names *);

/* { "record":"SOA", "of":zone, "mailbox" } of the zone this name is in, unless it is above `top`; once each. */
void who_add_zone_contact(struct who *, struct fact *list, struct slice name, struct slice top);
/* { "record":"RP", "of":name, "mailbox", "text":[...] } */
void who_add_persons(struct who *, struct fact *list, struct slice name);
void who_add_reverse_contacts(struct who *, struct fact *list, const struct ip *, struct slice reverse);

struct who_hosts { struct { struct ip ip; struct slice name; } at[WHO_HOSTS_MAX]; size_t count; };
/* Members "addresses", "mx" and "null_mx" of the domain; its hosts, and those that receive for it. */
void who_add_hosts(struct who *, struct fact *parent, struct slice domain, struct who_hosts *out);
/*
 * Member "mx": true if the address is one of the hosts that receive for the domain, null if that is not known. "mx_host": which;
 * "mx_implicit": the domain has no MX, and its own address receives (RFC 5321 5.1).
 */
void who_add_is_mx(struct who *, struct fact *parent, struct slice domain, const struct ip *);
/* Member "senders": what its SPF record amounts to. */
void who_add_senders(struct who *, struct fact *parent, struct slice domain);
/* Member "records": what it publishes in the dialects of methods that say who may send. */
void who_add_records(struct who *, struct fact *parent, struct slice domain);
/* Member "org_domain" (RFC 9989 4.10, or --psl). */
void who_add_organisation(struct who *, struct fact *parent, struct slice domain);
/* The domain under which names are registered, by the suffix list; the domain itself if it is a suffix. */
struct slice who_registered(struct who *, struct slice domain);

/* ---- who_says.c ---- */

/* What records say of an address in the name of a domain. */
struct who_case {
    struct ip ip;                       /* IP_NONE: of nobody */
    struct slice helo, domain;          /* domain empty: the null sender, and nobody's */
    struct fact *methods, *lists;       /* who get members of these names; NULL: not wanted. Rows of methods as comparison.h has them */
};
/* Examines them all, several at a time. The first one's exemption goes to *exempt: why its mail is not examined ("no": it is). */
void who_examine(struct who *, const struct who_case *, size_t count, const char **exempt);

/* ---- who_print.c ---- */

void who_print(const struct fact *, const struct report_style *, FILE *);

#endif
