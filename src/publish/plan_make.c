#include "publish/plan_make.h"

#include <string.h>

#include "base/codec.h"
#include "mail/domain.h"
#include "methods/list.h"
#include "publish/parts.h"
#include "publish/plan_conf.h"
#include "publish/plan_lists.h"

#define LIST_MAX 1000                /* hosts, providers, keys of one plan (ours) */
#define PREFERENCE_STEP 10
#define PRIVATE_TYPE_FIRST 65280     /* RFC 6895 3.1 */
#define PRIVATE_TYPE_LAST 65534

struct maker {
    struct arena *arena;
    struct plan_files *files;
    const struct conf_node *group, *own;
    struct plan_conf conf;
    struct plan *plan;
    struct config_error *error;
};

static bool no_memory(struct maker *m)
{
    config_complain(m->error, m->group, "no memory");
    return false;
}

/* ---- names ---- */

bool plan_is_full_name(struct slice name)
{
    struct slice top = name_last_labels(name, 1);
    bool digits = true;
    for (size_t i = 0; i < top.len; i++)
        digits = digits && is_digit(top.at[i]);
    return name_labels(name) >= 2 && !digits;
}

/* "@" alone, or as the last label, is the plan's domain. */
static bool name_of(struct maker *m, struct slice given, const struct conf_node *where, struct slice *out)
{
    struct slice text = given;
    bool ends_at = text.len > 0 && text.at[text.len - 1] == '@' && (text.len == 1 || text.at[text.len - 2] == '.');
    if (ends_at) {
        struct text full = text_in(m->arena, 2 * NAME_TEXT_MAX);
        text_add(&full, slice_first(given, given.len - 1));
        text_add(&full, m->plan->domain);
        text = text_slice(&full);
    }
    if (domain_normal(m->arena, text, out) && plan_is_full_name(*out))
        return true;
    uint8_t shown[160];
    struct text t = text_fixed(shown, sizeof shown);
    text_add_shown(&t, given, false);
    config_complain(m->error, where, "\"%.*s\" is no full host or domain name", PUBLISH_NAME(text_slice(&t)));
    return false;
}

static bool optional_name(struct maker *m, struct slice given, const char *option, struct slice *out)
{
    *out = (struct slice){ 0 };
    return given.len == 0 || name_of(m, given, conf_find(m->group, option), out);
}

static bool names_of(struct maker *m, const struct texts *given, const char *option, struct texts *out)
{
    struct slice *at = ARENA_ARRAY(m->arena, given->count + 1, struct slice);
    if (!at)
        return no_memory(m);
    for (size_t i = 0; i < given->count; i++)
        if (!name_of(m, given->at[i], conf_find(m->group, option), &at[i]))
            return false;
    *out = (struct texts){ at, given->count };
    return true;
}

/* "*.example.com" is whatever is below example.com. */
static bool served_names(struct maker *m)
{
    struct slice *at = ARENA_ARRAY(m->arena, m->conf.serves.count + 1, struct slice);
    if (!at)
        return no_memory(m);
    for (size_t i = 0; i < m->conf.serves.count; i++) {
        struct slice given = m->conf.serves.at[i];
        bool below = slice_starts(given, SLICE("*."));
        if (!name_of(m, slice_from(given, below ? 2 : 0), conf_find(m->group, "serves"), &at[i]))
            return false;
        if (below)
            at[i] = name_join(m->arena, SLICE("*"), at[i]);
    }
    m->plan->served = (struct texts){ at, m->conf.serves.count };
    return true;
}

/* ---- lists of names or groups ---- */

/* Members of a list; one that stands alone is a list of one. */
static const struct conf_node *listed(struct maker *m, const struct conf_node *n, const char *option, size_t *count)
{
    *count = 0;
    if (!n)
        return NULL;
    if (n->kind != NODE_LIST) {
        *count = 1;
        return n;
    }
    for (const struct conf_node *one = n->first; one; one = one->next)
        ++*count;
    if (*count <= LIST_MAX)
        return n->first;
    config_complain(m->error, n, "%s: more than %d", option, LIST_MAX);
    *count = LIST_MAX + 1;
    return NULL;
}

