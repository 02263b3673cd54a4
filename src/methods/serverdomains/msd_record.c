#include "methods/serverdomains/msd_record.h"

#include "base/codec.h"
#include "crypto/digest.h"
#include "methods/record.h"

#define PLACE "_serves._smtp"
#define HASH_DIGITS 40

static const struct { enum msd_tag tag; const char *word; enum msd_place place; } words[] = {
    { MSD_ALL, "all", MSD_BASE }, { MSD_FACTORED, "factored", MSD_BASE }, { MSD_ONLY, "only", MSD_BASE },
    { MSD_YES, "yes", MSD_ENTRY }, { MSD_NO, "no", MSD_ENTRY },
};

static const char *word_of_tag(enum msd_tag tag)
{
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (words[i].tag == tag)
            return words[i].word;
    return "";
}

/* ---- what both forms share ---- */

static bool has(const struct msd_list *list, enum msd_tag tag)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->at[i].tag == tag)
            return true;
    return false;
}

static bool belongs(enum msd_tag tag, enum msd_place place)
{
    switch (tag) {
    case MSD_DOMAIN: case MSD_BELOW: case MSD_ALL: case MSD_FACTORED: case MSD_ONLY: return place == MSD_BASE;
    case MSD_YES: case MSD_NO: return place == MSD_ENTRY;
    case MSD_NOTE: return true;
    }
    return false;
}

static enum msd_fault add_item(struct msd_list *list, enum msd_place place, const struct msd_item *item)
{
    if (!belongs(item->tag, place))
        return MSD_FAULT_ITEM;
    if (list->count == list->room)
        return MSD_FAULT_ITEMS;
    list->at[list->count++] = *item;
    return MSD_FINE;
}

/* An entry says yes or no. */
static enum msd_fault check_list(const struct msd_list *list, enum msd_place place)
{
    return place == MSD_ENTRY && has(list, MSD_YES) == has(list, MSD_NO) ? MSD_FAULT_ENTRY : MSD_FINE;
}

/* ---- TXT ---- */

static enum msd_fault domain_of_text(struct slice data, struct msd_item *item)
{
    item->tag = slice_starts(data, SLICE("*.")) ? MSD_BELOW : MSD_DOMAIN;
    item->name = name_undotted(slice_from(data, item->tag == MSD_BELOW ? 2 : 0));
    return name_is_hostname(item->name) ? MSD_FINE : MSD_FAULT_NAME;
}

static enum msd_fault item_of_text(struct slice word, struct msd_item *item)
{
    struct slice tag, data;
    *item = (struct msd_item){ .tag = MSD_NOTE };
    if (record_is_note(word)) {
        item->name = word;
        return MSD_FINE;
    }
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (!slice_same_nocase(word, slice_str(words[i].word)))
            continue;
        item->tag = words[i].tag;
        return MSD_FINE;
    }
    if (slice_cut(word, ':', &tag, &data) && slice_same_nocase(tag, SLICE("d")))
        return domain_of_text(data, item);
    return MSD_FAULT_ITEM;
}

enum msd_fault msd_parse_text(struct slice items, enum msd_place place, struct msd_list *list, struct slice *where)
{
    struct slice word;
    while (record_next(&items, &word)) {
        struct msd_item item;
        enum msd_fault fault = item_of_text(word, &item);
        if (fault == MSD_FINE)
            fault = add_item(list, place, &item);
        if (fault != MSD_FINE) {
            *where = word;
            return fault;
        }
    }
    return check_list(list, place);
}

static void add_item_text(struct text *t, const struct msd_item *item)
{
    switch (item->tag) {
    case MSD_DOMAIN: text_add_str(t, "d:"); text_add(t, item->name); break;
    case MSD_BELOW: text_add_str(t, "d:*."); text_add(t, item->name); break;
    case MSD_NOTE: text_add(t, item->name); break;
    case MSD_ALL: case MSD_FACTORED: case MSD_ONLY: case MSD_YES: case MSD_NO: text_add_str(t, word_of_tag(item->tag)); break;
    }
}

void text_add_msd(struct text *t, const struct msd_item *items, size_t count)
{
    text_add_str(t, MSD_VERSION);
    for (size_t i = 0; i < count; i++) {
        text_add_octet(t, ' ');
        add_item_text(t, &items[i]);
    }
}

/* ---- RDATA ---- */

/* *known: it is an item to keep; those of other types from 128 on, and broken notes, are passed over. */
static enum msd_fault item_of_data(uint8_t type, struct slice data, struct text *names, struct msd_item *item, bool *known)
{
    *item = (struct msd_item){ .tag = (enum msd_tag)type };
    *known = type < RECORD_TYPE_NOTE || (type == RECORD_TYPE_NOTE && record_is_note(data));
    if (!*known)
        return MSD_FINE;
    switch (item->tag) {
    case MSD_DOMAIN: case MSD_BELOW: return record_name(data, names, &item->name) ? MSD_FINE : MSD_FAULT_NAME;
    case MSD_ALL: case MSD_FACTORED: case MSD_ONLY: case MSD_YES: case MSD_NO: return data.len == 0 ? MSD_FINE : MSD_FAULT_DATA;
    case MSD_NOTE: item->name = data; return MSD_FINE;
    }
    return MSD_FAULT_ITEM;
}

