/* who_dns.c: what DNS says of an address or a domain, from the answers there are. */
#include "programs/frank/who.h"

#include <stdlib.h>

#include "mail/contact.h"
#include "methods/dmarc/dmarc.h"
#include "publish/lint.h"

/* ---- asking ---- */

void who_again(struct who *w)
{
    arena_reset(w->arena);
    w->missing = w->unknown = false;
}

bool who_waits(struct who *w)
{
    if (arena_failed(w->arena))
        out_of_memory();
    if (w->missing)
        world_asker_wait(&w->asker);
    return w->missing;
}

static const struct answer *look_up(struct who *w, struct slice name, uint16_t type)
{
    const struct answer *a = w->asker.asker.ask(&w->asker.asker, name, type);
    w->missing = w->missing || !a;
    w->unknown = w->unknown || (a && answer_failed(a));
    return a;
}

/* Records of an answer that is there. */
static size_t count_of(const struct answer *a)
{
    return a && answer_has_data(a) ? a->count : 0;
}

static int by_octets(const void *x, const void *y)
{
    return slice_compare(((const struct rdata *)x)->raw, ((const struct rdata *)y)->raw);
}

/* Records have no order of their own: what is bounded or printed is sorted first. */
static size_t sorted_records(const struct answer *a, int (*by)(const void *, const void *), struct rdata out[ANSWER_RECORDS_MAX])
{
    size_t count = count_of(a);
    for (size_t i = 0; i < count; i++)
        out[i] = a->records[i];
    qsort(out, count, sizeof *out, by);
    return count;
}

static uint16_t address_type(const struct ip *ip)
{
    return ip->family == IP_V6 ? RTYPE_AAAA : RTYPE_A;
}

static struct slice ip_text(struct arena *a, const struct ip *ip)
{
    struct text t = text_in(a, IP_TEXT_MAX + 1);
    text_add_ip(&t, ip);
    return text_slice(&t);
}

static void add_ip(struct arena *a, struct fact *parent, const char *name, const struct ip *ip)
{
    fact_add_text(a, parent, name, ip_text(a, ip));
}

static bool is_among(const struct answer *a, const struct ip *ip)
{
    for (size_t i = 0; i < count_of(a); i++)
        if (ip_same(&a->records[i].ip, ip))
            return true;
    return false;
}

/* ---- reverse names ---- */

static struct slice reverse_name(struct arena *a, const struct ip *ip)
{
    struct text t = text_in(a, NAME_TEXT_MAX);
    text_add_ip_reversed(&t, ip);
    text_add_str(&t, ip->family == IP_V6 ? ".ip6.arpa" : ".in-addr.arpa");
    return text_slice(&t);
}

static int by_name(const void *x, const void *y)
{
    return slice_compare_nocase(*(const struct slice *)x, *(const struct slice *)y);
}

/* Each name once. */
static size_t sorted_hosts(const struct answer *a, struct slice out[ANSWER_RECORDS_MAX])
{
    size_t count = count_of(a), n = 0;
    for (size_t i = 0; i < count; i++)
        out[i] = a->records[i].host;
    qsort(out, count, sizeof *out, by_name);
    for (size_t i = 0; i < count; i++)
        if (n == 0 || !name_same(out[n - 1], out[i]))
            out[n++] = out[i];
    return n;
}

static enum who_confirmed confirm(struct who *w, struct slice name, const struct ip *ip)
{
    const struct answer *a = look_up(w, name, address_type(ip));
    if (a && answer_failed(a))
        return WHO_UNKNOWN;
    return is_among(a, ip) ? WHO_CONFIRMED : WHO_NOT_CONFIRMED;
}

void who_find_names(struct who *w, const struct ip *ip, struct who_names *out)
{
    struct slice names[ANSWER_RECORDS_MAX];
    const struct answer *a = look_up(w, reverse_name(w->arena, ip), RTYPE_PTR);
    size_t count = sorted_hosts(a, names);
    *out = (struct who_names){ .count = count < WHO_NAMES_MAX ? count : WHO_NAMES_MAX, .failed = a && answer_failed(a) };
    out->left_out = count - out->count;
    out->reverse = a ? a->canonical : (struct slice){ 0 };
    for (size_t i = 0; i < out->count; i++)
        out->at[i] = (struct who_name){ names[i], confirm(w, names[i], ip) };
}

