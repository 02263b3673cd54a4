/* fuzz_dns_records.c: any octets as a question and as an answer; what is read is written and read the same. */
#include <stdlib.h>
#include <string.h>

#include "platform/resolver/dns_records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void same_again(const struct answer *a, const struct question *q)
{
    static uint8_t room[1 << 18];
    struct text t = text_fixed(room, sizeof room);
    dns_write_answer(&t, a);
    const struct answer *b = t.bad ? NULL : dns_read_answer(text_slice(&t), q);
    if (!b || b->status != a->status || b->count != a->count || b->ttl_seconds != a->ttl_seconds || !slice_same(a->canonical, b->canonical))
        abort();
    for (size_t i = 0; i < a->count; i++)
        if (!slice_same(a->records[i].raw, b->records[i].raw))
            abort();
    answer_drop(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct question q;
    if (size < 1)
        return 0;
    static const uint16_t types[] = { RTYPE_TXT, RTYPE_A, RTYPE_AAAA, RTYPE_MX, RTYPE_PTR, RTYPE_SRV };
    struct slice payload = slice_of(data + 1, size - 1);
    if (dns_read_question(payload, &q)) {
        static uint8_t room[512];
        struct text t = text_fixed(room, sizeof room);
        dns_write_question(&t, &q);
        /* A mapped IPv6 address becomes IPv4; all else comes out as it went in. */
        if (t.bad || (!slice_same(text_slice(&t), payload) && q.server.family != IP_V4))
            abort();
    }
    q = (struct question){ .name = SLICE("name.example"), .type = types[data[0] % COUNT_OF(types)] };
    const struct answer *a = dns_read_answer(payload, &q);
    if (!a)
        return 0;
    same_again(a, &q);
    answer_drop(a);
    return 0;
}
