/* rmx_words.h: what RMX says to people and to programs. */
#ifndef FRANK_METHODS_RMX_RMX_WORDS_H
#define FRANK_METHODS_RMX_RMX_WORDS_H

#include "methods/rmx/rmx_walk.h"

extern const struct reason rmx_reason_table[RMX_REASONS];

/* All in the arena or static. */
struct slice rmx_words_text(struct arena *, const struct txn *, enum rmx_reason, const struct rmx_outcome *);
struct fact *rmx_words_facts(struct arena *, const struct rmx_claim *, const struct rmx_outcome *);
struct slice rmx_words_explain(struct arena *, const struct txn *, const struct result *);

#endif
