/*
 * spf_trace.h: what an evaluation did, as data.
 *
 * The evaluator notes steps while it walks; they live in the run's scratch arena and cost no formatting.
 * Only the run that ends turns them into facts. A trace never changes a result: a step for which there
 * is no room is counted and left out.
 */
#ifndef FRANK_METHODS_SPF_SPF_TRACE_H
#define FRANK_METHODS_SPF_SPF_TRACE_H

#include "methods/spf/spf.h"

#define SPF_TRACE_STEPS_MAX 128             /* ours */
#define SPF_TRACE_RECORD_OCTETS 1024        /* ours: of one record that are kept for people */

enum spf_step_kind {
    SPF_STEP_RECORD,       /* a domain's record was looked for */
    SPF_STEP_TERMS,        /* one mechanism, or a run of ip4 and ip6 mechanisms that do not match */
    SPF_STEP_EXPLANATION   /* the text of exp= was looked for */
};
enum spf_step_outcome { SPF_STEP_NO_MATCH, SPF_STEP_MATCH, SPF_STEP_ENTERED, SPF_STEP_ERROR };

struct spf_step {
    enum spf_step_kind kind;
    enum spf_step_outcome outcome;
    unsigned depth;                /* 0: the domain itself; +1 within each include */
    struct slice name;             /* the domain or name asked; empty: none */
    struct slice text;             /* the record, or the terms as written */
    const struct answer *answer;   /* of the term's own question; NULL: none was asked */
    unsigned problem;              /* RECORD: enum spf_reason that ended it, 0: a good record */
};

struct spf_trace {
    struct arena *arena;
    struct spf_step *steps;
    size_t count, room;
    unsigned left_out;
};

void spf_trace_note(struct spf_trace *, const struct spf_step *);
/* An ip4 or ip6 mechanism that did not match: joins the step before it if that is one too and stands just before it. */
void spf_trace_no_match(struct spf_trace *, unsigned depth, struct slice term);
/* Adds the list METHOD_TRACE (and the number "trace_left_out" if steps are missing) to a group; copies all texts. */
void spf_trace_add_facts(const struct spf_trace *, struct arena *, struct fact *group);

#endif
