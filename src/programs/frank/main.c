/* main.c: frank: which subcommand. */
#include <locale.h>
#include <signal.h>
#include <string.h>

#include "methods/list.h"
#include "programs/frank/cli.h"

static void print_one(FILE *to, const char *name, const char *summary)
{
    fprintf(to, "  %-12s %s\n", name, summary);
}

static void print_help(FILE *to)
{
    fputs("usage: frank COMMAND [options] [FILE...]\n", to);
    for (enum command_group g = 0; g < COMMAND_GROUPS; g++) {
        fprintf(to, "\n%s\n", command_group_title(g));
        for (size_t i = 0; commands[i]; i++)
            if (commands[i]->group == g)
                print_one(to, commands[i]->name, commands[i]->summary);
        for (size_t i = 0; methods[i]; i++)
            if (method_group(methods[i]) == g && !command_named(methods[i]->name))
                print_one(to, methods[i]->name, methods[i]->title);
    }
    fputs("\nMethods examine a message or an envelope; with --overlay FILE a record that is\n"
          "not published yet. frank COMMAND --help lists options; frank(1) has the rest.\n", to);
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
    signal(SIGXFSZ, SIG_IGN);         /* a file at its limit is told as a full disk is */
    if (argc < 2) {
        print_help(stderr);
        return EX_USAGE;
    }
    bool help = strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0;
    if (help && (argc == 2 || strcmp(argv[2], "help") == 0)) {
        print_help(stdout);
        return flush_output();
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("frank " FRANK_VERSION);
        return flush_output();
    }
    /* frank help COMMAND = frank COMMAND --help */
    char *rewritten[] = { argc > 2 ? argv[2] : argv[1], (char []){ "--help" }, NULL };
    set_program_name(help ? rewritten[0] : argv[1]);
    return help ? dispatch(2, rewritten) : dispatch(argc - 1, argv + 1);
}
