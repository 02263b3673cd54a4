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

struct authres_property { struct slice ptype, name, value; };       /* value decoded: unquoted */
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
/* The field's value (behind the colon). On a problem *out holds what was understood before it, for display only. */
enum authres_problem authres_parse(struct arena *, struct slice value, struct authres *out);
/*
 * authres_print: the value, starting with the authserv-id, results separated by ";". fold: CRLF TAB between results so
 * that lines stay below 78 octets where possible; otherwise one line. Values that are not tokens are
 * quoted, or encoded as address forms; CR, LF, NUL and controls never get out (\xHH in quotes). No
 * comments. False: no memory, or a keyword that is none (our bug).
 */
MUST_CHECK bool authres_print(const struct authres *, bool fold, struct text *out);
/*
 * Is this field ours to remove (threats.md T31)? True if its authserv-id equals one of `ids` (no case,
 * A-label form, trailing dot ignored), or if it cannot be parsed and contains one of them as text.
 * `all`: every field is.
 */
bool authres_is_forged(struct arena *, struct slice value, const struct slice *ids, size_t id_count, bool all);
/*
 * authres_trusted: for programs downstream: the results of this message that a trusted authserv-id
 * vouches for: fields of these ids that stand above the first Received field not `by` one of the
 * trusted hosts... (position is evidence: below the receiving host's own Received field everything came from outside).
 * With trusted_hosts empty only the ids count. Up to AUTHRES_RESULTS_MAX results, top first.
 */
struct authres_set { const struct authres *fields; size_t count; };
MUST_CHECK bool authres_trusted(struct arena *, const struct message *, const struct slice *ids, size_t id_count,
                                const struct slice *trusted_hosts, size_t host_count, struct authres_set *out);

#endif
