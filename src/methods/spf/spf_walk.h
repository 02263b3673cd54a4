/*
 * spf_walk.h: one walk over a domain's record and what it includes; private to this folder.
 *
 * The same walk serves the check and the scout. For a check a missing answer ends it (run again
 * later); a scout walks past it as if the term did not match, so that further questions leave early.
 * There is no recursion: includes are frames on a stack that the ten-term limit bounds.
 */
#ifndef FRANK_METHODS_SPF_SPF_WALK_H
#define FRANK_METHODS_SPF_SPF_WALK_H

#include "methods/spf/spf_macro.h"
#include "methods/spf/spf_record.h"
#include "methods/spf/spf_trace.h"

#define SPF_FRAMES_MAX (SPF_MAX_TERMS + 1)     /* each include is one of the ten terms */

/* One record being evaluated. */
struct spf_frame {
    const struct spf_record *record;
    struct slice domain;               /* <domain> of this check_host() */
    size_t next;                       /* term to judge next */
};

struct spf_walk {
    struct run *run;
    struct check *check;               /* one of these two is set */
    struct scout *scout;
    const struct spf_query *query;
    struct spf_frame frames[SPF_FRAMES_MAX];
    unsigned depth;                    /* frames[depth] is the current one */
    unsigned terms, voids;
    bool local_is_ascii;
    bool has_values;
    bool stood_in;                     /* see spf_outcome */
    struct spf_macro_values values;
    struct slice reverse_name;         /* of the client's PTR records; made when first needed */
    struct spf_trace trace;
    /* what the end rests on */
    struct slice domain, record, term;
};

/* How judging one term went. */
enum spf_judged {
    SPF_JUDGED_NO_MATCH, SPF_JUDGED_MATCH,
    SPF_JUDGED_ENTERED,            /* an include: its frame is now the current one */
    SPF_JUDGED_NOT_YET,
    SPF_JUDGED_ENDED               /* the whole evaluation ended: *reason says how */
};

/* A question of this walk: the answer, or NULL for "not yet" (a scout also: "cannot be asked"). */
const struct answer *spf_walk_ask(struct spf_walk *, struct slice name, uint16_t type);
void spf_walk_prefetch(struct spf_walk *, struct slice name, uint16_t type);
uint16_t spf_walk_address_type(const struct spf_walk *);
/* A failed answer as a reason. */
enum spf_reason spf_walk_failure(const struct answer *);

/* spf_target.c: the names that terms speak of */
enum spf_target { SPF_TARGET_READY, SPF_TARGET_NOT_YET, SPF_TARGET_UNUSABLE, SPF_TARGET_TOO_LONG };
/* The <target-name> of a term (4.8): *name is in scratch, in an answer, or the frame's domain. */
enum spf_target spf_walk_target(struct spf_walk *, const struct spf_frame *, const struct spf_term *, struct slice *name);
/* Expands explanation text (6.2); %{d} is the frame's domain. Empty *text: not usable. */
enum spf_target spf_walk_explanation(struct spf_walk *, const struct spf_frame *, struct slice string, struct slice *text);
/*
 * The client's validated host name (5.5): one at or below `target`, that name itself first; with `any`
 * set, if there is none of these, any other (7.3, %{p}). NOT_YET, or READY with *name empty if there is none.
 * *ptr gets the answer of the PTR question if that was reached, NULL else.
 */
enum spf_target spf_walk_host(struct spf_walk *, struct slice target, bool any, struct slice *name, const struct answer **ptr);

#endif
