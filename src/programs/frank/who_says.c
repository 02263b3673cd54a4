/*
 * who_says.c: what records say of an address in the name of a domain: the engine examines an envelope with a From field, and no
 * message. No method is named here.
 */
#include "programs/frank/comparison.h"
#include "programs/frank/who.h"

#define AT_ONCE 16              /* envelopes waited for at a time; each holds a transaction's memory */
#define COPY_DEPTH_MAX 4        /* of a result's facts: lists of codes are at 1 */

struct examined { const struct who_case *of; struct session *session; struct txn *txn; };

static void progress_ignored(void *context, struct txn *t)
{
    (void)context;
    (void)t;
}

static struct slice postmaster_of(struct who *w, struct slice domain)
{
    struct text t = text_in(w->arena, NAME_TEXT_MAX + 16);
    if (domain.len > 0) {
        text_add_str(&t, "postmaster@");
        text_add(&t, domain);
    }
    return text_slice(&t);
}

static void begin(struct who *w, struct examined *x)
{
    static const struct txn_host host = { .progress = progress_ignored };
    const struct who_case *c = x->of;
    struct slice sender = postmaster_of(w, c->domain);
    x->session = session_begin(w->world->engine, &(struct session_facts){ .peer = c->ip, .receiver = slice_str(w->cli->receiver) });
    x->txn = x->session ? txn_begin(x->session, world_now(w->world), &host) : NULL;
    if (!x->txn)
        out_of_memory();
    if (c->helo.len > 0)
        txn_helo(x->txn, c->helo);
    txn_mail(x->txn, sender, true);
    /* Some look at the header's addresses. */
    if (sender.len > 0)
        txn_field_parts(x->txn, SLICE("From"), sender);
    txn_end_of_header(x->txn);
    txn_end_of_message(x->txn);
}

/* ---- rows ---- */

/* Into the arena of what is printed: a transaction's facts end with it. Our own trees are shallow; deeper ones are left out. */
static void copy(struct who *w, struct fact *to, const struct fact *f, unsigned depth)
{
    switch (f->kind) {
    case FACT_NULL: fact_add_null(w->arena, to, f->name); return;
    case FACT_FLAG: fact_add_flag(w->arena, to, f->name, f->flag); return;
    case FACT_NUMBER: fact_add_number(w->arena, to, f->name, f->number); return;
    case FACT_TEXT: fact_add_text(w->arena, to, f->name, slice_dup(w->arena, f->text)); return;
    case FACT_LIST: case FACT_GROUP: break;
    }
    struct fact *g = f->kind == FACT_LIST ? fact_add_list(w->arena, to, f->name) : fact_add_group(w->arena, to, f->name);
    for (const struct fact *one = f->first; one && depth < COPY_DEPTH_MAX; one = one->next)
        copy(w, g, one, depth + 1);
}

/* In nobody's name, what is said of the address alone; else what is said in the domain's name. */
static bool is_about(const struct who_case *c, const struct fact *row)
{
    bool of_client = slice_same(fact_text(row, "identity"), slice_str(identity_name(IDENTITY_CLIENT)));
    return c->domain.len == 0 ? of_client : !of_client && name_same(fact_text(row, "domain"), c->domain);
}

/* A list's result has a member "of": what it was asked about. */
static bool was_asked_about(const struct who_case *c, const struct fact *result)
{
    struct slice of = fact_text(result, "of");
    struct ip ip;
    return c->domain.len == 0 ? ip_parse(of, &ip) && ip_same(&ip, &c->ip) : name_same(of, c->domain);
}

static void take_rows(struct who *w, const struct who_case *c, struct txn *t)
{
    const struct fact *rows = fact_find(comparison_of(t), "methods");
    struct fact *list = fact_add_list(w->arena, c->methods, "methods");
    for (const struct fact *row = rows ? rows->first : NULL; row; row = row->next) {
        const struct method *m = method_named(fact_text(row, "method"));
        /* What only adds to a reply says nothing of the address. */
        if (m->needs_client && !m->named_subject && !m->hints_reply && is_about(c, row))
            copy(w, list, row, 0);
        w->unknown = w->unknown || slice_same(fact_text(row, "result"), slice_str(auth_result_word(AUTH_TEMPERROR)));
    }
}

/* Results of what the configuration names: lists. */
static void take_lists(struct who *w, const struct who_case *c, struct txn *t)
{
    const struct fact *record = txn_record(t);
    struct fact *list = fact_add_list(w->arena, c->lists, "lists");
    for (size_t i = 0; methods[i]; i++) {
        const struct fact *results = methods[i]->named_subject ? fact_find(record, methods[i]->name) : NULL;
        for (const struct fact *r = results ? results->first : NULL; r; r = r->next) {
            if (!was_asked_about(c, r))
                continue;
            struct fact *g = fact_add_group(w->arena, list, NULL);
            fact_add_str(w->arena, g, "method", methods[i]->name);
            fact_add_text(w->arena, g, "subject", slice_dup(w->arena, fact_text(r, methods[i]->subject_member)));
            for (const struct fact *f = r->first; f; f = f->next)
                if (f->kind != FACT_GROUP)
                    copy(w, g, f, 0);
        }
    }
}

static void end(struct who *w, struct examined *x)
{
    world_finish(w->world, x->txn);
    if (x->of->methods)
        take_rows(w, x->of, x->txn);
    if (x->of->lists)
        take_lists(w, x->of, x->txn);
    int code = world_note_answers(w->world, x->txn);
    w->code = code != EX_OK ? code : w->code;
}

void who_examine(struct who *w, const struct who_case *cases, size_t count, const char **exempt)
{
    struct examined at[AT_ONCE];
    *exempt = exempt_name(EXEMPT_NO);
    for (size_t done = 0; done < count;) {
        size_t n = count - done < AT_ONCE ? count - done : AT_ONCE;
        for (size_t i = 0; i < n; i++) {
            at[i] = (struct examined){ .of = &cases[done + i] };
            begin(w, &at[i]);
        }
        for (size_t i = 0; i < n; i++)
            end(w, &at[i]);
        if (done == 0)
            *exempt = exempt_name(at[0].txn->session->exempt);
        for (size_t i = 0; i < n; i++) {
            txn_end(at[i].txn);
            session_end(at[i].session);
        }
        done += n;
    }
    if (arena_failed(w->arena))
        out_of_memory();
}
