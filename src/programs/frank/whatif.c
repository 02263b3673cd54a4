/* whatif.c: frank what-if: the journal's messages judged again by other rules, and what would have changed. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "platform/clock/clock.h"
#include "programs/frank/changes.h"
#include "programs/frank/history.h"
#include "programs/frank/installed.h"
#include "programs/frank/report.h"

#define ROWS_SHOWN 20                /* rules and domains without --all */
#define JUDGING_OCTETS (64u << 20)

struct whatif {
    const struct cli *cli;
    struct history history;
    struct changes changes;
    struct installed installed;      /* lists and options in force */
    struct config *other;            /* a whole configuration given with --rules; NULL: none */
    const struct rules *rules;
    struct arena *judging;
    const char *rules_name;
    bool all;
    uint64_t incomplete, own_failures, dry_runs;
    uint64_t unexamined[METHODS_MAX];    /* messages for which a method the rules read has no result */
    int code;
};

/* ---- which rules ---- */

static int bad_rules(const struct config_error *error)
{
    if (error->line)
        complain("%s:%u: %s", error->file, error->line, error->text);
    else
        complain("--rules: %s", error->text);
    return EX_CONFIG;
}

static bool holds_only_rules(const struct conf_node *root)
{
    return root->first && !root->first->next && strcmp(root->first->name, "rules") == 0;
}

/* A file of rules alone is judged under the lists in force; any other is a configuration of its own. */
static int rules_of_file(struct whatif *w, const char *path)
{
    struct slice text;
    struct config_error error = { .line = 0 };
    if (!read_file(w->cli->arena, path, CONFIG_OCTETS_MAX, &text))
        return EX_NOINPUT;
    const struct conf_node *root = config_tree(w->cli->arena, path, text, &error);
    if (!root)
        return bad_rules(&error);
    if (holds_only_rules(root)) {
        w->rules = rules_from_text(w->installed.config, path, text, &error);
    } else {
        size_t count;
        const struct section *sections = file_sections(&count);
        w->other = config_parse(path, text, sections, count, &error);
        w->rules = w->other && settings_read_owners(w->other, path, &error) ? rules_read(w->other, &error) : NULL;
    }
    return w->rules ? EX_OK : bad_rules(&error);
}

static bool is_set_name(const char *name)
{
    static const char *const sets[] = { "monitor", "standard", "strict" };
    for (size_t i = 0; i < COUNT_OF(sets); i++)
        if (strcmp(sets[i], name) == 0)
            return true;
    return false;
}

static int choose_rules(struct whatif *w)
{
    struct config_error error = { .line = 0 };
    if (!w->rules_name) {
        complain("--rules says which rules: monitor, standard, strict, or a file of one's own");
        return EX_USAGE;
    }
    int code = installed_open(&w->installed, w->cli);
    if (code != EX_OK)
        return code;
    if (!is_set_name(w->rules_name))
        return rules_of_file(w, w->rules_name);
    w->rules = rules_named(w->installed.config, slice_str(w->rules_name), &error);
    return w->rules ? EX_OK : bad_rules(&error);
}

/* ---- one message ---- */

static bool disposition_named(struct slice name, unsigned *out)
{
    for (unsigned d = DISPOSITION_DEFER; d <= DISPOSITION_DISCARD; d++) {
        *out = d;
        if (slice_same(slice_str(disposition_name((enum disposition)d)), name))
            return true;
    }
    return false;
}

static bool refuses(unsigned outcome)
{
    return outcome == DISPOSITION_REJECT || outcome == DISPOSITION_DEFER || outcome == DISPOSITION_DISCARD;
}

/* What is switched off here would not be examined under other rules either. */
static bool is_switched_off(const struct whatif *w, const struct method *m)
{
    char section[64];
    snprintf(section, sizeof section, "methods.%s", m->name);
    const struct conf_node *said = config_node(w->installed.config, section, "enabled");
    return said ? !said->flag : slice_same(slice_str(m->options[0].otherwise), SLICE("false"));
}

