#include "methods/rmx/rmx_record.h"

#include <stdlib.h>

#include "base/codec.h"
#include "methods/path.h"
#include "methods/prefix.h"

#define NEGATED_BIT 0x80                  /* first octet of an entry's RDATA: N, then 7 bits of type code */
#define BASE32_LABEL 60                   /* characters of an encoded local part in one label (rmx.md) */

static const struct { const char *name; bool negatable; } tags[RMX_TAG_MAX + 1] = {
    [RMX_IPV4] = { "ipv4", true }, [RMX_IPV6] = { "ipv6", true }, [RMX_HOST] = { "host", true }, [RMX_APL] = { "apl", true },
    [RMX_DOMAIN] = { "domain", true }, [RMX_UNUSED] = { "unused", false }, [RMX_FULL] = { "full", false }, [RMX_MX] = { "mx", true },
};

const char *rmx_tag_name(enum rmx_tag tag)
{
    return tags[tag].name;
}

/* ---- what both forms share ---- */

static enum rmx_fault add_entry(struct rmx_list *list, const struct rmx_entry *e)
{
    if (e->negated && !tags[e->tag].negatable)
        return RMX_FAULT_NEGATED;
    if (list->count == list->room)
        return RMX_FAULT_ENTRIES;
    list->at[list->count++] = *e;
    return RMX_FINE;
}

/* ---- TXT ---- */

/* tag = mnemonic (case-insensitive) / decimal type number */
static bool tag_of(struct slice word, enum rmx_tag *out)
{
    uint64_t number;
    bool is_number = number_of(word, RMX_IPV4, RMX_TAG_MAX, &number);
    for (unsigned i = RMX_IPV4; i <= RMX_TAG_MAX; i++) {
        if (!slice_same_nocase(word, slice_str(tags[i].name)) && !(is_number && number == i))
            continue;
        *out = (enum rmx_tag)i;
        return true;
    }
    return false;
}

static enum rmx_fault network_of_text(struct slice data, enum ip_family family, struct prefix *out)
{
    static const enum rmx_fault faults[] = { [PREFIX_FINE] = RMX_FINE, [PREFIX_BAD_ADDRESS] = RMX_FAULT_ADDRESS, [PREFIX_BAD_LENGTH] = RMX_FAULT_LENGTH };
    return faults[prefix_of_text(data, family, out)];
}

static enum rmx_fault name_of_text(struct slice data, struct slice *out)
{
    *out = name_undotted(data);
    return name_is_hostname(*out) ? RMX_FINE : RMX_FAULT_NAME;
}

static enum rmx_fault data_of_text(struct slice data, struct rmx_entry *e)
{
    switch (e->tag) {
    case RMX_IPV4: return network_of_text(data, IP_V4, &e->prefix);
    case RMX_IPV6: return network_of_text(data, IP_V6, &e->prefix);
    case RMX_HOST: case RMX_APL: return name_of_text(data, &e->name);
    case RMX_DOMAIN: return data.len == 0 ? RMX_FINE : name_of_text(data, &e->name);
    case RMX_UNUSED: case RMX_FULL: case RMX_MX: return data.len == 0 ? RMX_FINE : RMX_FAULT_DATA;
    }
    return RMX_FAULT_TAG;
}

/* Drafts -00 and -01: "192.0.2.0/24" */
static bool is_bare_prefix(struct slice word, struct rmx_entry *e)
{
    if (!prefix_parse(word, &e->prefix))
        return false;
    e->tag = e->prefix.address.family == IP_V4 ? RMX_IPV4 : RMX_IPV6;
    prefix_clear_host_bits(&e->prefix);
    return true;
}

/* entry = [ "!" ] tag ":" data */
static enum rmx_fault entry_of_text(struct slice word, bool legacy, struct rmx_entry *e)
{
    struct slice tag, data;
    *e = (struct rmx_entry){ .negated = word.at[0] == '!' };
    word = slice_from(word, e->negated ? 1 : 0);
    if (legacy && is_bare_prefix(word, e))
        return RMX_FINE;
    if (slice_cut(word, ':', &tag, &data))
        return tag_of(tag, &e->tag) ? data_of_text(data, e) : RMX_FAULT_TAG;
    e->tag = RMX_APL;                /* "relays.isp.example" */
    return legacy ? name_of_text(word, &e->name) : RMX_FAULT_NO_TAG;
}

static bool is_no_blank(uint8_t octet)
{
    return !is_wsp(octet);
}

enum rmx_fault rmx_parse_text(struct slice record, bool legacy, struct rmx_list *list, struct slice *where)
{
    struct cursor c = cursor_of(record);
    for (skip_wsp(&c); !at_end(&c); skip_wsp(&c)) {
        struct rmx_entry e;
        struct slice word = take_while(&c, is_no_blank);
        enum rmx_fault fault = entry_of_text(word, legacy, &e);
        if (fault == RMX_FINE)
            fault = add_entry(list, &e);
        if (fault != RMX_FINE) {
            *where = word;
            return fault;
        }
    }
    return RMX_FINE;
}

