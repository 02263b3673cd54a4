#include "args.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void usage(const char *program, const struct arg *args, const char *what_for)
{
    static const char *const placeholders[] = { " N", " TEXT", "", " TEXT (may be repeated)" };
    fprintf(stderr, "usage: %s [options]: %s\n", program, what_for);
    for (; args->name; args++)
        fprintf(stderr, "    %s%s   %s\n", args->name, placeholders[args->kind], args->help);
    exit(64);
}

static unsigned number_of(const struct arg *a, const char *value)
{
    char *end = NULL;
    unsigned long n = strtoul(value, &end, 10);
    if (end == value || *end || n < a->low || n > a->high) {
        fprintf(stderr, "bench: %s takes a number from %u to %u\n", a->name, a->low, a->high);
        exit(64);
    }
    return (unsigned)n;
}

static void store(const struct arg *a, const char *value)
{
    struct texts_arg *texts = a->to;
    switch (a->kind) {
    case ARG_NUMBER:
        *(unsigned *)a->to = number_of(a, value);
        break;
    case ARG_TEXT:
        *(const char **)a->to = value;
        break;
    case ARG_FLAG:
        *(bool *)a->to = true;
        break;
    case ARG_TEXTS:
        if (texts->count == TEXTS_MAX)
            die("%s is given too often", a->name);
        texts->at[texts->count++] = value;
        break;
    }
}

void args_read(int argc, char **argv, const struct arg *args, const char *what_for)
{
    for (int i = 1; i < argc; i++) {
        const struct arg *a = args;
        while (a->name && strcmp(a->name, argv[i]))
            a++;
        if (!a->name || (a->kind != ARG_FLAG && i + 1 >= argc))
            usage(argv[0], args, what_for);
        store(a, a->kind == ARG_FLAG ? NULL : argv[++i]);
    }
}
