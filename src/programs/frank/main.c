/* main.c: frank: which subcommand. */
#include <locale.h>
#include <string.h>

#include "methods/list.h"
#include "programs/frank/cli.h"

static const struct { const char *group, *title; } groups[] = {
    { "receive", "I receive mail" }, { "send", "I send mail" }, { "study", "I study mail authentication" }, { "run", "I run frankd" },
};

static void print_commands(FILE *to, const char *group)
{
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(commands[i]->group, group) == 0)
            fprintf(to, "  %-12s %s\n", commands[i]->name, commands[i]->summary);
}

static bool group_has_commands(const char *group)
{
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(commands[i]->group, group) == 0)
            return true;
    return false;
}

static void print_help(FILE *to)
{
    fputs("usage: frank COMMAND [options] [FILE...]\n", to);
    for (size_t g = 0; g < COUNT_OF(groups); g++) {
        if (!group_has_commands(groups[g].group))
            continue;
        fprintf(to, "\n%s\n", groups[g].title);
        print_commands(to, groups[g].group);
        if (strcmp(groups[g].group, "study") != 0)
            continue;
        for (size_t i = 0; methods[i]; i++)
            fprintf(to, "  %-12s %s\n", methods[i]->name, methods[i]->title);
    }
    fputs("\nfrank COMMAND --help lists its options; frank(1) has the rest.\n", to);
}

static const struct command *command_named(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static int dispatch(int argc, char **argv)
{
    const struct command *c = command_named(argv[0]);
    if (c)
        return c->run(argc, argv);
    const struct method *m = method_named(slice_str(argv[0]));
    if (m)
        return run_method_command(m, argc, argv);
    set_program_name("");
    complain("there is no command \"%s\"; frank help lists them", argv[0]);
    return EX_USAGE;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    if (argc < 2) {
        print_help(stderr);
        return EX_USAGE;
    }
    bool help = strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0;
    if (help && (argc == 2 || strcmp(argv[2], "help") == 0)) {
        print_help(stdout);
        return EX_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("frank " FRANK_VERSION);
        return EX_OK;
    }
    /* frank help COMMAND = frank COMMAND --help */
    char *rewritten[] = { argc > 2 ? argv[2] : argv[1], (char []){ "--help" }, NULL };
    set_program_name(help ? rewritten[0] : argv[1]);
    return help ? dispatch(2, rewritten) : dispatch(argc - 1, argv + 1);
}
