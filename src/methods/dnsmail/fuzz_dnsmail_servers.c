/* fuzz_dnsmail_servers: each line is one TXT record of an answer. Its list is in bounds, and reads back to the same. */
#include "methods/dnsmail/dnsmail_record.h"

#include <stdlib.h>

#define LINES_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void check_list(const struct dnsmail_servers *s)
{
    char room[DNSMAIL_SERVERS_MAX * (IP_TEXT_MAX + 1)];
    struct text t = text_fixed(room, sizeof room);
    struct dnsmail_servers again = { .count = 0 };
    must(s->count <= DNSMAIL_SERVERS_MAX);
    text_add_dnsmail_servers(&t, s);
    must(!t.bad && dnsmail_servers_add(&again, text_slice(&t)) == (s->count > 0) && again.count == s->count);
    for (unsigned i = 0; i < s->count; i++)
        must(ip_same(&s->at[i], &again.at[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    static uint8_t wire[LINES_MAX][256];
    struct slice rdata[LINES_MAX], rest = slice_of(at, len), line;
    size_t count = 0;
    for (bool more = true; more && count < LINES_MAX;) {
        more = slice_cut(rest, '\n', &line, &rest);
        struct text t = text_fixed(wire[count], sizeof wire[count]);
        line = slice_first(line, 255);
        text_add_octet(&t, (uint8_t)line.len);
        text_add(&t, line);
        rdata[count++] = text_slice(&t);
    }
    struct answer *a = answer_make(&(struct answer_draft){
        .question = { .name = SLICE("dnsmail.example.com"), .type = RTYPE_TXT }, .status = ANSWER_DATA, .count = count, .rdata = rdata,
    });
    struct dnsmail_servers *s = a ? dnsmail_servers_make(a) : NULL;
    if (s)
        check_list(s);
    dnsmail_servers_release(s);
    answer_drop(a);
    return 0;
}
