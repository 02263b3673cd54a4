/* dnsmail_lint.h: which servers a domain has registered messages asked from (DNS Mail), and what of it is wrong (lint.h). */
#ifndef FRANK_METHODS_DNSMAIL_DNSMAIL_LINT_H
#define FRANK_METHODS_DNSMAIL_DNSMAIL_LINT_H

#include "methods/lint.h"

void dnsmail_lint(struct lint *);

#endif
