#include "programs/frank/comparison.h"

#include <string.h>

#define RECORD_DEPTH_MAX 4                /* how deep in a result's facts its record is looked for; spf's trace is at 2 */

const char *says_name(enum says s)
{
    switch (s) {
    case SAYS_NOTHING: return "nothing";
    case SAYS_YES: return "yes";
    case SAYS_NO: return "no";
    }
    return "nothing";
}

enum says says_of(enum auth_result word)
{
    switch (word) {
    case AUTH_PASS: return SAYS_YES;
    case AUTH_FAIL: case AUTH_SOFTFAIL: return SAYS_NO;
    case AUTH_NONE: case AUTH_NEUTRAL: case AUTH_POLICY: case AUTH_TEMPERROR: case AUTH_PERMERROR: return SAYS_NOTHING;
    }
    return SAYS_NOTHING;
}

bool says_named(struct slice name, enum says *out)
{
    for (enum says s = SAYS_NOTHING; s <= SAYS_NO; s++)
        if (slice_same(slice_str(says_name(s)), name)) {
            *out = s;
            return true;
        }
    return false;
}

/* ---- the record found ---- */

/* The first member "record" that is a text, from the top down; without recursion, as our own trees are shallow. */
static struct slice record_in(const struct fact *result)
{
    const struct fact *up[RECORD_DEPTH_MAX], *f = result->first;
    unsigned depth = 0;
    while (f || depth > 0) {
        if (!f) {
            f = up[--depth]->next;
            continue;
        }
        bool inner = f->kind == FACT_GROUP || f->kind == FACT_LIST, others = f->name && strcmp(f->name, "others") == 0;
        if (f->name && strcmp(f->name, "record") == 0 && f->kind == FACT_TEXT && f->text.len > 0)
            return f->text;
        if (inner && !others && f->first && depth < RECORD_DEPTH_MAX) {
            up[depth++] = f;
            f = f->first;
        } else {
            f = f->next;
        }
    }
    return (struct slice){ NULL, 0 };
}

/* What is said of where it stands, for methods that do not repeat their record. */
static struct slice place_of_record(struct arena *a, const struct fact *result)
{
    static const struct { const char *member, *words; } table[] = { { "record_domain", "at " }, { "selector", "key " } };
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        struct slice at = fact_text(result, table[i].member);
        if (at.len == 0)
            continue;
        struct text t = text_in(a, COMPARISON_TEXT_MAX + 8);
        text_add_str(&t, table[i].words);
        text_add(&t, slice_first(at, COMPARISON_TEXT_MAX));
        return text_slice(&t);
    }
    return fact_flag(fact_find(result, "claim"), "statement") ? SLICE("yes") : SLICE("");
}

/* ---- rows ---- */

static void add_cut(struct arena *a, struct fact *row, const char *name, struct slice text)
{
    fact_add_text(a, row, name, slice_first(text, COMPARISON_TEXT_MAX));
}

static struct fact *add_row(struct arena *a, struct fact *rows, const struct method *m, const struct fact *result)
{
    enum auth_result word = AUTH_NONE;
    const struct fact *claim = fact_find(result, "claim");
    auth_result_from_word(fact_text(result, "result"), &word);
    struct fact *row = fact_add_group(a, rows, NULL);
    fact_add_str(a, row, "method", m->name);
    fact_add_str(a, row, "says", says_name(says_of(word)));
    fact_add_flag(a, row, "stops", word == AUTH_FAIL && fact_flag(claim, "statement"));
    fact_add_str(a, row, "result", auth_result_word(word));
    add_cut(a, row, "reason", fact_text(result, "reason"));
    fact_add_text(a, row, "identity", fact_text(claim, "identity"));
    add_cut(a, row, "domain", fact_text(claim, "domain").len ? fact_text(claim, "domain") : fact_text(result, "domain"));
    struct slice record = record_in(result);
    add_cut(a, row, "record", record.len ? record : place_of_record(a, result));
    add_cut(a, row, "text", fact_text(result, "text"));
    return row;
}

