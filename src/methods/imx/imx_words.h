/* imx_words.h: what IMX says to people and to programs. */
#ifndef FRANK_METHODS_IMX_IMX_WORDS_H
#define FRANK_METHODS_IMX_IMX_WORDS_H

#include "methods/imx/imx.h"

extern const struct reason imx_reason_table[IMX_REASONS];

/* All in the arena or static. */
struct slice imx_words_text(struct arena *, const struct txn *, enum imx_reason, const struct imx_finding *);
/* identity, domain: what the result speaks about. */
struct fact *imx_words_facts(struct arena *, enum imx_reason, const struct imx_finding *, enum identity, struct slice domain);
struct slice imx_words_explain(struct arena *, const struct txn *, const struct result *);

#endif
