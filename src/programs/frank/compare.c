/* compare.c: frank compare SOURCE...: what every method says, side by side, and who would have stopped what. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/cursor.h"
#include "programs/frank/compare_page.h"
#include "programs/frank/compare_print.h"
#include "programs/frank/examiner.h"
#include "programs/frank/progress.h"

#define MESSAGE_OCTETS_MAX (64u << 20)     /* of one line's tree */
#define SUMMARY_OCTETS_MAX (256u << 20)

struct compare {
    const struct cli *cli;
    const char *format_name, *jobs_text, *domain, *html;
    bool all, as_if;
    enum source_format format;
    unsigned jobs;
    struct world world;
    struct source *source;
    struct progress_line progress;
    struct tally tally, other;             /* other: --as-if */
    struct compare_page *page;             /* --html; NULL: none, or it failed */
    struct arena *arena;                   /* of the message that is looked at */
    struct arena *first_arena;             /* the first one: if it stays the only one, its table is all there is to print */
    struct fact *first;
    uint64_t seen, unread;
    int code;
};

/* ---- one message ---- */

static void note_code(struct compare *c, int code)
{
    if (code != EX_OK)
        c->code = code;
}

static void unread(struct compare *c, const struct pool_place *place, struct slice why, enum status status)
{
    struct source_item item = { .file = place->file, .number = place->number, .status = status, .text = why };
    c->unread++;
    progress_quiet(&c->progress);
    note_code(c, source_failed(&item));
}

/* Where it stands comes first, then what was found. */
static struct fact *with_place(struct arena *a, const struct pool_place *place, const struct fact *comparison)
{
    struct fact *root = fact_group(a, NULL);
    fact_add_number(a, root, "version", 1);
    fact_add_text(a, root, "file", place->file);
    if (place->number > 0)
        fact_add_number(a, root, "number", (int64_t)place->number);
    for (const struct fact *f = comparison->first; f; f = f->next)
        fact_adopt(a, root, f->name, f);
    return root;
}

static void print_message(struct compare *c, const struct fact *message)
{
    struct report_style style = report_style_of(stdout);
    progress_quiet(&c->progress);
    if (c->cli->json) {
        note_code(c, print_json(message, false));
    } else {
        compare_print_message(message, &style, stdout);
        putchar('\n');
    }
}

/* Kept until it is known whether there is another. */
static void keep_first(struct compare *c, const struct pool_place *place, struct slice line)
{
    const struct fact *comparison;
    const char *error;
    struct pool_place own = { slice_dup(c->first_arena, place->file), place->number, place->in_place };
    if (!fact_from_json(c->first_arena, line, &comparison, &error))
        out_of_memory();
    c->first = with_place(c->first_arena, &own, comparison);
}

static void page_failed(struct compare *c)
{
    progress_quiet(&c->progress);
    complain("%s: %s", c->html, strerror(errno));
    note_code(c, EX_CANTCREAT);
}

static void keep_for_page(struct compare *c, const struct fact *message, const struct verdicts *v)
{
    if (!c->page || compare_page_add(c->page, message, v))
        return;
    page_failed(c);
    compare_page_drop(c->page);
    c->page = NULL;
}

static bool is_wanted(const struct compare *c, const struct fact *comparison)
{
    return !c->domain || slice_same_nocase(fact_text(comparison, "domain"), slice_str(c->domain));
}

static void take_comparison(struct compare *c, const struct pool_place *place, struct slice line, const struct fact *comparison)
{
    struct verdicts v, w;
    struct slice domain = fact_text(comparison, "domain");
    const struct fact *other = fact_find(comparison, "as_if");
    verdicts_read(fact_find(comparison, "methods"), &v);
    verdicts_read(fact_find(other, "methods"), &w);
    if (!tally_add(&c->tally, domain, comparison, &v) || (other && !tally_add(&c->other, domain, other, &w)))
        out_of_memory();
    struct fact *message = with_place(c->arena, place, comparison);
    keep_for_page(c, message, other ? &w : &v);
    if (c->cli->json || c->all)
        print_message(c, message);
    else if (c->tally.messages == 1)
        keep_first(c, place, line);
}

static void take_line(void *context, const struct pool_place *place, struct slice line)
{
    struct compare *c = context;
    const struct fact *comparison;
    const char *error;
    arena_reset(c->arena);
    c->seen++;
    if (!fact_from_json(c->arena, line, &comparison, &error)) {
        unread(c, place, slice_str(error), STATUS_BUG);
        return;
    }
    struct slice trouble = fact_text(comparison, "trouble");
    if (trouble.len > 0)
        unread(c, place, trouble, STATUS_IO);
    else if (is_wanted(c, comparison))
        take_comparison(c, place, line, comparison);
    if (arena_failed(c->arena))
        out_of_memory();
}

static void take_lost(void *context, const struct pool_place *place)
{
    struct compare *c = context;
    c->seen++;
    unread(c, place, SLICE("the process that examined it died, twice"), STATUS_BUG);
}

static void take_trouble(void *context, const struct source_item *item)
{
    struct compare *c = context;
    c->unread += item->status != STATUS_OK;
    progress_quiet(&c->progress);
    note_code(c, source_failed(item));
}

static void take_time(void *context)
{
    struct compare *c = context;
    progress_show(&c->progress, source_octets_done(c->source), c->seen);
}

/* ---- what it comes to ---- */

