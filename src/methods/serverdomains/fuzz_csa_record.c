/*
 * fuzz_csa_record: SRV data, each behind one octet of length, as the records of one answer: what the set says holds
 * together, and every record prints into what a zone reads back to the same.
 */
#include "methods/serverdomains/csa_record.h"

#include <stdlib.h>

#include "dns/zone.h"

#define RECORDS_MAX 32

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static struct slice record_owner(char room[16], size_t i)
{
    struct text t = text_fixed(room, 16);
    text_addf(&t, "r%u", (unsigned)i);
    return text_slice(&t);
}

/* The i-th record at the name r<i>. */
static void check_records(const struct answer *a)
{
    static uint8_t room[RECORDS_MAX * 2048];
    struct text t = text_fixed(room, sizeof room);
    struct csa_record record, again;
    struct zone_error error;
    char owner[16];
    for (size_t i = 0; i < a->count; i++) {
        if (!csa_read(&a->records[i], &record))
            continue;
        must(record.weight >= CSA_NOT_AUTHORISED && record.weight <= CSA_UNPROVEN);
        text_add(&t, record_owner(owner, i));
        text_add_str(&t, ". SRV ");
        text_add_csa(&t, &record);
        text_add_str(&t, "\n");
    }
    struct zone *z = zone_new();
    must(z && !t.bad && zone_read(z, text_slice(&t), &error));
    for (size_t i = 0; i < a->count; i++) {
        if (!csa_read(&a->records[i], &record))
            continue;
        const struct answer *read = zone_answer(z, &(struct question){ .name = record_owner(owner, i), .type = RTYPE_SRV });
        must(read && read->count == 1 && csa_read(&read->records[0], &again));
        must(again.weight == record.weight && again.port == record.port && slice_same_nocase(again.target, record.target));
        answer_drop(read);
    }
    zone_free(z);
}

static void check_set(const struct answer *a)
{
    static uint8_t room[RECORDS_MAX * 2048];
    struct text t = text_fixed(room, sizeof room);
    struct csa_set set;
    csa_set_of(a, &set);
    text_add_csa_records(&t, a);
    must(set.records <= a->count && set.target_count <= CSA_TARGETS_MAX && !t.bad);
    must((set.records == 0) == (t.len == 0) && (!set.conflict || set.records > 1));
    for (size_t i = 0; i < set.target_count; i++)
        must(!slice_same(set.targets[i], SLICE(".")) && (i == 0 || !name_same(set.targets[i], set.targets[i - 1])));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct cursor c = cursor_of(slice_of(at, len));
    struct slice rdata[RECORDS_MAX];
    size_t n = 0;
    while (!at_end(&c) && n < RECORDS_MAX) {
        size_t octets = take_octet(&c);
        rdata[n++] = take(&c, octets < c.rest.len ? octets : c.rest.len);
    }
    struct answer *a = answer_make(&(struct answer_draft){
        .question = { .name = SLICE("_client._smtp.mx1.example.com"), .type = RTYPE_SRV }, .status = ANSWER_DATA, .count = n, .rdata = rdata,
    });
    must(a != NULL);
    check_set(a);
    check_records(a);
    answer_drop(a);
    return 0;
}
