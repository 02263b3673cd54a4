/*
 * mtamark_publish.c: marks stand at whole octets of IPv4 and at /32, /64 and /128 of IPv6; the most specific one
 * holds. The blocks of that size which make up the address space are marked, and within those that are no mail
 * servers, the servers.
 */
#include "methods/serverdomains/mtamark_publish.h"

#include "methods/serverdomains/mtamark_record.h"

struct marking {
    struct publication *p;
    const struct ip_set *permitted;
    size_t count;                    /* marks so far; beyond MTAMARK_PUBLISHED_MAX none is made */
    bool too_fine;                   /* some networks would need more marks than are made */
};

static unsigned width_of(const struct prefix *p)
{
    return p->address.family == IP_V4 ? 32 : 128;
}

/* The next size at which a mark may stand. */
static unsigned level_of(const struct prefix *p)
{
    if (p->address.family == IP_V4)
        return p->bits <= 8 ? 8 : (p->bits + 7) / 8 * 8;
    return p->bits <= 32 ? 32 : p->bits <= 64 ? 64 : 128;
}

static void mark(struct marking *m, const struct prefix *node, enum mtamark what)
{
    unsigned label_bits = node->address.family == IP_V4 ? 8 : 4;
    struct text name = publish_text(m->p), data = publish_text(m->p);
    text_add_ip_reversed(&name, &node->address);
    text_add_str(&name, node->address.family == IP_V4 ? ".in-addr.arpa" : ".ip6.arpa");
    struct slice reverse = text_slice(&name);
    for (unsigned bits = node->bits; bits < width_of(node); bits += label_bits)
        reverse = name_parent(reverse);
    text_add_mtamark(&data, what);
    if (m->count++ < MTAMARK_PUBLISHED_MAX)
        publish_txt(m->p, publish_name(m->p, "_send._smtp._srv", reverse), "", text_slice(&data));
}

/* The i-th block of `bits` in a network. */
static struct prefix block_of(const struct prefix *p, unsigned bits, unsigned i)
{
    struct prefix block = { p->address, bits };
    for (unsigned bit = bits; bit-- > p->bits; i >>= 1)
        if (i & 1)
            block.address.octets[bit / 8] |= (uint8_t)(0x80 >> bit % 8);
    return block;
}

static bool has_few_blocks(const struct prefix *p, unsigned bits)
{
    return bits - p->bits <= 8;
}

static void mark_blocks(struct marking *m, const struct prefix *p, enum mtamark what)
{
    unsigned bits = level_of(p);
    if (!has_few_blocks(p, bits)) {
        m->too_fine = true;
        return;
    }
    for (unsigned i = 0; i < 1u << (bits - p->bits); i++) {
        struct prefix block = block_of(p, bits, i);
        mark(m, &block, what);
    }
}

/* The servers in a block that is none as a whole. */
static bool mark_servers(struct marking *m, const struct prefix *block)
{
    struct ip_set inside = { 0 }, outside = { 0 }, all = { 0 };
    struct prefixes list;
    bool good = ip_set_add(m->p->arena, &all, block) && ip_set_difference(m->p->arena, &all, m->permitted, &outside) &&
                ip_set_difference(m->p->arena, &all, &outside, &inside) && plan_prefixes(m->p->arena, &inside, &list);
    for (size_t i = 0; good && i < list.count; i++)
        mark_blocks(m, &list.at[i], MTAMARK_MTA);
    return good;
}

static bool mark_block(struct marking *m, const struct prefix *block)
{
    switch (ip_set_part(m->permitted, block)) {
    case IP_SET_ALL: mark(m, block, MTAMARK_MTA); return true;
    case IP_SET_NONE: mark(m, block, MTAMARK_NO_MTA); return true;
    case IP_SET_SOME: break;
    }
    mark(m, block, MTAMARK_NO_MTA);
    return mark_servers(m, block);
}

static bool mark_space(struct marking *m, const struct prefix *given)
{
    struct prefix space = *given;
    unsigned bits = level_of(&space);
    prefix_clear_host_bits(&space);
    if (!has_few_blocks(&space, bits)) {
        publish_remark(m->p, PUBLISH_NOTE, "of the address space only mail servers are marked: it has more than 256 blocks of the size that can be marked");
        return mark_servers(m, &space);
    }
    for (unsigned i = 0; i < 1u << (bits - space.bits); i++) {
        struct prefix block = block_of(&space, bits, i);
        if (!mark_block(m, &block))
            return false;
    }
    return true;
}

void mtamark_publish(const struct plan *plan, struct publication *p)
{
    struct ip_set permitted = { 0 };
    struct marking m = { .p = p, .permitted = &permitted };
    size_t before = p->count;
    bool good = plan_add_permitted(p->arena, &permitted, plan);
    for (size_t i = 0; good && i < plan->address_space.count; i++)
        good = mark_space(&m, &plan->address_space.at[i]);
    p->bad = p->bad || !good;
    if (m.count > MTAMARK_PUBLISHED_MAX) {
        p->count = before;
        publish_remark(p, PUBLISH_NOTE, "nothing is published: this plan needs more than %d marks", MTAMARK_PUBLISHED_MAX);
    } else if (m.too_fine) {
        publish_remark(p, PUBLISH_STRICTER, "some networks are left unmarked: they have more than 256 blocks of the size that can be marked");
    }
    if (plan->address_space.count > 0 && !plan_is_known(plan))
        publish_remark(p, PUBLISH_STRICTER, "mail servers whose addresses are not known are not marked");
}
