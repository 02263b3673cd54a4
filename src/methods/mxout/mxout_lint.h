/* mxout_lint.h: whom a domain's MX set registers as servers, and what of it is wrong (lint.h). */
#ifndef FRANK_METHODS_MXOUT_MXOUT_LINT_H
#define FRANK_METHODS_MXOUT_MXOUT_LINT_H

#include "methods/lint.h"

void mxout_lint(struct lint *);

#endif
