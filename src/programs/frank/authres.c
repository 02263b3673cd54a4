/* authres.c: frank authres FILE: the results trusted hosts have written into a message. */
#include "programs/frank/world.h"

#define MESSAGE_ARENA_OCTETS (32u << 20)      /* the header up to its cap, and what is parsed from it */


static void add_result(struct arena *a, struct fact *list, const struct authres_result *r)
{
    struct fact *g = fact_add_group(a, list, NULL);
    fact_add_text(a, g, "method", r->method);
    fact_add_text(a, g, "result", r->result);
    if (r->reason.len)
        fact_add_text(a, g, "reason", r->reason);
    struct fact *p = fact_add_list(a, g, "properties");
    for (size_t i = 0; i < r->count; i++) {
        struct fact *one = fact_add_group(a, p, NULL);
        fact_add_text(a, one, "ptype", r->properties[i].ptype);
        fact_add_text(a, one, "property", r->properties[i].name);
        fact_add_text(a, one, "value", r->properties[i].value);
    }
}

static struct fact *facts_of_set(struct arena *a, const char *path, const struct authres_set *set)
{
    struct fact *root = fact_group(a, NULL);
    fact_add_number(a, root, "version", 1);
    fact_add_str(a, root, "file", path);
    struct fact *fields = fact_add_list(a, root, "fields");
    for (size_t i = 0; i < set->count; i++) {
        struct fact *g = fact_add_group(a, fields, NULL);
        fact_add_text(a, g, "authserv_id", set->fields[i].authserv_id);
        struct fact *list = fact_add_list(a, g, "results");
        for (size_t k = 0; k < set->fields[i].count; k++)
            add_result(a, list, &set->fields[i].results[k]);
    }
    return root;
}

static void print_shown(struct slice foreign)
{
    char shown[4200];
    struct text t = text_fixed(shown, sizeof shown);
    text_add_shown(&t, foreign, true);
    printf("%.*s", (int)text_slice(&t).len, shown);
}

static void print_property(const struct authres_property *p)
{
    printf("  ");
    print_shown(p->ptype);
    putchar('.');
    print_shown(p->name);
    putchar('=');
    print_shown(p->value);
}

static void print_result(const struct authres_result *r)
{
    print_shown(r->method);
    putchar('=');
    print_shown(r->result);
    for (size_t i = 0; i < r->count; i++)
        print_property(&r->properties[i]);
    putchar('\n');
}

static int print_set(const struct authres_set *set)
{
    size_t results = 0;
    for (size_t i = 0; i < set->count; i++)
        for (size_t k = 0; k < set->fields[i].count; k++, results++)
            print_result(&set->fields[i].results[k]);
    if (results == 0)
        puts("no trusted results");
    return flush_output();
}

static int show_trusted(const struct cli *cli, const char *path)
{
    struct arena *a = arena_new(MESSAGE_ARENA_OCTETS);
    struct message m;
    struct authres_set set;
    struct slice id = slice_str(cli->receiver);
    if (!a)
        out_of_memory();
    enum status status = file_header(path, a, &m);
    int code = EX_OK;
    if (status != STATUS_OK)
        code = file_failed(path, status);
    else if (!authres_trusted(a, &m, &id, 1, &id, 1, &set))
        out_of_memory();
    else if (cli->json)
        code = print_json(facts_of_set(a, path, &set), false);
    else
        code = print_set(&set);
    arena_free(a);
    return code;
}

static int show_each(const struct cli *cli)
{
    if (!cli->receiver) {
        complain("--receiver NAME says whose results to trust (see --help)");
        return EX_USAGE;
    }
    int worst = cli->file_count == 0 ? show_trusted(cli, "-") : EX_OK;
    for (size_t i = 0; i < cli->file_count; i++) {
        if (cli->file_count > 1 && !cli->json) {
            print_shown(slice_str(cli->files[i]));
            putchar('\n');
        }
        int code = show_trusted(cli, cli->files[i]);
        if (code != EX_OK)
            worst = code;
    }
    return worst;
}

static int run_authres(int argc, char **argv)
{
    extern const struct command authres_command;
    struct cli cli;
    int code;
    if (cli_parse(&cli, &authres_command, argc, argv, NULL, 0, &code))
        code = show_each(&cli);
    cli_close(&cli);
    return code;
}

const struct command authres_command = {
    .name = "authres", .group = COMMANDS_RECEIVE, .usage = "--receiver NAME [--json] [FILE...]",
    .summary = "What a trusted host found of a message, no forged results.", .run = run_authres,
};
