/* clock.h: the real clock, a fixed one (--at), and the system's randomness. */
#ifndef FRANK_PLATFORM_CLOCK_CLOCK_H
#define FRANK_PLATFORM_CLOCK_CLOCK_H

#include "env/env.h"

struct system_clock { struct clock clock; bool fixed; int64_t at; };
void system_clock_init(struct system_clock *);
void system_clock_fix(struct system_clock *, int64_t unix_seconds);    /* now() stands still; monotonic_us goes on */
/* getrandom(2); aborts the process if the kernel has none: an id that repeats is worse. */
struct random *system_random(void);

#endif
