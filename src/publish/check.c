#include "publish/check.h"

#include <stdlib.h>

#include "dns/zone.h"
#include "publish/parts.h"

#define UPDATE_OCTETS_MAX 60000       /* of the changes in one message, which has 65535 at most (RFC 1035 4.2.2) */

static const char *const state_words[] = {
    [CHECK_PRESENT] = "present", [CHECK_MISSING] = "missing", [CHECK_WRONG] = "wrong", [CHECK_STALE] = "stale", [CHECK_UNKNOWN] = "unknown",
    [CHECK_COVERED] = "covered",
};

const char *check_state_word(enum check_state state)
{
    return state_words[state];
}

/* ---- the list ---- */

static bool add(struct arena *a, struct check_list *list, struct checked c)
{
    if (list->count == list->room) {
        size_t room = list->room > 0 ? 2 * list->room : 16;
        struct checked *grown = list->room > 0 ? arena_grow(a, list->at, list->room * sizeof *grown, room * sizeof *grown)
                                               : ARENA_ARRAY(a, room, struct checked);
        if (!grown)
            return false;
        list->at = grown;
        list->room = room;
    }
    list->at[list->count++] = c;
    if (c.state <= CHECK_UNKNOWN)
        list->states[c.state]++;
    return true;
}

/* ---- the same record ---- */

static struct slice joined(struct arena *a, struct slice rdata)
{
    struct text t = text_in(a, rdata.len + 1);
    struct cursor c = cursor_of(rdata);
    while (!at_end(&c))
        text_add(&t, take(&c, take_octet(&c)));
    return text_slice(&t);
}

/* Octets before the name in this type's RDATA; SIZE_MAX: there is none. */
static size_t numbers_of(uint16_t type)
{
    return type == RTYPE_MX ? 2 : type == RTYPE_SRV ? 6 : type == RTYPE_CNAME ? 0 : SIZE_MAX;
}

static bool same(struct arena *a, uint16_t type, struct slice one, struct slice other)
{
    size_t numbers = numbers_of(type);
    if (type == RTYPE_TXT)
        return slice_same(joined(a, one), joined(a, other));
    if (numbers == SIZE_MAX)
        return slice_same(one, other);
    return slice_same(slice_first(one, numbers), slice_first(other, numbers)) && slice_same_nocase(slice_from(one, numbers), slice_from(other, numbers));
}

static bool is_of_kind(const struct rdata *found, struct slice kind)
{
    return found->type == RTYPE_TXT ? slice_starts_nocase(found->text, kind) : slice_starts(found->raw, kind);
}

/* ---- one owner and type ---- */

static bool same_set(const struct published *a, const struct published *b)
{
    return a->type == b->type && slice_same(a->owner, b->owner);
}

static bool publishes(struct arena *a, const struct publication *p, const struct published *old)
{
    for (size_t i = 0; i < p->count; i++)
        if (!p->records[i].absent && same_set(&p->records[i], old) && same(a, old->type, p->records[i].rdata, old->rdata))
            return true;
    return false;
}

/* Records [from, to) of the sorted order are of one owner and type. */
struct set {
    struct arena *arena;
    const struct published **order;
    size_t from, to;
    const struct answer *answer;
    bool used[ANSWER_RECORDS_MAX];       /* records of the answer that are accounted for */
    const struct publication *beside;
    struct check_list *list;
};

static const struct rdata *find(struct set *s, const struct published *wanted)
{
    for (size_t i = 0; i < s->answer->count; i++) {
        if (s->used[i] || !same(s->arena, wanted->type, s->answer->records[i].raw, wanted->rdata))
            continue;
        s->used[i] = true;
        return &s->answer->records[i];
    }
    return NULL;
}

static const struct rdata *find_kind(struct set *s, struct slice kind)
{
    for (size_t i = 0; i < s->answer->count; i++) {
        if (s->used[i] || !is_of_kind(&s->answer->records[i], kind))
            continue;
        s->used[i] = true;
        return &s->answer->records[i];
    }
    return NULL;
}

static bool report(struct set *s, enum check_state state, const struct published *p, const struct rdata *found)
{
    return add(s->arena, s->list, (struct checked){
        .state = state, .by = p->by, .record = state == CHECK_STALE || state == CHECK_COVERED || p->absent ? NULL : p, .owner = p->owner, .type = p->type,
        .found = found ? found->raw : SLICE(""),
    });
}

