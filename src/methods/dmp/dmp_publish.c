/*
 * dmp_publish.c: addresses as names, with wildcards (RFC 4592) where that is fewer.
 *
 * A wildcard answers for names that do not exist. Once 1.2.0.192.in-addr exists, so do 2.0.192.in-addr and all
 * above it, and *.in-addr no longer answers for 7.2.0.192: so every name that has something below it gets a
 * wildcard of its own when it needs one. The names form a tree, a level for each octet (IPv4) or nibble (IPv6);
 * each node of it that is neither wholly permitted nor wholly not is settled by itself:
 *
 *     most children permitted:   *.node allow, and deny for each child that is not
 *     else:                      allow for each child that is (and with fill_deny, *.node deny)
 */
#include "methods/dmp/dmp_publish.h"

#include "methods/dmp/dmp_record.h"

#define LEVELS_MAX 32                /* nibbles of an IPv6 address */

struct tree {
    struct publication *p;
    const struct ip_set *permitted;
    struct slice domain;             /* whose records */
    bool fill_deny;
    unsigned step, width;            /* bits of a label, of an address */
    const char *family;
    size_t count;                    /* records so far */
};

struct level { struct prefix node; unsigned next; };

static void publish_kind(struct publication *p, struct slice owner, enum dmp_kind kind)
{
    struct text t = publish_text(p);
    text_add_dmp(&t, &(struct dmp_record){ .kind = kind });
    publish_txt(p, owner, "dmp=", text_slice(&t));
}

static unsigned label_of(const struct tree *t, const struct prefix *node, unsigned level)
{
    uint8_t octet = node->address.octets[level * t->step / 8];
    if (t->step == 8)
        return octet;
    return level % 2 == 0 ? octet >> 4 : octet & 15u;
}

/* "*.2.0.192.in-addr._smtp-client.DOMAIN" for a /24 with its wildcard */
static struct slice name_of(const struct tree *t, const struct prefix *node, bool wildcard)
{
    struct text name = publish_text(t->p);
    text_add_str(&name, wildcard ? "*." : "");
    for (unsigned level = node->bits / t->step; level-- > 0;)
        text_addf(&name, t->step == 8 ? "%u." : "%x.", label_of(t, node, level));
    text_addf(&name, "%s._smtp-client.", t->family);
    text_add(&name, t->domain);
    return text_slice(&name);
}

static void settle(struct tree *t, const struct prefix *node, enum dmp_kind kind)
{
    t->count++;
    if (t->count <= DMP_PUBLISHED_MAX)
        publish_kind(t->p, name_of(t, node, node->bits < t->width), kind);
}

static struct prefix child_of(const struct tree *t, const struct prefix *node, unsigned label)
{
    struct prefix child = { node->address, node->bits + t->step };
    unsigned shift = t->step == 8 ? 0 : node->bits % 8 == 0 ? 4 : 0;
    child.address.octets[node->bits / 8] |= (uint8_t)(label << shift);
    return child;
}

/* The wildcard of a node that is partly permitted, and the children that are one or the other wholly. */
static void settle_children(struct tree *t, const struct prefix *node)
{
    unsigned labels = 1u << t->step, all = 0, none = 0;
    for (unsigned i = 0; i < labels; i++) {
        struct prefix child = child_of(t, node, i);
        enum ip_set_part part = ip_set_part(t->permitted, &child);
        all += part == IP_SET_ALL;
        none += part == IP_SET_NONE;
    }
    bool allow = all > none;
    if (allow || t->fill_deny) {
        struct prefix wild = *node;
        t->count++;
        if (t->count <= DMP_PUBLISHED_MAX)
            publish_kind(t->p, name_of(t, &wild, true), allow ? DMP_ALLOW : DMP_DENY);
    }
    for (unsigned i = 0; i < labels; i++) {
        struct prefix child = child_of(t, node, i);
        enum ip_set_part part = ip_set_part(t->permitted, &child);
        if (part == (allow ? IP_SET_NONE : IP_SET_ALL))
            settle(t, &child, allow ? DMP_DENY : DMP_ALLOW);
    }
}

