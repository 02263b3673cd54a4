#include "programs/frank/world.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "env/overlay_resolver.h"
#include "env/zone_resolver.h"
#include "platform/resolver/live.h"
#include "platform/resolver/named_client.h"
#include "platform/settings/settings.h"

#define TICK_US 1000000               /* how often a waiting transaction is told the time */
#define ZONE_FILE_OCTETS_MAX (64u << 20)
#define SAVED_ZONE_OCTETS_MAX (64u << 20)

/* ---- configuration ---- */

void complain_of_config(const struct config_error *e)
{
    if (e->line)
        complain("%s:%u: %s", e->file, e->line, e->text);
    else
        complain("%s: %s", e->file, e->text);
}

struct config *world_config(const struct cli *cli, int *exit_code)
{
    size_t count;
    const struct section *sections = file_sections(&count);
    struct config_error error = { 0 };
    *exit_code = EX_CONFIG;
    if (!cli->config) {
        struct config *c = config_defaults(sections, count);
        if (!c)
            out_of_memory();
        return c;
    }
    struct slice text;
    if (!read_file(cli->arena, cli->config, CONFIG_OCTETS_MAX, &text)) {
        *exit_code = EX_NOINPUT;
        return NULL;
    }
    struct config *c = config_parse(cli->config, text, sections, count, &error);
    if (!c)
        complain_of_config(&error);
    return c;
}

struct slice host_fqdn(struct arena *a)
{
    char name[256] = "";
    if (gethostname(name, sizeof name - 1) != 0 || name[0] == '\0')
        return SLICE("localhost");
    return slice_dup(a, slice_str(name));
}

/* ---- DNS ---- */

static int zone_load(const struct cli *cli, struct zone **zone, const char *path)
{
    struct slice text;
    struct zone_error error = { 0 };
    if (!*zone)
        *zone = zone_new();
    if (!*zone)
        out_of_memory();
    if (!read_file(cli->arena, path, ZONE_FILE_OCTETS_MAX, &text))
        return EX_NOINPUT;
    if (zone_read(*zone, text, &error))
        return EX_OK;
    complain("%s:%u: %s", path, error.line, error.text);
    return EX_DATAERR;
}

static uint64_t question_timeout_us(const struct world *w)
{
    uint64_t seconds = w->cli->timeout_seconds > 0 ? (uint64_t)w->cli->timeout_seconds : dns_settings(w->config)->timeout_seconds;
    return seconds * 1000000;
}

/* The command line's name server, else the configuration's, else this host's. */
static int open_live(struct world *w)
{
    const char *error = "no memory";
    const struct dns_settings *s = dns_settings(w->config);
    struct slice own = slice_str(w->cli->resolver);
    struct live_options options = {
        .forward = own.len ? &own : s->resolver.at, .forward_count = own.len ? 1 : s->resolver.count,
        .question_timeout_us = question_timeout_us(w), .cache_octets = (size_t)s->cache_octets, .validate = s->validate,
        .in_flight_max = (unsigned)s->in_flight,
    };
    w->loop = loop_new();
    w->live = w->loop ? live_resolver_new(w->loop, &options, &error) : NULL;
    if (w->live)
        return EX_OK;
    complain("no resolver: %s", error);
    return EX_UNAVAILABLE;
}

static int open_network(struct world *w)
{
    struct named_list allowed;
    struct config_error error = { 0 };
    if (!engine_named_list(w->config, &allowed, &error)) {
        complain_of_config(&error);
        return EX_CONFIG;
    }
    int code = open_live(w);
    if (code != EX_OK)
        return code;
    w->named = named_client_new(w->loop, w->live, &(struct named_options){
        .allowed = &allowed, .random = w->env.random, .question_timeout_us = question_timeout_us(w) });
    if (!w->named)
        out_of_memory();
    w->env.dns = w->named;
    return EX_OK;
}

/* As with --resolver, what the command line says of DNS replaces what the configuration says. */
static int load_configured_zones(struct world *w)
{
    const struct texts *files = &dns_settings(w->config)->zone;
    int code = EX_OK;
    for (size_t i = 0; i < files->count && code == EX_OK; i++) {
        struct text path = text_in(w->cli->arena, PATH_MAX);
        text_add(&path, files->at[i]);
        text_add_octet(&path, '\0');
        if (path.bad)
            out_of_memory();
        code = zone_load(w->cli, &w->zone, (const char *)text_slice(&path).at);
    }
    return code;
}

