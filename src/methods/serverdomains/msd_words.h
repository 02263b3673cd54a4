/* msd_words.h: what MSD says to people and to programs. */
#ifndef FRANK_METHODS_SERVERDOMAINS_MSD_WORDS_H
#define FRANK_METHODS_SERVERDOMAINS_MSD_WORDS_H

#include "methods/serverdomains/msd.h"

extern const struct reason msd_reason_table[MSD_REASONS];

/* All in the arena or static. */
struct slice msd_words_text(struct arena *, enum msd_reason, const struct msd_finding *);
struct fact *msd_words_facts(struct arena *, const struct msd_finding *);
struct slice msd_words_explain(struct arena *, const struct txn *, const struct result *);

#endif
