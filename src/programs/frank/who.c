/* who.c: frank who IP|DOMAIN...: whose is it, who answers for it, and what came from there. */
#include "programs/frank/who.h"

#include <string.h>

#include "programs/frank/history.h"
#include "programs/frank/installed.h"
#include "verdict/owners.h"

#define LOOKED_AT_OCTETS ((size_t)256 << 20)       /* facts of one address or domain, with what is made again and again */

/* One argument. */
struct subject { struct ip ip; struct slice domain; struct who_seen seen; };

struct job {
    struct cli cli;
    struct cli_list journals, domains;
    const char *since, *no_journal;
    struct slice named[CLI_LIST_MAX];              /* --domain, normal form */
    struct history history;
    struct subject *subjects;
    size_t count;
    struct who who;
};

/* ---- what is meant ---- */

/* RFC 3696 2: no top-level domain is all digits; so a mistyped address is no domain. */
static bool is_domain(struct slice name)
{
    struct slice top = name_last_labels(name, 1);
    for (size_t i = 0; i < top.len; i++)
        if (!is_digit(top.at[i]))
            return true;
    return false;
}

static bool read_subject(struct job *j, const char *text, struct subject *out)
{
    *out = (struct subject){ .ip = { .family = IP_NONE } };
    if (ip_parse(slice_str(text), &out->ip) || (domain_normal(j->cli.arena, slice_str(text), &out->domain) && is_domain(out->domain)))
        return true;
    complain("\"%s\" is neither an IP address nor a domain", text);
    return false;
}

static int read_arguments(struct job *j)
{
    bool any_address = false;
    if (j->cli.file_count == 0) {
        complain("who? An IP address or a domain (see frank who --help)");
        return EX_USAGE;
    }
    j->count = j->cli.file_count;
    j->subjects = ARENA_ARRAY(j->cli.arena, j->count, struct subject);
    if (!j->subjects)
        out_of_memory();
    memset(j->subjects, 0, j->count * sizeof *j->subjects);
    for (size_t i = 0; i < j->count; i++) {
        if (!read_subject(j, j->cli.files[i], &j->subjects[i]))
            return EX_DATAERR;
        any_address = any_address || j->subjects[i].ip.family != IP_NONE;
    }
    for (size_t i = 0; i < j->domains.count; i++)
        if (!domain_normal(j->cli.arena, slice_str(j->domains.at[i]), &j->named[i])) {
            complain("--domain: \"%s\" is not a domain", j->domains.at[i]);
            return EX_DATAERR;
        }
    if (j->domains.count > 0 && !any_address) {
        complain("--domain says in whose name an address may send, and no address is asked about");
        return EX_USAGE;
    }
    return EX_OK;
}

/* ---- what came from there ---- */

static bool is_wanted(void *context, struct slice line)
{
    const struct job *j = context;
    for (size_t i = 0; i < j->count; i++)
        if (who_seen_may_hold(&j->subjects[i].seen, line))
            return true;
    return false;
}

static void take_record(void *context, struct arena *a, const struct fact *record)
{
    struct job *j = context;
    for (size_t i = 0; i < j->count; i++)
        if (!who_seen_take(&j->subjects[i].seen, a, record))
            out_of_memory();
}

static int read_journal(struct job *j)
{
    const struct history_visitor visitor = { is_wanted, take_record, j };
    uint64_t seed;
    j->who.world->env.random->fill(j->who.world->env.random, &seed, sizeof seed);
    for (size_t i = 0; i < j->count; i++)
        if (!who_seen_open(&j->subjects[i].seen, seed, &j->subjects[i].ip, j->subjects[i].domain))
            out_of_memory();
    int code = history_open_if_any(&j->history, &j->cli, &j->journals, j->since, &j->no_journal);
    return code == EX_OK && j->history.files.count > 0 ? history_walk(&j->history, &visitor) : code;
}

static void add_journal(struct job *j, const struct subject *s, struct fact *root)
{
    struct arena *a = j->who.arena;
    if (j->history.files.count == 0) {
        fact_add_null(a, root, "journal");
        fact_add_str(a, root, "no_journal", j->no_journal);
        return;
    }
    struct fact *g = fact_add_group(a, root, "journal");
    if (j->history.has_since)
        fact_add_number(a, g, "since", j->history.since);
    who_seen_facts(&s->seen, a, g);
}

