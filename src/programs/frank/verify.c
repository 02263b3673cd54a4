/* verify.c: frank verify SOURCE..., and every method as a subcommand with the same options. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "programs/frank/forensics.h"
#include "programs/frank/report.h"
#include "programs/frank/world.h"

/* ---- which facts were read from the message ---- */

static void add_origin(struct arena *a, struct fact *record, const struct file_origin *o, bool sender_given)
{
    struct fact *session = NULL;
    for (struct fact *f = record->first; f; f = f->next)
        if (f->name && strcmp(f->name, "session") == 0)
            session = f;
    struct fact *list = fact_add_list(a, session, "from_message");
    static const char *const names[] = { "ip", "helo", "rcpt_to", "auth_user" }, *const short_names[] = { "ip", "helo", "to", "login" };
    const bool from_received[] = { o->ip, o->helo, o->rcpt_to, o->auth_user };
    struct text t = text_in(a, 256);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (!from_received[i])
            continue;
        fact_add_str(a, list, NULL, names[i]);
        text_addf(&t, "%s%s", text_slice(&t).len ? ", " : "", short_names[i]);
    }
    if (text_slice(&t).len)
        text_addf(&t, ": Received %u", o->received);
    if (o->mail_from) {
        fact_add_str(a, list, NULL, "mail_from");
        text_addf(&t, "%ssender: %s", text_slice(&t).len ? "; " : "", o->from_line ? "From line" : "Return-Path");
    }
    if (text_slice(&t).len)
        fact_add_text(a, session, "origin", text_slice(&t));
    /* Examined like the null sender, but nobody said it was one. */
    if (!sender_given && !o->mail_from)
        fact_add_flag(a, session, "sender_unknown", true);
}

/* ---- one message ---- */

static int exit_of(const struct verdict *v)
{
    switch (v->disposition) {
    case DISPOSITION_ACCEPT: return 0;
    case DISPOSITION_REJECT: return 1;
    case DISPOSITION_QUARANTINE: return 2;
    case DISPOSITION_DISCARD: return 3;
    case DISPOSITION_DEFER: return EX_TEMPFAIL;
    }
    return EX_SOFTWARE;
}

/* Of several messages the gravest decides what a script is told. */
static int graver(int a, int b)
{
    static const int gravest_first[] = { 1, 3, 2, EX_TEMPFAIL };
    for (size_t i = 0; i < COUNT_OF(gravest_first); i++)
        if (a == gravest_first[i] || b == gravest_first[i])
            return gravest_first[i];
    return 0;
}

static void progress_ignored(void *context, struct txn *t)
{
    (void)context;
    (void)t;
}

struct verifying {
    struct world *world;
    struct file_facts facts;
    const struct method *only;           /* NULL: all of them */
    bool named;                          /* people are told which message a report is about */
    int code, verdict_exit;
};

static int print_record(struct fact *record, const struct cli *cli, const struct method *m, bool named);

/* Of what failed the last is told; what succeeded changes nothing. */
static void note_code(struct verifying *v, int code)
{
    if (code != EX_OK)
        v->code = code;
}

static int read_failed(const struct source_item *item)
{
    struct source_item failed = *item;
    failed.status = STATUS_IO;
    failed.text = slice_str(strerror(errno));
    return source_failed(&failed);
}

static void verify_one(struct verifying *v, const struct source_item *item)
{
    static const struct txn_host host = { .progress = progress_ignored };
    struct world *w = v->world;
    struct file_facts facts = v->facts;
    struct file_run run;
    facts.has_from_line = item->has_sender;
    facts.from_line = item->sender;
    errno = 0;
    enum status status = file_run(w->engine, &item->part, &facts, world_now(w), &host, &run);
    if (status != STATUS_OK) {
        file_run_end(&run);
        if (status == STATUS_NO_MEMORY)
            out_of_memory();
        note_code(v, read_failed(item));
        return;
    }
    world_finish(w, run.txn);
    struct fact *record = txn_record(run.txn);
    fact_add_text(run.txn->arena, record, "file", item->file);
    if (item->number > 0)
        fact_add_number(run.txn->arena, record, "number", (int64_t)item->number);
    add_origin(run.txn->arena, record, &run.origin, facts.has_mail_from);
    if (w->cli->explain)
        forensics_add(&item->part, run.txn, record);
    note_code(v, print_record(record, w->cli, v->only, v->named || item->in_place));
    note_code(v, world_note_answers(w, run.txn));
    v->verdict_exit = graver(v->verdict_exit, exit_of(txn_verdict(run.txn)));
    file_run_end(&run);
}

/* ---- printing ---- */

/* A method's own command prints its object at the top level; a list keeps its name. */
static struct fact *method_object(struct arena *a, const struct fact *record, const struct method *m)
{
    const struct fact *f = fact_find(record, m->name);
    struct fact *out = fact_group(a, NULL);
    fact_add_number(a, out, "version", 1);
    static const char *const places[] = { "file", "number" };
    for (size_t i = 0; i < COUNT_OF(places); i++)
        if (fact_find(record, places[i]))
            fact_adopt(a, out, places[i], fact_find(record, places[i]));
    if (f && f->kind == FACT_GROUP)
        for (const struct fact *member = f->first; member; member = member->next)
            fact_adopt(a, out, member->name, member);
    else if (f)
        fact_adopt(a, out, m->name, f);
    if (!f)
        fact_add_str(a, out, "result", "none");
    return out;
}

