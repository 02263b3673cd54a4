/* plan_print.c: a plan as the file that gives it. Only what is not a default. */
#include "publish/plan_file.h"

static void add_quoted(struct text *t, struct slice s)
{
    text_add_octet(t, '"');
    text_add(t, s);                  /* names, base64, URIs: nothing in them needs an escape */
    text_add_octet(t, '"');
}

static void add_line(struct text *t, const char *name, struct slice value)
{
    if (value.len == 0)
        return;
    text_addf(t, "%s = ", name);
    add_quoted(t, value);
    text_add_str(t, ";\n");
}

static void add_flag(struct text *t, const char *name, bool value, bool otherwise)
{
    if (value != otherwise)
        text_addf(t, "%s = %s;\n", name, value ? "true" : "false");
}

static void add_texts(struct text *t, const struct texts *list)
{
    text_add_str(t, "[");
    for (size_t i = 0; i < list->count; i++) {
        text_add_str(t, i > 0 ? ", " : " ");
        add_quoted(t, list->at[i]);
    }
    text_add_str(t, " ]");
}

static void add_texts_line(struct text *t, const char *name, const struct texts *list)
{
    if (list->count == 0)
        return;
    text_addf(t, "%s = ", name);
    add_texts(t, list);
    text_add_str(t, ";\n");
}

#define NETWORKS_ON_A_LINE 4

static void add_networks(struct text *t, const struct prefixes *list)
{
    text_add_str(t, "[");
    for (size_t i = 0; i < list->count; i++) {
        text_add_str(t, i == 0 ? " " : i % NETWORKS_ON_A_LINE == 0 ? ",\n    " : ", ");
        const struct prefix *p = &list->at[i];
        text_add_octet(t, '"');
        if (p->bits == (p->address.family == IP_V4 ? 32 : 128))
            text_add_ip(t, &p->address);
        else
            text_add_prefix(t, p);
        text_add_octet(t, '"');
    }
    text_add_str(t, " ]");
}

static void add_networks_line(struct text *t, const char *name, const struct prefixes *list)
{
    if (list->count == 0)
        return;
    text_addf(t, "%s = ", name);
    add_networks(t, list);
    text_add_str(t, ";\n");
}

static void add_addresses(struct text *t, const struct plan_host *h)
{
    text_add_str(t, " addresses = [");
    for (size_t i = 0; i < h->count; i++) {
        text_add_str(t, i > 0 ? ", \"" : " \"");
        text_add_ip(t, &h->addresses[i]);
        text_add_octet(t, '"');
    }
    text_add_str(t, " ];");
}

static void add_hosts(struct text *t, const char *name, const struct plan_hosts *hosts, bool preferences)
{
    if (hosts->count == 0)
        return;
    text_addf(t, "%s = (", name);
    for (size_t i = 0; i < hosts->count; i++) {
        const struct plan_host *h = &hosts->at[i];
        text_add_str(t, i > 0 ? ",\n    " : "\n    ");
        if (!h->given && !preferences) {
            add_quoted(t, h->name);
            continue;
        }
        text_add_str(t, "{ name = ");
        add_quoted(t, h->name);
        text_add_octet(t, ';');
        if (preferences)
            text_addf(t, " preference = %u;", h->preference);
        if (h->given)
            add_addresses(t, h);
        text_add_str(t, " }");
    }
    text_add_str(t, "\n);\n");
}

static bool says_spf_alone(const struct texts *speaks)
{
    return speaks->count == 1 && slice_same(speaks->at[0], SLICE("spf"));
}

static void add_providers(struct text *t, const struct plan_providers *providers)
{
    if (providers->count == 0)
        return;
    text_add_str(t, "providers = (");
    for (size_t i = 0; i < providers->count; i++) {
        const struct plan_provider *p = &providers->at[i];
        text_add_str(t, i > 0 ? ",\n    { domain = " : "\n    { domain = ");
        add_quoted(t, p->domain);
        text_add_octet(t, ';');
        if (p->apl.len > 0) {
            text_add_str(t, " apl = ");
            add_quoted(t, p->apl);
            text_add_octet(t, ';');
        }
        if (!says_spf_alone(&p->speaks)) {
            text_add_str(t, " speaks = ");
            add_texts(t, &p->speaks);
            text_add_octet(t, ';');
        }
        if (p->given) {
            text_add_str(t, " networks = ");
            add_networks(t, &p->networks);
            text_add_octet(t, ';');
        }
        text_add_str(t, " }");
    }
    text_add_str(t, "\n);\n");
}

static void add_services(struct text *t, const struct plan_services *services)
{
    if (services->count == 0)
        return;
    text_add_str(t, "services = {");
    for (size_t i = 0; i < services->count; i++) {
        const struct plan_service *s = &services->at[i];
        bool none = slice_same(s->host, SLICE("."));
        text_addf(t, " %s = \"%.*s", s->name, PUBLISH_NAME(s->host));
        if (!none)
            text_addf(t, ":%u", (unsigned)s->port);
        text_add_str(t, "\";");
    }
    text_add_str(t, " };\n");
}

