#include "process.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TREE_MAX = 1024 };
struct seen { pid_t pid, parent; bool ours; };

static pid_t parent_of(pid_t pid)
{
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *f = fopen(path, "r");
    if (!f)
        return 0;
    size_t len = fread(line, 1, sizeof line - 1, f);
    fclose(f);
    line[len] = 0;
    const char *end = strrchr(line, ')');              /* the name may hold anything */
    return end && strlen(end) > 4 ? (pid_t)strtol(end + 4, NULL, 10) : 0;
}

static size_t pss_of(pid_t pid)
{
    char path[64], line[256];
    size_t kib = 0;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    FILE *f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (!strncmp(line, "Pss:", 4))
            kib = strtoul(line + 4, NULL, 10);
    if (f)
        fclose(f);
    return kib;
}

/* The kernel's sum for the process, its ended threads included, in nanoseconds. */
static uint64_t cpu_of(pid_t pid)
{
    clockid_t id;
    struct timespec t;
    if (clock_getcpuclockid(pid, &id) || clock_gettime(id, &t))
        return 0;
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

struct usage usage_of(const pid_t *roots, unsigned count, bool memory)
{
    struct seen *all = zalloc(TREE_MAX, sizeof *all);
    unsigned n = 0;
    DIR *proc = opendir("/proc");
    for (struct dirent *d; proc && (d = readdir(proc)) && n < TREE_MAX;) {
        pid_t pid = (pid_t)strtol(d->d_name, NULL, 10);
        if (pid > 0)
            all[n++] = (struct seen){ .pid = pid, .parent = parent_of(pid) };
    }
    if (proc)
        closedir(proc);
    for (unsigned i = 0; i < n; i++)
        for (unsigned r = 0; r < count; r++)
            all[i].ours |= all[i].pid == roots[r];
    for (bool more = true; more;) {
        more = false;
        for (unsigned i = 0; i < n; i++)
            for (unsigned p = 0; p < n && !all[i].ours; p++)
                if (all[p].ours && all[i].parent == all[p].pid)
                    all[i].ours = more = true;
    }
    struct usage u = { 0 };
    for (unsigned i = 0; i < n; i++)
        if (all[i].ours) {
            u.processes++;
            u.cpu_ns += cpu_of(all[i].pid);
            u.pss_kib += memory ? pss_of(all[i].pid) : 0;
        }
    free(all);
    return u;
}