/* ---- in whose name an address may send ---- */

struct candidate { struct slice domain, helo; bool name, named, sender, author; uint64_t messages; struct fact *facts; };
struct candidates { struct candidate at[WHO_DOMAINS_MAX]; size_t count; };

/* NULL: there are too many. */
static struct candidate *candidate_of(struct candidates *c, struct slice domain)
{
    for (size_t i = 0; i < c->count; i++)
        if (slice_same(c->at[i].domain, domain))
            return &c->at[i];
    if (c->count == WHO_DOMAINS_MAX)
        return NULL;
    c->at[c->count] = (struct candidate){ .domain = domain };
    return &c->at[c->count++];
}

/* A confirmed name and those above it, up to where somebody registered it. What is not confirmed anybody could have written there. */
static void add_names(struct job *j, const struct who_names *names, struct candidates *c)
{
    for (size_t i = 0; i < names->count && c->count < WHO_DOMAINS_FOUND_MAX; i++) {
        struct slice name;
        if (names->at[i].confirmed != WHO_CONFIRMED || !domain_normal(j->who.arena, names->at[i].name, &name))
            continue;
        struct slice top = who_registered(&j->who, name);
        for (struct slice at = name; name_at_or_below(at, top) && c->count < WHO_DOMAINS_FOUND_MAX; at = name_parent(at))
            candidate_of(c, at)->name = true;
        candidate_of(c, name)->helo = name;
    }
}

static void add_seen(struct job *j, const struct subject *s, struct candidates *c)
{
    const struct who_seen_tally **seen;
    size_t count = who_seen_names(&s->seen, j->who.arena, &seen, WHO_DOMAINS_FOUND_MAX);
    for (size_t i = 0; i < count; i++) {
        struct slice domain;
        struct candidate *one = domain_normal(j->who.arena, seen[i]->name, &domain) ? candidate_of(c, domain) : NULL;
        if (!one)
            continue;
        one->sender = seen[i]->sender;
        one->author = seen[i]->author;
        one->messages = seen[i]->messages;
    }
}

static void add_owner(struct job *j, struct fact *to, struct slice domain)
{
    const void *owners = config_owners(j->who.world->config);
    struct slice owner = owners ? owners_find(owners, domain) : (struct slice){ 0 };
    if (owner.len > 0)
        fact_add_text(j->who.arena, to, "owner", owner);
    else
        fact_add_null(j->who.arena, to, "owner");
}

static void add_candidate(struct job *j, struct fact *list, const struct ip *ip, struct candidate *c)
{
    struct arena *a = j->who.arena;
    c->facts = fact_add_group(a, list, NULL);
    fact_add_text(a, c->facts, "domain", c->domain);
    struct fact *why = fact_add_list(a, c->facts, "why");
    const struct { bool holds; const char *word; } reasons[] = { { c->name, "name" }, { c->named, "asked" }, { c->sender, "sender" }, { c->author, "author" } };
    for (size_t i = 0; i < COUNT_OF(reasons); i++)
        if (reasons[i].holds)
            fact_add_str(a, why, NULL, reasons[i].word);
    fact_add_number(a, c->facts, "messages", (int64_t)c->messages);
    add_owner(j, c->facts, c->domain);
    who_add_is_mx(&j->who, c->facts, c->domain, ip);
}

static void add_contacts(struct job *j, struct fact *list, const struct candidates *c)
{
    for (size_t i = 0; i < c->count; i++) {
        if (!c->at[i].name && !c->at[i].named)
            continue;
        who_add_persons(&j->who, list, c->at[i].domain);
        who_add_zone_contact(&j->who, list, c->at[i].domain, who_registered(&j->who, c->at[i].domain));
    }
}

/* ---- an address ---- */

static struct fact *begin_facts(struct job *j)
{
    struct fact *root = fact_group(j->who.arena, NULL);
    fact_add_number(j->who.arena, root, "version", 1);
    return root;
}

