#include "methods/plan.h"

#include <stdarg.h>
#include <stdio.h>

#define REMARK_OCTETS_MAX 512
#define LIST_ROOM_LEAST 16

/* ---- reading a plan ---- */

bool plan_owns(const struct plan *plan, struct slice name)
{
    if (name_at_or_below(name, plan->domain))
        return true;
    for (size_t i = 0; i < plan->zones.count; i++)
        if (name_at_or_below(name, plan->zones.at[i]))
            return true;
    return false;
}

bool prefixes_cover(struct prefixes list, const struct ip *ip)
{
    for (size_t i = 0; i < list.count; i++)
        if (prefix_covers(&list.at[i], ip))
            return true;
    return false;
}

bool plan_owns_address(const struct plan *plan, const struct ip *ip)
{
    return prefixes_cover(plan->address_space, ip);
}

bool plan_speaks(const struct plan_provider *provider, const char *method)
{
    for (size_t i = 0; i < provider->speaks.count; i++)
        if (slice_same(provider->speaks.at[i], slice_str(method)))
            return true;
    return false;
}

uint16_t plan_private_type(const struct plan *plan, const char *method)
{
    for (size_t i = 0; i < plan->private_type_count; i++)
        if (slice_same(plan->private_types[i].method, slice_str(method)))
            return plan->private_types[i].type;
    return 0;
}

bool plan_excludes(const struct plan *plan, const struct ip *ip)
{
    return prefixes_cover(plan->excluded, ip);
}

bool plan_may_exclude(const struct plan *plan, const struct plan_host *host)
{
    bool excluded = !host->known && plan->excluded.count > 0;
    for (size_t i = 0; i < host->count; i++)
        excluded = excluded || plan_excludes(plan, &host->addresses[i]);
    return excluded;
}

static bool hosts_have(struct plan_hosts hosts, const struct ip *ip)
{
    for (size_t i = 0; i < hosts.count; i++)
        for (size_t k = 0; k < hosts.at[i].count; k++)
            if (ip_same(&hosts.at[i].addresses[k], ip))
                return true;
    return false;
}

bool plan_permits(const struct plan *plan, const struct ip *client)
{
    if (plan->never_sends || client->family == IP_NONE || plan_excludes(plan, client))
        return false;
    if (prefixes_cover(plan->networks, client) || hosts_have(plan->hosts, client) || (plan->mx_sends && hosts_have(plan->mx, client)))
        return true;
    for (size_t i = 0; i < plan->providers.count; i++)
        if (prefixes_cover(plan->providers.at[i].networks, client))
            return true;
    return false;
}

static bool hosts_known(struct plan_hosts hosts)
{
    for (size_t i = 0; i < hosts.count; i++)
        if (!hosts.at[i].known)
            return false;
    return true;
}

bool plan_is_known(const struct plan *plan)
{
    if (plan->never_sends)
        return true;
    for (size_t i = 0; i < plan->providers.count; i++)
        if (!plan->providers.at[i].known)
            return false;
    return hosts_known(plan->hosts) && (!plan->mx_sends || ((plan->mx_given || plan->mx_known) && hosts_known(plan->mx)));
}

/* ---- as addresses ---- */

bool plan_add_networks(struct arena *a, struct ip_set *set, struct prefixes list)
{
    for (size_t i = 0; i < list.count; i++)
        if (!ip_set_add(a, set, &list.at[i]))
            return false;
    return true;
}

bool plan_remove_networks(struct arena *a, struct ip_set *set, struct prefixes list)
{
    for (size_t i = 0; i < list.count; i++)
        if (!ip_set_remove(a, set, &list.at[i]))
            return false;
    return true;
}

bool plan_add_host(struct arena *a, struct ip_set *set, const struct plan_host *host)
{
    for (size_t i = 0; i < host->count; i++)
        if (!ip_set_add(a, set, &(struct prefix){ host->addresses[i], host->addresses[i].family == IP_V4 ? 32 : 128 }))
            return false;
    return true;
}

bool plan_add_hosts(struct arena *a, struct ip_set *set, struct plan_hosts hosts)
{
    for (size_t i = 0; i < hosts.count; i++)
        if (!plan_add_host(a, set, &hosts.at[i]))
            return false;
    return true;
}

bool plan_add_permitted(struct arena *a, struct ip_set *set, const struct plan *plan)
{
    if (plan->never_sends)
        return true;
    for (size_t i = 0; i < plan->providers.count; i++)
        if (!plan_add_networks(a, set, plan->providers.at[i].networks))
            return false;
    return plan_add_networks(a, set, plan->networks) && plan_add_hosts(a, set, plan->hosts) &&
           (!plan->mx_sends || plan_add_hosts(a, set, plan->mx)) && plan_remove_networks(a, set, plan->excluded);
}

bool plan_prefixes(struct arena *a, const struct ip_set *set, struct prefixes *out)
{
    *out = (struct prefixes){ 0 };
    out->at = ip_set_prefixes(a, set, PLAN_PREFIXES_MAX, &out->count);
    return out->at != NULL;
}

/* ---- adding ---- */

/* The array with room for one more; NULL without memory. */
static void *with_room(struct arena *a, void *at, size_t count, size_t *room, size_t octets_each)
{
    if (count < *room)
        return at;
    size_t more = *room > 0 ? 2 * *room : LIST_ROOM_LEAST;
    void *grown = *room > 0 ? arena_grow(a, at, *room * octets_each, more * octets_each) : arena_array(a, more, octets_each);
    if (grown)
        *room = more;
    return grown;
}

