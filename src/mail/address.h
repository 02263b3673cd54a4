/*
 * address.h: RFC 5322 / 6532 / 6854 address lists and RFC 5321 paths, obsolete forms included; no recursion, O(n).
 *
 * What does not parse has no domain (threats.md T02, T03): a malformed list never becomes its first
 * item, encoded words are never decoded, a domain is only ever that of the addr-spec.
 */
#ifndef FRANK_MAIL_ADDRESS_H
#define FRANK_MAIL_ADDRESS_H

#include "mail/domain.h"

#define ADDRESSES_MAX 1000          /* per list; over it the list is malformed */

struct address {
    struct slice display;           /* display-name as written (quotes, folds and all), may be empty; points into the value */
    struct slice local;             /* unquoted local part (quoted pairs resolved) */
    struct slice domain;            /* as written, comments and blanks removed */
    struct slice normal_domain;     /* domain_normal() of it, empty if it is none (also address literals) */
    bool in_group;
};

struct address_list {
    struct address *at;
    size_t count;
    bool well_formed;               /* the whole value obeyed the grammar (current or obsolete) */
    bool has_group;
    unsigned empty_items;           /* obs-mbox-list: ",," */
};

/*
 * Value of From, To, Sender ... (folds allowed). False only without memory; look at well_formed: a list that is not
 * has no addresses at all. Strict UTF-8 (RFC 6532); NUL, and CR or LF outside folds, are not well formed. One
 * dot behind a domain is tolerated.
 */
MUST_CHECK bool address_list_parse(struct arena *, struct slice value, struct address_list *out);
/* The addr-spec in canonical text, without display name: local part quoted if needed. parse(print(x)) has the same local and domain. */
void text_add_address(struct text *, const struct address *);
bool local_part_is_dot_atom(struct slice, bool utf8);

/* A reverse- or forward-path as SMTP or a milter gives it: with or without <>, source route, quoted
 * local part; "" and "<>" are the null path. False: unusable (no domain); then only `raw` is set. */
struct path {
    struct slice raw;               /* as it came, without <> */
    bool null;
    struct slice local;             /* unquoted */
    struct slice domain;            /* as written */
    struct slice normal_domain;     /* empty if not a domain name (address literals too) */
    struct slice route_first;       /* first host of a source route, normal form; empty if none (DMP) */
    bool utf8;                      /* local part or domain holds non-ASCII */
};
bool path_parse(struct arena *, struct slice, struct path *out);

/*
 * The Author Domain (RFC 9989 4.7 / threats.md T01, T02) of a header: exactly one From field, well formed,
 * at least one address; domains: the distinct normal domains of its addresses (<= AUTHOR_DOMAINS_MAX).
 */
#define AUTHOR_DOMAINS_MAX 4
enum author_problem {
    AUTHOR_OK = 0, AUTHOR_NO_FROM, AUTHOR_SEVERAL_FROM, AUTHOR_MALFORMED, AUTHOR_GROUP, AUTHOR_BAD_DOMAIN,
    AUTHOR_TOO_MANY_DOMAINS
};
struct author { enum author_problem problem; struct slice domains[AUTHOR_DOMAINS_MAX]; unsigned count; };
struct message;
struct author author_of(struct arena *, const struct message *);

#endif
