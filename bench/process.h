/*
 * process.h: what a daemon uses: CPU time and memory over all its processes, from /proc.
 */
#ifndef BENCH_PROCESS_H
#define BENCH_PROCESS_H

#include "util.h"

#include <sys/types.h>

struct usage { uint64_t cpu_ns; size_t pss_kib; unsigned processes; };

/* The processes named and all their descendants. memory: read PSS too (costs the kernel some time). */
struct usage usage_of(const pid_t *roots, unsigned count, bool memory);

#endif