static bool check_unknown(struct set *s)
{
    for (size_t i = s->from; i < s->to; i++)
        if (!report(s, CHECK_UNKNOWN, s->order[i], NULL))
            return false;
    return true;
}

/* What the plan says elsewhere is not this sort's business: MX records of two methods stand in one set. */
static void pass_over(struct set *s)
{
    for (size_t i = 0; s->beside && i < s->answer->count; i++) {
        struct published other = *s->order[s->from];
        other.rdata = s->answer->records[i].raw;
        s->used[i] = s->used[i] || publishes(s->arena, s->beside, &other);
    }
}

/* Those that are there first, so that no other is blamed for being one of them. */
static bool check_set(struct set *s)
{
    if (answer_failed(s->answer))
        return check_unknown(s);
    bool *there = ARENA_ARRAY(s->arena, s->to - s->from, bool);
    if (!there)
        return false;
    for (size_t i = s->from; i < s->to; i++) {
        there[i - s->from] = !s->order[i]->absent && find(s, s->order[i]);
        if (there[i - s->from] && !report(s, CHECK_PRESENT, s->order[i], NULL))
            return false;
    }
    pass_over(s);
    for (size_t i = s->from; i < s->to; i++) {
        if (there[i - s->from] || s->order[i]->absent)
            continue;
        const struct rdata *instead = find_kind(s, s->order[i]->kind);
        if (!report(s, instead ? CHECK_WRONG : CHECK_MISSING, s->order[i], instead))
            return false;
    }
    for (size_t i = s->from; i < s->to; i++)
        for (const struct rdata *more; (more = find_kind(s, s->order[i]->kind)) != NULL;)
            if (!report(s, CHECK_STALE, s->order[i], more))
                return false;
    return true;
}

/* ---- all of them ---- */

static int by_name_and_type(const void *one, const void *other)
{
    const struct published *a = *(const struct published *const *)one, *b = *(const struct published *const *)other;
    int order = slice_compare(a->owner, b->owner);
    if (order == 0)
        order = a->type < b->type ? -1 : a->type > b->type;
    return order != 0 ? order : a < b ? -1 : a > b;
}

static const struct published **sorted(struct arena *a, const struct publication *p)
{
    const struct published **order = ARENA_ARRAY(a, p->count + 1, const struct published *);
    for (size_t i = 0; order && i < p->count; i++)
        order[i] = &p->records[i];
    if (order)
        qsort(order, p->count, sizeof *order, by_name_and_type);
    return order;
}

static bool is_listed(const struct check_list *list, const struct published *old, const struct rdata *found)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->at[i].type == old->type && list->at[i].found.len > 0 && slice_same(list->at[i].owner, old->owner) && slice_same(list->at[i].found, found->raw))
            return true;
    return false;
}

/* The nearest wildcard of the new plan answers the same for this name (RFC 4592). */
static bool is_synthesised(struct arena *a, const struct publication *p, const struct published *old)
{
    const struct published *nearest = NULL;
    for (size_t i = 0; i < p->count; i++) {
        const struct published *r = &p->records[i];
        bool covers = !r->absent && r->type == old->type && slice_starts(r->owner, SLICE("*.")) && name_at_or_below(old->owner, slice_from(r->owner, 2));
        if (covers && (!nearest || r->owner.len > nearest->owner.len))
            nearest = r;
    }
    return nearest && same(a, nearest->type, nearest->rdata, old->rdata);
}

/* What the previous plan published and DNS still has. */
static bool check_previous(struct arena *a, const struct answer *answer, const struct publication *now, const struct published *old, struct check_list *list)
{
    struct set s = { .arena = a, .answer = answer, .list = list };
    if (old->absent || publishes(a, now, old))
        return true;
    bool covered = is_synthesised(a, now, old);
    if (answer_failed(answer))
        return covered || report(&s, CHECK_UNKNOWN, old, NULL);
    const struct rdata *found = find(&s, old);
    return !found || is_listed(list, old, found) || report(&s, covered ? CHECK_COVERED : CHECK_STALE, old, found);
}

/* Everything is asked before anything is waited for. */
static bool all_answered(struct asker *asker, const struct publication *p)
{
    bool all = true;
    for (size_t i = 0; p && i < p->count; i++)
        if (!asker->ask(asker, p->records[i].owner, p->records[i].type))
            all = false;
    return all;
}

