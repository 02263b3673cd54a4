#include "programs/frank/check_message.h"

#include <unistd.h>

#include "mail/received.h"
#include "methods/list.h"

static void progress_ignored(void *context, struct txn *t)
{
    (void)context;
    (void)t;
}

/* ---- signatures ---- */

struct signatures { enum bulk_state any, covers_both; };

static void count_signature(struct signatures *s, enum bulk_state state, bool both)
{
    if (state == BULK_MET || s->any == BULK_NOT_MET)
        s->any = s->any == BULK_MET ? BULK_MET : state;
    if (both && (state == BULK_MET || s->covers_both == BULK_NOT_MET))
        s->covers_both = s->covers_both == BULK_MET ? BULK_MET : state;
}

static void count_result(struct signatures *s, const struct method *m, const struct result *r)
{
    bool both = m->covers(r, SLICE("List-Unsubscribe")) && m->covers(r, SLICE("List-Unsubscribe-Post"));
    if (r->word == AUTH_PASS || r->word == AUTH_TEMPERROR)
        count_signature(s, r->word == AUTH_PASS ? BULK_MET : BULK_UNKNOWN, both);
}

/* By a method in use that signs header fields. Without a signature, or with none that verifies: not met; unless DNS did not say. */
static struct signatures signatures_of(const struct txn *t)
{
    struct signatures s = { BULK_NOT_MET, BULK_NOT_MET };
    bool looked = false;
    for (size_t i = 0; methods[i]; i++) {
        const struct method *m = methods[i];
        const struct results *set = m->covers && m->registered && !m->historic ? txn_results(t, m) : NULL;
        looked = looked || set;
        for (size_t k = 0; set && k < set->count; k++)
            count_result(&s, m, &set->at[k]);
    }
    return looked ? s : (struct signatures){ BULK_UNKNOWN, BULK_UNKNOWN };
}

/* ---- alignment ---- */

/* The one registered method in use that speaks of nothing but the author domain says whether something is aligned with it. */
static enum bulk_state alignment_of(const struct txn *t)
{
    size_t count;
    const struct result *all = txn_all_results(t, &count);
    for (size_t i = 0; i < count; i++) {
        const struct method *m = all[i].method;
        if (!m->registered || m->historic || m->identities != 1u << IDENTITY_FROM)
            continue;
        if (all[i].word == AUTH_PASS)
            return BULK_MET;
        return all[i].word == AUTH_TEMPERROR ? BULK_UNKNOWN : BULK_NOT_MET;
    }
    return BULK_UNKNOWN;
}

/* ---- the way it came ---- */

static void look_at_received(struct arena *a, const struct message *m, unsigned nth, struct bulk_message *out)
{
    struct received r;
    const struct field *f = message_field(m, SLICE("Received"), nth > 0 ? nth : 1);
    if (!f || !received_parse(a, f->value, &r) || r.with.len == 0)
        return;
    out->received_with = slice_dup(a, r.with);
    out->tls = bulk_protocol_is_tls(r.with) ? BULK_MET : BULK_UNKNOWN;
}

static void look_at(struct arena *a, const struct txn *t, unsigned received, struct bulk_message *out)
{
    struct signatures s = signatures_of(t);
    *out = (struct bulk_message){ .aligned = alignment_of(t), .signature = s.any };
    if (t->author.count == 1)
        out->author = slice_dup(a, t->author.domains[0]);
    out->one_click = bulk_one_click(a, t->message, s.covers_both, &out->one_click_why);
    look_at_received(a, t->message, received, out);
}

static int examine(struct world *w, const struct file_part *part, const char *path, struct arena *a, struct bulk_message *out)
{
    static const struct txn_host host = { .progress = progress_ignored };
    struct file_facts facts = file_facts_of(w->cli);
    struct file_run run;
    enum status status = file_run(w->engine, part, &facts, world_now(w), &host, &run);
    int code = EX_OK;
    if (status == STATUS_OK) {
        world_finish(w, run.txn);
        look_at(a, run.txn, run.origin.received, out);
        code = world_note_answers(w, run.txn);
    }
    file_run_end(&run);
    return status == STATUS_OK ? code : file_failed(path, status);
}

int check_message(struct world *w, const char *path, struct arena *a, struct bulk_message *out)
{
    struct file_part part;
    enum status status = file_part_open(path, &part);
    if (status != STATUS_OK)
        return file_failed(path, status);
    int code = examine(w, &part, path, a, out);
    close(part.fd);
    return code;
}
