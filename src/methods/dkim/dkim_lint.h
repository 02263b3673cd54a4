/* dkim_lint.h: what is wrong with a domain's keys (methods/lint.h). No DNS question lists selectors: they are given, or guessed. */
#ifndef FRANK_METHODS_DKIM_DKIM_LINT_H
#define FRANK_METHODS_DKIM_DKIM_LINT_H

#include "methods/lint.h"

#define DKIM_LINT_BITS_MIN 1024      /* RFC 8301 3.2: verifiers take no shorter key as valid ... */
#define DKIM_LINT_BITS_GOOD 2048     /* ... and signers should have this much */

void dkim_lint(struct lint *);

#endif