/* Depth first over the nodes that are partly permitted. */
static void walk(struct tree *t)
{
    struct level stack[LEVELS_MAX + 1];
    unsigned depth = 1;
    struct prefix root = { .address.family = t->width == 32 ? IP_V4 : IP_V6 };
    enum ip_set_part part = ip_set_part(t->permitted, &root);
    if (part != IP_SET_SOME) {
        if (part == IP_SET_ALL)
            settle(t, &root, DMP_ALLOW);
        return;
    }
    stack[0] = (struct level){ root, 0 };
    settle_children(t, &root);
    while (depth > 0 && t->count <= DMP_PUBLISHED_MAX) {
        struct level *l = &stack[depth - 1];
        if (l->next == 1u << t->step || l->node.bits == t->width) {
            depth--;
            continue;
        }
        struct prefix child = child_of(t, &l->node, l->next++);
        if (child.bits == t->width || ip_set_part(t->permitted, &child) != IP_SET_SOME)
            continue;
        settle_children(t, &child);
        stack[depth++] = (struct level){ child, 0 };
    }
}

/* The records of one name. False: there would be more than DMP_PUBLISHED_MAX, and none of its addresses is published. */
static bool publish_name_of(struct publication *p, struct slice domain, const struct ip_set *permitted, bool fill_deny)
{
    struct tree four = { .p = p, .permitted = permitted, .domain = domain, .fill_deny = fill_deny, .step = 8, .width = 32, .family = "in-addr" };
    struct tree six = { .p = p, .permitted = permitted, .domain = domain, .fill_deny = fill_deny, .step = 4, .width = 128, .family = "ip6" };
    size_t before = p->count;
    struct slice base = publish_name(p, "_smtp-client", domain);
    publish_kind(p, base, DMP_PARTICIPANT);
    publish_kind(p, publish_name(p, "*", base), DMP_DENY);
    walk(&four);
    six.count = four.count;
    walk(&six);
    if (six.count <= DMP_PUBLISHED_MAX)
        return true;
    p->count = before;
    return false;
}

/* Every host that is ours and says its name in HELO, for bounces and for forwarded mail; with its own addresses only. */
static void publish_host(const struct plan *plan, struct publication *p, const struct plan_host *host)
{
    struct ip_set own = { 0 };
    if (!plan_owns(plan, host->name) || slice_same(host->name, plan->domain))
        return;
    if (!host->known) {
        publish_remark(p, PUBLISH_STRICTER, "no records for the HELO name %.*s, whose addresses are not known", PUBLISH_NAME(host->name));
        return;
    }
    if (!plan_add_host(p->arena, &own, host) || !plan_remove_networks(p->arena, &own, plan->excluded) ||
        !publish_name_of(p, host->name, &own, plan->fill_deny))
        p->bad = true;
}

static void remark_unknown(const struct plan *plan, struct publication *p)
{
    for (size_t i = 0; i < plan->hosts.count; i++)
        if (!plan->hosts.at[i].known)
            publish_remark(p, PUBLISH_STRICTER, "the addresses of %.*s are not allowed: they are not known", PUBLISH_NAME(plan->hosts.at[i].name));
    for (size_t i = 0; i < plan->providers.count; i++)
        if (!plan->providers.at[i].known)
            publish_remark(p, PUBLISH_STRICTER, "the servers of %.*s are not allowed: they are not known", PUBLISH_NAME(plan->providers.at[i].domain));
    bool mx_unknown = plan->mx_sends && !plan->mx_given && !plan->mx_known;
    for (size_t i = 0; plan->mx_sends && i < plan->mx.count; i++)
        mx_unknown = mx_unknown || !plan->mx.at[i].known;
    if (mx_unknown)
        publish_remark(p, PUBLISH_STRICTER, "addresses of MX hosts are not allowed: they are not known");
}

void dmp_publish(const struct plan *plan, struct publication *p)
{
    struct ip_set permitted = { 0 };
    if (!plan_add_permitted(p->arena, &permitted, plan)) {
        p->bad = true;
        return;
    }
    if (permitted.count == 0 && !plan_is_known(plan)) {
        remark_unknown(plan, p);
        publish_nobody(p);
        return;
    }
    if (!publish_name_of(p, plan->domain, &permitted, plan->fill_deny)) {
        publish_remark(p, PUBLISH_NOTE, "nothing is published: this plan needs more than %d records, one for each address", DMP_PUBLISHED_MAX);
        return;
    }
    remark_unknown(plan, p);
    if (plan->ending != PLAN_STRICT && !plan->never_sends)
        publish_remark(p, PUBLISH_NOTE, "DMP has one answer for everybody else: deny");
    for (size_t i = 0; i < plan->hosts.count; i++)
        publish_host(plan, p, &plan->hosts.at[i]);
    for (size_t i = 0; plan->mx_sends && i < plan->mx.count; i++)
        publish_host(plan, p, &plan->mx.at[i]);
}
