/*
 * arc_chain.h: the ARC sets of a header as data, judged for structure before any cryptography (threats.md T20).
 */
#ifndef FRANK_METHODS_ARC_ARC_CHAIN_H
#define FRANK_METHODS_ARC_ARC_CHAIN_H

#include "methods/arc/arc_reason.h"
#include "methods/dkim/dkim_signature.h"

/* ARC-Authentication-Results: "i=" instance ";" and an RFC 8601 payload (RFC 8617 4.1.1). */
struct arc_results { unsigned instance; struct slice payload; };   /* instance 0: malformed */
/* For parsed(). NULL only without memory. */
void *arc_results_make(struct arena *, const struct field *);

struct arc_set {
    const struct field *results_field;
    const struct arc_results *results;
    const struct dkim_signature *message;      /* ARC-Message-Signature */
    const struct dkim_signature *seal;         /* ARC-Seal */
};

struct arc_chain {
    enum arc_reason problem;                   /* ARC_FINE: structure and cv= values are right */
    unsigned problem_instance;                 /* 0: the chain as a whole */
    const struct dkim_signature *problem_field;/* the malformed one, or NULL */
    unsigned count;                            /* highest instance, = number of sets when nothing is wrong */
    struct arc_set sets[ARC_INSTANCE_MAX + 1]; /* by instance; [0] is unused */
};

/* Makes, or finds already made, the parsed form of a field; NULL without memory. Methods give parsed(). */
struct arc_reader {
    void *(*read)(void *context, const struct field *, void *(*make)(struct arena *, const struct field *));
    void *context;
};

/* RFC 8617 5.2 steps 1 to 3. False without memory. O(fields). */
MUST_CHECK bool arc_chain_collect(const struct message *, const struct arc_reader *, struct arc_chain *out);

/* Hash that seal i signs, for all i: sets 1..i, each AAR, AMS, AS, relaxed (5.1.1). One pass over the fields. */
struct arc_hashes { bool good; uint8_t at[ARC_INSTANCE_MAX + 1][HASH_OCTETS_MAX]; };
void arc_seal_hashes(const struct arc_chain *, struct arc_hashes *out);

#endif
