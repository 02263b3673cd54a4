#include "publish/publish.h"

#include <stdlib.h>

#include "base/codec.h"
#include "dns/zone.h"
#include "methods/list.h"
#include "publish/parts.h"

/* ---- who publishes ---- */

static const struct { const char *name; void (*publish)(const struct plan *, struct publication *); bool if_named_only; } parts[] = {
    { "mx", publish_receivers, false },
    { "services", publish_services, false },
    { "hosts", publish_hosts, true },
};

static bool wanted(const struct texts *names, const char *name, bool otherwise)
{
    for (size_t i = 0; i < names->count; i++)
        if (slice_same(names->at[i], slice_str(name)))
            return true;
    return names->count == 0 && otherwise;
}

bool publish_knows(struct slice name)
{
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (slice_same(name, slice_str(parts[i].name)))
            return true;
    const struct method *m = method_named(name);
    return m && m->publish;
}

static void publish_all(const struct plan *plan, const struct texts *names, struct publication *p)
{
    for (size_t i = 0; methods[i] && !p->bad; i++) {
        p->by = methods[i]->name;
        if (methods[i]->publish && wanted(names, p->by, true))
            methods[i]->publish(plan, p);
    }
    for (size_t i = 0; i < COUNT_OF(parts) && !p->bad; i++) {
        p->by = parts[i].name;
        if (wanted(names, p->by, !parts[i].if_named_only))
            parts[i].publish(plan, p);
    }
}

/* ---- the same record is one record ---- */

static int compare_records(const void *one, const void *other)
{
    const struct published *a = *(const struct published *const *)one, *b = *(const struct published *const *)other;
    int order = slice_compare(a->owner, b->owner);
    if (order == 0)
        order = a->type < b->type ? -1 : a->type > b->type;
    if (order == 0)
        order = a->absent < b->absent ? -1 : a->absent > b->absent;
    if (order == 0)
        order = slice_compare(a->rdata, b->rdata);
    if (order == 0)
        order = a < b ? -1 : a > b;      /* they stand in one array: the earlier stays */
    return order;
}

static bool same_record(const struct published *a, const struct published *b)
{
    return a->type == b->type && a->absent == b->absent && slice_same(a->owner, b->owner) && slice_same(a->rdata, b->rdata);
}

static bool drop_doubles(struct publication *p)
{
    const struct published **order = ARENA_ARRAY(p->arena, p->count + 1, const struct published *);
    bool *twice = ARENA_ARRAY(p->arena, p->count + 1, bool);
    if (!order || !twice)
        return false;
    for (size_t i = 0; i < p->count; i++)
        order[i] = &p->records[i];
    qsort(order, p->count, sizeof *order, compare_records);
    for (size_t i = 1; i < p->count; i++)
        twice[order[i] - p->records] = same_record(order[i - 1], order[i]);
    size_t kept = 0;
    for (size_t i = 0; i < p->count; i++)
        if (!twice[i])
            p->records[kept++] = p->records[i];
    p->count = kept;
    return true;
}

bool publish_plan(struct arena *a, const struct plan *plan, const struct texts *names, struct publication *out)
{
    *out = (struct publication){ .arena = a, .plan = plan };
    publish_all(plan, names->count > 0 ? names : &plan->methods, out);
    return !out->bad && drop_doubles(out) && !arena_failed(a);
}

void publication_add_remarks(struct publication *p, const struct remarks *more)
{
    for (size_t i = 0; i < more->count; i++)
        remark_add(p->arena, &p->remarks, more->at[i].by, more->at[i].kind, "%.*s", PUBLISH_NAME(more->at[i].text));
    p->bad = p->bad || p->remarks.bad;
}

/* ---- printing ---- */

static const char *const remark_words[] = { [PUBLISH_NOTE] = "note", [PUBLISH_LOOSER] = "looser", [PUBLISH_STRICTER] = "stricter" };

const char *remark_kind_word(enum remark_kind kind)
{
    return remark_words[kind];
}

