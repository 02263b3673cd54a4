/* senderid_lint.h: a domain's records of Sender ID's own, and what stands in where there are none, and what of it is wrong (lint.h). */
#ifndef FRANK_METHODS_SENDERID_SENDERID_LINT_H
#define FRANK_METHODS_SENDERID_SENDERID_LINT_H

#include "methods/lint.h"

void senderid_lint(struct lint *);

#endif
