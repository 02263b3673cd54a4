/*
 * dnslist.c: frank dnslist: one list asked about one address or domain; a list in a file made a zone; else what every
 * method's command does.
 */
#include "programs/frank/world.h"

#include <inttypes.h>
#include <string.h>

#include "config/config.h"
#include "methods/dnslist/dnslist_words.h"
#include "methods/dnslist/dnslist_zone.h"

#define TTL_DEFAULT 3600              /* dnsbl.md, publishing side */
#define TTL_MAX 604800
#define BUILD_OCTETS (2048u << 20)    /* a million names, each with its reason */

struct words {
    const char *list, *domain;
    bool self_test;
    const char *in, *ttl, *text, *contact, *serial;
    struct cli_list servers;
    const char *form;                 /* of messages; what examines them reads it again */
};

static int parse(struct cli *cli, struct words *w, int argc, char **argv)
{
    extern const struct command dnslist_command;
    const struct cli_extra extras[] = {
        { "list", true, "ZONE[=VALUES]", "ask this list about --ip or --domain", &w->list, NULL, NULL },
        { "domain", true, "NAME", "a domain to ask it about", &w->domain, NULL, NULL },
        { "self-test", false, NULL, "ask its test entries too", NULL, &w->self_test, NULL },
        { "in", true, "FILE", "build: the list, one entry a line (frank-dnslist(7))", &w->in, NULL, NULL },
        { "ttl", true, "TIME", "build: how long answers may be kept; default 1h", &w->ttl, NULL, NULL },
        { "text", true, "TEXT", "build: reason of entries without one; $ is the entry", &w->text, NULL, NULL },
        { "ns", true, "HOST", "build: a name server of the zone, which then has SOA and NS records (repeatable)", NULL, NULL, &w->servers },
        { "contact", true, "MAILBOX", "build: whose zone it is; default hostmaster at the zone", &w->contact, NULL, NULL },
        { "serial", true, "NUMBER", "build: serial number of the SOA record; default the time", &w->serial, NULL, NULL },
        SOURCE_OPTION(w->form),
    };
    int code = EX_OK;
    if (!cli_parse(cli, &dnslist_command, argc, argv, extras, COUNT_OF(extras), &code))
        return code;
    if (w->form) {
        complain("--format is about messages, and here is none to examine");
        return EX_USAGE;
    }
    return -1;
}

/* ---- one list ---- */

static const struct answer *ask_world(void *context, struct slice name, uint16_t type)
{
    const struct answer *a = world_ask(context, name, type);
    if (!a)
        out_of_memory();
    return a;
}

struct asked { struct dnslist_list list; struct slice key, of; enum dnslist_form form; bool self_test; };

static int read_asked(struct cli *cli, const struct words *w, struct asked *out)
{
    const char *error;
    struct text of = text_in(cli->arena, IP_TEXT_MAX);
    *out = (struct asked){ .self_test = w->self_test };
    if (!dnslist_zone_parse(cli->arena, slice_str(w->list), &out->list.zone, &out->list.match, &error)) {
        complain("--list %s: %s", w->list, error);
        return EX_USAGE;
    }
    if (cli->file_count > 0) {
        complain("--list asks about --ip or --domain, not about a message");
        return EX_USAGE;
    }
    if (cli->has_ip == (w->domain != NULL)) {
        complain("--ip or --domain says what the list is asked about");
        return EX_USAGE;
    }
    if (w->domain && !domain_normal(cli->arena, slice_str(w->domain), &out->key)) {
        complain("\"%s\" is not a domain name", w->domain);
        return EX_DATAERR;
    }
    out->of = out->key;
    out->form = DNSLIST_NAMES;
    if (w->domain)
        return EX_OK;
    text_add_ip(&of, &cli->ip);
    out->of = text_slice(&of);
    out->key = dnslist_address_key(cli->arena, &cli->ip);
    out->form = cli->ip.family == IP_V6 ? DNSLIST_IPV6 : DNSLIST_IPV4;
    return EX_OK;
}

static struct dnslist_finding ask_list(struct world *w, struct arena *a, const struct asked *asked)
{
    const struct dnslist_asker asker = { .ask = ask_world, .context = w, .scratch = a };
    struct dnslist_finding f = { .of = asked->of };
    f.look = dnslist_look_up(&asker, asked->key, asked->list.zone, &asked->list.match);
    if (asked->self_test && f.look.found != DNSLIST_OUT_OF_ORDER) {
        struct dnslist_look test = dnslist_self_test(&asker, asked->form, asked->list.zone);
        if (test.found != DNSLIST_NOT_THERE)
            f.look = test;
    }
    if (f.look.found == DNSLIST_THERE)
        (void)dnslist_reason_of(&asker, asked->key, asked->list.zone, &f.txt);
    return f;
}

