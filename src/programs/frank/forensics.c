#include "programs/frank/forensics.h"

#include "methods/list.h"

#define RESULTS_LOOKED_AT 20         /* of one message: each may hold digests of its own */

/* One result whose body is read again. */
struct reading { const struct second_reading *how; void *state; struct fact *list; };
struct readings { struct reading at[RESULTS_LOOKED_AT]; size_t looked_at, count; };

static void push_all(void *context, struct slice octets)
{
    struct readings *r = context;
    for (size_t i = 0; i < r->count; i++)
        r->at[i].how->push(r->at[i].state, octets);
}

/* The record's object of each result: of a method whose value is a list, in subject order. */
static struct fact *object_of(struct fact *record, const struct method *m, size_t n)
{
    struct fact *value = fact_member(record, m->name);
    if (!m->many)
        return n == 0 ? value : NULL;
    struct fact *f = value ? value->first : NULL;
    while (f && n-- > 0)
        f = f->next;
    return f;
}

static void look_at(const struct txn *t, const struct result *r, struct fact *object, struct readings *readings)
{
    if (!object || readings->looked_at++ >= RESULTS_LOOKED_AT)
        return;
    struct reading one = { .how = r->method->second_reading, .list = fact_add_list(t->arena, object, "forensics") };
    one.state = one.how->begin(t->arena, t, r, one.list);
    if (one.state)
        readings->at[readings->count++] = one;
}

static void look_at_method(const struct txn *t, const struct method *m, struct fact *record, struct readings *readings)
{
    const struct results *set = txn_results(t, m);
    for (size_t i = 0; set && i < set->count; i++)
        if (set->at[i].word == AUTH_FAIL)
            look_at(t, &set->at[i], object_of(record, m, i), readings);
}

void forensics_add(const struct file_part *part, struct txn *t, struct fact *record)
{
    struct readings readings = { .count = 0 };
    for (size_t i = 0; methods[i]; i++)
        if (methods[i]->second_reading)
            look_at_method(t, methods[i], record, &readings);
    enum status status = readings.count ? file_body_again(part, push_all, &readings) : STATUS_OK;
    for (size_t i = 0; i < readings.count; i++)
        readings.at[i].how->end(readings.at[i].state, status == STATUS_OK ? readings.at[i].list : NULL);
}
