/* cli.c: options every subcommand shares. */
#include "programs/frank/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mail/date.h"
#include "platform/resolver/live.h"

#define TIMEOUT_SECONDS_MAX 3600
#define COMPLAINT_MAX 2048          /* octets of one complaint */
#define HELP_COLUMNS 80
#define MANUAL_COLUMNS 78
#define HELP_INDENT 27              /* where the words of an option begin */

static const char *program_name = "";

void set_program_name(const char *subcommand)
{
    program_name = subcommand;
}

/* As text_add_shown, but a backslash stays one: parts of it may be shown-escaped already. */
static void add_shown_once(struct text *t, struct slice said)
{
    for (;;) {
        size_t n = 0;
        while (n < said.len && said.at[n] != '\\')
            n++;
        text_add_shown(t, slice_first(said, n), true);
        if (n == said.len)
            return;
        text_add_octet(t, '\\');
        said = slice_from(said, n + 1);
    }
}

void complain(const char *format, ...)
{
    char said[COMPLAINT_MAX], shown[COMPLAINT_MAX * 4];
    struct text t = text_fixed(shown, sizeof shown);
    va_list args;
    va_start(args, format);
    int len = vsnprintf(said, sizeof said, format, args);
    va_end(args);
    /* File names and option values are foreign: a folder of somebody's mail may hold any name. */
    add_shown_once(&t, slice_str(len < 0 ? format : said));
    fprintf(stderr, "frank%s%s: %.*s\n", program_name[0] ? " " : "", program_name, (int)text_slice(&t).len, shown);
}

void out_of_memory(void)
{
    complain("out of memory");
    exit(EX_SOFTWARE);
}

int file_failed(const char *path, enum status status)
{
    if (status == STATUS_NO_MEMORY)
        out_of_memory();
    complain("%s: %s", path, errno ? strerror(errno) : status_text(status));
    return status == STATUS_NOT_FOUND ? EX_NOINPUT : EX_IOERR;
}

struct file_facts file_facts_of(const struct cli *cli)
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
        .auth_user = slice_str(cli->auth_user), .receiver = slice_str(cli->receiver), .noop = cli->noop,
    };
}

bool source_option_read(const char *value, enum source_format *out)
{
    *out = SOURCE_AUTO;
    if (!value || source_format_named(slice_str(value), out))
        return true;
    complain("--format: \"%s\" is none of auto, message, mbox, mboxrd, mboxo, maildir", value);
    return false;
}

void text_add_place(struct text *t, struct slice file, uint64_t number)
{
    text_add(t, file);
    if (number > 0)
        text_addf(t, ", message %llu", (unsigned long long)number);
}

static int exit_of_status(enum status status)
{
    switch (status) {
    case STATUS_OK: return EX_OK;
    case STATUS_NOT_FOUND: return EX_NOINPUT;
    case STATUS_BAD_INPUT: case STATUS_LIMIT: return EX_DATAERR;
    case STATUS_IO: case STATUS_UNAVAILABLE: return EX_IOERR;
    case STATUS_NO_MEMORY: case STATUS_BUG: break;
    }
    return EX_SOFTWARE;
}

int source_failed(const struct source_item *item)
{
    char room[SOURCE_NAME_OCTETS_MAX + 64];
    struct text t = text_fixed(room, sizeof room);
    if (item->status == STATUS_NO_MEMORY)
        out_of_memory();
    text_add_place(&t, item->file, item->number);
    complain("%.*s: %.*s", (int)text_slice(&t).len, room, (int)item->text.len, (const char *)item->text.at);
    return exit_of_status(item->status);
}

void print_text(const struct text *t)
{
    struct slice s = text_slice(t);
    if (t->bad)
        out_of_memory();
    if (s.len > 0)                       /* nothing has no address, which fwrite wants (C17 7.21.8.2) */
        fwrite(s.at, 1, s.len, stdout);
}

int print_json(const struct fact *f, bool pretty)
{
    struct arena *a = arena_new(64u << 20);
    struct text t = text_in(a, 64u << 20);
    bool good = a && fact_to_json(f, pretty, &t) && !t.bad;
    if (!good)
        complain("cannot print the result: out of memory");
    if (good) {
        print_text(&t);
        putchar('\n');
    }
    arena_free(a);
    return good ? flush_output() : EX_SOFTWARE;
}

int flush_output(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return EX_OK;
    complain("cannot write: %s", strerror(errno));
    return EX_IOERR;
}

