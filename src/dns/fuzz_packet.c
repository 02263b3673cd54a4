/*
 * fuzz_packet: a response packet for one of a few questions. The first octet chooses the question.
 * What was read is written as a packet and as master-file text and read again.
 *
 * covers: src/dns/packet.c
 */
#include <stdlib.h>

#include "dns/packet.h"
#include "dns/zone.h"

static const struct { const char *name; uint16_t type; } questions[] = {
    { "a.x", RTYPE_A }, { "a.x", RTYPE_TXT }, { "a.x", RTYPE_MX }, { "a.x", RTYPE_PTR },
    { "a.x", RTYPE_SRV }, { "a.x", RTYPE_SOA }, { "a.x", RTYPE_CNAME }, { "a.x", 65280 },
};

static void must(bool what)
{
    if (!what)
        abort();
}

static void same(const struct answer *a, const struct answer *b)
{
    must(b->status == a->status && b->count == a->count);
    for (size_t i = 0; i < a->count; i++)
        must(slice_same(a->records[i].raw, b->records[i].raw));
}

static void round_trips(const struct answer *a)
{
    struct arena *arena = arena_new(1 << 20);
    struct text packet = text_in(arena, PACKET_MAX), lines = text_in(arena, 1 << 19);
    if (!answer_failed(a) && packet_write_answer(&packet, 1, a)) {
        struct answer *back = packet_read(&a->question, text_slice(&packet), SECURITY_UNKNOWN, ORIGIN_LIVE);
        same(a, back);
        must(back->ttl_seconds == a->ttl_seconds);
        answer_drop(back);
    }
    text_add_zone_lines(&lines, a);
    struct zone *zone = zone_new();
    struct zone_error error;
    must(lines.bad || zone_read(zone, text_slice(&lines), &error));
    const struct answer *again = zone_answer(zone, &a->question);
    if (!lines.bad && !answer_failed(a))
        same(a, again);
    answer_drop(again);
    zone_free(zone);
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    struct slice packet = slice_from(slice_of(data, size), 1);
    size_t which = data[0] % COUNT_OF(questions);
    struct question q = { .name = slice_str(questions[which].name), .type = questions[which].type };
    struct packet_head head;
    must(packet_head(packet, &head) == (packet.len >= 12));
    struct answer *a = packet_read(&q, packet, SECURITY_UNKNOWN, ORIGIN_LIVE);
    must(a && a->count <= ANSWER_RECORDS_MAX && (a->status == ANSWER_DATA) == (a->count > 0));
    round_trips(a);
    answer_drop(a);
    char buffer[300];
    struct text out = text_fixed(buffer, sizeof buffer);
    must(packet_write_question(&out, 1, true, &q, data[0] & 8 ? 1232 : 0));
    return 0;
}
