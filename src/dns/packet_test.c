#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "dns/packet.h"

static void assert_slice(struct slice got, struct slice want)
{
    assert_int_equal(got.len, want.len);
    if (want.len > 0)
        assert_memory_equal(got.at, want.at, want.len);
}

static struct answer *read_as(const char *name, uint16_t type, struct slice packet)
{
    struct answer *a = packet_read(&(struct question){ .name = slice_str(name), .type = type }, packet, SECURITY_INSECURE, ORIGIN_LIVE);
    assert_non_null(a);
    assert_slice(a->question.name, slice_str(name));
    assert_int_equal(a->question.type, type);
    assert_int_equal(a->origin, ORIGIN_LIVE);
    return a;
}

/* Pieces of packets. The question "a.x" is at offset 12, what follows it at 21. */
#define HEAD(flags, questions, answers, authorities) "\x12\x34" flags "\0" questions "\0" answers "\0" authorities "\0\0"
#define OK "\x81\x80"
#define NX "\x81\x83"
#define Q(type) "\1a\1x\0\0" type "\0\1"
#define RR(owner, type, ttl, len) owner "\0" type "\0\1\0\0\0" ttl "\0" len
#define SELF "\xc0\x0c"
#define A_1234 RR(SELF, "\1", "\x3c", "\4") "\1\2\3\4"
#define SOA_60_30 RR("\1x\0", "\6", "\x3c", "\x16") "\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\x1e"