void text_add_published(struct text *t, const struct published *r)
{
    char buffer[16];
    text_add_presentation_name(t, r->owner);
    text_addf(t, " %lu IN %s ", (unsigned long)r->ttl_seconds, rtype_name(r->type, buffer));
    text_add_zone_rdata(t, r->type, r->rdata);
}

static void add_heading(struct text *t, const char *by)
{
    const struct method *m = method_named(slice_str(by));
    text_addf(t, "; -- %s%s%s\n", by, m ? ": " : "", m ? m->title : "");
}

static bool is_by(const char *one, const char *other)
{
    return slice_same(slice_str(one), slice_str(other));
}

static void add_remarks(struct text *t, const struct publication *p, const char *by)
{
    for (size_t i = 0; i < p->remarks.count; i++) {
        const struct remark *r = &p->remarks.at[i];
        if (!is_by(r->by, by))
            continue;
        text_addf(t, "; %s: ", remark_kind_word(r->kind));
        text_add_shown(t, r->text, false);
        text_add_octet(t, '\n');
    }
}

static bool has_remarks(const struct publication *p, const char *by)
{
    for (size_t i = 0; i < p->remarks.count; i++)
        if (is_by(p->remarks.at[i].by, by))
            return true;
    return false;
}

static void add_section(struct text *t, const struct publication *p, const char *by)
{
    bool headed = has_remarks(p, by);
    if (headed) {
        add_heading(t, by);
        add_remarks(t, p, by);
    }
    for (size_t i = 0; i < p->count; i++) {
        const struct published *r = &p->records[i];
        if (!is_by(r->by, by) || r->absent)
            continue;
        if (!headed)
            add_heading(t, by);
        headed = true;
        text_add_published(t, r);
        text_add_octet(t, '\n');
    }
}

void text_add_publication(struct text *t, const struct publication *p)
{
    add_section(t, p, "plan");
    for (size_t i = 0; methods[i]; i++)
        add_section(t, p, methods[i]->name);
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        add_section(t, p, parts[i].name);
}

/* ---- facts ---- */

static struct slice rdata_text(struct arena *a, const struct published *r)
{
    struct text t = text_in(a, 8 * PUBLISH_TEXT_MAX);
    text_add_zone_rdata(&t, r->type, r->rdata);
    return text_slice(&t);
}

static struct slice rdata_hex(struct arena *a, const struct published *r)
{
    struct text t = text_in(a, 8 * PUBLISH_TEXT_MAX);
    hex_encode(&t, r->rdata);
    return text_slice(&t);
}

void record_facts(struct arena *a, struct fact *f, const struct published *r)
{
    char buffer[16];
    fact_add_str(a, f, "method", r->by);
    fact_add_text(a, f, "owner", r->owner);
    fact_add_text(a, f, "type", slice_dup(a, slice_str(rtype_name(r->type, buffer))));
    if (r->absent)
        return;
    fact_add_number(a, f, "ttl", r->ttl_seconds);
    fact_add_text(a, f, "data", rdata_text(a, r));
    fact_add_text(a, f, "rdata", rdata_hex(a, r));
}

struct fact *publication_facts(struct arena *a, const struct publication *p)
{
    struct fact *f = fact_group(a, NULL);
    fact_add_number(a, f, "version", 1);
    fact_add_text(a, f, "domain", p->plan->domain);
    struct fact *records = fact_add_list(a, f, "records");
    for (size_t i = 0; i < p->count; i++)
        if (!p->records[i].absent)
            record_facts(a, fact_add_group(a, records, NULL), &p->records[i]);
    remarks_facts(a, f, &p->remarks);
    return f;
}

void remarks_facts(struct arena *a, struct fact *f, const struct remarks *remarks)
{
    struct fact *list = fact_add_list(a, f, "remarks");
    for (size_t i = 0; i < remarks->count; i++) {
        struct fact *one = fact_add_group(a, list, NULL);
        fact_add_str(a, one, "method", remarks->at[i].by);
        fact_add_str(a, one, "kind", remark_kind_word(remarks->at[i].kind));
        fact_add_text(a, one, "text", remarks->at[i].text);
    }
}
