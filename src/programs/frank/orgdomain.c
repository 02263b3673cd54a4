/* orgdomain.c: frank org-domain DOMAIN: by a suffix list, or by the DNS Tree Walk (RFC 9989 4.10). */
#include "programs/frank/world.h"

#include "methods/dmarc/dmarc.h"

static int print_org(struct cli *cli, struct slice domain, struct slice org, const char *how)
{
    struct fact *f = fact_group(cli->arena, NULL);
    fact_add_number(cli->arena, f, "version", 1);
    fact_add_text(cli->arena, f, "domain", domain);
    if (org.len)
        fact_add_text(cli->arena, f, "org_domain", org);
    else
        fact_add_null(cli->arena, f, "org_domain");
    fact_add_str(cli->arena, f, "discovery", how);
    if (cli->json)
        return print_json(f, false);
    printf("%.*s\n", (int)org.len, (const char *)org.at);
    return flush_output();
}

static int by_list(struct cli *cli, struct slice domain)
{
    const char *error = "unreadable";
    struct slice text;
    if (!read_file(cli->arena, cli->psl, SUFFIX_LIST_OCTETS_MAX, &text))
        return EX_NOINPUT;
    struct suffix_list *list = suffix_list_read(text, &error);
    if (!list) {
        complain("%s: %s", cli->psl, error);
        return EX_DATAERR;
    }
    struct slice org = suffix_list_org_domain(list, cli->arena, domain);
    int code = print_org(cli, domain, org, "psl");
    suffix_list_free(list);
    return code;
}

static const struct answer *walk_ask(void *context, struct slice name)
{
    return world_ask(context, name, RTYPE_TXT);
}

static int by_walk(struct cli *cli, struct slice domain)
{
    struct world w;
    int code = world_open(&w, cli, 0, 0);
    struct slice org;
    if (code == EX_OK && !dmarc_walk_org_domain(cli->arena, domain, walk_ask, &w, &org)) {
        complain("the name servers did not answer");
        code = EX_TEMPFAIL;
    } else if (code == EX_OK) {
        code = print_org(cli, domain, org, "treewalk");
    }
    world_close(&w);
    return code;
}

static int find_org_domain(struct cli *cli, const struct command *command)
{
    struct slice domain;
    if (cli->file_count != 1) {
        cli_usage(command, NULL, 0, stderr);
        return EX_USAGE;
    }
    if (!domain_normal(cli->arena, slice_str(cli->files[0]), &domain)) {
        complain("\"%s\" is not a domain name", cli->files[0]);
        return EX_DATAERR;
    }
    return cli->psl ? by_list(cli, domain) : by_walk(cli, domain);
}

static int run_org_domain(int argc, char **argv)
{
    extern const struct command org_domain_command;
    struct cli cli;
    int code;
    if (cli_parse(&cli, &org_domain_command, argc, argv, NULL, 0, &code))
        code = find_org_domain(&cli, &org_domain_command);
    cli_close(&cli);
    return code;
}

const struct command org_domain_command = {
    .name = "org-domain", .group = COMMANDS_STUDY, .usage = "[--psl FILE] DOMAIN",
    .summary = "A name's organizational domain, by tree walk or suffix list.", .run = run_org_domain,
};
