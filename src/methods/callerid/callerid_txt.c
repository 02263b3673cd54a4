#include "methods/callerid/callerid_txt.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"

#define SET_OCTETS (4u << 20)        /* memory of one parsed document: EP_ITEMS_MAX items, lists doubled as they grow */

/* ---- records to document ---- */

bool ep_is_foreign(struct slice record)
{
    return slice_starts_nocase(record, SLICE("v=")) || slice_starts_nocase(record, SLICE("spf2.0"));
}

static struct slice mark_of(struct slice record)
{
    return slice_first(record, EP_MARK_OCTETS);
}

static int by_mark(const void *a, const void *b)
{
    const struct slice *x = a, *y = b;
    int order = slice_compare(mark_of(*x), mark_of(*y));
    return order != 0 ? order : slice_compare(*x, *y);      /* a mark that stands twice: the fault found is the same in any order */
}

/* Those that are ours, as the draft wants each: at most 2K. */
static enum ep_fault pick(const struct slice *records, size_t count, struct slice *ours, size_t *used, struct slice *where)
{
    *used = 0;
    for (size_t i = 0; i < count; i++)
        if (!ep_is_foreign(records[i]))
            ours[(*used)++] = records[i];
    qsort(ours, *used, sizeof *ours, by_mark);
    for (size_t i = 0; i < *used; i++) {
        if (ours[i].len <= EP_RECORD_OCTETS_MAX)
            continue;
        *where = ours[i];
        return EP_FAULT_RECORD_OCTETS;
    }
    return EP_FINE;
}

static enum ep_fault check_marks(const struct slice *ours, size_t count, struct slice *where)
{
    for (size_t i = 0; i < count; i++) {
        *where = ours[i];
        if (ours[i].len < EP_MARK_OCTETS)
            return EP_FAULT_NO_MARK;
        if (i > 0 && slice_same(mark_of(ours[i - 1]), mark_of(ours[i])))
            return EP_FAULT_SAME_MARK;
    }
    return EP_FINE;
}

enum ep_fault ep_join(struct arena *a, const struct slice *records, size_t count, struct slice *document, size_t *used, struct slice *where)
{
    struct slice *ours = ARENA_ARRAY(a, count + 1, struct slice);
    struct text joined = text_in(a, count * EP_RECORD_OCTETS_MAX);
    *used = 0;
    *document = *where = (struct slice){ 0 };
    if (!ours)
        return EP_FAULT_MEMORY;
    enum ep_fault fault = pick(records, count, ours, used, where);
    if (fault != EP_FINE || *used == 0)
        return fault;
    if (*used == 1) {
        *document = ours[0];
        return EP_FINE;
    }
    fault = check_marks(ours, *used, where);
    for (size_t i = 0; fault == EP_FINE && i < *used; i++)
        text_add(&joined, slice_from(ours[i], EP_MARK_OCTETS));
    *document = text_slice(&joined);
    return joined.bad ? EP_FAULT_MEMORY : fault;
}

/* ---- document to records ---- */

bool ep_split(struct arena *a, struct slice document, struct slice *records, size_t room, size_t *count)
{
    size_t each = EP_RECORD_OCTETS_MAX - EP_MARK_OCTETS;
    *count = document.len <= EP_RECORD_OCTETS_MAX ? 1 : (document.len + each - 1) / each;
    if (*count > room || *count > EP_RECORDS_MAX)
        return false;
    if (*count == 1) {
        records[0] = slice_dup(a, document);
        return records[0].at != NULL;
    }
    for (size_t i = 0; i < *count; i++, document = slice_from(document, each)) {
        struct text t = text_in(a, EP_RECORD_OCTETS_MAX);
        text_addf(&t, "%02u", (unsigned)i + 1);
        text_add(&t, slice_first(document, each));
        if (t.bad)
            return false;
        records[i] = text_slice(&t);
    }
    return true;
}

/* ---- a name's set ---- */

/* Of the document itself, and strong: who would choose it must look for a document whose hash is the one he chose names for. */
static bool salt_of(struct slice document, uint64_t *salt)
{
    uint8_t hash[HASH_OCTETS_MAX];
    if (!hash_once(HASH_SHA256, document, hash))
        return false;
    memcpy(salt, hash, sizeof *salt);
    return true;
}

/* Reads into an arena of its own, which then goes: what is kept for as long as the answer is as small as it can be. */
static void fill_set(struct ep_set *set, const struct answer *answer, struct arena *work)
{
    struct slice records[ANSWER_RECORDS_MAX], document, where;
    struct ep ep = { .testing = false };
    struct ep_mistake mistake = { .fault = EP_FINE };
    uint64_t salt;
    for (size_t i = 0; i < answer->count; i++)
        records[i] = answer->records[i].text;
    mistake.fault = ep_join(work, records, answer->count, &document, &set->records, &where);
    if (mistake.fault != EP_FINE)
        mistake.where = slice_first(where, EP_RECORD_OCTETS_MAX);
    else if (set->records > 0 && !salt_of(document, &salt))
        mistake.fault = EP_FAULT_MEMORY;
    else if (set->records > 0)
        ep_parse(work, document, salt, &ep, &mistake);
    set->mistake = mistake;
    set->mistake.where = slice_dup(set->arena, mistake.where);
    if (!ep_copy(set->arena, &ep, &set->ep))
        set->mistake.fault = EP_FAULT_MEMORY;
}

void ep_set_release(void *at)
{
    struct ep_set *set = at;
    if (set)
        arena_free(set->arena);      /* the set lives in it */
}

void *ep_set_make(const struct answer *answer)
{
    struct arena *a = arena_new(SET_OCTETS), *work = arena_new(SET_OCTETS);
    struct ep_set *set = a && work ? ARENA_NEW(a, struct ep_set) : NULL;
    if (set) {
        set->arena = a;
        fill_set(set, answer, work);
    }
    arena_free(work);
    if (set && set->mistake.fault != EP_FAULT_MEMORY)
        return set;
    arena_free(a);                   /* our own failure is not remembered */
    return NULL;
}
