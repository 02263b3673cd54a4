#include "methods/imx/imx_record.h"

#include "methods/prefix.h"
#include "methods/record.h"

#define HOSTS4_MAX (UINT64_C(1) << 16)            /* a /16 */
#define NETWORKS6_MAX (UINT64_C(1) << 32)         /* a /32, in networks of 64 bits */

/* ---- what both forms share ---- */

static enum imx_fault add_item(struct imx_list *list, const struct imx_item *item)
{
    if (list->count == list->room)
        return IMX_FAULT_ITEMS;
    list->at[list->count++] = *item;
    return IMX_FINE;
}

static bool has(const struct imx_list *list, enum imx_tag tag)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->at[i].tag == tag)
            return true;
    return false;
}

/* What is wrong only as a whole. */
static enum imx_fault check_list(const struct imx_list *list)
{
    size_t names = 0;
    for (size_t i = 0; i < list->count; i++)
        names += list->at[i].tag == IMX_HOST ? 1 : 0;
    if (names > IMX_NAMES_MAX)
        return IMX_FAULT_NAMES;
    bool lists = names > 0 || has(list, IMX_IP4) || has(list, IMX_IP6);
    return lists && has(list, IMX_NONE) ? IMX_FAULT_NONE : IMX_FINE;
}

/* ---- TXT ---- */

static enum imx_fault network_of_text(struct slice data, struct imx_item *item)
{
    switch (prefix_of_text(data, item->tag == IMX_IP4 ? IP_V4 : IP_V6, &item->prefix)) {
    case PREFIX_BAD_ADDRESS: return IMX_FAULT_ADDRESS;
    case PREFIX_BAD_LENGTH: return IMX_FAULT_LENGTH;
    case PREFIX_FINE: break;
    }
    return IMX_FINE;
}

static enum imx_fault name_of_text(struct slice data, struct imx_item *item)
{
    item->name = name_undotted(data);
    return name_is_hostname(item->name) ? IMX_FINE : IMX_FAULT_NAME;
}

/* tag ":" data; words and data of tags in any case */
static enum imx_fault tagged_item(struct slice word, struct imx_item *item)
{
    struct slice tag, data;
    if (!slice_cut(word, ':', &tag, &data))
        return IMX_FAULT_ITEM;
    if (slice_same_nocase(tag, SLICE("a"))) {
        item->tag = IMX_HOST;
        return name_of_text(data, item);
    }
    item->tag = slice_same_nocase(tag, SLICE("ip4")) ? IMX_IP4 : IMX_IP6;
    if (item->tag == IMX_IP6 && !slice_same_nocase(tag, SLICE("ip6")))
        return IMX_FAULT_ITEM;
    return network_of_text(data, item);
}

static enum imx_fault item_of_text(struct slice word, struct imx_item *item)
{
    *item = (struct imx_item){ .tag = IMX_NOTE };
    if (record_is_note(word)) {
        item->name = word;
        return IMX_FINE;
    }
    item->tag = slice_same_nocase(word, SLICE("none")) ? IMX_NONE : IMX_ONLY;
    if (item->tag == IMX_NONE || slice_same_nocase(word, SLICE("only")))
        return IMX_FINE;
    return tagged_item(word, item);
}

enum imx_fault imx_parse_text(struct slice items, struct imx_list *list, struct slice *where)
{
    struct slice word;
    while (record_next(&items, &word)) {
        struct imx_item item;
        enum imx_fault fault = item_of_text(word, &item);
        if (fault == IMX_FINE)
            fault = add_item(list, &item);
        if (fault != IMX_FINE) {
            *where = word;
            return fault;
        }
    }
    return check_list(list);
}

void text_add_imx_item(struct text *t, const struct imx_item *item)
{
    switch (item->tag) {
    case IMX_IP4: text_add_str(t, "ip4:"); text_add_network(t, &item->prefix); break;
    case IMX_IP6: text_add_str(t, "ip6:"); text_add_network(t, &item->prefix); break;
    case IMX_HOST: text_add_str(t, "a:"); text_add(t, item->name); break;
    case IMX_NONE: text_add_str(t, "none"); break;
    case IMX_ONLY: text_add_str(t, "only"); break;
    case IMX_NOTE: text_add(t, item->name); break;
    }
}

void text_add_imx(struct text *t, const struct imx_item *items, size_t count)
{
    text_add_str(t, IMX_VERSION);
    for (size_t i = 0; i < count; i++) {
        text_add_octet(t, ' ');
        text_add_imx_item(t, &items[i]);
    }
}

/* ---- RDATA ---- */

static enum imx_fault network_of_data(struct slice data, struct imx_item *item)
{
    enum ip_family family = item->tag == IMX_IP4 ? IP_V4 : IP_V6;
    struct cursor c = cursor_of(data);
    unsigned bits = take_octet(&c);
    if (c.bad || bits > (family == IP_V4 ? 32 : 128))
        return IMX_FAULT_LENGTH;
    struct slice octets = take_rest(&c);
    bool exact = octets.len == (bits + 7) / 8;
    return exact && prefix_of_octets(family, octets, bits, &item->prefix) ? IMX_FINE : IMX_FAULT_ADDRESS;
}

