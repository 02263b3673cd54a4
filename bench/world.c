#include "world.h"

#include <stdio.h>
#include <string.h>

/* Hosts have addresses of the documentation networks (RFC 5737, 3849); the nets that never match are of RFC 2544. */
static void address_of(char out[48], unsigned number, bool six)
{
    static const char *const nets[] = { "192.0.2", "198.51.100", "203.0.113" };
    if (six)
        snprintf(out, 48, "2001:db8:%x::25", number + 1);
    else
        snprintf(out, 48, "%s.%u", nets[number / 250 % 3], number % 250 + 1);
}

static void other_nets(struct buf *record, struct rng *r)
{
    for (unsigned n = 1 + rng_below(r, 5); n > 0; n--)
        buf_fmt(record, " ip4:198.%u.%u.0/24", 18 + rng_below(r, 2), rng_below(r, 256));
    if (rng_chance(r, 25))
        buf_fmt(record, " ip6:2001:db8:f%03x::/48", rng_below(r, 4096));
}

static void add_text(struct zone *z, const char *name, struct buf *value)
{
    buf_byte(value, 0);
    zone_add_txt(z, name, (const char *)value->at);
    buf_clear(value);
}

static void add_pointer(struct zone *z, const char *ip, const char *host)
{
    unsigned a, b, c, d;
    char name[64];
    if (sscanf(ip, "%u.%u.%u.%u", &a, &b, &c, &d) != 4)
        return;
    snprintf(name, sizeof name, "%u.%u.%u.%u.in-addr.arpa", d, c, b, a);
    zone_add_name(z, name, RR_PTR, host);
}

/* The host: address, pointer, and for half of them an SPF record of its own (for HELO). */
static void add_host(struct world *w, const struct house *h, bool record)
{
    zone_add_ip(&w->zone, h->host, h->ip);
    add_pointer(&w->zone, h->ip, h->host);
    if (record)
        zone_add_txt(&w->zone, h->host, "v=spf1 a -all");
}

static void add_keys(struct world *w, const struct house *h, const struct house *published_at)
{
    char name[128], alias[192];
    snprintf(name, sizeof name, "s1._domainkey.%s", h->name);
    if (published_at) {
        snprintf(alias, sizeof alias, "%.*s._domainkey.%s", (int)strcspn(h->name, "."), h->name, published_at->name);
        zone_add_name(&w->zone, name, RR_CNAME, alias);
        zone_add_txt(&w->zone, alias, h->rsa->record);
    } else
        zone_add_txt(&w->zone, name, h->rsa->record);
    snprintf(name, sizeof name, "e1._domainkey.%s", h->name);
    zone_add_txt(&w->zone, name, h->ed25519->record);
}

/* Records that include one another, `first` and then _s2 ... _sN; only the last knows the host. */
static void add_includes(struct world *w, const struct house *h, struct rng *r, const char *first, unsigned depth)
{
    struct buf record = { 0 };
    char name[128];
    for (unsigned level = 1; level <= depth; level++) {
        snprintf(name, sizeof name, "_s%u.%s", level, h->name);
        buf_text(&record, "v=spf1");
        other_nets(&record, r);
        if (level < depth)
            buf_fmt(&record, " include:_s%u.%s", level + 1, h->name);
        else
            buf_fmt(&record, " %s:%s", strchr(h->ip, ':') ? "ip6" : "ip4", h->ip);
        buf_text(&record, " ~all");
        add_text(&w->zone, level == 1 ? first : name, &record);
    }
    buf_free(&record);
}

static void add_spf(struct world *w, struct house *h, struct rng *r, unsigned depth)
{
    struct buf record = { 0 };
    char name[128];
    const char *all = rng_chance(r, 40) ? "-all" : rng_chance(r, 60) ? "~all" : "?all";
    buf_text(&record, "v=spf1");
    if (rng_chance(r, 20))
        buf_text(&record, " mx");
    if (rng_chance(r, 20))
        buf_fmt(&record, " include:spf.%s", w->services[rng_below(r, SERVICES)].name);
    buf_fmt(&record, " include:_s1.%s %s", h->name, all);
    add_text(&w->zone, h->name, &record);

    snprintf(name, sizeof name, "bounce.%s", h->name);
    buf_fmt(&record, "v=spf1 include:_s1.%s %s", h->name, all);
    add_text(&w->zone, name, &record);

    snprintf(name, sizeof name, "_s1.%s", h->name);
    add_includes(w, h, r, name, depth);
    buf_free(&record);
}

static void add_dmarc(struct world *w, struct house *h, struct rng *r)
{
    char name[128];
    struct buf record = { 0 };
    snprintf(name, sizeof name, "_dmarc.%s", h->name);
    unsigned kind = rng_below(r, 100);
    h->strict = rng_chance(r, 10);
    buf_fmt(&record, "v=DMARC1; p=%s", kind < 45 ? "none" : kind < 65 ? "quarantine" : "reject");
    if (h->strict)
        buf_text(&record, "; adkim=s; aspf=s");
    buf_fmt(&record, "; rua=mailto:dmarc@%s", h->name);
    add_text(&w->zone, name, &record);
    buf_free(&record);
}

