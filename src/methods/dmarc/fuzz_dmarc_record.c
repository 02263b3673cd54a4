/*
 * DMARC records: the input is the TXT answer of one name, records parted by NUL. What is a record prints, and what was
 * printed is the same record.
 */
#include "methods/dmarc/dmarc_record.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define RECORDS_MAX 4

static void must(bool truth)
{
    if (!truth)
        abort();
}

/* Unusable policies are not printed: they come back as absent. */
static bool same_policy(enum dmarc_policy a, enum dmarc_policy printed)
{
    return a >= DMARC_POLICY_NONE ? a == printed : printed == DMARC_POLICY_ABSENT;
}

static void round_trips(const struct dmarc_record *r)
{
    static uint8_t room[DMARC_RECORD_OCTETS_MAX + 256];
    struct text printed = text_fixed(room, sizeof room);
    struct dmarc_record again;
    text_add_dmarc_record(&printed, r);
    must(!printed.bad);
    if (printed.len > DMARC_RECORD_OCTETS_MAX)
        return;
    must(dmarc_record_parse(text_slice(&printed), &again) == DMARC_RECORD);
    must(same_policy(r->p, again.p) && same_policy(r->sp, again.sp) && same_policy(r->np, again.np));
    must(again.strict_dkim == r->strict_dkim && again.strict_spf == r->strict_spf && again.testing == r->testing && again.psd == r->psd);
    must(slice_same(again.fo, r->fo) && slice_same(again.rua, r->rua) && slice_same(again.ruf, r->ruf));
    must(again.has_report_uri == r->has_report_uri);
    must(dmarc_policy_word(again.p) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rdata records[RECORDS_MAX] = { 0 };
    struct answer answer = { .status = ANSWER_DATA, .records = records };
    struct slice rest = slice_of(data, size), all;
    do {
        all = rest;
        slice_cut(all, 0, &records[answer.count++].text, &rest);
    } while (rest.len > 0 && answer.count < RECORDS_MAX);
    struct dmarc_set *set = dmarc_set_make(&answer);
    must(set && set->kept <= answer.count);
    if (set->kept == 1 && !set->malformed)
        round_trips(&set->record);
    dmarc_set_release(set);
    return 0;
}
