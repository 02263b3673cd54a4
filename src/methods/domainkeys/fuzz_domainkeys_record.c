/* fuzz_domainkeys_record: an answer, records parted by NUL, as keys and as policies: read in any order alike, printed and read back. */
#include "methods/domainkeys/domainkeys_record.h"

#include <stdlib.h>

#define RECORDS_MAX 8

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static void must(bool truth)
{
    if (!truth)
        abort();
}

static void check_key(struct arena *arena, struct slice line)
{
    struct domainkeys_key_record r, again;
    struct text t = text_in(arena, line.len + 64);
    if (!domainkeys_key_parse(line, &r))
        return;
    text_add_domainkeys_key(&t, &r);
    must(!t.bad && domainkeys_key_parse(text_slice(&t), &again));
    must(slice_same(r.granularity, again.granularity) && slice_same(r.type, again.type) && slice_same(r.note, again.note));
    must(slice_same(r.data, again.data) && r.testing == again.testing);
}

static void check_policy(struct arena *arena, struct slice line)
{
    struct domainkeys_policy p, again;
    struct text t = text_in(arena, line.len + 64);
    if (!domainkeys_policy_parse(line, &p))
        return;
    text_add_domainkeys_policy(&t, &p);
    must(!t.bad && domainkeys_policy_parse(text_slice(&t), &again));
    must(p.all_signed == again.all_signed && p.testing == again.testing && slice_same(p.report, again.report) && slice_same(p.note, again.note));
}

static void check_order(const struct answer *a, const struct answer *backwards)
{
    struct domainkeys_key *key = domainkeys_key_make(a), *other = domainkeys_key_make(backwards);
    struct domainkeys_policy *policy = domainkeys_policy_make(a), *second = domainkeys_policy_make(backwards);
    must(key && other && key->problem == other->problem && key->bits == other->bits && slice_same(key->record.data, other->record.data));
    must((key->key != NULL) == (key->problem == DOMAINKEYS_FINE));
    must(policy && second && policy->found == second->found && policy->all_signed == second->all_signed && slice_same(policy->note, second->note));
    domainkeys_key_release(key);
    domainkeys_key_release(other);
    domainkeys_policy_release(policy);
    domainkeys_policy_release(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    static bool started;
    if (!started && crypto_start() != STATUS_OK)
        return 0;
    started = true;
    struct rdata records[RECORDS_MAX] = { 0 }, reversed[RECORDS_MAX] = { 0 };
    struct answer answer = { .status = ANSWER_DATA, .records = records }, backwards = { .status = ANSWER_DATA, .records = reversed };
    struct arena *arena = arena_new(8u << 20);
    struct slice rest = slice_first(slice_of(at, len), ANSWER_OCTETS_MAX), all;
    do {
        all = rest;
        slice_cut(all, 0, &records[answer.count].text, &rest);
        check_key(arena, records[answer.count].text);
        check_policy(arena, records[answer.count].text);
        answer.count++;
    } while (rest.len > 0 && answer.count < RECORDS_MAX);
    for (size_t i = 0; i < answer.count; i++)
        reversed[backwards.count++].text = records[answer.count - 1 - i].text;
    check_order(&answer, &backwards);
    arena_free(arena);
    return 0;
}