static void make_service(struct world *w, struct house *h, const char *kind, unsigned i, unsigned number, uint64_t seed)
{
    struct rng r = rng_seed(seed, 900000 + number);
    char name[128], record[256];
    snprintf(h->name, sizeof h->name, "%s%u.example", kind, i);
    snprintf(h->host, sizeof h->host, "out.%s", h->name);
    address_of(h->ip, number, false);
    h->rsa = &w->rsa[number % RSA_KEYS];
    h->ed25519 = &w->ed25519[number % ED25519_KEYS];
    add_host(w, h, true);
    add_keys(w, h, NULL);
    snprintf(name, sizeof name, "spf.%s", h->name);
    add_includes(w, h, &r, name, 1 + i % 4);          /* with a domain's own chain still within the 10 terms */
    snprintf(record, sizeof record, "v=spf1 include:spf.%s -all", h->name);
    zone_add_txt(&w->zone, h->name, record);
    snprintf(name, sizeof name, "bounce.%s", h->name);
    zone_add_txt(&w->zone, name, record);
    snprintf(name, sizeof name, "_dmarc.%s", h->name);
    zone_add_txt(&w->zone, name, "v=DMARC1; p=none");
}

static void make_domain(struct world *w, unsigned i, uint64_t seed)
{
    struct rng r = rng_seed(seed, 1000000 + i);
    struct house *h = &w->domains[i];
    snprintf(h->name, sizeof h->name, "d%u.example", i);
    snprintf(h->host, sizeof h->host, "mail.d%u.example", i);
    address_of(h->ip, i, i % 10 == 7);
    h->rsa = &w->rsa[rng_below(&r, RSA_KEYS)];
    h->ed25519 = &w->ed25519[rng_below(&r, ED25519_KEYS)];
    char exchange[128], name[128];
    snprintf(exchange, sizeof exchange, "mx.%s", h->name);
    zone_add_mx(&w->zone, h->name, 10, exchange);
    snprintf(name, sizeof name, "198.19.%u.%u", i / 250, i % 250 + 1);
    zone_add_ip(&w->zone, exchange, name);
    add_host(w, h, rng_chance(&r, 50));
    add_keys(w, h, rng_chance(&r, 10) ? &w->services[rng_below(&r, SERVICES)] : NULL);
    snprintf(name, sizeof name, "news.%s", h->name);
    zone_add_ip(&w->zone, name, "198.19.255.1");
    if (i % 20 != 3)
        add_spf(w, h, &r, 1 + i % 5);
    if (rng_chance(&r, 85))
        add_dmarc(w, h, &r);
}

void world_make(struct world *w, uint64_t seed, unsigned domains)
{
    for (unsigned i = 0; i < RSA_KEYS; i++)
        w->rsa[i] = key_make(KEY_RSA, seed, 100 + i);
    for (unsigned i = 0; i < ED25519_KEYS; i++)
        w->ed25519[i] = key_make(KEY_ED25519, seed, 200 + i);
    w->wrong = key_make(KEY_RSA, seed, 300);
    w->wrong_ed25519 = key_make(KEY_ED25519, seed, 301);
    for (unsigned i = 0; i < SERVICES; i++)
        make_service(w, &w->services[i], "service", i, 600 + i, seed);
    for (unsigned i = 0; i < FORWARDERS; i++)
        make_service(w, &w->forwarders[i], "forwarder", i, 620 + i, seed);
    w->domain_count = domains;
    for (unsigned i = 0; i < domains; i++)
        make_domain(w, i, seed);
    snprintf(w->stranger.name, sizeof w->stranger.name, "dialup.example");
    snprintf(w->stranger.host, sizeof w->stranger.host, "dsl-17.dialup.example");
    address_of(w->stranger.ip, 700, false);
    add_host(w, &w->stranger, false);
}

/* DMARC */

static struct bytes last_two_labels(const char *domain)
{
    struct bytes b = text(domain), rest = b;
    unsigned dots = 0;
    for (size_t i = 0; i < b.len; i++)
        dots += b.at[i] == '.';
    for (; dots > 1; dots--)
        cut(&rest, '.');
    return rest;
}

static bool aligned(const char *a, const char *author, bool strict)
{
    return strict ? same_nocase(text(a), text(author)) : same_nocase(last_two_labels(a), last_two_labels(author));
}

/* Records stand at two-label names only, so the walk's organizational domain is the last two labels. */
const char *world_dmarc(const struct world *w, const struct dmarc_facts *f)
{
    char name[192];
    struct bytes organization = last_two_labels(f->author);
    snprintf(name, sizeof name, "_dmarc.%.*s", (int)organization.len, (const char *)organization.at);
    const struct record *r = zone_look(&w->zone, name, RR_TXT);
    if (!r)
        return "none";
    struct buf record = txt_of(r);
    buf_byte(&record, 0);
    bool strict = strstr((const char *)record.at, "adkim=s") != NULL;
    buf_free(&record);
    if (!strcmp(f->spf, "pass") && aligned(f->spf_domain, f->author, strict))
        return "pass";
    for (unsigned i = 0; i < f->signatures; i++)
        if (!strcmp(f->dkim[i], "pass") && aligned(f->dkim_domains[i], f->author, strict))
            return "pass";
    return "fail";
}