void text_add_rmx_entry(struct text *t, const struct rmx_entry *e)
{
    text_addf(t, "%s%s:", e->negated ? "!" : "", tags[e->tag].name);
    switch (e->tag) {
    case RMX_IPV4: case RMX_IPV6: text_add_network(t, &e->prefix); break;
    case RMX_HOST: case RMX_APL: case RMX_DOMAIN: text_add(t, e->name); break;
    case RMX_UNUSED: case RMX_FULL: case RMX_MX: break;
    }
}

void text_add_rmx(struct text *t, const struct rmx_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        text_add_str(t, i > 0 ? " " : "");
        text_add_rmx_entry(t, &entries[i]);
    }
}

/* ---- RDATA ---- */

/* L, then trunc((L+7)/8) octets */
static enum rmx_fault take_prefix(struct cursor *c, enum ip_family family, struct prefix *out)
{
    unsigned bits = take_octet(c);
    if (!c->bad && bits > (family == IP_V4 ? 32 : 128))
        return RMX_FAULT_LENGTH;
    struct slice octets = take(c, (bits + 7) / 8);
    if (c->bad)
        return RMX_FAULT_CUT;
    return prefix_of_octets(family, octets, bits, out) ? RMX_FINE : RMX_FAULT_LENGTH;
}

/* An uncompressed domain name. The draft's figure draws a length before it, its text does not. */
static enum rmx_fault take_name(struct cursor *c, bool may_be_root, struct text *names, struct slice *out)
{
    uint8_t name[NAME_TEXT_MAX];
    size_t len, start = names->len;
    if (!take_wire_name_to(c, name, &len))
        return c->bad ? RMX_FAULT_CUT : RMX_FAULT_NAME;
    *out = slice_of(name, len);
    if (may_be_root && slice_same(*out, SLICE("."))) {
        *out = (struct slice){ 0 };
        return RMX_FINE;
    }
    if (!name_is_hostname(*out))
        return RMX_FAULT_NAME;
    text_add(names, *out);
    *out = slice_of(names->at + start, len);
    return names->bad ? RMX_FAULT_ENTRIES : RMX_FINE;
}

static enum rmx_fault take_data(struct cursor *c, struct text *names, struct rmx_entry *e)
{
    switch (e->tag) {
    case RMX_IPV4: return take_prefix(c, IP_V4, &e->prefix);
    case RMX_IPV6: return take_prefix(c, IP_V6, &e->prefix);
    case RMX_HOST: case RMX_APL: return take_name(c, false, names, &e->name);
    case RMX_DOMAIN: return take_name(c, true, names, &e->name);
    case RMX_UNUSED: case RMX_FULL: case RMX_MX: return RMX_FINE;
    }
    return RMX_FAULT_TAG;
}

static enum rmx_fault tagged_rdata(struct slice rdata, struct rmx_list *list, struct slice *where)
{
    struct cursor c = cursor_of(rdata);
    while (!at_end(&c)) {
        struct slice from = c.rest;
        uint8_t octet = take_octet(&c), code = octet & 0x7f;
        struct rmx_entry e = { .tag = (enum rmx_tag)code, .negated = (octet & NEGATED_BIT) != 0 };
        enum rmx_fault fault = code < RMX_IPV4 || code > RMX_TAG_MAX ? RMX_FAULT_TAG : take_data(&c, list->names, &e);
        if (fault == RMX_FINE)
            fault = add_entry(list, &e);
        if (fault != RMX_FINE) {
            *where = from;
            return fault;
        }
    }
    return RMX_FINE;
}

/* Drafts -00 and -01: names of APL records and nothing else. */
static bool names_rdata(struct slice rdata, struct rmx_list *list)
{
    struct cursor c = cursor_of(rdata);
    while (!at_end(&c)) {
        struct rmx_entry e = { .tag = RMX_APL };
        if (take_name(&c, false, list->names, &e.name) != RMX_FINE || add_entry(list, &e) != RMX_FINE)
            return false;
    }
    return true;
}

enum rmx_fault rmx_parse_rdata(struct slice rdata, bool legacy, struct rmx_list *list, struct slice *where)
{
    size_t before = list->count;
    enum rmx_fault fault = tagged_rdata(rdata, list, where);
    if (fault == RMX_FINE || !legacy)
        return fault;
    list->count = before;
    return names_rdata(rdata, list) ? RMX_FINE : fault;
}

static void add_wire_name(struct text *t, struct slice name)
{
    uint8_t wire[NAME_WIRE_MAX];
    size_t len;
    if (name_to_wire(name.len > 0 ? name : SLICE("."), wire, &len))
        text_add(t, slice_of(wire, len));
    else
        t->bad = true;
}

