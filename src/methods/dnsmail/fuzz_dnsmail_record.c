/* fuzz_dnsmail_record: a TXT record, alone and as the only one of an answer. What is a record prints into what reads back to the same. */
#include "methods/dnsmail/dnsmail_record.h"

#include <stdlib.h>

#include "crypto/digest.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void must_be_same(const struct dnsmail_record *a, const struct dnsmail_record *b)
{
    must(a->to_count == b->to_count && a->date == b->date && a->has_body == b->has_body && slice_same(a->previous, b->previous));
    must(dnsmail_address_same(&a->from, &b->from) && slice_same(slice_of(a->body, sizeof a->body), slice_of(b->body, sizeof b->body)));
    for (unsigned i = 0; i < a->to_count; i++)
        must(a->to[i].hashed == b->to[i].hashed && dnsmail_address_same(&a->to[i].address, &b->to[i].address) &&
             slice_same(slice_of(a->to[i].hash, DNSMAIL_HASH_OCTETS), slice_of(b->to[i].hash, DNSMAIL_HASH_OCTETS)));
}

static void check_record(struct arena *arena, struct slice record)
{
    static uint8_t room[1 << 17];
    struct text t = text_fixed(room, sizeof room);
    struct dnsmail_record r, again;
    uint8_t hash[DNSMAIL_HASH_OCTETS];
    if (!dnsmail_record_parse(arena, record, &r))
        return;
    must(r.to_count > 0 && r.to_count <= DNSMAIL_FIELDS_MAX && r.from.local.len > 0 && r.from.domain.len > 0);
    text_add_dnsmail_record(&t, &r);
    must(!t.bad && dnsmail_record_parse(arena, text_slice(&t), &again));
    must_be_same(&r, &again);
    must(dnsmail_too_long(&r.from) || dnsmail_hash(SLICE("label"), &r.from, hash));
}

static void check_set(struct slice record)
{
    static uint8_t wire[1 << 17];
    struct text t = text_fixed(wire, sizeof wire);
    for (size_t at = 0; at < record.len; at += 255) {
        struct slice piece = slice_first(slice_from(record, at), 255);
        text_add_octet(&t, (uint8_t)piece.len);
        text_add(&t, piece);
    }
    struct slice rdata = text_slice(&t);
    struct answer *a = answer_make(&(struct answer_draft){
        .question = { .name = SLICE("id.example.com"), .type = RTYPE_TXT }, .status = ANSWER_DATA, .count = 1, .rdata = &rdata,
    });
    struct dnsmail_records *set = a ? dnsmail_records_make(a) : NULL;
    must(!set || set->count == a->count);
    if (set)
        dnsmail_records_release(set);
    answer_drop(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct arena *arena = arena_new(8 << 20);
    must(crypto_start() == STATUS_OK);
    check_record(arena, slice_of(at, len));
    check_set(slice_of(at, len));
    arena_free(arena);
    return 0;
}
