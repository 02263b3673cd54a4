/*
 * authres.h: Authentication-Results (RFC 8601): the typed data, its one parser and one serializer.
 *
 * Nothing else in Frank composes such text (threats.md T30). parse(print(x)) gives x.
 */
#ifndef FRANK_MAIL_AUTHRES_H
#define FRANK_MAIL_AUTHRES_H

#include "mail/message.h"

#define AUTHRES_RESULTS_MAX 128          /* per field, when reading */
#define AUTHRES_OCTETS_MAX 65536
#define AUTHRES_PROPERTIES_MAX 32        /* per result */
#define AUTHRES_PIECE_MAX 900            /* octets of one ptype.name=value as written; longer ones are left out: no line may pass 998 (RFC 5322 2.1.1) */

/* ptype and name lower case; value decoded: unquoted, but an identity with a quoted local part keeps its quotes:
 * "a;b"@example.org. All slices point into the value that was parsed or into the arena. */
struct authres_property { struct slice ptype, name, value; };
struct authres_result {
    struct slice method;                 /* lower case */
    unsigned method_version;             /* 1 */
    struct slice result;                 /* lower case */
    struct slice reason;                 /* may be empty */
    const struct authres_property *properties;
    size_t count;
};
struct authres {
    struct slice authserv_id;            /* decoded */
    unsigned version;                    /* 1 unless given */
    const struct authres_result *results;
    size_t count;                        /* 0: "none" */
};
enum authres_problem {
    AUTHRES_GOOD = 0, AUTHRES_NO_ID, AUTHRES_SYNTAX, AUTHRES_VERSION, AUTHRES_TOO_LONG, AUTHRES_TOO_MANY, AUTHRES_NO_MEMORY
};
/*
 * The field's value (behind the colon). On a problem *out holds what was understood before it, for display only.
 * CFWS anywhere; lenient in what the wild writes: values up to a blank, ";" or "(", empty results between two ";",
 * words with "=" but no "." are skipped. AUTHRES_NO_ID: it begins with a result; never ours, never trusted.
 */
enum authres_problem authres_parse(struct arena *, struct slice value, struct authres *out);
/*
 * authres_print: the value, starting with the authserv-id, results separated by ";". fold: CRLF TAB between results, and
 * between properties so that lines stay below 78 octets where possible; otherwise one line. Values that are not tokens are
 * quoted, or written as address forms; CR, LF, NUL, controls, invalid UTF-8 and invisible characters never get out: they
 * become the text \xHH in quotes. What would be over AUTHRES_PIECE_MAX is left out. No
 * comments. False: no memory, no authserv-id, or a keyword that is none (our bug).
 */
MUST_CHECK bool authres_print(const struct authres *, bool fold, struct text *out);
/*
 * Is this field ours to remove (threats.md T31)? True if its authserv-id equals one of `ids` (no case,
 * A-label form, trailing dot ignored) whatever follows it and however long; if the id itself cannot be read, or is no domain name and contains one of `ids`; if the version is not 1
 * (RFC 8601 section 5); or if the rest, or a field without id, cannot be parsed and contains one of `ids` as text.
 * `all`: every field is. O(octets x ids).
 */
bool authres_is_forged(struct arena *, struct slice value, const struct slice *ids, size_t id_count, bool all);
/*
 * authres_trusted: for programs downstream: the results of this message that a trusted authserv-id
 * vouches for. Position is evidence: from the top down, each Received field must be `by` one of the trusted
 * hosts about a client that is one too (by its verified name, or loopback); below the first that is not, the receiving
 * host's own, everything came from outside and is not looked at. With trusted_hosts empty only the ids count. Up to
 * AUTHRES_RESULTS_MAX results, top first. False only without memory.
 */
struct authres_set { const struct authres *fields; size_t count; };
MUST_CHECK bool authres_trusted(struct arena *, const struct message *, const struct slice *ids, size_t id_count,
                                const struct slice *trusted_hosts, size_t host_count, struct authres_set *out);

#endif