enum msd_fault msd_parse_rdata(struct slice items, enum msd_place place, struct msd_list *list, struct slice *where)
{
    struct cursor c = cursor_of(items);
    while (!at_end(&c)) {
        struct slice from = c.rest;
        uint8_t type;
        struct slice data = take_record_item(&c, &type);
        struct msd_item item;
        bool known = false;
        enum msd_fault fault = c.bad ? MSD_FAULT_CUT : item_of_data(type, data, list->names, &item, &known);
        if (fault == MSD_FINE && known)
            fault = add_item(list, place, &item);
        if (fault != MSD_FINE) {
            *where = from;
            return fault;
        }
    }
    return check_list(list, place);
}

void text_add_msd_rdata(struct text *t, const struct msd_item *items, size_t count)
{
    text_add_octet(t, RECORD_WIRE_VERSION);
    for (size_t i = 0; i < count; i++) {
        const struct msd_item *item = &items[i];
        if (item->tag == MSD_DOMAIN || item->tag == MSD_BELOW)
            text_add_record_name(t, (uint8_t)item->tag, item->name);
        else
            text_add_record_item(t, (uint8_t)item->tag, item->name);
    }
}

/* ---- a name's record ---- */

bool msd_serves(const struct msd_record *r, struct slice domain)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct msd_item *item = &r->items[i];
        if (item->tag == MSD_DOMAIN && name_same(item->name, domain))
            return true;
        if (item->tag == MSD_BELOW && name_at_or_below(domain, item->name) && !name_same(domain, item->name))
            return true;
    }
    return false;
}

/* One block: record, items, names of the RDATA form (never longer than the RDATA). */
struct record_block { struct msd_record record; struct msd_item items[]; };

static struct msd_record *make_record(const struct answer *a, bool is_text, enum msd_place place)
{
    struct slice items = { 0 };
    size_t records = record_count(a, SLICE(MSD_VERSION), &items);
    /* An item has two octets at least, so a small record needs a small block. */
    size_t room = items.len / 2 < MSD_ITEMS_MAX ? items.len / 2 : MSD_ITEMS_MAX, names_octets = is_text ? 0 : items.len;
    struct record_block *b = mem_zalloc(1, sizeof *b + room * sizeof b->items[0] + names_octets);
    if (!b)
        return NULL;
    struct text names = text_fixed(b->items + room, names_octets);
    struct msd_list list = { b->items, 0, room, &names };
    struct msd_record *r = &b->record;
    if (records != 1)
        r->fault = MSD_FAULT_SEVERAL;
    else
        r->fault = is_text ? msd_parse_text(items, place, &list, &r->where) : msd_parse_rdata(items, place, &list, &r->where);
    *r = (struct msd_record){
        .fault = r->fault, .where = r->where, .all = has(&list, MSD_ALL), .factored = has(&list, MSD_FACTORED), .only = has(&list, MSD_ONLY),
        .yes = has(&list, MSD_YES), .count = list.count, .items = b->items,
    };
    return r;
}

void *msd_base_of_text(const struct answer *a) { return make_record(a, true, MSD_BASE); }
void *msd_base_of_rdata(const struct answer *a) { return make_record(a, false, MSD_BASE); }
void *msd_entry_of_text(const struct answer *a) { return make_record(a, true, MSD_ENTRY); }
void *msd_entry_of_rdata(const struct answer *a) { return make_record(a, false, MSD_ENTRY); }

void msd_record_release(void *record)
{
    mem_free(record);
}

/* ---- names ---- */

struct slice msd_base_name(struct arena *a, struct slice host)
{
    return name_join(a, SLICE(PLACE), host);
}

static struct slice below_place(struct arena *a, struct slice prefix, struct slice host)
{
    struct slice name = name_join(a, prefix, msd_base_name(a, host));
    return name_askable(name) ? name : (struct slice){ 0 };
}

struct slice msd_entry_name(struct arena *a, struct slice domain, struct slice host)
{
    return below_place(a, domain, host);
}

bool msd_hashed_name(struct arena *a, struct slice domain, struct slice host, struct slice *out)
{
    uint8_t hash[HASH_OCTETS_MAX];
    char room[2 + HASH_DIGITS];
    struct text label = text_fixed(room, sizeof room);
    *out = (struct slice){ 0 };
    if (!hash_once(HASH_SHA256, domain, hash))
        return false;
    text_add_str(&label, "_h");
    hex_encode(&label, slice_of(hash, HASH_DIGITS / 2));
    *out = below_place(a, text_slice(&label), host);
    return true;
}

struct slice msd_probe_name(struct arena *a, struct slice host)
{
    return below_place(a, SLICE("_any"), host);
}