static void note_unexamined(struct whatif *w, const struct fact *record, const struct case_facts *facts)
{
    uint64_t needed = rules_methods_at(w->rules, STAGE_MESSAGE);
    if (facts->stage != STAGE_MESSAGE || facts->exempt != EXEMPT_NO)
        return;
    for (size_t i = 0; methods[i]; i++)
        if ((needed >> i & 1) && !fact_find(record, methods[i]->name) && !is_switched_off(w, methods[i]))
            w->unexamined[i]++;
}

static struct slice domain_of(const struct case_facts *f)
{
    return f->from_domain.len ? f->from_domain : f->mailfrom_domain.len ? f->mailfrom_domain : f->helo_domain;
}

static struct fact *change_facts(struct arena *a, struct fact *parent, const struct change *c)
{
    struct fact *g = parent ? fact_add_group(a, parent, NULL) : fact_group(a, NULL);
    if (!parent)
        fact_add_number(a, g, "version", 1);
    fact_add_number(a, g, "time", c->time);
    fact_add_text(a, g, "id", c->id);
    fact_add_text(a, g, "queue_id", c->queue_id);
    fact_add_text(a, g, "message_id", c->message_id);
    fact_add_text(a, g, "ip", c->client);
    fact_add_text(a, g, "mail_from", c->sender);
    fact_add_text(a, g, "domain", c->domain);
    fact_add_str(a, g, "was", outcome_name(c->was));
    fact_add_text(a, g, "was_rule", c->was_rule);
    fact_add_str(a, g, "would", outcome_name(c->would));
    fact_add_text(a, g, "rule", c->rule);
    fact_add_text(a, g, "reason", c->reason);
    return g;
}

static int show(struct slice s, size_t max)
{
    char room[4096];
    struct text t = text_fixed(room, sizeof room);
    text_add_shown(&t, slice_first(s, max), true);
    return printf("%.*s%s", (int)text_slice(&t).len, room, s.len > max ? "..." : "");
}

/* Two lines of at most 80 columns. */
static void print_change(const struct change *c)
{
    char room[32];
    printf("  %s  ", time_shown(c->time, room));
    show(c->queue_id.len ? c->queue_id : c->id, 20);
    printf("  %s -> %s\n    ", outcome_name(c->was), outcome_name(c->would));
    show(c->client.len ? c->client : SLICE("no client"), 39);
    fputs("  ", stdout);
    show(c->sender.len ? c->sender : SLICE("<>"), 32);
    fputs("\n    ", stdout);
    show(c->would == OUTCOME_FURTHER || c->would == DISPOSITION_ACCEPT ? c->was_rule : c->rule, 70);
    putchar('\n');
}

static void print_change_json(struct whatif *w, const struct change *c)
{
    struct arena *a = arena_new(1u << 20);
    struct fact *g = a ? change_facts(a, NULL, c) : NULL;
    if (!g)
        out_of_memory();
    int code = print_json(g, false);
    w->code = code != EX_OK ? code : w->code;
    arena_free(a);
}

static void take_change(struct whatif *w, const struct change *c)
{
    if (!changes_add(&w->changes, c))
        out_of_memory();
    if (!w->all)
        return;
    history_quiet(&w->history);
    if (w->cli->json)
        print_change_json(w, c);
    else
        print_change(c);
}

static void compare(struct whatif *w, const struct fact *record, const struct case_facts *facts, const struct verdict *v, bool final)
{
    const struct fact *before = fact_find(record, "verdict"), *session = fact_find(record, "session");
    struct change c = {
        .time = fact_number(record, "time", 0), .id = fact_text(record, "id"), .queue_id = fact_text(record, "queue_id"),
        .message_id = fact_text(record, "message_id"), .client = fact_text(session, "ip"), .sender = fact_text(session, "mail_from"),
        .domain = domain_of(facts), .was_rule = fact_text(before, "rule"), .rule = v->rule, .reason = v->reason, .would = v->disposition,
    };
    if (!disposition_named(fact_text(before, "disposition"), &c.was) || (facts->stage < STAGE_MESSAGE && !refuses(c.was))) {
        w->incomplete++;
        return;
    }
    if (facts->stage < STAGE_MESSAGE && !(final && (refuses(c.would) || facts->exempt != EXEMPT_NO)))
        c.would = OUTCOME_FURTHER;
    w->dry_runs += v->dry_run && v->would != v->disposition;
    note_unexamined(w, record, facts);
    if (c.was != c.would)
        take_change(w, &c);
}