static ssize_t read_whole(int fd, uint8_t *at, size_t room)
{
    size_t have = 0;
    while (have < room) {
        ssize_t n = read(fd, at + have, room - have);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        if (n == 0)
            break;
        have += (size_t)n;
    }
    return (ssize_t)have;
}

bool read_file(struct arena *a, const char *path, size_t octets_max, struct slice *out)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        complain("%s: %s", path, strerror(errno));
        return false;
    }
    uint8_t *at = mem_alloc(octets_max + 1);
    if (!at)
        out_of_memory();
    ssize_t n = read_whole(fd, at, octets_max + 1);
    if (n < 0)
        complain("%s: %s", path, strerror(errno));
    else if ((size_t)n > octets_max)
        complain("%s: larger than %zu octets", path, octets_max);
    bool good = n >= 0 && (size_t)n <= octets_max;
    if (good) {
        *out = slice_dup(a, slice_of(at, (size_t)n));
        if (n > 0 && out->len == 0)
            out_of_memory();
    }
    mem_free(at);
    if (!is_stdin)
        close(fd);
    return good;
}

/* ---- the common options, as one table ---- */

enum common {
    C_ZONE, C_OVERLAY, C_RESOLVER, C_AT, C_IP, C_HELO, C_MAIL_FROM, C_RCPT_TO, C_AUTH_USER, C_NOOP, C_RECEIVER, C_SAVE_ZONE, C_PSL,
    C_CONFIG, C_JSON, C_EXPLAIN, C_TIMEOUT, C_EXIT_VERDICT, C_HELP, C_COUNT
};

static const struct { const char *name, *value, *help; } common[C_COUNT] = {
    [C_ZONE] = { "zone", "FILE", "all DNS answers from this master file and nowhere else (repeatable)" },
    [C_OVERLAY] = { "overlay", "FILE", "names in this master file from it, the rest from live DNS" },
    [C_RESOLVER] = { "resolver", "ADDR[:PORT]", "ask this name server" },
    [C_AT] = { "at", "TIME", "take this as now: Unix seconds or ISO 8601" },
    [C_IP] = { "ip", "ADDR", "the client's address" },
    [C_HELO] = { "helo", "NAME", "what the client said in HELO or EHLO" },
    [C_MAIL_FROM] = { "mail-from", "ADDR", "envelope sender; empty or <> is the null sender" },
    [C_RCPT_TO] = { "rcpt-to", "ADDR", "envelope recipient (repeatable)" },
    [C_AUTH_USER] = { "auth-user", "NAME", "the client was authenticated as NAME" },
    [C_NOOP] = { "noop", "valid|invalid", "whether the client sent the enhanced NOOP it was asked for, and the right one" },
    [C_RECEIVER] = { "receiver", "NAME", "our own host name: authserv-id, and whose Received field is believed" },
    [C_SAVE_ZONE] = { "save-zone", "FILE", "write every answer used, so that the case replays anywhere" },
    [C_PSL] = { "psl", "FILE", "public suffix list" },
    [C_CONFIG] = { "config", "FILE", "configuration (frank.conf(5)); default: built-in defaults" },
    [C_JSON] = { "json", NULL, "print JSON" },
    [C_EXPLAIN] = { "explain", NULL, "say everything that is known of each result" },
    [C_TIMEOUT] = { "timeout", "SECONDS", "wait at most so long for DNS" },
    [C_EXIT_VERDICT] = { "exit-verdict", NULL, "exit 0 accept, 1 reject, 2 quarantine, 3 discard, 75 defer" },
    [C_HELP] = { "help", NULL, "this text" },
};

/* A bracket and what is in it stay together. */
static int word_length(const char *word)
{
    int len = 0, depth = 0;
    for (; word[len] && (word[len] != ' ' || depth > 0); len++)
        depth += (word[len] == '[') - (word[len] == ']');
    return len;
}

/* Words from the text's column on; further lines begin there too. */
static void put_words(const char *words, int column, FILE *to)
{
    int at = column;
    for (const char *word = words; *word;) {
        int len = word_length(word);
        if (at > column && at + 1 + len > HELP_COLUMNS) {
            fprintf(to, "\n%*s", column, "");
            at = column;
        } else if (at > column) {
            fputc(' ', to);
            at++;
        }
        fprintf(to, "%.*s", len, word);
        at += len;
        word += len;
        word += strspn(word, " ");
    }
    fputc('\n', to);
}

