/* callerid_lint.h: the policy document that a domain publishes, and what of it is wrong (lint.h). */
#ifndef FRANK_METHODS_CALLERID_CALLERID_LINT_H
#define FRANK_METHODS_CALLERID_CALLERID_LINT_H

#include "methods/lint.h"

void callerid_lint(struct lint *);

#endif
