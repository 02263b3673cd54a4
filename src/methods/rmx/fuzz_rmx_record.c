/*
 * fuzz_rmx_record: the first octet's lowest bit says legacy; the rest is lines: TXT records of one answer, and as a whole one
 * RDATA. What is well formed prints, in both forms, into what reads back to the same; what is not names a part of the record.
 * covers: src/methods/rmx/rmx_record.c src/methods/prefix.c
 */
#include "methods/rmx/rmx_record.h"

#include <stdlib.h>
#include <string.h>

#include "methods/path.h"

#define LINES_MAX 8
#define OCTETS_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

struct work { struct rmx_entry entries[PATH_ENTRIES_MAX]; struct rmx_list list; uint8_t names_room[2 * OCTETS_MAX]; struct text names; struct slice where; };

static struct rmx_list *fresh(struct work *w)
{
    memset(w->entries, 0, sizeof w->entries);
    w->names = text_fixed(w->names_room, sizeof w->names_room);
    w->list = (struct rmx_list){ w->entries, 0, PATH_ENTRIES_MAX, &w->names };
    return &w->list;
}

static bool same_entry(const struct rmx_entry *x, const struct rmx_entry *y)
{
    return x->tag == y->tag && x->negated == y->negated && x->prefix.bits == y->prefix.bits && slice_same(x->name, y->name) &&
           x->prefix.address.family == y->prefix.address.family && memcmp(x->prefix.address.octets, y->prefix.address.octets, 16) == 0;
}

static void must_be_same(const struct rmx_list *x, const struct rmx_list *y)
{
    must(x->count == y->count);
    for (size_t i = 0; i < x->count; i++)
        must(same_entry(&x->at[i], &y->at[i]));
}

static void check_round_trips(const struct rmx_list *list)
{
    static uint8_t text_room[64 * OCTETS_MAX], rdata_room[64 * OCTETS_MAX];
    static struct work again;
    struct text text = text_fixed(text_room, sizeof text_room), rdata = text_fixed(rdata_room, sizeof rdata_room);
    text_add_rmx(&text, list->at, list->count);
    text_add_rmx_rdata(&rdata, list->at, list->count);
    must(!text.bad && !rdata.bad);
    must(rmx_parse_text(text_slice(&text), false, fresh(&again), &again.where) == RMX_FINE);
    must_be_same(list, &again.list);
    must(rmx_parse_rdata(text_slice(&rdata), false, fresh(&again), &again.where) == RMX_FINE);
    must_be_same(list, &again.list);
}

static void check_one(struct slice octets, bool is_text, bool legacy)
{
    static struct work w;
    enum rmx_fault fault = is_text ? rmx_parse_text(octets, legacy, fresh(&w), &w.where) : rmx_parse_rdata(octets, legacy, fresh(&w), &w.where);
    if (fault == RMX_FINE)
        check_round_trips(&w.list);
    else
        must(w.where.len > 0 && w.where.at >= octets.at && w.where.at + w.where.len <= octets.at + octets.len);
    for (size_t i = 0; i < w.list.count; i++)
        must(rmx_tag_name(w.list.at[i].tag)[0] != '\0');
}

static struct slice rdata_of(struct slice line, uint8_t *room, size_t octets)
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

static void check_set(uint16_t type, const struct slice *rdata, size_t count, void *(*make)(const struct answer *))
{
    struct answer *a = answer_make(&(struct answer_draft){
        .question = { .name = SLICE("example.org"), .type = type }, .status = ANSWER_DATA, .count = count, .rdata = rdata,
    });
    struct rmx_set *set = a ? make(a) : NULL;
    must(!set || (set->records <= count && set->count <= PATH_ENTRIES_MAX));
    rmx_set_release(set);
    answer_drop(a);
}

static void check_names(struct slice local)
{
    struct arena *a = arena_new(1u << 20);
    struct slice name = rmx_full_name(a, local, SLICE("example.com"));
    must(name.len == 0 || name_at_or_below(name, SLICE("_rmx.example.com")));
    arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    static uint8_t wire[LINES_MAX][OCTETS_MAX + 64];
    struct slice input = slice_first(slice_of(at, len), OCTETS_MAX), rdata[LINES_MAX], rest, line;
    bool legacy = input.len > 0 && (input.at[0] & 1);
    size_t count = 0;
    rest = input = slice_from(input, 1);
    check_one(input, false, legacy);
    for (bool more = true; more && count < LINES_MAX;) {
        more = slice_cut(rest, '\n', &line, &rest);
        check_one(line, true, legacy);
        check_names(line);
        rdata[count] = rdata_of(line, wire[count], sizeof wire[count]);
        count++;
    }
    check_set(RTYPE_TXT, rdata, count, legacy ? rmx_set_of_text_legacy : rmx_set_of_text);
    check_set(65280, &input, 1, legacy ? rmx_set_of_rdata_legacy : rmx_set_of_rdata);
    return 0;
}
