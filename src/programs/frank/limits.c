/* limits.c: frank limits: what one message may cost, from the tables themselves. */
#include "programs/frank/world.h"

static uint64_t questions_of(const struct method *m)
{
    return (uint64_t)m->subjects_max * m->asks + m->hints;
}

static void add_method(struct arena *a, struct fact *list, const struct method *m)
{
    struct fact *g = fact_add_group(a, list, NULL);
    fact_add_str(a, g, "method", m->name);
    fact_add_number(a, g, "subjects", m->subjects_max);
    fact_add_number(a, g, "asks_per_subject", m->asks);
    fact_add_number(a, g, "hints", m->hints);
    fact_add_number(a, g, "questions", (int64_t)questions_of(m));
    fact_add_number(a, g, "public_key_operations", (int64_t)m->subjects_max * m->key_operations);
}

static struct fact *limits_of(struct arena *a, const struct engine *e)
{
    struct fact *root = fact_group(a, NULL);
    fact_add_number(a, root, "version", 1);
    struct fact *list = fact_add_list(a, root, "methods");
    int64_t total = 0;
    for (size_t i = 0; methods[i]; i++) {
        if (!engine_method_enabled(e, methods[i]))
            continue;
        add_method(a, list, methods[i]);
        total += (int64_t)questions_of(methods[i]);
    }
    fact_add_number(a, root, "questions_per_message", total);
    fact_add_number(a, root, "public_key_operations_per_message", PUBLIC_KEY_OPERATIONS_MAX);
    fact_add_number(a, root, "header_fields", MESSAGE_FIELDS_MAX);
    fact_add_number(a, root, "header_octets", MESSAGE_HEADER_OCTETS_MAX);
    fact_add_number(a, root, "body_digests", DIGESTS_MAX);
    fact_add_number(a, root, "recipients_kept", RECIPIENTS_MAX);
    fact_add_number(a, root, "memory_octets", (int64_t)engine_conf(e)->transaction_octets);
    fact_add_number(a, root, "message_timeout_seconds", (int64_t)engine_conf(e)->message_timeout_seconds);
    fact_add_number(a, root, "records_per_answer", ANSWER_RECORDS_MAX);
    fact_add_number(a, root, "octets_per_answer", ANSWER_OCTETS_MAX);
    fact_add_number(a, root, "cname_chain", CNAME_CHAIN_MAX);
    return root;
}

static void print_limits(const struct fact *root)
{
    printf("%-12s %8s %8s %8s %10s %8s\n", "method", "subjects", "asks", "hints", "questions", "key ops");
    for (const struct fact *f = fact_find(root, "methods")->first; f; f = f->next)
        printf("%-12.*s %8lld %8lld %8lld %10lld %8lld\n", (int)fact_text(f, "method").len, (const char *)fact_text(f, "method").at,
               (long long)fact_number(f, "subjects", 0), (long long)fact_number(f, "asks_per_subject", 0), (long long)fact_number(f, "hints", 0),
               (long long)fact_number(f, "questions", 0), (long long)fact_number(f, "public_key_operations", 0));
    putchar('\n');
    for (const struct fact *f = root->first; f; f = f->next)
        if (f->kind == FACT_NUMBER && !slice_same(slice_str(f->name), SLICE("version")))
            printf("%-36s %lld\n", f->name, (long long)f->number);
}

static int show_limits(const struct cli *cli, const struct engine *e)
{
    struct fact *limits = limits_of(cli->arena, e);
    if (cli->json)
        return print_json(limits, false);
    print_limits(limits);
    return flush_output();
}

/* No DNS is asked: an empty zone is enough of a world. */
static int look(const struct cli *cli)
{
    struct world w;
    int code = world_open_offline(&w, cli);
    if (code == EX_OK)
        code = show_limits(cli, w.engine);
    world_close(&w);
    return code;
}

static int run_limits(int argc, char **argv)
{
    extern const struct command limits_command;
    struct cli cli;
    int code;
    if (cli_parse(&cli, &limits_command, argc, argv, NULL, 0, &code)) {
        code = cli.file_count == 0 ? EX_OK : EX_USAGE;
        if (code != EX_OK)
            complain("it takes no files (see frank limits --help)");
        else
            code = look(&cli);
    }
    cli_close(&cli);
    return code;
}

const struct command limits_command = {
    .name = "limits", .group = COMMANDS_STUDY, .usage = "[--config FILE] [--json]",
    .summary = "What one message may cost: questions, memory, time.", .run = run_limits,
};
