#include "platform/settings/settings.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "engine/engine.h"
#include "platform/resolver/live.h"

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

/* What is being checked, and where complaints go. */
struct checking { const struct config *config; const char *file; struct config_error *error; };
struct named { const char *section, *option; };

/* The line of the option, or of the at-th value of its list; 0: the file does not give it. */
static unsigned line_of(const struct checking *k, struct named what, size_t at)
{
    const struct conf_node *n = config_node(k->config, what.section, what.option);
    const struct conf_node *value = n ? n->first : NULL;
    while (value && value->next && at-- > 0)
        value = value->next;
    return value ? value->line : n ? n->line : 0;
}

/* value: what is wrong, if there is something to quote; the at-th of a list. */
static bool refuse(const struct checking *k, struct named what, const char *rule, size_t at, struct slice value)
{
    struct text file = text_fixed(k->error->file, sizeof k->error->file - 1), t = text_fixed(k->error->text, sizeof k->error->text - 1);
    *k->error = (struct config_error){ .line = line_of(k, what, at) };
    text_add_str(&file, k->file);
    text_add_str(&t, what.section);
    text_add_str(&t, ".");
    text_add_str(&t, what.option);
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

static const struct named option_listen = { "milter", "listen" }, option_mode = { "milter", "mode" }, option_zone = { "dns", "zone" }, option_resolver = { "dns", "resolver" };
static const struct slice nothing = { 0 };

static bool check_listen(const struct checking *k, const struct texts *listen)
{
    struct endpoint all[SETTINGS_LISTEN_MAX];
    if (listen->count == 0)
        return refuse(k, option_listen, " names no address", 0, nothing);
    if (listen->count > SETTINGS_LISTEN_MAX)
        return refuse(k, option_listen, " names more than 16 addresses", SETTINGS_LISTEN_MAX, nothing);
    for (size_t i = 0; i < listen->count; i++) {
        if (!endpoint_parse(listen->at[i], &all[i]))
            return refuse(k, option_listen, ": neither inet:PORT@ADDRESS nor unix:/PATH", i, listen->at[i]);
        if (all[i].kind == ENDPOINT_INET && all[i].port == 0)
            return refuse(k, option_listen, ": no mail server finds port 0", i, listen->at[i]);
        for (size_t other = 0; other < i; other++)
            if (same_endpoint(&all[other], &all[i]))
                return refuse(k, option_listen, " names an address twice", i, listen->at[i]);
    }
    return true;
}

static bool check_dns(const struct checking *k, const struct dns_settings *d)
{
    if (d->zone.count > 0 && d->resolver.count > 0)
        return refuse(k, option_zone, " and dns.resolver exclude each other", 0, nothing);
    if (d->resolver.count > LIVE_SERVERS_MAX)
        return refuse(k, option_resolver, " names more than 16 name servers", LIVE_SERVERS_MAX, nothing);
    for (size_t i = 0; i < d->resolver.count; i++)
        if (!live_server_valid(d->resolver.at[i]))
            return refuse(k, option_resolver, ": neither ADDRESS, ADDRESS:PORT nor [ADDRESS]:PORT", i, d->resolver.at[i]);
    return true;
}

bool settings_check(const struct config *c, const char *where, struct config_error *error)
{
    const struct checking k = { c, where, error };
    const struct milter_settings *m = milter_settings(c);
    struct named_list servers;
    unsigned mode;
    if (!check_listen(&k, &m->listen))
        return false;
    if (!mode_parse(m->mode, &mode))
        return refuse(&k, option_mode, " is not of the form 0660", 0, m->mode);
    return check_dns(&k, dns_settings(c)) && engine_named_list(c, &servers, error);
}