static int load_zones(struct world *w)
{
    int code = EX_OK;
    for (size_t i = 0; i < w->cli->zones.count && code == EX_OK; i++)
        code = zone_load(w->cli, &w->zone, w->cli->zones.at[i]);
    if (code == EX_OK && w->cli->zones.count == 0 && !w->cli->resolver)
        code = load_configured_zones(w);
    if (code == EX_OK && w->cli->overlay)
        code = zone_load(w->cli, &w->overlay, w->cli->overlay);
    return code;
}

static int open_dns(struct world *w)
{
    int code = EX_OK;
    if (w->zone) {
        w->zone_resolver = zone_resolver_new(w->zone);
        w->env.dns = w->zone_resolver;
    } else {
        code = open_network(w);
    }
    if (code == EX_OK && w->overlay) {
        w->overlay_resolver = overlay_resolver_new(w->overlay, w->env.dns);
        w->env.dns = w->overlay_resolver;
    }
    if (code == EX_OK && !w->env.dns)
        out_of_memory();
    return code;
}

/* ---- open, close ---- */

static int open_suffixes(struct world *w)
{
    struct slice text;
    const char *error = "unreadable";
    if (!w->cli->psl)
        return EX_OK;
    if (!read_file(w->cli->arena, w->cli->psl, SUFFIX_LIST_OCTETS_MAX, &text))
        return EX_NOINPUT;
    w->suffixes = suffix_list_read(text, &error);
    if (w->suffixes)
        return EX_OK;
    complain("%s: %s", w->cli->psl, error);
    return EX_DATAERR;
}

int world_engine(struct world *w, const struct env *env, uint64_t enable, uint64_t only, struct engine **out)
{
    struct config_error error = { 0 };
    struct engine_options options = { .enable = enable, .only = only, .suffixes = w->suffixes };
    /* Once for all engines of this configuration. */
    bool owned = config_owners(w->config) || settings_read_owners(w->config, w->cli->config, &error);
    struct engine *e = owned ? engine_new(env, w->config, &options, &error) : NULL;
    if (!e) {
        complain_of_config(&error);
        return EX_CONFIG;
    }
    struct slice id = slice_str(w->cli->receiver);
    if (id.len == 0)
        id = engine_conf(e)->authserv_id.len ? engine_conf(e)->authserv_id : host_fqdn(w->cli->arena);
    if (!engine_set_authserv_id(e, id))
        out_of_memory();
    *out = e;
    return EX_OK;
}

static int open_basics(struct world *w, const struct cli *cli)
{
    *w = (struct world){ .cli = cli };
    system_clock_init(&w->clock);
    if (cli->has_at)
        system_clock_fix(&w->clock, cli->at);
    w->env = (struct env){ .clock = &w->clock.clock, .random = system_random(), .meter = &w->meter };
    if (crypto_start() != STATUS_OK) {
        complain("the crypto library does not work");
        return EX_SOFTWARE;
    }
    w->save_arena = arena_new(SAVED_ZONE_OCTETS_MAX * 2);
    if (!w->save_arena)
        out_of_memory();
    w->save = text_in(w->save_arena, SAVED_ZONE_OCTETS_MAX);
    uint64_t seed;
    w->env.random->fill(w->env.random, &seed, sizeof seed);
    w->saved = table_new(seed);
    if (!w->saved)
        out_of_memory();
    int code;
    w->config = world_config(cli, &code);
    return w->config ? EX_OK : code;
}

int world_prepare(struct world *w, const struct cli *cli)
{
    int code = open_basics(w, cli);
    if (code == EX_OK)
        code = load_zones(w);
    return code == EX_OK ? open_suffixes(w) : code;
}

int world_start(struct world *w, uint64_t enable, uint64_t only)
{
    int code = open_dns(w);
    return code == EX_OK ? world_engine(w, &w->env, enable, only, &w->engine) : code;
}

int world_open(struct world *w, const struct cli *cli, uint64_t enable, uint64_t only)
{
    int code = world_prepare(w, cli);
    return code == EX_OK ? world_start(w, enable, only) : code;
}

int world_open_offline(struct world *w, const struct cli *cli)
{
    int code = open_basics(w, cli);
    if (code != EX_OK)
        return code;
    w->zone = zone_new();
    if (!w->zone)
        out_of_memory();
    code = open_suffixes(w);
    return code == EX_OK ? world_start(w, 0, 0) : code;
}

