/*
 * publish.c: frank publish: a domain plan -> records, an update, JSON, or what DNS lacks of them.
 *
 *     frank publish example.plan                            every method's records as a master file
 *     frank publish --check example.plan                    against what DNS answers: exit 1 if it differs
 *     frank publish --from-spf example.com                  a plan file from a published SPF record
 *     frank publish --method rmx --ip4 192.0.2.0/24 example.com
 */
#include <string.h>

#include "base/codec.h"
#include "crypto/digest.h"
#include "crypto/pem.h"
#include "mail/domain.h"
#include "programs/frank/asker.h"
#include "programs/frank/publish_line.h"
#include "publish/check.h"

#define PLAN_OCTETS_MAX CONFIG_OCTETS_MAX
#define NAMES_MAX 64
#define OUTPUT_OCTETS_MAX ((size_t)256 << 20)
#define PLAN_ARENA_OCTETS ((size_t)512 << 20)
#define EXIT_DIFFERS 1               /* --check: something is missing, wrong or stale */

struct job {
    struct cli cli;
    struct publish_line line;
    const char *method, *previous, *domain;
    bool check, all, nsupdate, offline, from_spf;
    struct texts names;              /* --method */
    struct world world;
    bool has_world;
    struct world_asker asker;
    struct plan_files files;
    struct arena *arena;             /* of one plan at a time */
    struct plan_file *old;           /* --previous */
    struct table *elsewhere;         /* "owner type" -> struct said: what plans said outside their own domains */
    struct arena *books;             /* of elsewhere */
    struct arena *later;             /* of in_zone; NULL without --nsupdate */
    struct text in_zone;             /* what is printed behind all plans' changes elsewhere (check.h) */
    size_t states[CHECK_UNKNOWN + 1];
    bool incomplete;                 /* DNS did not answer what records are made of */
    bool unsure;                     /* ... of the plan at hand: they could fail those who send */
    unsigned plans;
};

/* ---- keys ---- */

static void wipe(struct slice s)
{
    volatile uint8_t *at = (volatile uint8_t *)(uintptr_t)s.at;
    for (size_t i = 0; i < s.len; i++)
        at[i] = 0;
}

static bool read_public_key(struct plan_files *files, struct arena *a, struct slice path, struct slice *data, bool *ed25519, const char **error)
{
    struct arena *own = arena_new(4 * PEM_OCTETS_MAX);
    char *name = own ? slice_to_string(own, path) : NULL;
    struct slice text, octets;
    enum key_type type;
    struct text base64 = text_in(a, 4 * PEM_OCTETS_MAX);
    (void)files;
    *error = "cannot be read";
    bool good = name && read_file(own, name, PEM_OCTETS_MAX, &text);
    if (good) {
        good = pem_public_key(own, text, &type, &octets, error);
        wipe(text);
    }
    if (good) {
        *ed25519 = type == KEY_ED25519;
        base64_encode(&base64, octets);
        *data = text_slice(&base64);
    }
    arena_free(own);
    return good && !base64.bad;
}

/* ---- names ---- */

static bool take_names(struct job *j)
{
    struct slice rest = slice_str(j->method), *at = ARENA_ARRAY(j->cli.arena, NAMES_MAX, struct slice);
    if (!at)
        out_of_memory();
    size_t count = 0;
    while (rest.len > 0) {
        struct slice name;
        (void)slice_cut(rest, ',', &name, &rest);
        if (count == NAMES_MAX || !publish_knows(name)) {
            complain("--method: there is no method or part \"%.*s\" that publishes; frank-publish(1) lists them", (int)name.len, (const char *)name.at);
            return false;
        }
        at[count++] = name;
    }
    j->names = (struct texts){ at, count };
    return true;
}

/* ---- the world, opened when it is needed ---- */

static int open_world(struct job *j)
{
    if (j->has_world || j->offline)
        return EX_OK;
    int code = world_open(&j->world, &j->cli, 0, 0);
    if (code != EX_OK) {
        world_close(&j->world);
        return code;
    }
    j->has_world = true;
    world_asker_open(&j->asker, &j->world);
    return EX_OK;
}

/* ---- one plan ---- */

