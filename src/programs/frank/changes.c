#include "programs/frank/changes.h"

#include <stdlib.h>

#define CHANGES_OCTETS_MAX (64u << 20)
#define KEPT_OCTETS_MAX (64u << 10)
#define KEPT_TEXT_MAX 1024

const char *outcome_name(unsigned outcome)
{
    return outcome == OUTCOME_FURTHER ? "further" : disposition_name((enum disposition)outcome);
}

bool changes_open(struct changes *c, uint64_t seed)
{
    bool good = true;
    *c = (struct changes){ .arena = arena_new(CHANGES_OCTETS_MAX), .rules = table_new(seed), .domains = table_new(seed) };
    for (size_t i = 0; i < CHANGE_KEPT; i++) {
        c->kept_arenas[i] = arena_new(KEPT_OCTETS_MAX);
        good = good && c->kept_arenas[i];
    }
    return good && c->arena && c->rules && c->domains;
}

void changes_close(struct changes *c)
{
    table_free(c->rules);
    table_free(c->domains);
    for (size_t i = 0; i < CHANGE_KEPT; i++)
        arena_free(c->kept_arenas[i]);
    arena_free(c->arena);
}

/* The tally of this key; NULL: there are too many, or no memory. */
static struct change_tally *tally_of(struct changes *c, struct table *table, size_t max, struct slice key, const struct change_tally *made)
{
    struct change_tally *t = table_get(table, key);
    if (t || table_count(table) == max)
        return t;
    t = ARENA_NEW(c->arena, struct change_tally);
    struct slice own_key = slice_dup(c->arena, key);
    if (!t || !own_key.at)
        return NULL;
    *t = *made;
    t->was_rule = slice_dup(c->arena, made->was_rule);
    t->rule = slice_dup(c->arena, made->rule);
    t->domain = slice_dup(c->arena, made->domain);
    return table_put(table, own_key, t) ? t : NULL;
}

static void add_by_rule(struct changes *c, const struct change *change)
{
    char room[4 * KEPT_TEXT_MAX];
    struct text key = text_fixed(room, sizeof room);
    struct slice was_rule = slice_first(change->was_rule, KEPT_TEXT_MAX), rule = slice_first(change->rule, KEPT_TEXT_MAX);
    text_addf(&key, "%u %u ", change->was, change->would);
    text_add(&key, was_rule);
    text_add_octet(&key, '\n');
    text_add(&key, rule);
    struct change_tally made = { .was_rule = was_rule, .rule = rule, .was = change->was, .would = change->would };
    struct change_tally *t = tally_of(c, c->rules, CHANGE_RULES_MAX, text_slice(&key), &made);
    if (t)
        t->count++;
    else
        c->other_rules++;
}

static void add_by_domain(struct changes *c, const struct change *change)
{
    struct slice domain = slice_first(change->domain, KEPT_TEXT_MAX);
    struct change_tally made = { .domain = domain };
    struct change_tally *t = tally_of(c, c->domains, CHANGE_DOMAINS_MAX, domain.len ? domain : SLICE("\n"), &made);
    if (!t) {
        c->other_domains++;
        return;
    }
    t->count++;
    t->by_outcome[change->would]++;
}

static bool keep(struct changes *c, const struct change *change)
{
    size_t i = c->kept_count++ % CHANGE_KEPT;
    struct arena *a = c->kept_arenas[i];
    struct change *k = &c->kept[i];
    arena_reset(a);
    *k = *change;
    struct slice *texts[] = { &k->id, &k->queue_id, &k->message_id, &k->client, &k->sender, &k->domain, &k->was_rule, &k->rule, &k->reason };
    for (size_t t = 0; t < COUNT_OF(texts); t++)
        *texts[t] = slice_dup(a, slice_first(*texts[t], KEPT_TEXT_MAX));
    return !arena_failed(a);
}

bool changes_add(struct changes *c, const struct change *change)
{
    c->changed++;
    c->matrix[change->was][change->would]++;
    add_by_rule(c, change);
    add_by_domain(c, change);
    return keep(c, change) && !arena_failed(c->arena);
}

const struct change *changes_kept(const struct changes *c, size_t i)
{
    uint64_t first = c->kept_count > CHANGE_KEPT ? c->kept_count - CHANGE_KEPT : 0;
    return first + i < c->kept_count ? &c->kept[(first + i) % CHANGE_KEPT] : NULL;
}

static int more_first(const void *x, const void *y)
{
    const struct change_tally *a = *(const struct change_tally *const *)x, *b = *(const struct change_tally *const *)y;
    if (a->count != b->count)
        return a->count < b->count ? 1 : -1;
    int order = slice_compare(a->domain, b->domain);
    order = order ? order : slice_compare(a->rule, b->rule);
    return order ? order : slice_compare(a->was_rule, b->was_rule);
}

const struct change_tally **changes_sorted(const struct table *table, struct arena *a)
{
    size_t count = table_count(table), n = 0, position = 0;
    const struct change_tally **list = ARENA_ARRAY(a, count + 1, const struct change_tally *);
    struct slice key;
    void *value;
    while (list && n < count && table_next(table, &position, &key, &value))
        list[n++] = value;
    if (list)
        qsort(list, n, sizeof *list, more_first);
    return list;
}
