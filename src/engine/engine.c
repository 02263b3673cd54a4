/* engine.c: what lives as long as the process or the session: sections, configuration, pools. */
#include "engine/engine.h"
#include "config/daemon.h"
#include "engine/state.h"

#include <assert.h>
#include <string.h>

/* ---- configuration ---- */

struct top_conf {
    struct slice authserv_id;
    struct prefixes trusted_relays, internal_networks;
    struct texts named_servers_allowed;
    unsigned on_failure, quarantine;
};
struct authres_conf { bool legacy; unsigned remove; struct texts ids; };
struct limits_conf { uint64_t message_timeout, memory; };

static const struct option top_options[] = {
    { "authserv_id", OPT_DOMAIN, "", 0, 0, offsetof(struct top_conf, authserv_id), NULL,
      "Our name in Authentication-Results (RFC 8601 2.5) and in SPF's %{r}. Empty: this host's fully qualified name." },
    { "trusted_relays", OPT_PREFIXES, "", 0, 0, offsetof(struct top_conf, trusted_relays), NULL,
      "Our own gateways: mail from them is judged by the address in their Received field." },
    { "internal_networks", OPT_PREFIXES, "", 0, 0, offsetof(struct top_conf, internal_networks), NULL,
      "Clients whose mail is not examined for who may send it." },
    { "named_servers_allowed", OPT_TEXTS, "", 0, 0, offsetof(struct top_conf, named_servers_allowed), NULL,
      "Name servers that may be asked when a domain's record names them though their addresses are not public: ADDRESS, NETWORK, ADDRESS:PORT or [ADDRESS]:PORT. All others are asked at port 53 of public addresses only." },
    { "on_failure", OPT_CHOICE, "defer", 0, 0, offsetof(struct top_conf, on_failure), "defer|accept",
      "What happens to a message when Frank itself fails (memory, bug): the client is told to come back, or the mail passes without results." },
    { "quarantine", OPT_CHOICE, "header", 0, 0, offsetof(struct top_conf, quarantine), "header|hold",
      "Quarantined mail is delivered with an X-Frank-Disposition field for Sieve to file, or held by the MTA (Postfix: the hold queue, where somebody must look)." },
    { 0 }
};
static const struct option authres_options[] = {
    { "legacy", OPT_BOOL, "false", 0, 0, offsetof(struct authres_conf, legacy), NULL,
      "Also print methods without a registered name, as x-rmx, x-dmp and so on (RFC 8601 2.7.6 wants them among consenting hosts only)." },
    { "remove", OPT_CHOICE, "own", 0, 0, offsetof(struct authres_conf, remove), "own|all",
      "Which incoming Authentication-Results fields are removed: those that claim to be ours, or every one (breaks the rare signature that covers them)." },
    { "ids", OPT_DOMAINS, "", 0, 0, offsetof(struct authres_conf, ids), NULL,
      "Further names of ours whose incoming fields are removed." },
    { 0 }
};
static const struct option limits_options[] = {
    { "message_timeout", OPT_DURATION, "20s", 1, 300, offsetof(struct limits_conf, message_timeout), NULL,
      "How long results are waited for after the end of a message; what is missing then counts as a DNS time-out." },
    { "memory", OPT_SIZE, "16M", 1u << 20, 256u << 20, offsetof(struct limits_conf, memory), NULL,
      "Memory one message may use; beyond it Frank fails for this message as on_failure says." },
    { 0 }
};

static const struct section own_sections[] = {
    { "", top_options, sizeof(struct top_conf), "What concerns the whole program." },
    { "authres", authres_options, sizeof(struct authres_conf), "The Authentication-Results field." },
    { "limits", limits_options, sizeof(struct limits_conf), "Bounds of one message; the fixed ones are printed by frank limits." },
};

#define SECTIONS_MAX (METHODS_MAX + 24)
#define SECTION_NAME_MAX 48

/* The list of all sections, composed from tables; never changes afterwards. */
struct section_list { struct section at[SECTIONS_MAX]; char names[METHODS_MAX][SECTION_NAME_MAX]; size_t count; };

static void section_add(struct section_list *list, struct section s)
{
    assert(list->count < SECTIONS_MAX);
    list->at[list->count++] = s;
}

static void sections_compose(struct section_list *list)
{
    for (size_t i = 0; i < COUNT_OF(own_sections); i++)
        section_add(list, own_sections[i]);
    for (size_t i = 0; i < verdict_section_count; i++)
        section_add(list, verdict_sections[i]);
    for (size_t i = 0; methods[i]; i++) {
        struct text name = text_fixed(list->names[i], SECTION_NAME_MAX - 1);
        text_addf(&name, "methods.%s", methods[i]->name);
        assert(!name.bad);
        section_add(list, (struct section){ list->names[i], methods[i]->options, methods[i]->conf_size, methods[i]->title });
    }
}

