/*
 * fuzz_imx_record: the input as one RDATA, its lines as the TXT records of one answer. What is well formed prints, in
 * both forms, into what reads back to the same; what is not names a part of the record, or nothing.
 * covers: src/methods/imx/imx_record.c src/methods/record.c
 */
#include "methods/imx/imx_record.h"

#include <stdlib.h>
#include <string.h>

#include "methods/record.h"

#define LINES_MAX 4
#define OCTETS_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

struct work { struct imx_item items[IMX_ITEMS_MAX]; struct imx_list list; uint8_t names_room[OCTETS_MAX * 2]; struct text names; struct slice where; };

static struct imx_list *fresh(struct work *w)
{
    memset(w->items, 0, sizeof w->items);
    w->where = (struct slice){ 0 };
    w->names = text_fixed(w->names_room, sizeof w->names_room);
    w->list = (struct imx_list){ w->items, 0, IMX_ITEMS_MAX, &w->names };
    return &w->list;
}

static void must_be_same(const struct imx_list *a, const struct imx_list *b)
{
    must(a->count == b->count);
    for (size_t i = 0; i < a->count; i++) {
        const struct imx_item *x = &a->at[i], *y = &b->at[i];
        must(x->tag == y->tag && x->prefix.bits == y->prefix.bits && slice_same(x->name, y->name));
        must(memcmp(x->prefix.address.octets, y->prefix.address.octets, 16) == 0);
    }
}

static void check_round_trips(const struct imx_list *list)
{
    static uint8_t text_room[64 * OCTETS_MAX], rdata_room[64 * OCTETS_MAX];
    static struct work again;
    struct text text = text_fixed(text_room, sizeof text_room), rdata = text_fixed(rdata_room, sizeof rdata_room);
    struct slice items = { 0 };
    text_add_imx(&text, list->at, list->count);
    text_add_imx_rdata(&rdata, list->at, list->count);
    must(!text.bad && !rdata.bad && record_begins(text_slice(&text), SLICE(IMX_VERSION), &items));
    must(imx_parse_text(items, fresh(&again), &again.where) == IMX_FINE);
    must_be_same(list, &again.list);
    must(imx_parse_rdata(slice_from(text_slice(&rdata), 1), fresh(&again), &again.where) == IMX_FINE);
    must_be_same(list, &again.list);
}

static void check_one(struct slice octets, bool is_text)
{
    static struct work w;
    enum imx_fault fault = is_text ? imx_parse_text(octets, fresh(&w), &w.where) : imx_parse_rdata(octets, fresh(&w), &w.where);
    if (fault == IMX_FINE)
        check_round_trips(&w.list);
    else
        must(w.where.len == 0 || (w.where.at >= octets.at && w.where.at + w.where.len <= octets.at + octets.len));
}

static void check_answer(uint16_t type, const struct slice *rdata, size_t count)
{
    struct answer *a = answer_make(&(struct answer_draft){
        .question = { .name = SLICE("_imx.example.com"), .type = type }, .status = ANSWER_DATA, .count = count, .rdata = rdata,
    });
    struct slice first;
    bool some = a && record_count(a, SLICE(IMX_VERSION), &first) > 0;
    struct imx_record *r = !some ? NULL : type == RTYPE_TXT ? imx_record_of_text(a) : imx_record_of_rdata(a);
    must(!r || (r->count <= IMX_ITEMS_MAX && (r->hosts4 <= UINT64_C(1) << 32)));
    must(!r || r->fault != IMX_FINE || !imx_is_too_loose(r) || r->count > 0);
    imx_record_release(r);
    answer_drop(a);
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
    struct slice input = slice_first(slice_of(at, len), OCTETS_MAX), rdata[LINES_MAX], rest = input, line, items;
    size_t count = 0;
    check_one(slice_from(input, 1), false);
    check_answer(65281, &input, 1);
    for (bool more = true; more && count < LINES_MAX; count++) {
        more = slice_cut(rest, '\n', &line, &rest);
        if (record_begins(line, SLICE(IMX_VERSION), &items))
            check_one(items, true);
        rdata[count] = strings_of(line, wire[count], sizeof wire[count]);
    }
    check_answer(RTYPE_TXT, rdata, count);
    return 0;
}
