/* spf_lint.h: what is wrong with a domain's SPF record and those it refers to (methods/lint.h). */
#ifndef FRANK_METHODS_SPF_SPF_LINT_H
#define FRANK_METHODS_SPF_SPF_LINT_H

#include "methods/lint.h"

#define SPF_LINT_NEAR 9              /* terms that ask from which on it is said how near the limit is (ours) */
#define SPF_LINT_HUGE4 16            /* networks of the domain's own record with so many bits or fewer are remarked (ours) ... */
#define SPF_LINT_HUGE6 32
#define SPF_LINT_VAST4 8             /* ... and of records of others */
#define SPF_LINT_VAST6 20

void spf_lint(struct lint *);

#endif