enum plan_found publication_check(struct arena *a, struct asker *asker, const struct publication *p, const struct publication *beside,
                                  const struct publication *previous, struct check_list *out)
{
    *out = (struct check_list){ .count = 0 };
    bool now = all_answered(asker, p), before = all_answered(asker, previous);
    const struct published **order = sorted(a, p);
    if (!order)
        return PLAN_NO_MEMORY;
    if (!now || !before)
        return PLAN_NOT_YET;
    for (size_t from = 0, to; from < p->count; from = to) {
        for (to = from + 1; to < p->count && same_set(order[from], order[to]);)
            to++;
        struct set s = { .arena = a, .order = order, .from = from, .to = to, .beside = beside, .list = out };
        s.answer = asker->ask(asker, order[from]->owner, order[from]->type);
        if (!check_set(&s))
            return PLAN_NO_MEMORY;
    }
    for (size_t i = 0; previous && i < previous->count; i++) {
        const struct published *old = &previous->records[i];
        if (!check_previous(a, asker->ask(asker, old->owner, old->type), p, old, out))
            return PLAN_NO_MEMORY;
    }
    return arena_failed(a) ? PLAN_NO_MEMORY : PLAN_READY;
}

enum plan_found publication_unchecked(struct arena *a, const struct publication *p, struct check_list *out)
{
    *out = (struct check_list){ .count = 0 };
    for (size_t i = 0; i < p->count; i++) {
        const struct published *r = &p->records[i];
        if (!r->absent && !add(a, out, (struct checked){ .state = CHECK_MISSING, .by = r->by, .record = r, .owner = r->owner, .type = r->type }))
            return PLAN_NO_MEMORY;
    }
    return PLAN_READY;
}

/* ---- printing ---- */

static void add_record(struct text *t, const struct checked *c, struct slice rdata)
{
    char buffer[16];
    text_add_presentation_name(t, c->owner);
    text_addf(t, " %s ", rtype_name(c->type, buffer));
    text_add_zone_rdata(t, c->type, rdata);
}

void text_add_check(struct text *t, const struct check_list *list, bool all)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct checked *c = &list->at[i];
        char buffer[16];
        if ((c->state == CHECK_PRESENT && !all) || c->state == CHECK_COVERED)
            continue;
        text_addf(t, "%-8s %-10s ", check_state_word(c->state), c->by);
        if (c->record || c->found.len > 0) {
            add_record(t, c, c->record ? c->record->rdata : c->found);
        } else {
            text_add_presentation_name(t, c->owner);
            text_addf(t, " %s", rtype_name(c->type, buffer));
        }
        text_add_octet(t, '\n');
        if (c->state != CHECK_WRONG)
            continue;
        text_addf(t, "%-8s %-10s ", "  found", "");
        add_record(t, c, c->found);
        text_add_octet(t, '\n');
    }
}

static struct slice data_text(struct arena *a, uint16_t type, struct slice rdata)
{
    struct text t = text_in(a, 8 * PUBLISH_TEXT_MAX);
    text_add_zone_rdata(&t, type, rdata);
    return text_slice(&t);
}

static void checked_facts(struct arena *a, struct fact *f, const struct checked *c)
{
    char buffer[16];
    fact_add_str(a, f, "state", check_state_word(c->state));
    fact_add_str(a, f, "method", c->by);
    fact_add_text(a, f, "owner", c->owner);
    fact_add_text(a, f, "type", slice_dup(a, slice_str(rtype_name(c->type, buffer))));
    if (c->record)
        fact_add_text(a, f, "data", data_text(a, c->type, c->record->rdata));
    if (c->found.len > 0)
        fact_add_text(a, f, "found", data_text(a, c->type, c->found));
}

struct fact *check_facts(struct arena *a, const struct publication *p, const struct check_list *list)
{
    struct fact *f = fact_group(a, NULL);
    fact_add_number(a, f, "version", 1);
    fact_add_text(a, f, "domain", p->plan->domain);
    for (unsigned s = 0; s < COUNT_OF(list->states); s++)
        fact_add_number(a, f, check_state_word((enum check_state)s), (int64_t)list->states[s]);
    struct fact *checks = fact_add_list(a, f, "check");
    for (size_t i = 0; i < list->count; i++)
        if (list->at[i].state != CHECK_COVERED)
            checked_facts(a, fact_add_group(a, checks, NULL), &list->at[i]);
    remarks_facts(a, f, &p->remarks);
    return f;
}

/* ---- nsupdate ---- */

static bool is_change(const struct checked *c)
{
    return c->state == CHECK_MISSING || c->state == CHECK_WRONG || c->state == CHECK_STALE || c->state == CHECK_COVERED;
}

