/*
 * record.c: a transaction as facts, in the shape of interface.md's `frank verify` object, and back.
 *
 * Each result's object also holds "claim": what the verdict needs to judge it again from a journal.
 */
#include "engine/state.h"
#include "verdict/owners.h"

#define RECORD_REPAIRS_MAX 4         /* sentences in one report */
#define RECORD_RESULTS_MAX 256       /* results read back from one journal line */

/* ---- writing ---- */

static void add_claim(struct arena *a, struct fact *g, const struct evidence *ev)
{
    struct fact *claim = fact_add_group(a, g, "claim");
    fact_add_str(a, claim, "identity", identity_name(ev->identity));
    fact_add_text(a, claim, "domain", ev->domain);
    if (ev->statement)
        fact_add_flag(a, claim, "statement", true);
    if (ev->absent)
        fact_add_flag(a, claim, "absent", true);
    if (ev->quiet)
        fact_add_flag(a, claim, "quiet", true);
}

static void add_method_facts(struct arena *a, struct fact *g, const struct fact *facts)
{
    for (const struct fact *f = facts ? facts->first : NULL; f; f = f->next)
        fact_adopt(a, g, f->name, f);
}

/* So that a program finds every member whatever happened. */
static void add_missing_members(struct arena *a, struct fact *g, const struct method *m)
{
    for (const char *const *name = m->members; name && *name; name++)
        if (!fact_find(g, *name))
            fact_add_null(a, g, *name);
}

static void fill_result(struct arena *a, struct fact *g, const struct result *r)
{
    const struct reason *reason = &r->method->reasons[r->reason];
    fact_add_str(a, g, "result", auth_result_word(r->word));
    fact_add_str(a, g, "reason", reason->name);
    add_method_facts(a, g, r->evidence.facts);
    if (!fact_find(g, "text")) {
        if (r->evidence.text.len > 0)
            fact_add_text(a, g, "text", r->evidence.text);
        else
            fact_add_str(a, g, "text", reason->text);
    }
    add_missing_members(a, g, r->method);
    add_claim(a, g, &r->evidence);
}

static void add_many(struct transaction *t, struct fact *root, const struct method_state *m)
{
    struct fact *list = fact_add_list(t->record_arena, root, m->method->name);
    for (unsigned i = 0; i < m->subject_count; i++)
        if (m->subjects[i].done)
            fill_result(t->record_arena, fact_add_group(t->record_arena, list, NULL), &m->results[i]);
}

static void add_one(struct transaction *t, struct fact *root, const struct method_state *m)
{
    struct fact *g = fact_add_group(t->record_arena, root, m->method->name);
    if (m->set.count == 0) {
        fact_add_str(t->record_arena, g, "result", auth_result_word(AUTH_NONE));
        fact_add_str(t->record_arena, g, "reason", "no-subject");
        fact_add_str(t->record_arena, g, "text", "nothing to examine");
        add_missing_members(t->record_arena, g, m->method);
        return;
    }
    size_t main = m->method->principal ? m->method->principal(&m->set) : 0;
    fill_result(t->record_arena, g, &m->results[main]);
    if (m->set.count == 1)
        return;
    struct fact *others = fact_add_list(t->record_arena, g, "others");
    for (size_t i = 0; i < m->set.count; i++)
        if (i != main)
            fill_result(t->record_arena, fact_add_group(t->record_arena, others, NULL), &m->results[i]);
}

