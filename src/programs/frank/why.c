/* why.c: frank why: what was thought of a message, from the journal, in verify's own report. */
#include "platform/journal/about.h"
#include "programs/frank/history.h"
#include "programs/frank/installed.h"
#include "programs/frank/report.h"

struct why {
    struct history history;
    struct journal_key key;
    struct report_style style;
    uint64_t found;
    int code;
};

static bool may_hold(void *context, struct slice line)
{
    return journal_may_hold(&((struct why *)context)->key, line);
}

#define SHOWN_MAX 64          /* octets of a foreign text that are shown */

/* "  name value", nothing if there is none. */
static void put_pair(struct arena *a, const char *name, struct slice value)
{
    struct slice shown = slice_shown(a, slice_first(value, SHOWN_MAX), true);
    if (shown.len)
        printf("  %s %.*s%s", name, (int)shown.len, (const char *)shown.at, value.len > SHOWN_MAX ? "..." : "");
}

static void put_recipients(struct arena *a, const struct fact *record)
{
    const struct fact *list = fact_find(fact_find(record, "session"), "rcpt_to");
    size_t more = 0;
    if (!list || !list->first)
        return;
    for (const struct fact *f = list->first->next; f; f = f->next)
        more++;
    put_pair(a, "to", list->first->text);
    if (more)
        printf(" and %zu more", more);
    putchar('\n');
}

/* Which message: what the report itself does not say. */
static void put_message(struct arena *a, const struct fact *record)
{
    char room[32];
    fputs(time_shown(fact_number(record, "time", 0), room), stdout);
    put_pair(a, "id", fact_text(record, "id"));
    put_pair(a, "queue", fact_text(record, "queue_id"));
    put_pair(a, "told", fact_text(fact_find(record, "action"), "told"));
    putchar('\n');
    put_recipients(a, record);
    if (fact_text(record, "message_id").len) {
        put_pair(a, "message", fact_text(record, "message_id"));
        putchar('\n');
    }
}

static void show_record(void *context, struct arena *a, const struct fact *record)
{
    struct why *w = context;
    if (!journal_is_about(a, record, &w->key))
        return;
    history_quiet(&w->history);
    if (w->history.cli->json) {
        int code = print_json(record, false);
        w->code = code != EX_OK ? code : w->code;
    } else {
        if (w->found)
            putchar('\n');
        put_message(a, record);
        report_print(record, &w->style, stdout);
    }
    w->found++;
}

static int search(struct why *w)
{
    struct history_visitor visitor = { may_hold, show_record, w };
    int code = history_walk(&w->history, &visitor);
    if (flush_output() != EX_OK)
        return EX_IOERR;
    if (w->code != EX_OK || code != EX_OK)
        return w->code != EX_OK ? w->code : code;
    if (w->found)
        return EX_OK;
    complain("nothing in %s%s is about %s", w->history.files.at[w->history.files.count - 1].path,
             w->history.files.count > 1 ? " and its rotated files" : "", w->history.cli->files[0]);
    return EX_NOINPUT;
}

static int run_why(int argc, char **argv)
{
    extern const struct command why_command;
    struct cli cli;
    struct cli_list journals = { .count = 0 };
    const char *since = NULL;
    const struct cli_extra extras[] = { HISTORY_OPTIONS(journals, since) };
    struct why w = { .style = report_style_of(stdout) };
    int code;
    if (cli_parse(&cli, &why_command, argc, argv, extras, COUNT_OF(extras), &code)) {
        w.style.explain = cli.explain;
        if (cli.file_count == 0 || !journal_key_of(slice_str(cli.files[0]), &w.key)) {
            complain("which message? Its id, queue id or Message-ID, or a mail or IP address (see frank why --help)");
            code = EX_USAGE;
        } else {
            code = history_open(&w.history, &cli, &journals, cli.files + 1, cli.file_count - 1, since);
        }
        if (code == EX_OK)
            code = search(&w);
    }
    cli_close(&cli);
    return code;
}

const struct command why_command = {
    .name = "why", .group = COMMANDS_RECEIVE, .usage = "ID|QUEUE-ID|MESSAGE-ID|ADDRESS [--since WHEN] [--journal FILE...]",
    .summary = "What frankd thought of a message, from its journal.", .run = run_why,
};
