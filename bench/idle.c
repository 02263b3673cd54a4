/*
 * idle: a program that does nothing with the same libraries and as many processes as a daemon: the
 * floor of the daemon's memory.
 *
 *     idle PROCESSES LIBRARY...
 *
 * Loads the libraries, forks, prints "ready", and waits until standard input ends.
 */
#include "util.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { PROCESSES_MAX = 64 };

int main(int argc, char **argv)
{
    long processes = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    if (processes < 1 || processes > PROCESSES_MAX) {
        fputs("usage: idle PROCESSES LIBRARY...\n", stderr);
        return 64;
    }
    for (int i = 2; i < argc; i++)
        if (!dlopen(argv[i], RTLD_LAZY | RTLD_GLOBAL))
            die("%s", dlerror());
    for (long i = 1; i < processes; i++)
        if (!fork()) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (;;)
                pause();
        }
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    return 0;
}
