#include "methods/spf/spf_walk.h"

#include <assert.h>

/* ---- questions ---- */

const struct answer *spf_walk_ask(struct spf_walk *w, struct slice name, uint16_t type)
{
    return w->check ? ask(w->check, name, type) : hint(w->scout, name, type);
}

void spf_walk_prefetch(struct spf_walk *w, struct slice name, uint16_t type)
{
    if (w->check)
        prefetch(w->check, name, type);
    else
        hint(w->scout, name, type);
}

uint16_t spf_walk_address_type(const struct spf_walk *w)
{
    return w->query->client.family == IP_V4 ? RTYPE_A : RTYPE_AAAA;
}

enum spf_reason spf_walk_failure(const struct answer *a)
{
    switch (a->status) {
    case ANSWER_TIMEOUT:
        return SPF_DNS_TIMEOUT;
    case ANSWER_GARBLED:
        return SPF_DNS_GARBLED;
    case ANSWER_OVER_QUOTA:
        return SPF_OVER_QUOTA;
    case ANSWER_UNKNOWN: case ANSWER_SERVFAIL: case ANSWER_DATA: case ANSWER_NODATA: case ANSWER_NXDOMAIN: case ANSWER_BAD_NAME: case ANSWER_BLOCKED:
        return SPF_DNS_FAILED;
    }
    return SPF_DNS_FAILED;
}

/* ---- notes ---- */

static void note_term(struct spf_walk *w, const struct spf_term *t, enum spf_judged judged, struct slice name, const struct answer *a)
{
    static const enum spf_step_outcome outcomes[] = {
        [SPF_JUDGED_NO_MATCH] = SPF_STEP_NO_MATCH, [SPF_JUDGED_MATCH] = SPF_STEP_MATCH,
        [SPF_JUDGED_ENTERED] = SPF_STEP_ENTERED, [SPF_JUDGED_ENDED] = SPF_STEP_ERROR,
    };
    const struct spf_frame *f = &w->frames[w->depth];
    if (!w->check || judged == SPF_JUDGED_NOT_YET)
        return;
    struct slice text = spf_term_text(f->record, t);
    if (judged == SPF_JUDGED_NO_MATCH && (t->kind == SPF_IP4 || t->kind == SPF_IP6))
        spf_trace_no_match(&w->trace, w->depth, text);
    else
        spf_trace_note(&w->trace, &(struct spf_step){
            .kind = SPF_STEP_TERMS, .outcome = outcomes[judged], .depth = w->depth, .text = text, .name = name, .answer = a,
        });
}

static void note_record(struct spf_walk *w, unsigned depth, struct slice domain, struct slice record, const struct answer *a,
                        enum spf_reason problem)
{
    if (w->check)
        spf_trace_note(&w->trace, &(struct spf_step){
            .kind = SPF_STEP_RECORD, .depth = depth, .name = domain, .text = record, .answer = a, .problem = problem,
        });
}

/* The evaluation ends at this term of the current record. */
static enum spf_judged ended(struct spf_walk *w, const struct spf_term *t, enum spf_reason reason, enum spf_reason *out)
{
    const struct spf_frame *f = &w->frames[w->depth];
    w->domain = f->domain;
    w->record = f->record->text;
    w->term = spf_term_text(f->record, t);
    *out = reason;
    return SPF_JUDGED_ENDED;
}

/* ---- records: 4.3 to 4.5 ---- */

/* 4.3: malformed names and single labels have no policy, and are not asked. */
static bool is_checkable(struct slice domain)
{
    return name_askable(domain) && name_labels(domain) >= 2;
}

/* The one record of an answer that speaks for a scope, or why there is none. */
static enum spf_reason record_for(const struct spf_records *all, enum spf_scope scope, const struct spf_record **record)
{
    if (all->count[scope] == 0)
        return SPF_NO_RECORD;
    if (all->count[scope] > 1)
        return SPF_SEVERAL_RECORDS;
    *record = all->at[scope];
    return (*record)->problem;
}

/* RFC 4406 4.4: where no record is for the scope, one of SPF's own speaks for both. Whether that goes for <domain> itself, the query says. */
static bool may_stand_in(const struct spf_walk *w)
{
    bool first = w->frames[0].record == NULL;
    return w->query->scope != SPF_SCOPE_SPF1 && !(first && w->query->no_stand_in);
}

static enum spf_reason select_record(struct spf_walk *w, const struct spf_records *all, const struct spf_record **record)
{
    enum spf_reason reason = record_for(all, w->query->scope, record);
    if (reason != SPF_NO_RECORD || !may_stand_in(w))
        return reason;
    if (w->frames[0].record == NULL)
        w->stood_in = all->count[SPF_SCOPE_SPF1] > 0;
    return record_for(all, SPF_SCOPE_SPF1, record);
}

