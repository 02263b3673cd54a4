/*
 * dnslist_zone.h: a list in a file becomes a zone that others can ask (dnsbl.md, "Publishing side").
 *
 * The file has one entry a line:
 *
 *     192.0.2.99                                  an address
 *     192.0.2.0/24   127.0.0.4                    a network, with another answer than 127.0.0.2
 *     2001:db8::/32  127.0.0.4  see bad.example   and the reason
 *     spam.example                                or, in a list of names, a domain
 *     .spam.example                               with all below it
 *     # a comment
 *
 * Addresses and names do not go together. Of entries within each other the smaller one speaks; an entry on several lines has
 * several answers. Networks become wildcards where a label ends and single names in between; where a smaller entry makes
 * names within a wildcard exist, which ends it for what lies beside (RFC 4592 2.2.1), the wildcard is said again there.
 */
#ifndef FRANK_METHODS_DNSLIST_ZONE_H
#define FRANK_METHODS_DNSLIST_ZONE_H

#include "base/ip.h"
#include "dns/name.h"

#define DNSLIST_FILE_OCTETS_MAX (64u << 20)      /* of the file (ours) */
#define DNSLIST_LINE_MAX 1024                    /* octets of a line (ours) */
#define DNSLIST_NAMES_MAX 1000000u               /* names of the zone, before wildcards are said again (ours) */
#define DNSLIST_ANSWERS_MAX 64                   /* different answers in one file (ours): each has a test entry */
#define DNSLIST_REASON_MAX 255u                  /* octets of a reason: one character-string (RFC 1035 3.3) */
#define DNSLIST_SERVERS_MAX 13                   /* name servers of a zone (ours) */

struct dnslist_zone_options {
    struct slice zone;                           /* normal form */
    uint32_t ttl_seconds;
    struct slice text;                           /* reason of entries without one; "$" is the entry */
    /* With servers the zone has SOA and NS records and can be loaded as it is; without, it is to be included in another. */
    const struct slice *servers;
    size_t server_count;
    struct slice contact;                        /* a mailbox; empty: hostmaster at the zone */
    uint32_t serial;
};

struct dnslist_mistake { size_t line; char text[240]; };       /* line 0: of the whole */

/*
 * Gives the zone to `put`, line by line, each with its line end. False + *mistake; then nothing or only a part was given.
 * Everything it needs is in the arena: about 200 octets a name.
 */
MUST_CHECK bool dnslist_zone_build(struct arena *, struct slice file, const struct dnslist_zone_options *,
                                   void (*put)(void *context, struct slice line), void *context, struct dnslist_mistake *);

/* ---- for the files of this folder ---- */

enum dnslist_family { DNSLIST_FAMILY_NONE = 0, DNSLIST_FAMILY_V4, DNSLIST_FAMILY_V6, DNSLIST_FAMILY_NAMES };

/* One name of the zone. */
struct dnslist_entry {
    struct slice path;                           /* labels from the zone down, each ended by NUL: "192" "0" "2" */
    struct slice written;                        /* as in the file: 192.0.2.0/24 */
    struct slice text;                           /* empty: the options' */
    struct ip answer;
    unsigned bits;                               /* how much of the key it fixes: of two for the same name the larger speaks */
    bool wildcard;
    enum dnslist_family family;
    size_t line;                                 /* 0: a test entry */
};

struct dnslist_entries {
    struct dnslist_entry *at;
    size_t count, room;
    bool v4, v6, names;                          /* what there is */
    size_t wildcard4, wildcard6;                 /* line of the first; 0: none */
    size_t first4, first6;                       /* line of the first of each family */
    struct ip answers[DNSLIST_ANSWERS_MAX];
    size_t answer_count;
};

/* The file's entries, without test entries, in their order. */
MUST_CHECK bool dnslist_file_read(struct arena *, struct slice file, struct slice zone, struct dnslist_entries *, struct dnslist_mistake *);
/* One more, for an address or network (host bits zero) or a name; false without room or memory. */
MUST_CHECK bool dnslist_entries_add_prefix(struct arena *, struct dnslist_entries *, const struct dnslist_entry *like, const struct prefix *);
MUST_CHECK bool dnslist_entries_add_name(struct arena *, struct dnslist_entries *, const struct dnslist_entry *like, struct slice name);
bool dnslist_wrong(struct dnslist_mistake *, size_t line, const char *format, ...) PRINTF_LIKE(3, 4);      /* false */

#endif