/* Filled while the library is loaded, so that threads only ever read it. */
static struct section_list all_sections;
static size_t library_section_count;

AT_LOAD static void sections_at_load(void)
{
    size_t n;
    const struct section *daemon = daemon_sections(&n);
    sections_compose(&all_sections);
    library_section_count = all_sections.count;
    for (size_t i = 0; i < n; i++)
        section_add(&all_sections, daemon[i]);
}

const struct section *engine_sections(size_t *count)
{
    *count = library_section_count;
    return all_sections.at;
}

const struct section *file_sections(size_t *count)
{
    *count = all_sections.count;
    return all_sections.at;
}

static const void *own_section(const struct config *c, size_t i)
{
    size_t count;
    return config_section_of(c, &engine_sections(&count)[i]);
}

static void conf_fill(struct engine *e)
{
    const struct top_conf *top = own_section(e->config, 0);
    const struct authres_conf *ar = own_section(e->config, 1);
    const struct limits_conf *limits = own_section(e->config, 2);
    e->conf = (struct engine_conf){
        .authserv_id = top->authserv_id,
        .trusted_relays = top->trusted_relays, .internal_networks = top->internal_networks,
        .authres_legacy = ar->legacy, .authres_remove = ar->remove, .authres_ids = ar->ids,
        .message_timeout_seconds = limits->message_timeout, .transaction_octets = limits->memory,
        .on_failure = top->on_failure, .quarantine = top->quarantine,
    };
}

bool engine_named_list(const struct config *c, struct named_list *out, struct config_error *error)
{
    const struct top_conf *top = own_section(c, 0);
    *out = (struct named_list){ .count = 0 };
    for (size_t i = 0; i < top->named_servers_allowed.count; i++) {
        if (named_list_add(out, top->named_servers_allowed.at[i]))
            continue;
        config_complain(error, config_node(c, "", "named_servers_allowed"), out->count == NAMED_ENTRIES_MAX
            ? "named_servers_allowed has more than 64 entries" : "named_servers_allowed: neither ADDRESS, NETWORK, ADDRESS:PORT nor [ADDRESS]:PORT");
        return false;
    }
    return true;
}

/* ---- which methods run ---- */

static void enable_configured(struct engine *e)
{
    size_t count;
    const struct section *sections = engine_sections(&count);
    size_t first = count - methods_count();
    for (size_t i = 0; methods[i]; i++) {
        e->method_conf[i] = config_section_of(e->config, &sections[first + i]);
        /* OPTION_ENABLED is every method's first row. */
        const struct option *enabled = &methods[i]->options[0];
        bool on = *(const bool *)((const char *)e->method_conf[i] + enabled->offset);
        if (on)
            e->enabled |= (uint64_t)1 << i;
    }
}

struct engine *engine_new(const struct env *env, struct config *config, const struct engine_options *options, struct config_error *error)
{
    struct engine *e = mem_zalloc(1, sizeof *e);
    if (!e)
        return NULL;
    e->env = env;
    e->config = config;
    e->over_quota = answer_of_status(SLICE(""), 0, ANSWER_OVER_QUOTA);
    e->bad_name = answer_of_status(SLICE(""), 0, ANSWER_BAD_NAME);
    e->blocked = answer_of_status(SLICE(""), 0, ANSWER_BLOCKED);
    e->scratch = arena_new(SCRATCH_OCTETS);
    e->rules = rules_read(config, error);
    if (!e->over_quota || !e->bad_name || !e->blocked || !e->scratch || !e->rules || !engine_named_list(config, &e->named, error)) {
        engine_free(e);
        return NULL;
    }
    env->random->fill(env->random, &e->seed, sizeof e->seed);
    conf_fill(e);
    enable_configured(e);
    e->suffixes = options ? options->suffixes : NULL;
    if (!e->suffixes) {
        e->own_suffixes = suffix_list_builtin();
        e->suffixes = e->own_suffixes;
    }
    if (!e->suffixes) {
        engine_free(e);
        return NULL;
    }
    if (options) {
        e->no_scouts = options->no_scouts;
        e->enabled |= options->enable;
        if (options->only)
            e->enabled = options->only;
    }
    return e;
}

void engine_rest(struct engine *e)
{
    while (e->pool) {
        struct transaction *t = e->pool;
        e->pool = t->next_free;
        arena_free(t->arena);
        mem_free(t);
    }
    e->pooled = 0;
    while (e->hasher_count)
        hasher_free(e->hashers[--e->hasher_count]);
}

void engine_free(struct engine *e)
{
    if (!e)
        return;
    engine_rest(e);
    arena_free(e->scratch);
    answer_drop(e->over_quota);
    answer_drop(e->bad_name);
    answer_drop(e->blocked);
    suffix_list_free(e->own_suffixes);
    mem_free(e->authserv_copy);
    mem_free(e);
}