static enum spf_reason record_in(struct spf_walk *w, const struct answer *a, const struct spf_record **record)
{
    const struct spf_records *all;
    if (answer_failed(a))
        return spf_walk_failure(a);
    if (a->status == ANSWER_NXDOMAIN)
        return SPF_NO_DOMAIN;
    if (!answer_has_data(a))
        return SPF_NO_RECORD;
    all = memo(w->run, a, spf_records_make, spf_records_free);
    return all ? select_record(w, all, record) : SPF_OWN_FAILURE;
}

/* The answer that has the domain's records. RFC 4406 4.4, 1: any of type SPF put those of type TXT aside. NULL: not yet. */
static const struct answer *ask_records(struct spf_walk *w, struct slice domain)
{
    if (w->query->ask_type_spf) {
        spf_walk_prefetch(w, domain, RTYPE_TXT);
        const struct answer *a = spf_walk_ask(w, domain, RTYPE_SPF);
        if (!a || a->status != ANSWER_NODATA)
            return a;
    }
    return spf_walk_ask(w, domain, RTYPE_TXT);
}

/*
 * Opens the record of `domain` as frames[depth]. SPF_NOT_YET with *opened false: the answer is missing.
 * On any other reason, what the end rests on is noted.
 */
static enum spf_reason open_record(struct spf_walk *w, unsigned depth, struct slice domain, bool *opened)
{
    const struct answer *a = NULL;
    const struct spf_record *record = NULL;
    enum spf_reason reason = SPF_NO_IDENTITY;
    assert(depth < SPF_FRAMES_MAX);
    *opened = false;
    if (is_checkable(domain)) {
        a = ask_records(w, domain);
        if (!a)
            return SPF_NOT_YET;
        reason = record_in(w, a, &record);
    }
    note_record(w, depth, domain, record ? record->text : (struct slice){ 0 }, a, reason);
    if (reason != SPF_NOT_YET) {
        w->domain = domain;
        w->record = record ? record->text : (struct slice){ 0 };
        w->term = record ? record->problem_term : (struct slice){ 0 };
        return reason;
    }
    *opened = true;
    w->frames[depth] = (struct spf_frame){ .record = record, .domain = domain };
    w->depth = depth;
    return SPF_NOT_YET;
}

static bool is_none(enum spf_reason reason)
{
    return reason == SPF_NO_IDENTITY || reason == SPF_NO_DOMAIN || reason == SPF_NO_RECORD;
}

/* ---- mechanisms: section 5 ---- */

/* 4.6.4: counted for the look-up that the term itself names; the count is over the whole evaluation. */
static bool void_is_one_too_many(struct spf_walk *w, const struct answer *a)
{
    return (a->status == ANSWER_NXDOMAIN || a->status == ANSWER_NODATA) && ++w->voids > w->query->void_max;
}

/* The answer of the term's own question, counted; or how judging ends. */
static enum spf_judged own_answer(struct spf_walk *w, const struct spf_term *t, struct slice name, uint16_t type, const struct answer **out,
                                  enum spf_reason *reason)
{
    const struct answer *a = *out = spf_walk_ask(w, name, type);
    if (!a)
        return SPF_JUDGED_NOT_YET;
    if (answer_failed(a))
        return ended(w, t, spf_walk_failure(a), reason);
    if (void_is_one_too_many(w, a))
        return ended(w, t, SPF_TOO_MANY_VOIDS, reason);
    return SPF_JUDGED_NO_MATCH;
}

static bool address_matches(const struct spf_walk *w, const struct spf_term *t, const struct answer *a)
{
    for (size_t i = 0; i < a->count; i++)
        if (spf_term_covers(t, &w->query->client, &a->records[i].ip))
            return true;
    return false;
}

/* 5.3 */
static enum spf_judged judge_a(struct spf_walk *w, const struct spf_term *t, struct slice name, const struct answer **a,
                               enum spf_reason *reason)
{
    enum spf_judged j = own_answer(w, t, name, spf_walk_address_type(w), a, reason);
    if (j != SPF_JUDGED_NO_MATCH)
        return j;
    return address_matches(w, t, *a) ? SPF_JUDGED_MATCH : SPF_JUDGED_NO_MATCH;
}

/* Null MX (RFC 7505) has no host. */
static bool is_host(const struct rdata *mx)
{
    return !slice_same(mx->mx.host, SLICE("."));
}