static const struct { const char *name; uint16_t type; struct slice packet; enum answer_status status; size_t count; uint32_t ttl; } packets[] = {
    { "one A", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\1") A_1234), ANSWER_DATA, 1, 60 },
    { "owner in another case, spelled out", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\1") RR("\1A\1X\0", "\1", "\x3c", "\4") "\1\2\3\4"), ANSWER_DATA, 1, 60 },
    { "question in another case (0x20)", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") "\1A\1x\0\0\1\0\1" A_1234), ANSWER_DATA, 1, 60 },
    { "two, the smaller TTL", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\2", "\0") Q("\1") A_1234 RR(SELF, "\1", "\x0a", "\4") "\4\3\2\1"), ANSWER_DATA, 2, 10 },
    { "octets behind the sections", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\1") A_1234 "junk"), ANSWER_DATA, 1, 60 },
    { "record of another owner only", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\1") RR("\1b\1x\0", "\1", "\x3c", "\4") "\1\2\3\4"), ANSWER_NODATA, 0, 0 },
    { "record of another class", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\1") SELF "\0\1\0\3\0\0\0\x3c\0\4\1\2\3\4"), ANSWER_NODATA, 0, 0 },
    { "record of another type", RTYPE_TXT, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\x10") A_1234), ANSWER_NODATA, 0, 0 },
    { "top bit of the TTL", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\1") SELF "\0\1\0\1\x80\0\0\x3c\0\4\1\2\3\4"), ANSWER_DATA, 1, 0 },
    { "A of three octets", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\1") RR(SELF, "\1", "\x3c", "\3") "\1\2\3"), ANSWER_NODATA, 0, 60 },
    { "NODATA with SOA", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\0", "\1") Q("\1") SOA_60_30), ANSWER_NODATA, 0, 30 },
    { "NXDOMAIN with SOA", RTYPE_A, SLICE_INIT(HEAD(NX, "\1", "\0", "\1") Q("\1") SOA_60_30), ANSWER_NXDOMAIN, 0, 30 },
    { "NXDOMAIN without SOA", RTYPE_A, SLICE_INIT(HEAD(NX, "\1", "\0", "\0") Q("\1")), ANSWER_NXDOMAIN, 0, 0 },
    { "SOA of somebody else", RTYPE_A, SLICE_INIT(HEAD(NX, "\1", "\0", "\1") Q("\1") RR("\1y\0", "\6", "\x3c", "\x16") "\0\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\x1e"), ANSWER_NXDOMAIN, 0, 0 },
    { "NXDOMAIN with the record", RTYPE_A, SLICE_INIT(HEAD(NX, "\1", "\1", "\0") Q("\1") A_1234), ANSWER_GARBLED, 0, 0 },
    { "lame: only points elsewhere", RTYPE_A, SLICE_INIT(HEAD("\x81\0", "\1", "\0", "\1") Q("\1") RR("\1x\0", "\2", "\x3c", "\3") "\1n\0"), ANSWER_SERVFAIL, 0, 0 },
    { "the same from a recursive server is NODATA", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\0", "\1") Q("\1") RR("\1x\0", "\2", "\x3c", "\3") "\1n\0"), ANSWER_NODATA, 0, 0 },
    { "SERVFAIL", RTYPE_A, SLICE_INIT(HEAD("\x81\x82", "\1", "\0", "\0") Q("\1")), ANSWER_SERVFAIL, 0, 0 },
    { "REFUSED without question", RTYPE_A, SLICE_INIT(HEAD("\x81\x85", "\0", "\0", "\0")), ANSWER_SERVFAIL, 0, 0 },
    { "FORMERR", RTYPE_A, SLICE_INIT(HEAD("\x81\x81", "\1", "\0", "\0") Q("\1")), ANSWER_SERVFAIL, 0, 0 },
    { "a question, not a response", RTYPE_A, SLICE_INIT(HEAD("\1\0", "\1", "\0", "\0") Q("\1")), ANSWER_GARBLED, 0, 0 },
    { "another opcode", RTYPE_A, SLICE_INIT(HEAD("\xa1\x80", "\1", "\1", "\0") Q("\1") A_1234), ANSWER_GARBLED, 0, 0 },
    { "truncated flag", RTYPE_A, SLICE_INIT(HEAD("\x83\x80", "\1", "\1", "\0") Q("\1") A_1234), ANSWER_GARBLED, 0, 0 },
    { "no question", RTYPE_A, SLICE_INIT(HEAD(OK, "\0", "\1", "\0") A_1234), ANSWER_GARBLED, 0, 0 },
    { "two questions", RTYPE_A, SLICE_INIT(HEAD(OK, "\2", "\1", "\0") Q("\1") Q("\1") A_1234), ANSWER_GARBLED, 0, 0 },
    { "another name echoed", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") "\1b\1x\0\0\1\0\1" A_1234), ANSWER_GARBLED, 0, 0 },
    { "another type echoed", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\2") A_1234), ANSWER_GARBLED, 0, 0 },
    { "another class echoed", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") "\1a\1x\0\0\1\0\3" A_1234), ANSWER_GARBLED, 0, 0 },
    { "more answers announced than there are", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\2", "\0") Q("\1") A_1234), ANSWER_GARBLED, 0, 0 },
    { "RDATA longer than the packet", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\1") RR(SELF, "\1", "\x3c", "\5") "\1\2\3\4"), ANSWER_GARBLED, 0, 0 },
    { "owner points at itself", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\1") RR("\xc0\x15", "\1", "\x3c", "\4") "\1\2\3\4"), ANSWER_GARBLED, 0, 0 },
    { "owner points forward", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\1") RR("\xc0\x20", "\1", "\x3c", "\4") "\1\2\3\4"), ANSWER_GARBLED, 0, 0 },
    { "owner's label points back to its start", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\1") RR("\1a\xc0\x15", "\1", "\x3c", "\4") "\1\2\3\4"), ANSWER_GARBLED, 0, 0 },
    { "owner of a reserved label type", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\1") RR("\x40", "\1", "\x3c", "\4") "\1\2\3\4"), ANSWER_GARBLED, 0, 0 },
    { "pointer into the header", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\2", "\0") Q("\1") A_1234 RR("\xc0\x04", "\1", "\x3c", "\4") "\1\2\3\4"), ANSWER_DATA, 1, 60 },
    { "two jumps", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\2", "\0") Q("\1") RR("\1a\xc0\x0e", "\1", "\x3c", "\4") "\1\2\3\4" RR("\xc0\x15", "\1", "\x3c", "\4") "\4\3\2\1"), ANSWER_DATA, 2, 60 },
    { "MX compressed", RTYPE_MX, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\x0f") RR(SELF, "\x0f", "\x3c", "\6") "\0\1\1m\xc0\x0e"), ANSWER_DATA, 1, 60 },
    { "MX pointing past its RDATA", RTYPE_MX, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\x0f") RR(SELF, "\x0f", "\x3c", "\4") "\0\1\xc0\x28" "\1m\0"), ANSWER_NODATA, 0, 60 },
    { "MX with octets behind its name", RTYPE_MX, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\x0f") RR(SELF, "\x0f", "\x3c", "\5") "\0\1\xc0\x0cx"), ANSWER_NODATA, 0, 60 },
    { "MX cut", RTYPE_MX, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\x0f") RR(SELF, "\x0f", "\x3c", "\1") "\0"), ANSWER_NODATA, 0, 60 },
    { "alias and its target", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\2", "\0") Q("\1") RR(SELF, "\5", "\x0a", "\4") "\1b\xc0\x0e" RR("\1b\1x\0", "\1", "\x3c", "\4") "\1\2\3\4"), ANSWER_DATA, 1, 10 },
    { "alias behind its target", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\2", "\0") Q("\1") RR("\1b\1x\0", "\1", "\x3c", "\4") "\1\2\3\4" RR(SELF, "\5", "\x0a", "\4") "\1b\xc0\x0e"), ANSWER_DATA, 1, 10 },
    { "alias to nothing", RTYPE_A, SLICE_INIT(HEAD(NX, "\1", "\1", "\1") Q("\1") RR(SELF, "\5", "\x0a", "\4") "\1b\xc0\x0e" SOA_60_30), ANSWER_NXDOMAIN, 0, 10 },
    { "alias to itself", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\1") RR(SELF, "\5", "\x0a", "\2") SELF), ANSWER_GARBLED, 0, 0 },
    { "alias of somebody else", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\2", "\0") Q("\1") RR("\1c\1x\0", "\5", "\x0a", "\4") "\1b\xc0\x0e" RR("\1b\1x\0", "\1", "\x3c", "\4") "\1\2\3\4"), ANSWER_NODATA, 0, 0 },
    { "alias whose target is no name", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\1") RR(SELF, "\5", "\x0a", "\1") "\3"), ANSWER_GARBLED, 0, 0 },
    { "asked for the alias itself", RTYPE_CNAME, SLICE_INIT(HEAD(OK, "\1", "\1", "\0") Q("\5") RR(SELF, "\5", "\x0a", "\4") "\1b\xc0\x0e"), ANSWER_DATA, 1, 10 },
    { "authority cut", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\0", "\1") Q("\1") RR("\1x\0", "\6", "\x3c", "\x16") "\0\0\0"), ANSWER_GARBLED, 0, 0 },
    { "authority cut, but the answer is whole", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\1", "\1") Q("\1") A_1234 "\1"), ANSWER_DATA, 1, 60 },
    { "record in the authority section only", RTYPE_A, SLICE_INIT(HEAD(OK, "\1", "\0", "\1") Q("\1") A_1234), ANSWER_NODATA, 0, 0 },
    { "record in the additional section only (T27)", RTYPE_A, SLICE_INIT("\x12\x34" OK "\0\1\0\0\0\0\0\1" Q("\1") A_1234), ANSWER_NODATA, 0, 0 },
    { "additional section broken", RTYPE_A, SLICE_INIT("\x12\x34" OK "\0\1\0\1\0\0\0\2" Q("\1") A_1234 "\xc0\xff\xff"), ANSWER_DATA, 1, 60 },
    { "EDNS in the additional section", RTYPE_A, SLICE_INIT("\x12\x34" OK "\0\1\0\1\0\0\0\1" Q("\1") A_1234 "\0\0\x29\4\xd0\0\0\x80\0\0\0"), ANSWER_DATA, 1, 60 },
    { "nothing", RTYPE_A, SLICE_INIT(""), ANSWER_GARBLED, 0, 0 },
    { "eleven octets", RTYPE_A, SLICE_INIT("\x12\x34\x81\x80\0\1\0\0\0\0\0"), ANSWER_GARBLED, 0, 0 },
};

static void what_packets_say(void **state)                /* threats.md T26 */
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(packets); i++) {
        struct answer *a = read_as("a.x", packets[i].type, packets[i].packet);
        if (a->status != packets[i].status || a->count != packets[i].count || a->ttl_seconds != packets[i].ttl)
            fail_msg("%s: %s, %zu records, TTL %u", packets[i].name, answer_status_name(a->status), a->count, a->ttl_seconds);
        answer_drop(a);
    }
}

static void a_cut_packet_is_never_none(void **state)      /* threats.md T26, T28 */
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(packets); i++) {
        if (packets[i].status != ANSWER_DATA)
            continue;
        for (size_t len = 0; len < packets[i].packet.len; len++) {
            struct answer *a = read_as("a.x", packets[i].type, slice_first(packets[i].packet, len));
            if (a->status != ANSWER_GARBLED && a->status != ANSWER_DATA)
                fail_msg("%s cut to %zu: %s", packets[i].name, len, answer_status_name(a->status));
            answer_drop(a);
        }
    }
}

static void names_in_rdata_are_uncompressed(void **state)
{
    (void)state;
    struct answer *a = read_as("a.x", RTYPE_MX, SLICE(HEAD(OK, "\1", "\1", "\0") Q("\x0f") RR(SELF, "\x0f", "\x3c", "\6") "\0\1\1M\xc0\x0e"));
    assert_slice(a->records[0].raw, SLICE("\0\1\1M\1x\0"));
    assert_slice(a->records[0].mx.host, SLICE("M.x"));
    answer_drop(a);
    a = read_as("a.x", RTYPE_SOA, SLICE(HEAD(OK, "\1", "\1", "\0") Q("\6") RR(SELF, "\6", "\x3c", "\x18") SELF "\xc0\x0e" "\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1"));
    assert_slice(a->records[0].raw, SLICE("\1a\1x\0\1x\0\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1"));
    answer_drop(a);
    a = read_as("a.x", RTYPE_RP, SLICE(HEAD(OK, "\1", "\1", "\0") Q("\x11") RR(SELF, "\x11", "\x3c", "\6") "\1h\xc0\x0e" SELF));
    assert_slice(a->records[0].raw, SLICE("\1h\1x\0\1a\1x\0"));
    answer_drop(a);
    a = read_as("a.x", RTYPE_A, SLICE(HEAD(OK, "\1", "\2", "\0") Q("\1") RR(SELF, "\5", "\x0a", "\4") "\1B\xc0\x0e" RR("\xc0\x21", "\1", "\x3c", "\4") "\1\2\3\4"));
    assert_slice(a->canonical, SLICE("B.x"));
    assert_int_equal(a->count, 1);
    answer_drop(a);
}

static void aliases(struct text *out, unsigned count)
{
    text_add(out, SLICE("\x12\x34\x81\x80\0\1\0"));
    text_add_octet(out, (uint8_t)(count + 1));
    text_add(out, SLICE("\0\0\0\0\1a\1x\0\0\1\0\1"));
    for (unsigned i = 0; i < count; i++) {
        text_add_octet(out, 1);
        text_add_octet(out, (uint8_t)('a' + i));
        text_add(out, SLICE("\1x\0\0\5\0\1\0\0\0\x3c\0\5\1"));
        text_add_octet(out, (uint8_t)('b' + i));
        text_add(out, SLICE("\1x\0"));
    }
    text_add_octet(out, 1);
    text_add_octet(out, (uint8_t)('a' + count));
    text_add(out, SLICE("\1x\0\0\1\0\1\0\0\0\x3c\0\4\1\2\3\4"));
}

static void a_chain_has_8_aliases_at_most(void **state)   /* threats.md T26 */
{
    (void)state;
    for (unsigned n = CNAME_CHAIN_MAX - 1; n <= CNAME_CHAIN_MAX + 1; n++) {
        uint8_t buffer[512];
        struct text out = text_fixed(buffer, sizeof buffer);
        aliases(&out, n);
        struct answer *a = read_as("a.x", RTYPE_A, text_slice(&out));
        assert_int_equal(a->status, n <= CNAME_CHAIN_MAX ? ANSWER_DATA : ANSWER_GARBLED);
        answer_drop(a);
    }
}

static struct text many(struct arena *arena, unsigned records, struct slice owner)
{
    struct text out = text_in(arena, PACKET_MAX);
    text_add(&out, SLICE("\x12\x34\x81\x80\0\1"));
    text_add_octet(&out, (uint8_t)(records >> 8));
    text_add_octet(&out, (uint8_t)(records & 0xff));
    text_add(&out, SLICE("\0\0\0\0\1a\1x\0\0\1\0\1"));
    for (unsigned i = 0; i < records; i++) {
        text_add(&out, owner);
        text_add(&out, SLICE("\0\1\0\1\0\0\0\x3c\0\4\1\2\3\4"));
    }
    return out;
}

static void sets_and_sections_are_bounded(void **state)   /* threats.md T29 */
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    static const struct { unsigned records; const char *owner; enum answer_status status; } cases[] = {
        { ANSWER_RECORDS_MAX - 1, "\xc0\x0c", ANSWER_DATA }, { ANSWER_RECORDS_MAX, "\xc0\x0c", ANSWER_DATA },
        { ANSWER_RECORDS_MAX + 1, "\xc0\x0c", ANSWER_GARBLED }, { 255, "\xc0\x0e", ANSWER_NODATA },
        { 256, "\xc0\x0e", ANSWER_NODATA }, { 257, "\xc0\x0e", ANSWER_GARBLED },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct text out = many(arena, cases[i].records, slice_str(cases[i].owner));
        struct answer *a = read_as("a.x", RTYPE_A, text_slice(&out));
        assert_int_equal(a->status, cases[i].status);
        answer_drop(a);
    }
    arena_free(arena);
}

static void a_txt_of_64_kib_is_read(void **state)         /* threats.md T29 */
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    uint8_t *big = arena_alloc(arena, 65400);
    for (size_t at = 0; at < 65400; at += 256)
        big[at] = at + 256 <= 65400 ? 255 : (uint8_t)(65400 - at - 1);
    struct slice one = slice_of(big, 65400);
    struct answer *a = answer_make(&(struct answer_draft){
        .question = { .name = SLICE("a.x"), .type = RTYPE_TXT }, .status = ANSWER_DATA, .ttl_seconds = 1, .count = 1, .rdata = &one });
    struct text out = text_in(arena, 1 << 17);
    assert_true(packet_write_answer(&out, 1, a));
    struct answer *back = read_as("a.x", RTYPE_TXT, text_slice(&out));
    assert_slice(back->records[0].raw, one);
    answer_drop(back);
    answer_drop(a);
    uint8_t *huge = arena_alloc(arena, PACKET_MAX + 1);
    memcpy(huge, out.at, out.len);
    back = read_as("a.x", RTYPE_TXT, slice_of(huge, PACKET_MAX));
    assert_int_equal(back->status, ANSWER_DATA);
    answer_drop(back);
    back = read_as("a.x", RTYPE_TXT, slice_of(huge, PACKET_MAX + 1));
    assert_int_equal(back->status, ANSWER_GARBLED);
    answer_drop(back);
    arena_free(arena);
}

static void questions_are_written(void **state)
{
    (void)state;
    uint8_t buffer[64];
    struct text out = text_fixed(buffer, sizeof buffer);
    struct question q = { .name = SLICE("a.x"), .type = RTYPE_TXT };
    assert_true(packet_write_question(&out, 0x1234, true, &q, 1232));
    assert_slice(text_slice(&out), SLICE("\x12\x34\1\0\0\1\0\0\0\0\0\1\1a\1x\0\0\x10\0\1\0\0\x29\4\xd0\0\0\0\0\0\0"));
    text_reset(&out);
    assert_true(packet_write_question(&out, 0x1234, false, &q, 0));
    assert_slice(text_slice(&out), SLICE("\x12\x34\0\0\0\1\0\0\0\0\0\0\1a\1x\0\0\x10\0\1"));
    text_reset(&out);
    assert_false(packet_write_question(&out, 1, true, &(struct question){ .name = SLICE("a..x"), .type = 1 }, 0));
    out = text_fixed(buffer, 20);
    assert_false(packet_write_question(&out, 1, true, &q, 0));
}

static void heads(void **state)
{
    (void)state;
    struct packet_head head;
    assert_true(packet_head(SLICE("\x12\x34\x83\x85\0\0\0\0\0\0\0\0"), &head));
    assert_int_equal(head.id, 0x1234);
    assert_true(head.response);
    assert_true(head.truncated);
    assert_int_equal(head.rcode, 5);
    assert_false(packet_head(SLICE("\x12\x34\x83\x85\0\0\0\0\0\0\0"), &head));
}

static void written_answers_are_read_back(void **state)
{
    (void)state;
    struct arena *arena = arena_new(1 << 20);
    struct slice txt[] = { SLICE("\1a\2bc"), SLICE("\0") };
    struct answer_draft drafts[] = {
        { .question = { .name = SLICE("a.x"), .type = RTYPE_TXT }, .status = ANSWER_DATA, .ttl_seconds = 9, .count = 2, .rdata = txt },
        { .question = { .name = SLICE("a.x"), .type = RTYPE_TXT }, .status = ANSWER_DATA, .ttl_seconds = 9, .canonical = SLICE("b.y"), .count = 2, .rdata = txt },
        { .question = { .name = SLICE("a.x"), .type = RTYPE_TXT }, .status = ANSWER_NODATA, .ttl_seconds = 7 },
        { .question = { .name = SLICE("a.x"), .type = RTYPE_TXT }, .status = ANSWER_NXDOMAIN, .ttl_seconds = 7, .canonical = SLICE("b.y") },
        { .question = { .name = SLICE("a.x"), .type = RTYPE_TXT }, .status = ANSWER_SERVFAIL },
    };
    for (size_t i = 0; i < COUNT_OF(drafts); i++) {
        struct answer *a = answer_make(&drafts[i]);
        struct text out = text_in(arena, PACKET_MAX);
        assert_true(packet_write_answer(&out, 1, a));
        struct answer *back = read_as("a.x", RTYPE_TXT, text_slice(&out));
        assert_int_equal(back->status, a->status);
        assert_int_equal(back->count, a->count);
        assert_slice(back->canonical, a->canonical);
        assert_int_equal(back->ttl_seconds, a->ttl_seconds);
        for (size_t k = 0; k < a->count; k++)
            assert_slice(back->records[k].raw, a->records[k].raw);
        answer_drop(back);
        answer_drop(a);
    }
    arena_free(arena);
}

/* Every octet of every packet above set to telling values: no outcome but an answer, none over its bounds. */
static void mutated_packets_are_survived(void **state)    /* threats.md T26 */
{
    (void)state;
    static const uint8_t values[] = { 0x00, 0x01, 0x0c, 0x3f, 0x40, 0x7f, 0x80, 0xc0, 0xff };
    for (size_t i = 0; i < COUNT_OF(packets); i++)
        for (size_t at = 0; at < packets[i].packet.len; at++)
            for (size_t v = 0; v < COUNT_OF(values); v++) {
                uint8_t *copy = mem_alloc(packets[i].packet.len);      /* exactly as long: ASan sees one octet more */
                memcpy(copy, packets[i].packet.at, packets[i].packet.len);
                copy[at] = values[v];
                struct answer *a = read_as("a.x", packets[i].type, slice_of(copy, packets[i].packet.len));
                assert_true(a->count <= ANSWER_RECORDS_MAX);
                assert_true(a->status >= ANSWER_DATA && a->status <= ANSWER_GARBLED);
                answer_drop(a);
                mem_free(copy);
            }
}

static void without_memory_there_is_no_answer(void **state)
{
    (void)state;
    for (uint64_t k = 1; k <= 3; k++) {
        mem_fail_at(k, false);
        assert_null(packet_read(&(struct question){ .name = SLICE("a.x"), .type = RTYPE_A }, packets[0].packet, SECURITY_UNKNOWN, ORIGIN_LIVE));
    }
    mem_fail_at(0, false);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_packets_say),
        cmocka_unit_test(a_cut_packet_is_never_none),
        cmocka_unit_test(names_in_rdata_are_uncompressed),
        cmocka_unit_test(a_chain_has_8_aliases_at_most),
        cmocka_unit_test(sets_and_sections_are_bounded),
        cmocka_unit_test(a_txt_of_64_kib_is_read),
        cmocka_unit_test(questions_are_written),
        cmocka_unit_test(heads),
        cmocka_unit_test(written_answers_are_read_back),
        cmocka_unit_test(mutated_packets_are_survived),
        cmocka_unit_test(without_memory_there_is_no_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