static void add_keys(struct text *t, const struct plan_keys *keys)
{
    if (keys->count == 0)
        return;
    text_add_str(t, "keys = (");
    for (size_t i = 0; i < keys->count; i++) {
        const struct plan_key *k = &keys->at[i];
        text_addf(t, "%s\n    { selector = \"%.*s\";", i > 0 ? "," : "", PUBLISH_NAME(k->selector));
        if (k->ed25519)
            text_add_str(t, " type = \"ed25519\";");
        if (k->alias.len > 0)
            text_addf(t, " alias = \"%.*s\";", PUBLISH_NAME(k->alias));
        else if (k->data.len > 0)
            text_addf(t, " key = \"%.*s\";", PUBLISH_NAME(k->data));
        else
            text_add_str(t, " revoked = true;");
        if (k->testing)
            text_add_str(t, " testing = true;");
        text_add_str(t, " }");
    }
    text_add_str(t, "\n);\n");
}

static void add_policy(struct text *t, const char *name, unsigned policy)
{
    static const char *const words[] = { NULL, "none", "quarantine", "reject" };
    if (policy > 0)
        text_addf(t, " %s = \"%s\";", name, words[policy]);
}

static void add_uris(struct text *t, const char *name, const struct texts *list)
{
    if (list->count == 0)
        return;
    text_addf(t, " %s = ", name);
    add_texts(t, list);
    text_add_octet(t, ';');
}

static void add_dmarc(struct text *t, const struct plan_dmarc *d)
{
    if (!d->given)
        return;
    text_add_str(t, "dmarc = {");
    if (d->policy == 0)
        text_add_str(t, " policy = \"unsaid\";");
    add_policy(t, "policy", d->policy);
    add_policy(t, "subdomains", d->subdomains);
    add_policy(t, "nonexistent", d->nonexistent);
    add_uris(t, "reports", &d->reports);
    add_uris(t, "failures", &d->failures);
    text_add_str(t, d->strict_dkim ? " strict_dkim = true;" : "");
    text_add_str(t, d->strict_spf ? " strict_spf = true;" : "");
    text_add_str(t, d->testing ? " testing = true;" : "");
    text_add_str(t, " };\n");
}

static void add_private_types(struct text *t, const struct plan *p)
{
    if (p->private_type_count == 0)
        return;
    text_add_str(t, "private_types = {");
    for (size_t i = 0; i < p->private_type_count; i++)
        text_addf(t, " %.*s = %u;", PUBLISH_NAME(p->private_types[i].method), (unsigned)p->private_types[i].type);
    text_add_str(t, " };\n");
}

static void add_senders(struct text *t, const struct plan *p)
{
    static const char *const endings[] = { [PLAN_STRICT] = "", [PLAN_SOFT] = "soft", [PLAN_NEUTRAL] = "neutral" };
    add_flag(t, "never_sends", p->never_sends, false);
    add_networks_line(t, "networks", &p->networks);
    add_hosts(t, "hosts", &p->hosts, false);
    add_flag(t, "mx_sends", p->mx_sends, false);
    add_providers(t, &p->providers);
    add_networks_line(t, "excluded", &p->excluded);
    add_texts_line(t, "lists", &p->lists);
    add_line(t, "ending", slice_str(endings[p->ending]));
}

static void add_served(struct text *t, const struct plan *p)
{
    add_texts_line(t, "serves", &p->served);
    add_flag(t, "serves_anybody", p->serves_anybody, false);
    add_flag(t, "serves_only", p->served_only, true);
    add_flag(t, "serves_factored", p->served_factored, false);
    add_texts_line(t, "zones", &p->zones);
    add_networks_line(t, "address_space", &p->address_space);
    add_networks_line(t, "message_servers", &p->message_servers);
    add_line(t, "outbound_domain", p->outbound_domain);
    add_line(t, "apl", p->apl);
}

void text_add_plan(struct text *t, const struct plan *p)
{
    add_line(t, "domain", p->domain);
    if (p->ttl_seconds != PLAN_TTL_SECONDS)
        text_addf(t, "ttl = \"%us\";\n", (unsigned)p->ttl_seconds);
    add_senders(t, p);
    add_flag(t, "receives_nothing", p->receives_nothing, false);
    if (p->mx_given)
        add_hosts(t, "mx", &p->mx, true);
    add_services(t, &p->services);
    add_keys(t, &p->keys);
    add_dmarc(t, &p->dmarc);
    add_served(t, p);
    add_texts_line(t, "methods", &p->methods);
    add_flag(t, "fill_deny", p->fill_deny, false);
    add_flag(t, "flatten", p->flatten, false);
    add_private_types(t, p);
}