/* 5.4: the hosts' addresses, in the order the MX records came */
static enum spf_judged judge_hosts(struct spf_walk *w, const struct spf_term *t, const struct answer *mx, enum spf_reason *reason)
{
    uint16_t type = spf_walk_address_type(w);
    bool missing = false;
    for (size_t i = 0; i < mx->count; i++)
        if (is_host(&mx->records[i]))
            spf_walk_prefetch(w, mx->records[i].mx.host, type);
    for (size_t i = 0; i < mx->count; i++) {
        if (!is_host(&mx->records[i]))
            continue;
        const struct answer *a = spf_walk_ask(w, mx->records[i].mx.host, type);
        if (!a && w->check)
            return SPF_JUDGED_NOT_YET;
        missing = missing || !a;
        if (!a)
            continue;
        if (answer_failed(a))
            return ended(w, t, spf_walk_failure(a), reason);
        if (address_matches(w, t, a))
            return SPF_JUDGED_MATCH;
    }
    return missing ? SPF_JUDGED_NOT_YET : SPF_JUDGED_NO_MATCH;
}

static enum spf_judged judge_mx(struct spf_walk *w, const struct spf_term *t, struct slice name, const struct answer **a,
                                enum spf_reason *reason)
{
    enum spf_judged j = own_answer(w, t, name, RTYPE_MX, a, reason);
    if (j != SPF_JUDGED_NO_MATCH)
        return j;
    /* 4.6.4: more than ten address look-ups for one mx is permerror; whichever of them would match, as their order is chance. */
    if ((*a)->count > SPF_MAX_ADDRESS_NAMES)
        return ended(w, t, SPF_TOO_MANY_MX, reason);
    return judge_hosts(w, t, *a, reason);
}

/* 5.5 */
static enum spf_judged judge_ptr(struct spf_walk *w, const struct spf_term *t, struct slice name, const struct answer **a,
                                 enum spf_reason *reason)
{
    struct slice host;
    if (spf_walk_host(w, name, false, &host, a) == SPF_TARGET_NOT_YET)
        return SPF_JUDGED_NOT_YET;
    if (void_is_one_too_many(w, *a))
        return ended(w, t, SPF_TOO_MANY_VOIDS, reason);
    return host.len > 0 ? SPF_JUDGED_MATCH : SPF_JUDGED_NO_MATCH;
}

/* 5.7: always A, whatever the client's family */
static enum spf_judged judge_exists(struct spf_walk *w, const struct spf_term *t, struct slice name, const struct answer **a,
                                    enum spf_reason *reason)
{
    enum spf_judged j = own_answer(w, t, name, RTYPE_A, a, reason);
    if (j != SPF_JUDGED_NO_MATCH)
        return j;
    return answer_has_data(*a) ? SPF_JUDGED_MATCH : SPF_JUDGED_NO_MATCH;
}

/* 5.2: no record there is permerror here */
static enum spf_judged judge_include(struct spf_walk *w, const struct spf_term *t, struct slice name, enum spf_reason *reason)
{
    bool opened;
    enum spf_reason r = open_record(w, w->depth + 1, name, &opened);
    if (opened)
        return SPF_JUDGED_ENTERED;
    if (r == SPF_NOT_YET)
        return SPF_JUDGED_NOT_YET;
    if (is_none(r))
        return ended(w, t, SPF_INCLUDE_NONE, reason);
    *reason = r;
    return SPF_JUDGED_ENDED;
}

/* 5.6: never across families */
static bool network_covers(const struct spf_walk *w, const struct spf_term *t)
{
    struct ip network = { .family = t->kind == SPF_IP4 ? IP_V4 : IP_V6 };
    for (size_t i = 0; i < sizeof network.octets; i++)
        network.octets[i] = t->network[i];
    return spf_term_covers(t, &w->query->client, &network);
}

/* The name a term speaks of, once its turn is counted. NO_MATCH: go on with *name. */
static enum spf_judged prepare(struct spf_walk *w, const struct spf_term *t, struct slice *name, bool *usable, enum spf_reason *reason)
{
    *usable = false;
    /* 4.6.4: count before doing; the eleventh ends it. */
    if (++w->terms > SPF_MAX_TERMS)
        return ended(w, t, SPF_TOO_MANY_TERMS, reason);
    switch (spf_walk_target(w, &w->frames[w->depth], t, name)) {
    case SPF_TARGET_NOT_YET:
        return SPF_JUDGED_NOT_YET;
    case SPF_TARGET_TOO_LONG:
        return ended(w, t, SPF_EXPANSION_TOO_LONG, reason);
    case SPF_TARGET_UNUSABLE:
        return SPF_JUDGED_NO_MATCH;
    case SPF_TARGET_READY:
        break;
    }
    *usable = true;
    return SPF_JUDGED_NO_MATCH;
}

