/*
 * fuzz_zone: a master file. Every name asked for is in it or made of its octets; each answer is
 * written as lines and must come back the same.
 *
 * covers: src/dns/zone.c src/dns/zone_read.c src/dns/zone_rdata.c src/dns/zone_text.c
 */
#include <stdlib.h>

#include "dns/zone.h"

static void must(bool what)
{
    if (!what)
        abort();
}

static void round_trip(const struct answer *a)
{
    struct arena *arena = arena_new(1 << 22);
    struct text lines = text_in(arena, 1 << 20);
    text_add_zone_lines(&lines, a);
    struct zone *zone = zone_new();
    struct zone_error error;
    if (!lines.bad && a->status != ANSWER_BAD_NAME && a->question.type != 0) {
        must(zone_read(zone, text_slice(&lines), &error));
        const struct answer *back = zone_answer(zone, &a->question);
        must(back->status == (a->status == ANSWER_GARBLED ? ANSWER_SERVFAIL : a->status) && back->count == a->count);
        for (size_t i = 0; i < a->count; i++)
            must(slice_same(a->records[i].raw, back->records[i].raw));
        answer_drop(back);
    }
    zone_free(zone);
    arena_free(arena);
}

static void ask(struct zone *zone, struct slice name)
{
    static const uint16_t types[] = { RTYPE_A, RTYPE_NS, RTYPE_CNAME, RTYPE_SOA, RTYPE_PTR, RTYPE_MX, RTYPE_TXT, RTYPE_RP, RTYPE_AAAA,
                                      RTYPE_SRV, RTYPE_APL, RTYPE_TLSA, RTYPE_SPF, 65280, 257 };
    struct arena *arena = arena_new(1 << 16);
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        struct question q = { .name = name, .type = types[i] };
        /* The other half is put to a server that the seeds' directives name. */
        if (i % 2)
            ip_parse(SLICE("192.0.2.1"), &q.server);
        struct slice target;
        uint32_t ttl;
        const struct answer *a = zone_answer(zone, &q);
        must(a->count <= ANSWER_RECORDS_MAX);
        if (zone_leaves(zone, &q, arena, &target, &ttl))
            must(a->status == ANSWER_NXDOMAIN && !zone_covers(zone, target));
        if (a->status == ANSWER_DATA)
            must(zone_covers(zone, name));
        round_trip(a);
        answer_drop(a);
    }
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct zone *zone = zone_new();
    struct zone_error error;
    struct slice text = slice_of(data, size), line, first, rest;
    bool read = zone_read(zone, text, &error);
    must(read || (error.line > 0 && error.text[0] != '\0'));
    for (unsigned lines = 0; read && text.len > 0 && lines < 16; lines++) {
        slice_cut(text, '\n', &line, &text);
        slice_cut(line, ' ', &first, &rest);
        ask(zone, name_undotted(first));
        ask(zone, name_parent(first));
    }
    zone_free(zone);
    return 0;
}
