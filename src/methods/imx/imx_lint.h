/* imx_lint.h: what a domain publishes as IMX, and what of it is wrong (lint.h). */
#ifndef FRANK_METHODS_IMX_IMX_LINT_H
#define FRANK_METHODS_IMX_IMX_LINT_H

#include "methods/lint.h"

void imx_lint(struct lint *);

#endif
