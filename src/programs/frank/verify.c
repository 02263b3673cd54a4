/* verify.c: frank verify FILE..., and every method as a subcommand with the same options. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "programs/frank/forensics.h"
#include "programs/frank/report.h"
#include "programs/frank/world.h"

static struct file_facts facts_of(const struct cli *cli)
{
    struct slice *rcpts = ARENA_ARRAY(cli->arena, cli->rcpts.count + 1, struct slice);
    if (!rcpts)
        out_of_memory();
    for (size_t i = 0; i < cli->rcpts.count; i++)
        rcpts[i] = slice_str(cli->rcpts.at[i]);
    return (struct file_facts){
        .has_ip = cli->has_ip, .ip = cli->ip, .has_helo = cli->helo != NULL, .helo = slice_str(cli->helo),
        .has_mail_from = cli->mail_from != NULL, .mail_from = slice_str(cli->mail_from),
        .rcpt_to = rcpts, .rcpt_count = cli->rcpts.count,
        .auth_user = slice_str(cli->auth_user), .receiver = slice_str(cli->receiver),
    };
}

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
        text_addf(&t, "%ssender: Return-Path", text_slice(&t).len ? "; " : "");
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

static int print_record(struct fact *record, const struct cli *cli, const struct method *m);

static int verify_one(struct world *w, const char *path, const struct method *only, int *verdict_exit)
{
    static const struct txn_host host = { .progress = progress_ignored };
    struct file_facts facts = facts_of(w->cli);
    struct file_run run;
    errno = 0;
    enum status status = file_run(w->engine, path, &facts, world_now(w), &host, &run);
    if (status != STATUS_OK) {
        file_run_end(&run);
        return file_failed(path, status);
    }
    world_finish(w, run.txn);
    struct fact *record = txn_record(run.txn);
    fact_add_str(run.txn->arena, record, "file", path);
    add_origin(run.txn->arena, record, &run.origin, facts.has_mail_from);
    if (w->cli->explain)
        forensics_add(path, run.txn, record);
    int code = print_record(record, w->cli, only);
    int saved = world_save_zone(w, run.txn);
    *verdict_exit = graver(*verdict_exit, exit_of(txn_verdict(run.txn)));
    file_run_end(&run);
    return code != EX_OK ? code : saved;
}

/* ---- printing ---- */

/* A method's own command prints its object at the top level; a list keeps its name. */
static struct fact *method_object(struct arena *a, const struct fact *record, const struct method *m)
{
    const struct fact *f = fact_find(record, m->name);
    struct fact *out = fact_group(a, NULL);
    fact_add_number(a, out, "version", 1);
    if (fact_find(record, "file"))
        fact_add_text(a, out, "file", fact_text(record, "file"));
    if (f && f->kind == FACT_GROUP)
        for (const struct fact *member = f->first; member; member = member->next)
            fact_adopt(a, out, member->name, member);
    else if (f)
        fact_adopt(a, out, m->name, f);
    if (!f)
        fact_add_str(a, out, "result", "none");
    return out;
}

static void print_file_name(struct slice path)
{
    char shown[8192];
    struct text t = text_fixed(shown, sizeof shown);
    text_add_shown(&t, path, true);
    printf("%.*s\n", (int)text_slice(&t).len, shown);
}

static int print_record(struct fact *record, const struct cli *cli, const struct method *m)
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
    if (cli->file_count > 1)
        print_file_name(fact_text(record, "file"));
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

static int verify_files(struct world *w, const struct method *only)
{
    static char dash_text[] = "-";
    static char *dash[] = { dash_text };
    char **files = w->cli->file_count ? w->cli->files : dash;
    size_t count = w->cli->file_count ? w->cli->file_count : 1;
    int worst = EX_OK, verdict_exit = 0;
    for (size_t i = 0; i < count; i++) {
        int code = verify_one(w, files[i], only, &verdict_exit);
        if (code != EX_OK)
            worst = code;
    }
    return worst == EX_OK && w->cli->exit_verdict ? verdict_exit : worst;
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
    int code = print_record(txn_record(t), w->cli, m);
    int saved = world_save_zone(w, t);
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
    int code;
    extern const struct command verify_command;
    if (cli_parse(&cli, &verify_command, argc, argv, NULL, 0, &code)) {
        code = world_open(&w, &cli, 0, 0);
        if (code == EX_OK)
            code = verify_files(&w, NULL);
        world_close(&w);
    }
    cli_close(&cli);
    return code;
}

const struct command verify_command = {
    .name = "verify", .group = COMMANDS_RECEIVE, .usage = "[options] [FILE...]",
    .summary = "Examine messages as if they had just arrived, and say why.",
    .run = run_verify,
};

/* What a method examines without a message: the envelope on the command line. */
static int run_method(struct world *w, const struct method *m)
{
    if (w->cli->file_count > 0 || m->when > STAGE_RCPT)
        return verify_files(w, m);
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
    int code;
    if (cli_parse(&cli, &command, argc, argv, NULL, 0, &code)) {
        /* What the method reads the results of is evaluated too: everything above it in the list that is on. */
        code = world_open(&w, &cli, (uint64_t)1 << method_index(m), 0);
        if (code == EX_OK)
            code = run_method(&w, m);
        world_close(&w);
    }
    cli_close(&cli);
    return code;
}
