/* fuzz_rmx_apl: one APL RDATA; what is read prints into what reads back to the same. */
#include "methods/rmx/rmx_apl.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void check_round_trip(const struct apl_set *set)
{
    static uint8_t room[20 * APL_ITEMS_MAX + 1];
    static struct apl_item again[APL_ITEMS_MAX];
    struct text t = text_fixed(room, sizeof room);
    size_t count = 0;
    text_add_apl_wire(&t, set->items, set->count);
    must(!t.bad && apl_parse(text_slice(&t), again, APL_ITEMS_MAX, &count) && count == set->count);
    must(count == 0 || memcmp(again, set->items, count * sizeof again[0]) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    const struct ip four = { { 192, 0, 2, 1 }, IP_V4 }, six = { { 0x20, 1, 0xd, 0xb8 }, IP_V6 };
    struct slice rdata[2] = { slice_of(at, len / 2), slice_of(at + len / 2, len - len / 2) };
    struct slice whole = slice_of(at, len);
    for (unsigned two = 0; two < 2; two++) {
        struct answer *a = answer_make(&(struct answer_draft){
            .question = { .name = SLICE("r.example"), .type = RTYPE_APL }, .status = ANSWER_DATA, .count = 1 + two, .rdata = two ? rdata : &whole,
        });
        struct apl_set *set = a ? apl_set_make(a) : NULL;
        if (set) {
            must(set->count <= APL_ITEMS_MAX);
            check_round_trip(set);
            enum apl_match m4 = apl_judge(set, &four), m6 = apl_judge(set, &six);
            must(set->count > 0 || (m4 == APL_NOTHING && m6 == APL_NOTHING && apl_hosts(set) == 0));
        }
        apl_set_release(set);
        answer_drop(a);
    }
    return 0;
}