/* Of several results of one kind the one that says most for the message. */
static const struct fact *best_of(const struct fact *list)
{
    static const enum auth_result best_first[] = { AUTH_PASS, AUTH_FAIL, AUTH_SOFTFAIL, AUTH_POLICY, AUTH_PERMERROR, AUTH_TEMPERROR, AUTH_NEUTRAL, AUTH_NONE };
    for (size_t i = 0; i < COUNT_OF(best_first); i++)
        for (const struct fact *f = list->first; f; f = f->next)
            if (slice_same(fact_text(f, "result"), slice_str(auth_result_word(best_first[i]))))
                return f;
    return list->first;
}

static void stand(struct txn *t, struct fact *row, const struct method *m)
{
    struct arena *a = txn_record_arena(t);
    fact_add_flag(a, row, "stands", true);
    fact_add_number(a, row, "questions", txn_questions_of(t, m));
}

static void add_rows_of_list(struct txn *t, struct fact *rows, const struct method *m, const struct fact *list)
{
    struct arena *a = txn_record_arena(t);
    const struct fact *best = best_of(list);
    unsigned count = 0;
    for (const struct fact *f = list->first; f; f = f->next) {
        if (f == best)
            stand(t, add_row(a, rows, m, f), m);
        else if (count++ < COMPARISON_ROWS_MAX)
            add_row(a, rows, m, f);
    }
    if (list->first)
        return;
    struct fact *nothing = fact_group(a, NULL);
    fact_add_str(a, nothing, "text", m->nothing ? m->nothing : "the message has nothing of the kind");
    if (nothing)
        stand(t, add_row(a, rows, m, nothing), m);
}

static void add_rows_of_one(struct txn *t, struct fact *rows, const struct method *m, const struct fact *result)
{
    struct arena *a = txn_record_arena(t);
    const struct fact *others = fact_find(result, "others");
    stand(t, add_row(a, rows, m, result), m);
    unsigned count = 0;
    for (const struct fact *f = others ? others->first : NULL; f && count < COMPARISON_ROWS_MAX; f = f->next, count++)
        add_row(a, rows, m, f);
}

static struct fact *add_rows(struct txn *t, struct fact *parent, const char *name)
{
    const struct fact *record = txn_record(t);
    struct fact *rows = fact_add_list(txn_record_arena(t), parent, name);
    for (size_t i = 0; methods[i]; i++) {
        const struct fact *f = fact_find(record, methods[i]->name);
        if (f && f->kind == FACT_LIST)
            add_rows_of_list(t, rows, methods[i], f);
        else if (f)
            add_rows_of_one(t, rows, methods[i], f);
    }
    return rows;
}

/* ---- the message ---- */

static void adopt(struct arena *a, struct fact *to, const struct fact *from, const char *name)
{
    const struct fact *f = fact_find(from, name);
    if (f)
        fact_adopt(a, to, name, f);
}

static void add_session(struct arena *a, struct fact *root, const struct fact *session)
{
    static const char *const members[] = { "ip", "helo", "mail_from", "null_sender", "exempt" };
    struct fact *s = fact_add_group(a, root, "session");
    for (size_t i = 0; i < COUNT_OF(members); i++) {
        const struct fact *f = fact_find(session, members[i]);
        if (f && f->kind == FACT_TEXT)
            add_cut(a, s, members[i], f->text);
        else if (f)
            fact_adopt(a, s, members[i], f);
    }
}

/* Whom people would hold responsible: the author, else the sender, else the host. */
static struct slice domain_of(const struct txn *t)
{
    return t->author.count > 0 ? t->author.domains[0] : t->mail_from.normal_domain.len ? t->mail_from.normal_domain : t->helo_domain;
}

static void add_verdict(struct arena *a, struct fact *root, const struct fact *record)
{
    const struct fact *v = fact_find(record, "verdict");
    struct fact *verdict = fact_add_group(a, root, "verdict");
    adopt(a, verdict, v, "disposition");
    adopt(a, verdict, v, "rule");
}

