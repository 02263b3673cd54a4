#include "platform/settings/settings.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine.h"
#include "platform/resolver/live.h"

static const struct option milter_options[] = {
    { "listen", OPT_TEXTS, "inet:8891@127.0.0.1", 0, 0, offsetof(struct milter_settings, listen), NULL,
      "Where mail servers find us: inet:PORT@ADDRESS, inet6:PORT@ADDRESS or unix:PATH." },
    { "mode", OPT_TEXT, "0660", 0, 0, offsetof(struct milter_settings, mode), NULL,
      "Permissions of unix sockets, in octal digits." },
    { "group", OPT_TEXT, "", 0, 0, offsetof(struct milter_settings, group), NULL,
      "Group of unix sockets, such as the mail server's. Empty: our own." },
    { "sessions", OPT_UINT, "4096", 1, 65536, offsetof(struct milter_settings, sessions), NULL,
      "Connections one worker serves at once. Beyond them clients are told to come back later, or pass unexamined if on_failure says so." },
    { 0 }
};
static const struct option dns_options[] = {
    { "zone", OPT_TEXTS, "", 0, 0, offsetof(struct dns_settings, zone), NULL,
      "All answers come from these master files and from nowhere else. For tests." },
    { "resolver", OPT_TEXTS, "", 0, 0, offsetof(struct dns_settings, resolver), NULL,
      "Ask these name servers: ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT. Empty: those of resolv.conf if all are on this host, otherwise we recurse ourselves, with DNSSEC." },
    { "timeout", OPT_DURATION, "8s", 1, 60, offsetof(struct dns_settings, timeout_seconds), NULL,
      "How long one question waits for its answer; it then counts as a temporary failure." },
    { "cache", OPT_SIZE, "16M", 1u << 16, 1u << 30, offsetof(struct dns_settings, cache_octets), NULL,
      "Memory for answers in each worker." },
    { "resolver_cache", OPT_SIZE, "16M", 1u << 20, 1u << 30, offsetof(struct dns_settings, resolver_cache_octets), NULL,
      "Memory for answers in the resolver process." },
    { "in_flight", OPT_UINT, "1024", 16, 2048, offsetof(struct dns_settings, in_flight), NULL,
      "Questions asked at once; eight times as many wait, further ones fail." },
    { "validate", OPT_BOOL, "true", 0, 0, offsetof(struct dns_settings, validate), NULL,
      "DNSSEC validation, where we recurse ourselves." },
    { 0 }
};
static const struct option journal_options[] = {
    { "file", OPT_TEXT, "/var/log/frank/journal", 0, 0, offsetof(struct journal_settings, file), NULL,
      "One JSON line per message goes here, for frank why and frank what-if. Empty: none is kept. Opened anew at each reload." },
    { "syslog", OPT_BOOL, "false", 0, 0, offsetof(struct journal_settings, syslog), NULL,
      "The same lines go to syslog or journald, facility mail." },
    { 0 }
};
static const struct option process_options[] = {
    { "workers", OPT_UINT, "0", 0, SETTINGS_WORKERS_MAX, offsetof(struct process_settings, workers), NULL,
      "Processes that examine mail. 0: one per core." },
    { "user", OPT_TEXT, "", 0, 0, offsetof(struct process_settings, user), NULL,
      "Whom the workers run as if frankd is started by root. Empty: frank, or nobody where there is no such user." },
    { "drain_timeout", OPT_DURATION, "10m", 1, 86400, offsetof(struct process_settings, drain_seconds), NULL,
      "After a reload, how long sessions of the old configuration may go on; then each ends between two messages." },
    { "stop_timeout", OPT_DURATION, "20s", 1, 3600, offsetof(struct process_settings, stop_seconds), NULL,
      "When frankd is stopped, how long messages that have begun may take to end." },
    { "status", OPT_TEXT, "/run/frank/status.sock", 0, 0, offsetof(struct process_settings, status), NULL,
      "Unix socket where frank status reads the counters. Empty: none." },
    { "log", OPT_CHOICE, "stderr", 0, 0, offsetof(struct process_settings, log), "stderr|syslog|none",
      "Where one line per decision goes, and what happens to the processes." },
    { "sandbox", OPT_BOOL, "true", 0, 0, offsetof(struct process_settings, sandbox), NULL,
      "Workers and resolver give up files, programs and (but for the resolver) the network. Only debugging needs it off." },
    { 0 }
};

enum { SECTION_MILTER, SECTION_DNS, SECTION_JOURNAL, SECTION_PROCESS, SECTION_COUNT };
static const struct section own_sections[SECTION_COUNT] = {
    [SECTION_MILTER] = { "milter", milter_options, sizeof(struct milter_settings), "Where mail servers connect." },
    [SECTION_DNS] = { "dns", dns_options, sizeof(struct dns_settings), "Where answers come from." },
    [SECTION_JOURNAL] = { "journal", journal_options, sizeof(struct journal_settings), "What is written down of each message." },
    [SECTION_PROCESS] = { "process", process_options, sizeof(struct process_settings), "The processes of frankd." },
};

#define SECTIONS_MAX 96

const struct section *host_sections(size_t *count)
{
    /* Filled by the first call with what the tables say: the same whoever calls first. */
    static struct { struct section at[SECTIONS_MAX]; size_t count; } all;
    if (all.count == 0) {
        size_t n;
        const struct section *library = engine_sections(&n);
        assert(n + SECTION_COUNT <= SECTIONS_MAX);
        memcpy(all.at, library, n * sizeof *library);
        memcpy(all.at + n, own_sections, sizeof own_sections);
        all.count = n + SECTION_COUNT;
    }
    *count = all.count;
    return all.at;
}