/* *known: it is an item to keep; those of other types from 128 on, and broken notes, are passed over. */
static enum imx_fault item_of_data(uint8_t type, struct slice data, struct text *names, struct imx_item *item, bool *known)
{
    *item = (struct imx_item){ .tag = (enum imx_tag)type };
    *known = type < RECORD_TYPE_NOTE || (type == RECORD_TYPE_NOTE && record_is_note(data));
    if (!*known)
        return IMX_FINE;
    switch (item->tag) {
    case IMX_IP4: case IMX_IP6: return network_of_data(data, item);
    case IMX_HOST: return record_name(data, names, &item->name) ? IMX_FINE : IMX_FAULT_NAME;
    case IMX_NONE: case IMX_ONLY: return data.len == 0 ? IMX_FINE : IMX_FAULT_DATA;
    case IMX_NOTE: item->name = data; return IMX_FINE;
    }
    return IMX_FAULT_ITEM;
}

enum imx_fault imx_parse_rdata(struct slice items, struct imx_list *list, struct slice *where)
{
    struct cursor c = cursor_of(items);
    while (!at_end(&c)) {
        struct slice from = c.rest;
        uint8_t type;
        struct slice data = take_record_item(&c, &type);
        struct imx_item item;
        bool known = false;
        enum imx_fault fault = c.bad ? IMX_FAULT_CUT : item_of_data(type, data, list->names, &item, &known);
        if (fault == IMX_FINE && known)
            fault = add_item(list, &item);
        if (fault != IMX_FINE) {
            *where = from;
            return fault;
        }
    }
    return check_list(list);
}

static void add_network_item(struct text *t, const struct imx_item *item)
{
    uint8_t data[17] = { (uint8_t)item->prefix.bits };
    size_t octets = (item->prefix.bits + 7) / 8;
    for (size_t i = 0; i < octets; i++)
        data[1 + i] = item->prefix.address.octets[i];
    text_add_record_item(t, (uint8_t)item->tag, slice_of(data, 1 + octets));
}

void text_add_imx_rdata(struct text *t, const struct imx_item *items, size_t count)
{
    text_add_octet(t, RECORD_WIRE_VERSION);
    for (size_t i = 0; i < count; i++) {
        const struct imx_item *item = &items[i];
        switch (item->tag) {
        case IMX_IP4: case IMX_IP6: add_network_item(t, item); break;
        case IMX_HOST: text_add_record_name(t, IMX_HOST, item->name); break;
        case IMX_NONE: case IMX_ONLY: case IMX_NOTE: text_add_record_item(t, (uint8_t)item->tag, item->name); break;
        }
    }
}

/* ---- a name's record ---- */

static bool lies_in(const struct prefix *inner, const struct prefix *outer)
{
    return outer->bits <= inner->bits && prefix_covers(outer, &inner->address);
}

/* Prefixes lie in one another or apart: what lies in none of the others adds its own size. */
static uint64_t distinct_hosts(const struct imx_list *list, enum imx_tag tag)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < list->count; i++) {
        const struct prefix *p = &list->at[i].prefix;
        bool counted = list->at[i].tag != tag;
        for (size_t k = 0; k < list->count && !counted; k++) {
            const struct prefix *other = &list->at[k].prefix;
            counted = k != i && list->at[k].tag == tag && lies_in(p, other) && (k < i || other->bits < p->bits);
        }
        sum = hosts_sum(sum, counted ? 0 : prefix_hosts(p));
    }
    return sum;
}

bool imx_is_too_loose(const struct imx_record *r)
{
    return r->hosts4 > HOSTS4_MAX || r->networks6 > NETWORKS6_MAX;
}

/* One block: record, items, names of the RDATA form (never longer than the RDATA). */
struct record_block { struct imx_record record; struct imx_item items[]; };

static struct imx_record *make_record(const struct answer *a, bool is_text)
{
    struct slice items = { 0 };
    size_t records = record_count(a, SLICE(IMX_VERSION), &items);
    /* An item has two octets at least, so a small record needs a small block. */
    size_t room = items.len / 2 < IMX_ITEMS_MAX ? items.len / 2 : IMX_ITEMS_MAX, names_octets = is_text ? 0 : items.len;
    struct record_block *b = mem_zalloc(1, sizeof *b + room * sizeof b->items[0] + names_octets);
    if (!b)
        return NULL;
    struct text names = text_fixed(b->items + room, names_octets);
    struct imx_list list = { b->items, 0, room, &names };
    if (records != 1)
        b->record.fault = IMX_FAULT_SEVERAL;
    else
        b->record.fault = is_text ? imx_parse_text(items, &list, &b->record.where) : imx_parse_rdata(items, &list, &b->record.where);
    b->record.items = b->items;
    b->record.count = list.count;
    b->record.none = has(&list, IMX_NONE);
    b->record.only = has(&list, IMX_ONLY);
    b->record.hosts4 = distinct_hosts(&list, IMX_IP4);
    b->record.networks6 = distinct_hosts(&list, IMX_IP6);
    return &b->record;
}

void *imx_record_of_text(const struct answer *a) { return make_record(a, true); }
void *imx_record_of_rdata(const struct answer *a) { return make_record(a, false); }

void imx_record_release(void *record)
{
    mem_free(record);
}
