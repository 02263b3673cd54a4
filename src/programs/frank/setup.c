/* setup.c: frank setup postfix|sendmail: what the mail server has to be told, and, for Postfix, telling it. */
#include "programs/frank/setup.h"

#include <grp.h>
#include <pwd.h>
#include <string.h>

struct options { bool write, undo, force; const char *config_dir, *socket; };

/* ---- words both have ---- */

static bool only_watches(const struct config *c)
{
    const struct conf_node *rules = config_node(c, "", "rules");
    return !rules || (rules->kind == NODE_TEXT && slice_same(rules->text, SLICE("monitor")));
}

static void print_frank_conf(const struct installed *in)
{
    if (!only_watches(in->config)) {
        printf("# The rules of %s are in force. frank what-if says what others would change.\n", in->path);
        return;
    }
    printf("# frankd only watches and reports until %s has the line\n"
           "#     rules = \"standard\";\n"
           "# (frank what-if --rules standard --since 14d says what that would change), followed by\n"
           "#     systemctl reload frankd\n", in->path ? in->path : FRANK_CONFIG_FILE);
}

static void print_sieve(void)
{
    puts("# Quarantined mail is delivered with a field that Sieve files into Junk:\n"
         "#     require [\"fileinto\"];\n"
         "#     if header :matches \"X-Frank-Disposition\" \"quarantine*\" { fileinto \"Junk\"; stop; }");
}

/* ---- Postfix ---- */

/* For a shell: nothing in single quotes means anything but a single quote. */
static void put_quoted(struct slice s)
{
    putchar('\'');
    for (size_t i = 0; i < s.len; i++) {
        if (s.at[i] == '\'')
            fputs("'\\''", stdout);
        else
            putchar(s.at[i]);
    }
    putchar('\'');
}

static void put_postconf(const struct setup *s, const struct setup_change *c)
{
    fputs("postconf ", stdout);
    if (s->postfix.dir) {
        fputs("-c ", stdout);
        put_quoted(slice_str(s->postfix.dir));
        putchar(' ');
    }
    bool main = strcmp(c->flag, "-e") == 0;
    struct text t = text_in(s->arena, 1u << 16);
    text_add(&t, c->name);
    text_add_str(&t, main ? " = " : "=");
    text_add(&t, c->value);
    printf("%s ", c->flag);
    put_quoted(text_slice(&t));
    putchar('\n');
}

/* The listen line as it would be, with the socket that is missing. */
static void put_listen(const struct setup *s)
{
    const struct milter_settings *m = milter_settings(s->installed.config);
    printf("# frankd has to listen there too; in %s:\n#     milter = { listen = [ ", s->installed.path ? s->installed.path : FRANK_CONFIG_FILE);
    for (size_t i = 0; i < m->listen.count; i++)
        printf("\"%.*s\", ", (int)m->listen.at[i].len, (const char *)m->listen.at[i].at);
    if (s->endpoint.kind == ENDPOINT_UNIX)
        printf("\"unix:%.*s\"", (int)s->endpoint.path.len, (const char *)s->endpoint.path.at);
    else
        printf("\"inet:%u@127.0.0.1\"", (unsigned)s->endpoint.port);
    puts(" ]; };\n# and then\n#     systemctl restart frankd");
}

static void put_folder(const struct setup *s)
{
    const char *folder = setup_folder(s);
    if (!folder)
        return;
    printf("# %s\n", postfix_is_chrooted(&s->postfix)
           ? "smtpd and cleanup run in a chroot: the socket is below the queue directory, and what is made in its folder\n# gets the group that lets Postfix in."
           : "What is made in the folder of the socket gets the group that lets Postfix in.");
    const char *owner = slice_to_string(s->arena, s->postfix.mail_owner);
    const struct passwd *mail = owner ? getpwnam(owner) : NULL;
    const struct group *group = mail ? getgrgid(mail->pw_gid) : NULL;
    printf("install -d -o frank -g %s -m 2750 ", group ? group->gr_name : "postfix");
    put_quoted(slice_str(folder));
    putchar('\n');
}

/* Services that go their own way. */
static void put_exceptions(const struct setup *s)
{
    const struct postfix *p = &s->postfix;
    for (size_t i = 0; i < p->service_count; i++) {
        struct slice value, name = p->services[i].name;
        if (!p->services[i].smtpd)
            continue;
        if (postfix_override(p, name, "smtpd_milters", &value) && (value.len == 0 || !postfix_is_front_door(&p->services[i])))
            printf("# %.*s has smtpd_milters of its own (%.*s): frankd does not see its mail.\n", (int)name.len, (const char *)name.at,
                   value.len ? (int)value.len : 4, value.len ? (const char *)value.at : "none");
        if (postfix_override(p, name, "receive_override_options", &value) && memmem(value.at, value.len, "no_milters", 10))
            printf("# %.*s has no_milters: frankd does not see its mail.\n", (int)name.len, (const char *)name.at);
    }
}

static void print_postfix(const struct setup *s)
{
    const struct postfix *p = &s->postfix;
    printf("# Postfix %.*s in %s; frankd at %.*s (%s).\n", (int)p->version.len, (const char *)p->version.at, p->folder, (int)s->places[0].len,
           (const char *)s->places[0].at, s->installed.path ? s->installed.path : "built-in defaults");
    put_folder(s);
    if (!s->listens)
        put_listen(s);
    for (size_t i = 0; i < s->change_count; i++)
        put_postconf(s, &s->changes[i]);
    if (s->change_count)
        puts("postfix reload");
    else
        puts("# Nothing to change: Postfix uses frankd already.");
    put_exceptions(s);
    if (!p->service_count)
        puts("# master.cf has no service.");
    puts("#");
    print_frank_conf(&s->installed);
    puts("#");
    print_sieve();
    if (s->change_count)
        puts("#\n# frank setup postfix --write does this; --undo takes it back.");
}