static void add_session(struct transaction *t, struct fact *root)
{
    struct arena *a = t->record_arena;
    const struct txn *f = &t->facts;
    struct fact *s = fact_add_group(a, root, "session");
    struct text ip = text_in(a, IP_TEXT_MAX + 1);
    if (f->client.family != IP_NONE) {
        text_add_ip(&ip, &f->client);
        fact_add_text(a, s, "ip", text_slice(&ip));
    } else {
        fact_add_null(a, s, "ip");
    }
    fact_add_text(a, s, "helo", f->helo);
    fact_add_text(a, s, "mail_from", f->mail_from.raw);
    fact_add_flag(a, s, "null_sender", f->mail_from.null);
    struct fact *rcpt = fact_add_list(a, s, "rcpt_to");
    for (size_t i = 0; i < f->recipient_count; i++)
        fact_add_text(a, rcpt, NULL, f->recipients[i].raw);
    if (t->refused_count > 0) {
        struct fact *refused = fact_add_list(a, s, "rcpt_refused");
        for (size_t i = 0; i < t->refused_count; i++)
            fact_add_text(a, refused, NULL, t->refused[i]);
    }
    fact_add_text(a, s, "auth_user", f->session->auth_user);
    fact_add_str(a, s, "exempt", exempt_name(f->session->exempt));
    fact_add_str(a, s, "stage", stage_name(f->stage));
}

static void add_header(struct transaction *t, struct fact *root, const char *name, struct slice field_name)
{
    const struct field *f = message_field(&t->message, field_name, 1);
    if (f)
        fact_add_text(t->record_arena, root, name, slice_first(field_unfolded(t->record_arena, f), SESSION_TEXT_MAX));
}

static void add_author(struct transaction *t, struct fact *root)
{
    struct fact *g = fact_add_group(t->record_arena, root, "author");
    fact_add_number(t->record_arena, g, "problem", (int64_t)t->facts.author.problem);
    struct fact *list = fact_add_list(t->record_arena, g, "domains");
    for (unsigned i = 0; i < t->facts.author.count; i++)
        fact_add_text(t->record_arena, list, NULL, t->facts.author.domains[i]);
}

static void add_owner(struct transaction *t, struct fact *g, const char *identity, struct slice domain)
{
    struct slice owner = owners_find(config_owners(t->engine->config), domain);
    if (owner.len > 0)
        fact_add_text(t->record_arena, g, identity, owner);
}

/* Whose the claimed domains are, by the administrator's table; no member without one. */
static void add_owners(struct transaction *t, struct fact *root)
{
    if (!config_owners(t->engine->config))
        return;
    struct fact *g = fact_add_group(t->record_arena, root, "owner");
    add_owner(t, g, "mailfrom", t->facts.mail_from.normal_domain);
    add_owner(t, g, "from", t->facts.author.count ? t->facts.author.domains[0] : (struct slice){ 0 });
    add_owner(t, g, "helo", t->facts.helo_domain);
}

static void add_verdict(struct transaction *t, struct fact *root)
{
    struct arena *a = t->record_arena;
    const struct verdict *v = &t->verdict;
    struct fact *c = fact_add_group(a, root, "class");
    fact_add_str(a, c, "mailfrom", class_name(v->class_mailfrom));
    fact_add_str(a, c, "from", class_name(v->class_from));
    fact_add_str(a, c, "helo", class_name(v->class_helo));
    struct fact *both = fact_add_group(a, root, "agreement");
    fact_add_str(a, both, "mailfrom", agreement_name(v->agreement_mailfrom));
    add_owners(t, root);
    struct fact *g = fact_add_group(a, root, "verdict");
    fact_add_str(a, g, "disposition", disposition_name(v->disposition));
    fact_add_text(a, g, "rule", v->rule);
    fact_add_text(a, g, "reason", v->reason);
    if (v->reply.code) {
        struct fact *reply = fact_add_group(a, g, "reply");
        fact_add_number(a, reply, "code", v->reply.code);
        fact_add_text(a, reply, "enhanced", v->reply.enhanced);
        fact_add_text(a, reply, "text", v->reply.text);
    } else {
        fact_add_null(a, g, "reply");
    }
    fact_add_flag(a, g, "dry_run", v->dry_run);
    if (v->dry_run) {
        fact_add_str(a, g, "would", disposition_name(v->would));
        fact_add_text(a, g, "would_rule", v->would_rule);
    }
    if (v->tags.len > 0)
        fact_add_text(a, g, "tags", v->tags);
    if (v->override_reason.len > 0)
        fact_add_text(a, g, "override", v->override_reason);
    struct fact *cites = fact_add_list(a, g, "cites");
    for (unsigned i = 0; i < v->cite_count; i++)
        fact_add_str(a, cites, NULL, v->cites[i]->method->name);
}