static enum spf_judged judge_asking(struct spf_walk *w, const struct spf_term *t, enum spf_reason *reason)
{
    struct slice name = { 0 };
    const struct answer *a = NULL;
    bool usable;
    unsigned depth = w->depth;
    enum spf_judged j = prepare(w, t, &name, &usable, reason);
    /* An include is noted before what is found inside it. */
    if (usable && t->kind == SPF_INCLUDE)
        note_term(w, t, SPF_JUDGED_ENTERED, t->macros ? name : (struct slice){ 0 }, NULL);
    if (usable) {
        switch ((enum spf_kind)t->kind) {
        case SPF_INCLUDE:
            return judge_include(w, t, name, reason);
        case SPF_A:
            j = judge_a(w, t, name, &a, reason);
            break;
        case SPF_MX:
            j = judge_mx(w, t, name, &a, reason);
            break;
        case SPF_PTR:
            j = judge_ptr(w, t, name, &a, reason);
            break;
        case SPF_EXISTS:
            j = judge_exists(w, t, name, &a, reason);
            break;
        case SPF_ALL: case SPF_IP4: case SPF_IP6: case SPF_REDIRECT: case SPF_EXP: case SPF_UNKNOWN_MODIFIER:
            break;                 /* ask nothing as mechanisms */
        }
    }
    assert(depth == w->depth);
    note_term(w, t, j, t->macros ? name : (struct slice){ 0 }, a);
    return j;
}

static enum spf_judged judge(struct spf_walk *w, const struct spf_term *t, enum spf_reason *reason)
{
    if (spf_term_asks(t))
        return judge_asking(w, t, reason);
    enum spf_judged j = t->kind == SPF_ALL || network_covers(w, t) ? SPF_JUDGED_MATCH : SPF_JUDGED_NO_MATCH;
    note_term(w, t, j, (struct slice){ 0 }, NULL);
    return j;
}

/* ---- records' ends ---- */

/* 2.6 and 4.6.2: what a matching mechanism's qualifier says */
static enum spf_reason reason_of(const struct spf_term *t)
{
    switch (t->qualifier) {
    case '-':
        return SPF_NOT_AUTHORISED;
    case '~':
        return SPF_DOUBTFUL;
    case '?':
        return SPF_NO_ASSERTION;
    default:
        return SPF_AUTHORISED;     /* '+', written or not */
    }
}

/*
 * A term of the current record matched. Within an include only pass makes the include match (5.2), whose
 * own qualifier then speaks one frame up; any other result leaves the outer record to go on.
 * SPF_NOT_YET: the walk goes on.
 */
static enum spf_reason matched(struct spf_walk *w, const struct spf_term *t)
{
    enum spf_reason ignored;
    enum spf_reason reason = reason_of(t);
    ended(w, t, reason, &ignored);
    while (w->depth > 0) {
        w->depth--;
        const struct spf_frame *outer = &w->frames[w->depth];
        if (reason != SPF_AUTHORISED)
            return SPF_NOT_YET;
        reason = reason_of(&outer->record->terms[outer->next - 1]);
    }
    return reason;
}

/* 6.1: redirect makes another domain's record the one that speaks, in the same frame. */
static enum spf_judged follow_redirect(struct spf_walk *w, enum spf_reason *reason)
{
    struct spf_frame *f = &w->frames[w->depth];
    const struct spf_term *t = &f->record->redirect;
    struct slice name;
    bool usable, opened;
    enum spf_judged j = prepare(w, t, &name, &usable, reason);
    if (!usable)
        return j;
    note_term(w, t, SPF_JUDGED_ENTERED, t->macros ? name : (struct slice){ 0 }, NULL);
    enum spf_reason r = open_record(w, w->depth, name, &opened);
    if (opened)
        return SPF_JUDGED_ENTERED;
    if (r == SPF_NOT_YET)
        return SPF_JUDGED_NOT_YET;
    if (is_none(r))
        return ended(w, t, SPF_REDIRECT_NONE, reason);
    *reason = r;
    return SPF_JUDGED_ENDED;
}

/* 4.7: a record that ends without match is neutral; an include of it does not match. SPF_NOT_YET: go on. */
static enum spf_reason unmatched(struct spf_walk *w)
{
    if (w->depth > 0) {
        w->depth--;
        return SPF_NOT_YET;
    }
    w->domain = w->frames[0].domain;
    w->record = w->frames[0].record->text;
    w->term = (struct slice){ 0 };
    return SPF_NO_MATCH;
}

