/* fuzz_dmp_record: each line is one TXT record of an answer; what is read prints into what reads back to the same. */
#include "methods/dmp/dmp_record.h"

#include <stdlib.h>

#define LINES_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void check_record(struct slice line)
{
    static uint8_t room[4096];
    struct text t = text_fixed(room, sizeof room);
    struct dmp_record r, again;
    dmp_parse(line, &r);
    text_add_dmp(&t, &r);
    must(!t.bad && (t.len == 0) == (r.kind == DMP_OTHER));
    dmp_parse(text_slice(&t), &again);
    must(again.kind == r.kind && again.roles == r.roles && again.domain_count == r.domain_count);
    for (unsigned i = 0; i < r.domain_count; i++)
        must(slice_same(r.domains[i], again.domains[i]) && name_is_hostname(r.domains[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    static uint8_t wire[LINES_MAX][256];
    struct slice rdata[LINES_MAX], rest = slice_of(at, len), line;
    size_t count = 0;
    for (bool more = true; more && count < LINES_MAX;) {
        more = slice_cut(rest, '\n', &line, &rest);
        check_record(line);
        struct text t = text_fixed(wire[count], sizeof wire[count]);
        line = slice_first(line, 255);
        text_add_octet(&t, (uint8_t)line.len);
        text_add(&t, line);
        rdata[count++] = text_slice(&t);
    }
    struct answer *a = answer_make(&(struct answer_draft){
        .question = { .name = SLICE("_smtp-client.example.com"), .type = RTYPE_TXT }, .status = ANSWER_DATA, .count = count, .rdata = rdata,
    });
    struct dmp_set *set = a ? dmp_set_make(a) : NULL;
    must(!set || set->altdomain.kind == DMP_OTHER || set->roles);
    dmp_set_release(set);
    answer_drop(a);
    return 0;
}