static enum plan_found complete(struct job *j, struct plan *plan, struct remarks *remarks)
{
    const struct plan as_read = *plan;
    const struct remarks before = *remarks;
    enum plan_found found;
    if (j->offline || plan->never_sends)
        return PLAN_READY;
    while ((found = plan_complete(j->arena, &j->asker.asker, plan, remarks)) == PLAN_NOT_YET) {
        world_asker_wait(&j->asker);
        *plan = as_read;
        *remarks = before;
    }
    j->incomplete = j->incomplete || j->asker.failed > 0;
    return found;
}

/* What goes wrong for whoever relies on the records is said beside them, too. */
static void warn(const struct publication *p)
{
    for (size_t i = 0; i < p->remarks.count; i++) {
        const struct remark *r = &p->remarks.at[i];
        if (r->kind == PUBLISH_STRICTER)
            complain("%.*s: %s: %.*s", PUBLISH_NAME(p->plan->domain), r->by, PUBLISH_NAME(r->text));
    }
}

static int print_records(struct job *j, const struct publication *p)
{
    struct text t = text_in(j->arena, OUTPUT_OCTETS_MAX);
    if (j->cli.json)
        return print_json(publication_facts(j->arena, p), false);
    text_addf(&t, "%s; %.*s\n", j->plans > 1 ? "\n" : "", PUBLISH_NAME(p->plan->domain));
    if (p->count == 0 && p->remarks.count == 0)
        text_add_str(&t, "; no records: the plan has nothing of what these methods publish\n");
    text_add_publication(&t, p);
    print_text(&t);
    return EX_OK;
}

/* A script is for machines, which do not read what is complained of: better none than one that takes a provider's servers away. */
static int print_no_script(struct job *j, const struct publication *p)
{
    text_addf(&j->in_zone, "; %.*s: no changes, for DNS did not answer what its records are made of\n", PUBLISH_NAME(p->plan->domain));
    return EX_OK;
}

static int print_check(struct job *j, const struct publication *p, const struct check_list *list)
{
    struct text t = text_in(j->arena, OUTPUT_OCTETS_MAX);
    for (unsigned s = 0; s < COUNT_OF(list->states); s++)
        j->states[s] += list->states[s];
    if (j->cli.json)
        return print_json(check_facts(j->arena, p, list), false);
    if (j->nsupdate) {
        size_t changes = list->states[CHECK_MISSING] + list->states[CHECK_WRONG] + list->states[CHECK_STALE];
        text_addf(&j->in_zone, "; %.*s: %zu change%s\n", PUBLISH_NAME(p->plan->domain), changes, changes == 1 ? "" : "s");
        text_add_nsupdate(&t, &j->in_zone, p, list);
        print_text(&t);
        return EX_OK;
    }
    text_addf(&t, "%.*s: %zu present, %zu missing, %zu wrong, %zu stale, %zu unknown\n", PUBLISH_NAME(p->plan->domain), list->states[CHECK_PRESENT],
              list->states[CHECK_MISSING], list->states[CHECK_WRONG], list->states[CHECK_STALE], list->states[CHECK_UNKNOWN]);
    text_add_check(&t, list, j->all);
    print_text(&t);
    return EX_OK;
}

/* The plan of the same domain in --previous. False after complaining. */
static bool publish_previous(struct job *j, struct slice domain, struct plan *old, struct publication *out, bool *found)
{
    struct config_error e = { .line = 0 };
    struct remarks ignored = { .count = 0 };
    enum plan_next next;
    *found = false;
    if (!j->old)
        return true;
    next = plan_file_find(j->old, j->arena, &j->files, domain, old, &e);
    if (next == PLAN_NEXT_ERROR)
        complain_of_config(&e);
    if (next != PLAN_NEXT_PLAN)
        return next == PLAN_NEXT_END;
    *found = true;
    if (!publish_line_override(j->arena, &j->line, old))
        return false;
    if (complete(j, old, &ignored) == PLAN_NO_MEMORY || !publish_plan(j->arena, old, &j->names, out))
        out_of_memory();
    return true;
}