static void print_summary_json(struct compare *c)
{
    struct arena *a = arena_new(SUMMARY_OCTETS_MAX);
    struct fact *root = a ? fact_group(a, NULL) : NULL;
    if (!root)
        out_of_memory();
    fact_add_number(a, root, "version", 1);
    fact_add_flag(a, root, "summary", true);
    fact_add_number(a, root, "unread", (int64_t)c->unread);
    tally_facts(&c->tally, a, root);
    if (c->as_if)
        tally_facts(&c->other, a, fact_add_group(a, root, "as_if"));
    if (arena_failed(a))
        out_of_memory();
    note_code(c, print_json(root, false));
    arena_free(a);
}

static void print_end(struct compare *c)
{
    struct report_style style = report_style_of(stdout);
    progress_quiet(&c->progress);
    if (c->cli->json) {
        print_summary_json(c);
    } else if (c->tally.messages == 1 && c->first) {
        compare_print_message(c->first, &style, stdout);
    } else {
        struct compare_totals totals = { &c->tally, c->as_if ? &c->other : NULL, c->unread, c->all };
        compare_print_summary(&totals, &style, stdout);
    }
    note_code(c, flush_output());
    struct compare_page_facts facts = { &c->tally, c->as_if ? &c->other : NULL, c->unread, world_now(&c->world) };
    if (c->page && !compare_page_close(c->page, &facts))
        page_failed(c);
}

/* ---- the command ---- */

static unsigned processors(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);
    return n < 1 ? 1 : n > POOL_JOBS_MAX ? POOL_JOBS_MAX : (unsigned)n;
}

static int read_options(struct compare *c)
{
    uint64_t jobs;
    if (!source_option_read(c->format_name, &c->format))
        return EX_USAGE;
    c->jobs = processors();
    if (c->jobs_text) {
        if (!number_of(slice_str(c->jobs_text), 1, POOL_JOBS_MAX, &jobs)) {
            complain("--jobs: \"%s\" is no number from 1 to %d", c->jobs_text, POOL_JOBS_MAX);
            return EX_USAGE;
        }
        c->jobs = (unsigned)jobs;
    }
    /* One process has seen every answer, or none has. */
    if (c->cli->save_zone)
        c->jobs = 1;
    return EX_OK;
}

/* Finds what is wrong before anything is forked, and says it once. */
static int try_world(struct compare *c)
{
    int code = world_prepare(&c->world, c->cli);
    if (code == EX_OK)
        code = world_start(&c->world, 0, 0);
    world_stop(&c->world);
    return code;
}

static int open_books(struct compare *c)
{
    uint64_t seed;
    c->world.env.random->fill(c->world.env.random, &seed, sizeof seed);
    c->arena = arena_new(MESSAGE_OCTETS_MAX);
    c->first_arena = arena_new(MESSAGE_OCTETS_MAX);
    if (!tally_open(&c->tally, seed) || !tally_open(&c->other, seed) || !c->arena || !c->first_arena)
        out_of_memory();
    if (!c->html)
        return EX_OK;
    c->page = compare_page_open(c->html, seed);
    if (c->page)
        return EX_OK;
    page_failed(c);
    return EX_CANTCREAT;
}

static void compare_all(struct compare *c)
{
    static const char *const dash[] = { "-" };
    const char *const *paths = c->cli->file_count ? (const char *const *)c->cli->files : dash;
    size_t count = c->cli->file_count ? c->cli->file_count : 1;
    struct file_facts facts = file_facts_of(c->cli);
    struct examiner_work work = { &c->world, &facts, c->as_if };
    struct pool_sink sink = { take_line, take_lost, take_trouble, take_time, c };
    progress_begin(&c->progress, progress_wanted() ? source_octets_all(paths, count, c->format) : 0);
    c->source = source_new(paths, count, c->format);
    if (!c->source)
        out_of_memory();
    enum status status = pool_run(&(struct pool_work){ c->jobs, examine_all, &work }, c->source, &sink);
    progress_quiet(&c->progress);
    if (status == STATUS_NO_MEMORY)
        out_of_memory();
    if (status != STATUS_OK) {
        complain("the processes that examine messages do not live; what is left was not examined");
        note_code(c, EX_SOFTWARE);
    }
    source_free(c->source);
}

static int run_compare(int argc, char **argv)
{
    extern const struct command compare_command;
    struct cli cli;
    struct compare c = { .cli = &cli, .code = EX_OK };
    const struct cli_extra extras[] = {
        SOURCE_OPTION(c.format_name),
        { .name = "jobs", .takes_value = true, .value_name = "N", .help = "processes to examine with; default: one for each processor", .value = &c.jobs_text },
        { .name = "domain", .takes_value = true, .value_name = "DOMAIN", .help = "only messages of this author's (else sender's, else host's) domain", .value = &c.domain },
        { .name = "as-if", .help = "also as if every domain had said in all dialects what its SPF record says", .flag = &c.as_if },
        { .name = "html", .takes_value = true, .value_name = "FILE", .help = "write it all as one page that needs nothing else", .value = &c.html },
        { .name = "all", .help = "print the table of every message, and every domain", .flag = &c.all },
    };
    int code;
    if (cli_parse(&cli, &compare_command, argc, argv, extras, COUNT_OF(extras), &code)) {
        code = read_options(&c);
        if (code == EX_OK) {
            code = try_world(&c);
            if (code == EX_OK && (code = open_books(&c)) == EX_OK) {
                compare_all(&c);
                print_end(&c);
                code = c.code;
            }
            tally_close(&c.tally);
            tally_close(&c.other);
            arena_free(c.arena);
            arena_free(c.first_arena);
            world_close(&c.world);
        }
    }
    cli_close(&cli);
    return code;
}

const struct command compare_command = {
    .name = "compare", .group = COMMANDS_STUDY, .usage = "[options] [FILE|DIRECTORY|MBOX|MAILDIR...]",
    .summary = "What each method says of messages; who would have stopped what.",
    .run = run_compare,
};
