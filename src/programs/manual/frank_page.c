/*
 * frank_page.c: fills frank(1) with what the tables of the command line say, when Frank is built.
 *
 *   frank-page PAGE.in > PAGE
 *
 * A line '.\\" common options' becomes entries of a list, as do '.\\" commands to receive' (send, study).
 */
#include <stdio.h>
#include <string.h>

#include "methods/list.h"
#include "programs/frank/cli.h"

#define LINE_OCTETS_MAX 1024

static char help[] = "--help";

static void put_command(const char *name, int (*run)(int, char **))
{
    char word[64];
    snprintf(word, sizeof word, "%s", name);
    char *words[] = { word, help, NULL };
    run(2, words);
}

static const struct method *current;

static int run_current(int argc, char **argv)
{
    return run_method_command(current, argc, argv);
}

static void put_group(enum command_group group)
{
    for (size_t i = 0; commands[i]; i++)
        if (commands[i]->group == group)
            put_command(commands[i]->name, commands[i]->run);
    for (size_t i = 0; methods[i]; i++) {
        current = methods[i];
        if (method_group(current) == group && !command_named(current->name))
            put_command(current->name, run_current);
    }
}

static void put_line(const char *line)
{
    if (strcmp(line, ".\\\" common options\n") == 0)
        cli_manual_common(stdout);
    else if (strcmp(line, ".\\\" commands to receive\n") == 0)
        put_group(COMMANDS_RECEIVE);
    else if (strcmp(line, ".\\\" commands to send\n") == 0)
        put_group(COMMANDS_SEND);
    else if (strcmp(line, ".\\\" commands to study\n") == 0)
        put_group(COMMANDS_STUDY);
    else
        fputs(line, stdout);
}

int main(int argc, char **argv)
{
    char line[LINE_OCTETS_MAX];
    FILE *in = argc == 2 ? fopen(argv[1], "r") : NULL;
    if (!in)
        return EX_NOINPUT;
    cli_help_as_manual();
    while (fgets(line, sizeof line, in))
        put_line(line);
    fclose(in);
    return flush_output();
}