static struct fact *facts_of_address(struct job *j, const struct subject *s, struct candidates *c)
{
    struct who_names names;
    struct text ip = text_in(j->who.arena, IP_TEXT_MAX + 1);
    struct fact *root = begin_facts(j);
    *c = (struct candidates){ .count = 0 };
    text_add_ip(&ip, &s->ip);
    fact_add_text(j->who.arena, root, "ip", text_slice(&ip));
    who_find_names(&j->who, &s->ip, &names);
    who_add_names(&j->who, root, &names);
    add_names(j, &names, c);
    for (size_t i = 0; i < j->domains.count; i++) {
        struct candidate *one = candidate_of(c, j->named[i]);
        if (one)
            one->named = true;
    }
    add_seen(j, s, c);
    struct fact *contacts = fact_add_list(j->who.arena, root, "contacts");
    add_contacts(j, contacts, c);
    who_add_reverse_contacts(&j->who, contacts, &s->ip, names.reverse);
    struct fact *list = fact_add_list(j->who.arena, root, "domains");
    for (size_t i = 0; i < c->count; i++)
        add_candidate(j, list, &s->ip, &c->at[i]);
    return root;
}

/* What it says in HELO is not known: a name of its own, the most likely one. */
static struct slice helo_of(const struct job *j, const struct candidates *c, const struct candidate *one)
{
    if (j->cli.helo)
        return slice_str(j->cli.helo);
    if (one->helo.len > 0)
        return one->helo;
    for (size_t i = 0; i < c->count; i++)
        if (c->at[i].helo.len > 0)
            return c->at[i].helo;
    return one->domain;
}

static void examine_address(struct job *j, const struct subject *s, const struct candidates *c, struct fact *root)
{
    struct who_case cases[WHO_DOMAINS_MAX + 1];
    const char *exempt;
    /* First in nobody's name: what is said of the address itself. */
    cases[0] = (struct who_case){ .ip = s->ip, .methods = root, .lists = root };
    for (size_t i = 0; i < c->count; i++)
        cases[i + 1] = (struct who_case){ .ip = s->ip, .helo = helo_of(j, c, &c->at[i]), .domain = c->at[i].domain,
                                          .methods = c->at[i].facts, .lists = c->at[i].facts };
    who_examine(&j->who, cases, c->count + 1, &exempt);
    fact_add_str(j->who.arena, root, "exempt", exempt);
    fact_add_flag(j->who.arena, root, "relay", engine_is_relay(j->who.world->engine, &s->ip));
}

static struct fact *look_at_address(struct job *j, const struct subject *s)
{
    struct candidates c;
    struct fact *root;
    do {
        who_again(&j->who);
        root = facts_of_address(j, s, &c);
    } while (who_waits(&j->who));
    examine_address(j, s, &c, root);
    return root;
}

/* ---- a domain ---- */

static struct fact *facts_of_domain(struct job *j, const struct subject *s, struct who_hosts *hosts)
{
    struct fact *root = begin_facts(j);
    fact_add_text(j->who.arena, root, "domain", s->domain);
    who_add_organisation(&j->who, root, s->domain);
    add_owner(j, root, s->domain);
    who_add_hosts(&j->who, root, s->domain, hosts);
    who_add_senders(&j->who, root, s->domain);
    who_add_records(&j->who, root, s->domain);
    struct fact *contacts = fact_add_list(j->who.arena, root, "contacts");
    who_add_persons(&j->who, contacts, s->domain);
    who_add_zone_contact(&j->who, contacts, s->domain, who_registered(&j->who, s->domain));
    return root;
}

static struct fact *add_client(struct job *j, struct fact *g, const struct ip *ip)
{
    struct text t = text_in(j->who.arena, IP_TEXT_MAX + 1);
    text_add_ip(&t, ip);
    fact_add_text(j->who.arena, g, "ip", text_slice(&t));
    return g;
}

/* An address no domain's records should cover: it is for documentation (RFC 5737). */
#define STRANGER SLICE("203.0.113.254")

/* What the domain's records say of its own hosts, and of anybody else. */
static void examine_domain(struct job *j, const struct subject *s, const struct who_hosts *hosts, struct fact *root)
{
    struct who_case cases[WHO_HOSTS_MAX + 1];
    const char *exempt;
    struct arena *a = j->who.arena;
    struct fact *list = fact_add_list(a, root, "hosts");
    for (size_t i = 0; i < hosts->count; i++) {
        struct fact *g = add_client(j, fact_add_group(a, list, NULL), &hosts->at[i].ip);
        fact_add_text(a, g, "host", hosts->at[i].name);
        cases[i] = (struct who_case){ .ip = hosts->at[i].ip, .helo = hosts->at[i].name, .domain = s->domain, .methods = g };
    }
    struct who_case *other = &cases[hosts->count];
    *other = (struct who_case){ .helo = s->domain, .domain = s->domain, .lists = root };
    if (!ip_parse(STRANGER, &other->ip))
        return;
    other->methods = add_client(j, fact_add_group(a, root, "others"), &other->ip);
    who_examine(&j->who, cases, hosts->count + 1, &exempt);
}