/* One step: judges a term, or ends a record. False: the walk stops, *reason says how (SPF_NOT_YET: for now). */
static bool step(struct spf_walk *w, enum spf_reason *reason)
{
    struct spf_frame *f = &w->frames[w->depth];
    const struct spf_term *t = NULL;
    enum spf_judged j = SPF_JUDGED_NO_MATCH;
    if (f->next < f->record->count)
        j = judge(w, t = &f->record->terms[f->next++], reason);
    else if (f->record->has_redirect && !f->record->has_all)
        j = follow_redirect(w, reason);
    /* A scout looks past what is not there yet, as if it did not match. */
    if (j == SPF_JUDGED_NOT_YET && w->scout)
        j = SPF_JUDGED_NO_MATCH;
    switch (j) {
    case SPF_JUDGED_ENTERED:
        return true;
    case SPF_JUDGED_ENDED:
        return false;
    case SPF_JUDGED_NOT_YET:
        *reason = SPF_NOT_YET;
        return false;
    case SPF_JUDGED_MATCH:
        *reason = matched(w, t);
        return *reason == SPF_NOT_YET;
    case SPF_JUDGED_NO_MATCH:
        *reason = t ? SPF_NOT_YET : unmatched(w);
        return *reason == SPF_NOT_YET;
    }
    return false;
}

static enum spf_reason walk(struct spf_walk *w)
{
    enum spf_reason reason;
    bool opened;
    w->local_is_ascii = ascii_only(w->query->sender_local);
    reason = open_record(w, 0, w->query->domain, &opened);
    if (!opened)
        return reason;
    /* Ends: each step uses up a term, a frame or one of the ten terms that open frames. */
    while (step(w, &reason))
        ;
    return reason;
}

/* ---- explanation: 6.2 ---- */

/* The domain's own words after a fail. False: not yet. Anything wrong with them is as if there were none. */
static bool explain(struct spf_walk *w, struct slice *out)
{
    /* Of the domain's record, or the one it redirects to; never an included one's. */
    const struct spf_frame *f = &w->frames[0];
    struct slice name;
    *out = (struct slice){ 0 };
    if (!f->record->has_exp)
        return true;
    enum spf_target e = spf_walk_target(w, f, &f->record->exp, &name);
    if (e != SPF_TARGET_READY)
        return e != SPF_TARGET_NOT_YET;
    const struct answer *a = ask(w->check, name, RTYPE_TXT);
    if (!a)
        return false;
    spf_trace_note(&w->trace, &(struct spf_step){ .kind = SPF_STEP_EXPLANATION, .name = name, .answer = a });
    if (answer_failed(a) || a->count != 1)
        return true;
    return spf_walk_explanation(w, f, a->records[0].text, out) != SPF_TARGET_NOT_YET;
}

/* ---- the two entries ---- */

static struct slice outer_term(const struct spf_walk *w, enum spf_reason reason)
{
    const struct spf_frame *f = &w->frames[0];
    bool by_match = reason == SPF_AUTHORISED || reason == SPF_NOT_AUTHORISED || reason == SPF_DOUBTFUL || reason == SPF_NO_ASSERTION;
    if (!by_match || !f->record || f->next == 0)
        return w->term;
    return spf_term_text(f->record, &f->record->terms[f->next - 1]);
}

enum spf_reason spf_evaluate(struct check *c, const struct spf_query *query, struct spf_outcome *out)
{
    struct spf_walk w = { .run = &c->run, .check = c, .query = query };
    w.trace.arena = c->run.scratch;
    enum spf_reason reason = walk(&w);
    *out = (struct spf_outcome){ 0 };
    if (reason == SPF_NOT_YET)
        return SPF_NOT_YET;
    if (reason == SPF_NOT_AUTHORISED && query->fetch_explanation && !explain(&w, &out->explanation))
        return SPF_NOT_YET;
    out->terms = w.terms;
    out->voids = w.voids;
    out->domain = w.domain;
    out->record = w.record;
    out->term = w.term;
    out->outer_term = outer_term(&w, reason);
    out->stood_in = w.stood_in;
    struct spf_trace *trace = ARENA_NEW(c->run.scratch, struct spf_trace);
    if (trace)
        *trace = w.trace;
    out->trace = trace;
    return reason;
}

void spf_foresee(struct scout *s, const struct spf_query *query)
{
    struct spf_walk w = { .run = &s->run, .scout = s, .query = query };
    walk(&w);
}
