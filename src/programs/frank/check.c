/*
 * check.c: frank check DOMAIN...: everything a domain publishes about its mail, what of it is wrong, how to repair it.
 *
 *     frank check example.com
 *     frank check --selector s1 --message sent.eml example.com
 *     frank check --methods spf,dmarc,mx --json example.com example.org
 */
#include "mail/domain.h"
#include "programs/frank/asker.h"
#include "programs/frank/check_message.h"

#define CHECK_ARENA_OCTETS ((size_t)256 << 20)
#define OUTPUT_OCTETS_MAX ((size_t)64 << 20)
#define NAMES_MAX 64
#define EXIT_FOUND 1                 /* there are errors or warnings */

struct job {
    struct cli cli;
    const char *methods, *message;
    struct cli_list selectors;
    struct lint_request request;     /* of the domain at hand */
    struct world world;
    struct world_asker asker;
    struct arena *arena;             /* of one domain at a time */
    struct bulk_message shown;       /* by --message */
    size_t levels[LINT_LEVELS];      /* of all domains */
    unsigned domains;
};

/* ---- the command line ---- */

static struct slice *slices(struct job *j, size_t count)
{
    struct slice *at = ARENA_ARRAY(j->cli.arena, count + 1, struct slice);
    if (!at)
        out_of_memory();
    return at;
}

static bool take_methods(struct job *j)
{
    struct slice rest = slice_str(j->methods), *at = slices(j, NAMES_MAX), name;
    size_t count = 0;
    while (rest.len > 0) {
        (void)slice_cut(rest, ',', &name, &rest);
        if (count == NAMES_MAX || !lint_knows(name)) {
            complain("--methods: there is no method or part \"%.*s\" that looks at domains; frank-check(1) lists them", (int)name.len,
                     (const char *)name.at);
            return false;
        }
        at[count++] = name;
    }
    j->request.names = (struct texts){ at, count };
    return true;
}

static bool take_selectors(struct job *j)
{
    struct slice *at = slices(j, j->selectors.count);
    for (size_t i = 0; i < j->selectors.count; i++) {
        if (!domain_normal(j->cli.arena, slice_str(j->selectors.at[i]), &at[i])) {
            complain("--selector: \"%s\" is none", j->selectors.at[i]);
            return false;
        }
    }
    j->request.selectors = (struct texts){ at, j->selectors.count };
    return true;
}

/* ---- one domain ---- */

/* The rules rest on everything: with --methods they are not judged. */
static bool judges(const struct job *j)
{
    return j->request.names.count == 0;
}

static int print_facts(struct job *j, const struct lint_report *report, const struct bulk_verdict *verdicts)
{
    struct fact *f = lint_facts(report);
    if (judges(j))
        bulk_facts(j->arena, f, verdicts);
    return print_json(f, false);
}

static int print_report(struct job *j, const struct lint_report *report)
{
    struct bulk_verdict verdicts[BULK_RULES];
    bool apply = judges(j) && bulk_judge(j->arena, report, j->message ? &j->shown : NULL, j->selectors.count > 0, verdicts);
    if (j->cli.json)
        return print_facts(j, report, apply ? verdicts : NULL);
    struct text t = text_in(j->arena, OUTPUT_OCTETS_MAX);
    text_add_str(&t, j->domains > 1 ? "\n" : "");
    text_add_lint(&t, report);
    if (apply)
        text_add_bulk(&t, j->arena, verdicts);
    print_text(&t);
    return EX_OK;
}

static int check_domain(struct job *j)
{
    struct lint_report report;
    enum plan_found found;
    while ((found = lint_domain(j->arena, &j->asker.asker, &j->request, &report)) == PLAN_NOT_YET) {
        arena_reset(j->arena);
        world_asker_wait(&j->asker);
    }
    if (found != PLAN_READY)
        out_of_memory();
    j->domains++;
    for (unsigned k = 0; k < LINT_LEVELS; k++)
        j->levels[k] += report.levels[k];
    int code = print_report(j, &report), noted = world_asker_note(&j->asker);
    world_asker_forget(&j->asker);
    arena_reset(j->arena);
    return code != EX_OK ? code : noted;
}

static int check_named(struct job *j, const char *name)
{
    struct ip ip;
    bool is_address = ip_parse(slice_str(name), &ip);
    if (is_address || !domain_normal(j->cli.arena, slice_str(name), &j->request.domain) || name_labels(j->request.domain) < 2) {
        complain(is_address ? "%s is an address, not a domain; frank who says whose it is" : "\"%s\" is not a full domain name", name);
        return EX_DATAERR;
    }
    return check_domain(j);
}

/* ---- all of them ---- */

static int exit_of(const struct job *j)
{
    if (j->levels[LINT_ERROR] > 0 || j->levels[LINT_WARNING] > 0)
        return EXIT_FOUND;
    return j->levels[LINT_UNKNOWN] > 0 ? EX_TEMPFAIL : EX_OK;
}

static int check_all(struct job *j)
{
    int code = world_open(&j->world, &j->cli, 0, 0);
    if (code == EX_OK) {
        world_asker_open(&j->asker, &j->world);
        j->request.config = j->world.config;
        j->request.now = world_now(&j->world);
        if (j->message)
            code = check_message(&j->world, j->message, j->cli.arena, &j->shown);
        for (size_t i = 0; code == EX_OK && i < j->cli.file_count; i++)
            code = check_named(j, j->cli.files[i]);
        if (code == EX_OK)
            code = world_save_zone(&j->world);
        world_asker_close(&j->asker);
    }
    world_close(&j->world);
    int flushed = flush_output();
    return code != EX_OK ? code : flushed != EX_OK ? flushed : exit_of(j);
}

static int run_job(struct job *j)
{
    if ((j->methods && !take_methods(j)) || !take_selectors(j))
        return EX_USAGE;
    j->arena = arena_new(CHECK_ARENA_OCTETS);
    if (!j->arena)
        out_of_memory();
    int code = check_all(j);
    arena_free(j->arena);
    return code;
}

static int run_check(int argc, char **argv)
{
    extern const struct command check_command;
    struct job j = { .methods = NULL };
    const struct cli_extra extras[] = {
        { .name = "methods", .takes_value = true, .value_name = "A,B", .help = "look at these methods and parts only", .value = &j.methods },
        { .name = "selector", .takes_value = true, .value_name = "NAME",
          .help = "a selector the domain signs with (repeatable); default: well-known ones are tried", .list = &j.selectors },
        { .name = "message", .takes_value = true, .value_name = "FILE",
          .help = "a message of the domain as it was received: what it shows of the bulk-sender rules", .value = &j.message },
    };
    int code;
    if (cli_parse(&j.cli, &check_command, argc, argv, extras, COUNT_OF(extras), &code)) {
        if (j.cli.file_count > 0) {
            code = run_job(&j);
        } else {
            cli_usage(&check_command, extras, COUNT_OF(extras), stderr);
            code = EX_USAGE;
        }
    }
    cli_close(&j.cli);
    return code;
}

const struct command check_command = {
    .name = "check", .group = COMMANDS_SEND, .usage = "[options] DOMAIN...",
    .summary = "What a domain publishes about its mail, and how to repair it.", .run = run_check,
};