static struct fact *look_at_domain(struct job *j, const struct subject *s)
{
    struct who_hosts hosts;
    struct fact *root;
    do {
        who_again(&j->who);
        root = facts_of_domain(j, s, &hosts);
    } while (who_waits(&j->who));
    examine_domain(j, s, &hosts, root);
    return root;
}

/* ---- the command ---- */

static void note_code(struct job *j, int code)
{
    if (code != EX_OK)
        j->who.code = code;
}

static void look(struct job *j, size_t i)
{
    const struct subject *s = &j->subjects[i];
    struct report_style style = report_style_of(stdout);
    struct fact *root = s->ip.family != IP_NONE ? look_at_address(j, s) : look_at_domain(j, s);
    add_journal(j, s, root);
    fact_add_flag(j->who.arena, root, "complete", !j->who.unknown);
    if (arena_failed(j->who.arena))
        out_of_memory();
    style.explain = j->cli.explain;
    if (j->cli.json) {
        note_code(j, print_json(root, false));
    } else {
        if (i > 0)
            putchar('\n');
        who_print(root, &style, stdout);
        note_code(j, flush_output());
    }
    if (j->who.unknown && j->who.code == EX_OK)
        j->who.code = EX_TEMPFAIL;
    note_code(j, world_asker_note(&j->who.asker));
    world_asker_forget(&j->who.asker);
}

/* Those that look at the client: they say who may send. */
static uint64_t methods_of_clients(void)
{
    uint64_t bits = 0;
    for (size_t i = 0; methods[i]; i++)
        bits |= (uint64_t)methods[i]->needs_client << i;
    return bits;
}

static void look_at_all(struct job *j)
{
    struct suffix_list *own = j->who.world->suffixes ? NULL : suffix_list_builtin();
    j->who.suffixes = own ? own : j->who.world->suffixes;
    j->who.arena = arena_new(LOOKED_AT_OCTETS);
    if (!j->who.suffixes || !j->who.arena)
        out_of_memory();
    world_asker_open(&j->who.asker, j->who.world);
    int code = read_journal(j);
    /* What could be read of it is told, but a question that was put in the wrong way is not answered. */
    if (code == EX_OK || code == EX_IOERR)
        for (size_t i = 0; i < j->count; i++)
            look(j, i);
    note_code(j, code);
    for (size_t i = 0; i < j->count; i++)
        who_seen_close(&j->subjects[i].seen);
    world_asker_close(&j->who.asker);
    arena_free(j->who.arena);
    suffix_list_free(own);
    note_code(j, world_save_zone(j->who.world));
}

/* As frankd is installed here: its lists, its owners, its name servers. */
static int run_here(struct job *j)
{
    struct installed in;
    struct world w;
    int code = installed_open(&in, &j->cli);
    if (code == EX_OK) {
        j->cli.config = in.path;
        j->who.cli = &j->cli;
        j->who.world = &w;
        code = world_open(&w, &j->cli, 0, methods_of_clients());
        if (code == EX_OK) {
            look_at_all(j);
            code = j->who.code;
        }
        world_close(&w);
    }
    installed_close(&in);
    return code;
}

static int run_who(int argc, char **argv)
{
    extern const struct command who_command;
    struct job j = { .count = 0 };
    const struct cli_extra extras[] = {
        { .name = "domain", .takes_value = true, .value_name = "DOMAIN", .help = "also what this domain says of the address (repeatable)", .list = &j.domains },
        HISTORY_OPTIONS(j.journals, j.since),
    };
    int code;
    if (cli_parse(&j.cli, &who_command, argc, argv, extras, COUNT_OF(extras), &code)) {
        code = read_arguments(&j);
        if (code == EX_OK)
            code = run_here(&j);
    }
    cli_close(&j.cli);
    return code;
}

const struct command who_command = {
    .name = "who", .group = COMMANDS_RECEIVE, .usage = "IP|DOMAIN... [--domain DOMAIN...] [--since WHEN]",
    .summary = "Whose an address or domain is, whom to write to, what it sent.", .run = run_who,
};
