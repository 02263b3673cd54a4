/* serverdomains_plan.h: what the methods that speak of HELO names ask of a plan. */
#ifndef FRANK_METHODS_SERVERDOMAINS_SERVERDOMAINS_PLAN_H
#define FRANK_METHODS_SERVERDOMAINS_SERVERDOMAINS_PLAN_H

#include "methods/plan.h"

/*
 * Every host below the domain that says a name in HELO is named in the plan. Hosts of a network may have any
 * name; those that receive send, too: bounces.
 */
bool plan_names_all_hosts(const struct plan *);
bool plan_has_host(const struct plan *, struct slice name);      /* that sends */

#endif
