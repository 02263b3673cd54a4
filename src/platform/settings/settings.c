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
    struct named_list named;
    return check_dns(dns_settings(c), where, error) && engine_named_list(c, &named, error);
}