static bool socket_named(const char *name, enum setup_socket *out)
{
    *out = SETUP_ANY;
    if (!name)
        return true;
    *out = strcmp(name, "unix") == 0 ? SETUP_UNIX : SETUP_INET;
    return strcmp(name, "unix") == 0 || strcmp(name, "inet") == 0;
}

static int setup_postfix(const struct cli *cli, const struct options *o)
{
    struct setup *s = ARENA_NEW(cli->arena, struct setup);
    enum setup_socket wanted;
    if (!s)
        out_of_memory();
    if (!socket_named(o->socket, &wanted)) {
        complain("--socket is unix or inet");
        return EX_USAGE;
    }
    int code = setup_plan(s, cli, wanted, o->config_dir);
    if (code == EX_OK && o->undo)
        code = setup_undo(s);
    else if (code == EX_OK && o->write)
        code = setup_write(s, o->force);
    else if (code == EX_OK)
        print_postfix(s);
    setup_close(s);
    return code;
}

/* ---- Sendmail ---- */

/* As libmilter writes addresses: "inet:8891@127.0.0.1", "inet6:8891@::1", "unix:/path". */
static void put_milter_address(const struct endpoint *e)
{
    char room[IP_TEXT_MAX + 1];
    struct text t = text_fixed(room, sizeof room);
    if (e->kind == ENDPOINT_UNIX) {
        printf("unix:%.*s", (int)e->path.len, (const char *)e->path.at);
        return;
    }
    text_add_ip(&t, &e->ip);
    struct slice ip = text_slice(&t);
    /* All addresses of this host: the nearest will do. */
    if (slice_same(ip, SLICE("0.0.0.0")))
        ip = SLICE("127.0.0.1");
    if (slice_same(ip, SLICE("::")))
        ip = SLICE("::1");
    printf("%s:%u@%.*s", e->ip.family == IP_V6 ? "inet6" : "inet", (unsigned)e->port, (int)ip.len, (const char *)ip.at);
}

static int setup_sendmail(const struct cli *cli)
{
    struct installed in;
    struct endpoint e = { 0 };
    int code = installed_open(&in, cli);
    if (code == EX_OK) {
        (void)!endpoint_parse(milter_settings(in.config)->listen.at[0], &e);       /* settings_check did */
        puts("dnl # Into sendmail.mc, before any other INPUT_MAIL_FILTER; then make -C /etc/mail and restart Sendmail.");
        bool pass = installed_engine_conf(&in).on_failure == 1;
        fputs("INPUT_MAIL_FILTER(`frank', `S=", stdout);
        put_milter_address(&e);
        printf("%s, T=C:30s;S:30s;R:30s;E:5m')dnl\n", pass ? "" : ", F=T");
        if (!pass)
            puts("dnl # F=T: mail waits at the client while frankd is away.");
        puts("dnl # Macros need no line: frankd asks for what it reads.");
        if (e.kind == ENDPOINT_UNIX)
            puts("dnl # Sendmail connects as root or as the RunAsUser: it has to be able to write to the socket (milter.mode, milter.group).");
        puts("dnl #");
        print_frank_conf(&in);
        puts("#");
        print_sieve();
    }
    installed_close(&in);
    return code;
}

/* ---- the command ---- */

static int choose(const struct cli *cli, const struct options *o)
{
    bool changes = o->write || o->undo;
    if (cli->file_count == 1 && strcmp(cli->files[0], "postfix") == 0 && !(o->write && o->undo) && !cli->json)
        return setup_postfix(cli, o);
    if (cli->file_count == 1 && strcmp(cli->files[0], "sendmail") == 0 && !changes && !o->config_dir && !o->socket && !cli->json)
        return setup_sendmail(cli);
    complain("which mail server? frank setup postfix [--write|--undo], or frank setup sendmail (see frank setup --help)");
    return EX_USAGE;
}

static int run_setup(int argc, char **argv)
{
    extern const struct command setup_command;
    struct cli cli;
    struct options o = { 0 };
    const struct cli_extra extras[] = {
        { .name = "write", .help = "apply the settings; what was there is kept beside them", .flag = &o.write },
        { .name = "undo", .help = "take the settings back; what others changed since stays", .flag = &o.undo },
        { .name = "force", .help = "write even if frankd does not answer", .flag = &o.force },
        { .name = "config-dir", .takes_value = true, .value_name = "DIR", .help = "Postfix's configuration directory; default: its own", .value = &o.config_dir },
        { .name = "socket", .takes_value = true, .value_name = "unix|inet", .help = "which socket Postfix uses; default: the one frankd listens on", .value = &o.socket },
    };
    int code;
    if (cli_parse(&cli, &setup_command, argc, argv, extras, COUNT_OF(extras), &code))
        code = choose(&cli, &o);
    int written = flush_output();
    if (code == EX_OK)
        code = written;
    cli_close(&cli);
    return code;
}

const struct command setup_command = {
    .name = "setup", .group = COMMANDS_RECEIVE, .usage = "postfix [--write|--undo] [--config-dir DIR] [--socket unix|inet] | sendmail",
    .summary = "Tell the mail server to use frankd, or show how.", .run = run_setup,
};
