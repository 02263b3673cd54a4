/* domainkeys_lint.h: a domain's DomainKeys policy and keys, and what of it is wrong (lint.h). */
#ifndef FRANK_METHODS_DOMAINKEYS_DOMAINKEYS_LINT_H
#define FRANK_METHODS_DOMAINKEYS_DOMAINKEYS_LINT_H

#include "methods/lint.h"

void domainkeys_lint(struct lint *);

#endif