const struct milter_settings *milter_settings(const struct config *c)
{
    return config_section_of(c, &own_sections[SECTION_MILTER]);
}

const struct dns_settings *dns_settings(const struct config *c)
{
    return config_section_of(c, &own_sections[SECTION_DNS]);
}

const struct journal_settings *journal_settings(const struct config *c)
{
    return config_section_of(c, &own_sections[SECTION_JOURNAL]);
}

const struct process_settings *process_settings(const struct config *c)
{
    return config_section_of(c, &own_sections[SECTION_PROCESS]);
}

/* ---- what tables cannot check ---- */

#define UNIX_PATH_MAX 107          /* sun_path, without its NUL */

static bool inet_parse(struct slice rest, bool v6, struct endpoint *out)
{
    struct slice port, address;
    uint64_t number;
    out->kind = ENDPOINT_INET;
    if (!slice_cut(rest, '@', &port, &address))
        address = v6 ? SLICE("::1") : SLICE("127.0.0.1");
    if (address.len > 2 && address.at[0] == '[' && address.at[address.len - 1] == ']')
        address = slice_of(address.at + 1, address.len - 2);
    if (!number_of(port, 0, 65535, &number) || !ip_parse(address, &out->ip))
        return false;
    out->port = (uint16_t)number;
    return true;
}

bool endpoint_parse(struct slice text, struct endpoint *out)
{
    struct slice kind, rest;
    *out = (struct endpoint){ .kind = ENDPOINT_UNIX, .path = text };
    if (text.len > 0 && text.at[0] == '/')
        return text.len <= UNIX_PATH_MAX && !slice_has(text, '\0');
    if (!slice_cut(text, ':', &kind, &rest))
        return false;
    if (slice_same(kind, SLICE("inet")) || slice_same(kind, SLICE("inet6")))
        return inet_parse(rest, kind.len == 5, out);
    out->path = rest;
    bool local = slice_same(kind, SLICE("unix")) || slice_same(kind, SLICE("local"));
    return local && rest.len > 0 && rest.at[0] == '/' && rest.len <= UNIX_PATH_MAX && !slice_has(rest, '\0');
}

bool mode_parse(struct slice text, unsigned *mode)
{
    *mode = 0;
    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] < '0' || text.at[i] > '7')
            return false;
        *mode = *mode * 8 + (text.at[i] - '0');
    }
    return text.len >= 3 && text.len <= 4 && *mode <= 0777;
}

/* value: what is wrong, if there is something to quote. */
static bool refuse(struct config_error *e, const char *where, const char *rule, struct slice value)
{
    struct text file = text_fixed(e->file, sizeof e->file - 1), t = text_fixed(e->text, sizeof e->text - 1);
    *e = (struct config_error){ .line = 0 };
    text_add_str(&file, where);
    text_add_str(&t, rule);
    if (value.len > 0) {
        text_add_str(&t, ": \"");
        text_add_shown(&t, slice_first(value, 100), false);
        text_add_str(&t, "\"");
    }
    return false;
}

static bool same_endpoint(const struct endpoint *a, const struct endpoint *b)
{
    if (a->kind != b->kind)
        return false;
    return a->kind == ENDPOINT_UNIX ? slice_same(a->path, b->path) : a->port == b->port && ip_same(&a->ip, &b->ip);
}

static bool check_listen(const struct texts *listen, const char *where, struct config_error *error)
{
    struct endpoint all[SETTINGS_LISTEN_MAX];
    if (listen->count == 0)
        return refuse(error, where, "milter.listen names no address", (struct slice){ 0 });
    if (listen->count > SETTINGS_LISTEN_MAX)
        return refuse(error, where, "milter.listen names more than 16 addresses", (struct slice){ 0 });
    for (size_t i = 0; i < listen->count; i++) {
        if (!endpoint_parse(listen->at[i], &all[i]))
            return refuse(error, where, "milter.listen: neither inet:PORT@ADDRESS nor unix:/PATH", listen->at[i]);
        if (all[i].kind == ENDPOINT_INET && all[i].port == 0)
            return refuse(error, where, "milter.listen: no mail server finds port 0", listen->at[i]);
        for (size_t k = 0; k < i; k++)
            if (same_endpoint(&all[k], &all[i]))
                return refuse(error, where, "milter.listen names an address twice", listen->at[i]);
    }
    return true;
}

static bool check_dns(const struct dns_settings *d, const char *where, struct config_error *error)
{
    if (d->zone.count > 0 && d->resolver.count > 0)
        return refuse(error, where, "dns.zone and dns.resolver exclude each other", (struct slice){ 0 });
    if (d->resolver.count > LIVE_SERVERS_MAX)
        return refuse(error, where, "dns.resolver names more than 16 name servers", (struct slice){ 0 });
    for (size_t i = 0; i < d->resolver.count; i++)
        if (!live_server_valid(d->resolver.at[i]))
            return refuse(error, where, "dns.resolver: neither ADDRESS, ADDRESS:PORT nor [ADDRESS]:PORT", d->resolver.at[i]);
    return true;
}

bool settings_check(const struct config *c, const char *where, struct config_error *error)
{
    const struct milter_settings *m = milter_settings(c);
    unsigned mode;
    if (!check_listen(&m->listen, where, error))
        return false;
    if (!mode_parse(m->mode, &mode))
        return refuse(error, where, "milter.mode is not of the form 0660", m->mode);
    return check_dns(dns_settings(c), where, error);
}