static bool wants_repair(enum auth_result word)
{
    switch (word) {
    case AUTH_FAIL: case AUTH_SOFTFAIL: case AUTH_PERMERROR: case AUTH_POLICY: return true;
    case AUTH_NONE: case AUTH_TEMPERROR: case AUTH_NEUTRAL: case AUTH_PASS: return false;
    }
    return false;
}

/* What the domain's owner can do, for results that ask for it. */
static void add_repairs(struct transaction *t, struct fact *root)
{
    struct fact *list = fact_add_list(t->record_arena, root, "repair");
    unsigned count = 0;
    for (size_t i = 0; i < t->flat_count && count < RECORD_REPAIRS_MAX; i++) {
        const struct result *r = &t->flat[i];
        if (!r->method->explain || !wants_repair(r->word))
            continue;
        struct slice text = r->method->explain(t->record_arena, &t->facts, r);
        if (text.len == 0)
            continue;
        struct fact *g = fact_add_group(t->record_arena, list, NULL);
        fact_add_str(t->record_arena, g, "method", r->method->name);
        fact_add_text(t->record_arena, g, "text", text);
        count++;
    }
}

static void add_counts(struct transaction *t, struct fact *root)
{
    struct arena *a = t->record_arena;
    struct fact *g = fact_add_group(a, root, "dns");
    fact_add_number(a, g, "queries", t->counts.questions);
    fact_add_number(a, g, "cached", t->counts.cached);
    fact_add_number(a, g, "failed", t->counts.failed);
    fact_add_flag(a, g, "deadline", t->counts.deadline);
}

struct fact *txn_record(struct txn *txn)
{
    struct transaction *t = transaction_of(txn);
    if (t->record)
        return t->record;
    /* First: where the transaction's own memory is used up, its actions open another, and the record goes there too. */
    struct slice authres = txn_authentication_results(txn);
    t->record_arena = t->failure_arena ? t->failure_arena : t->arena;
    struct arena *a = t->record_arena;
    struct fact *root = fact_group(a, NULL);
    fact_add_number(a, root, "version", 1);
    fact_add_text(a, root, "id", txn_id(txn));
    fact_add_number(a, root, "time", t->facts.now);
    if (t->facts.queue_id.len > 0)
        fact_add_text(a, root, "queue_id", t->facts.queue_id);
    add_session(t, root);
    add_header(t, root, "message_id", SLICE("Message-ID"));
    add_header(t, root, "from", SLICE("From"));
    add_author(t, root);
    for (size_t i = 0; methods[i]; i++) {
        if (!t->states[i].enabled || !t->states[i].counted)
            continue;
        if (methods[i]->many)
            add_many(t, root, &t->states[i]);
        else if (t->states[i].settled)
            add_one(t, root, &t->states[i]);
    }
    add_verdict(t, root);
    add_repairs(t, root);
    add_counts(t, root);
    fact_add_text(a, root, "authentication_results", authres);
    t->record = root;
    return root;
}

struct arena *txn_record_arena(struct txn *txn)
{
    struct transaction *t = transaction_of(txn);
    return t->record ? t->record_arena : t->arena;
}

/* ---- reading back ---- */

static unsigned reason_named(const struct method *m, struct slice name)
{
    for (unsigned i = 1; i < m->reason_count; i++)
        if (slice_same(slice_str(m->reasons[i].name), name))
            return i;
    return 0;
}

static enum identity identity_named(struct slice name)
{
    for (int i = IDENTITY_NONE; i <= IDENTITY_USER; i++)
        if (slice_same(slice_str(identity_name((enum identity)i)), name))
            return (enum identity)i;
    return IDENTITY_NONE;
}

static enum stage stage_named(struct slice name)
{
    for (int i = STAGE_NONE; i <= STAGE_MESSAGE; i++)
        if (slice_same(slice_str(stage_name((enum stage)i)), name))
            return (enum stage)i;
    return STAGE_NONE;
}

