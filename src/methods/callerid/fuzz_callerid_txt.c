/* fuzz_callerid_txt: TXT records, one a line, as a set in any order; the whole as a document that is split and joined again. */
#include "methods/callerid/callerid_txt.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"

#define LINES_MAX ANSWER_RECORDS_MAX
#define WIRE_OCTETS (1u << 17)

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

/* The other way round: the same document, the same fault. */
static void check_join(struct arena *a, const struct slice *records, size_t count)
{
    struct slice turned[LINES_MAX], document[2], where[2];
    size_t used[2];
    for (size_t i = 0; i < count; i++)
        turned[i] = records[count - 1 - i];
    enum ep_fault fault = ep_join(a, records, count, &document[0], &used[0], &where[0]);
    must(ep_join(a, turned, count, &document[1], &used[1], &where[1]) == fault);
    must(used[0] == used[1] && used[0] <= count && slice_same(document[0], document[1]) && slice_same(where[0], where[1]));
    must(fault == EP_FINE || fault == EP_FAULT_RECORD_OCTETS || fault == EP_FAULT_NO_MARK || fault == EP_FAULT_SAME_MARK);
}

static void check_split(struct arena *a, struct slice document)
{
    struct slice records[EP_RECORDS_MAX], joined, where;
    size_t count, used;
    if (!ep_split(a, document, records, EP_RECORDS_MAX, &count)) {
        must(document.len == 0 || document.len > EP_RECORDS_MAX * (EP_RECORD_OCTETS_MAX - EP_MARK_OCTETS));
        return;
    }
    bool foreign = count == 1 && (slice_starts_nocase(document, SLICE("v=")) || slice_starts_nocase(document, SLICE("spf2.0")));
    must(ep_join(a, records, count, &joined, &used, &where) == EP_FINE);
    must(foreign ? used == 0 : used == count && slice_same(joined, document));
}

static void check_set(const struct slice *records, size_t count)
{
    static uint8_t wire[WIRE_OCTETS];
    struct text t = text_fixed(wire, sizeof wire);
    struct slice rdata[LINES_MAX];
    for (size_t i = 0; i < count; i++) {
        size_t start = t.len;
        struct slice rest = records[i];
        do {
            struct slice part = slice_first(rest, 255);
            text_add_octet(&t, (uint8_t)part.len);
            text_add(&t, part);
            rest = slice_from(rest, part.len);
        } while (rest.len > 0);
        rdata[i] = slice_of(wire + start, t.len - start);
    }
    must(!t.bad);
    struct answer *a = answer_make(&(struct answer_draft){
        .question = { .name = SLICE("_ep.example.org"), .type = RTYPE_TXT }, .status = ANSWER_DATA, .count = count, .rdata = rdata,
    });
    struct ep_set *set = a ? ep_set_make(a) : NULL;
    must(set && set->records <= count && set->mistake.fault < EP_FAULTS);
    ep_set_release(set);
    answer_drop(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    static bool started;
    struct slice input = slice_first(slice_of(at, len), 1u << 16), records[LINES_MAX], rest = input;
    struct arena *a = arena_new(16u << 20);
    size_t count = 0;
    if (!started)
        must(crypto_start() == STATUS_OK);
    started = true;
    for (bool more = true; more && count < LINES_MAX; count++)
        more = slice_cut(rest, '\n', &records[count], &rest);
    check_join(a, records, count);
    check_split(a, input);
    check_set(records, count);
    arena_free(a);
    return 0;
}
