/* mtamark_lint.h: of a reverse name: what the owner of the addresses below it says in MTAMARK, and what of it is wrong (lint.h). */
#ifndef FRANK_METHODS_SERVERDOMAINS_MTAMARK_LINT_H
#define FRANK_METHODS_SERVERDOMAINS_MTAMARK_LINT_H

#include "methods/lint.h"

void mtamark_lint(struct lint *);

#endif