static void judge_record(void *context, struct arena *a, const struct fact *record)
{
    struct whatif *w = context;
    struct case_facts facts;
    struct verdict v;
    bool final;
    if (slice_same(fact_text(fact_find(record, "verdict"), "rule"), SLICE("own-failure"))) {
        w->own_failures++;
        return;
    }
    if (!case_from_record(a, record, &facts)) {
        w->incomplete++;
        return;
    }
    if (w->cli->has_at)
        facts.now = w->cli->at;
    arena_reset(w->judging);
    verdict_judge(w->rules, w->judging, &facts, &v, &final);
    compare(w, record, &facts, &v, final);
}

/* ---- what came of it, as facts ---- */

static void add_matrix(struct arena *a, struct fact *root, const struct changes *c)
{
    struct fact *list = fact_add_list(a, root, "transitions");
    for (unsigned was = 0; was < OUTCOMES; was++) {
        for (unsigned would = 0; would < OUTCOMES; would++) {
            if (!c->matrix[was][would])
                continue;
            struct fact *g = fact_add_group(a, list, NULL);
            fact_add_str(a, g, "was", outcome_name(was));
            fact_add_str(a, g, "would", outcome_name(would));
            fact_add_number(a, g, "count", (int64_t)c->matrix[was][would]);
        }
    }
}

static void add_rules(struct arena *a, struct fact *root, const struct changes *c)
{
    const struct change_tally **rules = changes_sorted(c->rules, a);
    struct fact *list = fact_add_list(a, root, "by_rule");
    for (size_t i = 0; rules && rules[i]; i++) {
        struct fact *g = fact_add_group(a, list, NULL);
        fact_add_str(a, g, "was", outcome_name(rules[i]->was));
        fact_add_text(a, g, "was_rule", rules[i]->was_rule);
        fact_add_str(a, g, "would", outcome_name(rules[i]->would));
        fact_add_text(a, g, "rule", rules[i]->rule);
        fact_add_number(a, g, "count", (int64_t)rules[i]->count);
    }
    fact_add_number(a, root, "other_rules", (int64_t)c->other_rules);
}

static void add_domains(struct arena *a, struct fact *root, const struct changes *c)
{
    const struct change_tally **domains = changes_sorted(c->domains, a);
    struct fact *list = fact_add_list(a, root, "by_domain");
    for (size_t i = 0; domains && domains[i]; i++) {
        struct fact *g = fact_add_group(a, list, NULL);
        fact_add_text(a, g, "domain", domains[i]->domain);
        fact_add_number(a, g, "count", (int64_t)domains[i]->count);
        for (unsigned o = 0; o < OUTCOMES; o++)
            if (domains[i]->by_outcome[o])
                fact_add_number(a, g, outcome_name(o), (int64_t)domains[i]->by_outcome[o]);
    }
    fact_add_number(a, root, "other_domains", (int64_t)c->other_domains);
}

static void add_unexamined(const struct whatif *w, struct arena *a, struct fact *root)
{
    struct fact *list = fact_add_list(a, root, "not_examined");
    for (size_t i = 0; methods[i]; i++) {
        if (!w->unexamined[i])
            continue;
        struct fact *g = fact_add_group(a, list, NULL);
        fact_add_str(a, g, "method", methods[i]->name);
        fact_add_number(a, g, "messages", (int64_t)w->unexamined[i]);
    }
}

