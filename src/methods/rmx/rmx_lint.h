/* rmx_lint.h: what a domain publishes as RMX, and what of it is wrong (lint.h). */
#ifndef FRANK_METHODS_RMX_RMX_LINT_H
#define FRANK_METHODS_RMX_RMX_LINT_H

#include "methods/lint.h"

void rmx_lint(struct lint *);

#endif
