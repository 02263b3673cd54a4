/*
 * idle: a program that does nothing with the same libraries and as many processes as a daemon: the
 * floor of the daemon's memory.
 *
 *     idle [--ready] PROCESSES LIBRARY...
 *
 * Loads the libraries, forks, prints "ready", and waits until standard input ends. With --ready the
 * libraries among them that must be initialised before they can do anything are, as their manuals say
 * and with their own defaults: OpenSSL (one hash fetched) before the fork, an event loop in each process,
 * a resolver in the last one.
 */
#include "util.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

enum { PROCESSES_MAX = 64 };

/* A function of a library that may not be among those loaded. */
static bool locate(const char *name, void *function)
{
    void *at = dlsym(RTLD_DEFAULT, name);
    memcpy(function, &at, sizeof at);
    return at != NULL;
}

static void ready_crypto(void)
{
    int (*init)(uint64_t, const void *);
    void *(*fetch)(void *, const char *, const char *);
    if (locate("OPENSSL_init_crypto", &init) && locate("EVP_MD_fetch", &fetch) && (!init(0, NULL) || !fetch(NULL, "SHA256", NULL)))
        die("OpenSSL does not start");
}

static void *ready_loop(void)
{
    void *(*base_new)(void);
    return locate("event_base_new", &base_new) ? base_new() : NULL;
}

static void resolved(void *context, int rcode, void *packet, int length, int secured, char *why, int limited)
{
    (void)context, (void)rcode, (void)packet, (void)length, (void)secured, (void)why, (void)limited;
}

/* One question that it answers itself makes the library's worker. */
static void ready_resolver(void *loop)
{
    void *(*create)(void *);
    int (*resolve)(void *, const char *, int, int, void *, void (*)(void *, int, void *, int, int, char *, int), int *);
    int id;
    if (!locate("ub_ctx_create_event", &create) || !locate("ub_resolve_event", &resolve))
        return;
    void *context = create(loop);
    if (!context || resolve(context, "localhost.", 1, 1, NULL, resolved, &id))
        die("libunbound does not start");
}

static void stay(bool ready, bool last)
{
    void *loop = ready ? ready_loop() : NULL;
    if (loop && last)
        ready_resolver(loop);
    for (;;)
        pause();
}

int main(int argc, char **argv)
{
    bool ready = argc > 1 && !strcmp(argv[1], "--ready");
    argc -= ready;
    argv += ready;
    long processes = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    if (processes < 1 || processes > PROCESSES_MAX) {
        fputs("usage: idle [--ready] PROCESSES LIBRARY...\n", stderr);
        return 64;
    }
    for (int i = 2; i < argc; i++)
        if (!dlopen(argv[i], RTLD_LAZY | RTLD_GLOBAL))
            die("%s", dlerror());
    if (ready)
        ready_crypto();
    for (long i = 1; i < processes; i++)
        if (!fork()) {
            prctl(PR_SET_PDEATHSIG, SIGKILL);
            stay(ready, i == processes - 1);
        }
    if (ready)
        ready_loop();
    puts("ready");
    fflush(stdout);
    while (getchar() != EOF)
        ;
    return 0;
}