unsigned engine_live(const struct engine *e)
{
    return e->live;
}

const struct rules *engine_rules(const struct engine *e)
{
    return e->rules;
}

const struct engine_conf *engine_conf(const struct engine *e)
{
    return &e->conf;
}

bool engine_method_enabled(const struct engine *e, const struct method *m)
{
    return e->enabled >> method_index(m) & 1;
}

bool engine_set_authserv_id(struct engine *e, struct slice id)
{
    uint8_t *copy = mem_alloc(id.len ? id.len : 1);
    if (!copy)
        return false;
    memcpy(copy, id.at, id.len);
    mem_free(e->authserv_copy);
    e->authserv_copy = copy;
    e->conf.authserv_id = slice_of(copy, id.len);
    return true;
}

/* ---- sessions ---- */

static bool prefixes_cover(const struct prefixes *list, const struct ip *ip)
{
    for (size_t i = 0; i < list->count; i++)
        if (prefix_covers(&list->at[i], ip))
            return true;
    return false;
}

bool engine_is_relay(const struct engine *e, const struct ip *ip)
{
    return prefixes_cover(&e->conf.trusted_relays, ip);
}

static void session_decide(struct session_state *s)
{
    struct session *f = &s->facts;
    f->via_relay = f->peer.family != IP_NONE && engine_is_relay(s->engine, &f->peer);
    f->exempt = EXEMPT_NO;
    if (f->auth_user.len > 0)
        f->exempt = EXEMPT_AUTHENTICATED;
    else if (f->tls_subject.len > 0)
        f->exempt = EXEMPT_CERTIFICATE;
    else if (f->local)
        f->exempt = EXEMPT_LOCAL;
    else if (f->peer.family != IP_NONE && !f->via_relay && prefixes_cover(&s->engine->conf.internal_networks, &f->peer))
        f->exempt = EXEMPT_INTERNAL;
}

static struct session_state *session_state_of(struct session *s)
{
    return (struct session_state *)s;       /* first member */
}

static struct session_state *session_new(struct engine *e)
{
    struct arena *a = arena_new(SESSION_OCTETS);
    struct session_state *s = a ? ARENA_NEW(a, struct session_state) : NULL;
    if (!s) {
        arena_free(a);
        return NULL;
    }
    s->engine = e;
    s->arena = a;
    return s;
}

struct session *session_of_nobody(struct engine *e)
{
    struct session_state *s = session_new(e);
    return s ? &s->facts : NULL;
}

struct session *session_begin(struct engine *e, const struct session_facts *f)
{
    struct session_state *s = session_new(e);
    if (!s)
        return NULL;
    struct arena *a = s->arena;
    s->facts.peer = f->peer;
    s->facts.local = f->local;
    s->facts.client_from_message = f->client_from_message;
    s->facts.received_at = f->received_at;
    s->facts.noop = f->noop;
    s->facts.peer_name = slice_dup(a, slice_first(f->peer_name, SESSION_TEXT_MAX));
    s->facts.auth_user = slice_dup(a, slice_first(f->auth_user, SESSION_TEXT_MAX));
    s->facts.auth_type = slice_dup(a, slice_first(f->auth_type, SESSION_TEXT_MAX));
    s->facts.tls_subject = slice_dup(a, slice_first(f->tls_subject, SESSION_TEXT_MAX));
    s->facts.receiver = slice_dup(a, f->receiver.len ? f->receiver : e->conf.authserv_id);
    if (arena_failed(a)) {
        arena_free(a);
        return NULL;
    }
    session_decide(s);
    if (e->env->meter)
        e->env->meter->counts[METRIC_SESSIONS]++;
    return &s->facts;
}

/* A session repeats HELO or AUTH a few times at most; each change costs at most SESSION_TEXT_MAX of its arena, and when
 * the arena is full the fact becomes empty, which trusts nobody. */
static void session_put(struct session_state *s, struct slice *fact, struct slice value)
{
    value = slice_first(value, SESSION_TEXT_MAX);
    if (!slice_same(*fact, value))
        *fact = slice_dup(s->arena, value);
}

void session_set_auth(struct session *session, struct slice user, struct slice type)
{
    struct session_state *s = session_state_of(session);
    session_put(s, &s->facts.auth_user, user);
    session_put(s, &s->facts.auth_type, type);
    session_decide(s);
}

void session_set_helo(struct session *session, struct slice helo)
{
    struct session_state *s = session_state_of(session);
    session_put(s, &s->facts.helo, helo);
}

void session_end(struct session *session)
{
    if (!session)
        return;
    struct session_state *s = session_state_of(session);
    assert(s->live == 0);
    arena_free(s->arena);
}