static bool wants(struct maker *m, const struct conf_node *n, const char *what)
{
    config_complain(m->error, n, "%s", what);
    return false;
}

static bool read_host(struct maker *m, const struct conf_node *n, unsigned preference, struct plan_host *out)
{
    struct plan_host_conf c = { .preference = 0 };
    struct ip ip;
    if (n->kind == NODE_TEXT)
        c.name = n->text;
    else if (!config_group(m->arena, plan_host_options, n, &c, m->error))
        return false;
    if (ip_parse(c.name, &ip))
        return wants(m, n, "this is an address, which belongs in networks; a host has a name");
    *out = (struct plan_host){ .preference = conf_find(n, "preference") ? (unsigned)c.preference : preference };
    if (!name_of(m, c.name, n, &out->name))
        return false;
    struct ip *at = ARENA_ARRAY(m->arena, c.addresses.count + 1, struct ip);
    if (!at)
        return no_memory(m);
    for (size_t i = 0; i < c.addresses.count; i++) {
        const struct prefix *p = &c.addresses.at[i];
        if (p->bits != (p->address.family == IP_V4 ? 32u : 128u))
            return wants(m, n, "the addresses of a host are no networks");
        at[i] = p->address;
    }
    out->addresses = at;
    out->count = c.addresses.count;
    out->given = out->known = out->count > 0;
    return true;
}

static bool read_hosts(struct maker *m, const struct conf_node *node, const char *option, struct plan_hosts *out)
{
    size_t count;
    const struct conf_node *n = listed(m, node, option, &count);
    struct plan_host *at = ARENA_ARRAY(m->arena, count + 1, struct plan_host);
    if (count > LIST_MAX)
        return false;
    if (!at)
        return no_memory(m);
    unsigned preference = 0;
    for (size_t i = 0; i < count; i++, n = n->next) {
        preference = preference > UINT16_MAX - PREFERENCE_STEP ? UINT16_MAX : preference + PREFERENCE_STEP;
        if (!read_host(m, n, preference, &at[i]))
            return false;
        preference = at[i].preference;
    }
    *out = (struct plan_hosts){ at, count };
    return true;
}

static bool same_addresses(const struct plan_host *one, const struct plan_host *other)
{
    bool same = one->count == other->count;
    for (size_t i = 0; same && i < one->count; i++)
        same = ip_same(&one->addresses[i], &other->addresses[i]);
    return same;
}

/* One host has one set of addresses, whether it sends, receives or does both. */
static bool one_set_each(struct maker *m)
{
    const struct plan_hosts *hosts = &m->plan->hosts, *mx = &m->plan->mx;
    if (!plan_hosts_share(m->arena, &m->plan->hosts, &m->plan->mx))
        return no_memory(m);
    for (size_t i = 0; i < mx->count; i++)
        for (size_t j = 0; j < hosts->count; j++)
            if (slice_same(mx->at[i].name, hosts->at[j].name) && !same_addresses(&mx->at[i], &hosts->at[j]))
                return wants(m, m->group, "a host in both mx and hosts has other addresses there; say them once");
    return true;
}

static bool read_provider(struct maker *m, const struct conf_node *n, struct plan_provider *out)
{
    struct plan_provider_conf c = { .domain = { 0 } };
    static const struct slice spf = SLICE_INIT("spf");
    if (n->kind == NODE_TEXT)
        c = (struct plan_provider_conf){ .domain = n->text, .speaks = { &spf, 1 } };
    else if (!config_group(m->arena, plan_provider_options, n, &c, m->error))
        return false;
    *out = (struct plan_provider){ .speaks = c.speaks, .networks = c.networks };
    out->given = out->known = c.networks.count > 0;
    for (size_t i = 0; i < c.speaks.count; i++)
        if (!publish_knows(c.speaks.at[i]))
            return wants(m, n, "speaks: names of methods that publish are wanted");
    return name_of(m, c.domain, n, &out->domain) && (c.apl.len == 0 || name_of(m, c.apl, n, &out->apl));
}