static void print_place(const struct fact *record)
{
    char place[SOURCE_NAME_OCTETS_MAX + 64], shown[sizeof place];
    struct text p = text_fixed(place, sizeof place), t = text_fixed(shown, sizeof shown);
    text_add_place(&p, fact_text(record, "file"), (uint64_t)fact_number(record, "number", 0));
    text_add_shown(&t, text_slice(&p), true);
    printf("%.*s\n", (int)text_slice(&t).len, shown);
}

static int print_record(struct fact *record, const struct cli *cli, const struct method *m, bool named)
{
    struct report_style st = report_style_of(stdout);
    st.explain = cli->explain;
    if (cli->json) {
        struct arena *a = arena_new(1u << 20);
        if (!a)
            out_of_memory();
        int code = print_json(m ? method_object(a, record, m) : record, false);
        arena_free(a);
        return code;
    }
    if (named)
        print_place(record);
    if (m) {
        struct fact only = { .kind = FACT_GROUP };
        struct fact copy = *fact_find(record, m->name);
        copy.next = NULL;
        only.first = only.last = &copy;
        report_methods(&only, &st, stdout);
    } else {
        report_print(record, &st, stdout);
    }
    return flush_output();
}

/* ---- commands ---- */

static int verify_sources(struct world *w, const struct method *only, enum source_format format)
{
    static const char *const dash[] = { "-" };
    const struct cli *cli = w->cli;
    struct verifying v = { .world = w, .facts = file_facts_of(cli), .only = only, .named = cli->file_count > 1, .code = EX_OK };
    struct source *source = source_new(cli->file_count ? (const char *const *)cli->files : dash, cli->file_count ? cli->file_count : 1, format);
    struct source_item item;
    enum source_step step;
    if (!source)
        out_of_memory();
    while ((step = source_next(source, &item)) != SOURCE_END) {
        if (step == SOURCE_ITEM)
            verify_one(&v, &item);
        else
            note_code(&v, source_failed(&item));
    }
    source_free(source);
    note_code(&v, world_save_zone(w));
    return v.code == EX_OK && cli->exit_verdict ? v.verdict_exit : v.code;
}

/* No message: the envelope alone, for methods that need no more. */
static int verify_envelope(struct world *w, const struct method *m)
{
    static const struct txn_host host = { .progress = progress_ignored };
    struct session_facts s = { .peer = w->cli->ip, .auth_user = slice_str(w->cli->auth_user), .receiver = slice_str(w->cli->receiver) };
    struct session *session = session_begin(w->engine, &s);
    struct txn *t = session ? txn_begin(session, world_now(w), &host) : NULL;
    if (!t)
        out_of_memory();
    if (w->cli->helo)
        txn_helo(t, slice_str(w->cli->helo));
    txn_mail(t, slice_str(w->cli->mail_from), true);
    for (size_t i = 0; i < w->cli->rcpts.count; i++)
        txn_rcpt(t, slice_str(w->cli->rcpts.at[i]));
    txn_end_of_header(t);
    txn_end_of_message(t);
    world_finish(w, t);
    int code = print_record(txn_record(t), w->cli, m, false);
    int noted = world_note_answers(w, t);
    int saved = noted != EX_OK ? noted : world_save_zone(w);
    int verdict_exit = exit_of(txn_verdict(t));
    txn_end(t);
    session_end(session);
    if (code == EX_OK && saved == EX_OK && w->cli->exit_verdict)
        return verdict_exit;
    return code != EX_OK ? code : saved;
}

static int run_verify(int argc, char **argv)
{
    struct cli cli;
    struct world w;
    const char *form = NULL;
    enum source_format format;
    const struct cli_extra extras[] = { SOURCE_OPTION(form) };
    int code;
    extern const struct command verify_command;
    if (cli_parse(&cli, &verify_command, argc, argv, extras, COUNT_OF(extras), &code)) {
        code = EX_USAGE;
        if (source_option_read(form, &format)) {
            code = world_open(&w, &cli, 0, 0);
            if (code == EX_OK)
                code = verify_sources(&w, NULL, format);
            world_close(&w);
        }
    }
    cli_close(&cli);
    return code;
}

const struct command verify_command = {
    .name = "verify", .group = COMMANDS_RECEIVE, .usage = "[options] [FILE|DIRECTORY|MBOX|MAILDIR...]",
    .summary = "Examine messages as if they had just arrived, and say why.",
    .run = run_verify,
};

/* What a method examines without a message: the envelope on the command line. */
static int run_method(struct world *w, const struct method *m, enum source_format format)
{
    if (w->cli->file_count > 0 || m->when > STAGE_RCPT)
        return verify_sources(w, m, format);
    if (!m->needs_client || w->cli->has_ip)
        return verify_envelope(w, m);
    complain("--ip ADDR says who is the client, or FILE is a message that does (- for standard input)");
    return EX_USAGE;
}

int run_method_command(const struct method *m, int argc, char **argv)
{
    struct command command = { .name = m->name, .usage = m->when <= STAGE_RCPT ? "--ip ADDR --helo NAME --mail-from ADDR [options] [FILE...]" : "[options] [FILE...]",
                               .summary = m->title };
    struct cli cli;
    struct world w;
    const char *form = NULL;
    enum source_format format;
    const struct cli_extra extras[] = { SOURCE_OPTION(form) };
    int code;
    if (cli_parse(&cli, &command, argc, argv, extras, COUNT_OF(extras), &code)) {
        code = EX_USAGE;
        /* What the method reads the results of is evaluated too: everything above it in the list that is on. */
        if (source_option_read(form, &format)) {
            code = world_open(&w, &cli, (uint64_t)1 << method_index(m), 0);
            if (code == EX_OK)
                code = run_method(&w, m, format);
            world_close(&w);
        }
    }
    cli_close(&cli);
    return code;
}
