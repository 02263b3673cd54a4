/* msd_lint.h: what a domain's own host and its MX hosts say of whom they serve (MSD), and what of it is wrong (lint.h). */
#ifndef FRANK_METHODS_SERVERDOMAINS_MSD_LINT_H
#define FRANK_METHODS_SERVERDOMAINS_MSD_LINT_H

#include "methods/lint.h"

void msd_lint(struct lint *);

#endif
