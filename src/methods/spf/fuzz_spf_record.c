/*
 * fuzz_spf_record: each line is one TXT record of an answer. What is well formed prints in a form that reads back to the same; what is
 * not names a term of the record.
 */
#include "methods/spf/spf_record.h"

#include <stdlib.h>
#include <string.h>

#define LINES_MAX 8
#define LINE_OCTETS_MAX 4096
#define TERMS_MAX (LINE_OCTETS_MAX / 2)

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void check_covers(const struct spf_record *r)
{
    struct ip client = { .family = IP_V4, .octets = { 192, 0, 2, 1 } };
    for (size_t i = 0; i < r->count; i++) {
        spf_term_covers(&r->terms[i], &client, &client);
        must(spf_term_text(r, &r->terms[i]).len > 0);
        must(spf_term_spec(r, &r->terms[i]).len <= r->terms[i].len);
    }
}

static void check_round_trip(const struct spf_record *r)
{
    static uint8_t first[8 * LINE_OCTETS_MAX], second[8 * LINE_OCTETS_MAX];
    static struct spf_term room[TERMS_MAX];
    struct text t = text_fixed(first, sizeof first), u = text_fixed(second, sizeof second);
    struct spf_record again;
    text_add_spf_record(&t, r);
    must(!t.bad);
    spf_record_parse(text_slice(&t), room, &again);
    must(again.problem == SPF_NOT_YET && again.count == r->count);
    text_add_spf_record(&u, &again);
    must(slice_same(text_slice(&t), text_slice(&u)));
}

static void check_record(struct slice text)
{
    static struct spf_term room[TERMS_MAX];
    struct spf_record r, counted;
    if (spf_record_scopes(text) == 0)
        return;
    spf_record_parse(text, room, &r);
    spf_record_parse(text, NULL, &counted);
    must(counted.problem == r.problem && counted.count == r.count);
    check_covers(&r);
    if (r.problem == SPF_NOT_YET)
        check_round_trip(&r);
    else
        must(r.problem_term.at >= text.at && r.problem_term.at + r.problem_term.len <= text.at + text.len);
}

/* One line as RDATA: character-strings of up to 255 octets. */
static struct slice rdata_of(struct slice line, uint8_t *room)
{
    struct text t = text_fixed(room, LINE_OCTETS_MAX + 64);
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
    static uint8_t wire[LINES_MAX][LINE_OCTETS_MAX + 64];
    struct slice rdata[LINES_MAX], rest = slice_of(at, len), line;
    size_t count = 0;
    for (bool more = true; more && count < LINES_MAX;) {
        more = slice_cut(rest, '\n', &line, &rest);
        line = slice_first(line, LINE_OCTETS_MAX);
        check_record(line);
        rdata[count] = rdata_of(line, wire[count]);
        count++;
    }
    struct answer *a = answer_make(&(struct answer_draft){
        .question = { .name = SLICE("example.org"), .type = RTYPE_TXT }, .status = ANSWER_DATA, .count = count, .rdata = rdata,
    });
    if (!a)
        return 0;
    struct spf_records *records = spf_records_make(a);
    if (records)
        for (unsigned s = 0; s < SPF_SCOPES; s++)
            must((records->at[s] != NULL) == (records->count[s] == 1));
    spf_records_free(records);
    answer_drop(a);
    return 0;
}