static struct fact *summary(const struct whatif *w, struct arena *a)
{
    struct fact *root = fact_group(a, NULL);
    fact_add_number(a, root, "version", 1);
    fact_add_str(a, root, "rules", w->rules_name);
    fact_add_number(a, root, "messages", (int64_t)w->history.records);
    fact_add_number(a, root, "first", w->history.first);
    fact_add_number(a, root, "last", w->history.last);
    fact_add_number(a, root, "changed", (int64_t)w->changes.changed);
    fact_add_number(a, root, "dry_runs", (int64_t)w->dry_runs);
    fact_add_number(a, root, "incomplete", (int64_t)w->incomplete);
    fact_add_number(a, root, "own_failures", (int64_t)w->own_failures);
    fact_add_number(a, root, "bad_lines", (int64_t)w->history.bad);
    add_matrix(a, root, &w->changes);
    add_rules(a, root, &w->changes);
    add_domains(a, root, &w->changes);
    add_unexamined(w, a, root);
    struct fact *list = w->all ? NULL : fact_add_list(a, root, "changes");
    for (size_t i = 0; list && changes_kept(&w->changes, i); i++)
        change_facts(a, list, changes_kept(&w->changes, i));
    return root;
}

/* ---- and for people ---- */

static void print_rows_left(size_t rows)
{
    if (rows)
        printf("  ... and %zu more (--all)\n", rows);
}

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

static void print_by_rule(const struct fact *root, bool all)
{
    size_t shown = 0, left = 0;
    puts("\nBy rule");
    for (const struct fact *f = fact_find(root, "by_rule")->first; f; f = f->next) {
        if (!all && shown == ROWS_SHOWN) {
            left++;
            continue;
        }
        shown++;
        printf("  %8lld  ", (long long)fact_number(f, "count", 0));
        show(fact_text(f, "was"), 10);
        fputs(" by ", stdout);
        show(fact_text(f, "was_rule"), 24);
        fputs(" -> ", stdout);
        show(fact_text(f, "would"), 10);
        if (!slice_same(fact_text(f, "would"), SLICE("further"))) {
            fputs(" by ", stdout);
            show(fact_text(f, "rule"), 40);
        }
        putchar('\n');
    }
    print_rows_left(left);
}

static void print_by_domain(const struct fact *root, bool all)
{
    size_t shown = 0, left = 0;
    puts("\nBy domain");
    for (const struct fact *f = fact_find(root, "by_domain")->first; f; f = f->next) {
        if (!all && shown == ROWS_SHOWN) {
            left++;
            continue;
        }
        shown++;
        printf("  %8lld  ", (long long)fact_number(f, "count", 0));
        int columns = show(fact_text(f, "domain").len ? fact_text(f, "domain") : SLICE("(no domain)"), 40);
        printf("%*s", columns < 40 ? 42 - columns : 2, "");
        const char *comma = "";
        for (const struct fact *o = f->first; o; o = o->next) {
            if (o->kind != FACT_NUMBER || strcmp(o->name, "count") == 0)
                continue;
            printf("%s%s %lld", comma, o->name, (long long)o->number);
            comma = ", ";
        }
        putchar('\n');
    }
    if (fact_number(root, "other_domains", 0))
        printf("  %8lld  of further domains\n", (long long)fact_number(root, "other_domains", 0));
    print_rows_left(left);
}

static void print_kept(const struct whatif *w)
{
    if (w->changes.changed > CHANGE_KEPT)
        printf("\nMessages (the last %d of %llu; --all lists them all)\n", CHANGE_KEPT, (unsigned long long)w->changes.changed);
    else
        puts("\nMessages");
    for (size_t i = 0; changes_kept(&w->changes, i); i++)
        print_change(changes_kept(&w->changes, i));
}

