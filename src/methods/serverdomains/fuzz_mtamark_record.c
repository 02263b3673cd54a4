/*
 * fuzz_mtamark_record: lines as the TXT records of one answer, whose mark is the same in any order; and the first 16
 * octets as an address, whose names to ask lie in one another.
 */
#include "methods/serverdomains/mtamark_record.h"

#include <stdlib.h>

#define LINES_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static bool mark_of(const struct slice *rdata, size_t count, enum mtamark *mark)
{
    struct slice text = { 0 };
    struct answer *a = answer_make(&(struct answer_draft){
        .question = { .name = SLICE("_send._smtp._srv.1.2.0.192.in-addr.arpa"), .type = RTYPE_TXT }, .status = ANSWER_DATA, .count = count, .rdata = rdata,
    });
    bool some = a && mtamark_of_answer(a, mark, &text);
    must(!some || mtamark_parse(text) == *mark);
    char room[4];
    struct text printed = text_fixed(room, sizeof room);
    text_add_mtamark(&printed, *mark);
    must(mtamark_parse(text_slice(&printed)) == *mark);
    answer_drop(a);
    return some;
}

static void check_names(struct slice octets)
{
    struct arena *a = arena_new(1u << 16);
    struct slice names[MTAMARK_LEVELS_MAX];
    struct text reverse = text_in(a, NAME_TEXT_MAX + 1);
    struct ip ip;
    if (ip_from_octets(octets.at, octets.len, &ip)) {
        text_add_ip_reversed(&reverse, &ip);
        text_add_str(&reverse, ip.family == IP_V6 ? ".ip6.arpa" : ".in-addr.arpa");
        size_t n = mtamark_names(a, &ip, text_slice(&reverse), names);
        must(n == (ip.family == IP_V6 ? 3 : 4));
        for (size_t i = 0; i < n; i++)
            must(name_askable(names[i]) && (i == 0 || names[i].len < names[i - 1].len));
    }
    arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    static uint8_t wire[LINES_MAX][256];
    struct slice rdata[LINES_MAX], turned[LINES_MAX], rest = slice_of(at, len), line;
    size_t n = 0;
    enum mtamark mark = MTAMARK_NO_MTA, other = MTAMARK_NO_MTA;
    for (bool more = true; more && n < LINES_MAX; n++) {
        more = slice_cut(rest, '\n', &line, &rest);
        struct text t = text_fixed(wire[n], sizeof wire[n]);
        line = slice_first(line, 255);
        text_add_octet(&t, (uint8_t)line.len);
        text_add(&t, line);
        rdata[n] = text_slice(&t);
    }
    for (size_t i = 0; i < n; i++)
        turned[i] = rdata[n - 1 - i];
    must(mark_of(rdata, n, &mark) == mark_of(turned, n, &other) && mark == other);
    check_names(slice_first(slice_of(at, len), 4));
    check_names(slice_first(slice_of(at, len), 16));
    return 0;
}