static int check_plan(struct job *j, const struct publication *p)
{
    struct check_list list;
    struct publication previous, beside;
    struct plan old;
    struct texts everything = { .count = 0 };
    bool has_previous;
    enum plan_found found;
    if (j->offline) {
        if (publication_unchecked(j->arena, p, &list) != PLAN_READY)
            out_of_memory();
        return print_check(j, p, &list);
    }
    if (j->nsupdate && j->unsure)
        return print_no_script(j, p);
    if (!publish_previous(j, p->plan->domain, &old, &previous, &has_previous))
        return EX_DATAERR;
    if (!publish_plan(j->arena, p->plan, &everything, &beside))
        out_of_memory();
    while ((found = publication_check(j->arena, &j->asker.asker, p, &beside, has_previous ? &previous : NULL, &list)) == PLAN_NOT_YET)
        world_asker_wait(&j->asker);
    if (found != PLAN_READY)
        out_of_memory();
    return print_check(j, p, &list);
}

static bool needs_dns(const struct job *j, const struct plan *plan)
{
    bool asks = j->check || j->nsupdate || !plan_is_known(plan);
    for (size_t i = 0; i < plan->providers.count; i++)
        asks = asks || !plan->providers.at[i].lookups_known;
    return asks;
}

/* ---- several plans and one host ---- */

struct said { struct slice domain, rdata; };

/* Of these one name has many, of all others one of each sort. */
static bool is_many(uint16_t type)
{
    return type == RTYPE_MX || type == RTYPE_A || type == RTYPE_AAAA;
}

/* False after complaining: another plan says something else in the same place. */
static bool agrees(struct job *j, const struct plan *plan, const struct published *r)
{
    struct text key = text_in(j->books, 2 * NAME_TEXT_MAX);
    text_add(&key, r->owner);
    text_addf(&key, " %u ", r->type);
    text_add(&key, r->kind);
    const struct said *before = table_get(j->elsewhere, text_slice(&key));
    if (before && !slice_same(before->rdata, r->rdata)) {
        complain("%.*s and %.*s say different things of %.*s (%s): say in both plans what holds for the host (serves), or own its zone in one",
                 PUBLISH_NAME(before->domain), PUBLISH_NAME(plan->domain), PUBLISH_NAME(r->owner), r->by);
        return false;
    }
    struct said *said = before ? NULL : ARENA_NEW(j->books, struct said);
    if (said)
        *said = (struct said){ slice_dup(j->books, plan->domain), slice_dup(j->books, r->rdata) };
    if (!before && (!said || !table_put(j->elsewhere, text_slice(&key), said)))
        out_of_memory();
    return true;
}

/* Each plan's update would take the other's records away, and receivers take two of a sort for a mistake. */
static bool all_agree(struct job *j, const struct plan *plan, const struct publication *p)
{
    for (size_t i = 0; i < p->count; i++) {
        const struct published *r = &p->records[i];
        if (!r->absent && !is_many(r->type) && !name_at_or_below(r->owner, plan->domain) && !agrees(j, plan, r))
            return false;
    }
    return true;
}

static int publish_one(struct job *j, struct plan *plan, struct remarks *remarks)
{
    struct publication p;
    if (!publish_line_override(j->arena, &j->line, plan))
        return EX_USAGE;
    int code = needs_dns(j, plan) ? open_world(j) : EX_OK;
    if (code != EX_OK)
        return code;
    if (needs_dns(j, plan) && complete(j, plan, remarks) == PLAN_NO_MEMORY)
        out_of_memory();
    j->unsure = j->has_world && j->asker.failed > 0;
    j->incomplete = j->incomplete || j->unsure;
    if (!publish_plan(j->arena, plan, &j->names, &p))
        out_of_memory();
    publication_add_remarks(&p, remarks);
    if (p.bad)
        out_of_memory();
    if (!all_agree(j, plan, &p))
        return EX_DATAERR;
    j->plans++;
    warn(&p);
    return j->check || j->nsupdate ? check_plan(j, &p) : print_records(j, &p);
}

/* ---- files ---- */