static void add_addresses(struct who *w, struct fact *list, struct slice name, uint16_t type)
{
    struct rdata records[ANSWER_RECORDS_MAX];
    size_t count = sorted_records(look_up(w, name, type), by_octets, records);
    for (size_t i = 0; i < count && i < WHO_ADDRESSES_MAX; i++)
        add_ip(w->arena, list, NULL, &records[i].ip);
}

void who_add_names(struct who *w, struct fact *parent, const struct who_names *names)
{
    struct fact *list = fact_add_list(w->arena, parent, "names");
    for (size_t i = 0; i < names->count; i++) {
        const struct who_name *n = &names->at[i];
        struct fact *g = fact_add_group(w->arena, list, NULL);
        fact_add_text(w->arena, g, "name", n->name);
        if (n->confirmed == WHO_UNKNOWN)
            fact_add_null(w->arena, g, "confirmed");
        else
            fact_add_flag(w->arena, g, "confirmed", n->confirmed == WHO_CONFIRMED);
        struct fact *addresses = fact_add_list(w->arena, g, "addresses");
        add_addresses(w, addresses, n->name, RTYPE_A);
        add_addresses(w, addresses, n->name, RTYPE_AAAA);
    }
    fact_add_number(w->arena, parent, "names_left_out", (int64_t)names->left_out);
    fact_add_flag(w->arena, parent, "names_known", !names->failed);
}

/* ---- whom to write to ---- */

static bool is_said(const struct fact *list, const char *record, struct slice of)
{
    for (const struct fact *f = list ? list->first : NULL; f; f = f->next)
        if (slice_same(fact_text(f, "record"), slice_str(record)) && name_same(fact_text(f, "of"), of))
            return true;
    return false;
}

static struct fact *add_contact(struct who *w, struct fact *list, const char *record, struct slice of, struct slice mailbox)
{
    struct fact *g = fact_add_group(w->arena, list, NULL);
    fact_add_str(w->arena, g, "record", record);
    fact_add_text(w->arena, g, "of", of);
    if (mailbox.len > 0)
        fact_add_text(w->arena, g, "mailbox", mailbox);
    else
        fact_add_null(w->arena, g, "mailbox");
    return g;
}

/* The first name from this one up, at most so many, that has an SOA record. Behind one that is not answered could be another's. */
void who_add_zone_contact(struct who *w, struct fact *list, struct slice name, struct slice top)
{
    struct contact c;
    for (unsigned i = 0; i < WHO_LEVELS_MAX && name.len > 0 && name_at_or_below(name, top); i++, name = name_parent(name)) {
        const struct answer *a = look_up(w, name, RTYPE_SOA);
        if (!a || answer_failed(a))
            return;
        if (count_of(a) == 0)
            continue;
        if (contact_read(w->arena, &a->records[0], &c) && !is_said(list, "SOA", a->canonical))
            add_contact(w, list, "SOA", a->canonical, c.mailbox);
        return;
    }
}

static void add_texts(struct who *w, struct fact *parent, struct slice name)
{
    struct fact *list = fact_add_list(w->arena, parent, "text");
    if (name.len == 0)
        return;
    struct rdata records[ANSWER_RECORDS_MAX];
    size_t count = sorted_records(look_up(w, name, RTYPE_TXT), by_octets, records);
    for (size_t i = 0; i < count && i < WHO_RP_MAX; i++)
        fact_add_text(w->arena, list, NULL, records[i].text);
}

void who_add_persons(struct who *w, struct fact *list, struct slice name)
{
    struct rdata records[ANSWER_RECORDS_MAX];
    size_t count = sorted_records(look_up(w, name, RTYPE_RP), by_octets, records);
    struct contact c;
    if (is_said(list, "RP", name))
        return;
    for (size_t i = 0; i < count && i < WHO_RP_MAX; i++)
        if (contact_read(w->arena, &records[i], &c))
            add_texts(w, add_contact(w, list, "RP", name, c.mailbox), c.text_name);
}