static void put_option(const char *name, const char *value, const char *help, FILE *to)
{
    int used = fprintf(to, "  --%s%s%s", name, value ? " " : "", value ? value : "");
    fprintf(to, "%*s", used < HELP_INDENT ? HELP_INDENT - used : 1, "");
    put_words(help, HELP_INDENT, to);
}

/* ---- the same for frank(1) ---- */

static bool help_is_manual;

void cli_help_as_manual(void)
{
    help_is_manual = true;
}

/* Text of ours in mdoc(7): lines of at most 78 columns; a backslash, a first dot or apostrophe is no macro. */
static void put_roff(const char *text, FILE *to)
{
    int at = 0;
    for (const char *word = text; *word;) {
        int len = (int)strcspn(word, " ");
        if (at > 0 && at + 1 + len > MANUAL_COLUMNS) {
            fputc('\n', to);
            at = 0;
        } else if (at > 0) {
            fputc(' ', to);
            at++;
        }
        fputs(at == 0 && (*word == '.' || *word == '\'') ? "\\&" : "", to);
        for (int i = 0; i < len; i++)
            fputs(word[i] == '\\' ? "\\e" : (char []){ word[i], '\0' }, to);
        at += len;
        word += len;
        word += strspn(word, " ");
    }
    fputc('\n', to);
}

static void put_manual_option(const char *name, const char *value, const char *help, FILE *to)
{
    fprintf(to, ".It Fl Fl %s", name);
    if (value)
        fprintf(to, " Ar %s", value);
    fputc('\n', to);
    put_roff(help, to);
}

void cli_manual_common(FILE *to)
{
    for (size_t i = 0; i < C_COUNT; i++)
        put_manual_option(common[i].name, common[i].value, common[i].help, to);
}

static void put_manual_entry(const struct command *c, const struct cli_extra *extras, size_t extra_count, FILE *to)
{
    fprintf(to, ".It Ic %s Li \"%s\"\n", c->name, c->usage);
    put_roff(c->summary, to);
    if (extra_count > 0)
        fputs(".Bl -tag -width Ds\n", to);
    for (size_t i = 0; i < extra_count; i++)
        put_manual_option(extras[i].name, extras[i].takes_value ? extras[i].value_name : NULL, extras[i].help, to);
    if (extra_count > 0)
        fputs(".El\n", to);
}

void cli_usage(const struct command *c, const struct cli_extra *extras, size_t extra_count, FILE *to)
{
    if (help_is_manual) {
        put_manual_entry(c, extras, extra_count, to);
        return;
    }
    int used = fprintf(to, "usage: frank %s ", c->name);
    put_words(c->usage, used, to);
    fprintf(to, "%s\n\n", c->summary);
    for (size_t i = 0; i < extra_count; i++)
        put_option(extras[i].name, extras[i].takes_value ? extras[i].value_name : NULL, extras[i].help, to);
    for (size_t i = 0; i < C_COUNT; i++)
        put_option(common[i].name, common[i].value, common[i].help, to);
}

static bool parse_time(const char *text, int64_t *out)
{
    uint64_t n;
    if (number_of(slice_str(text), 0, INT64_MAX, &n)) {
        *out = (int64_t)n;
        return true;
    }
    return date_iso_parse(slice_str(text), out);
}

static bool list_add(struct cli_list *l, const char *value)
{
    if (l->count == CLI_LIST_MAX)
        return false;
    l->at[l->count++] = value;
    return true;
}

static bool parse_seconds(const char *text, unsigned *out)
{
    uint64_t n;
    bool good = number_of(slice_str(text), 1, TIMEOUT_SECONDS_MAX, &n);
    *out = good ? (unsigned)n : 0;
    return good;
}

static bool parse_noop(const char *text, enum noop_proof *out)
{
    unsigned which;
    bool good = word_index("valid|invalid", slice_str(text), &which);
    *out = !good ? NOOP_UNKNOWN : which == 0 ? NOOP_VALID : NOOP_INVALID;
    return good;
}