static struct slice values_of(struct arena *a, const struct dnslist_values *values)
{
    struct text t = text_in(a, 4096);
    text_add_dnslist_values(&t, values, " ");
    return text_slice(&t);
}

static struct fact *facts_of(struct arena *a, const struct asked *asked, const struct dnslist_finding *f)
{
    struct fact *g = fact_group(a, NULL);
    bool listed = f->look.found == DNSLIST_THERE;
    struct slice rest = listed ? values_of(a, &f->look.values) : (struct slice){ 0 }, one, error = dnslist_error(a, &f->look);
    fact_add_number(a, g, "version", 1);
    fact_add_text(a, g, "list", asked->list.zone);
    fact_add_text(a, g, "of", asked->of);
    fact_add_flag(a, g, "listed", listed);
    struct fact *codes = fact_add_list(a, g, "codes");
    while (rest.len > 0) {
        (void)slice_cut(rest, ' ', &one, &rest);
        fact_add_text(a, codes, NULL, one);
    }
    if (f->txt.len > 0)
        fact_add_text(a, g, "text", f->txt);
    else
        fact_add_null(a, g, "text");
    if (error.len > 0)
        fact_add_text(a, g, "error", error);
    else
        fact_add_null(a, g, "error");
    return g;
}

static int print_words(struct cli *cli, const struct asked *asked, const struct dnslist_finding *f)
{
    struct evidence ev = dnslist_evidence(cli->arena, &asked->list, dnslist_reason_of_finding(&asked->list, f), f);
    printf("%.*s\n", (int)ev.text.len, (const char *)ev.text.at);
    return flush_output();
}

/* No answer is an answer of its own: a script must not take it for "not listed". */
static int print_asked(struct cli *cli, const struct asked *asked, const struct dnslist_finding *f)
{
    int code = cli->json ? print_json(facts_of(cli->arena, asked, f), false) : print_words(cli, asked, f);
    return code == EX_OK && f->look.found == DNSLIST_UNHEARD ? EX_TEMPFAIL : code;
}

static int ask_one(struct cli *cli, const struct words *words)
{
    struct world w;
    struct asked asked;
    int code = read_asked(cli, words, &asked);
    if (code != EX_OK)
        return code;
    code = world_open(&w, cli, 0, 0);
    if (code == EX_OK) {
        struct dnslist_finding f = ask_list(&w, cli->arena, &asked);
        code = print_asked(cli, &asked, &f);
    }
    world_close(&w);
    return code;
}

/* ---- a zone ---- */

static void put_line(void *context, struct slice line)
{
    fwrite(line.at, 1, line.len, context);
}

/* "1h" or seconds, as the configuration writes times. */
static bool read_ttl(struct cli *cli, const char *text, uint32_t *out)
{
    static const struct option ttl = { "--ttl", OPT_DURATION, "1h", 0, TTL_MAX, 0, NULL, "A time." };
    struct conf_node node = { .kind = NODE_TEXT, .text = slice_str(text), .file = "" };
    struct config_error error = { .line = 0 };
    uint64_t seconds = TTL_DEFAULT;
    if (text && !config_value(cli->arena, &ttl, &node, &seconds, &error)) {
        complain("%s", error.text);
        return false;
    }
    *out = (uint32_t)seconds;
    return true;
}

static bool read_servers(struct cli *cli, const struct words *w, struct dnslist_zone_options *o)
{
    struct slice *at = ARENA_ARRAY(cli->arena, w->servers.count + 1, struct slice);
    if (!at)
        out_of_memory();
    if (w->servers.count > DNSLIST_SERVERS_MAX) {
        complain("--ns: more than %d of them", DNSLIST_SERVERS_MAX);
        return false;
    }
    for (size_t i = 0; i < w->servers.count; i++) {
        if (!domain_normal(cli->arena, slice_str(w->servers.at[i]), &at[i])) {
            complain("--ns: \"%s\" is not a host name", w->servers.at[i]);
            return false;
        }
    }
    o->servers = at;
    o->server_count = w->servers.count;
    return true;
}