/*
 * Who delegates reverse names in parts has aliases to another zone (RFC 2317). Zones of IPv6 networks smaller than /64 are not
 * looked for: each nibble is a question.
 */
void who_add_reverse_contacts(struct who *w, struct fact *list, const struct ip *ip, struct slice reverse)
{
    struct slice own = reverse_name(w->arena, ip), from = own;
    if (reverse.len > 0 && !name_same(reverse, own))
        who_add_zone_contact(w, list, reverse, name_last_labels(reverse, 2));
    who_add_persons(w, list, own);
    if (ip->family == IP_V6)
        from = name_last_labels(own, WHO_LEVELS_MAX + 2);
    who_add_zone_contact(w, list, from, name_last_labels(own, 3));
}

/* ---- who receives ---- */

struct exchanger { struct slice host; unsigned preference; };
struct exchangers { struct exchanger at[WHO_MX_MAX]; size_t count, left_out; bool null, failed, implicit; };

static int by_preference(const void *x, const void *y)
{
    const struct rdata *a = x, *b = y;
    if (a->mx.preference != b->mx.preference)
        return a->mx.preference < b->mx.preference ? -1 : 1;
    return slice_compare_nocase(a->mx.host, b->mx.host);
}

/* RFC 5321 5.1; RFC 7505: a null MX receives nothing. */
static void find_exchangers(struct who *w, struct slice domain, struct exchangers *out)
{
    struct rdata sorted[ANSWER_RECORDS_MAX];
    const struct answer *a = look_up(w, domain, RTYPE_MX);
    size_t count = sorted_records(a, by_preference, sorted);
    *out = (struct exchangers){ .failed = a && answer_failed(a) };
    for (size_t i = 0; i < count; i++) {
        bool is_null = slice_same(sorted[i].mx.host, SLICE("."));
        out->null = out->null || is_null;
        if (!is_null && out->count < WHO_MX_MAX)
            out->at[out->count++] = (struct exchanger){ sorted[i].mx.host, sorted[i].mx.preference };
        else if (!is_null)
            out->left_out++;
    }
    if (a && !out->failed && count == 0) {
        out->implicit = true;
        out->at[out->count++] = (struct exchanger){ domain, 0 };
    }
}

void who_add_is_mx(struct who *w, struct fact *parent, struct slice domain, const struct ip *ip)
{
    struct exchangers found;
    bool unknown;
    find_exchangers(w, domain, &found);
    unknown = found.failed;
    for (size_t i = 0; i < found.count; i++) {
        const struct answer *a = look_up(w, found.at[i].host, address_type(ip));
        unknown = unknown || (a && answer_failed(a));
        if (!is_among(a, ip))
            continue;
        fact_add_flag(w->arena, parent, "mx", true);
        fact_add_text(w->arena, parent, "mx_host", found.at[i].host);
        fact_add_flag(w->arena, parent, "mx_implicit", found.implicit);
        return;
    }
    if (unknown)
        fact_add_null(w->arena, parent, "mx");
    else
        fact_add_flag(w->arena, parent, "mx", false);
}

/* ---- a domain's own hosts ---- */

static void keep_host(struct who_hosts *hosts, const struct ip *ip, struct slice name)
{
    for (size_t i = 0; i < hosts->count; i++)
        if (ip_same(&hosts->at[i].ip, ip))
            return;
    if (hosts->count == WHO_HOSTS_MAX)
        return;
    hosts->at[hosts->count].ip = *ip;
    hosts->at[hosts->count++].name = name;
}

/* { "ip", "names" ... } of each address of the host; of those kept, the reverse names. */
static void add_host_addresses(struct who *w, struct fact *list, struct slice host, uint16_t type, struct who_hosts *hosts)
{
    struct rdata records[ANSWER_RECORDS_MAX];
    size_t count = sorted_records(look_up(w, host, type), by_octets, records);
    for (size_t i = 0; i < count && i < WHO_ADDRESSES_MAX; i++) {
        const struct ip *ip = &records[i].ip;
        struct fact *g = fact_add_group(w->arena, list, NULL);
        struct who_names names;
        size_t before = hosts->count;
        keep_host(hosts, ip, host);
        add_ip(w->arena, g, "ip", ip);
        if (before == hosts->count && before == WHO_HOSTS_MAX)
            continue;
        who_find_names(w, ip, &names);
        who_add_names(w, g, &names);
    }
}

