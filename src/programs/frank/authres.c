/* authres.c: frank authres FILE: the results trusted hosts have written into a message. */
#include "programs/frank/world.h"

#include <errno.h>
#include <string.h>

#define HEADER_FILE_OCTETS_MAX (64u << 20)

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

static struct fact *facts_of_set(struct arena *a, const struct authres_set *set)
{
    struct fact *root = fact_group(a, NULL);
    fact_add_number(a, root, "version", 1);
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

static void print_set(const struct authres_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        for (size_t k = 0; k < set->fields[i].count; k++) {
            const struct authres_result *r = &set->fields[i].results[k];
            char line[4096];
            struct text t = text_fixed(line, sizeof line);
            text_add_shown(&t, slice_first(r->method, 60), true);
            text_add_str(&t, "=");
            text_add_shown(&t, slice_first(r->result, 60), true);
            for (size_t p = 0; p < r->count && p < 8; p++) {
                text_addf(&t, "  %.*s.%.*s=", (int)slice_first(r->properties[p].ptype, 40).len, (const char *)r->properties[p].ptype.at,
                          (int)slice_first(r->properties[p].name, 40).len, (const char *)r->properties[p].name.at);
                text_add_shown(&t, slice_first(r->properties[p].value, 100), true);
            }
            printf("%.*s\n", (int)text_slice(&t).len, line);
        }
    if (set->count == 0)
        puts("no trusted results");
}

static void field_in(void *context, struct slice raw)
{
    message_add(context, raw);
}

static void ignore_end(void *context)
{
    (void)context;
}

static void ignore_body(void *context, struct slice octets)
{
    (void)context;
    (void)octets;
}

static int read_header(struct cli *cli, const char *path, struct message *m)
{
    struct slice text;
    if (!read_file(cli->arena, path, HEADER_FILE_OCTETS_MAX, &text))
        return EX_NOINPUT;
    bool crlf = false;
    for (size_t i = 1; i < text.len && !crlf; i++)
        crlf = text.at[i - 1] == '\r' && text.at[i] == '\n';
    struct splitter_sink sink = { field_in, ignore_end, ignore_body, m };
    struct splitter *s = splitter_new(cli->arena, &sink, !crlf);
    if (!s)
        out_of_memory();
    splitter_push(s, text);
    splitter_end(s);
    return EX_OK;
}

static int show_trusted(struct cli *cli)
{
    struct message m;
    struct authres_set set;
    struct slice id = slice_str(cli->receiver);
    if (!cli->receiver) {
        complain("--receiver NAME says whose results to trust (see --help)");
        return EX_USAGE;
    }
    message_init(&m, cli->arena);
    int code = read_header(cli, cli->file_count ? cli->files[0] : "-", &m);
    if (code != EX_OK)
        return code;
    if (!authres_trusted(cli->arena, &m, &id, 1, &id, 1, &set))
        out_of_memory();
    if (cli->json)
        return print_json(facts_of_set(cli->arena, &set), false);
    print_set(&set);
    return EX_OK;
}

static int run_authres(int argc, char **argv)
{
    extern const struct command authres_command;
    struct cli cli;
    int code;
    if (cli_parse(&cli, &authres_command, argc, argv, NULL, 0, &code))
        code = show_trusted(&cli);
    cli_close(&cli);
    return code;
}

const struct command authres_command = {
    .name = "authres", .group = "receive", .usage = "--receiver NAME [--json] [FILE]",
    .summary = "What a trusted host found of a message, no forged results.", .run = run_authres,
};
