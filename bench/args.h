/* args.h: options of the form "--name value", for measuring programs. */
#ifndef BENCH_ARGS_H
#define BENCH_ARGS_H

#include "util.h"

struct arg {
    const char *name;                 /* "--mails" */
    enum { ARG_NUMBER, ARG_TEXT, ARG_FLAG, ARG_TEXTS } kind;
    void *to;                         /* unsigned, const char *, bool, struct texts_arg */
    unsigned low, high;               /* ARG_NUMBER */
    const char *help;
};
enum { TEXTS_MAX = 16 };
struct texts_arg { const char *at[TEXTS_MAX]; unsigned count; };

/* Reads all of argv, or prints the usage and exits with 64. The list ends with a NULL name. */
void args_read(int argc, char **argv, const struct arg *, const char *what_for);

#endif
