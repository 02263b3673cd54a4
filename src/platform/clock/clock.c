#include "platform/clock/clock.h"

#include <stdlib.h>
#include <sys/random.h>
#include <time.h>

static int64_t system_now(struct clock *c)
{
    const struct system_clock *s = (const struct system_clock *)c;
    struct timespec t;
    if (s->fixed)
        return s->at;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec;
}

static int64_t system_monotonic_us(struct clock *c)
{
    struct timespec t;
    (void)c;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void system_clock_init(struct system_clock *s)
{
    *s = (struct system_clock){ .clock = { .now = system_now, .monotonic_us = system_monotonic_us } };
}

void system_clock_fix(struct system_clock *s, int64_t unix_seconds)
{
    s->fixed = true;
    s->at = unix_seconds;
}

static void system_fill(struct random *r, void *at, size_t octets)
{
    uint8_t *p = at;
    (void)r;
    while (octets > 0) {
        size_t part = octets < 256 ? octets : 256;      /* getrandom(2): up to 256 octets come whole */
        if (getrandom(p, part, 0) != (ssize_t)part)
            abort();
        p += part;
        octets -= part;
    }
}

struct random *system_random(void)
{
    static struct random r = { .fill = system_fill };
    return &r;
}