void world_stop(struct world *w)
{
    for (unsigned i = 0; i < w->asked_count; i++)
        answer_drop(w->asked[i]);
    w->asked_count = 0;
    engine_free(w->engine);
    overlay_resolver_free(w->overlay_resolver);
    zone_resolver_free(w->zone_resolver);
    named_client_free(w->named);
    live_resolver_free(w->live);
    loop_free(w->loop);
    w->engine = NULL;
    w->overlay_resolver = w->zone_resolver = w->live = w->env.dns = NULL;
    w->named = NULL;
    w->loop = NULL;
}

void world_close(struct world *w)
{
    world_stop(w);
    suffix_list_free(w->suffixes);
    config_free(w->config);
    zone_free(w->zone);
    zone_free(w->overlay);
    table_free(w->saved);
    arena_free(w->save_arena);
}

int64_t world_now(struct world *w)
{
    return w->clock.clock.now(&w->clock.clock);
}

/* ---- waiting ---- */

int64_t world_patience_us(const struct world *w)
{
    if (w->cli->timeout_seconds > 0)
        return (int64_t)w->cli->timeout_seconds * 1000000;
    return (int64_t)engine_conf(w->engine)->message_timeout_seconds * 1000000;
}

void world_finish(struct world *w, struct txn *t)
{
    int64_t end = w->loop ? loop_now_us(w->loop) + world_patience_us(w) : 0;
    while (txn_progress(t) == PROGRESS_WAIT) {
        int64_t left = w->loop ? end - loop_now_us(w->loop) : 0;
        if (left <= 0 || !loop_turn(w->loop, left < TICK_US ? left : TICK_US))
            txn_deadline(t);
        else
            txn_time(t, loop_now_us(w->loop));
    }
}

struct one_answer { struct waiter waiter; const struct answer *answer; };

static void one_delivered(struct waiter *waiter, const struct answer *a)
{
    ((struct one_answer *)waiter)->answer = answer_hold(a);
}

const struct answer *world_ask(struct world *w, struct slice name, uint16_t rtype)
{
    struct text lower = text_in(w->cli->arena, NAME_TEXT_MAX + 1);
    text_add_lower(&lower, name);
    struct question q = { .name = text_slice(&lower), .type = rtype };
    struct one_answer one = { .waiter = { .deliver = one_delivered } };
    if (w->asked_count == WORLD_ASKED_MAX)
        return NULL;
    if (!name_askable(q.name))
        one.answer = answer_of_status(name, rtype, ANSWER_BAD_NAME);
    else
        one.answer = w->env.dns->ask(w->env.dns, &q, &one.waiter);
    while (!one.answer && w->loop && loop_turn(w->loop, -1))
        ;
    if (!one.answer) {
        w->env.dns->withdraw(w->env.dns, &one.waiter);
        one.answer = answer_of_status(q.name, rtype, ANSWER_SERVFAIL);
    }
    if (one.answer)
        w->asked[w->asked_count++] = one.answer;
    return one.answer;
}

/* ---- --save-zone ---- */

/* Messages of one run share answers: each is written once, or a replay would find every record twice. */
static void save_one(void *context, const struct answer *a)
{
    struct world *w = context;
    struct text key = text_in(w->save_arena, QUESTION_KEY_MAX);
    text_add_question_key(&key, &a->question);
    if (table_get(w->saved, text_slice(&key)))
        return;
    if (key.bad || !table_put(w->saved, text_slice(&key), w))
        out_of_memory();
    text_add_zone_lines(&w->save, a);
}

static int said_if_too_many(const struct world *w)
{
    if (!w->save.bad)
        return EX_OK;
    complain("%s: more answers than fit in %u octets", w->cli->save_zone, SAVED_ZONE_OCTETS_MAX);
    return EX_SOFTWARE;
}

int world_note_answers(struct world *w, const struct txn *t)
{
    if (!w->cli->save_zone || w->save.bad)
        return EX_OK;
    txn_pinned(t, save_one, w);
    return said_if_too_many(w);
}

int world_note_answer(struct world *w, const struct answer *a)
{
    if (!w->cli->save_zone || w->save.bad)
        return EX_OK;
    save_one(w, a);
    return said_if_too_many(w);
}

int world_save_zone(struct world *w)
{
    if (!w->cli->save_zone || w->save.bad)
        return EX_OK;
    FILE *f = fopen(w->cli->save_zone, "w");
    struct slice s = text_slice(&w->save);
    bool good = f && (s.len == 0 || fwrite(s.at, 1, s.len, f) == s.len);
    good = f && fclose(f) == 0 && good;
    if (good)
        return EX_OK;
    complain("%s: %s", w->cli->save_zone, strerror(errno));
    return EX_CANTCREAT;
}
