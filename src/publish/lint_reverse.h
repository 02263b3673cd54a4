/* lint_reverse.h: bounds of the look at reverse names; all ours, and their sum stays below LINT_ASKS_MAX. */
#ifndef FRANK_PUBLISH_LINT_REVERSE_H
#define FRANK_PUBLISH_LINT_REVERSE_H

#include "publish/lint_parts.h"

#define REVERSE_HOSTS_MAX 32         /* whose addresses are asked for, both families */
#define REVERSE_ADDRESSES_MAX 64     /* whose PTR records are asked for */
#define REVERSE_NAMES_MAX 4          /* of one address that are asked for their addresses */
#define REVERSE_NETWORK_BITS 3       /* networks of up to 8 addresses are looked at whole */

#endif