static struct slice lowered(struct arena *a, struct slice name)
{
    struct text t = text_in(a, NAME_TEXT_MAX + 1);
    text_add_lower(&t, name_undotted(name));
    return text_slice(&t);
}

static void add(struct publication *p, struct slice owner, uint16_t type, const char *kind, struct slice rdata, bool absent)
{
    if (!name_askable(owner)) {
        publish_remark(p, PUBLISH_STRICTER, "a record was left out: its name would be longer than %d octets", NAME_TEXT_MAX);
        return;
    }
    struct published *at = with_room(p->arena, p->records, p->count, &p->room, sizeof *at);
    p->bad = p->bad || !at;
    if (p->bad)
        return;
    p->records = at;
    p->records[p->count++] = (struct published){
        .by = p->by, .owner = lowered(p->arena, owner), .type = type, .ttl_seconds = p->plan->ttl_seconds,
        .rdata = slice_dup(p->arena, rdata), .kind = slice_str(kind), .absent = absent,
    };
    p->bad = p->bad || arena_failed(p->arena);
}

struct text publish_text(struct publication *p)
{
    return text_in(p->arena, PUBLISH_TEXT_MAX);
}

struct slice publish_name(struct publication *p, const char *prefix, struct slice name)
{
    return name_join(p->arena, slice_str(prefix), name);
}

void publish_record(struct publication *p, struct slice owner, uint16_t type, const char *kind, struct slice rdata)
{
    add(p, owner, type, kind, rdata, false);
}

void publish_absent(struct publication *p, struct slice owner, uint16_t type, const char *kind)
{
    add(p, owner, type, kind, SLICE(""), true);
}

void publish_txt(struct publication *p, struct slice owner, const char *kind, struct slice text)
{
    struct text rdata = text_in(p->arena, PUBLISH_TEXT_MAX + PUBLISH_TEXT_MAX / 255 + 1);
    do {
        struct slice string = slice_first(text, 255);
        text_add_octet(&rdata, (uint8_t)string.len);
        text_add(&rdata, string);
        text = slice_from(text, string.len);
    } while (text.len > 0);
    p->bad = p->bad || rdata.bad;
    add(p, owner, RTYPE_TXT, kind, text_slice(&rdata), false);
}

static void add_u16(struct text *t, unsigned number)
{
    text_add_octet(t, (uint8_t)(number >> 8));
    text_add_octet(t, (uint8_t)number);
}

/* Numbers and then a name: MX, SRV, CNAME. */
static void add_named(struct publication *p, struct slice owner, uint16_t type, const char *kind, const unsigned *numbers, size_t count,
                      struct slice name)
{
    uint8_t wire[NAME_WIRE_MAX], room[NAME_WIRE_MAX + 6];
    size_t len;
    struct text rdata = text_fixed(room, sizeof room);
    for (size_t i = 0; i < count; i++)
        add_u16(&rdata, numbers[i]);
    if (!name_to_wire(name, wire, &len)) {
        publish_remark(p, PUBLISH_STRICTER, "a record was left out: it leads to a name that is none");
        return;
    }
    text_add(&rdata, slice_of(wire, len));
    add(p, owner, type, kind, text_slice(&rdata), false);
}

void publish_mx(struct publication *p, struct slice owner, const char *kind, unsigned preference, struct slice host)
{
    add_named(p, owner, RTYPE_MX, kind, &preference, 1, host);
}

void publish_srv(struct publication *p, struct slice owner, unsigned priority, unsigned weight, unsigned port, struct slice target)
{
    unsigned numbers[] = { priority, weight, port };
    add_named(p, owner, RTYPE_SRV, "", numbers, COUNT_OF(numbers), target);
}

void publish_alias(struct publication *p, struct slice owner, struct slice target)
{
    add_named(p, owner, RTYPE_CNAME, "", NULL, 0, target);
}

void publish_address(struct publication *p, struct slice owner, const struct ip *ip)
{
    bool four = ip->family == IP_V4;
    add(p, owner, four ? RTYPE_A : RTYPE_AAAA, "", slice_of(ip->octets, four ? 4 : 16), false);
}

/* ---- remarks ---- */

static void remark_v(struct arena *a, struct remarks *r, const char *by, enum remark_kind kind, const char *format, va_list arguments)
    PRINTF_LIKE(5, 0);

static void remark_v(struct arena *a, struct remarks *r, const char *by, enum remark_kind kind, const char *format, va_list arguments)
{
    char line[REMARK_OCTETS_MAX];
    (void)vsnprintf(line, sizeof line, format, arguments);
    struct remark *at = with_room(a, r->at, r->count, &r->room, sizeof *at);
    r->bad = r->bad || !at;
    if (r->bad)
        return;
    r->at = at;
    r->at[r->count++] = (struct remark){ .by = by, .kind = kind, .text = slice_dup(a, slice_str(line)) };
    r->bad = arena_failed(a);
}

void remark_add(struct arena *a, struct remarks *r, const char *by, enum remark_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    remark_v(a, r, by, kind, format, arguments);
    va_end(arguments);
}

void publish_remark(struct publication *p, enum remark_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    remark_v(p->arena, &p->remarks, p->by, kind, format, arguments);
    va_end(arguments);
    p->bad = p->bad || p->remarks.bad;
}

void publish_nobody(struct publication *p)
{
    publish_remark(p, PUBLISH_NOTE, "nothing is published: of nobody who sends it is known where from");
}
