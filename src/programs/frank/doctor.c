/* doctor.c: frank doctor: is everything as it must be for frankd to do its work? */
#include "programs/frank/doctor.h"

#include <stdarg.h>
#include <string.h>

#include "programs/frank/report.h"

#define TEXT_MAX 2048
#define CHECK_WIDTH 15
#define COLUMNS 80

static const char *health_name(enum health h)
{
    switch (h) {
    case HEALTH_OK: return "ok";
    case HEALTH_WARN: return "warn";
    case HEALTH_BAD: return "bad";
    }
    return "";
}

void finding(struct doctor *d, enum health h, const char *check, const char *repair, const char *format, ...)
{
    char said[TEXT_MAX];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(said, sizeof said, format, args);
    va_end(args);
    struct fact *g = fact_add_group(d->arena, d->checks, NULL);
    fact_add_str(d->arena, g, "check", check);
    fact_add_str(d->arena, g, "health", health_name(h));
    fact_add_text(d->arena, g, "text", slice_dup(d->arena, slice_str(len < 0 ? "" : said)));
    if (repair && repair[0])
        fact_add_text(d->arena, g, "repair", slice_dup(d->arena, slice_str(repair)));
    if (h > d->worst)
        d->worst = h;
    if (arena_failed(d->arena))
        out_of_memory();
}

/* ---- for people ---- */

static const char *colour_of(struct slice health)
{
    return slice_same(health, SLICE("ok")) ? "\033[32m" : slice_same(health, SLICE("warn")) ? "\033[33;1m" : "\033[31;1m";
}

/* Words from this column on; foreign text in them is shown-escaped. */
static void put_words(struct doctor *d, struct slice text, int indent)
{
    struct slice shown = slice_shown(d->arena, text, true), word;
    int at = indent;
    while (shown.len > 0) {
        slice_cut(shown, ' ', &word, &shown);
        if (at > indent && at + 1 + (int)word.len > COLUMNS) {
            printf("\n%*s", indent, "");
            at = indent;
        } else if (at > indent) {
            putchar(' ');
            at++;
        }
        at += printf("%.*s", (int)word.len, (const char *)word.at);
    }
    putchar('\n');
}

static void print_checks(struct doctor *d)
{
    struct report_style style = report_style_of(stdout);
    for (const struct fact *f = d->checks->first; f; f = f->next) {
        struct slice health = fact_text(f, "health"), repair = fact_text(f, "repair");
        printf("%s%-5.*s%s %-*.*s ", style.colour ? colour_of(health) : "", (int)health.len, (const char *)health.at, style.colour ? "\033[0m" : "",
               CHECK_WIDTH, (int)fact_text(f, "check").len, (const char *)fact_text(f, "check").at);
        put_words(d, fact_text(f, "text"), 7 + CHECK_WIDTH);
        if (repair.len) {
            printf("%*s-> ", 7 + CHECK_WIDTH, "");
            put_words(d, repair, 10 + CHECK_WIDTH);
        }
    }
}

/* ---- configuration: without it the rest cannot be judged ---- */

static bool check_configuration(struct doctor *d)
{
    struct config_error error;
    char repair[512];
    if (installed_try(&d->installed, d->cli, &error)) {
        finding(d, HEALTH_OK, "configuration", NULL, "%s", d->installed.path ? d->installed.path : "built-in defaults (there is no " FRANK_CONFIG_FILE ")");
        return true;
    }
    snprintf(repair, sizeof repair, "repair it; frank config check %s says when it is right. The checks that need it were left out", d->installed.path ? d->installed.path : "");
    if (error.line)
        finding(d, HEALTH_BAD, "configuration", repair, "%s:%u: %s", error.file, error.line, error.text);
    else
        finding(d, HEALTH_BAD, "configuration", repair, "%s: %s", error.file, error.text);
    return false;
}

static void check_all(struct doctor *d)
{
    doctor_clock(d);
    if (!check_configuration(d))
        return;
    doctor_name(d);
    doctor_user(d);
    doctor_journal(d);
    doctor_resolver(d);
    doctor_tended(d);
    switch (postfix_open(&d->postfix, d->arena, d->config_dir)) {
    case POSTFIX_HERE: d->has_postfix = true; break;
    case POSTFIX_MISSING: finding(d, HEALTH_WARN, "mail server", "with Sendmail: frank setup sendmail", "there is no Postfix here whose settings could be looked at"); break;
    case POSTFIX_BROKEN: finding(d, HEALTH_BAD, "mail server", "postfix check says more", "%s", d->postfix.complaint); break;
    }
    doctor_sockets(d);
    if (d->has_postfix)
        doctor_postfix(d);
}

static int examine(struct doctor *d)
{
    struct fact *root = fact_group(d->arena, NULL);
    fact_add_number(d->arena, root, "version", 1);
    d->checks = fact_add_list(d->arena, root, "checks");
    if (!d->checks)
        out_of_memory();
    check_all(d);
    fact_add_str(d->arena, root, "health", health_name(d->worst));
    int code = d->worst == HEALTH_BAD ? 1 : EX_OK;
    if (d->cli->json) {
        int printed = print_json(root, false);
        return printed != EX_OK ? printed : code;
    }
    print_checks(d);
    int printed = flush_output();
    return printed != EX_OK ? printed : code;
}

static int run_doctor(int argc, char **argv)
{
    extern const struct command doctor_command;
    struct cli cli;
    struct doctor *d = mem_zalloc(1, sizeof *d);
    int code;
    if (!d)
        out_of_memory();
    const struct cli_extra extras[] = {
        { .name = "config-dir", .takes_value = true, .value_name = "DIR", .help = "Postfix's configuration directory; default: its own", .value = &d->config_dir },
    };
    if (cli_parse(&cli, &doctor_command, argc, argv, extras, COUNT_OF(extras), &code)) {
        d->cli = &cli;
        d->arena = cli.arena;
        if (cli.file_count > 0) {
            complain("it takes no files (see frank doctor --help)");
            code = EX_USAGE;
        } else {
            code = examine(d);
        }
        installed_close(&d->installed);
    }
    cli_close(&cli);
    mem_free(d);
    return code;
}

const struct command doctor_command = {
    .name = "doctor", .group = COMMANDS_RECEIVE, .usage = "[--config FILE] [--config-dir DIR] [--json]",
    .summary = "Check sockets, permissions, DNS, clock and mail server.", .run = run_doctor,
};
