/* config.c: frank config check|print|defaults. */
#include "programs/frank/world.h"

#include <string.h>

#include "platform/settings/settings.h"

/* Rules are read too, so that "check" means what frankd will do with the file. */
static int check(const struct cli *cli, struct config **out)
{
    int code;
    struct config_error error = { 0 };
    *out = world_config(cli, &code);
    if (!*out)
        return code;
    if (settings_read_owners(*out, cli->config, &error) && rules_read(*out, &error) && settings_check(*out, cli->config ? cli->config : "built-in defaults", &error))
        return EX_OK;
    complain_of_config(&error);
    config_free(*out);
    *out = NULL;
    return EX_CONFIG;
}

static int print_config(const struct config *c, struct arena *a)
{
    struct text t = text_in(a, 16u << 20);
    if (!config_print(c, false, &t))
        out_of_memory();
    print_text(&t);
    return flush_output();
}

static int print_sample(struct arena *a)
{
    size_t count;
    const struct section *sections = file_sections(&count);
    struct text t = text_in(a, 16u << 20);
    if (!config_sample(sections, count, &t))
        out_of_memory();
    print_text(&t);
    return flush_output();
}

static int print_good(const struct cli *cli)
{
    printf("%s: good\n", cli->config ? cli->config : "built-in defaults");
    return flush_output();
}

static int check_or_print(struct cli *cli, bool print)
{
    struct config *c;
    int code = check(cli, &c);
    if (code == EX_OK && print)
        code = print_config(c, cli->arena);
    else if (code == EX_OK)
        code = print_good(cli);
    config_free(c);
    return code;
}

static int choose(struct cli *cli, const struct command *command)
{
    const char *what = cli->file_count ? cli->files[0] : "";
    /* A file that is named but not read must not be called good. */
    if (cli->file_count > 2 || (cli->file_count == 2 && cli->config)) {
        complain("one file at a time (see frank config --help)");
        return EX_USAGE;
    }
    if (cli->file_count == 2)
        cli->config = cli->files[1];
    if (strcmp(what, "defaults") == 0)
        return print_sample(cli->arena);
    if (strcmp(what, "check") == 0 || strcmp(what, "print") == 0)
        return check_or_print(cli, what[0] == 'p');
    cli_usage(command, NULL, 0, stderr);
    return EX_USAGE;
}

static int run_config(int argc, char **argv)
{
    extern const struct command config_command;
    struct cli cli;
    int code;
    if (cli_parse(&cli, &config_command, argc, argv, NULL, 0, &code))
        code = choose(&cli, &config_command);
    cli_close(&cli);
    return code;
}

const struct command config_command = {
    .name = "config", .group = COMMANDS_RECEIVE, .usage = "check|print|defaults [FILE]",
    .summary = "Check a configuration, print it, or print a sample.", .run = run_config,
};