static int publish_file(struct job *j, struct plan_file *file)
{
    struct config_error e = { .line = 0 };
    struct plan plan;
    enum plan_next next;
    int code = EX_OK;
    while (code == EX_OK && (next = plan_file_next(file, j->arena, &j->files, &plan, &e)) != PLAN_NEXT_END) {
        struct remarks remarks = { .count = 0 };
        if (next == PLAN_NEXT_ERROR) {
            complain_of_config(&e);
            return EX_DATAERR;
        }
        if (!j->domain || slice_same_nocase(plan.domain, slice_str(j->domain)))
            code = publish_one(j, &plan, &remarks);
        /* One plan is in memory at a time, and its answers. */
        if (j->has_world)
            world_asker_forget(&j->asker);
        arena_reset(j->arena);
    }
    return code;
}

static struct plan_file *read_plan_file(struct job *j, const char *path, int *code)
{
    struct config_error e = { .line = 0 };
    struct slice text;
    *code = EX_NOINPUT;
    if (!read_file(j->cli.arena, path, PLAN_OCTETS_MAX, &text)) {
        struct slice domain;
        if (domain_normal(j->cli.arena, slice_str(path), &domain) && name_labels(domain) > 1)
            complain("a domain wants an option that says who sends with it: --mx, --ip4, --host, --provider or --never; or --from-spf");
        return NULL;
    }
    *code = EX_DATAERR;
    struct plan_file *file = plan_file_read(j->cli.arena, path, text, &e);
    if (!file)
        complain_of_config(&e);
    return file;
}

static int publish_files(struct job *j)
{
    for (size_t i = 0; i < j->cli.file_count; i++) {
        int code;
        struct plan_file *file = read_plan_file(j, j->cli.files[i], &code);
        if (file)
            code = publish_file(j, file);
        if (code != EX_OK)
            return code;
    }
    if (j->plans > 0)
        return EX_OK;
    complain("no plan of \"%s\" in there", j->domain ? j->domain : "");
    return EX_DATAERR;
}

/* ---- a command line ---- */

static int publish_lines(struct job *j)
{
    for (size_t i = 0; i < j->cli.file_count; i++) {
        int code;
        struct plan_file *file = publish_line_plan(j->cli.arena, &j->line, j->cli.files[i], &code);
        if (file)
            code = publish_file(j, file);
        if (code != EX_OK)
            return code;
    }
    return EX_OK;
}

/* ---- from SPF ---- */

static int no_plan(const char *domain, enum plan_found found)
{
    switch (found) {
    case PLAN_NONE: complain("%s: there is no SPF record that says who sends", domain); return EX_DATAERR;
    case PLAN_BROKEN: complain("%s: there are several SPF records, or one that is malformed; frank spf says which rule is broken", domain); return EX_DATAERR;
    case PLAN_FAILED: complain("%s: DNS did not answer", domain); return EX_TEMPFAIL;
    case PLAN_NOT_YET: case PLAN_READY: case PLAN_NO_MEMORY: break;
    }
    out_of_memory();
}

static int print_plan(struct job *j, const struct plan *plan, const struct remarks *remarks)
{
    struct text t = text_in(j->arena, OUTPUT_OCTETS_MAX), said = text_in(j->arena, OUTPUT_OCTETS_MAX);
    text_add_plan(&t, plan);
    if (j->cli.json) {
        struct publication nothing = { .arena = j->arena, .plan = plan, .remarks = *remarks };
        struct fact *f = publication_facts(j->arena, &nothing);
        fact_add_text(j->arena, f, "plan", text_slice(&t));
        return print_json(f, false);
    }
    text_addf(&said, "# From the SPF record of %.*s, as it is now.\n", PUBLISH_NAME(plan->domain));
    for (size_t i = 0; i < remarks->count; i++)
        text_addf(&said, "# %.*s\n", PUBLISH_NAME(remarks->at[i].text));
    text_add(&said, text_slice(&t));
    said.bad = said.bad || t.bad;
    print_text(&said);
    return EX_OK;
}