static void print_notes(const struct whatif *w)
{
    if (w->incomplete + w->own_failures + w->dry_runs || w->changes.matrix[DISPOSITION_REJECT][OUTCOME_FURTHER] || w->changes.matrix[DISPOSITION_DEFER][OUTCOME_FURTHER])
        putchar('\n');
    if (w->changes.matrix[DISPOSITION_REJECT][OUTCOME_FURTHER] || w->changes.matrix[DISPOSITION_DEFER][OUTCOME_FURTHER])
        puts("further: it was refused before its content was seen and would not have been;\nwhat the content would have led to is not known.");
    if (w->incomplete)
        printf("%llu message%s ended before there was anything to judge.\n", (unsigned long long)w->incomplete, plural(w->incomplete));
    if (w->own_failures)
        printf("%llu message%s frankd itself failed to examine, and no rule judges.\n", (unsigned long long)w->own_failures, plural(w->own_failures));
    if (w->dry_runs)
        printf("%llu more would have changed but for dry_run.\n", (unsigned long long)w->dry_runs);
    for (size_t i = 0; methods[i]; i++)
        if (w->unexamined[i])
            printf("%s was not examined in %llu message%s: rules that read it did not act there.\n", methods[i]->name,
                   (unsigned long long)w->unexamined[i], plural(w->unexamined[i]));
}

static void print_summary(const struct whatif *w, const struct fact *root)
{
    char room[80];
    if (w->all && w->changes.changed)
        putchar('\n');
    printf("%llu message%s, %s\n", (unsigned long long)w->history.records, plural(w->history.records), history_span(&w->history, room));
    printf("%llu would have gone another way under %s\n", (unsigned long long)w->changes.changed, w->rules_name);
    for (const struct fact *f = fact_find(root, "transitions")->first; f; f = f->next)
        printf("  %8lld  %.*s -> %.*s\n", (long long)fact_number(f, "count", 0), (int)fact_text(f, "was").len, (const char *)fact_text(f, "was").at,
               (int)fact_text(f, "would").len, (const char *)fact_text(f, "would").at);
    if (w->changes.changed) {
        print_by_rule(root, w->all);
        print_by_domain(root, w->all);
        if (!w->all)
            print_kept(w);
    }
    print_notes(w);
}

/* ---- the command ---- */

static int run_over_journal(struct whatif *w)
{
    struct history_visitor visitor = { NULL, judge_record, w };
    uint64_t seed;
    struct random *random = system_random();
    random->fill(random, &seed, sizeof seed);
    if (!changes_open(&w->changes, seed))
        out_of_memory();
    w->judging = arena_new(JUDGING_OCTETS);
    struct arena *a = arena_new(JUDGING_OCTETS);
    if (!w->judging || !a)
        out_of_memory();
    int code = history_walk(&w->history, &visitor);
    struct fact *root = summary(w, a);
    if (arena_failed(a))
        out_of_memory();
    if (w->cli->json) {
        int printed = print_json(root, false);
        code = printed != EX_OK ? printed : code;
    } else {
        print_summary(w, root);
    }
    if (fflush(stdout) != 0) {
        complain("cannot write: %s", strerror(errno));
        code = EX_IOERR;
    }
    arena_free(a);
    arena_free(w->judging);
    changes_close(&w->changes);
    return w->code != EX_OK ? w->code : code;
}

static int run_whatif(int argc, char **argv)
{
    extern const struct command whatif_command;
    struct cli cli;
    struct cli_list journals = { .count = 0 };
    const char *since = NULL;
    struct whatif w = { .cli = &cli };
    const struct cli_extra extras[] = {
        { .name = "rules", .takes_value = true, .value_name = "NAME|FILE", .help = "monitor, standard, strict, or a file with rules = (...);", .value = &w.rules_name },
        HISTORY_OPTIONS(journals, since),
        { .name = "all", .help = "list every changed message, rule and domain", .flag = &w.all },
    };
    int code;
    if (cli_parse(&cli, &whatif_command, argc, argv, extras, COUNT_OF(extras), &code)) {
        code = choose_rules(&w);
        if (code == EX_OK)
            code = history_open(&w.history, &cli, &journals, cli.files, cli.file_count, since);
        if (code == EX_OK)
            code = run_over_journal(&w);
        config_free(w.other);
        installed_close(&w.installed);
    }
    cli_close(&cli);
    return code;
}

const struct command whatif_command = {
    .name = "what-if", .group = COMMANDS_RECEIVE, .usage = "--rules NAME|FILE [--since WHEN] [--all] [--journal FILE...]",
    .summary = "What other rules would have changed, from the journal.", .run = run_whatif,
};