/* False: the value cannot be that option's. */
static bool take_common(struct cli *cli, enum common which, const char *v)
{
    switch (which) {
    case C_ZONE: return list_add(&cli->zones, v);
    case C_OVERLAY: cli->overlay = v; return true;
    case C_RESOLVER: cli->resolver = v; return live_server_valid(slice_str(v));
    case C_AT: cli->has_at = true; return parse_time(v, &cli->at);
    case C_IP: cli->has_ip = true; return ip_parse(slice_str(v), &cli->ip);
    case C_HELO: cli->helo = v; return true;
    case C_MAIL_FROM: cli->mail_from = v; return true;
    case C_RCPT_TO: return list_add(&cli->rcpts, v);
    case C_AUTH_USER: cli->auth_user = v; return true;
    case C_NOOP: return parse_noop(v, &cli->noop);
    case C_RECEIVER: cli->receiver = v; return true;
    case C_SAVE_ZONE: cli->save_zone = v; return true;
    case C_PSL: cli->psl = v; return true;
    case C_CONFIG: cli->config = v; return true;
    case C_JSON: cli->json = true; return true;
    case C_EXPLAIN: cli->explain = true; return true;
    case C_TIMEOUT: return parse_seconds(v, &cli->timeout_seconds);
    case C_EXIT_VERDICT: cli->exit_verdict = true; return true;
    case C_HELP: case C_COUNT: return true;
    }
    return false;
}

/* ---- argument walking ---- */

struct args { int argc; char **argv; int at; };

/* "--name=value" or "--name value"; NULL + complaint when it is missing. */
static const char *option_value(struct args *a, const char *equals, const char *name)
{
    if (equals)
        return equals + 1;
    if (a->at + 1 < a->argc)
        return a->argv[++a->at];
    complain("--%s needs a value", name);
    return NULL;
}

static bool named(const char *arg, size_t len, const char *name)
{
    return strlen(name) == len && memcmp(arg, name, len) == 0;
}

static bool no_value(const char *equals, const char *name)
{
    if (equals)
        complain("--%s takes no value", name);
    return equals == NULL;
}

static bool take_extra(struct args *a, const struct cli_extra *e, const char *equals)
{
    if (!e->takes_value) {
        *e->flag = true;
        return no_value(equals, e->name);
    }
    const char *value = option_value(a, equals, e->name);
    if (e->value)
        *e->value = value;
    if (value && e->list && !list_add(e->list, value)) {
        complain("--%s: more than %d of them", e->name, CLI_LIST_MAX);
        return false;
    }
    return value != NULL;
}

static bool take_option(struct cli *cli, struct args *a, const struct cli_extra *extras, size_t extra_count, bool *help)
{
    const char *arg = a->argv[a->at] + 2;
    const char *equals = strchr(arg, '=');
    size_t len = equals ? (size_t)(equals - arg) : strlen(arg);
    for (size_t i = 0; i < extra_count; i++)
        if (named(arg, len, extras[i].name))
            return take_extra(a, &extras[i], equals);
    for (size_t i = 0; i < C_COUNT; i++) {
        if (!named(arg, len, common[i].name))
            continue;
        *help = *help || i == C_HELP;
        const char *v = common[i].value ? option_value(a, equals, common[i].name) : NULL;
        if (common[i].value ? !v : !no_value(equals, common[i].name))
            return false;
        if (take_common(cli, (enum common)i, v))
            return true;
        complain("--%s: \"%s\" is not a valid %s", common[i].name, v ? v : "", common[i].value ? common[i].value : "option");
        return false;
    }
    complain("unknown option --%.*s (see frank %s --help)", (int)len, arg, program_name);
    return false;
}

bool cli_parse(struct cli *cli, const struct command *command, int argc, char **argv, const struct cli_extra *extras, size_t extra_count, int *exit_code)
{
    *cli = (struct cli){ .arena = arena_new(64u << 20) };
    cli->files = mem_zalloc((size_t)argc + 1, sizeof *cli->files);
    if (!cli->arena || !cli->files)
        out_of_memory();
    struct args a = { argc, argv, 1 };
    bool help = false, only_files = false;
    for (; a.at < argc; a.at++) {
        const char *arg = argv[a.at];
        if (!only_files && strcmp(arg, "--") == 0) {
            only_files = true;
        } else if (!only_files && strcmp(arg, "-h") == 0) {
            help = true;
        } else if (!only_files && strncmp(arg, "--", 2) == 0) {
            if (!take_option(cli, &a, extras, extra_count, &help)) {
                *exit_code = EX_USAGE;
                return false;
            }
        } else if (!only_files && arg[0] == '-' && arg[1] != '\0') {
            complain("unknown option %s (see frank %s --help)", arg, program_name);
            *exit_code = EX_USAGE;
            return false;
        } else {
            cli->files[cli->file_count++] = argv[a.at];
        }
    }
    if (help) {
        cli_usage(command, extras, extra_count, stdout);
        *exit_code = flush_output();
        return false;
    }
    return true;
}

void cli_close(struct cli *cli)
{
    mem_free(cli->files);
    arena_free(cli->arena);
    *cli = (struct cli){ 0 };
}