struct fact *comparison_of(struct txn *t)
{
    const struct fact *record = txn_record(t);
    struct arena *a = txn_record_arena(t);
    struct fact *root = fact_group(a, NULL);
    add_session(a, root, fact_find(record, "session"));
    add_cut(a, root, "message_id", fact_text(record, "message_id"));
    add_cut(a, root, "from", fact_text(record, "from"));
    add_cut(a, root, "domain", domain_of(t));
    add_rows(t, root, "methods");
    adopt(a, root, record, "class");
    add_verdict(a, root, record);
    adopt(a, root, record, "dns");
    return root;
}

/* ---- in another world ---- */

static bool is_claim(struct slice identity)
{
    static const enum identity claims[] = { IDENTITY_HELO, IDENTITY_MAILFROM, IDENTITY_FROM, IDENTITY_PRA };
    for (size_t i = 0; i < COUNT_OF(claims); i++)
        if (slice_same(identity, slice_str(identity_name(claims[i]))))
            return true;
    return false;
}

static void add_claim(struct arena *a, struct slice domain, struct slice out[COMPARISON_CLAIMS_MAX], size_t *count)
{
    struct slice normal;
    if (*count == COMPARISON_CLAIMS_MAX || domain.len == 0 || !domain_normal(a, domain, &normal))
        return;
    for (size_t i = 0; i < *count; i++)
        if (slice_same(out[i], normal))
            return;
    out[(*count)++] = normal;
}

size_t comparison_claims(struct txn *t, const struct fact *comparison, struct slice out[COMPARISON_CLAIMS_MAX])
{
    struct arena *a = txn_record_arena(t);
    const struct fact *rows = fact_find(comparison, "methods");
    size_t count = 0;
    add_claim(a, domain_of(t), out, &count);
    for (const struct fact *row = rows ? rows->first : NULL; row; row = row->next)
        if (is_claim(fact_text(row, "identity")))
            add_claim(a, fact_text(row, "domain"), out, &count);
    return count;
}

static void add_derived(struct arena *a, struct fact *list, struct slice domain, const struct as_if_domain *d)
{
    struct fact *g = fact_add_group(a, list, NULL);
    fact_add_text(a, g, "domain", domain);
    fact_add_str(a, g, "found", as_if_found_name(d->found));
    struct fact *names = fact_add_list(a, g, "methods");
    for (size_t i = 0; methods[i]; i++)
        if (d->methods >> i & 1)
            fact_add_str(a, names, NULL, methods[i]->name);
    struct fact *limits = fact_add_list(a, g, "limits");
    for (const struct as_if_limit *l = d->limits; l; l = l->next) {
        struct fact *one = fact_add_group(a, limits, NULL);
        fact_add_str(a, one, "method", l->method ? l->method->name : NULL);
        fact_add_flag(a, one, "stricter", l->stricter);
        fact_add_text(a, one, "text", l->text);
    }
}

/* A result is derived if the records of its method were, for the domain it speaks of. */
static bool is_derived(const struct fact *row, const struct as_if *as_if)
{
    const struct method *m = method_named(fact_text(row, "method"));
    const struct as_if_domain *d = as_if_domain(as_if, fact_text(row, "domain"));
    return m && d && (d->methods >> method_index(m) & 1);
}

void comparison_add_as_if(struct fact *comparison, struct txn *real, struct txn *other, const struct as_if *as_if, const struct slice *domains, size_t count)
{
    struct arena *a = txn_record_arena(real), *b = txn_record_arena(other);
    struct fact *g = fact_add_group(a, comparison, "as_if");
    struct fact *list = fact_add_list(a, g, "domains");
    for (size_t i = 0; i < count; i++)
        if (as_if_domain(as_if, domains[i]))
            add_derived(a, list, domains[i], as_if_domain(as_if, domains[i]));
    struct fact *rows = add_rows(other, g, "methods");
    for (struct fact *row = rows ? rows->first : NULL; row; row = row->next)
        fact_add_str(b, row, "source", is_derived(row, as_if) ? "derived" : "real");
    add_verdict(b, g, txn_record(other));
}