static enum exempt exempt_named(struct slice name)
{
    for (int i = EXEMPT_NO; i <= EXEMPT_CERTIFICATE; i++)
        if (slice_same(slice_str(exempt_name((enum exempt)i)), name))
            return (enum exempt)i;
    return EXEMPT_NO;
}

struct result_list { struct result *at; size_t count; };

static void read_result(const struct method *m, const struct fact *g, struct result_list *out)
{
    enum auth_result word;
    unsigned reason = reason_named(m, fact_text(g, "reason"));
    if (out->count == RECORD_RESULTS_MAX || !auth_result_from_word(fact_text(g, "result"), &word) || reason == 0)
        return;
    const struct fact *claim = fact_find(g, "claim");
    struct result *r = &out->at[out->count++];
    *r = (struct result){ .method = m, .reason = reason, .word = word };
    r->evidence = (struct evidence){
        .identity = identity_named(fact_text(claim, "identity")), .domain = fact_text(claim, "domain"),
        .statement = fact_flag(claim, "statement"), .absent = fact_flag(claim, "absent"), .quiet = fact_flag(claim, "quiet"),
        .text = fact_text(g, "text"), .facts = g,
    };
}

static void read_method(const struct method *m, const struct fact *f, struct result_list *out)
{
    size_t before = out->count;
    if (f->kind == FACT_LIST) {
        for (const struct fact *one = f->first; one; one = one->next)
            read_result(m, one, out);
    } else {
        read_result(m, f, out);
        const struct fact *others = fact_find(f, "others");
        for (const struct fact *one = others ? others->first : NULL; one; one = one->next)
            read_result(m, one, out);
    }
    for (size_t i = before; i < out->count; i++)
        out->at[i].subject = (unsigned)(i - before);
}

static void read_session(struct arena *a, const struct fact *s, struct case_facts *out)
{
    struct path path;
    ip_parse(fact_text(s, "ip"), &out->client);
    domain_normal(a, fact_text(s, "helo"), &out->helo_domain);
    out->null_sender = fact_flag(s, "null_sender");
    out->mail_from = fact_text(s, "mail_from");
    path_parse(a, out->mail_from, &path);
    out->mailfrom_domain = path.normal_domain;
    out->exempt = exempt_named(fact_text(s, "exempt"));
    out->stage = stage_named(fact_text(s, "stage"));
    const struct fact *rcpt = fact_find(s, "rcpt_to");
    size_t n = 0;
    for (const struct fact *f = rcpt ? rcpt->first : NULL; f && n < RECIPIENTS_MAX; f = f->next)
        n++;
    struct path *list = ARENA_ARRAY(a, n ? n : 1, struct path);
    for (const struct fact *f = n && list ? rcpt->first : NULL; f && out->recipient_count < n; f = f->next)
        path_parse(a, f->text, &list[out->recipient_count++]);
    out->recipients = list;
}

bool case_from_record(struct arena *a, const struct fact *record, struct case_facts *out)
{
    const struct fact *session = fact_find(record, "session");
    struct result_list list = { .at = ARENA_ARRAY(a, RECORD_RESULTS_MAX, struct result) };
    if (!session || !list.at || fact_number(record, "version", 0) != 1)
        return false;
    *out = (struct case_facts){ .now = fact_number(record, "time", 0), .settled = UINT64_MAX };
    read_session(a, session, out);
    const struct fact *author = fact_find(record, "author");
    int64_t problem = fact_number(author, "problem", AUTHOR_MALFORMED);
    out->author = problem >= AUTHOR_OK && problem <= AUTHOR_TOO_MANY_DOMAINS ? (enum author_problem)problem : AUTHOR_MALFORMED;
    const struct fact *domains = fact_find(author, "domains");
    for (const struct fact *d = domains ? domains->first : NULL; d; d = d->next)
        out->from_domain_count++;
    if (domains && domains->first)
        out->from_domain = domains->first->text;
    for (size_t i = 0; methods[i]; i++) {
        const struct fact *f = fact_find(record, methods[i]->name);
        if (f)
            read_method(methods[i], f, &list);
    }
    out->results = list.at;
    out->result_count = list.count;
    return !arena_failed(a);
}
