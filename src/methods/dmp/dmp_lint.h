/*
 * dmp_lint.h: what a domain publishes as DMP, and what of it is wrong (lint.h). Its records stand under the addresses they speak
 * of, which nobody can list from outside: seen are the participation record and the wildcards.
 */
#ifndef FRANK_METHODS_DMP_DMP_LINT_H
#define FRANK_METHODS_DMP_DMP_LINT_H

#include "methods/lint.h"

void dmp_lint(struct lint *);

#endif
