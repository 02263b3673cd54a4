/* helo_lint.h: under which names a domain's hosts may greet: for the lints of methods that look at HELO names. */
#ifndef FRANK_METHODS_SERVERDOMAINS_HELO_LINT_H
#define FRANK_METHODS_SERVERDOMAINS_HELO_LINT_H

#include "methods/lint_path.h"

#define HELO_LINT_NAMES_MAX (1 + PATH_MX_MAX)

/* The domain itself first, then its MX hosts at or below it: those of other domains are theirs to speak of. False: not yet. */
MUST_CHECK bool helo_lint_names(struct lint *, struct slice names[HELO_LINT_NAMES_MAX], size_t *count);

#endif
