#include "programs/frank/forensics.h"

#include <string.h>

#include "methods/dkim/dkim_forensics.h"

#define SIGNATURES_LOOKED_AT 20      /* of one message */

struct readers { struct dkim_forensics *at[SIGNATURES_LOOKED_AT]; struct fact *list[SIGNATURES_LOOKED_AT]; size_t count; };

static void push_all(void *context, struct slice octets)
{
    struct readers *r = context;
    for (size_t i = 0; i < r->count; i++)
        dkim_forensics_push(r->at[i], octets);
}

/* The record's object of each signature, in subject order. */
static struct fact *nth_object(const struct fact *record, size_t n)
{
    const struct fact *list = fact_find(record, dkim_method.name);
    struct fact *f = list ? list->first : NULL;
    while (f && n-- > 0)
        f = f->next;
    return f;
}

static void look_at(struct arena *a, const struct txn *t, const struct result *r, struct fact *object, struct readers *readers)
{
    if (!object || readers->count == SIGNATURES_LOOKED_AT)
        return;
    struct fact *list = fact_add_list(a, object, "forensics");
    dkim_forensics_header(a, t->message, r, list);
    struct dkim_forensics *f = dkim_forensics_begin(a, r);
    if (!f)
        return;
    readers->at[readers->count] = f;
    readers->list[readers->count++] = list;
}

void forensics_add(const struct file_part *part, struct txn *t, struct fact *record)
{
    const struct results *set = txn_results(t, &dkim_method);
    struct readers readers = { .count = 0 };
    for (size_t i = 0; set && i < set->count; i++)
        if (set->at[i].word == AUTH_FAIL)
            look_at(t->arena, t, &set->at[i], nth_object(record, i), &readers);
    enum status status = readers.count ? file_body_again(part, push_all, &readers) : STATUS_OK;
    for (size_t i = 0; i < readers.count; i++)
        dkim_forensics_end(readers.at[i], status == STATUS_OK ? readers.list[i] : NULL);
}