static void add_host(struct who *w, struct fact *parent, struct slice host, struct who_hosts *hosts)
{
    struct fact *list = fact_add_list(w->arena, parent, "addresses");
    add_host_addresses(w, list, host, RTYPE_A, hosts);
    add_host_addresses(w, list, host, RTYPE_AAAA, hosts);
}

/* Those that receive come first: their addresses are more likely to be asked about than a web server's. */
void who_add_hosts(struct who *w, struct fact *parent, struct slice domain, struct who_hosts *out)
{
    struct exchangers found;
    *out = (struct who_hosts){ .count = 0 };
    find_exchangers(w, domain, &found);
    struct fact *list = fact_add_list(w->arena, parent, "mx");
    for (size_t i = 0; i < found.count && !found.implicit; i++) {
        struct fact *g = fact_add_group(w->arena, list, NULL);
        fact_add_text(w->arena, g, "host", found.at[i].host);
        fact_add_number(w->arena, g, "preference", found.at[i].preference);
        add_host(w, g, found.at[i].host, out);
    }
    fact_add_number(w->arena, parent, "mx_left_out", (int64_t)found.left_out);
    fact_add_flag(w->arena, parent, "mx_known", !found.failed);
    fact_add_flag(w->arena, parent, "null_mx", found.null);
    add_host(w, parent, domain, out);
    /* Whether the name is there at all. */
    const struct answer *a = look_up(w, domain, RTYPE_A);
    if (a && answer_failed(a))
        fact_add_null(w->arena, parent, "exists");
    else
        fact_add_flag(w->arena, parent, "exists", a && a->status != ANSWER_NXDOMAIN);
}

/* ---- who sends ---- */

static void add_networks(struct who *w, struct fact *parent, const struct prefixes *p)
{
    struct fact *list = fact_add_list(w->arena, parent, "networks");
    for (size_t i = 0; i < p->count; i++) {
        struct text t = text_in(w->arena, IP_TEXT_MAX + 5);
        text_add_prefix(&t, &p->at[i]);
        fact_add_text(w->arena, list, NULL, text_slice(&t));
    }
}

static void add_plan_hosts(struct who *w, struct fact *parent, const struct plan_hosts *hosts)
{
    struct fact *list = fact_add_list(w->arena, parent, "hosts");
    for (size_t i = 0; i < hosts->count; i++)
        fact_add_text(w->arena, list, NULL, hosts->at[i].name);
}

/* What a plan cannot say is left out of it, and it lets in fewer than the record does. */
static bool lets_in_more(const struct remarks *remarks)
{
    for (size_t i = 0; i < remarks->count; i++)
        if (remarks->at[i].kind == PUBLISH_STRICTER)
            return true;
    return false;
}

static void add_plan(struct who *w, struct fact *g, const struct plan *plan, const struct remarks *remarks)
{
    static const char *const endings[] = { [PLAN_STRICT] = "fail", [PLAN_SOFT] = "softfail", [PLAN_NEUTRAL] = "neutral" };
    fact_add_flag(w->arena, g, "never", plan->never_sends && !lets_in_more(remarks));
    fact_add_flag(w->arena, g, "more", lets_in_more(remarks));
    fact_add_flag(w->arena, g, "mx", plan->mx_sends);
    add_networks(w, g, &plan->networks);
    add_plan_hosts(w, g, &plan->hosts);
    struct fact *list = fact_add_list(w->arena, g, "providers");
    for (size_t i = 0; i < plan->providers.count; i++) {
        struct fact *one = fact_add_group(w->arena, list, NULL);
        fact_add_text(w->arena, one, "domain", plan->providers.at[i].domain);
        add_networks(w, one, &plan->providers.at[i].networks);
    }
    fact_add_str(w->arena, g, "others", endings[plan->ending]);
    list = fact_add_list(w->arena, g, "remarks");
    for (size_t i = 0; i < remarks->count; i++)
        fact_add_text(w->arena, list, NULL, remarks->at[i].text);
}