static bool read_providers(struct maker *m)
{
    size_t count;
    const struct conf_node *n = listed(m, m->conf.providers, "providers", &count);
    struct plan_provider *at = ARENA_ARRAY(m->arena, count + 1, struct plan_provider);
    if (count > LIST_MAX)
        return false;
    if (!at)
        return no_memory(m);
    for (size_t i = 0; i < count; i++, n = n->next)
        if (!read_provider(m, n, &at[i]))
            return false;
    m->plan->providers = (struct plan_providers){ at, count };
    return true;
}

/* ---- services ---- */

static const struct known_service *service_named(const char *name)
{
    for (const struct known_service *s = known_services; s->name; s++)
        if (strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

static bool read_service(struct maker *m, const struct conf_node *n, struct plan_service *out)
{
    const struct known_service *known = service_named(n->name);
    struct slice host, port;
    uint64_t number;
    if (!known)
        return wants(m, n, "there is no such service here");
    if (n->kind != NODE_TEXT)
        return wants(m, n, "\"host\", \"host:port\" or \".\" is wanted");
    *out = (struct plan_service){ .name = known->name, .port = known->port, .host = SLICE(".") };
    if (slice_same(n->text, SLICE(".")))
        return true;
    if (slice_cut(n->text, ':', &host, &port)) {
        if (!number_of(port, 1, UINT16_MAX, &number))
            return wants(m, n, "a port is a number from 1 to 65535");
        out->port = (uint16_t)number;
    }
    return name_of(m, host, n, &out->host);
}

static bool read_services(struct maker *m)
{
    const struct conf_node *group = m->conf.services;
    size_t count = 0;
    if (!group)
        return true;
    if (group->kind != NODE_GROUP)
        return wants(m, group, "services wants a group: { submissions = \"smtp.example.com\"; }");
    for (const struct conf_node *n = group->first; n; n = n->next)
        count++;
    struct plan_service *at = ARENA_ARRAY(m->arena, count + 1, struct plan_service);
    if (!at)
        return no_memory(m);
    count = 0;
    for (const struct conf_node *n = group->first; n; n = n->next)
        if (!read_service(m, n, &at[count++]))
            return false;
    m->plan->services = (struct plan_services){ at, count };
    return true;
}

/* ---- keys ---- */

static bool is_base64(struct arena *a, struct slice text)
{
    struct slice octets;
    return base64_decode(a, text, false, &octets) && octets.len > 0;
}

static bool selector_fits(struct maker *m, struct slice selector)
{
    struct text name = text_in(m->arena, 4 * NAME_TEXT_MAX);
    text_add(&name, selector);
    text_add_str(&name, "._domainkey.");
    text_add(&name, m->plan->domain);
    return selector.len > 0 && name_is_hostname(selector) && name_is_hostname(text_slice(&name));
}

static bool read_key_file(struct maker *m, const struct conf_node *n, struct slice path, struct plan_key *out)
{
    const char *error = "cannot be read here";
    if (m->files && m->files->public_key(m->files, m->arena, path, &out->data, &out->ed25519, &error))
        return true;
    config_complain(m->error, n, "%.*s: %s", PUBLISH_NAME(path), error);
    return false;
}

static bool read_key(struct maker *m, const struct conf_node *n, struct plan_key *out)
{
    struct plan_key_conf c = { .type = 0 };
    if (!config_group(m->arena, plan_key_options, n, &c, m->error))
        return false;
    if ((c.key.len > 0) + (c.file.len > 0) + (c.alias.len > 0) + c.revoked != 1)
        return wants(m, n, "a key wants one of key, file, alias and revoked");
    *out = (struct plan_key){ .selector = c.selector, .ed25519 = c.type == 1, .testing = c.testing };
    if (!selector_fits(m, c.selector))
        return wants(m, n, "selector: labels of letters, digits and hyphens are wanted");
    if (c.file.len > 0)
        return read_key_file(m, n, c.file, out);
    if (c.alias.len > 0)
        return name_of(m, c.alias, n, &out->alias);
    out->data = c.key;
    return c.revoked || is_base64(m->arena, c.key) || wants(m, n, "key: base64 is wanted, as p= has it");
}

static bool read_keys(struct maker *m)
{
    size_t count;
    const struct conf_node *n = listed(m, m->conf.keys, "keys", &count);
    struct plan_key *at = ARENA_ARRAY(m->arena, count + 1, struct plan_key);
    if (count > LIST_MAX)
        return false;
    if (!at)
        return no_memory(m);
    for (size_t i = 0; i < count; i++, n = n->next)
        if (!read_key(m, n, &at[i]))
            return false;
    m->plan->keys = (struct plan_keys){ at, count };
    return true;
}

/* ---- DMARC ---- */

/* What may stand in rua= and ruf=: no comma, no semicolon, no blank (RFC 9989 4.7: they are written as %2C and so on). */
static bool is_uri(struct slice uri)
{
    bool colon = false;
    for (size_t i = 0; i < uri.len; i++) {
        uint8_t o = uri.at[i];
        if (!is_printable(o) || o == ' ' || o == ',' || o == ';' || o == '"' || o == '\\')
            return false;
        colon = colon || (o == ':' && i > 0);
    }
    return colon;
}

static bool are_uris(struct maker *m, const struct texts *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (!is_uri(list->at[i]))
            return wants(m, m->conf.dmarc, "reports and failures want URIs, such as mailto:dmarc@example.com");
    return true;
}

static bool read_dmarc(struct maker *m)
{
    struct plan_dmarc_conf c = { .policy = 0 };
    if (!m->conf.dmarc)
        return true;
    if (!config_group(m->arena, plan_dmarc_options, m->conf.dmarc, &c, m->error))
        return false;
    m->plan->dmarc = (struct plan_dmarc){
        .given = true, .policy = c.policy, .subdomains = c.subdomains, .nonexistent = c.nonexistent, .reports = c.reports,
        .failures = c.failures, .strict_dkim = c.strict_dkim, .strict_spf = c.strict_spf, .testing = c.testing,
    };
    return are_uris(m, &c.reports) && are_uris(m, &c.failures);
}

/* ---- methods ---- */

static bool read_methods(struct maker *m)
{
    m->plan->methods = m->conf.methods;
    for (size_t i = 0; i < m->conf.methods.count; i++)
        if (!publish_knows(m->conf.methods.at[i]))
            return wants(m, conf_find(m->group, "methods"), "methods: names of methods that publish, or of parts, are wanted");
    return true;
}

/* ---- private types ---- */

static bool read_private_type(struct maker *m, const struct conf_node *group, const struct conf_node *n, struct plan_private_type *out)
{
    if (!publish_knows(slice_str(n->name)))
        return wants(m, n, "there is no method of this name that publishes");
    if (n->kind != NODE_NUMBER || n->number < PRIVATE_TYPE_FIRST || n->number > PRIVATE_TYPE_LAST)
        return wants(m, n, "a number from 65280 to 65534 is wanted");
    for (const struct conf_node *other = group->first; other != n; other = other->next)
        if (other->number == n->number)
            return wants(m, n, "two methods cannot have one record type: receivers would read the other's records");
    *out = (struct plan_private_type){ slice_str(n->name), (uint16_t)n->number };
    return true;
}

static bool read_private_types(struct maker *m)
{
    const struct conf_node *group = m->conf.private_types;
    size_t count = 0;
    if (!group)
        return true;
    if (group->kind != NODE_GROUP)
        return wants(m, group, "private_types wants a group: { rmx = 65280; }");
    for (const struct conf_node *n = group->first; n; n = n->next)
        count++;
    struct plan_private_type *at = ARENA_ARRAY(m->arena, count + 1, struct plan_private_type);
    if (!at)
        return no_memory(m);
    for (const struct conf_node *n = group->first; n; n = n->next)
        if (!read_private_type(m, group, n, &at[m->plan->private_type_count++]))
            return false;
    m->plan->private_types = at;
    return true;
}

/* ---- the whole ---- */

static const char *const sender_options[] = { "networks", "hosts", "mx_sends", "providers" };

/* A plan that says never_sends itself drops the senders of what it is like; saying both is a mistake. */
static bool settle_senders(struct maker *m, bool is_template)
{
    struct plan *p = m->plan;
    for (size_t i = 0; p->never_sends && i < COUNT_OF(sender_options); i++) {
        const struct conf_node *n = conf_find(m->own, sender_options[i]);
        bool says_no = n && n->kind == NODE_FLAG && !n->flag;
        if (!n || says_no)
            continue;
        if (conf_find(m->own, "never_sends"))
            return wants(m, n, "never_sends says that nobody sends");
        p->never_sends = false;
    }
    if (p->never_sends) {
        p->networks = (struct prefixes){ 0 };
        p->hosts = (struct plan_hosts){ 0 };
        p->providers = (struct plan_providers){ 0 };
        p->mx_sends = false;
        return true;
    }
    if (is_template || p->networks.count + p->hosts.count + p->providers.count > 0 || p->mx_sends)
        return true;
    return wants(m, m->own, "this plan says of nobody that they send; if so, say never_sends = true");
}

static bool are_addresses(struct maker *m)
{
    for (size_t i = 0; i < m->plan->message_servers.count; i++) {
        const struct prefix *p = &m->plan->message_servers.at[i];
        if (p->bits != (p->address.family == IP_V4 ? 32u : 128u))
            return wants(m, conf_find(m->group, "message_servers"), "message_servers wants addresses, no networks");
    }
    return true;
}

static bool settle_receivers(struct maker *m)
{
    struct plan *p = m->plan;
    if (p->receives_nothing && conf_find(m->own, "receives_nothing")) {
        if (conf_find(m->own, "mx"))
            return wants(m, conf_find(m->own, "mx"), "receives_nothing says that the domain takes no mail");
        p->mx = (struct plan_hosts){ 0 };
        p->mx_given = false;
    }
    if (p->mx_given)
        p->receives_nothing = false;
    if (p->mx_sends && p->receives_nothing)
        return wants(m, m->own, "mx_sends: a domain that takes no mail has no such hosts");
    return true;
}

static void take_plain(struct maker *m)
{
    const struct plan_conf *c = &m->conf;
    struct plan *p = m->plan;
    p->ttl_seconds = (uint32_t)c->ttl;
    p->never_sends = c->never_sends;
    p->networks = c->networks;
    p->mx_sends = c->mx_sends;
    p->excluded = c->excluded;
    p->ending = (enum plan_ending)c->ending;
    p->receives_nothing = c->receives_nothing;
    p->serves_anybody = c->serves_anybody;
    p->served_only = c->serves_only;
    p->served_factored = c->serves_factored;
    p->address_space = c->address_space;
    p->message_servers = c->message_servers;
    p->fill_deny = c->fill_deny;
    p->flatten = c->flatten;
    p->mx_given = c->mx != NULL && (c->mx->kind != NODE_LIST || c->mx->first != NULL);
}

bool plan_make(struct arena *a, struct plan_files *files, const struct conf_node *group, const struct conf_node *own, struct slice domain,
               bool is_template, struct plan *out, struct config_error *e)
{
    struct maker m = { .arena = a, .files = files, .group = group, .own = own, .plan = out, .error = e };
    *out = (struct plan){ .domain = domain };
    if (!config_group(a, plan_options, group, &m.conf, e))
        return false;
    take_plain(&m);
    if (!read_hosts(&m, m.conf.hosts, "hosts", &out->hosts) || !read_hosts(&m, m.conf.mx, "mx", &out->mx) || !read_providers(&m) ||
        !read_services(&m) || !read_keys(&m) || !read_dmarc(&m) || !read_methods(&m) || !read_private_types(&m))
        return false;
    if (!names_of(&m, &m.conf.lists, "lists", &out->lists) || !served_names(&m) ||
        !names_of(&m, &m.conf.zones, "zones", &out->zones) ||
        !optional_name(&m, m.conf.outbound_domain, "outbound_domain", &out->outbound_domain) || !optional_name(&m, m.conf.apl, "apl", &out->apl))
        return false;
    if (!one_set_each(&m))
        return false;
    if (!are_addresses(&m) || !settle_senders(&m, is_template) || !settle_receivers(&m))
        return false;
    return !arena_failed(a) || no_memory(&m);
}