static int publish_from_spf(struct job *j, const char *name)
{
    struct slice domain;
    struct plan plan;
    struct remarks remarks = { .count = 0 };
    enum plan_found found;
    if (!domain_normal(j->cli.arena, slice_str(name), &domain) || name_labels(domain) < 2) {
        complain("\"%s\" is not a full domain name", name);
        return EX_DATAERR;
    }
    int code = open_world(j);
    if (code != EX_OK)
        return code;
    while ((found = plan_from_spf(j->arena, &j->asker.asker, domain, &plan, &remarks)) == PLAN_NOT_YET) {
        world_asker_wait(&j->asker);
        remarks = (struct remarks){ .count = 0 };
        arena_reset(j->arena);
    }
    if (found != PLAN_READY)
        return no_plan(name, found);
    j->incomplete = j->incomplete || j->asker.failed > 0;
    bool records = j->method || j->check || j->nsupdate;
    return records ? publish_one(j, &plan, &remarks) : print_plan(j, &plan, &remarks);
}

static int publish_from_records(struct job *j)
{
    if (j->offline) {
        complain("--from-spf asks DNS: not with --offline");
        return EX_USAGE;
    }
    for (size_t i = 0; i < j->cli.file_count; i++) {
        int code = publish_from_spf(j, j->cli.files[i]);
        if (j->has_world)
            world_asker_forget(&j->asker);
        arena_reset(j->arena);
        if (code != EX_OK)
            return code;
    }
    return EX_OK;
}

/* ---- the command ---- */

static int exit_of(const struct job *j)
{
    bool differs = j->states[CHECK_MISSING] + j->states[CHECK_WRONG] + j->states[CHECK_STALE] > 0;
    if (j->check && differs && !j->nsupdate)
        return EXIT_DIFFERS;
    if (j->incomplete || j->states[CHECK_UNKNOWN] > 0) {
        complain("DNS did not answer everything; --offline does without it");
        return EX_TEMPFAIL;
    }
    return EX_OK;
}

static int run_job(struct job *j)
{
    int code = EX_OK;
    /* Names that would be too long are hashed, also where no world is opened. */
    if (crypto_start() != STATUS_OK) {
        complain("the crypto library does not work");
        return EX_SOFTWARE;
    }
    if (j->method && !take_names(j))
        return EX_USAGE;
    if (j->check && (j->offline || j->nsupdate)) {
        complain("--check asks DNS and prints what it lacks: not with --offline or --nsupdate");
        return EX_USAGE;
    }
    if (j->nsupdate && j->cli.json) {
        complain("--nsupdate and --json are two forms of output");
        return EX_USAGE;
    }
    if (j->previous)
        j->old = read_plan_file(j, j->previous, &code);
    if (j->previous && !j->old)
        return code;
    if (j->nsupdate && !(j->later = arena_new(PLAN_ARENA_OCTETS)))
        out_of_memory();
    j->in_zone = text_in(j->later, OUTPUT_OCTETS_MAX);
    code = j->from_spf ? publish_from_records(j) : publish_line_says(&j->line) ? publish_lines(j) : publish_files(j);
    print_text(&j->in_zone);
    int flushed = flush_output();
    return code != EX_OK ? code : flushed != EX_OK ? flushed : exit_of(j);
}