void who_add_senders(struct who *w, struct fact *parent, struct slice domain)
{
    static const char *const found[] = { [PLAN_READY] = "said", [PLAN_NONE] = "none", [PLAN_FAILED] = "failed", [PLAN_BROKEN] = "broken" };
    struct plan plan;
    struct remarks remarks = { .count = 0 };
    enum plan_found f = plan_from_spf(w->arena, &w->asker.asker, domain, &plan, &remarks);
    if (f == PLAN_NO_MEMORY)
        out_of_memory();
    w->missing = w->missing || f == PLAN_NOT_YET;
    w->unknown = w->unknown || f == PLAN_FAILED;
    if (f == PLAN_NOT_YET)
        return;
    struct fact *g = fact_add_group(w->arena, parent, "senders");
    fact_add_str(w->arena, g, "found", found[f]);
    if (f == PLAN_READY)
        add_plan(w, g, &plan, &remarks);
}

/* The names of methods that look at the client and at domains. */
static struct texts names_of_dialects(struct who *w)
{
    struct slice *at = ARENA_ARRAY(w->arena, methods_count() + 1, struct slice);
    size_t count = 0;
    for (size_t i = 0; at && methods[i]; i++)
        if (methods[i]->needs_client && methods[i]->lint)
            at[count++] = slice_str(methods[i]->name);
    return (struct texts){ at, count };
}

static int by_owner_and_text(const void *x, const void *y)
{
    const struct lint_found *a = x, *b = y;
    int by_owner = slice_compare_nocase(a->owner, b->owner);
    return by_owner ? by_owner : slice_compare(a->text, b->text);
}

static void add_section_records(struct who *w, struct fact *list, const struct lint_section *s)
{
    if (s->record_count > 1)
        qsort(s->records, s->record_count, sizeof *s->records, by_owner_and_text);
    for (size_t i = 0; i < s->record_count; i++) {
        struct fact *g = fact_add_group(w->arena, list, NULL);
        fact_add_str(w->arena, g, "method", s->by);
        fact_add_text(w->arena, g, "of", s->records[i].owner);
        fact_add_text(w->arena, g, "text", s->records[i].text);
    }
}

void who_add_records(struct who *w, struct fact *parent, struct slice domain)
{
    struct lint_request request = { .domain = domain, .names = names_of_dialects(w), .config = w->world->config, .now = world_now(w->world) };
    struct lint_report report;
    enum plan_found found = request.names.count > 0 ? lint_domain(w->arena, &w->asker.asker, &request, &report) : PLAN_NONE;
    struct fact *list = fact_add_list(w->arena, parent, "records");
    if (found == PLAN_NO_MEMORY)
        out_of_memory();
    w->missing = w->missing || found == PLAN_NOT_YET;
    for (size_t i = 0; found == PLAN_READY && i < report.section_count; i++)
        add_section_records(w, list, &report.sections[i]);
    w->unknown = w->unknown || (found == PLAN_READY && report.levels[LINT_UNKNOWN] > 0);
}

/* ---- whose it is ---- */

struct slice who_registered(struct who *w, struct slice domain)
{
    struct slice org = suffix_list_org_domain(w->suffixes, w->arena, domain);
    return org.len > 0 ? org : domain;
}

static const struct answer *walk_ask(void *context, struct slice name)
{
    return look_up(context, name, RTYPE_TXT);
}

void who_add_organisation(struct who *w, struct fact *parent, struct slice domain)
{
    struct slice org = { 0 };
    struct dmarc_walk walk;
    if (w->cli->psl)
        org = suffix_list_org_domain(w->suffixes, w->arena, domain);
    else if (dmarc_walk_run(w->arena, domain, walk_ask, w, &walk) == DMARC_WALK_DONE)
        org = dmarc_org_domain(&walk);
    if (org.len > 0)
        fact_add_text(w->arena, parent, "org_domain", org);
    else
        fact_add_null(w->arena, parent, "org_domain");
}