static bool is_under_wildcard(struct slice owner, struct slice wildcard)
{
    struct slice above = slice_from(wildcard, 2);
    return slice_starts(wildcard, SLICE("*.")) && owner.len > above.len && !slice_same(owner, wildcard) && name_at_or_below(owner, above);
}

/* What is there may be there by a wildcard (RFC 4592), of this plan or an older one, which the changes may take away or cover. */
static bool may_be_synthesised(const struct check_list *list, const struct checked *c)
{
    for (size_t i = 0; c->state == CHECK_PRESENT && i < list->count; i++) {
        const struct checked *other = &list->at[i];
        if (other->type == c->type && is_under_wildcard(c->owner, other->owner))
            return true;
    }
    return false;
}

/* To add what is there already changes nothing (RFC 2136 3.4.2.2). */
static bool is_written(const struct check_list *list, const struct checked *c)
{
    size_t changes = list->states[CHECK_MISSING] + list->states[CHECK_WRONG] + list->states[CHECK_STALE];
    return is_change(c) || (changes > 0 && may_be_synthesised(list, c));
}

static void add_delete(struct text *t, const struct checked *c)
{
    text_add_str(t, "update delete ");
    add_record(t, c, c->found);
    text_add_octet(t, '\n');
}

/* A server passes over an alias where other records are, and others where an alias is (RFC 2136 3.4.2.2). */
static void make_way(struct text *t, const struct check_list *list, const struct checked *c)
{
    for (size_t i = 0; list->states[CHECK_STALE] > 0 && i < list->count; i++) {
        const struct checked *other = &list->at[i];
        bool excludes = (other->type == RTYPE_CNAME) != (c->type == RTYPE_CNAME);
        if (other->state == CHECK_STALE && excludes && slice_same(other->owner, c->owner))
            add_delete(t, other);
    }
}

static void add_change(struct text *t, const struct check_list *list, const struct checked *c)
{
    if (c->found.len > 0)
        add_delete(t, c);
    if (c->record) {
        make_way(t, list, c);
        text_add_str(t, "update add ");
        text_add_published(t, c->record);
        text_add_octet(t, '\n');
    }
}

/* Not less than the change has in a message: names uncompressed, and the ten octets before RDATA. */
static size_t octets_of(const struct checked *c)
{
    size_t each = c->owner.len + 2 + 10;
    return (c->found.len > 0 ? each + c->found.len : 0) + (c->record ? each + c->record->rdata.len : 0);
}

/* nsupdate refuses address and MX records whose owner is no host name, unless told otherwise (RFC 952, its check-names). */
static bool has_odd_owners(const struct check_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct checked *c = &list->at[i];
        bool checked = c->type == RTYPE_A || c->type == RTYPE_AAAA || c->type == RTYPE_MX;
        if (checked && c->record && is_written(list, c) && (slice_has(c->owner, '_') || slice_has(c->owner, '*')))
            return true;
    }
    return false;
}

static void add_outside(struct text *t, const struct publication *p, const struct check_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct checked *c = &list->at[i];
        if (name_at_or_below(c->owner, p->plan->domain) || !is_written(list, c))
            continue;
        add_change(t, list, c);
        text_add_str(t, "send\n");
    }
}

static void add_inside(struct text *t, const struct publication *p, const struct check_list *list)
{
    size_t octets = 0;               /* of the message that is open */
    bool begun = false;
    for (size_t i = 0; i < list->count; i++) {
        const struct checked *c = &list->at[i];
        if (!name_at_or_below(c->owner, p->plan->domain) || !is_written(list, c))
            continue;
        if (!begun) {
            text_add_str(t, "zone ");
            text_add_presentation_name(t, p->plan->domain);
            text_add_octet(t, '\n');
        }
        if (octets > 0 && octets + octets_of(c) > UPDATE_OCTETS_MAX) {
            text_add_str(t, "send\n");
            octets = 0;
        }
        begun = true;
        octets += octets_of(c);
        add_change(t, list, c);
    }
    text_add_str(t, begun ? "send\n" : "");
}

/* One message changes one zone (RFC 2136 3.1): names in the plan's domain together, any other by itself. None is larger than TCP takes. */
void text_add_nsupdate(struct text *elsewhere, struct text *in_zone, const struct publication *p, const struct check_list *list)
{
    if (has_odd_owners(list))
        text_add_str(elsewhere, "check-names no\n");
    add_outside(elsewhere, p, list);
    add_inside(in_zone, p, list);
}
