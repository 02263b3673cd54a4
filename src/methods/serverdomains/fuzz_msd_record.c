/*
 * fuzz_msd_record: the input as one RDATA, its lines as the TXT records of one answer, each as a base and as an entry.
 * What is well formed prints, in both forms, into what reads back to the same; what is not names a part of the record,
 * or nothing. Lines as domains have names of entries that can be asked, or none.
 * covers: src/methods/serverdomains/msd_record.c src/methods/record.c
 */
#include "methods/serverdomains/msd_record.h"

#include <stdlib.h>

#include "crypto/digest.h"
#include "methods/record.h"

#define LINES_MAX 4
#define OCTETS_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

struct work { struct msd_item items[MSD_ITEMS_MAX]; struct msd_list list; uint8_t names_room[OCTETS_MAX * 2]; struct text names; struct slice where; };

static struct msd_list *fresh(struct work *w)
{
    w->where = (struct slice){ 0 };
    w->names = text_fixed(w->names_room, sizeof w->names_room);
    w->list = (struct msd_list){ w->items, 0, MSD_ITEMS_MAX, &w->names };
    return &w->list;
}

static void must_be_same(const struct msd_list *a, const struct msd_list *b)
{
    must(a->count == b->count);
    for (size_t i = 0; i < a->count; i++)
        must(a->at[i].tag == b->at[i].tag && slice_same(a->at[i].name, b->at[i].name));
}

static void check_round_trips(const struct msd_list *list, enum msd_place place)
{
    static uint8_t text_room[64 * OCTETS_MAX], rdata_room[64 * OCTETS_MAX];
    static struct work again;
    struct text text = text_fixed(text_room, sizeof text_room), rdata = text_fixed(rdata_room, sizeof rdata_room);
    struct slice items = { 0 };
    text_add_msd(&text, list->at, list->count);
    text_add_msd_rdata(&rdata, list->at, list->count);
    must(!text.bad && !rdata.bad && record_begins(text_slice(&text), SLICE(MSD_VERSION), &items));
    must(msd_parse_text(items, place, fresh(&again), &again.where) == MSD_FINE);
    must_be_same(list, &again.list);
    must(msd_parse_rdata(slice_from(text_slice(&rdata), 1), place, fresh(&again), &again.where) == MSD_FINE);
    must_be_same(list, &again.list);
}

static void check_one(struct slice octets, enum msd_place place, bool is_text)
{
    static struct work w;
    enum msd_fault fault = is_text ? msd_parse_text(octets, place, fresh(&w), &w.where) : msd_parse_rdata(octets, place, fresh(&w), &w.where);
    if (fault == MSD_FINE)
        check_round_trips(&w.list, place);
    else
        must(w.where.len == 0 || (w.where.at >= octets.at && w.where.at + w.where.len <= octets.at + octets.len));
}

static void check_answer(uint16_t type, const struct slice *rdata, size_t count, struct slice domain)
{
    struct answer *a = answer_make(&(struct answer_draft){
        .question = { .name = SLICE("_serves._smtp.mx1.isp.example"), .type = type }, .status = ANSWER_DATA, .count = count, .rdata = rdata,
    });
    struct slice first;
    bool some = a && record_count(a, SLICE(MSD_VERSION), &first) > 0;
    struct msd_record *base = !some ? NULL : type == RTYPE_TXT ? msd_base_of_text(a) : msd_base_of_rdata(a);
    struct msd_record *entry = !some ? NULL : type == RTYPE_TXT ? msd_entry_of_text(a) : msd_entry_of_rdata(a);
    must(!base || (base->count <= MSD_ITEMS_MAX && (!msd_serves(base, domain) || base->count > 0)));
    must(!base || !entry || base->fault != MSD_FINE || entry->fault != MSD_FINE);          /* no record is both */
    msd_record_release(base);
    msd_record_release(entry);
    answer_drop(a);
}

static void check_names(struct slice domain)
{
    struct arena *a = arena_new(1u << 16);
    struct slice host = SLICE("mx1.isp.example"), entry = msd_entry_name(a, domain, host), hashed;
    must(msd_hashed_name(a, domain, host, &hashed));
    must(entry.len == 0 || name_askable(entry));
    must(hashed.len == 0 || (name_askable(hashed) && name_at_or_below(hashed, msd_base_name(a, host))));
    arena_free(a);
}

static struct slice strings_of(struct slice line, uint8_t *room, size_t octets)
{
    struct text t = text_fixed(room, octets);
    do {
        struct slice part = slice_first(line, 255);
        text_add_octet(&t, (uint8_t)part.len);
        text_add(&t, part);
        line = slice_from(line, part.len);
    } while (line.len > 0);
    return text_slice(&t);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    static uint8_t wire[LINES_MAX][OCTETS_MAX + 64];
    static bool started;
    struct slice input = slice_first(slice_of(at, len), OCTETS_MAX), rdata[LINES_MAX], rest = input, line, items;
    size_t count = 0;
    if (!started)
        must(crypto_start() == STATUS_OK);
    started = true;
    for (enum msd_place place = MSD_BASE; place <= MSD_ENTRY; place++)
        check_one(slice_from(input, 1), place, false);
    check_answer(65282, &input, 1, SLICE("example.com"));
    for (bool more = true; more && count < LINES_MAX; count++) {
        more = slice_cut(rest, '\n', &line, &rest);
        bool begins = record_begins(line, SLICE(MSD_VERSION), &items);
        for (enum msd_place place = MSD_BASE; begins && place <= MSD_ENTRY; place++)
            check_one(items, place, true);
        check_names(line);
        rdata[count] = strings_of(line, wire[count], sizeof wire[count]);
    }
    check_answer(RTYPE_TXT, rdata, count, slice_first(input, 64));
    return 0;
}