void text_add_rmx_rdata(struct text *t, const struct rmx_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct rmx_entry *e = &entries[i];
        text_add_octet(t, (uint8_t)(e->tag | (e->negated ? NEGATED_BIT : 0)));
        switch (e->tag) {
        case RMX_IPV4: case RMX_IPV6:
            text_add_octet(t, (uint8_t)e->prefix.bits);
            text_add(t, slice_of(e->prefix.address.octets, (e->prefix.bits + 7) / 8));
            break;
        case RMX_HOST: case RMX_APL: case RMX_DOMAIN: add_wire_name(t, e->name); break;
        case RMX_UNUSED: case RMX_FULL: case RMX_MX: break;
        }
    }
}

/* ---- a name's set ---- */

static int by_text(const void *a, const void *b)
{
    return slice_compare((*(const struct rdata *const *)a)->text, (*(const struct rdata *const *)b)->text);
}

static int by_rdata(const void *a, const void *b)
{
    return slice_compare((*(const struct rdata *const *)a)->raw, (*(const struct rdata *const *)b)->raw);
}

bool rmx_is_foreign(struct slice text)
{
    return slice_starts_nocase(text, SLICE("v="));
}

/* One block: set, entries, names of the RDATA form (never longer than the RDATA). */
struct set_block { struct rmx_set set; struct rmx_entry entries[]; };

static struct rmx_set *make_set(const struct answer *a, bool is_text, bool legacy)
{
    const struct rdata *order[ANSWER_RECORDS_MAX];
    size_t octets = 0;
    for (size_t i = 0; i < a->count; i++) {
        order[i] = &a->records[i];
        octets += a->records[i].raw.len;
    }
    qsort(order, a->count, sizeof *order, is_text ? by_text : by_rdata);
    /* Every entry has an octet at least, so a small record set needs a small block. */
    size_t room = octets < PATH_ENTRIES_MAX ? octets : PATH_ENTRIES_MAX, names_octets = is_text ? 0 : 2 * octets;
    struct set_block *b = mem_zalloc(1, sizeof *b + room * sizeof b->entries[0] + names_octets);
    if (!b)
        return NULL;
    struct text names = text_fixed(b->entries + room, names_octets);
    struct rmx_list list = { b->entries, 0, room, &names };
    for (size_t i = 0; i < a->count && b->set.fault == RMX_FINE; i++) {
        if (is_text && rmx_is_foreign(order[i]->text))
            continue;
        b->set.records++;
        b->set.fault = is_text ? rmx_parse_text(order[i]->text, legacy, &list, &b->set.where)
                               : rmx_parse_rdata(order[i]->raw, legacy, &list, &b->set.where);
    }
    b->set.entries = b->entries;
    b->set.count = list.count;
    for (size_t i = 0; i < list.count; i++) {
        const struct rmx_entry *e = &list.at[i];
        if (!e->negated && (e->tag == RMX_IPV4 || e->tag == RMX_IPV6))
            b->set.hosts = hosts_sum(b->set.hosts, prefix_hosts(&e->prefix));
    }
    return &b->set;
}

void *rmx_set_of_text(const struct answer *a) { return make_set(a, true, false); }
void *rmx_set_of_text_legacy(const struct answer *a) { return make_set(a, true, true); }
void *rmx_set_of_rdata(const struct answer *a) { return make_set(a, false, false); }
void *rmx_set_of_rdata_legacy(const struct answer *a) { return make_set(a, false, true); }

void rmx_set_release(void *set)
{
    mem_free(set);
}

/* ---- full addresses ---- */

static bool maps_literally(struct slice local)
{
    if (!name_askable(local) || local.at[local.len - 1] == '.')
        return false;
    for (size_t i = 0; i < local.len; i++) {
        uint8_t o = local.at[i];
        if (!(o >= 'a' && o <= 'z') && !is_digit(o) && o != '-' && o != '.')
            return false;
    }
    return !slice_same(local, SLICE("."));
}

struct slice rmx_full_name(struct arena *a, struct slice local, struct slice domain)
{
    struct text name = text_in(a, 4 * NAME_TEXT_MAX), code = text_in(a, 2 * NAME_TEXT_MAX);
    if (maps_literally(local)) {
        text_add(&name, local);
    } else {
        base32_encode(&code, local);
        for (struct slice rest = text_slice(&code); rest.len > 0; rest = slice_from(rest, BASE32_LABEL)) {
            text_add(&name, slice_first(rest, BASE32_LABEL));
            text_add_str(&name, rest.len > BASE32_LABEL ? "." : "");
        }
        text_add_str(&name, "._b32");
    }
    text_add_str(&name, "._rmx.");
    text_add(&name, domain);
    /* Too long for a name: nothing can be published there, and asking for it finds nothing. */
    return code.bad || name.bad ? SLICE("") : text_slice(&name);
}
