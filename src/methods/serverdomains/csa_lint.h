/* csa_lint.h: what a domain says of its HELO name and those of its MX hosts in CSA, and what of it is wrong (lint.h). */
#ifndef FRANK_METHODS_SERVERDOMAINS_CSA_LINT_H
#define FRANK_METHODS_SERVERDOMAINS_CSA_LINT_H

#include "methods/lint.h"

void csa_lint(struct lint *);

#endif