static bool is_mailbox(struct cli *cli, const char *text)
{
    struct slice local, domain;
    return slice_cut(slice_str(text), '@', &local, &domain) && name_is_hostname(local) && domain_normal(cli->arena, domain, &domain);
}

/* What --text gives entries must be good for a TXT record. */
static bool is_plain(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_printable(s.at[i]))
            return false;
    return s.len <= 200;
}

static bool read_options(struct cli *cli, const struct words *w, int64_t now, struct dnslist_zone_options *o)
{
    uint64_t serial = (uint64_t)now & UINT32_MAX;
    struct text text = text_in(cli->arena, 512);
    if (!domain_normal(cli->arena, slice_str(cli->zones.at[0]), &o->zone)) {
        complain("--zone: \"%s\" is not a domain name", cli->zones.at[0]);
        return false;
    }
    text_add_str(&text, "$ is listed by ");
    text_add(&text, o->zone);
    o->text = w->text ? slice_str(w->text) : text_slice(&text);
    if (!is_plain(o->text)) {
        complain("--text: at most 200 printable ASCII characters are wanted");
        return false;
    }
    if (w->contact && !is_mailbox(cli, w->contact)) {
        complain("--contact: \"%s\" is not a mailbox", w->contact);
        return false;
    }
    o->contact = slice_str(w->contact);
    if (w->serial && !number_of(slice_str(w->serial), 0, UINT32_MAX, &serial)) {
        complain("--serial: a number from 0 to 4294967295 is wanted");
        return false;
    }
    o->serial = (uint32_t)serial;
    return read_ttl(cli, w->ttl, &o->ttl_seconds) && read_servers(cli, w, o);
}

static int build_zone(const struct words *w, const struct dnslist_zone_options *options)
{
    struct arena *arena = arena_new(BUILD_OCTETS);
    struct dnslist_mistake mistake = { .line = 0 };
    struct slice file;
    int code = EX_OK;
    if (!arena)
        out_of_memory();
    if (!read_file(arena, w->in, DNSLIST_FILE_OCTETS_MAX, &file))
        code = EX_NOINPUT;
    else if (!dnslist_zone_build(arena, file, options, put_line, stdout, &mistake))
        code = EX_DATAERR;
    if (code == EX_DATAERR && mistake.line)
        complain("%s:%zu: %s", w->in, mistake.line, mistake.text);
    else if (code == EX_DATAERR)
        complain("%s: %s", w->in, mistake.text);
    arena_free(arena);
    return code == EX_OK ? flush_output() : code;
}

static int build(struct cli *cli, const struct words *w)
{
    struct dnslist_zone_options options = { .ttl_seconds = TTL_DEFAULT };
    struct system_clock clock;
    system_clock_init(&clock);
    int64_t now = cli->has_at ? cli->at : clock.clock.now(&clock.clock);
    if (cli->zones.count != 1 || !w->in || cli->file_count > 0) {
        complain("build wants --zone NAME and --in FILE, and nothing else to read");
        return EX_USAGE;
    }
    return read_options(cli, w, now, &options) ? build_zone(w, &options) : EX_USAGE;
}

/* ---- which ---- */

static bool is_option(const char *arg, const char *name)
{
    size_t len = strlen(name);
    return strncmp(arg, name, len) == 0 && (arg[len] == '\0' || arg[len] == '=');
}

static bool has_option(int argc, char **argv, const char *name)
{
    for (int i = 1; i < argc; i++)
        if (is_option(argv[i], name))
            return true;
    return false;
}

static int run_dnslist(int argc, char **argv)
{
    struct cli cli;
    struct words w = { .list = NULL };
    bool zone = argc > 1 && strcmp(argv[1], "build") == 0;
    if (!zone && !has_option(argc, argv, "--list") && !has_option(argc, argv, "--help") && !has_option(argc, argv, "-h"))
        return run_method_command(&dnslist_method, argc, argv);
    int code = parse(&cli, &w, argc - zone, argv + zone);
    if (code < 0)
        code = zone ? build(&cli, &w) : ask_one(&cli, &w);
    cli_close(&cli);
    return code;
}

const struct command dnslist_command = {
    .name = "dnslist", .group = COMMANDS_RECEIVE,
    .usage = "--list ZONE --ip ADDR | build --zone ZONE --in FILE | FILE",
    .summary = "Ask DNS lists about somebody or a message; make one of a file.", .run = run_dnslist,
};
