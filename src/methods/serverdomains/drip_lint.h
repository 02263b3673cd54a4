/* drip_lint.h: what a domain answers in DRIP, as far as its defaults show it, and what of it is wrong (lint.h). */
#ifndef FRANK_METHODS_SERVERDOMAINS_DRIP_LINT_H
#define FRANK_METHODS_SERVERDOMAINS_DRIP_LINT_H

#include "methods/lint.h"

void drip_lint(struct lint *);

#endif