static int run_publish(int argc, char **argv)
{
    extern const struct command publish_command;
    struct job j = { .files = { read_public_key } };
    struct publish_line *l = &j.line;
    const struct cli_extra extras[] = {
        { "method", true, "A,B", "records of these methods and parts (mx, services, hosts) only; default: all but hosts", &j.method, NULL, NULL },
        { "check", false, NULL, "compare with what DNS answers; exit 1 if something is missing, wrong or stale", NULL, &j.check, NULL },
        { "all", false, NULL, "with --check: also list what is as it should be", NULL, &j.all, NULL },
        { "nsupdate", false, NULL, "print the changes to DNS as a script for nsupdate(1)", NULL, &j.nsupdate, NULL },
        { "previous", true, "PLAN", "with --check or --nsupdate: what this plan published and the new one does not is stale", &j.previous, NULL, NULL },
        { "domain", true, "DOMAIN", "of the plans in the files, that of this domain only", &j.domain, NULL, NULL },
        { "offline", false, NULL, "ask no DNS: names stay names, and what is behind them is not known", NULL, &j.offline, NULL },
        { "from-spf", false, NULL, "make a plan of the SPF record DOMAIN publishes and print it; with --method, --check or --nsupdate use it", NULL, &j.from_spf, NULL },
        { "private-types", true, "METHOD=N,..", "also private record types (65280 to 65534)", &l->private_types, NULL, NULL },
        { "fill-deny", false, NULL, "DMP: say deny also where DNS would say that there is no such name", NULL, &l->fill_deny, NULL },
        { "flatten", false, NULL, "SPF: write providers and hosts out as networks; they change without telling", NULL, &l->flatten, NULL },
        { "ip4", true, "NETWORK", "addresses that send (repeatable; also --ip6 and --range)", NULL, NULL, &l->networks },
        { "ip6", true, "NETWORK", "the same", NULL, NULL, &l->networks },
        { "range", true, "NETWORK", "the same", NULL, NULL, &l->networks },
        { "host", true, "NAME", "a host that sends (repeatable)", NULL, NULL, &l->hosts },
        { "a", true, "NAME|ADDR", "a host or address that sends (repeatable)", NULL, NULL, &l->either },
        { "mx", false, NULL, "the hosts that receive send, too", NULL, &l->mx, NULL },
        { "provider", true, "DOMAIN", "another domain whose servers send (repeatable)", NULL, NULL, &l->providers },
        { "not", true, "NETWORK", "addresses that never send (repeatable)", NULL, NULL, &l->excluded },
        { "never", false, NULL, "nobody sends with this domain", NULL, &l->never, NULL },
        { "only", false, NULL, "nobody else sends (-all), and the hosts send for no other domain; without it: soft (~all)", NULL, &l->only, NULL },
        { "soft", false, NULL, "softfail for everybody else, also with --only", NULL, &l->soft, NULL },
        { "neutral", false, NULL, "neutral for everybody else", NULL, &l->neutral, NULL },
        { "list", true, "DOMAIN", "a mailing list's domain (repeatable)", NULL, NULL, &l->lists },
        { "receiver-host", true, "NAME", "a host that receives, the preferred one first (repeatable)", NULL, NULL, &l->receivers },
        { "receives-nothing", false, NULL, "the domain takes no mail", NULL, &l->nothing, NULL },
        { "apl", true, "NAME", "publish the networks as an address prefix list at NAME and refer to it", &l->apl, NULL, NULL },
        { "separate", true, "DOMAIN", "a domain of its own for hosts that only send", &l->separate, NULL, NULL },
        { "domains", true, "FILE", "domains the hosts (default: DOMAIN itself) send for, one a line", &l->domains, NULL, NULL },
        { "factored", false, NULL, "one record for each of them instead of a list", NULL, &l->factored, NULL },
        { "selector", true, "NAME", "selector of the key", &l->selector, NULL, NULL },
        { "key", true, "FILE", "PEM file of the key; of a private one the public half is published", &l->key, NULL, NULL },
        { "policy", true, "WORD", "DMARC policy: none, quarantine or reject", &l->policy, NULL, NULL },
        { "ttl", true, "TIME", "how long resolvers may keep the records", &l->ttl, NULL, NULL },
    };
    int code;
    if (cli_parse(&j.cli, &publish_command, argc, argv, extras, COUNT_OF(extras), &code)) {
        j.arena = arena_new(PLAN_ARENA_OCTETS);
        j.books = arena_new(PLAN_ARENA_OCTETS);
        j.elsewhere = table_new(1);      /* its keys are the administrator's own names */
        if (!j.arena || !j.books || !j.elsewhere)
            out_of_memory();
        if (j.cli.file_count > 0)
            code = run_job(&j);
        else
            cli_usage(&publish_command, extras, COUNT_OF(extras), stderr);
        if (j.cli.file_count == 0)
            code = EX_USAGE;
        if (j.has_world) {
            world_asker_close(&j.asker);
            world_close(&j.world);
        }
        arena_free(j.arena);
        arena_free(j.later);
        table_free(j.elsewhere);
        arena_free(j.books);
    }
    cli_close(&j.cli);
    return code;
}

const struct command publish_command = {
    .name = "publish", .group = COMMANDS_SEND, .usage = "[options] PLAN... | --from-spf DOMAIN... | DOMAIN...",
    .summary = "The DNS records that say who sends mail, in every dialect.", .run = run_publish,
};
