/* dmarc_lint.h: what is wrong with the policy that holds for a domain (methods/lint.h). */
#ifndef FRANK_METHODS_DMARC_DMARC_LINT_H
#define FRANK_METHODS_DMARC_DMARC_LINT_H

#include "methods/lint.h"

#define DMARC_LINT_ADDRESSES_MAX 10  /* report addresses of one tag that are looked at (ours) */

void dmarc_lint(struct lint *);

#endif
